#include "sim/command/study.h"

#include "sim/node/unit.h"

#include <stdio.h>
#include <string.h>

/* Blanks around the first "=" are as welcome as in a scenario. */
static void add_override(struct study *study, const char *key, size_t length, const char *value)
{
    struct override override = {g_strstrip(g_strndup(key, length)), g_strstrip(g_strdup(value))};

    g_array_append_val(study->overrides, override);
}

static bool add_sets(struct study *study, const struct verb *verb)
{
    for (char **set = study->set; set != NULL && *set != NULL; set++) {
        const char *equals = strchr(*set, '=');
        const char *dot = strchr(*set, '.');
        if (equals == NULL || dot == NULL || dot > equals || dot == *set) {
            verb_fail(verb, STATUS_INPUT,
                      "--set %s: write GROUP.KEY=VALUE, as in --set link.replication.loss=20%%",
                      *set);
            return false;
        }
        add_override(study, *set, (size_t)(equals - *set), equals + 1);
    }
    return true;
}

/* Drawn from outside the simulation, and printed with the results. */
static bool add_seed(struct study *study, const struct verb *verb)
{
    char digits[24];
    uint64_t seed = g_random_int();

    if (study->seed == NULL) {
        return true;
    }
    if (strcmp(study->seed, "random") != 0 &&
        !verb_number(verb, "--seed", study->seed, 0, UINT64_MAX, &seed)) {
        return false;
    }
    g_snprintf(digits, sizeof digits, "%" G_GUINT64_FORMAT, seed);
    add_override(study, "scenario.seed", strlen("scenario.seed"), digits);
    return true;
}

/* A note is for those who ask ("check", or -v); a warning is for all. */
static void print_warnings(const struct study *study, bool notes)
{
    for (guint i = 0; i < study->warnings->len; i++) {
        const char *warning = g_ptr_array_index(study->warnings, i);
        bool note = g_str_has_prefix(warning, "note:");
        if (!note || notes) {
            fprintf(stderr, "%s%s\n", note ? "" : "warning: ", warning);
        }
    }
}

/* The reader and the core each know the rules; where they differ, the core's are those
 * that run. False when it refuses a command of some point, told then. */
static bool core_takes(const struct study *study, const char *path, unsigned point, bool swept)
{
    struct scenario *scenario = scenario_file_point(study->file, point, swept);
    char *refusal = unit_check_commands(scenario->commands);

    if (refusal != NULL) {
        fprintf(stderr, "%s: the core refuses its configuration: %s\n", path, refusal);
    }
    scenario_free(scenario);
    g_free(refusal);
    return refusal == NULL;
}

static bool core_takes_all(const struct study *study, const char *path)
{
    bool taken = core_takes(study, path, 0, false);

    for (unsigned point = 0; taken && point < scenario_file_points(study->file); point++) {
        taken = core_takes(study, path, point, true);
    }
    return taken;
}

bool study_open(struct study *study, const struct verb *verb, const struct console *console,
                const char *path)
{
    g_autoptr(GError) error = NULL;

    g_assert(study->overrides == NULL && study->file == NULL);
    study->path = path;
    study->overrides = g_array_new(FALSE, FALSE, sizeof(struct override));
    study->warnings = g_ptr_array_new_with_free_func(g_free);
    if (!add_sets(study, verb) || !add_seed(study, verb)) {
        return false;
    }
    study->file = scenario_file_read(path, (const struct override *)(void *)study->overrides->data,
                                     study->overrides->len, study->warnings, &error);
    if (study->file == NULL) {
        fprintf(stderr, "%s\n", error->message);
        return false;
    }
    if (!core_takes_all(study, path)) {
        return false;
    }
    if (!console->quiet) {
        print_warnings(study, console->verbose || verb == &verb_check);
    }
    return true;
}

void study_close(struct study *study)
{
    for (guint i = 0; study->overrides != NULL && i < study->overrides->len; i++) {
        struct override *override = &g_array_index(study->overrides, struct override, i);
        g_free(override->key);
        g_free(override->value);
    }
    g_clear_pointer(&study->overrides, g_array_unref);
    g_clear_pointer(&study->warnings, g_ptr_array_unref);
    g_clear_pointer(&study->file, scenario_file_free);
    g_clear_pointer(&study->seed, g_free);
    g_clear_pointer(&study->set, g_strfreev);
}

static void append_word(GString *text, const char *word)
{
    static const char plain[] = G_CSET_A_2_Z G_CSET_a_2_z G_CSET_DIGITS "-_./=:%+,@";
    g_autofree char *quoted = NULL;

    if (word[0] == '\0' || word[strspn(word, plain)] != '\0') {
        quoted = g_shell_quote(word);
        word = quoted;
    }
    g_string_append_printf(text, " %s", word);
}

void study_again(const struct study *study, GString *text)
{
    append_word(text, study->path);
    for (guint i = 0; i < study->overrides->len; i++) {
        const struct override *override =
            &g_array_index(study->overrides, struct override, i);
        g_autofree char *word = g_strdup_printf("%s=%s", override->key, override->value);
        g_string_append(text, " --set");
        append_word(text, word);
    }
}
