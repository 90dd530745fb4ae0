/* Own loss: what the system lost by itself, for people and as JSON. A queue that was too short
 * is easily taken for the protocol's doing. */
#ifndef SIM_COMMAND_OWN_LOSS_H
#define SIM_COMMAND_OWN_LOSS_H

#include "sim/run/run.h"

/* A sentence on units, by place, and one for each link whose queue was full; nothing where
 * nothing was lost so. */
void own_loss_print(GString *text, const struct scenario *scenario,
                    const struct run_result *result);

/* A member "own_loss", with a comma behind it. */
void own_loss_json(GString *text, const struct run_result *result);

#endif
