/* What Linux's connection tracking makes of a connection's packets, as far as conntrackd tells of
 * it: net/netfilter/nf_conntrack_proto_tcp.c and _udp.c of Linux 6.1, their tables and time-outs.
 *
 * A TCP connection goes SYN_SENT, SYN_RECV, ESTABLISHED, FIN_WAIT (the first FIN), CLOSE_WAIT
 * (something is acknowledged), LAST_ACK (the second FIN), TIME_WAIT. Each step is an event, and
 * each event a message. RSTs are left out: one that counts ends the conn in the same step. */
#ifndef CORE_CONNTRACKD_STATE_H
#define CORE_CONNTRACKD_STATE_H

#include "core/conn.h"

/* The TCP states by their numbers on the wire, then UDP's, which have none. */
enum conntrackd_state {
    CONNTRACKD_NONE = 0,
    CONNTRACKD_SYN_SENT = 1,
    CONNTRACKD_SYN_RECV = 2,
    CONNTRACKD_ESTABLISHED = 3,
    CONNTRACKD_FIN_WAIT = 4,
    CONNTRACKD_CLOSE_WAIT = 5,
    CONNTRACKD_LAST_ACK = 6,
    CONNTRACKD_TIME_WAIT = 7,
    CONNTRACKD_TCP_STATES = 8,
    CONNTRACKD_UDP_NEW = 16, /* nobody answered yet */
    CONNTRACKD_UDP_REPLIED = 17,
    CONNTRACKD_UDP_ASSURED = 18, /* and something came more than 2 s after the first packet */
    CONNTRACKD_STATES,
};

/* Where a packet of the conn, in this state, leads it, so long after its first packet. A request on
 * a connection that is closing is not asked about: the director makes a new conn for it. */
enum conntrackd_state conntrackd_state_after(enum conntrackd_state state, const struct conn *conn,
                                             nstime age, enum side from,
                                             const struct packet *packet);

/* The state of a conn of which nothing is known but the conn itself. */
enum conntrackd_state conntrackd_state_of(const struct conn *conn);

/* How long an entry in this state, which is not NONE, stands without a packet. An established one
 * stands for its virtual machine's idle time, which is what the kernel's five days are here. Any
 * packet counts; the kernel's shorter times for unacknowledged data and repeated packets are left
 * out. */
nstime conntrackd_state_timeout(enum conntrackd_state state, const struct virtual *virtual);

/* Does an entry in this state carry the connection on when it is committed? One of a request that
 * nobody answered is dead weight. */
static inline bool conntrackd_state_carries(enum conntrackd_state state)
{
    return state != CONNTRACKD_SYN_SENT;
}

/* The kernel's status bits (enum ip_conntrack_status), and what they say of UDP. */
uint32_t conntrackd_status_of(enum conntrackd_state state, bool translated, bool outbound);
enum conntrackd_state conntrackd_udp_state(uint32_t status);

#endif
