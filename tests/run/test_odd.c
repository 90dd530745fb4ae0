/* Odd worlds: failures that are none, failures after failures, false alarms, dead
 * paths. In each the law holds: nothing censored, a cause for every casualty
 * (run_once() fails at a violation), and the cause one that would have saved it. */
#include "tests/run/suites.h"
#include "tests/run/support.h"

#include <string.h>

#define HELLO "[failover]\nhello-time = 1s\n"
#define PATENT "[replication]\nprotocol = patent\n"
#define LOSSY PATENT "[link replication]\nloss = 20%\n"
#define CRASH "[faults]\ncrash = at 10s crash active\n"

static struct run_result *run_text(const char *more)
{
    struct scenario *scenario = scenario_pair(more);
    struct run_result *result = run_once(scenario);
    scenario_free(scenario);
    ck_assert_uint_eq(result->outcomes[OUTCOME_CENSORED], 0);
    return result;
}

/* Clients that must see an answer soon, so that an outage makes them give up. */
static struct scenario *impatient(const char *more)
{
    char *text = g_strconcat("[scenario]\nduration = 14s\n"
                             "[virtual web]\naddress = 192.0.2.80:80\nbind = r1\n"
                             "replicate = yes\n[real r1]\naddress = 10.0.1.1:80\n"
                             "[workload browsers]\narrivals = poisson 50/s\n"
                             "requests-per-connection = 20\nthink-time = 100ms\n"
                             "application-timeout = 300ms\n",
                             more, NULL);
    struct scenario *scenario = scenario_from_text(text);
    g_free(text);
    return scenario;
}

/* Whoever gives up before the takeover has left its record behind all the same: known
 * is read from the table, whether or not the connection is still there to need it. */
START_TEST(known_does_not_need_the_connection_to_have_waited)
{
    struct scenario *scenario = impatient(HELLO PATENT CRASH);
    struct run_result *result = run_once(scenario);
    ck_assert_uint_gt(result->causes[CAUSE_GAVE_UP_WAITING], result->counted / 2);
    ck_assert_uint_eq(result->known + result->causes[CAUSE_CREATE_UNSENT], result->counted);
    run_result_free(result);
    scenario_free(scenario);
}
END_TEST

/* A freeze that ends before anybody takes over: who gave up in it did so from
 * impatience; lost records took no part, for nobody asked for them. */
START_TEST(without_a_takeover_no_record_is_to_blame)
{
    struct scenario *scenario =
        impatient(HELLO LOSSY "[faults]\nhiccup = from 10s to 10500ms freeze A\n");
    struct run_result *result = run_once(scenario);
    ck_assert_int_eq(result->takeover, -1);
    ck_assert_uint_gt(casualties(result), 10);
    ck_assert_uint_eq(result->causes[CAUSE_GAVE_UP_WAITING], casualties(result));
    run_result_free(result);
    scenario_free(scenario);
}
END_TEST

/* The outage is over when the frozen unit serves again, and there is none when it is
 * the standby that dies: only those asked for while nobody served were opened in it. */
START_TEST(the_outage_lasts_while_nobody_serves)
{
    struct run_result *freeze =
        run_text(HELLO PATENT "[faults]\nhiccup = from 10s to 10500ms freeze A\n");
    ck_assert_uint_gt(freeze->opened_during_outage, 5);
    ck_assert_uint_lt(freeze->opened_during_outage, 60);
    ck_assert_uint_eq(freeze->connected_during_outage, freeze->opened_during_outage);
    struct run_result *standby =
        run_text(HELLO PATENT "[faults]\ncrash = at 10s crash standby\n");
    ck_assert_uint_eq(standby->opened_during_outage, 0);
    run_result_free(freeze);
    run_result_free(standby);
}
END_TEST

/* With the default hello the outage takes up to half a minute and a SYN may wait as
 * long again: the run goes on until each of these has connected or failed. */
START_TEST(the_run_waits_for_connections_opened_in_the_outage)
{
    struct run_result *result =
        run_text("[failover]\nhello-time = 7s\n" PATENT CRASH);
    ck_assert_uint_gt(result->opened_during_outage, 100);
    ck_assert_uint_eq(result->connected_during_outage, result->opened_during_outage);
    ck_assert_int_gt(result->connect_p99, 7 * NSTIME_S);
    run_result_free(result);
}
END_TEST

/* The path to the new active is cut after the takeover: everybody is known and dies,
 * because traffic never reached who took over. */
static const char *const cuts[] = { "cut = at 12300ms link clients down\n",
                                    "cut = at 12300ms link servers down\n",
                                    "other = at 12300ms crash active\n" };

