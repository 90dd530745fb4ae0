/* The suites of this room, one line each. */
#ifndef TESTS_RUN_SUITES_H
#define TESTS_RUN_SUITES_H

#include <check.h>

#define SUITE_LIST(X) \
    X(timeline)       \
    X(unit)           \
    X(world)          \
    X(odd)            \
    X(expected)       \
    X(forms)          \
    X(exact)          \
    X(keyed)          \
    X(explain)        \
    X(but_for)        \
    X(planned)        \
    X(twin)           \
    X(harm)           \
    X(saved_by)       \
    X(unknown)        \
    X(forms_ghosts)   \
    X(tuples_again)   \
    X(virtual)        \
    X(wire)           \
    X(sides)          \
    X(garp)           \
    X(window)         \
    X(detection_runs) \
    X(shipped)        \
    X(services)       \
    X(invariant)      \
    X(pairs)          \
    X(late_machine)   \
    X(capacity)       \
    X(own_loss)       \
    X(gray)           \
    X(own_scenarios)  \
    X(laboratory)     \
    X(section_15)     \
    X(endpoints)      \
    X(measures)       \
    X(seeds)          \
    X(forms_ipvs)     \
    X(ipvs)           \
    X(set_up)         \
    X(understudy_runs) \
    X(probe_refused) \
    X(second_chance)

#define SUITE_GETTER(name) Suite *name##_suite(void);
SUITE_LIST(SUITE_GETTER)
#undef SUITE_GETTER

#endif
