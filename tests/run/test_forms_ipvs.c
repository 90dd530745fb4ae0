/* The closed forms of protocol ipvs: what its buffers hold, how batches vary, who has expired. */
#include "analysis/stats.h"
#include "analysis/theory.h"
#include "core/ipvs_thread.h"
#include "tests/run/suites.h"
#include "tests/run/support.h"

#include <glib.h>
#include <math.h>

/* ---- form 4: buffers ----------------------------------------------------------------- */

/* Rates a second; what validity.md prints for them (1.3, form 4), from a small simulation. */
static const struct {
    double rate, printed;
    const char *arrivals, *duration;
} rates[] = {
    { 1, 1.7, "poisson 1/s", "244s" },     { 10, 14.7, "poisson 10/s", "84s" },
    { 20, 20.4, "poisson 20/s", "84s" },   { 100, 22.4, "poisson 100/s", "16s" },
    { 400, 28.2, "poisson 400/s", "7s" },  { 800, 36.6, "poisson 800/s", "5s" },
};
#define RATE_COUNT ((int)G_N_ELEMENTS(rates))

/* What a thread holds, summed over time, nanoseconds; it runs until then. */
static double run_until(struct ipvs_thread *thread, nstime *now, nstime then)
{
    double sum = 0;
    for (;;) {
        nstime next = MIN(ipvs_thread_deadline(thread), then);
        double held = thread->current.count + thread->queued * (double)IPVS_RECORDS_MAX;
        sum += held * (double)(next - *now);
        *now = next;
        if (next == then)
            return sum;
        ipvs_thread_wake(thread);
        while (ipvs_thread_take(thread, next))
            continue;
    }
}

/* The core's thread alone, fed with 100,000 records by another generator: within a fiftieth of
 * the form, at each of the six rates; and the form is within half a record of what is printed. */
START_TEST(a_thread_holds_what_the_form_says)
{
    static struct ipvs_thread thread;
    const struct ipvs_limits limits = { IPVS_RECORDS_MAX, 1000 };
    const struct ipvs_item item = { .tag = 1 };
    double form = theory_buffered(rates[_i].rate, IPVS_RECORDS_MAX), sum = 0;
    GRand *chance = g_rand_new_with_seed(20260101);
    nstime now = 0;
    ipvs_thread_start(&thread, 0);
    for (unsigned i = 0; i < 100000; i++) {
        double wait = -log(1 - g_rand_double(chance)) / rates[_i].rate;
        sum += run_until(&thread, &now, now + (nstime)(wait * 1e9));
        ipvs_thread_put(&thread, now, limits, &item);
        ck_assert(!thread.awake);
    }
    ck_assert_double_eq_tol(sum / (double)now, form, form / 50);
    ck_assert_double_eq_tol(rates[_i].printed, form, 0.5);
    g_rand_free(chance);
}
END_TEST

/* Whole runs at the six rates: instants of a run are no sample, so the interval is over runs;
 * it would show an error of a tenth. */
START_TEST(runs_hold_what_the_form_says)
{
    enum { RUNS = 8 };
    double difference[RUNS], theory = 0;
    char *arrivals = g_strconcat("workload.browsers.arrivals=", rates[_i].arrivals, NULL);
    char *duration = g_strconcat("scenario.duration=", rates[_i].duration, NULL);
    struct scenario *scenario = scenario_shipped(
        "forms/buffered", arrivals, duration, "scenario.virtual-crashes=300 from 2500ms", NULL);
    for (uint32_t i = 0; i < RUNS; i++) {
        struct run_result *result = run_execute(scenario, 0, i, false, NULL);
        theory = result->form.theory;
        difference[i] = (double)result->form.count / (double)result->form.of - theory;
        run_result_free(result);
    }
    struct interval interval = stats_mean(difference, RUNS, 0.999);
    ck_assert_double_le(interval.lo, 0);
    ck_assert_double_ge(interval.hi, 0);
    ck_assert_double_lt(interval.hi - interval.lo, theory / 4);
    scenario_free(scenario);
    g_free(duration);
    g_free(arrivals);
}
END_TEST

/* ---- form 2: batches ----------------------------------------------------------------- */

enum { DATAGRAMS_MAX = 100, BATCH_RUNS = 60 };

