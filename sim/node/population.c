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

static nstime service_time(const struct scenario *scenario, const struct plan *plan,
                           int64_t request)
{
    guint number = (guint)(plan->key % scenario->reals->len);
    const struct real_spec *real = g_ptr_array_index(scenario->reals, number);
    return plan_service_time(plan, &real->service_time, request);
}

/* Of very many requests the first thousand stand for all. */
static nstime lifetime(const struct scenario *scenario, const struct plan *plan)
{
    nstime trip = round_trip(scenario), now = 0;
    int32_t requests = plan_requests(scenario, plan);
    int32_t followed = MIN(requests, REQUESTS_FOLLOWED);
    for (int32_t request = 0; request < followed; request++) {
        if (request > 0)
            now = plan_next_at(scenario, plan, -trip, request, now);
        now += trip * (1 + windows(plan_response_size(scenario, plan, request))
                       + windows(plan_request_size(scenario, plan, request)))
               + service_time(scenario, plan, request);
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
