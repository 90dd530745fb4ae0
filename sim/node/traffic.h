/* Traffic: all clients, servers and workloads of one run.
 *
 * Clients open connections as the workloads say, send requests, wait for answers,
 * think, and close; servers answer. Both ends speak just enough TCP and UDP
 * (sim/node/tcp.h, udp.h). Packets leave by send() and come back by traffic_deliver_*();
 * what lies between is not known here. */
#ifndef SIM_NODE_TRAFFIC_H
#define SIM_NODE_TRAFFIC_H

#include "core/flow.h"
#include "core/packet.h"
#include "sim/engine/engine.h"
#include "sim/node/connection.h"
#include "sim/scenario/scenario.h"

struct traffic;

/* In the serial of a packet from outside: a director's probe, not its client's. */
#define TRAFFIC_PROBE UINT32_C(0x40000000)

struct traffic_config {
    struct engine *engine;
    const struct scenario *scenario;
    uint64_t run_key;               /* chance_root() of the run */
    void *network;                  /* context of send */
    void (*send)(void *network, enum side from, const struct packet *packet);
    /* From a server to another (core/second_chance.h); NULL: servers hand nothing on. */
    void (*hand_on)(void *network, const struct packet *packet);
    const struct connection_watch *watch; /* borrowed; must outlive the traffic */
};

struct traffic *traffic_new(const struct traffic_config *config);
void traffic_free(struct traffic *traffic);

/* Schedule the first arrivals. */
void traffic_start(struct traffic *traffic);

/* A packet reached the clients' side, or the servers' side. */
void traffic_deliver_client(struct traffic *traffic, const struct packet *packet);
void traffic_deliver_server(struct traffic *traffic, const struct packet *packet);

/* Cut a server, by its number among the scenario's reals, off the network, or connect it
 * again: packets vanish, its connections and timers go on. */
void traffic_fail_server(struct traffic *traffic, unsigned server, bool failed);
bool traffic_server_failed(const struct traffic *traffic, unsigned server);

/* Live connections (opened, not ended) in order of opening; NULL ends the walk. */
struct connection *traffic_first(const struct traffic *traffic);
struct connection *traffic_next(const struct connection *connection);

/* The live connection whose packets carry this tag, or that has this tuple (foreign is
 * the client's address, local the virtual machine's); NULL when there is none. */
struct connection *traffic_by_tag(const struct traffic *traffic, uint32_t tag);
struct connection *traffic_by_flow(const struct traffic *traffic, const struct flow *flow);

/* From now on nothing is opened, and whoever has no request outstanding and
 * has not been asked closes instead of asking again. Who speaks UDP goes on: it has nothing
 * to close, and only an answer shows that it is served. */
void traffic_stop_opening(struct traffic *traffic);

/* The roll call: this connection sends one more request now, behind the outstanding one
 * if there is one, whatever its plan was, and closes after the answer. One that has shut
 * its side probes (keepalive) instead; with UDP the request goes when the outstanding one is
 * answered. No effect on one that is not established or that
 * its application has closed. */
void traffic_ask(struct traffic *traffic, struct connection *connection);

/* The roll call where the server speaks: it writes one message now, and its client, which sends
 * nothing more unasked, is decided by receiving it. Where the server cannot (it has no socket of
 * it any more, has closed, or speaks UDP), the client asks instead. */
void traffic_ask_server(struct traffic *traffic, struct connection *connection);

/* Count the orphans' peak from now on. */
void traffic_watch_orphans(struct traffic *traffic);

/* For reports. */
struct traffic_count {
    uint64_t opened, established, closed, reset, timed_out, gave_up, refused, misserved;
    uint64_t without_port;    /* arrivals for which every port was in use */
    bool tuples_again;        /* some client has used all its ports and begun anew */
    uint64_t reconnected;     /* opened in the place of one that died */
    uint64_t retransmissions;
    uint64_t challenge_acks;
    uint64_t corrupt;         /* segments whose bytes were not the expected: must be 0 */
    uint32_t open;            /* live connections now */
    uint32_t server_sockets;  /* sockets at the servers now, orphans included */
    uint32_t server_orphans;  /* the most at a time whose client had ended, and not in order */
};
struct traffic_count traffic_count(const struct traffic *traffic);

#endif
