/* What became of connections of different age at the failure. */
#include "analysis/chart.h"
#include "analysis/columns.h"
#include "analysis/sweep.h"

#include <math.h>
#include <string.h>

/* Below so many connections a share is chance: such bins are drawn together. */
enum { BIN_ENOUGH = 20 };

/* Ages fall into bins with edges 1, 2, 5, 10 ... ms; younger ones than 1 ms are in the
 * first. One tally is (of those counted, how many with each outcome). */
enum { AGE_BINS = 24 };

struct tally {
    guint64 counted;
    guint64 outcomes[OUTCOME_COUNT];
};

struct age_group {
    char *name;
    struct tally bins[AGE_BINS];
};

struct timeline {
    const struct table *runs, *connections;
    struct sweep *sweep;
    const struct axis *pooled; /* the axis whose values are taken together, or NULL */
    GHashTable *groups_of_run; /* run -> struct age_group; for lookups only */
    GPtrArray *groups;         /* in order of appearance */
    size_t run, opened, state, outcome;
};

static double bin_edge(unsigned bin)
{
    static const double steps[] = {1, 2, 5};
    double edge = 1e-3 * steps[bin % 3];
    for (unsigned i = 0; i < bin / 3; i++) {
        edge *= 10;
    }
    return edge;
}

static unsigned bin_of(double age)
{
    unsigned bin = 0;
    while (bin + 1 < AGE_BINS && age >= bin_edge(bin + 1)) {
        bin++;
    }
    return bin;
}

static void free_group(void *data)
{
    struct age_group *group = data;
    g_free(group->name);
    g_free(group);
}

static struct age_group *find_group(struct timeline *timeline, const char *name)
{
    for (guint i = 0; i < timeline->groups->len; i++) {
        struct age_group *group = g_ptr_array_index(timeline->groups, i);
        if (strcmp(group->name, name) == 0) {
            return group;
        }
    }
    struct age_group *group = g_new0(struct age_group, 1);
    group->name = g_strdup(name);
    g_ptr_array_add(timeline->groups, group);
    return group;
}

static bool assign_runs(struct timeline *timeline, GError **error)
{
    size_t run;
    if (!table_require(timeline->runs, "run", &run, error)) {
        return false;
    }
    for (size_t row = 0; row < table_rows(timeline->runs); row++) {
        g_autofree char *name = sweep_curve(timeline->sweep, row, timeline->pooled);
        g_hash_table_insert(timeline->groups_of_run,
                            (gpointer)table_text(timeline->runs, row, run),
                            find_group(timeline, name));
    }
    return true;
}

static bool find_columns(struct timeline *timeline, GError **error)
{
    const struct table *table = timeline->connections;
    return table_require(table, "run", &timeline->run, error) &&
           table_require(table, "opened_ns", &timeline->opened, error) &&
           table_require(table, "state_at_failure", &timeline->state, error) &&
           table_require(table, "outcome", &timeline->outcome, error);
}

static int outcome_of(const char *word)
{
    for (int i = 0; i < OUTCOME_COUNT; i++) {
        if (strcmp(outcome_word((enum outcome)i), word) == 0) {
            return i;
        }
    }
    return -1;
}

static void count_connection(const struct timeline *timeline, struct age_group *group, size_t row,
                             double failure_ns)
{
    const struct table *table = timeline->connections;
    const char *state = table_text(table, row, timeline->state);
    int outcome = outcome_of(table_text(table, row, timeline->outcome));
    double opened = 0;
    if (outcome < 0 || !state_word_counts(state) ||
        !table_number(table, row, timeline->opened, &opened)) {
        return;
    }
    struct tally *tally = &group->bins[bin_of((failure_ns - opened) / 1e9)];
    tally->counted++;
    tally->outcomes[outcome]++;
}

/* The table does not say when the failure was; the newest connection that was there is
 * the nearest to it, closer than the bins are wide. */
static double newest(const struct timeline *timeline, size_t first, size_t end)
{
    double latest = 0;
    for (size_t row = first; row < end; row++) {
        double opened = 0;
        table_number(timeline->connections, row, timeline->opened, &opened);
        latest = MAX(latest, opened);
    }
    return latest;
}

static void count_runs(struct timeline *timeline)
{
    const struct table *table = timeline->connections;
    size_t end = 0;
    for (size_t first = 0; first < table_rows(table); first = end) {
        const char *run = table_text(table, first, timeline->run);
        while (end < table_rows(table) && strcmp(table_text(table, end, timeline->run), run) == 0) {
            end++;
        }
        double failure = newest(timeline, first, end);
        struct age_group *group = g_hash_table_lookup(timeline->groups_of_run, run);
        for (size_t row = first; row < end && group != NULL; row++) {
            count_connection(timeline, group, row, failure);
        }
    }
}

static void add_dot(struct figure *figure, const char *name, unsigned first, unsigned end,
                    double share)
{
    struct dot *dot = figure_dot(figure, name, sqrt(bin_edge(first) * bin_edge(end)));
    dot->y = dot->lo = dot->hi = 100 * share;
}

