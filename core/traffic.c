#include "core/traffic.h"

#include "core/director_internal.h"
#include "core/health.h"
#include "core/life.h"
#include "core/outbound.h"
#include "core/probe.h"
#include "core/second_chance.h"
#include "core/translate.h"
#include "core/window.h"

#include <glib.h>

/* ---- packets that are not forwarded */

static void note_packet(struct director *director, enum side from, const struct packet *packet,
                        enum note_code code, enum drop_reason reason, struct effects *effects)
{
    struct note note = {
        .code = code,
        .detail = reason,
        .tag = packet->tag,
        .flow = translate_key(from, packet),
    };
    if (from == SIDE_INSIDE) { /* the local address is the machine's */
        note.real = note.flow.local;
        note.flow.local = (struct address){0};
    }
    director_note(director, effects, &note);
}

void traffic_drop(struct director *director, enum side from, const struct packet *packet,
                  enum drop_reason reason, struct effects *effects)
{
    note_packet(director, from, packet, NOTE_DROPPED, reason, effects);
}

/* silence or a reset to a client whose packet nothing here explains. A reset is
 * never answered, or two that do not know each other would go on for ever. */
static void answer(const struct director *director, const struct packet *packet,
                   struct effects *effects)
{
    if ((director->settings.unknown_connection & UNKNOWN_RESET) == 0
        || packet->protocol != PROTOCOL_TCP || (packet->flags & TCP_RST) != 0)
        return;
    struct effect *effect = effects_add(effects, EFFECT_RESET);
    effect->packet.side = SIDE_OUTSIDE;
    translate_reset(packet, &effect->packet.packet);
}

struct virtual *traffic_virtual(const struct director *director, const struct packet *packet)
{
    struct address local = {packet->destination_ip, packet->destination_port};
    return machines_serve(director->machines, packet->source_ip, local, packet->protocol,
                          director->settings.bind0 == BIND0_NONE);
}

/* A machine's word to a stranger while machines are asked: it may be the answer. */
static bool may_be_asked(const struct director *director, nstime now, enum side from,
                         const struct packet *packet)
{
    return from == SIDE_INSIDE && packet->protocol == PROTOCOL_TCP
           && (director->settings.unknown_connection & UNKNOWN_PROBE) != 0
           && unknown_is_open(director, now)
           && ((packet->flags & TCP_RST) != 0 || probe_is_answer(packet));
}

static void drop_unknown(struct director *director, nstime now, enum side from,
                         const struct packet *packet, struct effects *effects)
{
    if (from == SIDE_INSIDE) {
        bool asked = may_be_asked(director, now, from, packet);
        traffic_drop(director, from, packet, asked ? DROP_PROBE_ANSWER : DROP_UNKNOWN_OUTBOUND,
                     effects);
        return;
    }
    bool ours = traffic_virtual(director, packet) != NULL;
    traffic_drop(director, from, packet, ours ? DROP_UNKNOWN_INBOUND : DROP_NO_VIRTUAL, effects);
    answer(director, packet, effects);
    unknown_refuse(director, now, packet, effects);
}

/* R-405, "unknown-outbound pass": a director that bridges or routes lets through, untranslated,
 * what a machine sends outside any connection, and what comes for a machine's own address. */
static bool passes(const struct director *director, nstime now, enum side from,
                   const struct packet *packet, bool asks)
{
    if (director->settings.unknown_outbound != UNKNOWN_OUTBOUND_PASS
        || may_be_asked(director, now, from, packet))
        return false;
    struct machine_id id = {packet->destination_ip, packet->destination_port, 0,
                            packet->protocol};
    return from == SIDE_INSIDE ? !asks : machines_find_physical(director->machines, id) != NULL;
}

static void pass(struct director *director, enum side from, const struct packet *packet,
                 struct effects *effects)
{
    enum drop_reason why = from == SIDE_INSIDE ? DROP_UNKNOWN_OUTBOUND : DROP_NO_VIRTUAL;
    note_packet(director, from, packet, NOTE_PASSED, why, effects);
    struct effect *effect = effects_add(effects, EFFECT_FORWARD);
    effect->packet.side = from == SIDE_OUTSIDE ? SIDE_INSIDE : SIDE_OUTSIDE;
    effect->packet.packet = *packet;
}

