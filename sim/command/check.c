/* check: is the scenario right, and what would it do? */
#include "sim/command/plan.h"
#include "sim/command/study.h"

#include <stdio.h>

static bool check(const struct verb *verb, const struct console *console, char **set,
                  const char *path)
{
    struct study study = {.set = g_strdupv(set)};
    bool good = study_open(&study, verb, console, path);

    if (good) {
        g_autoptr(GString) text = g_string_new(NULL);
        struct scenario *scenario = scenario_file_point(study.file, 0, true);
        g_string_append_printf(text, "%s: ok\n", path);
        plan_print_runs(text, study.file, scenario->repetitions);
        plan_print_world(text, study.file);
        fputs(text->str, stdout);
        scenario_free(scenario);
    }
    study_close(&study);
    return good;
}

static enum status act(const struct verb *verb, struct console *console, int argc, char **argv)
{
    char **set = NULL;
    const GOptionEntry entries[] = {
        {"set", 0, 0, G_OPTION_ARG_STRING_ARRAY, &set, "override a key; may be given again",
         "GROUP.KEY=VALUE"},
        {NULL, 0, 0, G_OPTION_ARG_NONE, NULL, NULL, NULL},
    };
    enum verb_parse parse = verb_parse(verb, console, entries, &argc, &argv);
    enum status status = parse != VERB_GO ? verb_parse_status(parse) : STATUS_DONE;

    for (int i = 1; parse == VERB_GO && i < argc; i++) {
        if (!check(verb, console, set, argv[i])) {
            status = STATUS_INPUT;
        }
    }
    g_strfreev(set);
    return status;
}

const struct verb verb_check = {
    .name = "check",
    .arguments = "FILE...",
    .summary = "Validate; print runs, loss, detection, capacity.",
    .details = "All mistakes of a file are printed at once, each with its line.\n\n"
               "Example:\n"
               "  understudy check scenarios/*.scn\n",
    .arguments_min = 1,
    .arguments_max = G_MAXINT,
    .act = act,
};
