/* Do the client ports suffice? A port is taken for a connection's life and its TIME_WAIT
 * after it, and each pair of client and virtual address has only so many. */
#include "sim/scenario/build.h"
#include "sim/scenario/quantity.h"

#include <math.h>
#include <stdlib.h>

static double round_trip(const struct scenario *scenario)
{
    const struct link_spec *clients = &scenario->links[LINK_CLIENTS];
    const struct link_spec *servers = &scenario->links[LINK_SERVERS];
    return (double)(clients->forward.delay + servers->forward.delay + servers->reverse.delay
                    + clients->reverse.delay);
}

/* A pause on the average; a server that hangs up on the idle leaves none longer, unless it has
 * a word to push in between. */
static double mean_pause(const struct scenario *scenario, const struct workload_spec *workload)
{
    double pause = distribution_mean(&workload->think_time), longest = 0;
    for (unsigned i = 0; i < scenario->reals->len; i++) {
        const struct real_spec *real = g_ptr_array_index(scenario->reals, i);
        longest = MAX(longest, (double)real->idle_close);
    }
    return workload->pushes ? pause : MIN(pause, longest);
}

/* How long a connection has its port on the average, without the TIME_WAIT: a round trip
 * for the handshake, for each request and for the close. */
static double mean_lifetime(const struct scenario *scenario, const struct workload_spec *workload)
{
    double service = 0, requests = distribution_mean(&workload->requests);
    for (unsigned i = 0; i < scenario->reals->len; i++) {
        const struct real_spec *real = g_ptr_array_index(scenario->reals, i);
        service += distribution_mean(&real->service_time) / scenario->reals->len;
    }
    return requests * service + (requests - 1) * mean_pause(scenario, workload)
           + (requests + 2) * round_trip(scenario);
}

/* Ports that all clients hold at a time, on the average and at most. */
static double ports_of_arrivals(const struct scenario *scenario,
                                const struct workload_spec *workload)
{
    double held = (double)workload->time_wait + mean_lifetime(scenario, workload);
    if (held > (double)scenario->duration)
        held = (double)scenario->duration;
    return workload->rate * held / 1e9;
}

static GString *time_wait(const struct workload_spec *workload)
{
    GString *text = g_string_new(NULL);
    quantity_print(QUANTITY_TIME, (uint64_t)workload->time_wait, text);
    return text;
}

static void refuse_need(struct build *build, const struct draft_group *group,
                        const struct workload_spec *workload, double need)
{
    g_autoptr(GString) wait = time_wait(workload);
    build_complain(build, build->problems, group, "clients",
                   "%u client%s %" G_GUINT64_FORMAT " ports for one virtual address, "
                   "%.0f are needed with %s of TIME_WAIT (write clients = %.0f or more, or "
                   "fewer arrivals)", workload->clients,
                   workload->clients == 1 ? " has" : "s have",
                   (uint64_t)workload->clients * workload->client_ports, need, wait->str,
                   (double)((uint64_t)(need / workload->client_ports) + 1));
}

/* Where three standard deviations of one client's need do not fit, some find no port. */
static void check_arrivals(struct build *build, const struct draft_group *group,
                           const struct workload_spec *workload)
{
    double need = ports_of_arrivals(build->scenario, workload);
    double of_one = need / workload->clients;
    if (of_one > workload->client_ports)
        refuse_need(build, group, workload, need);
    else if (of_one + 3 * sqrt(of_one) > workload->client_ports)
        build_complain(build, build->warnings, group, "client-ports",
                       "a client needs %.0f of its %u ports on the average: at times it has none "
                       "left, and opens nothing (give it more, or write more clients)", of_one,
                       workload->client_ports);
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
        changes[2 * i + 1] = (struct change){row->client, row->start + row->duration
                                                              + workload->time_wait, -1};
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
    if (workload->trace_count <= workload->client_ports)
        return;
    unsigned peak = peak_of_trace(workload);
    g_autoptr(GString) wait = time_wait(workload);
    if (peak > workload->client_ports)
        build_complain(build, build->problems, group, "trace",
                       "one of its clients needs %u ports at a time with %s of TIME_WAIT, and "
                       "has %u for one virtual address (split it up among several)", peak,
                       wait->str, workload->client_ports);
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
