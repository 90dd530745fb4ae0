#include "sim/scenario/show.h"

#include "sim/scenario/build.h"
#include "sim/scenario/quantity.h"

#include <string.h>

enum { WIDTH = 80 };

/* ---- what "auto" comes to */

GHashTable *show_derived_new(void)
{
    return g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
}

/* Note a value; one that was another before is not derivable. text is taken. */
static void note(GHashTable *derived, const char *title, const char *key, char *text)
{
    char *place = g_strdup_printf("%s\n%s", title, key);
    const char *before = g_hash_table_lookup(derived, place);
    if (before != NULL && strcmp(before, text) != 0) {
        g_free(text);
        text = g_strdup("auto");
    }
    g_hash_table_insert(derived, place, text);
}

static char *time_text(nstime time)
{
    GString *text = g_string_new(NULL);
    quantity_print(QUANTITY_TIME, (uint64_t)time, text);
    return g_string_free(text, FALSE);
}

static const char *measured(const struct scenario *scenario)
{
    if (scenario->measure < 0)
        return "none";
    return ((const struct fault_spec *)g_ptr_array_index(scenario->faults,
                                                         (unsigned)scenario->measure))->label;
}

static void derive_workload(GHashTable *derived, const struct scenario *scenario,
                            const struct workload_spec *workload)
{
    const struct virtual_spec *virtual = g_ptr_array_index(scenario->virtuals, workload->virtual);
    char *title = g_strdup_printf("workload %s", workload->name);
    GString *network = g_string_new(NULL);
    quantity_print_ip(workload->client_network & quantity_mask(workload->client_prefix), network);
    g_string_append_printf(network, "/%u", workload->client_prefix);
    note(derived, title, "virtual", g_strdup(virtual->name));
    note(derived, title, "client-network", g_string_free(network, FALSE));
    g_free(title);
}

static void derive_unit(GHashTable *derived, const struct unit_spec *unit, unsigned number)
{
    static const char *const ranks[] = {"primary", "secondary", "spare"};
    char *title = g_strdup_printf("unit %s", unit->name);
    g_assert(number < G_N_ELEMENTS(ranks));
    note(derived, title, "rank", g_strdup(ranks[number]));
    g_free(title);
}

static void derive_ends(GHashTable *derived, const struct scenario *scenario)
{
    const struct unit_spec *a = g_ptr_array_index(scenario->units, 0);
    const struct unit_spec *b = g_ptr_array_index(scenario->units, 1);
    note(derived, "link clients", "between", g_strdup("clients units"));
    note(derived, "link servers", "between", g_strdup("units servers"));
    note(derived, "link replication", "between", g_strconcat(a->name, " ", b->name, NULL));
    note(derived, "link hello", "between", g_strconcat(a->name, " ", b->name, NULL));
}

void show_derive(GHashTable *derived, const struct scenario *scenario)
{
    note(derived, "scenario", "title", g_strdup(scenario->title));
    note(derived, "scenario", "drain", time_text(scenario->drain));
    note(derived, "scenario", "measure", g_strdup(measured(scenario)));
    note(derived, "output", "directory", g_strdup(scenario->output_directory));
    for (unsigned i = 0; i < scenario->units->len; i++)
        derive_unit(derived, g_ptr_array_index(scenario->units, i), i);
    for (unsigned i = 0; i < scenario->workloads->len; i++)
        derive_workload(derived, scenario, g_ptr_array_index(scenario->workloads, i));
    derive_ends(derived, scenario);
}

/* ---- show */

static bool is_open(const char *value)
{
    return *value == '\0' || strcmp(value, "auto") == 0;
}

static void print_key(GString *text, const char *name, const char *value)
{
    g_string_append_printf(text, "%s = %s\n", name, value);
}

static void print_value(GString *text, const struct draft *draft, const struct draft_group *group,
                        const char *name, GHashTable *derived)
{
    const char *value = draft_value(draft, group, name);
    g_assert(value != NULL);
    char *place = g_strdup_printf("%s\n%s", group->title, name);
    const char *resolved = g_hash_table_lookup(derived, place);
    print_key(text, name, is_open(value) && resolved != NULL ? resolved : value);
    g_free(place);
}

/* A trace brings its own clients and arrivals, a workload beside another has that one's and
 * its network, and only udp has retries of the application's: naming them as well is an
 * error. */
