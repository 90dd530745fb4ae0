#include "sim/node/tcp.h"

#include "sim/engine/chance.h"
#include "sim/node/tcp_output.h"

#include <glib.h>

/* RFC 6528: a keyed number for each tuple, moved on by a clock of 64 ns ticks, so
 * that a tuple used again starts beyond where it stood. */
static uint32_t initial_number(const struct tcp_stack *stack, const struct socket *socket)
{
    uint64_t key = chance_fold(stack->key, (uint64_t)socket->local_ip << 32 | socket->remote_ip);
    key = chance_fold(key, (uint64_t)socket->local_port << 16 | socket->remote_port);
    return (uint32_t)key + (uint32_t)(engine_now(stack->engine) / 64);
}

static void init(struct tcp *tcp, struct tcp_stack *stack, const struct socket *socket,
                 uint16_t station)
{
    uint32_t first = initial_number(stack, socket);
    *tcp = (struct tcp){
        .socket = *socket,
        .stack = stack,
        .station = station,
        .acknowledged = first,
        .next = first,
        .highest = first,
        .end = first + 1,
        .challenged = tcp_milliseconds(stack) - TCP_CHALLENGE_GAP,
        .timed_at = NSTIME_NEVER,
        .resend_at = NSTIME_NEVER,
        .ack_at = NSTIME_NEVER,
        .alarm_at = NSTIME_NEVER,
        .event_at = NSTIME_NEVER,
    };
    tcp->socket.chain = NULL;
}

void tcp_connect(struct tcp *tcp, struct tcp_stack *stack, const struct socket *socket,
                 uint16_t station)
{
    init(tcp, stack, socket, station);
    tcp->state = TCP_SYN_SENT;
}

/* It has nothing to say, not even a SYN, until it is asked. */
void tcp_listen(struct tcp *tcp, struct tcp_stack *stack, const struct socket *socket)
{
    init(tcp, stack, socket, 0);
    tcp->state = TCP_LISTEN;
    tcp->end = tcp->next;
    tcp->resend_at = engine_now(stack->engine) + TCP_LISTEN_TIME;
}

static void take_syn(struct tcp *tcp, const struct packet *packet)
{
    tcp->received = packet->sequence + 1;
    tcp->peer_station = (uint16_t)packet->payload;
}

void tcp_accept(struct tcp *tcp, struct tcp_stack *stack, const struct packet *syn,
                uint16_t station)
{
    g_assert(packet_is_request(syn));
    struct socket socket = {
        .local_ip = syn->destination_ip,
        .remote_ip = syn->source_ip,
        .local_port = syn->destination_port,
        .remote_port = syn->source_port,
        .tag = syn->tag,
    };
    init(tcp, stack, &socket, station);
    tcp->state = TCP_SYN_RECEIVED;
    take_syn(tcp, syn);
    /* sockets made by two SYNs of one connection never send packets of one name */
    tcp->serial = syn->serial << 16;
}

/* ---- the owner's calls */

void tcp_write(struct tcp *tcp, uint32_t bytes)
{
    g_assert(bytes < TCP_WRITE_MAX && tcp->end - tcp->acknowledged < TCP_WRITE_MAX && !tcp->shut);
    tcp->end += bytes;
}

void tcp_shut(struct tcp *tcp)
{
    if (tcp->shut)
        return;
    g_assert(tcp->state == TCP_ESTABLISHED || tcp->state == TCP_CLOSE_WAIT);
    tcp->shut = true;
    tcp->state = tcp->state == TCP_ESTABLISHED ? TCP_FIN_WAIT_1 : TCP_LAST_ACK;
}

void tcp_close(struct tcp *tcp)
{
    tcp_shut(tcp);
    tcp->orphan = true;
    if (tcp->state == TCP_FIN_WAIT_2)
        tcp->resend_at = engine_now(tcp->stack->engine) + TCP_FIN_TIMEOUT;
}

/* ---- a segment comes, taken through RFC 9293, 3.10.7 in its order */

