/* Over time: what samples.csv says of the standby's table, as means over the runs of a point. */
#include "analysis/chart.h"
#include "analysis/stats.h"
#include "analysis/sweep.h"

#include <math.h>
#include <string.h>

/* Of a hundred instants so many are drawn: with bars there is no room for more. */
enum { INSTANTS_APART = 4 };

struct instant {
    double at;      /* seconds */
    GArray *values; /* double, one for each run that has one */
};

struct time_curve {
    char *name;
    GArray *instants; /* struct instant, in order of time */
};

struct samples {
    const struct table *runs, *table;
    size_t runs_run, run, at, value;
};

static void clear_instant(void *data)
{
    g_array_unref(((struct instant *)data)->values);
}

static void free_curve(void *data)
{
    struct time_curve *curve = data;
    g_array_unref(curve->instants);
    g_free(curve->name);
    g_free(curve);
}

static struct time_curve *find_curve(GPtrArray *curves, const char *name)
{
    for (guint i = 0; i < curves->len; i++) {
        struct time_curve *curve = g_ptr_array_index(curves, i);
        if (strcmp(curve->name, name) == 0) {
            return curve;
        }
    }
    struct time_curve *curve = g_new(struct time_curve, 1);
    curve->name = g_strdup(name);
    curve->instants = g_array_new(FALSE, FALSE, sizeof(struct instant));
    g_array_set_clear_func(curve->instants, clear_instant);
    g_ptr_array_add(curves, curve);
    return curve;
}

/* The runs of a point have the same instants: the n-th sample is at the n-th. */
static void add_value(struct time_curve *curve, guint number, double at, double value)
{
    if (number == curve->instants->len) {
        struct instant fresh = {at, g_array_new(FALSE, FALSE, sizeof(double))};
        g_array_append_val(curve->instants, fresh);
    }
    if (number < curve->instants->len && !isnan(value)) {
        g_array_append_val(g_array_index(curve->instants, struct instant, number).values, value);
    }
}

static double cell(const struct table *table, size_t row, size_t column)
{
    double number = NAN;
    return table_number(table, row, column, &number) ? number : NAN;
}

/* Both tables are in order of run. */
static GPtrArray *gather(const struct samples *samples, GError **error)
{
    struct sweep *sweep = sweep_new(samples->runs, "repetition", "counted", error);
    if (sweep == NULL) {
        return NULL;
    }
    GPtrArray *curves = g_ptr_array_new_with_free_func(free_curve);
    size_t next = 0;
    for (size_t row = 0; row < table_rows(samples->runs); row++) {
        g_autofree char *name = sweep_curve(sweep, row, NULL);
        struct time_curve *curve = find_curve(curves, name);
        const char *run = table_text(samples->runs, row, samples->runs_run);
        for (guint number = 0; next < table_rows(samples->table) &&
                               strcmp(table_text(samples->table, next, samples->run), run) == 0;
             number++, next++) {
            add_value(curve, number, cell(samples->table, next, samples->at) / 1e9,
                      cell(samples->table, next, samples->value));
        }
    }
    sweep_free(sweep);
    return curves;
}

/* The mean at an instant; where some runs have no standby any more, of those that do. */
static void draw_curve(struct figure *figure, const struct time_curve *curve, double confidence)
{
    for (guint i = INSTANTS_APART - 1; i < curve->instants->len; i += INSTANTS_APART) {
        const struct instant *instant = &g_array_index(curve->instants, struct instant, i);
        const double *values = (const double *)(void *)instant->values->data;
        if (instant->values->len == 0) {
            continue;
        }
        struct interval mean = stats_mean(values, instant->values->len, confidence);
        struct dot *dot = figure_dot(figure, curve->name, instant->at);
        bool several = instant->values->len > 1;
        dot->y = mean.estimate;
        dot->lo = several ? fmax(mean.lo, 0) : mean.estimate;
        dot->hi = several ? mean.hi : mean.estimate;
    }
}

static bool find_columns(struct samples *samples, const char *column, GError **error)
{
    return table_require(samples->runs, "run", &samples->runs_run, error) &&
           table_require(samples->table, "run", &samples->run, error) &&
           table_require(samples->table, "at_ns", &samples->at, error) &&
           table_require(samples->table, column, &samples->value, error);
}

static struct figure *draw(const GPtrArray *curves, const char *y_label, double confidence)
{
    struct figure *figure = figure_new();
    figure->unit = FIGURE_COUNT;
    figure->joined = true;
    figure->x_label = g_strdup("seconds since the start");
    figure->y_label = g_strdup(y_label);
    figure->note = g_strdup_printf("means with %g %% interval over runs", 100 * confidence);
    for (guint i = 0; i < curves->len; i++) {
        draw_curve(figure, g_ptr_array_index(curves, i), confidence);
    }
    return figure;
}

struct figure *chart_samples(const char *directory, const char *column, const char *y_label,
                             double confidence, GError **error)
{
    struct figure *figure = NULL;
    struct table *runs = chart_table(directory, "runs.csv", error);
    struct table *table = runs != NULL ? chart_table(directory, "samples.csv", error) : NULL;
    struct samples samples = {.runs = runs, .table = table};
    if (table != NULL && find_columns(&samples, column, error)) {
        GPtrArray *curves = gather(&samples, error);
        figure = curves != NULL ? draw(curves, y_label, confidence) : NULL;
        g_clear_pointer(&curves, g_ptr_array_unref);
    }
    table_free(table);
    table_free(runs);
    return figure;
}
