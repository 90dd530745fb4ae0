#include "core/record.h"

#include "core/packet.h"
#include "core/wire.h"

#include <glib.h>

static uint8_t *encode_one(const struct record *record, uint8_t *at)
{
    at = wire_put32(at, record->real.ip);
    at = wire_put32(at, record->foreign.ip);
    at = wire_put32(at, record->virtual.ip);
    at = wire_put16(at, record->real.port);
    at = wire_put16(at, record->foreign.port);
    at = wire_put16(at, record->virtual.port);
    at = wire_put16(at, record->bind_id);
    *at++ = record->protocol;
    *at++ = record->flags;
    return wire_put16(at, 0);
}

size_t record_encode(const struct record *records, unsigned count, uint8_t *bytes)
{
    g_assert(count >= 1 && count <= RECORD_COUNT_MAX);
    uint8_t *at = wire_put16(bytes, RECORD_MAGIC);
    *at++ = RECORD_VERSION;
    *at++ = (uint8_t)count;
    at = wire_put32(at, 0);
    for (unsigned i = 0; i < count; i++)
        at = encode_one(&records[i], at);
    return (size_t)(at - bytes);
}

static enum record_refusal decode_one(const uint8_t *at, struct record *record)
{
    *record = (struct record){
        .real = {wire_get32(at), wire_get16(at + 12)},
        .foreign = {wire_get32(at + 4), wire_get16(at + 14)},
        .virtual = {wire_get32(at + 8), wire_get16(at + 16)},
        .bind_id = wire_get16(at + 18),
        .protocol = at[20],
        .flags = at[21],
    };
    if (wire_get16(at + 22) != 0)
        return REFUSAL_BAD_RESERVED;
    if (record->protocol != PROTOCOL_TCP && record->protocol != PROTOCOL_UDP)
        return REFUSAL_BAD_PROTOCOL;
    return REFUSAL_NONE;
}

static enum record_refusal decode_header(const uint8_t *bytes, size_t length)
{
    if (wire_get16(bytes) != RECORD_MAGIC)
        return REFUSAL_BAD_MAGIC;
    if (bytes[2] != RECORD_VERSION)
        return REFUSAL_BAD_VERSION;
    if (length != RECORD_HEADER_SIZE + (size_t)bytes[3] * RECORD_SIZE)
        return REFUSAL_BAD_COUNT;
    if (wire_get32(bytes + 4) != 0)
        return REFUSAL_BAD_RESERVED;
    return REFUSAL_NONE;
}

enum record_refusal record_decode(const uint8_t *bytes, size_t length, struct record *records,
                                  unsigned *count)
{
    g_assert(bytes != NULL || length == 0);
    *count = 0;
    if (length != RECORD_HEADER_SIZE + RECORD_SIZE && length != RECORD_DATAGRAM_MAX)
        return REFUSAL_WRONG_SIZE;
    enum record_refusal refusal = decode_header(bytes, length);
    unsigned stated = bytes[3];
    for (unsigned i = 0; i < stated && refusal == REFUSAL_NONE; i++)
        refusal = decode_one(bytes + RECORD_HEADER_SIZE + i * RECORD_SIZE, &records[i]);
    if (refusal == REFUSAL_NONE)
        *count = stated;
    return refusal;
}
