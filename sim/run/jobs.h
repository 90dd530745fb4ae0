/* Jobs: many runs on few threads, their results handed on in order of number.
 *
 * Results never depend on the number of threads: a run is given only its number,
 * and the one who takes the results sees them in order. Memory is bounded, because
 * no run starts that is far ahead of the first one not yet taken. */
#ifndef SIM_RUN_JOBS_H
#define SIM_RUN_JOBS_H

#include "sim/run/run.h"

#include <stdbool.h>
#include <stdint.h>

struct jobs {
    uint32_t runs;    /* numbers 0 to runs - 1, started in this order */
    unsigned threads; /* at least 1 */
    void *context;    /* passed to each of these: */

    /* Do one run; called in a worker thread, many at a time. Never NULL. */
    struct run_result *(*execute)(void *context, uint32_t run);
    /* Take (and own) the next result, in the calling thread. false: start no more
     * runs, what still comes is freed untaken. */
    bool (*take)(void *context, uint32_t run, struct run_result *result);
    /* Called at each end of a run and ten times a second, in the calling thread,
     * with the number of runs finished. false: start no more runs; those under way
     * are finished and taken. */
    bool (*watch)(void *context, uint32_t finished);
};

/* Do the runs. Returns how many were taken: always the first so many by number. */
uint32_t jobs_execute(const struct jobs *jobs);

#endif
