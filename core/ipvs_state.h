/* The states of an IPVS entry and how packets move it between them: the table and the time-outs
 * of net/netfilter/ipvs/ip_vs_proto_tcp.c of Linux 6.1 (its UDP has one state). The numbers are
 * those on the wire. */
#ifndef CORE_IPVS_STATE_H
#define CORE_IPVS_STATE_H

#include "core/packet.h"

#include <stdbool.h>
#include <stdint.h>

enum ipvs_state {
    IPVS_NONE,
    IPVS_ESTABLISHED,
    IPVS_SYN_SENT,
    IPVS_SYN_RECV,
    IPVS_FIN_WAIT,
    IPVS_TIME_WAIT,
    IPVS_CLOSE,
    IPVS_CLOSE_WAIT,
    IPVS_LAST_ACK,
    IPVS_LISTEN,
    IPVS_SYNACK,
    IPVS_TCP_STATES,
};

/* Which column of the table: from outside, from inside, and from outside where nothing comes from
 * inside, by direct routing. */
enum ipvs_direction { IPVS_INPUT, IPVS_OUTPUT, IPVS_INPUT_ONLY, IPVS_DIRECTIONS };

/* The state behind a TCP packet. One without SYN, FIN, RST and ACK closes, as there. */
enum ipvs_state ipvs_state_after(enum ipvs_state state, enum ipvs_direction direction,
                                 uint8_t flags);

/* Are entries in this state told to the backup? */
bool ipvs_state_is_synced(enum ipvs_state state);

#endif
