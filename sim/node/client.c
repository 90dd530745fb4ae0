#include "sim/node/client_internal.h"

#include "sim/engine/chance.h"
#include "sim/node/reconnect.h"

static struct client *client_of(struct tcp *tcp)
{
    return (struct client *)((char *)tcp - offsetof(struct client, tcp));
}

struct client *client_next(const struct client *client)
{
    return client_table_from(&clients_of(client)->live, client->connection.number + 1);
}

/* ---- the end */

static uint64_t *end_count(struct traffic_count *count, enum connection_end end)
{
    switch (end) {
    case CONNECTION_CLOSED:
        return &count->closed;
    case CONNECTION_RESET:
        return &count->reset;
    case CONNECTION_TIMED_OUT:
        return &count->timed_out;
    case CONNECTION_GAVE_UP:
        return &count->gave_up;
    case CONNECTION_REFUSED:
        return &count->refused;
    case CONNECTION_MISSERVED:
        return &count->misserved;
    }
    g_assert_not_reached();
}

void client_forget(struct client *client, enum connection_end end)
{
    struct clients *clients = clients_of(client);
    client_table_remove(&clients->live, client);
    if (end != CONNECTION_CLOSED && client->protocol == PROTOCOL_TCP)
        clients->left(clients->left_context, &client->connection);
    (*end_count(&clients->count, end))++;
    if (watch_of(client)->ended != NULL)
        watch_of(client)->ended(watch_of(client)->context, &client->connection, end);
    reconnect_after(client, end);
    if (client->interlude != NULL)
        pool_give(clients->interludes, client->interlude);
    pool_give(clients->pool, client);
}

static void finish(struct client *client, enum connection_end end)
{
    struct clients *clients = clients_of(client);
    tcp_dispose(&client->tcp);
    socket_table_remove(&clients->sockets, &client->tcp.socket);
    if (client->tcp.state == TCP_TIME_WAIT)
        time_waits_add(&clients->waits, &client->tcp, spec_of(client)->time_wait);
    client_forget(client, end);
}

/* Its server has hung up in order, and it has heard that: what meets a RST or silence now is
 * its own FIN, or a request that crossed the server's. */
static bool heard_hanging_up(const struct client *client)
{
    return client->hung_up && client->tcp.orphan;
}

static void finish_as_reported(struct client *client, unsigned report)
{
    bool opened = client->connection.established != NSTIME_NEVER;
    if (report & TCP_FINISHED || heard_hanging_up(client)) {
        if (client->tcp.state == TCP_TIME_WAIT)
            tcp_flush(&client->tcp); /* the ACK of the server's FIN */
        finish(client, CONNECTION_CLOSED);
    } else if (!opened) {
        finish(client, CONNECTION_REFUSED);
    } else {
        finish(client, report & TCP_WAS_RESET ? CONNECTION_RESET : CONNECTION_TIMED_OUT);
    }
}

/* ---- requests and answers */

struct interlude *client_interlude(struct client *client)
{
    if (client->interlude == NULL) {
        client->interlude = pool_take(clients_of(client)->interludes);
        *client->interlude =
            (struct interlude){ .asked_at = NSTIME_NEVER, .message_at = NSTIME_NEVER };
    }
    return client->interlude;
}

static void be_patient(struct client *client)
{
    client->tcp.alarm_at = client_patience_end(client);
}

static bool shuts_with(const struct client *client, int32_t request)
{
    return spec_of(client)->half_close && client->plan.row == 0
           && request + 1 == client->requests && client_asked_at(client) == NSTIME_NEVER;
}

/* The messages behind the last answer are not part of the next. */
static uint32_t take_pushed(struct client *client)
{
    struct interlude *interlude = client->interlude;
    uint32_t pushed = interlude != NULL ? interlude->pushed : 0;
    if (interlude != NULL)
        interlude->pushed = 0;
    return pushed;
}

/* The answer to the request before the next one is what is waited for now. */
static void await_answer(struct client *client, nstime sent)
{
    client->answer_from = client->answer_to + take_pushed(client);
    client->answer_to =
        client->answer_from
        + plan_response_size(scenario_of(client), &client->plan, client->request - 1);
    client->outstanding = true;
    client->connection.request_sent = sent;
    be_patient(client);
}

static void write_request(struct client *client)
{
    g_assert(!client->tcp.shut);
    tcp_write(&client->tcp,
              plan_request_size(scenario_of(client), &client->plan, client->request));
    if (shuts_with(client, client->request))
        tcp_shut(&client->tcp);
    client->request++;
}

static void send_request(struct client *client)
{
    g_assert(!client->outstanding);
    write_request(client);
    await_answer(client, now_of(client));
}

