/* causes: the causes of casualties put to the test, over all points of a scenario. */
#include "sim/command/but_for_table.h"
#include "sim/command/interrupt.h"
#include "sim/command/study.h"
#include "sim/run/progress.h"

#include <stdio.h>
#include <unistd.h>

struct causes_options {
    struct study study;
    char *casualties_text;
    uint64_t casualties; /* how many to try, at most */
};

/* One run of the scenario, and the first of it whose cause was refuted. */
struct trial {
    unsigned point;
    uint32_t repetition;
    uint32_t samples;
};

static void put_to_the_test(const struct scenario_file *file, const struct trial *trial,
                            struct but_for *but_for)
{
    struct scenario *scenario = scenario_file_point(file, trial->point, true);
    scenario->twin = false;
    struct run_result *outcome = run_execute(scenario, trial->point, trial->repetition, false,
                                             NULL);

    but_for_verify(scenario, outcome, trial->samples, but_for);
    run_result_free(outcome);
    scenario_free(scenario);
}

/* How the refuted one is met again: at a point of a sweep its values are set one by one. */
static char *replay(const struct causes_options *options, const struct trial *trial)
{
    const struct scenario_file *file = options->study.file;
    GString *text = g_string_new("understudy run");

    study_again(&options->study, text);
    g_autoptr(GPtrArray) settings = scenario_file_settings(file, trial->point);
    for (guint i = 0; i < settings->len; i++) {
        g_autofree char *quoted = g_shell_quote(g_ptr_array_index(settings, i));
        g_string_append_printf(text, " --set %s", quoted);
    }
    g_string_append_printf(text, " --repetition %u --verify-causes %u", trial->repetition,
                           trial->samples);
    return g_string_free(text, FALSE);
}

static enum status refuse(const struct verb *verb, const struct causes_options *options,
                          const struct trial *trial, const struct but_for *but_for)
{
    g_autofree char *again = replay(options, trial);

    return verb_fail(verb, STATUS_BROKEN,
                     "the cause of connection %u was refuted (%s); replay: %s",
                     but_for->first_refuted, but_for_phrase(but_for->reason), again);
}

/* Repetition by repetition over all points, so that each point has its share. The first run
 * with a refuted cause ends it: that is a bug, and to be looked at. */
static enum status try_all(const struct verb *verb, const struct causes_options *options,
                           struct progress *progress, struct but_for *but_for)
{
    const struct scenario_file *file = options->study.file;
    unsigned points = scenario_file_points(file);
    struct scenario *first = scenario_file_point(file, 0, true);
    uint32_t repetitions = first->repetitions;
    uint32_t share = (uint32_t)MAX(options->casualties / points, 1);

    scenario_free(first);
    for (uint32_t run = 0; run < repetitions * points; run++) {
        uint64_t left = options->casualties - but_for->tried;
        struct trial trial = {run % points, run / points, (uint32_t)MIN(share, left)};
        if (left == 0 || interrupt_status() != STATUS_DONE) {
            break;
        }
        put_to_the_test(file, &trial, but_for);
        progress_show(progress, but_for->tried);
        if (but_for->refuted > 0) {
            return refuse(verb, options, &trial, but_for);
        }
    }
    return interrupt_status();
}

static enum status execute(const struct verb *verb, const struct console *console,
                           const struct causes_options *options)
{
    g_autoptr(GString) text = g_string_new(NULL);
    struct but_for but_for = {0};
    struct progress progress;

    interrupt_watch();
    progress_start(&progress, console->quiet ? NULL : stderr, isatty(STDERR_FILENO) != 0,
                   (uint32_t)options->casualties);
    enum status status = try_all(verb, options, &progress, &but_for);
    progress_stop(&progress);
    but_for_table_print(text, &but_for);
    fputs(text->str, stdout);
    return status;
}

static enum status prepare(const struct verb *verb, const struct console *console,
                           struct causes_options *options, const char *path)
{
    options->casualties = 200;
    if (options->casualties_text != NULL &&
        !verb_number(verb, "--casualties", options->casualties_text, 1, UINT32_MAX,
                     &options->casualties)) {
        return STATUS_INPUT;
    }
    return study_open(&options->study, verb, console, path) ? STATUS_DONE : STATUS_INPUT;
}

static enum status act(const struct verb *verb, struct console *console, int argc, char **argv)
{
    struct causes_options options = {0};
    const GOptionEntry entries[] = {
        STUDY_ENTRIES(&options.study),
        {"casualties", 'n', 0, G_OPTION_ARG_STRING, &options.casualties_text,
         "how many to try, over all points and repetitions (default 200)", "N"},
        {NULL, 0, 0, G_OPTION_ARG_NONE, NULL, NULL, NULL},
    };
    enum verb_parse parse = verb_parse(verb, console, entries, &argc, &argv);
    enum status status = parse != VERB_GO ? verb_parse_status(parse)
                                          : prepare(verb, console, &options, argv[1]);

    if (parse == VERB_GO && status == STATUS_DONE) {
        status = execute(verb, console, &options);
    }
    study_close(&options.study);
    g_free(options.casualties_text);
    return status;
}

const struct verb verb_causes = {
    .name = "causes",
    .arguments = "FILE",
    .summary = "Put causes to the test: the but-for table.",
    .details = "Examples:\n"
               "  understudy causes scenarios/loss-sweep.scn\n"
               "  understudy causes scenarios/damage.scn --casualties 20\n"
               "\n"
               "A cause that blames a datagram is a claim: had it met another fate, this\n"
               "connection would have been known. So the run is done once more for each\n"
               "casualty, its create delivered in time and whole, or its delete withheld. That\n"
               "connection must become known, and no other's fate may change, else exit 4.\n"
               "Casualties are taken from all points of the sweep in turn, repetition by\n"
               "repetition, until there are enough.\n",
    .arguments_min = 1,
    .arguments_max = 1,
    .act = act,
};
