#include "core/pfsync_state.h"

#include <glib.h>

enum { WINDOW = UINT16_MAX }; /* what is told of: a director does not look at windows */

static enum side other_side(enum side side)
{
    return side == SIDE_OUTSIDE ? SIDE_INSIDE : SIDE_OUTSIDE;
}

static uint8_t tcp_level(const struct conn *conn, enum side side)
{
    uint8_t seen = conn->seen[side];
    if ((seen & SEEN_FIN_ACKED) != 0)
        return PFSYNC_FIN_WAIT_2;
    if ((seen & SEEN_FIN) != 0)
        return PFSYNC_CLOSING;
    if ((seen & SEEN_SEQUENCE) == 0)
        return PFSYNC_CLOSED;
    return (conn->seen[other_side(side)] & SEEN_ACK) != 0 ? PFSYNC_ESTABLISHED : PFSYNC_SYN_SENT;
}

struct pfsync_peer pfsync_peer_of(const struct conn *conn, enum side side)
{
    if (conn->protocol != PROTOCOL_TCP)
        return (struct pfsync_peer){.level = 1};
    return (struct pfsync_peer){
        .sent = conn->half[side].next,
        .may = conn->half[other_side(side)].acked + WINDOW,
        .window = WINDOW,
        .level = tcp_level(conn, side),
    };
}

/* pf_tcp_track_full, behind the levels. */
enum pfsync_timeout pfsync_timeout_of(const struct conn *conn)
{
    if (conn->protocol != PROTOCOL_TCP)
        return PFSYNC_UDP_MULTIPLE;
    unsigned one = tcp_level(conn, SIDE_OUTSIDE), other = tcp_level(conn, SIDE_INSIDE);
    unsigned least = MIN(one, other), most = MAX(one, other);
    if (least >= PFSYNC_FIN_WAIT_2)
        return PFSYNC_TCP_CLOSED;
    if (least >= PFSYNC_CLOSING)
        return PFSYNC_TCP_FIN_WAIT;
    if (least == PFSYNC_CLOSED)
        return PFSYNC_TCP_FIRST;
    if (least < PFSYNC_ESTABLISHED)
        return PFSYNC_TCP_OPENING;
    return most >= PFSYNC_CLOSING ? PFSYNC_TCP_CLOSING : PFSYNC_TCP_ESTABLISHED;
}

nstime pfsync_span(enum pfsync_timeout timeout)
{
    static const nstime spans[PFSYNC_TIMEOUTS] = {
        [PFSYNC_TCP_FIRST] = 120 * NSTIME_S,
        [PFSYNC_TCP_OPENING] = 30 * NSTIME_S,
        [PFSYNC_TCP_ESTABLISHED] = 24 * 60 * NSTIME_MIN,
        [PFSYNC_TCP_CLOSING] = 900 * NSTIME_S,
        [PFSYNC_TCP_FIN_WAIT] = 45 * NSTIME_S,
        [PFSYNC_TCP_CLOSED] = 90 * NSTIME_S,
        [PFSYNC_UDP_FIRST] = 60 * NSTIME_S,
        [PFSYNC_UDP_SINGLE] = 30 * NSTIME_S,
        [PFSYNC_UDP_MULTIPLE] = 60 * NSTIME_S,
    };
    g_assert(timeout < PFSYNC_TIMEOUTS);
    return spans[timeout];
}

/* ---- learning */

static bool is_after(uint32_t a, uint32_t b)
{
    return (int32_t)(a - b) > 0;
}

static bool is_older(const struct conn *conn, enum side side, const struct pfsync_peer *peer)
{
    uint8_t level = tcp_level(conn, side);
    return level > peer->level
           || (level == peer->level && is_after(conn->half[side].next, peer->sent));
}

/* A level says what was seen; the numbers are good from the level on at which there are any. */
static void believe(struct conn *conn, enum side side, const struct pfsync_peer *peer)
{
    uint8_t *seen = &conn->seen[side], *other = &conn->seen[other_side(side)];
    *seen &= (uint8_t)~(SEEN_FIN | SEEN_FIN_ACKED);
    if (peer->level >= PFSYNC_SYN_SENT) {
        conn->half[side].next = peer->sent;
        *seen |= SEEN_SEQUENCE;
    }
    if (peer->level >= PFSYNC_ESTABLISHED) {
        conn->half[other_side(side)].acked = peer->may - WINDOW;
        *other |= SEEN_ACK;
    }
    if (peer->level >= PFSYNC_CLOSING)
        *seen |= SEEN_FIN;
    if (peer->level >= PFSYNC_FIN_WAIT_2)
        *seen |= SEEN_FIN_ACKED;
}

unsigned pfsync_learn(struct conn *conn, enum side source, const struct pfsync_message *message,
                      bool overwrites)
{
    enum side destination = other_side(source);
    if (conn->protocol != PROTOCOL_TCP)
        return 0;
    bool stale[2] = {is_older(conn, source, &message->source),
                     is_older(conn, destination, &message->destination)};
    if (!stale[0])
        believe(conn, source, &message->source);
    if (!stale[1] || (overwrites && !stale[0]))
        believe(conn, destination, &message->destination);
    return (unsigned)stale[0] + stale[1];
}
