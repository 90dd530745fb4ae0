/* A random quantity of a group, its table loaded where it has one. */
#ifndef SIM_SCENARIO_RANDOM_READ_H
#define SIM_SCENARIO_RANDOM_READ_H

#include "sim/scenario/build.h"

/* The distribution of a key; a constant 1 with a problem when its table cannot be
 * read. The caller clears it. */
void random_read(struct build *build, const struct draft_group *group, const char *name,
                 struct distribution *distribution);

#endif
