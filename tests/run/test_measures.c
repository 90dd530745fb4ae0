/* What is measured of a protocol, in worlds small enough to be computed by hand: ten
 * connections a second, evenly, that stay open, a clean network, and one thing that goes wrong. */
#include "sim/run/blast.h"
#include "sim/run/rows.h"
#include "tests/run/suites.h"
#include "tests/run/support.h"

#include <stdlib.h>
#include <string.h>

#define CLIENTS_DELAY (10 * NSTIME_MS)
#define SERVERS_DELAY (1 * NSTIME_MS)
#define REPLICATION_DELAY (2 * NSTIME_MS)

/* From the first SYN until its ACK makes the connection active, and its create leaves. */
#define ESTABLISHED (3 * CLIENTS_DELAY + 2 * SERVERS_DELAY)

static const char world[] =
    "[scenario]\nduration = 40s\n[failover]\ndetector = oracle\ndetection-time = 1s\n"
    "[virtual web]\naddress = 192.0.2.80:80\npredictor = roundrobin\nbind = r1 r2\n"
    "replicate = yes\n[real r1]\naddress = 10.0.1.1:80\n"
    "[link clients]\ndelay = 10ms\n[link servers]\ndelay = 1ms\n[link replication]\ndelay = 2ms\n"
    "[workload browsers]\narrivals = constant 10/s\nrequests-per-connection = 1000\n"
    "think-time = 60s\n";

static struct run_result *run_world(const char *second_real, const char *more)
{
    char *text = g_strconcat(world, "[real r2]\naddress = 10.0.1.2:80\n", second_real, more, NULL);
    struct scenario *scenario = scenario_from_text(text);
    struct run_result *result = run_once(scenario);
    scenario_free(scenario);
    g_free(text);
    return result;
}

static bool is_casualty(const struct connection_row *row)
{
    return row->outcome != OUTCOME_SURVIVED && row->outcome != OUTCOME_CENSORED;
}

/* Both directions of the replication link are down for the last two seconds: the twenty
 * creates of these are lost, each with a datagram of its own, and nobody's counter is told. The
 * datagrams are numbered as the connections are, and a casualty names the one that it lost. */
START_TEST(a_cut_of_two_seconds_loses_twenty_datagrams)
{
    struct run_result *result =
        run_world("", "[faults]\ncut = from 8s to 10s link replication down\n"
                      "crash = at 10s crash A\n");
    uint32_t dead = 0;
    for (uint32_t i = 0; i < result->row_count; i++) {
        const struct connection_row *row = &result->rows[i];
        if (!state_counts(row->state))
            continue;
        dead += is_casualty(row);
        ck_assert_uint_eq(row->datagram.number, row->connection + 1);
        ck_assert_int_eq(row->datagram.sent, row->opened + ESTABLISHED);
        ck_assert_int_eq(is_casualty(row), row->datagram.sent >= 8 * NSTIME_S);
    }
    ck_assert_uint_eq(dead, 20);
    ck_assert(result->census.taken);
    ck_assert_uint_eq(result->census.counter_error, 20);
    ck_assert_uint_eq(result->census.open - result->census.known, 20);
    ck_assert_uint_eq(result->census.ghosts, 0);
    ck_assert_uint_eq(result->worst_datagram, 1);
    run_result_free(result);
}
END_TEST

/* Where records wait for each other, one lost datagram takes all in it: the second of ipvs's
 * buffers, with the thirty records of three seconds, which the casualties all name. */
START_TEST(a_lost_batch_takes_all_in_it)
{
    struct run_result *result =
        run_world("", "[replication]\nprotocol = ipvs\nsync-threshold = 2\nsync-period = 0\n"
                      "[faults]\ncut = from 5s to 6s link replication down\n"
                      "crash = at 10s crash A\n");
    uint32_t lost = 0, number = 0;
    for (uint32_t i = 0; i < result->row_count; i++) {
        const struct connection_row *row = &result->rows[i];
        if (!state_counts(row->state) || row->cause != CAUSE_CREATE_LOST)
            continue;
        number = lost++ == 0 ? row->datagram.number : number;
        ck_assert_uint_eq(row->datagram.number, number);
        ck_assert_int_ge(row->datagram.sent, 5 * NSTIME_S);
        ck_assert_int_lt(row->datagram.sent, 6 * NSTIME_S);
    }
    ck_assert_uint_eq(number, 2);
    ck_assert_uint_eq(lost, 30);
    ck_assert_uint_eq(result->worst_datagram, 30);
    run_result_free(result);
}
END_TEST

/* A create takes 60 IP bytes and nobody answers; where each goes twice, the second time by a
 * deadline of the protocol's own. */
