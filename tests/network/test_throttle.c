/* Turns: what passes a throttle when, and what does not. */
#include "sim/engine/chance.h"
#include "sim/network/throttle.h"
#include "tests/network/suites.h"

#include <glib.h>
#include <math.h>

enum { ITEMS = 4000 };

struct job {
    struct throttle_item item;
    nstime came, left; /* left: -1 not yet, -2 lost */
};

static struct engine *engine;
static struct throttle *throttle;
static struct job jobs[ITEMS];
static unsigned job_count, served_count, dropped;

static void take(void *object, struct throttle_item *item, bool served)
{
    struct job *job = (struct job *)item;
    ck_assert_ptr_eq(object, jobs);
    job->left = served ? engine_now(engine) : -2;
    served_count += served;
}

static void begin(uint64_t rate, uint64_t room)
{
    engine = engine_new();
    throttle = throttle_new(engine, rate, room, jobs);
    job_count = served_count = dropped = 0;
}

static void end(void)
{
    throttle_free(throttle);
    engine_free(engine);
}

static void put(uint32_t work, uint32_t size)
{
    struct job *job = &jobs[job_count++];
    g_assert(job_count <= ITEMS);
    *job = (struct job){ .item = { .take = take, .work = work, .size = size },
                         .came = engine_now(engine),
                         .left = -1 };
    dropped += !throttle_put(throttle, &job->item);
}

static void arrive(void *object, uint64_t number)
{
    (void)object, (void)number;
    put(1, 1);
}

static void arrive_at(nstime at)
{
    engine_schedule(engine, at, arrive, NULL, 0);
}

/* Arrivals at an even pace of 999 a second meet 1000 a second and no room at all: each finds
 * the last one gone, waits for nobody and is done a millisecond later. At 1000 a second it may
 * find it at the very end of its turn: room for one is enough, and nobody waits either. */
START_TEST(below_the_rate_nothing_is_lost)
{
    begin(1000, (uint64_t)_i);
    for (unsigned i = 0; i < 3000; i++)
        arrive_at((nstime)i * NSTIME_S / (_i == 0 ? 999 : 1000));
    engine_run(engine, 10 * NSTIME_S);
    ck_assert_uint_eq(dropped, 0);
    ck_assert_uint_eq(served_count, 3000);
    for (unsigned i = 0; i < 3000; i++)
        ck_assert_int_eq(jobs[i].left, jobs[i].came + NSTIME_MS);
    end();
}
END_TEST

/* 1250 a second for two seconds: 2000 turns there are, the one in hand and the ten that wait
 * at the end are done later, and the excess, all others, is dropped. */
START_TEST(above_the_rate_the_excess_is_lost)
{
    begin(1000, 10);
    for (unsigned i = 0; i < 2500; i++)
        arrive_at((nstime)i * NSTIME_S / 1250);
    engine_run(engine, 2 * NSTIME_S - 1);
    ck_assert_uint_eq(served_count, 1999);
    ck_assert_uint_eq(throttle_count(throttle), 11);
    ck_assert_uint_eq(dropped, 2500 - 1999 - 11);
    engine_run(engine, 3 * NSTIME_S);
    ck_assert_uint_eq(served_count, 2010);
    end();
}
END_TEST

/* Arrivals at random, half as many as could pass, wait half a service time on average, the
 * M/D/1 queue's rho / (2 (1 - rho)): within a tenth, over twenty queues of 4000. */
START_TEST(waiting_is_that_of_the_queue_m_d_1)
{
    double waited = 0;
    for (uint64_t queue = 0; queue < 20; queue++) {
        double at = 0;
        begin(1000, ITEMS);
        for (unsigned i = 0; i < ITEMS; i++) {
            at -= log(1 - chance_unit(chance_fold(queue, i))) * 2e6;
            arrive_at((nstime)at);
        }
        engine_run(engine, 100 * NSTIME_S);
        for (unsigned i = 0; i < ITEMS; i++)
            waited += (double)(jobs[i].left - jobs[i].came - NSTIME_MS);
        end();
    }
    ck_assert_double_eq_tol(waited / (20.0 * ITEMS) / 1e6, 0.5, 0.05);
}
END_TEST

