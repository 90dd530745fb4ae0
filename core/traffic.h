/* Traffic: what a director does with a client's or server's packet (R-4xx). */
#ifndef CORE_TRAFFIC_H
#define CORE_TRAFFIC_H

#include "core/effect.h"
#include "core/nstime.h"

struct conn;
struct director;

/* A packet came from a side. It is forwarded, answered with a reset, or dropped with
 * a note that says why. */
void traffic_packet(struct director *director, nstime now, enum side from,
                    const struct packet *packet, struct effects *effects);

/* A packet of a conn goes on, translated: also one that a replication protocol has kept back
 * (replication_protocol's on_packet). */
void traffic_release(const struct conn *conn, enum side from, const struct packet *packet,
                     struct effects *effects);

/* A packet is not forwarded: the note says why. */
void traffic_drop(struct director *director, enum side from, const struct packet *packet,
                  enum drop_reason reason, struct effects *effects);

/* The virtual machine that a packet from outside is for, or NULL. */
struct virtual *traffic_virtual(const struct director *director, const struct packet *packet);

#endif