START_TEST(bytes_and_work_are_counted_by_direction)
{
    const char *more[] = {"[faults]\ncrash = at 10s crash A\n",
                          "[replication]\nprotocol = repeat\nrepeats = 2\nrepeat-spacing = 10ms\n"
                          "[faults]\ncrash = at 10s crash A\n"};
    for (unsigned i = 0; i < 2; i++) {
        struct run_result *result = run_world("", more[i]);
        ck_assert_int_eq(result->measured, 10 * NSTIME_S);
        ck_assert_uint_eq(result->creates_due, result->census.known);
        ck_assert_uint_eq(result->replication_bytes, (i + 1) * 60 * result->creates_due);
        ck_assert_uint_eq(result->back_bytes + result->back_datagrams, 0);
        ck_assert_uint_eq(result->work.deadlines, i * result->creates_due);
        ck_assert_uint_eq(result->work.datagrams, 0);
        run_result_free(result);
    }
}
END_TEST

/* When a unit reported this, by its journal. */
static nstime reported(const char *events, const char *event)
{
    const char *line = strstr(events, event);
    ck_assert_ptr_nonnull(line);
    while (line > events && line[-1] != '\n')
        line--;
    return g_ascii_strtoll(line + strlen("{\"t\":"), NULL, 10);
}

/* A dies and comes back at 20 s; B has all the connections, and tells it of a hundred a second,
 * the oldest first. Re-protection is reached with the first that makes 99 % of the survivors,
 * synchronisation with the last of all that B has. */
START_TEST(a_joiner_is_told_at_a_known_pace)
{
    struct run_result *result =
        run_world("", "[replication]\nbulk-sync = 100/s\n"
                      "[faults]\ncrash = at 10s crash A\nback = at 20s restart A\n");
    nstime began = reported(result->events, "bulk-began");
    uint32_t survivors = result->outcomes[OUTCOME_SURVIVED];
    uint32_t needed = (99 * survivors + 99) / 100;
    nstime takeover = result->failure + result->takeover;
    ck_assert_uint_eq(survivors, result->counted);
    ck_assert_int_eq(takeover + result->reprotection,
                     began + (nstime)needed * 10 * NSTIME_MS + REPLICATION_DELAY);
    /* opened since the takeover, and before the standby was there to be told */
    nstime told = 20 * NSTIME_S + result->sync - REPLICATION_DELAY - began;
    ck_assert_int_eq(told % (10 * NSTIME_MS), 0);
    nstime alone = began - takeover;
    ck_assert_int_ge(told / (10 * NSTIME_MS), (nstime)survivors + alone / (100 * NSTIME_MS) - 1);
    ck_assert_int_le(told / (10 * NSTIME_MS), (nstime)survivors + alone / (100 * NSTIME_MS) + 12);
    run_result_free(result);
}
END_TEST

/* The patent's own standby learns of later connections only, and where nobody comes back
 * nobody can learn: neither time is ever reached. */
START_TEST(without_bulk_sync_there_is_no_protection_again)
{
    const char *faults[] = {"[faults]\ncrash = at 10s crash A\nback = at 20s restart A\n",
                            "[faults]\ncrash = at 10s crash A\n"};
    for (unsigned i = 0; i < 2; i++) {
        struct run_result *result = run_world("", faults[i]);
        ck_assert_int_eq(result->reprotection, -1);
        ck_assert_int_eq(result->sync, -1);
        run_result_free(result);
    }
}
END_TEST

/* Round robin gives each of two machines half of all; where one weighs 3 and the other 1, the
 * light one has twice what would be its mean: (1/2) / (1/4). */
START_TEST(imbalance_is_by_weight)
{
    struct run_result *even = run_world("", "[faults]\ncrash = at 10s crash A\n");
    struct run_result *uneven = run_world("weight = 3\n", "[faults]\ncrash = at 10s crash A\n");
    struct run_result *nobody = run_world("", "[faults]\nx = at 10s crash B\n");
    ck_assert_double_eq_tol(even->imbalance, 1, 0.01);
    ck_assert_double_eq_tol(uneven->imbalance, 2, 0.02);
    ck_assert_double_lt(nobody->imbalance, 0);
    run_result_free(nobody);
    run_result_free(uneven);
    run_result_free(even);
}
END_TEST

/* The worst datagram is that which alone carried most of those that died of its loss: what
 * died of two losses, of another cause, outside the cohort, or of what was sent after the
 * failure does not count. */
