/* Packets on their way, against a list of their arrivals that is searched. */
#include "sim/engine/chance.h"
#include "sim/network/waiting.h"
#include "tests/network/suites.h"

#include <glib.h>

static guint count_after(GArray *arrivals, nstime now)
{
    guint count = 0;

    for (guint i = 0; i < arrivals->len; i++)
        count += g_array_index(arrivals, nstime, i) > now;
    return count;
}

/* Bursts of up to 40 packets and pauses of a few nanoseconds, so that many arrive at the
 * very instant of asking; _i in 4 of them overtake. The row grows while it is in use and
 * wraps, and the count is always that of the list. */
START_TEST(the_count_is_that_of_a_list)
{
    struct waiting waiting;
    GArray *arrivals = g_array_new(FALSE, FALSE, sizeof(nstime));
    nstime now = 0;

    waiting_init(&waiting);
    for (uint64_t step = 0; step < 300; step++) {
        uint64_t draw = chance_fold((uint64_t)_i, step);
        now += (nstime)(draw % 7);
        ck_assert_uint_eq(waiting_count(&waiting, now), count_after(arrivals, now));
        for (uint64_t k = 0; k < (draw >> 8) % 4 * (step / 20 + 1); k++) {
            uint64_t packet = chance_fold(draw, k);
            bool overtakes = packet % 4 < (uint64_t)_i;
            nstime arrival = now + 1 + (overtakes ? (nstime)(packet >> 8) % 20 : 20);
            waiting_put(&waiting, arrival);
            g_array_append_val(arrivals, arrival);
        }
    }
    ck_assert_uint_gt(waiting_count(&waiting, now), 0);
    ck_assert_uint_eq(waiting_count(&waiting, now + 21), 0);
    waiting_clear(&waiting);
    g_array_unref(arrivals);
}
END_TEST

Suite *waiting_suite(void)
{
    Suite *suite = suite_create("waiting");
    TCase *tcase = tcase_create("waiting");

    tcase_add_loop_test(tcase, the_count_is_that_of_a_list, 0, 5);
    suite_add_tcase(suite, tcase);
    return suite;
}
