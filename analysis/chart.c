#include "analysis/chart.h"

#include "analysis/plot.h"
#include "analysis/sweep.h"

#include <math.h>
#include <string.h>

/* Figures of summary.csv: a metric against an axis; where the directory has but one
 * point, that metric beside others like it. */
struct view {
    const char *name;
    const char *metric;
    const char *beside[5]; /* metrics shown for a single point; .NAME forms included */
    enum figure_unit unit;
    const char *y_label;
    bool theory;
};

static const struct view views[] = {
    {"survival", "survival", {"survival", "known"}, FIGURE_PERCENT,
     "share of open connections that survived", true},
    {"takeover", "takeover-time",
     {"takeover-time", "stall-p50", "stall-p99", "connect-p50", "connect-p99"},
     FIGURE_SECONDS, "time from the failure to the takeover", false},
    {"cost", "replication-bytes", {"replication-bytes"}, FIGURE_BYTES,
     "replication until the failure (IP bytes)", false},
};

const char chart_names[] = "survival, takeover, cost, timeline";

struct summary {
    struct table *table;
    struct sweep *sweep;
    size_t metric, runs, estimate, lo, hi;
};

static void clear_summary(struct summary *summary)
{
    sweep_free(summary->sweep);
    table_free(summary->table);
}

static bool find_columns(struct summary *summary, GError **error)
{
    const struct table *table = summary->table;
    return table_require(table, "metric", &summary->metric, error) &&
           table_require(table, "runs", &summary->runs, error) &&
           table_require(table, "estimate", &summary->estimate, error) &&
           table_require(table, "lo", &summary->lo, error) &&
           table_require(table, "hi", &summary->hi, error);
}

static bool load_summary(struct summary *summary, const char *directory, GError **error)
{
    g_autofree char *path = g_build_filename(directory, "summary.csv", NULL);
    summary->table = table_read(path, error);
    if (summary->table == NULL || !find_columns(summary, error)) {
        return false;
    }
    if (table_rows(summary->table) == 0) {
        g_set_error(error, PLOT_ERROR, PLOT_ERROR_INPUT,
                    "%s has no rows: no run was finished, so there is nothing to draw", path);
        return false;
    }
    summary->sweep = sweep_new(summary->table, "point", "metric", error);
    return summary->sweep != NULL;
}

static double number_or_nan(const struct table *table, size_t row, size_t column)
{
    double number = NAN;
    return table_number(table, row, column, &number) ? number : NAN;
}

/* Shares are drawn in percent. */
static double scale_of(const struct view *view)
{
    return view->unit == FIGURE_PERCENT ? 100 : 1;
}

static void fill_dot(struct dot *dot, const struct summary *summary, size_t row, double scale)
{
    dot->y = scale * number_or_nan(summary->table, row, summary->estimate);
    dot->lo = scale * number_or_nan(summary->table, row, summary->lo);
    dot->hi = scale * number_or_nan(summary->table, row, summary->hi);
    if (isnan(dot->lo) || isnan(dot->hi)) {
        dot->lo = dot->hi = dot->y;
    }
}

static bool is_metric(const struct summary *summary, size_t row, const char *metric)
{
    return strcmp(table_text(summary->table, row, summary->metric), metric) == 0;
}

static void add_sweep(struct figure *figure, const struct summary *summary,
                      const struct view *view)
{
    const struct sweep *sweep = summary->sweep;
    for (size_t row = 0; row < table_rows(summary->table); row++) {
        bool theory = view->theory && is_metric(summary, row, "known-theory");
        if (!theory && !is_metric(summary, row, view->metric)) {
            continue;
        }
        g_autofree char *curve = sweep_curve(sweep, row, sweep->x);
        struct dot *dot = figure_dot(figure, curve, sweep_position(sweep, row));
        if (theory) {
            dot->theory =
                scale_of(view) * number_or_nan(summary->table, row, summary->estimate);
        } else {
            fill_dot(dot, summary, row, scale_of(view));
        }
    }
    figure_set_axis(figure, sweep->x);
}

/* Is this metric shown, or the .NAME form of one that is? */
static bool is_beside(const struct view *view, const char *metric)
{
    size_t length = strcspn(metric, ".");
    for (size_t i = 0; i < G_N_ELEMENTS(view->beside) && view->beside[i] != NULL; i++) {
        if (strlen(view->beside[i]) == length && strncmp(view->beside[i], metric, length) == 0) {
            return true;
        }
    }
    return false;
}

