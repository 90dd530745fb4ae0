/* The suites of this room, one line each: add yours and link its getter, which is
 * named NAME_suite. */
#ifndef TESTS_NETWORK_SUITES_H
#define TESTS_NETWORK_SUITES_H

#include <check.h>

#define SUITE_LIST(X) \
    X(loss)           \
    X(delay)          \
    X(link)           \
    X(damage)         \
    X(impairment)     \
    X(waiting)        \
    X(throttle)       \
    X(pool)           \
    X(segment)        \
    X(neighbours)

#define SUITE_GETTER(name) Suite *name##_suite(void);
SUITE_LIST(SUITE_GETTER)
#undef SUITE_GETTER

#endif
