#include "sim/scenario/variant.h"

#include "sim/scenario/nearest.h"
#include "sim/scenario/setting.h"
#include "sim/scenario/value.h"

#include <string.h>

bool variant_axis(const char *name)
{
    return strcmp(name, "variant") == 0 || g_str_has_prefix(name, "variant.");
}

static void complain(const struct draft_group *group, const struct draft_entry *entry,
                     struct problems *problems, const char *what)
{
    bool set = entry->origin.kind == ORIGIN_SET;
    char *dotted = draft_dotted(group);
    char *about = set ? g_strdup_printf("--set %s.%s=%s", dotted, entry->name, entry->value)
                      : g_strdup_printf("[%s] %s = %s", group->title, entry->name, entry->value);
    problems_add(problems, entry->origin, about, what);
    g_free(about);
    g_free(dotted);
}

/* Was this key given in an earlier line, by another spelling? */
static bool given_before(const struct draft_group *group, unsigned number, const char *name)
{
    const struct draft_entry *before = draft_given(group, name);
    return before != NULL && before != g_ptr_array_index(group->entries, number);
}

/* One line: the name and the value as "show" prints them, or NULL and a problem. */
static void read_line(const struct draft *draft, struct draft_group *group, unsigned number,
                      struct problems *problems)
{
    struct draft_entry *entry = g_ptr_array_index(group->entries, number);
    struct draft_place place = {0};
    char *problem = NULL, *value = NULL, *path = NULL;
    if (setting_locate(draft, entry->name, &place, &problem))
        value = value_canonical(place.key, entry->value, &problem);
    if (value != NULL) {
        char *dotted = draft_dotted(place.group);
        path = g_strconcat(dotted, ".", place.name, NULL);
        g_free(dotted);
    }
    if (path != NULL && given_before(group, number, path))
        problem = g_strdup("given twice (remove one)");
    if (problem != NULL) {
        complain(group, entry, problems, problem);
        g_clear_pointer(&value, g_free);
    } else {
        g_free(entry->name);
        entry->name = g_steal_pointer(&path);
    }
    g_free(entry->value);
    entry->value = value;
    g_free(path);
    g_free(place.name);
    g_free(problem);
}

void variants_read(struct draft *draft, struct problems *problems)
{
    GPtrArray *variants = draft_list(draft, GROUP_VARIANT);
    for (unsigned i = 0; i < variants->len; i++) {
        struct draft_group *group = g_ptr_array_index(variants, i);
        for (unsigned j = 0; j < group->entries->len; j++)
            if (((struct draft_entry *)g_ptr_array_index(group->entries, j))->value != NULL)
                read_line(draft, group, j, problems);
    }
    g_ptr_array_free(variants, TRUE);
}

static char *no_variant(const struct draft *draft, const char *name)
{
    GPtrArray *variants = draft_list(draft, GROUP_VARIANT);
    GPtrArray *names = g_ptr_array_new();
    for (unsigned i = 0; i < variants->len; i++)
        g_ptr_array_add(names, ((struct draft_group *)g_ptr_array_index(variants, i))->name);
    char *hint = names->len == 0 ? g_strdup_printf(" (write the group [variant %s])", name)
                                 : nearest_hint(name, names);
    char *problem = g_strdup_printf("no such variant%s", hint);
    g_free(hint);
    g_ptr_array_free(names, TRUE);
    g_ptr_array_free(variants, TRUE);
    return problem;
}

static void add_setting(const struct draft *draft, const struct draft_entry *entry,
                        GPtrArray *settings)
{
    struct draft_place place = {0};
    char *problem = NULL;
    bool found = setting_locate(draft, entry->name, &place, &problem);
    g_assert(found && problem == NULL);
    const struct draft_entry *given = draft_given(place.group, place.name);
    struct origin origin = {ORIGIN_VARIANT, entry->origin.line};
    if (given == NULL || given->origin.kind != ORIGIN_SET)
        g_ptr_array_add(settings, setting_new(&place, entry->value, origin));
    g_free(place.name);
}

GPtrArray *variant_settings(const struct draft *draft, const char *name, char **problem)
{
    const struct draft_group *group = draft_find(draft, GROUP_VARIANT, name);
    if (group == NULL) {
        *problem = no_variant(draft, name);
        return NULL;
    }
    GPtrArray *settings = g_ptr_array_new_with_free_func(setting_free);
    for (unsigned i = 0; i < group->entries->len; i++) {
        const struct draft_entry *entry = g_ptr_array_index(group->entries, i);
        if (entry->value != NULL)
            add_setting(draft, entry, settings);
    }
    return settings;
}
