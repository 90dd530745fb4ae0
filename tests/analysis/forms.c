/* The closed forms besides those of "known", each against a small world of its own, made by
 * another generator than the simulator's. */
#include "analysis/stats.h"
#include "analysis/theory.h"
#include "tests/analysis/suites.h"

#include <glib.h>
#include <math.h>

static double exponential(GRand *chance, double mean)
{
    return -mean * log(1 - g_rand_double(chance));
}

/* ---- ghosts ------------------------------------------------------------------- */

enum { TUPLES = 500, ROUNDS = 400, WARM_ROUNDS = 100 };

/* The standby's entries of tuples that are used again and again: 0 none, else the server. */
struct tuples {
    unsigned entry[TUPLES];
    guint64 connections, known, ghosts;
};

static void live_once(struct tuples *tuples, unsigned tuple, double p, unsigned servers,
                      GRand *chance)
{
    unsigned server = 1 + (unsigned)g_rand_int_range(chance, 0, (gint32)servers);
    if (g_rand_double(chance) >= p) {
        tuples->entry[tuple] = server;
    }
    tuples->connections++;
    tuples->known += tuples->entry[tuple] == server;
    if (tuples->entry[tuple] == server && g_rand_double(chance) >= p) {
        tuples->entry[tuple] = 0;
    }
    tuples->ghosts += tuples->entry[tuple] != 0;
}

static const struct ghost_case {
    double p;
    unsigned servers;
    double known; /* as printed in validity.md 1.3 */
} ghost_cases[] = {{0.5, 2, 0.60}, {0.3, 100, 0.701}, {0.3, 1, 0.769}};

/* Creates and deletes lost alike, tuples used again: the known share and the ghost share
 * are those of the forms, within the exact 99.9 % interval, and 0.60 is not 0.50. */
START_TEST(ghosts_saturate_and_save)
{
    const struct ghost_case *row = &ghost_cases[_i];
    struct tuples *tuples = g_new0(struct tuples, 1);
    GRand *chance = g_rand_new_with_seed(20260101);
    for (unsigned round = 0; round < ROUNDS; round++) {
        if (round == WARM_ROUNDS) {
            tuples->connections = tuples->known = tuples->ghosts = 0;
        }
        for (unsigned tuple = 0; tuple < TUPLES; tuple++) {
            live_once(tuples, tuple, row->p, row->servers, chance);
        }
    }
    double same = 1.0 / row->servers;
    ck_assert_double_eq_tol(theory_known_with_ghosts(row->p, same), row->known, 5e-4);
    /* rounds of a tuple hang together: the interval is that of every fourth connection */
    ck_assert(stats_binomial_inside(tuples->known / 4, tuples->connections / 4,
                                    theory_known_with_ghosts(row->p, same), 0.999));
    ck_assert(stats_binomial_inside(tuples->ghosts / 4, tuples->connections / 4,
                                    theory_ghost_share(row->p, same), 0.999));
    g_rand_free(chance);
    g_free(tuples);
}
END_TEST

/* On fresh tuples a ghost needs a create that arrived and a delete that did not. */
START_TEST(ghosts_grow)
{
    ck_assert_double_eq_tol(theory_ghost_rate(100, 0.5), 25, 1e-12);
    ck_assert_double_eq(theory_ghost_rate(100, 0), 0);
    ck_assert_double_eq(theory_ghost_rate(100, 1), 0);
}
END_TEST

/* ---- batches ------------------------------------------------------------------- */

/* Datagrams of fills 1, 4 and 20, each lost whole: the variance of the lost count. */
START_TEST(batches_spread_the_loss)
{
    const unsigned fills[] = {1, 4, 20, 20, 7};
    const double p = 0.3;
    enum { TRIALS = 200000 };
    GRand *chance = g_rand_new_with_seed(20260101);
    double sum = 0, squares = 0;
    for (unsigned i = 0; i < TRIALS; i++) {
        double lost = 0;
        for (unsigned k = 0; k < G_N_ELEMENTS(fills); k++) {
            lost += g_rand_double(chance) < p ? fills[k] : 0;
        }
        sum += lost;
        squares += lost * lost;
    }
    double variance = squares / TRIALS - (sum / TRIALS) * (sum / TRIALS);
    double form = theory_lost_variance(p, fills, G_N_ELEMENTS(fills));
    ck_assert_double_eq_tol(variance / form, 1, 0.02);
    g_rand_free(chance);
}
END_TEST

