/* The protocol "inline": a connection begins when both units have it (sonic-net/DASH,
 * high-avail/AMD-Pensando_HA_Proposal.md and high-availability-and-scale.md).
 *
 *   client   SYN                                     SYN again, 1 s later
 *   active     `--> create, the SYN with it ..           `--> ..
 *   standby             `--> created, the SYN with it
 *   active                        `--> SYN --> server
 *
 * The packet that makes a connection travels to the standby and back, and goes on when it has come
 * back: so whoever is connected is known, whatever is lost, and a takeover loses no acknowledged
 * connection. Nothing is sent again for a loss in either direction: the client does that, by
 * sending its packet again (closed form 9: a loss costs its time-out). Nor is anything given up:
 * while a standby that has failed is not missed yet, nobody connects. Where none is known, the
 * active serves alone. All further packets pass at once.
 *
 * An end is told until it is answered, every 200 ms (TCP's least time-out), but not when a
 * connection has its tuple anew. A delete that comes late is older than the create by its number,
 * and refused.
 *
 * What was there before a new standby was, is told with its next packet, which does not wait; and
 * all of it where bulk-sync is on (R-1106).
 *
 * Simpler than DASH: bulk transfer has no colours, since creates and deletes are numbered; the
 * payload of the packet that travels stays here, and what travels is as long (the host's bytes are
 * its own). */
#include "core/director_internal.h"
#include "core/inline_record.h"
#include "core/life.h"
#include "core/replication_patent.h"
#include "core/slot_array.h"
#include "core/standby.h"
#include "core/succession.h"
#include "core/traffic.h"

#include <glib.h>
#include <string.h>

#define REPEAT_SPACING (200 * NSTIME_MS)

/* Of a conn. On the standby: the number of its create. */
struct inline_entry {
    uint32_t first, latest; /* numbers of its requests; 0: none */
    nstime asked_at;
    uint8_t copy;
    bool agreed, keeps;
    enum side from;
    struct packet packet; /* that waits, where it keeps one */
};

/* A delete that is not answered yet. */
struct farewell {
    nstime due;
    uint32_t number;
    struct last_words words;
};

struct inline_state {
    struct slot_array entries;
    GQueue *farewells;  /* by due, which is by their latest sending */
    GHashTable *waited; /* numbers of these; asked, never walked */
    uint32_t number;
};

static void *inline_new(const struct director *director)
{
    struct inline_state *state = g_new0(struct inline_state, 1);
    (void)director;
    state->entries = slot_array_of(sizeof(struct inline_entry));
    state->farewells = g_queue_new();
    state->waited = g_hash_table_new(NULL, NULL);
    return state;
}

static void inline_free(void *context)
{
    struct inline_state *state = context;
    slot_array_clear(&state->entries);
    g_queue_free_full(state->farewells, g_free);
    g_hash_table_destroy(state->waited);
    g_free(state);
}

static struct inline_entry *entry_of(struct inline_state *state, const struct conn *conn)
{
    return slot_array_at(&state->entries, conn->slot);
}

static void send(struct director *director, const struct inline_message *message,
                 const struct packet *packet, struct effects *effects)
{
    uint8_t bytes[INLINE_DATAGRAM_MAX];
    size_t length = inline_encode(message, packet, bytes);
    director_send(director, effects, CHANNEL_REPLICATION, bytes, length);
}

/* ---- creates */

static void ask(struct director *director, struct inline_state *state, nstime now,
                struct conn *conn, const struct packet *packet, struct effects *effects)
{
    struct inline_entry *entry = entry_of(state, conn);
    struct inline_message message = {INLINE_CREATE, ++state->number,
                                     patent_last_words(conn).record};
    message.record.flags = RECORD_PM_COUNTED | RECORD_VM_COUNTED;
    director_note_conn(director, effects, NOTE_CREATE_SENT, entry->copy, conn);
    send(director, &message, packet, effects);
    if (entry->first == 0)
        entry->first = state->number;
    entry->latest = state->number;
    entry->asked_at = now;
    entry->copy = RECORD_COPY_ANOTHER;
    conn->create_sent = true; /* an answer may be lost: it may be there */
    conn->told = succession_standby(director)->hellos;
}

static bool is_agreed(const struct inline_entry *entry, const struct conn *conn)
{
    return entry->agreed && conn->create_sent;
}

