/* The detector: keys of [failover] that are the director's options of the same name, and
 * what they come to, computed by the director's own rules (core/detection.h). */
#include "core/option.h"
#include "core/path.h"
#include "sim/scenario/build.h"

static const char *const keys[] = {
    "detector", "advert-int", "down-timer-adverts", "vrrp-version", "preempt", "preempt-delay",
    "advbase", "advskew", "min-tx", "multiplier", "switchover-wait", "interface-test-time",
    "health-switch",
};

static void set(struct settings *settings, const char *name, const char *value)
{
    char *wrong = option_set(settings, name, value);
    g_assert(wrong == NULL); /* the schema's ranges are the options' */
}

static void take_settings(struct build *build, struct settings *settings)
{
    const struct draft_group *group = draft_find(build->draft, GROUP_FAILOVER, NULL);
    settings_init(settings);
    settings->hello_time = build_time(build, group, "hello-time");
    settings->hello_misses = (unsigned)build_count(build, group, "hello-misses");
    for (unsigned i = 0; i < G_N_ELEMENTS(keys); i++)
        set(settings, keys[i], build_text(build, group, keys[i]));
}

/* The unit's own priority decides how long it waits. */
static void take_unit(struct build *build, struct unit_spec *unit, struct settings *settings)
{
    const struct draft_group *group = draft_find(build->draft, GROUP_UNIT, unit->name);
    const char *priority = build_text(build, group, "priority");
    set(settings, "priority", priority);
    unit->command = g_strconcat("option priority ", priority, NULL);
    unit->detection = settings->detector == DETECTOR_ORACLE ? build->scenario->oracle_time
                                                            : detection_timer(settings);
}

/* The primary is active at the start (R-1009), but not for long. */
static void warn_of_priority(struct build *build, const struct settings *settings)
{
    const struct unit_spec *first = g_ptr_array_index(build->scenario->units, 0);
    const struct unit_spec *second = g_ptr_array_index(build->scenario->units, 1);
    const struct draft_group *primary = draft_find(build->draft, GROUP_UNIT, first->name);
    const struct draft_group *secondary = draft_find(build->draft, GROUP_UNIT, second->name);
    if (settings->detector == DETECTOR_VRRP && settings->preempt == PREEMPT_YES
        && build_count(build, secondary, "priority") > build_count(build, primary, "priority"))
        build_complain(build, build->warnings, secondary, "priority",
                       "higher than the primary's: %s preempts it soon after the start (write "
                       "rank = primary here, or preempt = no)", second->name);
}

void build_detector(struct build *build)
{
    const struct draft_group *group = draft_find(build->draft, GROUP_FAILOVER, NULL);
    struct scenario *scenario = build->scenario;
    struct settings settings;
    take_settings(build, &settings);
    scenario->detector = g_strdup(build_text(build, group, "detector"));
    scenario->hello_interval = detection_interval(&settings);
    scenario->oracle_time = settings.detector == DETECTOR_ORACLE
                                ? build_time(build, group, "detection-time") : NSTIME_NEVER;
    for (unsigned i = 0; i < scenario->units->len; i++)
        take_unit(build, g_ptr_array_index(scenario->units, i), &settings);
    if (scenario->units->len >= 2)
        warn_of_priority(build, &settings);
}

void build_detector_commands(struct build *build)
{
    const struct draft_group *group = draft_find(build->draft, GROUP_FAILOVER, NULL);
    for (unsigned i = 0; i < G_N_ELEMENTS(keys); i++)
        g_ptr_array_add(build->scenario->commands,
                        g_strdup_printf("option %s %s", keys[i],
                                        build_text(build, group, keys[i])));
}

/* Where an interface is tested first, an answer to the first question ends it as a rule. */
nstime build_detection(const struct scenario *scenario)
{
    bool tested = (scenario->hello_paths & (1u << PATH_OUTSIDE | 1u << PATH_INSIDE)) != 0;
    nstime longest = 0;
    for (unsigned i = 0; i < scenario->units->len; i++) {
        const struct unit_spec *unit = g_ptr_array_index(scenario->units, i);
        longest = MAX(longest, unit->detection);
    }
    return longest + (tested ? scenario->interface_test_time : 0);
}
