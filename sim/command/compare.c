/* compare: two result directories, run by run. */
#include "analysis/compare.h"
#include "sim/command/verb.h"
#include "sim/run/manifest.h"

#include <stdio.h>
#include <string.h>

/* As in a scenario the sign is never left out: 0.5 might mean half a percent or half of
 * all, and a limit taken for the larger one would let every regression pass. */
static bool parse_drop(const struct verb *verb, const char *text, double *drop)
{
    char *end;
    double number = g_ascii_strtod(text, &end);

    *drop = number / 100;
    if (end != text && strcmp(end, "%") == 0 && number >= 0 && number <= 100) {
        return true;
    }
    verb_fail(verb, STATUS_INPUT, "--max-drop %s: write a share from 0%% to 100%%, as in 1%%",
              text);
    return false;
}

static bool check_directory(const struct verb *verb, const char *directory)
{
    if (!manifest_present(directory)) {
        verb_fail(verb, STATUS_INPUT, "%s: no results there (make some with \"understudy sweep "
                  "FILE --out %s\")", directory, directory);
        return false;
    }
    return true;
}

static enum status compare(const struct verb *verb, char **argv,
                           const struct compare_options *options)
{
    g_autoptr(GString) report = g_string_new(NULL);
    g_autoptr(GError) error = NULL;
    bool worse = false;

    if (!check_directory(verb, argv[1]) || !check_directory(verb, argv[2])) {
        return STATUS_INPUT;
    }
    if (!compare_directories(argv[1], argv[2], options, report, &worse, &error)) {
        return verb_fail(verb, STATUS_INPUT, "%s", error->message);
    }
    fputs(report->str, stdout);
    return worse ? STATUS_LOSS : STATUS_DONE;
}

static enum status act(const struct verb *verb, struct console *console, int argc, char **argv)
{
    struct compare_options options = {.confidence = 0.95};
    char *metric = NULL, *drop = NULL;
    gboolean json = FALSE;
    const GOptionEntry entries[] = {
        {"metric", 0, 0, G_OPTION_ARG_STRING, &metric,
         "compare this one (default: survival and known)", "METRIC"},
        {"max-drop", 0, 0, G_OPTION_ARG_STRING, &drop, "loss still accepted (default 0%)",
         "PERCENT"},
        {"json", 0, 0, G_OPTION_ARG_NONE, &json, "report as JSON", NULL},
        {NULL, 0, 0, G_OPTION_ARG_NONE, NULL, NULL, NULL},
    };
    enum verb_parse parse = verb_parse(verb, console, entries, &argc, &argv);
    enum status status = parse != VERB_GO ? verb_parse_status(parse) : STATUS_INPUT;

    if (parse == VERB_GO && (drop == NULL || parse_drop(verb, drop, &options.max_drop))) {
        options.metric = metric;
        options.json = json;
        status = compare(verb, argv, &options);
    }
    g_free(metric);
    g_free(drop);
    return status;
}

const struct verb verb_compare = {
    .name = "compare",
    .arguments = "A B",
    .summary = "Is sweep B worse than sweep A? Exit 1 if so.",
    .details = "A and B are result directories of the same scenario and seed: runs are paired,\n"
               "so that both sides met the same network.\n\n"
               "Examples:\n"
               "  understudy compare results/baseline/first results/first\n"
               "  understudy compare before after --metric survival --max-drop 1%\n",
    .arguments_min = 2,
    .arguments_max = 2,
    .act = act,
};
