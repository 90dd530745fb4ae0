/* Backups of machines, real and virtual: names looked up, circles refused. */
#include "sim/scenario/build.h"
#include "sim/scenario/quantity.h"

#include <string.h>

/* The machine that a group's backup names, a real one before a virtual one; NULL when it
 * has none or the name is unknown. */
static struct draft_group *backup_of(const struct build *build, const struct draft_group *group)
{
    const char *name = build_text(build, group, "backup");
    if (name == NULL || strcmp(name, "none") == 0)
        return NULL;
    struct draft_group *real = draft_find(build->draft, GROUP_REAL, name);
    return real != NULL ? real : draft_find(build->draft, GROUP_VIRTUAL, name);
}

static bool leads_to(const struct build *build, const struct draft_group *from,
                     const struct draft_group *to, GHashTable *seen);

static bool bound_lead_to(const struct build *build, const struct draft_group *virtual,
                          const struct draft_group *to, GHashTable *seen)
{
    const char *text = build_text(build, virtual, "bind");
    char **names = quantity_words(text == NULL ? "" : text);
    bool found = false;
    for (unsigned i = 0; names[i] != NULL && !found; i++)
        found = leads_to(build, draft_find(build->draft, GROUP_REAL, names[i]), to, seen);
    g_strfreev(names);
    return found;
}

/* The core's rule (machine_leads_to()), told here with the line at fault. */
static bool leads_to(const struct build *build, const struct draft_group *from,
                     const struct draft_group *to, GHashTable *seen)
{
    if (from == to)
        return true;
    if (from == NULL || !g_hash_table_add(seen, (void *)(uintptr_t)from))
        return false;
    return leads_to(build, backup_of(build, from), to, seen)
           || (from->kind == GROUP_VIRTUAL && bound_lead_to(build, from, to, seen));
}

static void check(struct build *build, const struct draft_group *group)
{
    const char *name = build_text(build, group, "backup");
    const struct draft_group *backup = backup_of(build, group);
    if (name == NULL || strcmp(name, "none") == 0)
        return;
    if (backup == NULL) {
        build_complain(build, build->problems, group, "backup",
                       "no [real %s] and no [virtual %s] in this file (name one that is)", name,
                       name);
        return;
    }
    GHashTable *seen = g_hash_table_new(NULL, NULL);
    if (leads_to(build, backup, group, seen))
        build_complain(build, build->problems, group, "backup",
                       "[%s] falls back on [%s] itself: requests would go in a circle (name "
                       "another)", backup->title, group->title);
    g_hash_table_destroy(seen);
}

void build_backups(struct build *build, bool *used)
{
    static const enum group_kind kinds[] = {GROUP_REAL, GROUP_VIRTUAL};
    GPtrArray *reals = draft_list(build->draft, GROUP_REAL);
    for (unsigned k = 0; k < G_N_ELEMENTS(kinds); k++) {
        GPtrArray *groups = draft_list(build->draft, kinds[k]);
        for (unsigned i = 0; i < groups->len; i++) {
            guint number;
            struct draft_group *group = g_ptr_array_index(groups, i);
            check(build, group);
            if (g_ptr_array_find(reals, backup_of(build, group), &number))
                used[number] = true;
        }
        g_ptr_array_free(groups, TRUE);
    }
    g_ptr_array_free(reals, TRUE);
}

char *build_backup_address(const struct build *build, const struct draft_group *group)
{
    const struct draft_group *backup = backup_of(build, group);
    return backup == NULL ? NULL : g_strdup(build_text(build, backup, "address"));
}
