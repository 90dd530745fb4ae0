/* What "check" expects to be open at the failure, against what runs have open; and instants
 * that were designed, of which no closed form is told. */
#include "tests/run/suites.h"
#include "tests/run/support.h"

#include "sim/node/population.h"

#include <math.h>
#include <stdlib.h>

enum { RUNS = 8 };

/* Nothing after the failure counts here. */
static struct scenario *until_the_failure(const char *name)
{
    return scenario_shipped(name, "scenario.roll-call=no", "scenario.drain=1ms",
                            "scenario.twin=no", NULL);
}

/* The mean of eight runs lies within four of its own deviations, and 2 %, of the expected
 * number, for workloads that are still growing, full, of constant lives, and of servers that
 * close when they are idle. */
START_TEST(as_many_are_open_as_expected)
{
    static const char *const names[] = { "first", "loss-sweep", "idle-limit", "idle-close" };
    static const nstime at[] = { 10 * NSTIME_S, 20 * NSTIME_S, 40 * NSTIME_S,
                                40 * NSTIME_S };
    struct scenario *scenario = until_the_failure(names[_i]);
    struct population population;
    double sum = 0, expected = 0;
    for (unsigned i = 0; i < scenario->workloads->len; i++) {
        ck_assert(population_at(scenario, i, at[_i], &population));
        expected += population.expected;
    }
    for (uint32_t repetition = 0; repetition < RUNS; repetition++) {
        struct run_result *result = run_repetition(scenario, repetition);
        ck_assert_int_le(llabs(result->failure - at[_i]), NSTIME_S);
        sum += result->counted;
        run_result_free(result);
    }
    double tolerance = 4 * sqrt(expected / RUNS) + 0.02 * expected;
    ck_assert_double_eq_tol(sum / RUNS, expected, tolerance);
    scenario_free(scenario);
}
END_TEST

/* A crash at a chosen phase of the hellos is no random instant: no form is told. With a spread,
 * or with phases that are drawn, it is one. */
START_TEST(a_designed_instant_has_no_form)
{
    static const struct {
        const char *phase, *fault;
        bool designed;
    } rows[] = {
        { "failover.hello-phase=0s", "faults.crash-a=at 20s crash active", true },
        { "failover.hello-phase=0s", "faults.crash-a=at 20s +-1s crash active", false },
        { "failover.hello-phase=drawn", "faults.crash-a=at 20s crash active", false },
    };
    struct scenario *scenario =
        scenario_shipped("phase", rows[_i].phase, rows[_i].fault, "scenario.twin=no",
                         "scenario.roll-call=no", "scenario.drain=1ms", NULL);
    struct run_result *result = run_once(scenario);
    ck_assert_int_eq(scenario_designed(scenario) != NULL, rows[_i].designed);
    ck_assert_uint_gt(result->counted, 0);
    ck_assert_int_eq(result->known_theory < 0, rows[_i].designed);
    run_result_free(result);
    scenario_free(scenario);
}
END_TEST

Suite *expected_suite(void)
{
    Suite *suite = suite_create("run/expected");
    TCase *tcase = tcase_create("expected");
    tcase_set_timeout(tcase, 60);
    tcase_add_loop_test(tcase, as_many_are_open_as_expected, 0, 4);
    tcase_add_loop_test(tcase, a_designed_instant_has_no_form, 0, 3);
    suite_add_tcase(suite, tcase);
    return suite;
}
