/* Units, virtual and real machines, and the addresses of the pair. */
#include "sim/scenario/build.h"
#include "sim/scenario/fate_list.h"
#include "sim/scenario/quantity.h"
#include "sim/scenario/value.h"

#include <string.h>

/* ---- units */

/* Which of two units is the primary: 0 or 1. */
static int primary_of(struct build *build, const GPtrArray *groups)
{
    const struct draft_group *first = g_ptr_array_index(groups, 0);
    const struct draft_group *second = g_ptr_array_index(groups, 1);
    const char *rank = build_text(build, first, "rank");
    const char *other = build_text(build, second, "rank");
    if (strcmp(rank, other) == 0 && strcmp(rank, "auto") != 0)
        build_complain(build, build->problems, second, "rank",
                       "both units are %s (a pair has a primary and a secondary)", rank);
    return strcmp(rank, "secondary") == 0 || strcmp(other, "primary") == 0;
}

static void take_unit(struct build *build, const struct draft_group *group, bool primary)
{
    struct unit_spec *unit = g_new0(struct unit_spec, 1);
    unit->name = g_strdup(group->name);
    unit->primary = primary;
    g_ptr_array_insert(build->scenario->units, primary ? 0 : -1, unit);
}

static void take_pair(struct build *build, const GPtrArray *groups)
{
    if (groups->len != 2) {
        const struct draft_group *last = g_ptr_array_index(groups, groups->len - 1);
        problems_addf(build->problems, (struct origin){ORIGIN_FILE, last->line}, NULL,
                      "[%s]: a pair has two units, and this makes %u (name both, or none: they "
                      "are A and B then; a third one has rank = spare)", last->title,
                      groups->len);
    }
    unsigned primary = groups->len == 2 ? (unsigned)primary_of(build, groups) : 0;
    for (unsigned i = 0; i < groups->len; i++)
        take_unit(build, g_ptr_array_index(groups, i), i == primary);
}

/* Faults name the third unit by this word. */
static void refuse_name(struct build *build, const struct draft_group *group)
{
    if (strcmp(group->name, "spare") == 0)
        build_complain(build, build->problems, group, "rank",
                       "a unit of the pair cannot be called spare where there is one (choose "
                       "another name)");
}

/* The spare behind the pair, so that a unit's number is its rank (R-1107). */
static void take_units(struct build *build)
{
    GPtrArray *groups = draft_list(build->draft, GROUP_UNIT);
    GPtrArray *pair = g_ptr_array_new(), *spares = g_ptr_array_new();
    for (unsigned i = 0; i < groups->len; i++) {
        struct draft_group *group = g_ptr_array_index(groups, i);
        g_ptr_array_add(build_is(build, group, "rank", "spare") ? spares : pair, group);
    }
    take_pair(build, pair);
    for (unsigned i = 0; i < pair->len && spares->len > 0; i++)
        refuse_name(build, g_ptr_array_index(pair, i));
    if (spares->len > 0)
        take_unit(build, g_ptr_array_index(spares, 0), false);
    if (spares->len > 1)
        build_complain(build, build->problems, g_ptr_array_index(spares, 1), "rank",
                       "a pair has one spare (leave this unit out)");
    g_ptr_array_free(spares, TRUE);
    g_ptr_array_free(pair, TRUE);
    g_ptr_array_free(groups, TRUE);
}

/* ---- machines */

/* The address of a machine; false when it is missing or wrong. */
static bool take_address(struct build *build, const struct draft_group *group,
                         struct machine_address *address)
{
    const char *text = build_text(build, group, "address");
    if (text != NULL) {
        *address = value_machine(text);
        return true;
    }
    if (draft_given(group, "address") == NULL)
        build_complain(build, build->problems, group, "address",
                       "missing (write address = IP:port:bind-id:protocol)");
    *address = (struct machine_address){0};
    return false;
}

/* The same address twice would make one machine of two. Asked of the first count of
 * others. */
static void check_unique(struct build *build, const struct draft_group *group,
                         const GPtrArray *others, unsigned count)
{
    const char *address = build_text(build, group, "address");
    for (unsigned i = 0; address != NULL && i < count; i++) {
        const struct draft_group *other = g_ptr_array_index(others, i);
        const char *theirs = build_text(build, other, "address");
        if (theirs != NULL && strcmp(address, theirs) == 0) {
            build_complain(build, build->problems, group, "address",
                           "[%s] has this address already (give another address, port or bind ID)",
                           other->title);
            return;
        }
    }
}

