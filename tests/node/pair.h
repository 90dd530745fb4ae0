/* Fixture: two ends of TCP on an in-memory wire with a fixed delay and scripted
 * loss. End 0 connects, end 1 accepts; each writes and closes as the test says. */
#ifndef TESTS_NODE_PAIR_H
#define TESTS_NODE_PAIR_H

#include "sim/node/tcp.h"
#include "sim/node/time_wait.h"

#include <check.h>
#include <glib.h>


struct pair_packet {
    nstime at;
    unsigned from; /* 0 or 1 */
    bool lost;
    struct packet packet;
};

struct pair {
    struct engine *engine;
    struct tcp_stack stacks[2];
    struct tcp ends[2];
    struct time_waits waits[2];
    bool alive[2];
    unsigned reports[2]; /* all that was ever reported */
    nstime over_at[2];
    nstime delay;
    GArray *log; /* struct pair_packet */
    GPtrArray *flying;
    /* what they do on their own: one request and its answer */
    uint32_t asks;        /* end 0 writes so many bytes when open */
    uint32_t answers;     /* end 1 writes so many when it has those */
    bool closes;          /* end 0 closes when all is here, end 1 when end 0 has */
    bool written[2];
    uint32_t base[2];     /* received, at the opening */
    /* the script */
    int64_t lose_first; /* this packet in all is lost... */
    int64_t lose_run;   /* ...and so many from it on; 0: none */
    int64_t lose_also;  /* and this one; 0: none */
    nstime cut_from;    /* from here nothing passes, NSTIME_NEVER: no cut */
    nstime cut_to;
};

void pair_init(struct pair *pair);
void pair_clear(struct pair *pair);

/* End 0 sends its SYN at once. */
void pair_connect(struct pair *pair);
void pair_run(struct pair *pair, nstime until);

/* Connect without loss and let the handshake finish. */
void pair_open(struct pair *pair);

/* A packet as if from an end, with its numbers; and delivered at once to the other. */
struct packet pair_forge(const struct pair *pair, unsigned from, unsigned flags);
void pair_deliver(struct pair *pair, unsigned to, const struct packet *packet);

/* The n-th packet from an end since log index first, or NULL. */
const struct pair_packet *pair_sent(const struct pair *pair, unsigned from, guint first,
                                    unsigned n);
unsigned pair_count(const struct pair *pair, unsigned from, guint first);

#endif
