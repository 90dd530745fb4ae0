#include "sim/node/server_end.h"

#include "sim/engine/chance.h"

#include <glib.h>
#include <limits.h>
#include <stddef.h>

static const struct keepalive *keepalive_of(const struct tcp *tcp)
{
    return &servers_real(tcp->stack->owner, tcp->station)->keepalive;
}

/* Its socket is there: it is found from now on, and speaks. */
static void begin(struct servers *servers, struct server_end *end)
{
    if (keepalive_of(&end->tcp)->probes > 0)
        tcp_keep_alive(&end->tcp);
    end->held = true;
    servers->held[end->tcp.station - 1]++;
    socket_table_add(&servers->sockets, &end->tcp.socket);
    tcp_flush(&end->tcp);
}

/* ---- opening, at a port that a client has announced */

/* One whose port is still in use by a connection of the same tuple cannot be opened; its
 * client waits in vain. */
static void open_connection(struct servers *servers, uint16_t station, struct client *client)
{
    const struct real_spec *real = servers_real(servers, station);
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

void servers_open_announced(struct servers *servers, const struct server_end *end)
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

/* ---- sockets */

void servers_release(struct servers *servers, struct server_end *end)
{
    if (!end->held)
        return;
    end->held = false;
    servers->held[end->tcp.station - 1]--;
}

/* Nobody at the other end will ever close it. */
static void forsake(struct servers *servers, struct server_end *end)
{
    end->forsaken = true;
    servers->orphans++;
    servers->orphans_peak = MAX(servers->orphans_peak, servers->orphans);
}

static void drop(struct servers *servers, struct server_end *end)
{
    servers_release(servers, end);
    servers->orphans -= end->forsaken;
    tcp_dispose(&end->tcp);
    socket_table_remove(&servers->sockets, &end->tcp.socket);
    if (end->tcp.state == TCP_TIME_WAIT)
        time_waits_add(&servers->waits, &end->tcp,
                       servers_real(servers, end->tcp.station)->time_wait);
    pool_give(servers->pool, end);
}

/* One that this server opened stands: its plan is its client's. */
static void opened(struct servers *servers, struct server_end *end)
{
    const struct client *client = clients_by_tag(servers->clients, end->tcp.socket.tag);
    if (client == NULL || end->plan.key != 0)
        return;
    end->plan = client->plan;
    server_end_begin(end);
}

/* What it has said unasked and its client does not have is lost with it. */
static void tell_unheard(struct servers *servers, const struct server_end *end, unsigned report)
{
    struct client *client = clients_by_tag(servers->clients, end->tcp.socket.tag);
    if (client != NULL && !(report & TCP_FINISHED))
        client_unheard(client, report & TCP_WAS_RESET ? CONNECTION_RESET : CONNECTION_TIMED_OUT);
}

static void react(struct servers *servers, struct server_end *end, unsigned report)
{
    if (report & TCP_OPENED)
        opened(servers, end);
    if (report & TCP_PEER_DONE)
        end->client_done = true;
    if (!(report & TCP_OVER)) {
        server_end_serve(servers, end);
        tcp_flush(&end->tcp);
        return;
    }
    if (end->tcp.state == TCP_TIME_WAIT)
        tcp_flush(&end->tcp);
    tell_unheard(servers, end, report);
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

/* A process with as many sockets as it may have takes no more; with a full queue Linux drops
 * the SYN, and its client will repeat it. */
static bool is_full(const struct servers *servers, uint16_t station)
{
    uint32_t most = servers_real(servers, station)->sockets;
    return most > 0 && servers->held[station - 1] >= most;
}

static void accept_request(struct servers *servers, const struct packet *syn, uint16_t station)
{
    if (is_full(servers, station))
        return;
    struct server_end *end = pool_take(servers->pool);
    struct client *client = clients_by_tag(servers->clients, syn->tag);
    if (client != NULL)
        end->plan = client->plan;
    if (client != NULL && client->connection.established == NSTIME_NEVER)
        client->connection.server = (int16_t)(station - 1);
    tcp_accept(&end->tcp, &servers->stack, syn, station);
    if (client != NULL)
        server_end_begin(end);
    else if (syn->tag != 0) /* a flood's SYN never had a client */
        forsake(servers, end);
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
    if (!(packet->flags & TCP_SYN) && !(packet->serial & TRAFFIC_PROBE))
        servers_tell_stray(servers, clients_by_tag(servers->clients, packet->tag), station);
}

static bool holds_in_time_wait(struct servers *servers, const struct packet *packet)
{
    const struct socket socket = {
        .local_ip = packet->destination_ip,
        .local_port = packet->destination_port,
        .remote_ip = packet->source_ip,
        .remote_port = packet->source_port,
        .tag = packet->tag,
    };
    return time_waits_hold(&servers->waits, &socket);
}

/* As glb-redirect does (core/second_chance.h): whatever is no SYN and finds no socket, one in
 * TIME-WAIT included, goes to whom the director named besides, who keeps it. On its new way it
 * has luck of its own. */
static bool hand_on(struct servers *servers, const struct packet *packet)
{
    if (packet->second_ip == 0 || servers->config->hand_on == NULL
        || (packet->flags & TCP_SYN) != 0 || holds_in_time_wait(servers, packet))
        return false;
    struct packet copy = *packet;
    uint64_t draw = chance_fold(chance_fold(packet->tag, packet->serial), packet->second_ip);
    copy.serial = (uint32_t)draw & (TRAFFIC_PROBE - 1);
    copy.destination_ip = packet->second_ip;
    copy.destination_port = packet->second_port;
    copy.second_ip = 0;
    copy.second_port = 0;
    servers->config->hand_on(servers->config->network, &copy);
    return true;
}

static void receive_without_socket(struct servers *servers, const struct packet *packet)
{
    bool listens;
    uint16_t station = servers_station(
        servers, (struct address){packet->destination_ip, packet->destination_port},
        PROTOCOL_TCP, &listens);
    if (station == 0 || hand_on(servers, packet))
        return; /* nobody there to answer, or somebody else will */
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

/* ---- what others ask of an end */

/* Its server's end of a connection of TCP, or NULL. */
static struct server_end *find_end(const struct servers *servers,
                                   const struct connection *connection)
{
    if (connection->server < 0)
        return NULL;
    const struct real_spec *real = servers_real(servers, (uint16_t)(connection->server + 1));
    struct socket *socket =
        socket_table_find(&servers->sockets, real->ip, real->port, connection->client_ip,
                          connection->client_port);
    bool its_own = socket != NULL && socket->tag == connection->number + 1;
    return its_own ? (struct server_end *)socket : NULL;
}

bool servers_speak(struct servers *servers, struct client *client)
{
    struct server_end *end = find_end(servers, &client->connection);
    if (end == NULL || end->tcp.state < TCP_ESTABLISHED || end->tcp.shut)
        return false;
    server_end_speak(servers, end);
    tcp_flush(&end->tcp);
    return true;
}

void servers_client_left(void *context, const struct connection *connection)
{
    struct servers *servers = context;
    struct server_end *end = find_end(servers, connection);
    if (end != NULL && !end->forsaken)
        forsake(servers, end);
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
        .held = g_new0(uint32_t, config->scenario->reals->len + 1),
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
    g_free(servers->held);
    g_free(servers->failed);
}
