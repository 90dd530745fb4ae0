/* A second chance for a connection that the table gave a machine ("option second-chance yes",
 * beside "unknown-connection hash"): the row may have had another machine when it began.
 *
 *   client        director              row's machine       its former one
 *     | S, A, ..     |                         |                    |
 *     |------------->| second: the former      |                    |
 *     |              |------------------------>| no such socket     |
 *     |              |                         |------------------->|  handed on
 *     |<-------------|<---------------------------------------------|  its answer: it has the conn
 *
 * GitHub's GLB director sends so (docs/development/second-chance-design.md, src/glb-redirect), and
 * Beamer (NSDI 2018): the packet names a second machine, and a machine hands on to it whatever is
 * no SYN and finds no socket, one in TIME-WAIT included; the second keeps what it gets. GLB's
 * second is the next of its row by rendezvous hashing; here it is, as Beamer's, the machine that
 * had the row before (core/maglev.h), because that is who has the connection if one change lies
 * between; no machine's row has moved twice then. On a real wire an outer header carries it (GLB:
 * GUE), and each machine needs the module that understands it.
 *
 * A machine's answers come here (NAT): whoever of the two speaks first has the conn, which is
 * told to the standby then, not before. Where answers go past the director, nobody ever speaks,
 * and all the client's packets name both.
 *
 * Both units must have seen the same changes: each keeps its tables up to date with every
 * command, the standby by the mirror. One that joined later knows of no former machine. */
#ifndef CORE_SECOND_CHANCE_H
#define CORE_SECOND_CHANCE_H

#include "core/conn.h"
#include "core/effect.h"
#include "core/nstime.h"

struct director;

/* Machines may be others now: fill the tables that are to be, so that no change is passed over. */
void second_chance_look(struct director *director);

/* The table has just given the conn its machine: make it active, and leave open which of the two
 * has it. False when there is no second one, and nothing was done. */
bool second_chance_begin(struct director *director, struct conn *conn, struct effects *effects);

/* Is it open? Then a client's packet that goes to its machine names the other. */
static inline bool second_chance_is_open(const struct conn *conn)
{
    return (conn->seen[SIDE_INSIDE] & SEEN_SECOND) != 0;
}
void second_chance_name(const struct conn *conn, struct packet *packet);

/* A machine's packet that met nothing: the conn that it was handed a packet of, settled: it is
 * this machine's from now on; NULL when there is none. */
struct conn *second_chance_take(struct director *director, nstime now,
                                const struct packet *packet, struct effects *effects);

/* The conn's machine has spoken: it is no longer open. */
void second_chance_settle(struct director *director, nstime now, struct conn *conn,
                          struct effects *effects);

#endif
