#include "core/pfsync_record.h"

#include "core/packet.h"
#include "core/wire.h"

#include <glib.h>
#include <string.h>

enum { FAMILY_INET = 2, DIRECTION_IN = 1, DIRECTION_OUT = 2, FLAG_ACK = 0x10 };

/* Where things stand in a full state. */
enum {
    AT_WIRE_KEY = 24,
    AT_STACK_KEY = 60,
    AT_SOURCE = 96,
    AT_DESTINATION = 128,
    AT_RULE = 176,
    AT_CREATOR = 228,
    AT_FAMILY = 232,
    AT_PROTOCOL = 233,
    AT_DIRECTION = 234,
    AT_FLAGS = 238,
    AT_TIMEOUT = 239,
};

size_t pfsync_size(enum pfsync_action action)
{
    switch (action) {
    case PFSYNC_INS:
    case PFSYNC_UPD: return PFSYNC_STATE_SIZE;
    case PFSYNC_UPD_C: return PFSYNC_UPDATE_SIZE;
    case PFSYNC_INS_ACK:
    case PFSYNC_UPD_REQ:
    case PFSYNC_DEL_C:
    case PFSYNC_BUS: return PFSYNC_ID_SIZE;
    case PFSYNC_EOF: return 0;
    }
    g_assert_not_reached();
}

/* ---- writing */

static void put64(uint8_t *at, uint64_t value)
{
    wire_put32(wire_put32(at, (uint32_t)(value >> 32)), (uint32_t)value);
}

uint8_t *pfsync_put_header(uint8_t *at, size_t length)
{
    g_assert(length >= PFSYNC_HEADER_SIZE && length <= PFSYNC_DATAGRAM_MAX);
    memset(at, 0, PFSYNC_HEADER_SIZE);
    at[0] = PFSYNC_VERSION;
    wire_put16(at + 2, (uint16_t)length);
    return at + PFSYNC_HEADER_SIZE;
}

uint8_t *pfsync_put_subheader(uint8_t *at, enum pfsync_action action, unsigned count)
{
    g_assert(count >= 1 && count <= PFSYNC_MESSAGES_MAX);
    at[0] = (uint8_t)action;
    at[1] = 0;
    return wire_put16(at + 2, (uint16_t)count);
}

static void put_peer(uint8_t *at, const struct pfsync_peer *peer)
{
    wire_put32(at + 8, peer->sent);
    wire_put32(at + 12, peer->may);
    wire_put16(at + 20, peer->window);
    at[24] = peer->level;
}

/* The source's address first. */
static void put_key(uint8_t *at, struct address source, struct address destination)
{
    wire_put32(at, source.ip);
    wire_put32(at + 16, destination.ip);
    wire_put16(at + 32, source.port);
    wire_put16(at + 34, destination.port);
}

static void put_state(uint8_t *at, const struct pfsync_message *message)
{
    const struct pfsync_state *state = &message->state;
    put64(at, message->id.id);
    if (state->outbound) {
        put_key(at + AT_WIRE_KEY, state->virtual, state->foreign);
        put_key(at + AT_STACK_KEY, state->real, state->foreign);
    } else {
        put_key(at + AT_WIRE_KEY, state->foreign, state->virtual);
        put_key(at + AT_STACK_KEY, state->foreign, state->real);
    }
    put_peer(at + AT_SOURCE, &message->source);
    put_peer(at + AT_DESTINATION, &message->destination);
    wire_put32(at + AT_RULE, state->rule);
    wire_put32(at + AT_CREATOR, message->id.creator);
    at[AT_FAMILY] = FAMILY_INET;
    at[AT_PROTOCOL] = state->protocol;
    at[AT_DIRECTION] = state->outbound ? DIRECTION_OUT : DIRECTION_IN;
    at[AT_FLAGS] = state->wants_ack ? FLAG_ACK : 0;
    at[AT_TIMEOUT] = message->timeout;
}

