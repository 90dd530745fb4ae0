#include "core/conntrackd_message.h"

#include "core/packet.h"
#include "core/wire.h"

#include <glib.h>

enum attribute {
    ATTRIBUTE_IPV4 = 0,
    ATTRIBUTE_PROTOCOL = 2,
    ATTRIBUTE_PORTS = 3,
    ATTRIBUTE_TCP_STATE = 4,
    ATTRIBUTE_STATUS = 5,
    ATTRIBUTE_TIMEOUT = 6,
    ATTRIBUTE_MARK = 7,
    ATTRIBUTE_SNAT_IPV4 = 12,
    ATTRIBUTE_DNAT_IPV4 = 13,
    ATTRIBUTE_SNAT_PORT = 14,
    ATTRIBUTE_DNAT_PORT = 15,
    ATTRIBUTES = 16,
};

enum { ATTRIBUTE_HEADER = 4 };

/* How long a value is; 0: none of ours. */
static const uint8_t value_sizes[ATTRIBUTES] = {
    [ATTRIBUTE_IPV4] = 8,      [ATTRIBUTE_PROTOCOL] = 1,  [ATTRIBUTE_PORTS] = 4,
    [ATTRIBUTE_TCP_STATE] = 1, [ATTRIBUTE_STATUS] = 4,    [ATTRIBUTE_TIMEOUT] = 4,
    [ATTRIBUTE_MARK] = 4,      [ATTRIBUTE_SNAT_IPV4] = 4, [ATTRIBUTE_DNAT_IPV4] = 4,
    [ATTRIBUTE_SNAT_PORT] = 2, [ATTRIBUTE_DNAT_PORT] = 2,
};

enum { REQUIRED = 1 << ATTRIBUTE_IPV4 | 1 << ATTRIBUTE_PROTOCOL | 1 << ATTRIBUTE_PORTS
                  | 1 << ATTRIBUTE_STATUS | 1 << ATTRIBUTE_TIMEOUT };

static size_t padded(size_t size)
{
    return (size + 3) & ~(size_t)3;
}

/* ---- a connection as the kernel sees it: a tuple, and what the translation makes of it */

struct tuple {
    struct address source, destination;
    struct address translated; /* of the source if outbound, else of the destination */
};

static struct tuple tuple_of(const struct conntrackd_message *message)
{
    const struct record *record = &message->record;
    if (message->outbound)
        return (struct tuple){record->real, record->foreign, record->virtual};
    return (struct tuple){record->foreign, record->virtual, record->real};
}

static struct address untranslated(const struct conntrackd_message *message,
                                   const struct tuple *tuple)
{
    return message->outbound ? tuple->source : tuple->destination;
}

static void take_tuple(struct conntrackd_message *message, const struct tuple *tuple)
{
    struct record *record = &message->record;
    record->real = message->outbound ? tuple->source : tuple->translated;
    record->foreign = message->outbound ? tuple->destination : tuple->source;
    record->virtual = message->outbound ? tuple->translated : tuple->destination;
}

/* ---- encoding */

static uint8_t *put_head(uint8_t *at, enum attribute attribute)
{
    at = wire_put16(at, (uint16_t)(ATTRIBUTE_HEADER + value_sizes[attribute]));
    return wire_put16(at, (uint16_t)attribute);
}

static uint8_t *put8(uint8_t *at, enum attribute attribute, uint8_t value)
{
    return wire_put32(put_head(at, attribute), (uint32_t)value << 24);
}

static uint8_t *put16(uint8_t *at, enum attribute attribute, uint16_t value)
{
    return wire_put32(put_head(at, attribute), (uint32_t)value << 16);
}

static uint8_t *put32(uint8_t *at, enum attribute attribute, uint32_t value)
{
    return wire_put32(put_head(at, attribute), value);
}

static uint8_t *put_translation(const struct conntrackd_message *message,
                                const struct tuple *tuple, uint8_t *at)
{
    struct address before = untranslated(message, tuple);
    if (tuple->translated.ip != before.ip)
        at = put32(at, message->outbound ? ATTRIBUTE_SNAT_IPV4 : ATTRIBUTE_DNAT_IPV4,
                   tuple->translated.ip);
    if (tuple->translated.port != before.port)
        at = put16(at, message->outbound ? ATTRIBUTE_SNAT_PORT : ATTRIBUTE_DNAT_PORT,
                   tuple->translated.port);
    return at;
}

static uint8_t *put_state(const struct conntrackd_message *message, uint8_t *at)
{
    struct tuple tuple = tuple_of(message);
    bool translated = !address_equal(tuple.translated, untranslated(message, &tuple));
    at = wire_put32(put_head(at, ATTRIBUTE_IPV4), tuple.source.ip);
    at = wire_put32(at, tuple.destination.ip);
    at = put32(at, ATTRIBUTE_STATUS,
               conntrackd_status_of(message->state, translated, message->outbound));
    at = put8(at, ATTRIBUTE_PROTOCOL, message->record.protocol);
    at = wire_put16(put_head(at, ATTRIBUTE_PORTS), tuple.source.port);
    at = wire_put16(at, tuple.destination.port);
    if (message->record.protocol == PROTOCOL_TCP)
        at = put8(at, ATTRIBUTE_TCP_STATE, (uint8_t)message->state);
    at = put32(at, ATTRIBUTE_TIMEOUT, message->timeout);
    if (message->record.bind_id != 0)
        at = put32(at, ATTRIBUTE_MARK, message->record.bind_id);
    return put_translation(message, &tuple, at);
}

