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

static const struct keepalive *keepalive_of(const struct tcp *tcp)
{
    return &real_of(tcp->stack->owner, tcp->station - 1u)->keepalive;
}

/* Its socket is there: it is found from now on, and speaks. */
static void begin(struct servers *servers, struct server_end *end)
{
    if (keepalive_of(&end->tcp)->probes > 0)
        tcp_keep_alive(&end->tcp);
    socket_table_add(&servers->sockets, &end->tcp.socket);
    tcp_flush(&end->tcp);
}

/* ---- opening, at a port that a client has announced */

/* One whose port is still in use by a connection of the same tuple cannot be opened; its
 * client waits in vain. */
static void open_connection(struct servers *servers, uint16_t station, struct client *client)
{
    const struct real_spec *real = real_of(servers, station - 1u);
    const struct connection *connection = &client->connection;
    struct socket socket = {
        .local_ip = real->ip,
        .local_port = real->port,
        .remote_ip = connection->client_ip,
        .remote_port = connection->client_port,
        .tag = connection->number + 1,
    };
    if (socket_table_find(&servers->sockets, socket.local_ip, socket.local_port,
                          socket.remote_ip, socket.remote_port) != NULL
        || time_waits_hold(&servers->waits, &socket))
        return;
    struct server_end *end = pool_take(servers->pool);
    *end = (struct server_end){0};
    tcp_connect(&end->tcp, &servers->stack, &socket, station);
    client->connection.server = (int16_t)(station - 1);
    begin(servers, end);
}

static void open_announced(struct servers *servers, const struct server_end *end)
{
    struct client *client = clients_by_tag(servers->clients, end->tcp.socket.tag);
    uint32_t tag = client != NULL ? client->announced : 0;
    for (; tag != 0; tag = client->announced) {
        client = clients_by_tag(servers->clients, tag);
        if (client == NULL)
            return; /* it has given up, and the others with it */
        int opener = scenario_opener(servers->clients->config.scenario, end->tcp.station - 1u,
                                     client->connection.virtual);
        if (opener >= 0 && client->tcp.state == TCP_LISTEN)
            open_connection(servers, (uint16_t)(opener + 1), client);
    }
}

/* ---- requests and answers */

static void expect_request(struct server_end *end)
{
    end->request_to += plan_request_size(scenario_of(end), &end->plan, end->request);
}

static void begin_answer(struct servers *servers, struct server_end *end)
{
    const struct real_spec *real = real_of(servers, end->tcp.station - 1u);
    if (servers->open && end->request == 0)
        open_announced(servers, end);
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

/* One that this server opened stands: its plan is its client's. */
static void opened(struct servers *servers, struct server_end *end)
{
    const struct client *client = clients_by_tag(servers->clients, end->tcp.socket.tag);
    if (client == NULL || end->plan.key != 0)
        return;
    end->plan = client->plan;
    end->request_to = end->tcp.received;
    expect_request(end);
}

static void react(struct servers *servers, struct server_end *end, unsigned report)
{
    if (report & TCP_OPENED)
        opened(servers, end);
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
    begin(servers, end);
}

/* A handful of machines. */
uint16_t servers_station(const struct servers *servers, struct address address,
                         uint8_t protocol, bool *listens)
{
    const GPtrArray *reals = servers->clients->config.scenario->reals;
    uint16_t station = 0;
    *listens = false;
    for (unsigned i = 0; i < reals->len && !*listens; i++) {
        const struct real_spec *real = g_ptr_array_index(reals, i);
        if (real->ip != address.ip)
            continue;
        station = (uint16_t)(i + 1);
        *listens = real->port == address.port && real->protocol == protocol;
    }
    return station;
}

void servers_tell_stray(const struct servers *servers, struct client *client, uint16_t station)
{
    const struct connection_watch *watch = servers->clients->config.watch;
    if (client == NULL || watch->strayed == NULL)
        return;
    int server = client->connection.server;
    if (server != -1 && server != station - 1)
        watch->strayed(watch->context, &client->connection, station - 1u);
}

static void tell_stray(const struct servers *servers, const struct packet *packet,
                       uint16_t station)
{
    if (!(packet->flags & TCP_SYN))
        servers_tell_stray(servers, clients_by_tag(servers->clients, packet->tag), station);
}

static void receive_without_socket(struct servers *servers, const struct packet *packet)
{
    bool listens;
    uint16_t station = servers_station(
        servers, (struct address){packet->destination_ip, packet->destination_port},
        PROTOCOL_TCP, &listens);
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
static bool is_cut_off(const struct servers *servers, uint32_t ip, uint16_t port,
                       uint8_t protocol)
{
    bool listens;
    uint16_t station =
        servers_station(servers, (struct address){ip, port}, protocol, &listens);
    return station != 0 && servers->failed[station - 1];
}

static void send(void *network, enum side from, const struct packet *packet)
{
    const struct servers *servers = network;
    if (servers->failed_count == 0
        || !is_cut_off(servers, packet->source_ip, packet->source_port, packet->protocol))
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
        && is_cut_off(servers, packet->destination_ip, packet->destination_port,
                      packet->protocol))
        return;
    if (packet->protocol == PROTOCOL_UDP) {
        udp_server_receive(servers, packet);
        return;
    }
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

static bool any_opened_by_server(const struct scenario *scenario)
{
    for (unsigned i = 0; i < scenario->workloads->len; i++) {
        const struct workload_spec *spec = g_ptr_array_index(scenario->workloads, i);
        if (spec->opened_by_server)
            return true;
    }
    return false;
}

void servers_init(struct servers *servers, const struct traffic_config *config,
                  struct clients *clients)
{
    struct tcp_stack stack = {
        .engine = config->engine,
        .side = SIDE_INSIDE,
        .key = chance_fold_name(config->run_key, "server numbers"),
        .network = servers,
        .send = send,
        .wake = wake,
        .owner = servers,
        .keepalive = keepalive_of,
    };
    *servers = (struct servers){
        .stack = stack,
        .udp_stack = stack,
        .pool = pool_new(sizeof(struct server_end)),
        .answers = udp_server_pool(),
        .clients = clients,
        .config = config,
        .failed = g_new0(bool, config->scenario->reals->len + 1),
        .open = any_opened_by_server(config->scenario),
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
    pool_free(servers->answers);
    pool_free(servers->pool);
    g_free(servers->failed);
}
