/* Random durations, sizes and counts, and arrivals:
 * MEAN [constant | exponential | uniform SPREAD | lognormal SIGMA | geometric], or
 * empirical FILE. */
#ifndef SIM_SCENARIO_RANDOM_VALUE_H
#define SIM_SCENARIO_RANDOM_VALUE_H

#include "sim/engine/distribution.h"
#include "sim/scenario/scenario.h"
#include "sim/scenario/schema.h"

#include <glib.h>

bool random_value_type(enum value_type type);

/* Read a VALUE_RANDOM_*. For "empirical FILE", kind is DISTRIBUTION_EMPIRICAL without
 * rows and *file (free with g_free()) names the table; else *file is NULL. */
bool random_value_read(enum value_type type, const char *text, struct distribution *distribution,
                       char **file, GString *canonical, char **problem);

/* poisson N/s | constant N/s */
bool random_value_arrivals(const char *text, enum arrival_kind *kind, double *rate,
                           GString *canonical, char **problem);

/* The rows of an empirical distribution from a table of two columns, the second
 * named percentile (0..100, rising, 100 in the last row); the first holds times
 * in seconds, sizes in bytes, or counts. path is opened as it is. */
bool random_value_table(enum value_type type, const char *path, struct distribution *distribution,
                        GError **error);

#endif
