#include "sim/network/pool.h"

#include <glib.h>
#include <string.h>

enum { FIRST_BLOCKS = 32, MOST_BLOCKS = 4096, ALIGNMENT = 8 };

/* A block that nobody has holds the way to the next such block. */
struct free_block {
    struct free_block *next;
};

struct pool {
    size_t block_size;
    struct free_block *first_free;
    GPtrArray *chunks;
    char *fresh; /* what was never handed out of the newest chunk */
    size_t fresh_blocks;
    size_t next_blocks; /* of the next chunk: each twice the last, up to a limit */
    size_t blocks;
    size_t in_use;
    size_t peak;
};

struct pool *pool_new(size_t block_size)
{
    struct pool *pool = g_new0(struct pool, 1);

    g_assert(block_size > 0);
    pool->block_size = (block_size + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    pool->chunks = g_ptr_array_new_with_free_func(g_free);
    pool->next_blocks = FIRST_BLOCKS;
    return pool;
}

void pool_free(struct pool *pool)
{
    if (pool == NULL)
        return;
    g_ptr_array_unref(pool->chunks);
    g_free(pool);
}

static void add_chunk(struct pool *pool)
{
    pool->fresh = g_malloc_n(pool->next_blocks, pool->block_size);
    pool->fresh_blocks = pool->next_blocks;
    g_ptr_array_add(pool->chunks, pool->fresh);
    pool->blocks += pool->next_blocks;
    pool->next_blocks = MIN(2 * pool->next_blocks, (size_t)MOST_BLOCKS);
}

/* Not touched before it is needed, so that the system need not find memory for it. */
static void *take_fresh(struct pool *pool)
{
    if (pool->fresh_blocks == 0)
        add_chunk(pool);
    void *block = pool->fresh;
    pool->fresh += pool->block_size;
    pool->fresh_blocks--;
    return block;
}

static void *take_freed(struct pool *pool)
{
    struct free_block *block = pool->first_free;

    pool->first_free = block->next;
    return block;
}

void *pool_take(struct pool *pool)
{
    void *block = pool->first_free != NULL ? take_freed(pool) : take_fresh(pool);

    pool->in_use++;
    pool->peak = MAX(pool->peak, pool->in_use);
    return memset(block, 0, pool->block_size);
}

void pool_give(struct pool *pool, void *block)
{
    struct free_block *freed = block;

    g_assert(block != NULL && pool->in_use > 0);
    freed->next = pool->first_free;
    pool->first_free = freed;
    pool->in_use--;
}

size_t pool_in_use(const struct pool *pool)
{
    return pool->in_use;
}

size_t pool_peak(const struct pool *pool)
{
    return pool->peak;
}

size_t pool_memory(const struct pool *pool)
{
    return sizeof *pool + pool->blocks * pool->block_size;
}
