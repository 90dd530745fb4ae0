#include "tests/run/suites.h"
#include "tests/run/support.h"

#include <string.h>

static struct run_result *run_with(const char *override)
{
    struct scenario *scenario = scenario_shipped("late-machine", override, NULL);
    struct run_result *result = run_once(scenario);
    ck_assert_uint_gt(result->counted, 300);
    ck_assert_uint_eq(result->outcomes[OUTCOME_MISROUTED], 0);
    scenario_free(scenario);
    return result;
}

/* Connections of r3, the late machine, that survived. */
static uint32_t survivors_of_r3(const struct run_result *result)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < result->row_count; i++)
        count += result->rows[i].server == 2 && result->rows[i].outcome == OUTCOME_SURVIVED;
    return count;
}

/* late-machine.scn: a machine is added on the active while connections arrive. The serial line
 * is slower than the records, so creates for it are refused until the command has come, and
 * these connections alone die with the active: about 200 for each second that 33 bytes take on
 * the line. Those that came later live (R-1207, R-1201, R-915). */
START_TEST(slower_line_costs_more)
{
    static const struct {
        const char *rate;
        double seconds; /* 33 bytes of ten bits */
    } lines[] = {{"link.serial.rate=2400bit", 0.1375},
                 {"link.serial.rate=9600bit", 0.0344},
                 {"link.serial.rate=115.2kbit", 0.0029}};
    struct run_result *result = run_with(lines[_i].rate);
    double expected = 200 * lines[_i].seconds;
    ck_assert_uint_eq(result->causes[CAUSE_CREATE_REJECTED], casualties(result));
    ck_assert_double_eq_tol(casualties(result), expected, 2 + expected / 3);
    ck_assert_uint_gt(survivors_of_r3(result), 50);
    ck_assert_ptr_nonnull(strstr(result->events, "mirrored"));
    run_result_free(result);
}
END_TEST

/* Over the network the command is as fast as a record and comes before it: nobody dies. With
 * no mirror at all the standby never knows the machine, and all its connections die (R-1205,
 * */
START_TEST(other_ways)
{
    struct run_result *network = run_with("failover.mirror=network");
    struct run_result *none = run_with("failover.mirror=none");
    ck_assert_uint_eq(network->causes[CAUSE_CREATE_REJECTED], 0);
    ck_assert_uint_gt(survivors_of_r3(network), 50);
    ck_assert_uint_eq(none->causes[CAUSE_CREATE_REJECTED], casualties(none));
    ck_assert_uint_eq(survivors_of_r3(none), 0);
    ck_assert_uint_gt(casualties(none), 50);
    run_result_free(network);
    run_result_free(none);
}
END_TEST

/* A unit that returns has been told by nobody what was added while it was down: it boots with
 * what it had, gets the active's whole configuration as it joins, and knows the machine's
 * connections in the next takeover (R-1105, R-1202). */
START_TEST(returning_unit_is_told)
{
    struct scenario *scenario = scenario_pair(
        "[failover]\nhello-time = 500ms\nhello-phase = 100ms\n"
        "[real r3]\naddress = 10.0.1.3:80\nconfigured = no\n"
        "[faults]\nfirst = at 2s crash A\nknown = at 4s command B \"real 10.0.1.3:80\"\n"
        "bound = at 4s command B \"bind 192.0.2.80:80 10.0.1.3:80\"\n"
        "back = at 5s restart A\nsecond = at 12s crash B\n");
    scenario->measure = 4;
    struct run_result *result = run_once(scenario);
    ck_assert_ptr_nonnull(strstr(result->events, "configured"));
    ck_assert_uint_eq(result->causes[CAUSE_CREATE_REJECTED], 0);
    ck_assert_uint_gt(survivors_of_r3(result), 5);
    run_result_free(result);
    scenario_free(scenario);
}
END_TEST

/* The mirror changes nobody's fate where both units boot with the same configuration: the
 * whole goes over, lost blocks and all, and every connection ends as it does without (R-1202,
 * R-1203). */
START_TEST(same_configuration_costs_nothing)
{
    static const char *const mirrors[] = {"serial", "network", "none"};
    struct run_result *results[3];
    for (unsigned i = 0; i < 3; i++) {
        char *text = g_strdup_printf("[failover]\nhello-time = 1s\nmirror = %s\n"
                                     "[link replication]\nloss = 10%%\n[link serial]\nloss = 20%%\n"
                                     "[faults]\ncrash = at 10s crash active\n", mirrors[i]);
        struct scenario *scenario = scenario_pair(text);
        results[i] = run_once(scenario);
        scenario_free(scenario);
        g_free(text);
    }
    for (unsigned i = 0; i < 2; i++) {
        ck_assert_str_eq(results[i]->events, results[2]->events);
        ck_assert_mem_eq(results[i]->causes, results[2]->causes, sizeof results[2]->causes);
        ck_assert_uint_eq(results[i]->known, results[2]->known);
        ck_assert_uint_gt(results[i]->engine_events, results[2]->engine_events);
    }
    for (unsigned i = 0; i < 3; i++)
        run_result_free(results[i]);
}
END_TEST

Suite *late_machine_suite(void)
{
    Suite *suite = suite_create("run/late machine");
    TCase *late = tcase_create("late machine");
    tcase_set_timeout(late, 60);
    tcase_add_loop_test(late, slower_line_costs_more, 0, 3);
    tcase_add_test(late, other_ways);
    tcase_add_test(late, returning_unit_is_told);
    tcase_add_test(late, same_configuration_costs_nothing);
    suite_add_tcase(suite, late);
    return suite;
}
