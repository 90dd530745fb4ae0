/* The suites of this room, one line each: add yours and link its getter, which is
 * named NAME_suite. */
#ifndef TESTS_NODE_SUITES_H
#define TESTS_NODE_SUITES_H

#include <check.h>

#define SUITE_LIST(X)\
    X(tcp_timers)   \
    X(tcp_loss)     \
    X(tcp_states)   \
    X(simultaneous) \
    X(tuples)       \
    X(traffic)      \
    X(workload)     \
    X(udp)          \
    X(server_opens) \
    X(population)   \
    X(keepalive)    \
    X(server_end)

#define SUITE_GETTER(name) Suite *name##_suite(void);
SUITE_LIST(SUITE_GETTER)
#undef SUITE_GETTER

#endif
