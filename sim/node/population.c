#include "sim/node/population.h"

#include "sim/engine/chance.h"
#include "sim/node/tcp.h"
#include "sim/node/workload.h"

#include <glib.h>
#include <math.h>
#include <stdlib.h>

enum { SAMPLE = 4000, FEW = SAMPLE / 100, REQUESTS_FOLLOWED = 1000 };

/* A hundredth of the lifetimes holds 5.6 % of all time when they are exponential, 21 % with
 * a lognormal of sigma 1.5, and half with one of sigma 2.3. */
static const double heavy_share = 1.0 / 3;

static nstime round_trip(const struct scenario *scenario)
{
    const struct link_spec *clients = &scenario->links[LINK_CLIENTS];
    const struct link_spec *servers = &scenario->links[LINK_SERVERS];
    return clients->forward.delay + servers->forward.delay + servers->reverse.delay
           + clients->reverse.delay;
}

/* Windows that an answer takes, each one round trip behind the one before. */
static int64_t windows(uint32_t bytes)
{
    return ((int64_t)bytes - 1) / TCP_SEND_WINDOW;
}

/* Any of them, by the plan. */
static const struct real_spec *server_of(const struct scenario *scenario, const struct plan *plan)
{
    return g_ptr_array_index(scenario->reals, (guint)(plan->key % scenario->reals->len));
}

/* Of very many requests the first thousand stand for all. A server that closes when it has
 * heard nothing for its time ends it in the first longer pause; what its client opens again,
 * for the requests left, is counted as one longer life. */
static nstime lifetime(const struct scenario *scenario, const struct plan *plan)
{
    const struct real_spec *server = server_of(scenario, plan);
    bool opens_again = plan_spec(scenario, plan)->reconnect != NSTIME_NEVER;
    nstime trip = round_trip(scenario), now = 0;
    int32_t requests = plan_requests(scenario, plan);
    int32_t followed = MIN(requests, REQUESTS_FOLLOWED);
    for (int32_t request = 0; request < followed; request++) {
        nstime next = request > 0 ? plan_next_at(scenario, plan, -trip, request, now) : now;
        bool closes = server->idle_close != NSTIME_NEVER && next - now + trip > server->idle_close;
        now = closes ? now + server->idle_close : next;
        if (closes && !opens_again)
            return now;
        now += trip * (1 + windows(plan_response_size(scenario, plan, request))
                       + windows(plan_request_size(scenario, plan, request)))
               + plan_service_time(plan, &server->service_time, request);
    }
    return plan_close_at(scenario, plan, -trip, now / followed * requests);
}

nstime population_lifetime(const struct scenario *scenario, unsigned workload, uint64_t index)
{
    uint64_t key = chance_fold_name(chance_root(scenario->seed, 0), "population");
    struct plan plan = {
        .key = chance_fold(chance_fold(key, workload), index),
        .workload = (uint16_t)workload,
    };
    return lifetime(scenario, &plan);
}

static int longest_first(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x < y) - (x > y);
}

/* From lives in seconds, longest first, and how long the run has lasted. */
static void weigh(const double *lives, double rate, double lasted,
                  struct population *population)
{
    double whole = 0, until = 0, squares = 0, few = 0;
    for (unsigned i = 0; i < SAMPLE; i++) {
        double seen = fmin(lives[i], lasted);
        whole += lives[i];
        until += seen;
        squares += seen * seen;
        few += i < FEW ? lives[i] : 0;
    }
    *population = (struct population){
        .expected = rate * until / SAMPLE,
        .mean_age = until > 0 ? squares / (2 * until) : 0,
        .mean_life = whole / SAMPLE,
        .cut_off = whole > 0 ? 1 - until / whole : 0,
        .heavy = few > heavy_share * whole,
    };
}

bool population_at(const struct scenario *scenario, unsigned workload, nstime at,
                   struct population *population)
{
    g_assert(workload < scenario->workloads->len);
    g_assert(at >= 0);
    const struct workload_spec *spec = g_ptr_array_index(scenario->workloads, workload);
    if (spec->arrivals == ARRIVAL_TRACE || spec->beside != 0)
        return false;
    double *lives = g_new(double, SAMPLE);
    for (unsigned i = 0; i < SAMPLE; i++)
        lives[i] = (double)population_lifetime(scenario, workload, i) / (double)NSTIME_S;
    qsort(lives, SAMPLE, sizeof *lives, longest_first);
    weigh(lives, spec->rate, (double)at / (double)NSTIME_S, population);
    g_free(lives);
    return true;
}

/* Ages and shares weighed by how many are open, in equilibrium where these are cut off. */
bool population_in_all(const struct scenario *scenario, nstime at, struct population *population)
{
    double full = 0, ages = 0, rate = 0;
    *population = (struct population){ 0 };
    for (unsigned i = 0; i < scenario->workloads->len; i++) {
        const struct workload_spec *spec = g_ptr_array_index(scenario->workloads, i);
        struct population one;
        if (!population_at(scenario, i, at, &one))
            return false;
        population->expected += one.expected;
        population->heavy |= one.heavy;
        full += spec->rate * one.mean_life;
        ages += one.expected * one.mean_age;
        rate += spec->rate;
    }
    population->mean_age = population->expected > 0 ? ages / population->expected : 0;
    population->mean_life = rate > 0 ? full / rate : 0;
    population->cut_off = full > 0 ? 1 - population->expected / full : 0;
    return true;
}
