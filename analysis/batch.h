/* Batch means: the interval of a share that one run gives at many instants.
 *
 * What one run shows at instants near each other is nearly the same thing: its
 * values are no sample, and an interval that takes them for one is far too narrow.
 * Batches of consecutive instants, long against the time after which the run has
 * forgotten, are nearly independent, and their spread gives the interval. */
#ifndef ANALYSIS_BATCH_H
#define ANALYSIS_BATCH_H

#include "analysis/stats.h"

/* The sum of parts over the sum of wholes, of count instants in order of time or of as
 * many runs, with a Student t interval from batches of consecutive ones (2 to count; equal to
 * count: each is a batch). Wholes of 1 make it the mean of the parts. Wholes must be at
 * least 0 and not all 0. The interval is not clamped, and has no width where every batch
 * has the same share. */
struct interval batch_ratio(const double *parts, const double *wholes, size_t count,
                            size_t batches, double confidence);

/* How many independent connections a share rests on, and how many of them are not in it. */
struct batch_basis {
    uint64_t connections, lost;
};

/* The same for a share in 0..1, clamped. Batches that hold few of the lost say little about
 * their own spread: below thirty lost, the interval is at least as wide as the exact one of
 * so many independent connections, and with none lost, or all, it is the rule of three, as
 * stats_share() has it. */
struct interval batch_share(const double *parts, const double *wholes, size_t count,
                            size_t batches, double confidence, struct batch_basis basis);

#endif
