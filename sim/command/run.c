/* run: one run of a scenario, told in a screenful. */
#include "sim/command/account.h"
#include "sim/command/but_for_table.h"
#include "sim/command/interrupt.h"
#include "sim/run/expectation.h"
#include "sim/run/result.h"

#include <stdio.h>
#include <string.h>

struct run_options {
    struct study study;
    char *repetition_text, *causes_text;
    char *out;
    gboolean json;
    uint64_t repetition;
    uint64_t causes; /* how many to verify, 0: none */
};

static bool save(const struct verb *verb, const struct run_options *options,
                 const struct scenario *scenario, const struct run_result *outcome)
{
    g_autoptr(GError) error = NULL;
    const struct result_plan plan = {
        .frame = {.file = options->study.file, .scenario = scenario, .swept = false},
        .tables = TABLE_RUNS | TABLE_CONNECTIONS | TABLE_EVENTS |
                  (outcome->protection != NULL ? TABLE_PROTECTION : 0) |
                  (outcome->sample_count > 0 ? TABLE_SAMPLES : 0),
        .overrides = (const struct override *)(void *)options->study.overrides->data,
        .override_count = options->study.overrides->len,
        .points = 1,
        .repetitions = 1,
        .jobs = 1,
    };
    struct result *result = result_open(options->out, &plan, &error);
    bool saved = result != NULL &&
                 result_add(result, outcome->repetition, outcome, &error) &&
                 result_commit(result, &error);

    if (!saved) {
        verb_fail(verb, STATUS_TROUBLE, "%s", error->message);
    }
    g_clear_pointer(&result, result_free);
    return saved;
}

static void print(const struct run_options *options, const struct console *console,
                  const struct scenario *scenario, const struct run_result *outcome)
{
    g_autoptr(GString) text = g_string_new(NULL);
    const struct account account = {&options->study, scenario, outcome, console->colour};

    if (options->json) {
        account_json(text, &account);
    } else {
        account_print(text, &account);
    }
    fputs(text->str, stdout);
    if (console->verbose) {
        fprintf(stderr, "%" G_GUINT64_FORMAT " events in %.2f s, at most %" G_GUINT64_FORMAT
                        " pending, %" G_GUINT64_FORMAT " connections open\n",
                outcome->engine_events, outcome->wall_seconds, outcome->peak_pending,
                outcome->peak_open);
    }
}

/* How one asks again for what this run was asked for. */
static char *again(const struct run_options *options, const struct run_result *outcome)
{
    GString *text = g_string_new("understudy run");
    study_again(&options->study, text);
    g_string_append_printf(text, " --repetition %u", outcome->repetition);
    return g_string_free(text, FALSE);
}

static enum status judge_expectations(const struct verb *verb, const struct run_options *options,
                                      const struct scenario *scenario,
                                      const struct run_result *outcome)
{
    g_autofree char *missed = expectation_missed(scenario, outcome);

    if (missed != NULL) {
        return verb_fail(verb, STATUS_LOSS, "%s", missed);
    }
    if (scenario->expectations->len > 0 && !options->json) {
        fputs("\nthe run is as [expect] says\n", stdout);
    }
    return STATUS_DONE;
}

static enum status judge(const struct verb *verb, const struct run_options *options,
                         const struct scenario *scenario, const struct run_result *outcome)
{
    if (outcome->violation != NULL) {
        g_autofree char *replay = again(options, outcome);
        return verb_fail(verb, STATUS_BROKEN,
                         "an invariant broke (seed %" G_GUINT64_FORMAT
                         ", repetition %u): %s; replay: %s",
                         scenario->seed, outcome->repetition, outcome->violation, replay);
    }
    if (outcome->counted == 0 && !account_has_virtual_crashes(outcome)) {
        g_autofree char *why = account_nothing_open(scenario, outcome->failure);
        return verb_fail(verb, STATUS_LOSS, "%s", why);
    }
    return judge_expectations(verb, options, scenario, outcome);
}

static enum status judge_causes(const struct verb *verb, const struct run_options *options,
                                const struct run_result *outcome, const struct but_for *but_for)
{
    g_autofree char *replay = again(options, outcome);

    if (but_for->refuted == 0) {
        return STATUS_DONE;
    }
    return verb_fail(verb, STATUS_BROKEN,
                     "causes refuted: %u, the first that of connection %u (%s); replay: %s "
                     "--verify-causes %" G_GUINT64_FORMAT,
                     but_for->refuted, but_for->first_refuted, but_for_phrase(but_for->reason),
                     replay, options->causes);
}

static enum status verify_causes(const struct verb *verb, const struct run_options *options,
                                 const struct scenario *scenario,
                                 const struct run_result *outcome)
{
    g_autoptr(GString) text = g_string_new(NULL);
    struct but_for but_for = {0};

    but_for_verify(scenario, outcome, (uint32_t)options->causes, &but_for);
    but_for_table_print(text, &but_for);
    fputs(text->str, stdout);
    return judge_causes(verb, options, outcome, &but_for);
}

