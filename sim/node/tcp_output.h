/* What leaves an end of TCP, for sim/node/tcp.c alone. */
#ifndef SIM_NODE_TCP_OUTPUT_H
#define SIM_NODE_TCP_OUTPUT_H

#include "sim/node/tcp.h"

/* The clock in milliseconds, which wraps. */
static inline uint32_t tcp_milliseconds(const struct tcp_stack *stack)
{
    return (uint32_t)(engine_now(stack->engine) / NSTIME_MS);
}

/* Send the first unacknowledged segment again. */
void tcp_resend_first(struct tcp *tcp);

/* Send an ACK that makes the other side prove what it claims (RFC 5961), or say
 * where we stand; at most one in TCP_CHALLENGE_GAP. */
void tcp_challenge(struct tcp *tcp);

/* A segment came while nothing was unacknowledged: keepalive waits anew. */
void tcp_put_off_probe(struct tcp *tcp);

/* Everything before number is acknowledged: take the round-trip time if it was
 * being measured, and start the retransmission timer anew. */
void tcp_take_acknowledgement(struct tcp *tcp, uint32_t number);

#endif
