/* The protocol "understudy": the standby mirrors the active's table, not its events.
 *
 * Every slot of the active's connection table has a version and is either full or empty. A
 * record says "slot i, version v, now holds X"; the higher version of a slot stays, and of two
 * slots with one tuple what was sent last, so that records may be lost, doubled and reordered.
 * Datagrams are numbered and acknowledged by a bitmap; what is not answered in three round trips,
 * or was overtaken by two that were, makes its slots due again with what they hold then. The
 * wire is core/understudy_wire.h's; why each part is there, core/UNDERSTUDY.md says.
 *
 *   active                                          standby
 *     | create: at once, or a quarter of a            |
 *     | round trip behind the datagram before         |
 *     |------- data 7: slots, and deletes ----------->|  half a round trip later,
 *     |<------ ack: all to 5, and 7 ------------------|  for all that came meanwhile
 *     | 6 is due again                                |
 *     |------- data 8: the slots of 6 --------------->|
 *     | each digest-interval                          |
 *     |------- digest: 64 pages, settled ones ------->|
 *     |<------ verdict: which differ -----------------|
 *     | their slots are due again                     |
 *
 * Timers: creates (above); a delete leaves with the next datagram, at the latest after
 * delete-delay; three round trips for an answer, and up to three more while none comes; behind
 * so many datagrams without one (blackout) one goes at a time, with what it has room for; the
 * digest. A standby that joins is told slot after slot at join-rate, then digests follow each
 * other until none differs.
 *
 * Rings of buddies are not mirrored: after a takeover each of them lives by itself. */
#include "core/conn_table.h"
#include "core/director_internal.h"
#include "core/life.h"
#include "core/standby.h"
#include "core/understudy_receiver.h"
#include "core/understudy_teller.h"

#include <glib.h>

/* A sequence number behind which another epoch begins, long before they run out. */
#define SEQUENCE_LAST (UINT32_MAX / 2)
#define BITS_IN_MBIT 1000000

struct understudy {
    const struct director *director;
    struct teller teller;
    struct receiver receiver;
};

static struct teller_pace pace_of(const struct director *director)
{
    const struct settings *settings = &director->settings;
    return (struct teller_pace){settings->round_trip, settings->blackout, settings->delete_delay,
                                settings->digest_interval,
                                (uint64_t)settings->join_rate * BITS_IN_MBIT,
                                settings->understudy_without};
}

static void *understudy_new(const struct director *director)
{
    struct understudy *understudy = g_new0(struct understudy, 1);
    understudy->director = director;
    teller_init(&understudy->teller);
    receiver_init(&understudy->receiver);
    return understudy;
}

static void understudy_free(void *state)
{
    struct understudy *understudy = state;
    teller_free(&understudy->teller);
    receiver_free(&understudy->receiver);
    g_free(understudy);
}

/* ---- the active: what goes out */

static struct record record_of(const struct conn *conn)
{
    return (struct record){
        .real = conn_real(conn),
        .foreign = conn->foreign,
        .virtual = conn->local,
        .bind_id = conn->virtual->id.bind_id,
        .protocol = conn->protocol,
        .flags = RECORD_PM_COUNTED | RECORD_VM_COUNTED,
    };
}

static void send(struct director *director, const struct understudy_message *message,
                 struct effects *effects)
{
    uint8_t bytes[UNDERSTUDY_DATAGRAM_MAX];
    director_send(director, effects, CHANNEL_REPLICATION, bytes,
                  understudy_encode(message, bytes));
}

static void note_record(struct director *director, const struct teller *teller,
                        const struct slot_record *slot, struct effects *effects)
{
    struct note note = {
        .code = slot->full ? NOTE_CREATE_SENT : NOTE_DELETE_SENT,
        .detail = slot->again ? RECORD_COPY_ANOTHER : 0,
        .tag = teller_slot(teller, slot->slot)->tag,
        .flow = {slot->record.foreign, slot->record.virtual, slot->record.protocol},
        .real = slot->record.real,
    };
    director_note(director, effects, &note);
}

