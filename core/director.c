#include "core/director.h"

#include "core/buddy.h"
#include "core/command.h"
#include "core/contact.h"
#include "core/deadline.h"
#include "core/director_internal.h"
#include "core/mirror.h"
#include "core/operator.h"
#include "core/path.h"
#include "core/succession.h"
#include "core/traffic.h"

#include <glib.h>

enum { DEFAULT_MAX_CONNECTIONS = 1000000 }; /* R-121, fact F-203 */

struct director *director_new(const struct director_config *config, nstime now)
{
    g_assert(config->hello_phase >= 0);
    struct director *director = g_new0(struct director, 1);
    uint32_t max = config->max_connections;
    director->config = *config;
    director->now = now;
    director->group = (struct group){.role = config->initial_role, .since = now};
    director->retry_at = NSTIME_NEVER;
    director->grows_at = NSTIME_NEVER;
    settings_init(&director->settings);
    director->machines = machines_new();
    director->connections = conn_table_new(max != 0 ? max : DEFAULT_MAX_CONNECTIONS);
    director->sticky = sticky_new(max != 0 ? max : DEFAULT_MAX_CONNECTIONS);
    director->ftp = ftp_new();
    director->protocol = replication_protocol(director->settings.replication);
    if (director->protocol->state_new != NULL)
        director->protocol_state = director->protocol->state_new(director);
    detect_init(director, now);
    director->mirror = mirror_new(director->detector.generation);
    return director;
}

void director_free(struct director *director)
{
    if (director->protocol->state_free != NULL)
        director->protocol->state_free(director->protocol_state);
    unknown_clear(director);
    mirror_free(director->mirror);
    ftp_free(director->ftp);
    sticky_free(director->sticky);
    conn_table_free(director->connections);
    machines_free(director->machines);
    g_free(director);
}

/* ---- services of the parts */

void director_note(struct director *director, struct effects *effects, const struct note *note)
{
    director->notes[note->code]++;
    effects_add(effects, EFFECT_NOTE)->note = *note;
}

void director_note_conn(struct director *director, struct effects *effects, enum note_code code,
                        uint32_t detail, const struct conn *conn)
{
    struct note note = {
        .code = code,
        .detail = detail,
        .tag = conn->tag,
        .flow = conn_forward_key(conn),
        .real = conn_real(conn),
    };
    director_note(director, effects, &note);
}

void director_note_unit(struct director *director, struct effects *effects, enum note_code code,
                        uint32_t detail)
{
    struct note note = {.code = code, .detail = detail};
    director_note(director, effects, &note);
}

void director_send(struct director *director, struct effects *effects, enum channel channel,
                   const uint8_t *bytes, size_t length)
{
    struct effect *effect = effects_add_datagram(effects, channel, bytes, length);
    effect->datagram.interface = director->settings.replication_interface;
    effect->datagram.destination_ip = succession_standby(director)->ip;
}

void director_send_to(struct director *director, struct effects *effects, uint32_t peer_ip,
                      const uint8_t *bytes, size_t length)
{
    director_send(director, effects, CHANNEL_REPLICATION, bytes, length);
    effects->items[effects->count - 1].datagram.destination_ip = peer_ip;
}

void director_accept(struct director *director)
{
    director->refusals[REFUSAL_NONE]++;
}

void director_refuse(struct director *director, struct effects *effects,
                     enum record_refusal refusal, const struct record *record)
{
    g_assert(refusal != REFUSAL_NONE);
    struct note note = {.code = NOTE_RECORD_REFUSED, .detail = refusal};
    if (record != NULL) {
        note.flow = (struct flow){record->foreign, record->virtual, record->protocol};
        note.real = record->real;
    }
    director->refusals[refusal]++;
    director_note(director, effects, &note);
}

/* ---- the step */

/* only the other units are believed, on any channel. */
static void take_datagram(struct director *director, nstime now, const struct event *event,
                          struct effects *effects)
{
    const uint8_t *bytes = event->datagram.bytes;
    size_t length = event->datagram.length;
    struct peer *peer = detect_peer(director, event->datagram.source_ip);
    if (event->datagram.channel == CHANNEL_HELLO) {
        if (peer != NULL)
            contact_hear(director, now, peer, path_of(director, event->datagram.interface), bytes,
                         length, effects);
    } else if (event->datagram.channel == CHANNEL_MIRROR) {
        if (peer != NULL)
            mirror_hear_datagram(director, now, event->datagram.source_ip, bytes, length,
                                 effects);
    } else if (peer == NULL) {
        director_refuse(director, effects, REFUSAL_WRONG_SENDER, NULL);
    } else if (director->protocol->on_datagram != NULL) {
        director->work.datagrams += director->group.role == ROLE_ACTIVE;
        director->protocol->on_datagram(director, director->protocol_state, now,
                                        event->datagram.source_ip, bytes, length, effects);
    }
}

static void take_serial(struct director *director, nstime now, const struct event *event,
                        struct effects *effects)
{
    const uint8_t *bytes = event->serial.bytes;
    size_t length = event->serial.length;
    struct peer *peer = path_cable_peer(director);
    struct serial_block block;
    while (serial_receive(&director->serial, &bytes, &length, &block))
        if (peer == NULL)
            continue; /* a spare has no cable */
        else if (block.kind == SERIAL_HELLO)
            contact_hear(director, now, peer, PATH_CABLE, block.payload, block.length, effects);
        else
            mirror_hear_serial(director, now, &block, effects);
}

