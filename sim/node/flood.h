/* A flood: SYNs, or ACKs of connections that do not exist, at an even pace, each from another
 * address and port of a network where nobody is. What answers them goes nowhere. It remembers
 * nothing of what it has sent. */
#ifndef SIM_NODE_FLOOD_H
#define SIM_NODE_FLOOD_H

#include "core/flow.h"
#include "core/packet.h"
#include "sim/engine/engine.h"

struct flood;

struct flood_config {
    struct engine *engine;
    uint64_t key;          /* addresses and ports are drawn from it */
    struct address target; /* a virtual machine of TCP */
    uint8_t flags;         /* TCP_SYN or TCP_ACK */
    uint64_t rate;         /* packets a second */
    nstime ends;           /* none leaves from then on */
    void *network;         /* context of send */
    void (*send)(void *network, enum side from, const struct packet *packet);
};

/* Begins now. */
struct flood *flood_new(const struct flood_config *config);
void flood_free(struct flood *flood);

/* Is this an address that floods use? Their packets have no tag. */
bool flood_uses(uint32_t ip);

#endif
