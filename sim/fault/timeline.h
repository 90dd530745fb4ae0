/* The timeline of faults: what breaks, and when in this repetition. */
#ifndef SIM_FAULT_TIMELINE_H
#define SIM_FAULT_TIMELINE_H

#include "core/nstime.h"
#include "sim/scenario/scenario.h"

#include <stdint.h>

/* When one fault begins, and when it ends (NSTIME_NEVER: it does not, or waits for a
 * takeover that has not been). */
struct fault_time {
    nstime begins;
    nstime ends;
};

/* The times of all faults of a scenario in one run, in the scenario's order; free
 * with g_free(). A spread is drawn from the run's key and the fault's label, so that
 * it is the same at every point of a sweep and whatever other faults there are. No
 * time is before 0. takeover is the instant of the takeover, NSTIME_NEVER before it: it
 * moves only what waits for it. */
struct fault_time *timeline_draw(const struct scenario *scenario, uint64_t run_key,
                                 nstime takeover);

#endif
