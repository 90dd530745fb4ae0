#include "core/expiry.h"

#include <glib.h>
#include <string.h>

enum { FIRST_CAPACITY = 64 };

void expiry_init(struct expiry *expiry)
{
    memset(expiry, 0, sizeof *expiry);
}

void expiry_clear(struct expiry *expiry)
{
    g_free(expiry->heap);
    g_free(expiry->place);
    expiry_init(expiry);
}

/* Ties go by number, so that the order is one of the design's and not the heap's. */
static bool is_before(const struct expiry_entry *a, const struct expiry_entry *b)
{
    return a->deadline != b->deadline ? a->deadline < b->deadline : a->number < b->number;
}

static void put(struct expiry *expiry, uint32_t at, struct expiry_entry entry)
{
    expiry->heap[at] = entry;
    expiry->place[entry.number] = at;
}

static void sift_up(struct expiry *expiry, uint32_t at, struct expiry_entry entry)
{
    while (at > 1 && is_before(&entry, &expiry->heap[at / 2])) {
        put(expiry, at, expiry->heap[at / 2]);
        at /= 2;
    }
    put(expiry, at, entry);
}

static void sift_down(struct expiry *expiry, uint32_t at, struct expiry_entry entry)
{
    for (uint32_t child = 2 * at; child <= expiry->count; child = 2 * at) {
        if (child < expiry->count && is_before(&expiry->heap[child + 1], &expiry->heap[child]))
            child++;
        if (!is_before(&expiry->heap[child], &entry))
            break;
        put(expiry, at, expiry->heap[child]);
        at = child;
    }
    put(expiry, at, entry);
}

static void settle(struct expiry *expiry, uint32_t at, struct expiry_entry entry)
{
    if (at > 1 && is_before(&entry, &expiry->heap[at / 2]))
        sift_up(expiry, at, entry);
    else
        sift_down(expiry, at, entry);
}

bool expiry_reserve(struct expiry *expiry, uint32_t count)
{
    uint32_t capacity = MAX(expiry->capacity, FIRST_CAPACITY);
    g_assert(count <= 1u << 31);
    if (count <= expiry->capacity)
        return true;
    while (capacity < count)
        capacity *= 2;
    struct expiry_entry *heap = g_try_renew(struct expiry_entry, expiry->heap,
                                            (gsize)capacity + 1);
    if (heap == NULL)
        return false;
    expiry->heap = heap;
    uint32_t *place = g_try_renew(uint32_t, expiry->place, capacity);
    if (place == NULL)
        return false;
    expiry->place = place;
    memset(place + expiry->capacity, 0, (capacity - expiry->capacity) * sizeof *place);
    expiry->capacity = capacity;
    return true;
}

void expiry_fit(struct expiry *expiry, uint32_t number)
{
    if (!expiry_reserve(expiry, number + 1))
        g_error("out of memory");
}

static void take_away(struct expiry *expiry, uint32_t number)
{
    uint32_t at = number < expiry->capacity ? expiry->place[number] : 0;
    if (at == 0)
        return;
    expiry->place[number] = 0;
    struct expiry_entry last = expiry->heap[expiry->count--];
    if (last.number != number)
        settle(expiry, at, last);
}

void expiry_set(struct expiry *expiry, uint32_t number, nstime deadline)
{
    if (deadline == NSTIME_NEVER) {
        take_away(expiry, number);
        return;
    }
    g_assert(number < expiry->capacity);
    uint32_t at = expiry->place[number];
    if (at == 0)
        at = ++expiry->count;
    settle(expiry, at, (struct expiry_entry){deadline, number});
}

const struct expiry_entry *expiry_first(const struct expiry *expiry)
{
    return expiry->count != 0 ? &expiry->heap[1] : NULL;
}

nstime expiry_of(const struct expiry *expiry, uint32_t number)
{
    uint32_t at = number < expiry->capacity ? expiry->place[number] : 0;
    return at != 0 ? expiry->heap[at].deadline : NSTIME_NEVER;
}

void expiry_rebuild_begin(struct expiry *expiry)
{
    for (uint32_t at = 1; at <= expiry->count; at++)
        expiry->place[expiry->heap[at].number] = 0;
    expiry->count = 0;
}

void expiry_rebuild_add(struct expiry *expiry, uint32_t number, nstime deadline)
{
    if (deadline == NSTIME_NEVER)
        return;
    g_assert(number < expiry->capacity);
    g_assert(expiry->place[number] == 0);
    put(expiry, ++expiry->count, (struct expiry_entry){deadline, number});
}

void expiry_rebuild_end(struct expiry *expiry)
{
    for (uint32_t at = expiry->count / 2; at > 0; at--)
        sift_down(expiry, at, expiry->heap[at]);
}
