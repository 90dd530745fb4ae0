/* show: the scenario as it was understood, in canonical spelling. */
#include "sim/command/study.h"

#include <stdio.h>

static enum status act(const struct verb *verb, struct console *console, int argc, char **argv)
{
    struct study study = {0};
    const GOptionEntry entries[] = {
        STUDY_ENTRIES(&study),
        {NULL, 0, 0, G_OPTION_ARG_NONE, NULL, NULL, NULL},
    };
    enum verb_parse parse = verb_parse(verb, console, entries, &argc, &argv);
    enum status status = parse != VERB_GO ? verb_parse_status(parse) : STATUS_INPUT;

    if (parse == VERB_GO && study_open(&study, verb, console, argv[1])) {
        g_autofree char *text = scenario_file_show(study.file);
        fputs(text, stdout);
        status = STATUS_DONE;
    }
    study_close(&study);
    return status;
}

const struct verb verb_show = {
    .name = "show",
    .arguments = "FILE",
    .summary = "Print the resolved scenario in canonical spelling.",
    .details = "What is printed is a scenario file again, with every default written out.\n\n"
               "Example:\n"
               "  understudy show scenarios/first.scn --set link.replication.loss=20%\n",
    .arguments_min = 1,
    .arguments_max = 1,
    .act = act,
};
