#include "core/life.h"

#include "core/balance.h"
#include "core/buddy.h"
#include "core/director_internal.h"
#include "core/health.h"
#include "core/maglev.h"
#include "core/outbound.h"
#include "core/succession.h"
#include "core/translate.h"

#include <glib.h>

/* ---- opening */

/* A request looking for a machine whose reverse key is free. */
struct placement {
    const struct conn_table *connections;
    struct flow flow;
    const struct physical *avoid; /* it has had its chance, or NULL */
    bool *collided;
};

struct address life_real_address(const struct physical *physical, struct address virtual)
{
    uint16_t port = physical->id.port != 0 ? physical->id.port : virtual.port;
    return (struct address){physical->id.ip, port};
}

static bool is_free(const void *context, const struct physical *physical)
{
    const struct placement *placement = context;
    if (physical == placement->avoid)
        return false;
    struct flow reverse = placement->flow;
    reverse.local = life_real_address(physical, placement->flow.local);
    if (conn_table_find_reverse(placement->connections, &reverse) == NULL)
        return true;
    *placement->collided = true;
    return false;
}

static struct physical *choose(struct director *director, nstime now, struct virtual *virtual,
                               const struct flow *flow, const struct physical *avoid,
                               enum drop_reason *reason)
{
    bool collided = false;
    struct placement placement = {director->connections, *flow, avoid, &collided};
    if (virtual->out_of_service) {
        *reason = DROP_OUT_OF_SERVICE;
        return NULL;
    }
    struct physical *physical = sticky_machine(director->sticky, now, virtual, flow->foreign.ip);
    if (physical != NULL && (!physical_available(physical) || !is_free(&placement, physical)))
        physical = NULL;
    if (physical == NULL && virtual->predictor == PREDICTOR_MAGLEV)
        physical = maglev_choose(virtual, flow, is_free, &placement);
    if (physical == NULL)
        physical = balance_choose(virtual, is_free, &placement);
    if (physical == NULL)
        *reason = collided ? DROP_COLLISION : DROP_NO_MACHINE;
    return physical;
}

struct physical *life_choose_by_table(const struct director *director, struct virtual *virtual,
                                      const struct flow *flow)
{
    bool collided = false;
    struct placement placement = {director->connections, *flow, NULL, &collided};
    struct physical *physical = maglev_machine(virtual, flow);
    return physical != NULL && is_free(&placement, physical) ? physical : NULL;
}

void life_enroll(struct director *director, struct conn *conn)
{
    ftp_add(director->ftp, conn);
    sticky_hold(director->sticky, director->now, conn);
}

/* R-606 (a). */
static void link_data(struct director *director, nstime now, struct conn *conn,
                      struct effects *effects)
{
    struct conn *control = ftp_control_of(director->ftp, director->connections, conn);
    if (control != NULL)
        life_link(director, now, conn, control, effects);
}

struct conn *life_make(struct director *director, struct conn_birth birth,
                       enum drop_reason *reason, struct effects *effects)
{
    birth.by_pointer = director->settings.conn_real == CONN_REAL_POINTER;
    struct conn *conn = conn_table_insert(director->connections, &birth);
    if (conn == NULL) {
        director_note_unit(director, effects, NOTE_TABLE_FULL, 0);
        *reason = DROP_TABLE_FULL;
        return NULL;
    }
    life_enroll(director, conn);
    conn_count(conn, true, true);
    life_rearm(director, conn);
    director_note_conn(director, effects, NOTE_OPENED, 0, conn);
    link_data(director, birth.now, conn, effects);
    return conn;
}

struct conn *life_open(struct director *director, nstime now, struct virtual *virtual,
                       const struct packet *request, enum drop_reason *reason,
                       struct effects *effects)
{
    struct flow flow = translate_key(SIDE_OUTSIDE, request);
    struct physical *physical = choose(director, now, virtual, &flow, NULL, reason);
    if (physical == NULL)
        return NULL;
    struct conn_birth birth = {
        .flow = flow,
        .real = life_real_address(physical, flow.local),
        .virtual = virtual,
        .physical = physical,
        .tag = request->tag,
        .now = now,
    };
    struct conn *conn = life_make(director, birth, reason, effects);
    if (conn != NULL)
        health_given(conn);
    return conn;
}

