#include "analysis/metric.h"

#include "analysis/columns.h"

#include <string.h>

/* How each metric of METRIC_LIST is made: columns of runs.csv. */
struct formula {
    const char *name;
    enum metric_kind kind;
    enum metric_better better;
    const char *value;
    const char *whole;
    const char *censored;
    const char *basis, *lo, *hi; /* see struct metric */
};

/* The share rests on the whole, and an interval is for runs to give. */
#define NONE NULL, NULL, NULL

static const struct formula formulas[] = {
    {"survival", METRIC_SHARE, METRIC_HIGHER, "survived", "counted", "censored", NONE},
    {"known", METRIC_SHARE, METRIC_HIGHER, "known", "counted", NULL, NONE},
    {"known-theory", METRIC_LEVEL, METRIC_NEITHER, "known_theory", NULL, NULL, NONE},
    {"reset", METRIC_SHARE, METRIC_LOWER, "reset", "counted", NULL, NONE},
    {"timed-out", METRIC_SHARE, METRIC_LOWER, "timed_out", "counted", NULL, NONE},
    {"misrouted", METRIC_SHARE, METRIC_LOWER, "misrouted", "counted", NULL, NONE},
    {"censored", METRIC_SHARE, METRIC_LOWER, "censored", "counted", NULL, NONE},
    {"takeover-time", METRIC_TIME, METRIC_LOWER, "takeover_ns", NULL, NULL, NONE},
    {"stall-p50", METRIC_TIME, METRIC_LOWER, "stall_p50_ns", NULL, NULL, NONE},
    {"stall-p99", METRIC_TIME, METRIC_LOWER, "stall_p99_ns", NULL, NULL, NONE},
    {"connect-p50", METRIC_TIME, METRIC_LOWER, "connect_p50_ns", NULL, NULL, NONE},
    {"connect-p99", METRIC_TIME, METRIC_LOWER, "connect_p99_ns", NULL, NULL, NONE},
    {"ghosts", METRIC_COUNT, METRIC_LOWER, "ghosts", NULL, NULL, NONE},
    {"replication-datagrams", METRIC_COUNT, METRIC_LOWER, "replication_datagrams", NULL, NULL,
     NONE},
    {"replication-bytes", METRIC_COUNT, METRIC_LOWER, "replication_bytes", NULL, NULL, NONE},
    {"mean-loss", METRIC_LEVEL, METRIC_NEITHER, "mean_loss", NULL, NULL, NONE},
    {"survival-itt", METRIC_SHARE, METRIC_HIGHER, "survived_itt", "counted_itt", "censored_itt",
     NONE},
    {"known-itt", METRIC_SHARE, METRIC_HIGHER, "known_itt", "counted_itt", NULL, NONE},
    {"harmed", METRIC_SHARE, METRIC_LOWER, "harmed", "counted", NULL, NONE},
    {"harmed-itt", METRIC_SHARE, METRIC_LOWER, "harmed_itt", "counted_itt", NULL, NONE},
    {"saved-by-ghost", METRIC_SHARE, METRIC_NEITHER, "saved_ghost", "counted", NULL, NONE},
    {"requests-lost", METRIC_COUNT, METRIC_LOWER, "requests_lost", NULL, NULL, NONE},
    {"bytes-lost", METRIC_COUNT, METRIC_LOWER, "bytes_lost", NULL, NULL, NONE},
    {"stall-survivors", METRIC_TIME, METRIC_LOWER, "stall_survivors_ns", NULL, NULL, NONE},
    {"stall-casualties", METRIC_TIME, METRIC_LOWER, "stall_casualties_ns", NULL, NULL, NONE},
    {"connects-failed", METRIC_COUNT, METRIC_LOWER, "connects_failed", NULL, NULL, NONE},
    {"connect-delay", METRIC_TIME, METRIC_LOWER, "connect_delay_ns", NULL, NULL, NONE},
    {"syn-peak", METRIC_COUNT, METRIC_LOWER, "syn_peak", NULL, NULL, NONE},
    {"syn-peak-twin", METRIC_COUNT, METRIC_NEITHER, "syn_peak_twin", NULL, NULL, NONE},
    {"reconnected", METRIC_COUNT, METRIC_NEITHER, "reconnected", NULL, NULL, NONE},
    {"outside-moved", METRIC_TIME, METRIC_LOWER, "outside_moved_ns", NULL, NULL, NONE},
    {"inside-moved", METRIC_TIME, METRIC_LOWER, "inside_moved_ns", NULL, NULL, NONE},
    {"ghost-misroutes", METRIC_COUNT, METRIC_LOWER, "ghost_misroutes", NULL, NULL, NONE},
    {"without-port", METRIC_COUNT, METRIC_LOWER, "without_port", NULL, NULL, NONE},
    {"server-orphans", METRIC_COUNT, METRIC_LOWER, "server_orphans", NULL, NULL, NONE},
    {"drop-send-queue", METRIC_COUNT, METRIC_LOWER, "drop_send_queue", NULL, NULL, NONE},
    {"drop-receive-buffer", METRIC_COUNT, METRIC_LOWER, "drop_receive_buffer", NULL, NULL, NONE},
    {"drop-backlog", METRIC_COUNT, METRIC_LOWER, "drop_backlog", NULL, NULL, NONE},
    {"drop-lossy", METRIC_COUNT, METRIC_LOWER, "drop_lossy", NULL, NULL, NONE},
    {"replication-loss", METRIC_LEVEL, METRIC_LOWER, "replication_loss", NULL, NULL, NONE},
    {"bytes-per-connection", METRIC_RATIO, METRIC_LOWER, "replication_bytes", "established", NULL,
     NONE},
    {"bytes-back-per-connection", METRIC_RATIO, METRIC_LOWER, "back_bytes", "established", NULL,
     NONE},
    {"datagrams-per-connection", METRIC_RATIO, METRIC_LOWER, "replication_datagrams",
     "established", NULL, NONE},
    {"bytes-per-second", METRIC_RATE, METRIC_LOWER, "replication_bytes", "measured_ns", NULL,
     NONE},
    {"bytes-back-per-second", METRIC_RATE, METRIC_LOWER, "back_bytes", "measured_ns", NULL, NONE},
    {"datagrams-per-second", METRIC_RATE, METRIC_LOWER, "replication_datagrams", "measured_ns",
     NULL, NONE},
    {"datagrams-back-per-second", METRIC_RATE, METRIC_LOWER, "back_datagrams", "measured_ns", NULL,
     NONE},
    {"active-datagrams", METRIC_COUNT, METRIC_LOWER, "active_datagrams", NULL, NULL, NONE},
    {"active-deadlines", METRIC_COUNT, METRIC_LOWER, "active_deadlines", NULL, NULL, NONE},
    {"counter-error", METRIC_COUNT, METRIC_LOWER, "counter_error", NULL, NULL, NONE},
    {"load-imbalance", METRIC_COUNT, METRIC_LOWER, "load_imbalance", NULL, NULL, NONE},
    {"reprotection-time", METRIC_TIME, METRIC_LOWER, "reprotection_ns", NULL, NULL, NONE},
    {"sync-time", METRIC_TIME, METRIC_LOWER, "sync_ns", NULL, NULL, NONE},
    {"known-roof", METRIC_LEVEL, METRIC_NEITHER, "known_roof", NULL, NULL, NONE},
    {"worst-datagram", METRIC_COUNT, METRIC_LOWER, "worst_datagram", NULL, NULL, NONE},
    {"saved-by-hash", METRIC_SHARE, METRIC_NEITHER, "saved_hash", "counted", NULL, NONE},
    {"saved-by-probe", METRIC_SHARE, METRIC_NEITHER, "saved_probe", "counted", NULL, NONE},
    {"saved-by-learning", METRIC_SHARE, METRIC_NEITHER, "saved_learned", "counted", NULL, NONE},
    {"probes", METRIC_COUNT, METRIC_LOWER, "probes", NULL, NULL, NONE},
    {"probes-peak", METRIC_COUNT, METRIC_LOWER, "probes_peak", NULL, NULL, NONE},
    {"backscatter", METRIC_COUNT, METRIC_LOWER, "backscatter", NULL, NULL, NONE},
    {"setup-p50", METRIC_TIME, METRIC_LOWER, "setup_p50_ns", NULL, NULL, NONE},
    {"setup-p99", METRIC_TIME, METRIC_LOWER, "setup_p99_ns", NULL, NULL, NONE},
    {"affinity", METRIC_SHARE, METRIC_HIGHER, "returned", "returning", NULL, NONE},
    {"known-virtual", METRIC_SHARE, METRIC_HIGHER, "virtual_known", "virtual_seen", NULL,
     "virtual_connections", "virtual_lo", "virtual_hi"},
    {"form", METRIC_SHARE, METRIC_NEITHER, "form_count", "form_of", NULL, NONE},
    {"form-theory", METRIC_LEVEL, METRIC_NEITHER, "form_theory", NULL, NULL, NONE},
};

