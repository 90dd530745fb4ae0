/* Ephemeral ports: which local port a client opens its next connection from.
 *
 * Each client of a workload begins at a port of its own and goes round those that it has,
 * so that a tuple comes back only after all others were used. With 28,232 of them and 60 s
 * of TIME_WAIT that is at most 470 connections a second for each client and virtual address. */
#ifndef SIM_NODE_PORT_H
#define SIM_NODE_PORT_H

#include "sim/scenario/scenario.h"

#include <stdbool.h>
#include <stdint.h>

struct ports;

struct ports *ports_new(const struct scenario *scenario, uint64_t run_key);
void ports_free(struct ports *ports);

/* The next port of a client of a workload; never fails: whether it is free is the
 * caller's to see, at most as often as the client has ports. */
uint16_t ports_next(struct ports *ports, unsigned workload, uint32_t client);

/* Has some client used all its ports, so that tuples come again? */
bool ports_came_round(const struct ports *ports);

#endif
