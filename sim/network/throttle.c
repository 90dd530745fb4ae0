#include "sim/network/throttle.h"

#include <glib.h>

struct throttle {
    struct engine *engine;
    void *object;
    uint64_t rate;
    uint64_t room;
    struct throttle_item *first, *last; /* the first is in hand */
    size_t count;
    uint64_t held;    /* sizes of all but the first */
    nstime done_at;   /* when the one in hand has been served; */
    nstime work_left; /* while stopped: the time that it needs still */
    bool stopped;
    event_handle event;
};

struct throttle *throttle_new(struct engine *engine, uint64_t rate, uint64_t room, void *object)
{
    struct throttle *throttle = g_new0(struct throttle, 1);
    throttle->engine = engine;
    throttle->object = object;
    throttle->rate = rate;
    throttle->room = room;
    return throttle;
}

void throttle_free(struct throttle *throttle)
{
    engine_cancel(throttle->engine, throttle->event);
    g_free(throttle);
}

/* Rounded up to the nanosecond. */
static nstime service_time(const struct throttle *throttle, const struct throttle_item *item)
{
    if (throttle->rate == 0)
        return 0;
    unsigned __int128 work = (unsigned __int128)item->work * NSTIME_S;
    return (nstime)((work + throttle->rate - 1) / throttle->rate);
}

/* ---- the row ------------------------------------------------------------------------ */

static void append(struct throttle *throttle, struct throttle_item *item)
{
    item->next = NULL;
    if (throttle->last) {
        throttle->last->next = item;
        throttle->held += item->size;
    } else {
        throttle->first = item;
    }
    throttle->last = item;
    throttle->count++;
}

/* The next one comes into the hand. */
static struct throttle_item *remove_first(struct throttle *throttle)
{
    struct throttle_item *item = throttle->first;
    throttle->first = item->next;
    throttle->count--;
    if (throttle->first)
        throttle->held -= throttle->first->size;
    else
        throttle->last = NULL;
    return item;
}

/* ---- service ------------------------------------------------------------------------ */

static void serve(struct throttle *throttle);

static void done(void *object, uint64_t number)
{
    struct throttle *throttle = object;
    (void)number;
    throttle->event = 0;
    struct throttle_item *item = remove_first(throttle);
    item->take(throttle->object, item, true);
    serve(throttle);
}

/* Where there is no limit any more, all that had waited passes now. */
static void serve(struct throttle *throttle)
{
    while (throttle->first && throttle->event == 0 && !throttle->stopped) {
        nstime needed = service_time(throttle, throttle->first);
        if (needed > 0) {
            throttle->done_at = engine_now(throttle->engine) + needed;
            throttle->event = engine_schedule(throttle->engine, throttle->done_at, done,
                                              throttle, 0);
            return;
        }
        struct throttle_item *item = remove_first(throttle);
        item->take(throttle->object, item, true);
    }
}

bool throttle_is_open(const struct throttle *throttle)
{
    return throttle->rate == 0 && throttle->first == NULL && !throttle->stopped;
}

bool throttle_put(struct throttle *throttle, struct throttle_item *item)
{
    g_assert(item->take != NULL);
    if (throttle->first && throttle->held + item->size > throttle->room)
        return false;
    append(throttle, item);
    if (throttle->first == item)
        serve(throttle);
    return true;
}

void throttle_set_rate(struct throttle *throttle, uint64_t rate)
{
    throttle->rate = rate;
}

void throttle_stop(struct throttle *throttle)
{
    if (throttle->stopped)
        return;
    throttle->stopped = true;
    throttle->work_left = -1;
    if (throttle->event == 0)
        return;
    throttle->work_left = throttle->done_at - engine_now(throttle->engine);
    engine_cancel(throttle->engine, throttle->event);
    throttle->event = 0;
}

void throttle_go(struct throttle *throttle)
{
    if (!throttle->stopped)
        return;
    throttle->stopped = false;
    if (throttle->work_left < 0) {
        serve(throttle);
        return;
    }
    throttle->done_at = engine_now(throttle->engine) + throttle->work_left;
    throttle->event =
        engine_schedule(throttle->engine, throttle->done_at, done, throttle, 0);
}

void throttle_flush(struct throttle *throttle)
{
    engine_cancel(throttle->engine, throttle->event);
    throttle->event = 0;
    throttle->stopped = false;
    while (throttle->first) {
        struct throttle_item *item = remove_first(throttle);
        item->take(throttle->object, item, false);
    }
    g_assert(throttle->count == 0 && throttle->held == 0);
}

size_t throttle_count(const struct throttle *throttle)
{
    return throttle->count;
}
