/* A queue of slot numbers, each with an instant: first in, first out. It grows with need and
 * keeps what it has. */
#ifndef CORE_SLOT_QUEUE_H
#define CORE_SLOT_QUEUE_H

#include "core/nstime.h"

#include <stddef.h>
#include <stdint.h>

struct slot_due {
    uint32_t slot;
    nstime due;
};

/* All zero: empty. */
struct slot_queue {
    struct slot_due *items; /* a ring; its room is a power of two */
    size_t room, first, count;
};

void slot_queue_free(struct slot_queue *queue);

void slot_queue_push(struct slot_queue *queue, uint32_t slot, nstime due);

/* The first of at least one, to look at and to take out. */
const struct slot_due *slot_queue_first(const struct slot_queue *queue);
uint32_t slot_queue_pop(struct slot_queue *queue);

#endif
