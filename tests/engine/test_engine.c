/* The engine: order, clock, cancellation, and what it holds. */
#include "sim/engine/chance.h"
#include "sim/engine/engine.h"
#include "sim/engine/exact.h"
#include "tests/engine/suites.h"

#include <glib.h>
#include <signal.h>
#include <string.h>

/* ---- fixture: an engine, and a log of the numbers that ran ---- */

static struct engine *engine;
static GArray *ran; /* of uint64_t */

static void setup(void)
{
    engine = engine_new();
    ran = g_array_new(FALSE, FALSE, sizeof(uint64_t));
}

static void teardown(void)
{
    engine_free(engine);
    g_array_unref(ran);
}

/* ---- helpers ---- */

static void log_number(void *object, uint64_t number)
{
    GArray *log = object;
    g_array_append_val(log, number);
}

static event_handle at(nstime time, uint64_t number)
{
    return engine_schedule(engine, time, log_number, ran, number);
}

static void expect_ran(const uint64_t *numbers, guint count)
{
    ck_assert_uint_eq(ran->len, count);
    for (guint i = 0; i < count; i++)
        ck_assert_uint_eq(g_array_index(ran, uint64_t, i), numbers[i]);
}
#define EXPECT_RAN(...)                                                    \
    expect_ran((const uint64_t[]){ __VA_ARGS__ },                          \
               G_N_ELEMENTS(((const uint64_t[]){ __VA_ARGS__ })))

static void log_and_schedule_now(void *object, uint64_t number)
{
    log_number(object, number);
    at(engine_now(engine), number + 100);
}

static void log_and_stop(void *object, uint64_t number)
{
    log_number(object, number);
    engine_stop(engine);
}

/* ---- tests ---- */

/* Events of one instant run in the order in which they were scheduled, also one that is
 * scheduled for this very instant while it is running. */
START_TEST(equal_times_run_in_order_of_scheduling)
{
    at(20, 4);
    engine_schedule(engine, 10, log_and_schedule_now, ran, 1);
    at(10, 2);
    at(10, 3);
    engine_run(engine, 30);
    EXPECT_RAN(1, 2, 3, 101, 4);
}
END_TEST

/* The limit is included; after engine_run() the clock stands at the limit, after a step
 * that found nothing it stays. */
START_TEST(the_clock_goes_to_the_limit)
{
    at(10, 1);
    at(11, 2);
    engine_run(engine, 10);
    EXPECT_RAN(1);
    ck_assert_int_eq(engine_now(engine), 10);
    ck_assert(!engine_step(engine, 10));
    ck_assert(engine_step(engine, 11));
    ck_assert(!engine_step(engine, NSTIME_NEVER));
    ck_assert_int_eq(engine_now(engine), 11);
    engine_run(engine, 50);
    ck_assert_int_eq(engine_now(engine), 50);
}
END_TEST

/* A handler stops the run: the rest waits, the clock stays, and the next run goes on. */
START_TEST(stop_leaves_the_rest_waiting)
{
    engine_schedule(engine, 10, log_and_stop, ran, 1);
    at(20, 2);
    engine_run(engine, 100);
    EXPECT_RAN(1);
    ck_assert_int_eq(engine_now(engine), 10);
    ck_assert_uint_eq(engine_pending(engine), 1);
    engine_run(engine, 100);
    EXPECT_RAN(1, 2);
}
END_TEST

/* A cancelled event does not run, is not counted as waiting, and cancelling twice, or 0,
 * changes nothing. */
START_TEST(a_cancelled_event_does_not_run)
{
    event_handle doomed = at(10, 1);

    at(20, 2);
    engine_cancel(engine, doomed);
    engine_cancel(engine, doomed);
    engine_cancel(engine, 0);
    ck_assert_uint_eq(engine_pending(engine), 1);
    engine_run(engine, 30);
    EXPECT_RAN(2);
    ck_assert_uint_eq(engine_events(engine), 1);
}
END_TEST

/* The handle of an event that has run names nothing, although its slot belongs to
 * another event by now. */
START_TEST(a_stale_handle_cancels_nothing)
{
    event_handle old = at(10, 1);

    engine_run(engine, 10);
    event_handle fresh = at(20, 2);
    ck_assert(fresh != old);
    engine_cancel(engine, old);
    engine_run(engine, 20);
    EXPECT_RAN(1, 2);
}
END_TEST

static event_handle own_handle;

static void cancel_itself(void *object, uint64_t number)
{
    engine_cancel(engine, own_handle);
    at(engine_now(engine) + 1, number + 1);
    engine_cancel(engine, own_handle);
    log_number(object, number);
}

/* An event that cancels itself while it runs harms neither itself nor the event that it
 * schedules, which takes over its slot. */
START_TEST(an_event_may_cancel_itself)
{
    own_handle = engine_schedule(engine, 10, cancel_itself, ran, 1);
    engine_run(engine, 20);
    EXPECT_RAN(1, 2);
}
END_TEST

START_TEST(scheduling_into_the_past_is_a_bug)
{
    engine_run(engine, 10);
    at(9, 1);
}
END_TEST

/* A time-out that is armed and cancelled a million times, a minute ahead each time, does
 * not pile up: what is cancelled never takes more than a few thousand entries. */
START_TEST(cancelled_events_do_not_pile_up)
{
    at(NSTIME_MIN, 1);
    for (uint64_t i = 0; i < 1000000; i++)
        engine_cancel(engine, at(NSTIME_MIN + (nstime)i, 2));
    ck_assert_uint_eq(engine_pending(engine), 1);
    ck_assert_uint_le(engine_memory(engine), 64 * 1024);
    engine_run(engine, NSTIME_NEVER);
    EXPECT_RAN(1);
}
END_TEST