struct segment_view {
    const struct packet *packet;
    uint32_t from;
    uint32_t to; /* after the payload, before a FIN */
};

static bool has(const struct segment_view *segment, unsigned flag)
{
    return segment->packet->flags & flag;
}

static unsigned over(struct tcp *tcp, unsigned how)
{
    tcp->state = TCP_CLOSED;
    return how;
}

static unsigned receive_listening(struct tcp *tcp, const struct packet *packet)
{
    if (packet_is_request(packet)) {
        take_syn(tcp, packet);
        tcp->end = tcp->next + 1;
        tcp->resend_at = NSTIME_NEVER;
        tcp->state = TCP_SYN_RECEIVED;
    } else if (!(packet->flags & TCP_RST)) {
        tcp_refuse(tcp->stack, packet);
    }
    return 0;
}

/* Both ends have asked (RFC 9293, figure 7): the SYN goes again, and acknowledges theirs. */
static void receive_crossing_syn(struct tcp *tcp, const struct packet *packet)
{
    take_syn(tcp, packet);
    tcp->state = TCP_SYN_RECEIVED;
    tcp_resend_first(tcp);
}

/* An ACK for something else gets a RST that names it, and our SYN goes on waiting
 * for its timer: this is how a stale connection at the other end is cleared. */
static unsigned receive_syn_sent(struct tcp *tcp, const struct packet *packet)
{
    bool acknowledges = packet->flags & TCP_ACK;
    bool acceptable = acknowledges && packet->acknowledgement == tcp->highest;
    if (acknowledges && !acceptable) {
        if (!(packet->flags & TCP_RST))
            tcp_refuse(tcp->stack, packet);
        return 0;
    }
    if (packet->flags & TCP_RST)
        return acceptable ? over(tcp, TCP_WAS_RESET) : 0;
    if (packet_is_request(packet))
        receive_crossing_syn(tcp, packet);
    if (!(packet->flags & TCP_SYN) || !acceptable)
        return 0;
    take_syn(tcp, packet);
    tcp_take_acknowledgement(tcp, packet->acknowledgement);
    tcp->state = TCP_ESTABLISHED;
    tcp->ack_now = true;
    return TCP_OPENED;
}

static bool acceptable(const struct tcp *tcp, const struct segment_view *segment)
{
    uint32_t to = segment->to + (has(segment, TCP_SYN) ? 1 : 0) + (has(segment, TCP_FIN) ? 1 : 0);
    if (!tcp_before(segment->from, tcp->received + TCP_RECEIVE_WINDOW))
        return false;
    return to == segment->from ? !tcp_before(segment->from, tcp->received)
                               : tcp_before(tcp->received, to);
}

/* Out of the window: say where we stand. A repeated SYN means that our SYN-ACK was
 * lost; repeated bytes, that our ACK was; anything else may be an echo of our own
 * ACK and is answered sparingly. */
static void receive_unacceptable(struct tcp *tcp, const struct segment_view *segment)
{
    if (has(segment, TCP_RST))
        return;
    if (has(segment, TCP_SYN)) {
        bool ours = tcp->state == TCP_SYN_RECEIVED && segment->from + 1 == tcp->received;
        if (ours)
            tcp_resend_first(tcp);
        else
            tcp_challenge(tcp);
    } else if (segment->packet->payload_length > 0 || has(segment, TCP_FIN)) {
        tcp->ack_now = true;
    } else {
        tcp_challenge(tcp);
    }
}

/* RFC 5961, 3.2: only the exact number resets. */
static unsigned receive_reset(struct tcp *tcp, const struct segment_view *segment)
{
    if (segment->from == tcp->received)
        return over(tcp, TCP_WAS_RESET);
    tcp_challenge(tcp);
    return 0;
}

/* Three duplicates say that a segment was lost and later ones came: send it again,
 * and after it whatever else the same window lost, one for each answer (RFC 6582). */
