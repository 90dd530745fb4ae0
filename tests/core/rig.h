/* A rig for whole directors: a pair of units, a clock, and builders for the packets
 * that clients and servers would send. Nothing moves by itself: a test says what
 * arrives, and looks at the effects. After each step what must always hold is checked
 * (R-308, R-119, R-409). */
#ifndef TESTS_CORE_RIG_H
#define TESTS_CORE_RIG_H

#include "core/director.h"

#include <check.h>
#include <glib.h>

enum {
    RIG_ACTIVE_IP = 0xC0000201,   /* 192.0.2.1 */
    RIG_FAILOVER_IP = 0xC0000202, /* 192.0.2.2 */
    RIG_VIRTUAL_IP = 0xC0000250,  /* 192.0.2.80 */
    RIG_REAL_IP = 0x0A000100,     /* 10.0.1.0; machine n is 10.0.1.n */
    RIG_CLIENT_IP = 0xC6336400,   /* 198.51.100.0; client n is 198.51.100.n */
    RIG_UNIT_IP = 0x0A090001,     /* 10.9.0.1, 10.9.0.2, 10.9.0.3 */
    RIG_UNITS = 3,
    RIG_INTERFACES = 3,
    RIG_CLIENT = 7,               /* the client of tests that need only one */
    RIG_PORT = 40000,
    RIG_CHECKED = 100, /* conns: a larger table is checked only when a test says so */
};

struct rig_unit {
    struct director *director;
    struct effects effects;
    struct rig *rig;
    unsigned number;
};

struct rig {
    nstime now;
    struct rig_unit units[RIG_UNITS]; /* 0 is the primary, 2 a spare */
    unsigned count;                   /* how many there are: 2, or 3 */
    bool cut[RIG_UNITS][RIG_INTERFACES]; /* datagrams of this unit are lost on this interface */
    bool cable_cut;
    uint32_t max_connections; /* for units started from now on; 0 = the default */
};

/* 02:00:00:00:00:10; unit n has the n-th from there. */
#define RIG_MAC UINT64_C(0x020000000010)

/* A pair as it starts: the primary active, hellos every second (the first of unit n
 * after n * 500 ms), virtual 192.0.2.80:80 replicated and served by 10.0.1.1:80 and
 * 10.0.1.2:80. */
void rig_set_up(struct rig *rig);
void rig_tear_down(struct rig *rig);

/* The same with a spare beside the two, a standby as well (R-1107). */
void rig_set_up_three(struct rig *rig);

/* (Re)start a unit in a role, with the configuration above; its MAC is RIG_MAC + number. */
void rig_start(struct rig *rig, unsigned number, enum role role);

/* One step at rig->now; the effects are in unit->effects. A command must be taken. */
void rig_command(struct rig_unit *unit, const char *line);
void rig_deadline(struct rig_unit *unit);
void rig_packet(struct rig_unit *unit, enum side side, const struct packet *packet);
void rig_datagram(struct rig_unit *unit, enum channel channel, const uint8_t *bytes,
                  size_t length);

/* The line of an interface, the sign of the cable, another frame on an interface. */
void rig_interface(struct rig_unit *unit, unsigned number, bool up);
void rig_cable(struct rig_unit *unit, enum cable_sign sign);
void rig_seen(struct rig_unit *unit, unsigned number);

/* Let the unit's deadlines come until the clock stands at then; datagrams are lost. */
void rig_run(struct rig_unit *unit, nstime then);

/* Let all units run, each datagram and serial block arriving at once. */
void rig_run_both(struct rig *rig, nstime then);

/* The same without some of them, which stand still: a set of 1 << number. */
void rig_run_without(struct rig *rig, unsigned stopped, nstime then);

/* The same command to the first two units; their roles. */
void rig_command_both(struct rig *rig, const char *line);
void rig_assert_roles(const struct rig *rig, enum role first, enum role second);

/* Give what from just sent to the unit that it is for, once. */
void rig_deliver(struct rig_unit *from);

/* The same, and what is answered to it, until all is quiet. */
void rig_settle(struct rig_unit *from);

/* The n-th effect of a kind, or NULL; how many there are. */
const struct effect *rig_effect(const struct rig_unit *unit, enum effect_kind kind, unsigned n);
unsigned rig_count(const struct rig_unit *unit, enum effect_kind kind);

/* The only note of a code in the latest step; a missing one fails the test. */
const struct note *rig_note(const struct rig_unit *unit, enum note_code code);
unsigned rig_notes(const struct rig_unit *unit, enum note_code code);

/* A client's or a server's segment. Client n port p talks to 192.0.2.80:80. */
struct packet rig_from_client(unsigned client, uint16_t port, uint8_t flags, uint32_t sequence,
                              uint32_t acknowledgement);
struct packet rig_from_server(unsigned server, unsigned client, uint16_t port, uint8_t flags,
                              uint32_t sequence, uint32_t acknowledgement);
struct flow rig_flow(unsigned client, uint16_t port);

/* Handshake of a client through a unit; returns the server's number. Both sides start
 * at sequence 1000 (client) and 5000 (server); the next numbers are 1001 and 5001.
 * The effects are those of the last ACK. */
unsigned rig_open(struct rig_unit *unit, unsigned client, uint16_t port);

/* An orderly close, the client first, from where rig_open() left off. The effects are
 * those of the last packet. */
void rig_close(struct rig_unit *unit, unsigned server, unsigned client, uint16_t port);

/* The one client's segments, and its connection as the unit sees it. rig_view() fails
 * the test when there is none. */
void rig_client(struct rig_unit *unit, uint8_t flags, uint32_t sequence,
                uint32_t acknowledgement);
void rig_server(struct rig_unit *unit, unsigned server, uint8_t flags, uint32_t sequence,
                uint32_t acknowledgement);
struct connection_view rig_view(const struct rig_unit *unit);
bool rig_gone(const struct rig_unit *unit);

/* The only packet that the latest step let through, to this side. */
const struct packet *rig_forwarded(const struct rig_unit *unit, enum side to);

/* Nothing was let through, for this reason. */
void rig_assert_dropped(const struct rig_unit *unit, enum note_code code,
                        enum drop_reason reason);

bool rig_knows(const struct rig_unit *unit, unsigned client, uint16_t port,
               struct connection_view *view);

/* Two packets, two lists of effects must agree in every field. Field by field: the
 * padding of structs holds what it likes. */
void rig_assert_same_packet(const struct packet *a, const struct packet *b);
void rig_assert_same_effects(const struct rig_unit *a, const struct rig_unit *b);

/* director_check() must be content. */
void rig_check(const struct rig_unit *unit);

#endif
