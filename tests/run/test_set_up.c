/* What protection costs a client while it connects, and what it buys (closed form 9). */
#include "tests/run/suites.h"
#include "tests/run/support.h"

#define ROUND_TRIP (2 * 20 * NSTIME_MS + 2 * 200 * NSTIME_US)
#define ROUND_BY_STANDBY (ROUND_TRIP + 2 * 500 * NSTIME_US)

/* Under inline the median is a round trip by the standby, and as many time-outs of the client's as
 * it takes for half of the requests to go there and back; whoever is connected is known, without
 * exception. Each direction loses: 20 % lose 36 %, so that the first request is enough for half;
 * 40 % lose 64 %, and it takes two. */
static const struct {
    const char *loss;
    nstime time_outs;
} medians[] = {
    { "link.replication.loss=0%", 0 },
    { "link.replication.loss=20%", 0 },
    { "link.replication.loss=40%", NSTIME_S },
};

START_TEST(inline_costs_a_round_trip_and_saves_all)
{
    struct scenario *scenario =
        scenario_shipped("forms/set-up", "replication.protocol=inline", medians[_i].loss, NULL);
    struct run_result *result = run_once(scenario);
    ck_assert_uint_gt(result->counted, 50);
    ck_assert_uint_eq(result->known, result->counted);
    ck_assert_uint_eq(result->outcomes[OUTCOME_SURVIVED], result->counted);
    ck_assert_int_eq(result->setup_p50, ROUND_BY_STANDBY + medians[_i].time_outs);
    run_result_free(result);
    scenario_free(scenario);
}
END_TEST

/* A protocol that tells behind the handshake costs a client nothing, whatever is lost. */
START_TEST(patent_costs_nothing)
{
    struct scenario *scenario = scenario_shipped("forms/set-up", "replication.protocol=patent",
                                                 "link.replication.loss=50%", NULL);
    struct run_result *result = run_once(scenario);
    ck_assert_int_eq(result->setup_p50, ROUND_TRIP);
    ck_assert_int_eq(result->setup_p99, ROUND_TRIP);
    run_result_free(result);
    scenario_free(scenario);
}
END_TEST

#define DEFER "link.replication.loss=0%", "replication.protocol=pfsync", "replication.defer=yes"

/* pfsync's defer is as dear as inline where nothing is lost; where all is, it costs 20 ms, and
 * protects nobody (seed F23). */
START_TEST(defer_waits_for_twenty_milliseconds)
{
    struct scenario *well = scenario_shipped("forms/set-up", DEFER, NULL);
    struct scenario *deaf = scenario_shipped("forms/set-up", DEFER,
                                             "link.replication.loss=100%", NULL);
    struct run_result *a = run_once(well), *b = run_once(deaf);
    ck_assert_int_eq(a->setup_p50, ROUND_BY_STANDBY);
    ck_assert_uint_eq(a->known, a->counted);
    ck_assert_int_eq(b->setup_p50, ROUND_TRIP + 20 * NSTIME_MS);
    ck_assert_int_eq(b->setup_p99, ROUND_TRIP + 20 * NSTIME_MS);
    ck_assert_uint_eq(b->known, 0);
    run_result_free(a);
    run_result_free(b);
    scenario_free(well);
    scenario_free(deaf);
}
END_TEST

/* At a high rate the 128 places of a bucket are full before 20 ms have passed: the oldest is let
 * out for one more, and the wait disappears, silently (seed F23). */
START_TEST(a_full_bucket_does_not_wait)
{
    struct scenario *scenario = scenario_shipped(
        "forms/set-up", DEFER, "link.replication.loss=100%", "replication.pfsync-buckets=1",
        "workload.browsers.arrivals=constant 12800/s", "faults.crash=at 1s crash active",
        "scenario.duration=2s", "link.clients.limit=1000000", "scenario.twin=no", NULL);
    struct run_result *result = run_once(scenario);
    ck_assert_int_eq(result->setup_p50, ROUND_TRIP + 10 * NSTIME_MS);
    run_result_free(result);
    scenario_free(scenario);
}
END_TEST

Suite *set_up_suite(void)
{
    Suite *suite = suite_create("run/set-up");
    TCase *tcase = tcase_create("set-up");
    tcase_set_timeout(tcase, 30);
    tcase_add_loop_test(tcase, inline_costs_a_round_trip_and_saves_all, 0,
                        G_N_ELEMENTS(medians));
    tcase_add_test(tcase, patent_costs_nothing);
    tcase_add_test(tcase, defer_waits_for_twenty_milliseconds);
    tcase_add_test(tcase, a_full_bucket_does_not_wait);
    suite_add_tcase(suite, tcase);
    return suite;
}