static bool has_range(uint8_t flags)
{
    return (flags & (CONNTRACKD_RESYNC | CONNTRACKD_NACK | CONNTRACKD_ACK)) != 0;
}

static uint8_t *put_body(const struct conntrackd_message *message, uint8_t *at)
{
    if (message->type != CONNTRACKD_CONTROL)
        return put_state(message, at);
    return has_range(message->flags) ? wire_put32(wire_put32(at, message->first), message->last)
                                     : at;
}

size_t conntrackd_message_encode(const struct conntrackd_message *message, uint8_t *bytes)
{
    size_t size = (size_t)(put_body(message, bytes + CONNTRACKD_HEADER_SIZE) - bytes);
    g_assert(size <= CONNTRACKD_MESSAGE_MAX);
    bytes[0] = (uint8_t)(CONNTRACKD_VERSION << 4 | message->type);
    bytes[1] = message->flags;
    wire_put32(wire_put16(bytes + 2, (uint16_t)size), message->number);
    return size;
}

size_t conntrackd_message_size(const struct conntrackd_message *message)
{
    uint8_t bytes[CONNTRACKD_MESSAGE_MAX];
    return conntrackd_message_encode(message, bytes);
}

/* ---- decoding */

/* What was read of a state message so far. */
struct reading {
    struct conntrackd_message *message;
    struct tuple tuple;
    uint32_t seen; /* attributes, 1 << each */
    uint32_t status, mark;
    uint8_t tcp_state;
};

static void take_value(struct reading *reading, enum attribute attribute, const uint8_t *value)
{
    struct tuple *tuple = &reading->tuple;
    switch (attribute) {
    case ATTRIBUTE_IPV4:
        tuple->source.ip = wire_get32(value);
        tuple->destination.ip = wire_get32(value + 4);
        break;
    case ATTRIBUTE_PORTS:
        tuple->source.port = wire_get16(value);
        tuple->destination.port = wire_get16(value + 2);
        break;
    case ATTRIBUTE_PROTOCOL: reading->message->record.protocol = value[0]; break;
    case ATTRIBUTE_TCP_STATE: reading->tcp_state = value[0]; break;
    case ATTRIBUTE_STATUS: reading->status = wire_get32(value); break;
    case ATTRIBUTE_TIMEOUT: reading->message->timeout = wire_get32(value); break;
    case ATTRIBUTE_MARK: reading->mark = wire_get32(value); break;
    case ATTRIBUTE_SNAT_IPV4:
    case ATTRIBUTE_DNAT_IPV4: tuple->translated.ip = wire_get32(value); break;
    case ATTRIBUTE_SNAT_PORT:
    case ATTRIBUTE_DNAT_PORT: tuple->translated.port = wire_get16(value); break;
    case ATTRIBUTES: g_assert_not_reached();
    }
}

static bool is_zero(const uint8_t *bytes, size_t length)
{
    for (size_t i = 0; i < length; i++)
        if (bytes[i] != 0)
            return false;
    return true;
}

/* One attribute, whose padded size is then *taken. */
static enum record_refusal read_attribute(struct reading *reading, const uint8_t *at,
                                          size_t length, size_t *taken)
{
    if (length < ATTRIBUTE_HEADER)
        return REFUSAL_WRONG_SIZE;
    size_t size = wire_get16(at);
    unsigned attribute = wire_get16(at + 2);
    if (attribute >= ATTRIBUTES || value_sizes[attribute] == 0
        || (reading->seen >> attribute & 1) != 0)
        return REFUSAL_BAD_VALUE;
    if (size != ATTRIBUTE_HEADER + (size_t)value_sizes[attribute] || padded(size) > length)
        return REFUSAL_WRONG_SIZE;
    if (!is_zero(at + size, padded(size) - size))
        return REFUSAL_BAD_RESERVED;
    reading->seen |= 1u << attribute;
    take_value(reading, attribute, at + ATTRIBUTE_HEADER);
    *taken = padded(size);
    return REFUSAL_NONE;
}