static const struct formula *formula_of(const char *name)
{
    for (size_t i = 0; i < G_N_ELEMENTS(formulas); i++) {
        if (strcmp(formulas[i].name, name) == 0) {
            return &formulas[i];
        }
    }
    g_assert_not_reached();
}

static void free_metric(void *data)
{
    struct metric *metric = data;
    g_free(metric->name);
    g_free(metric);
}

static int column_or_none(const struct table *runs, const char *name)
{
    return name == NULL ? -1 : table_column(runs, name);
}

static void append(GPtrArray *metrics, const struct table *runs, const struct formula *formula)
{
    int value = table_column(runs, formula->value);
    int whole = column_or_none(runs, formula->whole);
    if (value < 0 || (formula->whole != NULL && whole < 0)) {
        return; /* a later column, which older tables do not have */
    }
    struct metric *metric = g_new(struct metric, 1);
    *metric = (struct metric){
        .name = g_strdup(formula->name),
        .kind = formula->kind,
        .better = formula->better,
        .value = value,
        .whole = whole,
        .censored = column_or_none(runs, formula->censored),
        .basis = column_or_none(runs, formula->basis ? formula->basis : formula->whole),
        .lo = column_or_none(runs, formula->lo),
        .hi = column_or_none(runs, formula->hi),
    };
    g_ptr_array_add(metrics, metric);
}

