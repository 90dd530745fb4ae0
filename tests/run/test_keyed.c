/* Keyed chance, end to end: what one change may touch, and what it may not. */
#include "tests/run/suites.h"
#include "tests/run/support.h"

#include <string.h>

static bool same_rows(const struct run_result *a, const struct run_result *b)
{
    if (a->row_count != b->row_count)
        return false;
    for (uint32_t i = 0; i < a->row_count; i++) {
        const struct connection_row *x = &a->rows[i], *y = &b->rows[i];
        if (x->connection != y->connection || x->client_ip != y->client_ip
            || x->client_port != y->client_port || x->server != y->server
            || x->state != y->state || x->outcome != y->outcome || x->cause != y->cause
            || x->known != y->known || x->opened != y->opened || x->stall != y->stall)
            return false;
    }
    return true;
}

#define LOSSY LOSSY_BY("patent")
#define LOSSY_BY(protocol)                                                                     \
    "[failover]\nhello-time = 1s\n[replication]\nprotocol = " protocol "\n"                      \
    "[link clients]\ndelay = 20ms 4ms\nloss = 1%\n[faults]\ncrash = at 10s +-500ms crash active\n" \
    "[link replication]\nloss = "

/* The same scenario and seed give the same rows and the same journal, twice in one
 * process; another repetition gives others. */
START_TEST(a_run_repeats_to_the_byte)
{
    struct scenario *scenario = scenario_pair(LOSSY "gemodel 5% 30%\nduplicate = 2%\n");
    struct run_result *a = run_repetition(scenario, 3), *b = run_repetition(scenario, 3);
    struct run_result *other = run_repetition(scenario, 4);
    ck_assert(same_rows(a, b));
    ck_assert_str_eq(a->events, b->events);
    ck_assert(!same_rows(a, other));
    run_result_free(a);
    run_result_free(b);
    run_result_free(other);
    scenario_free(scenario);
}
END_TEST

/* Who is known in one world is known in the other, connection by connection, and some others
 * are; in three repetitions. */
static void assert_knows_more(struct scenario *more, struct scenario *less)
{
    for (uint32_t repetition = 0; repetition < 3; repetition++) {
        struct run_result *a = run_repetition(more, repetition);
        struct run_result *b = run_repetition(less, repetition);
        ck_assert_uint_eq(a->row_count, b->row_count);
        ck_assert_uint_lt(b->known, a->known);
        for (uint32_t i = 0; i < a->row_count; i++)
            ck_assert(a->rows[i].known || !b->rows[i].known);
        run_result_free(a);
        run_result_free(b);
    }
    scenario_free(more);
    scenario_free(less);
}

/* Raising the loss only adds losses: whoever is known at 20 % is known at 10 % (protocols that
 * only send, so the claim holds). */
START_TEST(more_loss_saves_nobody)
{
    assert_knows_more(scenario_pair(LOSSY "10%\n"), scenario_pair(LOSSY "20%\n"));
    assert_knows_more(scenario_pair(LOSSY_BY("repeat") "20%\n"),
                      scenario_pair(LOSSY_BY("repeat") "50%\n"));
}
END_TEST

/* The first copy of a record meets the luck that the only one has, so that whoever the patent's
 * protocol saves is saved by a second copy as well. */
START_TEST(a_second_copy_loses_nobody)
{
    assert_knows_more(scenario_pair(LOSSY_BY("repeat") "20%\n"), scenario_pair(LOSSY "20%\n"));
}
END_TEST

/* Two protocols meet the same network: the same connections, on the same servers, at the
 * same instants. */
START_TEST(two_protocols_meet_the_same_connections)
{
    struct scenario *patent = scenario_pair(LOSSY "10%\n");
    struct scenario *none = scenario_pair("[failover]\nhello-time = 1s\n[replication]\n"
                                          "protocol = none\n[link clients]\ndelay = 20ms 4ms\n"
                                          "loss = 1%\n[faults]\n"
                                          "crash = at 10s +-500ms crash active\n");
    struct run_result *a = run_once(patent), *b = run_once(none);
    ck_assert_uint_eq(a->row_count, b->row_count);
    for (uint32_t i = 0; i < a->row_count; i++) {
        ck_assert_int_eq(a->rows[i].opened, b->rows[i].opened);
        ck_assert_uint_eq(a->rows[i].client_ip, b->rows[i].client_ip);
        ck_assert_int_eq(a->rows[i].server, b->rows[i].server);
        ck_assert_uint_eq(a->rows[i].state, b->rows[i].state);
    }
    run_result_free(a);
    run_result_free(b);
    scenario_free(patent);
    scenario_free(none);
}
END_TEST

/* Threads share nothing: eight runs in two threads are the eight runs one by one. */
static void run_in_thread(gpointer data, gpointer user_data)
{
    struct run_result **slot = data;
    struct run_result **first = ((struct run_result ***)user_data)[0];
    const struct scenario *scenario = ((const struct scenario **)user_data)[1];
    *slot = run_execute(scenario, 0, (uint32_t)(slot - first), true, NULL);
}

START_TEST(threads_share_nothing)
{
    enum { RUNS = 8 };
    struct scenario *scenario = scenario_pair(LOSSY "outage 10% 50ms\n");
    struct run_result *results[RUNS];
    void *context[2] = { results, scenario };
    GThreadPool *pool = g_thread_pool_new(run_in_thread, context, 2, TRUE, NULL);
    for (unsigned i = 0; i < RUNS; i++)
        g_thread_pool_push(pool, &results[i], NULL);
    g_thread_pool_free(pool, FALSE, TRUE);
    for (unsigned i = 0; i < RUNS; i++) {
        struct run_result *alone = run_repetition(scenario, i);
        ck_assert(same_rows(alone, results[i]));
        ck_assert_str_eq(alone->events, results[i]->events);
        run_result_free(alone);
        run_result_free(results[i]);
    }
    scenario_free(scenario);
}
END_TEST

Suite *keyed_suite(void)
{
    Suite *suite = suite_create("run/keyed chance");
    TCase *tcase = tcase_create("keys");
    tcase_set_timeout(tcase, 60);
    tcase_add_test(tcase, a_run_repeats_to_the_byte);
    tcase_add_test(tcase, more_loss_saves_nobody);
    tcase_add_test(tcase, a_second_copy_loses_nobody);
    tcase_add_test(tcase, two_protocols_meet_the_same_connections);
    tcase_add_test(tcase, threads_share_nothing);
    suite_add_tcase(suite, tcase);
    return suite;
}
