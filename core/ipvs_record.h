/* The message of IPVS's sync protocol, version 1, IPv4 (net/netfilter/ipvs/ip_vs_sync.c of
 * Linux 6.1).
 *
 *    0               1               2               3
 *   +---------------+---------------+---------------+---------------+
 *   |     zero      |    sync ID    |      size of the message      |
 *   +---------------+---------------+---------------+---------------+
 *   |  connections  |   version 1   |             zero              |
 *   +===============+===============+===============+===============+  each record, 36 bytes
 *   |    type 0     |   protocol    | ver. 0|     size of it: 36    |
 *   +---------------+---------------+---------------+---------------+
 *   |                             flags                             |
 *   +---------------+---------------+---------------+---------------+
 *   |             state             |          client port          |
 *   +---------------+---------------+---------------+---------------+
 *   |         virtual port          |       destination port        |
 *   +---------------+---------------+---------------+---------------+
 *   |                         firewall mark                         |
 *   +---------------+---------------+---------------+---------------+
 *   |                      time-out, in seconds                     |
 *   +---------------+---------------+---------------+---------------+
 *   |                         client address                        |
 *   +---------------+---------------+---------------+---------------+
 *   |                        virtual address                        |
 *   +---------------+---------------+---------------+---------------+
 *   |                      destination address                      |
 *   +---------------+---------------+---------------+---------------+
 *
 *   flags: bits 0 to 2 how packets are forwarded (0 by NAT, 3 by direct routing), 0x20 learnt
 *   from a record, 0x80 nothing of the server's was seen, 0x100 inactive. Network byte order.
 *
 * The firewall mark is what tells apart services of one address there; here it is the bind ID.
 * Other types and options (IPv6, sequence numbers of FTP, persistence engines) are not spoken,
 * and a message with one is refused in whole. Encoding and decoding are pure functions. */
#ifndef CORE_IPVS_RECORD_H
#define CORE_IPVS_RECORD_H

#include "core/flow.h"
#include "core/note.h"

#include <stddef.h>
#include <stdint.h>

enum {
    IPVS_VERSION = 1,
    IPVS_HEADER_SIZE = 8,
    IPVS_RECORD_SIZE = 36,
    IPVS_MAXLEN = 1472, /* of a message: 1500 less the headers of IP and UDP */
    IPVS_RECORDS_MAX = (IPVS_MAXLEN - IPVS_HEADER_SIZE) / IPVS_RECORD_SIZE,
};

enum ipvs_flag {
    IPVS_FORWARDING = 7,
    IPVS_DIRECT = 3,
    IPVS_LEARNT = 0x20,
    IPVS_NO_OUTPUT = 0x80,
    IPVS_INACTIVE = 0x100,
};

struct ipvs_record {
    struct address client, virtual, destination;
    uint32_t flags; /* enum ipvs_flag */
    uint32_t mark;
    uint32_t timeout; /* seconds */
    uint16_t state;   /* enum ipvs_state; UDP: 0 */
    uint8_t protocol;
};

/* The header of a message of so many records, 1 to IPVS_RECORDS_MAX, and each of them. Both
 * return what comes behind. */
uint8_t *ipvs_put_header(uint8_t *bytes, unsigned count);
uint8_t *ipvs_put_record(uint8_t *bytes, const struct ipvs_record *record);

/* Read a message. On REFUSAL_NONE, *count records were written to records (room for
 * IPVS_RECORDS_MAX). Never reads past length. */
enum record_refusal ipvs_decode(const uint8_t *bytes, size_t length, struct ipvs_record *records,
                                unsigned *count);

#endif
