/* Capacity: how many connections a second a way could tell the standby of, each with its
 * create and its delete, if it did nothing else (R-1204). */
#ifndef SIM_COMMAND_CAPACITY_H
#define SIM_COMMAND_CAPACITY_H

#include "sim/network/impairment.h"

/* Over the serial line, as text goes there: in full blocks, one under way at a time, each
 * acknowledged before the next. The direction has a rate. */
double capacity_serial(const struct impairment *direction);

/* In datagrams of one record, at so many bits a second. */
double capacity_datagrams(uint64_t rate);

#endif
