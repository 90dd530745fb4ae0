/* Buddies: conns that belong together, such as FTP's control and data connections
 * (figure 3C, R-603). They form a ring through the one buddy pointer of each conn
 * two point at each other, more in a circle, none at all at nobody.
 *
 * What stays with a ring is its activity: while one buddy is active, none is timed out
 * (R-604; core/life.h), and one that leaves hands its last activity over. */
#ifndef CORE_BUDDY_H
#define CORE_BUDDY_H

#include "core/conn_table.h"

/* The next conn of the ring, or NULL when conn has no buddies. Walk a ring with
 * buddy_next() until the conn it began with comes again. */
struct conn *buddy_next(const struct conn_table *table, const struct conn *conn);

/* Are both in one ring? A conn is always in one with itself. */
bool buddy_are(const struct conn_table *table, const struct conn *one, const struct conn *other);

/* Make one ring of the rings of both; nothing happens if they are in one already. */
void buddy_link(const struct conn_table *table, struct conn *one, struct conn *other);

/* Take a conn out of its ring, if it has one; the others stay linked, and take over
 * its last activity where that is later than theirs. */
void buddy_leave(const struct conn_table *table, struct conn *conn);

#endif
