/* The event queue against the plainest queue there is: a list that is searched. */
#include "sim/engine/chance.h"
#include "sim/engine/queue.h"
#include "tests/engine/suites.h"

#include <glib.h>

enum { SCRIPTS = 20, STEPS = 4000 };

struct row {
    nstime time;
    uint64_t key;
};

/* The least time; of equal ones the earliest put, which stands first. */
static struct row take_least(GArray *list)
{
    guint least = 0;

    for (guint i = 1; i < list->len; i++)
        if (g_array_index(list, struct row, i).time < g_array_index(list, struct row, least).time)
            least = i;
    struct row row = g_array_index(list, struct row, least);
    g_array_remove_index(list, least);
    return row;
}

static void put_both(struct queue *queue, GArray *list, uint64_t key, nstime time)
{
    struct row row = { .time = time, .key = key };

    queue_put(queue, time, key);
    g_array_append_val(list, row);
}

static void take_both(struct queue *queue, GArray *list)
{
    struct row expected = take_least(list);

    ck_assert_int_eq(queue_first_time(queue), expected.time);
    struct queue_entry taken = queue_take(queue);
    ck_assert_int_eq(taken.time, expected.time);
    ck_assert_uint_eq(taken.key, expected.key);
}

/* Random scripts of put and take, with many equal times and rising keys: the same entries
 * come out in the same order, and those put first come first among equals. */
START_TEST(takes_in_order_of_time_and_key)
{
    struct queue queue;
    GArray *list = g_array_new(FALSE, FALSE, sizeof(struct row));
    uint64_t key = chance_fold(1, (uint64_t)_i);

    queue_init(&queue);
    for (uint64_t step = 0; step < STEPS; step++) {
        uint64_t draw = chance_fold(key, step);
        if (list->len == 0 || draw % 100 < 55)
            put_both(&queue, list, step, (nstime)(draw >> 32) % (1 << (_i % 12)));
        else
            take_both(&queue, list);
        ck_assert_uint_eq(queue_count(&queue), list->len);
    }
    while (list->len > 0)
        take_both(&queue, list);
    ck_assert_uint_eq(queue_count(&queue), 0);
    queue_clear(&queue);
    g_array_unref(list);
}
END_TEST

static bool is_even(void *context, uint64_t key)
{
    unsigned *asked = context;

    *asked += 1;
    return key % 2 == 0;
}

/* A queue of _i entries (with a hole at the root when _i is odd) keeps the even keys
 * only, asks once about each, and still gives them out in order. */
START_TEST(retains_what_the_filter_approves)
{
    struct queue queue;
    unsigned asked = 0;
    uint64_t count = (uint64_t)_i;
    nstime last = 0;

    queue_init(&queue);
    for (uint64_t key = 0; key < count; key++)
        queue_put(&queue, 1000 - (nstime)(key % 7) * 100, key);
    if (count % 2 == 1)
        queue_take(&queue);
    size_t before = queue_count(&queue);
    queue_retain(&queue, is_even, &asked);
    ck_assert_uint_eq(asked, before);
    while (queue_count(&queue) > 0) {
        struct queue_entry taken = queue_take(&queue);
        ck_assert_uint_eq(taken.key % 2, 0);
        ck_assert_int_ge(taken.time, last);
        last = taken.time;
    }
    queue_clear(&queue);
}
END_TEST

/* The largest time and key come back whole, and last. */
START_TEST(keeps_the_widest_values)
{
    struct queue queue;

    queue_init(&queue);
    queue_put(&queue, NSTIME_NEVER, UINT64_MAX);
    queue_put(&queue, NSTIME_NEVER, 0);
    queue_put(&queue, 0, UINT64_MAX);
    ck_assert_int_eq(queue_take(&queue).time, 0);
    ck_assert_uint_eq(queue_take(&queue).key, 0);
    struct queue_entry last = queue_take(&queue);
    ck_assert_int_eq(last.time, NSTIME_NEVER);
    ck_assert_uint_eq(last.key, UINT64_MAX);
    queue_clear(&queue);
}
END_TEST

Suite *queue_suite(void)
{
    Suite *suite = suite_create("queue");
    TCase *tcase = tcase_create("queue");

    tcase_add_loop_test(tcase, takes_in_order_of_time_and_key, 0, SCRIPTS);
    tcase_add_loop_test(tcase, retains_what_the_filter_approves, 0, 40);
    tcase_add_test(tcase, keeps_the_widest_values);
    suite_add_tcase(suite, tcase);
    return suite;
}
