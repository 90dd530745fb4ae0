/* Failures that are no moment: units that slow down or drop, and floods of SYNs. */
#include "sim/run/but_for.h"
#include "tests/run/suites.h"
#include "tests/run/support.h"

#include <string.h>

#define HELLO "[failover]\nhello-time = 500ms\n"

static bool happened(const struct run_result *result, const char *unit, const char *event)
{
    char *text = g_strdup_printf("\"unit\":\"%s\",\"event\":\"%s\"", unit, event);
    bool found = strstr(result->events, text) != NULL;
    g_free(text);
    return found;
}

/* A unit whose capacity is two packets a second takes in two a second, exactly: of the hundred
 * connections that open between 1 s and 2 s, 98 or more SYNs wait or find no room. After it is
 * itself again they go on, and the crash at 10 s meets nothing unusual. */
START_TEST(a_slow_unit_takes_in_what_it_can)
{
    struct scenario *scenario = scenario_pair(
        HELLO "[unit A]\nbacklog = 10\n"
              "[faults]\nslow = from 1s to 3s slow A 2/s\ncrash = at 10s crash active\n");
    struct run_result *result = run_once(scenario);
    char **lines = g_strsplit(result->events, "\n", -1);
    unsigned taken = 0;
    for (unsigned i = 0; lines[i] != NULL; i++) {
        double at = lines[i][0] != '\0' ? g_ascii_strtod(lines[i] + 5, NULL) / 1e9 : 0;
        taken += strstr(lines[i], "\"record-sent\"") != NULL && at > 1.2 && at < 3;
    }
    ck_assert_uint_le(taken, 4);
    ck_assert_uint_gt(result->drops[DROP_BACKLOG], 100);
    ck_assert(happened(result, "A", "slow") && happened(result, "A", "speed-as-before"));
    ck_assert_uint_gt(result->counted, 50);
    ck_assert_uint_ge(result->outcomes[OUTCOME_SURVIVED] + 2, result->counted);
    ck_assert_double_lt(result->known_theory, 0); /* the failure was not the first thing */
    g_strfreev(lines);
    run_result_free(result);
    scenario_free(scenario);
}
END_TEST

/* Hellos wait in the backlog with all else: a standby that takes in one packet a second, while
 * a hundred records and two hellos a second come, does not hear enough of them and takes over
 * from an active unit that runs. A starving unit makes a false alarm. */
START_TEST(a_starving_standby_takes_over)
{
    struct scenario *scenario =
        scenario_pair(HELLO "[unit B]\nbacklog = 5\n"
                            "[faults]\nslow = from 4s to 9s slow B 1/s\n");
    struct run_result *result = run_once(scenario);
    ck_assert(happened(result, "B", "peer-silent"));
    ck_assert(happened(result, "B", "claims-active-address"));
    run_result_free(result);
    scenario_free(scenario);
}
END_TEST

/* A unit that drops a tenth, or three tenths, of what it sends and takes in for the second half
 * of the time before the crash loses about half that share of its datagrams, a little less
 * since fewer handshakes come to an end. Their connections say create_lost, and the claims
 * hold. */
START_TEST(a_lossy_unit_drops_its_share)
{
    uint32_t lost[2];
    for (unsigned i = 0; i < 2; i++) {
        struct scenario *scenario = scenario_pair(
            i == 0 ? HELLO "[faults]\n"
                           "lossy = at 5s lossy active 10%\ncrash = at 10s crash active\n"
                   : HELLO "[faults]\n"
                           "lossy = at 5s lossy active 30%\ncrash = at 10s crash active\n");
        struct run_result *result = run_once(scenario);
        struct but_for but_for = { 0 };
        but_for_verify(scenario, result, 8, &but_for);
        ck_assert_uint_gt(but_for.causes[CAUSE_CREATE_LOST].tried, 3);
        ck_assert_uint_eq(but_for.refuted, 0);
        lost[i] = result->causes[CAUSE_CREATE_LOST];
        ck_assert_uint_gt(result->drops[DROP_LOSSY], 100);
        ck_assert_double_gt(result->replication_loss, i == 0 ? 0.03 : 0.09);
        ck_assert_double_lt(result->replication_loss, i == 0 ? 0.07 : 0.15);
        run_result_free(result);
        scenario_free(scenario);
    }
    ck_assert_uint_gt(lost[1], 2 * lost[0]);
}
END_TEST

/* Whoever boots is itself again: a unit made slow and lossy for good and then restarted drops
 * nothing more. */
START_TEST(a_restart_ends_it)
{
    struct scenario *scenario = scenario_pair(
        HELLO "[faults]\nslow = at 2s slow B 1/s\n"
              "lossy = at 2s lossy B 100%\nagain = at 3s restart B\n"
              "crash = at 10s crash active\n");
    struct run_result *result = run_once(scenario);
    ck_assert_uint_gt(result->drops[DROP_LOSSY], 10);
    ck_assert_uint_lt(result->drops[DROP_LOSSY], 300);
    ck_assert_uint_eq(result->drops[DROP_BACKLOG], 0);
    ck_assert_int_ge(result->takeover, 0);
    ck_assert_uint_ge(result->known * 100, result->counted * 90);
    run_result_free(result);
    scenario_free(scenario);
}
END_TEST

/* A unit slows, drops, freezes and dies, all in one run: verdicts have causes, nothing is
 * violated, and the run is the same when it is run again. */