static void send_data(struct director *director, struct understudy *understudy, nstime now,
                      const struct teller_pace *pace, struct effects *effects)
{
    struct understudy_message message = {.kind = UNDERSTUDY_KIND_DATA};
    while (teller_next(&understudy->teller, now, pace, &message.data)) {
        for (unsigned i = 0; i < message.data.count; i++)
            note_record(director, &understudy->teller, &message.data.records[i], effects);
        send(director, &message, effects);
    }
}

/* Everything that is due, while there is somebody to hear it. */
static void flush(struct director *director, struct understudy *understudy, nstime now,
                  struct effects *effects)
{
    struct teller_pace pace = pace_of(director);
    if (director->group.role != ROLE_ACTIVE || !detect_has_standby(director))
        return;
    send_data(director, understudy, now, &pace, effects);
    struct understudy_message message = {.kind = UNDERSTUDY_KIND_DIGEST};
    if (teller_digest(&understudy->teller, now, &pace, &message.digest))
        send(director, &message, effects);
}

/* ---- the active: what happens */

static bool is_mirrored(const struct director *director, const struct conn *conn)
{
    return conn->virtual->replicate && life_is_established(director, conn);
}

/* What is there already, and what was made by an active unit before us. */
static void take_stock(struct director *director, struct understudy *understudy, nstime now)
{
    for (struct conn *conn = conn_table_first(director->connections); conn != NULL;
         conn = conn_table_next(director->connections, conn)) {
        const struct teller_slot *slot = teller_slot(&understudy->teller, conn->slot);
        struct record record = record_of(conn);
        if (!is_mirrored(director, conn))
            continue;
        if (slot == NULL || !slot->full)
            teller_fill(&understudy->teller, now, conn->slot, &record, conn->tag);
        conn->create_sent = true;
    }
}

static void begin(struct director *director, struct understudy *understudy, nstime now)
{
    struct teller_pace pace = pace_of(director);
    uint16_t epoch = (uint16_t)(understudy->teller.epoch + 1);
    take_stock(director, understudy, now);
    teller_begin(&understudy->teller, now, epoch, &pace);
}

static bool has_begun(const struct understudy *understudy)
{
    return understudy->teller.round_trip > 0;
}

static void established(struct director *director, void *state, nstime now, struct conn *conn,
                        struct effects *effects)
{
    struct understudy *understudy = state;
    struct record record = record_of(conn);
    if (!has_begun(understudy) || understudy->teller.next > SEQUENCE_LAST)
        begin(director, understudy, now);
    conn->create_sent = true;
    const struct teller_slot *slot = teller_slot(&understudy->teller, conn->slot);
    if (slot == NULL || !slot->full)
        teller_fill(&understudy->teller, now, conn->slot, &record, conn->tag);
    flush(director, understudy, now, effects);
}

/* On the standby: its slot of the active's has nothing here any more. */
static void lose_replica(struct receiver *receiver, const struct conn *conn)
{
    uint32_t *owner = receiver_owner(receiver, conn->slot);
    if (*owner == 0)
        return;
    struct receiver_slot *slot = receiver_slot(receiver, *owner);
    slot->conn = 0;
    slot->hash = 0;
    *owner = 0;
}

static void gone(struct director *director, void *state, struct conn *conn)
{
    struct understudy *understudy = state;
    struct teller_pace pace = pace_of(director);
    if (director->group.role == ROLE_STANDBY) {
        lose_replica(&understudy->receiver, conn);
        return;
    }
    const struct teller_slot *slot = teller_slot(&understudy->teller, conn->slot);
    if (slot != NULL && slot->full)
        teller_empty(&understudy->teller, director->now, conn->slot, &pace);
}

static void role_changed(struct director *director, void *state, nstime now,
                         struct effects *effects)
{
    struct understudy *understudy = state;
    uint16_t epoch = understudy->receiver.epoch;
    (void)effects;
    teller_free(&understudy->teller);
    teller_init(&understudy->teller);
    receiver_free(&understudy->receiver);
    receiver_init(&understudy->receiver);
    understudy->teller.epoch = epoch;
    if (director->group.role == ROLE_ACTIVE)
        begin(director, understudy, now);
}

static void new_standby(struct director *director, void *state, nstime now,
                        struct effects *effects)
{
    struct understudy *understudy = state;
    begin(director, understudy, now);
    flush(director, understudy, now, effects);
}

/* ---- the standby */

