/* Machine status: the state of every machine at one moment. Two moments compared tell
 * what a command has changed, virtual machines among it whose state follows from that
 * of others. */
#ifndef CORE_MACHINE_STATUS_H
#define CORE_MACHINE_STATUS_H

#include "core/machine.h"

struct machine_status {
    struct machine_id id;
    enum machine_state state;
};

struct machine_change {
    struct machine_id id;
    enum machine_state before, after;
};

/* All of them now, physical ones first, each kind in list order: struct machine_status,
 * to be freed with g_array_free(). */
GArray *machine_status_take(const struct machines *machines);

/* What differs between two moments of the same machines, in order of the later one:
 * struct machine_change, to be freed likewise. Those made or removed between the two
 * are left out. */
GArray *machine_status_compare(const GArray *before, const GArray *after);

#endif
