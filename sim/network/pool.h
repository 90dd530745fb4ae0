/* A pool of equal blocks: what is given back is handed out again, nothing goes
 * back to the system before the pool does. Blocks stay where they are. */
#ifndef SIM_NETWORK_POOL_H
#define SIM_NETWORK_POOL_H

#include <stddef.h>

struct pool;

struct pool *pool_new(size_t block_size);
void pool_free(struct pool *pool);

/* A block, zeroed, its address a multiple of 8. */
void *pool_take(struct pool *pool);
void pool_give(struct pool *pool, void *block);

size_t pool_in_use(const struct pool *pool);
size_t pool_peak(const struct pool *pool);
size_t pool_memory(const struct pool *pool);

#endif
