/* Workloads and their clients' addresses. */
#include "sim/scenario/build.h"
#include "sim/scenario/quantity.h"
#include "sim/scenario/random_value.h"
#include "sim/scenario/value.h"

#include <string.h>

enum { BLOCK_MIN_SIZE = 256 };

/* Where clients live that no key places: RFC 2544's networks for benchmarks. */
static const struct network default_network = {0xC6120000, 15};

/* A workload under construction. */
struct site {
    const struct draft_group *group;
    struct workload_spec *workload;
    struct network network; /* of its clients; prefix 33: none yet */
    uint64_t addresses;     /* of its clients, all copies of a trace */
};

/* ---- traffic */

static void take_virtual(struct build *build, struct site *site)
{
    const char *name = build_text(build, site->group, "virtual");
    int number = 0;
    if (strcmp(name, "auto") != 0)
        number = build_lookup(build, GROUP_VIRTUAL, name, site->group, "virtual");
    site->workload->virtual = number < 0 ? 0 : (unsigned)number;
    if (number < 0 || build->scenario->virtuals->len == 0)
        return;
    const struct virtual_spec *virtual = g_ptr_array_index(build->scenario->virtuals, number);
    if (virtual->ip == 0)
        return; /* its address is a problem already */
    if (virtual->port == 0)
        build_complain(build, build->problems, site->group, "virtual",
                       "[virtual %s] stands for all ports: clients need one (give its address a "
                       "port)", virtual->name);
}

static void take_trace(struct build *build, struct site *site, const char *file)
{
    static const char *const instead[] = {"clients", "arrivals"};
    for (unsigned i = 0; i < G_N_ELEMENTS(instead); i++)
        if (draft_given(site->group, instead[i]) != NULL)
            build_complain(build, build->problems, site->group, instead[i],
                           "a trace says this itself (remove one of the two)");
    GError *error = NULL;
    const struct workload_spec *trace = sources_trace(build->sources, file, &error);
    if (trace == NULL) {
        build_complain(build, build->problems, site->group, "trace", "%s", error->message);
        g_error_free(error);
        return;
    }
    struct workload_spec *workload = site->workload;
    workload->arrivals = ARRIVAL_TRACE;
    workload->clients = trace->clients;
    workload->trace = g_memdup2(trace->trace, trace->trace_count * sizeof *trace->trace);
    workload->trace_count = trace->trace_count;
    workload->trace_span = trace->trace_span;
    workload->trace_summary = g_strdup(trace->trace_summary);
}

static void take_arrivals(struct build *build, struct site *site)
{
    GString *canonical = g_string_new(NULL);
    char *problem = NULL;
    bool fine = random_value_arrivals(build_text(build, site->group, "arrivals"),
                                      &site->workload->arrivals, &site->workload->rate, canonical,
                                      &problem);
    g_assert(fine);
    g_string_free(canonical, TRUE);
    site->workload->clients = (uint32_t)build_count(build, site->group, "clients");
}

static void take_pushes(struct build *build, const struct site *site)
{
    struct workload_spec *workload = site->workload;
    build_random(build, site->group, "push-size", &workload->push_size);
    workload->pushes = !build_is(build, site->group, "push-time", "none");
    if (workload->pushes)
        build_random(build, site->group, "push-time", &workload->push_time);
}

static void take_traffic(struct build *build, struct site *site)
{
    struct workload_spec *workload = site->workload;
    const struct draft_group *group = site->group;
    const char *trace = build_text(build, group, "trace");
    workload->name = g_strdup(group->name);
    workload->trace_copies = (unsigned)build_count(build, group, "trace-copies");
    workload->application_timeout = build_time(build, group, "application-timeout");
    workload->patience = build_time(build, group, "patience");
    workload->reconnect = build_time(build, group, "reconnect");
    workload->client_ports = (uint16_t)build_count(build, group, "client-ports");
    workload->time_wait = build_time(build, group, "time-wait");
    workload->half_close = build_yes(build, group, "half-close");
    workload->opened_by_server = build_is(build, group, "opened-by", "server");
    workload->keepalive = value_keepalive(build_text(build, group, "keepalive"));
    workload->retry_time = build_time(build, group, "retry-time");
    workload->retries = (unsigned)build_count(build, group, "retries");
    build_random(build, group, "requests-per-connection", &workload->requests);
    build_random(build, group, "request-size", &workload->request_size);
    build_random(build, group, "response-size", &workload->response_size);
    build_random(build, group, "think-time", &workload->think_time);
    take_pushes(build, site);
    take_virtual(build, site);
    if (strcmp(trace, "none") != 0)
        take_trace(build, site, trace);
    else
        take_arrivals(build, site);
    if (strcmp(trace, "none") == 0 && workload->trace_copies > 1)
        build_complain(build, build->problems, group, "trace-copies",
                       "there is no trace to copy (write trace = FILE)");
    site->addresses = workload->arrivals == ARRIVAL_TRACE
                          ? (uint64_t)workload->clients * workload->trace_copies
                          : workload->clients;
}

/* ---- beside */

static bool is_beside(const struct build *build, const struct site *site)
{
    return !build_is(build, site->group, "beside", "none");
}

