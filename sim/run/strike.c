/* Strikes: each fault of the scenario, as it comes over the world and as it ends. */
#include "sim/run/world_internal.h"

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
        world_measure(world, hit);
    world_report_unit(world, hit, switchover ? "switchover" : "command",
                switchover ? fault->label : fault->command);
    char *refusal = unit_command(world->units[hit],
                                 switchover ? "no failover active" : fault->command);
    if (refusal)
        world_report_unit(world, hit, "command-refused", refusal);
    g_free(refusal);
}

static void thaw_came(void *object, uint64_t number)
{
    struct world *world = object;
    world_report_unit(world, (unsigned)number, "thaw", NULL);
    unit_thaw(world->units[number]);
    if (unit_health(world->units[number]) == UNIT_UP)
        world->failed_at[number] = NSTIME_NEVER;
    world_look_at_service(world);
}

static void strike_unit(struct world *world, unsigned index, const struct fault_spec *fault)
{
    unsigned hit = target_of(world, fault);
    struct unit *unit = world->units[hit];
    if ((int)index == world->scenario->measure)
        world_measure(world, hit);
    world_report_unit(world, hit,
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
    world_look_at_service(world);
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
    world_look_at_service(world);
}

void strike_schedule(struct world *world)
{
    for (guint i = 0; i < world->scenario->faults->len; i++)
        engine_schedule(world->engine, world->times[i].begins, fault_strikes, world, i);
}
