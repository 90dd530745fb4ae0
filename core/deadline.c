/* The timers of a director:
 *
 * - missing hello: the peer should have been heard of by now; after "hellomisses" of
 *   them it is held to have failed, and a standby takes over (R-1005). First in
 *   order, because a takeover renews the timers of all conns: none may be timed out
 *   in the same instant (R-1011, A-22).
 * - interface test: its step has had its time (core/interface_test.h). Next in order, for
 *   a takeover may follow from it.
 * - idle conn: on the active nothing was forwarded for the virtual machine's idle
 *   time, for the half-open time (fact F-605) before the conn was active, or
 *   for the delay after it was closed; on the standby no record came for
 *   "standby_timeout", if that is set at all. A conn with buddies waits
 *   for the last of them, looked at when its own time has come. A packet only writes the
 *   conn's last activity; its deadline in the heap may thus be too early, and is set
 *   right when it comes. So no packet pays for a timer, nothing is ever scanned, and
 *   a conn goes exactly one idle time after its last packet.
 * - failed machine to be tried again, its retry time after it failed.
 * - handover: the records under way from a unit that has resigned have had their time
 *   (core/handover.h).
 * - bulk-sync: the next batch for a new standby (core/bulk.h), while there is one.
 * - slow start: a machine's share grows by a step (core/slow_start.h).
 * - hello to send: one in each interval, whatever the role.
 * - block of the configuration mirror to repeat (core/line.h).
 * - the replication protocol's own.
 *
 * Nobody else compares a time with now. Timers are not armed: each is computed from
 * the facts it depends on, but for the conns', of which there are many. */
#include "core/deadline.h"

#include "core/director_internal.h"
#include "core/handover.h"
#include "core/health.h"
#include "core/life.h"
#include "core/mirror.h"
#include "core/slow_start.h"
#include "core/standby.h"

#include <glib.h>

static nstime conn_deadline(const struct director *director)
{
    const struct expiry_entry *first = expiry_first(conn_table_expiry(director->connections));
    return first != NULL ? first->deadline : NSTIME_NEVER;
}

static nstime protocol_deadline(const struct director *director)
{
    const struct replication_protocol *protocol = director->protocol;
    return protocol->deadline != NULL ? protocol->deadline(director->protocol_state)
                                      : NSTIME_NEVER;
}

nstime deadline_next(const struct director *director)
{
    nstime hello = MIN(detect_send_deadline(director), detect_miss_deadline(director));
    hello = MIN(hello, MIN(handover_deadline(director), interface_test_deadline(director)));
    hello = MIN(hello, mirror_deadline(director));
    nstime conns = MIN(conn_deadline(director), health_deadline(director));
    conns = MIN(conns, MIN(bulk_deadline(director), slow_start_deadline(director)));
    return MIN(hello, MIN(conns, protocol_deadline(director)));
}

static void expire(struct director *director, nstime now, struct conn *conn,
                    struct effects *effects)
{
    if (director->group.role == ROLE_STANDBY) {
        standby_age_out(director, conn, effects);
    } else if (conn->closed) {
        life_end(director, now, conn, END_CLOSED, effects);
    } else if (life_is_half_open(director, conn)) {
        if (!conn->virtual->direct)
            health_given_up(director, now, conn, effects);
        life_end(director, now, conn, END_HALF_OPEN, effects);
    } else {
        life_end_idle(director, now, conn, effects);
    }
}

static void run_conns(struct director *director, nstime now, struct effects *effects)
{
    struct expiry *expiry = conn_table_expiry(director->connections);
    while (conn_deadline(director) <= now) {
        uint32_t slot = expiry_first(expiry)->number;
        struct conn *conn = conn_table_at(director->connections, slot);
        nstime deadline = life_ring_deadline(director, conn);
        if (deadline > now)
            expiry_set(expiry, slot, deadline);
        else
            expire(director, now, conn, effects);
    }
}

void deadline_run(struct director *director, nstime now, struct effects *effects)
{
    while (detect_miss_deadline(director) <= now)
        detect_miss_due(director, now, effects);
    if (interface_test_deadline(director) <= now)
        interface_test_due(director, now, effects);
    detect_settle(director, now, effects);
    if (handover_deadline(director) <= now)
        handover_due(director, now, effects);
    run_conns(director, now, effects);
    health_run(director, now, effects);
    if (slow_start_deadline(director) <= now)
        slow_start_run(director, now);
    if (bulk_deadline(director) <= now)
        bulk_due(director, now, effects);
    if (detect_send_deadline(director) <= now)
        detect_send_due(director, now, effects);
    if (mirror_deadline(director) <= now)
        mirror_due(director, now, effects);
    if (protocol_deadline(director) <= now) {
        director->work.deadlines += director->group.role == ROLE_ACTIVE;
        director->protocol->on_deadline(director, director->protocol_state, now, effects);
    }
}
