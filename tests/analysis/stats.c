#include "analysis/stats.h"
#include "tests/analysis/suites.h"

#include <glib.h>
#include <math.h>

static void check_near(double value, double expected, double tolerance)
{
    ck_assert_msg(fabs(value - expected) <= tolerance, "%.12g is not %.12g", value, expected);
}

/* Published quantiles of Student's t, and closed forms: for 1 degree tan(pi (p - 1/2)), for
 * 2 degrees (2p - 1) sqrt(2 / (4 p (1-p))); many degrees approach the normal law. That
 * for 120 degrees was found by numerical integration of the density elsewhere. */
static const struct t_case {
    double probability, degrees, quantile;
} t_cases[] = {
    {0.975, 1, 12.7062047361747},  {0.975, 2, 4.30265272974946}, {0.975, 3, 3.18244630528371},
    {0.975, 5, 2.57058183563631},  {0.975, 9, 2.26215716279820}, {0.975, 10, 2.22813885198627},
    {0.975, 19, 2.09302405440831}, {0.975, 30, 2.04227245630124},
    {0.995, 4, 4.60409487141600},  {0.995, 19, 2.86093460646498}, {0.95, 7, 1.89457860509001},
    {0.9995, 2, 31.5990545764454}, {0.9995, 10, 4.58689385870250}, {0.90, 120, 1.28864623366},
    {0.975, 1000000, 1.95996635682},
    {0.5, 4, 0},
};

START_TEST(t_quantiles_are_the_published_ones)
{
    const struct t_case *row = &t_cases[_i];
    check_near(stats_t_quantile(row->probability, row->degrees), row->quantile,
               1e-8 * (1 + row->quantile));
}
END_TEST

/* The closed forms for 1 and 2 degrees hold at every probability, far tails included. */
START_TEST(t_quantiles_follow_the_closed_forms)
{
    for (double tail = 0.4; tail > 1e-7; tail /= 3) {
        double p = 1 - tail;
        double cauchy = 1 / tan(G_PI * (1 - p));
        double two = (2 * p - 1) * sqrt(2 / (4 * p * (1 - p)));
        check_near(stats_t_quantile(p, 1), cauchy, 1e-8 * (1 + cauchy));
        check_near(stats_t_quantile(p, 2), two, 1e-8 * (1 + two));
    }
}
END_TEST

/* Five runs with mean 3 and standard error 1/sqrt(2): the t interval by hand. */
START_TEST(mean_has_a_t_interval)
{
    const double values[] = {1, 2, 3, 4, 5};
    struct interval mean = stats_mean(values, 5, 0.95);
    check_near(mean.estimate, 3, 1e-12);
    check_near(mean.hi - 3, 2.77644510519779 * sqrt(2.5 / 5), 1e-8);
    check_near(3 - mean.lo, mean.hi - 3, 1e-12);
    struct interval one = stats_mean(values, 1, 0.95);
    ck_assert_double_eq(one.lo, 1);
    ck_assert_double_eq(one.hi, 1);
}
END_TEST

/* Equal values give exactly themselves, although 0.1 + 0.1 + 0.1 is not 3 times 0.1. */
START_TEST(equal_values_have_no_rounding)
{
    const double values[] = {0.1, 0.1, 0.1};
    struct interval mean = stats_mean(values, 3, 0.95);
    ck_assert_double_eq(mean.estimate, 0.1);
    ck_assert_double_eq(mean.lo, 0.1);
    ck_assert_double_eq(mean.hi, 0.1);
}
END_TEST

/* Twenty runs that agree are not certainty: three over the connections, on the side
 * away from the edge, or on both (validity.md 1.1, "all-equal runs"). */
static const struct share_case {
    double value, lo, hi;
    guint64 connections;
} share_cases[] = {
    {1, 1 - 3.0 / 3000, 1, 3000}, {0, 0, 3.0 / 3000, 3000}, {0.5, 0.47, 0.53, 100},
    {1, 0, 1, 2},                 {0, 0, 1, 0},             {0.99, 0.96, 1, 100},
};

START_TEST(agreeing_runs_get_the_rule_of_three)
{
    const struct share_case *row = &share_cases[_i];
    double values[20];
    for (unsigned i = 0; i < 20; i++) {
        values[i] = row->value;
    }
    struct interval share = stats_share(values, 20, 0.95, row->connections);
    ck_assert_double_eq(share.estimate, row->value);
    check_near(share.lo, row->lo, 1e-12);
    check_near(share.hi, row->hi, 1e-12);
}
END_TEST

/* Shares that differ get the t interval, cut at 0 and 1. */
START_TEST(differing_shares_stay_within_0_and_1)
{
    const double values[] = {1, 0.9};
    struct interval share = stats_share(values, 2, 0.95, 100);
    check_near(share.estimate, 0.95, 1e-12);
    check_near(share.lo, 0.95 - 12.7062047361747 * 0.05, 1e-8);
    ck_assert_double_eq(share.hi, 1);
}
END_TEST

