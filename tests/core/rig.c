#include "tests/core/rig.h"

#include <string.h>

static const char *const configuration[] = {
    "real 10.0.1.1:80", "real 10.0.1.2:80", "virtual 192.0.2.80:80",
    "bind 192.0.2.80:80 10.0.1.1:80 10.0.1.2:80", "replicate 192.0.2.80:80",
    "failover hellotime 1s", "ip address 192.0.2.1", "failover ip address 192.0.2.2",
};

static void step(struct rig_unit *unit, const struct event *event)
{
    director_step(unit->director, unit->rig->now, event, &unit->effects);
    if (director_connections(unit->director) <= RIG_CHECKED)
        rig_check(unit);
}

void rig_command(struct rig_unit *unit, const char *line)
{
    step(unit, &(struct event){.kind = EVENT_COMMAND, .command = line});
    const struct effect *reply = rig_effect(unit, EFFECT_REPLY, 0);
    ck_assert_ptr_nonnull(reply);
    ck_assert_msg(reply->reply.ok, "%s: %s", line, effect_text(&unit->effects, reply));
}

void rig_command_both(struct rig *rig, const char *line)
{
    rig_command(&rig->units[0], line);
    rig_command(&rig->units[1], line);
}

void rig_assert_roles(const struct rig *rig, enum role first, enum role second)
{
    ck_assert_int_eq(director_role(rig->units[0].director), first);
    ck_assert_int_eq(director_role(rig->units[1].director), second);
}

void rig_deadline(struct rig_unit *unit)
{
    step(unit, &(struct event){.kind = EVENT_DEADLINE});
}

void rig_packet(struct rig_unit *unit, enum side side, const struct packet *packet)
{
    step(unit, &(struct event){.kind = EVENT_PACKET, .packet = {side, packet}});
}

void rig_datagram(struct rig_unit *unit, enum channel channel, const uint8_t *bytes,
                  size_t length)
{
    uint32_t source = RIG_UNIT_IP + 1 - unit->number;
    step(unit, &(struct event){.kind = EVENT_DATAGRAM,
                               .datagram = {channel, source, bytes, length, INTERFACE_PEER}});
}

void rig_interface(struct rig_unit *unit, unsigned number, bool up)
{
    step(unit, &(struct event){.kind = EVENT_INTERFACE, .interface = {number, up}});
}

void rig_cable(struct rig_unit *unit, enum cable_sign sign)
{
    step(unit, &(struct event){.kind = EVENT_CABLE, .cable = sign});
}

void rig_seen(struct rig_unit *unit, unsigned number)
{
    step(unit, &(struct event){.kind = EVENT_SEEN, .seen = number});
}

/* Every unit knows the others, the lowest rank first. */
static void name_peers(const struct rig *rig, unsigned number, struct director_config *config)
{
    unsigned count = 0;
    for (unsigned i = 0; i < rig->count; i++)
        if (i != number)
            config->peers[count++] = (struct unit_peer){RIG_UNIT_IP + i, (enum unit_rank)i};
}

void rig_start(struct rig *rig, unsigned number, enum role role)
{
    struct rig_unit *unit = &rig->units[number];
    struct director_config config = {
        .rank = (enum unit_rank)number,
        .initial_role = role,
        .own_ip = RIG_UNIT_IP + number,
        .mac = RIG_MAC + number,
        .hello_phase = (nstime)number * 500 * NSTIME_MS,
        .max_connections = rig->max_connections,
    };
    name_peers(rig, number, &config);
    if (unit->director != NULL)
        director_free(unit->director);
    unit->director = director_new(&config, rig->now);
    for (unsigned i = 0; i < G_N_ELEMENTS(configuration); i++)
        rig_command(unit, configuration[i]);
}

static void set_up(struct rig *rig, unsigned count)
{
    *rig = (struct rig){.count = count};
    for (unsigned i = 0; i < count; i++) {
        rig->units[i].rig = rig;
        rig->units[i].number = i;
        effects_init(&rig->units[i].effects);
        rig_start(rig, i, i == 0 ? ROLE_ACTIVE : ROLE_STANDBY);
    }
}

void rig_set_up(struct rig *rig)
{
    set_up(rig, 2);
}

void rig_set_up_three(struct rig *rig)
{
    set_up(rig, 3);
}

void rig_tear_down(struct rig *rig)
{
    for (unsigned i = 0; i < rig->count; i++) {
        director_free(rig->units[i].director);
        effects_clear(&rig->units[i].effects);
    }
}

void rig_run(struct rig_unit *unit, nstime then)
{
    while (director_deadline(unit->director) <= then) {
        unit->rig->now = MAX(unit->rig->now, director_deadline(unit->director));
        rig_deadline(unit);
    }
    unit->rig->now = then;
}

