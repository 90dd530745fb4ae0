/* How addresses move: keys of [failover] about gratuitous ARP and those who hear it. */
#include "sim/scenario/build.h"
#include "sim/scenario/value.h"

static struct probability probability_of(struct build *build, const struct draft_group *group,
                                         const char *name)
{
    return probability_from_ppb(value_share(build_text(build, group, name)));
}

void build_garp(struct build *build)
{
    const struct draft_group *group = draft_find(build->draft, GROUP_FAILOVER, NULL);
    bool alike = build_is(build, group, "garp-loss-inside", "auto");
    build->scenario->garp = (struct garp_spec){
        .swapped = build_is(build, group, "mac", "swapped"),
        .loss = { probability_of(build, group, "garp-loss"),
                  probability_of(build, group, alike ? "garp-loss" : "garp-loss-inside") },
        .repeat = (unsigned)build_count(build, group, "garp-repeat"),
        .delay = build_time(build, group, "garp-delay"),
        .lifetime = { build_time(build, group, "neighbour-timeout"),
                      build_time(build, group, "neighbour-timeout-inside") },
    };
}