static bool left_out(const struct draft *draft, const struct draft_group *group, const char *name)
{
    if (group->kind != GROUP_WORKLOAD)
        return false;
    bool beside = strcmp(draft_value(draft, group, "beside"), "none") != 0;
    bool trace = strcmp(draft_value(draft, group, "trace"), "none") != 0;
    if (strcmp(name, "client-network") == 0)
        return beside;
    if (strcmp(name, "opened-by") == 0)
        return !beside;
    if (strcmp(name, "retry-time") == 0 || strcmp(name, "retries") == 0)
        return !build_speaks_udp(draft, group);
    return (beside || trace) && (strcmp(name, "clients") == 0 || strcmp(name, "arrivals") == 0);
}

/* Keys that stand in the group of defaults are printed there. */
static bool stands_here(const struct draft_group *group, const struct schema_key *key)
{
    bool defaults = group->kind == GROUP_REAL_DEFAULTS || group->kind == GROUP_LINK_DEFAULTS;
    if (defaults)
        return schema_key(group->kind, key->name) == key;
    if (key->group != group->kind)
        return false;
    return !key->defaults || draft_given(group, key->name) != NULL
           || schema_default(key, group->name) != key->value;
}

static void print_reverse(GString *text, const struct draft_group *group,
                          const struct schema_key *key)
{
    char *name = g_strconcat("rev.", key->name, NULL);
    const struct draft_entry *entry = draft_given(group, name);
    if (entry != NULL)
        print_key(text, name, entry->value);
    g_free(name);
}

static void print_group(GString *text, const struct draft *draft, const struct draft_group *group,
                        GHashTable *derived)
{
    g_string_append_printf(text, "[%s]\n", group->title);
    for (const struct schema_key *key = schema_keys(); key->name != NULL; key++) {
        if (stands_here(group, key) && !left_out(draft, group, key->name))
            print_value(text, draft, group, key->name, derived);
        if (group->kind == GROUP_LINK && key->group == GROUP_LINK && key->defaults)
            print_reverse(text, group, key);
    }
    g_string_append_c(text, '\n');
}

/* Faults, and variants: lines as they stand. */
static void print_lines(GString *text, const struct draft_group *group)
{
    g_string_append_printf(text, "[%s]\n", group->title);
    for (unsigned i = 0; i < group->entries->len; i++) {
        const struct draft_entry *entry = g_ptr_array_index(group->entries, i);
        print_key(text, entry->name, entry->value);
    }
    g_string_append_c(text, '\n');
}

static void print_sweep(GString *text, const struct expand *expand)
{
    if (expand_axes(expand) == 0)
        return;
    g_string_append(text, "[sweep]\n");
    for (unsigned i = 0; i < expand_axes(expand); i++) {
        const struct sweep_axis *axis = expand_axis(expand, i);
        char *values = g_strjoinv("; ", axis->values);
        print_key(text, axis->key, values);
        g_free(values);
    }
    if (expand_zip(expand))
        print_key(text, "zip", "yes");
    g_string_append_c(text, '\n');
}

char *show_scenario(const struct draft *draft, const struct expand *expand, GHashTable *derived)
{
    GString *text = g_string_new(NULL);
    for (unsigned kind = 0; kind < GROUP_KINDS; kind++) {
        GPtrArray *groups = draft_list(draft, (enum group_kind)kind);
        for (unsigned i = 0; i < groups->len; i++) {
            const struct draft_group *group = g_ptr_array_index(groups, i);
            if (kind == GROUP_SWEEP)
                print_sweep(text, expand);
            else if (kind == GROUP_FAULTS || kind == GROUP_VARIANT)
                print_lines(text, group);
            else
                print_group(text, draft, group, derived);
        }
        g_ptr_array_free(groups, TRUE);
    }
    g_string_truncate(text, text->len - 1);
    return g_string_free(text, FALSE);
}

/* ---- list keys */

/* A list that is too long for a line is broken behind one of its bars. */
static void break_lists(char **words, unsigned indent)
{
    for (unsigned i = 0; words[i] != NULL; i++) {
        size_t start = 0;
        GString *word = g_string_new(words[i]);
        while (indent + word->len - start > WIDTH) {
            const char *bar = g_strrstr_len(word->str + start, (gssize)(WIDTH - indent), "|");
            if (bar == NULL)
                break;
            start = (size_t)(bar - word->str) + 1;
            g_string_insert_c(word, (gssize)start++, ' ');
        }
        g_free(words[i]);
        words[i] = g_string_free(word, FALSE);
    }
}