/* ---- what units send each other */

struct message {
    struct rig_unit *from, *to;
    bool serial;
    enum channel channel;
    unsigned interface;
    size_t length;
    uint8_t bytes[1480]; /* the longest effect */
};

static bool is_cut(const struct rig *rig, const struct message *message)
{
    if (message->serial)
        return rig->cable_cut;
    return message->interface < RIG_INTERFACES
           && (rig->cut[message->from->number][message->interface]
               || rig->cut[message->to->number][message->interface]);
}

/* The message in an effect (free with g_free()), or NULL: it is none, or does not arrive. */
static struct message *message_of(struct rig_unit *from, const struct effect *effect)
{
    struct rig *rig = from->rig;
    bool serial = effect->kind == EFFECT_SERIAL;
    if (!serial && effect->kind != EFFECT_DATAGRAM)
        return NULL;
    unsigned to = serial ? 1 - from->number : effect->datagram.destination_ip - RIG_UNIT_IP;
    struct message *message = g_new0(struct message, 1);
    ck_assert_uint_lt(to, rig->count);
    message->from = from;
    message->to = &rig->units[to];
    message->serial = serial;
    message->channel = serial ? CHANNEL_HELLO : effect->datagram.channel;
    message->interface = serial ? 0 : effect->datagram.interface;
    message->length = serial ? effect->serial.length : effect->datagram.length;
    memcpy(message->bytes, effect_bytes(&from->effects, effect), message->length);
    if (!is_cut(rig, message))
        return message;
    g_free(message);
    return NULL;
}

/* All messages among a unit's effects, in order, behind those already waiting. */
static void collect(struct rig_unit *from, GQueue *messages)
{
    for (size_t i = 0; i < from->effects.count; i++) {
        struct message *message = message_of(from, &from->effects.items[i]);
        if (message != NULL)
            g_queue_push_tail(messages, message);
    }
}

static void arrive(const struct message *message)
{
    if (message->serial)
        step(message->to, &(struct event){.kind = EVENT_SERIAL,
                                          .serial = {message->bytes, message->length}});
    else
        step(message->to,
             &(struct event){.kind = EVENT_DATAGRAM,
                             .datagram = {message->channel, RIG_UNIT_IP + message->from->number,
                                          message->bytes, message->length,
                                          message->interface}});
}

void rig_deliver(struct rig_unit *from)
{
    GQueue messages = G_QUEUE_INIT;
    struct message *message;
    collect(from, &messages);
    while ((message = g_queue_pop_head(&messages)) != NULL) {
        arrive(message);
        g_free(message);
    }
}

/* Answers to what was delivered are delivered too, but to those that stand still. */
static void settle(struct rig_unit *from, unsigned stopped)
{
    GQueue messages = G_QUEUE_INIT;
    struct message *message;
    collect(from, &messages);
    while ((message = g_queue_pop_head(&messages)) != NULL) {
        if ((stopped & 1u << message->to->number) == 0) {
            arrive(message);
            collect(message->to, &messages);
        }
        g_free(message);
    }
}

void rig_settle(struct rig_unit *from)
{
    settle(from, 0);
}

/* The first in time, the lower number of equals; NULL: nothing is due by then. */
static struct rig_unit *next_due(struct rig *rig, unsigned stopped, nstime then)
{
    struct rig_unit *next = NULL;
    for (unsigned i = 0; i < rig->count; i++) {
        nstime deadline = director_deadline(rig->units[i].director);
        if ((stopped & 1u << i) == 0 && deadline <= then
            && (next == NULL || deadline < director_deadline(next->director)))
            next = &rig->units[i];
    }
    return next;
}

void rig_run_without(struct rig *rig, unsigned stopped, nstime then)
{
    struct rig_unit *unit;
    while ((unit = next_due(rig, stopped, then)) != NULL) {
        rig->now = MAX(rig->now, director_deadline(unit->director));
        rig_deadline(unit);
        settle(unit, stopped);
    }
    rig->now = then;
}

void rig_run_both(struct rig *rig, nstime then)
{
    rig_run_without(rig, 0, then);
}

/* ---- looking at effects */

const struct effect *rig_effect(const struct rig_unit *unit, enum effect_kind kind, unsigned n)
{
    for (size_t i = 0; i < unit->effects.count; i++)
        if (unit->effects.items[i].kind == kind && n-- == 0)
            return &unit->effects.items[i];
    return NULL;
}

unsigned rig_count(const struct rig_unit *unit, enum effect_kind kind)
{
    unsigned count = 0;
    while (rig_effect(unit, kind, count) != NULL)
        count++;
    return count;
}

