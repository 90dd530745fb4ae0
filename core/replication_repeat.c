/* The protocol "repeat": the patent's records (core/record.h), each sent again, "repeats" times
 * in all, "repeat-spacing" apart.
 *
 *   event      copy 0        copy 1        copy 2
 *     |----------|-- spacing --|-- spacing --|       a datagram each
 *
 * A copy says what is so when it leaves: a create is sent again only while its connection
 * lives, with its counts of then, and a delete only while no connection has its tuple anew;
 * else it would raise the dead, or bury the living. There is no acknowledgement.
 *
 * One timer: copies wait in the order of their times, which is that of their making, because
 * all wait equally long. A standby that becomes active forgets them. */
#include "core/director_internal.h"
#include "core/replication_patent.h"

struct copy {
    nstime due;
    struct last_words words; /* of a create: whose it is */
    bool is_delete;
    unsigned number;
};

/* A ring; its room is a power of two, and grows when it is full. */
struct repeats {
    struct copy *copies;
    size_t room, first, count;
};

enum { ROOM_FIRST = 64 };

/* ---- the ring */

static struct copy *copy_at(const struct repeats *repeats, size_t index)
{
    g_assert(index < repeats->count);
    return &repeats->copies[(repeats->first + index) & (repeats->room - 1)];
}

static void grow(struct repeats *repeats)
{
    struct repeats larger = {
        .copies = g_new(struct copy, 2 * repeats->room),
        .room = 2 * repeats->room,
        .count = repeats->count,
    };
    for (size_t i = 0; i < repeats->count; i++)
        larger.copies[i] = *copy_at(repeats, i);
    g_free(repeats->copies);
    *repeats = larger;
}

static void push(struct repeats *repeats, const struct copy *copy)
{
    if (repeats->count == repeats->room)
        grow(repeats);
    repeats->count++;
    *copy_at(repeats, repeats->count - 1) = *copy;
}

static struct copy pop(struct repeats *repeats)
{
    struct copy copy = *copy_at(repeats, 0);
    repeats->first = (repeats->first + 1) & (repeats->room - 1);
    repeats->count--;
    return copy;
}

static void *repeats_new(const struct director *director)
{
    struct repeats *repeats = g_new0(struct repeats, 1);
    (void)director;
    repeats->room = ROOM_FIRST;
    repeats->copies = g_new(struct copy, ROOM_FIRST);
    return repeats;
}

static void repeats_free(void *state)
{
    struct repeats *repeats = state;
    g_free(repeats->copies);
    g_free(repeats);
}

/* ---- copies */

/* The next copy of an event, unless that was the last. */
static void wait(const struct director *director, struct repeats *repeats, nstime now,
                 struct copy copy)
{
    copy.number++;
    copy.due = now + director->settings.repeat_spacing;
    if (copy.number < director->settings.repeats)
        push(repeats, &copy);
}

static struct conn *conn_of(const struct director *director, const struct record *record)
{
    struct flow flow = {record->foreign, record->virtual, record->protocol};
    return conn_table_find(director->connections, &flow);
}

/* Whether it still says what is so. */
static bool send_again(struct director *director, const struct copy *copy,
                       struct effects *effects)
{
    struct conn *conn = conn_of(director, &copy->words.record);
    if (copy->is_delete) {
        if (conn == NULL)
            patent_tell_delete(director, &copy->words, copy->number, effects);
        return conn == NULL;
    }
    bool lives = conn != NULL && conn->tag == copy->words.tag && conn->create_sent;
    if (lives)
        patent_tell_create(director, conn, copy->number, effects);
    return lives;
}

static nstime deadline(const void *state)
{
    const struct repeats *repeats = state;
    return repeats->count > 0 ? copy_at(repeats, 0)->due : NSTIME_NEVER;
}

static void copies_are_due(struct director *director, void *state, nstime now,
                           struct effects *effects)
{
    struct repeats *repeats = state;
    while (deadline(repeats) <= now) {
        struct copy copy = pop(repeats);
        if (send_again(director, &copy, effects))
            wait(director, repeats, now, copy);
    }
}

/* ---- the events */

static void established(struct director *director, void *state, nstime now, struct conn *conn,
                        struct effects *effects)
{
    patent_tell_create(director, conn, 0, effects);
    if (conn->create_sent)
        wait(director, state, now, (struct copy){.words = patent_last_words(conn)});
}

static void destroyed(struct director *director, void *state, nstime now, struct conn *conn,
                      struct effects *effects)
{
    struct copy copy = {.words = patent_last_words(conn), .is_delete = true};
    patent_tell_delete(director, &copy.words, 0, effects);
    wait(director, state, now, copy);
}

static void linked(struct director *director, void *state, nstime now, struct conn *conn,
                   struct conn *buddy, struct effects *effects)
{
    replication_patent.on_linked(director, state, now, conn, buddy, effects);
}

static void datagram(struct director *director, void *state, nstime now, uint32_t source_ip,
                     const uint8_t *bytes, size_t length, struct effects *effects)
{
    (void)state, (void)source_ip;
    patent_datagram(director, now, bytes, length, effects);
}

static void role(struct director *director, void *state, nstime now, struct effects *effects)
{
    struct repeats *repeats = state;
    (void)director, (void)now, (void)effects;
    repeats->count = 0;
}

const struct replication_protocol replication_repeat = {
    .name = "repeat",
    .essence = "each create and each delete of patent several times, spaced",
    .at_once = true,
    .open_loop = true,
    .state_new = repeats_new,
    .state_free = repeats_free,
    .on_established = established,
    .on_destroyed = destroyed,
    .on_linked = linked,
    .on_datagram = datagram,
    .on_role = role,
    .deadline = deadline,
    .on_deadline = copies_are_due,
};
