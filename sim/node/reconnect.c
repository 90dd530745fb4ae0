#include "sim/node/reconnect.h"

/* An opening to come. */
struct reopening {
    struct clients *clients;
    struct arrival arrival;
};

struct pool *reopenings_new(void)
{
    return pool_new(sizeof(struct reopening));
}

static void reopen(void *object, uint64_t number)
{
    struct reopening *reopening = object;
    struct clients *clients = reopening->clients;
    struct arrival arrival = reopening->arrival;
    (void)number;
    pool_give(clients->reopenings, reopening);
    if (!clients->stopped)
        clients_open(clients, &arrival);
}

/* Requests that were answered in this connection. */
static uint32_t answered(const struct client *client)
{
    return client->request - connection_unanswered(&client->connection).requests;
}

/* Orderly or by its own close, and not by its server's: its application wants no more. */
static bool is_done(const struct client *client, enum connection_end end)
{
    bool closing = client->protocol == PROTOCOL_TCP && client->tcp.orphan;
    bool closed = (end == CONNECTION_CLOSED || closing) && !client->hung_up;
    return closed || (int32_t)answered(client) >= client->requests;
}

void reconnect_after(const struct client *client, enum connection_end end)
{
    struct clients *clients = client->tcp.stack->owner;
    const struct workload_spec *spec = plan_spec(clients->config.scenario, &client->plan);
    if (spec->reconnect == NSTIME_NEVER || spec->opened_by_server || clients->stopped
        || is_done(client, end))
        return;
    struct reopening *reopening = pool_take(clients->reopenings);
    *reopening = (struct reopening){
        .clients = clients,
        .arrival = {
            .client = client->connection.client_ip - spec->client_network,
            .plan = client->plan,
        },
    };
    reopening->arrival.plan.again = true;
    reopening->arrival.plan.first += answered(client);
    engine_schedule(clients->config.engine, engine_now(clients->config.engine) + spec->reconnect,
                    reopen, reopening, 0);
}
