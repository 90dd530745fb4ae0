#include "sim/network/waiting.h"

#include <glib.h>

enum { INITIAL = 16 };

void waiting_init(struct waiting *waiting)
{
    *waiting = (struct waiting){ .row = NULL };
    queue_init(&waiting->overtakers);
}

void waiting_clear(struct waiting *waiting)
{
    g_free(waiting->row);
    queue_clear(&waiting->overtakers);
    waiting_init(waiting);
}

static nstime *place(const struct waiting *waiting, size_t i)
{
    return &waiting->row[(waiting->first + i) & (waiting->capacity - 1)];
}

static void grow(struct waiting *waiting)
{
    size_t capacity = MAX((size_t)INITIAL, 2 * waiting->capacity);
    nstime *row = g_new(nstime, capacity);

    for (size_t i = 0; i < waiting->count; i++)
        row[i] = *place(waiting, i);
    g_free(waiting->row);
    waiting->row = row;
    waiting->first = 0;
    waiting->capacity = capacity;
}

void waiting_put(struct waiting *waiting, nstime arrival)
{
    if (waiting->count > 0 && arrival < *place(waiting, waiting->count - 1)) {
        queue_put(&waiting->overtakers, arrival, waiting->order++);
        return;
    }
    if (waiting->count == waiting->capacity)
        grow(waiting);
    *place(waiting, waiting->count++) = arrival;
}

size_t waiting_count(struct waiting *waiting, nstime now)
{
    while (waiting->count > 0 && *place(waiting, 0) <= now) {
        waiting->first++;
        waiting->count--;
    }
    while (queue_count(&waiting->overtakers) > 0
           && queue_first_time(&waiting->overtakers) <= now)
        queue_take(&waiting->overtakers);
    return waiting->count + queue_count(&waiting->overtakers);
}
