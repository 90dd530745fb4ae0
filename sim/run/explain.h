/* Explain: one connection's story as a ladder of what happened when, and the
 * verdict in a sentence. */
#ifndef SIM_RUN_EXPLAIN_H
#define SIM_RUN_EXPLAIN_H

#include "sim/scenario/scenario.h"

#include <glib.h>
#include <stdbool.h>

enum explain_error { EXPLAIN_ERROR_NO_CONNECTION };
#define EXPLAIN_ERROR (explain_error_quark())
GQuark explain_error_quark(void);

/* Run a repetition, and its twin if the scenario wants it, and append the story of one
 * connection (its number as in connections.csv) to out, in lines of at most 80 columns.
 * False and error when there is no such connection. */
bool explain_connection(const struct scenario *scenario, uint32_t repetition,
                        uint32_t connection, GString *out, GError **error);

#endif
