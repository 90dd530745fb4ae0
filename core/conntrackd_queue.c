#include "core/conntrackd_queue.h"

static guint flow_key(gconstpointer flow)
{
    return (guint)flow_hash(flow);
}

static gboolean is_same_flow(gconstpointer a, gconstpointer b)
{
    return flow_equal(a, b);
}

void conntrackd_queues_init(struct conntrackd_queues *queues)
{
    *queues = (struct conntrackd_queues){
        .objects = g_ptr_array_new_with_free_func(g_free),
        .dead = g_hash_table_new(flow_key, is_same_flow),
        .turn_at = NSTIME_NEVER,
    };
}

void conntrackd_queues_clear(struct conntrackd_queues *queues)
{
    g_hash_table_destroy(queues->dead);
    g_ptr_array_free(queues->objects, TRUE);
}

/* ---- objects */

static void move_to(struct conntrackd_object *object, GQueue *queue)
{
    if (object->queue != NULL)
        g_queue_unlink(object->queue, &object->link);
    object->queue = queue;
    if (queue != NULL)
        g_queue_push_tail_link(queue, &object->link);
}

struct conntrackd_object *conntrackd_object_new(struct conntrackd_queues *queues)
{
    GList *link = g_queue_pop_head_link(&queues->spare);
    struct conntrackd_object *object;
    if (link != NULL) {
        object = link->data;
    } else {
        object = g_new(struct conntrackd_object, 1);
        g_ptr_array_add(queues->objects, object);
    }
    *object = (struct conntrackd_object){.link.data = object};
    return object;
}

static bool is_dead(const struct conntrackd_object *object)
{
    return object->slot == 0 && object->message.type == CONNTRACKD_DESTROY;
}

void conntrackd_object_drop(struct conntrackd_queues *queues, struct conntrackd_object *object)
{
    g_assert(object->queue != &queues->spare);
    if (is_dead(object))
        g_hash_table_remove(queues->dead, &object->flow);
    move_to(object, &queues->spare);
}

void conntrackd_object_die(struct conntrackd_queues *queues, struct conntrackd_object *object,
                           const struct flow *flow)
{
    g_assert(object->slot != 0);
    object->slot = 0;
    object->copy = 0;
    object->message.type = CONNTRACKD_DESTROY;
    object->flow = *flow;
    g_hash_table_replace(queues->dead, &object->flow, object);
}

void conntrackd_queues_revive(struct conntrackd_queues *queues, const struct flow *flow)
{
    struct conntrackd_object *dead = g_hash_table_lookup(queues->dead, flow);
    if (dead != NULL)
        conntrackd_object_drop(queues, dead);
}

void conntrackd_queues_bury(struct conntrackd_queues *queues)
{
    GHashTableIter iter;
    gpointer dead;
    g_hash_table_iter_init(&iter, queues->dead);
    while (g_hash_table_iter_next(&iter, NULL, &dead)) {
        g_hash_table_iter_remove(&iter);
        move_to(dead, &queues->spare);
    }
}

/* ---- the transmit queue */

void conntrackd_enqueue(struct conntrackd_queues *queues, nstime now,
                        struct conntrackd_object *object)
{
    if (object->queue == &queues->transmit)
        return;
    move_to(object, &queues->transmit);
    if (queues->turn_at == NSTIME_NEVER)
        queues->turn_at = now;
}

struct conntrackd_object *conntrackd_next(struct conntrackd_queues *queues)
{
    GList *link = g_queue_peek_head_link(&queues->transmit);
    queues->turn_at = NSTIME_NEVER;
    if (link == NULL)
        return NULL;
    struct conntrackd_object *object = link->data;
    move_to(object, NULL);
    return object;
}

/* It stands in no queue: a living connection's stays its conn's. */
static void let_go(struct conntrackd_queues *queues, struct conntrackd_object *object)
{
    if (object->slot != 0)
        move_to(object, NULL);
    else
        conntrackd_object_drop(queues, object);
}

static bool waits_for_ack(const struct conntrackd_object *object)
{
    return object->message.type != CONNTRACKD_CONTROL
           || object->message.flags & (CONNTRACKD_ACK | CONNTRACKD_NACK | CONNTRACKD_RESYNC);
}

void conntrackd_has_gone(struct conntrackd_queues *queues, struct conntrackd_object *object)
{
    g_assert(object->queue == NULL);
    if (queues->resend_max == 0 || !waits_for_ack(object)) {
        let_go(queues, object);
        return;
    }
    while (g_queue_get_length(&queues->resend) >= queues->resend_max)
        let_go(queues, g_queue_peek_head(&queues->resend));
    move_to(object, &queues->resend);
}

/* ---- the resend queue: its numbers ascend */

/* The first in it behind a link whose number is not before first, if it is not after last. */
static GList *in_range(GList *link, uint32_t first, uint32_t last)
{
    for (; link != NULL; link = link->next) {
        const struct conntrackd_object *object = link->data;
        if (conntrackd_before(last, object->message.number))
            return NULL;
        if (!conntrackd_before(object->message.number, first))
            return link;
    }
    return NULL;
}

void conntrackd_acked(struct conntrackd_queues *queues, uint32_t first, uint32_t last)
{
    GList *link = in_range(queues->resend.head, first, last);
    while (link != NULL) {
        GList *next = link->next;
        let_go(queues, link->data);
        link = in_range(next, first, last);
    }
}

void conntrackd_nacked(struct conntrackd_queues *queues, nstime now, uint32_t first,
                       uint32_t last)
{
    GList *link = in_range(queues->resend.head, first, last);
    while (link != NULL) {
        GList *next = link->next;
        conntrackd_enqueue(queues, now, link->data);
        link = in_range(next, first, last);
    }
}

void conntrackd_enqueue_dead(struct conntrackd_queues *queues, nstime now)
{
    GList *next;
    for (GList *link = queues->resend.head; link != NULL; link = next) {
        next = link->next;
        if (is_dead(link->data))
            conntrackd_enqueue(queues, now, link->data);
    }
}

void conntrackd_forget_sent(struct conntrackd_queues *queues)
{
    GList *link;
    while ((link = g_queue_peek_head_link(&queues->resend)) != NULL)
        let_go(queues, link->data);
}