/* ---- packets of a connection */

void traffic_release(const struct conn *conn, enum side from, const struct packet *packet,
                     struct effects *effects)
{
    struct effect *effect = effects_add(effects, EFFECT_FORWARD);
    effect->packet.side = from == SIDE_OUTSIDE ? SIDE_INSIDE : SIDE_OUTSIDE;
    effect->packet.packet = *packet;
    translate_packet(conn, from, &effect->packet.packet);
    if (from == SIDE_OUTSIDE && second_chance_is_open(conn))
        second_chance_name(conn, &effect->packet.packet);
}

/* The protocol may keep it back, until its standby knows the conn. */
static void forward(struct director *director, nstime now, struct conn *conn, enum side from,
                    const struct packet *packet, struct effects *effects)
{
    const struct replication_protocol *protocol = director->protocol;
    if (protocol->on_packet == NULL
        || !protocol->on_packet(director, director->protocol_state, now, conn, from, packet,
                                effects))
        traffic_release(conn, from, packet, effects);
}

static void forward_reset(struct director *director, nstime now, struct conn *conn,
                          enum side from, const struct packet *packet, struct effects *effects)
{
    bool counts = conn_reset_counts(conn, from, packet);
    bool refused = counts && from == SIDE_INSIDE && conn_originator(conn) == SIDE_OUTSIDE
                   && conn->state == CONN_SYN_SEEN
                   && director->settings.rst_ditch == RST_DITCH_ON;
    if (refused && life_ditch(director, now, conn, DITCH_RESET, effects))
        return; /* the client will repeat its SYN, to another machine */
    forward(director, now, conn, from, packet, effects);
    if (counts)
        life_end(director, now, conn, END_RESET, effects);
}

static bool is_synack(const struct conn *conn, enum side from, const struct packet *packet)
{
    return from != conn_originator(conn)
           && (packet->flags & (TCP_SYN | TCP_ACK)) == (TCP_SYN | TCP_ACK);
}

/* Direct routing: the machine's SYN-ACK goes past the director, the client's ACK tells of it. */
static bool answers_unseen(const struct conn *conn)
{
    return conn->virtual->direct && conn->state == CONN_SYN_SEEN;
}

/* where the handshake stands, and whether that makes the conn active. */
static void advance_handshake(struct director *director, nstime now, struct conn *conn,
                              enum side from, const struct packet *packet,
                              struct effects *effects)
{
    bool asks = from == conn_originator(conn); /* */
    bool synack = is_synack(conn, from, packet);
    bool ack = asks && (packet->flags & (TCP_SYN | TCP_ACK)) == TCP_ACK;
    if (conn->state == CONN_SYN_SEEN && synack)
        conn_enter(conn, CONN_SYNACK_SEEN);
    if (answers_unseen(conn) && ack)
        life_establish(director, now, conn, effects);
    if (conn->state == CONN_SYNACK_SEEN
        && (ack || director->settings.active_on == ACTIVE_ON_SYNACK))
        life_establish(director, now, conn, effects);
}

/* what began on a ghost becomes active with its client's ACK, as any other, and a
 * standby that was not told of the ghost (it came later, R-1106) is told now. */
static void advance_revival(struct director *director, nstime now, struct conn *conn,
                            enum side from, const struct packet *packet,
                            struct effects *effects)
{
    enum side other = from == SIDE_OUTSIDE ? SIDE_INSIDE : SIDE_OUTSIDE;
    if ((conn->seen[other] & SEEN_ANEW) == 0 || (packet->flags & TCP_ACK) == 0)
        return;
    conn->seen[other] &= (uint8_t)~SEEN_ANEW;
    if (conn->replica && !conn->create_sent)
        life_announce(director, now, conn, effects);
}

/* with the first FIN. */
static void advance_closing(struct conn *conn)
{
    if (conn->state == CONN_ACTIVE && conn_is_closing(conn))
        conn_enter(conn, CONN_CLOSING);
}

/* By direct routing half of the close is all that is seen of it. */
static bool is_finished(const struct conn *conn)
{
    return conn_is_finished(conn)
           || (conn->virtual->direct && (conn->seen[SIDE_OUTSIDE] & SEEN_FIN) != 0);
}