/* What makes a connection waits. UDP has no handshake: all of it does. */
static bool waits(const struct conn *conn, const struct packet *packet)
{
    return !conn->replica && (packet->protocol == PROTOCOL_UDP || packet_is_request(packet));
}

static bool is_asked(const struct inline_entry *entry, const struct conn *conn, nstime now)
{
    return conn->create_sent && entry->first != 0 && now < entry->asked_at + REPEAT_SPACING;
}

static bool packet(struct director *director, void *context, nstime now, struct conn *conn,
                   enum side from, const struct packet *packet, struct effects *effects)
{
    struct inline_state *state = context;
    struct inline_entry *entry = entry_of(state, conn);
    if (!conn->virtual->replicate || is_agreed(entry, conn) || !detect_has_standby(director))
        return false;
    bool keeps = waits(conn, packet);
    if (keeps) {
        entry->keeps = true;
        entry->from = from;
        entry->packet = *packet;
    }
    if (keeps || !is_asked(entry, conn, now))
        ask(director, state, now, conn, keeps ? packet : NULL, effects);
    return keeps;
}

/* Of an old connection, by bulk-sync. */
static void established(struct director *director, void *context, nstime now, struct conn *conn,
                        struct effects *effects)
{
    struct inline_state *state = context;
    const struct inline_entry *entry = entry_of(state, conn);
    if (!is_agreed(entry, conn) && !entry->keeps && detect_has_standby(director)
        && conn->protocol != PROTOCOL_UDP)
        ask(director, state, now, conn, NULL, effects);
}

/* The standby has it: the packet goes on. */
static void created(struct director *director, struct inline_state *state,
                    const struct inline_message *message, struct effects *effects)
{
    struct flow flow = {message->record.foreign, message->record.virtual,
                        message->record.protocol};
    struct conn *conn = conn_table_find(director->connections, &flow);
    struct inline_entry *entry = conn != NULL ? entry_of(state, conn) : NULL;
    if (entry == NULL || message->number - entry->first > entry->latest - entry->first
        || !address_equal(conn_real(conn), message->record.real)) {
        director_refuse(director, effects, REFUSAL_PAST, &message->record);
        return;
    }
    director_accept(director);
    entry->agreed = true;
    if (entry->keeps)
        traffic_release(conn, entry->from, &entry->packet, effects);
    entry->keeps = false;
}

/* ---- deletes */

static void tell_end(struct director *director, struct inline_state *state, nstime now,
                     struct farewell *farewell, unsigned copy, struct effects *effects)
{
    struct inline_message message = {INLINE_DELETE, farewell->number, farewell->words.record};
    struct note note = {
        .code = NOTE_DELETE_SENT,
        .detail = copy,
        .tag = farewell->words.tag,
        .flow = {message.record.foreign, message.record.virtual, message.record.protocol},
        .real = message.record.real,
    };
    director_note(director, effects, &note);
    send(director, &message, NULL, effects);
    farewell->due = now + REPEAT_SPACING;
    g_queue_push_tail(state->farewells, farewell);
}

static void destroyed(struct director *director, void *context, nstime now, struct conn *conn,
                      struct effects *effects)
{
    struct inline_state *state = context;
    if (!detect_has_standby(director))
        return;
    struct farewell *farewell = g_new0(struct farewell, 1);
    farewell->words = patent_last_words(conn);
    farewell->number = ++state->number;
    g_hash_table_add(state->waited, GUINT_TO_POINTER(farewell->number));
    tell_end(director, state, now, farewell, 0, effects);
}

/* Not where a connection has the tuple anew: its create has taken the old one's place. */
static bool is_wanted(const struct director *director, const struct inline_state *state,
                      const struct farewell *farewell)
{
    const struct record *record = &farewell->words.record;
    struct flow flow = {record->foreign, record->virtual, record->protocol};
    return g_hash_table_contains(state->waited, GUINT_TO_POINTER(farewell->number))
           && detect_has_standby(director)
           && conn_table_find(director->connections, &flow) == NULL;
}

static nstime deadline(const void *context)
{
    const struct inline_state *state = context;
    const struct farewell *first = g_queue_peek_head(state->farewells);
    return first != NULL ? first->due : NSTIME_NEVER;
}

