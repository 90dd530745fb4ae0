/* The hello on the wire: how units know of each other (R-1005, R-1008).
 *
 *    0               1               2               3
 *   +---------------+---------------+---------------+---------------+
 *   |     magic 0x4C48 ("LH")       |   version 1   |     kind      |  kind: 1 hello, 2 you have failed
 *   +---------------+---------------+---------------+---------------+
 *   |     rank      |     role      |         zero (2 bytes)        |  0 primary, 1 secondary; 0 standby, 1 active
 *   +---------------+---------------+---------------+---------------+
 *   |                        sequence number                        |
 *   +---------------+---------------+---------------+---------------+
 */
#ifndef CORE_HELLO_H
#define CORE_HELLO_H

#include "core/director.h"

enum { HELLO_MAGIC = 0x4C48, HELLO_VERSION = 1, HELLO_SIZE = 12 };

enum hello_kind { HELLO_HELLO = 1, HELLO_YOU_HAVE_FAILED = 2 };

struct hello {
    enum hello_kind kind;
    enum unit_rank rank;
    enum role role;
    uint32_t sequence;
};

void hello_encode(const struct hello *hello, uint8_t bytes[HELLO_SIZE]);

/* False for anything but a well-formed hello of exactly HELLO_SIZE bytes. */
bool hello_decode(const uint8_t *bytes, size_t length, struct hello *hello);

#endif
