/* What decides a life at its ends, across a takeover: keepalives, idle closes, servers that
 * speak, and sockets that are left over. */
#include "tests/run/suites.h"
#include "tests/run/support.h"

static struct run_result *result;

static void run(const char *name, const char *first, const char *second)
{
    struct scenario *scenario = scenario_shipped(name, first, second, NULL);
    result = run_once(scenario);
    scenario_free(scenario);
}

static void teardown(void)
{
    run_result_free(result);
    result = NULL;
}

/* Rows of the headline cohort with this outcome whose first packet that met nothing at the new
 * active was of this side. */
static unsigned count_rows(enum outcome outcome, enum speaker first)
{
    unsigned count = 0;
    for (uint32_t i = 0; i < result->row_count; i++)
        count += state_counts(result->rows[i].state) && result->rows[i].outcome == outcome
                 && result->rows[i].first_unknown == first;
    return count;
}

/* ---- keepalive */

static const char quiet[] =
    "[scenario]\nduration = 60s\nroll-call = no\ndrain = 200s\ntwin = no\n"
    "[virtual web]\naddress = 192.0.2.80:80\nbind = r1 r2\nreplicate = yes\n"
    "[real r1]\naddress = 10.0.1.1:80\n[real r2]\naddress = 10.0.1.2:80\n"
    "[failover]\nhello-time = 1s\n[link replication]\nloss = 30%\n"
    "[workload quiet]\narrivals = constant 10/s\nrequests-per-connection = 2\n"
    "think-time = 100s\n[faults]\ncrash = at 20s crash active\n";

static void run_quiet(const char *key)
{
    struct override override = { (char *)key, (char *)"10s 5s 3" };
    struct scenario *scenario = scenario_from_text_with(quiet, &override, 1);
    result = run_once(scenario);
    scenario_free(scenario);
}

/* Clients that say nothing for 100 s probe after 10 s: those that the new active does not know
 * get no answer and time out, 25 s after their last word, long before they would have asked. Those
 * that it knows do not. Nobody has asked by then. */
START_TEST(keepalive_of_clients)
{
    run_quiet("workload.quiet.keepalive");
    ck_assert_uint_gt(result->counted, 150);
    ck_assert_uint_eq(result->outcomes[OUTCOME_TIMED_OUT], result->counted - result->known);
    ck_assert_uint_eq(result->causes[CAUSE_CREATE_LOST], result->counted - result->known);
    ck_assert_uint_eq(count_rows(OUTCOME_TIMED_OUT, SPEAKER_CLIENT),
                      result->outcomes[OUTCOME_TIMED_OUT]);
    for (uint32_t i = 0; i < result->row_count; i++)
        if (result->rows[i].outcome == OUTCOME_TIMED_OUT)
            ck_assert_uint_eq(result->rows[i].requests_lost, 0); /* none was out */
}
END_TEST

/* Their servers probe instead: it is their packets that meet nothing first. The sockets go, and
 * their clients know nothing of it until they ask, in vain. */
START_TEST(keepalive_of_servers)
{
    run_quiet("real-defaults.keepalive");
    unsigned unknown = result->counted - result->known;
    ck_assert_uint_gt(unknown, 30);
    unsigned by_server = 0, by_client = 0;
    for (uint32_t i = 0; i < result->row_count; i++) {
        const struct connection_row *row = &result->rows[i];
        by_server += !row->known && row->first_unknown == SPEAKER_SERVER;
        by_client += row->first_unknown == SPEAKER_CLIENT;
        ck_assert(!row->known || row->first_unknown == SPEAKER_NONE);
    }
    ck_assert_uint_eq(by_server, unknown);
    ck_assert_uint_eq(by_client, 0);
}
END_TEST

/* ---- the shipped scenarios */

/* idle-close.scn: of 218 connections the 190 that B knows are closed by their servers, 95 in order
 * and 95 by a RST, because the client asked before the FIN came again; of the other 28 nobody
 * hears, though the servers tried first with 17. */
START_TEST(idle_close)
{
    run("idle-close", NULL, NULL);
    ck_assert_uint_eq(result->counted, 218);
    ck_assert_uint_eq(result->known, 190);
    ck_assert_uint_eq(result->outcomes[OUTCOME_SURVIVED], 95);
    ck_assert_uint_eq(result->causes[CAUSE_SERVER_CLOSED], 95);
    ck_assert_uint_eq(result->outcomes[OUTCOME_RESET], 95);
    ck_assert_uint_eq(result->causes[CAUSE_CREATE_LOST], 28);
    ck_assert_uint_eq(count_rows(OUTCOME_TIMED_OUT, SPEAKER_SERVER), 17);
}
END_TEST

