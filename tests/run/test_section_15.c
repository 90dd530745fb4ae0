/* Scenarios that the requirements' section 15 calls for: each shows what its heading says. */
#include "tests/run/suites.h"
#include "tests/run/support.h"

#include <string.h>

static struct run_result *run_shipped(const char *name, const char *change)
{
    struct scenario *scenario = scenario_shipped(name, change, NULL);
    struct run_result *result = run_once(scenario);
    scenario_free(scenario);
    ck_assert_uint_eq(result->outcomes[OUTCOME_CENSORED], 0);
    return result;
}

/* ---- 1: figure 1 */

/* reassignment.scn: what half of the public opens after the command
 * is served by the preferred machine; what it had open, and the other half, stay. */
START_TEST(reassignment)
{
    struct run_result *result = run_shipped("reassignment", NULL);
    unsigned stayed = 0, followed = 0;
    for (uint32_t i = 0; i < result->row_count; i++) {
        const struct connection_row *row = &result->rows[i];
        bool assigned = (row->client_ip & 0x80) == 0;
        if (row->server < 0)
            continue;
        ck_assert_int_eq(row->server == 2, assigned && row->opened >= 8 * NSTIME_S);
        stayed += assigned && row->opened < 8 * NSTIME_S;
        followed += row->server == 2;
    }
    ck_assert_uint_gt(stayed, 50);
    ck_assert_uint_gt(followed, 80);
    ck_assert_uint_ge(result->outcomes[OUTCOME_SURVIVED], result->counted * 98 / 100);
    run_result_free(result);
}
END_TEST

/* ---- 4: duplicates and reordering */

/* reordering.scn (R-907, R-910, R-917; A-06a, A-06b, A-06c): nobody is lost; ghosts stand
 * where deletes overtook creates, and none where nothing overtakes, copies or not. */
START_TEST(reordering)
{
    struct run_result *result = run_shipped(
        "reordering", _i == 0 ? "link.replication.keep-order=no"
                              : "link.replication.keep-order=yes");
    ck_assert_uint_gt(result->counted, 100);
    ck_assert_uint_ge(result->outcomes[OUTCOME_SURVIVED], result->counted * 98 / 100);
    ck_assert_uint_eq(casualties(result), result->causes[CAUSE_CREATE_UNSENT]
                                              + result->causes[CAUSE_CREATE_IN_FLIGHT]);
    if (_i == 0)
        ck_assert(result->ghosts > 300 && result->ghosts < 500);
    else
        ck_assert_uint_eq(result->ghosts, 0);
    run_result_free(result);
}
END_TEST

/* ---- 7: idle near the limit */

/* idle-limit.scn (R-601, R-609, R-611, R-1010, R-1011): of the quiet those survive that ask
 * within one full idle time from the takeover, however long they had been idle before;
 * all the regular do, with records four idle times old. */
START_TEST(idle_limit)
{
    struct run_result *result = run_shipped("idle-limit", NULL);
    nstime limit = result->failure + result->takeover + 10 * NSTIME_S;
    ck_assert_uint_eq(result->virtuals[0].counted, 200);
    ck_assert_uint_eq(result->virtuals[0].survived, 200);
    ck_assert_uint_eq(result->virtuals[1].counted, 75);
    ck_assert_uint_eq(result->virtuals[1].survived, 33);
    ck_assert_uint_eq(result->causes[CAUSE_DELETED_EARLY], 25);
    ck_assert_uint_eq(result->causes[CAUSE_AGED_OUT], 17);
    for (uint32_t i = 0; i < result->row_count; i++) {
        const struct connection_row *row = &result->rows[i];
        if (row->virtual != 1 || !row->known)
            continue;
        bool in_time = row->opened + 15 * NSTIME_S < limit;
        ck_assert_int_eq(row->outcome == OUTCOME_SURVIVED, in_time);
    }
    run_result_free(result);
}
END_TEST

/* ---- 8: balanced counters */

/* How many connections each of three servers has, of those opened from an instant on. */
static void count_servers(const struct run_result *result, nstime from, nstime to,
                          unsigned *counts)
{
    memset(counts, 0, 3 * sizeof *counts);
    for (uint32_t i = 0; i < result->row_count; i++) {
        const struct connection_row *row = &result->rows[i];
        if (row->server >= 0 && row->opened >= from && row->opened < to)
            counts[row->server]++;
    }
}

/* kept-counters.scn (R-308, R-310, R-911, R-1012): after the takeover the server that is
 * behind catches up, and all end level, as without a crash; from zero they do not. */
