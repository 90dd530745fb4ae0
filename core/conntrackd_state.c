#include "core/conntrackd_state.h"

#include <glib.h>

/* ---- TCP */

enum kind { KIND_FIN, KIND_ACK, KIND_SYNACK, KIND_OTHER };

static enum kind kind_of(const struct packet *packet)
{
    if ((packet->flags & TCP_SYN) != 0)
        return (packet->flags & TCP_ACK) != 0 ? KIND_SYNACK : KIND_OTHER;
    if ((packet->flags & TCP_FIN) != 0)
        return KIND_FIN;
    return (packet->flags & TCP_ACK) != 0 ? KIND_ACK : KIND_OTHER;
}

#define SS CONNTRACKD_SYN_SENT
#define SR CONNTRACKD_SYN_RECV
#define ES CONNTRACKD_ESTABLISHED
#define FW CONNTRACKD_FIN_WAIT
#define CW CONNTRACKD_CLOSE_WAIT
#define LA CONNTRACKD_LAST_ACK
#define TW CONNTRACKD_TIME_WAIT

/* The kernel's table, from each state, where the packets that it takes for invalid change
 * nothing. The opener's and the other's packets differ in the handshake alone. */
static const uint8_t after_fin[CONNTRACKD_TCP_STATES] = {0, SS, FW, FW, LA, LA, LA, TW};
static const uint8_t after_ack[2][CONNTRACKD_TCP_STATES] = {
    {0, SS, ES, ES, CW, CW, TW, TW}, /* of the opener */
    {0, SS, SR, ES, CW, CW, TW, TW},
};

static enum conntrackd_state tcp_after(enum conntrackd_state state, bool of_opener,
                                       const struct packet *packet)
{
    g_assert(state > CONNTRACKD_NONE && state < CONNTRACKD_TCP_STATES);
    if ((packet->flags & TCP_RST) != 0)
        return state;
    switch (kind_of(packet)) {
    case KIND_FIN: return after_fin[state];
    case KIND_ACK: return after_ack[of_opener ? 0 : 1][state];
    case KIND_SYNACK: return state == SS && !of_opener ? SR : state;
    case KIND_OTHER: return state;
    }
    g_assert_not_reached();
}

/* ---- UDP */

/* A stream is what goes on for longer than a question and its answer do. */
#define UDP_STREAM_AGE (2 * NSTIME_S)

static enum conntrackd_state udp_after(enum conntrackd_state state, bool of_opener, nstime age)
{
    if (state == CONNTRACKD_UDP_NEW && !of_opener)
        return CONNTRACKD_UDP_REPLIED;
    if (state == CONNTRACKD_UDP_REPLIED && age > UDP_STREAM_AGE)
        return CONNTRACKD_UDP_ASSURED;
    return state;
}

/* ---- both */

enum conntrackd_state conntrackd_state_after(enum conntrackd_state state, const struct conn *conn,
                                             nstime age, enum side from,
                                             const struct packet *packet)
{
    bool of_opener = from == conn_originator(conn);
    return conn->protocol == PROTOCOL_UDP ? udp_after(state, of_opener, age)
                                          : tcp_after(state, of_opener, packet);
}

enum conntrackd_state conntrackd_state_of(const struct conn *conn)
{
    if (conn->protocol == PROTOCOL_UDP)
        return CONNTRACKD_UDP_NEW;
    switch ((enum conn_state)conn->state) {
    case CONN_SYN_SEEN: return CONNTRACKD_SYN_SENT;
    case CONN_SYNACK_SEEN: return CONNTRACKD_SYN_RECV;
    case CONN_ACTIVE: return CONNTRACKD_ESTABLISHED;
    case CONN_CLOSING: return CONNTRACKD_FIN_WAIT;
    }
    g_assert_not_reached();
}

nstime conntrackd_state_timeout(enum conntrackd_state state, const struct virtual *virtual)
{
    static const uint8_t seconds[CONNTRACKD_STATES] = {
        [SS] = 120, [SR] = 60, [FW] = 120, [CW] = 60, [LA] = 30, [TW] = 120,
        [CONNTRACKD_UDP_NEW] = 30, [CONNTRACKD_UDP_REPLIED] = 30, [CONNTRACKD_UDP_ASSURED] = 120};
    g_assert(state < CONNTRACKD_STATES && (state == CONNTRACKD_ESTABLISHED || seconds[state] > 0));
    return state == CONNTRACKD_ESTABLISHED ? virtual->idle_time : seconds[state] * NSTIME_S;
}

/* ---- the status */

enum status {
    STATUS_SEEN_REPLY = 1 << 1,
    STATUS_ASSURED = 1 << 2,
    STATUS_CONFIRMED = 1 << 3,
    STATUS_SRC_NAT = 1 << 4,
    STATUS_DST_NAT = 1 << 5,
    STATUS_SRC_NAT_DONE = 1 << 7,
    STATUS_DST_NAT_DONE = 1 << 8,
};

uint32_t conntrackd_status_of(enum conntrackd_state state, bool translated, bool outbound)
{
    uint32_t status = STATUS_CONFIRMED | STATUS_SRC_NAT_DONE | STATUS_DST_NAT_DONE;
    bool replied = state != CONNTRACKD_SYN_SENT && state != CONNTRACKD_UDP_NEW;
    bool assured = replied && state != CONNTRACKD_SYN_RECV && state != CONNTRACKD_UDP_REPLIED;
    if (translated)
        status |= outbound ? STATUS_SRC_NAT : STATUS_DST_NAT;
    return status | (replied ? STATUS_SEEN_REPLY : 0) | (assured ? STATUS_ASSURED : 0);
}

enum conntrackd_state conntrackd_udp_state(uint32_t status)
{
    if ((status & STATUS_ASSURED) != 0)
        return CONNTRACKD_UDP_ASSURED;
    return (status & STATUS_SEEN_REPLY) != 0 ? CONNTRACKD_UDP_REPLIED : CONNTRACKD_UDP_NEW;
}
