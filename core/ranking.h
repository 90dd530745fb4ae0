/* A ranking: the links of one virtual machine as a tournament, so that the best of a
 * thousand machines is known without asking them all. Each leaf is a link, in order of
 * binding; each inner node holds the better of its two, the earlier when they are equal.
 * It is always what a walk over the links would find (tests/core/test_ranking.c). */
#ifndef CORE_RANKING_H
#define CORE_RANKING_H

#include "core/machine.h"

/* Who may be chosen: a machine, and the share its link has of a whole one. */
struct candidate {
    const struct physical *physical;
    uint32_t share;
};

/* Is a strictly better than b? Both can take a connection. */
typedef bool ranking_order(struct candidate a, struct candidate b);

struct ranking;

enum { RANKING_LEAST = 16 }; /* links: fewer are walked as fast */

/* The link of the best machine that is available (physical_available()), the first of
 * equals behind the last chosen; NULL when none is. */
struct link *ranking_best(const struct virtual *virtual);

/* Make the ranking of a virtual machine anew for an order, if it is not as it should be;
 * false when there is none: few links, some for overflow, or a failed machine with a
 * standby in its place, for which only a walk is right. */
bool ranking_ready(struct virtual *virtual, ranking_order *order);

/* The machine of this link has another counter, state or speed now. */
void ranking_update(struct link *link);

/* Does the ranking name whom its machines' present state would? For director_check(). */
bool ranking_holds(const struct virtual *virtual);

void ranking_free(struct ranking *ranking);

#endif
