#include "sim/command/account.h"

#include "sim/command/histogram.h"
#include "sim/command/own_loss.h"
#include "sim/command/report.h"
#include "sim/command/toll.h"
#include "sim/command/warm_up.h"

/* What befell the cohort of one virtual machine. */
struct tally {
    uint32_t counted;
    uint32_t outcomes[OUTCOME_COUNT];
    uint32_t causes[CAUSE_COUNT];
};

static const struct virtual_spec *virtual_at(const struct account *account, unsigned index)
{
    return g_ptr_array_index(account->scenario->virtuals, index);
}

static struct tally tally(const struct account *account, unsigned virtual)
{
    struct tally sum = {0};

    for (uint32_t i = 0; i < account->result->row_count; i++) {
        const struct connection_row *row = &account->result->rows[i];
        if (row->virtual == virtual && state_counts(row->state)) {
            sum.counted++;
            sum.outcomes[row->outcome]++;
            sum.causes[row->cause]++;
        }
    }
    return sum;
}

static const char *unit_name(const struct scenario *scenario, unsigned index)
{
    const struct unit_spec *unit = g_ptr_array_index(scenario->units, index);

    return unit->name;
}

/* What befell a unit, "A crashed", or the world, "link hello down". */
static void print_fault(GString *text, const struct scenario *scenario, int unit)
{
    static const char *const words[] = {
        [FAULT_CRASH] = "crashed",
        [FAULT_FREEZE] = "froze",
        [FAULT_POWER] = "lost its power",
        [FAULT_INTERFACE] = "lost a side",
        [FAULT_SWITCHOVER] = "handed over",
        [FAULT_COMMAND] = "was commanded",
        [FAULT_SLOW] = "slowed down",
        [FAULT_LOSSY] = "became lossy",
    };
    const struct fault_spec *fault = NULL;

    if (scenario->measure >= 0) {
        fault = g_ptr_array_index(scenario->faults, scenario->measure);
    }
    if (unit < 0) {
        g_assert(fault != NULL);
        g_string_append(text, fault->text);
        return;
    }
    g_assert(fault == NULL || words[fault->action] != NULL);
    g_string_append_printf(text, "%s %s", unit_name(scenario, (unsigned)unit),
                           fault == NULL ? "was preempted" : words[fault->action]);
}

static void print_failure(GString *text, const struct account *account)
{
    const struct scenario *scenario = account->scenario;
    const struct run_result *result = account->result;

    g_string_append(text, "   ");
    print_fault(text, scenario, result->failed_unit);
    g_string_append(text, " at ");
    report_time(text, result->failure);
    if (result->takeover < 0) {
        g_string_append(text, ", nobody took over");
        return;
    }
    g_string_append_printf(text, ", %s took over at ",
                           unit_name(scenario, (unsigned)result->heir));
    report_time(text, result->failure + result->takeover);
}

static void print_heading(GString *text, const struct account *account)
{
    g_string_append_printf(text, "seed %" G_GUINT64_FORMAT " repetition %u",
                           account->scenario->seed, account->result->repetition);
    if (account->result->failure >= 0) {
        print_failure(text, account);
    }
    g_string_append_c(text, '\n');
}

/* 2 + 18 + 60 columns. */
static void print_table(GString *text, const struct account *account)
{
    g_string_append_printf(text, "\n  %-18s%9s%10s%8s%11s%12s%10s\n", "virtual", "counted",
                           "survived", "reset", "timed out", "misrouted", "censored");
    for (unsigned i = 0; i < account->scenario->virtuals->len; i++) {
        struct tally sum = tally(account, i);
        g_string_append(text, "  ");
        report_pad(text, virtual_at(account, i)->name, 18);
        g_string_append_printf(text, "%9u%10u%8u%11u%12u%10u\n", sum.counted,
                               sum.outcomes[OUTCOME_SURVIVED], sum.outcomes[OUTCOME_RESET],
                               sum.outcomes[OUTCOME_TIMED_OUT], sum.outcomes[OUTCOME_MISROUTED],
                               sum.outcomes[OUTCOME_CENSORED]);
    }
    g_string_append_c(text, '\n');
}

