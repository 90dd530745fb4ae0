/* The protocol "ipvs": the sync daemon of Linux's IPVS (net/netfilter/ipvs/ip_vs_sync.c,
 * ip_vs_core.c: ip_vs_in, ip_vs_proto_tcp.c of Linux 6.1; version 1 of the protocol, IPv4).
 *
 *   client   SYN   ACK   data ......... 53rd packet ...... FIN
 *   packet    1     2     3                 53
 *   record                *                  *              *      each into a buffer
 *   buffer                |---- 2 to 3 s ---->  datagram           core/ipvs_thread.h
 *
 * Nothing is sent but for a client's packet. A packet counts, whatever it is, a repeated one as
 * well; what it does to the entry's state (core/ipvs_state.h) comes first. In a state other than
 * ESTABLISHED that differs from the one told last, the entry is told at once; else with each
 * packet whose number leaves "sync-threshold" when divided by "sync-period", or with that number
 * alone where the period is 0. With a "sync-refresh-period" it must besides be the first time, or
 * the refresh period (or half the state's time-out, 10 s at least, if that is less) later than
 * the latest, or one of "sync-retries" copies an eighth of the period apart; the period may then
 * be 0 and no packet is counted. There is no delete: the backup's entries end by themselves.
 *
 * The state's time-out is how long an entry stands without a packet, on the active as well: what
 * virtual machines say of it (their time-out, the delay of what is closed, the half-open time)
 * is not asked. A backup's entry stands for the time that its latest record carried. A role
 * means nothing to a time-out: whoever takes over goes on counting it.
 *
 * Records that are in buffers are lost by a crash, and by a switchover too: whoever resigns
 * stops his daemon, which frees them. The new active's entries begin with the threshold as
 * their number of packets, so that the next time is a whole period away.
 *
 * Simpler than the kernel's: jiffies do not round; the datagrams go to the standby that is fed,
 * not to a group of any number; a record whose machine the standby does not have is refused, not
 * kept unbound; a reset ends the active's entry at once, not after 10 s in CLOSE; and an active
 * that steps down begins with an empty table, as every unit here. */
#include "core/director_internal.h"
#include "core/ipvs_entry.h"
#include "core/ipvs_thread.h"
#include "core/life.h"
#include "core/mix.h"
#include "core/slot_array.h"
#include "core/standby.h"
#include "core/succession.h"

#include <glib.h>

enum { THREADS_MAX = 64 };

struct daemon {
    struct slot_array entries; /* struct ipvs_entry */
    struct ipvs_thread *threads[THREADS_MAX]; /* made when first needed */
    unsigned thread_count;
    uint64_t seed;
};

static void *daemon_new(const struct director *director)
{
    struct daemon *daemon = g_new0(struct daemon, 1);
    daemon->entries = slot_array_of(sizeof(struct ipvs_entry));
    daemon->seed = director->config.seed;
    return daemon;
}

static void daemon_free(void *state)
{
    struct daemon *daemon = state;
    for (unsigned i = 0; i < daemon->thread_count; i++)
        g_free(daemon->threads[i]);
    slot_array_clear(&daemon->entries);
    g_free(daemon);
}

static struct ipvs_entry *entry_of(struct daemon *daemon, const struct conn *conn)
{
    return slot_array_at(&daemon->entries, conn->slot);
}

/* Before the first packet or record: what that will say. */
static nstime span(const struct director *director, const void *state, const struct conn *conn)
{
    const struct daemon *daemon = state;
    const struct ipvs_entry *entry = slot_array_look(&daemon->entries, conn->slot);
    return entry != NULL && entry->timeout > 0
               ? entry->timeout
               : ipvs_timeout(&director->settings, conn->protocol, IPVS_SYN_RECV);
}

/* ---- the daemon's threads */

/* It has slept, unbroken, since before time began. */
static struct ipvs_thread *thread_new(const struct daemon *daemon, unsigned number)
{
    struct ipvs_thread *thread = g_new0(struct ipvs_thread, 1);
    nstime phase = (nstime)(mix64(daemon->seed + number) % IPVS_CHECK_PERIOD);
    ipvs_thread_start(thread, phase - IPVS_CHECK_PERIOD);
    return thread;
}

/* The kernel takes some bits of the entry's address. */
static struct ipvs_thread *thread_of(const struct director *director, struct daemon *daemon,
                                     const struct conn *conn)
{
    unsigned threads = 1u << director->settings.sync_ports;
    unsigned number = (unsigned)(mix64(conn->slot) % threads);
    g_assert(threads <= THREADS_MAX);
    for (; daemon->thread_count < threads; daemon->thread_count++)
        daemon->threads[daemon->thread_count] = thread_new(daemon, daemon->thread_count);
    return daemon->threads[number];
}

