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
