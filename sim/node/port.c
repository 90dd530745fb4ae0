#include "sim/node/port.h"

#include "sim/engine/chance.h"
#include "sim/node/workload.h"

struct ports {
    const GPtrArray *workloads; /* borrowed: struct workload_spec */
    uint16_t **next;            /* [workload][client] */
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

static uint16_t *first_ports(const struct workload_spec *spec, uint64_t run_key)
{
    uint32_t count = workload_clients(spec);
    uint16_t *next = g_new(uint16_t, count);
    uint64_t key = chance_fold_name(chance_fold_name(run_key, "port"), spec->name);
    for (uint32_t i = 0; i < count; i++) {
        if (spec->arrivals == ARRIVAL_TRACE)
            next[i] = PORT_FIRST;
        else
            next[i] = (uint16_t)(PORT_FIRST + chance_fold(key, i) % spec->client_ports);
    }
    if (spec->arrivals == ARRIVAL_TRACE)
        start_above_log(next, spec);
    return next;
}

struct ports *ports_new(const struct scenario *scenario, uint64_t run_key)
{
    struct ports *ports = g_new(struct ports, 1);
    ports->workloads = scenario->workloads;
    ports->next = g_new(uint16_t *, ports->workloads->len);
    for (unsigned i = 0; i < ports->workloads->len; i++)
        ports->next[i] = first_ports(g_ptr_array_index(ports->workloads, i), run_key);
    return ports;
}

void ports_free(struct ports *ports)
{
    for (unsigned i = 0; i < ports->workloads->len; i++)
        g_free(ports->next[i]);
    g_free(ports->next);
    g_free(ports);
}

uint16_t ports_next(struct ports *ports, unsigned workload, uint32_t client)
{
    uint16_t *next = &ports->next[workload][client];
    uint16_t port = *next;
    *next = port == last_port(g_ptr_array_index(ports->workloads, workload))
                ? PORT_FIRST
                : (uint16_t)(port + 1);
    return port;
}
