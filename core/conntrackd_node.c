#include "core/conntrackd_node.h"

#include "core/life.h"
#include "core/standby.h"
#include "core/succession.h"

/* cache-ct.c: what a connection is given whose time-out has passed since it was told of. */
enum { COMMIT_LEAST = 60 };

void conntrackd_init(struct conntrackd *daemon, nstime now)
{
    *daemon = (struct conntrackd){
        .entries = slot_array_of(sizeof(struct conntrackd_entry)),
        .number = (uint32_t)(now / NSTIME_S),
    };
    conntrackd_queues_init(&daemon->queues);
}

void conntrackd_clear(struct conntrackd *daemon)
{
    conntrackd_queues_clear(&daemon->queues);
    slot_array_clear(&daemon->entries);
}

static struct conntrackd_entry *entry_of(struct conntrackd *daemon, const struct conn *conn)
{
    return slot_array_at(&daemon->entries, conn->slot);
}

nstime conntrackd_span(const struct conntrackd *daemon, const struct conn *conn)
{
    const struct conntrackd_entry *entry = slot_array_look(&daemon->entries, conn->slot);
    return entry != NULL && entry->timeout > 0
               ? entry->timeout
               : conntrackd_state_timeout(conntrackd_state_of(conn), conn->virtual);
}

/* ---- events */

/* Its object, made if need be, in which case it is news in the sense of the wire. */
static struct conntrackd_object *object_of(struct conntrackd *daemon, const struct conn *conn)
{
    struct conntrackd_entry *entry = entry_of(daemon, conn);
    if (entry->object != NULL)
        return entry->object;
    struct flow flow = conn_forward_key(conn);
    conntrackd_queues_revive(&daemon->queues, &flow);
    entry->object = conntrackd_object_new(&daemon->queues);
    entry->object->slot = conn->slot;
    entry->object->message.type = CONNTRACKD_NEW;
    return entry->object;
}

void conntrackd_tell(struct conntrackd *daemon, nstime now, const struct conn *conn)
{
    conntrackd_enqueue(&daemon->queues, now, object_of(daemon, conn));
}

/* The first is a new one, the others are updates, also of what was not told of yet. */
static void tell_news(struct conntrackd *daemon, nstime now, struct conn *conn)
{
    struct conntrackd_entry *entry = entry_of(daemon, conn);
    if (entry->object != NULL)
        entry->object->message.type = CONNTRACKD_UPDATE;
    conntrackd_tell(daemon, now, conn);
    conn->create_sent = true;
}

/* A time-out that has become shorter is due earlier than the table thinks. */
static bool move(struct director *director, struct conntrackd *daemon, nstime now,
                 struct conn *conn, enum conntrackd_state state)
{
    struct conntrackd_entry *entry = entry_of(daemon, conn);
    bool is_event = state != entry->state && conn->virtual->replicate;
    nstime before = conntrackd_span(daemon, conn);
    entry->state = (uint8_t)state;
    entry->timeout = conntrackd_state_timeout(state, conn->virtual);
    if (entry->timeout < before)
        life_rearm(director, conn);
    if (is_event)
        tell_news(daemon, now, conn);
    return is_event;
}

bool conntrackd_packet(struct director *director, struct conntrackd *daemon, nstime now,
                       struct conn *conn, enum side from, const struct packet *packet)
{
    struct conntrackd_entry *entry = entry_of(daemon, conn);
    enum conntrackd_state state = entry->state;
    if (state == CONNTRACKD_NONE)
        entry->begun = now;
    if (state != CONNTRACKD_NONE)
        state = conntrackd_state_after(state, conn, now - entry->begun, from, packet);
    else if (conn->protocol == PROTOCOL_TCP && packet_is_request(packet))
        state = CONNTRACKD_SYN_SENT; /* whatever "active-on" makes of it */
    else
        state = conntrackd_state_of(conn);
    return move(director, daemon, now, conn, state);
}

bool conntrackd_established(struct director *director, struct conntrackd *daemon, nstime now,
                            struct conn *conn)
{
    enum conntrackd_state state = entry_of(daemon, conn)->state;
    return conn->virtual->direct && conn->protocol == PROTOCOL_TCP
           && state < CONNTRACKD_ESTABLISHED
           && move(director, daemon, now, conn, CONNTRACKD_ESTABLISHED);
}

static void describe(struct conntrackd *daemon, const struct conn *conn,
                     struct conntrackd_object *object)
{
    struct conntrackd_entry *entry = entry_of(daemon, conn);
    nstime seconds = conntrackd_span(daemon, conn) / NSTIME_S;
    object->tag = conn->tag;
    object->message.record = (struct record){
        .real = conn_real(conn),
        .foreign = conn->foreign,
        .virtual = conn->local,
        .bind_id = conn->virtual->id.bind_id,
        .protocol = conn->protocol,
    };
    object->message.outbound = conn->from_inside;
    object->message.state = entry->state;
    object->message.timeout = (uint32_t)MIN(seconds, UINT32_MAX);
}