static void close_orderly(struct client *client)
{
    client->tcp.alarm_at = NSTIME_NEVER;
    tcp_close(&client->tcp);
}

/* No request is out: what is next, and when? */
static void go_on(struct client *client)
{
    const struct scenario *scenario = scenario_of(client);
    const struct plan *plan = &client->plan;
    nstime opened_at = client->connection.opened;
    if (client_asked_at(client) != NSTIME_NEVER) {
        await_answer(client, client->interlude->asked_at); /* of the roll call's request */
        client->interlude->asked_at = NSTIME_NEVER;
    } else if (client->listens) {
        client->tcp.alarm_at = NSTIME_NEVER;
    } else if (clients_of(client)->stopped || client->tcp.shut) {
        close_orderly(client);
    } else if (client->request < client->requests) {
        client->tcp.alarm_at = client->request == 0
                                   ? now_of(client)
                                   : plan_next_at(scenario, plan, opened_at, client->request,
                                                  now_of(client));
    } else {
        client->tcp.alarm_at = plan_close_at(scenario, plan, opened_at, now_of(client));
    }
}

/* The moment that go_on() set has come. */
static void do_next(struct client *client)
{
    if (client->request < client->requests)
        send_request(client);
    else
        close_orderly(client);
}

static bool is_idle(const struct client *client)
{
    return client->connection.established != NSTIME_NEVER && !client->outstanding
           && !client->tcp.orphan;
}

static void do_what_is_due(struct client *client)
{
    if (is_idle(client) && client->tcp.alarm_at <= now_of(client))
        do_next(client);
}

void client_established(struct client *client, uint16_t station)
{
    client->connection.established = now_of(client);
    client->connection.server = (int16_t)(station - 1);
    clients_of(client)->count.established++;
    if (watch_of(client)->established != NULL)
        watch_of(client)->established(watch_of(client)->context, &client->connection);
    client_open_beside(client);
}

static void opened(struct client *client)
{
    client->answer_to = client->tcp.received;
    client_established(client, client->tcp.peer_station);
    go_on(client);
}

void client_answered(struct client *client)
{
    client->outstanding = false;
    if (watch_of(client)->answered != NULL)
        watch_of(client)->answered(watch_of(client)->context, &client->connection);
}

static void answered(struct client *client)
{
    client_answered(client);
    if (!client->outstanding) /* unless the observer has just asked */
        go_on(client);
}

static bool answer_complete(const struct client *client)
{
    return client->outstanding && !tcp_before(client->tcp.received, client->answer_to);
}

/* ---- what its server says unasked */

/* Before the answer that is outstanding, or behind it; behind the roll call's, nothing is. */
void client_expect_message(struct client *client, uint32_t request, uint32_t bytes, uint32_t to)
{
    struct interlude *interlude = client_interlude(client);
    bool asked = interlude->asked_at != NSTIME_NEVER;
    if (client->outstanding && request + 1 + asked <= client->request) {
        client->answer_from += bytes;
        client->answer_to += bytes;
    } else if (!asked || request < client->request) {
        interlude->pushed += bytes;
    }
    if (interlude->message_at == NSTIME_NEVER) {
        interlude->message_at = now_of(client);
        interlude->message_to = to;
    }
}

void client_unheard(struct client *client, enum connection_end end)
{
    struct interlude *interlude = client->interlude;
    if (interlude == NULL || interlude->message_at == NSTIME_NEVER)
        return;
    interlude->message_at = NSTIME_NEVER;
    if (watch_of(client)->unheard != NULL)
        watch_of(client)->unheard(watch_of(client)->context, &client->connection, end);
}

static void take_message(struct client *client)
{
    struct interlude *interlude = client->interlude;
    if (interlude == NULL || interlude->message_at == NSTIME_NEVER
        || tcp_before(client->tcp.received, interlude->message_to))
        return;
    nstime written = interlude->message_at;
    interlude->message_at = NSTIME_NEVER;
    if (watch_of(client)->heard != NULL)
        watch_of(client)->heard(watch_of(client)->context, &client->connection, written);
    if (client->listens) {
        client->listens = false;
        if (is_idle(client))
            go_on(client);
    }
}

static void react(struct client *client, unsigned report, uint8_t epoch)
{
    if (report & TCP_OPENED) {
        tcp_flush(&client->tcp); /* the third packet of the handshake stands alone */
        opened(client);
    }
    if (report & TCP_ADVANCED && watch_of(client)->progressed != NULL)
        watch_of(client)->progressed(watch_of(client)->context, &client->connection, epoch);
    take_message(client);
    while (answer_complete(client))
        answered(client);
    if (report & TCP_PEER_DONE && !client->tcp.orphan)
        close_orderly(client); /* the server has hung up on us */
    do_what_is_due(client);
}

