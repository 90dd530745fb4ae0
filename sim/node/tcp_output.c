#include "sim/node/tcp_output.h"

#include "sim/engine/chance.h"

#include <glib.h>

/* The client's address names the connection: directors leave it as it is. */
uint32_t tcp_digest(const struct tcp *tcp, uint16_t station, uint32_t from, uint32_t to)
{
    bool is_client = tcp->stack->side == SIDE_OUTSIDE;
    uint64_t ip = is_client ? tcp->socket.local_ip : tcp->socket.remote_ip;
    uint64_t port = is_client ? tcp->socket.local_port : tcp->socket.remote_port;
    uint64_t stream = (ip << 16 | port) ^ station * UINT64_C(0x9E3779B97F4A7C15);
    return (uint32_t)chance_fold(stream, to) - (uint32_t)chance_fold(stream, from);
}

static uint32_t later(uint32_t a, uint32_t b)
{
    return tcp_before(a, b) ? b : a;
}

static bool in_handshake(const struct tcp *tcp)
{
    return tcp->state == TCP_SYN_SENT || tcp->state == TCP_SYN_RECEIVED;
}

/* ---- segments */

static struct packet blank(struct tcp *tcp, uint8_t flags)
{
    return (struct packet){
        .source_ip = tcp->socket.local_ip,
        .destination_ip = tcp->socket.remote_ip,
        .source_port = tcp->socket.local_port,
        .destination_port = tcp->socket.remote_port,
        .acknowledgement = flags & TCP_ACK ? tcp->received : 0,
        .protocol = PROTOCOL_TCP,
        .flags = flags,
        .tag = tcp->socket.tag,
        .serial = tcp->serial++,
    };
}

static void emit(struct tcp *tcp, const struct packet *packet)
{
    if (packet->flags & TCP_ACK) {
        tcp->ack_now = false;
        tcp->ack_at = NSTIME_NEVER;
        tcp->unacknowledged = 0;
    }
    tcp->stack->send(tcp->stack->network, tcp->stack->side, packet);
}

static uint8_t segment_flags(const struct tcp *tcp, uint32_t length, uint32_t to)
{
    if (in_handshake(tcp))
        return tcp->state == TCP_SYN_SENT ? TCP_SYN : TCP_SYN | TCP_ACK;
    unsigned flags = TCP_ACK;
    if (length > 0 && to == tcp->end)
        flags |= TCP_PSH;
    if (tcp->shut && to == tcp->end)
        flags |= TCP_FIN;
    return (uint8_t)flags;
}

/* How many bytes the segment that begins at from carries. */
static uint32_t segment_length(const struct tcp *tcp, uint32_t from)
{
    if (in_handshake(tcp))
        return 0;
    return MIN(tcp->end - from, TCP_MSS);
}

/* Time one fresh segment at a time, and by Karn none that was sent twice. */
static void time_segment(struct tcp *tcp, bool fresh, uint32_t next)
{
    if (!fresh) {
        tcp->timed_at = NSTIME_NEVER;
    } else if (tcp->timed_at == NSTIME_NEVER) {
        tcp->timed_at = engine_now(tcp->stack->engine);
        tcp->timed_end = next;
    }
}

/* Send the segment that begins at from; returns the number after it. */
static uint32_t transmit(struct tcp *tcp, uint32_t from)
{
    uint32_t length = segment_length(tcp, from);
    uint8_t flags = segment_flags(tcp, length, from + length);
    uint32_t next = from + length + (flags & (TCP_SYN | TCP_FIN) ? 1u : 0u);
    struct packet packet = blank(tcp, flags);
    packet.sequence = from;
    packet.payload_length = (uint16_t)length;
    packet.payload = flags & TCP_SYN ? tcp->station
                                     : tcp_digest(tcp, tcp->station, from, from + length);
    bool fresh = !tcp_before(from, tcp->highest);
    if (!fresh)
        tcp->stack->retransmissions++;
    time_segment(tcp, fresh, next);
    tcp->highest = later(tcp->highest, next);
    emit(tcp, &packet);
    return next;
}

static void acknowledge(struct tcp *tcp)
{
    struct packet packet = blank(tcp, TCP_ACK);
    packet.sequence = tcp->highest;
    emit(tcp, &packet);
}

void tcp_resend_first(struct tcp *tcp)
{
    g_assert(tcp->acknowledged != tcp->highest);
    transmit(tcp, tcp->acknowledged);
}

void tcp_challenge(struct tcp *tcp)
{
    uint32_t now = tcp_milliseconds(tcp->stack);
    if (now - tcp->challenged < TCP_CHALLENGE_GAP)
        return;
    tcp->challenged = now;
    tcp->stack->challenge_acks++;
    acknowledge(tcp);
}