static void add_single(struct figure *figure, const struct summary *summary,
                       const struct view *view)
{
    double position = 0;
    for (size_t row = 0; row < table_rows(summary->table); row++) {
        const char *metric = table_text(summary->table, row, summary->metric);
        struct dot dot = {.x = position, .theory = NAN};
        fill_dot(&dot, summary, row, scale_of(view));
        if (is_beside(view, metric) && !isnan(dot.y)) {
            *figure_dot(figure, "", position) = dot;
            figure_add_tick(figure, position, metric);
            position++;
        }
    }
    figure->x_label = g_strdup("");
}

static char *count_runs(const struct summary *summary, const char *metric)
{
    double least = INFINITY;
    double most = 0;
    for (size_t row = 0; row < table_rows(summary->table); row++) {
        double runs = 0;
        if (is_metric(summary, row, metric) &&
            table_number(summary->table, row, summary->runs, &runs)) {
            least = MIN(least, runs);
            most = MAX(most, runs);
        }
    }
    if (least < most) {
        return g_strdup_printf("%.0f to %.0f runs", least, most);
    }
    return g_strdup_printf("%.0f run%s", most, most > 1 ? "s" : "");
}

static struct figure *draw_view(const char *directory, const struct view *view, GError **error)
{
    struct summary summary = {0};
    struct figure *figure = NULL;
    if (load_summary(&summary, directory, error)) {
        figure = figure_new();
        figure->unit = view->unit;
        g_autofree char *runs = count_runs(&summary, view->metric);
        if (summary.sweep->x != NULL) {
            figure->y_label = g_strdup(view->y_label);
            figure->note = g_strdup_printf("mean over %s at each point, with its interval", runs);
            add_sweep(figure, &summary, view);
        } else {
            figure->y_label = g_strdup(view->unit == FIGURE_PERCENT ? "share of open connections"
                                       : view->unit == FIGURE_SECONDS ? "time" : view->y_label);
            figure->note = g_strdup_printf("mean over %s, with its interval", runs);
            add_single(figure, &summary, view);
        }
    }
    clear_summary(&summary);
    return figure;
}

/* Against an axis of numbers the mean tells how takeover changes; without one, its
 * distribution over the runs tells more. */
static struct figure *draw_takeover(const char *directory, const struct view *view,
                                    GError **error)
{
    struct summary summary = {0};
    bool loaded = load_summary(&summary, directory, error);
    bool numeric = loaded && summary.sweep->x != NULL && summary.sweep->x->numeric;
    clear_summary(&summary);
    if (!loaded) {
        return NULL;
    }
    return numeric ? draw_view(directory, view, error) : chart_takeover_times(directory, error);
}

/* The title of the scenario, or its name, or that of the directory. */
static char *read_title(const char *directory)
{
    g_autofree char *path = g_build_filename(directory, "manifest", NULL);
    g_autoptr(GKeyFile) manifest = g_key_file_new();
    g_key_file_load_from_file(manifest, path, G_KEY_FILE_NONE, NULL);
    static const char *const keys[] = {"title", "scenario"};
    for (size_t i = 0; i < G_N_ELEMENTS(keys); i++) {
        char *title = g_key_file_get_string(manifest, "manifest", keys[i], NULL);
        if (title != NULL && *title != '\0') {
            return title;
        }
        g_free(title);
    }
    g_autofree char *absolute = g_canonicalize_filename(directory, NULL);
    g_autofree char *base = g_path_get_basename(absolute);
    return g_filename_display_name(base);
}

struct figure *chart_new(const char *directory, const char *name, GError **error)
{
    g_assert(directory != NULL && name != NULL);
    struct figure *figure = NULL;
    const struct view *view = NULL;
    for (size_t i = 0; i < G_N_ELEMENTS(views); i++) {
        view = strcmp(views[i].name, name) == 0 ? &views[i] : view;
    }
    if (strcmp(name, "timeline") == 0) {
        figure = chart_timeline(directory, error);
    } else if (view == NULL) {
        g_set_error(error, PLOT_ERROR, PLOT_ERROR_INPUT,
                    "there is no figure \"%s\"; the figures are %s", name, chart_names);
    } else if (strcmp(name, "takeover") == 0) {
        figure = draw_takeover(directory, view, error);
    } else {
        figure = draw_view(directory, view, error);
    }
    if (figure != NULL) {
        figure->title = read_title(directory);
    }
    return figure;
}
