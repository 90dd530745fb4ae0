#include "analysis/stats.h"

#include <float.h>
#include <glib.h>
#include <math.h>
#include <stdbool.h>

static double clamp_share(double value)
{
    return CLAMP(value, 0.0, 1.0);
}

/* ------------------------------------------------------------- means over runs */

static bool all_equal(const double *values, size_t count)
{
    for (size_t i = 1; i < count; i++) {
        if (values[i] < values[0] || values[i] > values[0]) {
            return false;
        }
    }
    return true;
}

static double mean(const double *values, size_t count)
{
    double sum = 0;
    for (size_t i = 0; i < count; i++) {
        sum += values[i];
    }
    return sum / (double)count;
}

struct interval stats_mean(const double *values, size_t count, double confidence)
{
    g_assert(values != NULL && count >= 1);
    g_assert(confidence > 0 && confidence < 1);
    /* a sum of equal values need not divide back to them */
    if (all_equal(values, count)) {
        return (struct interval){values[0], values[0], values[0]};
    }
    double centre = mean(values, count);
    double squares = 0;
    for (size_t i = 0; i < count; i++) {
        squares += (values[i] - centre) * (values[i] - centre);
    }
    double degrees = (double)(count - 1);
    double standard_error = sqrt(squares / degrees / (double)count);
    double half = stats_t_quantile(0.5 + confidence / 2, degrees) * standard_error;
    return (struct interval){centre, centre - half, centre + half};
}

struct interval stats_share(const double *values, size_t count, double confidence,
                            uint64_t connections)
{
    struct interval share = stats_mean(values, count, confidence);
    g_assert(share.estimate >= 0 && share.estimate <= 1);
    if (all_equal(values, count)) {
        /* Twenty runs at 1.000 have no spread, which is not certainty: the rule of
         * three (validity.md 1.1, "all-equal runs"). */
        double bound = connections == 0 ? 1 : 3 / (double)connections;
        share.lo = share.estimate - bound;
        share.hi = share.estimate + bound;
    }
    share.lo = clamp_share(share.lo);
    share.hi = clamp_share(share.hi);
    return share;
}

/* ------------------------------------------------------------- Student's t */

/* 1 / Beta(degrees/2, 1/2), from 1/Beta(1/2, 1/2) = 1/pi or 1/Beta(1, 1/2) = 1/2 and
 * Beta(a+1, b) = Beta(a, b) a/(a+b): no gamma function of libm is needed. */
static double inverse_beta(unsigned degrees)
{
    double inverse = degrees % 2 == 1 ? 0.31830988618379067154 : 0.5;
    for (unsigned i = 2 - degrees % 2; i < degrees; i += 2) {
        inverse *= (double)(i + 1) / (double)i;
    }
    return inverse;
}

static double power(double base, unsigned exponent)
{
    double result = 1;
    for (; exponent > 0; exponent /= 2) {
        if (exponent % 2 == 1) {
            result *= base;
        }
        base *= base;
    }
    return result;
}

static double away_from_zero(double value)
{
    return value > -DBL_MIN && value < DBL_MIN ? DBL_MIN : value;
}

/* The continued fraction of the incomplete beta function I_x(a, b), evaluated from
 * the front (Lentz's method); it converges fast for x below (a+1)/(a+b+2). */
static double beta_fraction(double a, double b, double x)
{
    double c = 1;
    double d = 1 / away_from_zero(1 - (a + b) * x / (a + 1));
    double fraction = d;
    for (unsigned m = 1; m <= 10000; m++) {
        double even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m));
        d = 1 / away_from_zero(1 + even * d);
        c = away_from_zero(1 + even / c);
        fraction *= d * c;
        double odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1));
        d = 1 / away_from_zero(1 + odd * d);
        c = away_from_zero(1 + odd / c);
        fraction *= d * c;
        if (d * c > 1 - DBL_EPSILON && d * c < 1 + DBL_EPSILON) {
            break;
        }
    }
    return fraction;
}

/* P(T > t), t >= 0: half of I_x(degrees/2, 1/2) at x = degrees/(degrees + t^2), on
 * whichever side the fraction converges. */
static double t_tail(double t, unsigned degrees, double inverse)
{
    double a = degrees / 2.0;
    double x = degrees / (degrees + t * t);
    double y = t * t / (degrees + t * t);
    double front = power(sqrt(x), degrees) * sqrt(y) * inverse;
    if (x < (a + 1) / (a + 2.5)) {
        return front * beta_fraction(a, 0.5, x) / a / 2;
    }
    return (1 - front * beta_fraction(0.5, a, y) / 0.5) / 2;
}