static void append_causes(GString *line, const struct tally *sum)
{
    const char *before = "; causes: ";

    for (unsigned i = 0; i < CAUSE_COUNT; i++) {
        if (i != CAUSE_NONE && sum->causes[i] > 0) {
            g_string_append_printf(line, "%s%s %u", before, cause_word(i), sum->causes[i]);
            before = ", ";
        }
    }
}

static void print_survival(GString *text, const struct account *account)
{
    for (unsigned i = 0; i < account->scenario->virtuals->len; i++) {
        struct tally sum = tally(account, i);
        uint32_t decided = sum.counted - sum.outcomes[OUTCOME_CENSORED];
        g_autoptr(GString) line = g_string_new(NULL);
        g_string_append_printf(line, "survival of %s: ", virtual_at(account, i)->name);
        report_share(line, sum.outcomes[OUTCOME_SURVIVED], decided);
        g_string_append_printf(line, " (%u of %u)", sum.outcomes[OUTCOME_SURVIVED], decided);
        append_causes(line, &sum);
        report_wrap(text, line->str, 2);
    }
}

static void print_known(GString *text, const struct account *account)
{
    const struct run_result *result = account->result;
    g_autoptr(GString) line = g_string_new("known to the standby: ");

    report_share(line, result->known, result->counted);
    g_string_append_printf(line, " (%u of %u)", result->known, result->counted);
    if (result->known_theory >= 0) {
        g_string_append(line, "; theory for connections of these ages: ");
        report_share(line, result->known_theory, 1);
    }
    report_wrap(text, line->str, 2);
}

static void print_delays(GString *text, const struct account *account)
{
    const struct run_result *result = account->result;

    if (result->stall_p50 >= 0) {
        g_string_append(text, "stall of survivors: median ");
        report_time(text, result->stall_p50);
        g_string_append(text, ", 99th percentile ");
        report_time(text, result->stall_p99);
        g_string_append_c(text, '\n');
    }
    if (result->opened_during_outage > 0) {
        g_string_append_printf(text, "opened during the outage: %u, connected: %u",
                               result->opened_during_outage, result->connected_during_outage);
        if (result->connect_p50 >= 0) {
            g_string_append(text, ", after a median of ");
            report_time(text, result->connect_p50);
        }
        g_string_append_c(text, '\n');
    }
}

static void append_percent(GString *text, double share)
{
    g_string_append_printf(text, "%.4f%%", 100 * share);
}

/* In place of an interval, what it takes to have one. */
static void append_no_interval(GString *line, const struct protection *protection)
{
    g_string_append(line, "; no interval: connections are ");
    report_time(line, protection->mean_age);
    g_string_append(line, " old on average, and it takes instants over ");
    report_time(line, protection_window_needed(protection));
    g_string_append(line, " (make duration longer)");
}

static void print_virtual_crashes(GString *text, const struct account *account)
{
    const struct protection *protection = account->result->protection;
    if (protection == NULL) {
        return;
    }
    const struct protection_count *all = &protection->all;
    g_autoptr(GString) line = g_string_new(NULL);
    g_string_append_printf(line, "known at %u virtual crashes: ", protection->instants);
    if (all->seen == 0) {
        g_string_append(line, "no connection was open at any (make \"from\" later)");
        report_wrap(text, line->str, 2);
        return;
    }
    append_percent(line, (double)all->known / (double)all->seen);
    if (all->lo >= 0) {
        g_string_append_printf(line, ", %g%% interval ", 100 * account->scenario->confidence);
        append_percent(line, all->lo);
        g_string_append(line, " .. ");
        append_percent(line, all->hi);
    } else {
        append_no_interval(line, protection);
    }
    g_string_append_printf(line, "; %u connections seen, %.1f at an instant, %u lost",
                           all->connections, (double)all->seen / protection->instants, all->lost);
    report_wrap(text, line->str, 2);
}

