/* Random quantities: each kind has the mean and the quantiles that it promises. */
#include "sim/engine/chance.h"
#include "sim/engine/distribution.h"
#include "tests/engine/suites.h"

#include <glib.h>
#include <math.h>

enum { DRAWS = 200000 };

static struct distribution_row page_sizes[] = {
    { 200, 0.1 }, { 1000, 0.5 }, { 5000, 0.9 }, { 5000, 0.95 }, { 100000, 1 },
};

/* sigma is the standard deviation of one value, worked out by hand for each; q10, q50 and
 * q90 are the values at those shares (whole numbers, so a count has steps). */
static const struct {
    const char *name;
    struct distribution distribution;
    double mean, sigma;
    double q10, q50, q90;
} kinds[] = {
    { "constant", { .kind = DISTRIBUTION_CONSTANT, .mean = 1234 }, 1234, 0, 1234, 1234, 1234 },
    { "exponential", { .kind = DISTRIBUTION_EXPONENTIAL, .mean = 1e9 }, 1e9, 1e9, 105360516,
      693147181, 2302585093 },
    { "uniform", { .kind = DISTRIBUTION_UNIFORM, .mean = 1e6, .spread = 4e5 }, 1e6, 230940.11,
      680000, 1000000, 1320000 },
    /* median e^mu with mu = ln(mean) - 1/2; sigma = mean sqrt(e - 1) */
    { "lognormal", { .kind = DISTRIBUTION_LOGNORMAL, .mean = 1e6, .sigma = 1 }, 1e6, 1310832.0,
      168376.7, 606530.66, 2184859.6 },
    /* sigma = sqrt(m (m - 1)); P(X <= k) = 1 - (1 - 1/m)^k */
    { "geometric", { .kind = DISTRIBUTION_GEOMETRIC, .mean = 5 }, 5, 4.4721360, 1, 4, 11 },
    { "geometric of 1", { .kind = DISTRIBUTION_GEOMETRIC, .mean = 1 }, 1, 0, 1, 1, 1 },
    { "empirical", { .kind = DISTRIBUTION_EMPIRICAL, .rows = page_sizes, .row_count = 5 },
      4335, 13318.0, 200, 1000, 5000 },
};

/* The mean of 200,000 values lies within 4.5 standard errors (and half a unit of
 * rounding) of the promise. */
START_TEST(the_mean_is_the_one_promised)
{
    double sum = 0;

    for (uint64_t i = 0; i < DRAWS; i++)
        sum += (double)distribution_value(&kinds[_i].distribution, chance_fold(4, i));
    double error = fabs(sum / DRAWS - kinds[_i].mean);
    ck_assert_msg(error <= 4.5 * kinds[_i].sigma / sqrt(DRAWS) + 0.01, "%s: mean %f",
                  kinds[_i].name, sum / DRAWS);
    ck_assert_double_eq_tol(distribution_mean(&kinds[_i].distribution), kinds[_i].mean, 1e-6);
}
END_TEST

static int64_t at_share(const struct distribution *distribution, double share)
{
    return distribution_value(distribution, (uint64_t)(share * 0x1p64));
}

/* One draw gives one value by inversion, upwards or downwards: the draw at a share gives
 * the quantile there (to a rounding), so nine tenths lie below the ninth decile. */
START_TEST(a_draw_gives_the_quantile_at_its_share)
{
    const struct distribution *distribution = &kinds[_i].distribution;
    bool falls = at_share(distribution, 0.1) > at_share(distribution, 0.9);
    double tolerance = 1e-6;

    ck_assert_double_eq_tol((double)at_share(distribution, falls ? 0.9 : 0.1), kinds[_i].q10,
                            1 + tolerance * kinds[_i].q10);
    ck_assert_double_eq_tol((double)at_share(distribution, 0.5), kinds[_i].q50,
                            1 + tolerance * kinds[_i].q50);
    ck_assert_double_eq_tol((double)at_share(distribution, falls ? 0.1 : 0.9), kinds[_i].q90,
                            1 + tolerance * kinds[_i].q90);
}
END_TEST

/* A geometric count is k with probability p (1-p)^(k-1), p = 1/mean: the first five
 * counts of 200,000 draws, each within 4.5 sigma. */
