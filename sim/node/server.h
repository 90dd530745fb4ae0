/* Servers: the real machines. Each listens at its address, answers request after
 * request of a connection as the connection's plan says, and closes when its client
 * has closed and all is answered. It never hangs up on its own, so a socket whose
 * client has vanished stays: an orphan, which the count of sockets shows. */
#ifndef SIM_NODE_SERVER_H
#define SIM_NODE_SERVER_H

#include "sim/network/pool.h"
#include "sim/node/client.h"

struct servers {
    struct tcp_stack stack;
    struct socket_table sockets;
    struct time_waits waits;
    struct pool *pool;
    struct clients *clients; /* borrowed: who knows each connection's plan */
};

/* clients is borrowed and outlives the servers. */
void servers_init(struct servers *servers, const struct traffic_config *config,
                  struct clients *clients);
void servers_clear(struct servers *servers);

void servers_receive(struct servers *servers, const struct packet *packet);

#endif
