/* The standby's side of the protocol "understudy": a picture of the active's slots, and which
 * datagrams have come. Sequence numbers order what is said of two slots of one tuple. */
#ifndef CORE_UNDERSTUDY_RECEIVER_H
#define CORE_UNDERSTUDY_RECEIVER_H

#include "core/nstime.h"
#include "core/slot_array.h"
#include "core/understudy_wire.h"

/* A slot of the active's. */
struct receiver_slot {
    uint64_t hash;     /* of what it holds; 0: empty, or not taken here */
    uint32_t conn;     /* the slot of its conn here, 0: none */
    uint32_t sequence; /* of the datagram that said it */
    uint16_t version;  /* 0: nothing was said */
};

struct receiver {
    bool begun;
    uint16_t epoch;
    uint32_t active_ip;   /* who speaks */
    struct slot_array slots; /* struct receiver_slot, by the active's slot number */
    struct slot_array owners; /* uint32_t, by our own: the active's slot */
    uint32_t all_to;
    uint64_t bitmap;
    uint32_t echo;    /* the first that waits for an ack */
    nstime ack_at;    /* NSTIME_NEVER: none is owed */
};

void receiver_init(struct receiver *receiver);
void receiver_free(struct receiver *receiver);

/* Follow a new epoch from here on: nothing is known of its slots. */
void receiver_begin(struct receiver *receiver, uint16_t epoch, uint32_t active_ip);

/* A datagram came: is it new, and within the window? An ack is owed in either case. */
bool receiver_take(struct receiver *receiver, nstime now, const struct understudy_data *data,
                   nstime ack_delay);

struct receiver_slot *receiver_slot(struct receiver *receiver, uint32_t slot);

/* Which of the active's slots a conn here is for, 0: none; to be set and cleared. */
uint32_t *receiver_owner(struct receiver *receiver, uint32_t conn_slot);

/* The ack that is owed now; it is paid with this. */
struct understudy_ack receiver_ack(struct receiver *receiver);

/* Compare a digest with the picture. */
struct understudy_verdict receiver_compare(const struct receiver *receiver,
                                           const struct understudy_digest *digest);

#endif
