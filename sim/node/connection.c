#include "sim/node/connection.h"

#include "sim/node/client.h"

/* The roll call's request comes behind the one that is out. */
static enum connection_phase udp_phase(const struct client *client)
{
    if (!client->outstanding)
        return PHASE_OPEN_IDLE;
    if ((int32_t)client->request >= client->requests && client->asked_at == NSTIME_NEVER)
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
    return client->tcp.received == client->answer_from ? PHASE_OPEN_WAITING
                                                       : PHASE_OPEN_RECEIVING;
}
