#include "analysis/table.h"

#include <csv.h>
#include <math.h>
#include <string.h>

/* All cells lie behind each other in one arena, each closed by a NUL; a cell is an
 * offset into it. The header row is cells 0 to width - 1. Four bytes and the text
 * for a cell: connections.csv of a big sweep has millions. */
struct table {
    char *name;
    GString *arena;
    GArray *cells; /* guint32 offsets */
    GArray *lines; /* guint32, one a data row */
    size_t width;
};

struct reader {
    struct table *table;
    GError *error;
    size_t line;       /* the line that is being fed */
    size_t row_line;   /* where the row in progress began */
    size_t fields;     /* of the row in progress */
    bool header_done;
    bool between_rows;
};

G_DEFINE_QUARK(understudy-table-error, table_error)

static void take_field(void *data, size_t length, void *context)
{
    struct reader *reader = context;
    GString *arena = reader->table->arena;
    guint32 offset = (guint32)arena->len;
    g_string_append_len(arena, data, (gssize)length);
    g_string_append_c(arena, '\0');
    g_array_append_val(reader->table->cells, offset);
    reader->fields++;
}

static void take_header(struct reader *reader)
{
    struct table *table = reader->table;
    table->width = reader->fields;
    reader->header_done = true;
    for (size_t i = 0; i < table->width && reader->error == NULL; i++) {
        if (table_column(table, table_column_name(table, i)) != (int)i) {
            g_set_error(&reader->error, TABLE_ERROR, TABLE_ERROR_SHAPE,
                        "%s:%zu: column %s stands twice; rename or remove one", table->name,
                        reader->row_line, table_column_name(table, i));
        }
    }
}

static void take_data_row(struct reader *reader)
{
    struct table *table = reader->table;
    guint32 line = (guint32)reader->row_line;
    g_array_append_val(table->lines, line);
    if (reader->fields != table->width && reader->error == NULL) {
        g_set_error(&reader->error, TABLE_ERROR, TABLE_ERROR_SHAPE,
                    "%s:%u: row %u has %zu fields, but the header has %zu columns", table->name,
                    line, table->lines->len, reader->fields, table->width);
    }
}

static void take_row(int terminator, void *context)
{
    struct reader *reader = context;
    (void)terminator;
    if (reader->header_done) {
        take_data_row(reader);
    } else {
        take_header(reader);
    }
    reader->fields = 0;
    reader->between_rows = true;
}

static void fail_syntax(struct reader *reader, struct csv_parser *parser)
{
    if (reader->error == NULL) {
        g_set_error(&reader->error, TABLE_ERROR, TABLE_ERROR_SYNTAX,
                    "%s:%zu: not a CSV row: %s; check its quotes", reader->table->name,
                    reader->row_line, csv_strerror(csv_error(parser)));
    }
}

static bool is_blank(const char *text, size_t length)
{
    for (size_t i = 0; i < length; i++) {
        if (!g_ascii_isspace(text[i])) {
            return false;
        }
    }
    return true;
}

/* libcsv does not count lines, so it is fed one at a time. */
static void feed_line(struct reader *reader, struct csv_parser *parser, const char *text,
                      size_t length)
{
    reader->line++;
    if (reader->between_rows) {
        reader->row_line = reader->line;
    }
    reader->between_rows = reader->between_rows && is_blank(text, length);
    if (csv_parse(parser, text, length, take_field, take_row, reader) != length) {
        fail_syntax(reader, parser);
    }
}

static void feed(struct reader *reader, struct csv_parser *parser, const char *text,
                 size_t length)
{
    const char *end = text + length;
    while (text < end && reader->error == NULL) {
        const char *newline = memchr(text, '\n', (size_t)(end - text));
        size_t line = (size_t)((newline != NULL ? newline + 1 : end) - text);
        feed_line(reader, parser, text, line);
        text += line;
    }
    if (reader->error == NULL && csv_fini(parser, take_field, take_row, reader) != 0) {
        fail_syntax(reader, parser);
    }
    if (reader->error == NULL && !reader->header_done) {
        g_set_error(&reader->error, TABLE_ERROR, TABLE_ERROR_SHAPE,
                    "%s is empty: a header row with the names of the columns is needed",
                    reader->table->name);
    }
}

static struct table *new_table(const char *name)
{
    struct table *table = g_new0(struct table, 1);
    table->name = g_strdup(name);
    table->arena = g_string_new(NULL);
    table->cells = g_array_new(FALSE, FALSE, sizeof(guint32));
    table->lines = g_array_new(FALSE, FALSE, sizeof(guint32));
    return table;
}

/* Offsets are 32 bits, and a cell costs at most one byte more than its text. */
static bool acceptable(const char *text, size_t length, const char *name, GError **error)
{
    if (length > G_MAXUINT32 / 2) {
        g_set_error(error, TABLE_ERROR, TABLE_ERROR_SHAPE,
                    "%s: %zu bytes are more than a table may have (2 GB); split it", name, length);
        return false;
    }
    const char *bad = NULL;
    if (!g_utf8_validate_len(text, length, &bad)) {
        size_t line = 1;
        for (const char *at = text; at < bad; at++) {
            line += *at == '\n';
        }
        g_set_error(error, TABLE_ERROR, TABLE_ERROR_SYNTAX,
                    "%s:%zu: not text in UTF-8, so not a CSV table", name, line);
        return false;
    }
    return true;
}

