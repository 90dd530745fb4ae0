#include "core/pfsync_bucket.h"

#include <glib.h>
#include <string.h>

struct pfsync_bucket *pfsync_bucket_new(void)
{
    struct pfsync_bucket *bucket = g_new0(struct pfsync_bucket, 1);
    pfsync_bucket_clear(bucket);
    return bucket;
}

enum pfsync_action pfsync_queue_action(enum pfsync_queue queue)
{
    static const enum pfsync_action actions[PFSYNC_QUEUES] = {
        [PFSYNC_INSERTS] = PFSYNC_INS,
        [PFSYNC_INSERT_ACKS] = PFSYNC_INS_ACK,
        [PFSYNC_UPDATES] = PFSYNC_UPD,
        [PFSYNC_SHORT_UPDATES] = PFSYNC_UPD_C,
        [PFSYNC_DELETES] = PFSYNC_DEL_C,
        [PFSYNC_REQUESTS] = PFSYNC_UPD_REQ,
    };
    g_assert(queue > PFSYNC_IDLE && queue < PFSYNC_QUEUES);
    return actions[queue];
}

bool pfsync_bucket_is_empty(const struct pfsync_bucket *bucket)
{
    return bucket->length == PFSYNC_LENGTH_MIN;
}

void pfsync_bucket_arm(struct pfsync_bucket *bucket, nstime now)
{
    if (pfsync_bucket_is_empty(bucket))
        bucket->due = now + PFSYNC_FLUSH_TIME;
}

/* With the subheader, if it is the first of its kind. */
static unsigned size_of_next(const struct pfsync_bucket *bucket, enum pfsync_queue queue)
{
    unsigned size = (unsigned)pfsync_size(pfsync_queue_action(queue));
    return bucket->counts[queue] == 0 ? size + PFSYNC_SUBHEADER_SIZE : size;
}

bool pfsync_bucket_has_room(const struct pfsync_bucket *bucket, enum pfsync_queue queue)
{
    return bucket->length + size_of_next(bucket, queue) <= PFSYNC_MTU;
}

void pfsync_bucket_put(struct pfsync_bucket *bucket, enum pfsync_queue queue,
                       const struct pfsync_item *item)
{
    g_assert(pfsync_bucket_has_room(bucket, queue));
    bucket->length += size_of_next(bucket, queue);
    bucket->items[queue][bucket->counts[queue]++] = *item;
}

void pfsync_bucket_take(struct pfsync_bucket *bucket, enum pfsync_queue queue, uint32_t slot)
{
    struct pfsync_item *items = bucket->items[queue];
    unsigned i = 0, *count = &bucket->counts[queue];
    g_assert(slot != 0);
    while (i < *count && items[i].slot != slot)
        i++;
    g_assert(i < *count);
    memmove(&items[i], &items[i + 1], (*count - i - 1) * sizeof *items);
    --*count;
    bucket->length -= size_of_next(bucket, queue);
}

static bool same_state(struct pfsync_id a, struct pfsync_id b)
{
    return a.id == b.id && a.creator == b.creator;
}

bool pfsync_bucket_asks(const struct pfsync_bucket *bucket, struct pfsync_id id)
{
    for (unsigned i = 0; i < bucket->counts[PFSYNC_REQUESTS]; i++)
        if (same_state(bucket->items[PFSYNC_REQUESTS][i].id, id))
            return true;
    return false;
}

void pfsync_bucket_sent(struct pfsync_bucket *bucket)
{
    memset(bucket->counts, 0, sizeof bucket->counts);
    bucket->length = PFSYNC_LENGTH_MIN;
}

void pfsync_bucket_clear(struct pfsync_bucket *bucket)
{
    pfsync_bucket_sent(bucket);
    bucket->due = NSTIME_NEVER;
    bucket->first += bucket->in_ring;
    bucket->in_ring = bucket->held = 0;
}

/* ---- held packets */

static const struct pfsync_held *held_at(const struct pfsync_bucket *bucket, unsigned number)
{
    return &bucket->ring[number % PFSYNC_RING];
}

bool pfsync_bucket_may_hold(const struct pfsync_bucket *bucket)
{
    return bucket->held < PFSYNC_HELD_MAX && bucket->in_ring < PFSYNC_RING;
}

unsigned pfsync_bucket_hold(struct pfsync_bucket *bucket, const struct pfsync_held *held)
{
    unsigned number = bucket->first + bucket->in_ring;
    g_assert(pfsync_bucket_may_hold(bucket) && held->slot != 0);
    bucket->ring[number % PFSYNC_RING] = *held;
    bucket->in_ring++;
    bucket->held++;
    return number;
}

const struct pfsync_held *pfsync_bucket_oldest(const struct pfsync_bucket *bucket)
{
    return bucket->held > 0 ? held_at(bucket, bucket->first) : NULL;
}

/* Those let out at the ring's old end leave it, so that the oldest is one that waits. */
struct pfsync_held pfsync_bucket_let_go(struct pfsync_bucket *bucket, unsigned number)
{
    struct pfsync_held held = *held_at(bucket, number);
    g_assert(number - bucket->first < bucket->in_ring && held.slot != 0);
    bucket->ring[number % PFSYNC_RING].slot = 0;
    bucket->held--;
    while (bucket->in_ring > 0 && held_at(bucket, bucket->first)->slot == 0) {
        bucket->first++;
        bucket->in_ring--;
    }
    return held;
}

nstime pfsync_bucket_deadline(const struct pfsync_bucket *bucket)
{
    const struct pfsync_held *oldest = pfsync_bucket_oldest(bucket);
    return oldest != NULL ? MIN(bucket->due, oldest->due) : bucket->due;
}
