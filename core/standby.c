#include "core/standby.h"

#include "core/director_internal.h"
#include "core/life.h"
#include "core/outbound.h"

#include <glib.h>

/* ---- what the flags say */

enum action { ACTION_CREATE, ACTION_DELETE, ACTION_REFUSE };

enum { KNOWN_FLAGS = RECORD_PM_COUNTED | RECORD_VM_COUNTED | RECORD_DELETE };

/* Of the eight combinations two are right. "lenient" believes the
 * delete flag and takes the count flags as they come. Bits without a meaning are
 * wrong in either case. */
static enum action judge(uint8_t flags, enum bad_flags bad_flags)
{
    bool is_delete = (flags & RECORD_DELETE) != 0;
    if ((flags & ~KNOWN_FLAGS) != 0)
        return ACTION_REFUSE;
    if (flags == RECORD_DELETE || flags == (RECORD_PM_COUNTED | RECORD_VM_COUNTED)
        || bad_flags == BAD_FLAGS_LENIENT)
        return is_delete ? ACTION_DELETE : ACTION_CREATE;
    return ACTION_REFUSE;
}

static struct flow forward_key(const struct record *record)
{
    return (struct flow){record->foreign, record->virtual, record->protocol};
}

static bool pm_flag(const struct record *record)
{
    return (record->flags & RECORD_PM_COUNTED) != 0;
}

static bool vm_flag(const struct record *record)
{
    return (record->flags & RECORD_VM_COUNTED) != 0;
}

/* ---- create */

static bool agrees(const struct conn *conn, const struct conn_birth *birth)
{
    return conn->virtual == birth->virtual && conn->physical == birth->physical
           && address_equal(conn_real(conn), birth->real);
}

/* the tuple was used again, and the delete between was lost. */
static void remove_stale(struct director *director, struct conn *conn, struct effects *effects)
{
    director_note_conn(director, effects, NOTE_OVERWRITTEN, 0, conn);
    life_forget(director, conn);
}

static struct conn *make(struct director *director, const struct conn_birth *birth)
{
    struct conn *conn = conn_table_insert(director->connections, birth);
    if (conn == NULL)
        return NULL;
    conn->replica = true;
    life_enroll(director, conn);
    conn_enter(conn, CONN_ACTIVE); /* */
    return conn;
}

/* Find or create (A-06a), then figure 8. */
static enum record_refusal place(struct director *director, const struct conn_birth *birth,
                                 const struct record *record, struct conn **placed,
                                 struct effects *effects)
{
    enum note_code code = NOTE_CREATE_REFRESHED;
    struct conn *conn = conn_table_find(director->connections, &birth->flow);
    if (conn != NULL && !agrees(conn, birth)) {
        remove_stale(director, conn, effects);
        conn = NULL;
    }
    if (conn == NULL) {
        code = NOTE_CREATE_APPLIED;
        conn = make(director, birth);
    }
    if (conn == NULL) {
        director_note_unit(director, effects, NOTE_TABLE_FULL, 0);
        return REFUSAL_TABLE_FULL;
    }
    conn->last_activity = birth->now;
    conn_count(conn, pm_flag(record), vm_flag(record));
    life_rearm(director, conn);
    director_note_conn(director, effects, code, 0, conn);
    *placed = conn;
    return REFUSAL_NONE;
}

static struct outbound_pair machines_of(const struct director *director,
                                        const struct record *record)
{
    return outbound_pair(director->machines, record->virtual, record->bind_id, record->real,
                         record->protocol);
}

bool standby_knows_machines(const struct director *director, const struct record *record)
{
    return machines_of(director, record).physical != NULL;
}

