#include "core/ipvs_record.h"

#include "core/ipvs_state.h"
#include "core/packet.h"
#include "core/wire.h"

#include <glib.h>

enum { KNOWN_FLAGS = IPVS_FORWARDING | IPVS_LEARNT | IPVS_NO_OUTPUT | IPVS_INACTIVE };

uint8_t *ipvs_put_header(uint8_t *bytes, unsigned count)
{
    g_assert(count >= 1 && count <= IPVS_RECORDS_MAX);
    uint8_t *at = bytes;
    *at++ = 0;
    *at++ = 0; /* sync ID 0 */
    at = wire_put16(at, (uint16_t)(IPVS_HEADER_SIZE + count * IPVS_RECORD_SIZE));
    *at++ = (uint8_t)count;
    *at++ = IPVS_VERSION;
    return wire_put16(at, 0);
}

uint8_t *ipvs_put_record(uint8_t *bytes, const struct ipvs_record *record)
{
    uint8_t *at = bytes;
    *at++ = 0;
    *at++ = record->protocol;
    at = wire_put16(at, IPVS_RECORD_SIZE);
    at = wire_put32(at, record->flags);
    at = wire_put16(at, record->state);
    at = wire_put16(at, record->client.port);
    at = wire_put16(at, record->virtual.port);
    at = wire_put16(at, record->destination.port);
    at = wire_put32(at, record->mark);
    at = wire_put32(at, record->timeout);
    at = wire_put32(at, record->client.ip);
    at = wire_put32(at, record->virtual.ip);
    return wire_put32(at, record->destination.ip);
}

static unsigned states_of(uint8_t protocol)
{
    return protocol == PROTOCOL_TCP ? IPVS_TCP_STATES : 1;
}

static enum record_refusal decode_one(const uint8_t *at, struct ipvs_record *record)
{
    *record = (struct ipvs_record){
        .client = {wire_get32(at + 24), wire_get16(at + 10)},
        .virtual = {wire_get32(at + 28), wire_get16(at + 12)},
        .destination = {wire_get32(at + 32), wire_get16(at + 14)},
        .flags = wire_get32(at + 4),
        .mark = wire_get32(at + 16),
        .timeout = wire_get32(at + 20),
        .state = wire_get16(at + 8),
        .protocol = at[1],
    };
    if (at[0] != 0 || wire_get16(at + 2) != IPVS_RECORD_SIZE)
        return REFUSAL_WRONG_SIZE;
    if (record->protocol != PROTOCOL_TCP && record->protocol != PROTOCOL_UDP)
        return REFUSAL_BAD_PROTOCOL;
    if ((record->flags & ~(uint32_t)KNOWN_FLAGS) != 0
        || record->state >= states_of(record->protocol))
        return REFUSAL_BAD_FLAGS;
    if (record->mark > UINT16_MAX)
        return REFUSAL_UNKNOWN_MACHINE;
    return REFUSAL_NONE;
}

/* A first byte of zero is what tells version 1 from version 0, whose count stands there. */
static enum record_refusal decode_header(const uint8_t *bytes, size_t length)
{
    if (length < IPVS_HEADER_SIZE)
        return REFUSAL_WRONG_SIZE;
    if (bytes[0] != 0)
        return REFUSAL_BAD_MAGIC;
    if (bytes[5] != IPVS_VERSION)
        return REFUSAL_BAD_VERSION;
    if (wire_get16(bytes + 2) != length)
        return REFUSAL_WRONG_SIZE;
    if (bytes[4] == 0 || bytes[4] > IPVS_RECORDS_MAX
        || length != IPVS_HEADER_SIZE + (size_t)bytes[4] * IPVS_RECORD_SIZE)
        return REFUSAL_BAD_COUNT;
    return wire_get16(bytes + 6) != 0 ? REFUSAL_BAD_RESERVED : REFUSAL_NONE;
}

enum record_refusal ipvs_decode(const uint8_t *bytes, size_t length, struct ipvs_record *records,
                                unsigned *count)
{
    enum record_refusal refusal = decode_header(bytes, length);
    for (unsigned i = 0; refusal == REFUSAL_NONE && i < bytes[4]; i++)
        refusal = decode_one(bytes + IPVS_HEADER_SIZE + i * IPVS_RECORD_SIZE, &records[i]);
    if (refusal == REFUSAL_NONE)
        *count = bytes[4];
    return refusal;
}
