#include "core/pfsync_node.h"

#include "core/pfsync_bulk.h"
#include "core/pfsync_state.h"
#include "core/succession.h"
#include "core/traffic.h"

enum { MAX_UPDATES = 128 };

/* ---- names */

/* As many as fit into a pointer: a unit gives no name above 2^32. */
static gpointer key_of(struct pfsync_id id)
{
    G_STATIC_ASSERT(sizeof(gpointer) == sizeof(uint64_t));
    return (gpointer)(uintptr_t)((uint64_t)id.creator << 32 | id.id);
}

/* A unit that has started anew must not give the names of its former life. */
static uint32_t creator_of(const struct director *director)
{
    uint64_t word = director->config.own_ip ^ (uint64_t)director->now << 16;
    word = (word ^ word >> 30) * UINT64_C(0xBF58476D1CE4E5B9);
    word = (word ^ word >> 27) * UINT64_C(0x94D049BB133111EB);
    return (uint32_t)(word >> 32) | 1;
}

struct pfsync *pfsync_new(const struct director *director)
{
    struct pfsync *pfsync = g_new0(struct pfsync, 1);
    pfsync->entries = slot_array_of(sizeof(struct pfsync_entry));
    pfsync->names = g_hash_table_new(g_direct_hash, g_direct_equal);
    pfsync->creator = creator_of(director);
    return pfsync;
}

void pfsync_free(struct pfsync *pfsync)
{
    for (unsigned i = 0; i < pfsync->bucket_count; i++)
        g_free(pfsync->buckets[i]);
    g_hash_table_destroy(pfsync->names);
    slot_array_clear(&pfsync->entries);
    g_free(pfsync);
}

struct pfsync_entry *pfsync_entry(struct pfsync *pfsync, const struct conn *conn)
{
    return slot_array_at(&pfsync->entries, conn->slot);
}

struct pfsync_id pfsync_next_id(struct pfsync *pfsync)
{
    return (struct pfsync_id){++pfsync->made, pfsync->creator};
}

void pfsync_name(struct pfsync *pfsync, const struct conn *conn, struct pfsync_id id)
{
    struct pfsync_entry *entry = pfsync_entry(pfsync, conn);
    g_assert(entry->id.id == 0 && pfsync_is_name(id));
    entry->id = id;
    g_hash_table_insert(pfsync->names, key_of(id), GUINT_TO_POINTER(conn->slot));
}

bool pfsync_is_name(struct pfsync_id id)
{
    return id.id > 0 && id.id <= UINT32_MAX && id.creator != 0;
}

struct conn *pfsync_find(const struct director *director, const struct pfsync *pfsync,
                         struct pfsync_id id)
{
    uint32_t slot = 0;
    if (pfsync_is_name(id))
        slot = GPOINTER_TO_UINT(g_hash_table_lookup(pfsync->names, key_of(id)));
    return slot != 0 ? conn_table_at(director->connections, slot) : NULL;
}

/* ---- buckets */

/* How many there are is settled when the first is needed. */
static struct pfsync_bucket *bucket_at(const struct director *director, struct pfsync *pfsync,
                                       uint64_t number)
{
    unsigned count = director->settings.pfsync_buckets;
    g_assert(count >= 1 && count <= PFSYNC_BUCKETS_MAX);
    for (unsigned i = 0; pfsync->bucket_count == i && i < count; i++)
        pfsync->buckets[pfsync->bucket_count++] = pfsync_bucket_new();
    return pfsync->buckets[number % pfsync->bucket_count];
}

struct pfsync_bucket *pfsync_bucket_of(const struct director *director, struct pfsync *pfsync,
                                       const struct pfsync_entry *entry)
{
    return bucket_at(director, pfsync, entry->id.id);
}

static void dequeue(const struct director *director, struct pfsync *pfsync,
                    const struct conn *conn)
{
    struct pfsync_entry *entry = pfsync_entry(pfsync, conn);
    if (entry->queue != PFSYNC_IDLE)
        pfsync_bucket_take(pfsync_bucket_of(director, pfsync, entry), entry->queue, conn->slot);
    entry->queue = PFSYNC_IDLE;
}

void pfsync_forget(const struct director *director, struct pfsync *pfsync,
                   const struct conn *conn)
{
    struct pfsync_entry *entry = pfsync_entry(pfsync, conn);
    pfsync_bulk_forget(director, pfsync, conn);
    dequeue(director, pfsync, conn);
    if (entry->is_held)
        pfsync_bucket_let_go(pfsync_bucket_of(director, pfsync, entry), entry->held);
    if (entry->id.id != 0)
        g_hash_table_remove(pfsync->names, key_of(entry->id));
    *entry = (struct pfsync_entry){0};
}

