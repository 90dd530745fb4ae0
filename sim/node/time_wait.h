/* What is left of a connection for some time (TIME_WAIT, 60 s in Linux) at the end that
 * closed first: enough to answer a repeated FIN, to keep the tuple from being used, and to
 * judge a new SYN (RFC 9293, 3.6.1; RFC 6191's idea without time stamps).
 *
 * Apart from struct tcp, and 40 bytes each, because most sockets of a busy client are
 * here. Entries go when somebody looks or adds and finds them too old: no events. How long
 * they stay is their owner's to say; those of one length go in the order of their coming, so
 * that each length has a row of its own. */
#ifndef SIM_NODE_TIME_WAIT_H
#define SIM_NODE_TIME_WAIT_H

#include "sim/network/pool.h"
#include "sim/node/socket_table.h"
#include "sim/node/tcp.h"

struct time_wait_row;

struct time_waits {
    struct tcp_stack *stack; /* borrowed */
    struct socket_table table;
    struct pool *pool; /* of batches */
    struct time_wait_row *rows; /* as many as there are lengths in use: one or two */
};

void time_waits_init(struct time_waits *waits, struct tcp_stack *stack);
void time_waits_clear(struct time_waits *waits);

/* Keep what is needed of an end in state TIME_WAIT for so long, 0: not at all; the end itself
 * may then go. */
void time_waits_add(struct time_waits *waits, const struct tcp *tcp, nstime length);

/* Is this tuple still kept, as its owner sees it? */
bool time_waits_hold(struct time_waits *waits, const struct socket *socket);

enum time_wait_answer {
    TIME_WAIT_NONE,   /* nothing is known of this tuple */
    TIME_WAIT_TAKEN,  /* dealt with */
    TIME_WAIT_REOPEN, /* a SYN beyond the old connection: forgotten, accept it */
};

/* A segment came for which there is no socket. */
enum time_wait_answer time_waits_receive(struct time_waits *waits, const struct packet *packet);

#endif
