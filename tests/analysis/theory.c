#include "analysis/stats.h"
#include "analysis/theory.h"
#include "tests/analysis/suites.h"

#include <glib.h>
#include <math.h>

enum { WORLDS = 400, AGES_MOST = 4000 };

/* A world of the test's own: connections arrive at rate 40 a second from w before the
 * crash (or, with w long against D, from equilibrium), live exponentially with mean D, and
 * each create is lost with p. Counts those open at the crash and those known. */
struct world {
    double p, c, D, w;
    guint64 open, known;
    double *ages;
};

static void run_world(struct world *world, GRand *chance)
{
    for (double age = world->w; age > 0;) {
        age += log(1 - g_rand_double(chance)) / 40;
        double lifetime = -world->D * log(1 - g_rand_double(chance));
        if (age > 0 && lifetime > age) {
            if (world->open < AGES_MOST * WORLDS) {
                world->ages[world->open] = age;
            }
            world->open++;
            world->known += age > world->c && g_rand_double(chance) >= world->p;
        }
    }
}

static struct world simulate(double p, double c, double D, double w)
{
    struct world world = {p, c, D, w, 0, 0, g_new(double, AGES_MOST * WORLDS)};
    GRand *chance = g_rand_new_with_seed(20260101);
    for (unsigned i = 0; i < WORLDS; i++) {
        run_world(&world, chance);
    }
    g_rand_free(chance);
    return world;
}

static const struct theory_case {
    double p, c, D, w;
} cases[] = {
    {0, 0.02, 5, 100}, {0.3, 0.5, 5, 100}, {0.3, 2, 5, 6}, {0.5, 0.02, 2, 1}, {0.05, 1, 10, 12},
};

/* Open sets of an M/G/infinity system, simulated by another generator: their known share
 * lies in the exact 99.9 % binomial interval of each closed form (validity.md 1.2). */
START_TEST(closed_forms_agree_with_simulation)
{
    const struct theory_case *row = &cases[_i];
    struct world world = simulate(row->p, row->c, row->D, row->w);
    ck_assert_uint_gt(world.open, 10000);
    double empty = theory_known_from_empty(row->p, row->c, row->D, row->w);
    ck_assert(stats_binomial_inside(world.known, world.open, empty, 0.999));
    if (row->w > 15 * row->D) {
        double equilibrium = theory_known_equilibrium(row->p, row->c, row->D);
        ck_assert(stats_binomial_inside(world.known, world.open, equilibrium, 0.999));
    }
    double line = theory_known_conditional(row->p, row->c, world.ages, world.open);
    ck_assert(stats_binomial_inside(world.known, world.open, line, 0.999));
    g_free(world.ages);
}
END_TEST

/* A wrong formula would be noticed: (1-p) alone, without the ages, falls outside. */
START_TEST(the_age_term_matters)
{
    struct world world = simulate(0.3, 0.5, 5, 100);
    ck_assert(!stats_binomial_inside(world.known, world.open, 0.7, 0.999));
    g_free(world.ages);
}
END_TEST

/* The conditional line by hand: ages at c are not older than c; no age, no line. */
START_TEST(conditional_line_counts_older_ages)
{
    const double ages[] = {0.01, 0.02, 0.03, 1};
    ck_assert_double_eq_tol(theory_known_conditional(0.2, 0.02, ages, 4), 0.4, 1e-15);
    ck_assert_double_eq(theory_known_conditional(0, 0, ages, 4), 1);
    ck_assert_double_eq(theory_known_conditional(1, 0, ages, 4), 0);
    ck_assert_double_lt(theory_known_conditional(0.2, 0.02, ages, 0), 0);
}
END_TEST

/* Started empty long ago is equilibrium; started within c, nothing can be known. The
 * factor at c = 20 ms, D = 5 s is the 0.996 of validity.md 1.2. */
START_TEST(forms_meet_at_their_limits)
{
    ck_assert_double_eq_tol(theory_known_from_empty(0.3, 0.5, 5, 1000),
                            theory_known_equilibrium(0.3, 0.5, 5), 1e-12);
    ck_assert_double_eq(theory_known_from_empty(0.3, 0.5, 5, 0.5), 0);
    ck_assert_double_eq_tol(theory_known_equilibrium(0, 0.02, 5), 0.996, 1e-4);
    ck_assert_double_eq(theory_known_equilibrium(0.3, 0, 5), 0.7);
}
END_TEST

/* Forms 5 and 6 with exponential lifetimes, and none of their exchanges: then each is a transform
 * of the time between tries. A repeat of alarm comes after g, of 0.2 s, 0.4 s .. beyond a second
 * up to the refresh time and a second; an answer of ftfw after a geometric number of seconds and
 * a trip. */
START_TEST(repairs_are_transforms_of_their_waits)
{
    const double p = 0.3, D = 5, c = 0.02, trip = 0.001;
    const unsigned refresh = 15, fifths = 5 * refresh;
    double wait = 0;
    for (unsigned i = 0; i < fifths; i++)
        wait += exp(-(1.2 + 0.2 * i) / D) / fifths;
    double told = exp(-c / D);
    double refreshed = (1 - p) * told / (1 - p * wait);
    double cycle = (1 - p) * exp(-1 / D) / (1 - p * exp(-1 / D)) * exp(-trip / D);
    double answered = (1 - p) * cycle / (1 - p * cycle);
    ck_assert_double_eq_tol(theory_refreshed(p, c, refresh, 0, D, 200), 1 - p + p * refreshed,
                            1e-9);
    ck_assert_double_eq_tol(theory_asked_for(p, c, trip, 0, D),
                            1 - p + p * (1 - p + p * answered) * told, 1e-9);
    ck_assert_double_eq_tol(theory_asked_for(0, c, trip, 0, D), 1, 1e-15);
    ck_assert_double_eq_tol(theory_refreshed(0, c, refresh, 0, D, 200), 1, 1e-15);
}
END_TEST

Suite *theory_suite(void)
{
    Suite *suite = suite_create("theory");
    TCase *forms = tcase_create("forms");
    tcase_add_loop_test(forms, closed_forms_agree_with_simulation, 0, G_N_ELEMENTS(cases));
    tcase_add_test(forms, the_age_term_matters);
    tcase_add_test(forms, conditional_line_counts_older_ages);
    tcase_add_test(forms, forms_meet_at_their_limits);
    tcase_add_test(forms, repairs_are_transforms_of_their_waits);
    suite_add_tcase(suite, forms);
    return suite;
}
