/* explain: one connection's story. */
#include "sim/run/explain.h"

#include "sim/command/study.h"

#include <stdio.h>

struct explain_options {
    struct study study;
    char *connection_text, *repetition_text;
    uint64_t connection, repetition;
};

static bool prepare(const struct verb *verb, const struct console *console,
                    struct explain_options *options, const char *path)
{
    if (options->connection_text == NULL) {
        verb_fail(verb, STATUS_INPUT,
                  "--connection N is missing (\"understudy run\" names a number worth asking for)");
        return false;
    }
    return verb_number(verb, "--connection", options->connection_text, 0, UINT32_MAX - 1,
                       &options->connection) &&
           (options->repetition_text == NULL ||
            verb_number(verb, "--repetition", options->repetition_text, 0, UINT32_MAX - 1,
                        &options->repetition)) &&
           study_open(&options->study, verb, console, path);
}

static enum status explain(const struct verb *verb, const struct explain_options *options)
{
    g_autoptr(GString) text = g_string_new(NULL);
    g_autoptr(GError) error = NULL;
    struct scenario *scenario = scenario_file_point(options->study.file, 0, false);
    scenario->twin = scenario->twin_of_one;
    bool found = explain_connection(scenario, (uint32_t)options->repetition,
                                    (uint32_t)options->connection, text, &error);

    scenario_free(scenario);
    if (!found) {
        return verb_fail(verb, STATUS_INPUT, "%s", error->message);
    }
    fputs(text->str, stdout);
    return STATUS_DONE;
}

static enum status act(const struct verb *verb, struct console *console, int argc, char **argv)
{
    struct explain_options options = {0};
    const GOptionEntry entries[] = {
        STUDY_ENTRIES(&options.study),
        {"connection", 0, 0, G_OPTION_ARG_STRING, &options.connection_text,
         "its number, as in connections.csv", "N"},
        {"repetition", 0, 0, G_OPTION_ARG_STRING, &options.repetition_text,
         "of which repetition (default 0)", "R"},
        {NULL, 0, 0, G_OPTION_ARG_NONE, NULL, NULL, NULL},
    };
    enum verb_parse parse = verb_parse(verb, console, entries, &argc, &argv);
    enum status status = parse != VERB_GO ? verb_parse_status(parse) : STATUS_INPUT;

    if (parse == VERB_GO && prepare(verb, console, &options, argv[1])) {
        status = explain(verb, &options);
    }
    study_close(&options.study);
    g_free(options.connection_text);
    g_free(options.repetition_text);
    return status;
}

const struct verb verb_explain = {
    .name = "explain",
    .arguments = "FILE",
    .summary = "Why did a connection live or die? Step by step.",
    .details = "The run is repeated, and everything that touched the connection is told: its\n"
               "packets, its record's datagrams, the crash, the takeover and the end; and,\n"
               "from where they part, the same run without the failure.\n\n"
               "Example:\n"
               "  understudy explain scenarios/first.scn --connection 1187\n",
    .arguments_min = 1,
    .arguments_max = 1,
    .act = act,
};
