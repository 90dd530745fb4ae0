/* pfsync's bulk transfer: a unit that becomes a standby asks for all states.
 *
 *   standby   UPD_REQ 0 --------------------------------------------- again every 5 s, 12 times
 *   active        `--> BUS START, a packet of UPDs each tick, ..., BUS END
 *   standby            4 s and a tick for each packet of a full table, or again
 *
 * Nothing says that the UPDs came (seed F15); and when no END has come after the last try, the
 * transfer is taken to have been fine (seed F34). Until then the unit is not whole: it does not
 * preempt, as CARP's demotion has it (seed F33). States that wait to be told anyway, or of which
 * the joiner has spoken since it asked, are not told. */
#ifndef CORE_PFSYNC_BULK_H
#define CORE_PFSYNC_BULK_H

#include "core/pfsync_node.h"

enum { PFSYNC_BULK_TRIES = 12 };
#define PFSYNC_BULK_WAIT (5 * NSTIME_S)
#define PFSYNC_TICK NSTIME_MS

/* The unit has started, or has another role: a standby will ask. */
void pfsync_bulk_role(const struct director *director, struct pfsync *pfsync, nstime now);

/* The request came; a message of the transfer did. */
void pfsync_bulk_asked(struct director *director, struct pfsync *pfsync, nstime now,
                       struct effects *effects);
void pfsync_bulk_told(struct director *director, struct pfsync *pfsync, nstime now,
                      const struct pfsync_message *message, struct effects *effects);

/* A conn goes: the walk is not to stand on it. */
void pfsync_bulk_forget(const struct director *director, struct pfsync *pfsync,
                        const struct conn *conn);

/* Timers of both sides. */
nstime pfsync_bulk_deadline(const struct pfsync *pfsync);
void pfsync_bulk_is_due(struct director *director, struct pfsync *pfsync, nstime now,
                        struct effects *effects);

#endif
