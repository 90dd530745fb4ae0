/* How those around the pair learn that the active address has moved: gratuitous ARPs, which
 * each may miss by a luck of its own, entries that grow old, and a switch that learns by any
 * frame. Where none can be lost (garp-loss) everybody knows at once, and nothing is kept. */
#include "sim/run/carrier_internal.h"

#include "core/path.h"

/* A switch forgets a port that is silent for so long (IEEE 802.1D). */
#define SWITCH_AGEING (300 * NSTIME_S)

static enum side side_of(unsigned interface)
{
    g_assert(interface == INTERFACE_OUTSIDE || interface == INTERFACE_INSIDE);
    return interface == INTERFACE_OUTSIDE ? SIDE_OUTSIDE : SIDE_INSIDE;
}

static struct unit *holder(const struct carrier *carrier, unsigned interface)
{
    return segment_owner(carrier->segments[interface], carrier->scenario->active_ip);
}

/* ---- who listens */

/* The clients' router is alone outside; inside each machine that has an address is one. */
static unsigned neighbour_of(const struct carrier *carrier, unsigned interface, uint32_t ip)
{
    if (interface == INTERFACE_OUTSIDE)
        return 0;
    return GPOINTER_TO_UINT(g_hash_table_lookup(carrier->machines, GUINT_TO_POINTER(ip)));
}

static void number_machines(struct carrier *carrier)
{
    carrier->machines = g_hash_table_new(NULL, NULL);
    for (guint i = 0; i < carrier->scenario->reals->len; i++) {
        const struct real_spec *real = g_ptr_array_index(carrier->scenario->reals, i);
        gpointer ip = GUINT_TO_POINTER(real->ip);
        if (!g_hash_table_contains(carrier->machines, ip))
            g_hash_table_insert(carrier->machines, ip,
                                GUINT_TO_POINTER(g_hash_table_size(carrier->machines)));
    }
}

/* A machine goes by the name of its first real. */
static char *name_of(const struct carrier *carrier, unsigned interface, unsigned listener)
{
    if (listener == neighbours_switch(carrier->garp[interface].neighbours))
        return g_strdup_printf("the switch %s", interface_word(interface));
    for (guint i = 0; interface == INTERFACE_INSIDE && i < carrier->scenario->reals->len; i++) {
        const struct real_spec *real = g_ptr_array_index(carrier->scenario->reals, i);
        if (neighbour_of(carrier, interface, real->ip) == listener)
            return g_strdup(real->name);
    }
    return g_strdup("the router");
}

static void tell(const struct carrier *carrier, const struct unit *unit, unsigned interface,
                 unsigned listener, const char *event)
{
    nstime now = engine_now(carrier->engine);
    if (!carrier->journal && !carrier->story)
        return;
    char *name = name_of(carrier, interface, listener);
    journal_unit(carrier->journal, now, unit_name(unit), event, name);
    story_tell(carrier->story, now, story_unit_place(unit_number(unit)), PLACE_NOWHERE,
               "%s (%s)", event, name);
    g_free(name);
}

static void moved(const struct carrier *carrier)
{
    carrier->watch.moved(carrier->watch.context);
}

/* ---- entries grow old */

static void neighbour_asks(void *object, uint64_t number);

static void ask_later(struct carrier *carrier, unsigned interface, unsigned neighbour, nstime at)
{
    struct garp *garp = &carrier->garp[interface];
    engine_cancel(carrier->engine, garp->asks[neighbour]);
    garp->asks[neighbour] = engine_schedule(carrier->engine, at, neighbour_asks, carrier,
                                            (uint64_t)neighbour << 8 | interface);
}

static nstime next_question(const struct carrier *carrier, unsigned interface)
{
    return engine_now(carrier->engine) + carrier->scenario->garp.lifetime[side_of(interface)];
}

static void learn(struct carrier *carrier, unsigned interface, unsigned listener,
                  struct unit *unit)
{
    struct garp *garp = &carrier->garp[interface];
    neighbours_learn(garp->neighbours, listener, unit);
    if (listener == neighbours_switch(garp->neighbours))
        engine_cancel(carrier->engine, garp->ageing);
    else
        ask_later(carrier, interface, listener, next_question(carrier, interface));
}

/* Whoever holds the address answers, if it is there to hear the question; so that its frame
 * is seen by the switch, too. If nobody does, the entry is gone. */
