/* Rows: what one run contributes to the result tables, as CSV text. The columns
 * are those of analysis/columns.h; an empty cell means "does not apply". */
#ifndef SIM_RUN_ROWS_H
#define SIM_RUN_ROWS_H

#include "sim/run/run.h"

/* What all rows of a directory have in common. */
struct rows_frame {
    const struct scenario_file *file;
    const struct scenario *scenario; /* of any point: the machines' names */
    bool swept;                      /* the points' values are columns */
};

void rows_runs_header(GString *text, const struct rows_frame *frame);
void rows_run(GString *text, const struct rows_frame *frame, uint32_t run,
              const struct run_result *result);

/* One line for each age of which connections were seen at virtual crashes, of which there
 * must be; their number is returned. */
void rows_protection_header(GString *text);
uint32_t rows_protection(GString *text, uint32_t run, const struct run_result *result);

/* One line for each of result->samples. */
void rows_samples_header(GString *text);
void rows_samples(GString *text, uint32_t run, const struct run_result *result);

void rows_connections_header(GString *text);
/* One line for each of result->rows. */
void rows_connections(GString *text, const struct rows_frame *frame, uint32_t run,
                      const struct run_result *result);

#endif
