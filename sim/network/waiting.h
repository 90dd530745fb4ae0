/* The packets of one direction that are on their way: how many have not arrived yet.
 *
 * Arrivals that come in order stand in a row, which costs next to nothing; those that
 * overtake stand in a heap. */
#ifndef SIM_NETWORK_WAITING_H
#define SIM_NETWORK_WAITING_H

#include "core/nstime.h"
#include "sim/engine/queue.h"

#include <stddef.h>
#include <stdint.h>

struct waiting {
    nstime *row; /* a ring, never falling from first on */
    size_t first;
    size_t count;
    size_t capacity; /* a power of two, or 0 */
    struct queue overtakers;
    uint64_t order;
};

void waiting_init(struct waiting *waiting);
void waiting_clear(struct waiting *waiting);

void waiting_put(struct waiting *waiting, nstime arrival);

/* How many arrive after now. Those that have arrived are forgotten, so now must not go
 * back. */
size_t waiting_count(struct waiting *waiting, nstime now);

#endif
