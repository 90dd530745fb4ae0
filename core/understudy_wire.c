#include "core/understudy_wire.h"

#include "core/packet.h"

#include <glib.h>
#include <string.h>

enum {
    FLAGS_EMPTY = 0,
    FLAGS_FULL = RECORD_PM_COUNTED | RECORD_VM_COUNTED,
    HEAD = 8,
    CHECK_AT = 4,
    CHECK = 3,
    ECHO_NONE = 255,
};

/* ---- numbers */

static uint8_t *put(uint8_t *at, uint64_t value, unsigned bytes)
{
    for (unsigned i = 0; i < bytes; i++)
        at[i] = (uint8_t)(value >> 8 * (bytes - 1 - i));
    return at + bytes;
}

static uint64_t take(const uint8_t **at, unsigned bytes)
{
    uint64_t value = 0;
    for (unsigned i = 0; i < bytes; i++)
        value = value << 8 | (*at)[i];
    *at += bytes;
    return value;
}

static uint8_t *put_address(uint8_t *at, struct address address)
{
    return put(put(at, address.ip, 4), address.port, 2);
}

static struct address take_address(const uint8_t **at)
{
    uint32_t ip = (uint32_t)take(at, 4);
    return (struct address){ip, (uint16_t)take(at, 2)};
}

/* ---- records */

size_t understudy_record_size(const struct slot_record *record)
{
    return record->full ? UNDERSTUDY_FULL : UNDERSTUDY_EMPTY;
}

static uint8_t *put_record(uint8_t *at, const struct slot_record *slot)
{
    const struct record *record = &slot->record;
    at = put(put(at, slot->slot, 4), slot->version, 2);
    at = put(at, slot->full ? FLAGS_FULL : FLAGS_EMPTY, 1);
    at = put(at, slot->full ? record->protocol : 0, 1);
    if (!slot->full)
        return at;
    at = put_address(at, record->real);
    at = put_address(at, record->foreign);
    at = put_address(at, record->virtual);
    return put(at, record->bind_id, 2);
}

static enum record_refusal take_full(const uint8_t **at, struct slot_record *slot)
{
    struct record *record = &slot->record;
    record->real = take_address(at);
    record->foreign = take_address(at);
    record->virtual = take_address(at);
    record->bind_id = (uint16_t)take(at, 2);
    return record->protocol == PROTOCOL_TCP || record->protocol == PROTOCOL_UDP
               ? REFUSAL_NONE
               : REFUSAL_BAD_PROTOCOL;
}

static enum record_refusal take_record(const uint8_t **at, const uint8_t *end,
                                       struct slot_record *slot)
{
    if (end - *at < UNDERSTUDY_EMPTY)
        return REFUSAL_WRONG_SIZE;
    slot->slot = (uint32_t)take(at, 4);
    slot->version = (uint16_t)take(at, 2);
    uint8_t flags = (uint8_t)take(at, 1);
    slot->record = (struct record){.flags = flags, .protocol = (uint8_t)take(at, 1)};
    slot->full = flags == FLAGS_FULL;
    if (slot->slot == 0 || slot->slot > UNDERSTUDY_SLOT_MAX)
        return REFUSAL_BAD_COUNT;
    if (flags != FLAGS_FULL && flags != FLAGS_EMPTY)
        return REFUSAL_BAD_FLAGS;
    if (!slot->full)
        return slot->record.protocol == 0 ? REFUSAL_NONE : REFUSAL_BAD_RESERVED;
    return end - *at < UNDERSTUDY_FULL - UNDERSTUDY_EMPTY ? REFUSAL_WRONG_SIZE
                                                          : take_full(at, slot);
}

/* Bits mixed as in splitmix64's last step (Steele, Lea and Flood 2014). */
static uint64_t mix(uint64_t value)
{
    value = (value ^ value >> 30) * 0xBF58476D1CE4E5B9u;
    value = (value ^ value >> 27) * 0x94D049BB133111EBu;
    return value ^ value >> 31;
}

