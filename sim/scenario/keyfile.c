#include "sim/scenario/keyfile.h"

#include <stdio.h>
#include <string.h>

/* The pass over the lines. clean collects what is sound, for GKeyFile. */
struct scan {
    struct problems *problems;
    GPtrArray *groups;
    GHashTable *first; /* "group" and "group\nkey" -> line of the first */
    GString *clean;
    struct keyfile_group *group; /* the one open, or NULL */
    bool lost;                   /* its header was refused: its keys are skipped */
    unsigned line;
};

static void entry_free(void *data)
{
    struct keyfile_entry *entry = data;
    g_free(entry->key);
    g_free(entry->value);
    g_free(entry);
}

static void group_free(void *data)
{
    struct keyfile_group *group = data;
    g_free(group->name);
    g_ptr_array_free(group->entries, TRUE);
    g_free(group);
}

static void complain(struct scan *scan, const char *about, const char *what)
{
    problems_add(scan->problems, (struct origin){ORIGIN_FILE, scan->line}, about, what);
}

/* Whether this name is new; else says where it stood first. */
static bool first_time(struct scan *scan, const char *name, const char *about)
{
    unsigned before = GPOINTER_TO_UINT(g_hash_table_lookup(scan->first, name));
    if (before == 0) {
        g_hash_table_insert(scan->first, g_strdup(name), GUINT_TO_POINTER(scan->line));
        return true;
    }
    problems_addf(scan->problems, (struct origin){ORIGIN_FILE, scan->line}, NULL,
                  "%s given twice (first at line %u)", about, before);
    return false;
}

static bool plain(const char *name)
{
    for (; *name != '\0'; name++)
        if (*name == '[' || *name == ']' || g_ascii_iscntrl(*name))
            return false;
    return true;
}

static void open_group(struct scan *scan, const char *line)
{
    scan->group = NULL;
    scan->lost = true;
    const char *end = strchr(line, ']');
    if (end != NULL && end[1] != '\0') {
        complain(scan, line, "something stands after the group's name "
                             "(a comment needs a line of its own)");
        return;
    }
    char *name = end == NULL ? g_strdup("") : g_strndup(line + 1, (gsize)(end - line - 1));
    if (*g_strstrip(name) == '\0' || !plain(name))
        complain(scan, line, "not a group (write [KIND] or [KIND NAME])");
    else if (first_time(scan, name, line)) {
        scan->group = g_new(struct keyfile_group, 1);
        *scan->group = (struct keyfile_group){g_strdup(name), scan->line,
                                              g_ptr_array_new_with_free_func(entry_free)};
        g_ptr_array_add(scan->groups, scan->group);
        g_string_append_printf(scan->clean, "[%s]\n", name);
        scan->lost = false;
    }
    g_free(name);
}

static bool entry_sound(struct scan *scan, const char *about, const char *key, const char *value)
{
    if (*key == '\0')
        complain(scan, about, "no key before the = (write KEY = VALUE)");
    else if (!plain(key))
        complain(scan, about, "key[x] is not known here (leave the brackets out)");
    else if (strstr(value, " #") != NULL || strstr(value, "\t#") != NULL || *value == '#')
        complain(scan, about, "a comment after a value would become part of it "
                              "(move it to a line of its own)");
    else
        return true;
    return false;
}

static void add_entry(struct scan *scan, const char *line)
{
    const char *equals = strchr(line, '=');
    char *key = g_strstrip(g_strndup(line, (gsize)(equals - line)));
    char *value = g_strstrip(g_strdup(equals + 1));
    char *about = g_strdup_printf("[%s] %s = %s", scan->group->name, key, value);
    char *twice = g_strdup_printf("[%s] %s", scan->group->name, key);
    char *place = g_strdup_printf("%s\n%s", scan->group->name, key);
    if (entry_sound(scan, about, key, value) && first_time(scan, place, twice)) {
        struct keyfile_entry *entry = g_new(struct keyfile_entry, 1);
        *entry = (struct keyfile_entry){g_strdup(key), NULL, scan->line};
        g_ptr_array_add(scan->group->entries, entry);
        g_string_append_printf(scan->clean, "%s=%s\n", key, value);
    }
    g_free(place);
    g_free(twice);
    g_free(about);
    g_free(value);
    g_free(key);
}