static void neighbour_asks(void *object, uint64_t number)
{
    struct carrier *carrier = object;
    unsigned interface = number & 0xFF, neighbour = (unsigned)(number >> 8);
    struct neighbours *neighbours = carrier->garp[interface].neighbours;
    struct unit *unit = holder(carrier, interface);
    bool misled = neighbours_misled(neighbours, neighbour) != NULL;
    bool answers = unit && unit_health(unit) == UNIT_UP
                   && !carrier_is_cut(carrier, unit_number(unit), interface);
    learn(carrier, interface, neighbour, answers ? unit : NULL);
    if (!answers || !misled)
        return;
    learn(carrier, interface, neighbours_switch(neighbours), unit);
    tell(carrier, unit, interface, neighbour, "asked-by");
    moved(carrier);
}

/* The age of an entry at the start is as random as that at any failure. */
static void begin_asking(struct carrier *carrier, unsigned interface, uint64_t key)
{
    nstime lifetime = carrier->scenario->garp.lifetime[side_of(interface)];
    for (unsigned i = 0; i < neighbours_count(carrier->garp[interface].neighbours); i++) {
        uint64_t draw = chance_fold(chance_fold(key, interface), i);
        ask_later(carrier, interface, i,
                  (nstime)(((unsigned __int128)draw * (uint64_t)lifetime) >> 64));
    }
}

/* ---- what the switch learns */

/* The owner of a port may have spoken since. What the switch does not know it floods. */
static void port_ages(void *object, uint64_t interface)
{
    struct carrier *carrier = object;
    struct garp *garp = &carrier->garp[interface];
    const struct unit *former = neighbours_port(garp->neighbours);
    nstime until = garp->spoke[unit_number(former)] + SWITCH_AGEING;
    if (until > engine_now(carrier->engine)) {
        garp->ageing = engine_schedule(carrier->engine, until, port_ages, carrier, interface);
        return;
    }
    learn(carrier, (unsigned)interface, neighbours_switch(garp->neighbours), NULL);
    tell(carrier, former, (unsigned)interface, neighbours_switch(garp->neighbours),
         "forgotten-by");
    moved(carrier);
}

static void await_ageing(struct carrier *carrier, unsigned interface)
{
    struct garp *garp = &carrier->garp[interface];
    if (neighbours_is_astray(garp->neighbours, neighbours_switch(garp->neighbours)))
        garp->ageing = engine_schedule(carrier->engine, engine_now(carrier->engine), port_ages,
                                       carrier, interface);
}

void garp_carrier_spoke(struct carrier *carrier, unsigned unit, unsigned interface)
{
    struct garp *garp = &carrier->garp[interface];
    unsigned listener = neighbours_switch(garp->neighbours);
    garp->spoke[unit] = engine_now(carrier->engine);
    if (!neighbours_is_astray(garp->neighbours, listener)
        || holder(carrier, interface) != carrier->units[unit])
        return;
    learn(carrier, interface, listener, carrier->units[unit]);
    tell(carrier, carrier->units[unit], interface, listener, "seen-by");
    moved(carrier);
}

void carrier_darken_port(struct carrier *carrier, unsigned unit, unsigned interface)
{
    if (carrier->garp[interface].used)
        neighbours_forget_port(carrier->garp[interface].neighbours, carrier->units[unit]);
}

/* ---- claims */

/* One frame, at one listener: raising the loss only adds losses. */
static bool is_heard(const struct carrier *carrier, unsigned unit, unsigned interface,
                     unsigned frame, unsigned listener)
{
    const struct garp *garp = &carrier->garp[interface];
    uint64_t key = chance_fold(carrier->garp_key, (uint64_t)unit << 8 | interface);
    key = chance_fold(chance_fold(key, garp->claims[unit]), frame);
    return !chance_occurs(chance_fold(key, listener),
                          carrier->scenario->garp.loss[side_of(interface)]);
}

/* As many frames as are sent at once, to one that has not heard of its owner yet. */
static void inform(struct carrier *carrier, unsigned unit, unsigned interface, unsigned first,
                   unsigned listener)
{
    bool heard = false;
    for (unsigned i = 0; !heard && i < carrier->scenario->garp.repeat; i++)
        heard = is_heard(carrier, unit, interface, first + i, listener);
    if (heard)
        learn(carrier, interface, listener, carrier->units[unit]);
    tell(carrier, carrier->units[unit], interface, listener,
         heard ? "garp-heard-by" : "garp-not-heard-by");
}

