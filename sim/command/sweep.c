/* sweep: all points and repetitions of a scenario, to tables on disk. */
#include "sim/command/account.h"
#include "sim/command/curve.h"
#include "sim/command/interrupt.h"
#include "sim/command/plan.h"
#include "sim/command/report.h"
#include "sim/run/jobs.h"
#include "sim/run/progress.h"
#include "sim/run/result.h"

#include <stdio.h>
#include <unistd.h>

#define SWEEP_JOBS_MAX 1024

struct sweep_options {
    struct study study;
    char *jobs_text, *repetitions_text, *out;
    gboolean dry_run, no_progress;
    uint64_t jobs, repetitions; /* 0: not given */
};

struct sweep {
    const struct verb *verb;
    const struct console *console;
    const struct sweep_options *options;
    GPtrArray *scenarios; /* struct scenario *, one for each point */
    uint32_t points, repetitions;
    char *directory;
    struct result *result;
    struct progress progress;
    uint64_t counted; /* connections open at the failure, over all runs */
    char *violation;  /* the first invariant that broke, told whole */
    GError *error;    /* of writing */
};

static const struct scenario *base(const struct sweep *sweep)
{
    return g_ptr_array_index(sweep->scenarios, 0);
}

static struct run_result *execute(void *context, uint32_t run)
{
    const struct sweep *sweep = context;
    uint32_t point = run % sweep->points;

    return run_execute(g_ptr_array_index(sweep->scenarios, point), point, run / sweep->points,
                       (base(sweep)->tables & TABLE_EVENTS) != 0, NULL);
}

/* How to see that run again, on its own. */
static char *replay(const struct sweep *sweep, const struct run_result *outcome)
{
    const struct scenario_file *file = sweep->options->study.file;
    g_autoptr(GString) text = g_string_new("understudy run");

    study_again(&sweep->options->study, text);
    g_autoptr(GPtrArray) settings = scenario_file_settings(file, outcome->point);
    for (guint i = 0; i < settings->len; i++) {
        g_autofree char *quoted = g_shell_quote(g_ptr_array_index(settings, i));
        g_string_append_printf(text, " --set %s", quoted);
    }
    g_string_append_printf(text, " --repetition %u", outcome->repetition);
    return g_string_free(g_steal_pointer(&text), FALSE);
}

static void note_violation(struct sweep *sweep, const struct run_result *outcome)
{
    if (outcome->violation == NULL || sweep->violation != NULL) {
        return;
    }
    g_autofree char *again = replay(sweep, outcome);
    sweep->violation = g_strdup_printf(
        "an invariant broke (seed %" G_GUINT64_FORMAT ", repetition %u): %s; replay: %s",
        base(sweep)->seed, outcome->repetition, outcome->violation, again);
}

static bool take(void *context, uint32_t run, struct run_result *outcome)
{
    struct sweep *sweep = context;

    sweep->counted += outcome->counted + (account_has_virtual_crashes(outcome) ? 1 : 0);
    note_violation(sweep, outcome);
    bool good = result_add(sweep->result, run, outcome, &sweep->error);
    run_result_free(outcome);
    return good;
}

static bool watch(void *context, uint32_t finished)
{
    struct sweep *sweep = context;

    progress_show(&sweep->progress, finished);
    return interrupt_status() == STATUS_DONE;
}

static bool open_result(struct sweep *sweep)
{
    const struct study *study = &sweep->options->study;
    const struct result_plan plan = {
        .frame = {.file = study->file, .scenario = base(sweep), .swept = true},
        .tables = base(sweep)->tables,
        .overrides = (const struct override *)(void *)study->overrides->data,
        .override_count = study->overrides->len,
        .points = sweep->points,
        .repetitions = sweep->repetitions,
        .jobs = (unsigned)sweep->options->jobs,
    };

    sweep->result = result_open(sweep->directory, &plan, &sweep->error);
    return sweep->result != NULL;
}

