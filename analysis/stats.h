/* Statistics of claims. The replicate is the run; intervals are over runs.
 *
 * What stands in result tables comes from + - * / and sqrt alone, so that every
 * machine writes the same digits. */
#ifndef ANALYSIS_STATS_H
#define ANALYSIS_STATS_H

#include <stddef.h>
#include <stdint.h>

struct interval {
    double estimate;
    double lo;
    double hi;
};

/* Mean of values with a Student t interval of the given confidence (0.95, say).
 * For one value, lo and hi equal it. count must be at least 1. */
struct interval stats_mean(const double *values, size_t count, double confidence);

/* The same for a share in 0..1 whose values rest on so many independent
 * connections in all: clamped to 0..1, and where all values agree, the one-sided
 * bound of three over connections on the side away from the edge (both sides when
 * inside). */
struct interval stats_share(const double *values, size_t count, double confidence,
                            uint64_t connections);

/* Quantile of Student's t with so many degrees of freedom (a whole number, at
 * least 1), 0.5 <= probability < 1. Good to a part in 10^8. */
double stats_t_quantile(double probability, double degrees);

/* P(X <= count) and P(X >= count) of Binomial(trials, share). */
double stats_binomial_at_most(uint64_t count, uint64_t trials, double share);
double stats_binomial_at_least(uint64_t count, uint64_t trials, double share);

/* Exact (Clopper-Pearson) interval for a binomial share; trials at least 1. */
struct interval stats_binomial(uint64_t successes, uint64_t trials, double confidence);

/* Exact two-sided test: does a count lie inside the central interval of
 * Binomial(trials, share) that holds at least this probability? */
int stats_binomial_inside(uint64_t count, uint64_t trials, double share, double probability);

/* Nearest-rank percentile, 0 < percent <= 100, of count >= 1 sorted values. */
int64_t stats_percentile(const int64_t *sorted, size_t count, double percent);

#endif
