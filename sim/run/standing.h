/* Standing: whether a connection's record is in a director's table. "Known" is asked here
 * and nowhere else, of real crashes and of virtual ones. */
#ifndef SIM_RUN_STANDING_H
#define SIM_RUN_STANDING_H

#include "core/director.h"
#include "sim/scenario/scenario.h"

/* Whose record is looked for. */
struct claimant {
    struct address client;
    unsigned virtual; /* index into scenario.virtuals */
    int server;       /* index into scenario.reals, -1: none */
};

/* The flow of a client with a virtual machine of the scenario. */
struct flow standing_flow(const struct scenario *scenario, unsigned virtual,
                          struct address client);

/* A record with this real address is the claimant's: same tuple, same real machine. A
 * ghost that agrees is as good as the connection's own record. */
bool standing_agrees(const struct scenario *scenario, struct claimant claimant,
                     struct address real);

/* Such a record stands in this table. */
bool standing(const struct scenario *scenario, const struct director *director,
              struct claimant claimant);

/* A record of its tuple stands in this table, of a connection at its end. */
bool standing_at_its_end(const struct scenario *scenario, const struct director *director,
                         struct claimant claimant);

/* A record of its tuple stands in this table, for another real machine than its own: a ghost
 * that leads its packets astray. */
bool standing_elsewhere(const struct scenario *scenario, const struct director *director,
                        struct claimant claimant);

#endif
