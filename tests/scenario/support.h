/* Help for the tests of this room: a folder of their own, and scenario files in it. */
#ifndef TESTS_SCENARIO_SUPPORT_H
#define TESTS_SCENARIO_SUPPORT_H

#include "sim/scenario/scenario.h"

#include <check.h>
#include <glib.h>
#include <stddef.h>

/* 15 lines that are a whole scenario; line 16 is the first free one. */
extern const char *const sound_text;
/* The same with an example of every kind of group and value. */
extern const char *const rich_text;

/* Checked fixture: work in an empty folder, and remove it afterwards. */
void support_enter(void);
void support_leave(void);

void support_write(const char *name, const char *text);

/* Write t.scn and read it with --set arguments "GROUP.KEY=VALUE" (NULL ends them):
 * asserts that it is sound. */
struct scenario_file *support_read(const char *text, ...) G_GNUC_NULL_TERMINATED;

/* The same for one that must be refused: the message; g_free(). */
char *support_refusal(const char *text, ...) G_GNUC_NULL_TERMINATED;

/* The warnings of a sound one, joined by newlines; g_free(). */
char *support_warnings(const char *text);

/* Is this line one of the message's? Prints the message when not. */
void support_expect_line(const char *message, const char *line);

#endif