/* The number of runs in the tables. */
static uint32_t do_runs(struct sweep *sweep)
{
    bool silent = sweep->console->quiet || sweep->options->no_progress;
    const struct jobs jobs = {
        .runs = sweep->points * sweep->repetitions,
        .threads = (unsigned)sweep->options->jobs,
        .context = sweep,
        .execute = execute,
        .take = take,
        .watch = watch,
    };

    progress_start(&sweep->progress, silent ? NULL : stderr, isatty(STDERR_FILENO), jobs.runs);
    uint32_t taken = jobs_execute(&jobs);
    progress_stop(&sweep->progress);
    return taken;
}

static void print_outcome(const struct sweep *sweep, uint32_t taken)
{
    uint32_t runs = sweep->points * sweep->repetitions;
    g_autoptr(GString) text = g_string_new(NULL);
    g_autoptr(GError) error = NULL;

    g_string_append_printf(text, "seed %" G_GUINT64_FORMAT "   %u of %u runs\n",
                           base(sweep)->seed, taken, runs);
    report_wrap(text, ACCOUNT_DEFINITION, 2);
    g_string_append_c(text, '\n');
    if (!curve_print(text, result_summary(sweep->result), base(sweep)->confidence, &error)) {
        verb_fail(sweep->verb, STATUS_TROUBLE, "%s", error->message);
    }
    g_string_append_printf(text, "\ntables in %s\n", sweep->directory);
    g_string_append_printf(text, "picture:  understudy plot %s\n", sweep->directory);
    fputs(text->str, stdout);
}

static enum status judge(const struct sweep *sweep, uint32_t taken)
{
    if (sweep->violation != NULL) {
        return verb_fail(sweep->verb, STATUS_BROKEN, "%s", sweep->violation);
    }
    if (interrupt_status() != STATUS_DONE) {
        return verb_fail(sweep->verb, interrupt_status(), "interrupted; %u of %u runs are kept",
                         taken, sweep->points * sweep->repetitions);
    }
    if (sweep->counted == 0) {
        g_autofree char *why = account_nothing_open(base(sweep), -1);
        return verb_fail(sweep->verb, STATUS_LOSS, "%s", why);
    }
    return STATUS_DONE;
}

static enum status fail(const struct sweep *sweep)
{
    bool refused = g_error_matches(sweep->error, FOLDER_ERROR, FOLDER_ERROR_REFUSED);

    return verb_fail(sweep->verb, refused ? STATUS_INPUT : STATUS_TROUBLE, "%s",
                     sweep->error->message);
}

static enum status perform(struct sweep *sweep)
{
    interrupt_watch();
    if (!open_result(sweep)) {
        return fail(sweep);
    }
    uint32_t taken = do_runs(sweep);
    if (sweep->error != NULL) {
        return fail(sweep);
    }
    if (taken == 0) {
        return verb_fail(sweep->verb, interrupt_status(), "interrupted before a run was finished");
    }
    if (!result_commit(sweep->result, &sweep->error)) {
        return fail(sweep);
    }
    print_outcome(sweep, taken);
    return judge(sweep, taken);
}

static void print_plan(const struct sweep *sweep)
{
    static const struct {
        const char *name;
        unsigned flag;
    } optional[] = {{" connections.csv", TABLE_CONNECTIONS}, {" events.jsonl", TABLE_EVENTS},
                    {" protection.csv", TABLE_PROTECTION}, {" samples.csv", TABLE_SAMPLES}};
    const struct scenario_file *file = sweep->options->study.file;
    g_autoptr(GString) text = g_string_new(NULL);

    g_string_append_printf(text, "%s\n", base(sweep)->title);
    plan_print_runs(text, file, sweep->repetitions);
    plan_print_world(text, file);
    g_string_append_printf(text, "  with %u job%s, into %s: runs.csv summary.csv",
                           (unsigned)sweep->options->jobs, sweep->options->jobs == 1 ? "" : "s",
                           sweep->directory);
    for (gsize i = 0; i < G_N_ELEMENTS(optional); i++) {
        if ((base(sweep)->tables & optional[i].flag) != 0) {
            g_string_append(text, optional[i].name);
        }
    }
    fprintf(stdout, "%s\n", text->str);
}

