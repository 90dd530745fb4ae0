#include "sim/scenario/trace_log.h"

#include <string.h>

uint32_t trace_log_client(struct trace_log *log, const char *name)
{
    gpointer number = g_hash_table_lookup(log->clients, name);
    if (number == NULL) {
        number = GUINT_TO_POINTER(g_hash_table_size(log->clients) + 1);
        g_hash_table_insert(log->clients, g_strdup(name), number);
    }
    return GPOINTER_TO_UINT(number) - 1;
}

void trace_log_skip(struct trace_log *log, const char *reason)
{
    for (guint i = 0; i < log->skipped->len; i++) {
        struct trace_skip *skip = g_ptr_array_index(log->skipped, i);
        if (strcmp(skip->reason, reason) == 0) {
            skip->count++;
            return;
        }
    }
    struct trace_skip *skip = g_new(struct trace_skip, 1);
    *skip = (struct trace_skip){ .reason = g_strdup(reason), .count = 1 };
    g_ptr_array_add(log->skipped, skip);
}

bool trace_number(const char *text, uint64_t max, uint64_t *value)
{
    return g_ascii_string_to_unsigned(text, 10, 0, max, value, NULL);
}

/* Nine digits after the point, filled up with zeros. */
static bool fraction(const char *text, nstime *nanoseconds)
{
    nstime value = 0;
    for (unsigned i = 0; i < 9; i++) {
        value *= 10;
        if (g_ascii_isdigit(*text))
            value += *text++ - '0';
    }
    while (g_ascii_isdigit(*text))
        text++;
    *nanoseconds = value;
    return *text == '\0';
}

bool trace_seconds(const char *text, nstime *value)
{
    nstime seconds = 0;
    nstime nanoseconds = 0;
    if (!g_ascii_isdigit(*text))
        return false;
    for (; g_ascii_isdigit(*text); text++) {
        seconds = 10 * seconds + (*text - '0');
        if (seconds > TRACE_SECONDS_MAX)
            return false;
    }
    bool whole = *text == '\0';
    bool decimal = *text == '.' && g_ascii_isdigit(text[1]) && fraction(text + 1, &nanoseconds);
    *value = seconds * NSTIME_S + nanoseconds;
    return whole || decimal;
}

bool trace_refuse(const struct trace_log *log, size_t line, const char *column,
                  const char *value, const char *problem, GError **error)
{
    g_set_error(error, TRACE_ERROR, TRACE_ERROR_ROW, "%s:%zu: %s = %s: %s", log->name, line,
                column, value, problem);
    return false;
}

bool trace_log_row(struct trace_log *log, size_t line, const struct trace_cells *names,
                   const struct trace_cells *cells, struct trace_row *row, GError **error)
{
    static const char not_seconds[] = "not a number of seconds, such as 12.5";
    static const char not_bytes[] = "not a number of bytes";
    uint64_t port;
    if (!trace_seconds(cells->start, &row->start))
        return trace_refuse(log, line, names->start, cells->start, not_seconds, error);
    if (!trace_seconds(cells->duration, &row->duration) || row->duration > TRACE_DURATION_MAX)
        return trace_refuse(log, line, names->duration, cells->duration, not_seconds, error);
    if (!trace_number(cells->client_port, UINT16_MAX, &port))
        return trace_refuse(log, line, names->client_port, cells->client_port,
                            "not a port from 0 to 65535", error);
    if (!trace_number(cells->request_bytes, TRACE_BYTES_MAX, &row->request_bytes))
        return trace_refuse(log, line, names->request_bytes, cells->request_bytes, not_bytes,
                            error);
    if (!trace_number(cells->response_bytes, TRACE_BYTES_MAX, &row->response_bytes))
        return trace_refuse(log, line, names->response_bytes, cells->response_bytes, not_bytes,
                            error);
    row->client_port = (uint16_t)port;
    return true;
}