START_TEST(kept_counters)
{
    static const struct {
        const char *change;
        unsigned first, last[3]; /* r3's of the two seconds after; all servers' in the end */
    } rows[] = {
        {"faults.crash=at 10s crash A", 40, {200, 200, 200}},
        {"faults.crash=at 10s crash B", 28, {200, 200, 200}},
        {"replication.protocol=none", 20, {220, 220, 160}},
    };
    struct run_result *result = run_shipped("kept-counters", rows[_i].change);
    unsigned counts[3];
    count_servers(result, 11600 * NSTIME_MS, 13600 * NSTIME_MS, counts);
    ck_assert_uint_eq(counts[2], rows[_i].first);
    count_servers(result, 0, NSTIME_NEVER, counts);
    ck_assert_mem_eq(counts, rows[_i].last, sizeof counts);
    run_result_free(result);
}
END_TEST

/* ---- 9: a second failover */

/* second-failover.scn (R-1101, R-1102, R-1105, R-1106): the unit that came back knows what was
 * opened since; with bulk-sync, all. */
START_TEST(second_failover)
{
    struct run_result *result = run_shipped(
        "second-failover",
        _i == 0 ? "replication.bulk-sync=off" : "replication.bulk-sync=1000/s");
    ck_assert_int_eq(result->failed_unit, 1); /* B had kept the role */
    ck_assert_uint_gt(result->counted, 300);
    for (uint32_t i = 0; i < result->row_count; i++) {
        const struct connection_row *row = &result->rows[i];
        if (state_counts(row->state) && row->opened < 24 * NSTIME_S)
            ck_assert_int_eq(row->known, _i == 1);
        else if (state_counts(row->state) && row->opened > 24500 * NSTIME_MS)
            ck_assert(row->known || row->cause == CAUSE_CREATE_UNSENT);
    }
    if (_i == 1)
        ck_assert_uint_ge(result->outcomes[OUTCOME_SURVIVED], result->counted * 99 / 100);
    else
        ck_assert_uint_lt(result->outcomes[OUTCOME_SURVIVED], result->counted * 45 / 100);
    run_result_free(result);
}
END_TEST

/* ---- 12: records that are wrong */

/* damage.scn: each kind of damage is refused under its own
 * name, and a damaged create costs its connection; with a checksum it never comes. */
START_TEST(damage)
{
    static const unsigned kinds[] = {REFUSAL_BAD_MAGIC,    REFUSAL_BAD_VERSION,
                                     REFUSAL_BAD_COUNT,    REFUSAL_BAD_FLAGS,
                                     REFUSAL_BAD_RESERVED, REFUSAL_BAD_PROTOCOL,
                                     REFUSAL_UNKNOWN_MACHINE};
    struct run_result *result = run_shipped(
        "damage", _i == 0 ? "replication.udp-checksum=no" : "replication.udp-checksum=yes");
    for (unsigned i = 0; i < G_N_ELEMENTS(kinds); i++)
        ck_assert_int_eq(result->refused[kinds[i]] > 10, _i == 0);
    ck_assert_uint_gt(result->causes[_i == 0 ? CAUSE_CREATE_REJECTED : CAUSE_CREATE_LOST],
                      casualties(result) * 9 / 10);
    ck_assert_uint_ge(result->known, result->counted * 86 / 100);
    ck_assert_uint_le(result->known, result->counted * 94 / 100);
    run_result_free(result);
}
END_TEST

/* A record that lenient flags make a delete ends what it was to create; the
 * run is as sound as any: a cause for every casualty, which run_once() sees to. */
START_TEST(damage_taken_leniently)
{
    struct run_result *strict = run_shipped("damage", "replication.bad-flags=reject");
    struct run_result *lenient = run_shipped("damage", "replication.bad-flags=lenient");
    ck_assert_uint_lt(lenient->refused[REFUSAL_BAD_FLAGS], strict->refused[REFUSAL_BAD_FLAGS]);
    ck_assert_uint_eq(lenient->counted, strict->counted);
    run_result_free(strict);
    run_result_free(lenient);
}
END_TEST

Suite *section_15_suite(void)
{
    Suite *suite = suite_create("run/section 15");
    TCase *tcase = tcase_create("shipped");
    tcase_set_timeout(tcase, 60);
    tcase_add_test(tcase, reassignment);
    tcase_add_loop_test(tcase, reordering, 0, 2);
    tcase_add_test(tcase, idle_limit);
    tcase_add_loop_test(tcase, kept_counters, 0, 3);
    tcase_add_loop_test(tcase, second_failover, 0, 2);
    tcase_add_loop_test(tcase, damage, 0, 2);
    tcase_add_test(tcase, damage_taken_leniently);
    suite_add_tcase(suite, tcase);
    return suite;
}