/* the conn goes with the packet that acknowledges the second FIN, or is held
 * for the virtual machine's delay, or the protocol's. */
static void advance_close(struct director *director, nstime now, struct conn *conn,
                          struct effects *effects)
{
    if (conn->state != CONN_CLOSING || conn->closed || !is_finished(conn))
        return;
    if (life_delay(director, conn) == 0) {
        life_end(director, now, conn, END_CLOSED, effects);
        return;
    }
    conn->closed = true;
    life_rearm(director, conn);
}

/* "window-check strict": what it refuses is no sign of life either. */
static bool is_refused(const struct director *director, const struct conn *conn, enum side from,
                       const struct packet *packet)
{
    return director->settings.window_check == WINDOW_STRICT && packet->protocol == PROTOCOL_TCP
           && (conn->state == CONN_ACTIVE || conn->state == CONN_CLOSING)
           && !conn->virtual->direct && !window_accepts(conn, from, packet);
}

/* The create leaves before the packet that made it due: what is on the wire when
 * this unit dies still arrives. */
static void forward_known(struct director *director, nstime now, struct conn *conn,
                          enum side from, const struct packet *packet, struct effects *effects)
{
    if (conn->state == CONN_SYN_SEEN && from == SIDE_INSIDE && is_synack(conn, from, packet))
        health_answered(now, conn);
    conn->last_activity = now; /* */
    if (from == SIDE_INSIDE && second_chance_is_open(conn))
        second_chance_settle(director, now, conn, effects);
    if (conn->tag == 0 && from == SIDE_OUTSIDE)
        conn->tag = packet->tag; /* a taken-over conn learns whose it is */
    if (packet->protocol == PROTOCOL_UDP) { /* it lasts until it is idle */
        forward(director, now, conn, from, packet, effects);
        return;
    }
    if ((packet->flags & TCP_RST) != 0) {
        forward_reset(director, now, conn, from, packet, effects);
        return;
    }
    conn_track(conn, from, packet);
    advance_handshake(director, now, conn, from, packet, effects);
    advance_revival(director, now, conn, from, packet, effects);
    advance_closing(conn);
    forward(director, now, conn, from, packet, effects);
    advance_close(director, now, conn, effects);
}

/* ---- requests */

static void refuse(struct director *director, enum side from, const struct packet *packet,
                   enum drop_reason reason, struct effects *effects)
{
    note_packet(director, from, packet, NOTE_REFUSED, reason, effects);
    if (from == SIDE_OUTSIDE)
        answer(director, packet, effects);
}

static struct physical *find_owner(const struct director *director, const struct packet *packet)
{
    struct address real = {packet->source_ip, packet->source_port};
    return outbound_owner(director->machines, real, packet->protocol);
}

static struct conn *make(struct director *director, nstime now, enum side from,
                         const struct packet *packet, enum drop_reason *reason,
                         struct effects *effects)
{
    if (from == SIDE_INSIDE)
        return life_open_outbound(director, now, find_owner(director, packet), packet, reason,
                                  effects);
    struct virtual *virtual = traffic_virtual(director, packet);
    *reason = DROP_NO_VIRTUAL;
    return virtual != NULL ? life_open(director, now, virtual, packet, reason, effects) : NULL;
}

/* UDP has no handshake to wait for: counted and replicated at the first packet. */
static void open(struct director *director, nstime now, enum side from,
                 const struct packet *packet, struct effects *effects)
{
    enum drop_reason reason;
    struct conn *conn = make(director, now, from, packet, &reason, effects);
    if (conn == NULL) {
        refuse(director, from, packet, reason, effects);
        return;
    }
    if (packet->protocol == PROTOCOL_TCP)
        conn_track(conn, from, packet);
    if (packet->protocol == PROTOCOL_UDP || director->settings.active_on == ACTIVE_ON_SYN)
        life_establish(director, now, conn, effects);
    forward(director, now, conn, from, packet, effects);
}

static void count_resend(struct conn *conn)
{
    conn->syn_resends = (uint8_t)MIN(conn->syn_resends + 1, UINT8_MAX);
}

