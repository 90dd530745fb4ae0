/* Virtual crashes: where their window lies, and what makes them differ from real ones. */
#include "core/replication.h"
#include "sim/network/delay.h"
#include "sim/scenario/build.h"
#include "sim/scenario/quantity.h"
#include "sim/scenario/value.h"

#include <string.h>

static const char key_name[] = "virtual-crashes";

/* The measured fault's instant at its earliest, or the end of the openings. */
static nstime earliest_end(const struct scenario *scenario)
{
    nstime end = 0;
    if (scenario->measure < 0)
        return scenario->duration;
    for (int i = scenario->measure; i >= 0;) {
        const struct fault_spec *fault = g_ptr_array_index(scenario->faults, (unsigned)i);
        end += MAX(fault->at - fault->spread, 0);
        i = fault->when == FAULT_AFTER ? fault->after : -1;
    }
    return MIN(end, scenario->duration);
}

static void complain_of_end(const struct build *build, const struct draft_group *group,
                            nstime end)
{
    const struct scenario *scenario = build->scenario;
    GString *text = g_string_new(NULL);
    quantity_print(QUANTITY_TIME, (uint64_t)end, text);
    if (end < scenario->duration) {
        const struct fault_spec *fault =
            g_ptr_array_index(scenario->faults, (unsigned)scenario->measure);
        build_complain(build, build->problems, group, key_name,
                       "the window ends after the failure that is measured: [faults] %s comes at "
                       "%s (leave \"to\" away, or write measure = none)", fault->label, text->str);
    } else {
        build_complain(build, build->problems, group, key_name,
                       "the window ends after duration = %s (make duration longer, or \"to\" "
                       "earlier)", text->str);
    }
    g_string_free(text, TRUE);
}

static void check_window(const struct build *build, const struct draft_group *group,
                         const struct virtual_crashes_spec *crashes)
{
    GString *text = g_string_new(NULL);
    quantity_print(QUANTITY_TIME, (uint64_t)crashes->to, text);
    if (crashes->from >= crashes->to)
        build_complain(build, build->problems, group, key_name,
                       "no instant is left: the window ends at %s (make \"from\" earlier, or the "
                       "failure later)", text->str);
    g_string_free(text, TRUE);
}

/* What is on the wire at a crash is held to arrive before the takeover. */
static void warn_of_delay(const struct build *build, const struct draft_group *group)
{
    const struct scenario *scenario = build->scenario;
    nstime longest = delay_longest(&scenario->links[LINK_REPLICATION].forward);
    if (scenario->oracle_time == NSTIME_NEVER
        && longest >= build_detection(scenario) - scenario->hello_interval)
        build_complain(build, build->warnings, group, key_name,
                       "a record may be on the wire for as long as a takeover takes: whether a "
                       "real crash still knows it depends on the phase of hellos, and a virtual "
                       "one holds it lost (make link.replication.delay shorter, or use detector = "
                       "oracle)");
}

/* Ageing goes on between a crash and the takeover. */
static void warn_of_ageing(const struct build *build, const struct draft_group *group)
{
    const struct draft_group *options = draft_find(build->draft, GROUP_OPTIONS, NULL);
    if (build_time(build, options, "standby-timeout") != NSTIME_NEVER)
        build_complain(build, build->warnings, group, key_name,
                       "records that the standby forgets between a crash and the takeover count "
                       "as known here (write standby-timeout = off)");
}

const char *build_feedback_doubt(const struct replication_protocol *protocol)
{
    if (protocol->open_loop)
        return NULL;
    return "the standby of this protocol answers what it receives, and may hold a record back "
           "for one that is missing: a virtual crash, which counts what is on the wire as "
           "applied, may know more than a real one (compare with real crashes)";
}

static void warn_of_feedback(const struct build *build, const struct draft_group *group)
{
    const char *doubt = build_feedback_doubt(build->scenario->protocol);
    if (doubt != NULL)
        build_complain(build, build->warnings, group, key_name, "%s", doubt);
}

static bool any_gray(const struct scenario *scenario)
{
    for (unsigned i = 0; i < scenario->faults->len; i++) {
        const struct fault_spec *fault = g_ptr_array_index(scenario->faults, i);
        if (fault->action == FAULT_SLOW || fault->action == FAULT_LOSSY)
            return true;
    }
    return false;
}

/* What waits in a unit is not on the wire, and the wire is all that they look at. */
static void check_waiting(const struct build *build, const struct draft_group *group)
{
    struct scenario free_sender = *build->scenario;
    free_sender.budgets.send = 0; /* what waits there dies with the unit: it is not known */
    if (any_gray(build->scenario))
        build_complain(build, build->problems, group, key_name,
                       "a unit is made slow or lossy, and what it will do with records on the "
                       "wire a virtual crash cannot know (leave these faults, or virtual-crashes, "
                       "out)");
    if (scenario_throttled(&free_sender))
        build_complain(build, build->problems, group, key_name,
                       "records wait in a unit, where a virtual crash cannot see them (write "
                       "receive-budget = none in [replication] and capacity = none in [unit "
                       "NAME], or leave virtual-crashes off)");
}

static void check_table(const struct build *build)
{
    const struct draft_group *output = draft_find(build->draft, GROUP_OUTPUT, NULL);
    if ((build->scenario->tables & TABLE_PROTECTION) != 0
        && build->scenario->virtual_crashes.count == 0)
        build_complain(build, build->problems, output, "tables",
                       "protection is made of virtual crashes (write virtual-crashes = 1000 in "
                       "[scenario])");
}

void build_virtual_crashes(struct build *build)
{
    const struct draft_group *group = draft_find(build->draft, GROUP_SCENARIO, NULL);
    struct value_instants given = value_instants(build_text(build, group, key_name));
    struct virtual_crashes_spec *crashes = &build->scenario->virtual_crashes;
    crashes->count = (uint32_t)given.count;
    check_table(build);
    if (given.count == 0)
        return;
    nstime end = earliest_end(build->scenario);
    if (given.to != NSTIME_NEVER && given.to > end)
        complain_of_end(build, group, end);
    crashes->to = given.to != NSTIME_NEVER ? given.to : build->scenario->duration;
    crashes->from = given.from != NSTIME_NEVER ? given.from : MIN(crashes->to, end) / 2;
    check_window(build, group, &(struct virtual_crashes_spec){ .from = crashes->from,
                                                               .to = MIN(crashes->to, end) });
    check_waiting(build, group);
    warn_of_delay(build, group);
    warn_of_ageing(build, group);
    warn_of_feedback(build, group);
}
