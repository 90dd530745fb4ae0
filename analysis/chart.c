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
    const char *y_single; /* the same for a single point */
    bool theory;
};

static const struct view views[] = {
    {"survival", "survival", {"survival", "known"}, FIGURE_PERCENT,
     "share of open connections that survived", "share of open connections", true},
    {"known", "known-virtual", {"known-virtual"}, FIGURE_PERCENT,
     "share known to the standby, at virtual crashes", "share known to the standby", false},
    {"takeover", "takeover-time",
     {"takeover-time", "stall-p50", "stall-p99", "connect-p50", "connect-p99"},
     FIGURE_SECONDS, "time from the failure to the takeover", "time", false},
    {"cost", "replication-bytes", {"replication-bytes"}, FIGURE_BYTES,
     "replication until the failure (IP bytes)", "replication until the failure (IP bytes)", false},
};

const char chart_names[] = "survival, nines, known, takeover, cost, timeline, protection, "
                           "protection-panels, saving, ghosts, counter-error, ranks, forms, "
                           "frontier";

struct table *chart_table(const char *directory, const char *file, GError **error)
{
    g_autofree char *path = g_build_filename(directory, file, NULL);
    struct table *table = table_read(path, error);
    if (table != NULL && table_rows(table) == 0) {
        g_set_error(error, PLOT_ERROR, PLOT_ERROR_INPUT,
                    "%s has no rows, so there is nothing to draw", path);
        g_clear_pointer(&table, table_free);
    }
    return table;
}

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
    summary->table = chart_table(directory, "summary.csv", error);
    if (summary->table == NULL || !find_columns(summary, error)) {
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
        bool theory = view->theory && sweep->x->numeric && is_metric(summary, row, "known-theory");
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

/* With one virtual machine its metrics say the same as those of the whole. */
static bool repeats_whole(const struct summary *summary, const char *metric)
{
    unsigned virtuals = 0;
    for (size_t row = 0; row < table_rows(summary->table); row++) {
        const char *name = table_text(summary->table, row, summary->metric);
        virtuals += g_str_has_prefix(name, "survival.") ? 1 : 0;
    }
    return virtuals == 1 && strchr(metric, '.') != NULL;
}

static void add_single(struct figure *figure, const struct summary *summary,
                       const struct view *view)
{
    double position = 0;
    for (size_t row = 0; row < table_rows(summary->table); row++) {
        const char *metric = table_text(summary->table, row, summary->metric);
        struct dot dot = {.x = position, .theory = NAN};
        fill_dot(&dot, summary, row, scale_of(view));
        if (is_beside(view, metric) && !repeats_whole(summary, metric) && !isnan(dot.y)) {
            *figure_dot(figure, "", position) = dot;
            figure_add_tick(figure, position, metric);
            position++;
        }
    }
    figure->x_label = g_strdup("");
}

/* The largest number of runs that any point of a metric rests on. */
static double most_runs(const struct summary *summary, const char *metric)
{
    double most = 0;
    for (size_t row = 0; row < table_rows(summary->table); row++) {
        double runs = 0;
        if (is_metric(summary, row, metric) &&
            table_number(summary->table, row, summary->runs, &runs)) {
            most = MAX(most, runs);
        }
    }
    return most;
}

/* One word of the manifest; NULL when there is none. The caller frees. */
static char *manifest_word(const char *directory, const char *key)
{
    g_autofree char *path = g_build_filename(directory, "manifest", NULL);
    g_autoptr(GKeyFile) manifest = g_key_file_new();
    g_key_file_load_from_file(manifest, path, G_KEY_FILE_NONE, NULL);
    char *word = g_key_file_get_string(manifest, "manifest", key, NULL);
    if (word != NULL && *word == '\0') {
        g_clear_pointer(&word, g_free);
    }
    return word;
}

double chart_confidence(const char *directory)
{
    g_autofree char *confidence = manifest_word(directory, "confidence");
    double share = confidence != NULL ? g_ascii_strtod(confidence, NULL) : 0;
    return share > 0 && share < 1 ? share : 0;
}

/* "95 % interval" */
static char *interval_words(const char *directory)
{
    double share = chart_confidence(directory);
    if (share <= 0) {
        return g_strdup("interval");
    }
    char digits[G_ASCII_DTOSTR_BUF_SIZE];
    return g_strconcat(g_ascii_formatd(digits, sizeof digits, "%.4g", 100 * share), " % interval",
                       NULL);
}

static void fill_view(struct figure *figure, const char *directory,
                      const struct summary *summary, const struct view *view)
{
    bool single = summary->sweep->x == NULL;
    double runs = most_runs(summary, view->metric);
    g_autofree char *interval = interval_words(directory);
    figure->unit = view->unit;
    figure->y_label = g_strdup(single ? view->y_single : view->y_label);
    const char *where = single ? "" : " at each point";
    figure->note = runs > 1
                       ? g_strdup_printf("mean over %.0f runs%s, with %s", runs, where, interval)
                       : g_strdup_printf("one run%s, so no interval", where);
    if (single) {
        add_single(figure, summary, view);
    } else {
        add_sweep(figure, summary, view);
    }
}

static struct figure *draw_view(const char *directory, const struct view *view, GError **error)
{
    struct summary summary = {0};
    struct figure *figure = NULL;
    if (load_summary(&summary, directory, error)) {
        figure = figure_new();
        fill_view(figure, directory, &summary, view);
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
    bool spread = loaded && most_runs(&summary, view->metric) > 1;
    clear_summary(&summary);
    if (!loaded) {
        return NULL;
    }
    return numeric || !spread ? draw_view(directory, view, error)
                             : chart_takeover_times(directory, error);
}

/* The title of the scenario, or its name, or that of the directory. */
char *chart_title(const char *directory)
{
    char *title = manifest_word(directory, "title");
    if (title == NULL) {
        title = manifest_word(directory, "scenario");
    }
    if (title == NULL) {
        g_autofree char *absolute = g_canonicalize_filename(directory, NULL);
        g_autofree char *base = g_path_get_basename(absolute);
        title = g_filename_display_name(base);
    }
    return title;
}

struct figure *chart_new(const char *directory, const char *name, GError **error)
{
    g_assert(directory != NULL && name != NULL);
    double confidence = chart_confidence(directory);
    struct figure *figure = NULL;
    const struct view *view = NULL;
    confidence = confidence > 0 ? confidence : 0.95;
    for (size_t i = 0; i < G_N_ELEMENTS(views); i++) {
        view = strcmp(views[i].name, name) == 0 ? &views[i] : view;
    }
    if (strcmp(name, "timeline") == 0) {
        figure = chart_timeline(directory, error);
    } else if (strcmp(name, "ranks") == 0) {
        figure = chart_ranks(directory, error);
    } else if (strcmp(name, "saving") == 0) {
        figure = chart_saving(directory, error);
    } else if (strcmp(name, "forms") == 0) {
        figure = chart_forms(directory, error);
    } else if (strcmp(name, "protection") == 0) {
        figure = chart_protection(directory, confidence, error);
    } else if (strcmp(name, "ghosts") == 0) {
        figure = chart_samples(directory, "ghosts",
                               "records on the standby without a connection", confidence, error);
    } else if (strcmp(name, "counter-error") == 0) {
        figure = chart_samples(directory, "counter_error",
                               "error of the standby's counters, all machines", confidence, error);
    } else if (view == NULL) {
        g_set_error(error, PLOT_ERROR, PLOT_ERROR_INPUT,
                    "there is no figure \"%s\"; the figures are %s", name, chart_names);
    } else if (strcmp(name, "takeover") == 0) {
        figure = draw_takeover(directory, view, error);
    } else {
        figure = draw_view(directory, view, error);
    }
    if (figure != NULL && figure->title == NULL) {
        figure->title = chart_title(directory);
    }
    return figure;
}
