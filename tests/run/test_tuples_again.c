/* Whole runs in which tuples come again: what a SYN meets, and that whoever began on what was
 * there is replicated as any other. */
#include "tests/run/suites.h"
#include "tests/run/support.h"

#include <string.h>

#define THINK "think-time = 400ms exponential\n"
#define PAIR(of_the_virtual)                                                                \
    "[failover]\ndetector = oracle\ndetection-time = 50ms\nhello-time = 20ms\n"              \
    "[virtual web]\naddress = 192.0.2.80:80\nbind = r1 r2\nreplicate = yes\n" of_the_virtual \
    "[real r1]\naddress = 10.0.1.1:80\nservice-time = 0s\n"                                 \
    "[real r2]\naddress = 10.0.1.2:80\nservice-time = 0s\n"                                 \
    "[workload clients]\nclients = 5\nclient-ports = 80\ntime-wait = 0s\n"                  \
    "arrivals = poisson 200/s\nrequests-per-connection = 2\nresponse-size = 100b\n"

static unsigned occurrences(const struct run_result *result, const char *text)
{
    unsigned count = 0;
    for (const char *at = result->events; (at = strstr(at, text)) != NULL; at++)
        count++;
    return count;
}

/* Closed connections are held for late packets, and their ports come again before they
 * are let go: each SYN begins a new incarnation, with a delete and a create, so
 * that without loss whoever is open at the crash is known. The run is shorter than they are held:
 * no delete has another reason. */
START_TEST(on_a_closing_entry)
{
    struct scenario *scenario = scenario_from_text(
        "[scenario]\nduration = 5100ms\n" PAIR("delay = 10s\n") THINK
        "[faults]\ncrash = at 5s crash active\n");
    struct run_result *result = run_once(scenario);
    ck_assert_uint_gt(occurrences(result, "\"record\":\"delete\""), 1000);
    ck_assert_uint_gt(result->counted, 50);
    for (uint32_t i = 0; i < result->row_count; i++) {
        const struct connection_row *row = &result->rows[i];
        if (state_counts(row->state) && row->opened < result->failure - 2 * NSTIME_MS)
            ck_assert(row->known);
    }
    run_result_free(result);
    scenario_free(scenario);
}
END_TEST

/* A dies, and the lossy link has left ghosts for two tuples of five at B: a SYN that
 * meets one goes to its server, which takes it as new. A is back with an empty table (R-1106) and
 * is told of each connection that began since, on a ghost or not: when B dies in its
 * turn, before all tuples have come round, A knows them all. */
START_TEST(on_a_ghost_of_the_new_active)
{
    struct scenario *scenario = scenario_from_text(
        "[scenario]\nduration = 9300ms\nmeasure = second\n" PAIR("") THINK
        "[link replication]\nloss = 50%\nrev.loss = 0%\n"
        "[faults]\nfirst = at 8s crash A\nback = at 8200ms restart A\n"
        "second = at 9200ms crash B\n");
    struct run_result *result = run_once(scenario);
    unsigned late = 0;
    ck_assert_uint_gt(result->counted, 50);
    for (uint32_t i = 0; i < result->row_count; i++) {
        const struct connection_row *row = &result->rows[i];
        if (!state_counts(row->state) || row->opened < 8300 * NSTIME_MS
            || row->opened > result->failure - 2 * NSTIME_MS)
            continue;
        late++;
        ck_assert_msg(row->known, "connection %u", row->connection);
    }
    ck_assert_uint_gt(late, 50);
    run_result_free(result);
    scenario_free(scenario);
}
END_TEST

/* A SYN of a handshake that the crash interrupts meets a ghost for another server than the one that
 * has answered it: the client's ACK and request go there, and it is reset. No record was lost:
 * the ghost is the cause. */
START_TEST(a_handshake_led_astray)
{
    struct scenario *scenario = scenario_from_text(
        "[scenario]\nduration = 6200ms\n" PAIR("") THINK
        "[link clients]\ndelay = 50ms\n[link replication]\nloss = 50%\n"
        "[faults]\ncrash = at 6s crash active\n");
    unsigned astray = 0;
    for (uint32_t repetition = 0; repetition < 4; repetition++) {
        struct run_result *result = run_repetition(scenario, repetition);
        for (uint32_t i = 0; i < result->row_count; i++) {
            const struct connection_row *row = &result->rows[i];
            ck_assert(!row->led_astray || !row->known);
            if (row->cause != CAUSE_GHOST_MISROUTE)
                continue;
            ck_assert_int_eq(row->state, STATE_HANDSHAKE);
            ck_assert(row->led_astray);
            ck_assert_int_eq(row->outcome, OUTCOME_MISROUTED);
            astray++;
        }
        run_result_free(result);
    }
    ck_assert_uint_gt(astray, 0);
    scenario_free(scenario);
}
END_TEST

/* The servers hang up first and keep each tuple for 60 s (RFC 9293, 3.6.1), the clients use it
 * again within seconds: a SYN whose number lies beyond the old connection is accepted, so that at
 * the crash nobody waits in a handshake for longer than one takes, and all others are known. */
START_TEST(on_a_server_in_time_wait)
{
    struct scenario *scenario = scenario_from_text(
        "[scenario]\nduration = 8100ms\n[real-defaults]\nidle-close = 200ms\n" PAIR("")
        "think-time = 10s\n[faults]\ncrash = at 8s crash active\n");
    struct run_result *result = run_once(scenario);
    nstime settled = result->failure - 2 * NSTIME_MS;
    ck_assert_uint_gt(result->opened, 3 * 5 * 80); /* each tuple three times and more */
    ck_assert_uint_eq(result->without_port, 0);
    ck_assert_uint_gt(result->counted, 20);
    for (uint32_t i = 0; i < result->row_count; i++) {
        const struct connection_row *row = &result->rows[i];
        if (row->opened > settled)
            continue;
        ck_assert_int_ne(row->state, STATE_HANDSHAKE);
        ck_assert(row->known || !state_counts(row->state));
    }
    run_result_free(result);
    scenario_free(scenario);
}
END_TEST

Suite *tuples_again_suite(void)
{
    Suite *suite = suite_create("run/tuples again");
    TCase *tcase = tcase_create("requests");
    tcase_set_timeout(tcase, 30);
    tcase_add_test(tcase, on_a_closing_entry);
    tcase_add_test(tcase, on_a_server_in_time_wait);
    tcase_add_test(tcase, on_a_ghost_of_the_new_active);
    tcase_add_test(tcase, a_handshake_led_astray);
    suite_add_tcase(suite, tcase);
    return suite;
}
