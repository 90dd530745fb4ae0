#include "core/pfsync_receive.h"

#include "core/life.h"
#include "core/pfsync_bulk.h"
#include "core/pfsync_state.h"
#include "core/standby.h"

/* ---- states come to be */

static struct record create_of(const struct pfsync_message *message)
{
    const struct pfsync_state *state = &message->state;
    return (struct record){
        .real = state->real,
        .foreign = state->foreign,
        .virtual = state->virtual,
        .bind_id = (uint16_t)state->rule,
        .protocol = state->protocol,
        .flags = RECORD_PM_COUNTED | RECORD_VM_COUNTED,
    };
}

/* pf_state_key_attach: a state at its end gives way to one of its key, another one stays. */
static bool make_room(struct director *director, const struct record *record,
                      struct effects *effects)
{
    struct flow flow = {record->foreign, record->virtual, record->protocol};
    struct conn *conn = conn_table_find(director->connections, &flow);
    if (conn == NULL)
        return true;
    if (pfsync_timeout_of(conn) != PFSYNC_TCP_CLOSED)
        return false;
    if (!standby_knows_machines(director, record))
        return true; /* it will be refused */
    director_note_conn(director, effects, NOTE_OVERWRITTEN, 0, conn);
    life_forget(director, conn);
    return true;
}

/* What follows from levels that are another's: a conn that is at its end, or its time-out. */
static void settle(struct director *director, struct pfsync *pfsync, nstime now,
                   struct conn *conn)
{
    pfsync_entry(pfsync, conn)->timeout = (uint8_t)pfsync_timeout_of(conn);
    if (conn->state == CONN_ACTIVE && conn_is_closing(conn))
        conn_enter(conn, CONN_CLOSING);
    conn->last_activity = now;
    life_rearm(director, conn);
}

/* pfsync_state_import. */
static void import(struct director *director, struct pfsync *pfsync, nstime now,
                   const struct pfsync_message *message, struct effects *effects)
{
    struct record record = create_of(message);
    if (!pfsync_is_name(message->id) || !make_room(director, &record, effects)) {
        director_refuse(director, effects, REFUSAL_EXISTS, &record);
        return;
    }
    struct conn *conn = standby_create(director, now, &record, effects);
    if (conn == NULL)
        return;
    pfsync_name(pfsync, conn, message->id);
    struct pfsync_entry *entry = pfsync_entry(pfsync, conn);
    entry->outbound = message->state.outbound;
    entry->peer_at = now;
    pfsync_learn(conn, entry->outbound ? SIDE_INSIDE : SIDE_OUTSIDE, message, false);
    settle(director, pfsync, now, conn);
    if (!message->state.wants_ack)
        return;
    pfsync_enqueue(director, pfsync, conn, PFSYNC_INSERT_ACKS, effects);
    pfsync_push(director, pfsync, pfsync_bucket_of(director, pfsync, entry), effects);
}

static void insert(struct director *director, struct pfsync *pfsync, nstime now,
                   const struct pfsync_message *message, struct effects *effects)
{
    struct record record = create_of(message);
    if (pfsync_find(director, pfsync, message->id) != NULL)
        director_refuse(director, effects, REFUSAL_EXISTS, &record);
    else
        import(director, pfsync, now, message, effects);
}

/* ---- and move on */

/* Whoever is told what he knows better says so at once. */
static void learn(struct director *director, struct pfsync *pfsync, nstime now,
                  struct conn *conn, const struct pfsync_message *message,
                  struct effects *effects)
{
    struct pfsync_entry *entry = pfsync_entry(pfsync, conn);
    bool overwrites = director->settings.pfsync_stale == STALE_OVERWRITE;
    enum side source = entry->outbound ? SIDE_INSIDE : SIDE_OUTSIDE;
    unsigned stale = pfsync_learn(conn, source, message, overwrites);
    entry->peer_at = now;
    director_accept(director);
    settle(director, pfsync, now, conn);
    if (stale == 0)
        return;
    pfsync_update(director, pfsync, now, conn, effects);
    pfsync_push(director, pfsync, pfsync_bucket_of(director, pfsync, entry), effects);
}

/* A full update makes what is not there; a short one asks for it. */
static void update(struct director *director, struct pfsync *pfsync, nstime now,
                   const struct pfsync_message *message, struct effects *effects)
{
    struct conn *conn = pfsync_find(director, pfsync, message->id);
    if (conn != NULL)
        learn(director, pfsync, now, conn, message, effects);
    else if (message->action == PFSYNC_UPD)
        import(director, pfsync, now, message, effects);
    else
        pfsync_request(director, pfsync, message->id, effects);
}

