/* The suites of the program's tests. */
#ifndef TESTS_PROGRAM_SUITES_H
#define TESTS_PROGRAM_SUITES_H

#include <check.h>

#define SUITE_LIST(X) \
    X(jobs)           \
    X(folder)         \
    X(usage)          \
    X(run)            \
    X(toll)           \
    X(sweep)          \
    X(interrupt)      \
    X(trouble)        \
    X(compare)        \
    X(compare_protocols) \
    X(capacity)       \
    X(virtual)

#define DECLARE_SUITE(name) Suite *name##_suite(void);
SUITE_LIST(DECLARE_SUITE)
#undef DECLARE_SUITE

#endif
