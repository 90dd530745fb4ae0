/* The shipped scenarios of failure detection and planned events show what their headings
 * promise (requirements, section 15, no. 9 and 11). */
#include "tests/run/suites.h"
#include "tests/run/support.h"

#include <string.h>

static double survival(const struct run_result *result)
{
    return (double)result->outcomes[OUTCOME_SURVIVED] / result->counted;
}

static struct run_result *run_shipped(const char *name, const char *one, const char *other)
{
    struct scenario *scenario = scenario_shipped(name, one, other, NULL);
    struct run_result *result = run_once(scenario);
    scenario_free(scenario);
    return result;
}

static unsigned times(const struct run_result *result, const char *event)
{
    unsigned count = 0;
    for (const char *at = result->events; (at = strstr(at, event)) != NULL; at++)
        count++;
    return count;
}

/* drain.scn: who is still on the drained server when it stops dies of that, and nobody else;
 * the longer the wait, the fewer. */
START_TEST(drain)
{
    static const struct {
        const char *stop;
        double least, most;
    } rows[] = {
        {"faults.stop=after planned 0s fail r1", 0.47, 0.53},
        {"faults.stop=after planned 2s fail r1", 0.70, 0.78},
        {"faults.stop=after planned 8s fail r1", 0.94, 0.98},
        {"faults.stop=after planned 16s fail r1", 0.99, 1},
    };
    struct run_result *result = run_shipped("drain", rows[_i].stop, NULL);
    ck_assert_double_ge(survival(result), rows[_i].least);
    ck_assert_double_le(survival(result), rows[_i].most);
    ck_assert_int_eq(result->takeover, -1);
    ck_assert_uint_eq(result->causes[CAUSE_SERVER_FAILED], casualties(result));
    for (uint32_t i = 0; i < result->row_count; i++)
        ck_assert(result->rows[i].outcome == OUTCOME_SURVIVED || result->rows[i].server == 0);
    run_result_free(result);
}
END_TEST

/* spare.scn (R-1101, R-1106, R-1107): the second takeover is the spare's. Who was opened
 * since the first lives, the others only where the spare was told of them; none of them
 * notices that the MAC is another's (R-1003). */
START_TEST(spare)
{
    static const struct {
        const char *bulk, *second;
        double least, most;
    } rows[] = {
        {"replication.bulk-sync=off", "faults.second=after first 5s crash active", 0.45, 0.60},
        {"replication.bulk-sync=off", "faults.second=after first 20s crash active", 0.88, 0.97},
        {"replication.bulk-sync=200/s", "faults.second=after first 5s crash active", 0.99, 1},
    };
    struct run_result *result = run_shipped("spare", rows[_i].bulk, rows[_i].second);
    ck_assert_int_eq(result->failed_unit, 1);
    ck_assert_int_eq(result->heir, 2);
    ck_assert_int_ge(result->takeover, 1100 * NSTIME_MS);
    ck_assert_int_le(result->takeover, 2101 * NSTIME_MS);
    ck_assert_double_ge(survival(result), rows[_i].least);
    ck_assert_double_le(survival(result), rows[_i].most);
    ck_assert_uint_ge(result->causes[CAUSE_STANDBY_ABSENT] + 3, casualties(result));
    ck_assert_uint_eq(times(result, "\"event\":\"claims-active-address\""), 3);
    ck_assert_uint_eq(times(result, "address-has-another-mac"), 0);
    run_result_free(result);
}
END_TEST

/* interface-down.scn (R-1004, R-1006, F-705, F-708): what the line shows is seen at once, what it
 * hides after the steps of the test; where both are impaired, and where nobody looks,
 * nobody takes over. */
START_TEST(interface_down)
{
    static const struct {
        const char *broken;
        nstime least, most;
    } rows[] = {
        {"faults.broken=at 10s interface active inside down", 0, NSTIME_MS},
        {"faults.broken=at 10s interface active inside cut", 5100 * NSTIME_MS,
         6101 * NSTIME_MS},
        {"faults.broken=at 10s interface active outside cut", 13100 * NSTIME_MS,
         14101 * NSTIME_MS},
    };
    static const char *const impaired = "faults.other=at 5s interface standby inside down for 50s";
    struct run_result *result = run_shipped("interface-down", rows[_i].broken, NULL);
    ck_assert_int_eq(result->heir, 1);
    ck_assert_int_ge(result->takeover, rows[_i].least);
    ck_assert_int_le(result->takeover, rows[_i].most);
    ck_assert_uint_eq(casualties(result), 0);
    ck_assert_uint_eq(times(result, "\"became-active\",\"detail\":\"interface-failed\""), 1);
    run_result_free(result);
    result = run_shipped("interface-down", rows[_i].broken, impaired);
    ck_assert_int_eq(result->takeover, -1);
    ck_assert_uint_ge(times(result, "\"no-switch\",\"detail\":\"both-impaired\""), 1);
    ck_assert_uint_eq(result->outcomes[OUTCOME_SURVIVED], 0);
    run_result_free(result);
    result = run_shipped("interface-down", rows[_i].broken, "failover.hello-paths=link");
    ck_assert_int_eq(result->takeover, -1);
    ck_assert_uint_eq(result->causes[CAUSE_ADDRESS_NOT_MOVED], casualties(result));
    run_result_free(result);
}
END_TEST