static enum record_refusal create(struct director *director, nstime now,
                                  const struct record *record, struct conn **placed,
                                  struct effects *effects)
{
    struct conn_birth birth = {
        .flow = forward_key(record),
        .real = record->real,
        .by_pointer = director->settings.conn_real == CONN_REAL_POINTER,
        .now = now,
    };
    struct outbound_pair pair = machines_of(director, record);
    if (pair.physical == NULL)
        return REFUSAL_UNKNOWN_MACHINE; /* */
    birth.virtual = pair.virtual;
    birth.physical = pair.physical;
    return place(director, &birth, record, placed, effects);
}

/* ---- delete */

/* by foreign and real address; of several, the one whose virtual part
 * fits; if none fits, the only one there is. */
struct conn *standby_find(const struct director *director, const struct record *record)
{
    const struct conn_table *connections = director->connections;
    struct flow reverse = {record->foreign, record->real, record->protocol};
    struct conn *first = conn_table_find_reverse(connections, &reverse);
    struct conn *conn = first;
    while (conn != NULL && !address_equal(conn->local, record->virtual))
        conn = conn_table_next_reverse(connections, conn);
    if (conn != NULL || first == NULL)
        return conn;
    return conn_table_next_reverse(connections, first) == NULL ? first : NULL;
}

void standby_delete(struct director *director, struct conn *conn, struct effects *effects)
{
    g_assert(director->group.role == ROLE_STANDBY);
    director_note_conn(director, effects, NOTE_DELETE_APPLIED, 0, conn);
    life_forget(director, conn); /* counts down first: A-03 */
}

static void delete(struct director *director, const struct record *record,
                   struct effects *effects)
{
    struct conn *conn = standby_find(director, record);
    if (conn == NULL) { /* */
        struct note note = {
            .code = NOTE_DELETE_UNKNOWN, .flow = forward_key(record), .real = record->real};
        director_note(director, effects, &note);
        return;
    }
    standby_delete(director, conn, effects);
}

/* ---- */

static void answer_for(struct director *director, enum record_refusal refusal,
                       const struct record *record, struct effects *effects)
{
    if (refusal == REFUSAL_NONE)
        director_accept(director);
    else
        director_refuse(director, effects, refusal, record);
}

struct conn *standby_create(struct director *director, nstime now, const struct record *record,
                            struct effects *effects)
{
    struct conn *conn = NULL;
    g_assert(director->group.role == ROLE_STANDBY);
    answer_for(director, create(director, now, record, &conn, effects), record, effects);
    return conn;
}

bool standby_apply(struct director *director, nstime now, const struct record *record,
                   struct effects *effects)
{
    g_assert(director->group.role == ROLE_STANDBY);
    enum record_refusal refusal = REFUSAL_NONE;
    struct conn *conn;
    enum action action = judge(record->flags, director->settings.bad_flags);
    switch (action) {
    case ACTION_CREATE: refusal = create(director, now, record, &conn, effects); break;
    case ACTION_DELETE: delete(director, record, effects); break;
    case ACTION_REFUSE: refusal = REFUSAL_BAD_FLAGS; break;
    }
    answer_for(director, refusal, record, effects);
    return refusal == REFUSAL_NONE && action == ACTION_CREATE;
}

/* Both are looked up only when both were applied: the second may name the first's tuple
 * with another machine, and so have taken its place. */
void standby_apply_buddies(struct director *director, nstime now, const struct record records[2],
                           struct effects *effects)
{
    bool first = standby_apply(director, now, &records[0], effects);
    bool second = standby_apply(director, now, &records[1], effects);
    if (!first || !second)
        return;
    struct flow keys[2] = {forward_key(&records[0]), forward_key(&records[1])};
    struct conn *conn = conn_table_find(director->connections, &keys[0]);
    struct conn *buddy = conn_table_find(director->connections, &keys[1]);
    if (conn != buddy)
        life_link(director, now, conn, buddy, effects);
}

void standby_age_out(struct director *director, struct conn *conn, struct effects *effects)
{
    g_assert(director->group.role == ROLE_STANDBY);
    director_note_conn(director, effects, NOTE_AGED_OUT, 0, conn);
    life_forget(director, conn);
}
