/* One of pfsync's buckets: the packet under construction, a queue for each action, and packets held
 * back in defer mode (sys/netpfil/pf/if_pfsync.c of FreeBSD: struct pfsync_bucket).
 *
 *   INS  INS_ACK  UPD  UPD_C  DEL_C  UPD_REQ      what waits, in the order of the packet
 *    |------------- 1 s after the first ------> sent; at once when the next record does not fit
 *
 * Queues hold the slots of conns, so that what is sent is what is so then; of what has gone, its
 * name. Held packets wait 20 ms each, in the order of their coming. */
#ifndef CORE_PFSYNC_BUCKET_H
#define CORE_PFSYNC_BUCKET_H

#include "core/nstime.h"
#include "core/packet.h"
#include "core/pfsync_record.h"

enum pfsync_queue {
    PFSYNC_IDLE, /* in none */
    PFSYNC_INSERTS,
    PFSYNC_INSERT_ACKS,
    PFSYNC_UPDATES,
    PFSYNC_SHORT_UPDATES,
    PFSYNC_DELETES,
    PFSYNC_REQUESTS,
    PFSYNC_QUEUES
};

enum { PFSYNC_HELD_MAX = 128, PFSYNC_RING = 1024 };
#define PFSYNC_FLUSH_TIME NSTIME_S
#define PFSYNC_DEFER_TIME (20 * NSTIME_MS)

struct pfsync_item {
    uint32_t slot;       /* of a conn; 0: it has gone, or is not here */
    struct pfsync_id id; /* DELETES, REQUESTS */
    uint32_t tag;        /* DELETES: what its note says */
    struct flow flow;
    struct address real;
};

/* slot 0: let out before its time. */
struct pfsync_held {
    uint32_t slot;
    enum side from;
    nstime due;
    struct packet packet;
};

struct pfsync_bucket {
    nstime due;      /* when its timer comes, or NSTIME_NEVER */
    unsigned length; /* IP bytes of the packet under construction */
    unsigned counts[PFSYNC_QUEUES];
    struct pfsync_item items[PFSYNC_QUEUES][PFSYNC_MESSAGES_MAX];

    unsigned held;           /* packets */
    unsigned first, in_ring; /* how many before, how many in it; those let out meanwhile too */
    struct pfsync_held ring[PFSYNC_RING];
};

struct pfsync_bucket *pfsync_bucket_new(void);

enum pfsync_action pfsync_queue_action(enum pfsync_queue queue);

/* Nothing is under construction. */
bool pfsync_bucket_is_empty(const struct pfsync_bucket *bucket);

/* Start the timer if nothing is under construction: before each thing that may queue. */
void pfsync_bucket_arm(struct pfsync_bucket *bucket, nstime now);

/* Is there room for one more in a queue? It is put there; there must be. */
bool pfsync_bucket_has_room(const struct pfsync_bucket *bucket, enum pfsync_queue queue);
void pfsync_bucket_put(struct pfsync_bucket *bucket, enum pfsync_queue queue,
                       const struct pfsync_item *item);

/* A conn leaves the queue it is in. */
void pfsync_bucket_take(struct pfsync_bucket *bucket, enum pfsync_queue queue, uint32_t slot);

/* Is an update of this state asked for already? */
bool pfsync_bucket_asks(const struct pfsync_bucket *bucket, struct pfsync_id id);

/* The packet has left; or nothing is wanted any more, held packets neither. */
void pfsync_bucket_sent(struct pfsync_bucket *bucket);
void pfsync_bucket_clear(struct pfsync_bucket *bucket);

/* ---- held packets; numbers go on for ever */

/* Is there room for one more? It is held: its number. */
bool pfsync_bucket_may_hold(const struct pfsync_bucket *bucket);
unsigned pfsync_bucket_hold(struct pfsync_bucket *bucket, const struct pfsync_held *held);

/* The oldest, or NULL. */
const struct pfsync_held *pfsync_bucket_oldest(const struct pfsync_bucket *bucket);

/* The one with a number, which is held: it is let out, or is to be dropped. */
struct pfsync_held pfsync_bucket_let_go(struct pfsync_bucket *bucket, unsigned number);

/* When something is to be done: the timer, or the oldest held packet's time. */
nstime pfsync_bucket_deadline(const struct pfsync_bucket *bucket);

#endif
