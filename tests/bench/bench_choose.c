/* What choosing a server costs: for each predictor, a request and the end of an older
 * connection among N machines, the counters kept; beside it the same by a walk round all
 * machines, which is what a ranking (core/ranking.h) saves. */
#include "core/balance.h"
#include "core/packet.h"

#include <glib.h>
#include <stdio.h>
#include <time.h>

enum { ROUNDS = 5, REQUESTS = 100000, WALKS = 4000, STANDING = 20000, STRIDE = 7919 };

static double processor_seconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static struct virtual *make(struct machines *machines, unsigned count)
{
    struct virtual *web =
        machines_add_virtual(machines, (struct machine_id){1, 80, 0, PROTOCOL_TCP});
    for (unsigned i = 0; i < count; i++) {
        struct physical *real =
            machines_add_physical(machines, (struct machine_id){100 + i, 80, 0, PROTOCOL_TCP});
        real->weight = 1 + i % 7;
        response_sample(&real->response, 1, NSTIME_MS + (nstime)(i % 13) * NSTIME_MS);
        machines_bind(machines, web, real);
    }
    return web;
}

static void count(struct physical *physical, bool up)
{
    physical->connections += up ? 1 : UINT32_MAX;
    physical_changed(physical);
}

/* Refuses none, but the ranking's choice: then the walk decides. */
static bool not_yet(const void *context, const struct physical *physical)
{
    bool *asked = *(bool *const *)context;
    (void)physical;
    bool first = !*asked;
    *asked = true;
    return !first;
}

/* Nanoseconds for each request and end, the best of the rounds. */
static double measure(struct virtual *web, struct physical **standing, bool walk)
{
    double least = 1e9;
    unsigned requests = walk ? WALKS : REQUESTS;
    unsigned turn = 0;
    for (unsigned round = 0; round < ROUNDS; round++) {
        double start = processor_seconds();
        for (unsigned i = 0; i < requests; i++) {
            bool asked = false;
            bool *context = &asked;
            struct physical *chosen = balance_choose(web, walk ? not_yet : NULL, &context);
            turn = (turn + STRIDE) % STANDING;
            count(standing[turn], false);
            standing[turn] = chosen;
            count(chosen, true);
        }
        least = MIN(least, (processor_seconds() - start) / requests);
    }
    return least * 1e9;
}

static void bench(unsigned machine_count, enum predictor predictor)
{
    struct machines *machines = machines_new();
    struct virtual *web = make(machines, machine_count);
    struct physical **standing = g_new(struct physical *, STANDING);
    web->predictor = predictor;
    for (unsigned i = 0; i < STANDING; i++) {
        standing[i] = balance_choose(web, NULL, NULL);
        count(standing[i], true);
    }
    double ranked = measure(web, standing, false);
    double walked = measure(web, standing, true);
    printf("%8u machines, %-10s %6.0f ns a request, by a walk %6.0f ns\n", machine_count,
           balance_word(predictor), ranked, walked);
    g_free(standing);
    machines_free(machines);
}

int main(void)
{
    puts("choosing a server, its counter raised and another's lowered");
    for (unsigned count_of = 10; count_of <= 1000; count_of *= 10)
        for (unsigned predictor = 0; predictor <= PREDICTOR_LOADED; predictor++)
            bench(count_of, predictor);
    return 0;
}
