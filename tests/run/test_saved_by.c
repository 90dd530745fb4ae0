/* What saved each survivor. */
#include "tests/run/suites.h"
#include "tests/run/support.h"

#include <glib/gstdio.h>
#include <string.h>

#define HELLO "[failover]\nhello-time = 1s\n"

static struct run_result *run_text(const char *more)
{
    struct scenario *scenario = scenario_pair(more);
    struct run_result *result = run_once(scenario);
    scenario_free(scenario);
    return result;
}

/* Every survivor has a saviour and nobody else has one. */
static void assert_survivors_only(const struct run_result *result)
{
    for (uint32_t i = 0; i < result->row_count; i++) {
        const struct connection_row *row = &result->rows[i];
        ck_assert_int_eq(row->outcome == OUTCOME_SURVIVED, row->saved_by != SAVED_NOT);
        if (row->saved_by == SAVED_RECORD || row->saved_by == SAVED_GHOST)
            ck_assert(row->known);
    }
}

/* Fresh tuples: whoever survives a crash was saved by its own record. */
START_TEST(records_save)
{
    struct run_result *result = run_text(
        HELLO "[link replication]\nloss = 30%\n[faults]\ncrash = at 10s crash active\n");
    const struct cohort_count *count = &result->cohorts[COHORT_ESTABLISHED];
    assert_survivors_only(result);
    ck_assert_uint_gt(count->saved[SAVED_RECORD], 50);
    ck_assert_uint_eq(count->saved[SAVED_RECORD], count->survived);
    run_result_free(result);
}
END_TEST

static const char *const harmless[] = {
    "[faults]\ncrash = at 10s crash standby\n",
    "[faults]\nhiccup = from 10s to 10500ms freeze A\n",
};

/* Where nobody has to take over, the director that had them serves them on. */
START_TEST(the_original_saves_where_nobody_takes_over)
{
    char *text = g_strconcat(HELLO, harmless[_i], NULL);
    struct run_result *result = run_text(text);
    const struct cohort_count *count = &result->cohorts[COHORT_BEGUN];
    assert_survivors_only(result);
    ck_assert_uint_gt(count->counted, 100);
    ck_assert_uint_eq(count->saved[SAVED_ORIGINAL], count->counted);
    run_result_free(result);
    g_free(text);
}
END_TEST

/* A handshake that the crash interrupts is taken up as new by the new active; an exchange that
 * was over closes without being known. Clients are far away, so that there are both. */
START_TEST(handshakes_are_scheduled_and_the_finished_just_close)
{
    struct run_result *result = run_text(
        "think-time = 300ms\n" HELLO
        "[link clients]\ndelay = 100ms\n[faults]\ncrash = at 10s crash active\n");
    uint32_t scheduled = 0, closing = 0;
    assert_survivors_only(result);
    for (uint32_t i = 0; i < result->row_count; i++) {
        const struct connection_row *row = &result->rows[i];
        scheduled += row->saved_by == SAVED_SCHEDULE;
        closing += row->saved_by == SAVED_CLOSING;
        if (row->saved_by == SAVED_SCHEDULE)
            ck_assert_int_eq(row->state, STATE_HANDSHAKE);
    }
    ck_assert_uint_gt(scheduled, 2);
    ck_assert_uint_gt(closing, 0);
    run_result_free(result);
}
END_TEST

/* Where the create leaves with the SYN ([options] active-on = syn), a handshake can be known,
 * and is saved by its record. */
START_TEST(a_handshake_can_be_known)
{
    struct run_result *result = run_text(
        HELLO "[options]\nactive-on = syn\n[link clients]\ndelay = 100ms\n"
        "[faults]\ncrash = at 10s crash active\n");
    uint32_t known = 0;
    assert_survivors_only(result);
    for (uint32_t i = 0; i < result->row_count; i++) {
        const struct connection_row *row = &result->rows[i];
        if (row->state != STATE_HANDSHAKE || !row->known)
            continue;
        known++;
        ck_assert_int_eq(row->saved_by, SAVED_RECORD);
    }
    ck_assert_uint_gt(known, 0);
    ck_assert_uint_gt(result->cohorts[COHORT_BEGUN].known, result->known);
    run_result_free(result);
}
END_TEST

enum { CLIENTS = 250 };

/* Two connections of each client from one port, the second after the first has left
 * TIME_WAIT and while the crash comes. */
static char *write_trace(void)
{
    GString *log = g_string_new("start_s,duration_s,client,client_port,request_bytes,"
                                "response_bytes\n");
    for (unsigned second = 0; second < 2; second++)
        for (unsigned i = 0; i < CLIENTS; i++)
            g_string_append_printf(log, "%u.%03u,%u,c%u,4000,4000,20000\n", second ? 70 : 1, i,
                                   second ? 20 : 2, i);
    char *path = g_strdup("/tmp/understudy-trace-XXXXXX.csv");
    int fd = g_mkstemp(path);
    ck_assert_int_ge(fd, 0);
    g_close(fd, NULL);
    ck_assert(g_file_set_contents(path, log->str, (gssize)log->len, NULL));
    g_string_free(log, TRUE);
    return path;
}

