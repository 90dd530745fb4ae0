/* Just enough of an application over UDP: the asking end of a service such as DNS or
 * SIP, and what its server sends back.
 *
 * There is no handshake and no close. A request is one datagram and goes again until its
 * whole answer is here: the application's own retransmission, whose wait doubles each time.
 * An answer is as many datagrams as its bytes need; those of one server make it whole, in
 * any order, whichever copy of the request each of them answers.
 *
 * As with TCP the owner is told by reports and calls udp_flush() last. A packet's sequence
 * is the number of its request, as DNS's ID is, and acknowledgement where in the answer it
 * stands: to directors both are payload. */
#ifndef SIM_NODE_UDP_H
#define SIM_NODE_UDP_H

#include "sim/node/tcp.h"
#include "sim/scenario/scenario.h" /* sizes */

/* What a call brought, as a set. */
enum udp_report {
    UDP_ADVANCED = 1,  /* a part of the answer came that was not here */
    UDP_ANSWERED = 2,  /* and now it is whole; station says whose it is */
    UDP_TIMED_OUT = 4, /* the last wait is over: to be disposed of */
};

/* Begins as struct tcp does: what both are is read without asking which it is. */
struct udp {
    struct socket socket;
    struct tcp_stack *stack; /* of UDP's sockets: what they share is what TCP's do */
    uint16_t station;        /* who sent the parts that are here, 0: nobody yet */
    uint8_t sent;            /* how often the request went */
    uint8_t retries;         /* how often it may go again */
    uint32_t request;        /* its number */
    uint16_t request_bytes;
    uint16_t answer_bytes;   /* 0: nothing is outstanding */
    uint32_t serial;         /* of the next packet */
    uint64_t parts;          /* of the answer that are here, a bit each */
    nstime retry_time;       /* the first wait */
    nstime resend_at;        /* NSTIME_NEVER for none, */
    nstime alarm_at;         /* and the owner's own */
    nstime event_at;
    event_handle event;
};

/* Begin; nothing is sent. A request is sent again after retry_time, twice that and so on,
 * at most retries times. */
void udp_open(struct udp *udp, struct tcp_stack *stack, const struct socket *socket,
              nstime retry_time, unsigned retries);

/* Send a request and wait for its answer; whatever was outstanding is forgotten. Sizes
 * beyond what UDP takes are cut. */
void udp_ask(struct udp *udp, uint32_t request, uint32_t request_bytes, uint32_t answer_bytes);

/* A datagram came; to be called by the stack's wake handler. Each returns a set of
 * enum udp_report. The owner looks after alarm_at itself. */
unsigned udp_receive(struct udp *udp, const struct packet *packet);
unsigned udp_wake(struct udp *udp);

/* Arm the event; take it back. */
void udp_flush(struct udp *udp);
void udp_dispose(struct udp *udp);

/* A server's side: is this a request with the bytes that its client sent? And the answer
 * to it, from this station. */
bool udp_request_sound(const struct packet *request);
void udp_answer(struct tcp_stack *stack, const struct packet *request, uint16_t station,
                uint32_t bytes);

#endif
