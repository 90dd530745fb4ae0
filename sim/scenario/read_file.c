#include "sim/scenario/read_file.h"

#include "sim/scenario/keyfile.h"
#include "sim/scenario/nearest.h"
#include "sim/scenario/value.h"

#include <string.h>

/* Names become columns of tables and words of fault lines; those of variants not the latter. */
static bool plain_name(enum group_kind kind, const char *name)
{
    static const char *const taken[] = {"active", "standby", "primary", "secondary",
                                        "auto", "none", NULL};
    for (const char *letter = name; *letter != '\0'; letter++)
        if (!g_ascii_isalnum(*letter) && strchr("-_.", *letter) == NULL)
            return false;
    return *name != '\0' && (kind == GROUP_VARIANT || !g_strv_contains(taken, name));
}

static struct origin at_line(unsigned line)
{
    return (struct origin){ORIGIN_FILE, line};
}

static void unknown_group(const struct keyfile_group *raw, const char *word,
                          struct problems *problems)
{
    char *about = g_strdup_printf("[%s]", raw->name);
    GPtrArray *known = schema_kind_names();
    char *hint = nearest_hint(word, known);
    if (schema_is_later(word))
        problems_add(problems, at_line(raw->line), about, "not in this version (remove it)");
    else
        problems_addf(problems, at_line(raw->line), about, "unknown group%s", hint);
    g_free(hint);
    g_ptr_array_free(known, TRUE);
    g_free(about);
}

/* Is the name what this kind of group needs? */
static bool name_fits(enum group_kind kind, const char *name, const struct keyfile_group *raw,
                      struct problems *problems)
{
    const struct schema_group *shape = schema_group(kind);
    char *about = g_strdup_printf("[%s]", raw->name);
    bool fits = false;
    char **names = g_strsplit(shape->names == NULL ? "" : shape->names, " ", -1);
    if (!shape->named && *name != '\0')
        problems_addf(problems, at_line(raw->line), about, "has no name (write [%s])", shape->word);
    else if (shape->named && *name == '\0')
        problems_addf(problems, at_line(raw->line), about, "a name is missing (write [%s NAME])",
                      shape->word);
    else if (shape->names != NULL && !g_strv_contains((const char *const *)names, name))
        problems_addf(problems, at_line(raw->line), about, "no such %s (known: %s)", shape->word,
                      shape->names);
    else if (shape->named && !plain_name(kind, name))
        problems_add(problems, at_line(raw->line), about,
                     "not a name (letters, digits, - _ and . only; not a word like active)");
    else
        fits = true;
    g_strfreev(names);
    g_free(about);
    return fits;
}

/* The draft's group for a raw one, or NULL with a problem. */
static struct draft_group *open_group(const struct keyfile_group *raw, struct draft *draft,
                                      struct problems *problems)
{
    char *word = g_strdup(raw->name);
    size_t length = strcspn(word, " \t");
    const char *name = g_strchug(word + length + (word[length] != '\0'));
    word[length] = '\0';
    enum group_kind kind = schema_kind(word);
    struct draft_group *group = NULL;
    if (kind == GROUP_KINDS)
        unknown_group(raw, word, problems);
    else if (name_fits(kind, name, raw, problems)) {
        name = schema_group(kind)->named ? name : NULL;
        group = draft_find(draft, kind, name);
        if (group == NULL)
            group = draft_add(draft, kind, name, raw->line);
        else if (group->line == 0)
            group->line = raw->line;
        else {
            problems_addf(problems, at_line(raw->line), NULL, "[%s] given twice (first at line %u)",
                          group->title, group->line);
            group = NULL;
        }
    }
    g_free(word);
    return group;
}

static void unknown_key(const struct draft_group *group, const struct keyfile_entry *raw,
                        struct problems *problems)
{
    char *about = g_strdup_printf("[%s] %s", group->title, raw->key);
    GPtrArray *known = schema_key_names(group->kind);
    const char *nearest = nearest_word(raw->key, known);
    if (schema_is_later(raw->key))
        problems_add(problems, at_line(raw->line), about, "not in this version (remove it)");
    else if (nearest != NULL)
        problems_addf(problems, at_line(raw->line), about, "unknown key (did you mean %s?)",
                      nearest);
    else
        problems_add(problems, at_line(raw->line), about,
                     "unknown key (understudy list keys prints all)");
    g_ptr_array_free(known, TRUE);
    g_free(about);
}

