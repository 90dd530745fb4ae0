#include "core/conn_table.h"

#include <glib.h>
#include <string.h>

enum { FIRST_BUCKETS = 64, CHUNK_BITS = 10, CHUNK = 1 << CHUNK_BITS };

/* Slot 0 is never used, so that 0 means none in every link and a fresh array of
 * buckets is an empty one. Conns lie in chunks that stay where they are, so that a
 * pointer to one outlasts any insertion. 32-bit links and a conn of 104 bytes keep a
 * packet's look-up at two lines of memory: its bucket and its conn. */
struct conn_table {
    struct conn **chunks; /* of CHUNK conns each */
    uint32_t *forward;    /* buckets: the newest conn of each chain */
    uint32_t *reverse;
    uint32_t bucket_mask;
    uint32_t chunk_count;
    uint32_t used; /* slots ever used, slot 0 included */
    uint32_t free; /* chain of slots given back, linked through newer */
    uint32_t count;
    uint32_t max;
    uint32_t oldest, newest;
    struct expiry expiry;
};

G_STATIC_ASSERT(sizeof(struct conn) <= 104);

struct conn_table *conn_table_new(uint32_t max)
{
    g_assert(max >= 1 && max <= 1u << 30);
    struct conn_table *table = g_new0(struct conn_table, 1);
    table->max = max;
    table->used = 1;
    table->forward = g_new0(uint32_t, FIRST_BUCKETS);
    table->reverse = g_new0(uint32_t, FIRST_BUCKETS);
    table->bucket_mask = FIRST_BUCKETS - 1;
    expiry_init(&table->expiry);
    return table;
}

void conn_table_free(struct conn_table *table)
{
    for (uint32_t i = 0; i < table->chunk_count; i++)
        g_free(table->chunks[i]);
    g_free(table->chunks);
    expiry_clear(&table->expiry);
    g_free(table->forward);
    g_free(table->reverse);
    g_free(table);
}

static struct conn *at(const struct conn_table *table, uint32_t slot)
{
    return &table->chunks[slot >> CHUNK_BITS][slot & (CHUNK - 1)];
}

static uint32_t *bucket(const struct conn_table *table, uint32_t *buckets,
                        const struct flow *key)
{
    return &buckets[(uint32_t)flow_hash(key) & table->bucket_mask];
}

static void link_keys(struct conn_table *table, struct conn *conn)
{
    struct flow key = conn_forward_key(conn);
    uint32_t *head = bucket(table, table->forward, &key);
    conn->forward_next = *head;
    *head = conn->slot;
    key = conn_reverse_key(conn);
    head = bucket(table, table->reverse, &key);
    conn->reverse_next = *head;
    *head = conn->slot;
}

static void unlink_keys(struct conn_table *table, const struct conn *conn)
{
    struct flow key = conn_forward_key(conn);
    uint32_t *link = bucket(table, table->forward, &key);
    while (*link != conn->slot)
        link = &at(table, *link)->forward_next;
    *link = conn->forward_next;
    key = conn_reverse_key(conn);
    link = bucket(table, table->reverse, &key);
    while (*link != conn->slot)
        link = &at(table, *link)->reverse_next;
    *link = conn->reverse_next;
}

/* Twice the buckets. Chains are made anew from the oldest conn on, so that the newest
 * stands first in each, as before. Without memory for them, chains only get longer. */
static void add_buckets(struct conn_table *table)
{
    uint32_t buckets = 2 * (table->bucket_mask + 1);
    uint32_t *forward = g_try_new0(uint32_t, buckets);
    uint32_t *reverse = g_try_new0(uint32_t, buckets);
    if (forward == NULL || reverse == NULL) {
        g_free(forward);
        g_free(reverse);
        return;
    }
    g_free(table->forward);
    g_free(table->reverse);
    table->forward = forward;
    table->reverse = reverse;
    table->bucket_mask = buckets - 1;
    for (struct conn *conn = conn_table_first(table); conn != NULL;
         conn = conn_table_next(table, conn))
        link_keys(table, conn);
}

/* Room for CHUNK more conns and their deadlines, or false: then nothing has changed. */
static bool add_chunk(struct conn_table *table)
{
    uint32_t count = table->chunk_count + 1;
    if (!expiry_reserve(&table->expiry, count * CHUNK))
        return false;
    struct conn **chunks = g_try_renew(struct conn *, table->chunks, count);
    if (chunks == NULL)
        return false;
    table->chunks = chunks;
    table->chunks[count - 1] = g_try_new(struct conn, CHUNK);
    if (table->chunks[count - 1] == NULL)
        return false;
    table->chunk_count = count;
    return true;
}

/* A slot for a new conn, or 0 when there is no memory for one. */
static uint32_t take_slot(struct conn_table *table)
{
    if (table->free != 0) {
        uint32_t slot = table->free;
        table->free = at(table, slot)->newer;
        return slot;
    }
    if (table->used >= table->chunk_count * CHUNK && !add_chunk(table))
        return 0;
    if (table->used > table->bucket_mask)
        add_buckets(table);
    return table->used++;
}

