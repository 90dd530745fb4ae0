#include "sim/command/campaign.h"

#include "sim/command/account.h"
#include "sim/command/interrupt.h"
#include "sim/command/report.h"
#include "sim/run/jobs.h"
#include "sim/run/progress.h"
#include "sim/run/result.h"

#include <stdio.h>
#include <unistd.h>

#define CAMPAIGN_JOBS_MAX 1024

/* What is under way. */
struct march {
    struct campaign *campaign;
    struct result *result;
    struct progress progress;
    char *violation; /* the first invariant that broke, told whole */
    GError *error;   /* of writing */
};

static const struct scenario *base(const struct campaign *campaign)
{
    return g_ptr_array_index(campaign->scenarios, 0);
}

static struct run_result *execute(void *context, uint32_t run)
{
    const struct campaign *campaign = ((const struct march *)context)->campaign;
    uint32_t point = run % campaign->points;

    return run_execute(g_ptr_array_index(campaign->scenarios, point), point,
                       run / campaign->points, (base(campaign)->tables & TABLE_EVENTS) != 0,
                       NULL);
}

/* How to see that run again, on its own. */
static char *replay(const struct campaign *campaign, const struct run_result *outcome)
{
    g_autoptr(GString) text = g_string_new("understudy run");
    g_autoptr(GPtrArray) settings = scenario_file_settings(campaign->study->file, outcome->point);

    study_again(campaign->study, text);
    for (guint i = 0; i < settings->len; i++) {
        g_autofree char *quoted = g_shell_quote(g_ptr_array_index(settings, i));
        g_string_append_printf(text, " --set %s", quoted);
    }
    g_string_append_printf(text, " --repetition %u", outcome->repetition);
    return g_string_free(g_steal_pointer(&text), FALSE);
}

static void note_violation(struct march *march, const struct run_result *outcome)
{
    if (outcome->violation == NULL || march->violation != NULL) {
        return;
    }
    g_autofree char *again = replay(march->campaign, outcome);
    march->violation = g_strdup_printf(
        "an invariant broke (seed %" G_GUINT64_FORMAT ", repetition %u): %s; replay: %s",
        base(march->campaign)->seed, outcome->repetition, outcome->violation, again);
}

static bool take(void *context, uint32_t run, struct run_result *outcome)
{
    struct march *march = context;
    struct campaign *campaign = march->campaign;

    campaign->counted += outcome->counted + (account_has_virtual_crashes(outcome) ? 1 : 0);
    note_violation(march, outcome);
    bool good = result_add(march->result, run, outcome, &march->error);
    if (campaign->see != NULL) {
        campaign->see(campaign->context, outcome);
    }
    run_result_free(outcome);
    return good;
}

static bool watch(void *context, uint32_t finished)
{
    struct march *march = context;

    progress_show(&march->progress, finished);
    return interrupt_status() == STATUS_DONE;
}

static bool open_result(struct march *march)
{
    const struct campaign *campaign = march->campaign;
    const struct study *study = campaign->study;
    const struct result_plan plan = {
        .frame = {.file = study->file, .scenario = base(campaign), .swept = true},
        .tables = base(campaign)->tables,
        .overrides = (const struct override *)(void *)study->overrides->data,
        .override_count = study->overrides->len,
        .points = campaign->points,
        .repetitions = campaign->repetitions,
        .jobs = campaign->jobs,
    };

    march->result = result_open(campaign->directory, &plan, &march->error);
    return march->result != NULL;
}

/* The number of runs in the tables. */
static uint32_t do_runs(struct march *march)
{
    const struct campaign *campaign = march->campaign;
    const struct jobs jobs = {
        .runs = campaign->points * campaign->repetitions,
        .threads = campaign->jobs,
        .context = march,
        .execute = execute,
        .take = take,
        .watch = watch,
    };

    progress_start(&march->progress, campaign->silent ? NULL : stderr, isatty(STDERR_FILENO),
                   jobs.runs);
    uint32_t taken = jobs_execute(&jobs);
    progress_stop(&march->progress);
    return taken;
}

static void print_outcome(const struct march *march, uint32_t taken)
{
    const struct campaign *campaign = march->campaign;
    g_autoptr(GString) text = g_string_new(NULL);
    g_autoptr(GError) error = NULL;

    g_string_append_printf(text, "seed %" G_GUINT64_FORMAT "   %u of %u runs\n",
                           base(campaign)->seed, taken,
                           campaign->points * campaign->repetitions);
    report_wrap(text, ACCOUNT_DEFINITION, 2);
    g_string_append_c(text, '\n');
    if (!campaign->report(campaign->context, text, result_summary(march->result), &error)) {
        verb_fail(campaign->verb, STATUS_TROUBLE, "%s", error->message);
    }
    g_string_append_printf(text, "\ntables in %s\n", campaign->directory);
    g_string_append_printf(text, "picture:  understudy plot %s\n", campaign->directory);
    fputs(text->str, stdout);
}

