#include "core/flow.h"

#include "core/packet.h"

#include <glib.h>

/* Built from whole words: a wide read of a key just written in narrow pieces
 * would wait for the store queue. Each step maps words one to one, so that flows
 * which differ in one field never collide before the last reduction. */
uint64_t flow_hash(const struct flow *flow)
{
    uint64_t hosts = (uint64_t)flow->foreign.ip << 32 | flow->local.ip;
    uint64_t rest = (uint64_t)flow->protocol << 32 | (uint64_t)flow->foreign.port << 16
                    | flow->local.port;
    uint64_t hash = hosts * UINT64_C(0x9E3779B97F4A7C15);
    hash ^= hash >> 32;
    hash = (hash + rest) * UINT64_C(0xD6E8FEB86659FD93);
    hash ^= hash >> 32;
    hash *= UINT64_C(0xD6E8FEB86659FD93);
    return hash ^ hash >> 32;
}

char *address_print(struct address address, char *text)
{
    g_assert(text != NULL);
    g_snprintf(text, ADDRESS_TEXT_SIZE, "%u.%u.%u.%u:%u", address.ip >> 24,
               address.ip >> 16 & 0xFF, address.ip >> 8 & 0xFF, address.ip & 0xFF, address.port);
    return text;
}

static const char *protocol_suffix(uint8_t protocol)
{
    switch (protocol) {
    case PROTOCOL_TCP: return " tcp";
    case PROTOCOL_UDP: return " udp";
    default: return "";
    }
}

char *flow_print(const struct flow *flow, char *text)
{
    char foreign[ADDRESS_TEXT_SIZE];
    char local[ADDRESS_TEXT_SIZE];
    g_assert(text != NULL);
    g_snprintf(text, FLOW_TEXT_SIZE, "%s > %s%s", address_print(flow->foreign, foreign),
               address_print(flow->local, local), protocol_suffix(flow->protocol));
    return text;
}
