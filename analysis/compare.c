#include "analysis/compare.h"

#include "analysis/columns.h"
#include "analysis/comparison.h"
#include "analysis/pairing.h"

#include <string.h>

G_DEFINE_QUARK(understudy-compare-error, compare_error)

/* ------------------------------------------------------------- one side */

struct side {
    const char *directory;
    char *seed, *scenario;
    struct table *runs;
    GPtrArray *metrics;
    struct table *connections; /* NULL when the directory has none */
};

static bool load_manifest(struct side *side, GError **error)
{
    g_autofree char *path = g_build_filename(side->directory, "manifest", NULL);
    g_autoptr(GKeyFile) manifest = g_key_file_new();
    g_autoptr(GError) reason = NULL;
    if (g_key_file_load_from_file(manifest, path, G_KEY_FILE_NONE, &reason)) {
        side->seed = g_key_file_get_string(manifest, "manifest", "seed", &reason);
        side->scenario = g_key_file_get_string(manifest, "manifest", "scenario", NULL);
    }
    if (side->seed == NULL) {
        g_set_error(error, COMPARE_ERROR, COMPARE_ERROR_MANIFEST,
                    "%s: %s; compare needs two directories that \"sweep\" has written", path,
                    reason->message);
    }
    return side->seed != NULL;
}

static bool load_connections(struct side *side, GError **error)
{
    g_autofree char *path = g_build_filename(side->directory, "connections.csv", NULL);
    if (!g_file_test(path, G_FILE_TEST_EXISTS)) {
        return true;
    }
    side->connections = table_read(path, error);
    if (side->connections == NULL) {
        return false;
    }
    g_auto(GStrv) names = g_strsplit(CONNECTIONS_COLUMNS, ",", -1);
    size_t column = 0;
    for (char **name = names; *name != NULL; name++) {
        if (!table_require(side->connections, *name, &column, error)) {
            return false;
        }
    }
    return true;
}

static bool load_side(struct side *side, const char *directory, GError **error)
{
    side->directory = directory;
    g_autofree char *path = g_build_filename(directory, "runs.csv", NULL);
    side->runs = table_read(path, error);
    if (side->runs == NULL) {
        return false;
    }
    side->metrics = metric_list(side->runs, error);
    return side->metrics != NULL && load_manifest(side, error) && load_connections(side, error);
}

static void clear_side(struct side *side)
{
    table_free(side->connections);
    g_clear_pointer(&side->metrics, g_ptr_array_unref);
    table_free(side->runs);
    g_free(side->scenario);
    g_free(side->seed);
}

/* ------------------------------------------------------------- metrics */

/* The one decision whether B is worse: harm beyond what is accepted, and certain.
 * Without spread (one pair, or all alike) the interval is the mean itself. */
static void judge(struct contrast *contrast, double max_drop)
{
    const struct metric *metric = contrast->metric;
    struct interval loss = contrast->difference;
    if (metric->better == METRIC_HIGHER) {
        loss = (struct interval){-loss.estimate, -loss.hi, -loss.lo};
    }
    contrast->harm = metric->better == METRIC_NEITHER ? 0 : loss.estimate;
    if (!metric_is_share(metric) && contrast->harm > 0) {
        contrast->harm = contrast->a > 0 ? contrast->harm / contrast->a : G_MAXDOUBLE;
    }
    contrast->worse = contrast->harm > max_drop && loss.lo > 0;
}

struct contest {
    const struct side *a, *b;
    const struct pairing *pairing;
    const struct compare_options *options;
};

