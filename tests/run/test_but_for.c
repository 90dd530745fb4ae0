/* But for its create: causes put to the test. */
#include "sim/run/but_for.h"
#include "tests/run/suites.h"
#include "tests/run/support.h"

#define CRASH "[faults]\ncrash = at 10s crash active\n[failover]\nhello-time = 1s\n"

static struct connection_row row_with(const struct run_result *result, enum cause cause,
                                      bool known)
{
    for (uint32_t i = 0; i < result->row_count; i++)
        if (result->rows[i].cause == cause && result->rows[i].known == known)
            return result->rows[i];
    ck_abort_msg("no such connection");
}

/* Eight casualties of a cause are tried, and each claim holds. */
static void assert_confirmed(const struct scenario *scenario, enum cause cause)
{
    struct run_result *result = run_once(scenario);
    struct but_for but_for = { 0 };
    but_for_verify(scenario, result, 8, &but_for);
    ck_assert_uint_eq(but_for.causes[cause].tried, 8);
    ck_assert_uint_eq(but_for.causes[cause].confirmed, 8);
    run_result_free(result);
}

/* Each casualty of first.scn blames the loss of its create. Each is run again with this one
 * datagram delivered: all are known then, and no other connection's fate is another. */
START_TEST(all_casualties_are_confirmed)
{
    struct scenario *scenario = scenario_shipped("first", NULL);
    struct run_result *result = run_once(scenario);
    struct but_for but_for = { 0 };
    but_for_verify(scenario, result, UINT32_MAX, &but_for);
    const struct but_for_count *count = &but_for.causes[CAUSE_CREATE_LOST];
    ck_assert_uint_gt(count->casualties, 20);
    ck_assert_uint_eq(count->casualties, result->causes[CAUSE_CREATE_LOST]);
    ck_assert_uint_eq(count->tried, count->casualties);
    ck_assert_uint_eq(count->confirmed, count->casualties);
    ck_assert_uint_eq(but_for.refuted, 0);
    run_result_free(result);
    scenario_free(scenario);
}
END_TEST

/* What a link does to creates: losses without and with a memory; delays that hang on the last
 * one and are as long as the takeover, so that a disturbed draw shows; a queue; a line that is
 * down. The datagram that is delivered must leave the luck of those behind it alone. */
static const char *const links[] = {
    CRASH "[link replication]\nloss = 30%\n",
    CRASH "[link replication]\nloss = gemodel 10% 30%\n",
    CRASH "[link replication]\nloss = 30%\ndelay = 1s 900ms 50%\n"
          "duplicate = 10% 30%\n",
    CRASH "[link replication]\nloss = 30%\nrate = 100kbit\nlimit = 2\n",
    "[failover]\nhello-time = 1s\n[faults]\ncut = at 9s interface B peer down for 900ms\n"
    "crash = at 10s crash active\n",
};

START_TEST(the_luck_of_others_is_left_alone)
{
    struct scenario *scenario = scenario_pair(links[_i]);
    assert_confirmed(scenario, CAUSE_CREATE_LOST);
    scenario_free(scenario);
}
END_TEST

/* A create that is on its way for longer than the takeover takes: had it come at once, its
 * connection would have been known. */
START_TEST(a_late_create_is_confirmed)
{
    struct scenario *scenario = scenario_pair(CRASH "[link replication]\ndelay = 3s\n");
    assert_confirmed(scenario, CAUSE_CREATE_IN_FLIGHT);
    scenario_free(scenario);
}
END_TEST

/* UDP has no handshake: a new active balances anew what it does not know, and one fewer to
 * balance shifts the turn of the others. The claim is true, and it is said what else moved. */
START_TEST(rebalanced_ones_stand_apart)
{
    struct scenario *scenario =
        scenario_shipped("dns", "replication.protocol=patent", "scenario.duration=14s",
                         "faults.crash=at 10s crash active", NULL);
    struct run_result *result = run_once(scenario);
    struct but_for but_for = { 0 };
    but_for_verify(scenario, result, 5, &but_for);
    const struct but_for_count *count = &but_for.causes[CAUSE_CREATE_LOST];
    ck_assert_uint_eq(count->tried, 5);
    ck_assert_uint_gt(count->rebalanced, 0);
    ck_assert_uint_eq(count->confirmed + count->rebalanced, count->tried);
    ck_assert_uint_eq(but_for.refuted, 0);
    run_result_free(result);
    scenario_free(scenario);
}
END_TEST

/* What is lost on a link so slow that it would have been late: not the loss is to blame, but
 * its time. Where nobody takes over, no record is. */
