/* Joining: a unit boots beside a running active and becomes its standby; how long until its
 * table holds all that the active has. An observer: it decides nothing in the world. */
#ifndef SIM_RUN_JOINING_H
#define SIM_RUN_JOINING_H

#include "core/note.h"
#include "core/nstime.h"

struct joining;
struct world;

struct joining *joining_new(const struct world *world);
void joining_free(struct joining *joining);

/* A note of a unit, by its number, after its step. */
void joining_note(struct joining *joining, unsigned unit, const struct note *note);

/* Of the first unit that came so far: from its joining until its table held every replicated
 * connection of the active that was established for longer than a round trip of the
 * replication link; -1: none did. */
nstime joining_time(const struct joining *joining);

#endif
