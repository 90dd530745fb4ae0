/* Nines: survival against the first numeric key of a sweep, both where they differ: shares by the
 * logarithm of what is lost, and the key as its axis has it. */
#include "analysis/chart.h"
#include "analysis/sweep.h"

#include <math.h>
#include <string.h>

/* Beyond this "all" cannot be told from what is nearly all. */
#define NINES_MAX 4.5

double chart_nines_of(double share)
{
    if (isnan(share) || share <= 0) {
        return isnan(share) ? NAN : 0;
    }
    return share < 1 ? MIN(-log10(1 - share), NINES_MAX) : NINES_MAX;
}

void chart_nines_axis(struct panels *panels)
{
    static const struct {
        double share;
        const char *label;
    } ticks[] = {{0, "0 %"}, {0.7, "70 %"}, {0.9, "90 %"}, {0.99, "99 %"}, {0.999, "99.9 %"},
                 {0.9999, "99.99 %"}, {1, "all"}};
    for (size_t i = 0; i < G_N_ELEMENTS(ticks); i++) {
        panels_tick(panels->y_ticks, chart_nines_of(ticks[i].share), ticks[i].label);
    }
    panels->y_low = -0.15;
    panels->y_high = NINES_MAX + 0.2;
}

/* ------------------------------------------------------------- one row */

static double at(const struct axis *axis, double position)
{
    return axis->offset >= 0 ? log10(position + axis->offset) : position;
}

static double cell(const struct table *table, size_t row, const char *column)
{
    double number = NAN;
    int index = table_column(table, column);
    return index >= 0 && table_number(table, row, (size_t)index, &number) ? number : NAN;
}

static bool is_metric(const struct table *table, size_t row, const char *metric)
{
    return strcmp(table_text(table, row, (size_t)table_column(table, "metric")), metric) == 0;
}

/* The roof that the first of a place meets is everybody's there: all meet the same network. */
static void add_roof(struct panel *panel, double x, double roof)
{
    for (guint i = 0; i < panel->roof_line->len; i++) {
        double before = g_array_index(panel->roof_line, struct panel_corner, i).x;
        if (!(before < x) && !(before > x)) {
            return;
        }
    }
    if (!isnan(roof)) {
        panel_roof(panel, x, roof);
    }
}

static int by_x(const void *a, const void *b)
{
    const struct panel_corner *one = a, *other = b;
    return one->x < other->x ? -1 : one->x > other->x;
}

/* One that is the same everywhere is a line across. */
static void set_roof(struct panel *panel)
{
    double low = INFINITY, high = -INFINITY;
    for (guint i = 0; i < panel->roof_line->len; i++) {
        double y = g_array_index(panel->roof_line, struct panel_corner, i).y;
        low = fmin(low, y);
        high = fmax(high, y);
    }
    g_array_sort(panel->roof_line, by_x);
    if (!(low < high) && panel->roof_line->len > 0) {
        panel->roof = low;
        g_array_set_size(panel->roof_line, 0);
    }
}

static void add_row(struct panels *panels, const struct sweep *sweep, size_t row)
{
    struct panel *panel = panels_panel(panels, "");
    if (is_metric(sweep->table, row, "known-roof")) {
        add_roof(panel, at(sweep->x, sweep_position(sweep, row)),
                 chart_nines_of(cell(sweep->table, row, "estimate")));
    }
    double share = cell(sweep->table, row, "estimate");
    if (!is_metric(sweep->table, row, "survival") || isnan(share)) {
        return;
    }
    g_autofree char *curve = sweep_curve(sweep, row, sweep->x);
    struct panel_mark mark = {
        .x = at(sweep->x, sweep_position(sweep, row)),
        .y = chart_nines_of(share),
        .lo = chart_nines_of(cell(sweep->table, row, "lo")),
        .hi = chart_nines_of(cell(sweep->table, row, "hi")),
        .joined = true,
        .label = (char *)"",
    };
    panel_add(panel, panels_series(panels, *curve != '\0' ? curve : "simulated"), mark);
}

static void set_x(struct panels *panels, const struct axis *axis)
{
    double least = INFINITY, most = -INFINITY;
    for (guint i = 0; i < axis->positions->len; i++) {
        double x = at(axis, g_array_index(axis->positions, double, i));
        panels_tick(panels->x_ticks, x, g_ptr_array_index(axis->ticks, i));
        least = fmin(least, x);
        most = fmax(most, x);
    }
    double margin = most > least ? 0.04 * (most - least) : 0.5;
    panels->x_low = least - margin;
    panels->x_high = most + margin;
    panels->x_label = g_strdup(axis->label);
}

static struct panels *draw(const struct sweep *sweep, const char *directory)
{
    struct panels *panels = panels_new();
    for (size_t row = 0; row < table_rows(sweep->table); row++) {
        add_row(panels, sweep, row);
    }
    set_roof(panels_panel(panels, ""));
    set_x(panels, sweep->x);
    panels_spread(panels);
    chart_nines_axis(panels);
    panels->title = chart_title(directory);
    panels->note = g_strdup("means with interval over runs; dashed: who could be known at all");
    panels->y_label = g_strdup("survived");
    return panels;
}

struct panels *chart_nines(const char *directory, GError **error)
{
    struct panels *panels = NULL;
    struct table *table = chart_table(directory, "summary.csv", error);
    size_t metric;
    if (table != NULL && table_require(table, "metric", &metric, error)) {
        struct sweep *sweep = sweep_new(table, "point", "metric", error);
        if (sweep != NULL && sweep->x != NULL && sweep->x->numeric) {
            panels = draw(sweep, directory);
        } else if (sweep != NULL) {
            panels = panels_new(); /* says that it has no value */
        }
        sweep_free(sweep);
    }
    table_free(table);
    return panels;
}
