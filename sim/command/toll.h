/* Toll: what the failure cost whom, one run's cohorts side by side. */
#ifndef SIM_COMMAND_TOLL_H
#define SIM_COMMAND_TOLL_H

#include "sim/run/run.h"

/* A table of both cohorts, known, survived and harmed, the weights of the harm and what
 * saved the survivors, for people. */
void toll_print(GString *text, const struct run_result *result);

/* The same as members of a JSON object, each with a comma behind; null for what only a twin
 * can tell. */
void toll_json(GString *text, const struct run_result *result);

#endif
