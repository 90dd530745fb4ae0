#include "sim/run/carrier_internal.h"

#include "core/path.h"

/* ---- interfaces */

bool carrier_is_cut(const struct carrier *carrier, unsigned unit, unsigned interface)
{
    return interface < UNIT_INTERFACES && carrier->interface_down[unit][interface];
}

bool carrier_listens(const struct carrier *carrier, unsigned interface)
{
    return (carrier->scenario->hello_paths & 1u << path_on(interface)) != 0;
}

/* On one side, where it is heard. */
static void announce(struct carrier *carrier, unsigned unit, unsigned interface)
{
    const struct held *held = &carrier->held[unit];
    if (held->ip == 0 || carrier_is_cut(carrier, unit, interface))
        return;
    bool same_mac = segment_mac(carrier->segments[interface], held->ip) == held->mac;
    segment_claim(carrier->segments[interface], held->ip, carrier->units[unit], held->mac);
    if (held->ip == carrier->scenario->active_ip)
        garp_carrier_claim(carrier, unit, interface, same_mac);
    frame_carrier_announce(carrier, unit, interface);
}

/* A machine whose line comes up says at once who it is, as hosts do. */
void carrier_set_interface(struct carrier *carrier, unsigned unit, unsigned interface, bool up)
{
    g_assert(unit < UNITS_MAX && interface < UNIT_INTERFACES);
    carrier->interface_down[unit][interface] = !up;
    if (up && interface != INTERFACE_PEER && unit_health(carrier->units[unit]) == UNIT_UP)
        announce(carrier, unit, interface);
}

void carrier_set_cable(struct carrier *carrier, bool pulled)
{
    carrier->cable_pulled = pulled;
}

/* ---- addresses */

uint64_t carrier_claim(struct carrier *carrier, struct unit *unit, uint32_t ip, uint64_t mac)
{
    unsigned number = unit_number(unit);
    uint64_t before = segment_mac(carrier->segments[INTERFACE_OUTSIDE], ip);
    mac = mac != 0 ? mac : carrier_unit_mac(number);
    carrier->held[number] = (struct held){ ip, mac };
    carrier->units[number] = unit; /* it claims while it is being made */
    announce(carrier, number, INTERFACE_OUTSIDE);
    announce(carrier, number, INTERFACE_INSIDE);
    return before != mac ? before : 0;
}

void carrier_release(struct carrier *carrier, struct unit *unit, uint32_t ip)
{
    struct held *held = &carrier->held[unit_number(unit)];
    if (held->ip == ip)
        *held = (struct held){ 0 };
    segment_release(carrier->segments[INTERFACE_OUTSIDE], ip, unit);
    segment_release(carrier->segments[INTERFACE_INSIDE], ip, unit);
}

struct unit *carrier_owner(const struct carrier *carrier, uint32_t ip)
{
    return segment_owner(carrier->segments[INTERFACE_OUTSIDE], ip);
}

struct unit *carrier_reached_outside(const struct carrier *carrier)
{
    return garp_carrier_receiver(carrier, INTERFACE_OUTSIDE, 0);
}

bool carrier_is_reached(const struct carrier *carrier, const struct unit *unit)
{
    return carrier_reaching(carrier, unit, INTERFACE_OUTSIDE) > 0
           && carrier_reaching(carrier, unit, INTERFACE_INSIDE) > 0
           && carrier_is_open(carrier, LINK_CLIENTS) && carrier_is_open(carrier, LINK_SERVERS);
}

uint32_t carrier_unit_ip(unsigned number)
{
    g_assert(number < UNITS_MAX);
    return UINT32_C(0xA9FE0001) + number; /* 169.254.0.1 and on: of that network alone */
}

uint64_t carrier_unit_mac(unsigned number)
{
    g_assert(number < UNITS_MAX);
    return UINT64_C(0x020000000001) + number; /* locally administered */
}

/* ---- links */

static bool is_between_units(enum link_role role)
{
    return role == LINK_REPLICATION || role == LINK_HELLO;
}

/* 0 and 1, 0 and 2, 1 and 2. */
static unsigned pair_of(unsigned one, unsigned other)
{
    g_assert(one != other && one < UNITS_MAX && other < UNITS_MAX);
    return one + other - 1;
}

struct link *carrier_pair_link(const struct carrier *carrier, enum link_role role, unsigned from,
                               unsigned to)
{
    g_assert(is_between_units(role));
    return carrier->links[role][pair_of(from, to)];
}

enum direction carrier_way(unsigned from, unsigned to)
{
    return from < to ? DIRECTION_FORWARD : DIRECTION_REVERSE;
}

