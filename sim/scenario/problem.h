/* Problems: what is wrong with a scenario, collected until all of it has been
 * read, so that a user sees everything at once. */
#ifndef SIM_SCENARIO_PROBLEM_H
#define SIM_SCENARIO_PROBLEM_H

#include <glib.h>
#include <stdbool.h>

/* Where a value came from: a line of the file, a --set, or a value of [sweep]
 * (line is then that of the axis) or of a variant. Line 0: the file as a whole. */
enum origin_kind { ORIGIN_FILE, ORIGIN_SET, ORIGIN_SWEEP, ORIGIN_VARIANT };

struct origin {
    enum origin_kind kind;
    unsigned line;
};

struct problems;

/* file is the name that messages begin with; copied. */
struct problems *problems_new(const char *file);
void problems_free(struct problems *problems);

/* Add one. about says of what ("[real r1] weight = x", or NULL), what says what is
 * wrong and how to mend it. The same text is kept once. */
void problems_add(struct problems *problems, struct origin origin, const char *about,
                  const char *what);
void problems_addf(struct problems *problems, struct origin origin, const char *about,
                   const char *format, ...) G_GNUC_PRINTF(4, 5);

bool problems_any(const struct problems *problems);

/* All of them, sorted by line and then in order of finding, joined by newlines;
 * those of --set come last. Free with g_free(). */
char *problems_text(struct problems *problems);

#endif