static void add_value(struct draft_group *group, const struct schema_key *key, const char *name,
                      const struct keyfile_entry *raw, struct problems *problems)
{
    char *about = g_strdup_printf("[%s] %s = %s", group->title, raw->key, raw->value);
    const struct draft_entry *before = draft_given(group, name);
    char *problem = NULL;
    if (before != NULL)
        problems_addf(problems, at_line(raw->line), about, "given twice (first at line %u)",
                      before->origin.line);
    else if (group->kind == GROUP_FAULTS && !plain_name(GROUP_FAULTS, name))
        problems_add(problems, at_line(raw->line), about,
                     "not a label (letters, digits, - _ and . only; not auto or none)");
    else {
        char *value = value_canonical(key, raw->value, &problem);
        draft_set(group, key, name, value, at_line(raw->line));
        g_free(value);
    }
    if (problem != NULL)
        problems_add(problems, at_line(raw->line), about, problem);
    g_free(problem);
    g_free(about);
}

void read_file(const GPtrArray *groups, struct draft *draft, struct problems *problems)
{
    for (unsigned i = 0; i < groups->len; i++) {
        const struct keyfile_group *raw = g_ptr_array_index(groups, i);
        struct draft_group *group = open_group(raw, draft, problems);
        for (unsigned j = 0; group != NULL && j < raw->entries->len; j++) {
            const struct keyfile_entry *entry = g_ptr_array_index(raw->entries, j);
            const struct schema_key *key = schema_key(group->kind, entry->key);
            if (key == NULL) {
                unknown_key(group, entry, problems);
                continue;
            }
            char *name = schema_canonical(key, entry->key);
            add_value(group, key, name, entry, problems);
            g_free(name);
        }
    }
}

void read_overrides(const struct override *overrides, size_t count, struct draft *draft,
                    struct problems *problems)
{
    struct origin origin = {ORIGIN_SET, 0};
    for (size_t i = 0; i < count; i++) {
        struct draft_place place;
        char *problem = NULL, *value = NULL;
        char *stripped = g_strstrip(g_strdup(overrides[i].value));
        if (draft_locate(draft, overrides[i].key, &place, &problem))
            value = value_canonical(place.key, stripped, &problem);
        if (value != NULL)
            draft_set(place.group, place.key, place.name, value, origin);
        else {
            char *about = g_strdup_printf("--set %s=%s", overrides[i].key, overrides[i].value);
            problems_add(problems, origin, about, problem);
            g_free(about);
        }
        g_free(place.name);
        g_free(value);
        g_free(problem);
        g_free(stripped);
    }
}

/* A comes before B in every order, named or not. */
static void add_first(struct draft *draft, const char *name)
{
    draft_add(draft, GROUP_UNIT, name, 0);
    struct draft_group *group = g_ptr_array_steal_index(draft->groups, draft->groups->len - 1);
    g_ptr_array_insert(draft->groups, 0, group);
}

static bool is_spare(const struct draft_group *unit)
{
    const struct draft_entry *rank = draft_given(unit, "rank");
    return rank != NULL && g_strcmp0(rank->value, "spare") == 0;
}

/* A spare is one more than the pair. */
void read_units(struct draft *draft)
{
    GPtrArray *named = draft_list(draft, GROUP_UNIT);
    const struct draft_group *of_pair = NULL;
    unsigned count = 0;
    for (unsigned i = 0; i < named->len; i++)
        if (!is_spare(g_ptr_array_index(named, i))) {
            of_pair = g_ptr_array_index(named, i);
            count++;
        }
    if (count == 0 || (count == 1 && strcmp(of_pair->name, "A") == 0))
        draft_add(draft, GROUP_UNIT, "B", 0);
    if (count == 0 || (count == 1 && strcmp(of_pair->name, "B") == 0))
        add_first(draft, "A");
    g_ptr_array_free(named, TRUE);
}
