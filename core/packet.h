/* What the core sees of one IPv4 packet, all numbers in host byte order.
 *
 * A host in front of real wires makes one from bytes with core/header.h; the
 * simulator carries these as they are. The last fields belong to the host: the
 * core copies them and decides nothing by them. */
#ifndef CORE_PACKET_H
#define CORE_PACKET_H

#include <stdbool.h>
#include <stdint.h>

enum { PROTOCOL_TCP = 6, PROTOCOL_UDP = 17 };

enum tcp_flag {
    TCP_FIN = 1,
    TCP_SYN = 2,
    TCP_RST = 4,
    TCP_PSH = 8,
    TCP_ACK = 16,
};

/* The two sides of a director: clients outside, servers inside. */
enum side { SIDE_OUTSIDE, SIDE_INSIDE };

struct packet {
    uint32_t source_ip;
    uint32_t destination_ip;
    uint16_t source_port;
    uint16_t destination_port;
    uint32_t sequence;
    uint32_t acknowledgement;
    uint16_t payload_length; /* bytes of TCP or UDP payload */
    uint8_t protocol;        /* PROTOCOL_TCP or PROTOCOL_UDP */
    uint8_t flags;           /* enum tcp_flag; 0 for UDP */
    uint16_t second_port;    /* core/second_chance.h: to whom a machine without a socket */
    uint32_t second_ip;      /* hands it on; 0: nobody. On a wire it stands outside the packet */

    /* the host's own */
    uint32_t payload; /* handle or digest of the payload */
    uint32_t tag;     /* whose packet this is; kept in the conn that a SYN opens */
    uint32_t serial;  /* which packet of its sender, from 0 */
    uint8_t epoch;    /* when it last crossed a director, in the host's count */
};

/* A SYN without ACK: a connection request. */
static inline bool packet_is_request(const struct packet *packet)
{
    return packet->protocol == PROTOCOL_TCP
           && (packet->flags & (TCP_SYN | TCP_ACK | TCP_RST)) == TCP_SYN;
}

#endif
