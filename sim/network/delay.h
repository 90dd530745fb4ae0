/* How long a packet is on its way: base delay and jitter, tc-netem's shapes. */
#ifndef SIM_NETWORK_DELAY_H
#define SIM_NETWORK_DELAY_H

#include "sim/network/impairment.h"

/* One delay in whole nanoseconds, never negative, from one draw. */
nstime delay_value(const struct impairment *impairment, uint64_t draw);

/* None is longer, whatever the shape: base delay and four jitters, where the tables end. */
nstime delay_longest(const struct impairment *impairment);

#endif
