#include "sim/scenario/trace.h"

#include "analysis/table.h"
#include "sim/scenario/trace_log.h"
#include "sim/scenario/zeek.h"

#include <string.h>

G_DEFINE_QUARK(understudy-trace-error, trace_error)

/* ---- our CSV */

enum column { START, DURATION, CLIENT, CLIENT_PORT, REQUEST_BYTES, RESPONSE_BYTES, COLUMN_COUNT };

static const char *const column_names[COLUMN_COUNT] = {
    "start_s", "duration_s", "client", "client_port", "request_bytes", "response_bytes",
};
static const char bound_name[] = "lower_bound";

static const struct trace_cells cell_names = {
    "start_s", "duration_s", "client_port", "request_bytes", "response_bytes",
};

struct csv {
    struct table *table;
    size_t columns[COLUMN_COUNT];
    int bound; /* column of lower_bound, or -1 */
};

static bool find_columns(const struct trace_log *log, struct csv *csv, GError **error)
{
    for (size_t i = 0; i < COLUMN_COUNT; i++) {
        int column = table_column(csv->table, column_names[i]);
        if (column < 0) {
            g_set_error(error, TRACE_ERROR, TRACE_ERROR_FILE,
                        "%s:1: no column %s; a trace begins with the header "
                        "start_s,duration_s,client,client_port,request_bytes,response_bytes",
                        log->name, column_names[i]);
            return false;
        }
        csv->columns[i] = (size_t)column;
    }
    csv->bound = table_column(csv->table, bound_name);
    return true;
}

static const char *cell(const struct csv *csv, size_t row, enum column column)
{
    return table_text(csv->table, row, csv->columns[column]);
}

static bool read_bound(const struct trace_log *log, const struct csv *csv, size_t number,
                       struct trace_row *row, GError **error)
{
    if (csv->bound < 0)
        return true;
    const char *text = table_text(csv->table, number, (size_t)csv->bound);
    row->lower_bound = strcmp(text, "yes") == 0;
    if (row->lower_bound || strcmp(text, "no") == 0)
        return true;
    return trace_refuse(log, table_line(csv->table, number), bound_name, text,
                        "neither yes nor no", error);
}

static bool read_row(struct trace_log *log, const struct csv *csv, size_t number,
                     GError **error)
{
    size_t line = table_line(csv->table, number);
    const char *client = cell(csv, number, CLIENT);
    const char *port = cell(csv, number, CLIENT_PORT);
    struct trace_cells cells = {
        cell(csv, number, START), cell(csv, number, DURATION), *port == '\0' ? "0" : port,
        cell(csv, number, REQUEST_BYTES), cell(csv, number, RESPONSE_BYTES),
    };
    struct trace_row row = { 0 };
    if (!trace_log_row(log, line, &cell_names, &cells, &row, error)
        || !read_bound(log, csv, number, &row, error))
        return false;
    if (*client == '\0')
        return trace_refuse(log, line, column_names[CLIENT], client,
                            "empty; give an address or a name", error);
    row.client = trace_log_client(log, client);
    g_array_append_val(log->rows, row);
    return true;
}

static bool read_csv(const char *text, size_t length, struct trace_log *log, GError **error)
{
    struct csv csv = { .table = table_parse(text, length, log->name, error) };
    if (csv.table == NULL)
        return false;
    bool good = find_columns(log, &csv, error);
    for (size_t row = 0; good && row < table_rows(csv.table); row++)
        good = read_row(log, &csv, row, error);
    table_free(csv.table);
    return good;
}

/* ---- what both formats come to */

/* Rows of one instant stay as they stand in the file. */
static gint compare_starts(gconstpointer a, gconstpointer b, gpointer context)
{
    (void)context;
    const struct trace_row *left = a;
    const struct trace_row *right = b;
    return (left->start > right->start) - (left->start < right->start);
}

static nstime shift_to_zero(struct trace_row *rows, size_t count)
{
    nstime first = rows[0].start;
    nstime span = 0;
    for (size_t i = 0; i < count; i++) {
        rows[i].start -= first;
        span = MAX(span, rows[i].start + rows[i].duration);
    }
    return span;
}