START_TEST(all_of_it_in_one_run)
{
    struct scenario *scenario = scenario_shipped("gray", "faults.slows=at 12s slow active 1500/s",
                                                 NULL);
    struct run_result *one = run_once(scenario), *other = run_once(scenario);
    ck_assert(happened(one, "A", "slow") && happened(one, "A", "lossy"));
    ck_assert(happened(one, "A", "freeze") && happened(one, "A", "crash"));
    ck_assert_str_eq(one->events, other->events);
    run_result_free(other);
    run_result_free(one);
    scenario_free(scenario);
}
END_TEST

/* ---- floods ------------------------------------------------------------------------ */

#define FLOOD "[faults]\ncrash = at 10s crash active\n"

static struct run_result *run_pair(const char *more)
{
    struct scenario *scenario = scenario_pair(more);
    struct run_result *result = run_once(scenario);
    scenario_free(scenario);
    return result;
}

/* 500 spoofed SYNs a second from 8 s, before the failure, to 13 s, after the takeover. Where
 * no capacity is set the known connections do not notice: their fates are those of the run
 * without a flood, one by one. No ACK follows, so none of them is told to the standby. */
START_TEST(known_connections_do_not_notice_a_flood)
{
    struct run_result *calm = run_pair(HELLO FLOOD);
    struct run_result *flooded = run_pair(HELLO FLOOD "flood = from 8s to 13s flood web 500/s\n");
    ck_assert_uint_eq(flooded->row_count, calm->row_count);
    ck_assert_uint_gt(flooded->known, 50);
    for (uint32_t i = 0; i < calm->row_count; i++) {
        ck_assert_uint_eq(flooded->rows[i].connection, calm->rows[i].connection);
        ck_assert(flooded->rows[i].known == calm->rows[i].known);
        ck_assert_uint_eq(flooded->rows[i].outcome, calm->rows[i].outcome);
    }
    ck_assert_uint_eq(flooded->replication_datagrams, calm->replication_datagrams);
    ck_assert_uint_eq(flooded->ghosts, calm->ghosts);
    ck_assert_uint_eq(flooded->server_orphans, calm->server_orphans);
    ck_assert_uint_ge(flooded->syn_peak, 50);
    ck_assert_uint_lt(calm->syn_peak, 50);
    run_result_free(flooded);
    run_result_free(calm);
}
END_TEST

/* With active-on = syn each spoofed SYN is a connection and is told: 500 creates a second, two
 * seconds long, and as many records on the new active unit that are nobody's. */
START_TEST(a_flood_is_told_when_a_syn_is_enough)
{
    struct run_result *calm = run_pair(HELLO FLOOD "[options]\nactive-on = syn\n");
    struct run_result *flooded = run_pair(
        HELLO FLOOD "flood = from 8s to 13s flood web 500/s\n[options]\nactive-on = syn\n");
    ck_assert_uint_eq(flooded->replication_datagrams, calm->replication_datagrams + 1000);
    ck_assert_uint_ge(flooded->ghosts, calm->ghosts + 999);
    ck_assert_uint_eq(flooded->known, calm->known);
    run_result_free(flooded);
    run_result_free(calm);
}
END_TEST

/* A flood beyond the units' capacity crowds honest packets out: connections opened in the
 * outage wait longer to be connected. */
START_TEST(a_flood_spends_a_capacity)
{
    static const char units[] = "[unit A]\ncapacity = 5000/s\nbacklog = 100\n"
                                "[unit B]\ncapacity = 5000/s\nbacklog = 100\n";
    char *calm_text = g_strconcat(HELLO FLOOD, units, NULL);
    char *text = g_strconcat(HELLO FLOOD "flood = from 9s to 13s flood web 8000/s\n", units, NULL);
    struct run_result *calm = run_pair(calm_text), *flooded = run_pair(text);
    ck_assert_uint_gt(flooded->drops[DROP_BACKLOG], 10000);
    ck_assert_int_gt(flooded->connect_p50, calm->connect_p50 + NSTIME_S / 2);
    run_result_free(flooded);
    run_result_free(calm);
    g_free(text);
    g_free(calm_text);
}
END_TEST

/* A flood costs what director and servers hold: for each of its 8000 SYNs a timer of the
 * server's socket is pending, and nothing else; nobody counts them as open. */
START_TEST(a_flood_costs_what_is_held)
{
    struct run_result *calm = run_pair(HELLO FLOOD);
    struct run_result *flooded =
        run_pair(HELLO FLOOD "flood = from 9s to 13s flood web 2000/s\n");
    ck_assert_uint_le(flooded->peak_pending, calm->peak_pending + 8000 + 100);
    ck_assert_uint_eq(flooded->peak_open, calm->peak_open);
    run_result_free(flooded);
    run_result_free(calm);
}
END_TEST

Suite *gray_suite(void)
{
    Suite *suite = suite_create("run/gray");
    TCase *tcase = tcase_create("units");
    tcase_set_timeout(tcase, 30);
    tcase_add_test(tcase, a_slow_unit_takes_in_what_it_can);
    tcase_add_test(tcase, a_starving_standby_takes_over);
    tcase_add_test(tcase, a_lossy_unit_drops_its_share);
    tcase_add_test(tcase, a_restart_ends_it);
    tcase_add_test(tcase, all_of_it_in_one_run);
    suite_add_tcase(suite, tcase);
    tcase = tcase_create("floods");
    tcase_set_timeout(tcase, 30);
    tcase_add_test(tcase, known_connections_do_not_notice_a_flood);
    tcase_add_test(tcase, a_flood_is_told_when_a_syn_is_enough);
    tcase_add_test(tcase, a_flood_spends_a_capacity);
    tcase_add_test(tcase, a_flood_costs_what_is_held);
    suite_add_tcase(suite, tcase);
    return suite;
}
