/* Harm: known, survived and harmed are three answers, and each can differ from the others. */
#include "tests/run/suites.h"
#include "tests/run/support.h"

#define CRASH "[faults]\ncrash = at 10s crash active\n"

static struct run_result *run_with_twin(const char *workload, const char *more)
{
    char *text = g_strconcat(workload, more, CRASH, NULL);
    struct scenario *scenario = scenario_pair(text);
    scenario->twin = true;
    struct run_result *result = run_once(scenario);
    ck_assert(result->has_twin);
    scenario_free(scenario);
    g_free(text);
    return result;
}

/* Clients 100 ms away, so that handshakes and closings take long enough to be caught. */
#define FAR "[link clients]\ndelay = 100ms\n"
#define RESET "[failover]\nhello-time = 1s\nunknown-connection = reset\n"

/* Idle at the crash, unknown to the new active, reset when it speaks again: its application
 * has lost that request, and would not have in the twin. */
START_TEST(an_idle_connection_that_is_reset_is_harmed)
{
    struct run_result *result =
        run_with_twin("think-time = 6s\n", RESET "[replication]\nprotocol = none\n");
    uint32_t seen = 0;
    for (uint32_t i = 0; i < result->row_count; i++) {
        const struct connection_row *row = &result->rows[i];
        if (row->state != STATE_OPEN_IDLE || row->outcome != OUTCOME_RESET)
            continue;
        seen++;
        ck_assert(row->harmed && !row->known);
        ck_assert_uint_eq(row->requests_lost, 1);
        ck_assert_uint_eq(row->bytes_lost, 400 + 2000);
        ck_assert_int_eq(row->twin_outcome, OUTCOME_SURVIVED);
        ck_assert_uint_eq(row->twin_requests_lost, 0);
    }
    ck_assert_uint_gt(seen, 100);
    run_result_free(result);
}
END_TEST

/* Known and alive, and yet harmed: an outage longer than the clients' patience. Whose
 * patience has no end is harmed by no wait. */
START_TEST(a_survivor_that_waited_too_long_is_harmed)
{
    const char *slow = "[failover]\nhello-time = 4s\nhello-misses = 1\n";
    struct run_result *hasty = run_with_twin("think-time = 500ms\npatience = 2s\n", slow);
    struct run_result *patient = run_with_twin("think-time = 500ms\npatience = none\n", slow);
    const struct cohort_count *count = &hasty->cohorts[COHORT_ESTABLISHED];
    ck_assert_uint_gt(count->survived, 50);
    ck_assert_uint_eq(count->survived, count->known);
    ck_assert_uint_gt(count->harmed, count->counted / 2);
    for (uint32_t i = 0; i < hasty->row_count; i++) {
        const struct connection_row *row = &hasty->rows[i];
        if (row->harmed && row->outcome == OUTCOME_SURVIVED)
            ck_assert(row->waited > 2 * NSTIME_S && row->twin_waited < 2 * NSTIME_S);
    }
    ck_assert_int_gt(count->stall_survivors, 2 * NSTIME_S * count->harmed);
    ck_assert_uint_eq(patient->cohorts[COHORT_ESTABLISHED].harmed,
                      patient->counted - patient->outcomes[OUTCOME_SURVIVED]);
    run_result_free(hasty);
    run_result_free(patient);
}
END_TEST

/* A reset that answers the FIN of a finished exchange hurts nobody. */
START_TEST(a_reset_after_the_last_answer_hurts_nobody)
{
    struct run_result *result =
        run_with_twin("think-time = 300ms\n", RESET FAR "[replication]\nprotocol = none\n");
    uint32_t reset = 0;
    for (uint32_t i = 0; i < result->row_count; i++) {
        const struct connection_row *row = &result->rows[i];
        if (row->state != STATE_CLOSING)
            continue;
        reset += row->outcome == OUTCOME_RESET;
        ck_assert(!row->harmed);
        ck_assert_uint_eq(row->requests_lost, 0);
    }
    ck_assert_uint_gt(reset, 0);
    run_result_free(result);
}
END_TEST

/* The second cohort has the handshakes too; the headline cohort is a part of it. */
START_TEST(the_second_cohort_has_the_handshakes)
{
    struct run_result *result = run_with_twin("think-time = 300ms\n", RESET FAR);
    const struct cohort_count *established = &result->cohorts[COHORT_ESTABLISHED];
    const struct cohort_count *begun = &result->cohorts[COHORT_BEGUN];
    uint32_t handshakes = 0;
    for (uint32_t i = 0; i < result->row_count; i++)
        handshakes += result->rows[i].state == STATE_HANDSHAKE;
    ck_assert_uint_gt(handshakes, 2);
    ck_assert_uint_eq(established->counted, result->counted);
    ck_assert_uint_eq(begun->counted, established->counted + handshakes);
    ck_assert_uint_ge(begun->survived, established->survived);
    ck_assert_uint_eq(result->outcomes[OUTCOME_CENSORED], 0);
    run_result_free(result);
}
END_TEST

/* In the outage clients that wait no longer than half a second cannot connect, in the twin
 * they can. */
START_TEST(connects_fail_in_the_outage)
{
    struct run_result *hasty =
        run_with_twin("application-timeout = 500ms\n", "[failover]\nhello-time = 1s\n");
    struct run_result *patient = run_with_twin("", "[failover]\nhello-time = 1s\n");
    ck_assert_uint_gt(hasty->connects_failed, 20);
    ck_assert_uint_eq(hasty->connects_failed,
                      hasty->opened_during_outage - hasty->connected_during_outage);
    ck_assert_uint_eq(patient->connects_failed, 0);
    ck_assert_int_ge(patient->connect_delay, patient->connected_during_outage * NSTIME_S / 2);
    run_result_free(hasty);
    run_result_free(patient);
}
END_TEST

/* Clients whose connections are reset open others at once, each for the requests it has
 * left: a surge at the new active that the twin does not know. */
START_TEST(a_reset_brings_a_surge_of_reconnections)
{
    struct run_result *result =
        run_with_twin("reconnect = 100ms\nthink-time = 1s\n",
                      RESET "[replication]\nprotocol = none\n");
    struct run_result *without =
        run_with_twin("think-time = 1s\n", RESET "[replication]\nprotocol = none\n");
    ck_assert_uint_gt(result->reconnected, result->outcomes[OUTCOME_RESET] / 2);
    ck_assert_uint_le(result->reconnected, result->row_count);
    ck_assert_uint_eq(without->reconnected, 0);
    ck_assert_uint_eq(result->syn_peak_twin, without->syn_peak_twin);
    ck_assert_uint_gt(result->syn_peak, 2 * result->syn_peak_twin);
    run_result_free(result);
    run_result_free(without);
}
END_TEST

Suite *harm_suite(void)
{
    Suite *suite = suite_create("run/harm");
    TCase *tcase = tcase_create("harms");
    tcase_set_timeout(tcase, 30);
    tcase_add_test(tcase, an_idle_connection_that_is_reset_is_harmed);
    tcase_add_test(tcase, a_survivor_that_waited_too_long_is_harmed);
    tcase_add_test(tcase, a_reset_after_the_last_answer_hurts_nobody);
    tcase_add_test(tcase, the_second_cohort_has_the_handshakes);
    tcase_add_test(tcase, connects_fail_in_the_outage);
    tcase_add_test(tcase, a_reset_brings_a_surge_of_reconnections);
    suite_add_tcase(suite, tcase);
    return suite;
}
