/* Census: what a standby's table holds at an instant, against the truth. */
#ifndef SIM_RUN_CENSUS_H
#define SIM_RUN_CENSUS_H

#include "core/director.h"
#include "sim/node/traffic.h"
#include "sim/run/run.h"

/* Either director may be NULL. What is on its way counts as an error. */
struct census census_take(const struct scenario *scenario, const struct traffic *traffic,
                          const struct director *active, const struct director *standby);

/* Records in this table of no connection that lives, but for those that say themselves that
 * theirs is at its end. */
uint32_t census_ghosts(const struct scenario *scenario, const struct traffic *traffic,
                       const struct director *director);

/* Of the virtual machine where it is worst: the most that one of its real machines has of open
 * connections, by its weight, over the mean of all that are bound to it. 1: balanced; < 0:
 * nobody has any. */
double census_imbalance(const struct scenario *scenario, const struct traffic *traffic);

#endif
