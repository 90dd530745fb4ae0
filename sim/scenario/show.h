/* A scenario written out again, and the list of keys. */
#ifndef SIM_SCENARIO_SHOW_H
#define SIM_SCENARIO_SHOW_H

#include "sim/scenario/draft.h"
#include "sim/scenario/expand.h"
#include "sim/scenario/scenario.h"

#include <glib.h>

/* What "auto" comes to, by "title\nkey": make one with show_derived_new(), let it see
 * the scenario as it stands and at every point. What differs between them stays "auto". */
GHashTable *show_derived_new(void);
void show_derive(GHashTable *derived, const struct scenario *scenario);

/* All groups and keys in canonical spelling and order; g_free(). Keys of
 * [real-defaults] and [link-defaults] stand there and not again in every machine
 * and link, so that the text means the same under a sweep of them. */
char *show_scenario(const struct draft *draft, const struct expand *expand, GHashTable *derived);

/* Every key with type, range, default and help, at most 80 columns wide; g_free(). */
char *show_keys(void);

#endif
