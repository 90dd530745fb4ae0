/* The replication record on the wire (figure 5, R-701..R-708).
 *
 *    0               1               2               3
 *   +---------------+---------------+---------------+---------------+
 *   |     magic 0x4C44 ("LD")       |   version 1   | record count  |
 *   +---------------+---------------+---------------+---------------+
 *   |                         reserved, zero                        |
 *   +===============+===============+===============+===============+  each record, 24 bytes
 *   |                            real IP                            |
 *   +---------------+---------------+---------------+---------------+
 *   |                          foreign IP                           |
 *   +---------------+---------------+---------------+---------------+
 *   |                          virtual IP                           |
 *   +---------------+---------------+---------------+---------------+
 *   |           real port           |         foreign port          |
 *   +---------------+---------------+---------------+---------------+
 *   |         virtual port          |            bind ID            |
 *   +---------------+---------------+---------------+---------------+
 *   |   protocol    |     flags     |         zero (2 bytes)        |
 *   +---------------+---------------+---------------+---------------+
 *
 *   flags: 1 PM counted, 2 VM counted, 4 delete. Network byte order.
 *
 * A second record is the buddy of the first, by its place; each has its own flags.
 *
 * Encoding and decoding are pure functions on byte buffers. */
#ifndef CORE_RECORD_H
#define CORE_RECORD_H

#include "core/flow.h"
#include "core/note.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    RECORD_MAGIC = 0x4C44,
    RECORD_VERSION = 1,
    RECORD_HEADER_SIZE = 8,
    RECORD_SIZE = 24,
    RECORD_COUNT_MAX = 2,
    RECORD_DATAGRAM_MAX = RECORD_HEADER_SIZE + RECORD_COUNT_MAX * RECORD_SIZE,
};

enum record_flag { RECORD_PM_COUNTED = 1, RECORD_VM_COUNTED = 2, RECORD_DELETE = 4 };

struct record {
    struct address real, foreign, virtual;
    uint16_t bind_id;
    uint8_t protocol;
    uint8_t flags; /* enum record_flag */
};

/* Write a datagram of count records (1 or 2) into bytes, which holds
 * RECORD_DATAGRAM_MAX. Returns its length. */
size_t record_encode(const struct record *records, unsigned count, uint8_t *bytes);

/* Read a datagram: size first, then header, then records. On
 * REFUSAL_NONE, *count records were written to records (room for
 * RECORD_COUNT_MAX). Never reads past length. Flags are not judged here. */
enum record_refusal record_decode(const uint8_t *bytes, size_t length, struct record *records,
                                  unsigned *count);

#endif
