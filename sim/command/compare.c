/* compare: two result directories, run by run. */
#include "analysis/compare.h"
#include "sim/command/verb.h"

#include <stdio.h>

/* "1%" or "0.01"; a regression test's limit is a share, so 1 without a sign is refused. */
static bool parse_drop(const struct verb *verb, const char *text, double *drop)
{
    char *end;
    double number = g_ascii_strtod(text, &end);
    bool percent = *end == '%';

    *drop = percent ? number / 100 : number;
    if (end != text && end[percent] == '\0' && number >= 0 && *drop <= 1 &&
        (percent || number < 1)) {
        return true;
    }
    verb_fail(verb, STATUS_INPUT, "--max-drop %s: write a share from 0%% to 100%%, as in 1%%",
              text);
    return false;
}

static enum status compare(const struct verb *verb, char **argv,
                           const struct compare_options *options)
{
    g_autoptr(GString) report = g_string_new(NULL);
    g_autoptr(GError) error = NULL;
    bool worse = false;

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
