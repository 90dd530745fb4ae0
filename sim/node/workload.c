#include "sim/node/workload.h"

#include "sim/engine/chance.h"
#include "sim/node/tcp.h"

#include <glib.h>

/* What a draw is for. */
enum purpose {
    PURPOSE_GAP,
    PURPOSE_PHASE,
    PURPOSE_CLIENT,
    PURPOSE_CONNECTION,
    PURPOSE_REQUESTS,
    PURPOSE_REQUEST_SIZE,
    PURPOSE_RESPONSE_SIZE,
    PURPOSE_THINK_TIME,
    PURPOSE_SERVICE_TIME,
    PURPOSE_PUSH_TIME,
    PURPOSE_PUSH_SIZE,
};

static uint64_t draw(uint64_t key, enum purpose purpose, uint64_t number)
{
    return chance_fold(chance_fold(key, purpose), number);
}

/* A whole number in [0, bound), from one draw. */
static uint64_t draw_below(uint64_t drawn, uint64_t bound)
{
    return (uint64_t)(chance_unit(drawn) * (double)bound);
}

/* ---- one connection */

static uint32_t bounded_size(int64_t bytes)
{
    return (uint32_t)CLAMP(bytes, 1, TCP_WRITE_MAX - 1);
}

/* A row's bytes are spread over one exchange a second, but none is without a byte
 * in either direction, so a row of few bytes has few exchanges. */
static int64_t exchanges(const struct trace_row *row)
{
    uint64_t seconds = (uint64_t)(row->duration / NSTIME_S);
    uint64_t bytes = MIN(row->request_bytes, row->response_bytes);
    return (int64_t)CLAMP(MIN(seconds, bytes), 1, PLAN_REQUESTS_MAX);
}

/* Bytes that the first count of all exchanges carry: total * count / all, rounded
 * down, without the product. */
static uint64_t bytes_until(uint64_t total, uint64_t count, uint64_t all)
{
    return total / all * count + total % all * count / all;
}

/* Exchange number request carries its share; one that the log knows nothing of (the
 * roll call's) is like the last. */
static uint32_t share(uint64_t total, int64_t request, int64_t all)
{
    uint64_t number = (uint64_t)MIN(request, all - 1);
    uint64_t bytes = bytes_until(total, number + 1, (uint64_t)all)
                     - bytes_until(total, number, (uint64_t)all);
    return bounded_size((int64_t)MIN(bytes, TCP_WRITE_MAX));
}

const struct workload_spec *plan_spec(const struct scenario *scenario, const struct plan *plan)
{
    return g_ptr_array_index(scenario->workloads, plan->workload);
}

/* NULL for a plan that does not follow a trace. */
static const struct trace_row *row_of(const struct scenario *scenario, const struct plan *plan)
{
    return plan->row != 0 ? &plan_spec(scenario, plan)->trace[plan->row - 1] : NULL;
}

static int64_t all_requests(const struct scenario *scenario, const struct plan *plan)
{
    const struct trace_row *row = row_of(scenario, plan);
    if (row != NULL)
        return exchanges(row);
    int64_t requests = distribution_value(&plan_spec(scenario, plan)->requests,
                                          draw(plan->key, PURPOSE_REQUESTS, 0));
    return CLAMP(requests, 1, PLAN_REQUESTS_MAX);
}

int32_t plan_requests(const struct scenario *scenario, const struct plan *plan)
{
    return (int32_t)(all_requests(scenario, plan) - plan->first);
}

uint32_t plan_request_size(const struct scenario *scenario, const struct plan *plan,
                           int64_t request)
{
    const struct trace_row *row = row_of(scenario, plan);
    g_assert(request >= 0);
    request += plan->first;
    if (row != NULL)
        return share(row->request_bytes, request, exchanges(row));
    return bounded_size(
        distribution_value(&plan_spec(scenario, plan)->request_size,
                           draw(plan->key, PURPOSE_REQUEST_SIZE, (uint64_t)request)));
}

uint32_t plan_response_size(const struct scenario *scenario, const struct plan *plan,
                            int64_t request)
{
    const struct trace_row *row = row_of(scenario, plan);
    g_assert(request >= 0);
    request += plan->first;
    if (row != NULL)
        return share(row->response_bytes, request, exchanges(row));
    return bounded_size(
        distribution_value(&plan_spec(scenario, plan)->response_size,
                           draw(plan->key, PURPOSE_RESPONSE_SIZE, (uint64_t)request)));
}

nstime plan_push_time(const struct scenario *scenario, const struct plan *plan, uint32_t message)
{
    return distribution_value(&plan_spec(scenario, plan)->push_time,
                              draw(plan->key, PURPOSE_PUSH_TIME, message));
}

uint32_t plan_push_size(const struct scenario *scenario, const struct plan *plan,
                        uint32_t message)
{
    return bounded_size(distribution_value(&plan_spec(scenario, plan)->push_size,
                                           draw(plan->key, PURPOSE_PUSH_SIZE, message)));
}

nstime plan_service_time(const struct plan *plan, const struct distribution *service_time,
                         int64_t request)
{
    uint64_t number = (uint64_t)request + plan->first;
    return distribution_value(service_time, draw(plan->key, PURPOSE_SERVICE_TIME, number));
}

