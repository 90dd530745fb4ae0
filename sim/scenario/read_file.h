/* From raw groups, and from --set, to a draft. */
#ifndef SIM_SCENARIO_READ_FILE_H
#define SIM_SCENARIO_READ_FILE_H

#include "sim/scenario/draft.h"
#include "sim/scenario/scenario.h"

#include <stddef.h>

/* Enter the groups of keyfile_parse() into a new draft: unknown groups and keys,
 * keys under two spellings and wrong values are reported. */
void read_file(const GPtrArray *groups, struct draft *draft, struct problems *problems);

/* Enter --set GROUP.KEY=VALUE; units must be there already. */
void read_overrides(const struct override *overrides, size_t count, struct draft *draft,
                    struct problems *problems);

/* The units that are there without being named. */
void read_units(struct draft *draft);

#endif
