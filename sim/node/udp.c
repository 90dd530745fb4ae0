#include "sim/node/udp.h"

#include "sim/engine/chance.h"

#include <glib.h>

enum { PART_BITS = 6 }; /* a part's number lies in the low bits of its serial */

#define TOP_BIT UINT32_C(0x80000000) /* of the serial of a copy that the network made */

/* A datagram's payload: whose it is in the low half, and above it a digest of the client's
 * address, of the station, and of which bytes of which request or answer these are. */
static uint32_t payload(uint32_t client_ip, uint16_t client_port, uint16_t station,
                        const struct packet *packet)
{
    uint64_t place = (uint64_t)packet->sequence << 32 | packet->acknowledgement;
    uint64_t whose = (uint64_t)client_ip << 32 | (uint32_t)client_port << 16 | station;
    return ((uint32_t)chance_fold(whose, place) & UINT32_C(0xFFFF0000)) | station;
}

/* ---- who asks */

void udp_open(struct udp *udp, struct tcp_stack *stack, const struct socket *socket,
              nstime retry_time, unsigned retries)
{
    g_assert(retry_time > 0 && retries < UINT8_MAX);
    *udp = (struct udp){
        .socket = *socket,
        .stack = stack,
        .retries = (uint8_t)retries,
        .retry_time = retry_time,
        .resend_at = NSTIME_NEVER,
        .alarm_at = NSTIME_NEVER,
        .event_at = NSTIME_NEVER,
    };
    udp->socket.chain = NULL;
}

static void send_request(struct udp *udp)
{
    struct packet packet = {
        .source_ip = udp->socket.local_ip,
        .destination_ip = udp->socket.remote_ip,
        .source_port = udp->socket.local_port,
        .destination_port = udp->socket.remote_port,
        .sequence = udp->request,
        .payload_length = udp->request_bytes,
        .protocol = PROTOCOL_UDP,
        .tag = udp->socket.tag,
        .serial = udp->serial++,
    };
    packet.payload = payload(packet.source_ip, packet.source_port, 0, &packet);
    udp->resend_at = engine_now(udp->stack->engine) + (udp->retry_time << udp->sent++);
    udp->stack->send(udp->stack->network, udp->stack->side, &packet);
}

void udp_ask(struct udp *udp, uint32_t request, uint32_t request_bytes, uint32_t answer_bytes)
{
    g_assert(request_bytes > 0 && answer_bytes > 0);
    udp->request = request;
    udp->request_bytes = (uint16_t)MIN(request_bytes, UDP_PAYLOAD);
    udp->answer_bytes = (uint16_t)MIN(answer_bytes, UDP_ANSWER_MAX);
    udp->parts = 0;
    udp->station = 0;
    udp->sent = 0;
    send_request(udp);
}

static unsigned parts_of(uint32_t bytes)
{
    return (bytes + UDP_PAYLOAD - 1) / UDP_PAYLOAD;
}

/* Late answers to earlier requests come, and copies of parts. */
static bool is_part(const struct udp *udp, const struct packet *packet)
{
    return udp->answer_bytes > 0 && packet->sequence == udp->request
           && packet->acknowledgement < udp->answer_bytes;
}

/* Two servers' halves make no whole: the later server's parts count from now on. */
static void take_station(struct udp *udp, uint16_t station)
{
    if (udp->station != station)
        udp->parts = 0;
    udp->station = station;
}

unsigned udp_receive(struct udp *udp, const struct packet *packet)
{
    uint16_t station = (uint16_t)packet->payload;
    if (packet->payload
        != payload(udp->socket.local_ip, udp->socket.local_port, station, packet))
        udp->stack->corrupt++;
    if (!is_part(udp, packet))
        return 0;
    take_station(udp, station);
    uint64_t part = UINT64_C(1) << (packet->acknowledgement / UDP_PAYLOAD);
    if (udp->parts & part)
        return 0;
    udp->parts |= part;
    if (udp->parts != (UINT64_C(1) << parts_of(udp->answer_bytes)) - 1)
        return UDP_ADVANCED;
    udp->answer_bytes = 0;
    udp->resend_at = NSTIME_NEVER;
    return UDP_ADVANCED | UDP_ANSWERED;
}

unsigned udp_wake(struct udp *udp)
{
    udp->event = 0;
    udp->event_at = NSTIME_NEVER;
    if (udp->resend_at > engine_now(udp->stack->engine))
        return 0;
    if (udp->sent > udp->retries)
        return UDP_TIMED_OUT;
    udp->stack->retransmissions++;
    send_request(udp);
    return 0;
}

/* A pending event that comes earlier arms again: an answer costs the queue nothing. */
void udp_flush(struct udp *udp)
{
    nstime due = MIN(udp->resend_at, udp->alarm_at);
    if (due >= udp->event_at)
        return;
    engine_cancel(udp->stack->engine, udp->event);
    udp->event_at = due;
    udp->event = engine_schedule(udp->stack->engine, due, udp->stack->wake, udp, 0);
}

void udp_dispose(struct udp *udp)
{
    engine_cancel(udp->stack->engine, udp->event);
    udp->event = 0;
    udp->event_at = NSTIME_NEVER;
}

/* ---- who answers */

bool udp_request_sound(const struct packet *request)
{
    return request->payload == payload(request->source_ip, request->source_port, 0, request);
}

/* Each copy of a request gets an answer of its own, whose packets have their own luck. */
static void send_part(struct tcp_stack *stack, const struct packet *request, uint16_t station,
                      uint32_t from, uint32_t bytes)
{
    struct packet packet = {
        .source_ip = request->destination_ip,
        .destination_ip = request->source_ip,
        .source_port = request->destination_port,
        .destination_port = request->source_port,
        .sequence = request->sequence,
        .acknowledgement = from,
        .payload_length = (uint16_t)MIN(bytes - from, UDP_PAYLOAD),
        .protocol = PROTOCOL_UDP,
        .tag = request->tag,
        .serial = (request->serial & TOP_BIT) | request->serial << PART_BITS | from / UDP_PAYLOAD,
    };
    packet.payload = payload(request->source_ip, request->source_port, station, &packet);
    stack->send(stack->network, stack->side, &packet);
}

void udp_answer(struct tcp_stack *stack, const struct packet *request, uint16_t station,
                uint32_t bytes)
{
    g_assert(station > 0 && bytes > 0);
    uint32_t whole = MIN(bytes, UDP_ANSWER_MAX);
    for (uint32_t from = 0; from < whole; from += UDP_PAYLOAD)
        send_part(stack, request, station, from, whole);
}
