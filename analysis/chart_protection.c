/* Protection: the share known at virtual crashes, by age, and the roof that outages of the
 * replication link set to any protocol. */
#include "analysis/batch.h"
#include "analysis/chart.h"
#include "analysis/columns.h"
#include "analysis/sweep.h"

#include <math.h>
#include <string.h>

/* Below so many connections a share is chance, and its bin is not drawn. */
enum { BIN_ENOUGH = 50 };

/* One bin of one curve, over its runs. */
struct age_bin {
    double from, to; /* seconds; to is NAN where the bin has no end */
    GArray *known, *seen; /* double, one for each run */
    double connections, lost;
    double lo, hi;        /* a run's own; NAN: none */
    double roof;          /* weighted by seen; NAN: none */
};

struct bin_group {
    char *panel; /* the protocol, or variant, that has a panel of its own; "" without panels */
    char *name;
    GPtrArray *bins; /* struct age_bin, in order of appearance */
};

struct columns {
    size_t run, from, to, seen, known, connections, lost, lo, hi, roof;
};

static void free_bin(void *data)
{
    struct age_bin *bin = data;
    g_array_unref(bin->known);
    g_array_unref(bin->seen);
    g_free(bin);
}

static void free_group(void *data)
{
    struct bin_group *group = data;
    g_ptr_array_unref(group->bins);
    g_free(group->panel);
    g_free(group->name);
    g_free(group);
}

static bool find_columns(const struct table *table, struct columns *columns, GError **error)
{
    return table_require(table, "run", &columns->run, error) &&
           table_require(table, "from_ns", &columns->from, error) &&
           table_require(table, "to_ns", &columns->to, error) &&
           table_require(table, "seen", &columns->seen, error) &&
           table_require(table, "known", &columns->known, error) &&
           table_require(table, "connections", &columns->connections, error) &&
           table_require(table, "lost", &columns->lost, error) &&
           table_require(table, "lo", &columns->lo, error) &&
           table_require(table, "hi", &columns->hi, error) &&
           table_require(table, "roof", &columns->roof, error);
}

static double cell(const struct table *table, size_t row, size_t column)
{
    double number = NAN;
    return table_number(table, row, column, &number) ? number : NAN;
}

static struct bin_group *find_group(GPtrArray *groups, const char *panel, const char *name)
{
    for (guint i = 0; i < groups->len; i++) {
        struct bin_group *group = g_ptr_array_index(groups, i);
        if (strcmp(group->panel, panel) == 0 && strcmp(group->name, name) == 0) {
            return group;
        }
    }
    struct bin_group *group = g_new(struct bin_group, 1);
    group->panel = g_strdup(panel);
    group->name = g_strdup(name);
    group->bins = g_ptr_array_new_with_free_func(free_bin);
    g_ptr_array_add(groups, group);
    return group;
}

static struct age_bin *find_bin(struct bin_group *group, double from, double to)
{
    for (guint i = 0; i < group->bins->len; i++) {
        struct age_bin *bin = g_ptr_array_index(group->bins, i);
        if (!(bin->from < from) && !(bin->from > from)) {
            return bin;
        }
    }
    struct age_bin *bin = g_new0(struct age_bin, 1);
    bin->from = from;
    bin->to = to;
    bin->known = g_array_new(FALSE, FALSE, sizeof(double));
    bin->seen = g_array_new(FALSE, FALSE, sizeof(double));
    g_ptr_array_add(group->bins, bin);
    return bin;
}

static void add_row(struct bin_group *group, const struct table *table,
                    const struct columns *columns, size_t row)
{
    struct age_bin *bin = find_bin(group, cell(table, row, columns->from) / 1e9,
                                   cell(table, row, columns->to) / 1e9);
    double seen = cell(table, row, columns->seen);
    double known = cell(table, row, columns->known);
    g_array_append_val(bin->seen, seen);
    g_array_append_val(bin->known, known);
    bin->connections += cell(table, row, columns->connections);
    bin->lost += cell(table, row, columns->lost);
    bin->lo = cell(table, row, columns->lo);
    bin->hi = cell(table, row, columns->hi);
    bin->roof += seen * cell(table, row, columns->roof);
}

