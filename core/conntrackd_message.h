/* The messages of conntrackd on the wire, protocol version 1 (include/network.h and src/build.c
 * of conntrack-tools 1.4), for the protocols alarm and ftfw.
 *
 *    0               1               2               3
 *   +-------+-------+---------------+---------------+---------------+
 *   |version| type  |     flags     |       length, in bytes        |
 *   +-------+-------+---------------+---------------+---------------+
 *   |                        sequence number                        |
 *   +===============+===============+===============+===============+
 *
 *   type: 0 a new flow, 1 an update, 2 the end of one; 10 control. Flags: 2 resync, 4 nack, 8 ack,
 *   16 alive, 32 hello, 64 hello back. An alive is the header alone, 8 bytes; a resync request, a
 *   nack and an ack are 16: two numbers follow, the first and the last that they are about.
 *
 *   A state message is the header and attributes, each of 4 bytes and its value, which is padded
 *   to a multiple of 4:
 *
 *   +---------------+---------------+---------------+---------------+
 *   |      4 + length of value      |           attribute           |
 *   +---------------+---------------+---------------+---------------+
 *   |                          value, padding                       |
 *   +---------------+---------------+---------------+---------------+
 *
 *       0 addresses of its opener and of whom that asked   12 bytes
 *       5 status                                            8
 *       2 protocol                                          8
 *       3 ports, in the same order                          8
 *       4 TCP state (TCP alone)                             8
 *       6 timeout, in seconds                               8
 *       7 mark: the bind ID, if that is not 0               8
 *      13, 15 address and port that the destination really has, each if another   8, 8
 *      12, 14 those that the source seems to have, each if another        8, 8
 *
 *   So a TCP connection to a machine on the port that the client named takes 68 bytes, 76 if the
 *   port is another. Network byte order throughout.
 *
 * Encoding and decoding are pure functions on byte buffers. */
#ifndef CORE_CONNTRACKD_MESSAGE_H
#define CORE_CONNTRACKD_MESSAGE_H

#include "core/conntrackd_state.h"
#include "core/record.h"

enum {
    CONNTRACKD_VERSION = 1,
    CONNTRACKD_HEADER_SIZE = 8,
    CONNTRACKD_RANGE_SIZE = 16,
    CONNTRACKD_MESSAGE_MAX = 84, /* with a mark, and address and port translated */
    CONNTRACKD_DATAGRAM_MAX = 1472,
    CONNTRACKD_MESSAGES_MAX = CONNTRACKD_DATAGRAM_MAX / CONNTRACKD_HEADER_SIZE,
};

enum conntrackd_type {
    CONNTRACKD_NEW = 0,
    CONNTRACKD_UPDATE = 1,
    CONNTRACKD_DESTROY = 2,
    CONNTRACKD_CONTROL = 10,
};

enum conntrackd_flag {
    CONNTRACKD_RESYNC = 2,
    CONNTRACKD_NACK = 4,
    CONNTRACKD_ACK = 8,
    CONNTRACKD_ALIVE = 16,
    CONNTRACKD_HELLO = 32,
    CONNTRACKD_HELLO_BACK = 64,
};

struct conntrackd_message {
    enum conntrackd_type type;
    uint8_t flags;
    uint32_t number;
    uint32_t first, last; /* of a resync request, a nack, an ack */

    /* of a state message */
    struct record record; /* its flags are of no meaning here */
    bool outbound;        /* the real machine opened it */
    enum conntrackd_state state;
    uint32_t timeout; /* seconds */
};

/* How many bytes it takes. */
size_t conntrackd_message_size(const struct conntrackd_message *message);

/* Write it to bytes, which has room for that. Returns its size. */
size_t conntrackd_message_encode(const struct conntrackd_message *message, uint8_t *bytes);

/* Read a whole datagram: on REFUSAL_NONE, *count messages were written, in order, to messages,
 * which has room for CONNTRACKD_MESSAGES_MAX. Never reads past length. */
enum record_refusal conntrackd_decode(const uint8_t *bytes, size_t length,
                                      struct conntrackd_message *messages, unsigned *count);

#endif
