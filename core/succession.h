/* Succession: who of several units serves next, and which standby the active unit feeds
 * (R-1107). With one peer there is nothing to choose. */
#ifndef CORE_SUCCESSION_H
#define CORE_SUCCESSION_H

#include "core/effect.h"
#include "core/peer.h"

struct director;

/* Before anything was heard: the standby is presumed to be the peer of lowest rank. */
void succession_init(struct director *director);

/* Are there several peers, so that a standby may be passed over? Such a one owns no
 * address, and nobody sends it records. */
bool succession_is_shared(const struct director *director);

/* The peer that records go to while this unit is active. It may be silent, and with no peer
 * configured its address is 0: detect_has_standby(). */
const struct peer *succession_standby(const struct director *director);

/* A peer was heard, or given up, or this unit became active: while the present standby is
 * heard, and has not failed, it stays, else the heard one of lowest rank takes its place, and true is returned:
 * the new one has been told of nothing so far, and a hello is to say who it is. */
bool succession_choose(struct director *director, nstime now, struct effects *effects);

/* A standby heard an active unit: does that one feed this unit? One that was passed over for
 * another empties its table, for it misses deletes from there on (R-1105). */
void succession_follow(struct director *director, nstime now, struct peer *peer,
                       struct effects *effects);

/* Of this unit and a peer in the same role, does this unit go first? The one whose
 * interfaces are whole does, if the other's are not; with vrrp the one of higher priority; else, and of equals, the primary, then the secondary (R-1009,
 * R-1017). Two that were given the same rank by mistake must not answer each other for
 * ever, nor both wait: the lower address counts then. */
bool succession_goes_first(const struct director *director, const struct peer *peer);

/* Is this standby the next to serve? No peer that is not given up is active, or was
 * not heard yet, or is a standby that goes before it, and has not failed. */
bool succession_is_next(const struct director *director);

#endif
