/* The aims of our own protocol that only whole runs show. */
#include "tests/run/suites.h"
#include "tests/run/support.h"

#define OLD (20 * NSTIME_MS) /* twenty round trips */

static struct protection_count older(const struct protection *protection)
{
    struct protection_count sum = {0};
    for (unsigned bin = protection_bin(OLD); bin < PROTECTION_BINS; bin++) {
        const struct protection_count *count = &protection->bins[bin];
        sum.seen += count->seen;
        sum.known += count->known;
        sum.exposed += count->exposed * (double)count->seen;
    }
    return sum;
}

/* understudy-outages.scn, a thousand connections a second and 30 % lost in both directions, one
 * by one or in outages of eight round trips: of those older than twenty round trips at least
 * 99.9 % are known at a random crash, where an outage that still lasts leaves 99.996 % to any
 * protocol. */
START_TEST(the_old_are_known)
{
    static const char *const losses[] = {"link.replication.loss=30%",
                                         "link.replication.loss=outage 30% 8ms"};
    struct scenario *scenario =
        scenario_shipped("understudy-outages", losses[_i], "replication.protocol=understudy",
                         "scenario.duration=12s", "scenario.virtual-crashes=600 from 5s", NULL);
    struct run_result *result = run_once(scenario);
    struct protection_count old = older(result->protection);
    double seen = (double)old.seen;
    ck_assert_uint_gt(old.seen, 1000000);
    ck_assert_double_ge((double)old.known, 0.999 * seen);
    if (_i == 1) {
        double roof = 1 - 0.3 * old.exposed / seen;
        ck_assert_double_eq_tol(roof, 0.99996, 0.00002);
        ck_assert_double_le((double)old.known, seen * (roof + 0.0001));
    }
    run_result_free(result);
    scenario_free(scenario);
}
END_TEST

/* In the same outages the director dies, the new active learns and probes, and the servers'
 * link is clean: fewer than 1 % are unknown, and every connection survives whose client speaks,
 * or whose server does (the roll call sees to it that one of them does). */
START_TEST(whoever_speaks_survives)
{
    static const char *const roll_calls[] = {"scenario.roll-call=client",
                                             "scenario.roll-call=server"};
    struct scenario *scenario = scenario_shipped(
        "understudy", "link.replication.loss=outage 30% 8ms",
        "workload.browsers.arrivals=poisson 1000/s", "failover.unknown-connection=learn probe",
        "scenario.duration=7s", "faults.crash=at 6s crash active", "scenario.twin=no",
        roll_calls[_i], NULL);
    uint32_t counted = 0, unknown = 0;
    for (uint32_t repetition = 0; repetition < 3; repetition++) {
        struct run_result *result = run_repetition(scenario, repetition);
        ck_assert_uint_eq(result->outcomes[OUTCOME_SURVIVED], result->counted);
        counted += result->counted;
        unknown += result->counted - result->known;
        run_result_free(result);
    }
    ck_assert_uint_gt(counted, 9000);
    ck_assert_uint_gt(unknown, 0);
    ck_assert_uint_lt(unknown, counted / 100);
    scenario_free(scenario);
}
END_TEST

/* The round trip is set to 1 ms, and is between 0.1 ms and 40 ms: it is learnt, answers are waited
 * for as long as the standby holds them back, and nothing is sent again where nothing is lost: a
 * connection costs no more than two copies of each of its records would. */
START_TEST(the_round_trip_is_learnt)
{
    static const char *const delays[] = {"link.replication.delay=50us",
                                         "link.replication.delay=200us",
                                         "link.replication.delay=2ms",
                                         "link.replication.delay=20ms"};
    struct scenario *scenario =
        scenario_shipped("understudy", delays[_i], "workload.browsers.arrivals=poisson 100/s",
                         "scenario.duration=11s", "faults.crash=at 10s crash active",
                         "scenario.twin=no", NULL);
    struct run_result *result = run_once(scenario);
    ck_assert_uint_gt(result->creates_due, 800);
    ck_assert_uint_lt(result->replication_bytes, 240 * result->creates_due);
    ck_assert_uint_ge(result->known + 2, result->counted * 99 / 100);
    run_result_free(result);
    scenario_free(scenario);
}
END_TEST

Suite *understudy_runs_suite(void)
{
    Suite *suite = suite_create("run/understudy");
    TCase *tcase = tcase_create("aims");
    tcase_set_timeout(tcase, 60);
    tcase_add_loop_test(tcase, the_old_are_known, 0, 2);
    tcase_add_loop_test(tcase, whoever_speaks_survives, 0, 2);
    tcase_add_loop_test(tcase, the_round_trip_is_learnt, 0, 4);
    suite_add_tcase(suite, tcase);
    return suite;
}
