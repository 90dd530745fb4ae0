/* Workloads: when connections are opened, by which client, and what each will do.
 *
 * Every quantity is a function of the run's key, the workload's name, which
 * connection of the workload it is and, where it applies, which request: nothing
 * that another client, workload or the network does can change it.
 *
 * A trace is replayed row by row at its instants. The first copy begins with the
 * log; every other copy has client addresses of its own and stands at a drawn
 * moment of the log at time 0. All go on and repeat the log, at its span, so the
 * load neither begins nor ends with it. */
#ifndef SIM_NODE_WORKLOAD_H
#define SIM_NODE_WORKLOAD_H

#include "core/nstime.h"
#include "sim/scenario/scenario.h"

#include <stdbool.h>
#include <stdint.h>

/* What one connection will do; a value, and all that its two ends share. Kept small,
 * since both have it: workload and row stand in the scenario. */
struct plan {
    uint64_t key;      /* 0 in none */
    uint32_t row;      /* of the workload's trace, from 1; 0: does not follow a trace */
    uint16_t workload; /* index into scenario.workloads */
    bool again;        /* in the place of a connection that died, */
    uint32_t first;    /* which has had so many requests answered */
};

const struct workload_spec *plan_spec(const struct scenario *scenario, const struct plan *plan);

/* The number of a request has 30 bits: at one a second, 34 years. */
enum { PLAN_REQUESTS_MAX = (1 << 30) - 2 };

/* Requests that the client sends if nothing intervenes, 1 .. PLAN_REQUESTS_MAX, less those
 * answered before. A request's number below is its number in this connection. */
int32_t plan_requests(const struct scenario *scenario, const struct plan *plan);

/* Sizes of a request and its answer, 1 .. 1 GB; numbers beyond plan_requests() have
 * sizes too, for the roll call. */
uint32_t plan_request_size(const struct scenario *scenario, const struct plan *plan,
                           int64_t request);
uint32_t plan_response_size(const struct scenario *scenario, const struct plan *plan,
                            int64_t request);

/* When and what the server says unasked: from its last word, or the opening, to message number
 * message, and its size, 1 .. 1 GB. */
nstime plan_push_time(const struct scenario *scenario, const struct plan *plan, uint32_t message);
uint32_t plan_push_size(const struct scenario *scenario, const struct plan *plan,
                        uint32_t message);

/* How long a server takes over a request, given its distribution. */
nstime plan_service_time(const struct plan *plan, const struct distribution *service_time,
                         int64_t request);

/* When request number request (not the first) is to be sent, or when, after the last
 * one, to close; both asked at now, when the answer before is complete. */
nstime plan_next_at(const struct scenario *scenario, const struct plan *plan, nstime opened,
                    int64_t request, nstime now);
nstime plan_close_at(const struct scenario *scenario, const struct plan *plan, nstime opened,
                     nstime now);

/* A row of connections to come: a workload, or one copy of a trace. */
struct arrivals {
    const struct workload_spec *spec;
    unsigned workload; /* index into scenario.workloads */
    unsigned copy;
    uint64_t key;
    uint64_t index; /* of the next arrival */
    nstime phase;   /* CONSTANT: the first; TRACE: what a row's start is moved by */
    nstime at;      /* of the next arrival, NSTIME_NEVER: no more */
};

/* One arrival: who opens, from which port (0: any), to do what. */
struct arrival {
    uint32_t client; /* number of the client in its workload, copies included */
    uint16_t port;
    struct plan plan;
};

void arrivals_init(struct arrivals *arrivals, const struct scenario *scenario, unsigned workload,
                   unsigned copy, uint64_t run_key);

/* The arrival at arrivals->at; moves on to the next. */
struct arrival arrivals_take(struct arrivals *arrivals);

/* How many rows of arrivals a workload has, and client addresses. */
unsigned workload_copies(const struct workload_spec *spec);
uint32_t workload_clients(const struct workload_spec *spec);

#endif
