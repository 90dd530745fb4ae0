#include "sim/run/world_internal.h"

#include "sim/engine/chance.h"

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

static bool is_open(const struct world *world, enum link_role role)
{
    struct link *link = carrier_link(world->carrier, role);
    return !link_impairment(link, DIRECTION_FORWARD)->down
           && !link_impairment(link, DIRECTION_REVERSE)->down;
}

/* Who comes back from the dead may still own the address, as a standby. */
static bool serves(const struct unit *unit)
{
    return unit && unit_health(unit) == UNIT_UP
           && director_role(unit_director(unit)) == ROLE_ACTIVE;
}

void world_look_at_service(struct world *world)
{
    const struct unit *owner = carrier_owner(world->carrier, world->scenario->active_ip);
    observer_service(world->observer, serves(owner) && is_open(world, LINK_CLIENTS)
                                          && is_open(world, LINK_SERVERS));
}

void world_measure(struct world *world, unsigned hit)
{
    const struct unit *owner = carrier_owner(world->carrier, world->scenario->active_ip);
    world->failed_unit = (int)hit;
    world->replication = carrier_replication_count(world->carrier);
    observer_failure(world->observer, owner ? (int)unit_number(owner) : -1,
                     owner ? unit_director(owner) : NULL);
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
    while (world->scenario->roll_call
           && (connection = observer_next_undecided(world->observer, &cursor))) {
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
    call_the_roll(world);
    nstime last = scenario->duration + scenario->drain;
    while (observer_undecided(world->observer) > 0 && engine_step(world->engine, last))
        ;
}

/* What must hold at the end, whatever happened. */
static char *find_violation(const struct world *world)
{
    for (unsigned i = 0; i < UNITS; i++) {
        const struct director *director = unit_director(world->units[i]);
        const char *broken = director ? director_check(director) : NULL;
        if (broken)
            return g_strdup_printf("unit %s: %s", world_unit_spec(world, i)->name, broken);
    }
    if (traffic_count(world->traffic).corrupt > 0)
        return g_strdup("a byte stream arrived with other bytes than were sent");
    return NULL;
}

void world_result(struct world *world, struct run_result *result)
{
    result->violation = find_violation(world);
    observer_finish(world->observer, result);
    result->failed_unit = world->failed_unit;
    if (world->failed_unit < 0)
        world->replication = carrier_replication_count(world->carrier);
    result->replication_datagrams = world->replication.datagrams;
    result->replication_bytes = world->replication.bytes;
    result->replication_lost = world->replication.lost;
    for (unsigned role = 0; role < LINK_COUNT; role++) {
        const struct link *link = carrier_link(world->carrier, role);
        result->lost_to_limit[role] = link_count(link, DIRECTION_FORWARD).lost_to_limit
                                      + link_count(link, DIRECTION_REVERSE).lost_to_limit;
    }
    result->engine_events = engine_events(world->engine);
    result->peak_pending = engine_peak_pending(world->engine);
    result->peak_open = world->peak_open;
    result->opened = traffic_count(world->traffic).opened;
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

static void make_unit(struct world *world, uint64_t run_key, unsigned number)
{
    struct unit_config config = {
        .engine = world->engine,
        .name = world_unit_spec(world, number)->name,
        .number = number,
        .primary = world_unit_spec(world, number)->primary,
        .own_ip = carrier_unit_ip(number),
        .peers = {{carrier_unit_ip(1 - number),
                   number == 0 ? RANK_SECONDARY : RANK_PRIMARY}},
        .hello_phase = hello_phase(world->scenario, run_key, number),
        .seed = chance_fold(chance_fold_name(run_key, "unit"), number),
        .commands = world->scenario->commands,
        .own_command = world_unit_spec(world, number)->command,
        .network = &world->network,
    };
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
        .watch = observer_watch(world->observer),
    };
    world->traffic = traffic_new(&config);
    carrier_set_traffic(world->carrier, world->traffic);
    observer_set_traffic(world->observer, world->traffic);
}

struct world *world_new(const struct scenario *scenario, uint32_t repetition,
                        struct journal *journal, struct run_story *story)
{
    uint64_t run_key = chance_root(scenario->seed, repetition);
    struct world *world = g_new0(struct world, 1);
    world->scenario = scenario;
    world->journal = journal;
    world->story = story;
    world->failed_unit = -1;
    world->engine = engine_new();
    world->observer = observer_new(scenario, world->engine);
    world->carrier = carrier_new(scenario, run_key, world->engine, world->observer, journal,
                                 story);
    world->network = deed_network(world);
    make_traffic(world, run_key);
    for (unsigned i = 0; i < UNITS; i++)
        make_unit(world, run_key, i);
    world->times = timeline_draw(scenario, run_key);
    strike_schedule(world);
    return world;
}

void world_free(struct world *world)
{
    for (unsigned i = 0; i < UNITS; i++)
        unit_free(world->units[i]);
    traffic_free(world->traffic);
    carrier_free(world->carrier);
    observer_free(world->observer);
    engine_free(world->engine);
    g_free(world->times);
    g_free(world);
}