void conntrackd_destroyed(struct conntrackd *daemon, nstime now, const struct conn *conn)
{
    struct conntrackd_entry *entry = entry_of(daemon, conn);
    struct flow flow = conn_forward_key(conn);
    if (entry->object == NULL)
        return;
    describe(daemon, conn, entry->object);
    conntrackd_object_die(&daemon->queues, entry->object, &flow);
    conntrackd_enqueue(&daemon->queues, now, entry->object);
    entry->object = NULL;
}

void conntrackd_gone(struct conntrackd *daemon, const struct conn *conn)
{
    struct conntrackd_entry *entry = entry_of(daemon, conn);
    if (entry->object != NULL)
        conntrackd_object_drop(&daemon->queues, entry->object);
    *entry = (struct conntrackd_entry){0};
}

/* ---- all of them */

void conntrackd_tell_all(struct director *director, struct conntrackd *daemon, nstime now)
{
    conntrackd_enqueue_dead(&daemon->queues, now);
    for (struct conn *conn = conn_table_first(director->connections); conn != NULL;
         conn = conn_table_next(director->connections, conn)) {
        if (entry_of(daemon, conn)->object != NULL)
            conntrackd_tell(daemon, now, conn);
    }
}

void conntrackd_meet(struct director *director, struct conntrackd *daemon)
{
    for (struct conn *conn = conn_table_first(director->connections); conn != NULL;
         conn = conn_table_next(director->connections, conn))
        conn->create_sent |= entry_of(daemon, conn)->object != NULL;
}

/* cache-ct.c, in whole seconds: the time-out of the latest message less its age; a minute where
 * that is less than nothing, and all of it again where nothing is left, for then the kernel is
 * told of no time-out. */
static void commit(struct director *director, struct conntrackd *daemon, nstime now,
                   struct conn *conn)
{
    struct conntrackd_entry *entry = entry_of(daemon, conn);
    nstime timeout = conntrackd_span(daemon, conn) / NSTIME_S;
    nstime left = timeout - (now - conn->last_activity) / NSTIME_S;
    if (left == 0)
        left = timeout;
    if (entry->state == CONNTRACKD_NONE) /* another protocol made it */
        entry->state = (uint8_t)conntrackd_state_of(conn);
    entry->timeout = (left < 0 ? COMMIT_LEAST : left) * NSTIME_S;
    conn->last_activity = now;
    life_rearm(director, conn);
}

void conntrackd_take_over(struct director *director, struct conntrackd *daemon, nstime now)
{
    conntrackd_queues_bury(&daemon->queues);
    for (struct conn *conn = conn_table_first(director->connections); conn != NULL;
         conn = conn_table_next(director->connections, conn)) {
        commit(director, daemon, now, conn);
        if (conn->virtual->replicate) {
            object_of(daemon, conn);
            conn->create_sent = true;
        }
    }
}

/* ---- the turn */

/* Messages that go together, and their notes behind those of the datagram before. */
struct parcel {
    uint8_t bytes[CONNTRACKD_DATAGRAM_MAX];
    size_t length;
};

static bool has_way_out(const struct director *director)
{
    return succession_standby(director)->ip != 0
           && !director->interface_down[director->settings.replication_interface];
}

/* Of a group this unit knows the one that it feeds; else who spoke last, and before that all. */
static void ship(struct director *director, const struct conntrackd *daemon,
                 struct parcel *parcel, struct effects *effects)
{
    const struct unit_peer *peers = director->config.peers;
    bool is_standby = director->group.role == ROLE_STANDBY;
    size_t length = parcel->length;
    parcel->length = 0;
    if (!has_way_out(director))
        return;
    if (!is_standby)
        director_send(director, effects, CHANNEL_REPLICATION, parcel->bytes, length);
    else if (daemon->peer_ip != 0)
        director_send_to(director, effects, daemon->peer_ip, parcel->bytes, length);
    for (unsigned i = 0; is_standby && daemon->peer_ip == 0 && i < PEERS_MAX; i++)
        if (peers[i].ip != 0)
            director_send_to(director, effects, peers[i].ip, parcel->bytes, length);
}

/* What a message makes known, or takes back. A request that nobody answered makes nothing known. */
static void note_message(struct director *director, struct conntrackd_object *object,
                         struct effects *effects)
{
    const struct conntrackd_message *message = &object->message;
    bool is_create = message->type <= CONNTRACKD_UPDATE;
    if (message->type == CONNTRACKD_CONTROL
        || (is_create && !conntrackd_state_carries(message->state)))
        return;
    struct note note = {
        .code = is_create ? NOTE_CREATE_SENT : NOTE_DELETE_SENT,
        .detail = object->copy,
        .tag = object->tag,
        .flow = {message->record.foreign, message->record.virtual, message->record.protocol},
        .real = message->record.real,
    };
    if (!has_way_out(director))
        note.code = NOTE_UNSENT;
    director_note(director, effects, &note);
    object->copy = RECORD_COPY_ANOTHER;
}

