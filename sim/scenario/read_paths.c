/* The ways of hellos, and the faults that only some of them show. */
#include "core/path.h"
#include "sim/scenario/build.h"
#include "sim/scenario/quantity.h"

#include <string.h>

/* The schema has refused other words. */
static unsigned read_ways(const char *text)
{
    char **words = quantity_words(text);
    unsigned set = 0;
    for (unsigned i = 0; words[i] != NULL; i++) {
        enum hello_path path;
        bool known = path_parse(words[i], &path);
        g_assert(known);
        set |= 1u << path;
    }
    g_strfreev(words);
    return set;
}

void build_paths(struct build *build)
{
    const struct draft_group *group = draft_find(build->draft, GROUP_FAILOVER, NULL);
    struct scenario *scenario = build->scenario;
    scenario->hello_paths = read_ways(build_text(build, group, "hello-paths"));
    scenario->interface_test_time = build_time(build, group, "interface-test-time");
    if (scenario->hello_paths == 1u << PATH_CABLE && scenario->units->len > 2)
        build_complain(build, build->problems, group, "hello-paths",
                       "the cable joins primary and secondary only: nobody hears the spare (add "
                       "link, outside or inside)");
    if (scenario->hello_on_replication && (scenario->hello_paths & 1u << PATH_LINK) == 0)
        build_complain(build, build->problems, group, "hello-link",
                       "no hello takes it (add link to hello-paths, or leave this out)");
}

void build_path_commands(struct build *build)
{
    const struct draft_group *group = draft_find(build->draft, GROUP_FAILOVER, NULL);
    g_ptr_array_add(build->scenario->commands,
                    g_strconcat("failover hellopaths ", build_text(build, group, "hello-paths"),
                                NULL));
}

/* Is this what the units have no eyes for? */
static const char *blindness(const struct scenario *scenario, const struct fault_spec *fault)
{
    unsigned paths = scenario->hello_paths;
    if (fault->action == FAULT_POWER && (paths & 1u << PATH_CABLE) == 0)
        return "to the other unit this is a crash: only the cable shows that power is gone (add "
               "cable to hello-paths in [failover])";
    if (fault->action == FAULT_INTERFACE && fault->interface != INTERFACE_PEER
        && (paths & 1u << path_on(fault->interface)) == 0)
        return "no hellos go there, so no unit looks after it (add the interface to hello-paths "
               "in [failover])";
    return NULL;
}

void build_path_faults(struct build *build)
{
    const struct draft_group *group = draft_find(build->draft, GROUP_FAULTS, NULL);
    for (unsigned i = 0; i < build->scenario->faults->len; i++) {
        const struct fault_spec *fault = g_ptr_array_index(build->scenario->faults, i);
        const char *what = blindness(build->scenario, fault);
        if (what != NULL)
            build_complain(build, build->notes, group, fault->label, "%s", what);
    }
}
