/* Random quantities: durations in nanoseconds, sizes in bytes, counts.
 *
 * One 64-bit draw gives one value, by inversion; the value is a whole number and
 * never negative. */
#ifndef SIM_ENGINE_DISTRIBUTION_H
#define SIM_ENGINE_DISTRIBUTION_H

#include <stddef.h>
#include <stdint.h>

enum distribution_kind {
    DISTRIBUTION_CONSTANT,
    DISTRIBUTION_EXPONENTIAL,
    DISTRIBUTION_UNIFORM,   /* spread to either side of the mean */
    DISTRIBUTION_LOGNORMAL, /* the given mean is that of the value, sigma of its logarithm */
    DISTRIBUTION_GEOMETRIC, /* counts from 1, with the given mean >= 1 */
    DISTRIBUTION_EMPIRICAL, /* rows of (value, percentile), linear between rows */
};

struct distribution_row {
    double value;
    double share; /* percentile / 100, non-decreasing, the last is 1 */
};

struct distribution {
    enum distribution_kind kind;
    double mean;   /* in the unit of the quantity: ns, bytes, or a count */
    double spread; /* UNIFORM */
    double sigma;  /* LOGNORMAL */
    struct distribution_row *rows; /* EMPIRICAL; owned, g_free() */
    size_t row_count;
};

/* A constant, for defaults. */
struct distribution distribution_constant(double value);

/* One value from one draw. */
int64_t distribution_value(const struct distribution *distribution, uint64_t draw);

/* The mean (of the table, for EMPIRICAL). */
double distribution_mean(const struct distribution *distribution);

/* Deep copy and release of the table. */
struct distribution distribution_copy(const struct distribution *distribution);
void distribution_clear(struct distribution *distribution);

#endif
