/* Variants: settings that go together as one value of the sweep, [variant NAME] with lines
 * GROUP.KEY = VALUE. An axis "variant" (or "variant.LABEL", where there are several) chooses
 * among them. */
#ifndef SIM_SCENARIO_VARIANT_H
#define SIM_SCENARIO_VARIANT_H

#include "sim/scenario/draft.h"

#include <glib.h>

/* Does a line of [sweep] choose among variants? */
bool variant_axis(const char *name);

/* Check the lines of all variants, and bring them into canonical spelling. What is wrong is
 * reported. */
void variants_read(struct draft *draft, struct problems *problems);

/* The settings of a variant (struct setting, in order; the array is the caller's), without
 * those of keys that --set holds; NULL, with *problem to be freed, when there is no such. */
GPtrArray *variant_settings(const struct draft *draft, const char *name, char **problem);

#endif
