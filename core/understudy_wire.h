/* The wire of the protocol "understudy", network byte order.
 *
 *   data, active to standby
 *     0        1        2                 4                          7        8
 *     +--------+--------+--------+--------+--------+--------+--------+--------+
 *     | 0xA5   | 1 or 5 | epoch           | check                    | older  |
 *     +--------+--------+-----------------+--------------------------+--------+
 *     | sequence                          | records ..
 *     +-----------------------------------+
 *     kind 5 while nothing of the epoch was answered yet: who hears it may begin with it.
 *     Everything older than that before sequence was answered or is given up.
 *     records, each that of a slot of the active's table:
 *     | slot 4          | version 2 | flags 1 | protocol 1 |   flags 0: the slot is empty
 *     | real 6 | foreign 6 | virtual 6 | bind ID 2 |         flags 3: what stands in it
 *
 *   ack, standby to active
 *     | 0xA5 | kind 2 | epoch 2 | check 3 | back 1 | all to 4 | bitmap of the 64 after it 8 |
 *     It was owed for the datagram that is so far back from the last of these 64; 255: another.
 *
 *   digest, active to standby: of 1 to 64 pages of 32 slots from a page on, whose that have
 *   no change under way; mask says which
 *     | 0xA5 | kind 3 | epoch 2 | check 3 | 0 | page 4 | mask 8 | digest 8 of each of these |
 *
 *   verdict, standby to active: which of them differ
 *     | 0xA5 | kind 4 | epoch 2 | check 3 | 0 | page 4 | mask 8 | differs 8 |
 *
 * The check is of all other bytes: UDP's checksum may be off, and a slot number with a bit
 * wrong would claim memory.
 * With UDP and IP headers a create alone takes 68 bytes, an ack 48, one without records 40. */
#ifndef CORE_UNDERSTUDY_WIRE_H
#define CORE_UNDERSTUDY_WIRE_H

#include "core/record.h"

enum {
    UNDERSTUDY_MAGIC = 0xA5,
    UNDERSTUDY_DATA_HEADER = 12,
    UNDERSTUDY_FULL = 28,
    UNDERSTUDY_EMPTY = 8,
    UNDERSTUDY_ACK = 20,
    UNDERSTUDY_DIGEST_HEADER = 20,
    UNDERSTUDY_VERDICT = 28,
    UNDERSTUDY_DATAGRAM_MAX = 1472,
    UNDERSTUDY_RECORDS_MAX = 64, /* of a datagram: the rest waits for the next */
    UNDERSTUDY_WINDOW = 64,      /* datagrams under way, bits of an ack */
    UNDERSTUDY_PAGE = 32,        /* slots */
    UNDERSTUDY_PAGES = 64,       /* of a digest datagram */
    UNDERSTUDY_SLOT_MAX = 1 << 30, /* as of a conn_table */
};

enum understudy_kind {
    UNDERSTUDY_KIND_DATA = 1,
    UNDERSTUDY_KIND_ACK,
    UNDERSTUDY_KIND_DIGEST,
    UNDERSTUDY_KIND_VERDICT,
    UNDERSTUDY_KIND_FIRST_DATA,
};

/* What a slot of the active's table holds: record is of a create, or the slot is empty. */
struct slot_record {
    uint32_t slot;
    uint16_t version;
    bool full;
    bool again; /* the same was sent before; does not travel */
    struct record record;
};

struct understudy_data {
    uint16_t epoch;
    bool first; /* nothing of its epoch was answered yet */
    uint32_t sequence, base;
    unsigned count;
    struct slot_record records[UNDERSTUDY_RECORDS_MAX];
};

struct understudy_ack {
    uint16_t epoch;
    uint32_t all_to; /* this one and all before it have come, or are given up */
    uint64_t bitmap; /* bit i: all_to + 1 + i has come */
    uint32_t echo;   /* the one that the ack was owed for; 0: too long ago to be said */
};

struct understudy_digest {
    uint16_t epoch;
    uint32_t page;
    uint64_t mask;
    uint64_t digests[UNDERSTUDY_PAGES]; /* where the mask has a bit */
};

struct understudy_verdict {
    uint16_t epoch;
    uint32_t page;
    uint64_t mask, differs;
};

/* Any of them, as read; first data is KIND_DATA with its mark. */
struct understudy_message {
    enum understudy_kind kind;
    union {
        struct understudy_data data;
        struct understudy_ack ack;
        struct understudy_digest digest;
        struct understudy_verdict verdict;
    };
};

/* Bytes of a record in a datagram. */
size_t understudy_record_size(const struct slot_record *record);

/* A slot's part of its page's digest; 0 for an empty one. */
uint64_t understudy_hash(const struct slot_record *record);

/* Write the check of a datagram that is whole but for it. */
void understudy_seal(uint8_t *bytes, size_t length);

/* Write a message into bytes, which hold UNDERSTUDY_DATAGRAM_MAX. Return its length. */
size_t understudy_encode(const struct understudy_message *message, uint8_t *bytes);

/* Read one: REFUSAL_NONE, or why it is none; nothing of a refused one is to be used. */
enum record_refusal understudy_decode(const uint8_t *bytes, size_t length,
                                      struct understudy_message *message);

#endif
