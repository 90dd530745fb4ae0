/* Whole runs: what a failure does to open connections, policy by policy. */
#include "tests/run/suites.h"
#include "tests/run/support.h"

#include <string.h>

#define CRASH "[faults]\ncrash = at 10s crash active\n"
#define HELLO "[failover]\nhello-time = 1s\n"

static struct run_result *run_text(const char *more)
{
    struct scenario *scenario = scenario_pair(more);
    struct run_result *result = run_once(scenario);
    scenario_free(scenario);
    return result;
}

/* With no loss every connection whose create had left survives, and the rest die of
 * create_unsent (R-1013, R-917): each survivor was known, each casualty was not. */
START_TEST(a_lossless_pair_keeps_all_but_the_youngest)
{
    struct run_result *result = run_text(HELLO "[replication]\nprotocol = patent\n" CRASH);
    ck_assert_uint_gt(result->counted, 100);
    ck_assert_uint_eq(casualties(result), result->causes[CAUSE_CREATE_UNSENT]);
    ck_assert_uint_eq(result->outcomes[OUTCOME_CENSORED], 0);
    ck_assert_uint_eq(result->outcomes[OUTCOME_MISROUTED], 0);
    ck_assert_uint_eq(result->known, result->outcomes[OUTCOME_SURVIVED]);
    ck_assert_uint_gt(result->known, result->counted * 95 / 100);
    run_result_free(result);
}
END_TEST

/* Without replication nothing is known, and nobody carries on (R-1016). */
START_TEST(without_replication_all_are_lost)
{
    struct run_result *result = run_text(HELLO "[replication]\nprotocol = none\n" CRASH);
    ck_assert_uint_gt(result->counted, 100);
    ck_assert_uint_eq(result->known, 0);
    ck_assert_uint_eq(result->outcomes[OUTCOME_SURVIVED], 0);
    ck_assert_uint_eq(result->causes[CAUSE_NOT_REPLICATED], result->counted);
    ck_assert_uint_eq(result->replication_datagrams, 0);
    run_result_free(result);
}
END_TEST

/* Unknown connections that are answered by a reset die at once instead of by their
 * retries: same casualties, another outcome. */
START_TEST(the_policy_for_unknown_connections_decides_how_they_die)
{
    struct run_result *drop = run_text(HELLO "[replication]\nprotocol = none\n" CRASH);
    struct run_result *reset =
        run_text(HELLO "unknown-connection = reset\n[replication]\nprotocol = none\n" CRASH);
    ck_assert_uint_eq(drop->counted, reset->counted);
    ck_assert_uint_eq(drop->outcomes[OUTCOME_TIMED_OUT], drop->counted);
    ck_assert_uint_gt(reset->outcomes[OUTCOME_RESET], reset->counted * 9 / 10);
    run_result_free(drop);
    run_result_free(reset);
}
END_TEST

/* A takeover comes misses x hello + a tenth after the last hello that was heard: 1.1 s
 * to 2.1 s after the crash (R-1005). */
START_TEST(takeover_takes_one_to_two_hellos_and_a_tenth)
{
    struct scenario *scenario = scenario_pair(HELLO "[replication]\nprotocol = patent\n" CRASH);
    for (uint32_t repetition = 0; repetition < 5; repetition++) {
        struct run_result *result = run_repetition(scenario, repetition);
        ck_assert_int_ge(result->takeover, 1100 * NSTIME_MS);
        ck_assert_int_le(result->takeover, 2101 * NSTIME_MS);
        run_result_free(result);
    }
    scenario_free(scenario);
}
END_TEST

/* A freeze shorter than the detection moves nothing, and everybody survives. */
START_TEST(a_short_freeze_costs_nobody)
{
    struct run_result *result = run_text(
        HELLO "[replication]\nprotocol = patent\n"
              "[faults]\nhiccup = from 10s to 10500ms freeze A\n");
    ck_assert_uint_gt(result->counted, 100);
    ck_assert_int_eq(result->takeover, -1);
    ck_assert_uint_eq(result->outcomes[OUTCOME_SURVIVED], result->counted);
    run_result_free(result);
}
END_TEST

/* A freeze longer than the detection ends with two active units; the primary stays
 * active and the secondary steps down (R-1017), and every casualty has a cause. */