/* One run has an interval of its own, or none; over several each run is a batch. */
static void fill_dot(struct dot *dot, const struct age_bin *bin, double confidence)
{
    const double *known = &g_array_index(bin->known, double, 0);
    const double *seen = &g_array_index(bin->seen, double, 0);
    guint runs = bin->seen->len;
    double all = 0, those = 0;
    for (guint i = 0; i < runs; i++) {
        all += seen[i];
        those += known[i];
    }
    dot->y = dot->lo = dot->hi = 100 * those / all;
    dot->theory = 100 * bin->roof / all;
    if (runs > 1) {
        struct batch_basis basis = {(uint64_t)bin->connections, (uint64_t)bin->lost};
        struct interval share = batch_share(known, seen, runs, runs, confidence, basis);
        dot->lo = 100 * share.lo;
        dot->hi = 100 * share.hi;
    } else if (isfinite(bin->lo) && isfinite(bin->hi)) {
        dot->lo = 100 * bin->lo;
        dot->hi = 100 * bin->hi;
    }
}

/* In the middle of its bin, as a logarithmic axis has it. */
static double position(const struct age_bin *bin)
{
    if (isnan(bin->to)) {
        return bin->from;
    }
    return bin->from > 0 ? sqrt(bin->from * bin->to) : bin->to / 2;
}

static void add_group(struct figure *figure, const struct bin_group *group, double confidence)
{
    for (guint i = 0; i < group->bins->len; i++) {
        const struct age_bin *bin = g_ptr_array_index(group->bins, i);
        if (bin->connections >= BIN_ENOUGH) {
            fill_dot(figure_dot(figure, group->name, position(bin)), bin, confidence);
        }
    }
}

static void add_age_ticks(struct figure *figure)
{
    static const char *const labels[] = {"100 us", "1 ms", "10 ms", "100 ms", "1 s",
                                         "10 s", "100 s", "1000 s", "10000 s"};
    double age = 1e-4;
    for (unsigned i = 0; i < G_N_ELEMENTS(labels); i++, age *= 10) {
        figure_add_tick(figure, age, labels[i]);
    }
}

/* The most that any dot rests on. */
static guint most_runs(const GPtrArray *groups)
{
    guint most = 0;
    for (guint i = 0; i < groups->len; i++) {
        const struct bin_group *group = g_ptr_array_index(groups, i);
        for (guint j = 0; j < group->bins->len; j++) {
            const struct age_bin *bin = g_ptr_array_index(group->bins, j);
            most = MAX(most, bin->seen->len);
        }
    }
    return most;
}

static char *note_of(guint runs, double confidence)
{
    return runs > 1 ? g_strdup_printf("%u runs for each curve, with %g %% interval over runs",
                                      runs, 100 * confidence)
                    : g_strdup_printf("one run for each curve, with %g %% interval by batch means",
                                      100 * confidence);
}

static struct figure *draw(const GPtrArray *groups, double confidence)
{
    struct figure *figure = figure_new();
    figure->unit = FIGURE_PERCENT;
    figure->joined = true;
    figure->offset = 0;
    figure->line = FIGURE_ROOF;
    figure->x_label = g_strdup("age of the connection at the virtual crash");
    figure->y_label = g_strdup("share known to the standby");
    figure->note = note_of(most_runs(groups), confidence);
    for (guint i = 0; i < groups->len; i++) {
        add_group(figure, g_ptr_array_index(groups, i), confidence);
    }
    add_age_ticks(figure);
    return figure;
}

/* ------------------------------------------------------------- in panels */

/* In small pictures there is room for each second decade. */
static const struct {
    double position; /* of its logarithm */
    const char *label;
} decades[] = {{-3, "1 ms"}, {-1, "100 ms"}, {1, "10 s"}, {3, "1000 s"}};

