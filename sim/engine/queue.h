/* The event queue: a set of (time, order) keys with a 32-bit item each; the
 * least key comes out first. Behind its own header so that a ladder or radix
 * queue can take its place.
 *
 * Today a 4-ary heap of 16-byte entries: time, and order << 24 | item. */
#ifndef SIM_ENGINE_QUEUE_H
#define SIM_ENGINE_QUEUE_H

#include "core/nstime.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { QUEUE_ITEM_BITS = 24 }; /* at most 16,777,216 items at a time */

struct queue_entry {
    nstime time;
    uint64_t order_item;
};

struct queue {
    struct queue_entry *entries;
    size_t count;
    size_t capacity;
};

void queue_init(struct queue *queue);
void queue_clear(struct queue *queue);

/* order must be larger than that of every entry put before. */
void queue_put(struct queue *queue, nstime time, uint64_t order, uint32_t item);

/* The least entry, without and with taking it out; the queue must not be empty. */
nstime queue_first_time(const struct queue *queue);
uint32_t queue_take(struct queue *queue, nstime *time);

#endif
