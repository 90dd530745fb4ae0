/* Values of [link NAME]: tc-netem's words, with units. */
#ifndef SIM_SCENARIO_LINK_VALUE_H
#define SIM_SCENARIO_LINK_VALUE_H

#include "sim/network/impairment.h"
#include "sim/scenario/schema.h"

#include <glib.h>

/* Is it one of the types read here? */
bool link_value_type(enum value_type type);

/* Read a VALUE_LOSS, DELAY, DUPLICATE, REORDER or RATE into its fields of
 * impairment; the rest of it stays. Appends the canonical spelling. On failure
 * *problem says what is wrong; free with g_free(). */
bool link_value_read(enum value_type type, const char *text, struct impairment *impairment,
                     GString *canonical, char **problem);

#endif
