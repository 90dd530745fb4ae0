/* The carrier: takes packets and datagrams over the links to whoever is there to
 * take them, and tells the observer what became of records.
 *
 * What a packet is, for the keyed draws: whose it is (tag), which of its sender's
 * (serial) and its flags; a record: whose and which kind; a hello: its number. So
 * one connection's luck does not hang on another's. */
#ifndef SIM_RUN_CARRIER_H
#define SIM_RUN_CARRIER_H

#include "sim/engine/engine.h"
#include "sim/network/link.h"
#include "sim/node/traffic.h"
#include "sim/node/unit.h"
#include "sim/run/journal.h"
#include "sim/run/observer.h"
#include "sim/run/story.h"
#include "sim/scenario/scenario.h"

struct carrier;

/* Datagrams handed to the link and their IP bytes so far, both directions, hellos apart. */
struct replication_count {
    uint64_t datagrams, bytes, lost;
    uint64_t back_datagrams, back_bytes; /* of these, from a standby */
};

/* A record that is to be saved: datagrams that are sent to a unit meet another fate than queues
 * and links have for them. All others meet the luck that they have without it, and wait as
 * long. */
enum rescue_deed {
    RESCUE_DELIVERS,         /* each create of the tag, whole, with its own delay */
    RESCUE_DELIVERS_AT_ONCE, /* or without */
    RESCUE_WITHHOLDS_CREATE, /* of the tag, which did harm */
    RESCUE_WITHHOLDS_DELETES, /* of the flow */
};

struct rescue {
    enum rescue_deed deed;
    uint32_t tag;      /* number of a connection + 1 */
    struct flow flow;
    unsigned receiver; /* number of the unit */
    /* filled by the carrier: */
    bool changed;   /* the fate of one of these is another than without it */
    GArray *riders; /* uint32_t, the tags of all records in these */
};

struct carrier *carrier_new(const struct scenario *scenario, uint64_t run_key,
                            struct engine *engine, struct observer *observer,
                            struct journal *journal, struct run_story *story);
void carrier_free(struct carrier *carrier);

/* Whom it serves; before anything is sent. Units may be told one by one. */
void carrier_set_traffic(struct carrier *carrier, struct traffic *traffic);
void carrier_set_unit(struct carrier *carrier, unsigned number, struct unit *unit);

/* Before anything is sent; borrowed. */
void carrier_set_rescue(struct carrier *carrier, struct rescue *rescue);

/* A packet leaves a client (outside) or a server (inside): struct traffic_config's
 * send, with the carrier as network. */
void carrier_send(void *carrier, enum side from, const struct packet *packet);

/* From a server to another, by a switch: as long a way as from a unit. */
void carrier_hand_on(void *carrier, const struct packet *packet);

/* A unit forwards a packet, sends a datagram, or asks on an interface (address 0: a ping to
 * all): struct unit_network's. Packets get the carrier's epoch as they cross. */
void carrier_forward(struct carrier *carrier, struct unit *unit, enum side side,
                     const struct packet *packet);
void carrier_datagram(struct carrier *carrier, struct unit *unit,
                      const struct unit_datagram *datagram);
void carrier_ask(struct carrier *carrier, struct unit *unit, unsigned interface, uint32_t ip);

/* A unit sends bytes over the serial line: struct unit_network's. */
void carrier_serial(void *carrier, struct unit *unit, const uint8_t *bytes, size_t length);

/* The epoch of packets that cross a unit from now on: 0 before the failure, 1 after. */
void carrier_set_epoch(struct carrier *carrier, uint8_t epoch);

/* A number made of all packets and datagrams that have arrived before the failure, when and
 * in which order: two worlds with the same were the same until then. */
uint64_t carrier_fingerprint(const struct carrier *carrier);

/* A unit claims an address by a frame on each side, which is heard where its line is up;
 * mac 0 is its own. Returns the MAC that the outside knew the address by, if it was another;
 * else 0. The owner is who was heard last: the clients' side says who. */
uint64_t carrier_claim(struct carrier *carrier, struct unit *unit, uint32_t ip, uint64_t mac);
void carrier_release(struct carrier *carrier, struct unit *unit, uint32_t ip);
struct unit *carrier_owner(const struct carrier *carrier, uint32_t ip);

