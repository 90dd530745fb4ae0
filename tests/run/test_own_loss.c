/* Loss that the system makes itself: budgets, queues, a capacity. */
#include "sim/run/but_for.h"
#include "tests/run/suites.h"
#include "tests/run/support.h"

#include <string.h>

#define CRASH "[faults]\ncrash = at 10s crash active\n[failover]\nhello-time = 500ms\n"

/* A hundred connections a second at an even pace, none of which ends before the crash. */
#define EVEN                                                                               \
    "[scenario]\nduration = 14s\nmeasure = crash\n"                                        \
    "[virtual web]\naddress = 192.0.2.80:80\nbind = r1\nreplicate = yes\n"                 \
    "[real r1]\naddress = 10.0.1.1:80\n[link-defaults]\ndelay = 100us\n"                   \
    "[workload browsers]\narrivals = constant 100/s\nrequests-per-connection = 2\n"        \
    "think-time = 60s\nresponse-size = 1kb\n"

static struct run_result *run_text(const char *more)
{
    char *text = g_strconcat(EVEN, strstr(more, "crash =") ? "" : CRASH, more, NULL);
    struct scenario *scenario = scenario_from_text(text);
    struct run_result *result = run_once(scenario);
    scenario_free(scenario);
    g_free(text);
    return result;
}

static unsigned count_text(const char *text, const char *part)
{
    unsigned count = 0;
    for (const char *at = text; (at = strstr(at, part)) != NULL; at++)
        count++;
    return count;
}

/* 100 creates a second at an even pace. A sender of 101 a second, a standby that applies as
 * many, and units that take in 10,000 packets a second lose none of them, and the crash finds
 * at most the latest on its way. */
static const char *const enough[] = {
    "[replication]\nsend-budget = 101/s\nsend-queue = 0\n",
    "[replication]\nreceive-budget = 101/s\nreceive-buffer = 0b\n",
    "[unit A]\ncapacity = 10000/s\nbacklog = 10\n[unit B]\ncapacity = 101/s\nbacklog = 10\n",
};

START_TEST(below_the_budget_nothing_is_lost)
{
    struct run_result *result = run_text(enough[_i]);
    ck_assert_uint_ge(result->counted, 999);
    ck_assert_uint_ge(result->known + 1, result->counted);
    for (unsigned i = 0; i < DROP_PLACES; i++)
        if (_i != 2)
            ck_assert_uint_eq(result->drops[i], 0);
    ck_assert_double_eq_tol(result->replication_loss, 0, 0.002);
    run_result_free(result);
}
END_TEST

/* And a sender of 80 a second with a queue of ten loses exactly the excess: of 1000 creates
 * 800 can have left in 10 s, ten wait and one is in hand, give or take the last one's phase. All
 * connections are accounted for: known, waiting at the crash (create_unsent) or dropped. */
START_TEST(above_the_budget_the_excess_is_lost)
{
    struct run_result *result =
        run_text("[replication]\nsend-budget = 80/s\nsend-queue = 10\n");
    ck_assert_uint_le(result->causes[CAUSE_CREATE_UNSENT], 11);
    ck_assert_uint_ge(result->causes[CAUSE_CREATE_UNSENT], 10);
    ck_assert_uint_le(result->known, 800);
    ck_assert_uint_ge(result->known, 796);
    ck_assert_uint_eq(result->replication_datagrams, result->known);
    ck_assert_uint_eq(result->replication_bytes, 60 * result->replication_datagrams);
    ck_assert_uint_eq(result->replication_lost, 0);
    ck_assert_uint_eq(result->causes[CAUSE_CREATE_LOST], result->drops[DROP_SEND_QUEUE]);
    ck_assert_uint_eq(result->known + result->causes[CAUSE_CREATE_UNSENT]
                          + result->causes[CAUSE_CREATE_LOST],
                      result->counted);
    ck_assert_double_eq_tol(result->replication_loss,
                            1 - (double)result->known / result->counted, 0.002);
    run_result_free(result);
}
END_TEST

/* What waits in the send queue when its unit dies was never sent: the connections whose record
 * the journal calls unsent are those whose cause is create_unsent, one by one. */
