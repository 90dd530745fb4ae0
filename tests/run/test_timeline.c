/* When faults strike. */
#include "sim/engine/chance.h"
#include "sim/fault/timeline.h"
#include "tests/run/suites.h"
#include "tests/run/support.h"

#include <stdlib.h>

#define FAULTS                                                   \
    "[faults]\nfirst = at 5s +-500ms crash A\n"                  \
    "second = after first 2s +-100ms restart A\n"                \
    "slow = from 1s to 2s link clients delay 40ms\n"

/* A spread is uniform to either side, the same in every asking, and another in another
 * repetition; what comes after a fault follows its drawn time. */
START_TEST(spreads_are_drawn_once_per_repetition)
{
    struct scenario *scenario = scenario_pair(FAULTS);
    nstime sum = 0;
    enum { REPETITIONS = 2000 };
    for (uint32_t repetition = 0; repetition < REPETITIONS; repetition++) {
        uint64_t key = chance_root(1, repetition);
        struct fault_time *times = timeline_draw(scenario, key, NSTIME_NEVER);
        struct fault_time *again = timeline_draw(scenario, key, NSTIME_NEVER);
        ck_assert_int_ge(times[0].begins, 4500 * NSTIME_MS);
        ck_assert_int_le(times[0].begins, 5500 * NSTIME_MS);
        ck_assert_int_eq(times[0].begins, again[0].begins);
        nstime wait = times[1].begins - times[0].begins;
        ck_assert_int_ge(wait, 1900 * NSTIME_MS);
        ck_assert_int_le(wait, 2100 * NSTIME_MS);
        ck_assert_int_eq(times[2].begins, NSTIME_S);
        ck_assert_int_eq(times[2].ends, 2 * NSTIME_S);
        ck_assert_int_eq(times[0].ends, NSTIME_NEVER);
        sum += times[0].begins;
        g_free(times);
        g_free(again);
    }
    /* standard error of the mean: 289 ms / sqrt(2000) = 6.5 ms */
    ck_assert_int_lt(llabs(sum / REPETITIONS - 5 * NSTIME_S), 26 * NSTIME_MS);
    scenario_free(scenario);
}
END_TEST

/* A further fault shifts nobody else's draw. */
START_TEST(a_further_fault_shifts_no_draw)
{
    struct scenario *few = scenario_pair("[faults]\nfirst = at 5s +-500ms crash A\n");
    struct scenario *more = scenario_pair("[faults]\nother = at 3s +-500ms restart B\n"
                                          "first = at 5s +-500ms crash A\n");
    struct fault_time *a = timeline_draw(few, 42, NSTIME_NEVER);
    struct fault_time *b = timeline_draw(more, 42, NSTIME_NEVER);
    ck_assert_int_eq(a[0].begins, b[1].begins);
    ck_assert_int_ne(b[0].begins - 3 * NSTIME_S, b[1].begins - 5 * NSTIME_S);
    g_free(a);
    g_free(b);
    scenario_free(few);
    scenario_free(more);
}
END_TEST

Suite *timeline_suite(void)
{
    Suite *suite = suite_create("fault/timeline");
    TCase *tcase = tcase_create("times");
    tcase_add_test(tcase, spreads_are_drawn_once_per_repetition);
    tcase_add_test(tcase, a_further_fault_shifts_no_draw);
    suite_add_tcase(suite, tcase);
    return suite;
}
