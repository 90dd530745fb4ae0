/* Account: what became of the connections of one run, for people and as JSON. */
#ifndef SIM_COMMAND_ACCOUNT_H
#define SIM_COMMAND_ACCOUNT_H

#include "sim/command/study.h"
#include "sim/run/run.h"

struct account {
    const struct study *study;
    const struct scenario *scenario;
    const struct run_result *result;
    bool colour;
};

/* The definition that stands over every report for people. */
#define ACCOUNT_DEFINITION                                                                 \
    "survival is over connections open at the failure: established for the client, not yet " \
    "closed by it"

/* The report: who failed, the table, survival with causes, a picture, what to do
 * next. Nothing open at the failure: only the first line, and what virtual crashes said. */
void account_print(GString *text, const struct account *account);

/* The same facts as one JSON object, times in nanoseconds, null for "does not apply". */
void account_json(GString *text, const struct account *account);

/* Did any virtual crash meet an open connection? Then a run says something even where nothing
 * failed. */
bool account_has_virtual_crashes(const struct run_result *result);

/* Why nothing was open at the failure, and which key to change: a sentence. */
char *account_nothing_open(const struct scenario *scenario, nstime failure);

#endif