START_TEST(the_queue_at_the_crash_is_what_is_unsent)
{
    struct run_result *result =
        run_text("[replication]\nsend-budget = 90/s\nsend-queue = 50\n");
    unsigned unsent = 0;
    for (uint32_t i = 0; i < result->row_count; i++) {
        const struct connection_row *row = &result->rows[i];
        char *line = g_strdup_printf("\"record-unsent\",\"connection\":%u,", row->connection);
        bool waited = strstr(result->events, line) != NULL;
        ck_assert_msg(waited == (row->cause == CAUSE_CREATE_UNSENT), "connection %u",
                      row->connection);
        unsent += waited;
        g_free(line);
    }
    ck_assert_uint_eq(unsent, 51); /* one is in hand */
    ck_assert_uint_eq(count_text(result->events, "\"record-unsent\""), unsent);
    run_result_free(result);
}
END_TEST

/* A standby that applies one record a second has room for 277 more, Linux's default buffer of
 * 212,992 b at 768 b each. All 1000 creates arrive: ten are applied, one is in hand, 277 wait,
 * and the others are dropped. Those that wait come late, after the takeover. */
START_TEST(the_receive_buffer_holds_277_small_datagrams)
{
    struct run_result *result = run_text("[replication]\nreceive-budget = 1/s\n");
    uint32_t late = result->causes[CAUSE_CREATE_IN_FLIGHT];
    uint32_t lost = result->causes[CAUSE_CREATE_LOST];
    uint32_t applied = result->known + late;
    ck_assert_uint_eq(lost, result->drops[DROP_RECEIVE_BUFFER]);
    ck_assert_uint_eq(applied + lost, result->replication_datagrams);
    ck_assert_uint_ge(applied, 277 + 1 + 8);
    ck_assert_uint_le(applied, 277 + 1 + 10);
    ck_assert_uint_le(result->known, 12);
    run_result_free(result);
}
END_TEST

/* The kernel's buffer is read in order, also after the takeover: of the records that wait
 * there then, each is applied late and its connection is create_in_flight, not lost. */
START_TEST(what_waits_at_the_takeover_comes_late)
{
    struct run_result *result = run_text("[replication]\nreceive-budget = 95/s\n");
    ck_assert_uint_eq(result->drops[DROP_RECEIVE_BUFFER], 0);
    ck_assert_uint_eq(result->causes[CAUSE_CREATE_LOST], 0);
    /* 5 a second are left behind; up to the takeover some are caught up with */
    ck_assert_uint_le(result->causes[CAUSE_CREATE_IN_FLIGHT], 50);
    uint32_t waiting = 50;
    uint32_t caught_up = (uint32_t)(result->takeover * 95 / NSTIME_S);
    uint32_t expected = caught_up >= waiting ? 0 : waiting - caught_up;
    ck_assert_uint_le(result->causes[CAUSE_CREATE_IN_FLIGHT], expected + 2);
    ck_assert_uint_ge(result->causes[CAUSE_CREATE_IN_FLIGHT] + 2, expected);
    run_result_free(result);
}
END_TEST

/* Each cause that blames a datagram is true where a queue dropped it, or kept it too long: it
 * is delivered in another run, past the full queue, and no other connection notices. Queues on
 * both sides, in the backlog, behind a lossy link, and all of them together. */
static const char *const places[] = {
    "[replication]\nsend-budget = 90/s\nsend-queue = 20\n",
    "[replication]\nreceive-budget = 90/s\nreceive-buffer = 20kb\n",
    "[replication]\nreceive-budget = 80/s\n",
    "[unit B]\nbacklog = 20\n[faults]\nslow = from 1s to 9900ms slow B 98/s\n"
    "crash = at 10s crash active\n[failover]\nhello-time = 500ms\n",
    "[replication]\nreceive-budget = 70/s\nreceive-buffer = 20kb\n"
    "[link replication]\nloss = gemodel 10% 30%\n",
    "[replication]\nsend-budget = 95/s\nsend-queue = 20\nreceive-budget = 80/s\n"
    "receive-buffer = 20kb\n[link replication]\nrate = 42kbit\nlimit = 5\nloss = 5%\n"
    "[unit B]\nbacklog = 10\n[faults]\nslow = from 1s to 9900ms slow B 200/s\n"
    "crash = at 10s crash active\n[failover]\nhello-time = 500ms\n",
};