/* Records that a director did not believe: damaged ones, or of machines it does not have. */
static void print_refusals(GString *text, const struct account *account)
{
    g_autoptr(GString) line = g_string_new("records refused: ");
    const char *before = "";

    for (unsigned i = REFUSAL_NONE + 1; i < REFUSAL_COUNT; i++) {
        if (account->result->refused[i] > 0) {
            g_string_append_printf(line, "%s%s %u", before, refusal_word(i),
                                   account->result->refused[i]);
            before = ", ";
        }
    }
    if (*before != '\0') {
        report_wrap(text, line->str, 2);
    }
}

/* What was never opened cannot be lost, and is easily overlooked. */
static void print_ports(GString *text, const struct account *account)
{
    uint64_t without = account->result->without_port;

    if (without > 0) {
        g_autofree char *line = g_strdup_printf(
            "%" G_GUINT64_FORMAT " connection%s not opened: every port of the client was in use "
            "(more client-ports, more clients or a shorter time-wait)",
            without, without == 1 ? " was" : "s were");
        report_wrap(text, line, 2);
    }
}

/* A casualty to explain, the first by number; else any connection that counted. */
static const struct connection_row *an_example(const struct run_result *result)
{
    const struct connection_row *other = NULL;

    for (uint32_t i = 0; i < result->row_count; i++) {
        const struct connection_row *row = &result->rows[i];
        if (!state_counts(row->state)) {
            continue;
        }
        if (row->cause != CAUSE_NONE) {
            return row;
        }
        other = other != NULL ? other : row;
    }
    g_assert(other != NULL);
    return other;
}

static void print_next_steps(GString *text, const struct account *account)
{
    const struct connection_row *example = an_example(account->result);

    report_wrap(text,
                "one run is one sample, no interval: use \"understudy sweep\" for the curve", 2);
    g_string_append(text, example->cause != CAUSE_NONE ? "why did one die?\n  understudy explain"
                                                       : "how did one live?\n  understudy explain");
    study_again(account->study, text);
    if (account->result->repetition != 0) {
        g_string_append_printf(text, " --repetition %u", account->result->repetition);
    }
    g_string_append_printf(text, " --connection %u\n", example->connection);
}

void account_print(GString *text, const struct account *account)
{
    print_heading(text, account);
    if (account->result->counted == 0) {
        print_virtual_crashes(text, account);
        return;
    }
    report_wrap(text, ACCOUNT_DEFINITION, 2);
    print_table(text, account);
    print_survival(text, account);
    print_known(text, account);
    warm_up_print(text, account->scenario, account->result);
    print_virtual_crashes(text, account);
    print_delays(text, account);
    toll_print(text, account->result);
    print_refusals(text, account);
    own_loss_print(text, account->scenario, account->result);
    print_ports(text, account);
    histogram_print(text, account->result, account->colour);
    print_next_steps(text, account);
}

static void json_time(GString *text, const char *name, nstime time)
{
    if (time < 0) {
        g_string_append_printf(text, "\"%s\": null, ", name);
    } else {
        g_string_append_printf(text, "\"%s\": %" G_GINT64_FORMAT ", ", name, time);
    }
}

static void json_tally(GString *text, const struct tally *sum)
{
    const char *comma = "";

    g_string_append_printf(text, "\"counted\": %u", sum->counted);
    for (unsigned i = 0; i < OUTCOME_COUNT; i++) {
        g_string_append_printf(text, ", \"%s\": %u", outcome_word(i), sum->outcomes[i]);
    }
    g_string_append(text, ", \"causes\": {");
    for (unsigned i = 0; i < CAUSE_COUNT; i++) {
        if (i != CAUSE_NONE && sum->causes[i] > 0) {
            g_string_append_printf(text, "%s\"%s\": %u", comma, cause_word(i), sum->causes[i]);
            comma = ", ";
        }
    }
    g_string_append_c(text, '}');
}

