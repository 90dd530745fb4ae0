/* Headers: between the bytes of a real IPv4 packet with TCP or UDP and what the
 * core sees of it. For hosts in front of real wires; the simulator
 * carries struct packet as it is.
 *
 * A host parses a packet, steps the director, and writes the addresses and ports
 * of the packet that comes back into the same bytes. Payload and options are
 * never touched. */
#ifndef CORE_HEADER_H
#define CORE_HEADER_H

#include "core/packet.h"

#include <stddef.h>
#include <stdint.h>

/* Why bytes are no packet for the core. Checksums are not verified: a rewrite
 * keeps a wrong one wrong, for the receiver to find. */
#define HEADER_LIST(X)                                                              \
    X(HEADER_OK, "ok")                                                              \
    X(HEADER_TOO_SHORT, "too-short")          /* for the headers it should hold */  \
    X(HEADER_BAD_VERSION, "bad-version")      /* not IPv4 */                        \
    X(HEADER_BAD_IP_LENGTH, "bad-ip-length")  /* header under 20 bytes or beyond */ \
    X(HEADER_BAD_TOTAL_LENGTH, "bad-total-length") /* not the length given */       \
    X(HEADER_FRAGMENT, "fragment")            /* ports are in the first one only */ \
    X(HEADER_BAD_PROTOCOL, "bad-protocol")    /* neither TCP nor UDP */             \
    X(HEADER_BAD_TCP_LENGTH, "bad-tcp-length") /* data offset under 20 or beyond */ \
    X(HEADER_BAD_UDP_LENGTH, "bad-udp-length") /* under 8 or beyond */

#define HEADER_CODE(code, word) code,
enum header_refusal { HEADER_LIST(HEADER_CODE) HEADER_COUNT };
#undef HEADER_CODE

/* The word of a code, which must be in range. */
const char *header_word(enum header_refusal refusal);

/* Read a packet of exactly length bytes. On HEADER_OK fills packet, the host's
 * own fields with zero; otherwise leaves it alone. Never reads past length. */
enum header_refusal header_parse(const uint8_t *bytes, size_t length, struct packet *packet);

/* Write the addresses and ports of packet into bytes, which header_parse() has
 * accepted, and adjust the checksums (RFC 1624). A UDP checksum of 0, meaning
 * none, stays 0 (RFC 768). */
void header_rewrite(uint8_t *bytes, size_t length, const struct packet *packet);

/* Write a TCP packet without options and payload, such as a reset, with all
 * checksums. */
enum { HEADER_BUILT_SIZE = 40 };
void header_build(const struct packet *packet, uint8_t bytes[HEADER_BUILT_SIZE]);

#endif
