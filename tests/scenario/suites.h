/* The suites of this room, one line each: add yours and link its getter, which is
 * named NAME_suite. */
#ifndef TESTS_SCENARIO_SUITES_H
#define TESTS_SCENARIO_SUITES_H

#include <check.h>

#define SUITE_LIST(X) \
    X(quantity)       \
    X(nearest)        \
    X(value)          \
    X(fault_line)     \
    X(faults)         \
    X(schema)         \
    X(scenario)       \
    X(trouble)        \
    X(refusals)       \
    X(sweep)          \
    X(variant)        \
    X(show)           \
    X(fuzz)           \
    X(trace)          \
    X(virtual_crashes) \
    X(budgets)        \
    X(services)

#define SUITE_GETTER(name) Suite *name##_suite(void);
SUITE_LIST(SUITE_GETTER)
#undef SUITE_GETTER

#endif
