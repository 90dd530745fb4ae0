#include "sim/network/pool.h"

#include <glib.h>
#include <string.h>

enum { FIRST_BLOCKS = 32, MOST_BLOCKS = 4096, ALIGNMENT = 16 };

/* A block that nobody has holds the way to the next such block. */
struct free_block {
    struct free_block *next;
};

struct pool {
    size_t block_size;
    struct free_block *first_free;
    GPtrArray *chunks;
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

static void put_free(struct pool *pool, void *block)
{
    struct free_block *freed = block;

    freed->next = pool->first_free;
    pool->first_free = freed;
}

/* The blocks of a chunk go out in the order of their addresses. */
static void add_chunk(struct pool *pool)
{
    char *chunk = g_malloc_n(pool->next_blocks, pool->block_size);

    g_ptr_array_add(pool->chunks, chunk);
    for (size_t i = pool->next_blocks; i-- > 0;)
        put_free(pool, chunk + i * pool->block_size);
    pool->blocks += pool->next_blocks;
    pool->next_blocks = MIN(2 * pool->next_blocks, (size_t)MOST_BLOCKS);
}

void *pool_take(struct pool *pool)
{
    if (pool->first_free == NULL)
        add_chunk(pool);
    struct free_block *block = pool->first_free;
    pool->first_free = block->next;
    pool->in_use++;
    pool->peak = MAX(pool->peak, pool->in_use);
    return memset(block, 0, pool->block_size);
}

void pool_give(struct pool *pool, void *block)
{
    g_assert(block != NULL && pool->in_use > 0);
    put_free(pool, block);
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