/* Means of both sides and of their differences over the pairs of one point. */
static void add_contrast(const struct contest *contest, struct compared_point *result,
                         guint point, const struct metric *metric_a,
                         const struct metric *metric_b)
{
    g_autoptr(GArray) differences = g_array_new(FALSE, FALSE, sizeof(double));
    double sum_a = 0;
    double sum_b = 0;
    const GArray *pairs = contest->pairing->pairs;
    for (guint i = 0; i < pairs->len; i++) {
        const struct pair *pair = &g_array_index(pairs, struct pair, i);
        double a, b;
        if (pair->point == point && metric_value(metric_a, contest->a->runs, pair->a, &a) &&
            metric_value(metric_b, contest->b->runs, pair->b, &b)) {
            double difference = b - a;
            g_array_append_val(differences, difference);
            sum_a += a;
            sum_b += b;
        }
    }
    if (differences->len == 0) {
        return;
    }
    struct contrast contrast = {
        .metric = metric_a,
        .pairs = differences->len,
        .a = sum_a / differences->len,
        .b = sum_b / differences->len,
        .difference = stats_mean(&g_array_index(differences, double, 0), differences->len,
                                 contest->options->confidence),
    };
    judge(&contrast, contest->options->max_drop);
    g_array_append_val(result->contrasts, contrast);
}

static bool is_wanted(const char *name, const char *wanted)
{
    if (wanted != NULL) {
        return strcmp(name, wanted) == 0;
    }
    return strcmp(name, "survival") == 0 || g_str_has_prefix(name, "survival.") ||
           strcmp(name, "known") == 0 || g_str_has_prefix(name, "known.");
}

static bool check_metric(const struct contest *contest, GError **error)
{
    const char *wanted = contest->options->metric;
    if (wanted == NULL || (metric_find(contest->a->metrics, wanted) != NULL &&
                           metric_find(contest->b->metrics, wanted) != NULL)) {
        return true;
    }
    g_set_error(error, COMPARE_ERROR, COMPARE_ERROR_METRIC,
                "metric %s is not on both sides; \"list metrics\" names them all", wanted);
    return false;
}

static gint compare_harm(gconstpointer a, gconstpointer b)
{
    const struct contrast *left = a;
    const struct contrast *right = b;
    return (left->harm < right->harm) - (left->harm > right->harm);
}

static void free_point(void *data)
{
    struct compared_point *point = data;
    g_array_unref(point->contrasts);
    g_free(point->values);
    g_free(point);
}

static struct compared_point *contrast_point(const struct contest *contest, guint point)
{
    struct compared_point *result = g_new0(struct compared_point, 1);
    result->values = g_strdup(g_ptr_array_index(contest->pairing->points, point));
    result->contrasts = g_array_new(FALSE, FALSE, sizeof(struct contrast));
    for (guint i = 0; i < contest->pairing->pairs->len; i++) {
        result->pairs += g_array_index(contest->pairing->pairs, struct pair, i).point == point;
    }
    for (guint i = 0; i < contest->a->metrics->len; i++) {
        const struct metric *metric = g_ptr_array_index(contest->a->metrics, i);
        const struct metric *other = metric_find(contest->b->metrics, metric->name);
        if (other != NULL && is_wanted(metric->name, contest->options->metric)) {
            add_contrast(contest, result, point, metric, other);
        }
    }
    g_array_sort(result->contrasts, compare_harm); /* stable: ties stay in the list's order */
    return result;
}

static void contrast_all(const struct contest *contest, struct comparison *comparison)
{
    for (guint i = 0; i < contest->pairing->points->len; i++) {
        struct compared_point *point = contrast_point(contest, i);
        g_ptr_array_add(comparison->points, point);
        for (guint j = 0; j < point->contrasts->len; j++) {
            comparison->worse |= g_array_index(point->contrasts, struct contrast, j).worse;
        }
    }
}

/* ------------------------------------------------------------- connections */

/* The columns of connections.csv that are looked at, and where each run begins. */
struct ledger {
    const struct table *table;
    size_t run, connection, client, state, outcome, cause;
    GHashTable *starts; /* run -> row + 1; for lookups only */
};

static size_t ledger_column(const struct table *table, const char *name)
{
    int column = table_column(table, name);
    g_assert(column >= 0); /* load_connections has looked */
    return (size_t)column;
}

