/* The hello on the wire: how units know of each other (R-1003, R-1005, R-1008).
 *
 *    0               1               2               3
 *   +---------------+---------------+---------------+---------------+
 *   |     magic 0x4C48 ("LH")       |   version 2   |     kind      |  1 hello, 2 you have failed,
 *   +---------------+---------------+---------------+---------------+  3 I resign, 4 yield
 *   |     rank      |     role      |    replica    |   priority    |  0 primary, 1 secondary,
 *   +---------------+---------------+---------------+---------------+  2 spare; 0 standby, 1 active
 *   |                        sequence number                        |
 *   +---------------+---------------+---------------+---------------+
 *   |                       table generation                        |
 *   +---------------+---------------+---------------+---------------+
 *   |     group     |    failed     |  interfaces   |  interfaces   |  one bit for each by its
 *   |               |               |    failed     |   in a test   |  number
 *   +---------------+---------------+---------------+---------------+
 *   |             standby: the unit that records go to              |
 *   +---------------+---------------+---------------+---------------+
 *   |          appointment          |                               |
 *   +---------------+---------------+    the sender's own MAC       +
 *   |                                                               |
 *   +---------------+---------------+---------------+---------------+
 *   |                   address that it owns now                    |
 *   +---------------+---------------+---------------+---------------+
 *
 * The generation changes whenever the sender's connection table was emptied: at its
 * start and when it entered the standby role. So the active knows a new
 * standby from one that was merely silent, and an old hello from a new one.
 * replica is 1 while the sender is a standby that has heard an active unit since, which
 * sends its records here: its table is worth more than an empty one (R-1009, contact.c).
 * priority is vrrp's; with other detectors it is 0. "I resign" comes from a unit that was
 * active until now. "Yield" is "you have failed" without the reproach: an operator has
 * given the role to the sender. failed is 1 while the sender was told that it has
 * failed (R-1103). standby is a unit's fixed address; an active unit says it, and one that
 * resigns (R-1107). The appointment counts how often another was named there. */
#ifndef CORE_HELLO_H
#define CORE_HELLO_H

#include "core/director.h"

enum { HELLO_MAGIC = 0x4C48, HELLO_VERSION = 2, HELLO_SIZE = 36 };

enum hello_kind {
    HELLO_HELLO = 1, HELLO_YOU_HAVE_FAILED = 2, HELLO_RESIGN = 3, HELLO_YIELD = 4,
};

struct hello {
    enum hello_kind kind;
    enum unit_rank rank;
    enum role role;
    bool replica;
    uint8_t priority;
    uint32_t sequence;
    uint32_t generation;
    uint8_t group;
    bool failed;
    uint8_t interfaces_failed; /* 1 << enum interface_number */
    uint8_t interfaces_tested;
    uint32_t standby_ip; /* 0: none */
    uint16_t appointment;
    uint64_t mac; /* 48 bits; 0: not told */
    uint32_t held_ip;
};

void hello_encode(const struct hello *hello, uint8_t bytes[HELLO_SIZE]);

/* False for anything but a well-formed hello of exactly HELLO_SIZE bytes. */
bool hello_decode(const uint8_t *bytes, size_t length, struct hello *hello);

#endif
