/* Report: the small change of text for people, 80 columns wide. */
#ifndef SIM_COMMAND_REPORT_H
#define SIM_COMMAND_REPORT_H

#include "core/nstime.h"

#include <glib.h>
#include <stdbool.h>

#define REPORT_WIDTH 80

enum report_colour { REPORT_GREEN = 32, REPORT_RED = 31, REPORT_BOLD = 1 };

/* "94.6%", or "-" when there is nothing to divide by. */
void report_share(GString *text, double part, double whole);

/* "21.400s" */
void report_time(GString *text, nstime time);

/* Text broken at blanks, each line but the first behind so many blanks. */
void report_wrap(GString *text, const char *words, unsigned indent);

/* A word on so many columns: padded behind, or cut with a tilde. For
 * names and values of scenarios, which are ASCII. */
void report_pad(GString *text, const char *word, unsigned width);

/* A character so many times, coloured if colour says so. */
void report_bar(GString *text, char ink, unsigned length, enum report_colour paint,
                bool colour);

/* A JSON string with its quotes. */
void report_json_string(GString *text, const char *string);

#endif
