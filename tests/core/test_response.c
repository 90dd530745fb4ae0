#include "core/response.h"
#include "tests/core/suites.h"

#include <math.h>

/* ---- tests */

/* The share of a new sample is 1 - exp(-dt / 60 s) to a billionth, from nanoseconds to
 * days, and grows with the time (R-306, fact F-408). */
START_TEST(share_is_the_formula)
{
    static const nstime times[] = {
        0, 1, 1000, NSTIME_MS, 20 * NSTIME_MS, NSTIME_S, 7 * NSTIME_S, 59 * NSTIME_S,
        60 * NSTIME_S, 61 * NSTIME_S, 10 * NSTIME_MIN, 22 * NSTIME_MIN, 23 * NSTIME_MIN,
        1440 * NSTIME_MIN, NSTIME_NEVER,
    };
    uint64_t before = 0;
    for (unsigned i = 0; i < G_N_ELEMENTS(times); i++) {
        uint64_t share = response_share(times[i]);
        double exact = -expm1(-(double)times[i] / 60e9);
        ck_assert_double_eq_tol((double)share / 4294967296.0, exact, 1e-8);
        ck_assert_uint_ge(share, before);
        before = share;
    }
}
END_TEST

/* The first sample is believed, later ones by their share, in either direction; an
 * endless row of equal ones is reached however fast they come. */
START_TEST(smooths_what_it_is_told)
{
    struct response response = {0};
    ck_assert_uint_eq(response_time(&response), RESPONSE_UNKNOWN);
    response_sample(&response, NSTIME_S, 20 * NSTIME_MS);
    ck_assert_uint_eq(response_time(&response), 20 * NSTIME_MS);
    response_sample(&response, 61 * NSTIME_S, 120 * NSTIME_MS);
    ck_assert_double_eq_tol((double)response_time(&response), 20e6 - 100e6 * expm1(-1), 2);
    nstime now = 61 * NSTIME_S;
    for (unsigned i = 0; i < 400000; i++)
        response_sample(&response, now += NSTIME_MS, 5 * NSTIME_MS);
    ck_assert_double_eq_tol((double)response_time(&response), 5e6 + 78.2e6 * exp(-400.0 / 60),
                            1e5);
}
END_TEST

/* Neither nothing nor an hour makes a time that products could overflow with. */
START_TEST(stays_within_bounds)
{
    struct response response = {0};
    response_sample(&response, 1, 0);
    ck_assert_uint_eq(response_time(&response), 1);
    response_sample(&response, NSTIME_NEVER - 1, 3600 * NSTIME_S);
    ck_assert_uint_eq(response_time(&response), RESPONSE_MAX);
}
END_TEST

Suite *response_suite(void)
{
    Suite *suite = suite_create("response");
    TCase *tcase = tcase_create("response");
    tcase_add_test(tcase, share_is_the_formula);
    tcase_add_test(tcase, smooths_what_it_is_told);
    tcase_add_test(tcase, stays_within_bounds);
    suite_add_tcase(suite, tcase);
    return suite;
}
