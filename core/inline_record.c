#include "core/inline_record.h"

#include "core/header.h"
#include "core/wire.h"

#include <glib.h>
#include <string.h>

enum { IP_SIZE = 20, UDP_SIZE = 8 };

/* The headers of UDP, without its checksum. */
static size_t put_udp(const struct packet *packet, uint8_t *at)
{
    memset(at, 0, IP_SIZE + UDP_SIZE);
    at[0] = 0x45;
    wire_put16(at + 2, (uint16_t)(IP_SIZE + UDP_SIZE + packet->payload_length));
    at[8] = 64;
    at[9] = PROTOCOL_UDP;
    wire_put32(at + 12, packet->source_ip);
    wire_put32(at + 16, packet->destination_ip);
    wire_put16(at + IP_SIZE, packet->source_port);
    wire_put16(at + IP_SIZE + 2, packet->destination_port);
    wire_put16(at + IP_SIZE + 4, (uint16_t)(UDP_SIZE + packet->payload_length));
    return IP_SIZE + UDP_SIZE;
}

/* The payload is the host's: of it, its length, and no checksum. */
static size_t put_packet(const struct packet *packet, uint8_t *at, size_t room)
{
    size_t headers = HEADER_BUILT_SIZE;
    if (packet->protocol == PROTOCOL_TCP)
        header_build(packet, at);
    else
        headers = put_udp(packet, at);
    size_t length = MIN(headers + packet->payload_length, room);
    wire_put16(at + 2, (uint16_t)(headers + packet->payload_length));
    memset(at + headers, 0, length - headers);
    return length;
}

/* A datagram of one record is its header and the record. */
size_t inline_encode(const struct inline_message *message, const struct packet *packet,
                     uint8_t *bytes)
{
    uint8_t whole[RECORD_DATAGRAM_MAX];
    uint8_t *at = wire_put16(bytes, INLINE_MAGIC);
    *at++ = INLINE_VERSION;
    *at++ = message->kind;
    at = wire_put32(at, message->number);
    record_encode(&message->record, 1, whole);
    memcpy(at, whole + RECORD_HEADER_SIZE, RECORD_SIZE);
    size_t carried = 0;
    if (packet != NULL)
        carried = put_packet(packet, at + RECORD_SIZE, INLINE_DATAGRAM_MAX - INLINE_FIXED_SIZE);
    return INLINE_FIXED_SIZE + carried;
}

void inline_answer(uint8_t *bytes)
{
    g_assert(bytes[3] == INLINE_CREATE || bytes[3] == INLINE_DELETE);
    bytes[3] = (uint8_t)(bytes[3] == INLINE_CREATE ? INLINE_CREATED : INLINE_DELETED);
}

static enum record_refusal decode_record(const uint8_t *bytes, struct record *record)
{
    static const struct record none;
    uint8_t whole[RECORD_DATAGRAM_MAX];
    unsigned count;
    size_t length = record_encode(&none, 1, whole);
    memcpy(whole + RECORD_HEADER_SIZE, bytes, RECORD_SIZE);
    return record_decode(whole, length, record, &count);
}

/* A create's flags count it, a delete's say so: nothing else is either. */
static bool fits(const struct inline_message *message)
{
    bool creates = message->kind == INLINE_CREATE || message->kind == INLINE_CREATED;
    return message->record.flags
           == (creates ? RECORD_PM_COUNTED | RECORD_VM_COUNTED : RECORD_DELETE);
}

/* Nothing, or a packet as long as it says itself, as far as it fits. */
static bool is_carried_whole(const uint8_t *packet, size_t length)
{
    enum { ROOM = INLINE_DATAGRAM_MAX - INLINE_FIXED_SIZE };
    return length == 0
           || (length >= IP_SIZE + UDP_SIZE && length == MIN(wire_get16(packet + 2), ROOM));
}

enum record_refusal inline_decode(const uint8_t *bytes, size_t length,
                                  struct inline_message *message)
{
    if (length < INLINE_FIXED_SIZE || length > INLINE_DATAGRAM_MAX)
        return REFUSAL_WRONG_SIZE;
    if (wire_get16(bytes) != INLINE_MAGIC)
        return REFUSAL_BAD_MAGIC;
    if (bytes[2] != INLINE_VERSION)
        return REFUSAL_BAD_VERSION;
    if (bytes[3] < INLINE_CREATE || bytes[3] > INLINE_DELETED)
        return REFUSAL_BAD_FLAGS;
    bool carries = bytes[3] == INLINE_CREATE || bytes[3] == INLINE_CREATED;
    if (!carries ? length != INLINE_FIXED_SIZE
                 : !is_carried_whole(bytes + INLINE_FIXED_SIZE, length - INLINE_FIXED_SIZE))
        return REFUSAL_WRONG_SIZE;
    message->kind = bytes[3];
    message->number = wire_get32(bytes + 4);
    enum record_refusal refusal = decode_record(bytes + INLINE_HEADER_SIZE, &message->record);
    return refusal == REFUSAL_NONE && !fits(message) ? REFUSAL_BAD_FLAGS : refusal;
}
