/* The operator: what follows from a command beyond settings and machines. */
#ifndef CORE_OPERATOR_H
#define CORE_OPERATOR_H

#include "core/effect.h"
#include "core/nstime.h"
#include "core/settings.h"

#include <stdbool.h>

struct director;

/* Carry out one command line; the last effect is its reply. */
void operator_command(struct director *director, nstime now, const char *line,
                      struct effects *effects);

/* Carry out one that was entered on the active unit (core/mirror.h): there is no reply, and
 * false says that it is refused here. */
bool operator_mirrored(struct director *director, nstime now, const char *line,
                       struct effects *effects);

/* What is derived from settings is derived anew; before are those until now. */
void operator_follow_settings(struct director *director, nstime now,
                              const struct settings *before, struct effects *effects);

#endif
