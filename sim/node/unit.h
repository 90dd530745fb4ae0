/* A unit: the host of one director. It feeds the director with what reaches the
 * machine, keeps its one timer, and carries its effects out. It can crash, freeze
 * and start again; the director in it never knows. */
#ifndef SIM_NODE_UNIT_H
#define SIM_NODE_UNIT_H

#include "core/director.h"
#include "sim/engine/engine.h"

#include <glib.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { UNIT_RECORDS_MAX = 128, UNIT_INTERFACES = INTERFACE_INSIDE + 1 };

/* Whose record a datagram carries, as the director noted it when it sent it. */
struct record_mark {
    struct flow flow; /* foreign and virtual address */
    struct address real;
    uint32_t tag;
    bool is_delete;
    uint8_t copy; /* 0: the first time that it is said */
};

struct unit;

/* A datagram as it leaves a unit: everything is borrowed for the call. */
struct unit_datagram {
    enum channel channel;
    unsigned interface;
    uint32_t destination_ip;
    const uint8_t *bytes;
    size_t length;
    const struct record_mark *marks;
    unsigned mark_count;
};

/* What the unit's effects come to, in the world outside. */
struct unit_network {
    void *context;
    void (*forward)(void *context, struct unit *unit, enum side side,
                    const struct packet *packet);
    void (*datagram)(void *context, struct unit *unit, const struct unit_datagram *datagram);
    void (*serial)(void *context, struct unit *unit, const uint8_t *bytes, size_t length);
    void (*ask)(void *context, struct unit *unit, unsigned interface, uint32_t ip); /* 0: ping */
    void (*claim)(void *context, struct unit *unit, uint32_t ip, uint64_t mac);
    void (*release)(void *context, struct unit *unit, uint32_t ip);
    void (*note)(void *context, struct unit *unit, const struct note *note);
};

struct unit_config {
    struct engine *engine;
    const char *name;    /* borrowed */
    unsigned number;     /* its own, for the host */
    enum unit_rank rank; /* the primary is active at the start (R-1009) */
    uint32_t own_ip;
    uint64_t mac;
    struct unit_peer peers[PEERS_MAX];
    nstime hello_phase;
    uint64_t seed;
    const GPtrArray *commands; /* its configuration, borrowed */
    const char *own_command;   /* and one more, not shared; NULL: none */
    const struct unit_network *network; /* borrowed */
};

enum unit_health { UNIT_UP, UNIT_FROZEN, UNIT_DOWN };

/* Make a unit and start it: its configuration is entered, its effects happen. */
struct unit *unit_new(const struct unit_config *config);
void unit_free(struct unit *unit);

const char *unit_name(const struct unit *unit);
unsigned unit_number(const struct unit *unit);
enum unit_health unit_health(const struct unit *unit);

/* Packets and datagrams reach the machine. One that is down or frozen takes
 * nothing in: they are lost, and false is returned. */
bool unit_packet(struct unit *unit, enum side side, const struct packet *packet);
bool unit_datagram(struct unit *unit, enum channel channel, unsigned interface,
                   uint32_t source_ip, const uint8_t *bytes, size_t length);

/* The same of bytes on the serial line, and of another frame on an interface: an answer to
 * what was asked. */
bool unit_serial(struct unit *unit, const uint8_t *bytes, size_t length);
bool unit_seen(struct unit *unit, unsigned interface);

/* The line state of an interface, the sign of the failover cable, as they are from now on:
 * a unit that boots later finds them so. */
void unit_set_interface(struct unit *unit, unsigned interface, bool up);
void unit_set_cable(struct unit *unit, enum cable_sign sign);

/* An operator's command. Returns NULL when it is taken, else in a sentence why not, to
 * be freed with g_free(). */
char *unit_command(struct unit *unit, const char *line);

/* The detector "oracle" says that the other unit has failed. */
void unit_peer_failed(struct unit *unit);

/* Faults. A crash loses everything; freeze stops the machine, and thaw lets it go
 * on as if nothing had been (timers that fell due meanwhile fire at once); restart
 * boots a crashed one, or one that runs, as a standby with an empty table. Each is
 * harmless where it does not apply. */
void unit_crash(struct unit *unit);
void unit_freeze(struct unit *unit);
void unit_thaw(struct unit *unit);
void unit_restart(struct unit *unit);

/* The director, to look inside; NULL when down. */
const struct director *unit_director(const struct unit *unit);

/* Enter commands into a director of its own and return the first refusal (free
 * with g_free()), or NULL when all are taken: to check a configuration. */
char *unit_check_commands(const GPtrArray *commands);

#endif
