/* The protocol "pfsync": the state synchronisation of FreeBSD's and OpenBSD's pf
 * (sys/netpfil/pf/if_pfsync.c of FreeBSD 13; the wire is core/pfsync_record.h's).
 *
 *   SYN   SYN-ACK  ACK  data ...            ... FIN  FIN      closed + 90 s
 *    INS -- 1 s --> |    UPD_C -- 1 s --> | ...                DEL_C -- 1 s --> |
 *                 sent                  sent                                  sent
 *
 * A state is told of from its first packet on, by an insert; each further packet makes an update,
 * of which one waits at a time, so that a busy state costs 84 bytes a second. What waits, waits in
 * a bucket (core/pfsync_bucket.h) for 1 s or until the packet is full. A state that ends before
 * its insert has left is never spoken of. An update that has been queued for 128 packets goes at
 * once, and so does one of a state of which the peer spoke less than 2 s ago.
 *
 * Nothing is acknowledged. A standby that is given a short update of a state that it does not know
 * asks for it (UPD_REQ) and gets it whole: an insert that was lost is repaired by the next packet
 * of its connection, within a second or so, and never if there is none (seed F14). What it is told
 * must not take a side of a state back (core/pfsync_state.h; seed F16); if it knows better it says
 * so.
 *
 * "defer": the packet that makes a state is held until the standby acknowledges the insert (which
 * goes at once and asks for that), or sends any update of it, or another packet of it comes; 20 ms
 * at most. A bucket holds 128, and lets out the oldest for one more. So nobody waits for long, and
 * whom nobody protects is not told (seed F23).
 *
 * States stand as long as pf's time-outs say (86400 s when established, 90 s when closed), on both
 * units; a virtual machine's own are not asked, and a takeover renews none. A joiner asks for all
 * states: core/pfsync_bulk.h.
 *
 * Simpler than pf: it is all IPv4 and goes to the standby that is fed, not to a group, so that
 * there is nothing to send where nobody is heard (a joiner that asks is); scrubbing, windows,
 * counters and rules do not travel; a reset ends the active's state at once; the packet that makes
 * a state is that of a conn. Buddies are not told. */
#include "core/life.h"
#include "core/pfsync_bulk.h"
#include "core/pfsync_node.h"
#include "core/pfsync_receive.h"
#include "core/pfsync_state.h"
#include "core/traffic.h"

static void *state_new(const struct director *director)
{
    struct pfsync *pfsync = pfsync_new(director);
    pfsync_bulk_role(director, pfsync, director->now);
    return pfsync;
}

static void state_free(void *state)
{
    pfsync_free(state);
}

static nstime span(const struct director *director, const void *state, const struct conn *conn)
{
    (void)director, (void)state;
    return pfsync_span(pfsync_timeout_of(conn));
}

/* ---- packets */

/* pfsync_defer. The insert leaves at once. */
static void hold(struct director *director, struct pfsync *pfsync, nstime now, struct conn *conn,
                 enum side from, const struct packet *packet, struct effects *effects)
{
    struct pfsync_entry *entry = pfsync_entry(pfsync, conn);
    struct pfsync_bucket *bucket = pfsync_bucket_of(director, pfsync, entry);
    struct pfsync_held held = {conn->slot, from, now + PFSYNC_DEFER_TIME, *packet};
    if (!pfsync_bucket_may_hold(bucket)) {
        uint32_t oldest = pfsync_bucket_oldest(bucket)->slot;
        pfsync_undefer(director, pfsync, conn_table_at(director->connections, oldest), effects);
    }
    entry->held = pfsync_bucket_hold(bucket, &held);
    entry->is_held = true;
    pfsync_push(director, pfsync, bucket, effects);
}

/* pfsync_insert_state. */
static void begin(struct director *director, struct pfsync *pfsync, struct conn *conn,
                  enum side from, struct effects *effects)
{
    pfsync_name(pfsync, conn, pfsync_next_id(pfsync));
    struct pfsync_entry *entry = pfsync_entry(pfsync, conn);
    entry->outbound = from == SIDE_INSIDE;
    entry->timeout = (uint8_t)pfsync_timeout_of(conn);
    pfsync_enqueue(director, pfsync, conn, PFSYNC_INSERTS, effects);
}

/* A time-out that has become shorter is due earlier than the table thinks; of a conn that a
 * record made nobody has kept which one it was. */
static void rearm(struct director *director, struct pfsync *pfsync, const struct conn *conn)
{
    struct pfsync_entry *entry = pfsync_entry(pfsync, conn);
    enum pfsync_timeout timeout = pfsync_timeout_of(conn), before = entry->timeout;
    entry->timeout = (uint8_t)timeout;
    if (timeout != before)
        life_rearm(director, conn);
}

