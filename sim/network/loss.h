/* Loss on one direction of a link: the draws, and the states of the models that
 * have a memory. */
#ifndef SIM_NETWORK_LOSS_H
#define SIM_NETWORK_LOSS_H

#include "sim/network/impairment.h"

#include <stdbool.h>
#include <stdint.h>

/* Where the two-state model of Gilbert and Elliott stands. */
struct gilbert {
    bool started;
    bool bad;
};

/* An alternation of periods in time, off and on. It is a function of the key, the
 * setting and time alone: it starts at instant 0 in its stationary state, whoever
 * sends, and whenever a fault brings the setting in. */
struct outage {
    struct probability share; /* the setting it was drawn for */
    nstime mean;
    bool off;
    uint64_t period; /* 0 = not started */
    nstime begin, end; /* of the current period */
};

struct loss_state {
    uint64_t random_key;
    uint64_t gilbert_key;
    uint64_t outage_key;
    struct gilbert gilbert;
    struct outage outage;
};

void loss_init(struct loss_state *state, uint64_t key);

/* Whether the packet sent at now is lost. identity is what the packet is; index
 * counts the packets of this direction. now never goes back. */
bool loss_decide(struct loss_state *state, const struct loss *loss, nstime now,
                 uint64_t identity, uint64_t index);

/* When the outage began that lasts now; NSTIME_NEVER: the link is well, or has none. now never
 * goes back. */
nstime loss_outage_since(struct loss_state *state, const struct loss *loss, nstime now);

/* The share of packets that meet GEMODEL's bad state in the long run, p / (p + r);
 * 0 when it is never entered. */
double loss_bad_share(const struct loss *loss);

#endif
