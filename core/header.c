#include "core/header.h"

#include "core/wire.h"

#include <glib.h>
#include <string.h>

/* Offsets: RFC 791, 9293, 768. */
enum {
    IP_TOTAL_LENGTH = 2,
    IP_FRAGMENT = 6,
    IP_TTL = 8,
    IP_PROTOCOL = 9,
    IP_CHECKSUM = 10,
    IP_SOURCE = 12,
    IP_DESTINATION = 16,
    IP_SIZE = 20,

    SOURCE_PORT = 0, /* TCP and UDP alike */
    DESTINATION_PORT = 2,

    TCP_SEQUENCE = 4,
    TCP_ACKNOWLEDGEMENT = 8,
    TCP_DATA_OFFSET = 12,
    TCP_FLAGS = 13,
    TCP_CHECKSUM = 16,
    TCP_SIZE = 20,

    UDP_LENGTH = 4,
    UDP_CHECKSUM = 6,
    UDP_SIZE = 8,
};

enum {
    FRAGMENT_BITS = 0x3FFF, /* more fragments, and the offset */
    DONT_FRAGMENT = 0x4000,
    FLAG_BITS = TCP_FIN | TCP_SYN | TCP_RST | TCP_PSH | TCP_ACK,
    BUILT_TTL = 64,
};

_Static_assert(HEADER_BUILT_SIZE == IP_SIZE + TCP_SIZE, "a built packet is two bare headers");

static size_t ip_size(const uint8_t *bytes)
{
    return (size_t)(bytes[0] & 0x0F) * 4;
}

const char *header_word(enum header_refusal refusal)
{
#define HEADER_WORD(code, word) [code] = word,
    static const char *const words[] = {HEADER_LIST(HEADER_WORD)};
#undef HEADER_WORD
    g_assert((unsigned)refusal < HEADER_COUNT);
    return words[refusal];
}

/* ---- reading */

static enum header_refusal check_ip(const uint8_t *bytes, size_t length)
{
    if (length < IP_SIZE)
        return HEADER_TOO_SHORT;
    if (bytes[0] >> 4 != 4)
        return HEADER_BAD_VERSION;
    if (ip_size(bytes) < IP_SIZE || ip_size(bytes) > length)
        return HEADER_BAD_IP_LENGTH;
    if (wire_get16(bytes + IP_TOTAL_LENGTH) != length)
        return HEADER_BAD_TOTAL_LENGTH;
    if ((wire_get16(bytes + IP_FRAGMENT) & FRAGMENT_BITS) != 0)
        return HEADER_FRAGMENT;
    return HEADER_OK;
}

static enum header_refusal read_tcp(const uint8_t *bytes, size_t length, struct packet *packet)
{
    if (length < TCP_SIZE)
        return HEADER_TOO_SHORT;
    size_t header = (size_t)(bytes[TCP_DATA_OFFSET] >> 4) * 4;
    if (header < TCP_SIZE || header > length)
        return HEADER_BAD_TCP_LENGTH;
    packet->sequence = wire_get32(bytes + TCP_SEQUENCE);
    packet->acknowledgement = wire_get32(bytes + TCP_ACKNOWLEDGEMENT);
    packet->flags = bytes[TCP_FLAGS] & FLAG_BITS;
    packet->payload_length = (uint16_t)(length - header);
    return HEADER_OK;
}

static enum header_refusal read_udp(const uint8_t *bytes, size_t length, struct packet *packet)
{
    if (length < UDP_SIZE)
        return HEADER_TOO_SHORT;
    size_t said = wire_get16(bytes + UDP_LENGTH);
    if (said < UDP_SIZE || said > length)
        return HEADER_BAD_UDP_LENGTH;
    packet->payload_length = (uint16_t)(said - UDP_SIZE);
    return HEADER_OK;
}

enum header_refusal header_parse(const uint8_t *bytes, size_t length, struct packet *packet)
{
    enum header_refusal refusal = check_ip(bytes, length);
    if (refusal != HEADER_OK)
        return refusal;
    const uint8_t *transport = bytes + ip_size(bytes);
    size_t rest = length - ip_size(bytes);
    struct packet read = {
        .source_ip = wire_get32(bytes + IP_SOURCE),
        .destination_ip = wire_get32(bytes + IP_DESTINATION),
        .protocol = bytes[IP_PROTOCOL],
    };
    switch (read.protocol) {
    case PROTOCOL_TCP: refusal = read_tcp(transport, rest, &read); break;
    case PROTOCOL_UDP: refusal = read_udp(transport, rest, &read); break;
    default: refusal = HEADER_BAD_PROTOCOL; break;
    }
    if (refusal != HEADER_OK)
        return refusal;
    read.source_port = wire_get16(transport + SOURCE_PORT);
    read.destination_port = wire_get16(transport + DESTINATION_PORT);
    *packet = read;
    return HEADER_OK;
}

