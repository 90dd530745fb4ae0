#include "core/window.h"

#include <glib.h>

/* No window is larger without scaling, which a record would have to tell as well. */
enum { WINDOW = 65535 };

/* On the circle (RFC 9293, 3.4). */
static bool is_before(uint32_t number, uint32_t limit)
{
    return (int32_t)(number - limit) < 0;
}

/* What it holds: nothing beyond what the receiver has room for, nothing older than a window. */
static bool sequence_fits(const struct conn *conn, enum side from, enum side to,
                          const struct packet *packet)
{
    uint32_t end = packet->sequence + packet->payload_length + ((packet->flags & TCP_FIN) != 0);
    if ((conn->seen[to] & SEEN_ACK) != 0 && is_before(conn->half[to].acked + WINDOW, end))
        return false;
    return (conn->seen[from] & SEEN_SEQUENCE) == 0
           || !is_before(end, conn->half[from].next - WINDOW);
}

/* What it acknowledges: nothing that was never sent, nothing older than a window. */
static bool acknowledgement_fits(const struct conn *conn, enum side to,
                                 const struct packet *packet)
{
    uint32_t sent = conn->half[to].next;
    if ((packet->flags & TCP_ACK) == 0 || (conn->seen[to] & SEEN_SEQUENCE) == 0)
        return true;
    return !is_before(sent, packet->acknowledgement)
           && !is_before(packet->acknowledgement, sent - WINDOW);
}

bool window_accepts(const struct conn *conn, enum side from, const struct packet *packet)
{
    enum side to = from == SIDE_OUTSIDE ? SIDE_INSIDE : SIDE_OUTSIDE;
    g_assert(packet->protocol == PROTOCOL_TCP);
    if ((packet->flags & TCP_SYN) != 0)
        return true;
    g_assert(conn->state == CONN_ACTIVE || conn->state == CONN_CLOSING);
    return (conn->seen[from] | conn->seen[to]) != 0 && sequence_fits(conn, from, to, packet)
           && acknowledgement_fits(conn, to, packet);
}
