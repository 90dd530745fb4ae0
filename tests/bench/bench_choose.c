/* What choosing a server costs: for each predictor, a request and the end of an older
 * connection among N machines, the counters kept; beside it the same by a walk round all
 * machines, which is what a ranking (core/ranking.h) saves. Then leastconns with a slow start
 * under way on a third of the machines, and the question where a sticky client goes. */
#include "core/balance.h"
#include "core/packet.h"
#include "core/sticky.h"

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

/* Every third machine in some step of its slow start. */
static void bench_slow_start(unsigned machine_count)
{
    struct machines *machines = machines_new();
    struct virtual *web = make(machines, machine_count);
    struct physical **standing = g_new(struct physical *, STANDING);
    unsigned number = 0;
    for (struct link *link = web->links; link != NULL; link = link->next, number++)
        link->share = number % 3 == 0 ? 1 + number % SHARE_FULL : SHARE_FULL;
    for (unsigned i = 0; i < STANDING; i++) {
        standing[i] = balance_choose(web, NULL, NULL);
        count(standing[i], true);
    }
    printf("%8u machines, slow start %6.0f ns a request\n", machine_count,
           measure(web, standing, false));
    g_free(standing);
    machines_free(machines);
}

/* A client comes: where to? And is tied; another, whose connection ends, no longer holds. */
static void bench_sticky(unsigned client_count)
{
    struct machines *machines = machines_new();
    struct virtual *web = make(machines, 100);
    struct sticky *sticky = sticky_new(2 * client_count);
    struct conn *conns = g_new0(struct conn, client_count);
    double least = 1e9;
    web->sticky = 60 * NSTIME_S;
    for (unsigned i = 0; i < client_count; i++) {
        conns[i] = (struct conn){
            .virtual = web, .physical = web->links->physical, .foreign = {i, 1}};
        sticky_hold(sticky, 0, &conns[i]);
    }
    for (unsigned round = 0; round < ROUNDS; round++) {
        unsigned turn = 0, tied = 0;
        double start = processor_seconds();
        for (unsigned i = 0; i < REQUESTS; i++) {
            turn = (turn + STRIDE) % client_count;
            sticky_release(sticky, &conns[turn], 0);
            tied += sticky_machine(sticky, 0, web, conns[turn].foreign.ip) != NULL;
            sticky_hold(sticky, 0, &conns[turn]);
        }
        if (tied == REQUESTS)
            least = MIN(least, (processor_seconds() - start) / REQUESTS);
    }
    printf("%8u clients,  sticky     %6.0f ns a request\n", client_count, least * 1e9);
    g_free(conns);
    sticky_free(sticky);
    machines_free(machines);
}

int main(void)
{
    puts("choosing a server, its counter raised and another's lowered");
    for (unsigned count_of = 10; count_of <= 1000; count_of *= 10)
        for (unsigned predictor = 0; predictor <= PREDICTOR_LOADED; predictor++)
            bench(count_of, predictor);
    for (unsigned count_of = 10; count_of <= 1000; count_of *= 10)
        bench_slow_start(count_of);
    for (unsigned count_of = 1000; count_of <= 100000; count_of *= 10)
        bench_sticky(count_of);
    return 0;
}
