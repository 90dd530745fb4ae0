/* Form: what a run counted of that which the scenario's closed form is about, and the share
 * that theory says of it (analysis/columns.h lists the forms, analysis/theory.h derives). */
#ifndef SIM_RUN_FORM_H
#define SIM_RUN_FORM_H

#include "sim/run/run.h"

/* Into result->form; nothing where the scenario has none. */
void form_measure(const struct scenario *scenario, struct run_result *result);

#endif