double stats_t_quantile(double probability, double degrees)
{
    g_assert(probability >= 0.5 && probability < 1);
    g_assert(degrees >= 1 && degrees <= G_MAXINT32);
    unsigned whole = (unsigned)degrees;
    double inverse = inverse_beta(whole);
    double tail = 1 - probability;
    double low = 0;
    double high = 1;
    while (t_tail(high, whole, inverse) > tail) {
        low = high;
        high *= 2;
    }
    for (unsigned i = 0; i < 80; i++) {
        double middle = low + (high - low) / 2;
        if (t_tail(middle, whole, inverse) > tail) {
            low = middle;
        } else {
            high = middle;
        }
    }
    return low + (high - low) / 2;
}

/* ------------------------------------------------------------- binomial */

/* Weights of Binomial(trials, share) relative to the mode, summed over from..to
 * (both included). Walking outward from the mode by the ratio of neighbours can
 * neither overflow nor needs factorials; what underflows to 0 has no weight. */
static double weight_above(uint64_t mode, uint64_t from, uint64_t trials, double odds)
{
    double weight = 1;
    double sum = 0;
    for (uint64_t i = mode; i <= trials && weight > 0; i++) {
        sum += i >= from ? weight : 0;
        weight *= (double)(trials - i) / (double)(i + 1) * odds;
    }
    return sum;
}

static double weight_below(uint64_t mode, uint64_t to, uint64_t trials, double odds)
{
    double weight = 1;
    double sum = 0;
    for (uint64_t i = mode; weight > 0; i--) {
        sum += i <= to ? weight : 0;
        weight *= (double)i / (double)(trials - i + 1) / odds;
    }
    return sum;
}

double stats_binomial_at_least(uint64_t count, uint64_t trials, double share)
{
    g_assert(count <= trials && share >= 0 && share <= 1);
    if (count == 0 || share >= 1) {
        return 1;
    }
    if (share <= 0) {
        return 0;
    }
    double odds = share / (1 - share);
    uint64_t mode = MIN((uint64_t)((double)(trials + 1) * share), trials);
    double above = weight_above(mode, mode, trials, odds);
    double below = weight_below(mode, mode, trials, odds) - 1;
    if (count > mode) {
        return weight_above(mode, count, trials, odds) / (above + below);
    }
    return 1 - weight_below(mode, count - 1, trials, odds) / (above + below);
}

double stats_binomial_at_most(uint64_t count, uint64_t trials, double share)
{
    g_assert(count <= trials);
    return stats_binomial_at_least(trials - count, trials, 1 - share);
}

/* The share at which P(X >= successes) reaches tail; it rises with the share. */
static double lower_bound(uint64_t successes, uint64_t trials, double tail)
{
    double low = 0;
    double high = 1;
    for (unsigned i = 0; i < 60; i++) {
        double middle = (low + high) / 2;
        if (stats_binomial_at_least(successes, trials, middle) < tail) {
            low = middle;
        } else {
            high = middle;
        }
    }
    return (low + high) / 2;
}

struct interval stats_binomial(uint64_t successes, uint64_t trials, double confidence)
{
    g_assert(trials >= 1 && successes <= trials);
    g_assert(confidence > 0 && confidence < 1);
    double tail = (1 - confidence) / 2;
    uint64_t failures = trials - successes;
    return (struct interval){
        .estimate = (double)successes / (double)trials,
        .lo = successes == 0 ? 0 : lower_bound(successes, trials, tail),
        .hi = failures == 0 ? 1 : 1 - lower_bound(failures, trials, tail),
    };
}

int stats_binomial_inside(uint64_t count, uint64_t trials, double share, double probability)
{
    g_assert(probability > 0 && probability < 1);
    double tail = (1 - probability) / 2;
    return stats_binomial_at_most(count, trials, share) > tail &&
           stats_binomial_at_least(count, trials, share) > tail;
}

int64_t stats_percentile(const int64_t *sorted, size_t count, double percent)
{
    g_assert(sorted != NULL && count >= 1);
    g_assert(percent > 0 && percent <= 100);
    size_t rank = (size_t)ceil(percent * (double)count / 100);
    return sorted[CLAMP(rank, 1, count) - 1];
}