static bool lacks(const struct director *director, enum understudy_part part)
{
    return director->settings.understudy_without == part;
}

/* Who else says what stands in this tuple, and said it later? */
static bool is_superseded(struct receiver *receiver, const struct conn *conn, uint32_t slot,
                          uint32_t sequence)
{
    uint32_t owner = conn != NULL ? *receiver_owner(receiver, conn->slot) : 0;
    return owner != 0 && owner != slot && receiver_slot(receiver, owner)->sequence > sequence;
}

static struct conn *conn_of_tuple(const struct director *director, const struct record *record)
{
    struct flow flow = {record->foreign, record->virtual, record->protocol};
    return conn_table_find(director->connections, &flow);
}

/* It stands in the table, or what stands there was said later; false: it was refused, and the
 * next digest asks for it again. */
static bool fill(struct director *director, struct receiver *receiver, nstime now,
                 const struct slot_record *told, uint32_t sequence, struct effects *effects)
{
    struct conn *conn = conn_of_tuple(director, &told->record);
    if (!lacks(director, UNDERSTUDY_VERSIONS)
        && is_superseded(receiver, conn, told->slot, sequence))
        return true;
    conn = standby_create(director, now, &told->record, effects);
    if (conn == NULL)
        return false;
    lose_replica(receiver, conn); /* another slot's, until now */
    receiver_slot(receiver, told->slot)->conn = conn->slot;
    *receiver_owner(receiver, conn->slot) = told->slot;
    return true;
}

static bool is_news(const struct director *director, const struct receiver_slot *slot,
                    const struct slot_record *told)
{
    int16_t later = (int16_t)(uint16_t)(told->version - slot->version);
    return slot->version == 0 || lacks(director, UNDERSTUDY_VERSIONS) || later > 0
           || (later == 0 && slot->hash != understudy_hash(told));
}

/* What stood in the slot goes, unless it is what is said again. */
static void clear(struct director *director, struct receiver_slot *slot,
                  const struct slot_record *told, struct effects *effects)
{
    struct conn *conn = conn_table_at(director->connections, slot->conn);
    if (conn != NULL && !(told->full && conn == conn_of_tuple(director, &told->record)))
        standby_delete(director, conn, effects);
}

/* A slot that this unit's own table could not have would make room for nothing, up to gigabytes
 * of it. */
static void apply(struct director *director, struct receiver *receiver, nstime now,
                  const struct slot_record *told, uint32_t sequence, struct effects *effects)
{
    if (told->slot > conn_table_max(director->connections)) {
        if (told->full)
            director_refuse(director, effects, REFUSAL_TABLE_FULL, &told->record);
        return;
    }
    struct receiver_slot *slot = receiver_slot(receiver, told->slot);
    if (!is_news(director, slot, told))
        return;
    clear(director, slot, told, effects);
    slot->version = told->version;
    slot->sequence = sequence;
    slot->hash = 0;
    if (told->full && fill(director, receiver, now, told, sequence, effects))
        slot->hash = understudy_hash(told);
}

/* Another epoch begins with a datagram that says so: others may be of one that is over. What
 * the one before told goes, for nobody will delete it. */
static bool follow(struct director *director, struct receiver *receiver, uint32_t source_ip,
                   const struct understudy_data *data, struct effects *effects)
{
    if (receiver->begun && receiver->epoch == data->epoch)
        return true;
    if (!data->first)
        return false;
    for (struct conn *conn = conn_table_first(director->connections), *next; conn != NULL;
         conn = next) {
        next = conn_table_next(director->connections, conn);
        if (*receiver_owner(receiver, conn->slot) != 0)
            standby_delete(director, conn, effects);
    }
    receiver_begin(receiver, data->epoch, source_ip);
    return true;
}

static bool hear_data(struct director *director, struct receiver *receiver, nstime now,
                      uint32_t source_ip, const struct understudy_data *data,
                      struct effects *effects)
{
    nstime ack_delay = director->settings.round_trip / 2;
    if (!follow(director, receiver, source_ip, data, effects)
        || !receiver_take(receiver, now, data, ack_delay))
        return false;
    for (unsigned i = 0; i < data->count; i++)
        apply(director, receiver, now, &data->records[i], data->sequence, effects);
    return true;
}