static struct ledger open_ledger(const struct table *table)
{
    struct ledger ledger = {
        .table = table,
        .run = ledger_column(table, "run"),
        .connection = ledger_column(table, "connection"),
        .client = ledger_column(table, "client"),
        .state = ledger_column(table, "state_at_failure"),
        .outcome = ledger_column(table, "outcome"),
        .cause = ledger_column(table, "cause"),
        .starts = g_hash_table_new(g_str_hash, g_str_equal),
    };
    for (size_t row = 0; row < table_rows(table); row++) {
        const char *run = table_text(table, row, ledger.run);
        if (!g_hash_table_contains(ledger.starts, run)) {
            g_hash_table_insert(ledger.starts, (gpointer)run, GSIZE_TO_POINTER(row + 1));
        }
    }
    return ledger;
}

/* The rows first..end of one run; none when the run had no connection. */
static void ledger_range(const struct ledger *ledger, const char *run, size_t *first,
                         size_t *end)
{
    gsize start = GPOINTER_TO_SIZE(g_hash_table_lookup(ledger->starts, run));
    *first = start > 0 ? start - 1 : 0;
    *end = *first;
    while (start > 0 && *end < table_rows(ledger->table) &&
           strcmp(table_text(ledger->table, *end, ledger->run), run) == 0) {
        ++*end;
    }
}

static guint64 ledger_number(const struct ledger *ledger, size_t row)
{
    return g_ascii_strtoull(table_text(ledger->table, row, ledger->connection), NULL, 10);
}

static bool ledger_counts(const struct ledger *ledger, size_t row)
{
    return state_word_counts(table_text(ledger->table, row, ledger->state));
}

static bool ledger_saved(const struct ledger *ledger, size_t row)
{
    const char *outcome = table_text(ledger->table, row, ledger->outcome);
    return strcmp(outcome, outcome_word(OUTCOME_SURVIVED)) == 0;
}

static void free_rescue(void *data)
{
    struct rescue *rescue = data;
    g_free(rescue->run_a);
    g_free(rescue->run_b);
    g_free(rescue->connection);
    g_free(rescue->cause);
    g_free(rescue);
}

static void add_rescue(struct comparison *comparison, const struct ledger *a, size_t row_a,
                       const struct ledger *b, size_t row_b)
{
    bool only_a = ledger_saved(a, row_a);
    size_t *count = only_a ? &comparison->only_a : &comparison->only_b;
    if (++*count > COMPARISON_NAMED) {
        return;
    }
    const struct ledger *loser = only_a ? b : a;
    size_t row = only_a ? row_b : row_a;
    const char *cause = table_text(loser->table, row, loser->cause);
    struct rescue *rescue = g_new(struct rescue, 1);
    *rescue = (struct rescue){
        .only_a = only_a,
        .run_a = g_strdup(table_text(a->table, row_a, a->run)),
        .run_b = g_strdup(table_text(b->table, row_b, b->run)),
        .connection = g_strdup(table_text(a->table, row_a, a->connection)),
        .cause = g_strdup(*cause != '\0' ? cause : table_text(loser->table, row, loser->outcome)),
    };
    g_ptr_array_add(comparison->rescues, rescue);
}

/* Both tables are sorted by run and connection. A number that means different clients
 * on the two sides is not the same connection. */
static void compare_run(struct comparison *comparison, const struct ledger *a, const char *run_a,
                        const struct ledger *b, const char *run_b)
{
    size_t i, end_i, j, end_j;
    ledger_range(a, run_a, &i, &end_i);
    ledger_range(b, run_b, &j, &end_j);
    while (i < end_i && j < end_j) {
        guint64 left = ledger_number(a, i);
        guint64 right = ledger_number(b, j);
        bool same = left == right && strcmp(table_text(a->table, i, a->client),
                                            table_text(b->table, j, b->client)) == 0;
        if (same && ledger_counts(a, i) && ledger_counts(b, j) &&
            ledger_saved(a, i) != ledger_saved(b, j)) {
            add_rescue(comparison, a, i, b, j);
        }
        i += left <= right;
        j += right <= left;
    }
}

