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

/* Apply one decoded record, or refuse and count it. */
void standby_apply(struct director *director, nstime now, const struct record *record,
                   struct effects *effects);

/* The conn has stood here longer than "standby_timeout" without a word. */
void standby_age_out(struct director *director, struct conn *conn, struct effects *effects);

#endif