static void add_curve(struct panels *panels, const struct bin_group *group, double confidence)
{
    struct panel *panel = panels_panel(panels, group->panel);
    guint series = panels_series(panels, *group->name != '\0' ? group->name : "simulated");
    for (guint i = 0; i < group->bins->len; i++) {
        const struct age_bin *bin = g_ptr_array_index(group->bins, i);
        if (bin->connections < BIN_ENOUGH) {
            continue;
        }
        struct dot dot;
        fill_dot(&dot, bin, confidence);
        double x = log10(position(bin));
        struct panel_mark mark = {x, dot.y, dot.lo, dot.hi, true, (char *)""};
        panel_add(panel, series, mark);
        panels->x_low = fmin(panels->x_low, x - 0.1);
        panels->x_high = fmax(panels->x_high, x + 0.1);
        if (!isnan(dot.theory) && dot.theory < 100 && panel->roof_line->len < group->bins->len) {
            panel_roof(panel, x, dot.theory);
        }
    }
}

static struct panels *draw_panels(const GPtrArray *groups, double confidence)
{
    struct panels *panels = panels_new();
    panels->x_low = INFINITY;
    panels->x_high = -INFINITY;
    for (guint i = 0; i < groups->len; i++) {
        add_curve(panels, g_ptr_array_index(groups, i), confidence);
    }
    for (size_t i = 0; i < G_N_ELEMENTS(decades); i++) {
        panels_tick(panels->x_ticks, decades[i].position, decades[i].label);
    }
    for (int share = 0; share <= 100; share += 20) {
        g_autofree char *label = g_strdup_printf("%d %%", share);
        panels_tick(panels->y_ticks, share, label);
    }
    panels_spread(panels);
    panels->y_low = -3;
    panels->y_high = 103;
    panels->columns = MIN(panels->panels->len, 4);
    panels->note = note_of(most_runs(groups), confidence);
    panels->x_label = g_strdup("age of the connection at the virtual crash");
    panels->y_label = g_strdup("known to the standby");
    return panels;
}

/* ------------------------------------------------------------- from tables */

/* Both tables are in order of run, and every run has a row in the first. */
static GPtrArray *gather(const struct table *runs, const struct table *protection,
                         const struct columns *columns, size_t run, bool in_panels,
                         GError **error)
{
    struct sweep *sweep = sweep_new(runs, "repetition", "counted", error);
    if (sweep == NULL) {
        return NULL;
    }
    GPtrArray *groups = g_ptr_array_new_with_free_func(free_group);
    guint number = 0;
    const struct axis *apart = in_panels ? sweep_competitors(sweep, &number) : NULL;
    size_t next = 0;
    for (size_t row = 0; row < table_rows(runs); row++) {
        const char *panel = apart != NULL ? table_text(runs, row, sweep->first + number) : "";
        g_autofree char *name = sweep_curve(sweep, row, apart);
        struct bin_group *group = find_group(groups, panel, name);
        while (next < table_rows(protection) && strcmp(table_text(protection, next, columns->run),
                                                       table_text(runs, row, run)) == 0) {
            add_row(group, protection, columns, next++);
        }
    }
    sweep_free(sweep);
    return groups;
}

/* What both tables of a directory say, or NULL and error. */
static GPtrArray *read_groups(const char *directory, bool in_panels, GError **error)
{
    GPtrArray *groups = NULL;
    struct columns columns;
    size_t run;
    struct table *runs = chart_table(directory, "runs.csv", error);
    struct table *protection =
        runs != NULL ? chart_table(directory, "protection.csv", error) : NULL;
    if (protection != NULL && table_require(runs, "run", &run, error) &&
        find_columns(protection, &columns, error)) {
        groups = gather(runs, protection, &columns, run, in_panels, error);
    }
    table_free(protection);
    table_free(runs);
    return groups;
}

struct figure *chart_protection(const char *directory, double confidence, GError **error)
{
    GPtrArray *groups = read_groups(directory, false, error);
    struct figure *figure = groups != NULL ? draw(groups, confidence) : NULL;
    g_clear_pointer(&groups, g_ptr_array_unref);
    return figure;
}

struct panels *chart_protection_panels(const char *directory, double confidence, GError **error)
{
    GPtrArray *groups = read_groups(directory, true, error);
    struct panels *panels = groups != NULL ? draw_panels(groups, confidence) : NULL;
    if (panels != NULL) {
        panels->title = chart_title(directory);
    }
    g_clear_pointer(&groups, g_ptr_array_unref);
    return panels;
}
