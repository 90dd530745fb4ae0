#include "sim/scenario/draft.h"

#include "sim/scenario/nearest.h"

#include <string.h>

static void entry_free(void *data)
{
    struct draft_entry *entry = data;
    g_free(entry->name);
    g_free(entry->value);
    g_free(entry);
}

static void group_free(void *data)
{
    struct draft_group *group = data;
    g_ptr_array_free(group->entries, TRUE);
    g_free(group->name);
    g_free(group->title);
    g_free(group);
}

static struct draft *draft_empty(void)
{
    struct draft *draft = g_new(struct draft, 1);
    draft->groups = g_ptr_array_new_with_free_func(group_free);
    draft->by_title = g_hash_table_new(g_str_hash, g_str_equal);
    return draft;
}

struct draft *draft_new(void)
{
    struct draft *draft = draft_empty();
    for (unsigned kind = 0; kind < GROUP_KINDS; kind++) {
        const struct schema_group *shape = schema_group((enum group_kind)kind);
        if (!shape->named) {
            draft_add(draft, (enum group_kind)kind, NULL, 0);
            continue;
        }
        char **names = g_strsplit(shape->names == NULL ? "" : shape->names, " ", -1);
        for (unsigned i = 0; names[i] != NULL; i++)
            draft_add(draft, (enum group_kind)kind, names[i], 0);
        g_strfreev(names);
    }
    return draft;
}

struct draft *draft_copy(const struct draft *draft)
{
    struct draft *copy = draft_empty();
    for (unsigned i = 0; i < draft->groups->len; i++) {
        const struct draft_group *group = g_ptr_array_index(draft->groups, i);
        struct draft_group *twin = draft_add(copy, group->kind, group->name, group->line);
        for (unsigned j = 0; j < group->entries->len; j++) {
            const struct draft_entry *entry = g_ptr_array_index(group->entries, j);
            draft_set(twin, entry->key, entry->name, entry->value, entry->origin);
        }
    }
    return copy;
}

void draft_free(struct draft *draft)
{
    if (draft == NULL)
        return;
    g_hash_table_destroy(draft->by_title);
    g_ptr_array_free(draft->groups, TRUE);
    g_free(draft);
}

struct draft_group *draft_find_title(const struct draft *draft, const char *title)
{
    return g_hash_table_lookup(draft->by_title, title);
}

static char *make_title(enum group_kind kind, const char *name)
{
    const char *word = schema_group(kind)->word;
    return name == NULL ? g_strdup(word) : g_strconcat(word, " ", name, NULL);
}

struct draft_group *draft_find(const struct draft *draft, enum group_kind kind, const char *name)
{
    char *title = make_title(kind, name);
    struct draft_group *group = draft_find_title(draft, title);
    g_free(title);
    return group;
}

struct draft_group *draft_add(struct draft *draft, enum group_kind kind, const char *name,
                              unsigned line)
{
    g_assert(schema_group(kind)->named == (name != NULL));
    struct draft_group *group = g_new(struct draft_group, 1);
    *group = (struct draft_group){kind, g_strdup(name), make_title(kind, name), line,
                                  g_ptr_array_new_with_free_func(entry_free)};
    bool fresh = g_hash_table_insert(draft->by_title, group->title, group);
    g_assert(fresh);
    g_ptr_array_add(draft->groups, group);
    return group;
}

GPtrArray *draft_list(const struct draft *draft, enum group_kind kind)
{
    GPtrArray *list = g_ptr_array_new();
    for (unsigned i = 0; i < draft->groups->len; i++) {
        struct draft_group *group = g_ptr_array_index(draft->groups, i);
        if (group->kind == kind)
            g_ptr_array_add(list, group);
    }
    return list;
}

struct draft_entry *draft_given(const struct draft_group *group, const char *name)
{
    for (unsigned i = 0; i < group->entries->len; i++) {
        struct draft_entry *entry = g_ptr_array_index(group->entries, i);
        if (strcmp(entry->name, name) == 0)
            return entry;
    }
    return NULL;
}

void draft_set(struct draft_group *group, const struct schema_key *key, const char *name,
               const char *value, struct origin origin)
{
    g_assert(group != NULL && key != NULL);
    struct draft_entry *entry = draft_given(group, name);
    if (entry == NULL) {
        entry = g_new0(struct draft_entry, 1);
        entry->group = group;
        entry->key = key;
        entry->name = g_strdup(name);
        g_ptr_array_add(group->entries, entry);
    }
    g_free(entry->value);
    entry->value = g_strdup(value);
    entry->origin = origin;
}