static void put(struct director *director, struct pfsync *pfsync, struct pfsync_bucket *bucket,
                enum pfsync_queue queue, const struct pfsync_item *item, struct effects *effects)
{
    if (!pfsync_bucket_has_room(bucket, queue))
        pfsync_push(director, pfsync, bucket, effects);
    pfsync_bucket_put(bucket, queue, item);
}

void pfsync_enqueue(struct director *director, struct pfsync *pfsync, struct conn *conn,
                    enum pfsync_queue queue, struct effects *effects)
{
    struct pfsync_entry *entry = pfsync_entry(pfsync, conn);
    struct pfsync_bucket *bucket = pfsync_bucket_of(director, pfsync, entry);
    dequeue(director, pfsync, conn);
    pfsync_bucket_arm(bucket, director->now);
    put(director, pfsync, bucket, queue, &(struct pfsync_item){.slot = conn->slot}, effects);
    entry->queue = (uint8_t)queue;
    entry->updates = 0;
}

void pfsync_enqueue_delete(struct director *director, struct pfsync *pfsync,
                           const struct conn *conn, struct effects *effects)
{
    struct pfsync_entry *entry = pfsync_entry(pfsync, conn);
    struct pfsync_bucket *bucket = pfsync_bucket_of(director, pfsync, entry);
    struct pfsync_item item = {0, entry->id, conn->tag, conn_forward_key(conn), conn_real(conn)};
    dequeue(director, pfsync, conn);
    pfsync_bucket_arm(bucket, director->now);
    put(director, pfsync, bucket, PFSYNC_DELETES, &item, effects);
}

/* In the first bucket, whatever the name. */
void pfsync_request(struct director *director, struct pfsync *pfsync, struct pfsync_id id,
                    struct effects *effects)
{
    struct pfsync_bucket *bucket = bucket_at(director, pfsync, 0);
    if (!pfsync_bucket_asks(bucket, id))
        put(director, pfsync, bucket, PFSYNC_REQUESTS, &(struct pfsync_item){.id = id}, effects);
    pfsync_push(director, pfsync, bucket, effects);
}

static bool spoke_lately(const struct pfsync_entry *entry, nstime now)
{
    return entry->peer_at > 0 && now - entry->peer_at < 2 * NSTIME_S;
}

void pfsync_update(struct director *director, struct pfsync *pfsync, nstime now,
                   struct conn *conn, struct effects *effects)
{
    struct pfsync_entry *entry = pfsync_entry(pfsync, conn);
    bool full = false;
    pfsync_undefer(director, pfsync, conn, effects);
    if (entry->queue == PFSYNC_IDLE || entry->queue == PFSYNC_INSERT_ACKS)
        pfsync_enqueue(director, pfsync, conn, PFSYNC_SHORT_UPDATES, effects);
    else if (conn->protocol == PROTOCOL_TCP)
        full = ++entry->updates >= MAX_UPDATES;
    if (full || spoke_lately(entry, now))
        pfsync_push(director, pfsync, pfsync_bucket_of(director, pfsync, entry), effects);
}

/* ---- sending */

static enum side source_of(const struct pfsync_entry *entry)
{
    return entry->outbound ? SIDE_INSIDE : SIDE_OUTSIDE;
}

static struct pfsync_message message_of(const struct conn *conn, const struct pfsync_entry *entry,
                                        enum pfsync_action action)
{
    enum side source = source_of(entry);
    return (struct pfsync_message){
        .action = (uint8_t)action,
        .id = entry->id,
        .source = pfsync_peer_of(conn, source),
        .destination = pfsync_peer_of(conn, source == SIDE_OUTSIDE ? SIDE_INSIDE : SIDE_OUTSIDE),
        .timeout = (uint8_t)pfsync_timeout_of(conn),
        .state = {
            .foreign = conn->foreign,
            .virtual = conn->local,
            .real = conn_real(conn),
            .rule = conn->virtual->id.bind_id,
            .protocol = conn->protocol,
            .outbound = entry->outbound,
            .wants_ack = entry->is_held,
        },
    };
}

/* Only a full state makes the connection known to who does not know it. */
static void note_conn(struct director *director, struct conn *conn, struct pfsync_entry *entry,
                      enum pfsync_queue queue, bool heard, struct effects *effects)
{
    if (queue != PFSYNC_INSERTS && queue != PFSYNC_UPDATES)
        return;
    if (!heard) {
        director_note_conn(director, effects, NOTE_UNSENT, 0, conn);
        return;
    }
    director_note_conn(director, effects, NOTE_CREATE_SENT, entry->records, conn);
    entry->records = RECORD_COPY_ANOTHER;
}