static guint64 count_from(const struct age_group *group, unsigned bin)
{
    guint64 counted = 0;
    for (; bin < AGE_BINS; bin++) {
        counted += group->bins[bin].counted;
    }
    return counted;
}

/* A dot for each stretch of bins that holds enough connections; what is left at the end
 * belongs to the last one. */
static void add_share(struct figure *figure, const char *name, const struct age_group *group,
                      enum outcome outcome)
{
    guint64 counted = 0;
    guint64 those = 0;
    unsigned first = 0;
    for (unsigned bin = 0; bin < AGE_BINS; bin++) {
        first = counted == 0 ? bin : first;
        counted += group->bins[bin].counted;
        those += group->bins[bin].outcomes[outcome];
        guint64 left = count_from(group, bin + 1);
        if (counted > 0 && (left == 0 || (counted >= BIN_ENOUGH && left >= BIN_ENOUGH))) {
            add_dot(figure, name, first, bin + 1, (double)those / (double)counted);
            counted = those = 0;
        }
    }
}

static bool occurs(const struct age_group *group, enum outcome outcome)
{
    for (unsigned bin = 0; bin < AGE_BINS; bin++) {
        if (group->bins[bin].outcomes[outcome] > 0) {
            return true;
        }
    }
    return false;
}

/* One group shows all its outcomes; several are told apart by their survivors. */
static void add_groups(struct figure *figure, const struct timeline *timeline)
{
    if (timeline->groups->len > 1) {
        figure->y_label = g_strdup("share of open connections that survived");
        for (guint i = 0; i < timeline->groups->len; i++) {
            const struct age_group *group = g_ptr_array_index(timeline->groups, i);
            add_share(figure, group->name, group, OUTCOME_SURVIVED);
        }
        return;
    }
    figure->y_label = g_strdup("share of open connections");
    const struct age_group *group = g_ptr_array_index(timeline->groups, 0);
    for (unsigned outcome = 0; outcome < OUTCOME_COUNT; outcome++) {
        if (occurs(group, outcome)) {
            g_autofree char *name = g_strdelimit(g_strdup(outcome_word(outcome)), "_", ' ');
            add_share(figure, name, group, outcome);
        }
    }
}

static void add_age_ticks(struct figure *figure)
{
    static const char *const labels[] = {"1 ms", "10 ms", "100 ms", "1 s",
                                         "10 s", "100 s", "1000 s", "10000 s"};
    for (unsigned i = 0; i < G_N_ELEMENTS(labels); i++) {
        figure_add_tick(figure, bin_edge(3 * i), labels[i]);
    }
}

static struct figure *draw_timeline(struct timeline *timeline, GError **error)
{
    if (!find_columns(timeline, error) || !assign_runs(timeline, error)) {
        return NULL;
    }
    count_runs(timeline);
    struct figure *figure = figure_new();
    figure->unit = FIGURE_PERCENT;
    figure->joined = true;
    figure->offset = 0;
    figure->x_label = g_strdup("age of the connection at the failure");
    const char *pooled = timeline->pooled != NULL ? timeline->pooled->label : NULL;
    figure->note = g_strdup_printf("%zu run%s%s%s", table_rows(timeline->runs),
                                   table_rows(timeline->runs) > 1 ? "s" : "",
                                   pooled != NULL ? ", over all values of " : "",
                                   pooled != NULL ? pooled : "");
    add_groups(figure, timeline);
    add_age_ticks(figure);
    return figure;
}

/* More curves than this cannot be told apart: then the x axis of the sweep is pooled. */
static bool is_crowded(const struct sweep *sweep)
{
    const guint most = 6;
    guint curves = 1;
    for (guint i = 0; i < sweep->axes->len; i++) {
        const struct axis *axis = g_ptr_array_index(sweep->axes, i);
        curves *= MIN(axis->values->len, most + 1);
    }
    return curves > most;
}

static struct figure *timeline_of(const struct table *runs, const struct table *connections,
                                  GError **error)
{
    struct sweep *sweep = sweep_new(runs, "repetition", "counted", error);
    if (sweep == NULL) {
        return NULL;
    }
    struct timeline timeline = {
        .runs = runs,
        .connections = connections,
        .sweep = sweep,
        .pooled = is_crowded(sweep) ? sweep->x : NULL,
        .groups_of_run = g_hash_table_new(g_str_hash, g_str_equal),
        .groups = g_ptr_array_new_with_free_func(free_group),
    };
    struct figure *figure = draw_timeline(&timeline, error);
    g_ptr_array_unref(timeline.groups);
    g_hash_table_unref(timeline.groups_of_run);
    sweep_free(sweep);
    return figure;
}

struct figure *chart_timeline(const char *directory, GError **error)
{
    struct table *runs = chart_table(directory, "runs.csv", error);
    struct table *connections =
        runs != NULL ? chart_table(directory, "connections.csv", error) : NULL;
    struct figure *figure = connections != NULL ? timeline_of(runs, connections, error) : NULL;
    table_free(connections);
    table_free(runs);
    return figure;
}
