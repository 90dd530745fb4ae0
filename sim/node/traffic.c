#include "sim/node/traffic.h"

#include "sim/node/client.h"
#include "sim/node/server.h"
#include "sim/node/workload.h"

#include <glib.h>

struct traffic {
    struct traffic_config config;
    struct clients clients;
    struct servers servers;
    struct arrivals *arrivals; /* one for each workload, and copy of a trace */
    event_handle *events;      /* the next arrival of each */
    unsigned arrivals_count;
};

static void make_arrivals(struct traffic *traffic)
{
    const struct scenario *scenario = traffic->config.scenario;
    GArray *all = g_array_new(FALSE, FALSE, sizeof(struct arrivals));
    for (unsigned i = 0; i < scenario->workloads->len; i++) {
        const struct workload_spec *spec = g_ptr_array_index(scenario->workloads, i);
        unsigned copies = spec->beside != 0 ? 0 : workload_copies(spec);
        for (unsigned copy = 0; copy < copies; copy++) {
            struct arrivals arrivals;
            arrivals_init(&arrivals, scenario, i, copy, traffic->config.run_key);
            g_array_append_val(all, arrivals);
        }
    }
    traffic->arrivals_count = all->len;
    traffic->events = g_new0(event_handle, all->len);
    traffic->arrivals = (struct arrivals *)(void *)g_array_free(all, FALSE);
}

struct traffic *traffic_new(const struct traffic_config *config)
{
    g_assert(config->engine != NULL && config->send != NULL && config->watch != NULL);
    struct traffic *traffic = g_new0(struct traffic, 1);
    traffic->config = *config;
    clients_init(&traffic->clients, config);
    servers_init(&traffic->servers, &traffic->config, &traffic->clients);
    traffic->clients.left = servers_client_left;
    traffic->clients.left_context = &traffic->servers;
    make_arrivals(traffic);
    return traffic;
}

static void cancel_arrivals(struct traffic *traffic)
{
    for (unsigned i = 0; i < traffic->arrivals_count; i++) {
        engine_cancel(traffic->config.engine, traffic->events[i]);
        traffic->events[i] = 0;
    }
}

void traffic_free(struct traffic *traffic)
{
    cancel_arrivals(traffic);
    servers_clear(&traffic->servers);
    clients_clear(&traffic->clients);
    g_free(traffic->arrivals);
    g_free(traffic->events);
    g_free(traffic);
}

/* ---- arrivals */

static void arrive(void *object, uint64_t number);

static void schedule(struct traffic *traffic, unsigned number)
{
    nstime at = traffic->arrivals[number].at;
    traffic->events[number] = 0;
    if (at <= traffic->config.scenario->duration)
        traffic->events[number] =
            engine_schedule(traffic->config.engine, at, arrive, traffic, number);
}

static void arrive(void *object, uint64_t number)
{
    struct traffic *traffic = object;
    struct arrivals *arrivals = &traffic->arrivals[number];
    struct arrival arrival = arrivals_take(arrivals);
    schedule(traffic, (unsigned)number);
    clients_open(&traffic->clients, &arrival);
}

void traffic_start(struct traffic *traffic)
{
    for (unsigned i = 0; i < traffic->arrivals_count; i++)
        schedule(traffic, i);
}

void traffic_stop_opening(struct traffic *traffic)
{
    cancel_arrivals(traffic);
    clients_stop_opening(&traffic->clients);
}

/* ---- the rest passes on */

void traffic_deliver_client(struct traffic *traffic, const struct packet *packet)
{
    clients_receive(&traffic->clients, packet);
}

void traffic_deliver_server(struct traffic *traffic, const struct packet *packet)
{
    servers_receive(&traffic->servers, packet);
}

void traffic_fail_server(struct traffic *traffic, unsigned server, bool failed)
{
    servers_set_failed(&traffic->servers, server, failed);
}

bool traffic_server_failed(const struct traffic *traffic, unsigned server)
{
    return traffic->servers.failed[server];
}

struct connection *traffic_first(const struct traffic *traffic)
{
    return (struct connection *)client_table_from(&traffic->clients.live, 0);
}

struct connection *traffic_next(const struct connection *connection)
{
    return (struct connection *)client_next((const struct client *)connection);
}

struct connection *traffic_by_tag(const struct traffic *traffic, uint32_t tag)
{
    return (struct connection *)clients_by_tag(&traffic->clients, tag);
}

struct connection *traffic_by_flow(const struct traffic *traffic, const struct flow *flow)
{
    const struct socket_table *sockets = flow->protocol == PROTOCOL_UDP
                                             ? &traffic->clients.udp_sockets
                                             : &traffic->clients.sockets;
    struct socket *socket = socket_table_find(sockets, flow->foreign.ip, flow->foreign.port,
                                              flow->local.ip, flow->local.port);
    return socket ? traffic_by_tag(traffic, socket->tag) : NULL;
}

void traffic_ask(struct traffic *traffic, struct connection *connection)
{
    struct client *client = (struct client *)connection;
    g_assert(client->tcp.stack->owner == &traffic->clients);
    client_ask(client);
}

void traffic_ask_server(struct traffic *traffic, struct connection *connection)
{
    struct client *client = (struct client *)connection;
    if (client->protocol == PROTOCOL_TCP && servers_speak(&traffic->servers, client))
        client_listen(client);
    else
        client_ask(client);
}

void traffic_watch_orphans(struct traffic *traffic)
{
    traffic->servers.orphans_peak = traffic->servers.orphans;
}

struct traffic_count traffic_count(const struct traffic *traffic)
{
    struct traffic_count count = traffic->clients.count;
    const struct tcp_stack *const stacks[] = {
        &traffic->clients.stack, &traffic->clients.udp_stack,
        &traffic->servers.stack, &traffic->servers.udp_stack,
    };
    for (size_t i = 0; i < G_N_ELEMENTS(stacks); i++) {
        count.retransmissions += stacks[i]->retransmissions;
        count.challenge_acks += stacks[i]->challenge_acks;
        count.corrupt += stacks[i]->corrupt;
    }
    count.tuples_again = ports_came_round(traffic->clients.ports);
    count.open = traffic->clients.live.count;
    count.server_orphans = traffic->servers.orphans_peak;
    count.server_sockets = (uint32_t)traffic->servers.sockets.count;
    return count;
}