static unsigned count_bounds(const struct workload_spec *spec)
{
    unsigned count = 0;
    for (size_t i = 0; i < spec->trace_count; i++)
        count += spec->trace[i].lower_bound;
    return count;
}

static void append_skipped(GString *text, const GPtrArray *skipped)
{
    unsigned total = 0;
    for (guint i = 0; i < skipped->len; i++)
        total += ((const struct trace_skip *)g_ptr_array_index(skipped, i))->count;
    g_string_append_printf(text, "; skipped %u", total);
    for (guint i = 0; i < skipped->len; i++) {
        const struct trace_skip *skip = g_ptr_array_index(skipped, i);
        g_string_append_printf(text, "%s %u %s", i == 0 ? ":" : ",", skip->count, skip->reason);
    }
}

static char *summarise(const struct trace_log *log, const struct workload_spec *spec)
{
    nstime span = spec->trace_span / NSTIME_MS;
    GString *text = g_string_new(NULL);
    g_string_printf(text,
                    "%s: %zu connections of %u client%s in %" G_GINT64_FORMAT
                    ".%03" G_GINT64_FORMAT " s, %u with a lower bound for their duration",
                    log->name, spec->trace_count, spec->clients, spec->clients == 1 ? "" : "s",
                    span / 1000, span % 1000, count_bounds(spec));
    append_skipped(text, log->skipped);
    return g_string_free(text, FALSE);
}

static bool hand_over(struct trace_log *log, struct workload_spec *spec, GError **error)
{
    if (log->rows->len == 0) {
        g_set_error(error, TRACE_ERROR, TRACE_ERROR_EMPTY,
                    "%s: no connection in it that could be replayed; give another log",
                    log->name);
        return false;
    }
    spec->trace_count = log->rows->len;
    spec->trace = (struct trace_row *)(void *)g_array_free(log->rows, FALSE);
    log->rows = NULL;
    g_qsort_with_data(spec->trace, (gint)spec->trace_count, sizeof(*spec->trace),
                      compare_starts, NULL);
    spec->trace_span = shift_to_zero(spec->trace, spec->trace_count);
    spec->clients = g_hash_table_size(log->clients);
    spec->trace_summary = summarise(log, spec);
    return true;
}

static void free_skip(gpointer data)
{
    struct trace_skip *skip = data;
    g_free(skip->reason);
    g_free(skip);
}

static bool read_text(const char *text, size_t length, const char *path,
                      struct workload_spec *spec, GError **error)
{
    struct trace_log log = {
        .name = path,
        .rows = g_array_new(FALSE, FALSE, sizeof(struct trace_row)),
        .clients = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL),
        .skipped = g_ptr_array_new_with_free_func(free_skip),
    };
    bool zeek = length > 0 && text[0] == '#';
    bool good = zeek ? zeek_read(text, &log, error) : read_csv(text, length, &log, error);
    good = good && hand_over(&log, spec, error);
    g_clear_pointer(&log.rows, g_array_unref);
    g_hash_table_unref(log.clients);
    g_ptr_array_unref(log.skipped);
    return good;
}

bool trace_read(const char *path, struct workload_spec *spec, GError **error)
{
    char *text;
    gsize length;
    GError *cause = NULL;
    if (!g_file_get_contents(path, &text, &length, &cause)) {
        /* GLib's sentence names the path again, before a colon: what follows is the reason */
        const char *reason = strrchr(cause->message, ':');
        g_set_error(error, TRACE_ERROR, TRACE_ERROR_FILE, "%s: cannot be read%s", path,
                    reason != NULL ? reason : "");
        g_error_free(cause);
        return false;
    }
    bool good = memchr(text, '\0', length) == NULL;
    if (good)
        good = read_text(text, length, path, spec, error);
    else
        g_set_error(error, TRACE_ERROR, TRACE_ERROR_FILE,
                    "%s: not a text file; give a trace as CSV or a Zeek conn.log", path);
    g_free(text);
    return good;
}
