/* What replication costs the active director: packets a second through
 * director_step(), once with "option replication none" and once with "patent", side by
 * side in one run; what it costs that each packet is a sign of life of its interface
 * (R-1006); and what a connection costs in memory.
 *
 * Two kinds of traffic over N standing connections: segments of established ones, in an
 * order that no cache foresees; and whole lives, each closing one of the N and opening
 * it again, twelve packets of which one makes a create and one a delete. The clock is
 * that of the process; the directors' own time moves on by a microsecond a packet. */
#include "core/director.h"

#include <glib.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum {
    ROUNDS = 9,
    SEGMENTS = 600000,
    LIVES = 50000,
    LIFE_PACKETS = 12,
    SERVERS = 8,
    PORTS = 20000, /* of each client */
    STRIDE = 7919, /* a prime: no multiple of it is a multiple of N before N of them */
    CLIENT_IP = 0xC6336400,
    VIRTUAL_IP = 0xC0000250,
    REAL_IP = 0x0A000100,
};

struct subject {
    struct director *director;
    struct effects effects;
    nstime now;
    uint32_t *servers; /* of each connection, its address */
    uint32_t open, turn;
};

static double processor_seconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

/* Resident memory in bytes; 0 where there is no such file. */
static double resident(void)
{
    unsigned long size = 0, pages = 0;
    FILE *file = fopen("/proc/self/statm", "r");
    if (file == NULL)
        return 0;
    if (fscanf(file, "%lu %lu", &size, &pages) != 2)
        pages = 0;
    fclose(file);
    return (double)pages * (double)sysconf(_SC_PAGESIZE);
}

static void command(struct subject *subject, const char *line)
{
    struct event event = {.kind = EVENT_COMMAND, .command = line};
    director_step(subject->director, subject->now, &event, &subject->effects);
}

static void outside(struct subject *subject, uint32_t number, uint8_t flags, uint32_t sequence,
                    uint32_t acknowledgement)
{
    struct packet packet = {
        .source_ip = CLIENT_IP + number / PORTS,
        .source_port = (uint16_t)(10000 + number % PORTS),
        .destination_ip = VIRTUAL_IP,
        .destination_port = 80,
        .sequence = sequence,
        .acknowledgement = acknowledgement,
        .protocol = PROTOCOL_TCP,
        .flags = flags,
        .tag = number + 1,
    };
    struct event event = {.kind = EVENT_PACKET, .packet = {SIDE_OUTSIDE, &packet}};
    subject->now += NSTIME_US;
    director_step(subject->director, subject->now, &event, &subject->effects);
}

static void inside(struct subject *subject, uint32_t number, uint8_t flags, uint32_t sequence,
                   uint32_t acknowledgement)
{
    struct packet packet = {
        .source_ip = subject->servers[number],
        .source_port = 80,
        .destination_ip = CLIENT_IP + number / PORTS,
        .destination_port = (uint16_t)(10000 + number % PORTS),
        .sequence = sequence,
        .acknowledgement = acknowledgement,
        .protocol = PROTOCOL_TCP,
        .flags = flags,
    };
    struct event event = {.kind = EVENT_PACKET, .packet = {SIDE_INSIDE, &packet}};
    subject->now += NSTIME_US;
    director_step(subject->director, subject->now, &event, &subject->effects);
}

static void open_one(struct subject *subject, uint32_t number)
{
    outside(subject, number, TCP_SYN, 1000, 0);
    for (size_t i = 0; i < subject->effects.count; i++)
        if (subject->effects.items[i].kind == EFFECT_FORWARD)
            subject->servers[number] = subject->effects.items[i].packet.packet.destination_ip;
    inside(subject, number, TCP_SYN | TCP_ACK, 5000, 1001);
    outside(subject, number, TCP_ACK, 1001, 5001);
}

static void close_one(struct subject *subject, uint32_t number)
{
    outside(subject, number, TCP_FIN | TCP_ACK, 1001, 5001);
    inside(subject, number, TCP_FIN | TCP_ACK, 5001, 1002);
    outside(subject, number, TCP_ACK, 1002, 5002);
}

