/* The swept keys of a table of ours: which is the x axis, and what the curves are
 * called. Private to plot. */
#ifndef ANALYSIS_SWEEP_H
#define ANALYSIS_SWEEP_H

#include "analysis/axis.h"
#include "analysis/table.h"

struct sweep {
    const struct table *table;
    size_t first;         /* column of the first axis */
    GPtrArray *axes;      /* struct axis, one a swept key */
    bool *follows;        /* for each axis: it moves along with x, as in zip = yes, or is x */
    const struct axis *x; /* the first numeric key that varies, else the first that varies,
                             else NULL: there is one point */
};

/* Swept keys are the columns after one and before another; table needs a row. */
struct sweep *sweep_new(const struct table *table, const char *after, const char *before,
                        GError **error);
void sweep_free(struct sweep *sweep);

/* Where a row stands on the x axis. */
double sweep_position(const struct sweep *sweep, size_t row);

/* The axis of protocols, or of variants of them, that has more than one value, and its number;
 * NULL: nothing is compared. */
const struct axis *sweep_competitors(const struct sweep *sweep, guint *number);

/* What a row has in common with its curve: the values of the keys that vary, but for
 * one axis and what moves along with it (NULL: all of them). "" when none is left. The
 * caller frees. */
char *sweep_curve(const struct sweep *sweep, size_t row, const struct axis *without);

#endif