/* Clients, addresses and rate are those of the other, which must have its own. */
static void take_beside(struct build *build, const GArray *sites, struct site *site)
{
    const char *name = build_text(build, site->group, "beside");
    int number = build_lookup(build, GROUP_WORKLOAD, name, site->group, "beside");
    if (number < 0)
        return;
    const struct site *other = &g_array_index(sites, struct site, number);
    const struct workload_spec *theirs = other->workload;
    if (is_beside(build, other) || theirs->arrivals == ARRIVAL_TRACE
        || site->workload->arrivals == ARRIVAL_TRACE) {
        build_complain(build, build->problems, site->group, "beside",
                       "neither may be beside another or follow a trace (name a workload with "
                       "arrivals of its own)");
        return;
    }
    site->workload->beside = (unsigned)number + 1;
    site->workload->arrivals = theirs->arrivals;
    site->workload->rate = theirs->rate;
    site->workload->clients = theirs->clients;
    site->workload->client_network = theirs->client_network;
    site->workload->client_prefix = theirs->client_prefix;
}

static void refuse_instead(struct build *build, const struct site *site)
{
    static const char *const instead[] = {"clients", "arrivals", "client-network"};
    for (unsigned i = 0; i < G_N_ELEMENTS(instead); i++)
        if (draft_given(site->group, instead[i]) != NULL)
            build_complain(build, build->problems, site->group, instead[i],
                           "the workload that this one is beside says it (remove one of the two)");
}

static void take_all_beside(struct build *build, const GArray *sites)
{
    for (unsigned i = 0; i < sites->len; i++) {
        struct site *site = &g_array_index(sites, struct site, i);
        if (!is_beside(build, site))
            continue;
        refuse_instead(build, site);
        take_beside(build, sites, site);
    }
}

/* ---- addresses */

/* Hosts of a network, without its own address and the broadcast where it has them. */
static uint64_t network_hosts(struct network network)
{
    uint64_t size = UINT64_C(1) << (32 - network.prefix);
    return size > 2 ? size - 2 : size;
}

static uint32_t network_first(struct network network)
{
    return network.ip + (network.prefix < 31);
}

static void take_network(struct build *build, struct site *site)
{
    const char *text = build_text(build, site->group, "client-network");
    site->network = (struct network){0, 33};
    if (strcmp(text, "auto") == 0)
        return;
    site->network = value_network(text);
    if (network_hosts(site->network) < site->addresses)
        build_complain(build, build->problems, site->group, "client-network",
                       "holds %" G_GUINT64_FORMAT " clients, %" G_GUINT64_FORMAT " are wanted "
                       "(give a larger network, or fewer clients)",
                       network_hosts(site->network), site->addresses);
}

/* Is the address one of the director's or of a machine? */
static bool address_taken(const struct build *build, struct network network, const char **whose)
{
    const struct scenario *scenario = build->scenario;
    for (unsigned i = 0; i < scenario->virtuals->len; i++) {
        const struct virtual_spec *virtual = g_ptr_array_index(scenario->virtuals, i);
        *whose = virtual->name;
        if (virtual->ip != 0 && network_overlaps(network, (struct network){virtual->ip, 32}))
            return true;
    }
    for (unsigned i = 0; i < scenario->reals->len; i++) {
        const struct real_spec *real = g_ptr_array_index(scenario->reals, i);
        *whose = real->name;
        if (real->ip != 0 && network_overlaps(network, (struct network){real->ip, 32}))
            return true;
    }
    *whose = "the pair";
    return network_overlaps(network, (struct network){scenario->active_ip, 32})
           || network_overlaps(network, (struct network){scenario->failover_ip, 32});
}

/* Would this block meet a machine, or clients placed already? */
static bool block_free(const struct build *build, const GArray *sites, struct network block)
{
    const char *whose;
    if (address_taken(build, block, &whose))
        return false;
    for (unsigned i = 0; i < sites->len; i++) {
        const struct site *other = &g_array_index(sites, struct site, i);
        if (other->network.prefix <= 32 && network_overlaps(block, other->network))
            return false;
    }
    return true;
}

/* A block of the default network for clients that no key places: each workload has
 * its own, so that leaving one out moves nobody else's luck but their addresses'. */
static void place_clients(struct build *build, const GArray *sites, struct site *site)
{
    uint64_t size = BLOCK_MIN_SIZE, room = UINT64_C(1) << (32 - default_network.prefix);
    unsigned prefix = 24;
    for (; size - 2 < site->addresses; size *= 2)
        prefix--;
    for (uint64_t offset = 0; offset + size <= room; offset += size) {
        struct network block = {default_network.ip + (uint32_t)offset, prefix};
        if (block_free(build, sites, block)) {
            site->network = block;
            return;
        }
    }
    build_complain(build, build->problems, site->group, "client-network",
                   "%" G_GUINT64_FORMAT " clients find no room in 198.18.0.0/15 (give "
                   "client-network)", site->addresses);
}

/* Two workloads with the same clients and the same virtual address would use each
 * other's ports. */
