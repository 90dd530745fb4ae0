/* The cause probe_refused: unknown to the new active, which was to ask the servers. */
#include "tests/run/suites.h"
#include "tests/run/support.h"

static struct run_result *run_unknown(const char *one, const char *other, const char *third)
{
    struct scenario *scenario =
        scenario_shipped("unknown", "failover.unknown-connection=probe", "scenario.twin=no", one,
                         other, third, NULL);
    struct run_result *result = run_once(scenario);
    scenario_free(scenario);
    return result;
}

/* Eight probes a second are two connections, and applications wait for eight seconds: of the
 * hundred unknown a few are asked for in time. Those that are not died of the limit; at ten
 * thousand a second nobody does. */
START_TEST(a_limit_that_is_too_low)
{
    struct run_result *result =
        run_unknown(_i == 0 ? "failover.probe-limit=8" : "failover.probe-limit=10000",
                    "workload.browsers.application-timeout=8s", NULL);
    const struct cohort_count *count = &result->cohorts[COHORT_ESTABLISHED];
    uint32_t unknown = count->counted - count->known;
    ck_assert_uint_gt(unknown, 60);
    if (_i == 0)
        ck_assert_uint_gt(result->causes[CAUSE_PROBE_REFUSED], unknown * 3 / 4);
    else
        ck_assert_uint_eq(count->survived, count->counted);
    for (uint32_t i = 0; i < result->row_count; i++) {
        const struct connection_row *row = &result->rows[i];
        if (row->cause == CAUSE_PROBE_REFUSED)
            ck_assert(!row->known && row->first_unknown != SPEAKER_NONE);
    }
    run_result_free(result);
}
END_TEST

/* Who has been taken out of service serves its connections on, and is not asked: those of www1
 * that are unknown die, and nobody else. */
START_TEST(servers_out_of_service_are_not_asked)
{
    struct run_result *result = run_unknown(
        "failover.mirror=network", "failover.hello-time=500ms",
        "faults.out=at 11s command active \"out-of-service 10.0.1.1:80:0:tcp\"");
    ck_assert_uint_gt(result->causes[CAUSE_PROBE_REFUSED], 10);
    for (uint32_t i = 0; i < result->row_count; i++) {
        const struct connection_row *row = &result->rows[i];
        if (state_counts(row->state))
            ck_assert_int_eq(row->cause == CAUSE_PROBE_REFUSED, !row->known && row->server == 0);
    }
    run_result_free(result);
}
END_TEST

/* Who is not to ask has refused nobody: without probing it is the record's fate that is named. */
START_TEST(only_where_servers_are_asked)
{
    struct scenario *scenario = scenario_shipped("unknown", "failover.unknown-connection=drop",
                                                 "scenario.twin=no", NULL);
    struct run_result *result = run_once(scenario);
    ck_assert_uint_eq(result->causes[CAUSE_PROBE_REFUSED], 0);
    ck_assert_uint_gt(result->causes[CAUSE_CREATE_LOST], 60);
    run_result_free(result);
    scenario_free(scenario);
}
END_TEST

Suite *probe_refused_suite(void)
{
    Suite *suite = suite_create("run/probe refused");
    TCase *tcase = tcase_create("causes");
    tcase_set_timeout(tcase, 30);
    tcase_add_loop_test(tcase, a_limit_that_is_too_low, 0, 2);
    tcase_add_test(tcase, servers_out_of_service_are_not_asked);
    tcase_add_test(tcase, only_where_servers_are_asked);
    suite_add_tcase(suite, tcase);
    return suite;
}