void tcp_abort(struct tcp *tcp)
{
    if (tcp->state > TCP_SYN_SENT && tcp->state < TCP_TIME_WAIT) {
        struct packet packet = blank(tcp, TCP_RST | TCP_ACK);
        packet.sequence = tcp->highest;
        emit(tcp, &packet);
    }
    tcp->state = TCP_CLOSED;
}

void tcp_refuse(struct tcp_stack *stack, const struct packet *packet)
{
    g_assert(!(packet->flags & TCP_RST));
    uint32_t length = packet->payload_length + (packet->flags & TCP_SYN ? 1u : 0u)
                      + (packet->flags & TCP_FIN ? 1u : 0u);
    bool acknowledges = packet->flags & TCP_ACK;
    struct packet reset = {
        .source_ip = packet->destination_ip,
        .destination_ip = packet->source_ip,
        .source_port = packet->destination_port,
        .destination_port = packet->source_port,
        .sequence = acknowledges ? packet->acknowledgement : 0,
        .acknowledgement = acknowledges ? 0 : packet->sequence + length,
        .protocol = PROTOCOL_TCP,
        .flags = acknowledges ? TCP_RST : TCP_RST | TCP_ACK,
        .tag = packet->tag,
        /* a number that no socket's own packet has: each refusal has its own luck */
        .serial = packet->serial | UINT32_C(0x80000000),
    };
    stack->send(stack->network, stack->side, &reset);
}

/* ---- retransmission time-out (RFC 6298, with the least wait as Linux puts it: on
 * top of the smoothed round trip, so that a delayed ACK does not trigger it) */

static nstime timeout(const struct tcp *tcp)
{
    nstime wait = TCP_RTO_FIRST;
    if (tcp->measured)
        wait = tcp->smoothed * NSTIME_US + MAX(4 * tcp->variation * NSTIME_US, TCP_RTO_MIN);
    for (unsigned i = 0; i < tcp->retries && wait < TCP_RTO_MAX; i++)
        wait *= 2;
    return MIN(wait, TCP_RTO_MAX);
}

static void measure(struct tcp *tcp, nstime round_trip)
{
    uint32_t sample = (uint32_t)(MIN(round_trip, TCP_RTO_MAX) / NSTIME_US);
    if (!tcp->measured) {
        tcp->measured = true;
        tcp->smoothed = sample;
        tcp->variation = sample / 2;
        return;
    }
    uint32_t error = sample > tcp->smoothed ? sample - tcp->smoothed : tcp->smoothed - sample;
    tcp->variation = (3 * tcp->variation + error) / 4;
    tcp->smoothed = (7 * tcp->smoothed + sample) / 8;
}

void tcp_take_acknowledgement(struct tcp *tcp, uint32_t number)
{
    g_assert(tcp_before(tcp->acknowledged, number) && !tcp_before(tcp->highest, number));
    nstime now = engine_now(tcp->stack->engine);
    tcp->acknowledged = number;
    tcp->next = later(tcp->next, number);
    tcp->retries = 0;
    if (tcp->timed_at != NSTIME_NEVER && !tcp_before(number, tcp->timed_end)) {
        measure(tcp, now - tcp->timed_at);
        tcp->timed_at = NSTIME_NEVER;
    }
    tcp->resend_at = number == tcp->highest ? NSTIME_NEVER : now + timeout(tcp);
}

static unsigned retries_limit(const struct tcp *tcp)
{
    if (tcp->state == TCP_SYN_SENT)
        return TCP_SYN_RETRIES;
    if (tcp->state == TCP_SYN_RECEIVED)
        return TCP_SYN_ACK_RETRIES;
    return tcp->orphan ? TCP_ORPHAN_RETRIES : TCP_DATA_RETRIES;
}

/* ---- keepalive */

static const struct keepalive roll_call = {
    .time = KEEPALIVE_INTERVAL, .interval = KEEPALIVE_INTERVAL, .probes = KEEPALIVE_PROBES,
};

static const struct keepalive *schedule_of(const struct tcp *tcp)
{
    return tcp->keepalive ? tcp->stack->keepalive(tcp) : &roll_call;
}

/* As Linux has it: from the handshake's end until the owner has closed, and behind whatever
 * is unacknowledged, whose own retries find out as much. */
static bool probes(const struct tcp *tcp)
{
    return (tcp->probing || tcp->keepalive) && !tcp->orphan && tcp->state > TCP_SYN_RECEIVED
           && tcp->acknowledged == tcp->highest;
}

