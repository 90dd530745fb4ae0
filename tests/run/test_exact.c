/* The strongest test is not statistical: in every run of the loss sweep, for every
 * connection of the cohort, known exactly when its create left before the crash and
 * was delivered. And pooled, the count lies where the binomial law says. */
#include "analysis/stats.h"
#include "tests/run/suites.h"
#include "tests/run/support.h"

#include <stdlib.h>
#include <string.h>

static const char *const losses[] = { "0%", "1%", "2%", "5%", "10%", "20%", "30%", "50%" };
static const double shares[] = { 0, 0.01, 0.02, 0.05, 0.1, 0.2, 0.3, 0.5 };
static const char *const seeds[] = { "20260101", "7" };

enum { LOSSES = 8, SEEDS = 2, REPETITIONS = 20, CONNECTIONS_MAX = 20000 };

/* What the journal says of each connection's create. */
struct create_fates {
    bool sent[CONNECTIONS_MAX]; /* before the crash */
    bool arrived[CONNECTIONS_MAX];
};

static void read_line(const char *line, nstime failure, struct create_fates *fates)
{
    const char *number = strstr(line, "\"connection\":");
    if (!number || !strstr(line, "\"record\":\"create\""))
        return;
    unsigned long connection = strtoul(number + strlen("\"connection\":"), NULL, 10);
    g_assert_cmpuint(connection, <, CONNECTIONS_MAX);
    nstime at = g_ascii_strtoll(line + strlen("{\"t\":"), NULL, 10);
    if (strstr(line, "\"record-sent\""))
        fates->sent[connection] |= at <= failure;
    else if (strstr(line, "\"record-arrived\""))
        fates->arrived[connection] = true;
}

static struct create_fates *read_journal(char *events, nstime failure)
{
    struct create_fates *fates = g_new0(struct create_fates, 1);
    for (char *line = events, *end; (end = strchr(line, '\n')); line = end + 1) {
        *end = '\0';
        read_line(line, failure, fates);
    }
    return fates;
}

/* One run's part of the pool. */
struct tally {
    const struct scenario *scenario;
    uint32_t repetition;
    uint32_t counted, known, old, exceptions;
};

static void count_run(gpointer data, gpointer unused)
{
    struct tally *tally = data;
    (void)unused;
    struct run_result *result =
        run_execute(tally->scenario, 0, tally->repetition, true, NULL);
    struct create_fates *fates = read_journal(result->events, result->failure);
    nstime c = tally->scenario->links[LINK_CLIENTS].forward.delay;
    tally->counted = result->counted;
    tally->known = result->known;
    for (uint32_t i = 0; i < result->row_count; i++) {
        const struct connection_row *row = &result->rows[i];
        if (!state_counts(row->state))
            continue;
        bool safe = fates->sent[row->connection] && fates->arrived[row->connection];
        tally->exceptions += safe != row->known;
        /* established two ways after the opening: SYN out and SYN-ACK back, over the
         * clients' and the servers' links; old enough when the ACK had come as well */
        nstime way = c + tally->scenario->links[LINK_SERVERS].forward.delay;
        tally->old += result->failure - row->opened >= 2 * way + c;
    }
    g_free(fates);
    run_result_free(result);
}

/* Two threads, as on the machine that the project is measured on. */
static struct tally *count_runs(const struct scenario *scenario)
{
    struct tally *tallies = g_new0(struct tally, REPETITIONS);
    GThreadPool *pool = g_thread_pool_new(count_run, NULL, 2, TRUE, NULL);
    for (uint32_t i = 0; i < REPETITIONS; i++) {
        tallies[i] = (struct tally){ .scenario = scenario, .repetition = i };
        g_thread_pool_push(pool, &tallies[i], NULL);
    }
    g_thread_pool_free(pool, FALSE, TRUE);
    return tallies;
}

static struct scenario *sweep_point(int point)
{
    char *loss = g_strconcat("link.replication.loss=", losses[point % LOSSES], NULL);
    char *seed = g_strconcat("scenario.seed=", seeds[point / LOSSES], NULL);
    /* known is read at the takeover: what follows need not be run for it */
    struct scenario *scenario =
        scenario_shipped("loss-sweep", "replication.protocol=patent", "scenario.roll-call=no",
                         "scenario.drain=1ms", loss, seed, NULL);
    g_free(loss);
    g_free(seed);
    return scenario;
}

/* Each of the eight rates with two seeds: no exception in any run, at least 1,000 open
 * at each crash, and the pooled count inside the exact 99.9 % binomial interval of
 * (1-p) over those older than c. */
START_TEST(known_exactly_when_the_create_left_and_was_delivered)
{
    struct scenario *scenario = sweep_point(_i);
    struct tally *tallies = count_runs(scenario);
    uint64_t known = 0, old = 0;
    for (unsigned i = 0; i < REPETITIONS; i++) {
        ck_assert_uint_eq(tallies[i].exceptions, 0);
        ck_assert_uint_ge(tallies[i].counted, 1000);
        ck_assert_uint_lt(tallies[i].old, tallies[i].counted + 1);
        known += tallies[i].known;
        old += tallies[i].old;
    }
    double p = shares[_i % LOSSES];
    ck_assert_msg(stats_binomial_inside(known, old, 1 - p, 0.999),
                  "loss %s, seed %s: %lu known of %lu old enough", losses[_i % LOSSES],
                  seeds[_i / LOSSES], (unsigned long)known, (unsigned long)old);
    g_free(tallies);
    scenario_free(scenario);
}
END_TEST

Suite *exact_suite(void)
{
    Suite *suite = suite_create("run/exact");
    TCase *tcase = tcase_create("every connection");
    tcase_set_timeout(tcase, 120);
    tcase_add_loop_test(tcase, known_exactly_when_the_create_left_and_was_delivered, 0,
                        LOSSES * SEEDS);
    suite_add_tcase(suite, tcase);
    return suite;
}