unsigned rig_notes(const struct rig_unit *unit, enum note_code code)
{
    unsigned count = 0;
    for (size_t i = 0; i < unit->effects.count; i++)
        count += unit->effects.items[i].kind == EFFECT_NOTE
                 && unit->effects.items[i].note.code == code;
    return count;
}

const struct note *rig_note(const struct rig_unit *unit, enum note_code code)
{
    const struct note *found = NULL;
    for (size_t i = 0; i < unit->effects.count; i++)
        if (unit->effects.items[i].kind == EFFECT_NOTE
            && unit->effects.items[i].note.code == code)
            found = &unit->effects.items[i].note;
    ck_assert_msg(rig_notes(unit, code) == 1, "%u notes \"%s\" where one was expected",
                  rig_notes(unit, code), note_word(code));
    return found;
}

struct packet rig_from_client(unsigned client, uint16_t port, uint8_t flags, uint32_t sequence,
                              uint32_t acknowledgement)
{
    return (struct packet){
        .source_ip = RIG_CLIENT_IP + client,
        .source_port = port,
        .destination_ip = RIG_VIRTUAL_IP,
        .destination_port = 80,
        .sequence = sequence,
        .acknowledgement = acknowledgement,
        .protocol = PROTOCOL_TCP,
        .flags = flags,
        .tag = client << 16 | port,
    };
}

struct packet rig_from_server(unsigned server, unsigned client, uint16_t port, uint8_t flags,
                              uint32_t sequence, uint32_t acknowledgement)
{
    return (struct packet){
        .source_ip = RIG_REAL_IP + server,
        .source_port = 80,
        .destination_ip = RIG_CLIENT_IP + client,
        .destination_port = port,
        .sequence = sequence,
        .acknowledgement = acknowledgement,
        .protocol = PROTOCOL_TCP,
        .flags = flags,
    };
}

struct flow rig_flow(unsigned client, uint16_t port)
{
    return (struct flow){{RIG_CLIENT_IP + client, port}, {RIG_VIRTUAL_IP, 80}, PROTOCOL_TCP};
}

unsigned rig_open(struct rig_unit *unit, unsigned client, uint16_t port)
{
    struct packet packet = rig_from_client(client, port, TCP_SYN, 1000, 0);
    rig_packet(unit, SIDE_OUTSIDE, &packet);
    const struct effect *forwarded = rig_effect(unit, EFFECT_FORWARD, 0);
    ck_assert_ptr_nonnull(forwarded);
    unsigned server = forwarded->packet.packet.destination_ip - RIG_REAL_IP;
    packet = rig_from_server(server, client, port, TCP_SYN | TCP_ACK, 5000, 1001);
    rig_packet(unit, SIDE_INSIDE, &packet);
    packet = rig_from_client(client, port, TCP_ACK, 1001, 5001);
    rig_packet(unit, SIDE_OUTSIDE, &packet);
    return server;
}

void rig_close(struct rig_unit *unit, unsigned server, unsigned client, uint16_t port)
{
    struct packet packet = rig_from_client(client, port, TCP_FIN | TCP_ACK, 1001, 5001);
    rig_packet(unit, SIDE_OUTSIDE, &packet);
    packet = rig_from_server(server, client, port, TCP_FIN | TCP_ACK, 5001, 1002);
    rig_packet(unit, SIDE_INSIDE, &packet);
    packet = rig_from_client(client, port, TCP_ACK, 1002, 5002);
    rig_packet(unit, SIDE_OUTSIDE, &packet);
}

bool rig_knows(const struct rig_unit *unit, unsigned client, uint16_t port,
               struct connection_view *view)
{
    struct flow flow = rig_flow(client, port);
    return director_find(unit->director, &flow, view);
}

void rig_check(const struct rig_unit *unit)
{
    const char *broken = director_check(unit->director);
    ck_assert_msg(broken == NULL, "unit %u: %s", unit->number, broken);
}

void rig_client(struct rig_unit *unit, uint8_t flags, uint32_t sequence,
                uint32_t acknowledgement)
{
    struct packet packet =
        rig_from_client(RIG_CLIENT, RIG_PORT, flags, sequence, acknowledgement);
    rig_packet(unit, SIDE_OUTSIDE, &packet);
}

void rig_server(struct rig_unit *unit, unsigned server, uint8_t flags, uint32_t sequence,
                uint32_t acknowledgement)
{
    struct packet packet =
        rig_from_server(server, RIG_CLIENT, RIG_PORT, flags, sequence, acknowledgement);
    rig_packet(unit, SIDE_INSIDE, &packet);
}

struct connection_view rig_view(const struct rig_unit *unit)
{
    struct connection_view view;
    ck_assert(rig_knows(unit, RIG_CLIENT, RIG_PORT, &view));
    return view;
}

