/* What the parts of a client share: client.c (TCP, the end), client_open.c and
 * udp_client.c. Nobody else includes this. */
#ifndef SIM_NODE_CLIENT_INTERNAL_H
#define SIM_NODE_CLIENT_INTERNAL_H

#include "sim/node/client.h"

static inline nstime now_of(const struct client *client)
{
    return engine_now(client->tcp.stack->engine);
}

static inline struct clients *clients_of(const struct client *client)
{
    return client->tcp.stack->owner;
}

static inline const struct scenario *scenario_of(const struct client *client)
{
    return clients_of(client)->config.scenario;
}

static inline const struct workload_spec *spec_of(const struct client *client)
{
    return plan_spec(scenario_of(client), &client->plan);
}

static inline const struct connection_watch *watch_of(const struct client *client)
{
    return clients_of(client)->config.watch;
}

/* Made when it is needed. */
struct interlude *client_interlude(struct client *client);

/* When a request sent now is given up, NSTIME_NEVER: never. */
static inline nstime client_patience_end(const struct client *client)
{
    nstime patience = spec_of(client)->application_timeout;
    return patience == NSTIME_NEVER ? NSTIME_NEVER : now_of(client) + patience;
}

/* The connection stands, with this station; its answer is whole: both tell the observer. */
void client_established(struct client *client, uint16_t station);
void client_answered(struct client *client);

/* Open what its workload has beside it. */
void client_open_beside(struct client *client);

/* It has ended so, its socket is disposed of: count and tell it, and free the memory. */
void client_forget(struct client *client, enum connection_end end);

/* UDP: ask for the first time; a datagram came; the stack's handler; the roll call. */
void udp_client_begin(struct client *client);
void udp_client_receive(struct clients *clients, const struct packet *packet);
event_handler udp_client_wake;
void udp_client_ask(struct client *client);

#endif
