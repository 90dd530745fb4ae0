/* What a switch of the role costs with N connections on the standby (R-1010, R-1011): the one
 * step in which it becomes active, all their timers renewed. */
#include "core/director.h"
#include "core/packet.h"
#include "core/record.h"

#include <glib.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum {
    SERVERS = 8,
    PORTS = 20000, /* of each client */
    UNIT_IP = 0x0A090001,
    PEER_IP = 0x0A090002,
    CLIENT_IP = 0xC6336400,
    VIRTUAL_IP = 0xC0000250,
    REAL_IP = 0x0A000100,
    ROUNDS = 3,
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
    command(director, effects, "virtual 192.0.2.80:80");
    for (unsigned i = 1; i <= SERVERS; i++) {
        g_snprintf(line, sizeof line, "real 10.0.1.%u:80", i);
        command(director, effects, line);
        g_snprintf(line, sizeof line, "bind 192.0.2.80:80 10.0.1.%u:80", i);
        command(director, effects, line);
    }
    return director;
}

/* As the active unit would have told it. */
static void fill(struct director *director, struct effects *effects, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        uint8_t bytes[RECORD_DATAGRAM_MAX];
        struct record record = {
            .real = {REAL_IP + 1 + i % SERVERS, 80},
            .foreign = {CLIENT_IP + i / PORTS, (uint16_t)(10000 + i % PORTS)},
            .virtual = {VIRTUAL_IP, 80},
            .protocol = PROTOCOL_TCP,
            .flags = RECORD_PM_COUNTED | RECORD_VM_COUNTED,
        };
        size_t length = record_encode(&record, 1, bytes);
        struct event event = {.kind = EVENT_DATAGRAM,
                              .datagram = {CHANNEL_REPLICATION, PEER_IP, bytes, length,
                                           INTERFACE_PEER}};
        director_step(director, 0, &event, effects);
    }
}

/* The operator's word changes the role in the same way as a silent peer does. */
static double time_command(struct director *director, struct effects *effects, const char *line,
                           enum role role)
{
    double start = processor_seconds();
    command(director, effects, line);
    double seconds = processor_seconds() - start;
    if (director_role(director) != role) {
        fprintf(stderr, "bench_role: %s was not obeyed\n", line);
        exit(EXIT_FAILURE);
    }
    return seconds;
}

static void measure(uint32_t count)
{
    double takeover = 1e9;
    struct effects effects;
    effects_init(&effects);
    for (unsigned round = 0; round < ROUNDS; round++) {
        struct director *director = make(&effects);
        fill(director, &effects, count);
        if (director_connections(director) != count) {
            fputs("bench_role: connections are missing\n", stderr);
            exit(EXIT_FAILURE);
        }
        double seconds = time_command(director, &effects, "failover active", ROLE_ACTIVE);
        takeover = MIN(takeover, seconds);
        director_free(director);
    }
    printf("%8u connections: the standby is active in %6.2f ms\n", count, takeover * 1e3);
    effects_clear(&effects);
}

int main(void)
{
    puts("a switch of the role, in one step");
    measure(10000);
    measure(100000);
    measure(1000000);
    return 0;
}