bool rig_gone(const struct rig_unit *unit)
{
    struct connection_view view;
    return !rig_knows(unit, RIG_CLIENT, RIG_PORT, &view);
}

const struct packet *rig_forwarded(const struct rig_unit *unit, enum side to)
{
    ck_assert_uint_eq(rig_count(unit, EFFECT_FORWARD), 1);
    const struct effect *effect = rig_effect(unit, EFFECT_FORWARD, 0);
    ck_assert_int_eq(effect->packet.side, to);
    return &effect->packet.packet;
}

void rig_assert_dropped(const struct rig_unit *unit, enum note_code code,
                        enum drop_reason reason)
{
    ck_assert_uint_eq(rig_note(unit, code)->detail, reason);
    ck_assert_uint_eq(rig_count(unit, EFFECT_FORWARD), 0);
}

void rig_assert_same_packet(const struct packet *a, const struct packet *b)
{
    ck_assert_uint_eq(a->source_ip, b->source_ip);
    ck_assert_uint_eq(a->destination_ip, b->destination_ip);
    ck_assert_uint_eq(a->source_port, b->source_port);
    ck_assert_uint_eq(a->destination_port, b->destination_port);
    ck_assert_uint_eq(a->sequence, b->sequence);
    ck_assert_uint_eq(a->acknowledgement, b->acknowledgement);
    ck_assert_uint_eq(a->payload_length, b->payload_length);
    ck_assert_uint_eq(a->protocol, b->protocol);
    ck_assert_uint_eq(a->flags, b->flags);
    ck_assert_uint_eq(a->second_ip, b->second_ip);
    ck_assert_uint_eq(a->second_port, b->second_port);
    ck_assert_uint_eq(a->payload, b->payload);
    ck_assert_uint_eq(a->tag, b->tag);
    ck_assert_uint_eq(a->serial, b->serial);
    ck_assert_uint_eq(a->epoch, b->epoch);
}

static void assert_same_note(const struct note *a, const struct note *b)
{
    ck_assert_int_eq(a->code, b->code);
    ck_assert_uint_eq(a->detail, b->detail);
    ck_assert_uint_eq(a->tag, b->tag);
    ck_assert(flow_equal(&a->flow, &b->flow));
    ck_assert(address_equal(a->real, b->real));
}

static void assert_same_effect(const struct effect *a, const struct effect *b)
{
    ck_assert_int_eq(a->kind, b->kind);
    switch (a->kind) {
    case EFFECT_FORWARD:
    case EFFECT_RESET:
    case EFFECT_PROBE:
        ck_assert_int_eq(a->packet.side, b->packet.side);
        rig_assert_same_packet(&a->packet.packet, &b->packet.packet);
        break;
    case EFFECT_DATAGRAM:
        ck_assert_int_eq(a->datagram.channel, b->datagram.channel);
        ck_assert_uint_eq(a->datagram.interface, b->datagram.interface);
        ck_assert_uint_eq(a->datagram.destination_ip, b->datagram.destination_ip);
        ck_assert_uint_eq(a->datagram.offset, b->datagram.offset);
        ck_assert_uint_eq(a->datagram.length, b->datagram.length);
        break;
    case EFFECT_CLAIM:
    case EFFECT_RELEASE:
        ck_assert_uint_eq(a->address.ip, b->address.ip);
        ck_assert_uint_eq(a->address.mac, b->address.mac);
        break;
    case EFFECT_SERIAL:
        ck_assert_uint_eq(a->serial.offset, b->serial.offset);
        ck_assert_uint_eq(a->serial.length, b->serial.length);
        break;
    case EFFECT_ARP:
    case EFFECT_PING:
        ck_assert_uint_eq(a->ask.interface, b->ask.interface);
        ck_assert_uint_eq(a->ask.ip, b->ask.ip);
        break;
    case EFFECT_NOTE: assert_same_note(&a->note, &b->note); break;
    case EFFECT_REPLY:
        ck_assert_int_eq(a->reply.ok, b->reply.ok);
        ck_assert_uint_eq(a->reply.offset, b->reply.offset);
        break;
    }
}

void rig_assert_same_effects(const struct rig_unit *a, const struct rig_unit *b)
{
    ck_assert_uint_eq(a->effects.count, b->effects.count);
    for (size_t i = 0; i < a->effects.count; i++)
        assert_same_effect(&a->effects.items[i], &b->effects.items[i]);
    ck_assert_uint_eq(a->effects.used, b->effects.used);
    if (a->effects.used > 0)
        ck_assert_mem_eq(a->effects.bytes, b->effects.bytes, a->effects.used);
}
