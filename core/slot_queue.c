#include "core/slot_queue.h"

#include <glib.h>

enum { ROOM_FIRST = 64 };

void slot_queue_free(struct slot_queue *queue)
{
    g_free(queue->items);
    *queue = (struct slot_queue){0};
}

static struct slot_due *item_at(const struct slot_queue *queue, size_t index)
{
    return &queue->items[(queue->first + index) & (queue->room - 1)];
}

static void grow(struct slot_queue *queue)
{
    struct slot_queue larger = {.room = queue->room > 0 ? 2 * queue->room : ROOM_FIRST,
                                .count = queue->count};
    larger.items = g_new(struct slot_due, larger.room);
    for (size_t i = 0; i < queue->count; i++)
        larger.items[i] = *item_at(queue, i);
    g_free(queue->items);
    *queue = larger;
}

void slot_queue_push(struct slot_queue *queue, uint32_t slot, nstime due)
{
    if (queue->count == queue->room)
        grow(queue);
    queue->count++;
    *item_at(queue, queue->count - 1) = (struct slot_due){slot, due};
}

const struct slot_due *slot_queue_first(const struct slot_queue *queue)
{
    g_assert(queue->count > 0);
    return item_at(queue, 0);
}

uint32_t slot_queue_pop(struct slot_queue *queue)
{
    uint32_t slot = slot_queue_first(queue)->slot;
    queue->first = (queue->first + 1) & (queue->room - 1);
    queue->count--;
    return slot;
}
