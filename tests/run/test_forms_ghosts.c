/* The forms about ghosts in whole runs: how many there are where every tuple is new, and whom
 * they save and lead astray where tuples come again. The forms themselves are derived and checked
 * apart (tests/analysis/forms.c); here the simulation has to meet them. */
#include "analysis/stats.h"
#include "analysis/theory.h"
#include "tests/run/suites.h"
#include "tests/run/support.h"

#define CONFIDENCE 0.999

/* A Poisson count, as the limit of binomial ones. */
static bool inside_poisson(uint64_t count, double mean)
{
    const uint64_t trials = UINT64_C(1000000000);
    return stats_binomial_inside(count, trials, mean / (double)trials, CONFIDENCE);
}

/* What the repetitions of a scenario bring together. */
struct pool_of_runs {
    uint64_t counted, known, saved, ghosts, astray;
};

static struct pool_of_runs run_all(const struct scenario *scenario, uint32_t repetitions)
{
    struct pool_of_runs sum = { 0 };
    for (uint32_t i = 0; i < repetitions; i++) {
        struct run_result *result = run_execute(scenario, 0, i, false, NULL);
        ck_assert_msg(result->violation == NULL, "%s", result->violation);
        ck_assert_uint_eq(result->without_port, 0);
        ck_assert_uint_eq(result->outcomes[OUTCOME_SURVIVED], result->known);
        sum.counted += result->counted;
        sum.known += result->known;
        sum.saved += result->cohorts[COHORT_ESTABLISHED].saved[SAVED_GHOST];
        sum.ghosts += result->ghosts;
        sum.astray += result->ghost_misroutes;
        run_result_free(result);
    }
    return sum;
}

/* forms/ghosts-fresh.scn: a ghost is left by each connection whose create arrived and whose
 * delete did not, so that their count is Poisson of mean L p (1-p) times the time in
 * which connections end: from the first one's end, 503 ms after its SYN, to the crash at 10 s. On
 * fresh tuples they save nobody and lead nobody astray. */
START_TEST(ghosts_grow_on_fresh_tuples)
{
    enum { RUNS = 3 };
    struct scenario *scenario = scenario_shipped("forms/ghosts-fresh", NULL);
    const struct workload_spec *clients = g_ptr_array_index(scenario->workloads, 0);
    struct pool_of_runs sum = run_all(scenario, RUNS);
    double mean = theory_ghost_rate(clients->rate, 0.5) * (10 - 0.503) * RUNS;
    ck_assert_msg(inside_poisson(sum.ghosts, mean), "%u ghosts, not %.0f", (unsigned)sum.ghosts,
                  mean);
    ck_assert_uint_eq(sum.saved, 0);
    ck_assert_uint_eq(sum.astray, 0);
    ck_assert(stats_binomial_inside(sum.known, sum.counted, 0.5, CONFIDENCE));
    scenario_free(scenario);
}
END_TEST

/* A hundred servers in the place of two. */
static struct scenario *among_a_hundred(void)
{
    GString *text = g_string_new("[scenario]\nduration = 6100ms\n[failover]\ndetector = oracle\n"
                                 "detection-time = 50ms\n[link replication]\nloss = 30%\n"
                                 "[real-defaults]\nservice-time = 0s\n"
                                 "[workload clients]\nclients = 25\nclient-ports = 40\n"
                                 "time-wait = 0s\narrivals = poisson 1000/s\n"
                                 "requests-per-connection = 2\nthink-time = 500ms exponential\n"
                                 "response-size = 100b\n[faults]\ncrash = at 6s crash active\n");
    GString *bind = g_string_new("bind =");
    for (unsigned i = 1; i <= 100; i++) {
        g_string_append_printf(text, "[real r%u]\naddress = 10.0.1.%u:80\n", i, i);
        g_string_append_printf(bind, " r%u", i);
    }
    g_string_append_printf(text, "[virtual web]\naddress = 192.0.2.80:80\n"
                                 "predictor = roundrobin\nreplicate = yes\n%s\n", bind->str);
    struct scenario *scenario = scenario_from_text(text->str);
    g_string_free(bind, TRUE);
    g_string_free(text, TRUE);
    return scenario;
}

static const struct ghost_case {
    double p;
    unsigned servers;
    uint32_t repetitions;
} ghost_cases[] = { { 0.5, 2, 8 }, { 0.3, 100, 4 } };

/* forms/ghosts-reused.scn, and the same with a hundred servers and p = 0.3: where tuples come
 * again a lost create is made good by a ghost of the same server: known is
 * 1 - p + p g s, 0.60 and 0.701, with g = p / (1 + p s); p g s are saved by a ghost, and p g (1-s)
 * led astray by one. */
START_TEST(ghosts_save_where_tuples_come_again)
{
    const struct ghost_case *row = &ghost_cases[_i];
    struct scenario *scenario = row->servers == 2 ? scenario_shipped("forms/ghosts-reused", NULL)
                                                  : among_a_hundred();
    struct pool_of_runs sum = run_all(scenario, row->repetitions);
    double p = row->p, s = 1.0 / row->servers, g = theory_ghost_share(p, s);
    double known = theory_known_with_ghosts(p, s);
    ck_assert_msg(stats_binomial_inside(sum.known, sum.counted, known, CONFIDENCE),
                  "known %u of %u, not %.3f", (unsigned)sum.known, (unsigned)sum.counted, known);
    ck_assert(stats_binomial_inside(sum.saved, sum.counted, p * g * s, CONFIDENCE));
    ck_assert(stats_binomial_inside(sum.astray, sum.counted, p * g * (1 - s), CONFIDENCE));
    if (row->servers == 2) /* so many that 0.50 is excluded */
        ck_assert(!stats_binomial_inside(sum.known, sum.counted, 0.5, 1 - 1e-9));
    scenario_free(scenario);
}
END_TEST

/* Where tuples come again the line of fresh tuples is not drawn: it would say 0.50. */
START_TEST(no_line_where_tuples_come_again)
{
    struct scenario *scenario = scenario_shipped("forms/ghosts-reused", NULL);
    struct run_result *result = run_execute(scenario, 0, 0, false, NULL);
    ck_assert_double_lt(result->known_theory, 0);
    run_result_free(result);
    scenario_free(scenario);
    scenario = scenario_shipped("forms/ghosts-reused", "workload.clients.client-ports=28232",
                                NULL);
    result = run_execute(scenario, 0, 0, false, NULL);
    ck_assert_double_eq_tol(result->known_theory, 0.5, 0.01);
    run_result_free(result);
    scenario_free(scenario);
}
END_TEST

Suite *forms_ghosts_suite(void)
{
    Suite *suite = suite_create("run/forms: ghosts");
    TCase *tcase = tcase_create("ghosts");
    tcase_set_timeout(tcase, 30);
    tcase_add_test(tcase, ghosts_grow_on_fresh_tuples);
    tcase_add_loop_test(tcase, ghosts_save_where_tuples_come_again, 0,
                        G_N_ELEMENTS(ghost_cases));
    tcase_add_test(tcase, no_line_where_tuples_come_again);
    suite_add_tcase(suite, tcase);
    return suite;
}
