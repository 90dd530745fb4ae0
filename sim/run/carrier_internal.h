/* What the carrier holds, for its parts: addresses, interfaces, links and life (carrier.c),
 * packets (packet_carrier.c), datagrams (datagram.h), what waits in a unit (queue_carrier.c),
 * what is asked and seen on an interface (frame_carrier.c), how an address moves
 * (garp_carrier.c), the serial line
 * (serial_carrier.c). Nobody else includes this. */
#ifndef SIM_RUN_CARRIER_INTERNAL_H
#define SIM_RUN_CARRIER_INTERNAL_H

#include "sim/engine/chance.h"
#include "sim/network/neighbours.h"
#include "sim/network/pool.h"
#include "sim/network/segment.h"
#include "sim/run/carrier.h"

enum {
    PAIRS_MAX = UNITS_MAX * (UNITS_MAX - 1) / 2,
    CHANNELS = CHANNEL_MIRROR + 1,
};

/* Units hear each other at the switch of a side, whatever the link that leaves it does. */
#define SWITCH_DELAY (200 * NSTIME_US)

struct datagram;
struct datagram_parcel;
struct throttle;

/* What waits in a unit. */
struct unit_queues {
    struct throttle *send;    /* datagrams of records, on their way out */
    struct throttle *backlog; /* packets and datagrams that come in */
    struct throttle *buffer;  /* datagrams of records, behind the backlog */
    struct probability lossy; /* the share that a gray failure drops */
};

enum way { WAY_IN, WAY_OUT };

/* The address a unit holds, to be announced when a line comes up. */
struct held {
    uint32_t ip;
    uint64_t mac;
};

/* Of a side: who has heard where the active address is. */
struct garp {
    bool used; /* frames may be lost: else nothing of the rest changes */
    struct neighbours *neighbours;
    event_handle *asks;           /* each neighbour's next question */
    event_handle ageing;          /* when the switch looks at a port it believes in */
    event_handle second[UNITS_MAX]; /* each unit's second set of frames */
    uint64_t claims[UNITS_MAX];   /* numbered */
    nstime spoke[UNITS_MAX];      /* when each unit sent its last frame there */
};

struct carrier {
    const struct scenario *scenario;
    struct engine *engine;
    struct observer *observer;
    struct journal *journal;
    struct run_story *story;
    struct traffic *traffic;
    bool any_direct; /* a virtual machine's servers answer past the directors */
    struct unit *units[UNITS_MAX];
    struct held held[UNITS_MAX];
    bool interface_down[UNITS_MAX][UNIT_INTERFACES];
    bool cable_pulled;
    /* those between units once for each pair, all others once: the rest is NULL */
    struct link *links[LINK_COUNT][PAIRS_MAX];
    struct segment *segments[UNIT_INTERFACES]; /* of a side; INTERFACE_PEER: NULL */
    struct garp garp[UNIT_INTERFACES];         /* of a side */
    GHashTable *machines; /* number of a neighbour inside, by its address */
    uint64_t garp_key;
    struct carrier_watch watch;
    struct pool *packets;
    struct pool *packets_waiting; /* in a unit */
    struct pool *small_datagrams;
    struct pool *large_datagrams;
    struct datagram_parcel *first_on_wire, *last_on_wire; /* with records, as they were sent */
    struct pool *blocks;
    uint64_t blocks_sent[2]; /* by either end of the serial line */
    struct pool *frames;
    /* datagrams without a record, by sender, receiver and channel: numbered */
    uint64_t numbered[UNITS_MAX][UNITS_MAX][CHANNELS];
    uint64_t asked[UNITS_MAX]; /* questions, numbered */
    struct replication_count replication;
    struct unit_queues queues[UNITS_MAX];
    uint64_t drops[DROP_PLACES];
    uint64_t backscatter; /* packets to the addresses of floods */
    uint64_t lossy_key;
    uint32_t named; /* datagrams of the replication so far */
    uint64_t handed_out; /* datagrams of records that directors gave away until the failure, */
    uint64_t unapplied;  /* and of these, those that were lost on their way */
    struct rescue *rescue; /* or NULL */
    const struct datagram *at_hand; /* that a unit is stepping on just now, or NULL */
    uint8_t epoch;
    uint64_t fingerprint;
};

/* Something arrives now: it goes into the fingerprint, until the failure. */
static inline void carrier_note_delivery(struct carrier *carrier, uint64_t what)
{
    if (carrier->epoch == 0)
        carrier->fingerprint =
            chance_mix(carrier->fingerprint ^ what ^ (uint64_t)engine_now(carrier->engine));
}

/* The pools of each kind of parcel. */
void packet_carrier_init(struct carrier *carrier);
void packet_carrier_clear(struct carrier *carrier);
void datagram_carrier_init(struct carrier *carrier);
void datagram_carrier_clear(struct carrier *carrier);
void queue_carrier_init(struct carrier *carrier);
void queue_carrier_clear(struct carrier *carrier);
/* Asked for everything that passes a unit. */
static inline bool carrier_is_lossy(const struct carrier *carrier, unsigned unit)
{
    return carrier->queues[unit].lossy.threshold != 0;
}

/* Does the gray failure of a lossy unit drop what is going in or out there? */
bool carrier_unit_loses(struct carrier *carrier, unsigned unit, enum way way, uint64_t identity);

void serial_carrier_init(struct carrier *carrier);
void serial_carrier_clear(struct carrier *carrier);
void frame_carrier_init(struct carrier *carrier);
void frame_carrier_clear(struct carrier *carrier);
void garp_carrier_init(struct carrier *carrier, uint64_t run_key);
void garp_carrier_clear(struct carrier *carrier);

/* Does no frame pass between this unit and this interface's segment? */
bool carrier_is_cut(const struct carrier *carrier, unsigned unit, unsigned interface);

/* The link between two units: a pair's own, and its direction from the one to the other. */
struct link *carrier_pair_link(const struct carrier *carrier, enum link_role role, unsigned from,
                               unsigned to);
enum direction carrier_way(unsigned from, unsigned to);

/* Whether hellos take this interface's segment, so that somebody listens there. */
bool carrier_listens(const struct carrier *carrier, unsigned interface);

/* A unit announces its address on a side: the others see the frame. */
void frame_carrier_announce(struct carrier *carrier, unsigned unit, unsigned interface);

/* A unit says on a side that the active address is its own: frames that each neighbour hears
 * or not, or with the MAC that they know, the switch. */
void garp_carrier_claim(struct carrier *carrier, unsigned unit, unsigned interface,
                        bool same_mac);

/* A unit has sent a frame there. */
void garp_carrier_spoke(struct carrier *carrier, unsigned unit, unsigned interface);

/* The unit that gets what this neighbour sends to the active address, NULL: none. */
struct unit *garp_carrier_receiver(const struct carrier *carrier, unsigned interface,
                                   uint32_t sender_ip);

static inline void carrier_note_frame(struct carrier *carrier, unsigned unit, unsigned interface)
{
    if (carrier->garp[interface].used)
        garp_carrier_spoke(carrier, unit, interface);
}

#endif