/* Append words, wrapped, each line indented. */
static void wrap(GString *list, const char *sentence, unsigned indent)
{
    char **whole = quantity_words(sentence);
    break_lists(whole, indent);
    char *broken = g_strjoinv(" ", whole);
    char **words = quantity_words(broken);
    size_t column = 0;
    for (unsigned i = 0; words[i] != NULL; i++) {
        size_t length = strlen(words[i]);
        if (column == 0 || column + 1 + length > WIDTH) {
            g_string_append_printf(list, "%s%*s%s", column == 0 ? "" : "\n", (int)indent, "",
                                   words[i]);
            column = indent + length;
        } else {
            g_string_append_printf(list, " %s", words[i]);
            column += 1 + length;
        }
    }
    g_string_append_c(list, '\n');
    g_strfreev(words);
    g_free(broken);
    g_strfreev(whole);
}

/* "TIME 10ms..60min | auto", or the words there are. */
static char *shape(const struct schema_key *key)
{
    GString *text = g_string_new(NULL);
    bool words = key->type == VALUE_WORD || key->type == VALUE_WORDS
                 || key->type == VALUE_SET;
    if (!words)
        g_string_append(text, schema_type_word(key->type));
    if (key->range != NULL)
        g_string_append_printf(text, "%s%s", words ? "" : " ", key->range);
    if (words)
        g_strdelimit(text->str, " ", '|');
    if (key->words != NULL) {
        char *more = g_strdelimit(g_strdup(key->words), " ", '|');
        g_string_append_printf(text, "|%s", more);
        g_free(more);
    }
    return g_string_free(text, FALSE);
}

static void list_key(GString *list, const struct schema_key *key)
{
    char *values = shape(key);
    char *alias = key->alias == NULL ? g_strdup("") : g_strdup_printf(" (also: %s)", key->alias);
    char *value = key->value == NULL ? g_strdup("") : g_strdup_printf(", default: %s", key->value);
    char *line = g_strdup_printf("%s = %s%s%s", key->name, values, alias,
                                 key->value != NULL && *key->value == '\0' ? "" : value);
    wrap(list, line, 2);
    wrap(list, key->help, 6);
    g_free(line);
    g_free(value);
    g_free(alias);
    g_free(values);
}

static void list_group(GString *list, enum group_kind kind)
{
    const struct schema_group *group = schema_group(kind);
    char *title = g_strdup_printf("[%s%s] %s", group->word, group->named ? " NAME" : "",
                                  group->help);
    wrap(list, title, 0);
    g_free(title);
    for (const struct schema_key *key = schema_keys(); key->name != NULL; key++)
        if (key->group == kind)
            list_key(list, key);
    GPtrArray *names = schema_key_names(kind);
    if (kind == GROUP_REAL_DEFAULTS || kind == GROUP_LINK_DEFAULTS) {
        g_ptr_array_add(names, NULL);
        char *all = g_strjoinv(", ", (char **)names->pdata);
        wrap(list, all, 2);
        g_free(all);
    }
    g_ptr_array_free(names, TRUE);
}

/* How values are written, whatever their key (interface, section 7). */
static const char *const values_help[] = {
    "TIME: a number with us, ms, s or min. P, CORRELATION: 0% to 100%. SIZE: b, kb or mb "
    "(bytes; 1 kb = 1000). RATE: kbit, mbit or gbit. COUNT: bare.",
    "RANDOM: MEAN [constant | exponential | uniform SPREAD | lognormal SIGMA], for counts also "
    "geometric; or empirical FILE: a CSV table of two columns, the second named percentile, the "
    "first in seconds, bytes or counts.",
    "yes, on and true are the same, and no, off and false; so are - and _.",
};

char *show_keys(void)
{
    GString *list = g_string_new(NULL);
    for (unsigned kind = 0; kind < GROUP_KINDS; kind++) {
        g_string_append(list, kind == 0 ? "" : "\n");
        list_group(list, (enum group_kind)kind);
    }
    for (unsigned i = 0; i < G_N_ELEMENTS(values_help); i++) {
        g_string_append_c(list, '\n');
        wrap(list, values_help[i], 0);
    }
    return g_string_free(list, FALSE);
}