static void count_duplicate(struct tcp *tcp, const struct segment_view *segment)
{
    if (segment->packet->payload_length > 0 || has(segment, TCP_FIN)
        || tcp->acknowledged == tcp->highest)
        return;
    if (tcp->duplicates < UINT8_MAX)
        tcp->duplicates++;
    if (tcp->duplicates == 3 && !tcp->recovering && tcp->retries == 0) {
        tcp->recovering = true;
        tcp->recover = tcp->highest;
        tcp_resend_first(tcp);
    }
}

static void advance_acknowledged(struct tcp *tcp, uint32_t number)
{
    tcp->duplicates = 0;
    tcp_take_acknowledgement(tcp, number);
    tcp->recovering = tcp->recovering && tcp_before(number, tcp->recover);
    if (tcp->recovering)
        tcp_resend_first(tcp);
}

static void fin_acknowledged(struct tcp *tcp)
{
    if (tcp->state == TCP_FIN_WAIT_1) {
        tcp->state = TCP_FIN_WAIT_2;
        if (tcp->orphan)
            tcp->resend_at = engine_now(tcp->stack->engine) + TCP_FIN_TIMEOUT;
    } else if (tcp->state == TCP_CLOSING) {
        tcp->state = TCP_TIME_WAIT;
    } else if (tcp->state == TCP_LAST_ACK) {
        tcp->state = TCP_CLOSED;
    }
}

static bool finished(const struct tcp *tcp)
{
    return tcp->state == TCP_TIME_WAIT || tcp->state == TCP_CLOSED;
}

/* Returns false when the segment is to be dropped: it acknowledges what was never
 * sent, or is older than any window (RFC 5961, 5.2). */
static bool receive_acknowledgement(struct tcp *tcp, const struct segment_view *segment,
                                    unsigned *report)
{
    uint32_t number = segment->packet->acknowledgement;
    if (tcp->state == TCP_SYN_RECEIVED) {
        if (number != tcp->highest) {
            tcp_refuse(tcp->stack, segment->packet);
            return false;
        }
        tcp->state = TCP_ESTABLISHED;
        *report |= TCP_OPENED;
        tcp_take_acknowledgement(tcp, number);
        return true;
    }
    if (tcp_before(tcp->highest, number)
        || tcp_before(number, tcp->acknowledged - TCP_RECEIVE_WINDOW)) {
        tcp_challenge(tcp);
        return false;
    }
    if (number == tcp->acknowledged) {
        count_duplicate(tcp, segment);
    } else if (tcp_before(tcp->acknowledged, number)) {
        advance_acknowledged(tcp, number);
        *report |= TCP_ADVANCED;
        if (tcp->shut && number == tcp->end + 1)
            fin_acknowledged(tcp);
    }
    return true;
}

static bool receives(const struct tcp *tcp)
{
    return tcp->state == TCP_ESTABLISHED || tcp->state == TCP_FIN_WAIT_1
           || tcp->state == TCP_FIN_WAIT_2;
}

/* Bytes beyond a hole: kept when they join the one run that is kept, else left to
 * retransmission. */
static void hold(struct tcp *tcp, uint32_t from, uint32_t to)
{
    if (tcp->held_from == tcp->held_to) {
        tcp->held_from = from;
        tcp->held_to = to;
        return;
    }
    if (tcp_before(tcp->held_to, from) || tcp_before(to, tcp->held_from))
        return;
    if (tcp_before(from, tcp->held_from))
        tcp->held_from = from;
    if (tcp_before(tcp->held_to, to))
        tcp->held_to = to;
}

/* Is what is held joined to what is received? */
static void join_held(struct tcp *tcp)
{
    if (tcp->held_from == tcp->held_to)
        return;
    tcp->ack_now = true; /* RFC 5681, 4.2: at once, while a hole is being filled */
    if (tcp_before(tcp->received, tcp->held_from))
        return;
    if (tcp_before(tcp->received, tcp->held_to))
        tcp->received = tcp->held_to;
    tcp->held_from = tcp->held_to;
}