/* The fills of the datagrams that had left before the crash, by whose records they brought. */
struct batches {
    unsigned fills[DATAGRAMS_MAX];
    unsigned left, lost;
};

static struct batches batches_of(const struct run_result *result)
{
    struct batches batches = { .left = 0 };
    for (uint32_t i = 0; i < result->row_count; i++) {
        const struct connection_row *row = &result->rows[i];
        if (row->datagram.number == 0 || row->datagram.sent > result->failure)
            continue;
        ck_assert_uint_lt(row->datagram.number, DATAGRAMS_MAX);
        batches.fills[row->datagram.number]++;
        batches.left++;
        batches.lost += !row->known;
    }
    return batches;
}

/* Over sixty runs, squares of what is lost beyond p n, in units of the form's variance: their sum
 * lies in the 99.9 % interval of chi-square with sixty degrees of freedom (30.3 to 102.7). In
 * units of p (1-p) n, as if each record were lost by itself, it is some forty times as much. Means
 * agree: as many are lost. */
START_TEST(batches_vary_as_the_form_says)
{
    const double p = 0.3;
    double squares = 0, alone = 0, lost = 0, left = 0, variance = 0;
    struct scenario *scenario = scenario_shipped("forms/batches", "scenario.twin=no", NULL);
    for (uint32_t i = 0; i < BATCH_RUNS; i++) {
        struct run_result *result = run_execute(scenario, 0, i, false, NULL);
        struct batches batches = batches_of(result);
        double form = theory_lost_variance(p, batches.fills, DATAGRAMS_MAX);
        double beyond = batches.lost - p * batches.left;
        ck_assert_uint_gt(batches.left, 300);
        squares += beyond * beyond / form;
        alone += beyond * beyond / (p * (1 - p) * batches.left);
        lost += batches.lost;
        left += batches.left;
        variance += form;
        run_result_free(result);
    }
    ck_assert_double_gt(squares, 30.3);
    ck_assert_double_lt(squares, 102.7);
    ck_assert_double_gt(alone, 25 * squares);
    ck_assert_double_le(fabs(lost - p * left), 3.3 * sqrt(variance));
    scenario_free(scenario);
}
END_TEST

/* ---- form 8: expiry ------------------------------------------------------------------ */

/* Keepalives against the backup's time-out: the pooled count of the known lies in the exact
 * 99.9 % interval, at 60 % and 30 %; and those who speak often enough are all known. */
static const struct {
    const char *keepalive;
    double known;
} spacings[] = {
    { "workload.idle.keepalive=30s", 0.6 },
    { "workload.idle.keepalive=60s", 0.3 },
    { "workload.idle.keepalive=17s", 1 },
};

START_TEST(keepalives_expire_as_the_form_says)
{
    uint64_t known = 0, counted = 0;
    struct scenario *scenario =
        scenario_shipped("forms/unexpired", spacings[_i].keepalive, NULL);
    for (uint32_t i = 0; i < 2; i++) {
        struct run_result *result = run_execute(scenario, 0, i, false, NULL);
        ck_assert_double_eq_tol(result->form.theory, spacings[_i].known, 1e-9);
        known += result->form.count;
        counted += result->form.of;
        run_result_free(result);
    }
    ck_assert_uint_gt(counted, 700);
    if (spacings[_i].known < 1)
        ck_assert(stats_binomial_inside(known, counted, spacings[_i].known, 0.999));
    else
        ck_assert_uint_le(counted - known, 2); /* who had just begun */
    scenario_free(scenario);
}
END_TEST

Suite *forms_ipvs_suite(void)
{
    Suite *suite = suite_create("run/forms ipvs");
    TCase *tcase = tcase_create("forms");
    tcase_set_timeout(tcase, 30);
    tcase_add_loop_test(tcase, a_thread_holds_what_the_form_says, 0, RATE_COUNT);
    tcase_add_loop_test(tcase, runs_hold_what_the_form_says, 0, RATE_COUNT);
    tcase_add_test(tcase, batches_vary_as_the_form_says);
    tcase_add_loop_test(tcase, keepalives_expire_as_the_form_says, 0, 3);
    suite_add_tcase(suite, tcase);
    return suite;
}