static void tell_again(struct director *director, void *context, nstime now,
                       struct effects *effects)
{
    struct inline_state *state = context;
    while (deadline(state) <= now) {
        struct farewell *farewell = g_queue_pop_head(state->farewells);
        if (is_wanted(director, state, farewell)) {
            tell_end(director, state, now, farewell, RECORD_COPY_ANOTHER, effects);
            continue;
        }
        g_hash_table_remove(state->waited, GUINT_TO_POINTER(farewell->number));
        g_free(farewell);
    }
}

/* ---- on the standby */

/* A number is that of its place on a circle. */
static bool is_before(uint32_t a, uint32_t b)
{
    return (int32_t)(a - b) < 0;
}

static bool create(struct director *director, struct inline_state *state, nstime now,
                   const struct inline_message *message, struct effects *effects)
{
    struct conn *conn = standby_create(director, now, &message->record, effects);
    if (conn != NULL)
        entry_of(state, conn)->first = message->number;
    return conn != NULL;
}

static void delete(struct director *director, struct inline_state *state,
                   const struct inline_message *message, struct effects *effects)
{
    struct conn *conn = standby_find(director, &message->record);
    if (conn == NULL) {
        director_accept(director);
        director_note_unit(director, effects, NOTE_DELETE_UNKNOWN, 0);
    } else if (is_before(message->number, entry_of(state, conn)->first)) {
        director_refuse(director, effects, REFUSAL_PAST, &message->record);
    } else {
        director_accept(director);
        standby_delete(director, conn, effects);
    }
}

/* What could not be done is not answered, or its packet would go on. */
static void request(struct director *director, struct inline_state *state, nstime now,
                    uint32_t source_ip, const struct inline_message *message,
                    const uint8_t *bytes, size_t length, struct effects *effects)
{
    uint8_t answer[INLINE_DATAGRAM_MAX];
    if (message->kind == INLINE_DELETE)
        delete(director, state, message, effects);
    else if (!create(director, state, now, message, effects))
        return;
    memcpy(answer, bytes, length);
    inline_answer(answer);
    director_send_to(director, effects, source_ip, answer, length);
}

static void datagram(struct director *director, void *context, nstime now, uint32_t source_ip,
                     const uint8_t *bytes, size_t length, struct effects *effects)
{
    struct inline_message message = {0};
    enum record_refusal refusal = inline_decode(bytes, length, &message);
    bool asks = message.kind == INLINE_CREATE || message.kind == INLINE_DELETE;
    bool stands_by = director->group.role == ROLE_STANDBY;
    if (refusal == REFUSAL_NONE && asks != stands_by)
        refusal = asks ? REFUSAL_NOT_STANDBY : REFUSAL_NOT_ACTIVE;
    if (refusal != REFUSAL_NONE)
        director_refuse(director, effects, refusal, NULL);
    else if (asks)
        request(director, context, now, source_ip, &message, bytes, length, effects);
    else if (message.kind == INLINE_CREATED)
        created(director, context, &message, effects);
    else
        g_hash_table_remove(((struct inline_state *)context)->waited,
                            GUINT_TO_POINTER(message.number));
}

/* ---- */

static void gone(struct director *director, void *context, struct conn *conn)
{
    (void)director;
    *entry_of(context, conn) = (struct inline_entry){0};
}

/* The numbers that a standby has are the other's: its conns are to be told of anew. */
static void role(struct director *director, void *context, nstime now, struct effects *effects)
{
    struct inline_state *state = context;
    (void)now, (void)effects;
    for (struct conn *conn = conn_table_first(director->connections); conn != NULL;
         conn = conn_table_next(director->connections, conn))
        *entry_of(state, conn) = (struct inline_entry){0};
    g_queue_clear_full(state->farewells, g_free);
    g_hash_table_remove_all(state->waited);
}

const struct replication_protocol replication_inline = {
    .name = "inline",
    .essence = "DASH's: the first packet travels through the standby, so that whoever is connected "
               "is known",
    .state_new = inline_new,
    .state_free = inline_free,
    .on_established = established,
    .on_destroyed = destroyed,
    .on_gone = gone,
    .on_packet = packet,
    .on_datagram = datagram,
    .on_role = role,
    .deadline = deadline,
    .on_deadline = tell_again,
};
