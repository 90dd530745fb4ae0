/* The hello on the wire: how units know of each other (R-1005, R-1008).
 *
 *    0               1               2               3
 *   +---------------+---------------+---------------+---------------+
 *   |     magic 0x4C48 ("LH")       |   version 1   |     kind      |  1 hello, 2 you have failed,
 *   +---------------+---------------+---------------+---------------+  3 I resign
 *   |     rank      |     role      |    replica    |   priority    |  0 primary, 1 secondary;
 *   +---------------+---------------+---------------+---------------+  0 standby, 1 active
 *   |                        sequence number                        |
 *   +---------------+---------------+---------------+---------------+
 *   |                       table generation                        |
 *   +---------------+---------------+---------------+---------------+
 *
 * The generation changes whenever the sender's connection table was emptied: at its
 * start and when it entered the standby role. So the active knows a new
 * standby from one that was merely silent, and an old hello from a new one.
 * replica is 1 while the sender is a standby that has heard an active unit since:
 * its table is worth more than an empty one (R-1009, see detect.c). priority is vrrp's;
 * with other detectors it is 0. "I resign" comes from a unit that was active until now. */
#ifndef CORE_HELLO_H
#define CORE_HELLO_H

#include "core/director.h"

enum { HELLO_MAGIC = 0x4C48, HELLO_VERSION = 1, HELLO_SIZE = 16 };

enum hello_kind { HELLO_HELLO = 1, HELLO_YOU_HAVE_FAILED = 2, HELLO_RESIGN = 3 };

struct hello {
    enum hello_kind kind;
    enum unit_rank rank;
    enum role role;
    bool replica;
    uint8_t priority;
    uint32_t sequence;
    uint32_t generation;
};

void hello_encode(const struct hello *hello, uint8_t bytes[HELLO_SIZE]);

/* False for anything but a well-formed hello of exactly HELLO_SIZE bytes. */
bool hello_decode(const uint8_t *bytes, size_t length, struct hello *hello);

#endif
