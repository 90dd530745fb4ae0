/* A client that speaks UDP: it asks from one port, one request at a time, and repeats what
 * is not answered.
 *
 * Its requests belong together: the server that answered first knows of them. An answer
 * from another one is what SIP calls 481 (RFC 3261: the call does not exist): the end. */
#include "sim/node/client_internal.h"

static struct client *client_of(struct udp *udp)
{
    return (struct client *)((char *)udp - offsetof(struct client, udp));
}

static void finish(struct client *client, enum connection_end end)
{
    udp_dispose(&client->udp);
    socket_table_remove(&clients_of(client)->udp_sockets, &client->udp.socket);
    client_forget(client, end);
}

/* ---- requests and answers */

static void send_request(struct client *client)
{
    const struct scenario *scenario = scenario_of(client);
    uint32_t number = client->request++;
    g_assert(!client->outstanding);
    client->outstanding = true;
    client->connection.request_sent = now_of(client);
    client->udp.alarm_at = client_patience_end(client);
    udp_ask(&client->udp, number, plan_request_size(scenario, &client->plan, number),
            plan_response_size(scenario, &client->plan, number));
}

void udp_client_begin(struct client *client)
{
    send_request(client);
    udp_flush(&client->udp);
}

/* No request is out, and another is to come: at once if the roll was called. */
static void go_on(struct client *client)
{
    nstime opened = client->connection.opened;
    if (client_asked_at(client) != NSTIME_NEVER) {
        client->interlude->asked_at = NSTIME_NEVER;
        send_request(client);
    } else {
        client->udp.alarm_at = plan_next_at(scenario_of(client), &client->plan, opened,
                                            client->request, now_of(client));
    }
}

/* Before the first answer nobody knows who it is that serves. */
static bool is_misserved(const struct client *client)
{
    return client->connection.established != NSTIME_NEVER
           && client->udp.station - 1 != client->connection.server;
}

/* Returns false when that was the end. */
static bool take_answer(struct client *client)
{
    if (client->connection.established == NSTIME_NEVER)
        client_established(client, client->udp.station);
    client_answered(client);
    if (client->outstanding)
        return true; /* the observer has just asked */
    if ((int32_t)client->request >= client->requests) {
        finish(client, CONNECTION_CLOSED);
        return false;
    }
    go_on(client);
    return true;
}

/* Returns false when that was the end. */
static bool react(struct client *client, unsigned report, uint8_t epoch)
{
    if (report & UDP_ADVANCED && is_misserved(client)) {
        finish(client, CONNECTION_MISSERVED);
        return false;
    }
    bool told = client->connection.established != NSTIME_NEVER
                && watch_of(client)->progressed != NULL;
    if (report & UDP_ADVANCED && told)
        watch_of(client)->progressed(watch_of(client)->context, &client->connection, epoch);
    return !(report & UDP_ANSWERED) || take_answer(client);
}

void udp_client_receive(struct clients *clients, const struct packet *packet)
{
    struct socket *socket = socket_table_receiver(&clients->udp_sockets, packet);
    if (socket == NULL)
        return;
    struct client *client = client_of((struct udp *)socket);
    unsigned report = udp_receive(&client->udp, packet);
    if (react(client, report, packet->epoch))
        udp_flush(&client->udp);
}

/* ---- time */

static void alarm_came(struct client *client)
{
    if (client->outstanding)
        finish(client, CONNECTION_GAVE_UP);
    else
        udp_client_begin(client);
}

void udp_client_wake(void *object, uint64_t number)
{
    (void)number;
    struct udp *udp = object;
    struct client *client = client_of(udp);
    bool opened = client->connection.established != NSTIME_NEVER;
    if (udp_wake(udp) & UDP_TIMED_OUT)
        finish(client, opened ? CONNECTION_TIMED_OUT : CONNECTION_REFUSED);
    else if (udp->alarm_at <= now_of(client))
        alarm_came(client);
    else
        udp_flush(udp);
}

/* The roll call's request is the last one, whatever the plan was. It waits for the
 * outstanding one, whose retries end: a client that waits learns that nobody is there. */
void udp_client_ask(struct client *client)
{
    if (connection_phase(&client->connection) == PHASE_HANDSHAKE
        || connection_phase(&client->connection) == PHASE_CLOSING)
        return;
    client->requests = (int32_t)client->request + 1;
    if (client->outstanding)
        client_interlude(client)->asked_at = now_of(client);
    else
        udp_client_begin(client);
}
