/* list: the words a scenario may use, straight from the tables in code. */
#include "sim/command/verb.h"

#include "analysis/columns.h"
#include "core/balance.h"
#include "core/replication.h"
#include "sim/command/report.h"
#include "sim/scenario/nearest.h"
#include "sim/scenario/scenario.h"
#include "sim/scenario/schema.h"

#include <stdio.h>
#include <string.h>

#define LIST_LABEL 22u
#define LIST_PATH_LABEL 26u

static void append_row(GString *text, unsigned label, const char *word, const char *meaning)
{
    g_autoptr(GString) row = g_string_new(NULL);

    if (strlen(word) < label) {
        report_pad(row, word, label);
    } else {
        g_string_append_printf(row, "%s ", word);
    }
    g_string_append(row, meaning);
    report_wrap(text, g_strchomp(row->str), label);
}

static void list_predictors(GString *text)
{
    for (unsigned i = PREDICTOR_LEASTCONNS; i <= PREDICTOR_ROUNDROBIN; i++) {
        g_string_append_printf(text, "%s\n", balance_word(i));
    }
}

static void list_protocols(GString *text)
{
    for (unsigned i = 0; i < replication_protocols(); i++) {
        append_row(text, LIST_LABEL, replication_word(i), replication_protocol(i)->essence);
    }
}

static void list_detectors(GString *text)
{
    const struct schema_key *key = schema_key(GROUP_FAILOVER, "detector");
    g_auto(GStrv) words = g_strsplit(key->range, " ", -1);

    for (char **word = words; *word != NULL; word++) {
        g_string_append_printf(text, "%s\n", *word);
    }
}

static void list_metrics(GString *text)
{
#define METRIC_ROW(name, unit, meaning) append_row(text, LIST_LABEL, name, unit ": " meaning);
    METRIC_LIST(METRIC_ROW)
#undef METRIC_ROW
    report_wrap(text, "survival.NAME and known.NAME: the same for each [virtual NAME]. In tables "
                      "shares are fractions, 0 to 1.", 0);
}

static void list_outcomes(GString *text)
{
#define OUTCOME_ROW(code, word) g_string_append(text, word "\n");
    OUTCOME_LIST(OUTCOME_ROW)
#undef OUTCOME_ROW
}

static void list_causes(GString *text)
{
    for (unsigned i = 0; i < CAUSE_COUNT; i++) {
        if (i != CAUSE_NONE) {
            append_row(text, LIST_LABEL, cause_word(i), cause_phrase(i));
        }
    }
}

static void list_states(GString *text)
{
    for (unsigned i = 0; i < STATE_COUNT; i++) {
        append_row(text, LIST_LABEL, state_word(i),
                   state_counts(i) ? "counts" : "does not count");
    }
}

static void list_keys(GString *text)
{
    g_autofree char *keys = scenario_list_keys();

    g_string_append(text, keys);
}

/* Where scenarios lie: here, beside the program, where it was built from, or where
 * it was installed. */
static char *find_scenarios(void)
{
    static const char *const near[] = {"scenarios", "../../scenarios",
                                       "../share/understudy/scenarios"};
    g_autofree char *program = g_file_read_link("/proc/self/exe", NULL);
    g_autofree char *home = g_path_get_dirname(program != NULL ? program : ".");

    if (g_file_test("scenarios", G_FILE_TEST_IS_DIR)) {
        return g_strdup("scenarios");
    }
    for (gsize i = 0; i < G_N_ELEMENTS(near); i++) {
        char *path = g_build_filename(home, near[i], NULL);
        if (g_file_test(path, G_FILE_TEST_IS_DIR)) {
            return path;
        }
        g_free(path);
    }
    return NULL;
}

static gint by_name(gconstpointer a, gconstpointer b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

/* The first line of a shipped scenario is "# name.scn - what it is". */
static void append_scenario(GString *text, const char *folder, const char *name)
{
    g_autofree char *path = g_build_filename(folder, name, NULL);
    g_autofree char *content = NULL;

    if (!g_file_get_contents(path, &content, NULL, NULL)) {
        return;
    }
    content[strcspn(content, "\r\n")] = '\0';
    const char *dash = strstr(content, " - ");
    append_row(text, LIST_PATH_LABEL, path, content[0] == '#' && dash != NULL ? dash + 3 : "");
}

static void list_scenarios(GString *text)
{
    g_autofree char *folder = find_scenarios();
    g_autoptr(GPtrArray) names = g_ptr_array_new_with_free_func(g_free);
    GDir *dir = folder != NULL ? g_dir_open(folder, 0, NULL) : NULL;
    const char *name;

    while (dir != NULL && (name = g_dir_read_name(dir)) != NULL) {
        if (g_str_has_suffix(name, ".scn")) {
            g_ptr_array_add(names, g_strdup(name));
        }
    }
    g_clear_pointer(&dir, g_dir_close);
    g_ptr_array_sort(names, by_name);
    for (guint i = 0; i < names->len; i++) {
        append_scenario(text, folder, g_ptr_array_index(names, i));
    }
}

static const struct {
    const char *what;
    void (*print)(GString *text);
} lists[] = {
    {"predictors", list_predictors}, {"protocols", list_protocols},
    {"detectors", list_detectors},   {"metrics", list_metrics},
    {"keys", list_keys},             {"scenarios", list_scenarios},
    {"outcomes", list_outcomes},     {"causes", list_causes},
    {"states", list_states},
};

static enum status unknown(const struct verb *verb, const char *what)
{
    g_autoptr(GPtrArray) names = g_ptr_array_new();

    for (gsize i = 0; i < G_N_ELEMENTS(lists); i++) {
        g_ptr_array_add(names, (gpointer)lists[i].what);
    }
    g_autofree char *hint = nearest_hint(what, names);
    return verb_fail(verb, STATUS_INPUT, "there is no list of %s%s", what, hint);
}

static enum status print(const struct verb *verb, const char *what)
{
    g_autoptr(GString) text = g_string_new(NULL);

    for (gsize i = 0; i < G_N_ELEMENTS(lists); i++) {
        if (g_str_equal(what, lists[i].what)) {
            lists[i].print(text);
            fputs(text->str, stdout);
            return STATUS_DONE;
        }
    }
    return unknown(verb, what);
}

static enum status act(const struct verb *verb, struct console *console, int argc, char **argv)
{
    const GOptionEntry entries[] = {{NULL, 0, 0, G_OPTION_ARG_NONE, NULL, NULL, NULL}};
    enum verb_parse parse = verb_parse(verb, console, entries, &argc, &argv);

    return parse != VERB_GO ? verb_parse_status(parse) : print(verb, argv[1]);
}

const struct verb verb_list = {
    .name = "list",
    .arguments = "WHAT",
    .summary = "The words that scenarios and tables may hold.",
    .details = "WHAT: predictors protocols detectors metrics keys scenarios outcomes causes\n"
               "states.\n\n"
               "Example:\n"
               "  understudy list keys\n",
    .arguments_min = 1,
    .arguments_max = 1,
    .act = act,
};
