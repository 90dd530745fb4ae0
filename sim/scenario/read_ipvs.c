/* The settings of protocol ipvs, as far as a run looks at them itself. */
#include "sim/scenario/build.h"

/* Linux refuses such a pair (proc_do_sync_threshold), and no packet would ever be told. */
static void check_threshold(struct build *build, const struct draft_group *group)
{
    uint64_t threshold = build_count(build, group, "sync-threshold");
    uint64_t period = build_count(build, group, "sync-period");
    if (build_is(build, group, "protocol", "ipvs") && period > 0 && threshold >= period)
        build_complain(build, build->problems, group, "sync-threshold",
                       "no packet's number leaves it when divided by sync-period (write one below "
                       "%u, or sync-period = 0)",
                       (unsigned)period);
}

void build_ipvs(struct build *build)
{
    const struct draft_group *group = draft_find(build->draft, GROUP_REPLICATION, NULL);
    struct scenario *scenario = build->scenario;
    scenario->sync_maxlen = (unsigned)build_count(build, group, "sync-maxlen");
    scenario->sync_period = (unsigned)build_count(build, group, "sync-period");
    scenario->sync_timeout = build_time(build, group, "sync-timeout-established");
    check_threshold(build, group);
}