static const struct {
    const char *more;
    enum cause cause;
} other_reasons[] = {
    { CRASH "[link replication]\nloss = 30%\ndelay = 3s\n", CAUSE_CREATE_IN_FLIGHT },
    { "[failover]\nhello-time = 1s\n[link replication]\nloss = 30%\n[faults]\n"
      "dead = at 9s crash standby\ncrash = at 10s crash active\n", CAUSE_ADDRESS_NOT_MOVED },
};

START_TEST(another_reason_is_found)
{
    struct scenario *scenario = scenario_pair(other_reasons[_i].more);
    struct run_result *result = run_once(scenario);
    const struct but_for_count *count;
    struct but_for but_for = { 0 };
    but_for_verify(scenario, result, UINT32_MAX, &but_for);
    count = &but_for.causes[other_reasons[_i].cause];
    ck_assert_uint_gt(count->casualties, 10);
    ck_assert_uint_eq(count->confirmed, but_for_asks(other_reasons[_i].cause) ? count->tried : 0);
    ck_assert_uint_eq(but_for.refuted, 0);
    run_result_free(result);
    scenario_free(scenario);
}
END_TEST

/* A survivor whose row is changed so that it blames its create: it was known without the
 * help, and the verification says so. */
START_TEST(a_survivor_blames_nothing)
{
    struct scenario *scenario = scenario_shipped("first", NULL);
    struct run_result *result = run_once(scenario);
    struct connection_row row = row_with(result, CAUSE_NONE, true);
    row.cause = CAUSE_CREATE_LOST;
    ck_assert_int_eq(but_for_try(scenario, result, &row), BUT_FOR_KNOWN_BEFORE);
    run_result_free(result);
    scenario_free(scenario);
}
END_TEST

/* Nothing is replicated, and one row is changed so that it blames a lost create: there is
 * none to deliver, it is not known either, and the count says who was refuted and why. */
START_TEST(a_wrong_label_is_refuted)
{
    struct scenario *scenario =
        scenario_pair(CRASH "[replication]\nprotocol = none\n");
    struct run_result *result = run_once(scenario);
    struct connection_row *row = NULL;
    for (uint32_t i = 0; i < result->row_count && !row; i++)
        if (result->rows[i].cause == CAUSE_NOT_REPLICATED && state_counts(result->rows[i].state))
            row = &result->rows[i];
    ck_assert_ptr_nonnull(row);
    row->cause = CAUSE_CREATE_LOST;
    struct but_for but_for = { 0 };
    but_for_verify(scenario, result, 5, &but_for);
    ck_assert_uint_eq(but_for.causes[CAUSE_CREATE_LOST].tried, 1);
    ck_assert_uint_eq(but_for.causes[CAUSE_CREATE_LOST].refuted, 1);
    ck_assert_uint_eq(but_for.refuted, 1);
    ck_assert_uint_eq(but_for.first_refuted, row->connection);
    ck_assert_int_eq(but_for.reason, BUT_FOR_STILL_UNKNOWN);
    ck_assert_uint_gt(but_for.causes[CAUSE_NOT_REPLICATED].casualties, 10);
    ck_assert_uint_eq(but_for.causes[CAUSE_NOT_REPLICATED].tried, 0);
    run_result_free(result);
    scenario_free(scenario);
}
END_TEST

/* One other connection's fate in the table is not what it is in the run: that it stayed as
 * it was can no longer be said, and the claim is refuted. */
START_TEST(all_rows_are_compared)
{
    struct scenario *scenario = scenario_shipped("first", NULL);
    struct run_result *result = run_once(scenario);
    struct connection_row row = row_with(result, CAUSE_CREATE_LOST, false);
    struct connection_row *last = &result->rows[result->row_count - 1];
    ck_assert_uint_ne(last->connection, row.connection);
    last->outcome = last->outcome == OUTCOME_RESET ? OUTCOME_TIMED_OUT : OUTCOME_RESET;
    ck_assert_int_eq(but_for_try(scenario, result, &row), BUT_FOR_MORE_CHANGED);
    run_result_free(result);
    scenario_free(scenario);
}
END_TEST

Suite *but_for_suite(void)
{
    Suite *suite = suite_create("run/but_for");
    TCase *tcase = tcase_create("causes");
    tcase_set_timeout(tcase, 30);
    tcase_add_test(tcase, all_casualties_are_confirmed);
    tcase_add_loop_test(tcase, the_luck_of_others_is_left_alone, 0, G_N_ELEMENTS(links));
    tcase_add_test(tcase, a_late_create_is_confirmed);
    tcase_add_test(tcase, rebalanced_ones_stand_apart);
    tcase_add_loop_test(tcase, another_reason_is_found, 0, G_N_ELEMENTS(other_reasons));
    tcase_add_test(tcase, a_survivor_blames_nothing);
    tcase_add_test(tcase, a_wrong_label_is_refuted);
    tcase_add_test(tcase, all_rows_are_compared);
    suite_add_tcase(suite, tcase);
    return suite;
}