/* Clopper-Pearson against published values and the closed forms at the edges:
 * 1 - (alpha/2)^(1/n) for none of n; the last two by summing all terms elsewhere. */
static const struct binomial_case {
    guint64 successes, trials;
    double lo, hi;
} binomial_cases[] = {
    {0, 10, 0, 0.308497107819},          {10, 10, 0.691502892181, 1},
    {1, 10, 0.002528579, 0.445016117}, {5, 10, 0.187086029, 0.812913971},
    {81, 263, 0.252736746, 0.367621923}, {950, 1000, 0.934609512, 0.962664602},
};

START_TEST(clopper_pearson_matches_published_values)
{
    const struct binomial_case *row = &binomial_cases[_i];
    struct interval share = stats_binomial(row->successes, row->trials, 0.95);
    check_near(share.estimate, (double)row->successes / (double)row->trials, 1e-12);
    check_near(share.lo, row->lo, 1e-8);
    check_near(share.hi, row->hi, 1e-8);
}
END_TEST

/* Tails of Binomial(12, 0.3) against the plain sum of its terms; and they add up. */
START_TEST(binomial_tails_are_exact)
{
    double sum = 0;
    double choose = 1;
    for (guint64 k = 0; k <= 12; k++) {
        check_near(stats_binomial_at_least(k, 12, 0.3), 1 - sum, 1e-12);
        sum += choose * pow(0.3, (double)k) * pow(0.7, (double)(12 - k));
        check_near(stats_binomial_at_most(k, 12, 0.3), sum, 1e-12);
        choose = choose * (double)(12 - k) / (double)(k + 1);
    }
}
END_TEST

/* A sweep's pooled counts: 20,000 connections at 0.897. The 99.9 % interval of the
 * normal law is 3.29 standard deviations of 43; the exact one must lie there too. */
START_TEST(pooled_counts_are_judged_exactly)
{
    ck_assert(stats_binomial_inside(17940, 20000, 0.897, 0.999));
    ck_assert(stats_binomial_inside(17940 - 138, 20000, 0.897, 0.999));
    ck_assert(stats_binomial_inside(17940 + 138, 20000, 0.897, 0.999));
    ck_assert(!stats_binomial_inside(17940 - 146, 20000, 0.897, 0.999));
    ck_assert(!stats_binomial_inside(17940 + 146, 20000, 0.897, 0.999));
    ck_assert(stats_binomial_inside(1000000, 2000000, 0.5, 0.95));
    ck_assert(!stats_binomial_inside(998000, 2000000, 0.5, 0.95));
}
END_TEST

/* The edges: a share of 0 or 1 leaves one count only. */
START_TEST(certain_shares_leave_one_count)
{
    ck_assert(stats_binomial_inside(0, 100, 0, 0.999));
    ck_assert(!stats_binomial_inside(1, 100, 0, 0.999));
    ck_assert(stats_binomial_inside(100, 100, 1, 0.999));
    ck_assert(!stats_binomial_inside(99, 100, 1, 0.999));
}
END_TEST

/* Nearest rank: the smallest value that at least so many percent do not exceed. */
START_TEST(percentiles_are_nearest_rank)
{
    const int64_t sorted[] = {15, 20, 35, 40, 50};
    ck_assert_int_eq(stats_percentile(sorted, 5, 5), 15);
    ck_assert_int_eq(stats_percentile(sorted, 5, 30), 20);
    ck_assert_int_eq(stats_percentile(sorted, 5, 40), 20);
    ck_assert_int_eq(stats_percentile(sorted, 5, 50), 35);
    ck_assert_int_eq(stats_percentile(sorted, 5, 100), 50);
    ck_assert_int_eq(stats_percentile(sorted, 1, 99), 15);
}
END_TEST

Suite *stats_suite(void)
{
    Suite *suite = suite_create("stats");
    TCase *means = tcase_create("means");
    tcase_add_loop_test(means, t_quantiles_are_the_published_ones, 0, G_N_ELEMENTS(t_cases));
    tcase_add_test(means, t_quantiles_follow_the_closed_forms);
    tcase_add_test(means, mean_has_a_t_interval);
    tcase_add_test(means, equal_values_have_no_rounding);
    suite_add_tcase(suite, means);
    TCase *shares = tcase_create("shares");
    tcase_add_loop_test(shares, agreeing_runs_get_the_rule_of_three, 0,
                        G_N_ELEMENTS(share_cases));
    tcase_add_test(shares, differing_shares_stay_within_0_and_1);
    suite_add_tcase(suite, shares);
    TCase *counts = tcase_create("counts");
    tcase_add_loop_test(counts, clopper_pearson_matches_published_values, 0,
                        G_N_ELEMENTS(binomial_cases));
    tcase_add_test(counts, binomial_tails_are_exact);
    tcase_add_test(counts, pooled_counts_are_judged_exactly);
    tcase_add_test(counts, certain_shares_leave_one_count);
    tcase_add_test(counts, percentiles_are_nearest_rank);
    suite_add_tcase(suite, counts);
    return suite;
}
