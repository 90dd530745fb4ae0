/* The twin: the same run without its failure. */
#include "sim/run/twin.h"
#include "tests/run/suites.h"
#include "tests/run/support.h"

#define LOSSY "[failover]\nhello-time = 1s\n[link replication]\nloss = 30%\n"

/* Those that come of the failure are taken away with it, however they hang on it. */
static const char *const failures[] = {
    "crash = at 10s crash active\n",
    "crash = at 10s crash active\nback = after crash 1s restart A\n",
    "crash = at 10s crash active\nback = at 11s restart A\n",
    "hang = from 10s to 13s freeze A\n",
    "over = at 10s switchover\nreboot = after over 1s restart A\n",
};

/* Up to the failure run and twin are one; in the twin nobody takes over and nobody is lost,
 * whatever the failure was and whatever was to follow it. */
START_TEST(nothing_fails_in_the_twin)
{
    char *text = g_strconcat(LOSSY "[faults]\n", failures[_i], NULL);
    struct scenario *scenario = scenario_pair(text);
    struct run_result *run = run_once(scenario);
    struct run_result *twin = twin_execute(scenario, run, NULL);
    ck_assert_uint_gt(run->counted, 100);
    ck_assert_int_ge(run->takeover, 0);
    ck_assert_int_eq(twin->failure, run->failure);
    ck_assert_uint_ne(run->fingerprint, 0);
    ck_assert_uint_eq(twin->fingerprint, run->fingerprint);
    ck_assert_int_eq(twin->takeover, -1);
    ck_assert_uint_eq(twin->counted, run->counted);
    ck_assert_uint_eq(twin->outcomes[OUTCOME_SURVIVED], twin->counted);
    run_result_free(twin);
    run_result_free(run);
    scenario_free(scenario);
    g_free(text);
}
END_TEST

/* Another repetition's world is no twin: that is a violation, and nothing is believed. */
START_TEST(a_stranger_is_no_twin)
{
    struct scenario *scenario = scenario_pair(LOSSY "[faults]\ncrash = at 10s crash active\n");
    struct run_result *run = run_once(scenario);
    struct run_result *other = run_repetition(scenario, 1);
    struct run_result *twin = twin_execute(scenario, other, NULL);
    twin_compare(run, twin);
    ck_assert(!run->has_twin);
    ck_assert_str_eq(run->violation, "the run and its twin differ before the failure");
    run_result_free(twin);
    run_result_free(other);
    run_result_free(run);
    scenario_free(scenario);
}
END_TEST

/* A server that has died before the failure is dead in the twin as well: its connections are
 * lost in both worlds, and the failure has harmed none of them. */
START_TEST(who_dies_anyway_is_not_harmed)
{
    struct scenario *scenario = scenario_pair(
        LOSSY "[faults]\ndead = at 9500ms fail r1\ncrash = at 10s crash active\n");
    scenario->twin = true;
    struct run_result *run = run_once(scenario);
    uint32_t doomed = 0, harmed = 0;
    ck_assert(run->has_twin);
    for (uint32_t i = 0; i < run->row_count; i++) {
        const struct connection_row *row = &run->rows[i];
        bool died_anyway = row->twin_outcome == OUTCOME_TIMED_OUT;
        ck_assert(!(died_anyway && row->harmed));
        doomed += died_anyway && row->outcome != OUTCOME_SURVIVED;
        harmed += row->harmed;
    }
    ck_assert_uint_gt(doomed, 20);
    ck_assert_uint_gt(harmed, 20);
    run_result_free(run);
    scenario_free(scenario);
}
END_TEST

/* With the twin or without, the run itself is the same: the twin only watches. */
START_TEST(the_twin_changes_nothing)
{
    struct scenario *scenario = scenario_pair(LOSSY "[faults]\ncrash = at 10s crash active\n");
    struct run_result *alone = run_once(scenario);
    scenario->twin = true;
    struct run_result *two = run_once(scenario);
    ck_assert(!alone->has_twin && two->has_twin);
    ck_assert_str_eq(alone->events, two->events);
    ck_assert_uint_eq(alone->cohorts[COHORT_BEGUN].requests_lost, 0);
    ck_assert_uint_gt(two->cohorts[COHORT_BEGUN].requests_lost, 0);
    ck_assert_uint_eq(alone->row_count, two->row_count);
    for (uint32_t i = 0; i < two->row_count; i++)
        ck_assert_uint_eq(alone->rows[i].outcome, two->rows[i].outcome);
    run_result_free(alone);
    run_result_free(two);
    scenario_free(scenario);
}
END_TEST

Suite *twin_suite(void)
{
    Suite *suite = suite_create("run/twin");
    TCase *tcase = tcase_create("twins");
    tcase_set_timeout(tcase, 30);
    tcase_add_loop_test(tcase, nothing_fails_in_the_twin, 0, G_N_ELEMENTS(failures));
    tcase_add_test(tcase, a_stranger_is_no_twin);
    tcase_add_test(tcase, who_dies_anyway_is_not_harmed);
    tcase_add_test(tcase, the_twin_changes_nothing);
    suite_add_tcase(suite, tcase);
    return suite;
}
