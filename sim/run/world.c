#include "sim/run/world.h"

#include "core/machine.h"
#include "sim/engine/chance.h"
#include "sim/fault/timeline.h"

enum { UNITS = 2 };

struct world {
    const struct scenario *scenario;
    struct journal *journal;
    struct run_story *story;
    struct engine *engine;
    struct observer *observer;
    struct carrier *carrier;
    struct traffic *traffic;
    struct unit_network network;
    struct unit *units[UNITS];
    struct fault_time *times;
    nstime failed_at[UNITS]; /* NSTIME_NEVER while it runs: what the oracle knows */
    /* at the measured fault */
    struct replication_count replication;
    int failed_unit;
    uint32_t peak_open;
};

static const struct unit_spec *unit_spec(const struct world *world, unsigned number)
{
    return g_ptr_array_index(world->scenario->units, number);
}

static enum place unit_place(unsigned number)
{
    return number == 0 ? PLACE_UNIT_0 : PLACE_UNIT_1;
}

/* Say something about a unit to whoever listens. */
static void report_unit(struct world *world, unsigned number, const char *event,
                        const char *detail)
{
    nstime now = engine_now(world->engine);
    journal_unit(world->journal, now, unit_spec(world, number)->name, event, detail);
    story_tell(world->story, now, unit_place(number), PLACE_NOWHERE, "%s%s%s%s", event,
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

/* After whatever may have changed who serves. */
static void look_at_service(struct world *world)
{
    const struct unit *owner = carrier_owner(world->carrier, world->scenario->active_ip);
    observer_service(world->observer, serves(owner) && is_open(world, LINK_CLIENTS)
                                          && is_open(world, LINK_SERVERS));
}

/* ---- what units do to the world ------------------------------------------------ */

static void unit_forwards(void *context, struct unit *unit, enum side side,
                          const struct packet *packet)
{
    struct world *world = context;
    carrier_forward(world->carrier, unit, side, packet);
}

static void unit_sends(void *context, struct unit *unit, enum channel channel,
                       const uint8_t *bytes, size_t length, const struct record_mark *marks,
                       unsigned mark_count)
{
    struct world *world = context;
    carrier_datagram(world->carrier, unit, channel, bytes, length, marks, mark_count);
}

static void unit_claims(void *context, struct unit *unit, uint32_t ip, uint64_t mac)
{
    (void)mac;
    struct world *world = context;
    carrier_claim(world->carrier, unit, ip);
    bool active = ip == world->scenario->active_ip;
    report_unit(world, unit_number(unit), active ? "claims-active-address" : "claims-address",
                NULL);
    if (active)
        observer_claim(world->observer, unit_number(unit), unit_director(unit));
    look_at_service(world);
}

static void unit_releases(void *context, struct unit *unit, uint32_t ip)
{
    struct world *world = context;
    carrier_release(world->carrier, unit, ip);
    look_at_service(world);
}

/* Notes about the unit as a whole; those about connections would be a log of all
 * traffic. */
static bool is_about_the_unit(enum note_code code)
{
    return code == NOTE_PEER_SILENT || code == NOTE_PEER_HEARD || code == NOTE_BECAME_ACTIVE
           || code == NOTE_BECAME_STANDBY || code == NOTE_BOTH_ACTIVE
           || code == NOTE_TABLE_FULL || code == NOTE_BULK_BEGAN || code == NOTE_BULK_ENDED;
}

static void tell_note(struct world *world, unsigned number, const struct note *note,
                      const struct record_mark *mark)
{
    uint32_t tag = note->tag != 0 ? note->tag : mark ? mark->tag : 0;
    const char *detail = note_detail_word(note);
    if (tag != 0 && story_wants(world->story, tag))
        story_tell(world->story, engine_now(world->engine), unit_place(number), PLACE_NOWHERE,
                   "%s%s%s%s", note_word(note->code), detail ? " (" : "", detail ? detail : "",
                   detail ? ")" : "");
}

/* A server, in a unit's opinion. What virtual machines are follows from theirs. */
static void tell_machine(struct world *world, unsigned number, const struct note *note)
{
    for (guint i = 0; i < world->scenario->reals->len; i++) {
        const struct real_spec *real = g_ptr_array_index(world->scenario->reals, i);
        if (real->ip != note->real.ip || real->port != note->real.port)
            continue;
        char *detail = g_strdup_printf("%s %s", real->name,
                                       machine_state_word(note->detail & 0xFF));
        report_unit(world, number, note_word(note->code), detail);
        g_free(detail);
    }
}

static void measure(struct world *world, unsigned hit);

/* A preemption is nobody's fault: its instant is known from the director's note, which
 * comes before the claim of the address. */
static void note_preemption(struct world *world, unsigned number, const struct note *note)
{
    if (world->scenario->measure_preempt && world->failed_unit < 0
        && note->code == NOTE_BECAME_ACTIVE && note->detail == ROLE_PREEMPTED)
        measure(world, 1 - number);
}

static void unit_notes(void *context, struct unit *unit, const struct note *note)
{
    struct world *world = context;
    const struct record_mark *mark = carrier_mark_at_hand(world->carrier, &note->flow);
    unsigned number = unit_number(unit);
    observer_note(world->observer, number, note, mark);
    note_preemption(world, number, note);
    if (is_about_the_unit(note->code))
        report_unit(world, number, note_word(note->code), note_detail_word(note));
    else if (note->code == NOTE_MACHINE_STATE)
        tell_machine(world, number, note);
    else if (world->story)
        tell_note(world, number, note, mark);
}

/* ---- faults ------------------------------------------------------------------------ */

static unsigned unit_of_role(const struct world *world, enum fault_target target)
{
    struct unit *owner = carrier_owner(world->carrier, world->scenario->active_ip);
    unsigned active = owner ? unit_number(owner) : 0;
    return target == TARGET_ACTIVE ? active : 1 - active;
}

/* Roles are as they are when the fault fires: the active unit is the one that owns
 * the active address. */
static unsigned target_of(const struct world *world, const struct fault_spec *fault)
{
    switch (fault->target) {
    case TARGET_UNIT:
        return fault->unit;
    case TARGET_PRIMARY:
        return 0;
    case TARGET_SECONDARY:
        return 1;
    case TARGET_ACTIVE:
    case TARGET_STANDBY:
        break;
    }
    return unit_of_role(world, fault->target);
}

static void change_link(struct world *world, const struct fault_spec *fault,
                        const struct link_spec *spec)
{
    struct link *link = carrier_link(world->carrier, fault->link);
    *link_impairment(link, DIRECTION_FORWARD) = spec->forward;
    *link_impairment(link, DIRECTION_REVERSE) = spec->reverse;
}

/* The instant that decides who counts. */
static void measure(struct world *world, unsigned hit)
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

/* Detector "oracle": it has known the failure for its time, unless the unit runs again. */
static void oracle_speaks(void *object, uint64_t number)
{
    struct world *world = object;
    nstime failed_at = world->failed_at[number];
    if (failed_at != NSTIME_NEVER
        && failed_at + world->scenario->oracle_time == engine_now(world->engine))
        unit_peer_failed(world->units[1 - number]);
}

static void ask_oracle(struct world *world, unsigned failed)
{
    nstime now = engine_now(world->engine);
    if (world->failed_at[failed] != NSTIME_NEVER)
        return;
    world->failed_at[failed] = now;
    if (world->scenario->oracle_time != NSTIME_NEVER)
        engine_schedule(world->engine, now + world->scenario->oracle_time, oracle_speaks, world,
                        failed);
}

/* A planned switchover is what an operator does; whether it can be done is the
 * director's to say, and is reported. */
static void command_unit(struct world *world, unsigned index, const struct fault_spec *fault)
{
    unsigned hit = target_of(world, fault);
    bool switchover = fault->action == FAULT_SWITCHOVER;
    if ((int)index == world->scenario->measure)
        measure(world, hit);
    report_unit(world, hit, switchover ? "switchover" : "command",
                switchover ? fault->label : fault->command);
    char *refusal = unit_command(world->units[hit],
                                 switchover ? "no failover active" : fault->command);
    if (refusal)
        report_unit(world, hit, "command-refused", refusal);
    g_free(refusal);
}

static void thaw_came(void *object, uint64_t number)
{
    struct world *world = object;
    report_unit(world, (unsigned)number, "thaw", NULL);
    unit_thaw(world->units[number]);
    if (unit_health(world->units[number]) == UNIT_UP)
        world->failed_at[number] = NSTIME_NEVER;
    look_at_service(world);
}

static void strike_unit(struct world *world, unsigned index, const struct fault_spec *fault)
{
    unsigned hit = target_of(world, fault);
    struct unit *unit = world->units[hit];
    if ((int)index == world->scenario->measure)
        measure(world, hit);
    report_unit(world, hit,
                fault->action == FAULT_CRASH    ? "crash"
                : fault->action == FAULT_FREEZE ? "freeze"
                                                : "restart",
                fault->label);
    if (fault->action == FAULT_RESTART)
        world->failed_at[hit] = NSTIME_NEVER;
    else
        ask_oracle(world, hit);
    if (fault->action == FAULT_CRASH)
        unit_crash(unit);
    else if (fault->action == FAULT_RESTART)
        unit_restart(unit);
    else {
        unit_freeze(unit);
        if (world->times[index].ends != NSTIME_NEVER)
            engine_schedule(world->engine, world->times[index].ends, thaw_came, world, hit);
    }
}

static const struct fault_spec *fault_spec(const struct world *world, uint64_t number)
{
    return g_ptr_array_index(world->scenario->faults, (guint)number);
}

static void link_mends(void *object, uint64_t number)
{
    struct world *world = object;
    const struct fault_spec *fault = fault_spec(world, number);
    change_link(world, fault, &world->scenario->links[fault->link]);
    journal_unit(world->journal, engine_now(world->engine), NULL, "link-as-before",
                 link_role_word(fault->link));
    look_at_service(world);
}

static void strike_link(struct world *world, unsigned index, const struct fault_spec *fault)
{
    nstime ends = world->times[index].ends;
    journal_unit(world->journal, engine_now(world->engine), NULL, fault->text, fault->label);
    change_link(world, fault, &fault->changed);
    if (ends != NSTIME_NEVER)
        engine_schedule(world->engine, ends, link_mends, world, index);
}

static void server_recovers(void *object, uint64_t number)
{
    struct world *world = object;
    const struct fault_spec *fault = fault_spec(world, number);
    const struct real_spec *real = g_ptr_array_index(world->scenario->reals, fault->real);
    journal_unit(world->journal, engine_now(world->engine), NULL, "recovers", real->name);
    traffic_fail_server(world->traffic, fault->real, false);
}

static void strike_server(struct world *world, unsigned index, const struct fault_spec *fault)
{
    nstime ends = world->times[index].ends;
    journal_unit(world->journal, engine_now(world->engine), NULL, fault->text, fault->label);
    traffic_fail_server(world->traffic, fault->real, fault->action == FAULT_FAIL);
    if (ends != NSTIME_NEVER)
        engine_schedule(world->engine, ends, server_recovers, world, index);
}

static void fault_strikes(void *object, uint64_t number)
{
    struct world *world = object;
    const struct fault_spec *fault = fault_spec(world, number);
    if ((int)number != world->scenario->measure)
        observer_disturbance(world->observer);
    if (fault->action == FAULT_LINK)
        strike_link(world, (unsigned)number, fault);
    else if (fault->action == FAULT_FAIL || fault->action == FAULT_RECOVER)
        strike_server(world, (unsigned)number, fault);
    else if (fault->action == FAULT_SWITCHOVER || fault->action == FAULT_COMMAND)
        command_unit(world, (unsigned)number, fault);
    else
        strike_unit(world, (unsigned)number, fault);
    look_at_service(world);
}

static void schedule_faults(struct world *world)
{
    for (guint i = 0; i < world->scenario->faults->len; i++)
        engine_schedule(world->engine, world->times[i].begins, fault_strikes, world, i);
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
            return g_strdup_printf("unit %s: %s", unit_spec(world, i)->name, broken);
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
        .name = unit_spec(world, number)->name,
        .number = number,
        .primary = unit_spec(world, number)->primary,
        .own_ip = carrier_unit_ip(number),
        .peers = {{carrier_unit_ip(1 - number),
                   number == 0 ? RANK_SECONDARY : RANK_PRIMARY}},
        .hello_phase = hello_phase(world->scenario, run_key, number),
        .seed = chance_fold(chance_fold_name(run_key, "unit"), number),
        .commands = world->scenario->commands,
        .own_command = unit_spec(world, number)->command,
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
    world->network = (struct unit_network){
        .context = world,
        .forward = unit_forwards,
        .datagram = unit_sends,
        .claim = unit_claims,
        .release = unit_releases,
        .note = unit_notes,
    };
    make_traffic(world, run_key);
    for (unsigned i = 0; i < UNITS; i++)
        make_unit(world, run_key, i);
    world->times = timeline_draw(scenario, run_key);
    schedule_faults(world);
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
