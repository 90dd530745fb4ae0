/* The twin: the same run with the measured fault taken away, and with it all faults that
 * wait for it by "after" and the restart of the unit that it hit. Chance is keyed, so the
 * two worlds are the same up to the failure, and whatever differs later is its doing.
 *
 * The twin is run from the start, not branched off: its fingerprint at the failure must be
 * the run's. It ends as soon as it has decided all whom the run asks about. */
#ifndef SIM_RUN_TWIN_H
#define SIM_RUN_TWIN_H

#include "sim/run/run.h"

/* The result of the twin of a run in which something failed; story may be NULL. The caller
 * frees it with run_result_free(). */
struct run_result *twin_execute(const struct scenario *scenario, const struct run_result *run,
                                struct run_story *story);

/* Take into a run's result what its twin says. A twin that was another run before the
 * failure, or broke an invariant, becomes a violation, and nothing is taken from it. */
void twin_compare(struct run_result *run, const struct run_result *twin);

#endif
