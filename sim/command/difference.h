/* Difference: of two protocols in the same network, the connections that only one of them
 * saved, each with the datagrams that made the difference. */
#ifndef SIM_COMMAND_DIFFERENCE_H
#define SIM_COMMAND_DIFFERENCE_H

#include "sim/run/run.h"
#include "sim/scenario/scenario.h"

struct difference;

/* Between the two values of an axis of the file, at each setting of the others. list_max: so
 * many connections are listed of each. */
struct difference *difference_new(const struct scenario_file *file, unsigned axis,
                                  unsigned list_max);
void difference_free(struct difference *difference);

/* A run, in order of number. */
void difference_see(struct difference *difference, const struct run_result *outcome);

/* Counts and lists, on 80 columns. */
void difference_print(const struct difference *difference, GString *text);

#endif
