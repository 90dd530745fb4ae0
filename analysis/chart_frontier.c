/* The frontier: what each protocol saves against what it costs, of all result directories in a
 * directory, in a panel for each network and rate. */
#include "analysis/chart.h"
#include "analysis/sweep.h"

#include <math.h>
#include <string.h>

#define SURVIVAL "survival"
#define COST "bytes-per-connection"
#define ROOF "known-roof"

/* A decade left of the cheapest that costs anything stands what costs nothing. */
#define FREE_AHEAD 0.4

struct frontier {
    struct panels *panels;
    const struct table *table; /* of the directory at hand */
    size_t first, end;         /* its axes are the columns between */
    size_t who;                /* the axis of protocols, or of variants of them */
    size_t point, metric, estimate, lo, hi;
};

static bool find_columns(struct frontier *frontier, GError **error)
{
    const struct table *table = frontier->table;
    return table_between(table, "point", "metric", &frontier->first, &frontier->end, error) &&
           table_require(table, "point", &frontier->point, error) &&
           table_require(table, "metric", &frontier->metric, error) &&
           table_require(table, "estimate", &frontier->estimate, error) &&
           table_require(table, "lo", &frontier->lo, error) &&
           table_require(table, "hi", &frontier->hi, error);
}

/* Variants say more than protocols. */
static bool find_who(struct frontier *frontier)
{
    for (size_t pass = 0; pass < 2; pass++) {
        const char *key = pass == 0 ? "variant" : "replication.protocol";
        for (size_t i = frontier->first; i < frontier->end; i++) {
            if (strcmp(table_column_name(frontier->table, i), key) == 0) {
                frontier->who = i;
                return true;
            }
        }
    }
    return false;
}

/* ------------------------------------------------------------- one point */

/* "lost 5%, 100/s": what the panel has in common. */
static char *panel_title(const struct frontier *frontier, size_t row)
{
    GString *title = g_string_new(NULL);
    for (size_t i = frontier->first; i < frontier->end; i++) {
        if (i == frontier->who) {
            continue;
        }
        const char *key = strrchr(table_column_name(frontier->table, i), '.');
        g_string_append_printf(title, "%s%s %s", title->len > 0 ? ", " : "",
                               key != NULL ? key + 1 : table_column_name(frontier->table, i),
                               table_text(frontier->table, row, i));
    }
    return g_string_free(title, FALSE);
}

/* "repeat-3" is the third of the series repeat. */
static char *series_name(const char *who)
{
    return g_strndup(who, strcspn(who, "-"));
}

static const char *mark_label(const char *who)
{
    const char *dash = strchr(who, '-');
    return dash != NULL ? dash + 1 : "";
}

/* Of another metric at the same point; NAN where it has none. */
static double value_of(const struct frontier *frontier, size_t like, const char *metric,
                       size_t column)
{
    const char *point = table_text(frontier->table, like, frontier->point);
    double value = NAN;
    for (size_t row = 0; row < table_rows(frontier->table); row++) {
        if (strcmp(table_text(frontier->table, row, frontier->point), point) == 0 &&
            strcmp(table_text(frontier->table, row, frontier->metric), metric) == 0 &&
            table_number(frontier->table, row, column, &value)) {
            return value;
        }
    }
    return NAN;
}

/* x is still in bytes: where free protocols stand is known when all have been seen. */
static void add_point(struct frontier *frontier, size_t row)
{
    const char *who = table_text(frontier->table, row, frontier->who);
    g_autofree char *title = panel_title(frontier, row);
    g_autofree char *name = series_name(who);
    struct panel *panel = panels_panel(frontier->panels, title);
    struct panel_mark mark = {
        .x = value_of(frontier, row, COST, frontier->estimate),
        .y = chart_nines_of(value_of(frontier, row, SURVIVAL, frontier->estimate)),
        .lo = chart_nines_of(value_of(frontier, row, SURVIVAL, frontier->lo)),
        .hi = chart_nines_of(value_of(frontier, row, SURVIVAL, frontier->hi)),
        .joined = *mark_label(who) != '\0',
        .label = (char *)mark_label(who),
    };
    double roof = chart_nines_of(value_of(frontier, row, ROOF, frontier->estimate));
    panel->roof = isnan(panel->roof) ? roof : panel->roof;
    if (!isnan(mark.x) && !isnan(mark.y)) {
        panel_add(panel, panels_series(frontier->panels, name), mark);
    }
}

