/* Unknown connections at the new active: whole runs of each policy. */
#include "core/maglev.h"
#include "core/packet.h"
#include "tests/run/suites.h"
#include "tests/run/support.h"

static const struct cohort_count *cohort(const struct run_result *result)
{
    return &result->cohorts[COHORT_ESTABLISHED];
}

static struct run_result *run_shipped(const char *name, const char *one, const char *other)
{
    struct scenario *scenario =
        scenario_shipped(name, one, other, "scenario.twin=no", NULL);
    struct run_result *result = run_once(scenario);
    scenario_free(scenario);
    return result;
}

/* unknown.scn at 30 %: who is not known is saved by what the policy does, or by nothing; those that
 * are known fare alike under all. */
START_TEST(each_policy_saves_its_own)
{
    static const struct {
        const char *policy, *predictor;
        enum saved_by saviour, other; /* SAVED_NOT: nobody but the known survives */
        double least, most;           /* the share of the unknown that survives */
    } rows[] = {
        { "drop", "leastconns", SAVED_NOT, SAVED_NOT, 0, 0 },
        { "reset", "leastconns", SAVED_NOT, SAVED_NOT, 0, 0 },
        { "schedule", "roundrobin", SAVED_SCHEDULE, SAVED_NOT, 0.10, 0.40 },
        { "hash", "maglev", SAVED_HASH, SAVED_NOT, 1, 1 },
        { "learn", "leastconns", SAVED_LEARNED, SAVED_NOT, 0.02, 0.30 },
        { "probe", "leastconns", SAVED_PROBE, SAVED_NOT, 1, 1 },
        { "learn probe", "leastconns", SAVED_PROBE, SAVED_LEARNED, 1, 1 },
        { "learn hash", "maglev", SAVED_HASH, SAVED_LEARNED, 1, 1 },
    };
    char *policy = g_strconcat("failover.unknown-connection=", rows[_i].policy, NULL);
    char *predictor = g_strconcat("virtual.web.predictor=", rows[_i].predictor, NULL);
    struct run_result *result = run_shipped("unknown", policy, predictor);
    const struct cohort_count *count = cohort(result);
    uint32_t unknown = count->counted - count->known;
    uint32_t saved = count->survived - count->saved[SAVED_RECORD];
    uint32_t expected = rows[_i].saviour == SAVED_NOT ? 0 : count->saved[rows[_i].saviour];
    expected += rows[_i].other == SAVED_NOT ? 0 : count->saved[rows[_i].other];
    ck_assert_uint_gt(unknown, 60);
    ck_assert_uint_eq(count->saved[SAVED_RECORD], count->known);
    ck_assert_uint_eq(saved, expected);
    ck_assert_double_ge(saved, rows[_i].least * unknown);
    ck_assert_double_le(saved, rows[_i].most * unknown);
    ck_assert((result->probes > 0) == (rows[_i].saviour == SAVED_PROBE));
    if (rows[_i].other != SAVED_NOT)
        ck_assert_uint_gt(count->saved[rows[_i].other], 0);
    run_result_free(result);
    g_free(predictor);
    g_free(policy);
}
END_TEST

/* The target: with learn and probe every connection whose client or server speaks survives, here
 * all of them by the roll call, of whichever side; the servers' link is clean, and fewer than 1 %
 * are unknown. */
START_TEST(whoever_speaks_survives)
{
    static const char *const roll_calls[] = { "scenario.roll-call=client",
                                              "scenario.roll-call=server" };
    struct scenario *scenario = scenario_shipped(
        "unknown", "link.replication.loss=0.9%", "failover.unknown-connection=learn probe",
        "workload.browsers.arrivals=poisson 800/s", "faults.crash=at 6s crash active",
        "scenario.duration=10s", "scenario.twin=no", roll_calls[_i], NULL);
    struct run_result *result = run_once(scenario);
    const struct cohort_count *count = cohort(result);
    ck_assert_uint_gt(count->counted, 2000);
    ck_assert_uint_eq(count->survived, count->counted);
    ck_assert_uint_gt(count->counted - count->known, 9);
    ck_assert_uint_lt(count->counted - count->known, count->counted / 80);
    run_result_free(result);
    scenario_free(scenario);
}
END_TEST

/* Where all are unknown (protocol none), those whose servers alone speak are learned, all of them;
 * nothing is probed for that. */
START_TEST(servers_alone_are_enough)
{
    struct scenario *scenario = scenario_shipped(
        "push", "failover.unknown-connection=learn", "replication.protocol=none",
        "scenario.twin=no", "scenario.roll-call=server", NULL);
    struct run_result *result = run_once(scenario);
    const struct cohort_count *count = cohort(result);
    ck_assert_uint_gt(count->counted, 100);
    ck_assert_uint_eq(count->survived, count->counted);
    ck_assert_uint_eq(count->saved[SAVED_LEARNED], count->counted);
    ck_assert_uint_eq(result->probes, 0);
    run_result_free(result);
    scenario_free(scenario);
}
END_TEST

/* On a servers' link that loses a tenth in both directions an answer may be lost; the client's next
 * repetition asks again. */
START_TEST(a_lost_answer_is_asked_again)
{
    struct run_result *result =
        run_shipped("unknown", "failover.unknown-connection=probe", "link.servers.loss=10%");
    const struct cohort_count *count = cohort(result);
    ck_assert_uint_gt(count->counted - count->known, 60);
    ck_assert_uint_eq(count->survived, count->counted);
    run_result_free(result);
}
END_TEST

