#include "core/sticky.h"

#include <glib.h>
#include <string.h>

enum { FIRST_CAPACITY = 64, PURGED_AT_A_TIME = 2 };

/* What is tied to what. Entries are numbered from 1; links are numbers, 0 = none. */
struct entry {
    const struct virtual *virtual; /* NULL: not in use */
    struct physical *physical;     /* NULL: it was removed while the client had others */
    nstime last;                   /* while it has no conns: until when it was active */
    uint32_t client;
    uint32_t conns;
    uint32_t next;         /* of its bucket, or of those not in use */
    uint32_t older, newer; /* those without conns, in the order in which they lost the last */
};

struct sticky {
    struct entry *entries;
    uint32_t *buckets; /* as many as there is room for entries: a power of two */
    uint32_t capacity;
    uint32_t used; /* numbers ever used, 0 included */
    uint32_t count, max;
    uint32_t unused;
    uint32_t oldest, newest;
    uint32_t held;
};

struct sticky *sticky_new(uint32_t max)
{
    struct sticky *sticky = g_new0(struct sticky, 1);
    sticky->max = max;
    sticky->used = 1;
    return sticky;
}

void sticky_free(struct sticky *sticky)
{
    g_free(sticky->entries);
    g_free(sticky->buckets);
    g_free(sticky);
}

void sticky_clear(struct sticky *sticky)
{
    uint32_t max = sticky->max;
    g_assert(sticky->held == 0);
    g_free(sticky->entries);
    g_free(sticky->buckets);
    *sticky = (struct sticky){.max = max, .used = 1};
}

/* ---- by client and virtual machine */

static uint32_t *bucket(const struct sticky *sticky, const struct virtual *virtual,
                        uint32_t client)
{
    struct flow key = {{client, virtual->id.bind_id}, {virtual->id.ip, virtual->id.port},
                       virtual->id.protocol};
    return &sticky->buckets[(uint32_t)flow_hash(&key) & (sticky->capacity - 1)];
}

static uint32_t find(const struct sticky *sticky, const struct virtual *virtual, uint32_t client)
{
    uint32_t number = sticky->capacity > 0 ? *bucket(sticky, virtual, client) : 0;
    while (number != 0
           && (sticky->entries[number].virtual != virtual
               || sticky->entries[number].client != client))
        number = sticky->entries[number].next;
    return number;
}

static void link_key(struct sticky *sticky, uint32_t number)
{
    struct entry *entry = &sticky->entries[number];
    uint32_t *head = bucket(sticky, entry->virtual, entry->client);
    entry->next = *head;
    *head = number;
}

static void unlink_key(struct sticky *sticky, uint32_t number)
{
    const struct entry *entry = &sticky->entries[number];
    uint32_t *link = bucket(sticky, entry->virtual, entry->client);
    while (*link != number)
        link = &sticky->entries[*link].next;
    *link = entry->next;
}

/* ---- those without connections */

static void append_idle(struct sticky *sticky, uint32_t number)
{
    struct entry *entry = &sticky->entries[number];
    entry->older = sticky->newest;
    entry->newer = 0;
    *(sticky->newest != 0 ? &sticky->entries[sticky->newest].newer : &sticky->oldest) = number;
    sticky->newest = number;
}

static void unlink_idle(struct sticky *sticky, uint32_t number)
{
    const struct entry *entry = &sticky->entries[number];
    *(entry->older != 0 ? &sticky->entries[entry->older].newer : &sticky->oldest) = entry->newer;
    *(entry->newer != 0 ? &sticky->entries[entry->newer].older : &sticky->newest) = entry->older;
}

static void forget_idle(struct sticky *sticky, uint32_t number)
{
    unlink_idle(sticky, number);
    unlink_key(sticky, number);
    sticky->entries[number] = (struct entry){.next = sticky->unused};
    sticky->unused = number;
    sticky->count--;
}

static bool is_over(const struct entry *entry, nstime now)
{
    return entry->conns == 0 && now - entry->last >= entry->virtual->sticky;
}

/* A few at each new client: more than come in, so that they do not gather. */
static void purge(struct sticky *sticky, nstime now)
{
    for (unsigned i = 0; i < PURGED_AT_A_TIME && sticky->oldest != 0
                         && is_over(&sticky->entries[sticky->oldest], now); i++)
        forget_idle(sticky, sticky->oldest);
}

/* ---- room */

