/* A sending thread of IPVS's sync daemon: the buffer it fills, the queue of full ones, its sleep
 * (ip_vs_sync.c of Linux 6.1: sb_queue_tail, next_sync_buff, sync_thread_master).
 *
 *   record --> buffer --full--> queue --> sent when the thread runs: it takes the whole queue,
 *                 \                       and the buffer if that is 2 s old or more
 *                  `--2 s old-----------> then it sleeps for 1 s
 *
 *   it runs:  at the end of its sleep
 *             20 ms after the first buffer came into an empty queue
 *             at once, when 8 are queued
 *
 * so that a buffer not filled is 2 s to 3 s old when it goes. Where the queue is as long as it
 * may be, a full buffer is dropped with all its records. */
#ifndef CORE_IPVS_THREAD_H
#define CORE_IPVS_THREAD_H

#include "core/ipvs_record.h"
#include "core/nstime.h"

#include <stdbool.h>
#include <stdint.h>

enum { IPVS_WAKEUP_RATE = 8 };
#define IPVS_SEND_DELAY (20 * NSTIME_MS)
#define IPVS_CHECK_PERIOD NSTIME_S
#define IPVS_FLUSH_TIME (2 * NSTIME_S)

/* A record that waits, with what its note will say: its conn may be gone when it leaves. */
struct ipvs_item {
    struct ipvs_record record;
    uint32_t tag;
    uint8_t copy;
};

struct ipvs_buffer {
    nstime first_use;
    unsigned count; /* 0: there is none */
    struct ipvs_item items[IPVS_RECORDS_MAX];
};

struct ipvs_thread {
    nstime slept_from; /* when its present sleep began, or one before that, unbroken */
    nstime wakeup;     /* 20 ms behind a first buffer; not later than now: there is none */
    nstime queued_since;
    unsigned queued, taken;
    bool awake;
    struct ipvs_buffer current;
    struct ipvs_buffer queue[IPVS_WAKEUP_RATE];
};

/* Limits of a buffer and of the queue: records, buffers. Both at least 1. */
struct ipvs_limits {
    unsigned records, buffers;
};

/* It starts, and goes to sleep, at a time; what it had is forgotten. */
void ipvs_thread_start(struct ipvs_thread *thread, nstime now);

/* A record for its buffer. How many records were dropped, because the buffer was full and the
 * queue too. The thread may be awake afterwards. */
unsigned ipvs_thread_put(struct ipvs_thread *thread, nstime now, struct ipvs_limits limits,
                         const struct ipvs_item *item);

/* When it runs next, or NSTIME_NEVER if it would find nothing; that time has come. */
nstime ipvs_thread_deadline(const struct ipvs_thread *thread);
void ipvs_thread_wake(struct ipvs_thread *thread);

/* While it is awake: the next buffer to send, good until the next call; NULL: none is left, and
 * it sleeps. */
const struct ipvs_buffer *ipvs_thread_take(struct ipvs_thread *thread, nstime now);

#endif
