/* Ephemeral ports: which local port a client opens its next connection from.
 *
 * Each client of a workload begins at a port of its own and goes round, so that a
 * tuple comes back only after all others were used. */
#ifndef SIM_NODE_PORT_H
#define SIM_NODE_PORT_H

#include "sim/scenario/scenario.h"

#include <stdint.h>

/* Linux's ip_local_port_range; with 60 s of TIME_WAIT at most 470 connections a
 * second for each client and virtual address. */
enum { PORT_FIRST = 32768, PORT_LAST = 60999, PORT_COUNT = PORT_LAST - PORT_FIRST + 1 };

struct ports;

struct ports *ports_new(const struct scenario *scenario, uint64_t run_key);
void ports_free(struct ports *ports);

/* The next port of a client of a workload; never fails: whether it is free is the
 * caller's to see, at most PORT_COUNT times. */
uint16_t ports_next(struct ports *ports, unsigned workload, uint32_t client);

#endif
