#include "sim/command/protocol_table.h"

#include "analysis/table.h"
#include "sim/command/report.h"

#include <string.h>

enum { NAME_WIDTH = 12 };

enum look { LOOK_SHARE, LOOK_NUMBER, LOOK_TIME };

struct column {
    const char *metric;
    const char *above, *below; /* the heading, in two lines */
    unsigned width;
    enum look look;
};

#define BLOCK_COLUMNS 8

/* Those of which no run of any protocol says anything are left out. */
static const struct block {
    struct column columns[BLOCK_COLUMNS];
} blocks[] = {
    {{{"known", "known", "", 21, LOOK_SHARE},
      {"survival", "survived", "", 21, LOOK_SHARE},
      {"harmed", "harmed", "", 21, LOOK_SHARE}}},
    {{{"bytes-per-connection", "bytes", "/conn", 8, LOOK_NUMBER},
      {"bytes-back-per-connection", "of these", "back", 8, LOOK_NUMBER},
      {"datagrams-per-second", "datagr.", "/s", 8, LOOK_NUMBER},
      {"setup-p50", "set-up", "p50", 8, LOOK_TIME},
      {"setup-p99", "set-up", "p99", 8, LOOK_TIME},
      {"active-datagrams", "active", "reads", 8, LOOK_NUMBER},
      {"active-deadlines", "own", "timers", 8, LOOK_NUMBER}}},
    {{{"ghosts", "ghosts", "", 8, LOOK_NUMBER},
      {"counter-error", "counter", "error", 8, LOOK_NUMBER},
      {"worst-datagram", "worst", "datagram", 8, LOOK_NUMBER},
      {"stall-p50", "stall", "p50", 8, LOOK_TIME},
      {"stall-p99", "stall", "p99", 8, LOOK_TIME},
      {"reprotection-time", "guarded", "again", 8, LOOK_TIME},
      {"sync-time", "joiner", "in sync", 8, LOOK_TIME}}},
};

struct protocol_table {
    struct table *table;
    size_t axis;        /* column of the protocols */
    size_t first, axes; /* column of the first axis, and how many there are */
    size_t metric, estimate, lo, hi;
};

static bool find_columns(struct protocol_table *view, unsigned axis, GError **error)
{
    size_t end;

    if (!table_between(view->table, "point", "metric", &view->first, &end, error)) {
        return false;
    }
    view->axes = end - view->first;
    g_assert(axis < view->axes);
    view->axis = view->first + axis;
    return table_require(view->table, "metric", &view->metric, error) &&
           table_require(view->table, "estimate", &view->estimate, error) &&
           table_require(view->table, "lo", &view->lo, error) &&
           table_require(view->table, "hi", &view->hi, error);
}

static const char *cell(const struct protocol_table *view, size_t row, size_t column)
{
    return table_text(view->table, row, column);
}

/* ---- which rows ----------------------------------------------------------------------- */

/* Do two rows differ in nothing but the protocol, if at all? */
static bool same_group(const struct protocol_table *view, size_t row, size_t other)
{
    for (size_t column = view->first; column < view->first + view->axes; column++) {
        if (column != view->axis && strcmp(cell(view, row, column), cell(view, other, column))) {
            return false;
        }
    }
    return true;
}

static bool same_point(const struct protocol_table *view, size_t row, size_t other)
{
    return same_group(view, row, other) &&
           strcmp(cell(view, row, view->axis), cell(view, other, view->axis)) == 0;
}

static bool is_metric(const struct protocol_table *view, size_t row, const char *metric)
{
    return strcmp(cell(view, row, view->metric), metric) == 0;
}

/* The first metric of the table stands once for each point. */
static bool begins_point(const struct protocol_table *view, size_t row)
{
    return is_metric(view, row, "survival");
}

static bool begins_group(const struct protocol_table *view, size_t row)
{
    for (size_t before = 0; before < row; before++) {
        if (begins_point(view, before) && same_group(view, before, row)) {
            return false;
        }
    }
    return begins_point(view, row);
}

/* The row of a metric at the point of another row; false when there is none. */
static bool find(const struct protocol_table *view, size_t point, const char *metric, size_t *found)
{
    for (size_t row = 0; row < table_rows(view->table); row++) {
        if (is_metric(view, row, metric) && same_point(view, row, point)) {
            *found = row;
            return true;
        }
    }
    return false;
}

static bool has_value(const struct protocol_table *view, const char *metric)
{
    for (size_t row = 0; row < table_rows(view->table); row++) {
        if (is_metric(view, row, metric) && *cell(view, row, view->estimate) != '\0') {
            return true;
        }
    }
    return false;
}

/* ---- numbers -------------------------------------------------------------------------- */