static void note_item(struct director *director, enum note_code code,
                      const struct ipvs_item *item, struct effects *effects)
{
    const struct ipvs_record *record = &item->record;
    struct note note = {
        .code = code,
        .detail = item->copy,
        .tag = item->tag,
        .flow = {record->client, record->virtual, record->protocol},
        .real = record->destination,
    };
    director_note(director, effects, &note);
}

/* Multicast goes out whether anybody listens or not, so that a unit that is back hears of it at
 * once, before its first hello is heard. */
static bool has_way_out(const struct director *director)
{
    return succession_standby(director)->ip != 0
           && !director->interface_down[director->settings.replication_interface];
}

static void send(struct director *director, const struct ipvs_buffer *buffer,
                 struct effects *effects)
{
    uint8_t bytes[IPVS_MAXLEN];
    uint8_t *at = ipvs_put_header(bytes, buffer->count);
    bool leaves = has_way_out(director);
    for (unsigned i = 0; i < buffer->count; i++) {
        at = ipvs_put_record(at, &buffer->items[i].record);
        note_item(director, leaves ? NOTE_CREATE_SENT : NOTE_UNSENT, &buffer->items[i], effects);
    }
    if (leaves)
        director_send(director, effects, CHANNEL_REPLICATION, bytes, (size_t)(at - bytes));
}

static void run(struct director *director, struct ipvs_thread *thread, nstime now,
                struct effects *effects)
{
    const struct ipvs_buffer *buffer;
    while ((buffer = ipvs_thread_take(thread, now)) != NULL)
        send(director, buffer, effects);
}

static nstime deadline(const void *state)
{
    const struct daemon *daemon = state;
    nstime next = NSTIME_NEVER;
    for (unsigned i = 0; i < daemon->thread_count; i++)
        next = MIN(next, ipvs_thread_deadline(daemon->threads[i]));
    return next;
}

static void threads_are_due(struct director *director, void *state, nstime now,
                            struct effects *effects)
{
    struct daemon *daemon = state;
    for (unsigned i = 0; i < daemon->thread_count; i++) {
        if (ipvs_thread_deadline(daemon->threads[i]) > now)
            continue;
        ipvs_thread_wake(daemon->threads[i]);
        run(director, daemon->threads[i], now, effects);
    }
}

/* Threads of a master that stops free what they have; a new master's begin their sleep. */
static void role(struct director *director, void *state, nstime now, struct effects *effects)
{
    struct daemon *daemon = state;
    (void)director, (void)effects;
    for (unsigned i = 0; i < daemon->thread_count; i++)
        ipvs_thread_start(daemon->threads[i], now);
}

/* ---- on the active */

static struct ipvs_record record_of(const struct conn *conn, const struct ipvs_entry *entry)
{
    bool inactive = conn->protocol == PROTOCOL_TCP && entry->state != IPVS_ESTABLISHED;
    uint32_t way = conn->virtual->direct ? IPVS_DIRECT | IPVS_NO_OUTPUT : 0;
    return (struct ipvs_record){
        .client = conn->foreign,
        .virtual = conn->local,
        .destination = conn_real(conn),
        .flags = (inactive ? IPVS_INACTIVE : 0) | (conn->replica ? IPVS_LEARNT : 0) | way,
        .mark = conn->virtual->id.bind_id,
        .timeout = (uint32_t)(entry->timeout / NSTIME_S),
        .state = entry->state,
        .protocol = conn->protocol,
    };
}

static struct ipvs_limits limits_of(const struct director *director)
{
    unsigned room = director->settings.sync_maxlen - IPVS_HEADER_SIZE;
    return (struct ipvs_limits){room / IPVS_RECORD_SIZE, director->settings.sync_qlen_max};
}

static void tell(struct director *director, struct daemon *daemon, nstime now, struct conn *conn,
                 struct ipvs_entry *entry, struct effects *effects)
{
    struct ipvs_thread *thread = thread_of(director, daemon, conn);
    struct ipvs_item item = {record_of(conn, entry), conn->tag, entry->records};
    unsigned dropped = ipvs_thread_put(thread, now, limits_of(director), &item);
    if (entry->records < RECORD_COPY_ANOTHER)
        entry->records++;
    conn->create_sent = true;
    if (dropped > 0)
        director_note_unit(director, effects, NOTE_BUFFER_DROPPED, dropped);
    if (thread->awake)
        run(director, thread, now, effects);
}

