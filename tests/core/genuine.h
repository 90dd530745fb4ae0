/* Genuine datagrams: what a pair of directors says to each other over a short story, the same
 * for every replication protocol, for tests that then do something to it.
 *
 * Connections are opened, used and closed, two of them buddies, and timers run long enough for
 * any protocol to have said all of it: 100 s. */
#ifndef TESTS_CORE_GENUINE_H
#define TESTS_CORE_GENUINE_H

#include "core/settings.h"
#include "tests/core/rig.h"

struct genuine_datagram {
    nstime at;
    unsigned to; /* number of the unit: 0 the active, 1 the standby */
    size_t length;
    uint8_t bytes[1480];
};

/* All of a protocol's, in order (struct genuine_datagram); the caller frees it with
 * g_array_unref(). None for a protocol that says nothing. */
GArray *genuine_tell(enum replication_kind kind);

/* The pair in the middle of the story, in the caller's rig: the datagram of this number has been
 * sent and has not arrived. With a number that there is not, the pair at the end. */
void genuine_set_up(struct rig *rig, enum replication_kind kind, unsigned number);

#endif
