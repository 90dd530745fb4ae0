/* Strikes: each fault of the scenario, as it comes over the world and as it ends. */
#include "sim/node/flood.h"
#include "sim/run/world_internal.h"

/* Roles are as they are when the fault fires. */
static unsigned target_of(const struct world *world, const struct fault_spec *fault)
{
    switch (fault->target) {
    case TARGET_UNIT:
        return fault->unit;
    case TARGET_PRIMARY:
        return 0;
    case TARGET_SECONDARY:
        return 1;
    case TARGET_SPARE:
        return 2;
    case TARGET_STANDBY:
        return world_standby(world);
    case TARGET_ACTIVE:
        break;
    }
    return world_active(world);
}

static const struct fault_spec *fault_spec(const struct world *world, uint64_t number)
{
    return g_ptr_array_index(world->scenario->faults, (guint)number);
}

/* What happens to no unit. */
static void report_world(struct world *world, const char *event, const char *detail)
{
    nstime now = engine_now(world->engine);
    journal_unit(world->journal, now, NULL, event, detail);
    story_tell(world->story, now, PLACE_NOWHERE, PLACE_NOWHERE, "%s", event);
}

static void end_later(struct world *world, unsigned index, event_handler *ends)
{
    if (world->times[index].ends != NSTIME_NEVER)
        engine_schedule(world->engine, world->times[index].ends, ends, world, index);
}

/* ---- the oracle */