static enum ipvs_direction direction_of(const struct conn *conn, enum side from)
{
    if (from == SIDE_INSIDE)
        return IPVS_OUTPUT;
    return conn->virtual->direct ? IPVS_INPUT_ONLY : IPVS_INPUT;
}

static bool packet(struct director *director, void *state, nstime now, struct conn *conn,
                   enum side from, const struct packet *packet, struct effects *effects)
{
    struct daemon *daemon = state;
    struct ipvs_entry *entry = entry_of(daemon, conn);
    nstime before = span(director, daemon, conn);
    ipvs_entry_move(entry, &director->settings, direction_of(conn, from), packet, now);
    if (entry->timeout < before)
        life_rearm(director, conn);
    if (from == SIDE_OUTSIDE && conn->virtual->replicate
        && ipvs_entry_is_due(entry, &director->settings, conn->protocol, now))
        tell(director, daemon, now, conn, entry, effects);
    return false;
}

static void gone(struct director *director, void *state, struct conn *conn)
{
    struct daemon *daemon = state;
    (void)director;
    *entry_of(daemon, conn) = (struct ipvs_entry){0};
}

/* ---- on the backup */

static struct flow flow_of(const struct ipvs_record *record)
{
    return (struct flow){record->client, record->virtual, record->protocol};
}

static struct record create_of(const struct ipvs_record *record)
{
    return (struct record){
        .real = record->destination,
        .foreign = record->client,
        .virtual = record->virtual,
        .bind_id = (uint16_t)record->mark,
        .protocol = record->protocol,
        .flags = RECORD_PM_COUNTED | RECORD_VM_COUNTED,
    };
}

/* What is here may say what the record forbids: of another machine, and the record is about the
 * end of a connection that has been replaced; or at its end, while the record is about one that
 * has begun anew on its tuple. */
static bool is_past(const struct conn *conn, const struct ipvs_record *record)
{
    return !address_equal(conn_real(conn), record->destination)
           && (record->flags & IPVS_INACTIVE) != 0;
}

static void make_room(struct director *director, struct conn *conn,
                      const struct ipvs_record *record, struct effects *effects)
{
    struct record create = create_of(record);
    if (conn->state != CONN_CLOSING || (record->flags & IPVS_INACTIVE) != 0
        || !standby_knows_machines(director, &create))
        return;
    director_note_conn(director, effects, NOTE_OVERWRITTEN, 0, conn);
    life_forget(director, conn);
}

/* ip_vs_proc_conn. */
static void learn(struct director *director, struct daemon *daemon, nstime now,
                  struct conn *conn, const struct ipvs_record *record)
{
    struct ipvs_entry *entry = entry_of(daemon, conn);
    ipvs_entry_learn(entry, &director->settings, record, now);
    if ((record->flags & IPVS_INACTIVE) != 0 && conn->state == CONN_ACTIVE)
        conn_enter(conn, CONN_CLOSING);
    life_rearm(director, conn);
}

static void apply(struct director *director, struct daemon *daemon, nstime now,
                  const struct ipvs_record *record, struct effects *effects)
{
    struct flow flow = flow_of(record);
    struct record create = create_of(record);
    struct conn *conn = conn_table_find(director->connections, &flow);
    if (conn != NULL && is_past(conn, record)) {
        director_refuse(director, effects, REFUSAL_PAST, &create);
        return;
    }
    if (conn != NULL)
        make_room(director, conn, record, effects);
    conn = standby_create(director, now, &create, effects);
    if (conn != NULL)
        learn(director, daemon, now, conn, record);
}

static void datagram(struct director *director, void *state, nstime now, uint32_t source_ip,
                     const uint8_t *bytes, size_t length, struct effects *effects)
{
    struct ipvs_record records[IPVS_RECORDS_MAX];
    unsigned count = 0;
    enum record_refusal refusal = REFUSAL_NOT_STANDBY; /* */
    (void)source_ip;
    if (director->group.role == ROLE_STANDBY)
        refusal = ipvs_decode(bytes, length, records, &count);
    if (refusal != REFUSAL_NONE)
        director_refuse(director, effects, refusal, NULL);
    for (unsigned i = 0; i < count; i++)
        apply(director, state, now, &records[i], effects);
}

const struct replication_protocol replication_ipvs = {
    .name = "ipvs",
    .essence = "Linux's IPVS sync daemon: packets 3, 53, 103.., and each step of the close, in "
               "batches, up to 3 s late",
    .open_loop = true,
    .state_new = daemon_new,
    .state_free = daemon_free,
    .on_packet = packet,
    .on_gone = gone,
    .standby_span = span,
    .active_span = span,
    .on_datagram = datagram,
    .on_role = role,
    .deadline = deadline,
    .on_deadline = threads_are_due,
};
