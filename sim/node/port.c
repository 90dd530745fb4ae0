#include "sim/node/port.h"

#include "sim/engine/chance.h"
#include "sim/node/workload.h"

struct ports {
    const GPtrArray *workloads; /* borrowed: struct workload_spec */
    uint64_t *keys;             /* [workload] */
    uint16_t **next;            /* [workload][client] */
    bool came_round;
};

static uint16_t last_port(const struct workload_spec *spec)
{
    g_assert(spec->client_ports >= 1 && spec->client_ports <= PORT_COUNT);
    return (uint16_t)(PORT_FIRST + spec->client_ports - 1);
}

/* A log's own ports are used in its first pass; what a client draws later begins
 * above the highest of them, so that no tuple is used twice. */
static void start_above_log(uint16_t *next, const struct workload_spec *spec)
{
    for (size_t i = 0; i < spec->trace_count; i++) {
        const struct trace_row *row = &spec->trace[i];
        if (row->client_port < PORT_FIRST || row->client_port >= last_port(spec))
            continue;
        for (unsigned copy = 0; copy < workload_copies(spec); copy++) {
            uint16_t *port = &next[copy * spec->clients + row->client];
            *port = MAX(*port, (uint16_t)(row->client_port + 1));
        }
    }
}

static uint64_t key_of(const struct workload_spec *spec, uint64_t run_key)
{
    return chance_fold_name(chance_fold_name(run_key, "port"), spec->name);
}

static uint16_t first_port(const struct workload_spec *spec, uint64_t key, uint32_t client)
{
    if (spec->arrivals == ARRIVAL_TRACE)
        return PORT_FIRST;
    return (uint16_t)(PORT_FIRST + chance_fold(key, client) % spec->client_ports);
}

static uint16_t *first_ports(const struct workload_spec *spec, uint64_t key)
{
    uint32_t count = workload_clients(spec);
    uint16_t *next = g_new(uint16_t, count);
    for (uint32_t i = 0; i < count; i++)
        next[i] = first_port(spec, key, i);
    if (spec->arrivals == ARRIVAL_TRACE)
        start_above_log(next, spec);
    return next;
}

struct ports *ports_new(const struct scenario *scenario, uint64_t run_key)
{
    struct ports *ports = g_new(struct ports, 1);
    const GPtrArray *workloads = scenario->workloads;
    *ports = (struct ports){
        .workloads = workloads,
        .keys = g_new(uint64_t, workloads->len),
        .next = g_new(uint16_t *, workloads->len),
    };
    for (unsigned i = 0; i < workloads->len; i++) {
        const struct workload_spec *spec = g_ptr_array_index(workloads, i);
        ports->keys[i] = key_of(spec, run_key);
        ports->next[i] = first_ports(spec, ports->keys[i]);
    }
    return ports;
}

void ports_free(struct ports *ports)
{
    for (unsigned i = 0; i < ports->workloads->len; i++)
        g_free(ports->next[i]);
    g_free(ports->next);
    g_free(ports->keys);
    g_free(ports);
}

uint16_t ports_next(struct ports *ports, unsigned workload, uint32_t client)
{
    const struct workload_spec *spec = g_ptr_array_index(ports->workloads, workload);
    uint16_t *next = &ports->next[workload][client];
    uint16_t port = *next;
    *next = port == last_port(spec) ? PORT_FIRST : (uint16_t)(port + 1);
    ports->came_round |= *next == first_port(spec, ports->keys[workload], client);
    return port;
}

bool ports_came_round(const struct ports *ports)
{
    return ports->came_round;
}