/* Nothing is chosen: the machine is who asks. Its weight and limits are for what others
 * want of it, but it is counted, so that balancing sees it (fact F-212). */
struct conn *life_open_outbound(struct director *director, nstime now,
                                const struct physical *owner, const struct packet *request,
                                enum drop_reason *reason, struct effects *effects)
{
    const struct virtual *as = owner->appears_as;
    struct flow flow = translate_key(SIDE_INSIDE, request);
    struct address real = flow.local;
    bool taken = conn_table_find_reverse(director->connections, &flow) != NULL;
    flow.local = outbound_address(owner, real);
    struct outbound_pair pair = outbound_pair(director->machines, flow.local, as->id.bind_id,
                                              real, flow.protocol);
    g_assert(pair.virtual != NULL && pair.physical != NULL);
    if (taken || conn_table_find(director->connections, &flow) != NULL) {
        *reason = DROP_COLLISION; /* another conn has this client's port */
        return NULL;
    }
    if (pair.virtual->out_of_service) {
        *reason = DROP_OUT_OF_SERVICE;
        return NULL;
    }
    struct conn_birth birth = {
        .flow = flow,
        .real = real,
        .virtual = pair.virtual,
        .physical = pair.physical,
        .from_inside = true,
        .tag = request->tag,
        .now = now,
    };
    return life_make(director, birth, reason, effects);
}

void life_move(struct director *director, struct conn *conn, struct physical *physical,
               struct address real)
{
    conn_count(conn, false, conn->vm_counted);
    ftp_remove(director->ftp, director->connections, conn); /* it knows pairs by the machine */
    conn_table_move(director->connections, conn, physical, real);
    life_enroll(director, conn);
    conn_count(conn, true, conn->vm_counted);
}

/* Each request counts to its machine while it waits there, and to the virtual machine
 * throughout. */
bool life_ditch(struct director *director, nstime now, struct conn *conn,
                enum ditch_reason reason, struct effects *effects)
{
    g_assert(conn->state == CONN_SYN_SEEN);
    struct flow flow = conn_forward_key(conn);
    enum drop_reason unused;
    health_ditched(director, now, conn, reason, effects);
    conn->syn_resends = 0;
    struct physical *physical =
        choose(director, now, conn->virtual, &flow, conn->physical, &unused);
    if (physical == NULL)
        return false;
    health_left(conn);
    life_move(director, conn, physical, life_real_address(physical, flow.local));
    health_given(conn);
    director_note_conn(director, effects, NOTE_REASSIGNED, 0, conn);
    return true;
}

/* ---- established, ended */

void life_establish(struct director *director, nstime now, struct conn *conn,
                    struct effects *effects)
{
    bool answered = conn->state == CONN_SYNACK_SEEN; /* not so under "active_on syn" */
    conn_enter(conn, CONN_ACTIVE);
    life_rearm(director, conn);
    director_note_conn(director, effects, NOTE_ESTABLISHED, 0, conn);
    if (answered)
        health_established(director, now, conn, effects);
    life_announce(director, now, conn, effects);
}

void life_announce(struct director *director, nstime now, struct conn *conn,
                   struct effects *effects)
{
    conn->told = succession_standby(director)->hellos;
    if (conn->virtual->replicate && director->protocol->on_established != NULL)
        director->protocol->on_established(director, director->protocol_state, now, conn,
                                           effects);
}

/* the bit says whether this standby was told of the conn; "always" is figure
 * 6B to the letter. A standby tells nobody anything, nor does a unit that steps down. */
static bool delete_is_due(const struct director *director, const struct conn *conn)
{
    return director->group.role == ROLE_ACTIVE && director->protocol->on_destroyed != NULL
           && (conn->create_sent || director->settings.delete_send == DELETE_ALWAYS);
}

void life_end(struct director *director, nstime now, struct conn *conn, enum end_reason reason,
              struct effects *effects)
{
    director_note_conn(director, effects, NOTE_ENDED, reason, conn);
    if (delete_is_due(director, conn))
        director->protocol->on_destroyed(director, director->protocol_state, now, conn, effects);
    life_forget(director, conn);
}

