/* Files that a scenario names (traces, empirical distributions), each read once
 * and kept, so that making a point never touches the disk. */
#ifndef SIM_SCENARIO_SOURCE_H
#define SIM_SCENARIO_SOURCE_H

#include "sim/scenario/scenario.h"
#include "sim/scenario/schema.h"

#include <glib.h>

struct sources;

/* Paths are relative to the folder of scenario_path ("-": the current folder). */
struct sources *sources_new(const char *scenario_path);
void sources_free(struct sources *sources);

/* A distribution's table, or a trace as trace_read() fills it; borrowed, valid as
 * long as the sources. NULL with an error when the file cannot be read. */
const struct distribution *sources_distribution(struct sources *sources, enum value_type type,
                                                const char *file, GError **error);
const struct workload_spec *sources_trace(struct sources *sources, const char *file,
                                          GError **error);

#endif