START_TEST(claims_hold_wherever_a_queue_is)
{
    const char *crash = strstr(places[_i], "crash =") ? "" : CRASH;
    char *text = g_strconcat(EVEN, crash, places[_i], NULL);
    struct scenario *scenario = scenario_from_text(text);
    struct run_result *result = run_once(scenario);
    struct but_for but_for = { 0 };
    but_for_verify(scenario, result, 40, &but_for);
    const struct but_for_count *lost = &but_for.causes[CAUSE_CREATE_LOST];
    const struct but_for_count *late = &but_for.causes[CAUSE_CREATE_IN_FLIGHT];
    ck_assert_uint_ge(lost->tried + late->tried, 12);
    ck_assert_uint_eq(lost->confirmed + late->confirmed, lost->tried + late->tried);
    run_result_free(result);
    scenario_free(scenario);
    g_free(text);
}
END_TEST

/* Where the new active unit is itself at its capacity the claim is true, and yet others' fate
 * is another: one connection more lives there, and its packets take the room of theirs. */
START_TEST(a_starving_heir_lets_others_notice)
{
    char *text = g_strconcat(EVEN, CRASH, "[unit B]\ncapacity = 98/s\nbacklog = 20\n", NULL);
    struct scenario *scenario = scenario_from_text(text);
    struct run_result *result = run_once(scenario);
    struct but_for but_for = { 0 };
    but_for_verify(scenario, result, 12, &but_for);
    ck_assert_uint_gt(but_for.refuted, 0);
    ck_assert_int_eq(but_for.reason, BUT_FOR_MORE_CHANGED);
    run_result_free(result);
    scenario_free(scenario);
    g_free(text);
}
END_TEST

/* A frozen unit's queue stops: nothing leaves between 5 s and 6 s, and afterwards it does. What
 * waited is still there. */
START_TEST(a_frozen_queue_stops)
{
    struct run_result *result =
        run_text("[failover]\nhello-time = 2s\n"
                 "[faults]\nfreeze = from 5s to 6s freeze active\n"
                 "crash = at 10s crash active\n"
                 "[replication]\nsend-budget = 90/s\nsend-queue = 60\n");
    ck_assert_ptr_nonnull(strstr(result->events, "\"record-waits\""));
    char **lines = g_strsplit(result->events, "\n", -1);
    unsigned between = 0, after = 0;
    for (unsigned i = 0; lines[i] != NULL; i++) {
        if (strstr(lines[i], "\"record-sent\"") == NULL)
            continue;
        const char *at = strstr(lines[i], "\"t\":");
        ck_assert_ptr_nonnull(at);
        double when = g_ascii_strtod(at + strlen("\"t\":"), NULL) / 1e9;
        between += when > 5 && when < 6;
        after += when >= 6 && when < 6.2;
    }
    ck_assert_uint_eq(between, 0);
    ck_assert_uint_ge(after, 17);
    g_strfreev(lines);
    run_result_free(result);
}
END_TEST

Suite *own_loss_suite(void)
{
    Suite *suite = suite_create("run/own loss");
    TCase *tcase = tcase_create("budgets");
    tcase_set_timeout(tcase, 30);
    tcase_add_loop_test(tcase, below_the_budget_nothing_is_lost, 0, G_N_ELEMENTS(enough));
    tcase_add_test(tcase, above_the_budget_the_excess_is_lost);
    tcase_add_test(tcase, the_queue_at_the_crash_is_what_is_unsent);
    tcase_add_test(tcase, the_receive_buffer_holds_277_small_datagrams);
    tcase_add_test(tcase, what_waits_at_the_takeover_comes_late);
    tcase_add_loop_test(tcase, claims_hold_wherever_a_queue_is, 0, G_N_ELEMENTS(places));
    tcase_add_test(tcase, a_starving_heir_lets_others_notice);
    tcase_add_test(tcase, a_frozen_queue_stops);
    suite_add_tcase(suite, tcase);
    return suite;
}
