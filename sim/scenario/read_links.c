/* The links, each direction apart. */
#include "sim/scenario/build.h"
#include "sim/scenario/link_value.h"
#include "sim/scenario/quantity.h"
#include "sim/scenario/value.h"

#include <string.h>

/* What a link joins: words for [link] between. */
static const char *const link_ends[LINK_COUNT] = {
    [LINK_CLIENTS] = "clients units",
    [LINK_SERVERS] = "units servers",
    [LINK_REPLICATION] = NULL, /* the names of the two units */
    [LINK_HELLO] = NULL,
    [LINK_SERIAL] = NULL,
};

/* Put one key's canonical value into an impairment. */
static void take_key(const struct schema_key *key, const char *text, struct impairment *impairment)
{
    if (link_value_type(key->type)) {
        GString *canonical = g_string_new(NULL);
        char *problem = NULL;
        bool fine = link_value_read(key->type, text, impairment, canonical, &problem);
        g_assert(fine);
        g_string_free(canonical, TRUE);
    } else if (strcmp(key->name, "limit") == 0)
        impairment->limit = (uint32_t)value_count(text);
    else if (strcmp(key->name, "keep-order") == 0)
        impairment->keep_order = value_yes(text);
    else
        g_assert_not_reached();
}

/* The key of an impairment as it stands, or as changed says instead. */
static const char *key_text(const struct build *build, const struct draft_group *group,
                            const struct schema_key *key, bool reverse, const char *changed_key,
                            const char *changed_value)
{
    char *name = g_strconcat(reverse ? "rev." : "", key->name, NULL);
    bool own = reverse && draft_given(group, name) != NULL;
    bool changed = changed_key != NULL
                   && (strcmp(changed_key, name) == 0
                       || (reverse && !own && strcmp(changed_key, key->name) == 0));
    const char *text = changed ? changed_value : build_text(build, group, name);
    g_free(name);
    return text;
}

/* One direction of a link. */
static void take_direction(const struct build *build, const struct draft_group *group,
                           bool reverse, const char *changed_key, const char *changed_value,
                           struct impairment *impairment)
{
    *impairment = impairment_default();
    for (const struct schema_key *key = schema_keys(); key->name != NULL; key++)
        if (key->group == GROUP_LINK && key->defaults)
            take_key(key, key_text(build, group, key, reverse, changed_key, changed_value),
                     impairment);
}

/* netem's rule: those chosen go at once, the others wait, so there must be a wait. */
static const char *reorder_trouble(const struct impairment *impairment)
{
    if (impairment->reorder.threshold == 0 || impairment->delay > 0)
        return NULL;
    return "reorder needs a delay: chosen packets go at once, the others wait (write delay = "
           "20ms, for example)";
}

bool build_changed_link(struct build *build, const struct draft_group *link, const char *key,
                        const char *value, struct link_spec *changed, char **problem)
{
    take_direction(build, link, false, key, value, &changed->forward);
    take_direction(build, link, true, key, value, &changed->reverse);
    if (key == NULL)
        changed->forward.down = changed->reverse.down = true;
    const char *trouble = reorder_trouble(&changed->forward);
    if (trouble == NULL)
        trouble = reorder_trouble(&changed->reverse);
    if (trouble != NULL)
        *problem = g_strdup(trouble);
    return trouble == NULL;
}

static bool same_ends(char **given, const char *first, const char *second)
{
    if (g_strv_length(given) != 2)
        return false;
    return (strcmp(given[0], first) == 0 && strcmp(given[1], second) == 0)
           || (strcmp(given[0], second) == 0 && strcmp(given[1], first) == 0);
}

static void check_ends(struct build *build, const struct draft_group *group, unsigned role)
{
    const char *text = build_text(build, group, "between");
    if (strcmp(text, "auto") == 0 || build->scenario->units->len < 2)
        return;
    const struct unit_spec *a = g_ptr_array_index(build->scenario->units, 0);
    const struct unit_spec *b = g_ptr_array_index(build->scenario->units, 1);
    char *ends = link_ends[role] == NULL ? g_strconcat(a->name, " ", b->name, NULL)
                                         : g_strdup(link_ends[role]);
    char **known = quantity_words(ends), **given = quantity_words(text);
    if (!same_ends(given, known[0], known[1]))
        build_complain(build, build->problems, group, "between", "this link joins %s (write %s)",
                       ends, ends);
    g_strfreev(given);
    g_strfreev(known);
    g_free(ends);
}

/* netem's documented default is another than what its kernel does; ours is said. */
static void note_distribution(struct build *build, const struct draft_group *group,
                              const char *name)
{
    const struct draft_entry *entry = draft_given(group, name);
    if (entry == NULL || entry->value == NULL || strstr(entry->value, "distribution") != NULL)
        return;
    if (strchr(entry->value, ' ') != NULL)
        build_complain(build, build->notes, group, name,
                       "jitter is uniform to either side where no distribution is named");
}

static void take_link(struct build *build, unsigned role)
{
    const struct draft_group *group =
        draft_find(build->draft, GROUP_LINK, link_role_word((enum link_role)role));
    struct link_spec *link = &build->scenario->links[role];
    take_direction(build, group, false, NULL, NULL, &link->forward);
    take_direction(build, group, true, NULL, NULL, &link->reverse);
    const char *trouble = reorder_trouble(&link->forward);
    const char *back = reorder_trouble(&link->reverse);
    if (trouble != NULL)
        build_complain(build, build->problems, group, "reorder", "%s", trouble);
    if (back != NULL)
        build_complain(build, build->problems, group, "rev.reorder", "%s", back);
    check_ends(build, group, role);
    note_distribution(build, group, "delay");
    note_distribution(build, group, "rev.delay");
}

void build_links(struct build *build)
{
    for (unsigned role = 0; role < LINK_COUNT; role++)
        take_link(build, role);
    note_distribution(build, draft_find(build->draft, GROUP_LINK_DEFAULTS, NULL), "delay");
}
