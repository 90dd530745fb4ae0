#include "sim/scenario/zeek.h"

#include <string.h>

/* Fields of a row that are read, by Zeek's names. */
#define FIELD_LIST(X)                \
    X(FIELD_START, "ts")             \
    X(FIELD_CLIENT, "id.orig_h")     \
    X(FIELD_PORT, "id.orig_p")       \
    X(FIELD_PROTOCOL, "proto")       \
    X(FIELD_DURATION, "duration")    \
    X(FIELD_REQUEST, "orig_bytes")   \
    X(FIELD_RESPONSE, "resp_bytes")  \
    X(FIELD_STATE, "conn_state")

#define CODE(code, name) code,
#define NAME(code, name) name,
enum field { FIELD_LIST(CODE) FIELD_COUNT };
static const char *const field_names[FIELD_COUNT] = { FIELD_LIST(NAME) };
#undef CODE
#undef NAME

static const struct trace_cells cell_names = {
    "ts", "duration", "id.orig_p", "orig_bytes", "resp_bytes",
};

struct zeek {
    struct trace_log *log;
    size_t line;
    char separator[2];
    char *unset;
    size_t width;             /* fields in a row; 0 before #fields */
    size_t at[FIELD_COUNT];   /* where each stands in a row */
};

static bool refuse_line(const struct zeek *zeek, const char *problem, GError **error)
{
    g_set_error(error, TRACE_ERROR, TRACE_ERROR_ROW, "%s:%zu: %s", zeek->log->name, zeek->line,
                problem);
    return false;
}

/* ---- lines that begin with # */

/* "#separator \x09": the one line that is not separated by the separator. */
static bool take_separator(struct zeek *zeek, const char *text, GError **error)
{
    char *plain = g_strcompress(text);
    uint64_t code = 0;
    bool hexadecimal = g_str_has_prefix(text, "\\x")
                       && g_ascii_string_to_unsigned(text + 2, 16, 1, 127, &code, NULL);
    bool good = hexadecimal || strlen(plain) == 1;
    zeek->separator[0] = hexadecimal ? (char)code : plain[0];
    g_free(plain);
    return good || refuse_line(zeek, "#separator is not one character, such as \\x09", error);
}

static bool take_fields(struct zeek *zeek, char **cells, GError **error)
{
    zeek->width = g_strv_length(cells);
    for (size_t i = 0; i < FIELD_COUNT; i++) {
        size_t at = 0;
        while (cells[at] != NULL && strcmp(cells[at], field_names[i]) != 0)
            at++;
        if (cells[at] == NULL) {
            g_set_error(error, TRACE_ERROR, TRACE_ERROR_ROW,
                        "%s:%zu: #fields has no %s; is this a conn.log?", zeek->log->name,
                        zeek->line, field_names[i]);
            return false;
        }
        zeek->at[i] = at;
    }
    return true;
}

static bool take_remark(struct zeek *zeek, const char *text, GError **error)
{
    static const char separator[] = "#separator ";
    if (g_str_has_prefix(text, separator))
        return take_separator(zeek, text + strlen(separator), error);
    char **cells = g_strsplit(text, zeek->separator, 0);
    bool good = true;
    if (strcmp(cells[0], "#fields") == 0) {
        good = take_fields(zeek, cells + 1, error);
    } else if (strcmp(cells[0], "#unset_field") == 0 && cells[1] != NULL) {
        g_free(zeek->unset);
        zeek->unset = g_strdup(cells[1]);
    }
    g_strfreev(cells);
    return good;
}

/* ---- rows */

static const char *cell(const struct zeek *zeek, char **cells, enum field field)
{
    return cells[zeek->at[field]];
}

static bool is_unset(const struct zeek *zeek, const char *text)
{
    return strcmp(text, zeek->unset) == 0;
}

/* Why a row is left out, or NULL; to be freed. */
static char *reason_to_skip(const struct zeek *zeek, char **cells)
{
    static const char *const established[] = { "SF", "S1", "S2", "S3", "RSTO", "RSTR", NULL };
    const char *state = cell(zeek, cells, FIELD_STATE);
    if (strcmp(cell(zeek, cells, FIELD_PROTOCOL), "tcp") != 0)
        return g_strdup("not TCP");
    if (!g_strv_contains(established, state))
        return g_strdup_printf("in state %s", state);
    if (is_unset(zeek, cell(zeek, cells, FIELD_DURATION)))
        return g_strdup("without a duration");
    return NULL;
}

static const char *bytes(const struct zeek *zeek, char **cells, enum field field)
{
    const char *text = cell(zeek, cells, field);
    return is_unset(zeek, text) ? "0" : text;
}

static bool take_connection(struct zeek *zeek, char **cells, GError **error)
{
    const char *state = cell(zeek, cells, FIELD_STATE);
    struct trace_cells texts = {
        cell(zeek, cells, FIELD_START), cell(zeek, cells, FIELD_DURATION),
        cell(zeek, cells, FIELD_PORT), bytes(zeek, cells, FIELD_REQUEST),
        bytes(zeek, cells, FIELD_RESPONSE),
    };
    struct trace_row row = { 0 };
    if (!trace_log_row(zeek->log, zeek->line, &cell_names, &texts, &row, error))
        return false;
    row.client = trace_log_client(zeek->log, cell(zeek, cells, FIELD_CLIENT));
    row.lower_bound = strcmp(state, "S1") == 0 || strcmp(state, "S3") == 0;
    g_array_append_val(zeek->log->rows, row);
    return true;
}

static bool take_row(struct zeek *zeek, char **cells, GError **error)
{
    if (zeek->width == 0)
        return refuse_line(zeek, "a row before the line #fields", error);
    if (g_strv_length(cells) != zeek->width)
        return refuse_line(zeek, "the row has not as many fields as the line #fields", error);
    char *reason = reason_to_skip(zeek, cells);
    if (reason == NULL)
        return take_connection(zeek, cells, error);
    trace_log_skip(zeek->log, reason);
    g_free(reason);
    return true;
}

static bool take_line(struct zeek *zeek, char *text, GError **error)
{
    size_t length = strlen(text);
    if (length > 0 && text[length - 1] == '\r')
        text[length - 1] = '\0';
    if (*text == '\0')
        return true;
    if (*text == '#')
        return take_remark(zeek, text, error);
    char **cells = g_strsplit(text, zeek->separator, 0);
    bool good = take_row(zeek, cells, error);
    g_strfreev(cells);
    return good;
}

bool zeek_read(const char *text, struct trace_log *log, GError **error)
{
    struct zeek zeek = { .log = log, .separator = "\t", .unset = g_strdup("-") };
    char **lines = g_strsplit(text, "\n", 0);
    bool good = true;
    for (size_t i = 0; good && lines[i] != NULL; i++) {
        zeek.line = i + 1;
        good = take_line(&zeek, lines[i], error);
    }
    g_strfreev(lines);
    g_free(zeek.unset);
    return good;
}
