/* Just enough TCP: one end of a connection, as Linux does it where that decides
 * who lives (RFC 9293, 6298, 5961, 1122; validity.md section 2).
 *
 * An end is a plain struct inside its owner. Segments and expired timers go in and
 * a report of what happened comes out; the owner reacts (writes, closes, aborts)
 * and then calls tcp_flush(), which sends what is due and arms the one engine event
 * of this end. Nothing calls back into the owner but that event.
 *
 * Left out, since it does not change who survives (README): congestion control (a
 * fixed window of ten segments slides with the acknowledgements), SACK, window
 * scaling and zero windows (the advertised window is constant), Nagle, urgent
 * data. Either side may open (tcp_connect), both at once as well, and either wait to be
 * asked (tcp_accept, tcp_listen).
 *
 * Numbers are those of the wire: 32 bits that wrap, compared by their difference,
 * so that an end has less than TCP_WRITE_MAX bytes written and unacknowledged. */
#ifndef SIM_NODE_TCP_H
#define SIM_NODE_TCP_H

#include "core/nstime.h"
#include "core/packet.h"
#include "sim/engine/engine.h"
#include "sim/node/socket_table.h"
#include "sim/scenario/scenario.h" /* keepalive */

#include <stdbool.h>
#include <stdint.h>

enum {
    TCP_MSS = 1460,
    TCP_SEND_WINDOW = 10 * TCP_MSS, /* RFC 6928's ten segments, for good */
    TCP_RECEIVE_WINDOW = 65535,
    TCP_WRITE_MAX = 1 << 30,
    TCP_SYN_RETRIES = 6,     /* tcp_syn_retries: gives up 127 s after the first SYN */
    TCP_SYN_ACK_RETRIES = 5, /* tcp_synack_retries */
    TCP_DATA_RETRIES = 15,   /* tcp_retries2: 924.6 s at the least RTO */
    TCP_ORPHAN_RETRIES = 8,  /* tcp_orphan_retries: after close() nobody waits */
    TCP_CHALLENGE_GAP = 500, /* tcp_invalid_ratelimit, in ms, against ACK loops */
};

#define TCP_RTO_FIRST NSTIME_S
#define TCP_RTO_MIN (200 * NSTIME_MS)
#define TCP_RTO_MAX (120 * NSTIME_S)
#define TCP_DELAYED_ACK (40 * NSTIME_MS)
#define TCP_FIN_TIMEOUT (60 * NSTIME_S)  /* an orphan in FIN_WAIT_2 */
#define TCP_LISTEN_TIME (127 * NSTIME_S) /* as long as a SYN is repeated */

enum tcp_state {
    TCP_LISTEN, /* for one connection, whose tuple is known */
    TCP_SYN_SENT,
    TCP_SYN_RECEIVED,
    TCP_ESTABLISHED,
    TCP_FIN_WAIT_1,
    TCP_FIN_WAIT_2,
    TCP_CLOSING,
    TCP_CLOSE_WAIT,
    TCP_LAST_ACK,
    TCP_TIME_WAIT, /* over for the owner; hand it to time_wait_add() */
    TCP_CLOSED,
};

/* What a call brought, as a set. */
enum tcp_report {
    TCP_OPENED = 1,    /* the handshake is done */
    TCP_ADVANCED = 2,  /* new bytes or FIN came, or ours were acknowledged */
    TCP_PEER_DONE = 4, /* the other side has shut */
    /* over, and the owner must dispose of it: */
    TCP_FINISHED = 8,     /* both FINs acknowledged: state is TIME_WAIT or CLOSED; or bytes came
                           * after the owner had closed, which draw a RST: state is CLOSED */
    TCP_WAS_RESET = 16,
    TCP_TIMED_OUT = 32,   /* retries spent */
    TCP_OVER = TCP_FINISHED | TCP_WAS_RESET | TCP_TIMED_OUT,
};

struct tcp;

/* What the sockets of one side share. */
struct tcp_stack {
    struct engine *engine;
    enum side side;
    uint64_t key; /* for initial sequence numbers */
    void *network;
    void (*send)(void *network, enum side from, const struct packet *packet);
    event_handler *wake; /* the owner's handler of its ends' events: object is the end */
    void *owner;
    /* the schedule of an end that keeps alive; asked of those only */
    const struct keepalive *(*keepalive)(const struct tcp *tcp);
    uint64_t retransmissions;
    uint64_t challenge_acks;
    uint64_t corrupt;
};

