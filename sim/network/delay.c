#include "sim/network/delay.h"

#include "sim/engine/exact.h"

#include <glib.h>

/* The kernel's tables end at 32,767, and 8,192 is one sigma: no value lies further out. */
static const double TABLE_END = 32767.0 / 8192.0;

/* What netem's Pareto table holds, in sigmas: shape 3 and scale 1, whose mean is 3/2,
 * shifted to mean 0 and scaled by 4/3. The cut at the end of the table takes 0.03 sigma
 * off the mean, there as here. */
static double pareto(double u)
{
    double value = exact_exp(-exact_log(u) / 3);

    return MIN((value - 1.5) * 4 / 3, TABLE_END);
}

/* A quarter normal and three quarters Pareto, at the same quantile. Small u is the long
 * tail of the Pareto's, so the normal's is taken from the same end. */
static double pareto_normal(double u)
{
    return 0.25 * exact_normal_quantile(1 - u) + 0.75 * pareto(u);
}

static double sigmas(enum delay_distribution shape, double u)
{
    switch (shape) {
    case DELAY_NORMAL:
        return CLAMP(exact_normal_quantile(u), -TABLE_END, TABLE_END);
    case DELAY_PARETO:
        return pareto(u);
    case DELAY_PARETONORMAL:
        return CLAMP(pareto_normal(u), -TABLE_END, TABLE_END);
    case DELAY_UNIFORM:
        break;
    }
    g_assert_not_reached();
}

/* Every nanosecond from -jitter to +jitter is equally likely: whole numbers only. */
static nstime uniform(nstime jitter, uint64_t draw)
{
    unsigned __int128 width = 2 * (unsigned __int128)jitter + 1;

    return (nstime)(width * draw >> 64) - jitter;
}

static nstime rounded(double x)
{
    return (nstime)(x < 0 ? x - 0.5 : x + 0.5);
}

nstime delay_value(const struct impairment *impairment, uint64_t draw)
{
    nstime jitter = impairment->jitter;

    g_assert(impairment->delay >= 0 && jitter >= 0);
    if (jitter == 0)
        return impairment->delay;
    nstime deviation =
        impairment->delay_distribution == DELAY_UNIFORM
            ? uniform(jitter, draw)
            : rounded((double)jitter * sigmas(impairment->delay_distribution, chance_unit(draw)));
    return MAX(impairment->delay + deviation, 0);
}

nstime delay_longest(const struct impairment *impairment)
{
    const nstime table_end = 4; /* TABLE_END, rounded up */
    return impairment->delay + table_end * impairment->jitter;
}