static void set_up(struct subject *subject, const char *protocol, uint32_t open)
{
    struct director_config config = {
        .initial_role = ROLE_ACTIVE, .own_ip = 0x0A090001, .peers = {{0x0A090002, RANK_SECONDARY}}};
    char line[80];
    *subject = (struct subject){.open = open, .servers = g_new0(uint32_t, open)};
    subject->director = director_new(&config, 0);
    effects_init(&subject->effects);
    command(subject, "ip address 192.0.2.1");
    command(subject, "failover ip address 192.0.2.2");
    command(subject, "virtual 192.0.2.80:80");
    command(subject, "replicate 192.0.2.80:80");
    g_snprintf(line, sizeof line, "option replication %s", protocol);
    command(subject, line);
    for (unsigned i = 1; i <= SERVERS; i++) {
        g_snprintf(line, sizeof line, "real 10.0.1.%u:80", i);
        command(subject, line);
        g_snprintf(line, sizeof line, "bind 192.0.2.80:80 10.0.1.%u:80", i);
        command(subject, line);
    }
    for (uint32_t number = 0; number < open; number++)
        open_one(subject, number);
}

static void tear_down(struct subject *subject)
{
    const char *broken = director_check(subject->director);
    if (broken != NULL || director_connections(subject->director) != subject->open) {
        fprintf(stderr, "bench_core: %s\n", broken != NULL ? broken : "connections are missing");
        exit(EXIT_FAILURE);
    }
    director_free(subject->director);
    effects_clear(&subject->effects);
    g_free(subject->servers);
}

static uint32_t next_number(struct subject *subject)
{
    subject->turn = (subject->turn + STRIDE) % subject->open;
    return subject->turn;
}

/* Seconds for the segments of established connections, half of them from each side. */
static double time_segments(struct subject *subject)
{
    double start = processor_seconds();
    for (unsigned i = 0; i < SEGMENTS; i += 2) {
        outside(subject, next_number(subject), TCP_ACK, 1001, 5001);
        inside(subject, next_number(subject), TCP_ACK, 5001, 1001);
    }
    return processor_seconds() - start;
}

static double time_lives(struct subject *subject)
{
    double start = processor_seconds();
    for (unsigned i = 0; i < LIVES; i++) {
        uint32_t number = next_number(subject);
        close_one(subject, number);
        open_one(subject, number);
        for (unsigned k = 0; k < (LIFE_PACKETS - 6) / 2; k++) {
            outside(subject, number, TCP_ACK, 1001, 5001);
            inside(subject, number, TCP_ACK, 5001, 1001);
        }
    }
    return processor_seconds() - start;
}

/* The best of the rounds for each subject, taken in turns: other processes share the
 * machine. */
static void compare(const char *what, const char *one, const char *other, double packets,
                    double (*timed)(struct subject *), struct subject subjects[2])
{
    double least[2] = {1e9, 1e9};
    for (unsigned round = 0; round < 2 * ROUNDS; round++) {
        double seconds = timed(&subjects[round % 2]);
        least[round % 2] = MIN(least[round % 2], seconds);
    }
    printf("%8u open, %-10s%s %5.2f, %s %5.2f M packets/s: %5.1f %% more time\n",
           subjects[0].open, what, one, packets / least[0] / 1e6, other,
           packets / least[1] / 1e6, 100 * (least[1] / least[0] - 1));
}

static void measure(uint32_t open)
{
    struct subject subjects[2];
    set_up(&subjects[0], "none", 1); /* what a process pays once is not a connection's */
    tear_down(&subjects[0]);
    double before = resident();
    set_up(&subjects[0], "none", open);
    double memory = resident() - before;
    set_up(&subjects[1], "patent", open);
    compare("segments:", "none", "patent", SEGMENTS, time_segments, subjects);
    compare("lives:", "none", "patent", (double)LIVES * LIFE_PACKETS, time_lives, subjects);
    tear_down(&subjects[0]);
    set_up(&subjects[0], "patent", open);
    command(&subjects[1], "failover hellopaths link outside inside");
    compare("segments:", "unwatched", "watched", SEGMENTS, time_segments, subjects);
    printf("%8u open, memory:   %.0f bytes a connection\n", open,
           memory / open - (double)sizeof(uint32_t));
    tear_down(&subjects[0]);
    tear_down(&subjects[1]);
}

int main(void)
{
    static const uint32_t sizes[] = {10000, 100000};
    puts("the director's core, one processor (lives: opens and closes included)");
    for (size_t i = 0; i < G_N_ELEMENTS(sizes); i++) {
        fflush(stdout);
        pid_t child = fork(); /* a process each, so that memory does not add up */
        if (child == 0) {
            measure(sizes[i]);
            return EXIT_SUCCESS;
        }
        int status = 0;
        if (child < 0 || waitpid(child, &status, 0) < 0 || status != 0)
            return EXIT_FAILURE;
    }
    return EXIT_SUCCESS;
}