static void take_reals(struct build *build)
{
    GPtrArray *groups = draft_list(build->draft, GROUP_REAL);
    for (unsigned i = 0; i < groups->len; i++) {
        const struct draft_group *group = g_ptr_array_index(groups, i);
        struct real_spec *real = g_new0(struct real_spec, 1);
        struct machine_address address;
        take_address(build, group, &address);
        check_unique(build, group, groups, i);
        real->name = g_strdup(group->name);
        real->ip = address.ip;
        real->port = address.port;
        real->protocol = address.protocol;
        real->weight = build_count(build, group, "weight");
        build_random(build, group, "service-time", &real->service_time);
        real->time_wait = build_time(build, group, "time-wait");
        real->idle_close = build_time(build, group, "idle-close");
        if (!build_is(build, group, "sockets", "none"))
            real->sockets = (uint32_t)build_count(build, group, "sockets");
        real->keepalive = value_keepalive(build_text(build, group, "keepalive"));
        g_ptr_array_add(build->scenario->reals, real);
    }
    g_ptr_array_free(groups, TRUE);
}

static void check_protocols(struct build *build, const struct draft_group *group,
                            const char *key, const struct draft_group *other)
{
    const char *mine = build_text(build, group, "address");
    const char *theirs = build_text(build, other, "address");
    if (mine == NULL || theirs == NULL)
        return;
    if (value_machine(mine).protocol != value_machine(theirs).protocol)
        build_complain(build, build->problems, group, key,
                       "[%s] speaks another protocol (bind tcp to tcp, udp to udp)",
                       other->title);
}

/* Names of reals that exist; which ones are bound is marked. */
static void take_bind(struct build *build, const struct draft_group *group, const char *key,
                      bool *bound)
{
    const char *text = build_text(build, group, key);
    if (text != NULL && strcmp(text, "none") == 0)
        return;
    if (text == NULL && draft_given(group, key) == NULL)
        build_complain(build, build->problems, group, "bind",
                       "bound to nothing (write bind = and the names of its [real NAME]s)");
    char **names = quantity_words(text == NULL ? "" : text);
    GPtrArray *reals = draft_list(build->draft, GROUP_REAL);
    for (unsigned i = 0; names[i] != NULL; i++) {
        int number = build_lookup(build, GROUP_REAL, names[i], group, key);
        if (number < 0)
            continue;
        bound[number] = true;
        check_protocols(build, group, key, g_ptr_array_index(reals, (unsigned)number));
    }
    g_ptr_array_free(reals, TRUE);
    g_strfreev(names);
}

static void take_virtual(struct build *build, const struct draft_group *group, bool *bound)
{
    struct virtual_spec *virtual = g_new0(struct virtual_spec, 1);
    struct machine_address address;
    unsigned reals = build->scenario->reals->len;
    bool *own = g_new0(bool, reals + 1);
    take_address(build, group, &address);
    take_bind(build, group, "bind", own);
    for (unsigned i = 0; i < reals; i++)
        bound[i] |= own[i];
    take_bind(build, group, "overflow-bind", bound);
    *virtual = (struct virtual_spec){
        .name = g_strdup(group->name),
        .ip = address.ip,
        .port = address.port,
        .bind_id = address.bind_id,
        .protocol = address.protocol,
        .replicate = build_yes(build, group, "replicate"),
        .direct = build_is(build, group, "forwarding", "direct"),
        .idle_time = build_time(build, group, "timeout"),
        .bound = own,
    };
    g_ptr_array_add(build->scenario->virtuals, virtual);
}

/* as whom a real machine is seen that opens connections itself. */
static void take_statics(struct build *build, const GPtrArray *reals, const GPtrArray *virtuals)
{
    for (unsigned i = 0; i < reals->len; i++) {
        const struct draft_group *real = g_ptr_array_index(reals, i);
        if (build_is(build, real, "static", "none"))
            continue;
        int number = build_lookup(build, GROUP_VIRTUAL, build_text(build, real, "static"), real,
                                  "static");
        if (number < 0)
            continue;
        struct real_spec *spec = g_ptr_array_index(build->scenario->reals, i);
        spec->seen_as = (unsigned)number + 1;
        check_protocols(build, real, "static", g_ptr_array_index(virtuals, (unsigned)number));
    }
}

/* Who is not configured at the start is bound by a command of its own, as who is, is. */
static void check_bound(struct build *build, const struct draft_group *real, bool bound)
{
    bool configured = build_yes(build, real, "configured");
    if (!configured && bound)
        build_complain(build, build->problems, real, "configured",
                       "a virtual or real machine needs it from the start (leave it out of bind = "
                       "and backup =, and bind it by a command of [faults])");
    else if (configured && !bound)
        problems_addf(build->problems, (struct origin){ORIGIN_FILE, real->line}, NULL,
                      "[%s]: bound to nothing (name it in bind = of a [virtual NAME], or "
                      "remove it)", real->title);
}