static bool parse_numbers(const struct verb *verb, struct sweep_options *options)
{
    options->jobs = MIN(g_get_num_processors(), SWEEP_JOBS_MAX);
    return (options->jobs_text == NULL ||
            verb_number(verb, "--jobs", options->jobs_text, 1, SWEEP_JOBS_MAX, &options->jobs)) &&
           (options->repetitions_text == NULL ||
            verb_number(verb, "--repetitions", options->repetitions_text, 1, UINT32_MAX / 2,
                        &options->repetitions));
}

static void expand(struct sweep *sweep)
{
    const struct scenario_file *file = sweep->options->study.file;

    sweep->points = scenario_file_points(file);
    sweep->scenarios = g_ptr_array_new_with_free_func((GDestroyNotify)scenario_free);
    for (uint32_t point = 0; point < sweep->points; point++) {
        g_ptr_array_add(sweep->scenarios, scenario_file_point(file, point, true));
    }
    sweep->repetitions = sweep->options->repetitions != 0 ? (uint32_t)sweep->options->repetitions
                                                          : base(sweep)->repetitions;
    sweep->directory = g_strdup(sweep->options->out != NULL ? sweep->options->out
                                                            : base(sweep)->output_directory);
}

static enum status start(struct sweep *sweep)
{
    uint64_t runs = (uint64_t)sweep->points * sweep->repetitions;
    g_autoptr(GError) error = NULL;

    if (runs >= UINT32_MAX) {
        return verb_fail(sweep->verb, STATUS_INPUT,
                         "%" G_GUINT64_FORMAT " runs are too many: lower --repetitions", runs);
    }
    if (!folder_check(sweep->directory, &error)) {
        return verb_fail(sweep->verb, STATUS_INPUT, "%s", error->message);
    }
    if (sweep->options->dry_run) {
        print_plan(sweep);
        return STATUS_DONE;
    }
    return perform(sweep);
}

static void sweep_clear(struct sweep *sweep)
{
    g_clear_pointer(&sweep->result, result_free);
    g_ptr_array_unref(sweep->scenarios);
    g_free(sweep->directory);
    g_free(sweep->violation);
    g_clear_error(&sweep->error);
}

static enum status run_sweep(const struct verb *verb, const struct console *console,
                             struct sweep_options *options, const char *path)
{
    struct sweep sweep = {.verb = verb, .console = console, .options = options};

    if (!parse_numbers(verb, options) ||
        !study_open(&options->study, verb, console, path)) {
        return STATUS_INPUT;
    }
    expand(&sweep);
    enum status status = start(&sweep);
    sweep_clear(&sweep);
    return status;
}

static enum status act(const struct verb *verb, struct console *console, int argc, char **argv)
{
    struct sweep_options options = {0};
    const GOptionEntry entries[] = {
        STUDY_ENTRIES(&options.study),
        {"jobs", 'j', 0, G_OPTION_ARG_STRING, &options.jobs_text,
         "runs at a time; changes no result", "N"},
        {"repetitions", 0, 0, G_OPTION_ARG_STRING, &options.repetitions_text,
         "repetitions of each point (default: the scenario's)", "N"},
        {"out", 'o', 0, G_OPTION_ARG_FILENAME, &options.out,
         "directory of the tables (default: results/NAME)", "DIR"},
        {"dry-run", 'n', 0, G_OPTION_ARG_NONE, &options.dry_run,
         "print the plan and run nothing", NULL},
        {"no-progress", 0, 0, G_OPTION_ARG_NONE, &options.no_progress, "no progress line", NULL},
        {NULL, 0, 0, G_OPTION_ARG_NONE, NULL, NULL, NULL},
    };
    enum verb_parse parse = verb_parse(verb, console, entries, &argc, &argv);
    enum status status = parse != VERB_GO ? verb_parse_status(parse)
                                          : run_sweep(verb, console, &options, argv[1]);

    study_close(&options.study);
    g_free(options.jobs_text);
    g_free(options.repetitions_text);
    g_free(options.out);
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
