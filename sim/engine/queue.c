#include "sim/engine/queue.h"

#include <glib.h>

enum {
    ARITY = 4,
    LINE = 64,     /* bytes of a cache line */
    LEAD_IN = 3,   /* entries before the root, so that brothers share one line */
    INITIAL = 1024 /* entries */
};

/* One comparison of 128 bits has no branch to mispredict; times are not negative. */
static inline unsigned __int128 rank(const struct queue_entry *entry)
{
    return (unsigned __int128)(uint64_t)entry->time << 64 | entry->key;
}

static inline bool before(const struct queue_entry *a, const struct queue_entry *b)
{
    return rank(a) < rank(b);
}

void queue_init(struct queue *queue)
{
    *queue = (struct queue){ .entries = NULL };
}

void queue_clear(struct queue *queue)
{
    if (queue->entries != NULL)
        g_aligned_free(queue->entries - LEAD_IN);
    queue_init(queue);
}

size_t queue_count(const struct queue *queue)
{
    return queue->count - (queue->hole ? 1 : 0);
}

size_t queue_memory(const struct queue *queue)
{
    return queue->capacity * sizeof queue->entries[0];
}

static void grow(struct queue *queue)
{
    size_t capacity = MAX(INITIAL, 2 * queue->capacity);
    struct queue_entry *block =
        g_aligned_alloc(capacity + LEAD_IN, sizeof queue->entries[0], LINE);
    struct queue_entry *entries = block + LEAD_IN;

    for (size_t i = 0; i < queue->count; i++)
        entries[i] = queue->entries[i];
    if (queue->entries != NULL)
        g_aligned_free(queue->entries - LEAD_IN);
    queue->entries = entries;
    queue->capacity = capacity;
}

static inline size_t least_of_four(const struct queue_entry *entries, size_t first)
{
    size_t left = before(&entries[first + 1], &entries[first]) ? first + 1 : first;
    size_t right = before(&entries[first + 3], &entries[first + 2]) ? first + 3 : first + 2;

    return before(&entries[right], &entries[left]) ? right : left;
}

static size_t least_child(const struct queue *queue, size_t parent)
{
    size_t first = ARITY * parent + 1;

    if (first + ARITY <= queue->count)
        return least_of_four(queue->entries, first);
    size_t least = first;
    for (size_t i = first + 1; i < queue->count; i++)
        if (before(&queue->entries[i], &queue->entries[least]))
            least = i;
    return least;
}

/* Put an entry into the empty place at, or below it where it belongs. */
static void sift_down(struct queue *queue, size_t at, struct queue_entry entry)
{
    while (ARITY * at + 1 < queue->count) {
        size_t child = least_child(queue, at);
        if (!before(&queue->entries[child], &entry))
            break;
        queue->entries[at] = queue->entries[child];
        at = child;
    }
    queue->entries[at] = entry;
}

static void sift_up(struct queue *queue, size_t at, struct queue_entry entry)
{
    while (at > 0) {
        size_t parent = (at - 1) / ARITY;
        if (!before(&entry, &queue->entries[parent]))
            break;
        queue->entries[at] = queue->entries[parent];
        at = parent;
    }
    queue->entries[at] = entry;
}

void queue_put(struct queue *queue, nstime time, uint64_t key)
{
    g_assert(time >= 0);
    struct queue_entry entry = { .time = time, .key = key };

    if (queue->hole) {
        queue->hole = false;
        sift_down(queue, 0, entry);
        return;
    }
    if (queue->count == queue->capacity)
        grow(queue);
    queue->count++;
    sift_up(queue, queue->count - 1, entry);
}

/* Fill the hole with the last entry, as an ordinary heap does at once. */
static void close_hole(struct queue *queue)
{
    queue->hole = false;
    queue->count--;
    if (queue->count > 0)
        sift_down(queue, 0, queue->entries[queue->count]);
}

nstime queue_first_time(struct queue *queue)
{
    if (queue->hole)
        close_hole(queue);
    g_assert(queue->count > 0);
    return queue->entries[0].time;
}

struct queue_entry queue_take(struct queue *queue)
{
    if (queue->hole)
        close_hole(queue);
    g_assert(queue->count > 0);
    queue->hole = true;
    return queue->entries[0];
}

void queue_retain(struct queue *queue, queue_filter *filter, void *context)
{
    size_t kept = 0;

    if (queue->hole)
        close_hole(queue);
    for (size_t i = 0; i < queue->count; i++)
        if (filter(context, queue->entries[i].key))
            queue->entries[kept++] = queue->entries[i];
    queue->count = kept;
    /* every parent from the last to the root: the ordinary way to make a heap */
    for (size_t i = kept < 2 ? 0 : (kept - 2) / ARITY + 1; i-- > 0;)
        sift_down(queue, i, queue->entries[i]);
}