nstime plan_next_at(const struct scenario *scenario, const struct plan *plan, nstime opened,
                    int64_t request, nstime now)
{
    const struct trace_row *row = row_of(scenario, plan);
    if (row != NULL)
        return MAX(now, opened + row->duration / exchanges(row) * request);
    uint64_t number = (uint64_t)request + plan->first;
    return now
           + distribution_value(&plan_spec(scenario, plan)->think_time,
                                draw(plan->key, PURPOSE_THINK_TIME, number));
}

/* A row whose end the log did not see stays to the end of the log, so that copies
 * and repetitions of a log do not heap up what never ends. */
nstime plan_close_at(const struct scenario *scenario, const struct plan *plan, nstime opened,
                     nstime now)
{
    const struct trace_row *row = row_of(scenario, plan);
    if (row == NULL)
        return now;
    nstime stays = row->duration - row->duration / exchanges(row) * plan->first;
    if (row->lower_bound && plan->first == 0)
        stays = MAX(stays, plan_spec(scenario, plan)->trace_span - row->start);
    return MAX(now, opened + stays);
}

/* ---- when they come */

static nstime period(const struct arrivals *arrivals)
{
    return (nstime)((double)NSTIME_S / arrivals->spec->rate);
}

static nstime poisson_gap(const struct arrivals *arrivals)
{
    struct distribution gap = {
        .kind = DISTRIBUTION_EXPONENTIAL,
        .mean = (double)NSTIME_S / arrivals->spec->rate,
    };
    return distribution_value(&gap, draw(arrivals->key, PURPOSE_GAP, arrivals->index));
}

/* The index counts rows, through all repetitions of the log. */
static nstime trace_instant(const struct arrivals *arrivals)
{
    const struct workload_spec *spec = arrivals->spec;
    uint64_t pass = arrivals->index / spec->trace_count;
    if (pass > 0 && spec->trace_span == 0)
        return NSTIME_NEVER; /* a log of one instant is played once */
    const struct trace_row *row = &spec->trace[arrivals->index % spec->trace_count];
    return row->start + (nstime)pass * spec->trace_span - arrivals->phase;
}

static nstime instant(const struct arrivals *arrivals)
{
    switch (arrivals->spec->arrivals) {
    case ARRIVAL_POISSON:
        return arrivals->at + poisson_gap(arrivals);
    case ARRIVAL_CONSTANT:
        return arrivals->phase
               + (nstime)((double)arrivals->index * ((double)NSTIME_S / arrivals->spec->rate));
    case ARRIVAL_TRACE:
        return trace_instant(arrivals);
    }
    g_assert_not_reached();
}

static nstime phase(const struct arrivals *arrivals)
{
    uint64_t drawn = draw(arrivals->key, PURPOSE_PHASE, arrivals->copy);
    if (arrivals->spec->arrivals == ARRIVAL_CONSTANT)
        return (nstime)draw_below(drawn, (uint64_t)period(arrivals));
    if (arrivals->spec->arrivals == ARRIVAL_TRACE && arrivals->copy > 0)
        return (nstime)draw_below(drawn, (uint64_t)arrivals->spec->trace_span);
    return 0;
}

void arrivals_init(struct arrivals *arrivals, const struct scenario *scenario, unsigned workload,
                   unsigned copy, uint64_t run_key)
{
    const struct workload_spec *spec = g_ptr_array_index(scenario->workloads, workload);
    *arrivals = (struct arrivals){
        .spec = spec,
        .workload = workload,
        .copy = copy,
        .key = chance_fold(chance_fold_name(run_key, spec->name), copy),
    };
    arrivals->phase = phase(arrivals);
    arrivals->at = instant(arrivals);
    /* a copy enters the log in its middle: rows before are over */
    while (arrivals->at < 0) {
        arrivals->index++;
        arrivals->at = instant(arrivals);
    }
}

static uint32_t trace_client(const struct arrivals *arrivals, const struct trace_row *row)
{
    return arrivals->copy * arrivals->spec->clients + row->client;
}

struct arrival arrivals_take(struct arrivals *arrivals)
{
    g_assert(arrivals->at != NSTIME_NEVER);
    const struct workload_spec *spec = arrivals->spec;
    uint64_t index = arrivals->index;
    struct arrival arrival = {
        .plan = { .key = draw(arrivals->key, PURPOSE_CONNECTION, index),
                  .workload = (uint16_t)arrivals->workload },
    };
    if (spec->arrivals == ARRIVAL_TRACE) {
        size_t at = index % spec->trace_count;
        const struct trace_row *row = &spec->trace[at];
        bool first_pass = index < spec->trace_count;
        arrival.plan.row = (uint32_t)at + 1;
        arrival.client = trace_client(arrivals, row);
        arrival.port = first_pass ? row->client_port : 0;
    } else {
        uint64_t drawn = draw(arrivals->key, PURPOSE_CLIENT, index);
        arrival.client = (uint32_t)draw_below(drawn, spec->clients);
    }
    arrivals->index++;
    arrivals->at = instant(arrivals);
    return arrival;
}

unsigned workload_copies(const struct workload_spec *spec)
{
    return spec->arrivals == ARRIVAL_TRACE ? MAX(spec->trace_copies, 1) : 1;
}

uint32_t workload_clients(const struct workload_spec *spec)
{
    return spec->clients * workload_copies(spec);
}
