/* Window checks in whole runs: they cost nothing but at a takeover. */
#include "tests/run/suites.h"
#include "tests/run/support.h"

#include <string.h>

/* Links that lose, copy and reorder; a fault at 12 s. */
static struct run_result *run_strict(bool strict, const char *fault)
{
    char *text = g_strdup_printf("[scenario]\nduration = 20s\nmeasure = fault\n"
                                 "[virtual web]\naddress = 192.0.2.80:80\nbind = r1 r2\n"
                                 "replicate = yes\n[real r1]\naddress = 10.0.1.1:80\n"
                                 "[real r2]\naddress = 10.0.1.2:80\n"
                                 "[link clients]\ndelay = 20ms 10ms\nloss = 2%%\nduplicate = 1%%\n"
                                 "[workload browsers]\narrivals = poisson 40/s\n"
                                 "response-size = 60kb\n"
                                 "[failover]\nhello-time = 1s\nwindow-check = %s\n"
                                 "[faults]\nfault = at 12s crash %s\n",
                                 strict ? "strict" : "liberal", fault);
    struct scenario *scenario = scenario_from_text(text);
    struct run_result *result = run_once(scenario);
    scenario_free(scenario);
    g_free(text);
    return result;
}

/* Without a takeover a strict unit lets pass what a liberal one does: connection by
 * connection the same, on links that lose, copy and reorder. */
START_TEST(the_healthy_pass)
{
    struct run_result *liberal = run_strict(false, "standby");
    struct run_result *strict = run_strict(true, "standby");
    ck_assert_uint_gt(strict->counted, 100);
    ck_assert_uint_eq(strict->row_count, liberal->row_count);
    ck_assert_uint_eq(strict->causes[CAUSE_WINDOW_REFUSED], 0);
    for (uint32_t i = 0; i < strict->row_count; i++) {
        ck_assert_uint_eq(strict->rows[i].outcome, liberal->rows[i].outcome);
        ck_assert_int_eq(strict->rows[i].stall, liberal->rows[i].stall);
        ck_assert_int_eq(strict->rows[i].waited, liberal->rows[i].waited);
    }
    run_result_free(strict);
    run_result_free(liberal);
}
END_TEST

/* window.scn: after a takeover all are known and nobody survives, for that cause; what is
 * opened in the outage is served all the same. */
START_TEST(window)
{
    struct scenario *scenario =
        scenario_shipped("window", _i == 0 ? "failover.window-check=liberal"
                                           : "failover.window-check=strict", NULL);
    struct run_result *result = run_once(scenario);
    ck_assert_uint_gt(result->counted, 200);
    ck_assert_uint_eq(result->known, result->counted);
    ck_assert_uint_eq(result->outcomes[OUTCOME_SURVIVED], _i == 0 ? result->counted : 0);
    ck_assert_uint_eq(result->causes[CAUSE_WINDOW_REFUSED], _i == 0 ? 0 : result->counted);
    ck_assert_uint_gt(result->opened_during_outage, 50);
    ck_assert_uint_eq(result->connected_during_outage, result->opened_during_outage);
    run_result_free(result);
    scenario_free(scenario);
}
END_TEST

Suite *window_suite(void)
{
    Suite *suite = suite_create("run/window");
    TCase *tcase = tcase_create("window");
    tcase_set_timeout(tcase, 60);
    tcase_add_test(tcase, the_healthy_pass);
    tcase_add_loop_test(tcase, window, 0, 2);
    suite_add_tcase(suite, tcase);
    return suite;
}