static char *share(const struct protocol_table *view, size_t row, double estimate)
{
    double lo, hi;

    if (!table_number(view->table, row, view->lo, &lo) ||
        !table_number(view->table, row, view->hi, &hi)) {
        return g_strdup_printf("%7.2f%% %12s", 100 * estimate, "-");
    }
    g_autofree char *interval = g_strdup_printf("%.1f..%.1f", 100 * lo, 100 * hi);
    return g_strdup_printf("%7.2f%% %12s", 100 * estimate, interval);
}

static char *number(double value)
{
    return g_strdup_printf("%.*f", value < 10 ? 2 : value < 1000 ? 1 : 0, value);
}

static char *seconds(double value)
{
    return value < 0.1 ? g_strdup_printf("%.2fms", 1e3 * value)
                       : g_strdup_printf("%.3fs", value);
}

static char *look_at(const struct protocol_table *view, size_t point, const struct column *column)
{
    size_t row;
    double estimate;

    if (!find(view, point, column->metric, &row) ||
        !table_number(view->table, row, view->estimate, &estimate)) {
        return g_strdup("-");
    }
    switch (column->look) {
    case LOOK_SHARE:
        return share(view, row, estimate);
    case LOOK_TIME:
        return seconds(estimate);
    default:
        return number(estimate);
    }
}

/* ---- a block --------------------------------------------------------------------------- */

static void end_line(GString *text)
{
    while (text->len > 0 && text->str[text->len - 1] == ' ') {
        g_string_truncate(text, text->len - 1);
    }
    g_string_append_c(text, '\n');
}

/* The columns of a block that say something, and how many. */
static size_t choose(const struct protocol_table *view, const struct block *block,
                     const struct column **chosen)
{
    size_t count = 0;

    for (size_t i = 0; i < BLOCK_COLUMNS && block->columns[i].metric != NULL; i++) {
        if (has_value(view, block->columns[i].metric)) {
            chosen[count++] = &block->columns[i];
        }
    }
    return count;
}

static void print_heading(GString *text, const struct column *const *columns, size_t count)
{
    bool second = false;

    g_string_append(text, "  ");
    report_pad(text, "protocol", NAME_WIDTH);
    for (size_t i = 0; i < count; i++) {
        second |= *columns[i]->below != '\0';
        g_string_append_printf(text, " %*s", (int)columns[i]->width, columns[i]->above);
    }
    end_line(text);
    if (second) {
        g_string_append_printf(text, "%*s", NAME_WIDTH + 2, "");
        for (size_t i = 0; i < count; i++) {
            g_string_append_printf(text, " %*s", (int)columns[i]->width, columns[i]->below);
        }
        end_line(text);
    }
}

static void print_point(GString *text, const struct protocol_table *view, size_t point,
                        const struct column *const *columns, size_t count)
{
    g_string_append(text, "  ");
    report_pad(text, cell(view, point, view->axis), NAME_WIDTH);
    for (size_t i = 0; i < count; i++) {
        g_autofree char *value = look_at(view, point, columns[i]);
        g_string_append_printf(text, " %*s", (int)columns[i]->width, value);
    }
    end_line(text);
}

static void print_block(GString *text, const struct protocol_table *view, size_t group,
                        const struct block *block)
{
    const struct column *columns[BLOCK_COLUMNS];
    size_t count = choose(view, block, columns);

    if (count == 0) {
        return;
    }
    print_heading(text, columns, count);
    for (size_t row = group; row < table_rows(view->table); row++) {
        if (begins_point(view, row) && same_group(view, group, row)) {
            print_point(text, view, row, columns, count);
        }
    }
}

static void print_group(GString *text, const struct protocol_table *view, size_t group)
{
    g_autoptr(GString) where = g_string_new(NULL);

    for (size_t column = view->first; column < view->first + view->axes; column++) {
        if (column != view->axis) {
            g_string_append_printf(where, "%s%s = %s", where->len > 0 ? ", " : "",
                                   table_column_name(view->table, column),
                                   cell(view, group, column));
        }
    }
    if (where->len > 0) {
        g_string_append_c(where, ':');
        report_wrap(text, where->str, 2);
    }
    for (size_t i = 0; i < G_N_ELEMENTS(blocks); i++) {
        g_string_append(text, i > 0 ? "\n" : "");
        print_block(text, view, group, &blocks[i]);
    }
}

bool protocol_table_print(GString *text, const char *summary, unsigned axis, double confidence,
                          GError **error)
{
    struct protocol_table view = {
        .table = table_parse(summary, strlen(summary), "summary.csv", error)};
    bool good = view.table != NULL && find_columns(&view, axis, error);
    bool later = false;

    if (good) {
        g_string_append_printf(text, "shares with their %g%% intervals over runs\n\n",
                               100 * confidence);
    }
    for (size_t row = 0; good && row < table_rows(view.table); row++) {
        if (begins_group(&view, row)) {
            g_string_append(text, later ? "\n" : "");
            print_group(text, &view, row);
            later = true;
        }
    }
    g_clear_pointer(&view.table, table_free);
    return good;
}
