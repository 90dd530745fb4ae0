/* Result: the tables of a sweep (or of one run) on disk.
 *
 * Rows are written as they come, in order of run, so memory does not grow with the
 * sweep. Everything appears whole or not at all: runs.csv and summary.csv always,
 * connections.csv, events.jsonl and protection.csv as asked, manifest and run.log beside them. */
#ifndef SIM_RUN_RESULT_H
#define SIM_RUN_RESULT_H

#include "sim/run/folder.h"
#include "sim/run/rows.h"

struct result_plan {
    struct rows_frame frame;
    unsigned tables; /* enum table_flag */
    const struct override *overrides;
    size_t override_count;
    uint32_t points, repetitions;
    unsigned jobs; /* for run.log */
};

struct result;

/* Begin in a hidden place beside directory. The plan's pointers must outlive the
 * result. Errors are of FOLDER_ERROR: REFUSED before anything is written. */
struct result *result_open(const char *directory, const struct result_plan *plan,
                           GError **error);

/* Add a run's rows; runs come in order of number. After a failure only
 * result_free() is left. */
bool result_add(struct result *result, uint32_t run, const struct run_result *outcome,
                GError **error);

/* Make the summary of what was added and put all into place. */
bool result_commit(struct result *result, GError **error);

/* The text of summary.csv, after the commit; owned by the result. */
const char *result_summary(const struct result *result);

/* Without a commit nothing stays on disk. */
void result_free(struct result *result);

#endif