static void wake(void *object, uint64_t number)
{
    (void)number;
    struct tcp *tcp = object;
    struct client *client = client_of(tcp);
    unsigned report = tcp_wake(tcp);
    if (report & TCP_OVER) {
        finish_as_reported(client, report);
        return;
    }
    if (tcp->alarm_at <= now_of(client) && !is_idle(client)) {
        tcp_abort(tcp);
        finish(client, CONNECTION_GAVE_UP);
        return;
    }
    do_what_is_due(client);
    tcp_flush(tcp);
}

void clients_receive(struct clients *clients, const struct packet *packet)
{
    if (packet->protocol == PROTOCOL_UDP) {
        udp_client_receive(clients, packet);
        return;
    }
    struct socket *socket = socket_table_receiver(&clients->sockets, packet);
    if (socket == NULL) {
        bool taken = time_waits_receive(&clients->waits, packet) == TIME_WAIT_TAKEN;
        if (!taken && !(packet->flags & TCP_RST))
            tcp_refuse(&clients->stack, packet);
        return;
    }
    struct tcp *tcp = (struct tcp *)socket;
    struct client *client = client_of(tcp);
    unsigned report = tcp_receive(tcp, packet);
    if (report & ~(unsigned)(TCP_WAS_RESET | TCP_TIMED_OUT))
        react(client, report, packet->epoch);
    if (report & TCP_OVER)
        finish_as_reported(client, report);
    else
        tcp_flush(tcp);
}

/* ---- the roll call */

/* The request leaves at once, also behind one that is still unanswered: a client that
 * only waits would never learn that nobody is there. It is the last one, whatever the
 * plan was. One that has shut its side cannot ask and only probes; the others probe when
 * all is acknowledged and no answer comes, because the server may have given up. */
static void ask(struct client *client)
{
    if (client->connection.established == NSTIME_NEVER || client->tcp.orphan)
        return;
    if (!client->tcp.shut) {
        client->requests = client->request + 1;
        client_interlude(client)->asked_at = now_of(client);
        write_request(client);
        if (!client->outstanding)
            go_on(client);
    }
    tcp_flush(&client->tcp);
    tcp_probe(&client->tcp);
    tcp_flush(&client->tcp);
}

void client_listen(struct client *client)
{
    client->listens = true;
    if (is_idle(client))
        client->tcp.alarm_at = NSTIME_NEVER;
}

void client_ask(struct client *client)
{
    if (client->protocol == PROTOCOL_UDP)
        udp_client_ask(client);
    else
        ask(client);
}

void clients_stop_opening(struct clients *clients)
{
    clients->stopped = true;
    for (struct client *client = client_table_from(&clients->live, 0); client != NULL;
         client = client_next(client)) {
        if (client->protocol == PROTOCOL_UDP || !is_idle(client))
            continue;
        go_on(client);
        tcp_flush(&client->tcp);
    }
}

/* ---- all of them */

static const struct keepalive *keepalive_of(const struct tcp *tcp)
{
    const struct client *client =
        (const struct client *)((const char *)tcp - offsetof(struct client, tcp));
    return &spec_of(client)->keepalive;
}

void clients_init(struct clients *clients, const struct traffic_config *config)
{
    struct tcp_stack stack = {
        .engine = config->engine,
        .side = SIDE_OUTSIDE,
        .key = chance_fold_name(config->run_key, "client numbers"),
        .network = config->network,
        .send = config->send,
        .wake = wake,
        .owner = clients,
        .keepalive = keepalive_of,
    };
    *clients = (struct clients){
        .config = *config,
        .stack = stack,
        .udp_stack = stack,
        .pool = pool_new(sizeof(struct client)),
        .interludes = pool_new(sizeof(struct interlude)),
        .reopenings = reopenings_new(),
        .ports = ports_new(config->scenario, config->run_key),
    };
    clients->udp_stack.wake = udp_client_wake;
    client_table_init(&clients->live);
    socket_table_init(&clients->sockets, 2);
    socket_table_init(&clients->udp_sockets, 2);
    time_waits_init(&clients->waits, &clients->stack);
}

void clients_clear(struct clients *clients)
{
    for (struct client *client = client_table_from(&clients->live, 0); client != NULL;
         client = client_next(client)) {
        if (client->protocol == PROTOCOL_UDP)
            udp_dispose(&client->udp);
        else
            tcp_dispose(&client->tcp);
    }
    time_waits_clear(&clients->waits);
    socket_table_clear(&clients->udp_sockets);
    socket_table_clear(&clients->sockets);
    client_table_clear(&clients->live);
    ports_free(clients->ports);
    pool_free(clients->reopenings);
    pool_free(clients->interludes);
    pool_free(clients->pool);
}