static void take_line(struct scan *scan, const char *line)
{
    if (*line == '\0' || *line == '#')
        return;
    if (*line == '[')
        open_group(scan, line);
    else if (strchr(line, '=') == NULL)
        complain(scan, line, "neither a [group], a key = value, nor a # comment");
    else if (scan->group != NULL)
        add_entry(scan, line);
    else if (!scan->lost)
        complain(scan, line, "a key before the first group (begin with [scenario])");
}

/* GKeyFile is given sound lines only; should it still object, its words are ours. */
static void fetch_values(struct scan *scan)
{
    GKeyFile *store = g_key_file_new();
    GError *error = NULL;
    if (!g_key_file_load_from_data(store, scan->clean->str, scan->clean->len,
                                   G_KEY_FILE_KEEP_TRANSLATIONS, &error)) {
        problems_add(scan->problems, (struct origin){ORIGIN_FILE, 0}, NULL, error->message);
        g_clear_error(&error);
    }
    for (unsigned i = 0; i < scan->groups->len; i++) {
        struct keyfile_group *group = g_ptr_array_index(scan->groups, i);
        for (unsigned j = 0; j < group->entries->len; j++) {
            struct keyfile_entry *entry = g_ptr_array_index(group->entries, j);
            entry->value = g_key_file_get_value(store, group->name, entry->key, NULL);
            if (entry->value == NULL)
                entry->value = g_strdup("");
        }
    }
    g_key_file_free(store);
}

GPtrArray *keyfile_parse(const char *text, struct problems *problems)
{
    struct scan scan = {.problems = problems,
                        .groups = g_ptr_array_new_with_free_func(group_free),
                        .first = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL),
                        .clean = g_string_new(NULL)};
    char **lines = g_strsplit(text, "\n", -1);
    for (unsigned i = 0; lines[i] != NULL; i++) {
        scan.line = i + 1;
        take_line(&scan, g_strstrip(lines[i]));
    }
    fetch_values(&scan);
    g_strfreev(lines);
    g_string_free(scan.clean, TRUE);
    g_hash_table_destroy(scan.first);
    return scan.groups;
}

static char *load_stdin(size_t *length)
{
    GString *text = g_string_new(NULL);
    char part[4096];
    for (size_t got; (got = fread(part, 1, sizeof part, stdin)) > 0;)
        g_string_append_len(text, part, (gssize)got);
    *length = text->len;
    return g_string_free(text, FALSE);
}

static char *refuse(GError **error, const char *path, const char *what)
{
    g_set_error(error, G_FILE_ERROR, G_FILE_ERROR_INVAL, "%s: %s", path, what);
    return NULL;
}

char *keyfile_load(const char *path, size_t *length, GError **error)
{
    g_assert(path != NULL && length != NULL);
    char *text = NULL;
    if (strcmp(path, "-") == 0)
        text = load_stdin(length);
    else if (g_file_test(path, G_FILE_TEST_IS_DIR))
        return refuse(error, path, "is a directory (give a scenario file)");
    else if (!g_file_test(path, G_FILE_TEST_EXISTS))
        return refuse(error, path, "no such file");
    else if (!g_file_get_contents(path, &text, length, error)) {
        return NULL;
    }
    if (*length == 0)
        refuse(error, path, "is empty (a scenario needs a [virtual], a [real] and a [workload])");
    else if (!g_utf8_validate(text, (gssize)*length, NULL))
        refuse(error, path, "is not a text file (bytes that are not UTF-8 text)");
    else
        return text;
    g_free(text);
    return NULL;
}
