/* Events: everything that can happen to a director. Pointers in an event are
 * borrowed for the step and not kept. */
#ifndef CORE_EVENT_H
#define CORE_EVENT_H

#include "core/packet.h"

#include <stddef.h>
#include <stdint.h>

enum event_kind {
    EVENT_PACKET,    /* a packet arrived on a side */
    EVENT_DATAGRAM,  /* a datagram arrived from another unit */
    EVENT_INTERFACE, /* an interface went up or down */
    EVENT_SEEN,      /* another frame was seen on an interface: an answer to ARP or a ping */
    EVENT_SERIAL,    /* bytes came over the serial line */
    EVENT_CABLE,     /* the failover cable shows another sign than before */
    EVENT_DEADLINE,  /* the instant named by director_deadline() has come */
    EVENT_PEER_FAILED, /* the host knows that the peer has failed (detector oracle) */
    EVENT_COMMAND,   /* an operator's command, one line of text */
};

/* The interfaces of a unit, R-1301. Further numbers may be named; nothing comes there. */
enum interface_number { INTERFACE_PEER, INTERFACE_OUTSIDE, INTERFACE_INSIDE };

/* What the failover cable shows of the other unit (fact F-718). */
enum cable_sign { CABLE_NORMAL, CABLE_PEER_OFF, CABLE_PULLED };

/* On which of its ports a datagram came or goes, so that a hello is never taken for a
 * record of the wrong size. MIRROR carries the blocks of the serial line ("mirror network"). */
enum channel { CHANNEL_REPLICATION, CHANNEL_HELLO, CHANNEL_MIRROR };

struct event {
    enum event_kind kind;
    union {
        struct {
            enum side side;
            const struct packet *packet;
        } packet;
        struct {
            enum channel channel;
            uint32_t source_ip;
            const uint8_t *bytes;
            size_t length;
            unsigned interface; /* it came on */
        } datagram;
        struct {
            const uint8_t *bytes;
            size_t length;
        } serial;
        struct {
            unsigned number; /* the replication interface is 0 unless told */
            bool up;
        } interface;
        unsigned seen; /* number of an interface */
        enum cable_sign cable;
        const char *command;
    };
};

#endif
