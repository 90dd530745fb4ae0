/* What a protocol keeps for each conn, or for each slot of its peer's table: an array that
 * grows with the highest slot asked for, zeroed, so that zero must mean "nothing yet". */
#ifndef CORE_SLOT_ARRAY_H
#define CORE_SLOT_ARRAY_H

#include <stddef.h>
#include <stdint.h>

struct slot_array {
    uint8_t *items;
    size_t size; /* of an item, bytes */
    uint32_t room;
};

/* Empty, for items of size bytes, size > 0. */
struct slot_array slot_array_of(size_t size);

/* Free what it holds; it is empty again. */
void slot_array_clear(struct slot_array *array);

/* The item of a slot, made if need be. Good until the next call for a higher slot. */
void *slot_array_at(struct slot_array *array, uint32_t slot);

/* The same to look at: NULL if there is none. */
const void *slot_array_look(const struct slot_array *array, uint32_t slot);

#endif
