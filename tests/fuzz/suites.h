/* The suites of this room, one line each. */
#ifndef TESTS_FUZZ_SUITES_H
#define TESTS_FUZZ_SUITES_H

#include <check.h>

#define SUITE_LIST(X) \
    X(corpus)

#define SUITE_GETTER(name) Suite *name##_suite(void);
SUITE_LIST(SUITE_GETTER)
#undef SUITE_GETTER

#endif
