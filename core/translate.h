/* Translation: the address rewriting that hides the servers,
 * and the reset that answers a packet nobody explains. Checksums are the
 * business of whoever turns packets into bytes. */
#ifndef CORE_TRANSLATE_H
#define CORE_TRANSLATE_H

#include "core/conn.h"

/* The key a packet is looked up by: forward for one from outside, reverse for one
 * from inside. */
static inline struct flow translate_key(enum side from, const struct packet *packet)
{
    struct address source = {packet->source_ip, packet->source_port};
    struct address destination = {packet->destination_ip, packet->destination_port};
    return from == SIDE_OUTSIDE ? (struct flow){source, destination, packet->protocol}
                                : (struct flow){destination, source, packet->protocol};
}

/* Rewrite a packet of conn that came from a side for the other one. */
void translate_packet(const struct conn *conn, enum side from, struct packet *packet);

/* Write the reset that answers offender (RFC 9293, 3.5.2) to reset. The offender
 * must not be a reset itself. */
void translate_reset(const struct packet *offender, struct packet *reset);

#endif
