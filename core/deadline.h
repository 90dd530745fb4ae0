/* Deadlines: every timer of a director, in one place. See deadline.c for the list. */
#ifndef CORE_DEADLINE_H
#define CORE_DEADLINE_H

#include "core/effect.h"
#include "core/nstime.h"

struct director;

/* When anything next falls due, or NSTIME_NEVER. May be early, never late. */
nstime deadline_next(const struct director *director);

/* Do all that is due at now. */
void deadline_run(struct director *director, nstime now, struct effects *effects);

#endif