START_TEST(the_worst_datagram_counts_only_its_own)
{
    static const struct {
        uint8_t state, cause;
        bool alone;
        uint32_t datagram;
        nstime sent;
    } cases[] = {
        {STATE_OPEN_IDLE, CAUSE_CREATE_LOST, true, 4, 1},
        {STATE_OPEN_IDLE, CAUSE_CREATE_LOST, true, 7, 2},
        {STATE_HALF_CLOSED, CAUSE_CREATE_LOST, true, 7, 2},
        {STATE_OPEN_WAITING, CAUSE_CREATE_LOST, true, 7, 2},
        {STATE_OPEN_IDLE, CAUSE_CREATE_LOST, true, 4, 1},
        {STATE_OPEN_IDLE, CAUSE_CREATE_LOST, false, 4, 1},
        {STATE_OPEN_IDLE, CAUSE_CREATE_REJECTED, true, 4, 1},
        {STATE_HANDSHAKE, CAUSE_CREATE_LOST, true, 4, 1},
        {STATE_OPEN_IDLE, CAUSE_CREATE_LOST, true, 4, 11},
        {STATE_OPEN_IDLE, CAUSE_NONE, true, 4, 1},
    };
    struct connection_row rows[G_N_ELEMENTS(cases)] = {{0}};
    for (unsigned i = 0; i < G_N_ELEMENTS(cases); i++)
        rows[i] = (struct connection_row){
            .state = cases[i].state,
            .cause = cases[i].cause,
            .alone = cases[i].alone,
            .datagram = {cases[i].datagram, cases[i].sent},
        };
    struct run_result result = {.failure = 10, .rows = rows, .row_count = G_N_ELEMENTS(rows)};
    ck_assert_uint_eq(blast_worst(&result), 3);
    result.row_count = 0;
    ck_assert_uint_eq(blast_worst(&result), 0);
}
END_TEST

/* samples.csv, where it is asked for: a hundred instants of the duration, at each the two
 * tables; nothing else of the run changes. */
START_TEST(samples_show_the_tables_over_time)
{
    const char faults[] = "[faults]\ncut = from 8s to 10s link replication down\n"
                          "crash = at 10s crash A\n";
    struct run_result *plain = run_world("", faults);
    char *more = g_strconcat("[output]\ntables = runs samples\n", faults, NULL);
    struct run_result *sampled = run_world("", more);
    ck_assert_uint_eq(plain->sample_count, 0);
    ck_assert_uint_eq(sampled->sample_count, 100);
    const struct sample *before = &sampled->samples[22]; /* at 9.2 s */
    ck_assert_int_eq(before->at, 9200 * NSTIME_MS);
    ck_assert_uint_eq(before->census.open - before->census.known, 12);
    ck_assert_uint_eq(before->census.counter_error, 12);
    ck_assert_uint_eq(before->datagrams, before->bytes / 60);
    ck_assert(!sampled->samples[30].census.taken); /* B alone */
    ck_assert_str_eq(plain->events, sampled->events);
    ck_assert_int_eq(plain->known, sampled->known);
    g_free(more);
    run_result_free(sampled);
    run_result_free(plain);
}
END_TEST

/* frontier.scn and protocols-loss.scn (form 3): at 30 % loss each copy more leaves three tenths of
 * those that were lost, and costs as many bytes as the first. */
START_TEST(each_copy_climbs_the_frontier)
{
    const char *name = _i == 0 ? "frontier" : "protocols-loss";
    double lost = 1;
    uint64_t bytes_of_one = 0;
    for (unsigned k = 1; k <= 3; k++) {
        char *repeats = g_strdup_printf("replication.repeats=%u", k);
        struct scenario *scenario = scenario_shipped(
            name, "replication.protocol=repeat", repeats, "link.replication.loss=30%",
            "workload.browsers.arrivals=poisson 100/s", "scenario.twin=no", NULL);
        struct run_result *result = run_once(scenario);
        lost *= 0.3;
        bytes_of_one = k == 1 ? result->replication_bytes : bytes_of_one;
        ck_assert_uint_gt(result->counted, 400);
        ck_assert_double_eq_tol(1 - (double)result->known / result->counted, lost, 0.05);
        ck_assert_double_eq_tol((double)result->replication_bytes / (double)bytes_of_one, k, 0.05);
        ck_assert_double_gt(result->known_roof, 0.99);
        run_result_free(result);
        scenario_free(scenario);
        g_free(repeats);
    }
}
END_TEST

Suite *measures_suite(void)
{
    Suite *suite = suite_create("run/measures");
    TCase *tcase = tcase_create("measures");
    tcase_set_timeout(tcase, 60);
    tcase_add_test(tcase, a_cut_of_two_seconds_loses_twenty_datagrams);
    tcase_add_test(tcase, a_lost_batch_takes_all_in_it);
    tcase_add_test(tcase, bytes_and_work_are_counted_by_direction);
    tcase_add_test(tcase, a_joiner_is_told_at_a_known_pace);
    tcase_add_test(tcase, without_bulk_sync_there_is_no_protection_again);
    tcase_add_test(tcase, imbalance_is_by_weight);
    tcase_add_test(tcase, the_worst_datagram_counts_only_its_own);
    tcase_add_test(tcase, samples_show_the_tables_over_time);
    tcase_add_loop_test(tcase, each_copy_climbs_the_frontier, 0, 2);
    suite_add_tcase(suite, tcase);
    return suite;
}
