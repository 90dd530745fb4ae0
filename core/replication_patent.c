/* The protocol "patent" (figures 5 to 8): one record in one datagram for each
 * connection that is established, and one for each of these that ends. The wire
 * picture is core/record.h's. A datagram of two records holds a connection and its buddy.
 *
 * There is no acknowledgement, no repetition, no sequence number and no timer
 * a lost create is a connection that a takeover loses, a lost delete
 * is a ghost, and a delete that overtakes its create leaves one (A-06c). */
#include "core/replication_patent.h"

#include "core/buddy.h"
#include "core/director_internal.h"
#include "core/life.h"
#include "core/standby.h"
#include "core/succession.h"

static struct record record_of(const struct conn *conn, uint8_t flags)
{
    return (struct record){
        .real = conn_real(conn),
        .foreign = conn->foreign,
        .virtual = conn->local,
        .bind_id = conn->virtual->id.bind_id,
        .protocol = conn->protocol,
        .flags = flags,
    };
}

static struct record create_of(const struct conn *conn)
{
    return record_of(conn, (conn->pm_counted ? RECORD_PM_COUNTED : 0)
                               | (conn->vm_counted ? RECORD_VM_COUNTED : 0));
}

static void send(struct director *director, const struct record *records, unsigned count,
                 struct effects *effects)
{
    uint8_t bytes[RECORD_DATAGRAM_MAX];
    size_t length = record_encode(records, count, bytes);
    director_send(director, effects, CHANNEL_REPLICATION, bytes, length);
}

static void note_words(struct director *director, struct effects *effects, enum note_code code,
                       uint32_t detail, const struct last_words *words)
{
    struct note note = {
        .code = code,
        .detail = detail,
        .tag = words->tag,
        .flow = { words->record.foreign, words->record.virtual, words->record.protocol },
        .real = words->record.real,
    };
    director_note(director, effects, &note);
}

/* with nobody to hear it, a record is not sent, and nothing else changes.
 * Before the peer was ever missed, it is held to be there. */
static bool heard(struct director *director, const struct last_words *words, bool is_delete,
                  struct effects *effects)
{
    bool there = detect_has_standby(director);
    if (!there)
        note_words(director, effects, NOTE_UNSENT, is_delete, words);
    return there;
}

/* ---- creates, figure 6A */

/* How a datagram's first record is noted. */
struct note_head {
    enum note_code code;
    uint32_t copy;
};

/* A buddy goes along unless it will be announced by itself when it becomes active
 * is over, or is not replicated at all. */
static bool goes_along(const struct director *director, const struct conn *buddy)
{
    return buddy->virtual->replicate && life_is_established(director, buddy);
}

/* The next buddy that goes along, after one of them or after conn itself. */
static struct conn *next_along(const struct director *director, const struct conn *conn,
                               const struct conn *after)
{
    struct conn *buddy = buddy_next(director->connections, after);
    while (buddy != NULL && buddy != conn && !goes_along(director, buddy))
        buddy = buddy_next(director->connections, buddy);
    return buddy != conn ? buddy : NULL;
}

/* The second record is the buddy of the first: that is the mark of R-707. The standby is
 * told of the buddy by this, if it did not know. */
static void send_pair(struct director *director, const struct note_head *head,
                      const struct conn *conn, struct conn *buddy, struct effects *effects)
{
    struct record records[2] = {create_of(conn), create_of(buddy)};
    buddy->create_sent = true;
    buddy->told = succession_standby(director)->hellos;
    director_note_conn(director, effects, head->code, head->copy, conn);
    director_note_conn(director, effects, NOTE_BUDDY_ADDED, head->copy, buddy);
    send(director, records, 2, effects);
}

/* The conn itself; a first buddy goes in the same datagram, and each further one
 * in a datagram that repeats the conn's record, to say whose buddy it is. */
void patent_tell_create(struct director *director, struct conn *conn, unsigned copy,
                        struct effects *effects)
{
    struct last_words words = patent_last_words(conn);
    conn->create_sent = heard(director, &words, false, effects);
    if (!conn->create_sent)
        return;
    const struct note_head first = {NOTE_CREATE_SENT, copy}, again = {NOTE_CREATE_REPEATED, copy};
    struct conn *buddy = next_along(director, conn, conn);
    if (buddy != NULL && director->settings.buddy_packet == BUDDY_SAME) {
        send_pair(director, &first, conn, buddy, effects);
        buddy = next_along(director, conn, buddy);
    } else {
        struct record record = create_of(conn);
        director_note_conn(director, effects, NOTE_CREATE_SENT, copy, conn);
        send(director, &record, 1, effects);
    }
    for (; buddy != NULL; buddy = next_along(director, conn, buddy))
        send_pair(director, &again, conn, buddy, effects);
}

static void established(struct director *director, void *state, nstime now, struct conn *conn,
                        struct effects *effects)
{
    (void)state;
    (void)now;
    patent_tell_create(director, conn, 0, effects);
}

/* Both stand at the standby already: a pair of records to say that they are buddies. Where
 * two rings become one, one pair says it of all. */
static void linked(struct director *director, void *state, nstime now, struct conn *conn,
                   struct conn *buddy, struct effects *effects)
{
    (void)state;
    (void)now;
    const struct note_head again = {NOTE_CREATE_REPEATED, 0};
    if (detect_has_standby(director))
        send_pair(director, &again, conn, buddy, effects);
}

/* ---- deletes, figure 6B */

struct last_words patent_last_words(const struct conn *conn)
{
    return (struct last_words){record_of(conn, RECORD_DELETE), conn->tag};
}

void patent_tell_delete(struct director *director, const struct last_words *words, unsigned copy,
                        struct effects *effects)
{
    if (!heard(director, words, true, effects))
        return;
    note_words(director, effects, NOTE_DELETE_SENT, copy, words);
    send(director, &words->record, 1, effects);
}

static void destroyed(struct director *director, void *state, nstime now, struct conn *conn,
                      struct effects *effects)
{
    struct last_words words = patent_last_words(conn);
    (void)state;
    (void)now;
    patent_tell_delete(director, &words, 0, effects);
}

/* ---- on the standby, figure 7 */

void patent_datagram(struct director *director, nstime now, const uint8_t *bytes, size_t length,
                     struct effects *effects)
{
    struct record records[RECORD_COUNT_MAX];
    unsigned count = 0;
    enum record_refusal refusal = REFUSAL_NOT_STANDBY; /* */
    if (director->group.role == ROLE_STANDBY)
        refusal = record_decode(bytes, length, records, &count);
    if (refusal != REFUSAL_NONE)
        director_refuse(director, effects, refusal, NULL);
    else if (count == 1)
        standby_apply(director, now, &records[0], effects);
    else
        standby_apply_buddies(director, now, records, effects);
}

static void datagram(struct director *director, void *state, nstime now, uint32_t source_ip,
                     const uint8_t *bytes, size_t length, struct effects *effects)
{
    (void)state, (void)source_ip;
    patent_datagram(director, now, bytes, length, effects);
}

const struct replication_protocol replication_patent = {
    .name = "patent",
    .essence = "a datagram for each connection established and for each ended, never repeated",
    .at_once = true,
    .open_loop = true,
    .on_established = established,
    .on_destroyed = destroyed,
    .on_linked = linked,
    .on_datagram = datagram,
};