uint64_t understudy_hash(const struct slot_record *record)
{
    uint8_t bytes[UNDERSTUDY_FULL + 4] = {0};
    const uint8_t *at = bytes;
    uint64_t hash = 0;
    if (!record->full)
        return 0;
    put_record(bytes, record);
    for (unsigned i = 0; i < sizeof bytes / 8; i++)
        hash = mix(hash + 0x9E3779B97F4A7C15u + take(&at, 8));
    return hash;
}

/* ---- messages */

/* Of all bytes but itself. */
static uint32_t check_of(const uint8_t *bytes, size_t length)
{
    uint64_t hash = mix(length);
    for (size_t i = 0; i < length; i += 8) {
        uint8_t part[8] = {0};
        const uint8_t *at = part;
        memcpy(part, bytes + i, MIN(8, length - i));
        if (i == 0)
            memset(part + CHECK_AT, 0, CHECK);
        hash = mix(hash + 0x9E3779B97F4A7C15u + take(&at, 8));
    }
    return (uint32_t)(hash & 0xFFFFFF);
}

void understudy_seal(uint8_t *bytes, size_t length)
{
    g_assert(length >= HEAD);
    put(bytes + CHECK_AT, check_of(bytes, length), CHECK);
}

/* Who has the last byte says what it is; the check is filled in later. */
static uint8_t *put_head(uint8_t *at, enum understudy_kind kind, uint16_t epoch, unsigned last)
{
    at = put(put(put(at, UNDERSTUDY_MAGIC, 1), kind, 1), epoch, 2);
    return put(put(at, 0, CHECK), last, 1);
}

static uint8_t *put_data(uint8_t *at, const struct understudy_data *data)
{
    at = put_head(at, data->first ? UNDERSTUDY_KIND_FIRST_DATA : UNDERSTUDY_KIND_DATA,
                  data->epoch, data->sequence - data->base);
    at = put(at, data->sequence, 4);
    for (unsigned i = 0; i < data->count; i++)
        at = put_record(at, &data->records[i]);
    return at;
}

static uint8_t *put_ack(uint8_t *at, const struct understudy_ack *ack)
{
    uint32_t back = ack->all_to + UNDERSTUDY_WINDOW - ack->echo;
    at = put_head(at, UNDERSTUDY_KIND_ACK, ack->epoch, MIN(back, ECHO_NONE));
    return put(put(at, ack->all_to, 4), ack->bitmap, 8);
}

static uint8_t *put_digest(uint8_t *at, const struct understudy_digest *digest)
{
    at = put_head(at, UNDERSTUDY_KIND_DIGEST, digest->epoch, 0);
    at = put(put(at, digest->page, 4), digest->mask, 8);
    for (unsigned i = 0; i < UNDERSTUDY_PAGES; i++)
        if ((digest->mask >> i & 1) != 0)
            at = put(at, digest->digests[i], 8);
    return at;
}

static uint8_t *put_verdict(uint8_t *at, const struct understudy_verdict *verdict)
{
    at = put_head(at, UNDERSTUDY_KIND_VERDICT, verdict->epoch, 0);
    return put(put(put(at, verdict->page, 4), verdict->mask, 8), verdict->differs, 8);
}

size_t understudy_encode(const struct understudy_message *message, uint8_t *bytes)
{
    uint8_t *end = bytes;
    switch (message->kind) {
    case UNDERSTUDY_KIND_FIRST_DATA:
    case UNDERSTUDY_KIND_DATA: end = put_data(bytes, &message->data); break;
    case UNDERSTUDY_KIND_ACK: end = put_ack(bytes, &message->ack); break;
    case UNDERSTUDY_KIND_DIGEST: end = put_digest(bytes, &message->digest); break;
    case UNDERSTUDY_KIND_VERDICT: end = put_verdict(bytes, &message->verdict); break;
    }
    g_assert(end > bytes && end - bytes <= UNDERSTUDY_DATAGRAM_MAX);
    understudy_seal(bytes, (size_t)(end - bytes));
    return (size_t)(end - bytes);
}

