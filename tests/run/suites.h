/* The suites of this room; main.c runs them all. */
#ifndef TESTS_RUN_SUITES_H
#define TESTS_RUN_SUITES_H

#include <check.h>

#define SUITE_LIST(X) \
    X(timeline_suite) \
    X(unit_suite)     \
    X(world_suite)    \
    X(exact_suite)    \
    X(keyed_suite)    \
    X(explain_suite)  \
    X(shipped_suite)

#define DECLARE_SUITE(suite) Suite *suite(void);
SUITE_LIST(DECLARE_SUITE)
#undef DECLARE_SUITE

#endif
