/* One connection as its client lives it, and what the rest of the simulator may
 * know of it.
 *
 * With UDP a connection is one client's requests from one port: it is established when the
 * first answer is whole, open while there is more to ask than the request that is out, and
 * closed in order by the last answer. */
#ifndef SIM_NODE_CONNECTION_H
#define SIM_NODE_CONNECTION_H

#include "core/nstime.h"

#include <stdbool.h>
#include <stdint.h>

/* Where a connection stands, from the client's view (validity: the states at
 * the failure). */
enum connection_phase {
    PHASE_HANDSHAKE,
    PHASE_OPEN_IDLE,      /* established, no request outstanding */
    PHASE_OPEN_WAITING,   /* a request is out, nothing of its answer is here */
    PHASE_OPEN_RECEIVING, /* part of the answer is here */
    PHASE_HALF_CLOSED,    /* the client shut its side, the answer is not complete */
    PHASE_CLOSING,        /* the application has all its bytes and has called close;
                           * UDP: the last request is out */
    PHASE_COUNT
};

/* How a connection ended for its client's application. */
enum connection_end {
    CONNECTION_CLOSED,    /* all bytes, both FINs acknowledged in order */
    CONNECTION_RESET,     /* an acceptable RST came */
    CONNECTION_TIMED_OUT, /* TCP's retries are spent, or UDP's client's */
    CONNECTION_GAVE_UP,   /* the application's own time-out */
    CONNECTION_REFUSED,   /* the handshake failed: RST, or SYN retries spent */
    CONNECTION_MISSERVED, /* UDP: another server answered, which knows nothing of it */
};

struct connection {
    uint32_t number;     /* in order of opening, from 0; packets carry number + 1 as tag */
    uint32_t client_ip;
    uint16_t client_port;
    uint16_t workload;   /* index into scenario.workloads */
    uint16_t virtual;    /* index into scenario.virtuals */
    int16_t server;      /* index into scenario.reals of who took the SYN, -1: nobody yet */
    nstime opened;       /* first SYN or request left the client, or its port was announced */
    nstime established;  /* handshake done at the client, or NSTIME_NEVER */
    nstime request_sent; /* first segment of the latest request left, or NSTIME_NEVER */
    void *observed;      /* the observer's own; NULL at first */
};

enum connection_phase connection_phase(const struct connection *connection);

/* Has its server closed it as idle? The client may not have heard of it. */
bool connection_hung_up(const struct connection *connection);

/* What it was meant to be: the same number in another world names the same connection, and
 * those opened again after it, which its client opens in its place when it has died. */
uint64_t connection_key(const struct connection *connection);
bool connection_is_again(const struct connection *connection);

/* What its application waits for, and would lose if the connection ended now. */
struct unanswered {
    uint32_t requests; /* that left and whose whole answer is not here: 0 or 1 */
    uint64_t bytes;    /* sent and not acknowledged, or of its answer and not here */
    nstime since;      /* when the wait began: a request left, or the first SYN; or NSTIME_NEVER */
};

struct unanswered connection_unanswered(const struct connection *connection);

/* What an observer is told, each at the moment it happens. The connection is
 * valid during the call; after ended() it is gone. */
struct connection_watch {
    void *context;
    void (*opened)(void *context, struct connection *connection);
    void (*established)(void *context, struct connection *connection);
    /* new bytes, or an acknowledgement of new bytes, reached the client; epoch is
     * that of the packet (core/packet.h) */
    void (*progressed)(void *context, struct connection *connection, uint8_t epoch);
    /* the latest request's whole answer is here, in order; see request_sent */
    void (*answered)(void *context, struct connection *connection);
    void (*ended)(void *context, struct connection *connection, enum connection_end end);
    /* a message that its server wrote unasked, at that time, is here; or will never be, since
     * the server's socket has ended so */
    void (*heard)(void *context, struct connection *connection, nstime written);
    void (*unheard)(void *context, struct connection *connection, enum connection_end end);
    /* a packet of this connection reached another server than its own */
    void (*strayed)(void *context, struct connection *connection, unsigned server);
};

#endif
