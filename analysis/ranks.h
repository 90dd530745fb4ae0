/* Ranks: is one protocol better than another whatever the workload and the loss?
 *
 * The values of one swept axis compete, in each cell: a combination of the other axes'
 * values. The best has rank 1; equal ones share the mean of their ranks. Private to plot. */
#ifndef ANALYSIS_RANKS_H
#define ANALYSIS_RANKS_H

#include "analysis/table.h"

struct ranking {
    char *name;
    double mean, best, worst; /* over the cells; best is the lowest number */
};

struct ranks {
    GArray *rankings; /* struct ranking, by mean, then by name */
    size_t cells;
    double concordance; /* Kendall's W, corrected for ties: 1 where all cells agree, about 0
                         * where they have nothing in common; NAN where all are equal */
};

/* From a summary.csv: of a metric's estimates, of which the higher is the better. The axis
 * that competes is replication.protocol or variant, whichever varies. NULL and an error of
 * PLOT_ERROR or TABLE_ERROR when there is none, or when one has no value in a cell. */
struct ranks *ranks_new(const struct table *table, const char *metric, GError **error);
void ranks_free(struct ranks *ranks);

#endif
