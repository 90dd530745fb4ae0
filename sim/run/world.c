#include "sim/run/world_internal.h"

#include "sim/engine/chance.h"
#include "sim/node/flood.h"
#include "sim/run/virtual_crash.h"

const struct unit_spec *world_unit_spec(const struct world *world, unsigned number)
{
    return g_ptr_array_index(world->scenario->units, number);
}

void world_report_unit(struct world *world, unsigned number, const char *event,
                       const char *detail)
{
    nstime now = engine_now(world->engine);
    journal_unit(world->journal, now, world_unit_spec(world, number)->name, event, detail);
    story_tell(world->story, now, story_unit_place(number), PLACE_NOWHERE, "%s%s%s%s", event,
               detail ? " (" : "", detail ? detail : "", detail ? ")" : "");
}

/* Who comes back from the dead may still own the address, as a standby. */
static bool serves(const struct unit *unit)
{
    return unit && unit_health(unit) == UNIT_UP
           && director_role(unit_director(unit)) == ROLE_ACTIVE;
}

/* Once somebody has taken over: do all on a side reach it? */
static void look_at_side(struct world *world, enum side side, unsigned interface)
{
    int heir = observer_heir(world->observer);
    if (heir >= 0 && carrier_reaching(world->carrier, world->units[heir], interface)
                         == carrier_neighbours(world->carrier, interface))
        observer_moved(world->observer, side);
}

void world_look_at_service(struct world *world)
{
    const struct unit *reached = carrier_reached_outside(world->carrier);
    observer_service(world->observer,
                     serves(reached) && carrier_is_reached(world->carrier, reached));
    look_at_side(world, SIDE_OUTSIDE, INTERFACE_OUTSIDE);
    look_at_side(world, SIDE_INSIDE, INTERFACE_INSIDE);
}

static void address_moved(void *context)
{
    world_look_at_service(context);
}

static bool is_astray(void *context, int server)
{
    const struct world *world = context;
    return carrier_is_astray(world->carrier, server);
}

unsigned world_active(const struct world *world)
{
    const struct unit *owner = carrier_owner(world->carrier, world->scenario->active_ip);
    return owner ? unit_number(owner) : 0;
}

/* Whom the active unit feeds (R-1107). Where it does not run, of those that do the one of
 * lowest rank; of none that runs, too. */
unsigned world_standby(const struct world *world)
{
    unsigned active = world_active(world);
    const struct director *director = unit_director(world->units[active]);
    uint32_t fed = director ? director_standby(director) : 0;
    for (unsigned i = 0; i < world->unit_count; i++)
        if (fed != 0 && fed == carrier_unit_ip(i))
            return i;
    for (unsigned i = 0; i < world->unit_count; i++)
        if (i != active && unit_health(world->units[i]) == UNIT_UP)
            return i;
    return active == 0 ? 1 : 0;
}

/* ---- what must hold ----------------------------------------------------------------------- */

static char *find_violation(const struct world *world)
{
    for (unsigned i = 0; i < world->unit_count; i++) {
        const struct director *director = unit_director(world->units[i]);
        const char *broken = director ? director_check(director) : NULL;
        if (broken)
            return g_strdup_printf("unit %s: %s", world_unit_spec(world, i)->name, broken);
    }
    if (traffic_count(world->traffic).corrupt > 0)
        return g_strdup("a byte stream arrived with other bytes than were sent");
    return NULL;
}

/* The first that is found is the one to tell. At the failure, when tables are largest, and at
 * the end: what breaks between stays broken, or is met by an assertion. */
static void check(struct world *world)
{
    if (world->violation == NULL)
        world->violation = find_violation(world);
}

/* What replication has come to, at the failure or at the end. */
static void weigh_replication(struct world *world)
{
    const struct unit *active = world->units[world_active(world)];
    world->replication = carrier_replication_count(world->carrier);
    world->census = world_census(world);
    if (unit_director(active))
        world->work = director_replication_work(unit_director(active));
}