/* ---- the table */

static struct virtual *table_of(struct machines *machines, unsigned servers)
{
    struct virtual *virtual =
        machines_add_virtual(machines, (struct machine_id){ 0xC0000250, 80, 0, PROTOCOL_TCP });
    for (unsigned i = 0; i < servers; i++)
        machines_bind(machines, virtual,
                      machines_add_physical(machines, (struct machine_id){ 0x0A000101 + i, 80, 0,
                                                                           PROTOCOL_TCP }));
    return virtual;
}

static int row_in(struct virtual *virtual, const struct connection_row *row)
{
    struct flow flow = { { row->client_ip, row->client_port },
                         { virtual->id.ip, virtual->id.port },
                         PROTOCOL_TCP };
    return (int)(maglev_machine(virtual, &flow)->id.ip - 0x0A000101);
}

/* hash-churn.scn: those and only those die whose row was another one's when they came; with
 * exceptions nobody, where nothing is lost. */
START_TEST(who_is_not_in_its_row_dies)
{
    struct run_result *result = run_shipped(
        "hash-churn", _i == 0 ? "replication.exceptions=no" : "replication.exceptions=yes",
        "link.replication.loss=0%");
    struct machines *machines = machines_new();
    struct virtual *four = table_of(machines, 4);
    unsigned moved = 0, foreign = 0;
    for (uint32_t i = 0; i < result->row_count; i++) {
        const struct connection_row *row = &result->rows[i];
        bool stays = row_in(four, row) == row->server;
        if (!state_counts(row->state))
            continue;
        ck_assert_int_eq(row->outcome == OUTCOME_SURVIVED, stays || _i == 1);
        ck_assert(_i == 0 ? !row->known : row->known || stays); /* what is told stays told */
        moved += !stays;
        foreign += row->server == 4;
    }
    ck_assert_uint_gt(foreign, 20);
    ck_assert_uint_ge(moved, foreign);
    ck_assert_uint_lt(moved, foreign + 10);
    ck_assert((result->replication_datagrams > 0) == (_i == 1));
    machines_free(machines);
    run_result_free(result);
}
END_TEST

/* peers.scn: no connection survives, each by the cause that nothing was told of it, and nearly all
 * clients reach their server again; where nothing is told, one in four. */
START_TEST(clients_return_without_connections)
{
    struct run_result *result =
        run_shipped("peers", _i == 0 ? "replication.protocol=none" : "replication.protocol=peers",
                    "link.replication.loss=10%");
    const struct affinity_count *affinity = &result->affinity;
    ck_assert_uint_gt(result->counted, 100);
    ck_assert_uint_eq(cohort(result)->survived, 0);
    ck_assert_uint_eq(result->causes[CAUSE_NOT_REPLICATED], result->counted);
    ck_assert_uint_gt(affinity->returning, 300);
    if (_i == 0)
        ck_assert_uint_lt(affinity->returned, affinity->returning * 2 / 5);
    else
        ck_assert_uint_ge(affinity->returned, affinity->returning * 98 / 100);
    run_result_free(result);
}
END_TEST

/* ---- a flood */

/* probe-flood.scn: a hundred thousand forged ACKs a second change nobody's fate and nobody's wait;
 * servers get no more than the limit, and the forged addresses nothing. */
START_TEST(a_flood_changes_nothing)
{
    struct run_result *quiet = run_shipped(
        "probe-flood", "faults.flood=after takeover 0s flood web 1/s acks for 10s",
        "link.replication.loss=30%");
    struct run_result *flooded = run_shipped(
        "probe-flood", "faults.flood=after takeover 0s flood web 100000/s acks for 10s",
        "link.replication.loss=30%");
    ck_assert_uint_eq(quiet->row_count, flooded->row_count);
    for (uint32_t i = 0; i < quiet->row_count; i++) {
        const struct connection_row *one = &quiet->rows[i], *other = &flooded->rows[i];
        ck_assert_int_eq(one->outcome, OUTCOME_SURVIVED);
        ck_assert_int_eq(other->outcome, OUTCOME_SURVIVED);
        ck_assert_int_eq(one->saved_by, other->saved_by);
        ck_assert_int_eq(one->stall, other->stall);
    }
    ck_assert_uint_gt(cohort(flooded)->saved[SAVED_PROBE], 40);
    ck_assert_uint_gt(flooded->probes, 10 * 4000);
    ck_assert_uint_le(flooded->probes_peak, 11000);
    ck_assert_uint_eq(flooded->backscatter, 0);
    run_result_free(flooded);
    run_result_free(quiet);
}
END_TEST

Suite *unknown_suite(void)
{
    Suite *suite = suite_create("run/unknown");
    TCase *tcase = tcase_create("unknown");
    tcase_set_timeout(tcase, 60);
    tcase_add_loop_test(tcase, each_policy_saves_its_own, 0, 8);
    tcase_add_loop_test(tcase, whoever_speaks_survives, 0, 2);
    tcase_add_test(tcase, servers_alone_are_enough);
    tcase_add_test(tcase, a_lost_answer_is_asked_again);
    tcase_add_loop_test(tcase, who_is_not_in_its_row_dies, 0, 2);
    tcase_add_loop_test(tcase, clients_return_without_connections, 0, 2);
    tcase_add_test(tcase, a_flood_changes_nothing);
    suite_add_tcase(suite, tcase);
    return suite;
}
