/* The life of a conn in a director: made for a request, established, ended; and how
 * long it may stay idle. The counters, the notes and what the replication protocol
 * is told all follow from these few functions. */
#ifndef CORE_LIFE_H
#define CORE_LIFE_H

#include "core/conn_table.h"
#include "core/effect.h"

/* Make the conn for a request to virtual and count it. NULL when it
 * cannot be served: *reason says why. */
struct conn *life_open(struct director *director, nstime now, struct virtual *virtual,
                       const struct packet *request, enum drop_reason *reason,
                       struct effects *effects);

/* Make a conn as birth says and count it; nothing is chosen, and both keys must be
 * free. NULL when there is no room. */
struct conn *life_make(struct director *director, struct conn_birth birth,
                       enum drop_reason *reason, struct effects *effects);

/* The address at which a machine serves a virtual address: one that stands for all
 * ports is asked on the port the client named. */
struct address life_real_address(const struct physical *physical, struct address virtual);

/* The machine of a flow's row in the table (core/maglev.h), whatever the predictor, and whether or
 * not it takes new connections: this one is none. NULL when its reverse key is taken. */
struct physical *life_choose_by_table(const struct director *director, struct virtual *virtual,
                                      const struct flow *flow);

/* Give the conn to another machine, at this address of its own. */
void life_move(struct director *director, struct conn *conn, struct physical *physical,
               struct address real);

/* The conn's machine ditched it: that is counted, and the conn given to another one
 * . False when no other can serve: then it stays where it is. In either
 * case the count of resends starts anew. */
bool life_ditch(struct director *director, nstime now, struct conn *conn,
                enum ditch_reason reason, struct effects *effects);
/* The same for a request that owner, a real machine, makes to the outside. */
struct conn *life_open_outbound(struct director *director, nstime now,
                                const struct physical *owner, const struct packet *request,
                                enum drop_reason *reason, struct effects *effects);

/* The conn becomes active: its create goes to the standby. */
void life_establish(struct director *director, nstime now, struct conn *conn,
                    struct effects *effects);

/* Tell the standby of an established conn, if its virtual machine is replicated. */
void life_announce(struct director *director, nstime now, struct conn *conn,
                   struct effects *effects);

/* Is it established, and not over either? */
bool life_is_established(const struct director *director, const struct conn *conn);

/* End a conn for a reason of R-408, with its delete where one is due.
 * The conn is gone afterwards. */
void life_end(struct director *director, nstime now, struct conn *conn, enum end_reason reason,
              struct effects *effects);

/* A conn was made here or by a record, or moved: let it be found as what it is (core/ftp.h),
 * and its client be tied (core/sticky.h). */
void life_enroll(struct director *director, struct conn *conn);

/* Is it a request that was not answered in full yet, on the active? */
bool life_is_half_open(const struct director *director, const struct conn *conn);

/* Uncount a conn, take it out of its ring and of the table, without a word: for the
 * standby, which has notes of its own for each of its reasons. */
void life_forget(struct director *director, struct conn *conn);

/* Link two conns and the rings they are in; nothing happens if they are one
 * already. The standby is told when it knows both; else their creates will say it. */
void life_link(struct director *director, nstime now, struct conn *conn, struct conn *buddy,
               struct effects *effects);

/* End a conn that fell due, and with it its ring: all of them are idle. */
void life_end_idle(struct director *director, nstime now, struct conn *conn,
                   struct effects *effects);

/* When the conn falls due if nothing more is heard of it, or of any
 * of its buddies. */
nstime life_ring_deadline(const struct director *director, const struct conn *conn);

/* The same without regard to buddies: never later. */
nstime life_deadline(const struct director *director, const struct conn *conn);

/* How long it stays when it is over, for late packets; by direct routing at least the
 * half-open time, for the rest of its close is on its way. */
nstime life_delay(const struct director *director, const struct conn *conn);

/* Set that deadline: after a change of state. Packets do not call this; a deadline
 * that has moved on since is found when it comes (see deadline.c). */
void life_rearm(struct director *director, const struct conn *conn);

/* Set all deadlines anew, in linear time: the role or a setting changed. */
void life_rearm_all(struct director *director);

#endif