/* survival.NAME and known.NAME. What of a virtual was censored is not in the table:
 * its share is over all counted, which is the same after a roll call. */
static void append_virtuals(GPtrArray *metrics, const struct table *runs,
                            const struct formula *formula)
{
    for (size_t i = 0; i < table_columns(runs); i++) {
        const char *column = table_column_name(runs, i);
        if (!g_str_has_prefix(column, "counted.")) {
            continue;
        }
        const char *dot = strchr(column, '.');
        g_autofree char *name = g_strconcat(formula->name, dot, NULL);
        g_autofree char *value = g_strconcat(formula->value, dot, NULL);
        struct formula own = {name, formula->kind, formula->better, value, column, NULL, NONE};
        append(metrics, runs, &own);
    }
}

/* Returns the numerator of a share, or the plain value; false for an empty cell. */
static bool read_cell(const struct table *runs, size_t row, int column, double *value)
{
    return column >= 0 && table_number(runs, row, (size_t)column, value);
}

static double whole_of(const struct metric *metric, const struct table *runs, size_t row)
{
    double whole = 0;
    double censored = 0;
    read_cell(runs, row, metric->whole, &whole);
    read_cell(runs, row, metric->censored, &censored);
    return whole - censored;
}

bool metric_value(const struct metric *metric, const struct table *runs, size_t row,
                  double *value)
{
    g_assert(metric != NULL && value != NULL);
    if (!read_cell(runs, row, metric->value, value)) {
        return false;
    }
    if (metric->kind == METRIC_TIME) {
        *value /= 1e9;
    }
    if (metric->kind != METRIC_SHARE && metric->kind != METRIC_RATIO &&
        metric->kind != METRIC_RATE) {
        return true;
    }
    double whole = whole_of(metric, runs, row);
    *value = whole > 0 ? *value / whole : 0;
    *value *= metric->kind == METRIC_RATE ? 1e9 : 1;
    return whole > 0;
}

