#include "core/slot_array.h"

#include <glib.h>
#include <string.h>

enum { ROOM_FIRST = 64 };

struct slot_array slot_array_of(size_t size)
{
    g_assert(size > 0);
    return (struct slot_array){.size = size};
}

void slot_array_clear(struct slot_array *array)
{
    g_free(array->items);
    *array = slot_array_of(array->size);
}

static void grow(struct slot_array *array, uint32_t slot)
{
    uint32_t room = MAX(array->room, ROOM_FIRST);
    while (room <= slot)
        room *= 2;
    array->items = g_realloc_n(array->items, room, array->size);
    memset(array->items + array->room * array->size, 0, (room - array->room) * array->size);
    array->room = room;
}

void *slot_array_at(struct slot_array *array, uint32_t slot)
{
    g_assert(slot < 1U << 31);
    if (slot >= array->room)
        grow(array, slot);
    return array->items + slot * array->size;
}

const void *slot_array_look(const struct slot_array *array, uint32_t slot)
{
    return slot < array->room ? array->items + slot * array->size : NULL;
}