static struct scenario *tuples_twice(const char *trace)
{
    char *text = g_strdup_printf(
        "[scenario]\nduration = 80s\n[virtual web]\naddress = 192.0.2.80:80\nbind = r1\n"
        "replicate = yes\n[real r1]\naddress = 10.0.1.1:80\n" HELLO
        "[link replication]\nloss = 50%%\n[workload browsers]\ntrace = %s\n"
        "[faults]\ncrash = at 75s crash active\n", trace);
    struct scenario *scenario = scenario_from_text(text);
    g_free(text);
    return scenario;
}

/* The create of the first connection came, its delete and the second's create were lost: the
 * ghost has the second's tuple and server, and saves it. With one server and half of all
 * datagrams lost, known is 1-p + p(1-p)p = 0.625 and not 0.5. */
START_TEST(ghosts_save)
{
    char *trace = write_trace();
    struct scenario *scenario = tuples_twice(trace);
    struct run_result *result = run_once(scenario);
    const struct cohort_count *count = &result->cohorts[COHORT_ESTABLISHED];
    assert_survivors_only(result);
    ck_assert_uint_eq(count->counted, CLIENTS);
    ck_assert_uint_eq(count->survived, count->known);
    ck_assert_uint_eq(count->saved[SAVED_RECORD] + count->saved[SAVED_GHOST], count->known);
    /* five standard deviations of a binomial count of 250 */
    ck_assert_uint_ge(count->saved[SAVED_GHOST], 31 - 26);
    ck_assert_uint_le(count->saved[SAVED_GHOST], 31 + 26);
    ck_assert_uint_ge(count->saved[SAVED_RECORD], 125 - 40);
    ck_assert_uint_le(count->saved[SAVED_RECORD], 125 + 40);
    run_result_free(result);
    scenario_free(scenario);
    g_unlink(trace);
    g_free(trace);
}
END_TEST

/* Split from each other, B takes the address from A, which serves; nothing is replicated, so that B
 * knows nobody. Whoever asked A after the cut and has the answer on its long way then is answered
 * by A, and survives by definition; nobody else has asked and been answered. */
START_TEST(an_answer_may_be_on_its_way_when_the_address_goes)
{
    struct scenario *scenario = scenario_from_text(
        "[scenario]\nduration = 14s\nmeasure = cut\n" HELLO "hello-paths = link cable\n"
        "[virtual web]\naddress = 192.0.2.80:80\nbind = r1\nreplicate = yes\n"
        "[real r1]\naddress = 10.0.1.1:80\n[replication]\nprotocol = none\n"
        "[workload browsers]\narrivals = poisson 50/s\nthink-time = 200ms\n"
        "[link clients]\ndelay = 300ms\n"
        "[faults]\npulled = at 5s cable pulled for 8s\ncut = at 6s link hello down for 7s\n");
    struct run_result *result = run_once(scenario);
    assert_survivors_only(result);
    ck_assert_int_ge(result->takeover, NSTIME_S);
    ck_assert_uint_eq(result->known, 0);
    ck_assert_uint_gt(result->cohorts[COHORT_ESTABLISHED].saved[SAVED_ORIGINAL], 10);
    run_result_free(result);
    scenario_free(scenario);
}
END_TEST

/* The same in a twin: there A does not crash, but so many of its hellos are lost that B takes
 * over a little later (scenarios/gray.scn). */
START_TEST(a_twin_may_have_a_failover_of_its_own)
{
    struct scenario *scenario = scenario_shipped("gray", "replication.protocol=delayed",
                                                 "scenario.twin=yes", NULL);
    struct run_result *result = run_once(scenario);
    ck_assert(result->has_twin);
    run_result_free(result);
    scenario_free(scenario);
}
END_TEST

/* A took the address back from B before the failure, and has no connection of those that B began.
 * Given a server anew, the right one by luck or by the table, they go on: nobody takes over, and
 * it is the owner's choice for the unknown that saves them. */
START_TEST(the_owner_may_have_lost_them_before)
{
    static const struct {
        const char *choice;
        enum saved_by saved_by;
    } rows[] = { { "failover.unknown-connection=schedule", SAVED_SCHEDULE },
                 { "failover.unknown-connection=hash", SAVED_HASH } };
    struct scenario *scenario = scenario_shipped("cable-pulled", rows[_i].choice,
                                                 "scenario.repetitions=1", NULL);
    struct run_result *result = run_once(scenario);
    assert_survivors_only(result);
    ck_assert_int_lt(result->takeover, 0);
    ck_assert_uint_gt(result->cohorts[COHORT_ESTABLISHED].saved[rows[_i].saved_by], 0);
    run_result_free(result);
    scenario_free(scenario);
}
END_TEST

Suite *saved_by_suite(void)
{
    Suite *suite = suite_create("run/saved by");
    TCase *tcase = tcase_create("saviours");
    tcase_set_timeout(tcase, 30);
    tcase_add_test(tcase, records_save);
    tcase_add_loop_test(tcase, the_original_saves_where_nobody_takes_over, 0,
                        G_N_ELEMENTS(harmless));
    tcase_add_test(tcase, handshakes_are_scheduled_and_the_finished_just_close);
    tcase_add_test(tcase, a_handshake_can_be_known);
    tcase_add_test(tcase, ghosts_save);
    tcase_add_test(tcase, an_answer_may_be_on_its_way_when_the_address_goes);
    tcase_add_test(tcase, a_twin_may_have_a_failover_of_its_own);
    tcase_add_loop_test(tcase, the_owner_may_have_lost_them_before, 0, 2);
    suite_add_tcase(suite, tcase);
    return suite;
}