START_TEST(a_path_that_is_cut_later_is_the_cause)
{
    char *more = g_strconcat(HELLO PATENT CRASH, cuts[_i], NULL);
    struct run_result *result = run_text(more);
    ck_assert_int_gt(result->takeover, 0);
    ck_assert_uint_gt(result->causes[CAUSE_ADDRESS_NOT_MOVED], 10);
    ck_assert_uint_eq(casualties(result), result->causes[CAUSE_ADDRESS_NOT_MOVED]
                                              + result->causes[CAUSE_CREATE_UNSENT]);
    run_result_free(result);
    g_free(more);
}
END_TEST

/* B takes over from A, A comes back empty, and B dies: who outlived the first failure
 * is older than the standby of the second (R-1106). */
START_TEST(a_second_failover_to_an_empty_unit)
{
    struct run_result *result = run_text(HELLO PATENT "[faults]\nfirst = at 9s crash A\n"
                                                      "back = at 11500ms restart A\n"
                                                      "second = at 12s crash B\n");
    ck_assert_uint_gt(result->causes[CAUSE_STANDBY_ABSENT], 10);
    ck_assert_uint_eq(casualties(result), result->causes[CAUSE_STANDBY_ABSENT]
                                              + result->causes[CAUSE_CREATE_UNSENT]);
    run_result_free(result);
}
END_TEST

/* Both die and the first comes back empty: the address is served again, by a unit that
 * knows nobody. */
START_TEST(a_unit_that_comes_back_alone_knows_nobody)
{
    struct run_result *result = run_text(HELLO PATENT "[faults]\nfirst = at 10s crash A\n"
                                                      "other = at 10100ms crash B\n"
                                                      "back = at 10200ms restart A\n");
    ck_assert_int_gt(result->takeover, 0);
    ck_assert_uint_eq(result->known, 0);
    ck_assert_uint_eq(result->causes[CAUSE_STANDBY_ABSENT], result->counted);
    ck_assert_uint_gt(result->connected_during_outage, 20);
    run_result_free(result);
}
END_TEST

/* Hellos under the replication link's loss: false alarms, two active units, tables
 * thrown away, by many seeds. Every casualty has a cause, nothing is left open,
 * and the closed form, which knows no false alarms, is not offered. */
START_TEST(false_alarms_have_their_causes)
{
    static const char *const losses[] = { "20%", "40%", "60%" };
    static const char *const policies[] = { "drop", "reset" };
    char *more = g_strconcat(HELLO "hello-link = replication\nunknown-connection = ",
                             policies[_i % 2], "\n" PATENT "[link replication]\nloss = ",
                             losses[_i / 2], "\n[faults]\ncrash = at 10s +-2s crash active\n",
                             NULL);
    struct scenario *scenario = scenario_pair(more);
    for (uint32_t repetition = 0; repetition < 20; repetition++) {
        struct run_result *result = run_repetition(scenario, repetition);
        ck_assert_uint_eq(result->outcomes[OUTCOME_CENSORED], 0);
        const char *alarm = strstr(result->events, "peer-silent");
        const char *crash = strstr(result->events, "\"crash\"");
        ck_assert_ptr_nonnull(crash);
        if (alarm && alarm < crash)
            ck_assert_double_lt(result->known_theory, 0);
        run_result_free(result);
    }
    scenario_free(scenario);
    g_free(more);
}
END_TEST

/* After false alarms the standby dies: those whom the serving unit had forgotten before
 * are not said to have run out of patience, which they have without end. */
START_TEST(the_dead_of_a_false_alarm_are_not_impatient)
{
    struct scenario *scenario =
        scenario_pair("[failover]\nhello-time = 200ms\n" PATENT "[link hello]\nloss = 30%\n"
                      "[faults]\ncrash = at 10s crash B\n");
    uint32_t dead = 0;
    for (uint32_t repetition = 0; repetition < 6; repetition++) {
        struct run_result *result = run_repetition(scenario, repetition);
        ck_assert_uint_eq(result->causes[CAUSE_GAVE_UP_WAITING], 0);
        dead += casualties(result);
        run_result_free(result);
    }
    ck_assert_uint_gt(dead, 100);
    scenario_free(scenario);
}
END_TEST

/* The servers cannot be reached for so long that they spend their retries on answers, and
 * their sockets are gone when the clients, who only waited, speak again: a reset, of a
 * connection that was known, because an end's time had run out. */
START_TEST(a_server_that_has_given_up_answers_by_a_reset)
{
    struct scenario *scenario = scenario_from_text(
        "[scenario]\nduration = 1100s\n[virtual web]\naddress = 192.0.2.80:80\nbind = r1\n"
        "replicate = yes\n[real r1]\naddress = 10.0.1.1:80\nservice-time = 1s\n"
        "[workload browsers]\narrivals = poisson 5/s\n" HELLO PATENT CRASH
        "cut = from 13s to 1000s link servers down\n");
    struct run_result *result = run_once(scenario);
    ck_assert_uint_gt(result->outcomes[OUTCOME_RESET], 5);
    ck_assert_uint_ge(result->causes[CAUSE_GAVE_UP_WAITING], result->outcomes[OUTCOME_RESET]);
    ck_assert_uint_eq(result->outcomes[OUTCOME_CENSORED], 0);
    run_result_free(result);
    scenario_free(scenario);
}
END_TEST

