/* pfsync's messages on the wire, and back (sys/net/if_pfsync.h and sys/net/pfvar.h of FreeBSD 13;
 * sizes are compiled in, bytes are big-endian).
 *
 *   IP, protocol 240: no UDP                                               20
 *   header   version 5, 0, length 2, checksum of the rules 16              20
 *   for each action that has records:
 *     subheader   action 1, 0, count 2                                      4
 *     records     of one size                                       count x ..
 *   subheader   EOF, 1                                                      4
 *
 *   INS, UPD   full state          242    six fill a packet of 1500
 *   UPD_C      id, both peers, creator, expire, timeout
 *                                   84    seventeen
 *   INS_ACK, UPD_REQ, DEL_C   id 8, creator 4
 *                                   12    a hundred and twenty-one
 *   BUS        creator 4, end time 4, status 1, 0 3
 *                                   12
 *
 * A full state: id 0, interface 8, key on the wire 24 (two addresses of 16, two ports), key of the
 * stack 60, source peer 96, destination peer 128, address of the route 160, rule 176, anchor 180,
 * translation rule 184, creation 188, expire 192, packets 196, bytes 212, creator 228, family 232,
 * protocol 233, direction 234, 0 0 235, log 237, flags 238, timeout 239, flags 240, updates 241.
 * A peer: of scrubbing 0, highest number sent 8, highest that the other may be sent 12, 0 16,
 * window 20, 0 22, state 24, scale 25, 0 26.
 *
 * What a director has no counterpart of is zero; the rule is the virtual machine's bind ID.
 * (OpenBSD's version 6 has 264 bytes for a full state, of which five fill a packet.)
 *
 * Encoding and decoding are pure functions on byte buffers. */
#ifndef CORE_PFSYNC_RECORD_H
#define CORE_PFSYNC_RECORD_H

#include "core/flow.h"
#include "core/note.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    PFSYNC_VERSION = 5,
    PFSYNC_MTU = 1500,
    PFSYNC_IP_HEADER = 20,
    PFSYNC_HEADER_SIZE = 20,
    PFSYNC_SUBHEADER_SIZE = 4,
    PFSYNC_STATE_SIZE = 242,
    PFSYNC_UPDATE_SIZE = 84,
    PFSYNC_ID_SIZE = 12,
    PFSYNC_LENGTH_MIN = PFSYNC_IP_HEADER + PFSYNC_HEADER_SIZE + PFSYNC_SUBHEADER_SIZE,
    PFSYNC_MESSAGES_MAX = (PFSYNC_MTU - PFSYNC_LENGTH_MIN) / PFSYNC_ID_SIZE,
    PFSYNC_DATAGRAM_MAX = PFSYNC_MTU - PFSYNC_IP_HEADER,
};

enum pfsync_action {
    PFSYNC_INS = 1,
    PFSYNC_INS_ACK = 2,
    PFSYNC_UPD = 3,
    PFSYNC_UPD_C = 4,
    PFSYNC_UPD_REQ = 5,
    PFSYNC_DEL_C = 7,
    PFSYNC_BUS = 10,
    PFSYNC_EOF = 12,
};

/* pf's levels of one side of a TCP connection; of UDP: 1 a packet seen, 2 several. */
enum pfsync_level {
    PFSYNC_CLOSED = 0,
    PFSYNC_SYN_SENT = 2,
    PFSYNC_ESTABLISHED = 4,
    PFSYNC_CLOSING = 7,
    PFSYNC_FIN_WAIT_2 = 9,
    PFSYNC_TIME_WAIT = 10,
};

enum pfsync_timeout {
    PFSYNC_TCP_FIRST,
    PFSYNC_TCP_OPENING,
    PFSYNC_TCP_ESTABLISHED,
    PFSYNC_TCP_CLOSING,
    PFSYNC_TCP_FIN_WAIT,
    PFSYNC_TCP_CLOSED,
    PFSYNC_UDP_FIRST,
    PFSYNC_UDP_SINGLE,
    PFSYNC_UDP_MULTIPLE,
    PFSYNC_TIMEOUTS
};

enum pfsync_bulk { PFSYNC_BULK_START = 1, PFSYNC_BULK_END = 2 };

/* A state's name: of the unit that made it, and given by it. */
struct pfsync_id {
    uint64_t id;
    uint32_t creator;
};

struct pfsync_peer {
    uint32_t sent;   /* the number behind the last byte that it sent: pf's seqlo */
    uint32_t may;    /* the highest that it may send: pf's seqhi */
    uint16_t window; /* the largest, of the other side */
    uint8_t level;
};

struct pfsync_state {
    struct address foreign, virtual, real;
    uint32_t rule;
    uint8_t protocol;
    bool outbound;  /* made from inside: its source is the real machine */
    bool wants_ack; /* PFSTATE_ACK: a packet is held until the insert is acknowledged */
};

struct pfsync_message {
    uint8_t action; /* enum pfsync_action */
    struct pfsync_id id;
    struct pfsync_peer source, destination; /* INS, UPD, UPD_C */
    uint8_t timeout;                        /* the same */
    struct pfsync_state state;              /* INS, UPD */
    uint32_t end_time;                      /* BUS: seconds since the request came */
    uint8_t status;
};

/* The bytes of a record of an action. */
size_t pfsync_size(enum pfsync_action action);

/* Write the header of a datagram of length bytes, a subheader, a record; each returns the place
 * behind it. */
uint8_t *pfsync_put_header(uint8_t *at, size_t length);
uint8_t *pfsync_put_subheader(uint8_t *at, enum pfsync_action action, unsigned count);
uint8_t *pfsync_put_message(uint8_t *at, const struct pfsync_message *message);

/* Read a datagram: on REFUSAL_NONE, *count of them were written to messages, which holds
 * PFSYNC_MESSAGES_MAX. Never reads past length. */
enum record_refusal pfsync_decode(const uint8_t *bytes, size_t length,
                                  struct pfsync_message *messages, unsigned *count);

#endif
