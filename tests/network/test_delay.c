/* Delay and jitter: the shapes, the order, and what correlation does. */
#include "sim/network/delay.h"
#include "tests/network/suites.h"
#include "tests/network/support.h"

enum { DRAWS = 100000 };

static struct impairment with_delay(enum delay_distribution shape, nstime delay, nstime jitter)
{
    struct impairment impairment = perfect();

    impairment.delay = delay;
    impairment.jitter = jitter;
    impairment.delay_distribution = shape;
    return impairment;
}

static nstime delay_at(const struct impairment *impairment, double share)
{
    return delay_value(impairment, (uint64_t)(share * 0x1p64));
}

/* Quantiles in sigmas. Pareto: (4/3) (u^(-1/3) - 3/2) at u = 1 - share; the mixture is a
 * quarter of the normal's and three quarters of the Pareto's. */
static const struct {
    const char *name;
    enum delay_distribution shape;
    double q10, q50, q90;
} shapes[] = {
    { "uniform", DELAY_UNIFORM, -0.8, 0, 0.8 },
    { "normal", DELAY_NORMAL, -1.2815515655, 0, 1.2815515655 },
    { "pareto", DELAY_PARETO, -0.6190078, -0.3201053, 0.8725796 },
    { "paretonormal", DELAY_PARETONORMAL, -0.7846437, -0.2400790, 0.9748226 },
};

/* A jitter of 4 ms about 20 ms has each shape's quantiles to a few nanoseconds. The
 * Pareto's draw runs downwards: small draws are long delays. */
START_TEST(jitter_has_the_shape_asked_for)
{
    struct impairment impairment = with_delay(shapes[_i].shape, 20 * NSTIME_MS, 4 * NSTIME_MS);
    bool falls = shapes[_i].shape == DELAY_PARETO || shapes[_i].shape == DELAY_PARETONORMAL;
    double ms4 = 4e6;

    ck_assert_double_eq_tol((double)delay_at(&impairment, falls ? 0.9 : 0.1),
                            2e7 + shapes[_i].q10 * ms4, 3);
    ck_assert_double_eq_tol((double)delay_at(&impairment, 0.5), 2e7 + shapes[_i].q50 * ms4, 3);
    ck_assert_double_eq_tol((double)delay_at(&impairment, falls ? 0.1 : 0.9),
                            2e7 + shapes[_i].q90 * ms4, 3);
}
END_TEST

/* The mean of 100,000 delays is the base delay, but for the Pareto shapes' share of the
 * tail that the kernel's table cuts off (0.0329 sigma, and three quarters of that). */
START_TEST(the_mean_delay_is_the_base)
{
    static const double shifts[] = { 0, 0, -0.0329, -0.75 * 0.0329 };
    struct impairment impairment = with_delay(shapes[_i].shape, 20 * NSTIME_MS, 4 * NSTIME_MS);
    double sum = 0;

    for (uint64_t i = 0; i < DRAWS; i++)
        sum += (double)delay_value(&impairment, chance_fold(8, i));
    ck_assert_double_le(fabs(sum / DRAWS - 2e7 - shifts[_i] * 4e6), 4.5 * 4e6 / sqrt(DRAWS));
}
END_TEST

/* Uniform jitter is in whole nanoseconds from end to end: with 2 ns of it, the five
 * values come equally often. */
START_TEST(uniform_jitter_reaches_both_ends)
{
    struct impairment impairment = with_delay(DELAY_UNIFORM, 10, 2);
    uint64_t counts[5] = { 0 };

    for (uint64_t i = 0; i < 20000; i++) {
        nstime delay = delay_value(&impairment, chance_fold(5, i));
        ck_assert(delay >= 8 && delay <= 12);
        counts[delay - 8]++;
    }
    for (int i = 0; i < 5; i++)
        ck_assert(is_binomial(counts[i], 20000, 0.2));
    ck_assert_int_eq(delay_value(&impairment, 0), 8);
    ck_assert_int_eq(delay_value(&impairment, UINT64_MAX), 12);
}
END_TEST

/* Jitter wider than the delay never sends a packet back in time, and no shape reaches
 * further than the four sigmas of the kernel's tables. */
