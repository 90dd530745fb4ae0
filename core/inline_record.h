/* The message of protocol inline on the wire, and back. (The proposals for DASH give no layout;
 * this one is ours.)
 *
 *    0               1               2               3
 *   +---------------+---------------+---------------+---------------+
 *   |     magic 0x494E ("IN")       |   version 1   |     kind      |
 *   +---------------+---------------+---------------+---------------+
 *   |                            number                             |
 *   +===============+===============+===============+===============+
 *   |               record, 24 bytes: core/record.h                 |
 *   +===============+===============+===============+===============+
 *   |      create, created: the packet, with its IP header ...      |
 *
 *   kind: 1 create, 2 delete, 3 created, 4 deleted. An answer is what it answers, but for its kind.
 *
 * The number counts the requests of their sender. Of a packet that is longer than fits, what fits
 * travels. */
#ifndef CORE_INLINE_RECORD_H
#define CORE_INLINE_RECORD_H

#include "core/packet.h"
#include "core/record.h"

enum {
    INLINE_MAGIC = 0x494E,
    INLINE_VERSION = 1,
    INLINE_HEADER_SIZE = 8,
    INLINE_FIXED_SIZE = INLINE_HEADER_SIZE + RECORD_SIZE,
    INLINE_DATAGRAM_MAX = 1472,
};

enum inline_kind { INLINE_CREATE = 1, INLINE_DELETE, INLINE_CREATED, INLINE_DELETED };

struct inline_message {
    uint8_t kind; /* enum inline_kind */
    uint32_t number;
    struct record record;
};

/* Write a message into bytes, which holds INLINE_DATAGRAM_MAX, and behind it the packet, if there
 * is one. Returns its length. */
size_t inline_encode(const struct inline_message *message, const struct packet *packet,
                     uint8_t *bytes);

/* Make the answer of a request, in place. */
void inline_answer(uint8_t *bytes);

/* Read a datagram; of what is carried only the length is looked at. Never reads past length. */
enum record_refusal inline_decode(const uint8_t *bytes, size_t length,
                                  struct inline_message *message);

#endif
