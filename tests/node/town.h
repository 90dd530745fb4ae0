/* Fixture: a traffic with a wire of fixed delay in place of the network, and a
 * translation in place of the directors. Packets can be lost by script and are
 * logged. */
#ifndef TESTS_NODE_TOWN_H
#define TESTS_NODE_TOWN_H

#include "sim/node/traffic.h"

#include <check.h>

#define TOWN_VIRTUAL_IP 0xC0000250u /* 192.0.2.80 */
#define TOWN_CLIENT_IP 0xCB007100u  /* 203.0.113.0 */
#define TOWN_REAL_IP 0x0A000101u    /* 10.0.1.1 */
#define TOWN_KEY UINT64_C(20260101)

struct town_packet {
    nstime at;
    enum side from;
    struct packet packet;
    bool lost;
};

struct town_end {
    uint32_t number;
    enum connection_end end;
    nstime at;
};

struct town {
    struct engine *engine;
    struct scenario scenario;
    struct traffic *traffic;
    struct connection_watch watch;
    nstime delay;
    GArray *log;  /* struct town_packet */
    GArray *ends; /* struct town_end */
    GPtrArray *flying;
    /* the script */
    int64_t lose;         /* number of the packet, in all, that is lost; -1: none */
    int64_t lose_every;   /* each such one too; 0: none */
    nstime cut_from, cut_to; /* nothing passes */
    unsigned machines;    /* addresses from TOWN_REAL_IP up that serve */
    unsigned shift;       /* packets to servers go so many machines further */
    unsigned opened, established, progressed, answered, strayed;
    unsigned last_stray;
    uint8_t epoch; /* stamped on what passes */
};

/* One workload of constant arrivals, one virtual and two servers without service
 * time; change the scenario, then start. */
void town_init(struct town *town);
void town_start(struct town *town);
void town_clear(struct town *town);

struct workload_spec *town_workload(struct town *town, unsigned number);
struct workload_spec *town_add_workload(struct town *town, const char *name);
struct real_spec *town_real(struct town *town, unsigned number);

/* Put a packet on the wire as if from a side. */
void town_inject(struct town *town, enum side to, const struct packet *packet);

void town_run(struct town *town, nstime until);
void town_run_for(struct town *town, nstime span);

/* Start, and step until the first connection is there; step until the first one is in a
 * phase, which it must live to see. */
struct connection *town_open_first(struct town *town);
void town_run_to_phase(struct town *town, enum connection_phase phase);

/* The n-th logged packet from a side that has all these flags and none of the
 * others given, or NULL. */
const struct town_packet *town_find(const struct town *town, enum side from, unsigned with,
                                    unsigned without, unsigned n);
unsigned town_count(const struct town *town, enum side from, unsigned with, unsigned without);

/* How the n-th connection to end ended. */
const struct town_end *town_ended(const struct town *town, unsigned n);

#endif