START_TEST(a_delay_is_bounded)
{
    struct impairment impairment = with_delay(shapes[_i].shape, NSTIME_MS, NSTIME_S);

    for (uint64_t i = 0; i < 5000; i++) {
        nstime delay = delay_value(&impairment, chance_fold(5, i));
        ck_assert_int_ge(delay, 0);
        ck_assert_int_le(delay, NSTIME_MS + 4 * NSTIME_S);
    }
    ck_assert_int_le(delay_value(&impairment, 0), NSTIME_MS + 4 * NSTIME_S);
    ck_assert_int_ge(delay_value(&impairment, UINT64_MAX), 0);
}
END_TEST

/* Packets leave by their own times, so jitter reorders; keep-order holds each back until
 * the one before has arrived, and no longer than that. */
START_TEST(jitter_reorders_unless_order_is_kept)
{
    struct impairment impairment = with_delay(DELAY_NORMAL, 20 * NSTIME_MS, 4 * NSTIME_MS);
    struct link *free_link = link_with("clients", 0, &impairment);
    impairment.keep_order = true;
    struct link *kept_link = link_with("clients", 0, &impairment);
    nstime last_free = 0, last_kept = 0;
    unsigned overtakings = 0;

    for (uint64_t i = 0; i < 10000; i++) {
        nstime now = (nstime)i * NSTIME_MS;
        nstime freely = forward(free_link, now, i).arrival[0];
        nstime kept = forward(kept_link, now, i).arrival[0];
        overtakings += freely < last_free;
        ck_assert_int_eq(kept, MAX(freely, last_kept));
        last_free = freely;
        last_kept = kept;
    }
    /* the difference of two delays is normal with sigma 4 ms sqrt(2): P(< -1 ms) = 0.43 */
    ck_assert_uint_gt(overtakings, 4000);
    ck_assert_uint_lt(overtakings, 4600);
    link_free(free_link);
    link_free(kept_link);
}
END_TEST

/* netem's correlation: each draw is so much the last one's, so delays of neighbours have
 * that coefficient of correlation, here 60 % within 0.02. Without it, none. */
START_TEST(correlated_delays_follow_each_other)
{
    struct impairment impairment = with_delay(DELAY_UNIFORM, 20 * NSTIME_MS, 4 * NSTIME_MS);
    double rho = _i == 0 ? 0 : 0.6;
    impairment.delay_correlation = probability_from_share(rho);
    struct link *link = link_with("clients", 0, &impairment);
    double sum = 0, squares = 0, products = 0, last = 0;

    for (uint64_t i = 0; i < DRAWS; i++) {
        nstime now = (nstime)i * NSTIME_S;
        double x = (double)(forward(link, now, i).arrival[0] - now) - 2e7;
        sum += x;
        squares += x * x;
        products += x * last;
        last = x;
    }
    double mean = sum / DRAWS;
    double variance = squares / DRAWS - mean * mean;
    ck_assert_double_eq_tol((products / DRAWS - mean * mean) / variance, rho, 0.02);
    /* it also narrows the spread: variance times (1 - rho) / (1 + rho) */
    ck_assert_double_eq_tol(variance / (4e6 * 4e6 / 3), (1 - rho) / (1 + rho), 0.02);
    link_free(link);
}
END_TEST

Suite *delay_suite(void)
{
    Suite *suite = suite_create("delay");
    TCase *tcase = tcase_create("delay");

    tcase_add_loop_test(tcase, jitter_has_the_shape_asked_for, 0, G_N_ELEMENTS(shapes));
    tcase_add_loop_test(tcase, the_mean_delay_is_the_base, 0, G_N_ELEMENTS(shapes));
    tcase_add_test(tcase, uniform_jitter_reaches_both_ends);
    tcase_add_loop_test(tcase, a_delay_is_bounded, 0, G_N_ELEMENTS(shapes));
    tcase_add_test(tcase, jitter_reorders_unless_order_is_kept);
    tcase_add_loop_test(tcase, correlated_delays_follow_each_other, 0, 2);
    suite_add_tcase(suite, tcase);
    return suite;
}