/* The tuple with what was not translated filled in. */
static enum record_refusal finish_tuple(struct reading *reading)
{
    const uint32_t source = 1 << ATTRIBUTE_SNAT_IPV4 | 1 << ATTRIBUTE_SNAT_PORT;
    const uint32_t destination = 1 << ATTRIBUTE_DNAT_IPV4 | 1 << ATTRIBUTE_DNAT_PORT;
    struct conntrackd_message *message = reading->message;
    struct tuple *tuple = &reading->tuple;
    message->outbound = (reading->seen & source) != 0;
    if (message->outbound && (reading->seen & destination) != 0)
        return REFUSAL_BAD_VALUE;
    struct address before = untranslated(message, tuple);
    if ((reading->seen & (1 << ATTRIBUTE_SNAT_IPV4 | 1 << ATTRIBUTE_DNAT_IPV4)) == 0)
        tuple->translated.ip = before.ip;
    if ((reading->seen & (1 << ATTRIBUTE_SNAT_PORT | 1 << ATTRIBUTE_DNAT_PORT)) == 0)
        tuple->translated.port = before.port;
    take_tuple(message, tuple);
    return REFUSAL_NONE;
}

static enum record_refusal finish_state(struct reading *reading)
{
    struct conntrackd_message *message = reading->message;
    bool has_state = (reading->seen >> ATTRIBUTE_TCP_STATE & 1) != 0;
    bool is_tcp = message->record.protocol == PROTOCOL_TCP;
    if ((reading->seen & REQUIRED) != REQUIRED)
        return REFUSAL_BAD_VALUE;
    if (!is_tcp && message->record.protocol != PROTOCOL_UDP)
        return REFUSAL_BAD_PROTOCOL;
    if (has_state != is_tcp || reading->mark > UINT16_MAX
        || (is_tcp
            && (reading->tcp_state == CONNTRACKD_NONE
                || reading->tcp_state >= CONNTRACKD_TCP_STATES)))
        return REFUSAL_BAD_VALUE;
    message->record.bind_id = (uint16_t)reading->mark;
    message->state = is_tcp ? reading->tcp_state : conntrackd_udp_state(reading->status);
    return finish_tuple(reading);
}

static enum record_refusal read_state(const uint8_t *at, size_t length,
                                      struct conntrackd_message *message)
{
    struct reading reading = {.message = message};
    enum record_refusal refusal = REFUSAL_NONE;
    size_t taken = 0;
    if ((message->flags & ~(CONNTRACKD_HELLO | CONNTRACKD_HELLO_BACK)) != 0)
        return REFUSAL_BAD_FLAGS;
    for (; length > 0 && refusal == REFUSAL_NONE; at += taken, length -= taken) {
        taken = 0;
        refusal = read_attribute(&reading, at, length, &taken);
    }
    return refusal == REFUSAL_NONE ? finish_state(&reading) : refusal;
}

static bool is_one_control(uint8_t flags)
{
    unsigned what = flags & ~(unsigned)(CONNTRACKD_HELLO | CONNTRACKD_HELLO_BACK);
    return what == CONNTRACKD_RESYNC || what == CONNTRACKD_NACK || what == CONNTRACKD_ACK
           || what == CONNTRACKD_ALIVE;
}

static enum record_refusal read_control(const uint8_t *at, size_t length,
                                        struct conntrackd_message *message)
{
    if (!is_one_control(message->flags))
        return REFUSAL_BAD_FLAGS;
    if (!has_range(message->flags))
        return length == 0 ? REFUSAL_NONE : REFUSAL_WRONG_SIZE;
    if (length != CONNTRACKD_RANGE_SIZE - CONNTRACKD_HEADER_SIZE)
        return REFUSAL_WRONG_SIZE;
    message->first = wire_get32(at);
    message->last = wire_get32(at + 4);
    return (int32_t)(message->last - message->first) >= 0 ? REFUSAL_NONE : REFUSAL_BAD_VALUE;
}

static enum record_refusal read_message(const uint8_t *at, size_t length,
                                        struct conntrackd_message *message)
{
    const uint8_t *body = at + CONNTRACKD_HEADER_SIZE;
    size_t rest = length - CONNTRACKD_HEADER_SIZE;
    *message = (struct conntrackd_message){
        .type = at[0] & 15, .flags = at[1], .number = wire_get32(at + 4)};
    if (at[0] >> 4 != CONNTRACKD_VERSION)
        return REFUSAL_BAD_VERSION;
    if (message->type <= CONNTRACKD_DESTROY)
        return read_state(body, rest, message);
    return message->type == CONNTRACKD_CONTROL ? read_control(body, rest, message)
                                               : REFUSAL_BAD_TYPE;
}

enum record_refusal conntrackd_decode(const uint8_t *bytes, size_t length,
                                      struct conntrackd_message *messages, unsigned *count)
{
    enum record_refusal refusal = length == 0 ? REFUSAL_WRONG_SIZE : REFUSAL_NONE;
    unsigned read = 0;
    *count = 0;
    if (length > CONNTRACKD_DATAGRAM_MAX)
        return REFUSAL_WRONG_SIZE;
    while (length > 0 && refusal == REFUSAL_NONE) {
        size_t size = length < CONNTRACKD_HEADER_SIZE ? 0 : wire_get16(bytes + 2);
        if (size < CONNTRACKD_HEADER_SIZE || size > length)
            return REFUSAL_WRONG_SIZE;
        refusal = read_message(bytes, size, &messages[read++]);
        bytes += size;
        length -= size;
    }
    *count = refusal == REFUSAL_NONE ? read : 0;
    return refusal;
}
