/* The distribution of takeover times over runs. */
#include "analysis/chart.h"
#include "analysis/sweep.h"

#include <math.h>

/* Dots come as (seconds, 1) and leave as a staircase over all runs of the curve, those
 * without a takeover included: then it ends below 100 %. */
static gint compare_x(gconstpointer a, gconstpointer b)
{
    const struct dot *left = a;
    const struct dot *right = b;
    return (left->x > right->x) - (left->x < right->x);
}

static void pile_up(struct curve *curve)
{
    guint runs = curve->dots->len;
    g_array_sort(curve->dots, compare_x);
    for (guint i = 0; i < runs; i++) {
        struct dot *dot = &g_array_index(curve->dots, struct dot, i);
        bool happened = isfinite(dot->x);
        dot->y = dot->lo = dot->hi = happened ? 100.0 * (i + 1) / runs : NAN;
    }
    struct dot ground = {g_array_index(curve->dots, struct dot, 0).x, 0, 0, 0, NAN};
    if (isfinite(ground.x)) {
        g_array_prepend_val(curve->dots, ground);
    }
}

static void add_takeovers(struct figure *figure, const struct sweep *sweep, size_t column)
{
    for (size_t row = 0; row < table_rows(sweep->table); row++) {
        g_autofree char *name = sweep_curve(sweep, row, NULL);
        double ns = INFINITY;
        table_number(sweep->table, row, column, &ns);
        struct dot dot = {ns / 1e9, NAN, NAN, NAN, NAN};
        g_array_append_val(figure_curve(figure, name)->dots, dot);
    }
    for (guint i = 0; i < figure->curves->len; i++) {
        pile_up(g_ptr_array_index(figure->curves, i));
    }
}

struct figure *chart_takeover_times(const char *directory, GError **error)
{
    struct table *runs = chart_table(directory, "runs.csv", error);
    struct figure *figure = NULL;
    size_t column;
    if (runs != NULL && table_require(runs, "takeover_ns", &column, error)) {
        struct sweep *sweep = sweep_new(runs, "repetition", "counted", error);
        if (sweep != NULL) {
            figure = figure_new();
            figure->unit = FIGURE_PERCENT;
            figure->steps = true;
            figure->x_label = g_strdup("time from the failure to the takeover (s)");
            figure->y_label = g_strdup("share of runs that were taken over");
            figure->note = g_strdup_printf("%zu runs in all", table_rows(runs));
            add_takeovers(figure, sweep, column);
        }
        sweep_free(sweep);
    }
    table_free(runs);
    return figure;
}