START_TEST(a_long_freeze_ends_with_the_primary_active)
{
    struct run_result *result = run_text(
        HELLO "[replication]\nprotocol = patent\n[faults]\nhang = from 10s to 13s freeze A\n");
    ck_assert_int_gt(result->takeover, 0);
    ck_assert_ptr_nonnull(strstr(result->events, "both-active"));
    ck_assert_ptr_nonnull(strstr(result->events, "became-standby"));
    ck_assert_uint_eq(result->outcomes[OUTCOME_CENSORED], 0);
    run_result_free(result);
}
END_TEST

/* The standby dies: nothing is taken over and nobody notices. */
START_TEST(the_death_of_the_standby_costs_nobody)
{
    struct run_result *result = run_text(
        HELLO "[replication]\nprotocol = patent\n[faults]\ncrash = at 10s crash standby\n");
    ck_assert_uint_gt(result->counted, 100);
    ck_assert_uint_eq(result->outcomes[OUTCOME_SURVIVED], result->counted);
    run_result_free(result);
}
END_TEST

/* Both die: nobody takes over, and that is the cause for those whose record was there. */
START_TEST(when_both_die_the_address_has_not_moved)
{
    struct run_result *result = run_text(HELLO "[replication]\nprotocol = patent\n[faults]\n"
                                               "crash = at 10s crash active\n"
                                               "other = at 10100ms crash B\n");
    ck_assert_uint_gt(result->counted, 100);
    ck_assert_uint_eq(result->outcomes[OUTCOME_SURVIVED], 0);
    ck_assert_uint_gt(result->causes[CAUSE_ADDRESS_NOT_MOVED], result->counted / 2);
    run_result_free(result);
}
END_TEST

/* A standby that starts late has only what came after it (R-1106): of older
 * connections the cause is that it was not there. */
START_TEST(connections_older_than_the_standby_met_no_standby)
{
    struct run_result *result =
        run_text(HELLO "[replication]\nprotocol = patent\n[faults]\nboot = at 9500ms restart B\n"
                       "crash = at 10s crash A\n");
    ck_assert_uint_gt(result->causes[CAUSE_STANDBY_ABSENT], result->counted / 2);
    ck_assert_uint_gt(result->outcomes[OUTCOME_SURVIVED], 0);
    run_result_free(result);
}
END_TEST

/* The standby's own timeout clears records before the failure. */
START_TEST(a_standby_timeout_ages_records_out)
{
    struct run_result *result =
        run_text(HELLO "[options]\nstandby-timeout = 500ms\n"
                       "[replication]\nprotocol = patent\n" CRASH);
    ck_assert_uint_gt(result->causes[CAUSE_AGED_OUT], 0);
    run_result_free(result);
}
END_TEST

/* A client without patience gives up although its record was there. */
START_TEST(a_client_without_patience_gives_up_waiting)
{
    struct scenario *scenario = scenario_from_text(
        "[scenario]\nduration = 14s\n[virtual web]\naddress = 192.0.2.80:80\nbind = r1\n"
        "replicate = yes\n[real r1]\naddress = 10.0.1.1:80\n"
        "[workload browsers]\narrivals = poisson 50/s\nrequests-per-connection = 20\n"
        "think-time = 100ms\napplication-timeout = 500ms\n" HELLO
        "[replication]\nprotocol = patent\n" CRASH);
    struct run_result *result = run_once(scenario);
    ck_assert_uint_gt(result->causes[CAUSE_GAVE_UP_WAITING], 0);
    ck_assert_uint_eq(result->outcomes[OUTCOME_CENSORED], 0);
    run_result_free(result);
    scenario_free(scenario);
}
END_TEST

/* Connections asked for in the outage connect late, and are counted (the SYN is
 * repeated after 1 s, so none connects before the takeover). */
START_TEST(connections_opened_in_the_outage_are_counted)
{
    struct run_result *result = run_text(HELLO "[replication]\nprotocol = patent\n" CRASH);
    ck_assert_uint_gt(result->opened_during_outage, 20);
    ck_assert_uint_eq(result->connected_during_outage, result->opened_during_outage);
    ck_assert_int_ge(result->connect_p50, NSTIME_S);
    ck_assert_int_ge(result->connect_p99, result->connect_p50);
    run_result_free(result);
}
END_TEST