static void send_set(struct carrier *carrier, unsigned unit, unsigned interface, unsigned first)
{
    struct neighbours *neighbours = carrier->garp[interface].neighbours;
    carrier->garp[interface].spoke[unit] = engine_now(carrier->engine);
    for (unsigned i = 0; i <= neighbours_switch(neighbours); i++)
        if (neighbours_is_astray(neighbours, i))
            inform(carrier, unit, interface, first, i);
}

static void second_set(void *object, uint64_t number)
{
    struct carrier *carrier = object;
    unsigned interface = number & 0xFF, unit = (unsigned)(number >> 8);
    if (holder(carrier, interface) != carrier->units[unit]
        || unit_health(carrier->units[unit]) != UNIT_UP
        || carrier_is_cut(carrier, unit, interface))
        return;
    send_set(carrier, unit, interface, carrier->scenario->garp.repeat);
    moved(carrier);
}

void garp_carrier_claim(struct carrier *carrier, unsigned unit, unsigned interface, bool same_mac)
{
    struct garp *garp = &carrier->garp[interface];
    nstime delay = carrier->scenario->garp.delay;
    if (!garp->used)
        return;
    garp->claims[unit]++;
    engine_cancel(carrier->engine, garp->ageing);
    engine_cancel(carrier->engine, garp->second[unit]);
    neighbours_claim(garp->neighbours, carrier->units[unit], same_mac);
    send_set(carrier, unit, interface, 0);
    await_ageing(carrier, interface);
    if (delay != NSTIME_NEVER)
        garp->second[unit] = engine_schedule(carrier->engine, engine_now(carrier->engine) + delay,
                                             second_set, carrier, (uint64_t)unit << 8 | interface);
}

/* ---- who is reached */

struct unit *garp_carrier_receiver(const struct carrier *carrier, unsigned interface,
                                   uint32_t sender_ip)
{
    const struct garp *garp = &carrier->garp[interface];
    struct unit *misled =
        garp->used ? neighbours_misled(garp->neighbours,
                                       neighbour_of(carrier, interface, sender_ip))
                   : NULL;
    return misled ? misled : holder(carrier, interface);
}

unsigned carrier_reaching(const struct carrier *carrier, const struct unit *unit,
                          unsigned interface)
{
    const struct garp *garp = &carrier->garp[interface];
    unsigned reaching = 0;
    if (carrier_is_cut(carrier, unit_number(unit), interface))
        return 0;
    for (unsigned i = 0; i < neighbours_count(garp->neighbours); i++) {
        const struct unit *misled = neighbours_misled(garp->neighbours, i);
        reaching += (misled ? misled : holder(carrier, interface)) == unit;
    }
    return reaching;
}

unsigned carrier_neighbours(const struct carrier *carrier, unsigned interface)
{
    return neighbours_count(carrier->garp[interface].neighbours);
}

bool carrier_is_astray(const struct carrier *carrier, int server)
{
    const struct garp *outside = &carrier->garp[INTERFACE_OUTSIDE];
    const struct garp *inside = &carrier->garp[INTERFACE_INSIDE];
    if (neighbours_misled(outside->neighbours, 0))
        return true;
    if (server < 0)
        return false;
    const struct real_spec *real = g_ptr_array_index(carrier->scenario->reals, (guint)server);
    return neighbours_misled(inside->neighbours,
                             neighbour_of(carrier, INTERFACE_INSIDE, real->ip)) != NULL;
}

/* ---- life */

static void init_side(struct carrier *carrier, unsigned interface, unsigned count)
{
    struct garp *garp = &carrier->garp[interface];
    garp->used = carrier->scenario->garp.loss[side_of(interface)].threshold != 0;
    garp->neighbours = neighbours_new(count);
    garp->asks = g_new0(event_handle, count);
}

void garp_carrier_init(struct carrier *carrier, uint64_t run_key)
{
    carrier->garp_key = chance_fold_name(run_key, "garp");
    number_machines(carrier);
    init_side(carrier, INTERFACE_OUTSIDE, 1);
    init_side(carrier, INTERFACE_INSIDE, g_hash_table_size(carrier->machines));
    for (unsigned i = INTERFACE_OUTSIDE; i <= INTERFACE_INSIDE; i++)
        if (carrier->garp[i].used)
            begin_asking(carrier, i, chance_fold_name(run_key, "neighbour"));
}

void garp_carrier_clear(struct carrier *carrier)
{
    for (unsigned i = INTERFACE_OUTSIDE; i <= INTERFACE_INSIDE; i++) {
        neighbours_free(carrier->garp[i].neighbours);
        g_free(carrier->garp[i].asks);
    }
    g_hash_table_unref(carrier->machines);
}
