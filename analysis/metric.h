/* What runs.csv says about a metric: one value for each run. The one place that
 * knows how a metric of METRIC_LIST is made from columns. */
#ifndef ANALYSIS_METRIC_H
#define ANALYSIS_METRIC_H

#include "analysis/table.h"

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

enum metric_kind {
    METRIC_SHARE, /* of connections: 0..1, interval by stats_share */
    METRIC_LEVEL, /* a share that is computed, not counted: 0..1 */
    METRIC_TIME,  /* seconds */
    METRIC_COUNT,
    METRIC_RATIO, /* a count for each of another */
    METRIC_RATE   /* a count for each second */
};

/* Which change harms; neither for what describes the network and not the outcome. */
enum metric_better { METRIC_HIGHER, METRIC_LOWER, METRIC_NEITHER };

struct metric {
    char *name;
    enum metric_kind kind;
    enum metric_better better;
    int value;    /* column of runs.csv: the numerator of what has one */
    int whole;    /* denominator of a share, a ratio, a rate (nanoseconds), or -1 */
    int censored; /* is taken from the denominator, or -1 */
    int basis;    /* how many independent connections a share rests on, or -1 */
    int lo, hi;   /* an interval that a run gives of itself, or -1 */
};

/* The metrics that this table has, struct metric in the order of METRIC_LIST with
 * the .NAME forms of survival and known right behind them. NULL and error when a
 * column of RUNS_COLUMNS is missing, or a cell is not a number, or a share is more
 * than its whole: every cell is checked here, once. The caller unrefs. */
GPtrArray *metric_list(const struct table *runs, GError **error);

/* The metric of this name, or NULL. */
const struct metric *metric_find(const GPtrArray *metrics, const char *name);

/* The value in one run, in the unit of the metric; false when it does not apply
 * there (empty cell, or nothing counted). */
bool metric_value(const struct metric *metric, const struct table *runs, size_t row,
                  double *value);

/* How many connections the share of a run rests on; 0 for other kinds. */
uint64_t metric_connections(const struct metric *metric, const struct table *runs, size_t row);

/* The interval that a run gives of its own value; false when it gives none. */
bool metric_interval(const struct metric *metric, const struct table *runs, size_t row,
                     double *lo, double *hi);

/* Is this a share, so that its interval stays within 0..1? */
bool metric_is_share(const struct metric *metric);

#endif
