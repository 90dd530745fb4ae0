/* The scenarios of loss that the system makes itself show what their headings promise. */
#include "tests/run/suites.h"
#include "tests/run/support.h"

static double share(double part, double whole)
{
    return 100 * part / whole;
}

static double survival(const struct run_result *result)
{
    return share(result->outcomes[OUTCOME_SURVIVED], result->counted);
}

/* budget.scn: below 500 connections a second nothing is dropped, above it the excess of
 * records over 1000 a second, and with it connections; the network loses none. A single run
 * against the mean of twenty. */
START_TEST(budget)
{
    static const struct {
        const char *arrivals;
        double survival, tolerance, dropped;
    } rows[] = { { "workload.browsers.arrivals=poisson 400/s", 99.6, 0.6, 0 },
                 { "workload.browsers.arrivals=poisson 600/s", 78.6, 3, 16.7 },
                 { "workload.browsers.arrivals=poisson 1000/s", 47.0, 3, 50 } };
    struct scenario *scenario = scenario_shipped("budget", rows[_i].arrivals, NULL);
    struct run_result *result = run_once(scenario);
    ck_assert_double_eq_tol(survival(result), rows[_i].survival, rows[_i].tolerance);
    ck_assert_double_eq_tol(100 * result->replication_loss, rows[_i].dropped,
                            rows[_i].dropped > 0 ? 6 : 0.2);
    ck_assert((result->drops[DROP_SEND_QUEUE] > 0) == (rows[_i].dropped > 0));
    ck_assert_uint_eq(result->replication_lost, 0);
    ck_assert_uint_eq(result->lost_to_limit[LINK_CLIENTS], 0);
    run_result_free(result);
    scenario_free(scenario);
}
END_TEST

/* budget.scn's other places: the link's own limit, the standby's buffer. */
START_TEST(budget_elsewhere)
{
    struct scenario *scenario =
        _i == 0 ? scenario_shipped("budget", "workload.browsers.arrivals=poisson 600/s",
                                   "replication.send-budget=none",
                                   "link.replication.rate=480kbit", "link.replication.limit=100",
                                   NULL)
                : scenario_shipped("budget", "workload.browsers.arrivals=poisson 600/s",
                                   "replication.send-budget=none",
                                   "replication.receive-budget=1000/s",
                                   "replication.receive-buffer=76.8kb", NULL);
    struct run_result *result = run_once(scenario);
    ck_assert_double_eq_tol(survival(result), 81.5, 0.2);
    uint64_t lost = _i == 0 ? result->lost_to_limit[LINK_REPLICATION]
                            : result->drops[DROP_RECEIVE_BUFFER];
    ck_assert_uint_eq(lost, result->replication_lost);
    ck_assert_uint_gt(lost, 1000);
    run_result_free(result);
    scenario_free(scenario);
}
END_TEST

/* gray.scn: survival by the speed that A has left, the mean of five runs against the heading's
 * twenty: worst in the middle. */
START_TEST(gray)
{
    static const struct {
        const char *slows;
        double survival;
        enum cause cause;
    } rows[] = { { "faults.slows=at 12s slow active 5000/s", 97.0, CAUSE_CREATE_LOST },
                 { "faults.slows=at 12s slow active 1000/s", 86.2, CAUSE_CREATE_UNSENT },
                 { "faults.slows=at 12s slow active 500/s", 90.6, CAUSE_CREATE_UNSENT } };
    struct scenario *scenario = scenario_shipped("gray", rows[_i].slows, NULL);
    uint32_t counted = 0, survived = 0, blamed = 0, dead = 0;
    for (uint32_t repetition = 0; repetition < 5; repetition++) {
        struct run_result *result = run_repetition(scenario, repetition);
        counted += result->counted;
        survived += result->outcomes[OUTCOME_SURVIVED];
        blamed += result->causes[rows[_i].cause];
        dead += casualties(result);
        run_result_free(result);
    }
    ck_assert_double_eq_tol(share(survived, counted), rows[_i].survival, 2.5);
    ck_assert_uint_gt(2 * blamed, dead);
    scenario_free(scenario);
}
END_TEST

/* syn-flood.scn: a flood that makes no creates harms nobody known, one that does crowds the
 * real ones out. */
START_TEST(syn_flood)
{
    static const struct {
        const char *active_on, *flood;
        double survival, tolerance;
    } rows[] = {
        { "options.active-on=ack", "faults.flood=from 11s to 14s flood web 8000/s", 99.8, 0.9 },
        { "options.active-on=syn", "faults.flood=from 11s to 14s flood web 1/s", 100, 0.1 },
        { "options.active-on=syn", "faults.flood=from 11s to 14s flood web 2000/s", 80.3, 6 },
    };
    struct scenario *scenario =
        scenario_shipped("syn-flood", rows[_i].active_on, rows[_i].flood, NULL);
    struct run_result *result = run_once(scenario);
    ck_assert_uint_gt(result->counted, 150);
    ck_assert_double_eq_tol(survival(result), rows[_i].survival, rows[_i].tolerance);
    ck_assert((result->drops[DROP_SEND_QUEUE] > 0) == (_i == 2));
    run_result_free(result);
    scenario_free(scenario);
}
END_TEST

Suite *own_scenarios_suite(void)
{
    Suite *suite = suite_create("run/own scenarios");
    TCase *tcase = tcase_create("headings");
    tcase_set_timeout(tcase, 60);
    tcase_add_loop_test(tcase, budget, 0, 3);
    tcase_add_loop_test(tcase, budget_elsewhere, 0, 2);
    tcase_add_loop_test(tcase, gray, 0, 3);
    tcase_add_loop_test(tcase, syn_flood, 0, 3);
    suite_add_tcase(suite, tcase);
    return suite;
}
