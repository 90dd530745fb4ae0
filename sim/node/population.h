/* The population: how many connections a workload is expected to have open at an instant,
 * and how much of their law the start of the run cuts off.
 *
 * An open connection's age has the density F(a) / m, where F is the survival function of
 * lifetimes and m their mean; a run that starts empty w earlier knows no age above w. So of
 * rate x m open connections in equilibrium it has rate x E[min(X, w)], and the share
 * 1 - E[min(X, w)] / m of ages is cut off (the design's page on validity, 1.1 and 1.2).
 *
 * Lifetimes are those of a sample of the workload's own plans, on a network that loses
 * nothing: the same sample whatever the machine. */
#ifndef SIM_NODE_POPULATION_H
#define SIM_NODE_POPULATION_H

#include "sim/scenario/scenario.h"

#include <stdbool.h>

struct population {
    double expected;     /* connections open at the instant */
    double mean_age;     /* of these, seconds */
    double mean_life;    /* of all connections, seconds, as far as the sample knows */
    double cut_off;      /* share of ages, 0..1 */
    bool heavy;          /* a hundredth of the lifetimes hold over a third of all time: the
                          * mean is the sample's luck, and equilibrium may never come */
};

/* A workload that opens by rate; at seconds after the start. False for a trace and for one
 * beside another: they have no rate. */
bool population_at(const struct scenario *scenario, unsigned workload, nstime at,
                   struct population *population);

/* The same of all workloads together; false where one of them has no rate. */
bool population_in_all(const struct scenario *scenario, nstime at, struct population *population);

/* From established to closed by the client's application, if nothing is lost. */
nstime population_lifetime(const struct scenario *scenario, unsigned workload, uint64_t index);

#endif
