/* What pf knows of a connection, read from a conn and written into one: how far each side has
 * come (the levels of pf_test_state_tcp), its numbers, and how long it stands (pf's defaults).
 *
 * The source is who asked for the connection. Levels follow from what a conn has seen: a SYN sent,
 * acknowledged, a FIN sent, acknowledged. */
#ifndef CORE_PFSYNC_STATE_H
#define CORE_PFSYNC_STATE_H

#include "core/conn.h"
#include "core/pfsync_record.h"
#include "core/settings.h"

/* The peer that is this side of the conn. */
struct pfsync_peer pfsync_peer_of(const struct conn *conn, enum side side);

/* Which of the time-outs holds, and how long it is. */
enum pfsync_timeout pfsync_timeout_of(const struct conn *conn);
nstime pfsync_span(enum pfsync_timeout timeout);

/* Make the conn know of its sides what a record says, as pfsync_upd_tcp does: a side whose level
 * is lower here than in the conn, or whose number is at the same level, is left as it is. How many
 * were. overwrites: the destination is believed nevertheless, where only one was
 * (STALE_OVERWRITE). */
unsigned pfsync_learn(struct conn *conn, enum side source, const struct pfsync_message *message,
                      bool overwrites);

#endif