static void put_update(uint8_t *at, const struct pfsync_message *message)
{
    put64(at, message->id.id);
    put_peer(at + 8, &message->source);
    put_peer(at + 40, &message->destination);
    wire_put32(at + 72, message->id.creator);
    at[80] = message->timeout;
}

uint8_t *pfsync_put_message(uint8_t *at, const struct pfsync_message *message)
{
    size_t size = pfsync_size(message->action);
    memset(at, 0, size);
    if (size == PFSYNC_STATE_SIZE) {
        put_state(at, message);
    } else if (size == PFSYNC_UPDATE_SIZE) {
        put_update(at, message);
    } else if (message->action == PFSYNC_BUS) {
        wire_put32(at, message->id.creator);
        wire_put32(at + 4, message->end_time);
        at[8] = message->status;
    } else {
        put64(at, message->id.id);
        wire_put32(at + 8, message->id.creator);
    }
    return at + size;
}

/* ---- reading */

static uint64_t get64(const uint8_t *at)
{
    return (uint64_t)wire_get32(at) << 32 | wire_get32(at + 4);
}

static struct pfsync_peer get_peer(const uint8_t *at)
{
    return (struct pfsync_peer){wire_get32(at + 8), wire_get32(at + 12), wire_get16(at + 20),
                                at[24]};
}

static void get_key(const uint8_t *at, struct address *source, struct address *destination)
{
    *source = (struct address){wire_get32(at), wire_get16(at + 32)};
    *destination = (struct address){wire_get32(at + 16), wire_get16(at + 34)};
}

static enum record_refusal judge_peers(const struct pfsync_message *message)
{
    return message->source.level > PFSYNC_TIME_WAIT || message->destination.level > PFSYNC_TIME_WAIT
                   || message->timeout >= PFSYNC_TIMEOUTS
               ? REFUSAL_BAD_FLAGS
               : REFUSAL_NONE;
}

static enum record_refusal get_state(const uint8_t *at, struct pfsync_message *message)
{
    struct pfsync_state *state = &message->state;
    struct address foreign;
    message->id = (struct pfsync_id){get64(at), wire_get32(at + AT_CREATOR)};
    message->source = get_peer(at + AT_SOURCE);
    message->destination = get_peer(at + AT_DESTINATION);
    message->timeout = at[AT_TIMEOUT];
    state->rule = wire_get32(at + AT_RULE);
    state->protocol = at[AT_PROTOCOL];
    state->outbound = at[AT_DIRECTION] == DIRECTION_OUT;
    state->wants_ack = at[AT_FLAGS] == FLAG_ACK;
    if (state->outbound) {
        get_key(at + AT_WIRE_KEY, &state->virtual, &state->foreign);
        get_key(at + AT_STACK_KEY, &state->real, &foreign);
    } else {
        get_key(at + AT_WIRE_KEY, &state->foreign, &state->virtual);
        get_key(at + AT_STACK_KEY, &foreign, &state->real);
    }
    if (at[AT_FAMILY] != FAMILY_INET
        || (state->protocol != PROTOCOL_TCP && state->protocol != PROTOCOL_UDP))
        return REFUSAL_BAD_PROTOCOL;
    if (at[AT_DIRECTION] < DIRECTION_IN || at[AT_DIRECTION] > DIRECTION_OUT
        || (at[AT_FLAGS] & ~FLAG_ACK) != 0)
        return REFUSAL_BAD_FLAGS;
    if (state->rule > UINT16_MAX || !address_equal(foreign, state->foreign))
        return REFUSAL_UNKNOWN_MACHINE;
    return judge_peers(message);
}

static enum record_refusal get_update(const uint8_t *at, struct pfsync_message *message)
{
    message->id = (struct pfsync_id){get64(at), wire_get32(at + 72)};
    message->source = get_peer(at + 8);
    message->destination = get_peer(at + 40);
    message->timeout = at[80];
    return judge_peers(message);
}

