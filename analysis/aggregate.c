#include "analysis/aggregate.h"

#include "analysis/metric.h"
#include "analysis/stats.h"

#include <stdlib.h>
#include <string.h>

struct point {
    double number;
    GArray *rows; /* size_t: its runs, in the order of the table */
};

static void clear_point(void *data)
{
    struct point *point = data;
    g_array_unref(point->rows);
}

static int compare_points(const void *a, const void *b)
{
    const struct point *left = a;
    const struct point *right = b;
    return (left->number > right->number) - (left->number < right->number);
}

static struct point *find_point(GArray *points, double number)
{
    for (guint i = points->len; i-- > 0;) {
        struct point *point = &g_array_index(points, struct point, i);
        if (!(point->number < number) && !(point->number > number)) {
            return point;
        }
    }
    return NULL;
}

struct swept {
    size_t point;
    size_t first;
    size_t end;
};

/* A point is one setting of the swept keys; a table that says otherwise was mixed. */
static bool check_same(const struct table *runs, const struct swept *swept, size_t row,
                       size_t other, GError **error)
{
    for (size_t i = swept->first; i < swept->end; i++) {
        if (strcmp(table_text(runs, row, i), table_text(runs, other, i)) != 0) {
            g_set_error(error, TABLE_ERROR, TABLE_ERROR_VALUE,
                        "%s:%zu: %s differs from line %zu, which has the same point: were two "
                        "tables mixed?",
                        table_name(runs), table_line(runs, row), table_column_name(runs, i),
                        table_line(runs, other));
            return false;
        }
    }
    return true;
}

static bool add_row(GArray *points, const struct table *runs, const struct swept *swept,
                    size_t row, GError **error)
{
    double number = 0;
    if (!table_number(runs, row, swept->point, &number)) {
        g_set_error(error, TABLE_ERROR, TABLE_ERROR_VALUE,
                    "%s:%zu: point = \"%s\" is not a number", table_name(runs),
                    table_line(runs, row), table_text(runs, row, swept->point));
        return false;
    }
    struct point *point = find_point(points, number);
    if (point == NULL) {
        struct point fresh = {number, g_array_new(FALSE, FALSE, sizeof(size_t))};
        g_array_append_val(points, fresh);
        point = &g_array_index(points, struct point, points->len - 1);
    } else if (!check_same(runs, swept, row, g_array_index(point->rows, size_t, 0), error)) {
        return false;
    }
    g_array_append_val(point->rows, row);
    return true;
}

static GArray *group(const struct table *runs, const struct swept *swept, GError **error)
{
    GArray *points = g_array_new(FALSE, FALSE, sizeof(struct point));
    g_array_set_clear_func(points, clear_point);
    for (size_t row = 0; row < table_rows(runs); row++) {
        if (!add_row(points, runs, swept, row, error)) {
            g_array_unref(points);
            return NULL;
        }
    }
    g_array_sort(points, compare_points);
    return points;
}

static void append_number(GString *text, double number)
{
    char digits[G_ASCII_DTOSTR_BUF_SIZE + 320];
    g_string_append_c(text, ',');
    g_string_append(text, g_ascii_formatd(digits, sizeof digits, "%.6f", number));
}

/* What the runs of a point say of a metric. */
struct sample {
    GArray *values; /* double */
    uint64_t connections;
    size_t row;     /* of the latest value */
};

static struct interval summarise(const struct metric *metric, const struct sample *sample,
                                 double confidence)
{
    const double *data = &g_array_index(sample->values, double, 0);
    guint count = sample->values->len;
    if (metric->kind == METRIC_SHARE) {
        return stats_share(data, count, confidence, sample->connections);
    }
    struct interval interval = stats_mean(data, count, confidence);
    interval.lo = MAX(interval.lo, 0);
    if (metric->kind == METRIC_LEVEL) {
        interval.hi = MIN(interval.hi, 1);
    }
    return interval;
}

/* One run is one sample: it has no spread, so no interval either, but where it gives one of
 * its own. Only of a share at an edge, where nobody or everybody did, do its connections
 * still say how near (rule of three). */
static bool find_interval(const struct metric *metric, const struct table *runs,
                          const struct sample *sample, struct interval *interval)
{
    double value = interval->estimate;
    return sample->values->len > 1 ||
           metric_interval(metric, runs, sample->row, &interval->lo, &interval->hi) ||
           (metric->kind == METRIC_SHARE && (value <= 0 || value >= 1));
}

static void append_interval(GString *text, const struct metric *metric, const struct table *runs,
                            const struct sample *sample, double confidence)
{
    struct interval interval = summarise(metric, sample, confidence);
    append_number(text, interval.estimate);
    if (find_interval(metric, runs, sample, &interval)) {
        append_number(text, interval.lo);
        append_number(text, interval.hi);
    } else {
        g_string_append(text, ",,");
    }
}

static void append_estimate(GString *text, const struct metric *metric, const struct table *runs,
                            const struct point *point, double confidence)
{
    struct sample sample = {g_array_new(FALSE, FALSE, sizeof(double)), 0, 0};
    for (guint i = 0; i < point->rows->len; i++) {
        size_t row = g_array_index(point->rows, size_t, i);
        double value = 0;
        if (metric_value(metric, runs, row, &value)) {
            g_array_append_val(sample.values, value);
            sample.connections += metric_connections(metric, runs, row);
            sample.row = row;
        }
    }
    g_string_append_printf(text, ",%u", sample.values->len);
    if (sample.values->len == 0) {
        g_string_append(text, ",,,");
    } else {
        append_interval(text, metric, runs, &sample, confidence);
    }
    g_string_append_c(text, '\n');
    g_array_unref(sample.values);
}

static void append_header(GString *text, const struct table *runs, const struct swept *swept)
{
    g_string_append(text, "point");
    for (size_t i = swept->first; i < swept->end; i++) {
        g_string_append_c(text, ',');
        table_append_field(text, table_column_name(runs, i));
    }
    g_string_append(text, ",metric,runs,estimate,lo,hi\n");
}

static void append_point(GString *text, const struct table *runs, const struct swept *swept,
                         const struct point *point, const GPtrArray *metrics, double confidence)
{
    size_t row = g_array_index(point->rows, size_t, 0);
    g_autoptr(GString) start = g_string_new(table_text(runs, row, swept->point));
    for (size_t i = swept->first; i < swept->end; i++) {
        g_string_append_c(start, ',');
        table_append_field(start, table_text(runs, row, i));
    }
    for (guint i = 0; i < metrics->len; i++) {
        const struct metric *metric = g_ptr_array_index(metrics, i);
        g_string_append_printf(text, "%s,", start->str);
        table_append_field(text, metric->name);
        append_estimate(text, metric, runs, point, confidence);
    }
}

GString *aggregate_summary(const struct table *runs, double confidence, GError **error)
{
    g_assert(runs != NULL);
    g_assert(confidence > 0 && confidence < 1);
    struct swept swept = {0};
    if (!table_require(runs, "point", &swept.point, error) ||
        !table_between(runs, "repetition", "counted", &swept.first, &swept.end, error)) {
        return NULL;
    }
    g_autoptr(GPtrArray) metrics = metric_list(runs, error);
    if (metrics == NULL) {
        return NULL;
    }
    g_autoptr(GArray) points = group(runs, &swept, error);
    if (points == NULL) {
        return NULL;
    }
    GString *text = g_string_new(NULL);
    append_header(text, runs, &swept);
    for (guint i = 0; i < points->len; i++) {
        append_point(text, runs, &swept, &g_array_index(points, struct point, i), metrics,
                     confidence);
    }
    return text;
}
