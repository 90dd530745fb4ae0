/* What the program's tests share: a scratch directory, the program, its answer. */
#ifndef TESTS_PROGRAM_SUPPORT_H
#define TESTS_PROGRAM_SUPPORT_H

#include <check.h>
#include <gio/gio.h>
#include <stdbool.h>

/* A scenario that runs in milliseconds and loses some connections; SMALL_SWEEP adds
 * two axes of two values each. */
extern const char SMALL[];
extern const char SMALL_SWEEP[];

/* Checked fixtures: each test works in a fresh directory that is gone afterwards. */
void scratch_enter(void);
void scratch_leave(void);

/* A file of the scratch directory, written and read back. */
void scratch_write(const char *name, const char *text);
char *scratch_read(const char *name);
bool scratch_exists(const char *name);
/* Names of all files and directories below a directory, hidden ones too, sorted, a
 * line each: what a program that leaves nothing behind does not change. */
char *scratch_list(const char *name);

struct answer {
    int status; /* exit status, or 128 + the signal that killed it */
    char *out;
    char *err;
};

/* Run the program in the scratch directory with blank-separated arguments. */
struct answer ask(const char *arguments);
/* The same with text on standard input. */
struct answer ask_with_input(const char *arguments, const char *input);
/* Run a line of shell, in which $U is the program. */
struct answer ask_shell(const char *line);
/* Start it and come back; finish with answer_wait(). */
GSubprocess *ask_later(const char *arguments);
struct answer answer_wait(GSubprocess *process);
void answer_clear(struct answer *answer);

unsigned count_lines(const char *text);

/* The first line of a text that is longer than 80 columns, or NULL; g_free(). */
char *overlong_line(const char *text);

/* Is this one JSON value and nothing else? A checker of its own: RFC 8259. */
bool json_valid(const char *text);

static inline void assert_fits(const char *text)
{
    g_autofree char *line = overlong_line(text);

    ck_assert_msg(line == NULL, "wider than 80 columns: %s", line);
}

#define assert_status(answer, expected)                                                    \
    ck_assert_msg((answer).status == (expected),                                            \
                  "status %d, expected %d\nout: %.1500s\nerr: %.1500s", (answer).status,     \
                  (expected), (answer).out, (answer).err)
#define assert_contains(text, part) \
    ck_assert_msg(strstr((text), (part)) != NULL, "\"%s\" is not in:\n%.2000s", (part), (text))

#endif