void life_forget(struct director *director, struct conn *conn)
{
    if (director->protocol->on_gone != NULL)
        director->protocol->on_gone(director, director->protocol_state, conn);
    health_left(conn);
    bulk_forget(director, conn);
    sticky_release(director->sticky, conn,
                   director->group.role == ROLE_STANDBY ? director->now : conn->last_activity);
    buddy_leave(director->connections, conn); /* */
    ftp_remove(director->ftp, director->connections, conn);
    conn_count(conn, false, false);
    conn_table_remove(director->connections, conn);
}

void life_end_idle(struct director *director, nstime now, struct conn *conn,
                   struct effects *effects)
{
    struct conn *buddy;
    while ((buddy = buddy_next(director->connections, conn)) != NULL)
        life_end(director, now, buddy, END_IDLE, effects);
    life_end(director, now, conn, END_IDLE, effects);
}

/* ---- buddies */

void life_link(struct director *director, nstime now, struct conn *conn, struct conn *buddy,
               struct effects *effects)
{
    if (buddy_are(director->connections, conn, buddy))
        return;
    buddy_link(director->connections, conn, buddy);
    director_note_conn(director, effects, NOTE_BUDDIES, 0, conn);
    if (conn->create_sent && buddy->create_sent && director->protocol->on_linked != NULL)
        director->protocol->on_linked(director, director->protocol_state, now, conn, buddy,
                                      effects);
}

/* ---- how long it lives */

static nstime later(nstime from, nstime by)
{
    return by < NSTIME_NEVER - from ? from + by : NSTIME_NEVER;
}

/* A protocol that says how long conns stand says so of those that are over and half open. */
static bool has_active_span(const struct director *director)
{
    return director->protocol->active_span != NULL && director->group.role == ROLE_ACTIVE;
}

/* */
static nstime idle_span(const struct director *director, const struct conn *conn)
{
    const struct replication_protocol *protocol = director->protocol;
    if (has_active_span(director))
        return protocol->active_span(director, director->protocol_state, conn);
    if (director->group.role != ROLE_STANDBY)
        return conn->virtual->idle_time;
    return protocol->standby_span != NULL
               ? protocol->standby_span(director, director->protocol_state, conn)
               : director->settings.standby_timeout;
}

static bool is_closed(const struct director *director, const struct conn *conn)
{
    return director->group.role == ROLE_ACTIVE && conn->closed;
}

bool life_is_half_open(const struct director *director, const struct conn *conn)
{
    return director->group.role == ROLE_ACTIVE
           && (conn->state == CONN_SYN_SEEN || conn->state == CONN_SYNACK_SEEN);
}

bool life_is_established(const struct director *director, const struct conn *conn)
{
    return !conn->closed && !life_is_half_open(director, conn);
}

nstime life_delay(const struct director *director, const struct conn *conn)
{
    if (has_active_span(director))
        return idle_span(director, conn);
    return conn->virtual->direct ? MAX(conn->virtual->delay, director->settings.half_open_time)
                                 : conn->virtual->delay;
}

nstime life_deadline(const struct director *director, const struct conn *conn)
{
    nstime span = idle_span(director, conn);
    if (is_closed(director, conn))
        span = life_delay(director, conn);
    else if (life_is_half_open(director, conn) && !has_active_span(director))
        span = director->settings.half_open_time; /* fact F-605 */
    return later(conn->last_activity, span);
}

/* Neither the half-open time nor the delay is idleness: they end a conn by itself, as a
 * close does, or the leavings of dead requests would last as long as a ring. */
nstime life_ring_deadline(const struct director *director, const struct conn *conn)
{
    nstime latest = life_deadline(director, conn);
    const struct conn *other = buddy_next(director->connections, conn);
    if (other == NULL || is_closed(director, conn) || life_is_half_open(director, conn))
        return latest;
    for (; other != conn; other = buddy_next(director->connections, other))
        latest = MAX(latest, later(other->last_activity, idle_span(director, other)));
    return latest;
}

void life_rearm(struct director *director, const struct conn *conn)
{
    expiry_set(conn_table_expiry(director->connections), conn->slot,
               life_deadline(director, conn));
}

void life_rearm_all(struct director *director)
{
    struct conn_table *table = director->connections;
    struct expiry *expiry = conn_table_expiry(table);
    expiry_rebuild_begin(expiry);
    for (struct conn *conn = conn_table_first(table); conn != NULL;
         conn = conn_table_next(table, conn))
        expiry_rebuild_add(expiry, conn->slot, life_deadline(director, conn));
    expiry_rebuild_end(expiry);
}
