/* Plan: what a sweep of a scenario would do, as text for "check" and "--dry-run". */
#ifndef SIM_COMMAND_PLAN_H
#define SIM_COMMAND_PLAN_H

#include "sim/scenario/scenario.h"

/* "  16 points x 20 repetitions = 320 runs". */
void plan_print_runs(GString *text, const struct scenario_file *file, uint32_t repetitions);

/* A line for each impaired link (its directions apart where they differ), for all
 * points of the sweep, with the loss that the model amounts to; then how long
 * detection takes; what was read of a trace; how many connections are expected at the
 * failure, and what the start of the run cuts off; and whether the crash is designed. */
void plan_print_world(GString *text, const struct scenario_file *file);

#endif
