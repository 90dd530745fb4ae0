/* Servers: the real machines. Each listens at its address, answers request after
 * request of a connection as the connection's plan says, and closes when its client
 * has closed and all is answered (server_end.c). It hangs up on its own only where idle-close
 * says so, and speaks unasked where the workload says so. A socket whose client has vanished
 * stays until TCP finds out: an orphan of the failure, which is counted, and which takes a place
 * where a process may have so many sockets and no more.
 *
 * With the first request of a connection it reads the ports that its client has announced,
 * and opens those connections itself. Over UDP it keeps nothing from request to request. */
#ifndef SIM_NODE_SERVER_H
#define SIM_NODE_SERVER_H

#include "core/flow.h"
#include "sim/network/pool.h"
#include "sim/node/client.h"

struct servers {
    struct tcp_stack stack;
    struct tcp_stack udp_stack;
    struct socket_table sockets;
    struct time_waits waits;
    struct pool *pool;
    struct pool *answers; /* over UDP, that are being worked on */
    struct clients *clients; /* borrowed: who knows each connection's plan */
    const struct traffic_config *config; /* borrowed: the network behind the servers' own */
    uint32_t *held;       /* by number: sockets that its process has not closed */
    uint32_t orphans;     /* sockets whose client has ended, and not in order */
    uint32_t orphans_peak;
    bool *failed;         /* by number: cut off from the network */
    unsigned failed_count;
    bool open; /* some workload's connections are opened by servers */
};

/* config and clients are borrowed and outlive the servers. */
void servers_init(struct servers *servers, const struct traffic_config *config,
                  struct clients *clients);
void servers_clear(struct servers *servers);

/* Cut a server off, so that nothing reaches or leaves it, or connect it again; it goes on
 * by itself in between. Nothing changes for one that is as told already. */
void servers_set_failed(struct servers *servers, unsigned server, bool failed);

/* The server of this client writes a message now. False when it cannot: its socket is gone, or
 * it has closed. */
bool servers_speak(struct servers *servers, struct client *client);

/* The client of a connection has ended, and not in order: clients.left. */
void servers_client_left(void *context, const struct connection *connection);

void servers_receive(struct servers *servers, const struct packet *packet);

/* The station, from 1, of the machine at an address: with this port and protocol if one
 * listens there. 0 when no machine has the address. */
uint16_t servers_station(const struct servers *servers, struct address address,
                         uint8_t protocol, bool *listens);

/* A packet reached another server than the one that has the connection: the client
 * may not know it yet, the observer should. */
void servers_tell_stray(const struct servers *servers, struct client *client, uint16_t station);

/* Over UDP: the memory of answers that are being worked on; a request came. */
struct pool *udp_server_pool(void);
void udp_server_receive(struct servers *servers, const struct packet *packet);

#endif