static enum record_refusal take_data(const uint8_t *at, const uint8_t *end, unsigned older,
                                     struct understudy_data *data)
{
    enum record_refusal refusal = REFUSAL_NONE;
    if (end - at < UNDERSTUDY_DATA_HEADER - HEAD)
        return REFUSAL_WRONG_SIZE;
    data->sequence = (uint32_t)take(&at, 4);
    data->base = data->sequence - older;
    data->count = 0;
    if (older >= UNDERSTUDY_WINDOW || data->sequence <= older)
        return REFUSAL_BAD_COUNT;
    while (at < end && refusal == REFUSAL_NONE) {
        if (data->count == UNDERSTUDY_RECORDS_MAX)
            return REFUSAL_WRONG_SIZE;
        refusal = take_record(&at, end, &data->records[data->count++]);
    }
    return refusal;
}

static enum record_refusal take_ack(const uint8_t *at, const uint8_t *end, unsigned back,
                                    struct understudy_ack *ack)
{
    if (end - at != UNDERSTUDY_ACK - HEAD)
        return REFUSAL_WRONG_SIZE;
    ack->all_to = (uint32_t)take(&at, 4);
    ack->bitmap = take(&at, 8);
    ack->echo = back < ECHO_NONE ? ack->all_to + UNDERSTUDY_WINDOW - back : 0;
    return REFUSAL_NONE;
}

static enum record_refusal take_digest(const uint8_t *at, const uint8_t *end,
                                       struct understudy_digest *digest)
{
    if (end - at < UNDERSTUDY_DIGEST_HEADER - HEAD)
        return REFUSAL_WRONG_SIZE;
    digest->page = (uint32_t)take(&at, 4);
    digest->mask = take(&at, 8);
    if (digest->page > UNDERSTUDY_SLOT_MAX / UNDERSTUDY_PAGE - UNDERSTUDY_PAGES)
        return REFUSAL_BAD_COUNT;
    if (end - at != 8 * __builtin_popcountll(digest->mask))
        return REFUSAL_WRONG_SIZE;
    for (unsigned i = 0; i < UNDERSTUDY_PAGES; i++)
        digest->digests[i] = (digest->mask >> i & 1) != 0 ? take(&at, 8) : 0;
    return REFUSAL_NONE;
}

static enum record_refusal take_verdict(const uint8_t *at, const uint8_t *end,
                                        struct understudy_verdict *verdict)
{
    if (end - at != UNDERSTUDY_VERDICT - HEAD)
        return REFUSAL_WRONG_SIZE;
    verdict->page = (uint32_t)take(&at, 4);
    verdict->mask = take(&at, 8);
    verdict->differs = take(&at, 8);
    return (verdict->differs & ~verdict->mask) == 0 ? REFUSAL_NONE : REFUSAL_BAD_RESERVED;
}

enum record_refusal understudy_decode(const uint8_t *bytes, size_t length,
                                      struct understudy_message *message)
{
    if (length < HEAD || length > UNDERSTUDY_DATAGRAM_MAX)
        return REFUSAL_WRONG_SIZE;
    const uint8_t *at = bytes, *end = bytes + length;
    if (take(&at, 1) != UNDERSTUDY_MAGIC)
        return REFUSAL_BAD_MAGIC;
    message->kind = (enum understudy_kind)take(&at, 1);
    uint16_t epoch = (uint16_t)take(&at, 2);
    uint32_t check = (uint32_t)take(&at, CHECK);
    unsigned last = (unsigned)take(&at, 1);
    if (check != check_of(bytes, length))
        return REFUSAL_BAD_CHECK;
    switch (message->kind) {
    case UNDERSTUDY_KIND_FIRST_DATA:
    case UNDERSTUDY_KIND_DATA:
        message->data.first = message->kind == UNDERSTUDY_KIND_FIRST_DATA;
        message->kind = UNDERSTUDY_KIND_DATA;
        message->data.epoch = epoch;
        return take_data(at, end, last, &message->data);
    case UNDERSTUDY_KIND_ACK:
        message->ack.epoch = epoch;
        return take_ack(at, end, last, &message->ack);
    case UNDERSTUDY_KIND_DIGEST:
        message->digest.epoch = epoch;
        return last == 0 ? take_digest(at, end, &message->digest) : REFUSAL_BAD_RESERVED;
    case UNDERSTUDY_KIND_VERDICT:
        message->verdict.epoch = epoch;
        return last == 0 ? take_verdict(at, end, &message->verdict) : REFUSAL_BAD_RESERVED;
    }
    return REFUSAL_BAD_VERSION;
}
