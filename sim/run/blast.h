/* Blast radius: how many connections died of one lost datagram. */
#ifndef SIM_RUN_BLAST_H
#define SIM_RUN_BLAST_H

#include "sim/run/run.h"

/* Of the datagrams lost before the failure, the one that alone carried the records of most
 * casualties of the headline cohort: of how many. */
uint32_t blast_worst(const struct run_result *result);

#endif