/* The same where servers never hang up: whom B knows survives. */
START_TEST(without_idle_close)
{
    run("idle-close", "real-defaults.idle-close=off", NULL);
    ck_assert_uint_eq(result->outcomes[OUTCOME_SURVIVED], result->known);
    ck_assert_uint_eq(result->causes[CAUSE_SERVER_CLOSED], 0);
}
END_TEST

/* push.scn: 47 of 221 are lost with their creates; each dies by its server's retries, 924.6 s
 * long, or at once where its packets are passed and the client's host answers with a RST.
 * In both it is the server's packet that met nothing. */
START_TEST(push)
{
    run("push", _i == 0 ? "failover.unknown-outbound=drop" : "failover.unknown-outbound=pass",
        NULL);
    enum outcome death = _i == 0 ? OUTCOME_TIMED_OUT : OUTCOME_RESET;
    ck_assert_uint_eq(result->counted, 221);
    ck_assert_uint_eq(result->outcomes[OUTCOME_SURVIVED], 174);
    ck_assert_uint_eq(result->outcomes[death], 47);
    ck_assert_uint_eq(count_rows(death, SPEAKER_SERVER), 47);
    ck_assert_uint_eq(result->causes[CAUSE_CREATE_LOST], 47);
}
END_TEST

/* orphans.scn: 198 clients are reset by B, and their servers' sockets stay. Where a process has
 * 220 places, who comes is delayed: connections opened in the outage by 31 s in the worst case, by
 * 63 s if no keepalive frees the places, and by 3 s where there are places enough. Nobody is an
 * orphan if the clients are not reset: they wait longer than keepalive does. */
START_TEST(orphans)
{
    static const struct {
        const char *override;
        uint32_t orphans;
        nstime worst;
    } rows[] = {
        { "scenario.repetitions=1", 198, 31 },
        { "real-defaults.keepalive=off", 198, 63 },
        { "real-defaults.sockets=none", 198, 3 },
        { "failover.unknown-connection=drop", 0, 3 },
    };
    run("orphans", rows[_i].override, NULL);
    ck_assert_uint_eq(result->counted, 375);
    ck_assert_uint_eq(result->server_orphans, rows[_i].orphans);
    ck_assert_int_eq(result->connect_p99 / NSTIME_S, rows[_i].worst);
}
END_TEST

/* A second after the takeover an operator removes a machine with its connections, whose records
 * had all stood there: its server goes on speaking to clients that only listen, and its packets
 * match nothing. No record is to blame, and that is said of these alone. */
START_TEST(a_server_that_is_removed_speaks_in_vain)
{
    run("push",
        "faults.remove=after takeover 1s command active \"no real 10.0.1.1:80:0:tcp force\"",
        NULL);
    unsigned known_there = 0;
    for (uint32_t i = 0; i < result->row_count; i++) {
        const struct connection_row *row = &result->rows[i];
        if (!state_counts(row->state))
            continue;
        known_there += row->known && row->server == 0;
        ck_assert_int_eq(row->cause == CAUSE_UNKNOWN_OUTBOUND, row->known && row->server == 0
                         && row->outcome != OUTCOME_SURVIVED);
    }
    ck_assert_uint_gt(result->causes[CAUSE_UNKNOWN_OUTBOUND], known_there / 2);
}
END_TEST

Suite *endpoints_suite(void)
{
    Suite *suite = suite_create("endpoints");
    TCase *tcase = tcase_create("endpoints");
    tcase_add_checked_fixture(tcase, NULL, teardown);
    tcase_set_timeout(tcase, 60);
    tcase_add_test(tcase, keepalive_of_clients);
    tcase_add_test(tcase, keepalive_of_servers);
    tcase_add_test(tcase, idle_close);
    tcase_add_test(tcase, without_idle_close);
    tcase_add_loop_test(tcase, push, 0, 2);
    tcase_add_loop_test(tcase, orphans, 0, 4);
    tcase_add_test(tcase, a_server_that_is_removed_speaks_in_vain);
    suite_add_tcase(suite, tcase);
    return suite;
}