/* power.scn (R-1007): the cable shows it at once, whatever the hello time; a crash takes the
 * misses (R-1005). */
START_TEST(power)
{
    static const char *const hello_times[] = {"failover.hello-time=1s", "failover.hello-time=15s"};
    static const nstime intervals[] = {NSTIME_S, 15 * NSTIME_S};
    struct run_result *result = run_shipped("power", hello_times[_i], NULL);
    ck_assert_int_eq(result->takeover, 0);
    ck_assert_uint_eq(times(result, "\"power-lost\""), 1);
    ck_assert_uint_eq(casualties(result), 0);
    run_result_free(result);
    result = run_shipped("power", hello_times[_i], "faults.gone=at 10s crash active");
    ck_assert_int_ge(result->takeover, intervals[_i] * 11 / 10);
    ck_assert_int_le(result->takeover, intervals[_i] * 21 / 10 + 100 * NSTIME_MS);
    ck_assert_uint_eq(casualties(result), 0);
    run_result_free(result);
}
END_TEST

/* false-alarms.scn (R-1008, R-1017, R-1103): a false alarm costs nobody his connection, but the
 * unit that was told is of no use at the next crash, and says so; a second way for
 * hellos keeps them from meaning anything. */
START_TEST(false_alarms)
{
    struct scenario *scenario = scenario_shipped("false-alarms", "link.hello.loss=15%", NULL);
    unsigned alarms = 0;
    for (uint32_t repetition = 0; repetition < 5; repetition++) {
        struct run_result *result = run_repetition(scenario, repetition);
        bool told = times(result, "\"told-failed\"") > 0;
        alarms += told;
        ck_assert_uint_eq(result->outcomes[OUTCOME_SURVIVED], told ? 0 : result->counted);
        ck_assert_int_eq(result->takeover < 0, told);
        ck_assert_int_eq(times(result, "\"no-switch\",\"detail\":\"unit-failed\"") > 0, told);
        run_result_free(result);
    }
    ck_assert(alarms >= 1 && alarms <= 4);
    scenario_free(scenario);
    struct run_result *result =
        run_shipped("false-alarms", "link.hello.loss=30%", "failover.hello-paths=link cable");
    ck_assert_uint_eq(times(result, "\"peer-silent\""), 1); /* the crash */
    ck_assert_uint_eq(casualties(result), 0);
    run_result_free(result);
}
END_TEST

/* cable-pulled.scn (R-1008, R-1017): one way is enough; without either both are active, the
 * primary stays so, and who was opened at the other one meanwhile is lost to that. */
START_TEST(cable_pulled)
{
    struct run_result *result =
        run_shipped("cable-pulled", "faults.pulled=at 5s cable pulled for 1s", NULL);
    ck_assert_uint_eq(casualties(result), 0);
    ck_assert_uint_eq(times(result, "\"cable-pulled\""), 2);
    ck_assert_uint_eq(times(result, "\"peer-silent\""), 0);
    run_result_free(result);
    result = run_shipped("cable-pulled", NULL, NULL);
    ck_assert_uint_eq(times(result, "\"unit\":\"B\",\"event\":\"became-standby\","
                                    "\"detail\":\"both-active\""), 1);
    ck_assert_uint_eq(times(result, "\"unit\":\"A\",\"event\":\"became-standby\""), 0);
    ck_assert_double_ge(survival(result), 0.55);
    ck_assert_double_le(survival(result), 0.72);
    ck_assert_uint_eq(result->causes[CAUSE_BOTH_ACTIVE], casualties(result));
    run_result_free(result);
}
END_TEST

/* one-way.scn (R-807, R-809, R-1008): what one direction of a link carries, and what its loss
 * costs at the next crash. */
START_TEST(one_way)
{
    static const struct {
        const char *way;
        double least, most;
    } rows[] = {
        {"faults.one-way=at 10s link hello forward down for 5s", 0, 0},
        {"faults.one-way=at 10s link hello reverse down for 5s", 0.70, 0.82},
        {"faults.one-way=at 10s link replication forward down for 5s", 0.66, 0.79},
        {"faults.one-way=at 10s link replication reverse down for 5s", 1, 1},
    };
    struct run_result *result = run_shipped("one-way", rows[_i].way, NULL);
    ck_assert_double_ge(survival(result), rows[_i].least);
    ck_assert_double_le(survival(result), rows[_i].most);
    ck_assert_uint_eq(times(result, "\"told-failed\""), _i == 0);
    ck_assert_int_eq(result->takeover < 0, _i == 0);
    run_result_free(result);
}
END_TEST

Suite *detection_runs_suite(void)
{
    Suite *suite = suite_create("run/detection");
    TCase *tcase = tcase_create("detection");
    tcase_set_timeout(tcase, 60);
    tcase_add_loop_test(tcase, drain, 0, 4);
    tcase_add_loop_test(tcase, spare, 0, 3);
    tcase_add_loop_test(tcase, interface_down, 0, 3);
    tcase_add_loop_test(tcase, power, 0, 2);
    tcase_add_test(tcase, false_alarms);
    tcase_add_test(tcase, cable_pulled);
    tcase_add_loop_test(tcase, one_way, 0, 4);
    suite_add_tcase(suite, tcase);
    return suite;
}
