/* Making runs from scenario text, for tests. */
#ifndef TESTS_RUN_SUPPORT_H
#define TESTS_RUN_SUPPORT_H

#include "sim/run/run.h"
#include "sim/scenario/scenario.h"

/* A scenario from its text; a test fails when it is not valid. Free with
 * scenario_free(). */
struct scenario *scenario_from_text(const char *text);
struct scenario *scenario_from_text_with(const char *text, const struct override *overrides,
                                         size_t count);

/* A scenario file of the shipped ones, with overrides "key=value", NULL at the end. */
struct scenario *scenario_shipped(const char *name, ...);

/* A pair, two servers, a hundred connections a second, a crash of the active unit at
 * 10 s, hellos each second; more is appended as further groups. */
struct scenario *scenario_pair(const char *more);

/* A run of repetition 0 with events; a violation fails the test. */
struct run_result *run_once(const struct scenario *scenario);
struct run_result *run_repetition(const struct scenario *scenario, uint32_t repetition);

/* The word that a test can print. */
uint32_t casualties(const struct run_result *result);

#endif