static void check_overlap(struct build *build, const GArray *sites, unsigned number)
{
    const struct site *site = &g_array_index(sites, struct site, number);
    GPtrArray *virtuals = build->scenario->virtuals;
    for (unsigned i = 0; i < number && virtuals->len > 0; i++) {
        const struct site *other = &g_array_index(sites, struct site, i);
        const struct virtual_spec *mine =
            g_ptr_array_index(virtuals, site->workload->virtual);
        const struct virtual_spec *theirs =
            g_ptr_array_index(virtuals, other->workload->virtual);
        if (site->network.prefix <= 32 && other->network.prefix <= 32 && mine->ip == theirs->ip
            && network_overlaps(site->network, other->network))
            build_complain(build, build->problems, site->group, "client-network",
                           "shares addresses with [%s], and both ask the same virtual address "
                           "(give each its own network)", other->group->title);
    }
}

static void check_network(struct build *build, const GArray *sites, unsigned number)
{
    const struct site *site = &g_array_index(sites, struct site, number);
    const char *whose;
    if (site->network.prefix <= 32 && address_taken(build, site->network, &whose))
        build_complain(build, build->problems, site->group, "client-network",
                       "the address of %s lies in it (give another network)", whose);
    check_overlap(build, sites, number);
}

/* ---- assignments */

/* The longest prefix by which a virtual machine claims a client; -1: it does not. The
 * general instance claims everybody, last of all. */
static int claim(const struct build *build, const struct draft_group *virtual, uint32_t client)
{
    char **networks = quantity_words(build_text(build, virtual, "assign"));
    int longest = value_machine(build_text(build, virtual, "address")).bind_id == 0 ? 0 : -1;
    for (unsigned i = 0; networks[i] != NULL && strcmp(networks[i], "none") != 0; i++) {
        struct network network = value_network(networks[i]);
        if (network_overlaps(network, (struct network){client, 32}))
            longest = MAX(longest, (int)network.prefix);
    }
    g_strfreev(networks);
    return longest;
}

static bool claims(const struct build *build, unsigned virtual, uint32_t client)
{
    GPtrArray *groups = draft_list(build->draft, GROUP_VIRTUAL);
    const struct draft_group *wanted = g_ptr_array_index(groups, virtual);
    const struct virtual_spec *spec = g_ptr_array_index(build->scenario->virtuals, virtual);
    int best = claim(build, wanted, client);
    bool mine = best >= 0;
    for (unsigned i = 0; mine && i < groups->len; i++) {
        const struct virtual_spec *other = g_ptr_array_index(build->scenario->virtuals, i);
        bool rival = i != virtual && other->ip == spec->ip && other->port == spec->port;
        mine = !rival || claim(build, g_ptr_array_index(groups, i), client) <= best;
    }
    g_ptr_array_free(groups, TRUE);
    return mine;
}

/* Which machine serves a client is decided by its address, whatever the workload
 * calls it; tables would then name another than the one that served. */
static void check_assignment(struct build *build, const struct site *site)
{
    const struct virtual_spec *virtual =
        build->scenario->virtuals->len == 0
            ? NULL : g_ptr_array_index(build->scenario->virtuals, site->workload->virtual);
    uint32_t first = site->workload->client_network;
    uint32_t last = first + (uint32_t)MAX(site->addresses, 1) - 1;
    if (virtual == NULL || first == 0 || problems_any(build->problems))
        return;
    if (!claims(build, site->workload->virtual, first)
        || !claims(build, site->workload->virtual, last))
        build_complain(build, build->warnings, site->group, "virtual",
                       "its clients are not assigned to this machine: others of the same address "
                       "serve them (make assign and client-network agree)");
}

/* ---- all of them */

static void take_workloads(struct build *build, const GPtrArray *groups, GArray *sites)
{
    for (unsigned i = 0; i < groups->len; i++) {
        struct site site = {.group = g_ptr_array_index(groups, i),
                            .workload = g_new0(struct workload_spec, 1)};
        g_ptr_array_add(build->scenario->workloads, site.workload);
        take_traffic(build, &site);
        take_network(build, &site);
        g_array_append_val(sites, site);
    }
}

void build_workloads(struct build *build)
{
    GPtrArray *groups = draft_list(build->draft, GROUP_WORKLOAD);
    GArray *sites = g_array_new(FALSE, FALSE, sizeof(struct site));
    take_workloads(build, groups, sites);
    for (unsigned i = 0; i < sites->len; i++) {
        struct site *site = &g_array_index(sites, struct site, i);
        if (is_beside(build, site))
            continue;
        if (site->network.prefix > 32)
            place_clients(build, sites, site);
        else
            check_network(build, sites, i);
        if (site->network.prefix <= 32) {
            site->workload->client_network = network_first(site->network);
            site->workload->client_prefix = site->network.prefix;
        }
        check_assignment(build, site);
    }
    take_all_beside(build, sites);
    if (groups->len == 0)
        problems_add(build->problems, (struct origin){ORIGIN_FILE, 0}, NULL,
                     "no [workload NAME]: nobody asks for anything (add one)");
    g_array_free(sites, TRUE);
    g_ptr_array_free(groups, TRUE);
}
