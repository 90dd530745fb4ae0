/* The closed forms, each met by whole runs of its scenario in scenarios/forms. */
#include "analysis/stats.h"
#include "tests/run/suites.h"
#include "tests/run/support.h"

#include <math.h>

/* The pool of a scenario's first repetitions at one point. */
struct pool_of_runs {
    uint64_t count, of;
    double expected;   /* sum over runs of what theory says they count */
    double shares[16]; /* of each run, less what theory says */
    size_t runs;
};

static struct pool_of_runs pool_runs(const char *name, const char *setting, const char *other,
                                     uint32_t repetitions)
{
    struct pool_of_runs pool = { 0 };
    struct scenario *scenario = scenario_shipped(name, setting, other, NULL);
    ck_assert_uint_le(repetitions, G_N_ELEMENTS(pool.shares));
    for (uint32_t repetition = 0; repetition < repetitions; repetition++) {
        struct run_result *result = run_repetition(scenario, repetition);
        const struct form_measure *form = &result->form;
        ck_assert_double_ge(form->theory, 0);
        ck_assert_uint_gt(form->of, 0);
        pool.count += form->count;
        pool.of += form->of;
        pool.expected += form->theory * (double)form->of;
        pool.shares[pool.runs++] = (double)form->count / (double)form->of - form->theory;
        run_result_free(result);
    }
    scenario_free(scenario);
    return pool;
}

/* The pooled count lies inside the exact 99.9 % interval of the form, and the pool is large
 * enough for a form that is off by the error given to be outside. */
static const struct {
    const char *name, *setting, *other;
    double error;
    uint32_t repetitions;
} independent[] = {
    { "forms/known", "link.clients.delay=20ms", "link.replication.loss=0%", 0.01, 5 },
    { "forms/known", "link.clients.delay=200ms", "link.replication.loss=0%", 0.03, 5 },
    { "forms/known", "link.clients.delay=200ms", "link.replication.loss=50%", 0.03, 5 },
    { "forms/repeats", "replication.repeats=3", "replication.repeat-spacing=1s", 0.05, 5 },
    { "forms/delayed", "replication.replicate-after=2s", "link.replication.loss=30%", 0.06, 6 },
    { "forms/delayed", "replication.replicate-after=2s",
      "workload.browsers.think-time=2s lognormal 2", 0.06, 6 },
    { "forms/balanced-anew", "link.replication.loss=50%", "scenario.twin=no", 0.1, 6 },
    { "forms/scheduled", "link.replication.loss=50%", "scenario.twin=no", 0.1, 6 },
    { "forms/refreshed", "link.replication.loss=50%", "replication.refresh-time=5s", 0.06, 6 },
    { "forms/refreshed", "link.replication.loss=50%", "replication.refresh-time=15s", 0.06, 6 },
    /* instants so far apart that no connection is seen twice but seldom */
    { "forms/asked-for", "link.replication.loss=40%",
      "scenario.virtual-crashes=2500 from 100s", 0.04, 16 },
    { "forms/asked-for", "link.replication.loss=60%",
      "scenario.virtual-crashes=2500 from 100s", 0.06, 16 },
};

START_TEST(counts_lie_in_the_exact_interval)
{
    struct pool_of_runs pool = pool_runs(independent[_i].name, independent[_i].setting,
                                         independent[_i].other, independent[_i].repetitions);
    double share = pool.expected / (double)pool.of;
    ck_assert(stats_binomial_inside(pool.count, pool.of, share, 0.999));
    double wrong = share > 0.5 ? share - independent[_i].error : share + independent[_i].error;
    ck_assert(!stats_binomial_inside(pool.count, pool.of, wrong, 0.999));
}
END_TEST

/* What follows with certainty is met by all: 60 IP bytes for each create and each delete that
 * was due, whatever the loss; and for each connection that waited the stall that its own
 * request's retransmissions say. */
static const struct {
    const char *name, *setting;
    uint64_t least;
} certain[] = {
    { "forms/bytes", "link.replication.loss=0%", 60000 },
    { "forms/bytes", "link.replication.loss=30%", 60000 },
    { "forms/stall", "failover.detection-time=100ms", 40 },
    { "forms/stall", "failover.detection-time=1s", 200 },
    { "forms/stall", "failover.detection-time=3s", 200 },
};

START_TEST(counts_are_whole)
{
    struct pool_of_runs pool =
        pool_runs(certain[_i].name, certain[_i].setting, "scenario.twin=no", 2);
    ck_assert_uint_gt(pool.of, certain[_i].least);
    ck_assert_uint_eq(pool.count, pool.of);
}
END_TEST

/* The roof of outages: instants of a run are no sample, so the interval is over runs. */
START_TEST(the_roof_lies_in_the_interval_over_runs)
{
    enum { RUNS = 8 };
    struct pool_of_runs pool =
        pool_runs("forms/roof", "link.replication.loss=outage 30% 500ms",
                  "scenario.virtual-crashes=1000 from 20s to 60s", RUNS);
    struct interval difference = stats_mean(pool.shares, pool.runs, 0.999);
    ck_assert_double_le(difference.lo, 0);
    ck_assert_double_ge(difference.hi, 0);
    ck_assert_double_lt(difference.hi - difference.lo, 0.1);
}
END_TEST

/* A link that was full has lost packets of which no form knows: none is told. */
START_TEST(a_full_link_has_no_form)
{
    struct scenario *scenario =
        scenario_shipped("forms/known", "link.clients.delay=200ms", "link.clients.limit=50", NULL);
    struct run_result *result = run_once(scenario);
    ck_assert_uint_gt(result->lost_to_limit[LINK_CLIENTS], 0);
    ck_assert_double_lt(result->form.theory, 0);
    run_result_free(result);
    scenario_free(scenario);
}
END_TEST

Suite *forms_suite(void)
{
    Suite *suite = suite_create("run/forms");
    TCase *tcase = tcase_create("forms");
    tcase_set_timeout(tcase, 30);
    tcase_add_loop_test(tcase, counts_lie_in_the_exact_interval, 0, G_N_ELEMENTS(independent));
    tcase_add_loop_test(tcase, counts_are_whole, 0, G_N_ELEMENTS(certain));
    tcase_add_test(tcase, the_roof_lies_in_the_interval_over_runs);
    tcase_add_test(tcase, a_full_link_has_no_form);
    suite_add_tcase(suite, tcase);
    return suite;
}