/* A segment without bytes whose number is one before what was sent draws an
 * acknowledgement from whoever has the connection, and from nobody else. */
static void send_probe(struct tcp *tcp)
{
    struct packet packet = blank(tcp, TCP_ACK);
    packet.sequence = tcp->highest - 1;
    emit(tcp, &packet);
    tcp->retries++;
    tcp->resend_at = engine_now(tcp->stack->engine) + schedule_of(tcp)->interval;
}

static unsigned probe_again(struct tcp *tcp)
{
    if (tcp->retries < schedule_of(tcp)->probes) {
        send_probe(tcp);
        return 0;
    }
    tcp_abort(tcp);
    return TCP_TIMED_OUT;
}

void tcp_put_off_probe(struct tcp *tcp)
{
    if (!probes(tcp))
        return;
    tcp->retries = 0;
    tcp->resend_at = engine_now(tcp->stack->engine) + schedule_of(tcp)->time;
}

void tcp_keep_alive(struct tcp *tcp)
{
    g_assert(tcp->stack->keepalive != NULL);
    tcp->keepalive = true;
}

void tcp_probe(struct tcp *tcp)
{
    tcp->probing = true;
    if (probes(tcp)) {
        tcp->retries = 0;
        send_probe(tcp);
    }
}

/* Nothing came back in time: begin again at the first unacknowledged byte, one
 * segment at a time until something does. */
static unsigned expire(struct tcp *tcp)
{
    bool outstanding = tcp->acknowledged != tcp->highest;
    if (probes(tcp))
        return probe_again(tcp);
    if (!outstanding || tcp->retries >= retries_limit(tcp)) {
        g_assert(outstanding || tcp->state == TCP_FIN_WAIT_2 || tcp->state == TCP_LISTEN);
        tcp->state = TCP_CLOSED;
        return TCP_TIMED_OUT;
    }
    tcp->retries++;
    tcp->next = tcp->acknowledged;
    tcp->recovering = false;
    tcp->resend_at = NSTIME_NEVER;
    return 0;
}

/* ---- the event */

static void arm(struct tcp *tcp)
{
    nstime due = MIN(MIN(tcp->resend_at, tcp->ack_at), tcp->alarm_at);
    if (due >= tcp->event_at)
        return; /* the pending event comes first, and arms again */
    engine_cancel(tcp->stack->engine, tcp->event);
    tcp->event_at = due;
    tcp->event = engine_schedule(tcp->stack->engine, due, tcp->stack->wake, tcp, 0);
}

unsigned tcp_wake(struct tcp *tcp)
{
    nstime now = engine_now(tcp->stack->engine);
    tcp->event = 0;
    tcp->event_at = NSTIME_NEVER;
    if (tcp->ack_at <= now)
        tcp->ack_now = true;
    return tcp->resend_at <= now ? expire(tcp) : 0;
}

void tcp_dispose(struct tcp *tcp)
{
    engine_cancel(tcp->stack->engine, tcp->event);
    tcp->event = 0;
    tcp->event_at = NSTIME_NEVER;
}

/* Is there something to send at next: the SYN, bytes, or the FIN alone? */
static bool has_segment(const struct tcp *tcp)
{
    if (in_handshake(tcp))
        return tcp->next == tcp->acknowledged;
    return tcp_before(tcp->next, tcp->end + (tcp->shut ? 1 : 0));
}

/* What begins to be unacknowledged has a timer of its own, and retries of its own. */
static void leave_idleness(struct tcp *tcp)
{
    if (!has_segment(tcp) || tcp->acknowledged != tcp->highest)
        return;
    tcp->retries = 0;
    tcp->resend_at = NSTIME_NEVER;
}

static void send_window(struct tcp *tcp)
{
    leave_idleness(tcp);
    uint32_t window = tcp->retries > 0 ? TCP_MSS : TCP_SEND_WINDOW;
    while (has_segment(tcp)
           && tcp->next + segment_length(tcp, tcp->next) - tcp->acknowledged <= window)
        tcp->next = transmit(tcp, tcp->next);
    if (tcp->resend_at != NSTIME_NEVER)
        return;
    if (tcp->acknowledged != tcp->highest)
        tcp->resend_at = engine_now(tcp->stack->engine) + timeout(tcp);
    else if (probes(tcp))
        tcp->resend_at = engine_now(tcp->stack->engine) + schedule_of(tcp)->time;
}

void tcp_flush(struct tcp *tcp)
{
    g_assert(tcp->state != TCP_CLOSED);
    send_window(tcp);
    if (tcp->ack_now)
        acknowledge(tcp);
    arm(tcp);
}