/* Whom the clients' router sends to at the active address, NULL: nobody; it is the owner as
 * soon as the router has heard of it. Do clients and a server both reach a unit there? */
struct unit *carrier_reached_outside(const struct carrier *carrier);
bool carrier_is_reached(const struct carrier *carrier, const struct unit *unit);

/* How many neighbours of a side there are, and how many of them reach a unit at the active
 * address; is the router astray, or this server (-1: none), that is: does it send to a former
 * owner because it has not heard of another? */
unsigned carrier_neighbours(const struct carrier *carrier, unsigned interface);
unsigned carrier_reaching(const struct carrier *carrier, const struct unit *unit,
                          unsigned interface);
bool carrier_is_astray(const struct carrier *carrier, int server);

/* Told when somebody has learnt where the address is, other than by a claim as it is made. */
struct carrier_watch {
    void *context;
    void (*moved)(void *context);
};
void carrier_set_watch(struct carrier *carrier, struct carrier_watch watch);

/* The port of a unit has no line: the switch forgets what it knows of it. */
void carrier_darken_port(struct carrier *carrier, unsigned unit, unsigned interface);

/* Faults. The line of an interface of a unit; the failover cable, between units 0 and 1;
 * a link, in the directions named (WAY_*), which is each pair's where it joins units. */
void carrier_set_interface(struct carrier *carrier, unsigned unit, unsigned interface, bool up);
void carrier_set_cable(struct carrier *carrier, bool pulled);
void carrier_change_link(struct carrier *carrier, enum link_role role,
                         const struct link_spec *spec, unsigned ways);
bool carrier_is_open(const struct carrier *carrier, enum link_role role);

/* When the outage began that the replication link is in, from one unit to another;
 * NSTIME_NEVER: it is in none. */
nstime carrier_outage_since(const struct carrier *carrier, unsigned from, unsigned to);

/* A unit's machine dies, or boots: what waits in it is lost. It freezes: what waits stays, and
 * goes on when it is let go. */
void carrier_empty_unit(struct carrier *carrier, unsigned unit);
void carrier_stop_unit(struct carrier *carrier, unsigned unit);
void carrier_let_unit_go(struct carrier *carrier, unsigned unit);

/* A unit takes in so many packets a second from now on, 0: any number; it drops this share of
 * what it takes in and of what it sends. Both until it dies or boots. */
void carrier_slow_unit(struct carrier *carrier, unsigned unit, uint64_t capacity);
void carrier_make_lossy(struct carrier *carrier, unsigned unit, struct probability share);

/* What units have dropped so far; and the share of the datagrams that their directors handed
 * out until the failure which is lost by now, wherever, < 0: there were none. */
uint64_t carrier_drops(const struct carrier *carrier, enum drop_place place);
double carrier_replication_loss(const struct carrier *carrier);

/* Packets that went out to the addresses of floods. */
uint64_t carrier_backscatter(const struct carrier *carrier);

/* Packets that a link lost because too many waited. */
uint64_t carrier_lost_to_limit(const struct carrier *carrier, enum link_role role);

/* What a note with this flow is about, of the datagram that a unit is stepping on just now:
 * the record of this flow in it, its first record where none is of this flow, no mark when it is
 * not stepping on records or they are damaged; and whose was first, whatever damage says. */
struct record_at_hand carrier_at_hand(const struct carrier *carrier, const struct flow *flow);

/* Tell of each record on its way to a unit just now, as they were sent: whose it is, and when
 * it arrives. Damaged ones are left out, as if all were refused. The mark is good during the
 * call. */
typedef void carrier_record_taker(void *context, const struct record_mark *mark, nstime arrival);
void carrier_on_wire(const struct carrier *carrier, unsigned receiver,
                     carrier_record_taker *take, void *context);

struct replication_count carrier_replication_count(const struct carrier *carrier);

/* The fixed address of a unit on the network between them, and its own MAC. */
uint32_t carrier_unit_ip(unsigned number);
uint64_t carrier_unit_mac(unsigned number);

#endif
