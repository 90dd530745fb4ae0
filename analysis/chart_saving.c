/* Saving: what telling less saves on the wire, and what stays protected for all that, against the
 * first numeric key of a sweep (quantity Q1 of replication after a delay). Bytes are ratios of two
 * means that met the same traffic: the intervals of either would be far too wide for them, so
 * there are none. */
#include "analysis/chart.h"
#include "analysis/sweep.h"

#include <math.h>
#include <string.h>

/* A curve is a metric: as it is, or what of the largest in the sweep is spared. */
static const struct part {
    const char *metric, *name;
    bool spared;
} parts[] = {
    {"bytes-per-connection", "bytes of replication saved", true},
    {"known", "connections known to the standby", false},
    {"bytes-lost", "bytes of requests and answers protected", true},
};

struct columns {
    size_t metric, estimate, lo, hi;
};

static bool find_columns(const struct table *table, struct columns *columns, GError **error)
{
    return table_require(table, "metric", &columns->metric, error) &&
           table_require(table, "estimate", &columns->estimate, error) &&
           table_require(table, "lo", &columns->lo, error) &&
           table_require(table, "hi", &columns->hi, error);
}

static double cell(const struct table *table, size_t row, size_t column)
{
    double number = NAN;
    return table_number(table, row, column, &number) ? number : NAN;
}

static bool is_metric(const struct table *table, const struct columns *columns, size_t row,
                      const char *metric)
{
    return strcmp(table_text(table, row, columns->metric), metric) == 0;
}

/* NAN where the sweep does not have it. */
static double largest(const struct table *table, const struct columns *columns, const char *metric)
{
    double most = NAN;
    for (size_t row = 0; row < table_rows(table); row++) {
        if (is_metric(table, columns, row, metric)) {
            most = fmax(most, cell(table, row, columns->estimate));
        }
    }
    return most;
}

static double percent(const struct part *part, double value, double most)
{
    return part->spared ? 100 * (1 - value / most) : 100 * value;
}

static void add_part(struct figure *figure, const struct sweep *sweep,
                     const struct columns *columns, const struct part *part)
{
    const struct table *table = sweep->table;
    double most = largest(table, columns, part->metric);
    for (size_t row = 0; row < table_rows(table); row++) {
        double value = cell(table, row, columns->estimate);
        if (!is_metric(table, columns, row, part->metric) || isnan(value)) {
            continue;
        }
        struct dot *dot = figure_dot(figure, part->name, sweep_position(sweep, row));
        double lo = 100 * cell(table, row, columns->lo);
        double hi = 100 * cell(table, row, columns->hi);
        bool bare = part->spared || isnan(lo) || isnan(hi);
        dot->y = percent(part, value, most);
        dot->lo = bare ? dot->y : lo;
        dot->hi = bare ? dot->y : hi;
    }
}

static struct figure *draw(const struct sweep *sweep, const struct columns *columns)
{
    struct figure *figure = figure_new();
    figure->unit = FIGURE_PERCENT;
    figure->y_label = g_strdup("share saved, known or protected");
    figure->note = g_strdup("means; bytes of the most that the sweep sends, or loses");
    for (size_t i = 0; i < G_N_ELEMENTS(parts); i++) {
        add_part(figure, sweep, columns, &parts[i]);
    }
    figure_set_axis(figure, sweep->x);
    return figure;
}

struct figure *chart_saving(const char *directory, GError **error)
{
    struct figure *figure = NULL;
    struct columns columns;
    struct table *table = chart_table(directory, "summary.csv", error);
    if (table != NULL && find_columns(table, &columns, error)) {
        struct sweep *sweep = sweep_new(table, "point", "metric", error);
        if (sweep != NULL && sweep->x != NULL && sweep->x->numeric) {
            figure = draw(sweep, &columns);
        } else if (sweep != NULL) {
            figure = figure_new(); /* says that it has no value */
        }
        sweep_free(sweep);
    }
    table_free(table);
    return figure;
}
