/* The suites of this room, one line each: add yours and link its getter, which is
 * named NAME_suite. */
#ifndef TESTS_CORE_SUITES_H
#define TESTS_CORE_SUITES_H

#include <check.h>
#include <glib.h>
#include <stdbool.h>

#define SUITE_LIST(X) \
    X(flow)           \
    X(note)           \
    X(effect)         \
    X(machine)        \
    X(balance)        \
    X(ranking)        \
    X(overflow)       \
    X(maglev)         \
    X(unknown)        \
    X(probe)          \
    X(hash)           \
    X(affinity)       \
    X(response)       \
    X(command)        \
    X(configuration)  \
    X(refusals)       \
    X(spelling)       \
    X(header)         \
    X(record)         \
    X(hello)          \
    X(detection)      \
    X(handover)       \
    X(peers)          \
    X(paths)          \
    X(interface_test) \
    X(conn_table)     \
    X(window)         \
    X(director)       \
    X(ghost)          \
    X(traffic)        \
    X(health)         \
    X(operator)       \
    X(form)           \
    X(standby)        \
    X(role)           \
    X(replication)    \
    X(buddy)          \
    X(outbound)       \
    X(bulk)           \
    X(slow_start)     \
    X(sticky)         \
    X(serial)         \
    X(line)           \
    X(mirror)         \
    X(unknown_outbound) \
    X(repeat)         \
    X(slot_array)     \
    X(ipvs_parts)     \
    X(ipvs)           \
    X(delayed)         \
    X(pfsync)          \
    X(inline)          \
    X(understudy_wire) \
    X(understudy_pipe) \
    X(understudy)      \
    X(conntrackd_message) \
    X(ftfw)            \
    X(alarm)           \
    X(hostile)         \
    X(understudy_hostile) \
    X(second_chance)

#define SUITE_GETTER(name) Suite *name##_suite(void);
SUITE_LIST(SUITE_GETTER)
#undef SUITE_GETTER

/* A test that must abort needs a process of its own. */
static inline bool suites_fork(void)
{
    return g_strcmp0(g_getenv("CK_FORK"), "no") != 0;
}

#endif
