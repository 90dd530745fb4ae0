/* Chosen fates: those of [replication] fates, met by a datagram on its link. */
#ifndef SIM_RUN_CHOSEN_FATE_H
#define SIM_RUN_CHOSEN_FATE_H

#include "sim/network/link.h"
#include "sim/run/datagram.h"

/* What the link made of a datagram of the replication, with what was chosen for it. */
void chosen_fate_befall(const struct scenario *scenario, const struct datagram *datagram,
                        struct passage *passage);

#endif