static void compare_connections(const struct contest *contest, struct comparison *comparison)
{
    comparison->connections = contest->a->connections != NULL && contest->b->connections != NULL;
    if (!comparison->connections) {
        return;
    }
    struct ledger a = open_ledger(contest->a->connections);
    struct ledger b = open_ledger(contest->b->connections);
    size_t column_a = (size_t)table_column(contest->a->runs, "run");
    size_t column_b = (size_t)table_column(contest->b->runs, "run");
    for (guint i = 0; i < contest->pairing->pairs->len; i++) {
        const struct pair *pair = &g_array_index(contest->pairing->pairs, struct pair, i);
        compare_run(comparison, &a, table_text(contest->a->runs, pair->a, column_a), &b,
                    table_text(contest->b->runs, pair->b, column_b));
    }
    g_hash_table_unref(a.starts);
    g_hash_table_unref(b.starts);
}

/* ------------------------------------------------------------- the whole */

static void tell(const struct contest *contest, GString *report, bool *worse)
{
    g_autofree char *name_a = g_filename_display_name(contest->a->directory);
    g_autofree char *name_b = g_filename_display_name(contest->b->directory);
    struct comparison comparison = {
        .a = name_a,
        .b = name_b,
        .scenario_a = contest->a->scenario,
        .scenario_b = contest->b->scenario,
        .pairs = contest->pairing->pairs->len,
        .unpaired_a = contest->pairing->unpaired_a,
        .unpaired_b = contest->pairing->unpaired_b,
        .labels = contest->pairing->labels->str,
        .points = g_ptr_array_new_with_free_func(free_point),
        .rescues = g_ptr_array_new_with_free_func(free_rescue),
    };
    contrast_all(contest, &comparison);
    compare_connections(contest, &comparison);
    if (contest->options->json) {
        comparison_print_json(&comparison, contest->options, report);
    } else {
        comparison_print(&comparison, contest->options, report);
    }
    *worse = comparison.worse;
    g_ptr_array_unref(comparison.points);
    g_ptr_array_unref(comparison.rescues);
}

static bool check_seeds(const struct side *a, const struct side *b, GError **error)
{
    if (strcmp(a->seed, b->seed) == 0) {
        return true;
    }
    g_set_error(error, COMPARE_ERROR, COMPARE_ERROR_PAIRS,
                "%s was made with seed %s and %s with seed %s, so their runs are no pairs; sweep "
                "both with the same --seed",
                a->directory, a->seed, b->directory, b->seed);
    return false;
}

static bool compare_sides(const struct side *a, const struct side *b,
                          const struct compare_options *options, GString *report, bool *worse,
                          GError **error)
{
    struct contest contest = {.a = a, .b = b, .options = options};
    if (!check_seeds(a, b, error) || !check_metric(&contest, error)) {
        return false;
    }
    struct pairing *pairing = pairing_new(a->runs, b->runs, error);
    if (pairing == NULL) {
        return false;
    }
    contest.pairing = pairing;
    tell(&contest, report, worse);
    pairing_free(pairing);
    return true;
}

bool compare_directories(const char *a, const char *b, const struct compare_options *options,
                         GString *report, bool *worse, GError **error)
{
    g_assert(a != NULL && b != NULL && report != NULL && worse != NULL);
    g_assert(options->confidence > 0 && options->confidence < 1 && options->max_drop >= 0);
    struct side side_a = {0};
    struct side side_b = {0};
    bool done = load_side(&side_a, a, error) && load_side(&side_b, b, error) &&
                compare_sides(&side_a, &side_b, options, report, worse, error);
    clear_side(&side_b);
    clear_side(&side_a);
    return done;
}
