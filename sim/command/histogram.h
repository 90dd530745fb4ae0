/* Histogram: survival by age at the failure, drawn in plain characters. */
#ifndef SIM_COMMAND_HISTOGRAM_H
#define SIM_COMMAND_HISTOGRAM_H

#include "sim/run/run.h"

/* A bar for each class of ages that holds a connection, 80 columns at most. A
 * young connection's record may not have left the active yet: that is what the
 * picture shows. */
void histogram_print(GString *text, const struct run_result *result, bool colour);

#endif
