/* A connection: who talks to whom through which machine, how far it has come, and
 * what it has been counted to (figure 3C, R-115).
 *
 * Conns live in a conn_table, which owns the links between them. Everything an
 * established connection's packet needs stands in the conn itself. */
#ifndef CORE_CONN_H
#define CORE_CONN_H

#include "core/director.h"
#include "core/machine.h"
#include "core/packet.h"

/* What has been seen of each side's half of the stream: enough to know when both
 * FINs are acknowledged and whether a RST can be meant. */
struct conn_half {
    uint32_t next;  /* the sequence number behind everything this side has sent */
    uint32_t acked; /* the highest acknowledgement this side has given */
};

struct conn {
    struct virtual *virtual;
    struct physical *physical;
    nstime last_activity; /* the timer field */
    struct address foreign, local, stored_real; /* local: the virtual address; see conn_real() */
    uint32_t tag;
    struct conn_half half[2]; /* by enum side */
    uint8_t seen[2];          /* enum conn_seen, by enum side */
    uint16_t told; /* how many hellos had come when it became active */
    uint8_t protocol;
    uint8_t syn_resends; /* R-501; stays at 255 */
    uint8_t state;       /* enum conn_state; only conn_enter() changes it */
    bool pm_counted : 1; /* only conn_count() changes these two */
    bool vm_counted : 1;
    bool create_sent : 1; /* the present standby was told */
    bool by_pointer : 1;  /* the real address is the PM's */
    bool replica : 1;     /* made by a record, not by a request seen here */
    bool closed : 1;      /* over, and held for late packets (R-408 "delay") */
    bool from_inside : 1; /* the real machine opened it */
    bool sticky : 1;      /* its client is tied by it: sticky.c */

    uint32_t buddy;        /* slot of the next in the ring, 0 = none: buddy.c */
    uint32_t control_next; /* slot of an older control connection: ftp.c */

    /* the table's own; slot numbers, 0 = none */
    uint32_t slot; /* its own: from 1, the same while it lives */
    uint32_t forward_next, reverse_next; /* hash chains */
    uint32_t older, newer;               /* order of making */
};

enum conn_seen {
    SEEN_SEQUENCE = 1, /* half.next is valid */
    SEEN_ACK = 2,      /* half.acked is valid */
    SEEN_FIN = 4,      /* half.next is behind this side's FIN */
    SEEN_FIN_ACKED = 8,
    SEEN_ANEW = 16, /* this side has begun a new connection on an old conn, unacknowledged */
    SEEN_ALONE = 32, /* the conn was rebuilt from this side's word: core/unknown.h */
    SEEN_ASKED = 64, /* and that was an answer to a probe */
    SEEN_SECOND = 128, /* inside: another machine may have it: core/second_chance.h */
};

/* The machine's address for this connection: with R-117's pointer form it is
 * read through the PM; only the port of a PM that stands for all ports is the
 * connection's own. */
static inline struct address conn_real(const struct conn *conn)
{
    if (!conn->by_pointer)
        return conn->stored_real;
    uint16_t port = conn->physical->id.port;
    return (struct address){conn->physical->id.ip, port != 0 ? port : conn->stored_real.port};
}

/* The side whose request made it. */
static inline enum side conn_originator(const struct conn *conn)
{
    return conn->from_inside ? SIDE_INSIDE : SIDE_OUTSIDE;
}

/* The two keys. */
static inline struct flow conn_forward_key(const struct conn *conn)
{
    return (struct flow){conn->foreign, conn->local, conn->protocol};
}

static inline struct flow conn_reverse_key(const struct conn *conn)
{
    return (struct flow){conn->foreign, conn_real(conn), conn->protocol};
}

/* Move to a state; the step must be a legal one. The machine's count of active conns
 * follows. */
void conn_enter(struct conn *conn, enum conn_state state);

/* Make the count flags what they are given to be, and with them the machines'
 * counters: the one place where those change. */
void conn_count(struct conn *conn, bool pm, bool vm);

/* Take note of a TCP packet's numbers, and of FINs and what acknowledges them. Not for
 * a RST, nor for a SYN on a connection that is already established. */
void conn_track(struct conn *conn, enum side from, const struct packet *packet);

/* Know a half of the stream from a record that carries its numbers. */
void conn_learn(struct conn *conn, enum side side, struct conn_half half);

/* Has a FIN been seen; have both been acknowledged? */
bool conn_is_closing(const struct conn *conn);
bool conn_is_finished(const struct conn *conn);

/* Would the other end take this RST for the end of its connection? See conn.c. */
bool conn_reset_counts(const struct conn *conn, enum side from, const struct packet *packet);

#endif