/* ---- the stall ------------------------------------------------------------------- */

static const struct stall_case {
    double before, outage, rto, stall;
} stall_cases[] = {
    {0, 1.2, 0.2, 1.4},     /* 0.2, 0.6, 1.4 */
    {0, 1.4, 0.2, 1.4},     /* an instant at the very end is in time */
    {0.1, 1.2, 0.2, 1.3},   /* it had waited a tenth already */
    {0, 0, 0.2, 0},
    {0, 1000, 64, 1024},    /* 64, 184, 304 .. : pauses end at 120 s */
};

/* Retries at r (2^k - 1): the first that is not before the outage's end. */
START_TEST(stall_ends_with_the_first_retry_after_the_outage)
{
    const struct stall_case *row = &stall_cases[_i];
    ck_assert_double_eq_tol(theory_stall(row->before, row->outage, row->rto), row->stall, 1e-9);
}
END_TEST

/* With a small time-out, whatever the outage, the stall is between one and two of it. */
START_TEST(stall_is_between_one_and_two_outages)
{
    for (double outage = 1; outage < 60; outage += 0.37) {
        double stall = theory_stall(0, outage, 0.2);
        ck_assert_double_ge(stall, outage);
        ck_assert_double_le(stall, 2 * outage + 0.2);
    }
}
END_TEST

/* ---- the roof -------------------------------------------------------------------- */

static const struct roof_case {
    double p, B, D;
} roof_cases[] = {{0.3, 0.5, 5}, {0.3, 0.08, 5}, {0.1, 2, 2}};

/* An on/off link watched backwards from a crash: a connection whose age (exponential, in
 * equilibrium) lies wholly in the bad time up to now can be known to nobody. */
START_TEST(roof_is_what_a_bad_time_hides)
{
    const struct roof_case *row = &roof_cases[_i];
    enum { CRASHES = 400000 };
    GRand *chance = g_rand_new_with_seed(20260101);
    guint64 knowable = 0, older = 0, knowable_older = 0;
    const double x = row->B;
    for (unsigned i = 0; i < CRASHES; i++) {
        double bad_since = g_rand_double(chance) < row->p ? exponential(chance, row->B) : 0;
        double age = exponential(chance, row->D);
        knowable += age > bad_since;
        older += age > x;
        knowable_older += age > x && age > bad_since;
    }
    ck_assert(stats_binomial_inside(knowable, CRASHES, theory_roof(row->p, row->B, row->D),
                                    0.999));
    ck_assert(stats_binomial_inside(knowable_older, older,
                                    theory_roof_older(row->p, row->B, row->D, x), 0.999));
    g_rand_free(chance);
}
END_TEST

/* The figures of validity.md, section 4: D = 5,000 round trips, 30 % bad. */
START_TEST(roof_has_the_printed_values)
{
    ck_assert_double_eq_tol(theory_roof_older(0.3, 8, 5000, 20), 0.99996, 1e-5);
    ck_assert_double_eq_tol(theory_roof_older(0.3, 30, 5000, 20), 0.9991, 5e-5);
    ck_assert_double_eq_tol(theory_roof_older(0.3, 80, 5000, 20), 0.9963, 5e-5);
}
END_TEST

/* Two datagrams of 60 bytes. */
START_TEST(patent_takes_120_bytes)
{
    ck_assert_double_eq(theory_patent_bytes(), 120);
}
END_TEST

Suite *forms_suite(void)
{
    Suite *suite = suite_create("forms");
    TCase *forms = tcase_create("forms");
    tcase_add_loop_test(forms, ghosts_saturate_and_save, 0, G_N_ELEMENTS(ghost_cases));
    tcase_add_test(forms, ghosts_grow);
    tcase_add_test(forms, batches_spread_the_loss);
    tcase_add_loop_test(forms, stall_ends_with_the_first_retry_after_the_outage, 0,
                        G_N_ELEMENTS(stall_cases));
    tcase_add_test(forms, stall_is_between_one_and_two_outages);
    tcase_add_loop_test(forms, roof_is_what_a_bad_time_hides, 0, G_N_ELEMENTS(roof_cases));
    tcase_add_test(forms, roof_has_the_printed_values);
    tcase_add_test(forms, patent_takes_120_bytes);
    suite_add_tcase(suite, forms);
    return suite;
}
