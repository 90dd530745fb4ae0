/* What becomes of unknown connections ([failover] unknown-connection), and what such a choice
 * needs of the rest. */
#include "core/unknown.h"
#include "core/replication.h"
#include "core/settings.h"
#include "sim/scenario/build.h"


static const struct draft_group *group_of(const struct build *build)
{
    return draft_find(build->draft, GROUP_FAILOVER, NULL);
}

/* The schema has refused other words. */
static unsigned read_set(struct build *build)
{
    unsigned set = 0;
    if (!unknown_parse(build_text(build, group_of(build), "unknown-connection"), &set)) {
        build_complain(build, build->problems, group_of(build), "unknown-connection",
                       "these do not go together: one thing happens to a client's packet (write "
                       "one of drop, reset, schedule, hash, probe; learn may stand beside it)");
        set = UNKNOWN_DROP;
    }
    return set;
}

void build_unknown_commands(struct build *build)
{
    char *words = unknown_words(build->scenario->unknown);
    g_ptr_array_add(build->scenario->commands,
                    g_strconcat("option unknown-connection ", words, NULL));
    g_free(words);
}

static bool any_by_table(const struct build *build)
{
    GPtrArray *virtuals = draft_list(build->draft, GROUP_VIRTUAL);
    bool any = false;
    for (unsigned i = 0; i < virtuals->len; i++)
        any = any || build_is(build, g_ptr_array_index(virtuals, i), "predictor", "maglev");
    g_ptr_array_free(virtuals, TRUE);
    return any;
}

/* The table saves who is where it says; with another predictor that is one in n. */
static void warn_of_hash(struct build *build)
{
    bool by_hash = (build->scenario->unknown & UNKNOWN_HASH) != 0;
    bool nothing_sent = build->scenario->protocol == &replication_hash;
    if (nothing_sent && !by_hash)
        build_complain(build, build->warnings, group_of(build), "unknown-connection",
                       "protocol hash tells the standby next to nothing: a connection can only be "
                       "found by the table (write unknown-connection = hash in [failover])");
    if ((nothing_sent || by_hash) && !any_by_table(build))
        build_complain(build, build->warnings, group_of(build), "unknown-connection",
                       "no virtual chooses servers by the table that unknown connections are to "
                       "go by (write predictor = maglev in [virtual NAME])");
}

void build_unknown(struct build *build)
{
    build->scenario->unknown = read_set(build);
}

void build_check_unknown(struct build *build)
{
    warn_of_hash(build);
}
