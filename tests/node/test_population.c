/* What a workload is expected to have open, and what the start of a run cuts off. */
#include "tests/node/suites.h"
#include "tests/node/town.h"

#include "sim/node/population.h"

#include <math.h>

static struct town town;
static struct workload_spec *web;

/* Lives without a network: one request, answered at once, then a drawn pause and a second,
 * so that a lifetime is the think time. */
static void setup(void)
{
    town_init(&town);
    web = town_workload(&town, 0);
    web->arrivals = ARRIVAL_POISSON;
    web->rate = 100;
    web->requests = distribution_constant(2);
    web->request_size = web->response_size = distribution_constant(1);
    web->think_time = (struct distribution){
        .kind = DISTRIBUTION_EXPONENTIAL, .mean = 5e9 };
    for (unsigned i = 0; i < town.scenario.reals->len; i++) {
        struct real_spec *real = g_ptr_array_index(town.scenario.reals, i);
        real->service_time = distribution_constant(0);
    }
    for (unsigned role = 0; role < LINK_COUNT; role++)
        town.scenario.links[role].forward.delay = town.scenario.links[role].reverse.delay = 0;
}

static void teardown(void)
{
    town_clear(&town);
}

static struct population at(nstime instant)
{
    struct population population;
    ck_assert(population_at(&town.scenario, 0, instant, &population));
    return population;
}

/* Exponential lives of mean D: L D (1 - e^(-w/D)) are open w after an empty start, and
 * e^(-w/D) of the ages are cut off. The sample of 4,000 is good to 3 %. */
START_TEST(exponential_lives_fill_up)
{
    const double D = 5;
    for (double w = 1; w <= 20; w *= 2) {
        struct population population = at((nstime)(w * 1e9));
        ck_assert_double_eq_tol(population.expected, 100 * D * (1 - exp(-w / D)),
                                0.03 * population.expected);
        ck_assert_double_eq_tol(population.cut_off, exp(-w / D), 0.03);
        ck_assert(!population.heavy);
    }
    ck_assert_double_eq_tol(at(100 * NSTIME_S).mean_age, D, 0.05 * D);
}
END_TEST

/* Constant lives of 5 s: after 5 s nothing is cut off, and ages are even up to 5 s. */
START_TEST(constant_lives_are_exact)
{
    web->think_time = distribution_constant(5e9);
    ck_assert_double_eq_tol(at(2 * NSTIME_S).expected, 200, 1e-9);
    ck_assert_double_eq_tol(at(2 * NSTIME_S).cut_off, 0.6, 1e-9);
    ck_assert_double_eq_tol(at(60 * NSTIME_S).expected, 500, 1e-9);
    ck_assert_double_eq_tol(at(60 * NSTIME_S).cut_off, 0, 1e-9);
    ck_assert_double_eq_tol(at(60 * NSTIME_S).mean_age, 2.5, 1e-9);
}
END_TEST

/* A lognormal of sigma 3 has no equilibrium that a run could reach: it is called heavy. */
START_TEST(heavy_tails_are_called_so)
{
    web->think_time = (struct distribution){
        .kind = DISTRIBUTION_LOGNORMAL, .mean = 5e9, .sigma = 3 };
    ck_assert(at(20 * NSTIME_S).heavy);
}
END_TEST

/* The network's part of a life: each exchange takes the round trip and the service time, a
 * large answer a round trip for each window behind the first. */
START_TEST(lives_have_round_trips_in_them)
{
    struct link_spec *clients = &town.scenario.links[LINK_CLIENTS];
    clients->forward.delay = clients->reverse.delay = 50 * NSTIME_MS;
    web->think_time = distribution_constant(1e9);
    ck_assert_int_eq(population_lifetime(&town.scenario, 0, 7), 1200 * NSTIME_MS);
    web->response_size = distribution_constant(14600 + 1);
    ck_assert_int_eq(population_lifetime(&town.scenario, 0, 7), 1400 * NSTIME_MS);
}
END_TEST

/* A trace has no rate, and one beside another opens when the other does. */
START_TEST(what_has_no_rate_has_no_expectation)
{
    struct population population;
    web->beside = 1;
    ck_assert(!population_at(&town.scenario, 0, NSTIME_S, &population));
    web->beside = 0;
    web->arrivals = ARRIVAL_TRACE;
    ck_assert(!population_at(&town.scenario, 0, NSTIME_S, &population));
}
END_TEST

Suite *population_suite(void)
{
    Suite *suite = suite_create("population");
    TCase *cases = tcase_create("population");
    tcase_add_checked_fixture(cases, setup, teardown);
    tcase_add_test(cases, exponential_lives_fill_up);
    tcase_add_test(cases, constant_lives_are_exact);
    tcase_add_test(cases, heavy_tails_are_called_so);
    tcase_add_test(cases, lives_have_round_trips_in_them);
    tcase_add_test(cases, what_has_no_rate_has_no_expectation);
    suite_add_tcase(suite, cases);
    return suite;
}
