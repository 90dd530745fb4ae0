#include "core/serial.h"

#include "core/wire.h"

#include <glib.h>
#include <string.h>

#define REFUSAL_WORD(code, word) [code] = word,
static const char *const refusal_words[] = {SERIAL_REFUSAL_LIST(REFUSAL_WORD)};
#undef REFUSAL_WORD

const char *serial_refusal_word(enum serial_refusal refusal)
{
    g_assert((unsigned)refusal < SERIAL_REFUSALS);
    return refusal_words[refusal];
}

/* Bit by bit: a line of this rate asks for no table. */
static uint16_t checksum(const uint8_t *bytes, size_t length)
{
    unsigned crc = 0xFFFF;
    for (size_t i = 0; i < length; i++) {
        crc ^= (unsigned)bytes[i] << 8;
        for (unsigned bit = 0; bit < 8; bit++)
            crc = ((crc & 0x8000) != 0 ? crc << 1 ^ 0x1021 : crc << 1) & 0xFFFF;
    }
    return (uint16_t)crc;
}

size_t serial_encode(const struct serial_block *block, uint8_t bytes[SERIAL_BLOCK_MAX])
{
    g_assert(block->kind >= SERIAL_DATA && block->kind <= SERIAL_SYNC);
    g_assert(block->length <= SERIAL_PAYLOAD_MAX);
    uint8_t *at = bytes;
    *at++ = SERIAL_START;
    *at++ = (uint8_t)block->kind;
    at = wire_put16(at, block->sequence);
    *at++ = block->length;
    *at++ = block->length ^ 0xFF;
    memcpy(at, block->payload, block->length);
    at += block->length;
    at = wire_put16(at, checksum(bytes + 1, (size_t)(at - bytes) - 1));
    return (size_t)(at - bytes);
}

/* ---- receiving */

enum finding { FOUND_BLOCK, NEED_MORE, NO_BLOCK };

/* What the bytes held, which begin with a start byte, amount to. */
static enum finding examine(const struct serial_receiver *receiver, enum serial_refusal *refusal)
{
    const uint8_t *held = receiver->held;
    if (receiver->count < SERIAL_HEADER_SIZE)
        return NEED_MORE;
    size_t length = held[4];
    *refusal = SERIAL_BAD_KIND;
    if (held[1] < SERIAL_DATA || held[1] > SERIAL_SYNC)
        return NO_BLOCK;
    *refusal = SERIAL_BAD_LENGTH;
    if (length > SERIAL_PAYLOAD_MAX || (held[4] ^ held[5]) != 0xFF)
        return NO_BLOCK;
    if (receiver->count < SERIAL_OVERHEAD + length)
        return NEED_MORE;
    *refusal = SERIAL_BAD_CHECKSUM;
    return wire_get16(held + SERIAL_HEADER_SIZE + length)
                   == checksum(held + 1, SERIAL_HEADER_SIZE - 1 + length)
               ? FOUND_BLOCK
               : NO_BLOCK;
}

static void drop(struct serial_receiver *receiver, size_t count)
{
    g_assert(count <= receiver->count);
    receiver->count -= count;
    memmove(receiver->held, receiver->held + count, receiver->count);
}

static void skip_to_start(struct serial_receiver *receiver)
{
    size_t skipped = 0;
    while (skipped < receiver->count && receiver->held[skipped] != SERIAL_START)
        skipped++;
    receiver->refusals[SERIAL_NO_START] += skipped;
    drop(receiver, skipped);
}

/* Is a whole block held? What cannot be one is given up byte by byte, for a block may
 * begin within it. */
static bool find(struct serial_receiver *receiver)
{
    enum serial_refusal refusal;
    enum finding finding;
    skip_to_start(receiver);
    while ((finding = examine(receiver, &refusal)) == NO_BLOCK) {
        receiver->refusals[refusal]++;
        drop(receiver, 1);
        skip_to_start(receiver);
    }
    return finding == FOUND_BLOCK;
}

static void take(struct serial_receiver *receiver, struct serial_block *block)
{
    const uint8_t *held = receiver->held;
    *block = (struct serial_block){
        .kind = (enum serial_kind)held[1],
        .sequence = wire_get16(held + 2),
        .length = held[4],
    };
    memcpy(block->payload, held + SERIAL_HEADER_SIZE, block->length);
    drop(receiver, SERIAL_OVERHEAD + (size_t)block->length);
}

/* As much as there is room for: a whole block always has it. */
static void fill(struct serial_receiver *receiver, const uint8_t **bytes, size_t *length)
{
    size_t count = MIN(*length, SERIAL_BLOCK_MAX - receiver->count);
    memcpy(receiver->held + receiver->count, *bytes, count);
    receiver->count += count;
    *bytes += count;
    *length -= count;
}

bool serial_receive(struct serial_receiver *receiver, const uint8_t **bytes, size_t *length,
                    struct serial_block *block)
{
    g_assert(*bytes != NULL || *length == 0);
    while (!find(receiver)) {
        if (*length == 0)
            return false;
        fill(receiver, bytes, length);
    }
    take(receiver, block);
    return true;
}