void world_measure(struct world *world, int hit)
{
    const struct unit *owner = carrier_owner(world->carrier, world->scenario->active_ip);
    check(world);
    world->measured = true;
    traffic_watch_orphans(world->traffic);
    world->failed_unit = hit;
    weigh_replication(world);
    world->fingerprint = carrier_fingerprint(world->carrier);
    unsigned standby = world_standby(world);
    observer_failure(world->observer, owner ? (int)unit_number(owner) : -1, standby,
                     owner ? unit_director(owner) : NULL,
                     carrier_outage_since(world->carrier, world_active(world), standby));
    carrier_set_epoch(world->carrier, 1);
    journal_count(world->journal, engine_now(world->engine), "open-at-failure",
                  traffic_count(world->traffic).open);
}

/* ---- the run ---------------------------------------------------------------------------- */

/* Each listed connection that is undecided is asked to speak, and openings stop. Asked
 * first: whoever has nothing to say when the openings stop closes. */
static void call_the_roll(struct world *world)
{
    uint32_t cursor = 0, asked = 0;
    struct connection *connection;
    enum roll_call who = world->scenario->roll_call;
    while (who != ROLL_CALL_NO
           && (connection = observer_next_undecided(world->observer, &cursor))) {
        const struct virtual_spec *virtual =
            g_ptr_array_index(world->scenario->virtuals, connection->virtual);
        if (who == ROLL_CALL_SERVER && !virtual->direct) /* its word would ask no director */
            traffic_ask_server(world->traffic, connection);
        else
            traffic_ask(world->traffic, connection);
        asked++;
    }
    traffic_stop_opening(world->traffic);
    journal_count(world->journal, engine_now(world->engine), "roll-call", asked);
}

void world_run(struct world *world)
{
    const struct scenario *scenario = world->scenario;
    traffic_start(world->traffic);
    engine_run(world->engine, scenario->duration);
    world->peak_open = traffic_count(world->traffic).open;
    if (observer_heir(world->observer) >= 0)
        world->imbalance = census_imbalance(scenario, world->traffic);
    call_the_roll(world);
    nstime last = scenario->duration + scenario->drain;
    while (observer_undecided(world->observer) > 0 && engine_step(world->engine, last))
        ;
}

void world_watch_virtual_crashes(struct world *world, const struct virtual_crash_watch *watch)
{
    virtual_crashes_watch(world->virtual_crashes, watch);
}

void world_rescue(struct world *world, struct rescue *rescue)
{
    carrier_set_rescue(world->carrier, rescue);
}

static void give_replication(struct world *world, struct run_result *result)
{
    if (!world->measured)
        weigh_replication(world);
    result->measured = world->measured ? result->failure : engine_now(world->engine);
    result->replication_datagrams = world->replication.datagrams;
    result->replication_bytes = world->replication.bytes;
    result->replication_lost = world->replication.lost;
    result->back_datagrams = world->replication.back_datagrams;
    result->back_bytes = world->replication.back_bytes;
    result->work = world->work;
    result->census = world->census;
    result->imbalance = world->imbalance;
    result->reprotection = reprotection_time(world->reprotection);
    result->sync = joining_time(world->joining);
    result->sample_count = world->samples->len;
    result->samples = g_memdup2(world->samples->data, world->samples->len * sizeof(struct sample));
}

void world_result(struct world *world, struct run_result *result)
{
    check(world);
    result->violation = g_steal_pointer(&world->violation);
    observer_finish(world->observer, result);
    result->failed_unit = world->failed_unit;
    result->fingerprint = world->fingerprint;
    give_replication(world, result);
    for (unsigned role = 0; role < LINK_COUNT; role++)
        result->lost_to_limit[role] = carrier_lost_to_limit(world->carrier, role);
    for (unsigned place = 0; place < DROP_PLACES; place++)
        result->drops[place] = carrier_drops(world->carrier, place);
    result->backscatter = carrier_backscatter(world->carrier);
    result->replication_loss = carrier_replication_loss(world->carrier);
    if (world->virtual_crashes)
        result->protection = virtual_crashes_finish(world->virtual_crashes);
    result->engine_events = engine_events(world->engine);
    result->peak_pending = engine_peak_pending(world->engine);
    result->peak_open = world->peak_open;
    result->opened = traffic_count(world->traffic).opened;
    if (world->measured)
        result->server_orphans = traffic_count(world->traffic).server_orphans;
    result->reconnected = (uint32_t)traffic_count(world->traffic).reconnected;
    result->without_port = traffic_count(world->traffic).without_port;
}

/* ---- life ---------------------------------------------------------------------------------- */

