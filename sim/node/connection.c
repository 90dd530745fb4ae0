#include "sim/node/connection.h"

#include "sim/node/client.h"

/* The roll call's request comes behind the one that is out. */
static enum connection_phase udp_phase(const struct client *client)
{
    if (!client->outstanding)
        return PHASE_OPEN_IDLE;
    if ((int32_t)client->request >= client->requests && client_asked_at(client) == NSTIME_NEVER)
        return PHASE_CLOSING;
    return client->udp.parts == 0 ? PHASE_OPEN_WAITING : PHASE_OPEN_RECEIVING;
}

enum connection_phase connection_phase(const struct connection *connection)
{
    const struct client *client = (const struct client *)connection;
    if (connection->established == NSTIME_NEVER)
        return PHASE_HANDSHAKE;
    if (client->protocol == PROTOCOL_UDP)
        return udp_phase(client);
    if (client->tcp.orphan)
        return PHASE_CLOSING;
    if (!client->outstanding)
        return PHASE_OPEN_IDLE;
    if (client->tcp.shut)
        return PHASE_HALF_CLOSED;
    return tcp_before(client->answer_from, client->tcp.received) ? PHASE_OPEN_RECEIVING
                                                                 : PHASE_OPEN_WAITING;
}

bool connection_hung_up(const struct connection *connection)
{
    return ((const struct client *)connection)->hung_up;
}

uint64_t connection_key(const struct connection *connection)
{
    return ((const struct client *)connection)->plan.key;
}

bool connection_is_again(const struct connection *connection)
{
    return ((const struct client *)connection)->plan.again;
}

/* From one number of TCP up to another, 0 when that lies before. */
static uint32_t distance(uint32_t from, uint32_t to)
{
    return tcp_before(from, to) ? to - from : 0;
}

/* Where its own bytes end: a request of the roll call behind one that is unanswered is not
 * the application's. */
static uint32_t own_end(const struct client *client)
{
    const struct clients *clients = client->tcp.stack->owner;
    if (client_asked_at(client) == NSTIME_NEVER)
        return client->tcp.end;
    return client->tcp.end
           - plan_request_size(clients->config.scenario, &client->plan, client->request - 1);
}

static uint64_t tcp_bytes(const struct client *client)
{
    return (uint64_t)distance(client->tcp.acknowledged, own_end(client))
           + distance(client->tcp.received, client->answer_to);
}

/* Nothing is acknowledged but by an answer, of which parts may be here. */
static uint64_t udp_bytes(const struct client *client)
{
    uint32_t here = 0, bytes = client->udp.answer_bytes;
    for (uint64_t parts = client->udp.parts; parts != 0; parts &= parts - 1)
        here += UDP_PAYLOAD;
    return (uint64_t)client->udp.request_bytes + (bytes > here ? bytes - here : 0);
}

/* Whoever has all its answers loses nothing, whatever is still to be acknowledged. */
struct unanswered connection_unanswered(const struct connection *connection)
{
    const struct client *client = (const struct client *)connection;
    struct unanswered unanswered = { .since = NSTIME_NEVER };
    if (connection->established == NSTIME_NEVER)
        unanswered.since = connection->opened;
    if (!client->outstanding)
        return unanswered;
    unanswered.requests = 1;
    unanswered.bytes = client->protocol == PROTOCOL_UDP ? udp_bytes(client) : tcp_bytes(client);
    unanswered.since = connection->request_sent;
    return unanswered;
}