bool carrier_is_open(const struct carrier *carrier, enum link_role role)
{
    struct link *link = carrier->links[role][0];
    return !link_impairment(link, DIRECTION_FORWARD)->down
           && !link_impairment(link, DIRECTION_REVERSE)->down;
}

nstime carrier_outage_since(const struct carrier *carrier, unsigned from, unsigned to)
{
    return link_outage_since(carrier_pair_link(carrier, LINK_REPLICATION, from, to),
                             carrier_way(from, to), engine_now(carrier->engine));
}

void carrier_change_link(struct carrier *carrier, enum link_role role,
                         const struct link_spec *spec, unsigned ways)
{
    for (unsigned pair = 0; pair < PAIRS_MAX && carrier->links[role][pair]; pair++) {
        struct link *link = carrier->links[role][pair];
        if (ways & WAY_FORWARD)
            *link_impairment(link, DIRECTION_FORWARD) = spec->forward;
        if (ways & WAY_REVERSE)
            *link_impairment(link, DIRECTION_REVERSE) = spec->reverse;
    }
}

uint64_t carrier_lost_to_limit(const struct carrier *carrier, enum link_role role)
{
    uint64_t lost = 0;
    for (unsigned pair = 0; pair < PAIRS_MAX && carrier->links[role][pair]; pair++)
        lost += link_count(carrier->links[role][pair], DIRECTION_FORWARD).lost_to_limit
                + link_count(carrier->links[role][pair], DIRECTION_REVERSE).lost_to_limit;
    return lost;
}

/* The first pair's draws are those of a world of two, whoever else is there. */
static void make_links(struct carrier *carrier, enum link_role role, uint64_t run_key)
{
    const struct link_spec *spec = &carrier->scenario->links[role];
    unsigned units = carrier->scenario->units->len;
    unsigned count = is_between_units(role) ? units * (units - 1) / 2 : 1;
    for (unsigned pair = 0; pair < count; pair++) {
        char *name = pair == 0 ? g_strdup(link_role_word(role))
                               : g_strdup_printf("%s %u", link_role_word(role), pair);
        carrier->links[role][pair] = link_new(name, run_key, &spec->forward, &spec->reverse);
        g_free(name);
    }
}

/* ---- life */

struct replication_count carrier_replication_count(const struct carrier *carrier)
{
    return carrier->replication;
}

uint64_t carrier_fingerprint(const struct carrier *carrier)
{
    return carrier->fingerprint;
}

void carrier_set_watch(struct carrier *carrier, struct carrier_watch watch)
{
    carrier->watch = watch;
}

void carrier_set_epoch(struct carrier *carrier, uint8_t epoch)
{
    carrier->epoch = epoch;
}

void carrier_set_traffic(struct carrier *carrier, struct traffic *traffic)
{
    carrier->traffic = traffic;
}

void carrier_set_unit(struct carrier *carrier, unsigned number, struct unit *unit)
{
    g_assert(number < UNITS_MAX);
    carrier->units[number] = unit;
}

struct carrier *carrier_new(const struct scenario *scenario, uint64_t run_key,
                            struct engine *engine, struct observer *observer,
                            struct journal *journal, struct run_story *story)
{
    struct carrier *carrier = g_new0(struct carrier, 1);
    carrier->scenario = scenario;
    carrier->engine = engine;
    carrier->observer = observer;
    carrier->journal = journal;
    carrier->story = story;
    carrier->lossy_key = chance_fold_name(run_key, "lossy");
    carrier->segments[INTERFACE_OUTSIDE] = segment_new();
    carrier->segments[INTERFACE_INSIDE] = segment_new();
    packet_carrier_init(carrier);
    datagram_carrier_init(carrier);
    frame_carrier_init(carrier);
    serial_carrier_init(carrier);
    garp_carrier_init(carrier, run_key);
    queue_carrier_init(carrier);
    for (unsigned role = 0; role < LINK_COUNT; role++)
        make_links(carrier, role, run_key);
    return carrier;
}

void carrier_free(struct carrier *carrier)
{
    for (unsigned role = 0; role < LINK_COUNT; role++)
        for (unsigned pair = 0; pair < PAIRS_MAX; pair++)
            if (carrier->links[role][pair])
                link_free(carrier->links[role][pair]);
    garp_carrier_clear(carrier);
    queue_carrier_clear(carrier);
    serial_carrier_clear(carrier);
    frame_carrier_clear(carrier);
    datagram_carrier_clear(carrier);
    packet_carrier_clear(carrier);
    segment_free(carrier->segments[INTERFACE_OUTSIDE]);
    segment_free(carrier->segments[INTERFACE_INSIDE]);
    g_free(carrier);
}
