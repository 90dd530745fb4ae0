#include "core/conn.h"

#include <glib.h>

/* Legal steps; a conn made by a record enters CONN_ACTIVE from the start
 * so that step stands under CONN_SYN_SEEN as well as "active_on syn". */
static const uint8_t may_follow[] = {
    [CONN_SYN_SEEN] = 1 << CONN_SYNACK_SEEN | 1 << CONN_ACTIVE,
    [CONN_SYNACK_SEEN] = 1 << CONN_ACTIVE,
    [CONN_ACTIVE] = 1 << CONN_CLOSING,
    [CONN_CLOSING] = 0,
};

static void count(uint32_t *counter, bool before, bool after)
{
    if (before == after)
        return;
    g_assert(after || *counter > 0); /* */
    *counter += after ? 1 : UINT32_MAX;
}

static bool is_active(const struct conn *conn)
{
    return conn->pm_counted && conn->state == CONN_ACTIVE;
}

void conn_enter(struct conn *conn, enum conn_state state)
{
    g_assert(conn->state < G_N_ELEMENTS(may_follow));
    g_assert((may_follow[conn->state] >> state & 1) != 0);
    bool was_active = is_active(conn);
    conn->state = (uint8_t)state;
    count(&conn->physical->active, was_active, is_active(conn));
    if (was_active != is_active(conn))
        physical_changed(conn->physical);
}

void conn_count(struct conn *conn, bool pm, bool vm)
{
    bool changed = conn->pm_counted != pm, was_active = is_active(conn);
    count(&conn->physical->connections, conn->pm_counted, pm);
    count(&conn->virtual->connections, conn->vm_counted, vm);
    conn->pm_counted = pm;
    conn->vm_counted = vm;
    count(&conn->physical->active, was_active, is_active(conn));
    if (changed)
        physical_changed(conn->physical);
}

/* Sequence numbers are compared on their circle (RFC 9293, 3.4). */
static bool is_after(uint32_t a, uint32_t b)
{
    return (int32_t)(a - b) > 0;
}

static void track_acknowledgement(struct conn *conn, enum side from, uint32_t acknowledgement)
{
    struct conn_half *own = &conn->half[from];
    if ((conn->seen[from] & SEEN_ACK) == 0 || is_after(acknowledgement, own->acked))
        own->acked = acknowledgement;
    conn->seen[from] |= SEEN_ACK;
}

/* Once a FIN is seen, nothing can come behind it: next stands still. */
static void track_sequence(struct conn *conn, enum side from, const struct packet *packet)
{
    struct conn_half *own = &conn->half[from];
    uint32_t end = packet->sequence + packet->payload_length
                   + ((packet->flags & TCP_SYN) != 0) + ((packet->flags & TCP_FIN) != 0);
    if ((packet->flags & TCP_FIN) != 0) {
        own->next = end;
        conn->seen[from] |= SEEN_SEQUENCE | SEEN_FIN;
    } else if ((conn->seen[from] & SEEN_FIN) == 0
               && ((conn->seen[from] & SEEN_SEQUENCE) == 0 || is_after(end, own->next))) {
        own->next = end;
        conn->seen[from] |= SEEN_SEQUENCE;
    }
}

/* The acknowledgement of a FIN is the number behind it exactly: no later one exists.
 * After a takeover it may have been seen before the FIN is, when that is repeated
 * so both ways are looked at with every packet that could matter. */
static void match_fin(struct conn *conn, enum side sender)
{
    enum side receiver = sender == SIDE_OUTSIDE ? SIDE_INSIDE : SIDE_OUTSIDE;
    if ((conn->seen[sender] & SEEN_FIN) != 0 && (conn->seen[receiver] & SEEN_ACK) != 0
        && conn->half[receiver].acked == conn->half[sender].next)
        conn->seen[sender] |= SEEN_FIN_ACKED;
}

/* A server (or, R-410, a client) that answers an established conn's request with SYN and
 * ACK has forgotten the old connection and begun a new one: a ghost comes to life, with
 * other numbers. */
static bool begins_anew(const struct conn *conn, enum side from, const struct packet *packet)
{
    return conn->state == CONN_ACTIVE && from != conn_originator(conn)
           && (packet->flags & (TCP_SYN | TCP_ACK)) == (TCP_SYN | TCP_ACK);
}

void conn_track(struct conn *conn, enum side from, const struct packet *packet)
{
    g_assert((packet->flags & TCP_RST) == 0);
    if (begins_anew(conn, from, packet)) {
        conn->seen[SIDE_OUTSIDE] = conn->seen[SIDE_INSIDE] = 0;
        conn->seen[from] = SEEN_ANEW;
    }
    if ((packet->flags & TCP_ACK) != 0)
        track_acknowledgement(conn, from, packet->acknowledgement);
    track_sequence(conn, from, packet);
    match_fin(conn, SIDE_OUTSIDE);
    match_fin(conn, SIDE_INSIDE);
}

void conn_learn(struct conn *conn, enum side side, struct conn_half half)
{
    conn->half[side] = half;
    conn->seen[side] |= SEEN_SEQUENCE | SEEN_ACK;
}

bool conn_is_closing(const struct conn *conn)
{
    return ((conn->seen[SIDE_OUTSIDE] | conn->seen[SIDE_INSIDE]) & SEEN_FIN) != 0;
}

bool conn_is_finished(const struct conn *conn)
{
    return (conn->seen[SIDE_OUTSIDE] & conn->seen[SIDE_INSIDE] & SEEN_FIN_ACKED) != 0;
}

/* An endpoint dies only of a RST at exactly the next number it expects (RFC 5961);
 * any other draws a challenge ACK, which needs this conn to get through, and so does
 * the exact RST that answers the challenge. What the receiver expects lies between
 * the last acknowledgement it gave and the end of what the sender has sent, and a
 * sender uses just these two: the one when it answers a segment, the other when it
 * aborts. Nothing else counts, so that a forged or belated RST does not cut off a
 * living connection. Where nothing is known yet (a new request, or just after a
 * takeover) every RST counts: a conn too few is repaired by R-405, one too many
 * stays for the whole idle time. */
bool conn_reset_counts(const struct conn *conn, enum side from, const struct packet *packet)
{
    enum side other = from == SIDE_OUTSIDE ? SIDE_INSIDE : SIDE_OUTSIDE;
    g_assert((packet->flags & TCP_RST) != 0);
    if ((conn->seen[other] & SEEN_ACK) == 0)
        return true;
    return packet->sequence == conn->half[other].acked
           || ((conn->seen[from] & SEEN_SEQUENCE) != 0
               && packet->sequence == conn->half[from].next);
}