static enum status execute(const struct verb *verb, const struct console *console,
                           const struct run_options *options)
{
    struct scenario *scenario = scenario_file_point(options->study.file, 0, false);
    scenario->twin = scenario->twin_of_one;
    struct run_result *outcome = run_execute(scenario, 0, (uint32_t)options->repetition,
                                             options->out != NULL, NULL);
    enum status status = STATUS_TROUBLE;

    /* before this point Ctrl-C may kill: nothing is on disk */
    interrupt_watch();
    if (options->out == NULL || save(verb, options, scenario, outcome)) {
        print(options, console, scenario, outcome);
        status = judge(verb, options, scenario, outcome);
    }
    if (status == STATUS_DONE && options->causes > 0) {
        status = verify_causes(verb, options, scenario, outcome);
    }
    run_result_free(outcome);
    scenario_free(scenario);
    return interrupt_status() != STATUS_DONE ? interrupt_status() : status;
}

static void remark_sweep(const struct console *console, const struct scenario_file *file)
{
    g_autoptr(GPtrArray) settings = scenario_file_settings(file, 0);

    if (!console->quiet && settings->len > 0) {
        const char *first = g_ptr_array_index(settings, 0);
        fprintf(stderr, "note: run leaves [sweep] aside; choose a value with --set %.*s=VALUE\n",
                (int)strcspn(first, "="), first);
    }
}

/* What can be refused is refused before anything runs. */
static enum status prepare(const struct verb *verb, const struct console *console,
                           struct run_options *options, const char *path)
{
    g_autoptr(GError) error = NULL;

    if (options->repetition_text != NULL &&
        !verb_number(verb, "--repetition", options->repetition_text, 0, UINT32_MAX - 1,
                     &options->repetition)) {
        return STATUS_INPUT;
    }
    if (options->causes_text != NULL &&
        !verb_number(verb, "--verify-causes", options->causes_text, 1, UINT32_MAX,
                     &options->causes)) {
        return STATUS_INPUT;
    }
    if (options->causes_text != NULL && options->json) {
        return verb_fail(verb, STATUS_INPUT,
                         "--verify-causes prints a table: leave --json out");
    }
    if (options->out != NULL && !folder_check(options->out, &error)) {
        return verb_fail(verb, STATUS_INPUT, "%s", error->message);
    }
    if (!study_open(&options->study, verb, console, path)) {
        return STATUS_INPUT;
    }
    remark_sweep(console, options->study.file);
    return STATUS_DONE;
}

static enum status act(const struct verb *verb, struct console *console, int argc, char **argv)
{
    struct run_options options = {0};
    const GOptionEntry entries[] = {
        STUDY_ENTRIES(&options.study),
        {"repetition", 0, 0, G_OPTION_ARG_STRING, &options.repetition_text,
         "which repetition (default 0)", "R"},
        {"out", 'o', 0, G_OPTION_ARG_FILENAME, &options.out, "write all tables there", "DIR"},
        {"json", 0, 0, G_OPTION_ARG_NONE, &options.json, "report as JSON", NULL},
        {"verify-causes", 0, 0, G_OPTION_ARG_STRING, &options.causes_text,
         "run again for N casualties, their datagram mended", "N"},
        {NULL, 0, 0, G_OPTION_ARG_NONE, NULL, NULL, NULL},
    };
    enum verb_parse parse = verb_parse(verb, console, entries, &argc, &argv);
    enum status status = parse != VERB_GO ? verb_parse_status(parse)
                                          : prepare(verb, console, &options, argv[1]);

    if (parse == VERB_GO && status == STATUS_DONE) {
        status = execute(verb, console, &options);
    }
    study_close(&options.study);
    g_free(options.repetition_text);
    g_free(options.causes_text);
    g_free(options.out);
    return status;
}

const struct verb verb_run = {
    .name = "run",
    .arguments = "FILE",
    .summary = "One run of a scenario: verdict, table and picture.",
    .details = "Examples:\n"
               "  understudy run scenarios/first.scn\n"
               "  understudy run scenarios/first.scn --set link.replication.loss=20%\n"
               "  understudy run scenarios/first.scn --repetition 3 --json\n"
               "  understudy run scenarios/first.scn --verify-causes 10\n"
               "\n"
               "--verify-causes puts causes that blame a datagram to the test: the same run once\n"
               "more for each of N casualties, with its create delivered in time and whole, or\n"
               "its delete withheld. That connection must become known, and no other's fate may\n"
               "change, else exit 4. \"causes\" does so for all points of a scenario.\n",
    .arguments_min = 1,
    .arguments_max = 1,
    .act = act,
};