static void append(struct conn_table *table, struct conn *conn)
{
    conn->older = table->newest;
    if (table->newest != 0)
        at(table, table->newest)->newer = conn->slot;
    else
        table->oldest = conn->slot;
    table->newest = conn->slot;
}

/* A machine may open a connection from a port that is not its own. */
static bool stands_for(const struct physical *physical, struct address real)
{
    return physical->id.ip == real.ip
           && (physical->id.port == 0 || physical->id.port == real.port);
}

struct conn *conn_table_insert(struct conn_table *table, const struct conn_birth *birth)
{
    g_assert(birth->virtual != NULL && birth->physical != NULL);
    g_assert(conn_table_find(table, &birth->flow) == NULL); /* */
    uint32_t slot = table->count < table->max ? take_slot(table) : 0;
    if (slot == 0)
        return NULL;
    bool by_pointer = birth->by_pointer && stands_for(birth->physical, birth->real);
    struct conn *conn = at(table, slot);
    *conn = (struct conn){
        .slot = slot,
        .virtual = birth->virtual,
        .physical = birth->physical,
        .last_activity = birth->now,
        .foreign = birth->flow.foreign,
        .local = birth->flow.local,
        .stored_real = birth->real,
        .tag = birth->tag,
        .protocol = birth->flow.protocol,
        .state = CONN_SYN_SEEN,
        .by_pointer = by_pointer,
        .from_inside = birth->from_inside,
    };
    if (by_pointer)
        conn->stored_real.ip = 0;
    append(table, conn);
    link_keys(table, conn);
    table->count++;
    return conn;
}

static void unlink_order(struct conn_table *table, const struct conn *conn)
{
    if (conn->older != 0)
        at(table, conn->older)->newer = conn->newer;
    else
        table->oldest = conn->newer;
    if (conn->newer != 0)
        at(table, conn->newer)->older = conn->older;
    else
        table->newest = conn->older;
}

void conn_table_remove(struct conn_table *table, struct conn *conn)
{
    g_assert(!conn->pm_counted && !conn->vm_counted);
    uint32_t slot = conn->slot;
    expiry_set(&table->expiry, slot, NSTIME_NEVER);
    unlink_keys(table, conn);
    unlink_order(table, conn);
    memset(conn, 0, sizeof *conn);
    conn->newer = table->free;
    table->free = slot;
    table->count--;
}

void conn_table_move(struct conn_table *table, struct conn *conn, struct physical *physical,
                     struct address real)
{
    g_assert(!conn->pm_counted);
    unlink_keys(table, conn);
    conn->physical = physical;
    conn->stored_real = real;
    if (conn->by_pointer)
        conn->stored_real.ip = 0;
    conn->seen[SIDE_INSIDE] = 0;
    conn->syn_resends = 0;
    link_keys(table, conn);
}

static bool has_key(struct address foreign, struct address local, const struct conn *conn,
                    const struct flow *key)
{
    return address_equal(foreign, key->foreign) && address_equal(local, key->local)
           && conn->protocol == key->protocol;
}

struct conn *conn_table_find(const struct conn_table *table, const struct flow *forward)
{
    uint32_t slot = *bucket(table, table->forward, forward);
    while (slot != 0) {
        struct conn *conn = at(table, slot);
        if (has_key(conn->foreign, conn->local, conn, forward))
            return conn;
        slot = conn->forward_next;
    }
    return NULL;
}

static struct conn *search_reverse(const struct conn_table *table, uint32_t slot,
                                   const struct flow *reverse)
{
    while (slot != 0) {
        struct conn *conn = at(table, slot);
        if (has_key(conn->foreign, conn_real(conn), conn, reverse))
            return conn;
        slot = conn->reverse_next;
    }
    return NULL;
}

struct conn *conn_table_find_reverse(const struct conn_table *table, const struct flow *reverse)
{
    return search_reverse(table, *bucket(table, table->reverse, reverse), reverse);
}

struct conn *conn_table_next_reverse(const struct conn_table *table, const struct conn *conn)
{
    struct flow key = conn_reverse_key(conn);
    return search_reverse(table, conn->reverse_next, &key);
}

struct conn *conn_table_at(const struct conn_table *table, uint32_t slot)
{
    g_assert(slot < table->used);
    return slot != 0 ? at(table, slot) : NULL;
}

struct conn *conn_table_first(const struct conn_table *table)
{
    return conn_table_at(table, table->oldest);
}

struct conn *conn_table_last(const struct conn_table *table)
{
    return conn_table_at(table, table->newest);
}

struct conn *conn_table_next(const struct conn_table *table, const struct conn *conn)
{
    return conn_table_at(table, conn->newer);
}

uint32_t conn_table_count(const struct conn_table *table)
{
    return table->count;
}

uint32_t conn_table_max(const struct conn_table *table)
{
    return table->max;
}

struct expiry *conn_table_expiry(struct conn_table *table)
{
    return &table->expiry;
}