/* Work is what takes time, size what takes room: of three behind one in hand the last does
 * not fit, and a smaller one does. A turn of 3 units at 300 a second takes 10 ms. */
START_TEST(work_and_room_are_counted_apart)
{
    begin(300, 1000);
    put(3, 5000);
    put(6, 768);
    ck_assert_uint_eq(dropped, 0);
    put(3, 768);
    ck_assert_uint_eq(dropped, 1);
    put(3, 232);
    ck_assert_uint_eq(dropped, 1);
    engine_run(engine, NSTIME_S);
    ck_assert_int_eq(jobs[0].left, 10 * NSTIME_MS);
    ck_assert_int_eq(jobs[1].left, 30 * NSTIME_MS);
    ck_assert_int_eq(jobs[3].left, 40 * NSTIME_MS);
    end();
}
END_TEST

/* Stopped in the middle of a turn, it needs the rest of it when it goes on. What comes
 * meanwhile waits, and stopping or going twice is harmless. */
START_TEST(a_stop_takes_no_work_away)
{
    begin(100, 10);
    put(1, 1);
    put(1, 1);
    engine_run(engine, 4 * NSTIME_MS);
    throttle_stop(throttle);
    throttle_stop(throttle);
    put(1, 1);
    engine_run(engine, NSTIME_S);
    ck_assert_uint_eq(served_count, 0);
    throttle_go(throttle);
    throttle_go(throttle);
    engine_run(engine, 2 * NSTIME_S);
    for (unsigned i = 0; i < 3; i++)
        ck_assert_int_eq(jobs[i].left, NSTIME_S + (6 + 10 * (nstime)i) * NSTIME_MS);
    end();
}
END_TEST

/* A new rate is for the next turn on; where there is no limit any more, all that wait pass
 * together, and then nothing needs to be put in. */
START_TEST(the_rate_changes_under_way)
{
    begin(100, 10);
    for (unsigned i = 0; i < 4; i++)
        put(1, 1);
    throttle_set_rate(throttle, 1000);
    engine_run(engine, 11 * NSTIME_MS);
    ck_assert_int_eq(jobs[0].left, 10 * NSTIME_MS);
    ck_assert_int_eq(jobs[1].left, 11 * NSTIME_MS);
    throttle_set_rate(throttle, 0);
    ck_assert(!throttle_is_open(throttle));
    engine_run(engine, NSTIME_S);
    ck_assert_int_eq(jobs[2].left, 12 * NSTIME_MS);
    ck_assert_int_eq(jobs[3].left, 12 * NSTIME_MS);
    ck_assert(throttle_is_open(throttle));
    end();
}
END_TEST

/* A flush loses the one in hand and all that wait, and whoever comes then is served anew,
 * also if it had been stopped. */
START_TEST(a_flush_loses_all)
{
    begin(100, 10);
    put(1, 1);
    put(1, 1);
    engine_run(engine, 5 * NSTIME_MS);
    throttle_stop(throttle);
    throttle_flush(throttle);
    ck_assert_int_eq(jobs[0].left, -2);
    ck_assert_int_eq(jobs[1].left, -2);
    ck_assert_uint_eq(throttle_count(throttle), 0);
    put(1, 1);
    engine_run(engine, NSTIME_S);
    ck_assert_int_eq(jobs[2].left, 15 * NSTIME_MS);
    end();
}
END_TEST

Suite *throttle_suite(void)
{
    Suite *suite = suite_create("throttle");
    TCase *tcase = tcase_create("throttle");

    tcase_add_loop_test(tcase, below_the_rate_nothing_is_lost, 0, 2);
    tcase_add_test(tcase, above_the_rate_the_excess_is_lost);
    tcase_add_test(tcase, waiting_is_that_of_the_queue_m_d_1);
    tcase_add_test(tcase, work_and_room_are_counted_apart);
    tcase_add_test(tcase, a_stop_takes_no_work_away);
    tcase_add_test(tcase, the_rate_changes_under_way);
    tcase_add_test(tcase, a_flush_loses_all);
    suite_add_tcase(suite, tcase);
    return suite;
}
