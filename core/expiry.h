/* Expiry: which numbered thing falls due first. A binary heap of (deadline, number)
 * that knows where each number stands, so that a deadline moves or goes without a
 * search. Numbers are small: an array is kept of them all. */
#ifndef CORE_EXPIRY_H
#define CORE_EXPIRY_H

#include "core/nstime.h"

#include <stdbool.h>

struct expiry_entry {
    nstime deadline;
    uint32_t number;
};

struct expiry {
    struct expiry_entry *heap; /* heap[1..count]; a parent is never later than its children */
    uint32_t *place;           /* where in the heap each number stands, 0 = nowhere */
    uint32_t count;
    uint32_t capacity;         /* of both arrays: numbers 0..capacity-1 fit */
};

void expiry_init(struct expiry *expiry);
void expiry_clear(struct expiry *expiry); /* frees what it holds */

/* Make room for numbers below count, at most 2^31, so that nothing else here needs
 * memory: a takeover cannot fail for want of it. False when there is none; then
 * all is as before. */
bool expiry_reserve(struct expiry *expiry, uint32_t count);

/* Make room for one number; the process ends where there is no memory for that. */
void expiry_fit(struct expiry *expiry, uint32_t number);

/* Set the deadline of a number, whether it had one or not; NSTIME_NEVER takes it
 * away. There must be room for the number. */
void expiry_set(struct expiry *expiry, uint32_t number, nstime deadline);

/* What is due first; of equals, the lowest number. NULL when nothing is. */
const struct expiry_entry *expiry_first(const struct expiry *expiry);

/* The deadline of a number, or NSTIME_NEVER. */
nstime expiry_of(const struct expiry *expiry, uint32_t number);

/* Set all anew in linear time: begin, add each number once, end. */
void expiry_rebuild_begin(struct expiry *expiry);
void expiry_rebuild_add(struct expiry *expiry, uint32_t number, nstime deadline);
void expiry_rebuild_end(struct expiry *expiry);

#endif