static size_t byte_order_mark(const char *text, size_t length)
{
    return length >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0 ? 3 : 0;
}

struct table *table_parse(const char *text, size_t length, const char *name, GError **error)
{
    g_assert(text != NULL && name != NULL);
    if (!acceptable(text, length, name, error)) {
        return NULL;
    }
    struct csv_parser parser;
    int initialised = csv_init(&parser, CSV_STRICT | CSV_STRICT_FINI | CSV_APPEND_NULL);
    g_assert(initialised == 0);
    struct reader reader = {.table = new_table(name), .between_rows = true};
    size_t mark = byte_order_mark(text, length);
    feed(&reader, &parser, text + mark, length - mark);
    csv_free(&parser);
    if (reader.error != NULL) {
        g_propagate_error(error, reader.error);
        table_free(reader.table);
        return NULL;
    }
    return reader.table;
}

struct table *table_read(const char *path, GError **error)
{
    g_assert(path != NULL);
    g_autofree char *text = NULL;
    gsize length = 0;
    g_autoptr(GError) cause = NULL;
    if (!g_file_get_contents(path, &text, &length, &cause)) {
        const char *reason = strrchr(cause->message, ':'); /* GLib names the file once more */
        g_set_error(error, cause->domain, cause->code, "%s: cannot be read%s", path,
                    reason != NULL ? reason : "");
        return NULL;
    }
    return table_parse(text, length, path, error);
}

void table_free(struct table *table)
{
    if (table == NULL) {
        return;
    }
    g_array_unref(table->lines);
    g_array_unref(table->cells);
    g_string_free(table->arena, TRUE);
    g_free(table->name);
    g_free(table);
}

const char *table_name(const struct table *table)
{
    return table->name;
}

size_t table_rows(const struct table *table)
{
    return table->lines->len;
}

size_t table_columns(const struct table *table)
{
    return table->width;
}

static const char *cell(const struct table *table, size_t index)
{
    g_assert(index < table->cells->len);
    return table->arena->str + g_array_index(table->cells, guint32, index);
}

const char *table_column_name(const struct table *table, size_t column)
{
    g_assert(column < table->width);
    return cell(table, column);
}

int table_column(const struct table *table, const char *name)
{
    g_assert(name != NULL);
    for (size_t i = 0; i < table->width; i++) {
        if (strcmp(cell(table, i), name) == 0) {
            return (int)i;
        }
    }
    return -1;
}

bool table_require(const struct table *table, const char *name, size_t *column, GError **error)
{
    int found = table_column(table, name);
    if (found < 0) {
        g_set_error(error, TABLE_ERROR, TABLE_ERROR_SHAPE,
                    "%s: column %s is missing; was this file written by another program?",
                    table->name, name);
        return false;
    }
    *column = (size_t)found;
    return true;
}

bool table_between(const struct table *table, const char *after, const char *before,
                   size_t *first, size_t *end, GError **error)
{
    if (!table_require(table, after, first, error) || !table_require(table, before, end, error)) {
        return false;
    }
    ++*first;
    if (*first > *end) {
        g_set_error(error, TABLE_ERROR, TABLE_ERROR_SHAPE,
                    "%s: column %s must stand before column %s", table->name, after, before);
        return false;
    }
    return true;
}

size_t table_line(const struct table *table, size_t row)
{
    g_assert(row < table->lines->len);
    return g_array_index(table->lines, guint32, row);
}

const char *table_text(const struct table *table, size_t row, size_t column)
{
    g_assert(row < table->lines->len && column < table->width);
    return cell(table, (row + 1) * table->width + column);
}

bool table_number(const struct table *table, size_t row, size_t column, double *number)
{
    const char *text = table_text(table, row, column);
    /* keeps strtod from hexadecimal, infinity and not-a-number */
    if (*text == '\0' || text[strspn(text, "+-.0123456789eE")] != '\0') {
        return false;
    }
    char *end = NULL;
    *number = g_ascii_strtod(text, &end);
    return *end == '\0' && isfinite(*number);
}

void table_append_field(GString *line, const char *text)
{
    g_assert(line != NULL && text != NULL);
    size_t length = strlen(text);
    /* blanks at the ends too: readers trim what is not quoted */
    bool plain = text[strcspn(text, ",\"\r\n")] == '\0' &&
                 (length == 0 || (!g_ascii_isspace(text[0]) && !g_ascii_isspace(text[length - 1])));
    if (plain) {
        g_string_append(line, text);
        return;
    }
    g_string_append_c(line, '"');
    for (; *text != '\0'; text++) {
        if (*text == '"') {
            g_string_append_c(line, '"');
        }
        g_string_append_c(line, *text);
    }
    g_string_append_c(line, '"');
}
