/* Cohorts: the rows of a run counted, and the failure's harm to them weighed. */
#ifndef SIM_RUN_COHORT_H
#define SIM_RUN_COHORT_H

#include "sim/run/run.h"

/* Count the rows into result->cohorts; after the twin has been compared, if there is one. */
void cohort_count(struct run_result *result);

#endif
