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
    EVENT_DEADLINE,  /* the instant named by director_deadline() has come */
    EVENT_PEER_FAILED, /* the host knows that the peer has failed (detector oracle) */
    EVENT_COMMAND,   /* an operator's command, one line of text */
};

/* On which of its ports a datagram came or goes, so that a hello is never
 * taken for a record of the wrong size. */
enum channel { CHANNEL_REPLICATION, CHANNEL_HELLO };

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
        } datagram;
        struct {
            unsigned number; /* the replication interface is 0 unless told */
            bool up;
        } interface;
        const char *command;
    };
};

#endif
