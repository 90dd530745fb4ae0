/* What the carrier holds, for its parts: addresses, links and life (carrier.c), packets
 * (packet_carrier.c), datagrams (datagram_carrier.c). Nobody else includes this. */
#ifndef SIM_RUN_CARRIER_INTERNAL_H
#define SIM_RUN_CARRIER_INTERNAL_H

#include "sim/network/pool.h"
#include "sim/network/segment.h"
#include "sim/run/carrier.h"

enum { UNITS = 2 };

struct datagram;

struct carrier {
    const struct scenario *scenario;
    struct engine *engine;
    struct observer *observer;
    struct journal *journal;
    struct run_story *story;
    struct traffic *traffic;
    struct unit *units[UNITS];
    struct link *links[LINK_COUNT];
    struct segment *segment;
    struct pool *packets;
    struct pool *small_datagrams;
    struct pool *large_datagrams;
    uint64_t hellos_sent[UNITS]; /* whatever carries no record: numbered */
    struct replication_count replication;
    const struct datagram *at_hand; /* that a unit is stepping on just now, or NULL */
    uint8_t epoch;
};

/* The pools of each kind of parcel. */
void packet_carrier_init(struct carrier *carrier);
void packet_carrier_clear(struct carrier *carrier);
void datagram_carrier_init(struct carrier *carrier);
void datagram_carrier_clear(struct carrier *carrier);

#endif
