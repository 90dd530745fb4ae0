#include "sim/engine/distribution.h"

#include "sim/engine/chance.h"
#include "sim/engine/exact.h"

#include <glib.h>

static const double LARGEST = 0x1p62;

struct distribution distribution_constant(double value)
{
    return (struct distribution){ .kind = DISTRIBUTION_CONSTANT, .mean = value };
}

static double exponential(const struct distribution *distribution, double u)
{
    return -distribution->mean * exact_log(u);
}

static double uniform(const struct distribution *distribution, double u)
{
    return distribution->mean + distribution->spread * (2 * u - 1);
}

/* The logarithm has mean ln(mean) - sigma^2/2, so that the value has the mean asked for. */
static double lognormal(const struct distribution *distribution, double u)
{
    double sigma = distribution->sigma;

    if (distribution->mean <= 0)
        return 0;
    double mu = exact_log(distribution->mean) - sigma * sigma / 2;
    return exact_exp(CLAMP(mu + sigma * exact_normal_quantile(u), -700, 700));
}

/* k trials up to the first success, which has the chance p = 1/mean each time: the
 * least k with (1-p)^k <= u. */
static double geometric(const struct distribution *distribution, double u)
{
    if (distribution->mean <= 1)
        return 1;
    double failures = exact_log(u) / exact_log(1 - 1 / distribution->mean);
    return failures >= LARGEST ? LARGEST : (double)(1 + (int64_t)failures);
}

/* The first row whose share reaches u; the last row's share is 1. */
static size_t row_reaching(const struct distribution *distribution, double u)
{
    size_t low = 0;
    size_t high = distribution->row_count - 1;

    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (distribution->rows[middle].share < u)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static double empirical(const struct distribution *distribution, double u)
{
    size_t at = row_reaching(distribution, u);
    const struct distribution_row *row = &distribution->rows[at];

    if (at == 0 || row->share <= row[-1].share)
        return row->value;
    double part = (u - row[-1].share) / (row->share - row[-1].share);
    return row[-1].value + CLAMP(part, 0, 1) * (row->value - row[-1].value);
}

static double real_value(const struct distribution *distribution, double u)
{
    switch (distribution->kind) {
    case DISTRIBUTION_CONSTANT:
        return distribution->mean;
    case DISTRIBUTION_EXPONENTIAL:
        return exponential(distribution, u);
    case DISTRIBUTION_UNIFORM:
        return uniform(distribution, u);
    case DISTRIBUTION_LOGNORMAL:
        return lognormal(distribution, u);
    case DISTRIBUTION_GEOMETRIC:
        return geometric(distribution, u);
    case DISTRIBUTION_EMPIRICAL:
        return empirical(distribution, u);
    }
    g_assert_not_reached();
}

int64_t distribution_value(const struct distribution *distribution, uint64_t draw)
{
    g_assert(distribution->kind != DISTRIBUTION_EMPIRICAL || distribution->row_count > 0);
    double value = real_value(distribution, chance_unit(draw));

    if (!(value > 0))
        return 0;
    return value >= LARGEST ? (int64_t)LARGEST : (int64_t)(value + 0.5);
}

/* Below the first row's share all have its value; between rows, the middle on average. */
static double empirical_mean(const struct distribution *distribution)
{
    const struct distribution_row *rows = distribution->rows;
    double mean = rows[0].share * rows[0].value;

    for (size_t i = 1; i < distribution->row_count; i++)
        mean += (rows[i].share - rows[i - 1].share) * (rows[i].value + rows[i - 1].value) / 2;
    return mean;
}

double distribution_mean(const struct distribution *distribution)
{
    if (distribution->kind != DISTRIBUTION_EMPIRICAL)
        return distribution->mean;
    g_assert(distribution->row_count > 0);
    return empirical_mean(distribution);
}

struct distribution distribution_copy(const struct distribution *distribution)
{
    struct distribution copy = *distribution;

    copy.rows = g_memdup2(distribution->rows,
                          distribution->row_count * sizeof distribution->rows[0]);
    return copy;
}

void distribution_clear(struct distribution *distribution)
{
    g_clear_pointer(&distribution->rows, g_free);
    distribution->row_count = 0;
}