static void reply(struct director *director, uint32_t peer_ip,
                  const struct understudy_message *message, struct effects *effects)
{
    uint8_t bytes[UNDERSTUDY_DATAGRAM_MAX];
    director_send_to(director, effects, peer_ip, bytes, understudy_encode(message, bytes));
}

static bool hear_digest(struct director *director, const struct receiver *receiver,
                        const struct understudy_digest *digest, struct effects *effects)
{
    if (!receiver->begun || receiver->epoch != digest->epoch)
        return false;
    struct understudy_message message = {.kind = UNDERSTUDY_KIND_VERDICT,
                                         .verdict = receiver_compare(receiver, digest)};
    reply(director, receiver->active_ip, &message, effects);
    return true;
}

/* ---- both */

static bool hear(struct director *director, struct understudy *understudy, nstime now,
                 uint32_t source_ip, const struct understudy_message *message,
                 struct effects *effects)
{
    struct teller_pace pace = pace_of(director);
    struct receiver *receiver = &understudy->receiver;
    switch (message->kind) {
    case UNDERSTUDY_KIND_FIRST_DATA:
    case UNDERSTUDY_KIND_DATA:
        return hear_data(director, receiver, now, source_ip, &message->data, effects);
    case UNDERSTUDY_KIND_DIGEST:
        return hear_digest(director, receiver, &message->digest, effects);
    case UNDERSTUDY_KIND_ACK:
        return teller_ack(&understudy->teller, now, &message->ack, &pace);
    case UNDERSTUDY_KIND_VERDICT:
        return teller_verdict(&understudy->teller, now, &message->verdict);
    }
    return false;
}

/* Data and digests are for a standby, their answers for an active unit. */
static enum record_refusal judge_role(const struct director *director,
                                      const struct understudy_message *message)
{
    bool to_standby = message->kind != UNDERSTUDY_KIND_ACK
                      && message->kind != UNDERSTUDY_KIND_VERDICT;
    if (to_standby == (director->group.role == ROLE_STANDBY))
        return REFUSAL_NONE;
    return to_standby ? REFUSAL_NOT_STANDBY : REFUSAL_NOT_ACTIVE;
}

static void datagram(struct director *director, void *state, nstime now, uint32_t source_ip,
                     const uint8_t *bytes, size_t length, struct effects *effects)
{
    struct understudy *understudy = state;
    struct understudy_message message;
    enum record_refusal refusal = understudy_decode(bytes, length, &message);
    if (refusal == REFUSAL_NONE)
        refusal = judge_role(director, &message);
    if (refusal == REFUSAL_NONE
        && !hear(director, understudy, now, source_ip, &message, effects))
        refusal = REFUSAL_STALE;
    if (refusal != REFUSAL_NONE)
        director_refuse(director, effects, refusal, NULL);
    else
        flush(director, understudy, now, effects);
}

static nstime deadline(const void *state)
{
    const struct understudy *understudy = state;
    const struct director *director = understudy->director;
    struct teller_pace pace = pace_of(director);
    if (director->group.role == ROLE_STANDBY)
        return understudy->receiver.ack_at;
    return has_begun(understudy) && detect_has_standby(director)
               ? teller_deadline(&understudy->teller, &pace)
               : NSTIME_NEVER;
}

static void time_came(struct director *director, void *state, nstime now,
                      struct effects *effects)
{
    struct understudy *understudy = state;
    struct receiver *receiver = &understudy->receiver;
    if (receiver->ack_at <= now) {
        struct understudy_message message = {.kind = UNDERSTUDY_KIND_ACK,
                                             .ack = receiver_ack(receiver)};
        if (lacks(director, UNDERSTUDY_BITMAP))
            message.ack.bitmap = 0;
        reply(director, receiver->active_ip, &message, effects);
    }
    flush(director, understudy, now, effects);
}

const struct replication_protocol replication_understudy = {
    .name = "understudy",
    .essence = "ours: the standby mirrors the table, by versions, bitmaps of acks and digests",
    .state_new = understudy_new,
    .state_free = understudy_free,
    .on_established = established,
    .on_gone = gone,
    .on_datagram = datagram,
    .on_role = role_changed,
    .on_new_standby = new_standby,
    .deadline = deadline,
    .on_deadline = time_came,
};
