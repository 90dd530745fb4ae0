/* A table read from CSV: a header row and text cells. */
#ifndef ANALYSIS_TABLE_H
#define ANALYSIS_TABLE_H

#include <glib.h>
#include <stdbool.h>
#include <stddef.h>

struct table;

/* Read strictly (libcsv, RFC 4180). Errors name file and row; a ragged row, a
 * doubled column name and an empty file are errors. */
struct table *table_read(const char *path, GError **error);
struct table *table_parse(const char *text, size_t length, const char *name, GError **error);
void table_free(struct table *table);

size_t table_rows(const struct table *table);
size_t table_columns(const struct table *table);
const char *table_column_name(const struct table *table, size_t column);

/* Index of a column, or -1. */
int table_column(const struct table *table, const char *name);

/* Line of the file on which a data row stands, from 1. */
size_t table_line(const struct table *table, size_t row);

/* A cell as text; never NULL. */
const char *table_text(const struct table *table, size_t row, size_t column);

/* A cell as a number; false when empty or not a number to its end. */
bool table_number(const struct table *table, size_t row, size_t column, double *number);

/* Append one field to a CSV line, quoted where it must be. */
void table_append_field(GString *line, const char *text);

#endif
