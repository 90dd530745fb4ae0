/* The exact functions: close to the C library's, and the same bits everywhere. */
#include "sim/engine/chance.h"
#include "sim/engine/exact.h"
#include "tests/engine/suites.h"

#include <glib.h>
#include <math.h>
#include <string.h>

enum { ARGUMENTS = 100000 };

/* Arguments over 600 powers of two, subnormal ones left to a test of their own. */
static double positive(uint64_t i)
{
    uint64_t draw = chance_mix(i);

    return ldexp(1 + (double)(draw >> 12) * 0x1p-52, (int)(draw & 0x3ff) % 600 - 300);
}

static double signed_700(uint64_t i)
{
    return (chance_unit(chance_mix(i)) - 0.5) * 1400;
}

/* Half of them spread over the middle, half going into either tail by powers of two. */
static double share(uint64_t i)
{
    double unit = chance_unit(chance_mix(i));

    if (i % 2 == 0)
        return unit;
    double tail = ldexp(unit, -(int)(i % 50));
    return i % 4 == 1 || tail < 0x1p-50 ? tail : 1 - tail;
}

START_TEST(the_logarithm_is_close)
{
    double worst = 0;

    for (uint64_t i = 0; i < ARGUMENTS; i++) {
        double x = positive(i);
        worst = MAX(worst, fabs(exact_log(x) / log(x) - 1));
    }
    ck_assert_double_le(worst, 1e-14);
}
END_TEST

/* Near 1 the logarithm is near 0: the error stays small beside it. */
START_TEST(the_logarithm_is_close_near_1)
{
    for (int i = 1; i <= 52; i++) {
        double above = 1 + ldexp(1, -i);
        double below = 1 - ldexp(1, -i - 1);
        ck_assert_double_le(fabs(exact_log(above) - log(above)), 1e-14 * log(above));
        ck_assert_double_le(fabs(exact_log(below) - log(below)), -1e-14 * log(below));
    }
    ck_assert(exact_log(1) == 0.0);
}
END_TEST

/* The ends: the least subnormal, the least normal, the largest number; and the powers
 * of two between. */
START_TEST(the_logarithm_takes_every_positive_number)
{
    static const double ends[] = { 0x1p-1074, 0x1.fp-1030, 0x1p-1022, 0x1.fffffffffffffp1023 };

    for (size_t i = 0; i < G_N_ELEMENTS(ends); i++)
        ck_assert_double_le(fabs(exact_log(ends[i]) - log(ends[i])), 1e-11);
    for (int power = -1022; power <= 1023; power++)
        ck_assert_double_le(fabs(exact_log(ldexp(1, power)) - power * log(2)), 2e-13);
}
END_TEST

START_TEST(the_exponential_is_close)
{
    double worst = 0;

    for (uint64_t i = 0; i < ARGUMENTS; i++) {
        double x = signed_700(i);
        worst = MAX(worst, fabs(exact_exp(x) / exp(x) - 1));
    }
    ck_assert_double_le(worst, 1e-14);
    ck_assert(exact_exp(0) == 1.0);
    ck_assert_double_le(fabs(exact_exp(700) / exp(700) - 1), 1e-14);
    ck_assert_double_le(fabs(exact_exp(-700) / exp(-700) - 1), 1e-14);
}
END_TEST

static double normal_density(double z)
{
    return exp(-z * z / 2) / sqrt(2 * G_PI);
}

/* The distribution function of the quantile is the share again. The lower half is
 * compared, where the C library's erfc keeps its relative accuracy. */
START_TEST(the_quantile_inverts_the_normal)
{
    double worst = 0;

    for (uint64_t i = 0; i < ARGUMENTS; i++) {
        double u = share(i);
        double z = exact_normal_quantile(u);
        double lower = u <= 0.5 ? u : 1 - u;
        double back = 0.5 * erfc(fabs(z) / sqrt(2));
        double error = fabs(back - lower) / normal_density(z);
        worst = MAX(worst, error / MAX(fabs(z), 0.1));
    }
    ck_assert_double_le(worst, 1e-9);
}
END_TEST

/* Tabled values, and the two halves mirror each other to the bit. */
START_TEST(the_quantile_has_known_values)
{
    ck_assert(exact_normal_quantile(0.5) == 0.0);
    ck_assert_double_eq_tol(exact_normal_quantile(0.975), 1.959963984540054, 1e-14);
    ck_assert_double_eq_tol(exact_normal_quantile(0.9995), 3.290526731491926, 1e-12);
    ck_assert_double_eq_tol(exact_normal_quantile(1e-12), -7.034483825301131, 1e-11);
    for (uint64_t i = 0; i < 1000; i++) {
        double u = chance_unit(chance_mix(i));
        ck_assert(exact_normal_quantile(u) == -exact_normal_quantile(1 - u));
    }
}
END_TEST

/* On a hundred thousand rising arguments no function falls, also where its pieces meet. */
START_TEST(the_functions_rise)
{
    unsigned falls = 0;

    for (uint64_t i = 1; i + 1 < ARGUMENTS; i++) {
        double low = (double)i / ARGUMENTS;
        double high = (double)(i + 1) / ARGUMENTS;
        falls += exact_log(low * 4) >= exact_log(high * 4);
        falls += exact_exp(low * 20 - 10) >= exact_exp(high * 20 - 10);
        falls += exact_normal_quantile(low) >= exact_normal_quantile(high);
    }
    ck_assert_uint_eq(falls, 0);
}
END_TEST

static uint64_t fold_bits(uint64_t sum, double x)
{
    uint64_t bits;

    memcpy(&bits, &x, sizeof bits);
    return chance_fold(sum, bits);
}

/* The bits of a hundred thousand values, folded. Another number here means that this
 * machine, compiler or option computes other results than the committed ones. */
START_TEST(the_bits_are_the_same_everywhere)
{
    uint64_t logs = 0, exponentials = 0, quantiles = 0;

    for (uint64_t i = 0; i < ARGUMENTS; i++) {
        logs = fold_bits(logs, exact_log(positive(i)));
        exponentials = fold_bits(exponentials, exact_exp(signed_700(i)));
        quantiles = fold_bits(quantiles, exact_normal_quantile(share(i)));
    }
    ck_assert_uint_eq(logs, UINT64_C(3866583416343838705));
    ck_assert_uint_eq(exponentials, UINT64_C(12535576311750326837));
    ck_assert_uint_eq(quantiles, UINT64_C(117544612687599721));
}
END_TEST

Suite *exact_suite(void)
{
    Suite *suite = suite_create("exact");
    TCase *tcase = tcase_create("exact");

    tcase_add_test(tcase, the_logarithm_is_close);
    tcase_add_test(tcase, the_logarithm_is_close_near_1);
    tcase_add_test(tcase, the_logarithm_takes_every_positive_number);
    tcase_add_test(tcase, the_exponential_is_close);
    tcase_add_test(tcase, the_quantile_inverts_the_normal);
    tcase_add_test(tcase, the_quantile_has_known_values);
    tcase_add_test(tcase, the_functions_rise);
    tcase_add_test(tcase, the_bits_are_the_same_everywhere);
    suite_add_tcase(suite, tcase);
    return suite;
}