static void append(struct tcp *tcp, uint32_t to)
{
    uint32_t before = tcp->received;
    tcp->received = to;
    join_held(tcp);
    tcp->unacknowledged += tcp->received - before;
    if (tcp->unacknowledged > TCP_MSS)
        tcp->ack_now = true; /* RFC 1122, 4.2.3.2: at least every second full segment */
    else if (tcp->ack_at == NSTIME_NEVER)
        tcp->ack_at = engine_now(tcp->stack->engine) + TCP_DELAYED_ACK;
}

static unsigned receive_bytes(struct tcp *tcp, const struct segment_view *segment)
{
    if (segment->to == segment->from || !receives(tcp))
        return 0;
    if (tcp->orphan && tcp_before(tcp->received, segment->to)) {
        tcp_refuse(tcp->stack, segment->packet); /* RFC 1122, 4.2.2.13: nobody will read it */
        return over(tcp, TCP_FINISHED);
    }
    const struct packet *packet = segment->packet;
    if (packet->payload != tcp_digest(tcp, tcp->peer_station, segment->from, segment->to))
        tcp->stack->corrupt++;
    if (!tcp_before(tcp->received, segment->to)) {
        tcp->ack_now = true;
        return 0;
    }
    if (tcp_before(tcp->received, segment->from)) {
        hold(tcp, segment->from, segment->to);
        tcp->ack_now = true;
        return 0;
    }
    append(tcp, segment->to);
    return TCP_ADVANCED;
}

/* A FIN beyond a hole is not kept; its sender repeats it. */
static unsigned receive_fin(struct tcp *tcp, const struct segment_view *segment)
{
    if (!has(segment, TCP_FIN) || !receives(tcp))
        return 0;
    tcp->ack_now = true;
    if (segment->to != tcp->received)
        return 0;
    tcp->received++;
    if (tcp->state == TCP_ESTABLISHED)
        tcp->state = TCP_CLOSE_WAIT;
    else
        tcp->state = tcp->state == TCP_FIN_WAIT_1 ? TCP_CLOSING : TCP_TIME_WAIT;
    return TCP_PEER_DONE | TCP_ADVANCED;
}

/* The other end's SYN again, with the acknowledgement of ours: where SYNs have crossed, this
 * opens (Linux lets it pass, though its number is that before the window). */
static bool completes_crossing(const struct tcp *tcp, const struct segment_view *segment)
{
    return tcp->state == TCP_SYN_RECEIVED && has(segment, TCP_SYN) && has(segment, TCP_ACK)
           && segment->from + 1 == tcp->received
           && segment->packet->acknowledgement == tcp->highest;
}

unsigned tcp_receive(struct tcp *tcp, const struct packet *packet)
{
    g_assert(!finished(tcp));
    if (tcp->state <= TCP_SYN_SENT)
        return tcp->state == TCP_SYN_SENT ? receive_syn_sent(tcp, packet)
                                          : receive_listening(tcp, packet);
    struct segment_view segment = {
        .packet = packet,
        .from = packet->sequence,
        .to = packet->sequence + packet->payload_length,
    };
    unsigned report = 0;
    if (completes_crossing(tcp, &segment)) {
        receive_acknowledgement(tcp, &segment, &report);
        return report;
    }
    if (!acceptable(tcp, &segment)) {
        receive_unacceptable(tcp, &segment);
        return 0;
    }
    if (has(&segment, TCP_RST))
        return receive_reset(tcp, &segment);
    if (has(&segment, TCP_SYN)) {
        tcp_challenge(tcp); /* RFC 5961, 4.2 */
        return 0;
    }
    tcp_put_off_probe(tcp); /* whatever comes shows that the other end is there */
    if (!has(&segment, TCP_ACK) || !receive_acknowledgement(tcp, &segment, &report))
        return report;
    report |= receive_bytes(tcp, &segment);
    if (!finished(tcp))
        report |= receive_fin(tcp, &segment);
    if (!finished(tcp))
        return report;
    tcp->resend_at = NSTIME_NEVER;
    return report | TCP_FINISHED;
}
