/* Expectations: did a run come to what [expect NAME] says? */
#ifndef SIM_RUN_EXPECTATION_H
#define SIM_RUN_EXPECTATION_H

#include "sim/run/run.h"

/* NULL when the run meets all of its scenario's expectations; else a line for each that it
 * misses: where it stands, and what came instead. Free with g_free(). */
char *expectation_missed(const struct scenario *scenario, const struct run_result *result);

#endif
