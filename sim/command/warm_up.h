/* Warm-up: how many connections were to be expected open at the failure, beside how many were,
 * and how much of their ages the start of the run cuts off. Nothing for a trace, and for
 * workloads beside others: they have no rate to expect from. */
#ifndef SIM_COMMAND_WARM_UP_H
#define SIM_COMMAND_WARM_UP_H

#include "sim/run/run.h"

void warm_up_print(GString *text, const struct scenario *scenario,
                   const struct run_result *result);
void warm_up_json(GString *text, const struct scenario *scenario,
                  const struct run_result *result);

#endif
