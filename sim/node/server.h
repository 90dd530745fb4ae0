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
    const struct traffic_config *config; /* borrowed: the network behind the servers' own */
    bool *failed;         /* by number: cut off from the network */
    unsigned failed_count;
};

/* config and clients are borrowed and outlive the servers. */
void servers_init(struct servers *servers, const struct traffic_config *config,
                  struct clients *clients);
void servers_clear(struct servers *servers);

/* Cut a server off, so that nothing reaches or leaves it, or connect it again; it goes on
 * by itself in between. Nothing changes for one that is as told already. */
void servers_set_failed(struct servers *servers, unsigned server, bool failed);

void servers_receive(struct servers *servers, const struct packet *packet);

#endif