static enum status judge(const struct march *march, uint32_t taken)
{
    const struct campaign *campaign = march->campaign;

    if (march->violation != NULL) {
        return verb_fail(campaign->verb, STATUS_BROKEN, "%s", march->violation);
    }
    if (interrupt_status() != STATUS_DONE) {
        return verb_fail(campaign->verb, interrupt_status(),
                         "interrupted; %u of %u runs are kept", taken,
                         campaign->points * campaign->repetitions);
    }
    if (campaign->counted == 0) {
        g_autofree char *why = account_nothing_open(base(campaign), -1);
        return verb_fail(campaign->verb, STATUS_LOSS, "%s", why);
    }
    return STATUS_DONE;
}

static enum status fail(const struct march *march)
{
    bool refused = g_error_matches(march->error, FOLDER_ERROR, FOLDER_ERROR_REFUSED);

    return verb_fail(march->campaign->verb, refused ? STATUS_INPUT : STATUS_TROUBLE, "%s",
                     march->error->message);
}

static enum status perform(struct march *march)
{
    interrupt_watch();
    if (!open_result(march)) {
        return fail(march);
    }
    uint32_t taken = do_runs(march);
    if (march->error != NULL) {
        return fail(march);
    }
    if (taken == 0) {
        return verb_fail(march->campaign->verb, interrupt_status(),
                         "interrupted before a run was finished");
    }
    if (!result_commit(march->result, &march->error)) {
        return fail(march);
    }
    print_outcome(march, taken);
    return judge(march, taken);
}

enum status campaign_run(struct campaign *campaign)
{
    struct march march = {.campaign = campaign};

    g_assert(campaign->scenarios != NULL && campaign->report != NULL);
    enum status status = perform(&march);
    g_clear_pointer(&march.result, result_free);
    g_free(march.violation);
    g_clear_error(&march.error);
    return status;
}

bool campaign_read_numbers(struct campaign *campaign, const struct campaign_options *options)
{
    uint64_t jobs = MIN(g_get_num_processors(), CAMPAIGN_JOBS_MAX), repetitions = 0;

    if ((options->jobs_text != NULL &&
         !verb_number(campaign->verb, "--jobs", options->jobs_text, 1, CAMPAIGN_JOBS_MAX,
                      &jobs)) ||
        (options->repetitions_text != NULL &&
         !verb_number(campaign->verb, "--repetitions", options->repetitions_text, 1,
                      UINT32_MAX / 2, &repetitions))) {
        return false;
    }
    campaign->jobs = (unsigned)jobs;
    campaign->repetitions = (uint32_t)repetitions;
    return true;
}

static void expand(struct campaign *campaign)
{
    const struct scenario_file *file = campaign->study->file;

    campaign->points = scenario_file_points(file);
    campaign->scenarios = g_ptr_array_new_with_free_func((GDestroyNotify)scenario_free);
    for (uint32_t point = 0; point < campaign->points; point++) {
        g_ptr_array_add(campaign->scenarios, scenario_file_point(file, point, true));
    }
}

enum status campaign_prepare(struct campaign *campaign, const struct campaign_options *options,
                             const char *directory)
{
    g_autoptr(GError) error = NULL;

    g_assert(campaign->jobs > 0);
    expand(campaign);
    if (campaign->repetitions == 0) {
        campaign->repetitions = base(campaign)->repetitions;
    }
    campaign->silent = campaign->console->quiet || options->no_progress;
    campaign->directory = g_strdup(options->out != NULL ? options->out : directory);
    uint64_t runs = (uint64_t)campaign->points * campaign->repetitions;
    if (runs >= UINT32_MAX) {
        return verb_fail(campaign->verb, STATUS_INPUT,
                         "%" G_GUINT64_FORMAT " runs are too many: lower --repetitions", runs);
    }
    if (!folder_check(campaign->directory, &error)) {
        return verb_fail(campaign->verb, STATUS_INPUT, "%s", error->message);
    }
    return STATUS_DONE;
}

void campaign_clear(struct campaign *campaign)
{
    g_clear_pointer(&campaign->scenarios, g_ptr_array_unref);
    g_clear_pointer(&campaign->directory, g_free);
}

void campaign_options_clear(struct campaign_options *options)
{
    g_free(options->jobs_text);
    g_free(options->repetitions_text);
    g_free(options->out);
}
