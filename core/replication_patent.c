/* The protocol "patent" (figures 5 to 8): one record in one datagram for each
 * connection that is established, and one for each of these that ends. The wire
 * picture is core/record.h's.
 *
 * There is no acknowledgement, no repetition, no sequence number and no timer
 * a lost create is a connection that a takeover loses, a lost delete
 * is a ghost, and a delete that overtakes its create leaves one (A-06c). */
#include "core/director_internal.h"
#include "core/record.h"
#include "core/standby.h"

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

/* with nobody to hear it, a record is not sent, and nothing else changes.
 * Before the peer was ever missed, it is held to be there. Returns whether it went. */
static bool send(struct director *director, const struct conn *conn, uint8_t flags,
                 struct effects *effects)
{
    bool is_delete = (flags & RECORD_DELETE) != 0;
    if (!detect_has_standby(director)) {
        director_note_conn(director, effects, NOTE_UNSENT, is_delete, conn);
        return false;
    }
    uint8_t bytes[RECORD_DATAGRAM_MAX];
    struct record record = record_of(conn, flags);
    size_t length = record_encode(&record, 1, bytes);
    director_note_conn(director, effects, is_delete ? NOTE_DELETE_SENT : NOTE_CREATE_SENT, 0,
                       conn);
    director_send(director, effects, CHANNEL_REPLICATION, bytes, length);
    return true;
}

/* Figure 6A. */
static void established(struct director *director, void *state, nstime now, struct conn *conn,
                        struct effects *effects)
{
    (void)state;
    (void)now;
    uint8_t flags = (conn->pm_counted ? RECORD_PM_COUNTED : 0)
                    | (conn->vm_counted ? RECORD_VM_COUNTED : 0);
    conn->create_sent = send(director, conn, flags, effects);
}

/* Figure 6B. */
static void destroyed(struct director *director, void *state, nstime now, struct conn *conn,
                      struct effects *effects)
{
    (void)state;
    (void)now;
    send(director, conn, RECORD_DELETE, effects);
}

/* Figure 7. A second record would be a buddy's, which is not built: half of
 * what was said must not be taken for the whole. */
static void datagram(struct director *director, void *state, nstime now, const uint8_t *bytes,
                     size_t length, struct effects *effects)
{
    (void)state;
    struct record records[RECORD_COUNT_MAX];
    unsigned count = 0;
    enum record_refusal refusal = REFUSAL_NONE;
    if (director->role != ROLE_STANDBY) /* */
        refusal = REFUSAL_NOT_STANDBY;
    else
        refusal = record_decode(bytes, length, records, &count);
    if (refusal == REFUSAL_NONE && count > 1)
        refusal = REFUSAL_BUDDY;
    if (refusal == REFUSAL_NONE)
        standby_apply(director, now, &records[0], effects);
    else
        director_refuse(director, effects, refusal, count > 0 ? &records[0] : NULL);
}

const struct replication_protocol replication_patent = {
    .name = "patent",
    .on_established = established,
    .on_destroyed = destroyed,
    .on_datagram = datagram,
};
