/* The event queue: a set of (time, key), no key twice; the least time comes out
 * first, and of equal times the least key. Behind its own header so that a ladder or
 * radix queue can take its place.
 *
 * Today a 4-ary heap of 16-byte entries. Taking the first entry leaves a hole at the
 * root, which the next put fills: an event that schedules another costs one descent
 * instead of two. */
#ifndef SIM_ENGINE_QUEUE_H
#define SIM_ENGINE_QUEUE_H

#include "core/nstime.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct queue_entry {
    nstime time; /* not negative */
    uint64_t key;
};

struct queue {
    struct queue_entry *entries;
    size_t count; /* of entries in the array, the hole included */
    size_t capacity;
    bool hole;
};

void queue_init(struct queue *queue);
void queue_clear(struct queue *queue);

/* How many are in it, and the bytes held for them. */
size_t queue_count(const struct queue *queue);
size_t queue_memory(const struct queue *queue);

void queue_put(struct queue *queue, nstime time, uint64_t key);

/* The least entry, without and with taking it out; the queue must not be empty. */
nstime queue_first_time(struct queue *queue);
struct queue_entry queue_take(struct queue *queue);

/* Keep only the entries that the filter approves of; it is asked once for each, in
 * no particular order. */
typedef bool queue_filter(void *context, uint64_t key);
void queue_retain(struct queue *queue, queue_filter *filter, void *context);

#endif