static void take_virtuals(struct build *build)
{
    GPtrArray *groups = draft_list(build->draft, GROUP_VIRTUAL);
    GPtrArray *reals = draft_list(build->draft, GROUP_REAL);
    bool *bound = g_new0(bool, reals->len + 1);
    for (unsigned i = 0; i < groups->len; i++) {
        const struct draft_group *group = g_ptr_array_index(groups, i);
        take_virtual(build, group, bound);
        check_unique(build, group, groups, i);
        check_unique(build, group, reals, reals->len); /* the core tells machines by it */
    }
    build_backups(build, bound);
    for (unsigned i = 0; i < reals->len; i++)
        check_bound(build, g_ptr_array_index(reals, i), bound[i]);
    take_statics(build, reals, groups);
    if (groups->len == 0)
        problems_add(build->problems, (struct origin){ORIGIN_FILE, 0}, NULL,
                     "no [virtual NAME]: there is nothing to balance (add one, with an address "
                     "and bind)");
    g_free(bound);
    g_ptr_array_free(reals, TRUE);
    g_ptr_array_free(groups, TRUE);
}

/* ---- the pair */

static void take_failover(struct build *build)
{
    const struct draft_group *group = draft_find(build->draft, GROUP_FAILOVER, NULL);
    struct scenario *scenario = build->scenario;
    build_detector(build);
    scenario->hello_time = build_time(build, group, "hello-time");
    scenario->hello_misses = (unsigned)build_count(build, group, "hello-misses");
    scenario->hello_phase = build_time(build, group, "hello-phase");
    scenario->hello_on_replication = build_is(build, group, "hello-link", "replication");
    scenario->active_ip = value_ip(build_text(build, group, "address"));
    scenario->failover_ip = value_ip(build_text(build, group, "failover-address"));
    if (scenario->active_ip == scenario->failover_ip)
        build_complain(build, build->problems, group, "failover-address",
                       "the active unit has this address (a pair has two, R-1001)");
    if (scenario->hello_phase != NSTIME_NEVER && scenario->hello_phase >= scenario->hello_interval)
        build_complain(build, build->problems, group, "hello-phase",
                       "lies outside the period (give less than hello-time)");
    if (build_is(build, group, "detector", "localdirector")
        && (scenario->hello_time < 3 * NSTIME_S || scenario->hello_time > 30 * NSTIME_S))
        build_complain(build, build->notes, group, "hello-time",
                       "the product allowed 3s to 30s (R-1005)");
}

static void check_pair_address(struct build *build, const struct draft_group *group,
                               const char *address)
{
    const struct scenario *scenario = build->scenario;
    if (address == NULL)
        return;
    uint32_t ip = value_machine(address).ip;
    if (ip == scenario->active_ip || ip == scenario->failover_ip)
        build_complain(build, build->problems, group, "address",
                       "the pair has this address itself (see address and failover-address in "
                       "[failover])");
}

static void check_pair(struct build *build)
{
    static const enum group_kind kinds[] = {GROUP_VIRTUAL, GROUP_REAL};
    for (unsigned k = 0; k < G_N_ELEMENTS(kinds); k++) {
        GPtrArray *groups = draft_list(build->draft, kinds[k]);
        for (unsigned i = 0; i < groups->len; i++) {
            const struct draft_group *group = g_ptr_array_index(groups, i);
            check_pair_address(build, group, build_text(build, group, "address"));
        }
        g_ptr_array_free(groups, TRUE);
    }
}

/* Another word than the core's was complained of. */
static const struct replication_protocol *protocol_of(const char *word)
{
    enum replication_kind kind = REPLICATION_NONE;
    if (word != NULL)
        replication_parse(word, &kind);
    return replication_protocol(kind);
}

static void take_fates(struct build *build, const struct draft_group *replication)
{
    const char *text = build_text(build, replication, "fates");
    GString *canonical = g_string_new(NULL);
    char *problem = NULL;
    bool fine = strcmp(text, "none") == 0
                || fate_list_read(text, build->scenario->fates, canonical, &problem);
    g_assert(fine); /* the draft holds sound values only */
    g_string_free(canonical, TRUE);
}

void build_machines(struct build *build)
{
    const struct draft_group *replication = draft_find(build->draft, GROUP_REPLICATION, NULL);
    const struct draft_group *options = draft_find(build->draft, GROUP_OPTIONS, NULL);
    take_units(build);
    take_failover(build);
    take_reals(build);
    take_virtuals(build);
    check_pair(build);
    build->scenario->protocol = protocol_of(build_text(build, replication, "protocol"));
    take_fates(build, replication);
    bool repeats = build_is(build, replication, "protocol", "repeat");
    build->scenario->repeats =
        repeats ? (unsigned)build_count(build, replication, "repeats") : 1;
    build->scenario->repeat_spacing = build_time(build, replication, "repeat-spacing");
    if (build_is(build, replication, "protocol", "delayed"))
        build->scenario->replicate_after = build_time(build, replication, "replicate-after");
    build->scenario->refresh_time = build_time(build, replication, "refresh-time");
    build->scenario->replication_port = (uint16_t)build_count(build, replication, "port");
    build->scenario->udp_checksum = build_yes(build, replication, "udp-checksum");
    build->scenario->active_on_ack = build_is(build, options, "active-on", "ack");
}
