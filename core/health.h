/* Health: what requests tell about the physical machines they are given to (requirements,
 * section 5). A machine that leaves requests unanswered, one after the other, fails;
 * after a while it is tried with one connection, and comes back when that succeeds. */
#ifndef CORE_HEALTH_H
#define CORE_HEALTH_H

#include "core/conn.h"
#include "core/effect.h"

/* The conn was given to its machine, or leaves it: a machine in testing has one
 * connection at a time. */
void health_given(struct conn *conn);
void health_left(struct conn *conn);

/* The conn's machine left it unanswered or refused it.
 * The conn is still that machine's. */
void health_ditched(struct director *director, nstime now, const struct conn *conn,
                    enum ditch_reason reason, struct effects *effects);

/* The half-open conn is given up: when it was the one a machine is tried with, and it
 * was never answered, the trial has failed. */
void health_given_up(struct director *director, nstime now, const struct conn *conn,
                     struct effects *effects);

/* The machine answers the conn's request now; to be called before its last activity is
 * moved on. */
void health_answered(nstime now, const struct conn *conn);

/* A connection was established on its machine. */
void health_established(struct director *director, nstime now, const struct conn *conn,
                        struct effects *effects);

/* When the next failed machine is to be tried, or NSTIME_NEVER; and do it. */
nstime health_deadline(const struct director *director);
void health_run(struct director *director, nstime now, struct effects *effects);

/* Find that instant anew: machines or their settings changed. */
void health_rearm(struct director *director);

/* Note every machine whose state differs from before, a GArray of machine_status
 * . Virtual machines follow from others, so all are looked at. */
void health_note_changes(struct director *director, const GArray *before,
                         struct effects *effects);

#endif