static bool add_directory(struct frontier *frontier, const char *directory, const char *name,
                          GError **error)
{
    g_autofree char *path = g_build_filename(directory, name, NULL);
    struct table *table = chart_table(path, "summary.csv", error);
    frontier->table = table;
    bool readable = table != NULL && find_columns(frontier, error);
    bool fits = readable && find_who(frontier);
    for (size_t row = 0; fits && row < table_rows(table); row++) {
        if (strcmp(table_text(table, row, frontier->metric), SURVIVAL) == 0) {
            add_point(frontier, row);
        }
    }
    table_free(table);
    return readable;
}

/* ------------------------------------------------------------- the axes */

static void each_mark(struct panels *panels, void (*visit)(struct panel_mark *mark, void *context),
                      void *context)
{
    for (guint i = 0; i < panels->panels->len; i++) {
        const struct panel *panel = g_ptr_array_index(panels->panels, i);
        for (guint j = 0; j < panel->series->len; j++) {
            GArray *marks = g_ptr_array_index(panel->series, j);
            for (guint k = 0; k < marks->len; k++) {
                visit(&g_array_index(marks, struct panel_mark, k), context);
            }
        }
    }
}

struct extent {
    double least, most; /* of what costs anything, as a decimal logarithm */
    bool any_free;
    double place; /* of those that are free */
};

static void measure(struct panel_mark *mark, void *context)
{
    struct extent *extent = context;
    extent->any_free |= mark->x <= 0;
    if (mark->x > 0) {
        extent->least = fmin(extent->least, log10(mark->x));
        extent->most = fmax(extent->most, log10(mark->x));
    }
}

static void place(struct panel_mark *mark, void *context)
{
    const struct extent *extent = context;
    mark->x = mark->x > 0 ? log10(mark->x) : extent->place;
}

static void set_x(struct panels *panels)
{
    static const double steps[] = {1, 2, 5};
    struct extent extent = {INFINITY, -INFINITY, false, 0};
    each_mark(panels, measure, &extent);
    if (extent.least > extent.most) {
        extent.least = extent.most = 2;
    }
    extent.place = extent.least - FREE_AHEAD;
    each_mark(panels, place, &extent);
    panels->x_low = (extent.any_free ? extent.place : extent.least) - 0.12;
    panels->x_high = extent.most + 0.2;
    if (extent.any_free) {
        panels_tick(panels->x_ticks, extent.place, "0");
    }
    for (int decade = (int)floor(extent.least); decade <= (int)ceil(extent.most); decade++) {
        for (size_t i = 0; i < G_N_ELEMENTS(steps); i++) {
            double value = steps[i] * pow(10, decade);
            bool seen = log10(value) >= extent.least - 0.05 && log10(value) <= panels->x_high;
            bool coarse = extent.most - extent.least < 1.5 || i == 0;
            g_autofree char *label = value < 1000 ? g_strdup_printf("%g", value)
                                                  : g_strdup_printf("%g k", value / 1000);
            if (seen && coarse) {
                panels_tick(panels->x_ticks, log10(value), label);
            }
        }
    }
}

/* Rows of the grid are the values of the axis that varies in each directory, columns the
 * directories; panels were made directory by directory. */
static void arrange(struct panels *panels, guint directories)
{
    guint count = panels->panels->len;
    if (directories < 2 || count % directories != 0) {
        panels->columns = MIN(count, 3);
        return;
    }
    guint rows = count / directories;
    gpointer *as_made = g_ptr_array_steal(panels->panels, NULL);
    panels->columns = directories;
    for (guint i = 0; i < count; i++) {
        g_ptr_array_add(panels->panels, as_made[i % directories * rows + i / directories]);
    }
    g_free(as_made);
}

struct panels *chart_frontier(const char *directory, GError **error)
{
    GPtrArray *names = chart_subdirectories(directory, error);
    if (names == NULL) {
        return NULL;
    }
    struct frontier frontier = {.panels = panels_new()};
    guint used = 0, before = 0;
    bool good = true;
    for (guint i = 0; good && i < names->len; i++) {
        good = add_directory(&frontier, directory, g_ptr_array_index(names, i), error);
        used += frontier.panels->panels->len > before;
        before = frontier.panels->panels->len;
    }
    g_ptr_array_unref(names);
    if (!good) {
        panels_free(frontier.panels);
        return NULL;
    }
    set_x(frontier.panels);
    chart_nines_axis(frontier.panels);
    arrange(frontier.panels, used);
    frontier.panels->title = g_strdup("What is saved, against what it costs");
    frontier.panels->note = g_strdup("share of open connections that survived, 95 % interval over "
                                     "runs; dashed: who could be known at all");
    frontier.panels->x_label = g_strdup("replication, IP bytes for each connection, both ways");
    frontier.panels->y_label = g_strdup("survived");
    return frontier.panels;
}
