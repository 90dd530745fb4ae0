#include "sim/node/server.h"

#include "sim/engine/chance.h"

#include <glib.h>
#include <limits.h>
#include <stddef.h>

/* The server's end of one connection; its server is tcp.station - 1. */
struct server_end {
    struct tcp tcp;
    struct plan plan;
    uint32_t request_to;   /* where the request ends, in the numbers of TCP, */
    uint32_t request : 30; /* number of the one that is coming in, or being answered */
    bool serving : 1;      /* it is whole, and its answer due at alarm_at */
    bool client_done : 1;
};

static const struct real_spec *real_of(const struct servers *servers, unsigned number)
{
    return g_ptr_array_index(servers->clients->config.scenario->reals, number);
}

static const struct scenario *scenario_of(const struct server_end *end)
{
    const struct servers *servers = end->tcp.stack->owner;
    return servers->clients->config.scenario;
}

static nstime now_of(const struct server_end *end)
{
    return engine_now(end->tcp.stack->engine);
}

/* ---- requests and answers */

static void expect_request(struct server_end *end)
{
    end->request_to += plan_request_size(scenario_of(end), &end->plan, end->request);
}

static void begin_answer(struct servers *servers, struct server_end *end)
{
    const struct real_spec *real = real_of(servers, end->tcp.station - 1u);
    end->serving = true;
    end->tcp.alarm_at =
        now_of(end) + plan_service_time(&end->plan, &real->service_time, end->request);
}

static void answer(struct server_end *end)
{
    tcp_write(&end->tcp, plan_response_size(scenario_of(end), &end->plan, end->request));
    end->serving = false;
    end->tcp.alarm_at = NSTIME_NEVER;
    end->request++;
    expect_request(end);
}

static bool request_whole(const struct server_end *end)
{
    return !end->serving && !tcp_before(end->tcp.received - end->client_done, end->request_to);
}

/* Take in, answer and close as far as this moment allows. A socket without a plan
 * belongs to a client that has gone: it waits for its RST. */
static void serve(struct servers *servers, struct server_end *end)
{
    if (end->plan.key == 0 || end->tcp.orphan)
        return;
    for (;;) {
        if (request_whole(end))
            begin_answer(servers, end);
        if (!end->serving || end->tcp.alarm_at > now_of(end))
            break;
        answer(end);
    }
    if (end->client_done && !end->serving)
        tcp_close(&end->tcp);
}

/* ---- sockets */

static void drop(struct servers *servers, struct server_end *end)
{
    tcp_dispose(&end->tcp);
    socket_table_remove(&servers->sockets, &end->tcp.socket);
    if (end->tcp.state == TCP_TIME_WAIT)
        time_waits_add(&servers->waits, &end->tcp);
    pool_give(servers->pool, end);
}

static void react(struct servers *servers, struct server_end *end, unsigned report)
{
    if (report & TCP_PEER_DONE)
        end->client_done = true;
    if (!(report & TCP_OVER)) {
        serve(servers, end);
        tcp_flush(&end->tcp);
        return;
    }
    if (end->tcp.state == TCP_TIME_WAIT)
        tcp_flush(&end->tcp);
    drop(servers, end);
}

static void wake(void *object, uint64_t number)
{
    (void)number;
    struct tcp *tcp = object;
    struct servers *servers = tcp->stack->owner;
    unsigned report = tcp_wake(tcp);
    react(servers, (struct server_end *)tcp, report);
}

static void accept_request(struct servers *servers, const struct packet *syn, uint16_t station)
{
    struct server_end *end = pool_take(servers->pool);
    struct client *client = clients_by_tag(servers->clients, syn->tag);
    if (client != NULL)
        end->plan = client->plan;
    if (client != NULL && client->connection.established == NSTIME_NEVER)
        client->connection.server = (int16_t)(station - 1);
    tcp_accept(&end->tcp, &servers->stack, syn, station);
    end->request_to = end->tcp.received;
    if (client != NULL)
        expect_request(end);
    socket_table_add(&servers->sockets, &end->tcp.socket);
    tcp_flush(&end->tcp);
}

/* The station, from 1, of the machine at an address: with this port if one listens
 * there. 0 when no machine has the address. A handful of machines. */
