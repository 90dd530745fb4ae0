/* Effects: what the host has to do after a step, in order. The list belongs to
 * the host, is emptied at the start of each step, and grows as needed; after the
 * first few steps nothing allocates. */
#ifndef CORE_EFFECT_H
#define CORE_EFFECT_H

#include "core/event.h"
#include "core/note.h"
#include "core/packet.h"

#include <stddef.h>
#include <stdint.h>

enum effect_kind {
    EFFECT_FORWARD,  /* send this packet, headers rewritten, out on a side */
    EFFECT_RESET,    /* send this reset back on the side the packet came from */
    EFFECT_PROBE,    /* send this packet of the core's own making out on a side */
    EFFECT_DATAGRAM, /* send these bytes to the peer */
    EFFECT_SERIAL,   /* send these bytes over the serial line */
    EFFECT_CLAIM,    /* own this address from now on, with this MAC */
    EFFECT_RELEASE,  /* own this address no longer */
    EFFECT_ARP,      /* ask for an address on an interface; an answer is EVENT_SEEN */
    EFFECT_PING,     /* ask everybody on an interface; an answer is EVENT_SEEN */
    EFFECT_NOTE,     /* what was done and why */
    EFFECT_REPLY,    /* the answer to a command */
};

struct effect {
    enum effect_kind kind;
    union {
        struct {
            enum side side;
            struct packet packet;
        } packet; /* FORWARD, RESET, PROBE */
        struct {
            enum channel channel;
            unsigned interface;
            uint32_t destination_ip;
            uint32_t offset; /* into effects.bytes; see effect_bytes() */
            uint32_t length;
        } datagram;
        struct {
            uint32_t offset; /* as of a datagram */
            uint32_t length;
        } serial;
        struct {
            uint32_t ip;
            uint64_t mac; /* 48 bits; 0: the unit's own (R-1003) */
        } address; /* CLAIM, RELEASE */
        struct {
            unsigned interface;
            uint32_t ip; /* of ARP */
        } ask; /* ARP, PING */
        struct note note;
        struct {
            bool ok;
            uint32_t offset; /* of a zero-terminated text in effects.bytes */
        } reply;
    };
};

struct effects {
    struct effect *items;
    size_t count;
    size_t capacity;
    uint8_t *bytes;
    size_t used;
    size_t size;
};

void effects_init(struct effects *effects);
void effects_clear(struct effects *effects); /* frees what it holds */
void effects_reset(struct effects *effects); /* empties it, keeps the memory */

/* Append one effect and return it, zeroed but for the kind. The pointer is
 * valid until the next call that adds. */
struct effect *effects_add(struct effects *effects, enum effect_kind kind);

/* Append a datagram effect holding a copy of bytes, length in 1..1480. */
struct effect *effects_add_datagram(struct effects *effects, enum channel channel,
                                    const uint8_t *bytes, size_t length);

/* Append a serial effect holding a copy of bytes, length in 1..1480. */
struct effect *effects_add_serial(struct effects *effects, const uint8_t *bytes, size_t length);

/* Append a reply holding a copy of text. */
void effects_add_reply(struct effects *effects, bool ok, const char *text);

/* The bytes of a DATAGRAM or SERIAL effect, the text of a REPLY; valid until the next reset. */
const uint8_t *effect_bytes(const struct effects *effects, const struct effect *effect);
const char *effect_text(const struct effects *effects, const struct effect *effect);

#endif
