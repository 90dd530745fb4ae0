/* A pair that speaks one of conntrackd's modes: what was sent, read back. */
#ifndef TESTS_CORE_CONNTRACKD_RIG_H
#define TESTS_CORE_CONNTRACKD_RIG_H

#include "core/conntrackd_message.h"
#include "tests/core/rig.h"

/* Messages of the latest step's datagrams, all of them in order. */
struct said {
    struct conntrackd_message messages[4 * CONNTRACKD_MESSAGES_MAX];
    unsigned count;
    unsigned datagrams;
    size_t bytes; /* of UDP's payload */
};

/* The pair as rig_set_up() makes it, with protocol and without hellos for the time of a test; both
 * daemons run since the first second. */
void conntrackd_rig_set_up(struct rig *rig, const char *protocol);

/* What the unit said in the latest step. */
const struct said *conntrackd_said(const struct rig_unit *unit);

/* Let the unit have its turn at this instant; what it said then. */
const struct said *conntrackd_turn_of(struct rig_unit *unit);

/* The only message of a kind of control in what was said; it must be there. */
const struct conntrackd_message *conntrackd_only(const struct said *said, uint8_t flag);

#endif