static void delete(struct director *director, struct pfsync *pfsync,
                   const struct pfsync_message *message, struct effects *effects)
{
    struct conn *conn = pfsync_find(director, pfsync, message->id);
    director_accept(director);
    if (conn != NULL)
        standby_delete(director, conn, effects);
    else
        director_note_unit(director, effects, NOTE_DELETE_UNKNOWN, 0);
}

/* ---- answers */

/* pfsync_update_state_req: what waits to be told in full already need not be told twice. */
static void answer(struct director *director, struct pfsync *pfsync, nstime now,
                   const struct pfsync_message *message, struct effects *effects)
{
    struct conn *conn = pfsync_find(director, pfsync, message->id);
    if (message->id.id == 0 && message->id.creator == 0) {
        pfsync_bulk_asked(director, pfsync, now, effects);
        return;
    }
    if (conn == NULL || !conn->virtual->replicate)
        return;
    struct pfsync_entry *entry = pfsync_entry(pfsync, conn);
    if (entry->queue == PFSYNC_INSERTS || entry->queue == PFSYNC_UPDATES)
        return;
    pfsync_enqueue(director, pfsync, conn, PFSYNC_UPDATES, effects);
    pfsync_push(director, pfsync, pfsync_bucket_of(director, pfsync, entry), effects);
}

static void let_go(struct director *director, struct pfsync *pfsync,
                   const struct pfsync_message *message, struct effects *effects)
{
    struct conn *conn = pfsync_find(director, pfsync, message->id);
    if (conn != NULL)
        pfsync_undefer(director, pfsync, conn, effects);
}

static void take_answer(struct director *director, struct pfsync *pfsync, nstime now,
                        const struct pfsync_message *message, struct effects *effects)
{
    switch (message->action) {
    case PFSYNC_UPD_REQ: answer(director, pfsync, now, message, effects); break;
    case PFSYNC_INS_ACK:
    case PFSYNC_UPD:
    case PFSYNC_UPD_C: let_go(director, pfsync, message, effects); break;
    default: g_assert_not_reached();
    }
}

static void take_state(struct director *director, struct pfsync *pfsync, nstime now,
                       const struct pfsync_message *message, struct effects *effects)
{
    switch (message->action) {
    case PFSYNC_INS: insert(director, pfsync, now, message, effects); break;
    case PFSYNC_UPD:
    case PFSYNC_UPD_C: update(director, pfsync, now, message, effects); break;
    case PFSYNC_DEL_C: delete(director, pfsync, message, effects); break;
    case PFSYNC_BUS: pfsync_bulk_told(director, pfsync, now, message, effects); break;
    default: g_assert_not_reached();
    }
}

/* A standby is told of states. An active unit's own table knows better: it is asked, and
 * answered. */
static enum record_refusal judge_role(const struct director *director,
                                      const struct pfsync_message *message)
{
    bool answers = message->action == PFSYNC_UPD_REQ || message->action == PFSYNC_INS_ACK;
    bool either = message->action == PFSYNC_UPD || message->action == PFSYNC_UPD_C;
    if (director->group.role == ROLE_STANDBY)
        return answers ? REFUSAL_NOT_ACTIVE : REFUSAL_NONE;
    return answers || either ? REFUSAL_NONE : REFUSAL_NOT_STANDBY;
}

void pfsync_datagram(struct director *director, struct pfsync *pfsync, nstime now,
                     uint32_t source_ip, const uint8_t *bytes, size_t length,
                     struct effects *effects)
{
    struct pfsync_message messages[PFSYNC_MESSAGES_MAX];
    unsigned count;
    enum record_refusal refusal = pfsync_decode(bytes, length, messages, &count);
    for (unsigned i = 0; i < count && refusal == REFUSAL_NONE; i++)
        refusal = judge_role(director, &messages[i]);
    if (refusal != REFUSAL_NONE) {
        director_refuse(director, effects, refusal, NULL);
        return;
    }
    pfsync->peer_ip = source_ip;
    for (unsigned i = 0; i < count; i++) {
        if (director->group.role == ROLE_STANDBY)
            take_state(director, pfsync, now, &messages[i], effects);
        else
            take_answer(director, pfsync, now, &messages[i], effects);
    }
}