/* A unit that forgets idle connections lets them die, also after it took over. */
START_TEST(an_idle_timeout_is_the_cause_after_the_takeover_too)
{
    struct scenario *scenario = scenario_from_text(
        "[scenario]\nduration = 14s\n[virtual web]\naddress = 192.0.2.80:80\nbind = r1\n"
        "replicate = yes\ntimeout = 1s\n[real r1]\naddress = 10.0.1.1:80\n"
        "[workload browsers]\narrivals = poisson 50/s\nthink-time = 2s exponential\n" HELLO
        PATENT CRASH);
    struct run_result *result = run_once(scenario);
    ck_assert_uint_gt(result->causes[CAUSE_AGED_OUT], 5);
    ck_assert_double_lt(result->known_theory, 0);
    run_result_free(result);
    scenario_free(scenario);
}
END_TEST

/* Where no closed form holds, none is offered: another fault came first, nobody took
 * over, records queue for a slow line or are under way longer than the takeover takes, or the
 * copies of one are lost together. */
static const char *const formless[] = {
    LOSSY "[faults]\ncut = from 5s to 6s link replication down\ncrash = at 10s crash active\n",
    LOSSY "[faults]\nhiccup = from 10s to 10500ms freeze A\n",
    LOSSY "[faults]\ncrash = at 10s crash standby\n",
    PATENT "[link replication]\nrate = 20kbit\n" CRASH,
    PATENT "[link replication]\ndelay = 3s\n" CRASH,
    "[replication]\nprotocol = repeat\n[link replication]\nloss = burst 10% 5\n" CRASH,
};

START_TEST(the_line_is_drawn_only_where_it_holds)
{
    char *more = g_strconcat(HELLO, formless[_i], NULL);
    struct run_result *result = run_text(more);
    ck_assert_uint_gt(result->counted, 50);
    ck_assert_double_lt(result->known_theory, 0);
    run_result_free(result);
    g_free(more);
}
END_TEST

/* Two protocols meet the same network: which hellos are lost does not depend on how
 * many records went between them, so the takeovers are the same to the nanosecond. */
START_TEST(two_protocols_lose_the_same_hellos)
{
    static const char *const protocols[] = { "none", "patent" };
    nstime takeovers[2][10];
    for (unsigned protocol = 0; protocol < 2; protocol++) {
        char *more = g_strconcat(HELLO "hello-misses = 6\n[link hello]\nloss = 40%\n"
                                       "[replication]\nprotocol = ",
                                 protocols[protocol], "\n" CRASH, NULL);
        struct scenario *scenario = scenario_pair(more);
        for (uint32_t i = 0; i < 10; i++) {
            struct run_result *result = run_repetition(scenario, i);
            takeovers[protocol][i] = result->takeover;
            run_result_free(result);
        }
        scenario_free(scenario);
        g_free(more);
    }
    ck_assert_mem_eq(takeovers[0], takeovers[1], sizeof takeovers[0]);
}
END_TEST

Suite *odd_suite(void)
{
    Suite *suite = suite_create("run/odd");
    TCase *tcase = tcase_create("worlds");
    tcase_set_timeout(tcase, 60);
    tcase_add_test(tcase, known_does_not_need_the_connection_to_have_waited);
    tcase_add_test(tcase, without_a_takeover_no_record_is_to_blame);
    tcase_add_test(tcase, the_outage_lasts_while_nobody_serves);
    tcase_add_test(tcase, the_run_waits_for_connections_opened_in_the_outage);
    tcase_add_loop_test(tcase, a_path_that_is_cut_later_is_the_cause, 0,
                        (int)G_N_ELEMENTS(cuts));
    tcase_add_test(tcase, a_second_failover_to_an_empty_unit);
    tcase_add_test(tcase, a_unit_that_comes_back_alone_knows_nobody);
    tcase_add_loop_test(tcase, false_alarms_have_their_causes, 0, 6);
    tcase_add_test(tcase, the_dead_of_a_false_alarm_are_not_impatient);
    tcase_add_test(tcase, a_server_that_has_given_up_answers_by_a_reset);
    tcase_add_test(tcase, an_idle_timeout_is_the_cause_after_the_takeover_too);
    tcase_add_loop_test(tcase, the_line_is_drawn_only_where_it_holds, 0,
                        (int)G_N_ELEMENTS(formless));
    tcase_add_test(tcase, two_protocols_lose_the_same_hellos);
    suite_add_tcase(suite, tcase);
    return suite;
}
