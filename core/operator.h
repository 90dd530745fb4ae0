/* The operator: what follows from a command beyond settings and machines. */
#ifndef CORE_OPERATOR_H
#define CORE_OPERATOR_H

#include "core/effect.h"
#include "core/nstime.h"

struct director;

/* Carry out one command line; the last effect is its reply. */
void operator_command(struct director *director, nstime now, const char *line,
                      struct effects *effects);

#endif
