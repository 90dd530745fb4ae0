/* Fitness: how whole this unit is beside its peers, and what follows for the role: a failed
 * interface of the active unit (R-1006, fact F-705), the failed state (R-1103), health
 * preference (R-1104). */
#ifndef CORE_FITNESS_H
#define CORE_FITNESS_H

#include "core/effect.h"
#include "core/note.h"
#include "core/peer.h"

struct director;

struct fitness {
    bool failed;           /* this unit was told that it has failed: it does not take over */
    bool failed_link_only; /* when all that it had lost was the signal of a line */
    uint8_t said;          /* interfaces_failed(), as the latest hello had it */
    nstime whole_since;    /* no interface has failed, none is in a test; or NSTIME_NEVER */
};

/* This unit was active and was told "you have failed": only with the detector localdirector
 * is that a state. */
void fitness_told_failed(struct director *director);

/* "failover reset", or an operator gives it the role: it has not failed any longer. */
void fitness_reset(struct director *director);

/* Of a unit's interfaces and a peer's: has one of the two lost some, the other none? Then the
 * latter is the fitter one. */
bool fitness_differs(const struct director *director, const struct hello *hello,
                     bool *this_is_fitter);

/* A standby hears of the active unit's interfaces, and takes over from one that has lost some
 * if it has lost none itself. Each loss is judged once, with health-switch on whenever a
 * hello comes. */
void fitness_compare(struct director *director, nstime now, struct peer *peer,
                     struct effects *effects);

/* At the end of a step: the peers hear at once of an interface lost or found, and a unit that
 * had lost but a line leaves the failed state. */
void fitness_settle(struct director *director, nstime now, struct effects *effects);

/* Why this standby does not take over, now that a peer is given up: NO_SWITCH_NONE, it
 * does. With the peer that serves, or goes first, being heard that is no question. */
enum no_switch fitness_obstacle(const struct director *director);

#endif
