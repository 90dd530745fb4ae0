/* sweep: all points and repetitions of a scenario, to tables on disk. */
#include "sim/command/campaign.h"
#include "sim/command/curve.h"
#include "sim/command/plan.h"

#include <stdio.h>

struct sweep_options {
    struct study study;
    struct campaign_options campaign;
    gboolean dry_run;
};

static bool report(void *context, GString *text, const char *summary, GError **error)
{
    const struct campaign *campaign = context;
    const struct scenario *base = g_ptr_array_index(campaign->scenarios, 0);

    return curve_print(text, summary, base->confidence, error);
}

static void print_plan(const struct campaign *campaign)
{
    static const struct {
        const char *name;
        unsigned flag;
    } optional[] = {{" connections.csv", TABLE_CONNECTIONS}, {" events.jsonl", TABLE_EVENTS},
                    {" protection.csv", TABLE_PROTECTION}, {" samples.csv", TABLE_SAMPLES}};
    const struct scenario_file *file = campaign->study->file;
    const struct scenario *base = g_ptr_array_index(campaign->scenarios, 0);
    g_autoptr(GString) text = g_string_new(NULL);

    g_string_append_printf(text, "%s\n", base->title);
    plan_print_runs(text, file, campaign->repetitions);
    plan_print_world(text, file);
    g_string_append_printf(text, "  with %u job%s, into %s: runs.csv summary.csv", campaign->jobs,
                           campaign->jobs == 1 ? "" : "s", campaign->directory);
    for (gsize i = 0; i < G_N_ELEMENTS(optional); i++) {
        if ((base->tables & optional[i].flag) != 0) {
            g_string_append(text, optional[i].name);
        }
    }
    fprintf(stdout, "%s\n", text->str);
}

static enum status run_sweep(const struct verb *verb, const struct console *console,
                             struct sweep_options *options, const char *path)
{
    struct campaign campaign = {
        .verb = verb, .console = console, .study = &options->study, .report = report};

    if (!campaign_read_numbers(&campaign, &options->campaign) ||
        !study_open(&options->study, verb, console, path)) {
        return STATUS_INPUT;
    }
    struct scenario *base = scenario_file_point(options->study.file, 0, true);
    campaign.context = &campaign;
    enum status status = campaign_prepare(&campaign, &options->campaign, base->output_directory);
    if (status == STATUS_DONE && options->dry_run) {
        print_plan(&campaign);
    } else if (status == STATUS_DONE) {
        status = campaign_run(&campaign);
    }
    scenario_free(base);
    campaign_clear(&campaign);
    return status;
}

static enum status act(const struct verb *verb, struct console *console, int argc, char **argv)
{
    struct sweep_options options = {0};
    const GOptionEntry entries[] = {
        STUDY_ENTRIES(&options.study),
        CAMPAIGN_ENTRIES(&options.campaign),
        {"out", 'o', 0, G_OPTION_ARG_FILENAME, &options.campaign.out,
         "directory of the tables (default: results/NAME)", "DIR"},
        {"dry-run", 'n', 0, G_OPTION_ARG_NONE, &options.dry_run,
         "print the plan and run nothing", NULL},
        {NULL, 0, 0, G_OPTION_ARG_NONE, NULL, NULL, NULL},
    };
    enum verb_parse parse = verb_parse(verb, console, entries, &argc, &argv);
    enum status status = parse != VERB_GO ? verb_parse_status(parse)
                                          : run_sweep(verb, console, &options, argv[1]);

    study_close(&options.study);
    campaign_options_clear(&options.campaign);
    return status;
}

const struct verb verb_sweep = {
    .name = "sweep",
    .arguments = "FILE",
    .summary = "All points and repetitions, to tables on disk.",
    .details = "Examples:\n"
               "  understudy sweep scenarios/loss-sweep.scn\n"
               "  understudy sweep scenarios/loss-sweep.scn -j 4 -o results/mine\n"
               "  understudy sweep scenarios/loss-sweep.scn --dry-run\n\n"
               "Ctrl-C finishes the runs under way and keeps what is complete.\n",
    .arguments_min = 1,
    .arguments_max = 1,
    .act = act,
};