/* R-501..R-503: a repeated SYN goes where the first went, until that machine has had
 * as many as it may. Under "active_on syn" there is nothing left to reassign: the
 * standby has been told which machine it is. What a machine asks itself stays
 * with it, and so does what may have been answered past the director. */
static void repeat(struct director *director, nstime now, struct conn *conn, enum side from,
                   const struct packet *packet, struct effects *effects)
{
    if (from == SIDE_OUTSIDE && conn->state == CONN_SYN_SEEN && !conn->virtual->direct
        && conn->syn_resends + 1u >= conn->physical->reassign)
        life_ditch(director, now, conn, DITCH_NO_ANSWER, effects);
    else
        count_resend(conn);
    conn_track(conn, from, packet);
}

/* of a conn that a record made: its machine has said nothing since, and has had
 * as many requests as it may. It is dead: a machine that lives answers, as new or by a
 * challenge ACK (RFC 5961). */
static bool asks_in_vain(const struct conn *conn, enum side from)
{
    return from == SIDE_OUTSIDE && conn->state == CONN_ACTIVE && conn->replica
           && !conn->virtual->direct
           && conn->seen[SIDE_INSIDE] == 0 && conn->syn_resends >= conn->physical->reassign;
}

/* A request that meets a conn of the same tuple. One that is not yet answered is
 * repeated. A closing one makes room, and one whose machine is dead: without a new
 * create, the standby would hold a conn that its next delete takes away. To an established
 * one it is forwarded, and its machine decides: it answers with a challenge ACK (RFC 5961)
 * or, if the conn is a ghost, takes it as new. Were the director to decide, anybody's SYN
 * would cut off a living connection. */
static void request(struct director *director, nstime now, struct conn *conn, enum side from,
                    const struct packet *packet, struct effects *effects)
{
    if (conn != NULL && (conn->state == CONN_CLOSING || asks_in_vain(conn, from))) {
        life_end(director, now, conn, END_NEW_INCARNATION, effects);
        conn = NULL;
    }
    if (conn == NULL) {
        open(director, now, from, packet, effects);
        return;
    }
    conn->last_activity = now;
    if (conn->state != CONN_ACTIVE)
        repeat(director, now, conn, from, packet, effects);
    else
        count_resend(conn);
    forward(director, now, conn, from, packet, effects);
}

/* Does it ask for a connection? From inside only a machine may that is seen outside. */
static bool is_request(const struct director *director, enum side from,
                       const struct conn *conn, const struct packet *packet)
{
    bool asks = packet->protocol == PROTOCOL_UDP ? conn == NULL : packet_is_request(packet);
    return asks && (from == SIDE_OUTSIDE || find_owner(director, packet) != NULL);
}

void traffic_packet(struct director *director, nstime now, enum side from,
                    const struct packet *packet, struct effects *effects)
{
    if (director->group.role == ROLE_STANDBY) { /* */
        traffic_drop(director, from, packet, DROP_STANDBY, effects);
        return;
    }
    if (packet->protocol != PROTOCOL_TCP && packet->protocol != PROTOCOL_UDP) {
        traffic_drop(director, from, packet, DROP_PROTOCOL, effects);
        return;
    }
    struct flow key = translate_key(from, packet);
    struct conn *conn = from == SIDE_OUTSIDE
                            ? conn_table_find(director->connections, &key)
                            : conn_table_find_reverse(director->connections, &key);
    bool asks = is_request(director, from, conn, packet);
    if (conn == NULL && !asks)
        conn = unknown_rebuild(director, now, from, packet, effects);
    if (conn == NULL && passes(director, now, from, packet, asks))
        pass(director, from, packet, effects);
    else if (asks)
        request(director, now, conn, from, packet, effects);
    else if (conn != NULL && unknown_is_unproven(conn)
             && !unknown_admits(director, now, conn, from, packet, effects))
        return;
    else if (conn != NULL && is_refused(director, conn, from, packet))
        traffic_drop(director, from, packet, DROP_WINDOW, effects);
    else if (conn != NULL)
        forward_known(director, now, conn, from, packet, effects);
    else
        drop_unknown(director, now, from, packet, effects);
}
