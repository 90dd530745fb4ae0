/* Do the client ports suffice? A port is taken for a connection's life and 60 s of
 * TIME_WAIT after it; Linux has 28,232 ephemeral ones for each pair of client and
 * virtual address (32768..60999). */
#include "sim/scenario/build.h"

#include <stdlib.h>

enum { PORTS = 28232 };

static const nstime time_wait = 60 * NSTIME_S;

/* How long a connection lives on the average, its network delays left out: they are
 * short beside TIME_WAIT. */
static double mean_lifetime(const struct scenario *scenario, const struct workload_spec *workload)
{
    double service = 0, requests = distribution_mean(&workload->requests);
    for (unsigned i = 0; i < scenario->reals->len; i++) {
        const struct real_spec *real = g_ptr_array_index(scenario->reals, i);
        service += distribution_mean(&real->service_time) / scenario->reals->len;
    }
    return requests * service + (requests - 1) * distribution_mean(&workload->think_time);
}

/* Ports that all clients hold at a time, on the average and at most. */
static double ports_of_arrivals(const struct scenario *scenario,
                                const struct workload_spec *workload)
{
    double held = (double)time_wait + mean_lifetime(scenario, workload);
    if (held > (double)scenario->duration)
        held = (double)scenario->duration;
    return workload->rate * held / 1e9;
}

static void check_arrivals(struct build *build, const struct draft_group *group,
                           const struct workload_spec *workload)
{
    double ports = ports_of_arrivals(build->scenario, workload);
    uint64_t there = (uint64_t)workload->clients * PORTS;
    if (ports > (double)there)
        build_complain(build, build->problems, group, "clients",
                       "%u client%s %" G_GUINT64_FORMAT " ports for one virtual address, "
                       "%.0f are needed with 60s of TIME_WAIT (write clients = %.0f or more, or "
                       "fewer arrivals)", workload->clients,
                       workload->clients == 1 ? " has" : "s have", there, ports,
                       (double)((uint64_t)(ports / PORTS) + 1));
}

/* A port taken or given back by one client of a trace. */
struct change {
    uint32_t client;
    nstime at;
    int by;
};

static int compare(const void *left, const void *right)
{
    const struct change *a = left, *b = right;
    if (a->client != b->client)
        return a->client < b->client ? -1 : 1;
    if (a->at != b->at)
        return a->at < b->at ? -1 : 1;
    return a->by - b->by;
}

/* The most ports any one client of a trace holds at a time. */
static unsigned peak_of_trace(const struct workload_spec *workload)
{
    size_t count = workload->trace_count;
    struct change *changes = g_new(struct change, 2 * count);
    for (size_t i = 0; i < count; i++) {
        const struct trace_row *row = &workload->trace[i];
        changes[2 * i] = (struct change){row->client, row->start, 1};
        changes[2 * i + 1] = (struct change){row->client, row->start + row->duration + time_wait,
                                             -1};
    }
    qsort(changes, 2 * count, sizeof *changes, compare);
    int held = 0, peak = 0;
    for (size_t i = 0; i < 2 * count; i++) {
        held += changes[i].by; /* back to 0 at the end of each client */
        peak = MAX(peak, held);
    }
    g_free(changes);
    return (unsigned)peak;
}

static void check_trace(struct build *build, const struct draft_group *group,
                        const struct workload_spec *workload)
{
    if (workload->trace_count <= PORTS)
        return;
    unsigned peak = peak_of_trace(workload);
    if (peak > PORTS)
        build_complain(build, build->problems, group, "trace",
                       "one of its clients needs %u ports at a time with 60s of TIME_WAIT, and "
                       "has %u for one virtual address (split it up among several)", peak, PORTS);
}

void build_ports(struct build *build)
{
    GPtrArray *groups = draft_list(build->draft, GROUP_WORKLOAD);
    for (unsigned i = 0; i < groups->len; i++) {
        const struct workload_spec *workload = g_ptr_array_index(build->scenario->workloads, i);
        if (workload->arrivals == ARRIVAL_TRACE)
            check_trace(build, g_ptr_array_index(groups, i), workload);
        else
            check_arrivals(build, g_ptr_array_index(groups, i), workload);
    }
    g_ptr_array_free(groups, TRUE);
}