static void json_share(GString *text, const char *name, double share)
{
    char digits[G_ASCII_DTOSTR_BUF_SIZE];

    g_string_append_printf(text, "\"%s\": %s", name,
                           share < 0 ? "null"
                                     : g_ascii_formatd(digits, sizeof digits, "%.6f", share));
}

static void json_virtual_crashes(GString *text, const struct protection *protection)
{
    if (protection == NULL) {
        return;
    }
    g_string_append_printf(text, "\"virtual_crashes\": {\"instants\": %u, \"seen\": %"
                                 G_GUINT64_FORMAT ", \"known\": %" G_GUINT64_FORMAT
                                 ", \"connections\": %u, \"lost\": %u, ",
                           protection->instants, protection->all.seen, protection->all.known,
                           protection->all.connections, protection->all.lost);
    json_share(text, "lo", protection->all.lo);
    g_string_append(text, ", ");
    json_share(text, "hi", protection->all.hi);
    g_string_append(text, "}, ");
}

static void json_virtuals(GString *text, const struct account *account)
{
    g_string_append(text, "\"virtuals\": [");
    for (unsigned i = 0; i < account->scenario->virtuals->len; i++) {
        struct tally sum = tally(account, i);
        g_string_append(text, i == 0 ? "\n  {\"name\": " : ",\n  {\"name\": ");
        report_json_string(text, virtual_at(account, i)->name);
        g_string_append_printf(text, ", \"known\": %u, ", account->result->virtuals[i].known);
        json_tally(text, &sum);
        g_string_append_c(text, '}');
    }
    g_string_append(text, "\n]");
}

void account_json(GString *text, const struct account *account)
{
    const struct run_result *result = account->result;

    g_string_append(text, "{\"scenario\": ");
    report_json_string(text, account->study->path);
    g_string_append_printf(text, ", \"seed\": %" G_GUINT64_FORMAT ", \"repetition\": %u, ",
                           account->scenario->seed, result->repetition);
    json_time(text, "failure_ns", result->failure);
    json_time(text, "takeover_ns", result->takeover);
    json_time(text, "stall_p50_ns", result->stall_p50);
    json_time(text, "stall_p99_ns", result->stall_p99);
    g_string_append_printf(text, "\"counted\": %u, \"known\": %u, \"ghosts\": %u, ",
                           result->counted, result->known, result->ghosts);
    warm_up_json(text, account->scenario, result);
    toll_json(text, result);
    own_loss_json(text, result);
    json_virtual_crashes(text, result->protection);
    json_virtuals(text, account);
    g_string_append(text, "}\n");
}

bool account_has_virtual_crashes(const struct run_result *result)
{
    return result->protection != NULL && result->protection->all.seen > 0;
}

char *account_nothing_open(const struct scenario *scenario, nstime failure)
{
    const struct workload_spec *workload = g_ptr_array_index(scenario->workloads, 0);

    if (scenario->measure_preempt) {
        return g_strdup("nothing was measured: no unit preempted the other while a "
                               "connection was open (give them detector = vrrp and different "
                               "priorities, and one a restart)");
    }
    if (scenario->measure < 0) {
        return g_strdup("nothing failed, so nothing was measured: add a crash under [faults], "
                        "as in \"crash = at 10s crash active\"");
    }
    const struct fault_spec *fault = g_ptr_array_index(scenario->faults, scenario->measure);
    g_autoptr(GString) when = g_string_new(NULL);
    if (failure >= 0) {
        g_string_append(when, " at ");
        report_time(when, failure);
    }
    return g_strdup_printf("no connection was open at the failure%s: move [faults] %s, or raise "
                           "arrivals or requests-per-connection in [workload %s]",
                           when->str, fault->label, workload->name);
}
