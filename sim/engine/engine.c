#include "sim/engine/engine.h"

#include "sim/engine/queue.h"

#include <glib.h>

enum {
    FEW_CANCELLED = 256, /* not worth a sweep */
    SLOT_BITS = 24,      /* at most 16,777,216 events at a time */
    ORDER_BITS = 40,     /* and 1.1e12 in an engine's life */
    CHUNK_SLOTS = 512
};

static const uint32_t NO_SLOT = UINT32_MAX;

/* A slot of the slab. The handle is the order of scheduling, from 1, and the slot; it
 * is the key in the queue too. So a key or a handle whose event has run or was
 * cancelled does not find itself here: the queue is never searched. */
struct event {
    event_handler *handler;
    void *object;
    union {
        uint64_t number;
        uint32_t next_free;
    };
    event_handle handle; /* 0: free */
};

struct engine {
    struct queue queue;
    GPtrArray *chunks; /* of CHUNK_SLOTS events each: they never move */
    uint32_t slots_used;
    uint32_t first_free;
    size_t cancelled; /* entries in the queue that lead nowhere */
    size_t peak_pending;
    nstime now;
    uint64_t scheduled;
    uint64_t run;
    bool stopped;
};

struct engine *engine_new(void)
{
    struct engine *engine = g_new0(struct engine, 1);

    queue_init(&engine->queue);
    engine->chunks = g_ptr_array_new_with_free_func(g_aligned_free);
    engine->first_free = NO_SLOT;
    return engine;
}

void engine_free(struct engine *engine)
{
    if (engine == NULL)
        return;
    queue_clear(&engine->queue);
    g_ptr_array_unref(engine->chunks);
    g_free(engine);
}

nstime engine_now(const struct engine *engine)
{
    return engine->now;
}

static struct event *event_at(const struct engine *engine, uint32_t slot)
{
    struct event *chunk = g_ptr_array_index(engine->chunks, slot / CHUNK_SLOTS);
    return &chunk[slot % CHUNK_SLOTS];
}

static uint32_t slot_of(event_handle handle)
{
    return (uint32_t)handle & ((1U << SLOT_BITS) - 1);
}

/* Aligned, so that an event of 32 bytes never straddles two cache lines. */
static void add_chunk(struct engine *engine)
{
    g_assert(engine->slots_used <= (1U << SLOT_BITS) - CHUNK_SLOTS);
    g_ptr_array_add(engine->chunks, g_aligned_alloc(CHUNK_SLOTS, sizeof(struct event), 64));
}

static uint32_t take_slot(struct engine *engine)
{
    uint32_t slot = engine->first_free;

    if (slot != NO_SLOT) {
        engine->first_free = event_at(engine, slot)->next_free;
        return slot;
    }
    if (engine->slots_used % CHUNK_SLOTS == 0)
        add_chunk(engine);
    return engine->slots_used++;
}

static void give_slot(struct engine *engine, uint32_t slot)
{
    struct event *event = event_at(engine, slot);

    event->handle = 0;
    event->next_free = engine->first_free;
    engine->first_free = slot;
}

event_handle engine_schedule(struct engine *engine, nstime at, event_handler *handler,
                             void *object, uint64_t number)
{
    g_assert(at >= engine->now);
    g_assert(handler != NULL);
    uint32_t slot = take_slot(engine);
    event_handle handle = ++engine->scheduled << SLOT_BITS | slot;

    g_assert(engine->scheduled >> ORDER_BITS == 0);
    *event_at(engine, slot) = (struct event){
        .handler = handler,
        .object = object,
        .number = number,
        .handle = handle,
    };
    queue_put(&engine->queue, at, handle);
    engine->peak_pending = MAX(engine->peak_pending, engine_pending(engine));
    return handle;
}

static bool still_wanted(void *context, uint64_t key)
{
    return event_at(context, slot_of(key))->handle == key;
}

/* Cancelled entries cost memory and time until they come up. When they are more than
 * half of the queue, one pass takes them out: a constant share of each cancellation. */
static void sweep_cancelled(struct engine *engine)
{
    if (engine->cancelled < FEW_CANCELLED
        || 2 * engine->cancelled <= queue_count(&engine->queue))
        return;
    queue_retain(&engine->queue, still_wanted, engine);
    engine->cancelled = 0;
}

void engine_cancel(struct engine *engine, event_handle handle)
{
    uint32_t slot = slot_of(handle);

    if (handle == 0)
        return;
    g_assert(slot < engine->slots_used);
    if (event_at(engine, slot)->handle != handle)
        return;
    give_slot(engine, slot);
    engine->cancelled++;
    sweep_cancelled(engine);
}

bool engine_step(struct engine *engine, nstime limit)
{
    while (queue_count(&engine->queue) > 0 && queue_first_time(&engine->queue) <= limit) {
        struct queue_entry entry = queue_take(&engine->queue);
        uint32_t slot = slot_of(entry.key);
        struct event event = *event_at(engine, slot);

        if (event.handle != entry.key) {
            engine->cancelled--;
            continue;
        }
        give_slot(engine, slot);
        engine->now = entry.time;
        engine->run++;
        event.handler(event.object, event.number);
        return true;
    }
    return false;
}

void engine_run(struct engine *engine, nstime limit)
{
    g_assert(limit >= engine->now);
    engine->stopped = false;
    while (!engine->stopped && engine_step(engine, limit))
        ;
    if (!engine->stopped)
        engine->now = limit;
}

void engine_stop(struct engine *engine)
{
    engine->stopped = true;
}

uint64_t engine_events(const struct engine *engine)
{
    return engine->run;
}

size_t engine_pending(const struct engine *engine)
{
    return queue_count(&engine->queue) - engine->cancelled;
}

size_t engine_peak_pending(const struct engine *engine)
{
    return engine->peak_pending;
}

size_t engine_memory(const struct engine *engine)
{
    return sizeof *engine + queue_memory(&engine->queue)
        + engine->chunks->len * CHUNK_SLOTS * sizeof(struct event);
}