/* Every frame is a sign of life, whatever becomes of it. The addresses of packets are worth
 * asking for again; a peer's is not, it is the one that may be gone. True: there may be
 * something to settle behind the step. A packet as a rule leaves nothing. */
static bool take_sign_of_life(struct director *director, nstime now, const struct event *event,
                              struct effects *effects)
{
    bool outside = event->kind == EVENT_PACKET && event->packet.side == SIDE_OUTSIDE;
    switch (event->kind) {
    case EVENT_PACKET:
        return interface_heard(director, now, outside ? INTERFACE_OUTSIDE : INTERFACE_INSIDE,
                               event->packet.packet->source_ip, effects);
    case EVENT_DATAGRAM:
        interface_heard(director, now, event->datagram.interface, 0, effects);
        return true;
    case EVENT_SEEN: return interface_heard(director, now, event->seen, 0, effects);
    default: return true;
    }
}

static void take(struct director *director, nstime now, const struct event *event,
                 struct effects *effects)
{
    switch (event->kind) {
    case EVENT_PACKET:
        traffic_packet(director, now, event->packet.side, event->packet.packet, effects);
        break;
    case EVENT_DATAGRAM:
        take_datagram(director, now, event, effects);
        break;
    case EVENT_INTERFACE:
        interface_set_line(director, now, event->interface.number, event->interface.up, effects);
        break;
    case EVENT_SERIAL:
        take_serial(director, now, event, effects);
        break;
    case EVENT_SEEN:
        break; /* that it came is all */
    case EVENT_CABLE:
        director->cable = event->cable;
        detect_cable(director, now, effects);
        break;
    case EVENT_DEADLINE:
        deadline_run(director, now, effects);
        break;
    case EVENT_PEER_FAILED:
        detect_told(director, now, effects);
        break;
    case EVENT_COMMAND:
        operator_command(director, now, event->command, effects);
        break;
    }
}

/* What interfaces have to do with a step is done before it and behind it: so a hello that ends
 * a test is heard before the end of the test has a consequence. */
void director_step(struct director *director, nstime now, const struct event *event,
                   struct effects *effects)
{
    g_assert(now >= director->now);
    director->now = now;
    effects_reset(effects);
    if (!interfaces_are_watched(director)) {
        take(director, now, event, effects);
        return;
    }
    bool unsettled = take_sign_of_life(director, now, event, effects);
    take(director, now, event, effects);
    if (!unsettled)
        return;
    detect_settle(director, now, effects);
    fitness_settle(director, now, effects);
}

nstime director_deadline(const struct director *director)
{
    return deadline_next(director);
}

/* ---- looking inside */

enum role director_role(const struct director *director)
{
    return director->group.role;
}

uint32_t director_standby(const struct director *director)
{
    return succession_standby(director)->ip;
}

static void view_conn(const struct conn *conn, struct connection_view *view)
{
    *view = (struct connection_view){
        .foreign = conn->foreign,
        .virtual = conn->local,
        .real = conn_real(conn),
        .protocol = conn->protocol,
        .bind_id = conn->virtual->id.bind_id,
        .state = conn->state,
        .pm_counted = conn->pm_counted,
        .vm_counted = conn->vm_counted,
        .create_sent = conn->create_sent,
        .has_buddies = conn->buddy != 0,
        .tag = conn->tag,
        .last_activity = conn->last_activity,
    };
}

bool director_find(const struct director *director, const struct flow *flow,
                   struct connection_view *view)
{
    const struct conn *conn = conn_table_find(director->connections, flow);
    if (conn != NULL)
        view_conn(conn, view);
    return conn != NULL;
}

bool director_buddies(const struct director *director, const struct flow *one,
                      const struct flow *other)
{
    const struct conn *a = conn_table_find(director->connections, one);
    const struct conn *b = conn_table_find(director->connections, other);
    return a != NULL && b != NULL && buddy_are(director->connections, a, b);
}

bool director_next(const struct director *director, uint32_t *cursor,
                   struct connection_view *view)
{
    const struct conn_table *table = director->connections;
    const struct conn *conn = *cursor == 0
                                  ? conn_table_first(table)
                                  : conn_table_next(table, conn_table_at(table, *cursor));
    if (conn == NULL)
        return false;
    *cursor = conn->slot;
    view_conn(conn, view);
    return true;
}

size_t director_connections(const struct director *director)
{
    return conn_table_count(director->connections);
}

uint64_t director_count(const struct director *director, enum note_code code)
{
    g_assert((unsigned)code < NOTE_COUNT);
    return director->notes[code];
}

uint64_t director_refusals(const struct director *director, enum record_refusal refusal)
{
    g_assert((unsigned)refusal < REFUSAL_COUNT);
    return director->refusals[refusal];
}

struct replication_work director_replication_work(const struct director *director)
{
    return director->work;
}

char *director_print_configuration(const struct director *director)
{
    return command_print(director->machines, &director->settings);
}
