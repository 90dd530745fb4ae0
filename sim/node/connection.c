#include "sim/node/connection.h"

#include "sim/node/client.h"

enum connection_phase connection_phase(const struct connection *connection)
{
    const struct client *client = (const struct client *)connection;
    if (connection->established == NSTIME_NEVER)
        return PHASE_HANDSHAKE;
    if (client->tcp.orphan)
        return PHASE_CLOSING;
    if (!client->outstanding)
        return PHASE_OPEN_IDLE;
    if (client->tcp.shut)
        return PHASE_HALF_CLOSED;
    return client->tcp.received == client->answer_from ? PHASE_OPEN_WAITING
                                                       : PHASE_OPEN_RECEIVING;
}

static uint32_t distance(uint32_t from, uint32_t to)
{
    return tcp_before(from, to) ? to - from : 0;
}

/* Of the roll call's request, which stands behind another. */
static uint64_t answer_behind(const struct client *client)
{
    const struct clients *clients = client->tcp.stack->owner;
    return plan_response_size(clients->config.scenario, &client->plan, client->request - 1);
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
    bool behind = client->asked_at != NSTIME_NEVER;
    unanswered.requests = behind ? 2 : 1;
    unanswered.bytes = distance(client->tcp.acknowledged, client->tcp.end)
                       + distance(client->tcp.received, client->answer_to)
                       + (behind ? answer_behind(client) : 0);
    unanswered.since = connection->request_sent;
    return unanswered;
}