static const struct draft_entry *inherited(const struct draft *draft,
                                           const struct draft_group *group, const char *name)
{
    const struct draft_entry *own = draft_given(group, name);
    if (own != NULL || (group->kind != GROUP_REAL && group->kind != GROUP_LINK))
        return own;
    const struct schema_key *key = schema_key(group->kind, name);
    if (schema_default(key, group->name) != key->value)
        return NULL;
    enum group_kind defaults =
        group->kind == GROUP_REAL ? GROUP_REAL_DEFAULTS : GROUP_LINK_DEFAULTS;
    return draft_given(draft_find(draft, defaults, NULL), name);
}

const struct draft_entry *draft_deciding(const struct draft *draft,
                                         const struct draft_group *group, const char *name)
{
    const struct draft_entry *entry = draft_given(group, name);
    if (entry != NULL && entry->value != NULL)
        return entry;
    if (g_str_has_prefix(name, "rev.") && group->kind == GROUP_LINK)
        name += strlen("rev.");
    return inherited(draft, group, name);
}

const char *draft_value(const struct draft *draft, const struct draft_group *group,
                        const char *name)
{
    const struct draft_entry *entry = draft_deciding(draft, group, name);
    if (entry != NULL && entry->value != NULL)
        return entry->value;
    const struct schema_key *key = schema_key(group->kind, name);
    g_assert(key != NULL);
    return schema_default(key, group->name);
}

char *draft_dotted(const struct draft_group *group)
{
    return g_strdelimit(g_strdup(group->title), " ", '.');
}

/* How much of path this group's dotted title covers, its dot included; 0: not. */
static size_t covered(const struct draft_group *group, const char *path)
{
    const struct schema_group *shape = schema_group(group->kind);
    const char *dot = strchr(path, '.');
    char *word = dot == NULL ? g_strdup(path) : g_strndup(path, (gsize)(dot - path));
    bool fits = dot != NULL && schema_kind(word) == group->kind;
    g_free(word);
    if (!fits || !shape->named)
        return fits ? (size_t)(dot + 1 - path) : 0;
    size_t length = strlen(group->name);
    fits = strncmp(dot + 1, group->name, length) == 0 && dot[1 + length] == '.';
    return fits ? (size_t)(dot + 1 - path) + length + 1 : 0;
}

static char *no_group(const struct draft *draft, const char *path)
{
    GPtrArray *known = g_ptr_array_new_with_free_func(g_free);
    for (unsigned i = 0; i < draft->groups->len; i++)
        g_ptr_array_add(known, draft_dotted(g_ptr_array_index(draft->groups, i)));
    const char *dot = strrchr(path, '.');
    char *group = dot == NULL ? g_strdup(path) : g_strndup(path, (gsize)(dot - path));
    const char *nearest = nearest_word(group, known);
    char *problem =
        nearest == NULL
            ? g_strdup("no such group (write GROUP.KEY, as in link.replication.loss)")
            : g_strdup_printf("no such group (did you mean %s?)", nearest);
    g_free(group);
    g_ptr_array_free(known, TRUE);
    return problem;
}

bool draft_locate(const struct draft *draft, const char *path, struct draft_place *place,
                  char **problem)
{
    size_t longest = 0;
    *place = (struct draft_place){NULL, NULL, NULL};
    for (unsigned i = 0; i < draft->groups->len; i++) {
        struct draft_group *group = g_ptr_array_index(draft->groups, i);
        size_t length = covered(group, path);
        if (length > longest) {
            longest = length;
            place->group = group;
        }
    }
    if (place->group == NULL) {
        *problem = no_group(draft, path);
        return false;
    }
    place->key = schema_key(place->group->kind, path + longest);
    if (place->key == NULL) {
        GPtrArray *known = schema_key_names(place->group->kind);
        char *hint = nearest_hint(path + longest, known);
        *problem = g_strdup_printf("unknown key %s%s", path + longest, hint);
        g_free(hint);
        g_ptr_array_free(known, TRUE);
        return false;
    }
    place->name = schema_canonical(place->key, path + longest);
    return true;
}
