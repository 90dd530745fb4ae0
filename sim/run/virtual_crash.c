#include "sim/run/virtual_crash.h"

#include "sim/engine/chance.h"
#include "sim/run/wire.h"
#include "sim/run/world_internal.h"

struct virtual_crashes {
    struct world *world;
    const struct virtual_crash_watch *watch; /* or NULL */
    struct wire *wire;
    struct protection_tally *tally;
    GArray *sights; /* struct protection_sight: the latest, by connection */
    uint64_t key;
    nstime from, to;
    nstime last_arrival; /* of a record that makes it before the takeover */
    nstime out_since;    /* the link is in an outage that began then, NSTIME_NEVER: in none */
    uint64_t reachable;  /* of all seen: established before it began */
    uint32_t next;
};

/* Each part of the window has one instant, anywhere in it: the mean over all is that of
 * a crash at a random time, and no stretch of the run is left out. */
static nstime instant(const struct virtual_crashes *crashes, uint32_t number)
{
    uint32_t count = crashes->world->scenario->virtual_crashes.count;
    uint64_t span = (uint64_t)(crashes->to - crashes->from);
    uint64_t draw = chance_fold(crashes->key, number);
    unsigned __int128 parts = ((unsigned __int128)number << 64) + draw;
    return crashes->from + (nstime)((parts * span / count) >> 64);
}

/* ---- one of them ---------------------------------------------------------------------- */

/* Who would take over, or NULL. */
static const struct unit *heir_of(const struct world *world)
{
    const struct unit *owner = carrier_owner(world->carrier, world->scenario->active_ip);
    const struct unit *heir = owner ? world->units[world_standby(world)] : NULL;
    bool ready = heir && unit_health(heir) == UNIT_UP
                 && director_role(unit_director(heir)) == ROLE_STANDBY;
    return ready ? heir : NULL;
}

static void take_record(void *context, const struct record_mark *mark, nstime arrival)
{
    struct virtual_crashes *crashes = context;
    if (arrival <= crashes->last_arrival)
        wire_add(crashes->wire, mark, arrival);
}

/* The soonest that the heir takes over: its timer runs since the last hello, which is one
 * interval old at most. */
static nstime soonest_takeover(const struct scenario *scenario, const struct unit *heir)
{
    const struct unit_spec *spec = g_ptr_array_index(scenario->units, unit_number(heir));
    return scenario->oracle_time != NSTIME_NEVER ? scenario->oracle_time
                                                 : spec->detection - scenario->hello_interval;
}

static void look_at_wire(struct virtual_crashes *crashes, const struct unit *heir)
{
    const struct world *world = crashes->world;
    wire_clear(crashes->wire);
    if (!heir)
        return;
    crashes->last_arrival =
        engine_now(world->engine) + soonest_takeover(world->scenario, heir);
    carrier_on_wire(world->carrier, unit_number(heir), take_record, crashes);
    wire_settle(crashes->wire);
}

static struct protection_sight *latest_sight(struct virtual_crashes *crashes,
                                              uint32_t connection)
{
    GArray *sights = crashes->sights; /* it grows with zeros */
    if (connection >= sights->len)
        g_array_set_size(sights, MAX(2 * sights->len, connection + 1));
    return &g_array_index(sights, struct protection_sight, connection);
}

static void see(struct virtual_crashes *crashes, const struct unit *heir,
                const struct connection *connection)
{
    nstime now = engine_now(crashes->world->engine);
    struct claimant claimant = { .client = { connection->client_ip, connection->client_port },
                                 .virtual = connection->virtual,
                                 .server = connection->server };
    bool known = heir && wire_stands(crashes->wire, unit_director(heir), claimant);
    crashes->reachable += connection->established < crashes->out_since;
    protection_add(crashes->tally, now - connection->established, known,
                   latest_sight(crashes, connection->number));
    if (crashes->watch)
        crashes->watch->seen(crashes->watch->context, now, connection, known);
}

static bool counts(const struct connection *connection)
{
    enum connection_phase phase = connection_phase(connection);
    return phase != PHASE_HANDSHAKE && phase != PHASE_CLOSING;
}

static void schedule(struct virtual_crashes *crashes);

static void crash(void *object, uint64_t number)
{
    struct virtual_crashes *crashes = object;
    const struct world *world = crashes->world;
    const struct unit *heir = heir_of(world);
    uint64_t count = world->scenario->virtual_crashes.count;
    if (world->measured)
        return; /* a preemption, whose instant nobody knew: what follows is its doing */
    protection_instant(crashes->tally, (unsigned)(number * PROTECTION_CELLS / count));
    look_at_wire(crashes, heir);
    crashes->out_since = carrier_outage_since(world->carrier, world_active(world),
                                              world_standby(world));
    for (struct connection *c = traffic_first(world->traffic); c; c = traffic_next(c))
        if (counts(c))
            see(crashes, heir, c);
    schedule(crashes);
}

/* One at a time, so that a hundred thousand of them do not lie in the queue. */
static void schedule(struct virtual_crashes *crashes)
{
    uint32_t number = crashes->next;
    if (number >= crashes->world->scenario->virtual_crashes.count)
        return;
    crashes->next++;
    engine_schedule(crashes->world->engine, instant(crashes, number), crash, crashes, number);
}

/* ---- life ----------------------------------------------------------------------------- */

/* The window's end in this repetition: the measured fault's instant is drawn. */
static nstime end_of_window(const struct world *world)
{
    const struct scenario *scenario = world->scenario;
    nstime end = scenario->virtual_crashes.to;
    return scenario->measure < 0 ? end : MIN(end, world->times[scenario->measure].begins);
}

static nstime mean_outage(const struct scenario *scenario)
{
    const struct loss *loss = &scenario->links[LINK_REPLICATION].forward.loss;
    return loss->model == LOSS_OUTAGE ? loss->outage_mean : 0;
}

struct virtual_crashes *virtual_crashes_new(struct world *world, uint64_t run_key)
{
    const struct scenario *scenario = world->scenario;
    if (scenario->virtual_crashes.count == 0)
        return NULL;
    struct virtual_crashes *crashes = g_new0(struct virtual_crashes, 1);
    crashes->world = world;
    crashes->wire = wire_new(scenario);
    crashes->tally = protection_tally_new(mean_outage(scenario));
    crashes->sights = g_array_new(FALSE, TRUE, sizeof(struct protection_sight));
    crashes->key = chance_fold_name(run_key, "virtual-crash");
    crashes->from = scenario->virtual_crashes.from;
    crashes->to = end_of_window(world);
    g_assert(crashes->from < crashes->to); /* the reader has seen to it */
    schedule(crashes);
    return crashes;
}

void virtual_crashes_free(struct virtual_crashes *crashes)
{
    if (!crashes)
        return;
    g_array_free(crashes->sights, TRUE);
    protection_tally_free(crashes->tally);
    wire_free(crashes->wire);
    g_free(crashes);
}

void virtual_crashes_watch(struct virtual_crashes *crashes,
                           const struct virtual_crash_watch *watch)
{
    g_assert(crashes);
    crashes->watch = watch;
}

struct protection *virtual_crashes_finish(const struct virtual_crashes *crashes)
{
    struct protection *protection =
        protection_finish(crashes->tally, crashes->to - crashes->from,
                          crashes->world->scenario->confidence);
    protection->reachable = crashes->reachable;
    return protection;
}