static bool packet(struct director *director, void *state, nstime now, struct conn *conn,
                   enum side from, const struct packet *packet, struct effects *effects)
{
    struct pfsync *pfsync = state;
    bool is_new = pfsync_entry(pfsync, conn)->id.id == 0;
    rearm(director, pfsync, conn);
    if (!conn->virtual->replicate)
        return false;
    if (!is_new) {
        pfsync_update(director, pfsync, now, conn, effects);
        return false;
    }
    begin(director, pfsync, conn, from, effects);
    bool holds = director->settings.defer == DEFER_YES;
    if (holds)
        hold(director, pfsync, now, conn, from, packet, effects);
    return holds;
}

static void destroyed(struct director *director, void *state, nstime now, struct conn *conn,
                      struct effects *effects)
{
    struct pfsync *pfsync = state;
    const struct pfsync_entry *entry = pfsync_entry(pfsync, conn);
    (void)now;
    if (entry->id.id != 0 && entry->queue != PFSYNC_INSERTS)
        pfsync_enqueue_delete(director, pfsync, conn, effects);
}

static void gone(struct director *director, void *state, struct conn *conn)
{
    pfsync_forget(director, state, conn);
}

static bool is_whole(const void *state)
{
    const struct pfsync *pfsync = state;
    return pfsync->bulk.done;
}

static void datagram(struct director *director, void *state, nstime now, uint32_t source_ip,
                     const uint8_t *bytes, size_t length, struct effects *effects)
{
    pfsync_datagram(director, state, now, source_ip, bytes, length, effects);
}

/* ---- timers, roles */

static nstime deadline(const void *state)
{
    const struct pfsync *pfsync = state;
    nstime next = pfsync_bulk_deadline(pfsync);
    for (unsigned i = 0; i < pfsync->bucket_count; i++)
        next = MIN(next, pfsync_bucket_deadline(pfsync->buckets[i]));
    return next;
}

/* pfsync_defer_tmo: those whose time has come go on. */
static void let_out(struct director *director, struct pfsync *pfsync,
                    struct pfsync_bucket *bucket, nstime now, struct effects *effects)
{
    const struct pfsync_held *oldest;
    while ((oldest = pfsync_bucket_oldest(bucket)) != NULL && oldest->due <= now) {
        const struct conn *conn = conn_table_at(director->connections, oldest->slot);
        struct pfsync_entry *entry = pfsync_entry(pfsync, conn);
        struct pfsync_held held = pfsync_bucket_let_go(bucket, entry->held);
        entry->is_held = false;
        traffic_release(conn, held.from, &held.packet, effects);
    }
}

static void is_due(struct director *director, void *state, nstime now, struct effects *effects)
{
    struct pfsync *pfsync = state;
    for (unsigned i = 0; i < pfsync->bucket_count; i++) {
        struct pfsync_bucket *bucket = pfsync->buckets[i];
        let_out(director, pfsync, bucket, now, effects);
        if (bucket->due > now)
            continue;
        bucket->due = NSTIME_NEVER;
        pfsync_push(director, pfsync, bucket, effects);
    }
    pfsync_bulk_is_due(director, pfsync, now, effects);
}

static void stop_holding(const struct director *director, struct pfsync *pfsync,
                         struct pfsync_bucket *bucket)
{
    const struct pfsync_held *oldest;
    while ((oldest = pfsync_bucket_oldest(bucket)) != NULL) {
        struct pfsync_entry *entry =
            pfsync_entry(pfsync, conn_table_at(director->connections, oldest->slot));
        entry->is_held = false;
        pfsync_bucket_let_go(bucket, entry->held);
    }
}

static void become_idle(const struct director *director, struct pfsync *pfsync,
                        const struct pfsync_bucket *bucket)
{
    for (enum pfsync_queue queue = PFSYNC_INSERTS; queue < PFSYNC_QUEUES; queue++) {
        for (unsigned i = 0; i < bucket->counts[queue]; i++) {
            uint32_t slot = bucket->items[queue][i].slot;
            if (slot != 0)
                pfsync_entry(pfsync, conn_table_at(director->connections, slot))->queue =
                    PFSYNC_IDLE;
        }
    }
}

/* What one role was about to say is not the other's. A unit that steps down has no conns. */
static void role(struct director *director, void *state, nstime now, struct effects *effects)
{
    struct pfsync *pfsync = state;
    (void)effects;
    pfsync->joiner_ip = 0;
    for (unsigned i = 0; i < pfsync->bucket_count; i++) {
        become_idle(director, pfsync, pfsync->buckets[i]);
        stop_holding(director, pfsync, pfsync->buckets[i]);
        pfsync_bucket_clear(pfsync->buckets[i]);
    }
    pfsync_bulk_role(director, pfsync, now);
}

const struct replication_protocol replication_pfsync = {
    .name = "pfsync",
    .essence = "pf's: from the first packet on, updates once a second, what is missed is asked "
               "for; with defer, clients wait for it",
    .headers = PFSYNC_IP_HEADER,
    .state_new = state_new,
    .state_free = state_free,
    .on_destroyed = destroyed,
    .on_gone = gone,
    .on_packet = packet,
    .standby_span = span,
    .active_span = span,
    .on_datagram = datagram,
    .on_role = role,
    .is_whole = is_whole,
    .deadline = deadline,
    .on_deadline = is_due,
};
