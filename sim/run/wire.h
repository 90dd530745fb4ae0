/* Wire: what a standby's table will hold of a connection when all that was on the wire at
 * an instant has arrived.
 *
 * A datagram on the wire at a crash is still delivered, and the standby is still a standby
 * when it comes. So a create on its way makes a connection known, and a delete on its way,
 * of an earlier connection of the same tuple, takes the later one's record (A-06c). Records
 * are applied as they arrive, one after another, as core/standby.h does it; a copy that the
 * network made is applied again. Only protocols whose standby applies what comes as it comes
 * are told rightly (replication_protocol's open_loop). */
#ifndef SIM_RUN_WIRE_H
#define SIM_RUN_WIRE_H

#include "core/nstime.h"
#include "sim/node/unit.h"
#include "sim/run/standing.h"

struct wire;

struct wire *wire_new(const struct scenario *scenario);
void wire_free(struct wire *wire);

/* Begin again with nothing on the wire. */
void wire_clear(struct wire *wire);

/* A record arrives at an instant; those that arrive together are added as they were sent. */
void wire_add(struct wire *wire, const struct record_mark *mark, nstime arrival);

/* All are there: to be called once before wire_stands(). */
void wire_settle(struct wire *wire);

/* Will the claimant's record stand in this table, the standby's as it is now? */
bool wire_stands(struct wire *wire, const struct director *director, struct claimant claimant);

#endif
