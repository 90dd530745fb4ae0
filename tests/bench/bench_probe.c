/* What forged ACKs cost a unit that has just taken over and probes (core/probe.h): 1,000,000 a
 * second for ten seconds, from a /10 of sources, onto a table of 1,000,000 connections. Meanwhile a
 * thousand packets a second of connections that are known, all of which must go through. */
#include "core/director.h"
#include "core/packet.h"
#include "core/record.h"

#include <glib.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum {
    SERVERS = 8,
    CONNECTIONS = 1000000,
    PORTS = 20000, /* of each client */
    LIMIT = 10000, /* "probe-limit", by default */
    FLOOD_NETWORK = 0x64400000,
    FLOOD_HOSTS = 1 << 22,
    UNIT_IP = 0x0A090001,
    PEER_IP = 0x0A090002,
    CLIENT_IP = 0xC6336400,
    VIRTUAL_IP = 0xC0000250,
    REAL_IP = 0x0A000100,
};

static double processor_seconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static void command(struct director *director, struct effects *effects, const char *line)
{
    struct event event = {.kind = EVENT_COMMAND, .command = line};
    director_step(director, 0, &event, effects);
}

static struct director *make(struct effects *effects)
{
    struct director_config config = {.initial_role = ROLE_STANDBY,
                                     .rank = RANK_SECONDARY,
                                     .own_ip = UNIT_IP,
                                     .peers = {{PEER_IP, RANK_PRIMARY}}};
    struct director *director = director_new(&config, 0);
    char line[80];
    command(director, effects, "ip address 192.0.2.1");
    command(director, effects, "failover ip address 192.0.2.2");
    command(director, effects, "option unknown-connection learn+probe");
    command(director, effects, "virtual 192.0.2.80:80");
    for (unsigned i = 1; i <= SERVERS; i++) {
        g_snprintf(line, sizeof line, "real 10.0.1.%u:80", i);
        command(director, effects, line);
        g_snprintf(line, sizeof line, "bind 192.0.2.80:80 10.0.1.%u:80", i);
        command(director, effects, line);
    }
    return director;
}

static struct address client_of(uint32_t i)
{
    return (struct address){CLIENT_IP + i / PORTS, (uint16_t)(10000 + i % PORTS)};
}

static void fill(struct director *director, struct effects *effects)
{
    for (uint32_t i = 0; i < CONNECTIONS; i++) {
        uint8_t bytes[RECORD_DATAGRAM_MAX];
        struct record record = {
            .real = {REAL_IP + 1 + i % SERVERS, 80},
            .foreign = client_of(i),
            .virtual = {VIRTUAL_IP, 80},
            .protocol = PROTOCOL_TCP,
            .flags = RECORD_PM_COUNTED | RECORD_VM_COUNTED,
        };
        struct event event = {.kind = EVENT_DATAGRAM,
                              .datagram = {CHANNEL_REPLICATION, PEER_IP, bytes,
                                           record_encode(&record, 1, bytes), INTERFACE_PEER}};
        director_step(director, 0, &event, effects);
    }
}

static uint64_t mix(uint64_t x)
{
    x = (x + UINT64_C(0x9E3779B97F4A7C15)) * UINT64_C(0xBF58476D1CE4E5B9);
    return x ^ x >> 29;
}

static struct packet forged(uint64_t i)
{
    uint64_t draw = mix(i);
    return (struct packet){
        .source_ip = FLOOD_NETWORK + (uint32_t)(draw >> 32) % FLOOD_HOSTS,
        .destination_ip = VIRTUAL_IP,
        .source_port = (uint16_t)draw,
        .destination_port = 80,
        .sequence = (uint32_t)mix(draw),
        .acknowledgement = (uint32_t)(draw >> 16),
        .protocol = PROTOCOL_TCP,
        .flags = TCP_ACK,
    };
}

static struct packet known(uint64_t i)
{
    struct address client = client_of((uint32_t)(mix(i) % CONNECTIONS));
    struct packet packet = forged(i);
    packet.source_ip = client.ip;
    packet.source_port = client.port;
    return packet;
}

static void demand(bool true_, const char *what)
{
    if (true_)
        return;
    fprintf(stderr, "bench_probe: %s\n", what);
    exit(EXIT_FAILURE);
}

static uint64_t count(const struct effects *effects, enum effect_kind kind)
{
    uint64_t found = 0;
    for (size_t i = 0; i < effects->count; i++)
        found += effects->items[i].kind == kind;
    return found;
}

/* One a microsecond; of each thousand packets one belongs to a connection. */
static void flood(struct director *director, struct effects *effects, uint64_t packets)
{
    uint64_t probes = 0;
    double start = processor_seconds();
    for (uint64_t i = 1; i <= packets; i++) {
        bool ours = i % 1000 == 0;
        struct packet packet = ours ? known(i) : forged(i);
        struct event event = {.kind = EVENT_PACKET, .packet = {SIDE_OUTSIDE, &packet}};
        director_step(director, (nstime)i * NSTIME_US, &event, effects);
        demand(count(effects, EFFECT_FORWARD) == (ours ? 1 : 0), "a wrong packet went through");
        demand(count(effects, EFFECT_RESET) == 0, "a forged packet was answered");
        probes += count(effects, EFFECT_PROBE);
    }
    double seconds = processor_seconds() - start;
    double flooded = (double)packets / 1e6;
    demand((double)probes <= LIMIT * (flooded + 0.1), "more probes than the limit");
    printf("%.0f million forged ACKs, one a microsecond: %.0f ns each, %.0f probes (limit %d a "
           "second)\n",
           flooded, seconds / (double)packets * 1e9, (double)probes, LIMIT);
}

int main(void)
{
    struct effects effects;
    effects_init(&effects);
    struct director *director = make(&effects);
    puts("forged ACKs onto a new active that probes, with 1,000,000 connections");
    fill(director, &effects);
    command(director, &effects, "failover active");
    demand(director_connections(director) == CONNECTIONS, "connections are missing");
    flood(director, &effects, 10000000);
    demand(director_connections(director) == CONNECTIONS, "the flood has left something behind");
    director_free(director);
    effects_clear(&effects);
    return 0;
}
