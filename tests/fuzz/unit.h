/* The director that a target drives: with services, a peer and a spare, and connections that are
 * told of; and whatever is done to it, it must stay whole. */
#ifndef TESTS_FUZZ_UNIT_H
#define TESTS_FUZZ_UNIT_H

#include "core/director.h"

#include <glib.h>

/* The addresses of tests/core/rig.h, so that its datagrams are understood here. */
enum {
    UNIT_IP = 0x0A090002, /* 10.9.0.2: its own */
    UNIT_PEER_IP = 0x0A090001,
    UNIT_SPARE_IP = 0x0A090003,
    UNIT_VIRTUAL_IP = 0xC0000250, /* 192.0.2.80 */
    UNIT_CLIENT_IP = 0xC6336400,  /* client n is 198.51.100.n */
    UNIT_REAL_IP = 0x0A000100,    /* machine n is 10.0.1.n */
    UNIT_PORT = 40000,
};

struct unit {
    struct director *director;
    struct effects effects;
    nstime now;
};

/* As the first two bytes of an input say (tests/fuzz/targets.h). */
void unit_init(struct unit *unit, uint8_t protocol, uint8_t options);
void unit_clear(struct unit *unit);

/* One step, and what must always hold is checked; if it does not, the program ends. */
void unit_step(struct unit *unit, const struct event *event);
void unit_command(struct unit *unit, const char *line);
void unit_hear(struct unit *unit, enum channel channel, uint32_t source_ip, const uint8_t *bytes,
               size_t length);

/* Let the time pass, deadlines and all; of very many, some. */
void unit_run(struct unit *unit, nstime span);

/* The connection of a flow's byte, and whether there is one. */
struct flow unit_flow(uint8_t bits);
bool unit_find(const struct unit *unit, uint8_t bits, struct connection_view *view);

#endif