/* Detector "oracle": it has known the failure for its time, unless the unit runs again. */
static void oracle_speaks(void *object, uint64_t number)
{
    struct world *world = object;
    nstime failed_at = world->failed_at[number];
    if (failed_at != NSTIME_NEVER
        && failed_at + world->scenario->oracle_time == engine_now(world->engine))
        unit_peer_failed(world->units[number == 0 ? 1 : 0]);
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

/* ---- machines */

static void thaw_came(void *object, uint64_t number)
{
    struct world *world = object;
    world_report_unit(world, (unsigned)number, "thaw", NULL);
    unit_thaw(world->units[number]);
    carrier_let_unit_go(world->carrier, (unsigned)number);
    if (unit_health(world->units[number]) == UNIT_UP)
        world->failed_at[number] = NSTIME_NEVER;
    world_look_at_service(world);
}

static void freeze(struct world *world, unsigned index, unsigned hit)
{
    ask_oracle(world, hit);
    unit_freeze(world->units[hit]);
    carrier_stop_unit(world->carrier, hit);
    if (world->times[index].ends != NSTIME_NEVER)
        engine_schedule(world->engine, world->times[index].ends, thaw_came, world, hit);
}

static void crash(struct world *world, unsigned hit)
{
    ask_oracle(world, hit);
    unit_crash(world->units[hit]);
    carrier_empty_unit(world->carrier, hit);
}

/* The cable joins primary and secondary; it shows each whether the other has power
 * (fact F-718). */
static void show_cable(struct world *world)
{
    for (unsigned i = 0; i < 2; i++)
        unit_set_cable(world->units[i], world->cable_pulled           ? CABLE_PULLED
                                        : world->powered_off[1 - i] ? CABLE_PEER_OFF
                                                                      : CABLE_NORMAL);
}

/* It boots, with power if it had none. */
static void restart(struct world *world, unsigned hit)
{
    world->failed_at[hit] = NSTIME_NEVER;
    if (world->powered_off[hit]) {
        world->powered_off[hit] = false;
        show_cable(world);
    }
    carrier_empty_unit(world->carrier, hit);
    unit_restart(world->units[hit]);
}

static void power_returns(void *object, uint64_t number)
{
    struct world *world = object;
    if (!world->powered_off[number])
        return;
    world_report_unit(world, (unsigned)number, "power-on", NULL);
    restart(world, (unsigned)number);
    world_look_at_service(world);
}

static void power_off(struct world *world, unsigned index, unsigned hit)
{
    crash(world, hit);
    carrier_darken_port(world->carrier, hit, INTERFACE_OUTSIDE);
    carrier_darken_port(world->carrier, hit, INTERFACE_INSIDE);
    world->powered_off[hit] = true;
    show_cable(world);
    if (world->times[index].ends != NSTIME_NEVER)
        engine_schedule(world->engine, world->times[index].ends, power_returns, world, hit);
}

/* Which unit it was is known when the fault begins: unit and interface are one number. */
static void line_returns(void *object, uint64_t number)
{
    struct world *world = object;
    unsigned hit = (unsigned)number / UNIT_INTERFACES;
    unsigned interface = (unsigned)number % UNIT_INTERFACES;
    world_report_unit(world, hit, "interface-up", interface_word(interface));
    carrier_set_interface(world->carrier, hit, interface, true);
    unit_set_interface(world->units[hit], interface, true);
    world_look_at_service(world);
}

static void cut_line(struct world *world, unsigned index, unsigned hit)
{
    const struct fault_spec *fault = fault_spec(world, index);
    unsigned interface = fault->interface;
    carrier_set_interface(world->carrier, hit, interface, false);
    if (!fault->unnoticed) {
        carrier_darken_port(world->carrier, hit, interface);
        unit_set_interface(world->units[hit], interface, false);
    }
    if (world->times[index].ends != NSTIME_NEVER)
        engine_schedule(world->engine, world->times[index].ends, line_returns, world,
                        hit * UNIT_INTERFACES + interface);
}

static void strike_unit(struct world *world, unsigned index, const struct fault_spec *fault)
{
    static const char *const words[] = {
        [FAULT_CRASH] = "crash", [FAULT_FREEZE] = "freeze", [FAULT_RESTART] = "restart",
        [FAULT_POWER] = "power-off", [FAULT_INTERFACE] = "interface-down",
    };
    unsigned hit = target_of(world, fault);
    g_assert(fault->action < G_N_ELEMENTS(words) && words[fault->action] != NULL);
    world_report_unit(world, hit, fault->unnoticed ? "interface-cut" : words[fault->action],
                      fault->action == FAULT_INTERFACE ? interface_word(fault->interface)
                                                       : fault->label);
    if (fault->action == FAULT_CRASH)
        crash(world, hit);
    else if (fault->action == FAULT_FREEZE)
        freeze(world, index, hit);
    else if (fault->action == FAULT_POWER)
        power_off(world, index, hit);
    else if (fault->action == FAULT_INTERFACE)
        cut_line(world, index, hit);
    else
        restart(world, hit);
}

/* ---- operators */

static void command(struct world *world, unsigned hit, const char *line)
{
    char *refusal = unit_command(world->units[hit], line);
    if (refusal)
        world_report_unit(world, hit, "command-refused", refusal);
    g_free(refusal);
}

/* A planned switchover is what an operator does; whether it can be done is the
 * director's to say, and is reported. */
static void command_unit(struct world *world, const struct fault_spec *fault)
{
    unsigned hit = target_of(world, fault);
    bool switchover = fault->action == FAULT_SWITCHOVER;
    world_report_unit(world, hit, switchover ? "switchover" : "command",
                      switchover ? fault->label : fault->command);
    command(world, hit, switchover ? "no failover active" : fault->command);
}

/* Whoever is active then: the operator has the machine in mind, not the unit. */
static void drain_ends(void *object, uint64_t number)
{
    struct world *world = object;
    const struct fault_spec *fault = fault_spec(world, number);
    unsigned hit = world_active(world);
    world_report_unit(world, hit, "command", fault->undo);
    command(world, hit, fault->undo);
}

static void drain(struct world *world, unsigned index, const struct fault_spec *fault)
{
    unsigned hit = target_of(world, fault);
    report_world(world, fault->text, fault->label);
    command(world, hit, fault->command);
    end_later(world, index, drain_ends);
}

/* ---- cables, links, servers */

static void cable_returns(void *object, uint64_t number)
{
    struct world *world = object;
    (void)number;
    report_world(world, "cable-as-before", NULL);
    world->cable_pulled = false;
    carrier_set_cable(world->carrier, false);
    show_cable(world);
}

static void pull_cable(struct world *world, unsigned index)
{
    world->cable_pulled = true;
    carrier_set_cable(world->carrier, true);
    show_cable(world);
    end_later(world, index, cable_returns);
}

static void link_mends(void *object, uint64_t number)
{
    struct world *world = object;
    const struct fault_spec *fault = fault_spec(world, number);
    carrier_change_link(world->carrier, fault->link, &world->scenario->links[fault->link],
                        fault->ways);
    report_world(world, "link-as-before", link_role_word(fault->link));
    world_look_at_service(world);
}

static void change_link(struct world *world, unsigned index, const struct fault_spec *fault)
{
    carrier_change_link(world->carrier, fault->link, &fault->changed, fault->ways);
    end_later(world, index, link_mends);
}

static void server_recovers(void *object, uint64_t number)
{
    struct world *world = object;
    const struct fault_spec *fault = fault_spec(world, number);
    const struct real_spec *real = g_ptr_array_index(world->scenario->reals, fault->real);
    report_world(world, "recovers", real->name);
    traffic_fail_server(world->traffic, fault->real, false);
}

static void cut_server(struct world *world, unsigned index, const struct fault_spec *fault)
{
    traffic_fail_server(world->traffic, fault->real, fault->action == FAULT_FAIL);
    end_later(world, index, server_recovers);
}

static void strike_world(struct world *world, unsigned index, const struct fault_spec *fault)
{
    report_world(world, fault->text, fault->label);
    if (fault->action == FAULT_LINK)
        change_link(world, index, fault);
    else if (fault->action == FAULT_CABLE)
        pull_cable(world, index);
    else
        cut_server(world, index, fault);
}

/* ---- gray failures and floods */

/* Which unit it was is known when the fault begins. */
static void speed_returns(void *object, uint64_t number)
{
    struct world *world = object;
    world_report_unit(world, (unsigned)number, "speed-as-before", NULL);
    carrier_slow_unit(world->carrier, (unsigned)number,
                      world_unit_spec(world, (unsigned)number)->capacity);
}

static void loss_ends(void *object, uint64_t number)
{
    struct world *world = object;
    world_report_unit(world, (unsigned)number, "no-longer-lossy", NULL);
    carrier_make_lossy(world->carrier, (unsigned)number, (struct probability){ 0 });
}

static void strike_gray(struct world *world, unsigned index, const struct fault_spec *fault)
{
    unsigned hit = target_of(world, fault);
    bool slow = fault->action == FAULT_SLOW;
    world_report_unit(world, hit, slow ? "slow" : "lossy", fault->label);
    if (slow)
        carrier_slow_unit(world->carrier, hit, fault->rate);
    else
        carrier_make_lossy(world->carrier, hit, fault->share);
    if (world->times[index].ends != NSTIME_NEVER)
        engine_schedule(world->engine, world->times[index].ends,
                        slow ? speed_returns : loss_ends, world, hit);
}

static void flood(struct world *world, unsigned index, const struct fault_spec *fault)
{
    const struct virtual_spec *virtual =
        g_ptr_array_index(world->scenario->virtuals, fault->virtual);
    struct flood_config config = {
        .engine = world->engine,
        .key = chance_fold_name(chance_fold_name(world->run_key, "flood"), fault->label),
        .target = { virtual->ip, virtual->port },
        .flags = fault->acks ? TCP_ACK : TCP_SYN,
        .rate = fault->rate,
        .ends = world->times[index].ends,
        .network = world->carrier,
        .send = carrier_send,
    };
    report_world(world, fault->text, fault->label);
    g_ptr_array_add(world->floods, flood_new(&config));
}

/* ---- the twin */

/* The measured fault, and whatever waits for it or for the takeover. */
static bool follows_from_measured(const struct world *world, unsigned index)
{
    const struct fault_spec *fault = fault_spec(world, index);
    while ((int)index != world->scenario->measure && fault->when == FAULT_AFTER) {
        index = (unsigned)fault->after;
        fault = fault_spec(world, index);
    }
    return (int)index == world->scenario->measure || fault->when == FAULT_AFTER_TAKEOVER;
}

/* The restart of the unit that was hit belongs to the failure, however it was timed. */
static bool mends_nothing(const struct world *world, const struct fault_spec *fault)
{
    if (fault->action != FAULT_RESTART || world->failed_unit < 0)
        return false;
    unsigned hit = target_of(world, fault);
    return (int)hit == world->failed_unit && unit_health(world->units[hit]) == UNIT_UP;
}

/* In a twin: not the measured fault, and nothing that comes of it. */
static bool is_spared(const struct world *world, unsigned index)
{
    return world->is_twin
           && (follows_from_measured(world, index)
               || mends_nothing(world, fault_spec(world, index)));
}

/* ---- the timeline */

/* Of those that can be measured: a restart takes nothing away. */
static bool hits_a_unit(const struct fault_spec *fault)
{
    return fault->action == FAULT_CRASH || fault->action == FAULT_FREEZE
           || fault->action == FAULT_POWER || fault->action == FAULT_INTERFACE
           || fault->action == FAULT_SWITCHOVER || fault->action == FAULT_COMMAND
           || fault->action == FAULT_SLOW || fault->action == FAULT_LOSSY;
}

/* The instant that decides, in the run and in its twin; any other fault disturbs. */
static void mark_instant(struct world *world, unsigned index, bool spared)
{
    const struct fault_spec *fault = fault_spec(world, index);
    if ((int)index == world->scenario->measure)
        world_measure(world, hits_a_unit(fault) ? (int)target_of(world, fault) : -1);
    else if (!spared)
        observer_disturbance(world->observer);
}

static void fault_strikes(void *object, uint64_t number)
{
    struct world *world = object;
    const struct fault_spec *fault = fault_spec(world, number);
    unsigned index = (unsigned)number;
    bool spared = is_spared(world, index);
    mark_instant(world, index, spared);
    if (spared)
        return;
    switch (fault->action) {
    case FAULT_CRASH:
    case FAULT_FREEZE:
    case FAULT_RESTART:
    case FAULT_POWER:
    case FAULT_INTERFACE:
        strike_unit(world, index, fault);
        break;
    case FAULT_SWITCHOVER:
    case FAULT_COMMAND:
        command_unit(world, fault);
        break;
    case FAULT_DRAIN:
    case FAULT_UNDRAIN:
        drain(world, index, fault);
        break;
    case FAULT_CABLE:
    case FAULT_LINK:
    case FAULT_FAIL:
    case FAULT_RECOVER:
        strike_world(world, index, fault);
        break;
    case FAULT_SLOW:
    case FAULT_LOSSY:
        strike_gray(world, index, fault);
        break;
    case FAULT_FLOOD:
        flood(world, index, fault);
        break;
    }
    world_look_at_service(world);
}

static void schedule(struct world *world, unsigned index)
{
    engine_schedule(world->engine, world->times[index].begins, fault_strikes, world, index);
}

void strike_schedule(struct world *world)
{
    for (guint i = 0; i < world->scenario->faults->len; i++)
        if (world->times[i].begins != NSTIME_NEVER)
            schedule(world, i);
}

/* One that would come after the openings have ended is left out, and that is said: faults
 * at a time are refused there, but when a takeover comes nobody knows before. */
static void follow(struct world *world, unsigned index)
{
    if (world->times[index].begins < world->scenario->duration)
        schedule(world, index);
    else
        report_world(world, fault_spec(world, index)->text, "not in time: after the duration");
}

void strike_follow_takeover(struct world *world)
{
    if (world->followed || observer_heir(world->observer) < 0)
        return;
    struct fault_time *before = world->times;
    world->followed = true;
    world->times = timeline_draw(world->scenario, world->run_key, engine_now(world->engine));
    for (guint i = 0; i < world->scenario->faults->len; i++)
        if (before[i].begins == NSTIME_NEVER)
            follow(world, i);
    g_free(before);
}
