/* Curve: survival at each point of a sweep, as a table for people. */
#ifndef SIM_COMMAND_CURVE_H
#define SIM_COMMAND_CURVE_H

#include <glib.h>
#include <stdbool.h>

/* Append the table made from the text of summary.csv, 80 columns wide: the swept
 * values, runs, survival with its interval, known and what theory says of known. Where there
 * were virtual crashes, a table of theirs follows; it stands alone where nothing failed. */
bool curve_print(GString *text, const char *summary, double confidence, GError **error);

#endif