/* ---- rewriting */

/* What a change of words adds to the complement of a checksum that covers them:
 * the sum of ~old + new (RFC 1624, equation 3). */
static uint32_t change16(uint16_t before, uint16_t after)
{
    return (uint32_t)(uint16_t)~before + after;
}

static uint32_t change32(uint32_t before, uint32_t after)
{
    return change16((uint16_t)(before >> 16), (uint16_t)(after >> 16))
           + change16((uint16_t)before, (uint16_t)after);
}

static uint16_t fold(uint32_t sum)
{
    sum = (sum & 0xFFFF) + (sum >> 16);
    sum = (sum & 0xFFFF) + (sum >> 16);
    return (uint16_t)sum;
}

static void adjust(uint8_t *checksum, uint32_t change)
{
    wire_put16(checksum, (uint16_t)~fold((uint16_t)~wire_get16(checksum) + change));
}

static void adjust_transport(uint8_t *transport, uint8_t protocol, uint32_t change)
{
    if (protocol == PROTOCOL_TCP) {
        adjust(transport + TCP_CHECKSUM, change);
        return;
    }
    uint8_t *checksum = transport + UDP_CHECKSUM;
    if (wire_get16(checksum) == 0)
        return;
    adjust(checksum, change);
    if (wire_get16(checksum) == 0)
        wire_put16(checksum, 0xFFFF);
}

void header_rewrite(uint8_t *bytes, size_t length, const struct packet *packet)
{
    struct packet old;
    enum header_refusal refusal = header_parse(bytes, length, &old);
    g_assert(refusal == HEADER_OK);
    g_assert(old.protocol == packet->protocol);
    uint8_t *transport = bytes + ip_size(bytes);
    uint32_t addresses = change32(old.source_ip, packet->source_ip)
                         + change32(old.destination_ip, packet->destination_ip);
    uint32_t ports = change16(old.source_port, packet->source_port)
                     + change16(old.destination_port, packet->destination_port);
    wire_put32(bytes + IP_SOURCE, packet->source_ip);
    wire_put32(bytes + IP_DESTINATION, packet->destination_ip);
    wire_put16(transport + SOURCE_PORT, packet->source_port);
    wire_put16(transport + DESTINATION_PORT, packet->destination_port);
    adjust(bytes + IP_CHECKSUM, addresses);
    adjust_transport(transport, packet->protocol, addresses + ports);
}

/* ---- building */

static uint32_t sum_words(const uint8_t *bytes, size_t length)
{
    uint32_t sum = 0;
    for (size_t i = 0; i < length; i += 2)
        sum += wire_get16(bytes + i);
    return sum;
}

void header_build(const struct packet *packet, uint8_t bytes[HEADER_BUILT_SIZE])
{
    uint8_t *tcp = bytes + IP_SIZE;
    g_assert(packet->protocol == PROTOCOL_TCP && packet->payload_length == 0);
    memset(bytes, 0, HEADER_BUILT_SIZE);
    bytes[0] = 4 << 4 | IP_SIZE / 4;
    wire_put16(bytes + IP_TOTAL_LENGTH, HEADER_BUILT_SIZE);
    wire_put16(bytes + IP_FRAGMENT, DONT_FRAGMENT);
    bytes[IP_TTL] = BUILT_TTL;
    bytes[IP_PROTOCOL] = PROTOCOL_TCP;
    wire_put32(bytes + IP_SOURCE, packet->source_ip);
    wire_put32(bytes + IP_DESTINATION, packet->destination_ip);
    wire_put16(bytes + IP_CHECKSUM, (uint16_t)~fold(sum_words(bytes, IP_SIZE)));

    wire_put16(tcp + SOURCE_PORT, packet->source_port);
    wire_put16(tcp + DESTINATION_PORT, packet->destination_port);
    wire_put32(tcp + TCP_SEQUENCE, packet->sequence);
    wire_put32(tcp + TCP_ACKNOWLEDGEMENT, packet->acknowledgement);
    tcp[TCP_DATA_OFFSET] = TCP_SIZE / 4 << 4;
    tcp[TCP_FLAGS] = packet->flags & FLAG_BITS;
    uint32_t pseudo = sum_words(bytes + IP_SOURCE, 8) + PROTOCOL_TCP + TCP_SIZE;
    wire_put16(tcp + TCP_CHECKSUM, (uint16_t)~fold(pseudo + sum_words(tcp, TCP_SIZE)));
}
