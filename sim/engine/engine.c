#include "sim/engine/engine.h"

#include "sim/engine/queue.h"

#include <glib.h>

enum {
    INITIAL_EVENTS = 512,
    FEW_CANCELLED = 256, /* not worth a sweep */
    SLOT_BITS = QUEUE_ITEM_BITS
};

static const uint32_t NO_SLOT = UINT32_MAX;

/* A slot of the slab. Its generation changes when it is given back, so a handle to
 * an event that has run is recognised. A cancelled event keeps its slot, without a
 * handler, until its queue entry comes up: the queue is never searched. */
struct event {
    event_handler *handler;
    void *object;
    uint64_t number;
    uint32_t generation;
    uint32_t next_free;
};

struct engine {
    struct queue queue;
    struct event *events;
    uint32_t slots;
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
    engine->first_free = NO_SLOT;
    return engine;
}

void engine_free(struct engine *engine)
{
    if (engine == NULL)
        return;
    queue_clear(&engine->queue);
    g_aligned_free(engine->events);
    g_free(engine);
}

nstime engine_now(const struct engine *engine)
{
    return engine->now;
}

/* Aligned, so that an event of 32 bytes never straddles two cache lines. */
static void grow(struct engine *engine)
{
    uint32_t slots = MAX((uint32_t)INITIAL_EVENTS, 2 * engine->slots);
    struct event *events = g_aligned_alloc0(slots, sizeof events[0], 64);

    g_assert(slots <= 1U << SLOT_BITS);
    for (uint32_t i = 0; i < engine->slots_used; i++)
        events[i] = engine->events[i];
    g_aligned_free(engine->events);
    engine->events = events;
    engine->slots = slots;
}

static uint32_t take_slot(struct engine *engine)
{
    uint32_t slot = engine->first_free;

    if (slot != NO_SLOT) {
        engine->first_free = engine->events[slot].next_free;
        return slot;
    }
    if (engine->slots_used == engine->slots)
        grow(engine);
    engine->events[engine->slots_used].generation = 1;
    return engine->slots_used++;
}

static void give_slot(struct engine *engine, uint32_t slot)
{
    struct event *event = &engine->events[slot];

    event->handler = NULL;
    event->generation = MAX(event->generation + 1, 1); /* 0 is no event's, also after 2^32 */
    event->next_free = engine->first_free;
    engine->first_free = slot;
}

event_handle engine_schedule(struct engine *engine, nstime at, event_handler *handler,
                             void *object, uint64_t number)
{
    g_assert(at >= engine->now);
    g_assert(handler != NULL);
    uint32_t slot = take_slot(engine);
    struct event *event = &engine->events[slot];

    event->handler = handler;
    event->object = object;
    event->number = number;
    queue_put(&engine->queue, at, engine->scheduled++, slot);
    engine->peak_pending = MAX(engine->peak_pending, engine_pending(engine));
    return (event_handle)event->generation << SLOT_BITS | slot;
}

static bool still_wanted(void *context, uint32_t slot)
{
    struct engine *engine = context;

    if (engine->events[slot].handler != NULL)
        return true;
    give_slot(engine, slot);
    return false;
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
    uint32_t slot = (uint32_t)(handle & ((1U << SLOT_BITS) - 1));

    if (handle == 0)
        return;
    g_assert(slot < engine->slots_used);
    struct event *event = &engine->events[slot];
    if (event->generation != handle >> SLOT_BITS || event->handler == NULL)
        return;
    event->handler = NULL;
    engine->cancelled++;
    sweep_cancelled(engine);
}

bool engine_step(struct engine *engine, nstime limit)
{
    while (queue_count(&engine->queue) > 0 && queue_first_time(&engine->queue) <= limit) {
        nstime time;
        uint32_t slot = queue_take(&engine->queue, &time);
        struct event event = engine->events[slot];

        give_slot(engine, slot);
        if (event.handler == NULL) {
            engine->cancelled--;
            continue;
        }
        engine->now = time;
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
        + engine->slots * sizeof engine->events[0];
}