static bool add_room(struct sticky *sticky)
{
    uint32_t capacity = MAX(2 * sticky->capacity, FIRST_CAPACITY);
    struct entry *entries = g_try_renew(struct entry, sticky->entries, capacity);
    if (entries == NULL)
        return false;
    sticky->entries = entries;
    uint32_t *buckets = g_try_new0(uint32_t, capacity);
    if (buckets == NULL)
        return false;
    g_free(sticky->buckets);
    sticky->buckets = buckets;
    sticky->capacity = capacity;
    for (uint32_t number = 1; number < sticky->used; number++)
        if (entries[number].virtual != NULL)
            link_key(sticky, number);
    return true;
}

/* A number for a new entry, or 0 when there is no memory for one: then the client is not
 * tied. A conn more than entries with conns there cannot be. */
static uint32_t take(struct sticky *sticky, nstime now)
{
    purge(sticky, now);
    if (sticky->count == sticky->max && sticky->oldest != 0)
        forget_idle(sticky, sticky->oldest);
    g_assert(sticky->count < sticky->max);
    uint32_t number = sticky->unused;
    if (number != 0)
        sticky->unused = sticky->entries[number].next;
    else if (sticky->used < sticky->capacity || add_room(sticky))
        number = sticky->used++;
    sticky->count += number != 0;
    return number;
}

static uint32_t find_or_take(struct sticky *sticky, nstime now, const struct virtual *virtual,
                             uint32_t client)
{
    uint32_t number = find(sticky, virtual, client);
    if (number != 0) {
        if (sticky->entries[number].conns == 0)
            unlink_idle(sticky, number);
        return number;
    }
    number = take(sticky, now);
    if (number == 0)
        return 0;
    sticky->entries[number] =
        (struct entry){.virtual = virtual, .client = client};
    link_key(sticky, number);
    return number;
}

/* ---- what conns do */

void sticky_hold(struct sticky *sticky, nstime now, struct conn *conn)
{
    if (conn->virtual->sticky == 0 && !conn->sticky)
        return;
    uint32_t number = conn->sticky ? find(sticky, conn->virtual, conn->foreign.ip)
                                   : find_or_take(sticky, now, conn->virtual, conn->foreign.ip);
    if (number == 0)
        return;
    sticky->entries[number].conns += !conn->sticky;
    sticky->held += !conn->sticky;
    sticky->entries[number].physical = conn->physical;
    conn->sticky = true;
}

void sticky_tie(struct sticky *sticky, nstime now, const struct virtual *virtual,
                uint32_t client, struct physical *physical)
{
    uint32_t number = virtual->sticky > 0 ? find_or_take(sticky, now, virtual, client) : 0;
    if (number == 0)
        return;
    struct entry *entry = &sticky->entries[number];
    entry->physical = physical;
    entry->last = MAX(entry->last, now);
    if (entry->conns == 0)
        append_idle(sticky, number);
}

void sticky_release(struct sticky *sticky, struct conn *conn, nstime then)
{
    if (!conn->sticky)
        return;
    uint32_t number = find(sticky, conn->virtual, conn->foreign.ip);
    g_assert(number != 0 && sticky->entries[number].conns > 0);
    struct entry *entry = &sticky->entries[number];
    conn->sticky = false;
    sticky->held--;
    entry->last = MAX(entry->last, then);
    if (--entry->conns == 0)
        append_idle(sticky, number);
}

struct physical *sticky_machine(const struct sticky *sticky, nstime now,
                                const struct virtual *virtual, uint32_t client)
{
    uint32_t number = virtual->sticky > 0 ? find(sticky, virtual, client) : 0;
    return number != 0 && !is_over(&sticky->entries[number], now)
               ? sticky->entries[number].physical
               : NULL;
}

void sticky_part(struct sticky *sticky, const struct virtual *virtual,
                 const struct physical *physical)
{
    for (uint32_t number = 1; number < sticky->used; number++) {
        struct entry *entry = &sticky->entries[number];
        if (entry->virtual == NULL || (virtual != NULL && entry->virtual != virtual)
            || (physical != NULL && entry->physical != physical))
            continue;
        if (entry->conns == 0)
            forget_idle(sticky, number);
        else
            entry->physical = NULL;
    }
}

uint32_t sticky_held(const struct sticky *sticky)
{
    return sticky->held;
}

bool sticky_holds(const struct sticky *sticky, const struct conn *conn)
{
    uint32_t number = find(sticky, conn->virtual, conn->foreign.ip);
    return number != 0 && sticky->entries[number].conns > 0;
}
