/* A table read from CSV: a header row and text cells. */
#ifndef ANALYSIS_TABLE_H
#define ANALYSIS_TABLE_H

#include <glib.h>
#include <stdbool.h>
#include <stddef.h>

struct table;

/* What can be wrong with a table; files that cannot be read give G_FILE_ERROR. */
enum table_error {
    TABLE_ERROR_SYNTAX, /* not strict CSV, or not text */
    TABLE_ERROR_SHAPE,  /* empty, ragged, or a column twice or missing */
    TABLE_ERROR_VALUE   /* a cell does not hold what its column promises */
};
#define TABLE_ERROR (table_error_quark())
GQuark table_error_quark(void);

/* Read strictly (libcsv, RFC 4180). Errors name file and row; a ragged row, a
 * doubled column name and an empty file are errors. Blank lines and a byte-order
 * mark are passed over. */
struct table *table_read(const char *path, GError **error);
struct table *table_parse(const char *text, size_t length, const char *name, GError **error);
void table_free(struct table *table);

/* The file, as messages name it. */
const char *table_name(const struct table *table);

size_t table_rows(const struct table *table);
size_t table_columns(const struct table *table);
const char *table_column_name(const struct table *table, size_t column);

/* Index of a column, or -1. */
int table_column(const struct table *table, const char *name);

/* The same for a column that has to be there: false and error when it is not. */
bool table_require(const struct table *table, const char *name, size_t *column, GError **error);

/* The columns after one and before another (the swept keys of a table of ours stand
 * so): first and end, an empty range when the two are neighbours. */
bool table_between(const struct table *table, const char *after, const char *before,
                   size_t *first, size_t *end, GError **error);

/* Line of the file on which a data row stands, from 1. */
size_t table_line(const struct table *table, size_t row);

/* A cell as text; never NULL. */
const char *table_text(const struct table *table, size_t row, size_t column);

/* A cell as a number; false when empty or not a finite decimal number to its end. */
bool table_number(const struct table *table, size_t row, size_t column, double *number);

/* Append one field to a CSV line, quoted where it must be. */
void table_append_field(GString *line, const char *text);

#endif