START_TEST(a_geometric_count_starts_at_1)
{
    struct distribution requests = { .kind = DISTRIBUTION_GEOMETRIC, .mean = 3 };
    unsigned counts[6] = { 0 };

    for (uint64_t i = 0; i < DRAWS; i++) {
        int64_t value = distribution_value(&requests, chance_fold(6, i));
        ck_assert_int_ge(value, 1);
        counts[MIN(value, 6) - 1]++;
    }
    for (int k = 1; k <= 5; k++) {
        double share = pow(2.0 / 3, k - 1) / 3;
        ck_assert_double_le(fabs(counts[k - 1] - DRAWS * share),
                            4.5 * sqrt(DRAWS * share * (1 - share)));
    }
}
END_TEST

/* A table is met at its rows, and is straight between them: a tenth have the first
 * value, none more than the last. */
START_TEST(a_table_is_linear_between_its_rows)
{
    struct distribution table = { .kind = DISTRIBUTION_EMPIRICAL, .rows = page_sizes,
                                  .row_count = 5 };

    ck_assert_int_eq(at_share(&table, 0.05), 200);
    ck_assert_int_eq(at_share(&table, 0.3), 600);
    ck_assert_int_eq(at_share(&table, 0.7), 3000);
    ck_assert_int_eq(at_share(&table, 0.93), 5000);
    ck_assert_int_eq(at_share(&table, 0.975), 52500);
    ck_assert_int_eq(distribution_value(&table, 0), 200);
    ck_assert_int_eq(distribution_value(&table, UINT64_MAX), 100000);
    table.row_count = 1;
    table.rows = (struct distribution_row[]){ { 42, 1 } };
    ck_assert_int_eq(at_share(&table, 0.5), 42);
    ck_assert(distribution_mean(&table) == 42.0);
}
END_TEST

/* Values round to the nearest whole number and stay within 0 and 2^62, whatever the
 * setting: a spread wider than the mean, a sigma of 50, a mean beyond all bounds. */
START_TEST(values_are_whole_and_bounded)
{
    static const struct distribution wild[] = {
        { .kind = DISTRIBUTION_UNIFORM, .mean = 10, .spread = 1000 },
        { .kind = DISTRIBUTION_LOGNORMAL, .mean = 1e9, .sigma = 50 },
        { .kind = DISTRIBUTION_LOGNORMAL, .mean = 0, .sigma = 1 },
        { .kind = DISTRIBUTION_EXPONENTIAL, .mean = 1e30 },
        { .kind = DISTRIBUTION_GEOMETRIC, .mean = 1e15 },
        { .kind = DISTRIBUTION_CONSTANT, .mean = -3 },
    };
    static const uint64_t ends[] = { 0, UINT64_MAX };
    struct distribution nearly_3 = distribution_constant(2.5);

    for (size_t i = 0; i < G_N_ELEMENTS(wild); i++)
        for (uint64_t draw = 0; draw < 1002; draw++) {
            uint64_t key = draw < 2 ? ends[draw] : chance_mix(draw);
            int64_t value = distribution_value(&wild[i], key);
            ck_assert_int_ge(value, 0);
            ck_assert_int_le(value, INT64_C(1) << 62);
        }
    ck_assert_int_eq(distribution_value(&nearly_3, 1), 3);
}
END_TEST

/* A copy has a table of its own and outlives the original. */
START_TEST(a_copy_owns_its_table)
{
    struct distribution table = { .kind = DISTRIBUTION_EMPIRICAL, .row_count = 5 };

    table.rows = g_memdup2(page_sizes, sizeof page_sizes);
    struct distribution copy = distribution_copy(&table);
    distribution_clear(&table);
    ck_assert_ptr_null(table.rows);
    ck_assert_int_eq(at_share(&copy, 0.5), 1000);
    distribution_clear(&copy);
}
END_TEST

Suite *distribution_suite(void)
{
    Suite *suite = suite_create("distribution");
    TCase *tcase = tcase_create("distribution");

    tcase_add_loop_test(tcase, the_mean_is_the_one_promised, 0, G_N_ELEMENTS(kinds));
    tcase_add_loop_test(tcase, a_draw_gives_the_quantile_at_its_share, 0, G_N_ELEMENTS(kinds));
    tcase_add_test(tcase, a_geometric_count_starts_at_1);
    tcase_add_test(tcase, a_table_is_linear_between_its_rows);
    tcase_add_test(tcase, values_are_whole_and_bounded);
    tcase_add_test(tcase, a_copy_owns_its_table);
    suite_add_tcase(suite, tcase);
    return suite;
}
