/* Clients: the ends that open connections, ask, think and close.
 *
 * A client sends one request at a time and waits for its whole answer, as a browser
 * that keeps a connection does. After the last answer it closes (or it has shut its
 * side with the last request). When its patience ends first it gives up as a user
 * does who stops a page: the connection is aborted by RST. With UDP it repeats what is not
 * answered, and is done with the last answer (udp_client.c).
 *
 * Who opens a connection is its workload's to say: the client, or the server, at a port on
 * which the client waits and which it has announced on another connection (client_open.c). */
#ifndef SIM_NODE_CLIENT_H
#define SIM_NODE_CLIENT_H

#include "sim/network/pool.h"
#include "sim/node/client_table.h"
#include "sim/node/connection.h"
#include "sim/node/port.h"
#include "sim/node/tcp.h"
#include "sim/node/time_wait.h"
#include "sim/node/traffic.h"
#include "sim/node/udp.h"
#include "sim/node/workload.h"

#include <glib.h>

/* What breaks the turn of request and answer: the roll call's request, and what its server says
 * unasked. Few have one. */
struct interlude {
    nstime asked_at;     /* the roll call's request went then, behind the outstanding one;
                          * NSTIME_NEVER: none there */
    nstime message_at;   /* the first message that is not here was written then; NSTIME_NEVER: none
                          * is missing */
    uint32_t message_to; /* where it ends, in the numbers of TCP */
    uint32_t pushed;     /* bytes of messages between the last answer and the next */
};

/* One connection, from its first SYN until its end is known. */
struct client {
    struct connection connection; /* first: what others see */
    struct client *chain;         /* client_table's own */
    union {                       /* by protocol; both begin with socket and stack */
        struct tcp tcp;
        struct udp udp;
    };
    struct plan plan;
    struct interlude *interlude; /* or NULL */
    uint32_t answer_from;  /* where the outstanding answer begins and ends, in the numbers */
    uint32_t answer_to;    /* of TCP */
    int32_t requests;      /* that it means to send in all */
    uint32_t request : 31; /* number of the next one */
    bool outstanding : 1;  /* a request is out and its answer not complete */
    uint32_t announced;    /* number + 1 of the connection whose port it has announced to its
                            * server, and that one's of the next such; 0: none */
    uint8_t protocol;      /* PROTOCOL_TCP or PROTOCOL_UDP */
    bool hung_up;          /* by its server, which found it idle: it may not know yet */
    bool listens;          /* the roll call's: it waits for its server to speak */
};

struct clients {
    struct traffic_config config;
    struct tcp_stack stack;
    struct tcp_stack udp_stack;
    struct socket_table sockets;
    struct socket_table udp_sockets;
    struct time_waits waits;
    struct pool *pool;
    struct pool *interludes;
    struct pool *reopenings; /* reconnect's own */
    struct ports *ports;
    struct client_table live;
    bool stopped; /* nothing is opened any more */
    struct traffic_count count;
    /* told of each connection of TCP that ends, and not in order */
    void (*left)(void *context, const struct connection *connection);
    void *left_context;
};

void clients_init(struct clients *clients, const struct traffic_config *config);
void clients_clear(struct clients *clients);

/* Open a connection now, or wait for the server to do it. Without a free port nothing is
 * opened, and counted so: NULL. */
struct client *clients_open(struct clients *clients, const struct arrival *arrival);

void clients_receive(struct clients *clients, const struct packet *packet);

void clients_stop_opening(struct clients *clients);
void client_ask(struct client *client);

/* From the roll call on it only waits for its server's message, which follows. */
void client_listen(struct client *client);

/* Its server writes a message unasked, which ends there, before it answers request number
 * request. */
void client_expect_message(struct client *client, uint32_t request, uint32_t bytes, uint32_t to);

/* Its server's socket has ended so: what is missing of its messages will not come. */
void client_unheard(struct client *client, enum connection_end end);

/* When the roll call's request went that waits behind the outstanding one, or NSTIME_NEVER. */
static inline nstime client_asked_at(const struct client *client)
{
    return client->interlude != NULL ? client->interlude->asked_at : NSTIME_NEVER;
}

/* The next live one in order of opening, or NULL. */
struct client *client_next(const struct client *client);

/* Whose packet carries this tag; NULL when the connection has ended. */
static inline struct client *clients_by_tag(const struct clients *clients, uint32_t tag)
{
    return client_table_find(&clients->live, tag - 1);
}

#endif