static uint16_t station_at(const struct servers *servers, uint32_t ip, uint16_t port,
                           bool *listens)
{
    const GPtrArray *reals = servers->clients->config.scenario->reals;
    uint16_t station = 0;
    *listens = false;
    for (unsigned i = 0; i < reals->len && !*listens; i++) {
        const struct real_spec *real = g_ptr_array_index(reals, i);
        if (real->ip != ip)
            continue;
        station = (uint16_t)(i + 1);
        *listens = real->port == port;
    }
    return station;
}

/* A packet reached another server than the one that has the connection: the client
 * may not know it yet, the observer should. */
static void tell_stray(struct servers *servers, const struct packet *packet, uint16_t station)
{
    const struct connection_watch *watch = servers->clients->config.watch;
    struct client *client = clients_by_tag(servers->clients, packet->tag);
    if (client == NULL || packet->flags & TCP_SYN || watch->strayed == NULL)
        return;
    int server = client->connection.server;
    if (server != -1 && server != station - 1)
        watch->strayed(watch->context, &client->connection, station - 1u);
}

static void receive_without_socket(struct servers *servers, const struct packet *packet)
{
    bool listens;
    uint16_t station = station_at(servers, packet->destination_ip, packet->destination_port,
                                  &listens);
    if (station == 0)
        return; /* nobody there to answer */
    tell_stray(servers, packet, station);
    if (time_waits_receive(&servers->waits, packet) == TIME_WAIT_TAKEN)
        return;
    if (listens && packet_is_request(packet))
        accept_request(servers, packet, station);
    else if (!(packet->flags & TCP_RST))
        tcp_refuse(&servers->stack, packet);
}

/* Asked only while some server is cut off: those that all work pay nothing. */
static bool is_cut_off(const struct servers *servers, uint32_t ip, uint16_t port)
{
    bool listens;
    uint16_t station = station_at(servers, ip, port, &listens);
    return station != 0 && servers->failed[station - 1];
}

static void send(void *network, enum side from, const struct packet *packet)
{
    const struct servers *servers = network;
    if (servers->failed_count == 0
        || !is_cut_off(servers, packet->source_ip, packet->source_port))
        servers->config->send(servers->config->network, from, packet);
}

void servers_set_failed(struct servers *servers, unsigned server, bool failed)
{
    g_assert(server < servers->clients->config.scenario->reals->len);
    if (servers->failed[server] == failed)
        return;
    servers->failed[server] = failed;
    servers->failed_count += failed ? 1 : UINT_MAX;
}

void servers_receive(struct servers *servers, const struct packet *packet)
{
    if (servers->failed_count > 0
        && is_cut_off(servers, packet->destination_ip, packet->destination_port))
        return;
    struct socket *socket = socket_table_receiver(&servers->sockets, packet);
    if (socket == NULL) {
        receive_without_socket(servers, packet);
        return;
    }
    struct server_end *end = (struct server_end *)socket;
    tell_stray(servers, packet, end->tcp.station);
    unsigned report = tcp_receive(&end->tcp, packet);
    react(servers, end, report);
}

void servers_init(struct servers *servers, const struct traffic_config *config,
                  struct clients *clients)
{
    *servers = (struct servers){
        .stack = {
            .engine = config->engine,
            .side = SIDE_INSIDE,
            .key = chance_fold_name(config->run_key, "server numbers"),
            .network = servers,
            .send = send,
            .wake = wake,
            .owner = servers,
        },
        .pool = pool_new(sizeof(struct server_end)),
        .clients = clients,
        .config = config,
        .failed = g_new0(bool, config->scenario->reals->len + 1),
    };
    socket_table_init(&servers->sockets, 2);
    time_waits_init(&servers->waits, &servers->stack);
}

static void dispose(struct socket_table *table)
{
    for (size_t i = 0; i < table->bucket_count; i++)
        for (struct socket *socket = table->buckets[i]; socket != NULL; socket = socket->chain)
            tcp_dispose((struct tcp *)socket);
}

void servers_clear(struct servers *servers)
{
    dispose(&servers->sockets);
    time_waits_clear(&servers->waits);
    socket_table_clear(&servers->sockets);
    pool_free(servers->pool);
    g_free(servers->failed);
}