uint64_t metric_connections(const struct metric *metric, const struct table *runs, size_t row)
{
    double counted = 0;
    read_cell(runs, row, metric->basis, &counted);
    return (uint64_t)counted;
}

bool metric_interval(const struct metric *metric, const struct table *runs, size_t row,
                     double *lo, double *hi)
{
    return read_cell(runs, row, metric->lo, lo) && read_cell(runs, row, metric->hi, hi);
}

bool metric_is_share(const struct metric *metric)
{
    return metric->kind == METRIC_SHARE || metric->kind == METRIC_LEVEL;
}

const struct metric *metric_find(const GPtrArray *metrics, const char *name)
{
    for (guint i = 0; i < metrics->len; i++) {
        const struct metric *metric = g_ptr_array_index(metrics, i);
        if (strcmp(metric->name, name) == 0) {
            return metric;
        }
    }
    return NULL;
}

/* --------------------------------------------------------------- checks on entry */

static bool check_columns(const struct table *runs, GError **error)
{
    g_auto(GStrv) names = g_strsplit("run,point,repetition," RUNS_COLUMNS, ",", -1);
    size_t column = 0;
    for (char **name = names; *name != NULL; name++) {
        if (!table_require(runs, *name, &column, error)) {
            return false;
        }
    }
    return true;
}

/* Every cell from "counted" on is empty or a number of at least 0. */
static bool check_cells(const struct table *runs, GError **error)
{
    size_t first = (size_t)table_column(runs, "counted");
    for (size_t row = 0; row < table_rows(runs); row++) {
        for (size_t column = first; column < table_columns(runs); column++) {
            const char *text = table_text(runs, row, column);
            double number = 0;
            if (*text != '\0' && (!table_number(runs, row, column, &number) || number < 0)) {
                g_set_error(error, TABLE_ERROR, TABLE_ERROR_VALUE,
                            "%s:%zu: %s = \"%s\": a number of at least 0 or an empty cell is "
                            "needed here",
                            table_name(runs), table_line(runs, row),
                            table_column_name(runs, column), text);
                return false;
            }
        }
    }
    return true;
}

static bool check_shares(const struct table *runs, const struct metric *metric, GError **error)
{
    for (size_t row = 0; row < table_rows(runs); row++) {
        double value = 0;
        if (metric_value(metric, runs, row, &value) && value > 1) {
            g_set_error(error, TABLE_ERROR, TABLE_ERROR_VALUE,
                        "%s:%zu: %s is more than its whole: the columns contradict each other",
                        table_name(runs), table_line(runs, row),
                        table_column_name(runs, (size_t)metric->value));
            return false;
        }
    }
    return true;
}

GPtrArray *metric_list(const struct table *runs, GError **error)
{
    if (!check_columns(runs, error) || !check_cells(runs, error)) {
        return NULL;
    }
    static const char *const names[] = {
#define NAME(name, unit, what) name,
        METRIC_LIST(NAME)
#undef NAME
    };
    GPtrArray *metrics = g_ptr_array_new_with_free_func(free_metric);
    for (size_t i = 0; i < G_N_ELEMENTS(names); i++) {
        const struct formula *formula = formula_of(names[i]);
        append(metrics, runs, formula);
        if (strcmp(names[i], "survival") == 0 || strcmp(names[i], "known") == 0) {
            append_virtuals(metrics, runs, formula);
        }
    }
    for (guint i = 0; i < metrics->len; i++) {
        const struct metric *metric = g_ptr_array_index(metrics, i);
        if (metric_is_share(metric) && !check_shares(runs, metric, error)) {
            g_ptr_array_unref(metrics);
            return NULL;
        }
    }
    return metrics;
}
