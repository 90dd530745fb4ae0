/* What bindings and assignments of virtual machines mean together. */
#include "sim/scenario/build.h"
#include "sim/scenario/quantity.h"
#include "sim/scenario/value.h"

#include <string.h>

/* The words of a key; none when it says "none" or is wrong. */
static char **words_of(const struct build *build, const struct draft_group *group,
                       const char *key)
{
    const char *text = build_text(build, group, key);
    return quantity_words(text == NULL || strcmp(text, "none") == 0 ? "" : text);
}

/* what overflows, and into what. */
static void check_overflow(struct build *build, const struct draft_group *group)
{
    char **preferred = words_of(build, group, "bind");
    char **overflow = words_of(build, group, "overflow-bind");
    for (unsigned i = 0; overflow[i] != NULL; i++)
        if (g_strv_contains((const char *const *)preferred, overflow[i]))
            build_complain(build, build->problems, group, "overflow-bind",
                           "[real %s] stands in bind as well (leave it out of one of the two)",
                           overflow[i]);
    if (overflow[0] == NULL && !build_is(build, group, "overflow", "none"))
        build_complain(build, build->warnings, group, "overflow",
                       "there is nothing to overflow into (name machines in overflow-bind)");
    g_strfreev(preferred);
    g_strfreev(overflow);
}

/* By direct routing a packet goes as it came, so that the server must hear on the port that the
 * client named; who is seen as the virtual machine is whoever answers. */
static void check_direct(struct build *build, const struct draft_group *group)
{
    const char *address = build_text(build, group, "address");
    char **names = words_of(build, group, "bind");
    for (unsigned i = 0; address != NULL && names[i] != NULL; i++) {
        const struct draft_group *real = draft_find(build->draft, GROUP_REAL, names[i]);
        const char *own = real == NULL ? NULL : build_text(build, real, "address");
        unsigned port = own == NULL ? 0 : value_machine(own).port;
        if (build_is(build, group, "forwarding", "direct") && port != 0
            && port != value_machine(address).port)
            build_complain(build, build->problems, group, "forwarding",
                           "[real %s] has another port, and direct routing changes none (give it "
                           "this one's, or write forwarding = nat)",
                           names[i]);
    }
    g_strfreev(names);
}

/* Whether both are bind IDs of one service. */
static bool same_service(const struct build *build, const struct draft_group *a,
                         const struct draft_group *b)
{
    const char *one = build_text(build, a, "address"), *other = build_text(build, b, "address");
    if (one == NULL || other == NULL)
        return false;
    struct machine_address x = value_machine(one), y = value_machine(other);
    return x.ip == y.ip && x.port == y.port && x.protocol == y.protocol;
}

/* the later assignment would silently take the clients from the earlier. */
static void check_assigned_once(struct build *build, const struct draft_group *group,
                                const struct draft_group *before)
{
    char **mine = words_of(build, group, "assign");
    char **theirs = words_of(build, before, "assign");
    for (unsigned i = 0; mine[i] != NULL; i++)
        if (g_strv_contains((const char *const *)theirs, mine[i]))
            build_complain(build, build->problems, group, "assign",
                           "%s is assigned to [%s] already (a client has one bind ID)", mine[i],
                           before->title);
    g_strfreev(mine);
    g_strfreev(theirs);
}

void build_check_binds(struct build *build)
{
    GPtrArray *groups = draft_list(build->draft, GROUP_VIRTUAL);
    for (unsigned i = 0; i < groups->len; i++) {
        const struct draft_group *group = g_ptr_array_index(groups, i);
        check_overflow(build, group);
        check_direct(build, group);
        for (unsigned j = 0; j < i; j++)
            if (same_service(build, group, g_ptr_array_index(groups, j)))
                check_assigned_once(build, group, g_ptr_array_index(groups, j));
    }
    g_ptr_array_free(groups, TRUE);
}
