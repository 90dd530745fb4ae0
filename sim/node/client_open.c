/* How a client's connections begin: by its own SYN or request, or by waiting for the
 * server's SYN at a port that it has announced. */
#include "sim/node/client_internal.h"

#include "sim/engine/chance.h"

static struct socket_table *sockets_of(struct clients *clients, uint8_t protocol)
{
    return protocol == PROTOCOL_UDP ? &clients->udp_sockets : &clients->sockets;
}

/* Nobody has this tuple, not even in TIME_WAIT. */
static bool is_free(struct clients *clients, const struct socket *socket, uint8_t protocol)
{
    if (socket_table_find(sockets_of(clients, protocol), socket->local_ip, socket->local_port,
                          socket->remote_ip, socket->remote_port) != NULL)
        return false;
    return protocol == PROTOCOL_UDP || !time_waits_hold(&clients->waits, socket);
}

/* The wanted port if there is one and it is free, else the next that is. Returns false
 * when all are taken. */
static bool choose_port(struct clients *clients, const struct arrival *arrival,
                        struct socket *socket, uint8_t protocol)
{
    const struct workload_spec *spec = plan_spec(clients->config.scenario, &arrival->plan);
    socket->local_port = arrival->port;
    for (unsigned tries = 0; tries <= spec->client_ports; tries++) {
        if (socket->local_port != 0 && is_free(clients, socket, protocol))
            return true;
        socket->local_port = ports_next(clients->ports, arrival->plan.workload, arrival->client);
    }
    return false;
}

static struct client *client_new(struct clients *clients, const struct plan *plan,
                                 struct socket *socket, uint8_t protocol)
{
    const struct scenario *scenario = clients->config.scenario;
    struct client *client = pool_take(clients->pool);
    *client = (struct client){
        .connection = {
            .client_ip = socket->local_ip,
            .client_port = socket->local_port,
            .workload = plan->workload,
            .virtual = (uint16_t)plan_spec(scenario, plan)->virtual,
            .server = -1,
            .opened = engine_now(clients->stack.engine),
            .established = NSTIME_NEVER,
            .request_sent = NSTIME_NEVER,
        },
        .plan = *plan,
        .requests = plan_requests(scenario, plan),
        .protocol = protocol,
    };
    client_table_add(&clients->live, client);
    socket->tag = client->connection.number + 1;
    return client;
}

static void take_socket(struct clients *clients, struct client *client,
                        const struct socket *socket)
{
    const struct workload_spec *spec = plan_spec(clients->config.scenario, &client->plan);
    if (client->protocol == PROTOCOL_UDP)
        udp_open(&client->udp, &clients->udp_stack, socket, spec->retry_time, spec->retries);
    else if (spec->opened_by_server)
        tcp_listen(&client->tcp, &clients->stack, socket);
    else
        tcp_connect(&client->tcp, &clients->stack, socket, 0);
    if (client->protocol == PROTOCOL_TCP && spec->keepalive.probes > 0)
        tcp_keep_alive(&client->tcp);
    socket_table_add(sockets_of(clients, client->protocol), &client->tcp.socket);
}

static void begin(struct client *client)
{
    if (client->protocol == PROTOCOL_UDP) {
        udp_client_begin(client);
        return;
    }
    client->tcp.alarm_at = client_patience_end(client);
    tcp_flush(&client->tcp);
}

struct client *clients_open(struct clients *clients, const struct arrival *arrival)
{
    const struct scenario *scenario = clients->config.scenario;
    const struct workload_spec *spec = plan_spec(scenario, &arrival->plan);
    const struct virtual_spec *virtual = g_ptr_array_index(scenario->virtuals, spec->virtual);
    struct socket socket = {
        .local_ip = spec->client_network + arrival->client,
        .remote_ip = virtual->ip,
        .remote_port = virtual->port,
    };
    if (!choose_port(clients, arrival, &socket, virtual->protocol)) {
        clients->count.without_port++;
        return NULL;
    }
    struct client *client = client_new(clients, &arrival->plan, &socket, virtual->protocol);
    take_socket(clients, client, &socket);
    clients->count.opened++;
    clients->count.reconnected += arrival->plan.again;
    if (watch_of(client)->opened != NULL)
        watch_of(client)->opened(watch_of(client)->context, &client->connection);
    begin(client);
    return client;
}

/* FTP's data connection beside its control connection: the same client, another plan. */
static struct client *open_one_beside(const struct client *client, unsigned workload)
{
    const struct workload_spec *spec =
        g_ptr_array_index(scenario_of(client)->workloads, workload);
    struct arrival arrival = {
        .client = client->connection.client_ip - spec->client_network,
        .plan = { .key = chance_fold_name(client->plan.key, spec->name),
                  .workload = (uint16_t)workload },
    };
    return clients_open(clients_of(client), &arrival);
}

/* Of those that the server is to open, the ports are announced on this connection (RFC 959's
 * PORT): the server reads them with the first request. */
void client_open_beside(struct client *client)
{
    const GPtrArray *workloads = scenario_of(client)->workloads;
    uint32_t *announced = &client->announced;
    for (unsigned i = 0; i < workloads->len && !clients_of(client)->stopped; i++) {
        const struct workload_spec *spec = g_ptr_array_index(workloads, i);
        if (spec->beside != client->connection.workload + 1u)
            continue;
        struct client *other = open_one_beside(client, i);
        if (other == NULL || !spec->opened_by_server)
            continue;
        *announced = other->connection.number + 1;
        announced = &other->announced;
    }
}