/* The phase of a unit's hellos is drawn anew in each repetition: a crash at a fixed
 * phase of a timer would be a designed instant. A scenario may want just that. */
static nstime hello_phase(const struct scenario *scenario, uint64_t run_key, unsigned number)
{
    if (scenario->hello_phase != NSTIME_NEVER)
        return scenario->hello_phase;
    uint64_t key = chance_fold(chance_fold_name(run_key, "hello-phase"), number);
    return (nstime)(((unsigned __int128)key * (uint64_t)scenario->hello_interval) >> 64);
}

/* The others, by rank: a unit's number is its rank. */
static void name_peers(const struct world *world, unsigned number, struct unit_peer *peers)
{
    for (unsigned i = 0; i < world->unit_count; i++)
        if (i != number)
            *peers++ = (struct unit_peer){ carrier_unit_ip(i), (enum unit_rank)i };
}

static void make_unit(struct world *world, uint64_t run_key, unsigned number)
{
    struct unit_config config = {
        .engine = world->engine,
        .name = world_unit_spec(world, number)->name,
        .number = number,
        .rank = (enum unit_rank)number,
        .own_ip = carrier_unit_ip(number),
        .mac = carrier_unit_mac(number),
        .hello_phase = hello_phase(world->scenario, run_key, number),
        .seed = chance_fold(chance_fold_name(run_key, "unit"), number),
        .commands = world->scenario->commands,
        .own_command = world_unit_spec(world, number)->command,
        .network = &world->network,
    };
    name_peers(world, number, config.peers);
    world->failed_at[number] = NSTIME_NEVER;
    world->units[number] = unit_new(&config);
    carrier_set_unit(world->carrier, number, world->units[number]);
}

static void make_traffic(struct world *world, uint64_t run_key)
{
    struct traffic_config config = {
        .engine = world->engine,
        .scenario = world->scenario,
        .run_key = run_key,
        .network = world->carrier,
        .send = carrier_send,
        .hand_on = carrier_hand_on,
        .watch = observer_watch(world->observer),
    };
    world->traffic = traffic_new(&config);
    carrier_set_traffic(world->carrier, world->traffic);
    observer_set_traffic(world->observer, world->traffic);
}

struct world *world_new(const struct scenario *scenario, uint32_t repetition,
                        const struct run_result *twin_of, struct world_listeners listeners)
{
    uint64_t run_key = chance_root(scenario->seed, repetition);
    struct world *world = g_new0(struct world, 1);
    world->scenario = scenario;
    world->run_key = run_key;
    world->unit_count = scenario->units->len;
    world->journal = listeners.journal;
    world->story = listeners.story;
    world->is_twin = twin_of != NULL;
    world->failed_unit = -1;
    world->floods = g_ptr_array_new_with_free_func((GDestroyNotify)flood_free);
    world->engine = engine_new();
    world->observer = observer_new(scenario, world->engine);
    if (twin_of)
        observer_set_twin(world->observer, twin_of->last_opening);
    world->carrier = carrier_new(scenario, run_key, world->engine, world->observer,
                                 world->journal, world->story);
    carrier_set_watch(world->carrier, (struct carrier_watch){ world, address_moved });
    observer_set_reach(world->observer, (struct observer_reach){ world, is_astray });
    world->network = deed_network(world);
    world->joining = joining_new(world);
    world->reprotection = reprotection_new(world);
    world->imbalance = -1;
    make_traffic(world, run_key);
    for (unsigned i = 0; i < world->unit_count; i++)
        make_unit(world, run_key, i);
    world->times = timeline_draw(scenario, run_key, NSTIME_NEVER);
    strike_schedule(world);
    world->virtual_crashes = twin_of ? NULL : virtual_crashes_new(world, run_key);
    sampling_schedule(world);
    return world;
}

void world_free(struct world *world)
{
    g_ptr_array_free(world->floods, TRUE);
    for (unsigned i = 0; i < world->unit_count; i++)
        unit_free(world->units[i]);
    traffic_free(world->traffic);
    carrier_free(world->carrier);
    observer_free(world->observer);
    virtual_crashes_free(world->virtual_crashes);
    joining_free(world->joining);
    reprotection_free(world->reprotection);
    g_array_free(world->samples, TRUE);
    engine_free(world->engine);
    g_free(world->violation);
    g_free(world->times);
    g_free(world);
}
