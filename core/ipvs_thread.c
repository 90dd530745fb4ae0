#include "core/ipvs_thread.h"

#include <glib.h>

void ipvs_thread_start(struct ipvs_thread *thread, nstime now)
{
    thread->slept_from = now;
    thread->wakeup = now;
    thread->queued = thread->taken = 0;
    thread->awake = false;
    thread->current.count = 0;
}

/* The buffer joins the queue, or is dropped; it is empty then. A wake-up that is due already
 * stays as it is, though the queue it was meant for has gone. */
static unsigned queue_up(struct ipvs_thread *thread, nstime now, unsigned room)
{
    unsigned dropped = thread->queued < room ? 0 : thread->current.count;
    if (dropped == 0) {
        if (thread->queued == 0) {
            thread->queued_since = now;
            if (thread->wakeup <= now)
                thread->wakeup = now + IPVS_SEND_DELAY;
        }
        thread->queue[thread->queued++] = thread->current;
        thread->awake |= thread->queued == IPVS_WAKEUP_RATE;
    }
    thread->current.count = 0;
    return dropped;
}

unsigned ipvs_thread_put(struct ipvs_thread *thread, nstime now, struct ipvs_limits limits,
                         const struct ipvs_item *item)
{
    g_assert(limits.records >= 1 && limits.records <= IPVS_RECORDS_MAX);
    g_assert(limits.buffers >= 1 && !thread->awake);
    struct ipvs_buffer *current = &thread->current;
    unsigned dropped = 0;
    if (current->count >= limits.records)
        dropped = queue_up(thread, now, MIN(limits.buffers, IPVS_WAKEUP_RATE));
    if (current->count == 0)
        current->first_use = now;
    current->items[current->count++] = *item;
    return dropped;
}

/* The first end of a sleep at or after a time: sleeps that find nothing follow on each other. */
static nstime check_at_or_after(const struct ipvs_thread *thread, nstime then)
{
    nstime since = then - thread->slept_from;
    nstime sleeps = (since + IPVS_CHECK_PERIOD - 1) / IPVS_CHECK_PERIOD;
    return thread->slept_from + MAX(sleeps, 1) * IPVS_CHECK_PERIOD;
}

nstime ipvs_thread_deadline(const struct ipvs_thread *thread)
{
    if (thread->queued > 0)
        return MIN(thread->wakeup, check_at_or_after(thread, thread->queued_since));
    if (thread->current.count > 0)
        return check_at_or_after(thread, thread->current.first_use + IPVS_FLUSH_TIME);
    return NSTIME_NEVER;
}

void ipvs_thread_wake(struct ipvs_thread *thread)
{
    thread->awake = true;
}

static bool is_old(const struct ipvs_buffer *buffer, nstime now)
{
    return buffer->count > 0 && now - buffer->first_use >= IPVS_FLUSH_TIME;
}

const struct ipvs_buffer *ipvs_thread_take(struct ipvs_thread *thread, nstime now)
{
    g_assert(thread->awake);
    if (thread->taken < thread->queued)
        return &thread->queue[thread->taken++];
    thread->queued = thread->taken = 0;
    if (is_old(&thread->current, now)) {
        thread->queue[0] = thread->current;
        thread->current.count = 0;
        return &thread->queue[0];
    }
    thread->awake = false;
    thread->slept_from = now;
    return NULL;
}
