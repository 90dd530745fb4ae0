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
    ck_assert_uint_ge(result->causes[CAUSE_NOT_REPLICATED] + 3, casualties(result));
    ck_assert_uint_eq(times(result, "\"event\":\"claims-active-address\""), 3);
    ck_assert_uint_eq(times(result, "address-has-another-mac"), 0);
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
    suite_add_tcase(suite, tcase);
    return suite;
}
