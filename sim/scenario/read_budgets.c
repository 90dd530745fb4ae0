/* Budgets: what a unit can do a second, and what may wait for it. */
#include "sim/scenario/build.h"
#include "sim/scenario/value.h"

static uint64_t frequency(const struct build *build, const struct draft_group *group,
                          const char *name)
{
    return value_frequency(build_text(build, group, name));
}

static void take_unit(struct build *build, struct unit_spec *unit)
{
    const struct draft_group *group = draft_find(build->draft, GROUP_UNIT, unit->name);
    unit->capacity = frequency(build, group, "capacity");
    unit->backlog = (uint32_t)build_count(build, group, "backlog");
}

void build_budgets(struct build *build)
{
    const struct draft_group *group = draft_find(build->draft, GROUP_REPLICATION, NULL);
    struct scenario *scenario = build->scenario;
    scenario->budgets = (struct budgets){
        .send = frequency(build, group, "send-budget"),
        .send_queue = (uint32_t)build_count(build, group, "send-queue"),
        .receive = frequency(build, group, "receive-budget"),
        .receive_buffer = value_size(build_text(build, group, "receive-buffer")),
    };
    for (unsigned i = 0; i < scenario->units->len; i++)
        take_unit(build, g_ptr_array_index(scenario->units, i));
}