/* A state message is made anew; a control message that goes again keeps the hello it had. */
static void finish_message(struct conntrackd *daemon, struct conntrackd_message *message)
{
    uint8_t kept = message->type == CONNTRACKD_CONTROL ? message->flags : 0;
    message->flags = kept | (daemon->greets ? CONNTRACKD_HELLO : 0)
                     | (daemon->greets_back ? CONNTRACKD_HELLO_BACK : 0);
    message->number = daemon->number++;
    daemon->has_greeted |= daemon->greets;
    daemon->greets_back = false;
}

/* channel.c: it joins the others while that leaves a byte at least. */
static void pack(struct director *director, struct conntrackd *daemon,
                 struct conntrackd_object *object, struct parcel *parcel,
                 struct effects *effects)
{
    if (object->slot != 0)
        describe(daemon, conn_table_at(director->connections, object->slot), object);
    if (parcel->length + conntrackd_message_size(&object->message) >= CONNTRACKD_DATAGRAM_MAX)
        ship(director, daemon, parcel, effects);
    finish_message(daemon, &object->message);
    note_message(director, object, effects);
    parcel->length += conntrackd_message_encode(&object->message, parcel->bytes + parcel->length);
}

bool conntrackd_turn(struct director *director, struct conntrackd *daemon,
                     struct effects *effects)
{
    struct parcel parcel = {.length = 0};
    struct conntrackd_object *object;
    while ((object = conntrackd_next(&daemon->queues)) != NULL) {
        pack(director, daemon, object, &parcel, effects);
        conntrackd_has_gone(&daemon->queues, object);
    }
    if (parcel.length == 0)
        return false;
    ship(director, daemon, &parcel, effects);
    return true;
}

void conntrackd_control(struct conntrackd *daemon, nstime now, enum conntrackd_flag flag,
                        uint32_t first, uint32_t last)
{
    struct conntrackd_object *object = conntrackd_object_new(&daemon->queues);
    object->message = (struct conntrackd_message){
        .type = CONNTRACKD_CONTROL, .flags = (uint8_t)flag, .first = first, .last = last};
    conntrackd_enqueue(&daemon->queues, now, object);
}

/* ---- the standby */

/* What is here has gone further than the message: it is about the one before, or the one behind.
 * The cache has one entry for a tuple, the latest that came. */
static bool gives_way(const struct conn *conn, const struct conntrackd_message *message)
{
    return !conntrackd_state_carries(message->state)
           || (conn->state == CONN_CLOSING && message->state < CONNTRACKD_FIN_WAIT);
}

static void learn(struct director *director, struct conntrackd *daemon, struct conn *conn,
                  const struct conntrackd_message *message)
{
    struct conntrackd_entry *entry = entry_of(daemon, conn);
    if (entry->state == CONNTRACKD_NONE)
        entry->begun = conn->last_activity;
    entry->state = (uint8_t)message->state;
    entry->timeout = MAX(message->timeout, 1) * NSTIME_S;
    conn->from_inside = message->outbound;
    if (conn->state == CONN_ACTIVE && message->state >= CONNTRACKD_FIN_WAIT
        && message->state < CONNTRACKD_TCP_STATES)
        conn_enter(conn, CONN_CLOSING);
    life_rearm(director, conn);
}

static void update(struct director *director, struct conntrackd *daemon, nstime now,
                   struct conn *conn, const struct conntrackd_message *message,
                   struct effects *effects)
{
    struct record create = message->record;
    create.flags = RECORD_PM_COUNTED | RECORD_VM_COUNTED;
    if (conn != NULL && gives_way(conn, message)) {
        director_note_conn(director, effects, NOTE_OVERWRITTEN, 0, conn);
        life_forget(director, conn);
    }
    if (!conntrackd_state_carries(message->state)) {
        director_accept(director);
        return;
    }
    conn = standby_create(director, now, &create, effects);
    if (conn != NULL)
        learn(director, daemon, conn, message);
}

static void destroy(struct director *director, struct conn *conn,
                    const struct conntrackd_message *message, struct effects *effects)
{
    struct note note = {
        .code = NOTE_DELETE_UNKNOWN,
        .flow = {message->record.foreign, message->record.virtual, message->record.protocol},
        .real = message->record.real,
    };
    director_accept(director);
    if (conn != NULL)
        standby_delete(director, conn, effects);
    else
        director_note(director, effects, &note);
}

void conntrackd_apply(struct director *director, struct conntrackd *daemon, nstime now,
                      const struct conntrackd_message *message, struct effects *effects)
{
    struct flow flow = {message->record.foreign, message->record.virtual,
                        message->record.protocol};
    struct conn *conn = conn_table_find(director->connections, &flow);
    g_assert(message->type <= CONNTRACKD_DESTROY);
    if (director->group.role != ROLE_STANDBY) /* */
        director_refuse(director, effects, REFUSAL_NOT_STANDBY, &message->record);
    else if (message->type == CONNTRACKD_DESTROY)
        destroy(director, conn, message, effects);
    else
        update(director, daemon, now, conn, message, effects);
}
