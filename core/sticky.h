/* Sticky clients (facts F-602, F-716): a client's next connection to a virtual machine goes
 * where its former one went, while the client stays active within the virtual machine's
 * "sticky" time. A client is active while it has a connection there; the time runs from the
 * last packet of the one that ended last. A standby cannot see packets: there it runs from
 * the delete.
 *
 * Nothing of it is on the wire. The standby ties clients by the creates it applies: a
 * lost create is a lost tie, and a client whose connections had all ended before the standby
 * joined is not known to it.
 *
 * One entry for each client and virtual machine, at most as many as connections: the oldest
 * without a connection makes room. A look-up costs a hash; nothing is scanned but by an
 * operator's command, and nothing has a timer: who is out of his time is found so when he
 * comes, or when another needs the room. */
#ifndef CORE_STICKY_H
#define CORE_STICKY_H

#include "core/conn.h"

struct sticky;

struct sticky *sticky_new(uint32_t max);
void sticky_free(struct sticky *sticky);

/* The conn is given to its machine: so is its client, if the virtual machine is sticky. */
void sticky_hold(struct sticky *sticky, nstime now, struct conn *conn);

/* Another unit says where the client goes, and that it was active until now. */
void sticky_tie(struct sticky *sticky, nstime now, const struct virtual *virtual,
                uint32_t client, struct physical *physical);

/* The conn is about to go; its client was active until then. */
void sticky_release(struct sticky *sticky, struct conn *conn, nstime then);

/* Where the client goes, whatever that machine's state; NULL when it may go anywhere. */
struct physical *sticky_machine(const struct sticky *sticky, nstime now,
                                const struct virtual *virtual, uint32_t client);

/* These two part, or one of them, NULL standing for any machine, is removed; its conns have
 * ended. */
void sticky_part(struct sticky *sticky, const struct virtual *virtual,
                 const struct physical *physical);

/* Forget everybody; there are no conns. */
void sticky_clear(struct sticky *sticky);

/* For director_check(): how many conns are held, and whether this one is. */
uint32_t sticky_held(const struct sticky *sticky);
bool sticky_holds(const struct sticky *sticky, const struct conn *conn);

#endif
