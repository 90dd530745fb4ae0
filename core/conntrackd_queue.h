/* What a conntrackd daemon has to say, and what it has said (src/queue.c, sync-ftfw.c of
 * conntrack-tools 1.4).
 *
 *   news --> transmit queue --> turn --> message
 *               ^                           |
 *               | nack, resync, more news   v
 *               `--------------------- resend queue --> ack: forgotten
 *
 * An object is a connection, or a control message. It stands in one queue or in none. The transmit
 * queue is a set: who is in it already stays where he is, and what will be said of him is what is
 * so at the turn. The turn comes at the instant of the first that was queued.
 *
 * A connection that has ended is an object as long as it waits to be told, or acknowledged; when
 * its tuple lives again, nothing more is said of the dead one. (So since 1.4.7; before, a delete
 * that was asked for again went behind its successor, and took that away.) */
#ifndef CORE_CONNTRACKD_QUEUE_H
#define CORE_CONNTRACKD_QUEUE_H

#include "core/conntrackd_message.h"
#include "core/nstime.h"

#include <glib.h>

struct conntrackd_object {
    GList link;    /* its place in a queue */
    GQueue *queue; /* NULL: in none */
    struct conntrackd_message message; /* as it went last; a control message: as it will go */
    uint32_t slot; /* of its conn; 0: that is gone, or it is a control message */
    uint32_t tag;
    uint8_t copy;     /* which copy its next message is, for the note */
    struct flow flow; /* the forward key of a connection that has ended */
};

struct conntrackd_queues {
    GPtrArray *objects; /* all that were ever made: their owner */
    GQueue spare;       /* those that are nothing now */
    GQueue transmit, resend;
    GHashTable *dead;   /* connections that have ended, by their flow; asked, never walked */
    unsigned resend_max; /* how many may wait for an ack; 0: what has gone is forgotten */
    nstime turn_at;      /* NSTIME_NEVER: nothing is queued */
};

void conntrackd_queues_init(struct conntrackd_queues *queues);
void conntrackd_queues_clear(struct conntrackd_queues *queues);

/* An object that is nothing yet, in no queue. */
struct conntrackd_object *conntrackd_object_new(struct conntrackd_queues *queues);

/* It is nothing any more. */
void conntrackd_object_drop(struct conntrackd_queues *queues, struct conntrackd_object *object);

/* Its conn goes; the object is then its queues' own, under flow, the conn's forward key. */
void conntrackd_object_die(struct conntrackd_queues *queues, struct conntrackd_object *object,
                           const struct flow *flow);

/* A connection of this tuple begins: who had it is spoken of no more. */
void conntrackd_queues_revive(struct conntrackd_queues *queues, const struct flow *flow);

/* Nothing more is said of any who has ended: the cache was flushed. */
void conntrackd_queues_bury(struct conntrackd_queues *queues);

/* It is to be told, at the turn of now. */
void conntrackd_enqueue(struct conntrackd_queues *queues, nstime now,
                        struct conntrackd_object *object);

/* The turn: the next to be told, or NULL when all have been. It is told: it waits for its ack,
 * the oldest giving way where there is no room, or is done with. */
struct conntrackd_object *conntrackd_next(struct conntrackd_queues *queues);
void conntrackd_has_gone(struct conntrackd_queues *queues, struct conntrackd_object *object);

/* What went with these numbers, ends included, has come; or it goes again. */
void conntrackd_acked(struct conntrackd_queues *queues, uint32_t first, uint32_t last);
void conntrackd_nacked(struct conntrackd_queues *queues, nstime now, uint32_t first,
                       uint32_t last);

/* Those who have ended, and wait for an ack, go again. */
void conntrackd_enqueue_dead(struct conntrackd_queues *queues, nstime now);

/* Nothing waits for an ack any longer. */
void conntrackd_forget_sent(struct conntrackd_queues *queues);

/* Is number a before number b, round the end of the numbers? */
static inline bool conntrackd_before(uint32_t a, uint32_t b)
{
    return (int32_t)(a - b) < 0;
}

#endif