struct tcp {
    struct socket socket;
    struct tcp_stack *stack;
    uint16_t station;      /* which machine we are, and which the other end turned out to be: */
    uint16_t peer_station; /* a SYN carries it as its payload */
    uint8_t state;         /* enum tcp_state */
    uint8_t retries;
    uint8_t duplicates; /* of the acknowledgement, in a row */
    bool shut : 1;      /* a FIN stands behind the last byte */
    bool orphan : 1;    /* the owner called close: nobody will read or write */
    bool ack_now : 1;
    bool measured : 1;   /* there is a round-trip time */
    bool recovering : 1; /* from a loss seen by duplicate acknowledgements */
    bool probing : 1;    /* for the roll call, while nothing is unacknowledged */
    bool keepalive : 1;  /* SO_KEEPALIVE */

    /* sending: acknowledged <= next <= highest <= end (+ 1 with the FIN) */
    uint32_t acknowledged;
    uint32_t next;    /* goes back to acknowledged when the timer expires */
    uint32_t highest; /* ever sent */
    uint32_t end;     /* written by the owner */
    uint32_t recover; /* highest, when the recovery began */

    /* receiving */
    uint32_t received;  /* all before are here */
    uint32_t held_from; /* one run of bytes beyond a hole; none when equal */
    uint32_t held_to;
    uint32_t unacknowledged; /* bytes received since our last acknowledgement */

    uint32_t serial; /* of the next packet */

    /* round-trip time (RFC 6298), in microseconds */
    uint32_t smoothed;
    uint32_t variation;
    uint32_t timed_end;
    uint32_t challenged; /* tcp_milliseconds() at the last challenge ACK */
    nstime timed_at; /* when the bytes before timed_end left, NSTIME_NEVER: none timed */

    /* deadlines, NSTIME_NEVER for none */
    nstime resend_at; /* retransmission, the next probe, or the end of FIN_WAIT_2 */
    nstime ack_at;    /* delayed acknowledgement */
    nstime alarm_at;  /* the owner's own */

    nstime event_at; /* when the pending event comes, NSTIME_NEVER: none pending */
    event_handle event;
};

/* The sign of the distance from b to a on the circle of sequence numbers. */
static inline bool tcp_before(uint32_t a, uint32_t b)
{
    return (int32_t)(a - b) < 0;
}

/* A handle on the contents of a station's stream in the connection of this end: the
 * digest of bytes [from, to), the same at both ends. Digests of neighbours add up, so
 * a retransmission may cut a stream elsewhere. */
uint32_t tcp_digest(const struct tcp *tcp, uint16_t station, uint32_t from, uint32_t to);

/* Begin a connection as this station, whose SYN leaves with tcp_flush(). The tuple and the
 * tag are socket's; stack is borrowed. */
void tcp_connect(struct tcp *tcp, struct tcp_stack *stack, const struct socket *socket,
                 uint16_t station);

/* Wait as station 0 for the SYN of a connection of this tuple, for TCP_LISTEN_TIME: then it
 * is over as TCP_TIMED_OUT. */
void tcp_listen(struct tcp *tcp, struct tcp_stack *stack, const struct socket *socket);

/* Answer a SYN as this station; the SYN-ACK leaves with tcp_flush(). */
void tcp_accept(struct tcp *tcp, struct tcp_stack *stack, const struct packet *syn,
                uint16_t station);

/* A segment of this connection came. Returns a set of enum tcp_report. */
unsigned tcp_receive(struct tcp *tcp, const struct packet *packet);

/* To be called by the stack's wake handler: does what TCP has due. Returns a set
 * of enum tcp_report. The owner looks after alarm_at itself. */
unsigned tcp_wake(struct tcp *tcp);

/* The owner's calls; nothing is sent before tcp_flush(). */
void tcp_write(struct tcp *tcp, uint32_t bytes);
void tcp_shut(struct tcp *tcp);  /* no more bytes from here: FIN */
void tcp_close(struct tcp *tcp); /* shut, and nobody reads or waits any more */

/* Keepalive (RFC 1122, 4.2.3.6), as the stack's schedule for this end says: after its time
 * without a segment from the other end, and with nothing unacknowledged, a probe; then one
 * each interval. So many in a row without an answer, and one interval more, end the connection:
 * a RST, and TCP_TIMED_OUT. Not while the owner has closed (tcp_close). */
void tcp_keep_alive(struct tcp *tcp);

/* The roll call of one that has nothing to send: the first probe at once, and Linux's nine, 75 s
 * apart, unless the end keeps alive by itself. */
void tcp_probe(struct tcp *tcp);

/* Send what is due and arm the event. The last thing an owner does with an end,
 * whatever woke it, unless it disposes of it. */
void tcp_flush(struct tcp *tcp);

/* Send a RST, if one is due in this state, and be closed. */
void tcp_abort(struct tcp *tcp);

/* Take the event back; the memory may then go. */
void tcp_dispose(struct tcp *tcp);

/* Answer a segment without a socket (RFC 9293, 3.10.7.1); not a RST. */
void tcp_refuse(struct tcp_stack *stack, const struct packet *packet);

#endif
