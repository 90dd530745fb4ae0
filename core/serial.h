/* Blocks on the serial line between two units (R-1203, fact F-723; the layout is ours).
 *
 *    0               1               2               3
 *   +---------------+---------------+---------------+---------------+
 *   |  start 0x7E   |     kind      |        sequence number        |
 *   +---------------+---------------+---------------+---------------+
 *   |    length     |  length, bits |  payload, 0 to 128 bytes ...
 *   |               |  inverted     |
 *   +---------------+---------------+---------------+---------------+
 *   |  CRC-16 of all from kind on   |
 *   +---------------+---------------+
 *
 *   kind: 1 data, 2 acknowledgement, 3 hello, 4 synchronisation. Network byte order.
 *
 * What data, acknowledgements and synchronisations hold is said by line.h; a hello is what
 * hello.h draws, with sequence number 0, and is never acknowledged. The start byte may stand
 * in a payload as well: who listens from the middle of a block finds out by the lengths that
 * do not agree, or by the CRC (x^16 + x^12 + x^5 + 1, from 0xFFFF), and looks for the next
 * start. The length stands there twice because a wrong one would swallow the blocks behind. */
#ifndef CORE_SERIAL_H
#define CORE_SERIAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    SERIAL_START = 0x7E,
    SERIAL_HEADER_SIZE = 6,
    SERIAL_OVERHEAD = SERIAL_HEADER_SIZE + 2,
    SERIAL_PAYLOAD_MAX = 128,
    SERIAL_BLOCK_MAX = SERIAL_OVERHEAD + SERIAL_PAYLOAD_MAX,
};

enum serial_kind { SERIAL_DATA = 1, SERIAL_ACK = 2, SERIAL_HELLO = 3, SERIAL_SYNC = 4 };

struct serial_block {
    enum serial_kind kind;
    uint16_t sequence;
    uint8_t length; /* at most SERIAL_PAYLOAD_MAX */
    uint8_t payload[SERIAL_PAYLOAD_MAX];
};

/* Why bytes on the line were no block. */
#define SERIAL_REFUSAL_LIST(X)                                              \
    X(SERIAL_NO_START, "no-start") /* bytes before a start byte */          \
    X(SERIAL_BAD_KIND, "bad-kind")                                          \
    X(SERIAL_BAD_LENGTH, "bad-length") /* the two do not agree, or too long */ \
    X(SERIAL_BAD_CHECKSUM, "bad-checksum")

#define SERIAL_ENUM(code, word) code,
enum serial_refusal { SERIAL_REFUSAL_LIST(SERIAL_ENUM) SERIAL_REFUSALS };
#undef SERIAL_ENUM

/* Write a block; returns its length on the line. */
size_t serial_encode(const struct serial_block *block, uint8_t bytes[SERIAL_BLOCK_MAX]);

/* The receiving end: what came of a block that is not whole yet. All zero at the start. */
struct serial_receiver {
    uint8_t held[SERIAL_BLOCK_MAX];
    size_t count;
    uint64_t refusals[SERIAL_REFUSALS]; /* how often; of NO_START, bytes */
};

/* Take bytes from the line in whatever pieces they come: true with the next block, or false
 * when all of them are taken. *bytes and *length move on; call until it is false. */
bool serial_receive(struct serial_receiver *receiver, const uint8_t **bytes, size_t *length,
                    struct serial_block *block);

/* "no-start", "bad-kind", "bad-length", "bad-checksum". */
const char *serial_refusal_word(enum serial_refusal refusal);

#endif