static enum record_refusal get_bulk(const uint8_t *at, struct pfsync_message *message)
{
    message->id.creator = wire_get32(at);
    message->end_time = wire_get32(at + 4);
    message->status = at[8];
    return message->status == PFSYNC_BULK_START || message->status == PFSYNC_BULK_END
               ? REFUSAL_NONE
               : REFUSAL_BAD_FLAGS;
}

static enum record_refusal get_message(const uint8_t *at, struct pfsync_message *message)
{
    switch (message->action) {
    case PFSYNC_INS:
    case PFSYNC_UPD: return get_state(at, message);
    case PFSYNC_UPD_C: return get_update(at, message);
    case PFSYNC_BUS: return get_bulk(at, message);
    default:
        message->id = (struct pfsync_id){get64(at), wire_get32(at + 8)};
        return REFUSAL_NONE;
    }
}

static bool is_action(uint8_t action)
{
    return (action >= PFSYNC_INS && action <= PFSYNC_UPD_REQ) || action == PFSYNC_DEL_C
           || action == PFSYNC_BUS || action == PFSYNC_EOF;
}

static enum record_refusal judge_header(const uint8_t *bytes, size_t length)
{
    if (length < PFSYNC_HEADER_SIZE + PFSYNC_SUBHEADER_SIZE || length > PFSYNC_DATAGRAM_MAX)
        return REFUSAL_WRONG_SIZE;
    if (bytes[0] != PFSYNC_VERSION)
        return REFUSAL_BAD_VERSION;
    if (bytes[1] != 0)
        return REFUSAL_BAD_RESERVED;
    return wire_get16(bytes + 2) == length ? REFUSAL_NONE : REFUSAL_WRONG_SIZE;
}

/* The records of one subheader; *at moves behind them. */
static enum record_refusal get_messages(const uint8_t **at, const uint8_t *end,
                                        struct pfsync_message *messages, unsigned *count)
{
    enum pfsync_action action = (*at)[0];
    unsigned more = wire_get16(*at + 2);
    size_t size = pfsync_size(action);
    enum record_refusal refusal = REFUSAL_NONE;
    *at += PFSYNC_SUBHEADER_SIZE;
    if (more == 0 || more * size > (size_t)(end - *at) || *count + more > PFSYNC_MESSAGES_MAX)
        return REFUSAL_BAD_COUNT;
    for (unsigned i = 0; i < more && refusal == REFUSAL_NONE; i++, *at += size) {
        messages[*count] = (struct pfsync_message){.action = (uint8_t)action};
        refusal = get_message(*at, &messages[(*count)++]);
    }
    return refusal;
}

/* The subheaders end with that of the end, behind which nothing is. */
enum record_refusal pfsync_decode(const uint8_t *bytes, size_t length,
                                  struct pfsync_message *messages, unsigned *count)
{
    enum record_refusal refusal = judge_header(bytes, length);
    bool ended = false;
    *count = 0;
    if (refusal != REFUSAL_NONE)
        return refusal;
    const uint8_t *at = bytes + PFSYNC_HEADER_SIZE, *end = bytes + length;
    while (refusal == REFUSAL_NONE && !ended) {
        if (end - at < PFSYNC_SUBHEADER_SIZE)
            return REFUSAL_WRONG_SIZE;
        if (at[1] != 0)
            return REFUSAL_BAD_RESERVED;
        if (!is_action(at[0]))
            return REFUSAL_BAD_FLAGS;
        ended = at[0] == PFSYNC_EOF;
        if (ended)
            refusal = wire_get16(at + 2) == 1 && end - at == PFSYNC_SUBHEADER_SIZE
                          ? REFUSAL_NONE
                          : REFUSAL_WRONG_SIZE;
        else
            refusal = get_messages(&at, end, messages, count);
    }
    return refusal;
}
