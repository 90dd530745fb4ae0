/* Batch means on series whose correlation is known. */
#include "analysis/batch.h"
#include "sim/engine/chance.h"
#include "sim/engine/exact.h"
#include "tests/analysis/suites.h"

#include <glib.h>
#include <math.h>

enum { LENGTH = 6000, BATCHES = 30, SERIES = 400 };

/* x' = 0.9 x + e, e standard normal, from its stationary law: mean 0, and the mean of n has
 * the standard error 10 / sqrt(n), 4.4 times what n independent values would have. */
static void draw_series(uint64_t number, double *values)
{
    uint64_t key = chance_fold(7, number);
    double x = exact_normal_quantile(chance_unit(chance_fold(key, LENGTH))) / sqrt(1 - 0.81);
    for (unsigned i = 0; i < LENGTH; i++) {
        x = 0.9 * x + exact_normal_quantile(chance_unit(chance_fold(key, i)));
        values[i] = x;
    }
}

static unsigned covering(size_t batches, double *mean_half)
{
    double *values = g_new(double, LENGTH), *ones = g_new(double, LENGTH);
    unsigned covered = 0;
    for (unsigned i = 0; i < LENGTH; i++)
        ones[i] = 1;
    *mean_half = 0;
    for (unsigned i = 0; i < SERIES; i++) {
        draw_series(i, values);
        struct interval mean = batch_ratio(values, ones, LENGTH, batches, 0.95);
        covered += mean.lo <= 0 && mean.hi >= 0;
        *mean_half += (mean.hi - mean.lo) / 2 / SERIES;
    }
    g_free(values);
    g_free(ones);
    return covered;
}

/* An AR(1) series whose values resemble each other: batches of 200 give an interval that
 * covers the mean in 95 % of 400 series and is as wide as theory says; the same values taken
 * for a sample cover it in fewer than half. */
START_TEST(batches_see_the_correlation)
{
    double half, naive;
    unsigned covered = covering(BATCHES, &half);
    unsigned deceived = covering(LENGTH, &naive);
    double theory = 10 / sqrt(LENGTH) * stats_t_quantile(0.975, BATCHES - 1);
    ck_assert_uint_ge(covered, SERIES * 92 / 100);
    ck_assert_uint_le(covered, SERIES * 98 / 100);
    ck_assert_double_eq_tol(half / theory, 1, 0.1);
    ck_assert_uint_lt(deceived, SERIES / 2);
}
END_TEST

/* By hand: shares 0.5, 0.5, 1 of wholes 2, 4, 2; 5 of 8 in all, off by -0.25, -0.5, 0.75. */
START_TEST(a_ratio_weighs_batches_by_what_they_hold)
{
    static const double parts[] = {1, 0, 1, 1, 1, 1}, wholes[] = {1, 1, 2, 2, 1, 1};
    struct interval share = batch_ratio(parts, wholes, 6, 3, 0.95);
    double error = sqrt((0.0625 + 0.25 + 0.5625) * 3 / 2) / 8;
    ck_assert_double_eq_tol(share.estimate, 0.625, 1e-12);
    ck_assert_double_eq_tol(share.hi - share.estimate, 4.302652730 * error, 1e-8);
    ck_assert_double_eq_tol(share.estimate - share.lo, 4.302652730 * error, 1e-8);
}
END_TEST

/* Where every batch is at the edge, the rule of three over connections; else clamped. */
START_TEST(a_share_at_the_edge_rests_on_its_connections)
{
    static const double wholes[] = {10, 20, 30, 40}, most[] = {10, 20, 30, 10};
    struct interval all =
        batch_share(wholes, wholes, 4, 2, 0.95, (struct batch_basis){3000, 0});
    ck_assert_double_eq_tol(all.lo, 0.999, 1e-12);
    ck_assert_double_eq_tol(all.hi, 1, 1e-12);
    struct interval some =
        batch_share(most, wholes, 4, 2, 0.95, (struct batch_basis){3000, 900});
    ck_assert_double_eq_tol(some.estimate, 0.7, 1e-12);
    ck_assert_double_eq_tol(some.lo, 0, 1e-12);
    ck_assert_double_eq_tol(some.hi, 1, 1e-12);
}
END_TEST

/* One lost in a hundred: batches that happen to agree do not make it certain; the interval
 * is the exact binomial one of 99 in 100. */
START_TEST(few_lost_are_as_uncertain_as_they_are)
{
    static const double wholes[] = {100, 100}, known[] = {99, 99};
    struct interval share =
        batch_share(known, wholes, 2, 2, 0.95, (struct batch_basis){100, 1});
    struct interval exact = stats_binomial(99, 100, 0.95);
    ck_assert_double_eq_tol(share.lo, exact.lo, 1e-12);
    ck_assert_double_eq_tol(share.hi, exact.hi, 1e-12);
    struct interval many =
        batch_share(known, wholes, 2, 2, 0.95, (struct batch_basis){10000, 100});
    ck_assert_double_eq_tol(many.hi - many.lo, 0, 1e-12);
}
END_TEST

Suite *batch_suite(void)
{
    Suite *suite = suite_create("analysis/batch");
    TCase *tcase = tcase_create("batch means");
    tcase_add_test(tcase, batches_see_the_correlation);
    tcase_add_test(tcase, a_ratio_weighs_batches_by_what_they_hold);
    tcase_add_test(tcase, a_share_at_the_edge_rests_on_its_connections);
    tcase_add_test(tcase, few_lost_are_as_uncertain_as_they_are);
    suite_add_tcase(suite, tcase);
    return suite;
}