static uint8_t *put_conn(struct director *director, struct pfsync *pfsync, uint8_t *at,
                         enum pfsync_queue queue, uint32_t slot, bool heard,
                         struct effects *effects)
{
    struct conn *conn = conn_table_at(director->connections, slot);
    struct pfsync_entry *entry = pfsync_entry(pfsync, conn);
    struct pfsync_message message = message_of(conn, entry, pfsync_queue_action(queue));
    entry->queue = PFSYNC_IDLE;
    if (queue != PFSYNC_INSERT_ACKS)
        conn->create_sent |= heard;
    note_conn(director, conn, entry, queue, heard, effects);
    return pfsync_put_message(at, &message);
}

static uint8_t *put_name(struct director *director, uint8_t *at, enum pfsync_queue queue,
                         const struct pfsync_item *item, bool heard, struct effects *effects)
{
    struct pfsync_message message = {.action = (uint8_t)pfsync_queue_action(queue),
                                     .id = item->id};
    struct note note = {
        .code = heard ? NOTE_DELETE_SENT : NOTE_UNSENT,
        .detail = heard ? 0 : 1,
        .tag = item->tag,
        .flow = item->flow,
        .real = item->real,
    };
    if (queue == PFSYNC_DELETES)
        director_note(director, effects, &note);
    return pfsync_put_message(at, &message);
}

static uint8_t *put_queue(struct director *director, struct pfsync *pfsync, uint8_t *at,
                          const struct pfsync_bucket *bucket, enum pfsync_queue queue, bool heard,
                          struct effects *effects)
{
    if (bucket->counts[queue] == 0)
        return at;
    at = pfsync_put_subheader(at, pfsync_queue_action(queue), bucket->counts[queue]);
    for (unsigned i = 0; i < bucket->counts[queue]; i++) {
        const struct pfsync_item *item = &bucket->items[queue][i];
        at = item->slot != 0
                 ? put_conn(director, pfsync, at, queue, item->slot, heard, effects)
                 : put_name(director, at, queue, item, heard, effects);
    }
    return at;
}

/* A standby answers whoever spoke. An active unit tells its standby; and a joiner that asks for all
 * before its first hello is heard: pf knows of no hellos, and tells whoever listens. */
static uint32_t listener(const struct director *director, struct pfsync *pfsync)
{
    if (director->group.role == ROLE_STANDBY)
        return pfsync->peer_ip;
    if (!detect_has_standby(director))
        return pfsync->joiner_ip;
    pfsync->joiner_ip = 0;
    return succession_standby(director)->ip;
}

void pfsync_push(struct director *director, struct pfsync *pfsync, struct pfsync_bucket *bucket,
                 struct effects *effects)
{
    uint8_t bytes[PFSYNC_DATAGRAM_MAX];
    size_t length = bucket->length - PFSYNC_IP_HEADER;
    uint32_t peer_ip = listener(director, pfsync);
    bool heard = peer_ip != 0;
    if (pfsync_bucket_is_empty(bucket))
        return;
    uint8_t *at = pfsync_put_header(bytes, length);
    for (enum pfsync_queue queue = PFSYNC_INSERTS; queue < PFSYNC_QUEUES; queue++)
        at = put_queue(director, pfsync, at, bucket, queue, heard, effects);
    at = pfsync_put_subheader(at, PFSYNC_EOF, 1);
    g_assert(at == bytes + length);
    pfsync_bucket_sent(bucket);
    if (heard)
        director_send_to(director, effects, peer_ip, bytes, length);
}

void pfsync_send_to(struct director *director, uint32_t peer_ip,
                    const struct pfsync_message *message, struct effects *effects)
{
    uint8_t bytes[PFSYNC_DATAGRAM_MAX];
    size_t length = PFSYNC_HEADER_SIZE + 2 * PFSYNC_SUBHEADER_SIZE + pfsync_size(message->action);
    uint8_t *at = pfsync_put_header(bytes, length);
    at = pfsync_put_subheader(at, message->action, 1);
    at = pfsync_put_message(at, message);
    at = pfsync_put_subheader(at, PFSYNC_EOF, 1);
    g_assert(at == bytes + length);
    director_send_to(director, effects, peer_ip, bytes, length);
}

/* ---- held packets */

void pfsync_undefer(struct director *director, struct pfsync *pfsync, const struct conn *conn,
                    struct effects *effects)
{
    struct pfsync_entry *entry = pfsync_entry(pfsync, conn);
    if (!entry->is_held)
        return;
    struct pfsync_held held =
        pfsync_bucket_let_go(pfsync_bucket_of(director, pfsync, entry), entry->held);
    entry->is_held = false;
    traffic_release(conn, held.from, &held.packet, effects);
    pfsync_push(director, pfsync, pfsync_bucket_of(director, pfsync, entry), effects);
}
