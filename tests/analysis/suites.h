/* The suites of this room, one line each. */
#ifndef TESTS_ANALYSIS_SUITES_H
#define TESTS_ANALYSIS_SUITES_H

#include <check.h>

#define SUITE_LIST(X) \
    X(columns)        \
    X(table)          \
    X(stats)          \
    X(batch)          \
    X(theory)         \
    X(forms)          \
    X(aggregate)      \
    X(compare)        \
    X(axis)           \
    X(plot)           \
    X(forms_figure)   \
    X(frontier)       \
    X(laboratory)     \
    X(samples)        \
    X(ranks)

#define SUITE_GETTER(name) Suite *name##_suite(void);
SUITE_LIST(SUITE_GETTER)
#undef SUITE_GETTER

#endif
