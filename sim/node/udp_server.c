/* A server that speaks UDP: each copy of a request that comes is worked on and answered,
 * by whatever server it reaches. */
#include "sim/node/server.h"

/* A request that is being worked on. */
struct pending {
    struct servers *servers;
    struct packet request;
    uint16_t station;
};

struct pool *udp_server_pool(void)
{
    return pool_new(sizeof(struct pending));
}

/* Nobody would take an answer of which the asking application has gone. */
static void answer(void *object, uint64_t number)
{
    (void)number;
    struct pending *pending = object;
    struct servers *servers = pending->servers;
    const struct client *client = clients_by_tag(servers->clients, pending->request.tag);
    if (client != NULL)
        udp_answer(&servers->udp_stack, &pending->request, pending->station,
                   plan_response_size(servers->config->scenario, &client->plan,
                                      pending->request.sequence));
    pool_give(servers->answers, pending);
}

static void work_on(struct servers *servers, const struct client *client,
                    const struct packet *request, uint16_t station)
{
    const struct real_spec *real =
        g_ptr_array_index(servers->config->scenario->reals, station - 1u);
    struct pending *pending = pool_take(servers->answers);
    *pending = (struct pending){ servers, *request, station };
    nstime takes = plan_service_time(&client->plan, &real->service_time, request->sequence);
    engine_schedule(servers->udp_stack.engine, engine_now(servers->udp_stack.engine) + takes,
                    answer, pending, 0);
}

void udp_server_receive(struct servers *servers, const struct packet *packet)
{
    bool listens;
    struct address address = {packet->destination_ip, packet->destination_port};
    uint16_t station = servers_station(servers, address, PROTOCOL_UDP, &listens);
    struct client *client = clients_by_tag(servers->clients, packet->tag);
    if (!listens || client == NULL)
        return;
    if (!udp_request_sound(packet))
        servers->udp_stack.corrupt++;
    if (client->connection.established == NSTIME_NEVER)
        client->connection.server = (int16_t)(station - 1);
    else
        servers_tell_stray(servers, client, station);
    work_on(servers, client, packet, station);
}
