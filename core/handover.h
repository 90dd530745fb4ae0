/* Handing over: the role passes between two units that both run. An operator forces it
 * ("failover active", R-1019), the active unit gives it up in good order ("no failover
 * active", a planned switchover), or a unit of higher priority takes it (vrrp).
 *
 * In good order means state first, address last (seed F21): the resigning unit has sent
 * all its records, and the other waits "switchover-wait" for those under way before it
 * becomes active and claims the address. */
#ifndef CORE_HANDOVER_H
#define CORE_HANDOVER_H

#include "core/effect.h"
#include "core/nstime.h"
#include "core/peer.h"

struct director;

/* Take the role now, whatever the other unit does; "yield" makes it follow. To
 * an active unit nothing happens. */
void handover_force(struct director *director, nstime now, struct effects *effects);

/* Why the role cannot be given up, or NULL: a static phrase. */
const char *handover_obstacle(const struct director *director);

/* Give the role up: there is no obstacle. */
void handover_resign(struct director *director, nstime now, struct effects *effects);

/* The other unit, a peer, resigns. */
void handover_hear(struct director *director, nstime now, const struct peer *peer,
                   struct effects *effects);

/* The wait for the records under way: its timer. */
nstime handover_deadline(const struct director *director);
void handover_due(struct director *director, nstime now, struct effects *effects);

/* A standby with vrrp and "preempt", longer so than "preempt-delay". It is this that takes
 * the role back, too, some seconds after it has resigned to a unit of lower priority, as
 * keepalived does. */
bool handover_may_preempt(const struct director *director, nstime now);

/* Is this hello of an active unit to be passed over, because this one goes before it?
 * The timer runs on then, as if nothing had been heard (RFC 5798, 6.4.2; seed F29). */
bool handover_contests(const struct director *director, nstime now, const struct hello *hello);

/* The timer ran out while an active unit of lower priority spoke, and this one may. */
void handover_preempt(struct director *director, nstime now, struct effects *effects);

#endif
