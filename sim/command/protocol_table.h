/* Protocol table: protocols by measures, from the text of summary.csv. */
#ifndef SIM_COMMAND_PROTOCOL_TABLE_H
#define SIM_COMMAND_PROTOCOL_TABLE_H

#include <glib.h>
#include <stdbool.h>

/* A row for each value of the axis of this number (from 0), in blocks of 80 columns: what was
 * saved, what it cost, what was left behind. Where other axes vary, a table for each of their
 * settings. False and error when the summary cannot be read. */
bool protocol_table_print(GString *text, const char *summary, unsigned axis, double confidence,
                          GError **error);

#endif