/* After a thousand events have waited at once, a hundred thousand more, never more than
 * a thousand at a time, take no further memory. */
START_TEST(memory_follows_the_peak)
{
    for (uint64_t i = 0; i < 1000; i++)
        at((nstime)i, i);
    size_t memory = engine_memory(engine);
    for (uint64_t i = 0; i < 100000; i++) {
        engine_step(engine, NSTIME_NEVER);
        at(engine_now(engine) + 1 + (nstime)(i % 1000), i);
    }
    ck_assert_uint_eq(engine_memory(engine), memory);
    ck_assert_uint_eq(engine_peak_pending(engine), 1000);
    ck_assert_uint_eq(engine_events(engine), 100000);
}
END_TEST

/* ---- against a model: a list of (time, number, cancelled), searched ---- */

struct planned {
    nstime time;
    event_handle handle;
};

static void cancel_in_both(GArray *plan, uint64_t draw)
{
    if (plan->len == 0)
        return;
    guint victim = (guint)(draw % plan->len);
    engine_cancel(engine, g_array_index(plan, struct planned, victim).handle);
    g_array_remove_index(plan, victim);
}

static void step_both(GArray *plan)
{
    guint least = 0;

    for (guint i = 1; i < plan->len; i++)
        if (g_array_index(plan, struct planned, i).time
            < g_array_index(plan, struct planned, least).time)
            least = i;
    ck_assert(engine_step(engine, NSTIME_NEVER) == (plan->len > 0));
    if (plan->len == 0)
        return;
    ck_assert_int_eq(engine_now(engine), g_array_index(plan, struct planned, least).time);
    g_array_remove_index(plan, least);
}

/* Random scripts of schedule, cancel and step, with many cancellations, so that sweeps
 * take place: the clock goes exactly as the model says. */
START_TEST(agrees_with_a_searched_list)
{
    GArray *plan = g_array_new(FALSE, FALSE, sizeof(struct planned));
    uint64_t key = chance_fold(2, (uint64_t)_i);

    for (uint64_t step = 0; step < 20000; step++) {
        uint64_t draw = chance_fold(key, step);
        struct planned planned = { .time = engine_now(engine) + (nstime)(draw >> 40) % 1000 };
        if (draw % 100 < 60) {
            planned.handle = at(planned.time, step);
            g_array_append_val(plan, planned);
        } else if (draw % 100 < 95) {
            cancel_in_both(plan, draw >> 20);
        } else {
            step_both(plan);
        }
        ck_assert_uint_eq(engine_pending(engine), plan->len);
    }
    g_array_unref(plan);
}
END_TEST

/* ---- the hold model, whose check values other queues gave as well ---- */

struct hold {
    nstime increments[65536];
    uint16_t next;
    uint64_t last;
};

static void hold_again(void *object, uint64_t id)
{
    struct hold *hold = object;

    hold->last = id;
    engine_schedule(engine, engine_now(engine) + hold->increments[hold->next++], hold_again,
                    hold, id);
}

/* N events that go on scheduling themselves anew: after so many, the time and the id of
 * the last are those that ns-3, GLib's tree and plain heaps of arity 2 and 4 came to. */
static const struct {
    uint64_t pending, events, check;
} hold_values[] = { { 1000, 500500, 75595 }, { 1000, 100250, 131724 },
                    { 100000, 550000, 445292 } };

START_TEST(the_hold_model_ends_where_others_end)
{
    static struct hold hold;

    memset(&hold, 0, sizeof hold);
    for (uint64_t i = 0; i < G_N_ELEMENTS(hold.increments); i++) {
        uint64_t draw = chance_mix(i + UINT64_C(0x9E3779B97F4A7C15));
        hold.increments[i] = 1 + (nstime)(-exact_log(1 - (double)(draw >> 11) * 0x1p-53) * 1e9);
    }
    for (uint64_t id = 0; id < hold_values[_i].pending; id++)
        engine_schedule(engine, hold.increments[hold.next++], hold_again, &hold, id);
    for (uint64_t i = 0; i < hold_values[_i].events; i++)
        engine_step(engine, NSTIME_NEVER);
    ck_assert_uint_eq(((uint64_t)engine_now(engine) * 31 + hold.last) % 1000003,
                      hold_values[_i].check);
}
END_TEST

Suite *engine_suite(void)
{
    Suite *suite = suite_create("engine");
    TCase *tcase = tcase_create("engine");

    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_add_test(tcase, equal_times_run_in_order_of_scheduling);
    tcase_add_test(tcase, the_clock_goes_to_the_limit);
    tcase_add_test(tcase, stop_leaves_the_rest_waiting);
    tcase_add_test(tcase, a_cancelled_event_does_not_run);
    tcase_add_test(tcase, a_stale_handle_cancels_nothing);
    tcase_add_test(tcase, an_event_may_cancel_itself);
    if (g_strcmp0(g_getenv("CK_FORK"), "no") != 0) /* an abort needs a process of its own */
        tcase_add_test_raise_signal(tcase, scheduling_into_the_past_is_a_bug, SIGABRT);
    tcase_add_test(tcase, cancelled_events_do_not_pile_up);
    tcase_add_test(tcase, memory_follows_the_peak);
    tcase_add_loop_test(tcase, agrees_with_a_searched_list, 0, 10);
    tcase_add_loop_test(tcase, the_hold_model_ends_where_others_end, 0,
                        G_N_ELEMENTS(hold_values));
    suite_add_tcase(suite, tcase);
    return suite;
}
