/* The hold model of the engine: how many events a second it takes out and schedules
 * anew, with N pending. A stand-alone program; it alone looks at a real clock.
 *
 *   bench_engine               lines hold,N,events_per_s,VALUE and hold,N,check,VALUE
 *                              for N = 10^3, 10^4 and 10^5
 *   bench_engine N WARM HOLDS  the same for one N
 *
 * N events with ids 0..N-1; each, when it runs, schedules itself again after the next
 * of 65,536 increments, exponential with a mean of one second. The check value,
 * (time of the last event * 31 + its id) mod 1,000,003 after the warm-up and the
 * measured events, is the same for every queue that keeps the order of (time, order
 * of scheduling): 500,500 events at N = 1000 give 75595. */
#include "sim/engine/chance.h"
#include "sim/engine/engine.h"
#include "sim/engine/exact.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { INCREMENTS = 65536, HOLDS = 500000, ROUNDS = 5 };

struct hold {
    struct engine *engine;
    nstime increments[INCREMENTS];
    uint32_t next;
    uint64_t last_id;
};

static double processor_seconds(void)
{
    struct timespec now;

    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

static void hold_again(void *object, uint64_t id)
{
    struct hold *hold = object;
    nstime at = engine_now(hold->engine) + hold->increments[hold->next++ % INCREMENTS];

    hold->last_id = id;
    engine_schedule(hold->engine, at, hold_again, hold, id);
}

static void prepare(struct hold *hold, uint64_t pending)
{
    hold->engine = engine_new();
    hold->next = 0;
    for (uint64_t i = 0; i < INCREMENTS; i++) {
        uint64_t draw = chance_mix(i + UINT64_C(0x9E3779B97F4A7C15));
        double u = (double)(draw >> 11) * 0x1p-53;
        hold->increments[i] = 1 + (nstime)(-exact_log(1 - u) * 1e9);
    }
    for (uint64_t id = 0; id < pending; id++)
        engine_schedule(hold->engine, hold->increments[hold->next++ % INCREMENTS], hold_again,
                        hold, id);
}

static void steps(struct hold *hold, uint64_t count)
{
    for (uint64_t i = 0; i < count; i++)
        engine_step(hold->engine, NSTIME_NEVER);
}

/* Events a second of processor time: what other processes take is left out. */
static double measure(struct hold *hold, uint64_t pending, uint64_t warm, uint64_t holds,
                      uint64_t *check)
{
    prepare(hold, pending);
    steps(hold, warm);
    double start = processor_seconds();
    steps(hold, holds);
    double seconds = processor_seconds() - start;
    *check = ((uint64_t)engine_now(hold->engine) * 31 + hold->last_id) % 1000003;
    engine_free(hold->engine);
    return (double)holds / seconds;
}

/* The best of a few rounds: other processes share the caches. */
static void report(struct hold *hold, uint64_t pending, uint64_t warm, uint64_t holds)
{
    double best = 0;
    uint64_t check = 0;

    for (int round = 0; round < ROUNDS; round++) {
        double rate = measure(hold, pending, warm, holds, &check);
        best = rate > best ? rate : best;
    }
    printf("hold,%" PRIu64 ",events_per_s,%.0f\n", pending, best);
    printf("hold,%" PRIu64 ",check_%" PRIu64 ",%" PRIu64 "\n", pending, warm + holds, check);
}

int main(int argc, char **argv)
{
    struct hold *hold = malloc(sizeof *hold);

    if (hold == NULL || (argc != 1 && argc != 4)) {
        fputs("usage: bench_engine [N WARM HOLDS]\n", stderr);
        free(hold);
        return 2;
    }
    if (argc == 4) {
        report(hold, strtoull(argv[1], NULL, 10), strtoull(argv[2], NULL, 10),
               strtoull(argv[3], NULL, 10));
    } else {
        for (uint64_t pending = 1000; pending <= 100000; pending *= 10)
            report(hold, pending, pending / 2, HOLDS);
    }
    free(hold);
    return 0;
}
