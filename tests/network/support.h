/* What the suites of this room share: a link of one setting, and a packet over it. */
#ifndef TESTS_NETWORK_SUPPORT_H
#define TESTS_NETWORK_SUPPORT_H

#include "sim/engine/chance.h"
#include "sim/network/link.h"

#include <glib.h>
#include <math.h>

/* A perfect direction: no delay, no loss, no limit worth the name. */
static inline struct impairment perfect(void)
{
    return (struct impairment){ .limit = 1000000 };
}

/* A link with this impairment both ways, in the run of seed 1. */
static inline struct link *link_with(const char *name, uint32_t repetition,
                                     const struct impairment *impairment)
{
    return link_new(name, chance_root(1, repetition), impairment, impairment);
}

static inline struct passage forward(struct link *link, nstime now, uint64_t identity)
{
    struct passage passage;

    link_pass(link, DIRECTION_FORWARD, now, identity, 100, &passage);
    return passage;
}

static inline bool is_lost(struct link *link, nstime now, uint64_t identity)
{
    return forward(link, now, identity).copies == 0;
}

/* Whether a count of n trials lies within 4.5 sigma of its mean. */
static inline bool is_binomial(uint64_t count, uint64_t n, double share)
{
    double mean = (double)n * share;

    return fabs((double)count - mean) <= 4.5 * sqrt(mean * (1 - share));
}

#endif
