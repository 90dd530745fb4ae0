/* What one direction of a link does to what passes: tc-netem's words, our units.
 *
 * This is the setting, a plain value; sim/network/link.h keeps the state. */
#ifndef SIM_NETWORK_IMPAIRMENT_H
#define SIM_NETWORK_IMPAIRMENT_H

#include "core/nstime.h"
#include "sim/engine/chance.h"

#include <stdbool.h>
#include <stdint.h>

enum loss_model {
    LOSS_NONE,
    LOSS_RANDOM,  /* independent, keyed by what the packet is */
    LOSS_GEMODEL, /* Gilbert-Elliott, one step a packet: draw in the current state, then move */
    LOSS_OUTAGE,  /* off and on in time: share of time off, mean length of an off period */
};

struct loss {
    enum loss_model model;
    struct probability random;               /* RANDOM */
    struct probability good_to_bad;          /* GEMODEL p */
    struct probability bad_to_good;          /* GEMODEL r */
    struct probability loss_in_bad;          /* GEMODEL 1-h */
    struct probability loss_in_good;         /* GEMODEL 1-k */
    struct probability outage_share;         /* OUTAGE */
    nstime outage_mean;                      /* OUTAGE */
};

enum delay_distribution { DELAY_UNIFORM, DELAY_NORMAL, DELAY_PARETO, DELAY_PARETONORMAL };

struct impairment {
    struct loss loss;
    nstime delay;
    nstime jitter;
    struct probability delay_correlation;
    enum delay_distribution delay_distribution; /* default uniform */
    struct probability duplicate;
    struct probability duplicate_correlation;
    struct probability reorder; /* chosen packets go at once; needs a delay */
    struct probability reorder_correlation;
    struct probability corrupt; /* chosen packets arrive with a bit flipped */
    struct probability corrupt_correlation;
    uint32_t reorder_gap; /* every n-th packet is a candidate; 0 and 1: all */
    uint64_t rate;        /* bits a second; 0 = unlimited */
    int32_t rate_overhead; /* bytes added to each packet for the rate */
    uint32_t limit;       /* packets waiting at a time (default 1000) */
    bool keep_order;      /* nothing overtakes */
    bool down;            /* everything is dropped */
};

/* Perfect but for a delay of 200 us, limit 1000. */
struct impairment impairment_default(void);

/* Stationary share of packets lost (gemodel: bad share times loss in bad plus the
 * rest; outage: its share; all when down). */
double impairment_mean_loss(const struct impairment *impairment);

/* One line of text that says what the loss model amounts to, for "check": mean
 * loss, and mean burst where there is one. Free with g_free(). */
char *impairment_describe(const struct impairment *impairment);

#endif
