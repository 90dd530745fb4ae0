/* Traffic: what a director does with a client's or server's packet (R-4xx). */
#ifndef CORE_TRAFFIC_H
#define CORE_TRAFFIC_H

#include "core/effect.h"
#include "core/nstime.h"

struct director;

/* A packet came from a side. It is forwarded, answered with a reset, or dropped with
 * a note that says why. */
void traffic_packet(struct director *director, nstime now, enum side from,
                    const struct packet *packet, struct effects *effects);

#endif
