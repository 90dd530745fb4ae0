/* The standby's side of replication: a record becomes a conn, or ends one (figures 7
 * and 8, R-903..R-916). It uses nothing but what is here, and refuses nothing
 * for a machine's state or the replicate flag of its own copy: the decision was the
 * active's. */
#ifndef CORE_STANDBY_H
#define CORE_STANDBY_H

#include "core/effect.h"
#include "core/nstime.h"
#include "core/record.h"

struct conn;
struct director;

/* Apply one decoded record, or refuse and count it. Whether it was a create that now
 * has its conn here. */
bool standby_apply(struct director *director, nstime now, const struct record *record,
                   struct effects *effects);

/* The same for a create alone, whatever its delete flag: the conn, or NULL if it was refused.
 * Its state is CONN_ACTIVE; a protocol that knows better says so by conn_enter(). */
struct conn *standby_create(struct director *director, nstime now, const struct record *record,
                            struct effects *effects);

/* Are the machines of a record here? To be asked before something makes room for it. */
bool standby_knows_machines(const struct director *director, const struct record *record);

/* The conn that a delete means, or NULL; and a conn that a delete takes away. */
struct conn *standby_find(const struct director *director, const struct record *record);
void standby_delete(struct director *director, struct conn *conn, struct effects *effects);

/* Apply two records, each by its own flags, of which the second is the buddy of the first
 * when both are creates and stand, their conns become buddies. */
void standby_apply_buddies(struct director *director, nstime now, const struct record records[2],
                           struct effects *effects);

/* The conn has stood here longer than "standby_timeout" without a word. */
void standby_age_out(struct director *director, struct conn *conn, struct effects *effects);

#endif
