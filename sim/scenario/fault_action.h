/* The actions of [faults]: one table of words, what follows each, and how long it lasts. */
#ifndef SIM_SCENARIO_FAULT_ACTION_H
#define SIM_SCENARIO_FAULT_ACTION_H

#include "sim/scenario/fault_line.h"
#include "sim/scenario/phrase.h"

enum fault_length {
    LENGTH_FREE,          /* as long as is said, or for good */
    LENGTH_NEEDED,        /* it must be said how long */
    LENGTH_NONE,          /* it happens at an instant */
    LENGTH_UNTIL_RESTART, /* another fault ends it, if any */
};

/* Read an action and what it needs; false with a problem in the phrase. */
bool fault_action_read(struct phrase *phrase, struct fault_line *line);

enum fault_length fault_action_length(enum fault_action action);

#endif