/* No fault, no verdict: nothing is counted and nothing is broken. */
START_TEST(a_run_without_a_failure_counts_nobody)
{
    struct run_result *result = run_text(HELLO "[replication]\nprotocol = patent\n");
    ck_assert_int_eq(result->failure, -1);
    ck_assert_uint_eq(result->counted, 0);
    ck_assert_uint_gt(result->replication_datagrams, 0);
    run_result_free(result);
}
END_TEST

/* A link that fails for a while before the crash loses the creates of that while, and
 * only those. */
START_TEST(a_dead_replication_link_costs_those_who_opened_then)
{
    struct run_result *result =
        run_text(HELLO "[replication]\nprotocol = patent\n[faults]\n"
                       "cut = from 9s to 9500ms link replication down\n"
                       "crash = at 10s crash active\n");
    ck_assert_uint_gt(result->causes[CAUSE_CREATE_LOST], 5);
    ck_assert_uint_eq(casualties(result), result->causes[CAUSE_CREATE_LOST]
                                              + result->causes[CAUSE_CREATE_UNSENT]);
    run_result_free(result);
}
END_TEST

/* Clients that shut their side with the last request are half closed while they wait,
 * and survive or die like the rest (the headline cohort includes them). */
START_TEST(half_closed_connections_count)
{
    struct scenario *scenario = scenario_from_text(
        "[scenario]\nduration = 14s\n[virtual web]\naddress = 192.0.2.80:80\nbind = r1\n"
        "replicate = yes\n[real r1]\naddress = 10.0.1.1:80\nservice-time = 2s\n"
        "[workload browsers]\narrivals = poisson 50/s\nrequests-per-connection = 1\n"
        "half-close = yes\n" HELLO
        "[replication]\nprotocol = patent\n" CRASH);
    struct run_result *result = run_once(scenario);
    uint32_t half_closed = 0;
    for (uint32_t i = 0; i < result->row_count; i++)
        half_closed += result->rows[i].state == STATE_HALF_CLOSED;
    ck_assert_uint_gt(half_closed, 50);
    ck_assert_uint_eq(result->outcomes[OUTCOME_CENSORED], 0);
    ck_assert_uint_gt(result->outcomes[OUTCOME_SURVIVED], result->counted * 9 / 10);
    run_result_free(result);
    scenario_free(scenario);
}
END_TEST

/* The theory's line for a run is (1-p) times the share of its own connections that are
 * older than the way to the active. */
START_TEST(the_line_of_the_theory_is_conditional_on_ages)
{
    struct run_result *result = run_text(
        HELLO "[link clients]\ndelay = 20ms\n[link replication]\nloss = 10%\n[replication]\n"
              "protocol = patent\n" CRASH);
    ck_assert_double_eq_tol(result->mean_loss, 0.1, 1e-9);
    ck_assert_double_gt(result->known_theory, 0.85);
    ck_assert_double_le(result->known_theory, 0.9);
    run_result_free(result);
}
END_TEST

Suite *world_suite(void)
{
    Suite *suite = suite_create("run/world");
    TCase *tcase = tcase_create("failures");
    tcase_set_timeout(tcase, 30);
    tcase_add_test(tcase, a_lossless_pair_keeps_all_but_the_youngest);
    tcase_add_test(tcase, without_replication_all_are_lost);
    tcase_add_test(tcase, the_policy_for_unknown_connections_decides_how_they_die);
    tcase_add_test(tcase, takeover_takes_one_to_two_hellos_and_a_tenth);
    tcase_add_test(tcase, a_short_freeze_costs_nobody);
    tcase_add_test(tcase, a_long_freeze_ends_with_the_primary_active);
    tcase_add_test(tcase, the_death_of_the_standby_costs_nobody);
    tcase_add_test(tcase, when_both_die_the_address_has_not_moved);
    tcase_add_test(tcase, connections_older_than_the_standby_met_no_standby);
    tcase_add_test(tcase, a_standby_timeout_ages_records_out);
    tcase_add_test(tcase, a_client_without_patience_gives_up_waiting);
    tcase_add_test(tcase, connections_opened_in_the_outage_are_counted);
    tcase_add_test(tcase, a_run_without_a_failure_counts_nobody);
    tcase_add_test(tcase, a_dead_replication_link_costs_those_who_opened_then);
    tcase_add_test(tcase, half_closed_connections_count);
    tcase_add_test(tcase, the_line_of_the_theory_is_conditional_on_ages);
    suite_add_tcase(suite, tcase);
    return suite;
}
