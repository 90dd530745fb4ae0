/* The smoothed response time of a machine, from SYN to SYN-ACK (R-306, fact F-408):
 *
 *   r_new = r_old + a(dt) * (sample - r_old),   a(dt) = 1 - exp(-dt / 60 s)
 *
 * dt being the time since the sample before. In whole numbers, without libm, so that
 * every machine chooses the same server. */
#ifndef CORE_RESPONSE_H
#define CORE_RESPONSE_H

#include "core/nstime.h"

#include <stdint.h>

struct response {
    uint64_t smoothed; /* in 2^-16 ns; 0: no sample yet */
    nstime sampled_at;
};

/* Take a sample in, at a time not before the last one's. */
void response_sample(struct response *response, nstime now, nstime sample);

/* In nanoseconds, at least 1. Before the first sample it is RESPONSE_UNKNOWN: who has never
 * answered gets its share, but not all. */
uint64_t response_time(const struct response *response);

#define RESPONSE_UNKNOWN NSTIME_MS
#define RESPONSE_MAX (60 * NSTIME_S)

/* 1 - exp(-dt / 60 s) in 2^-32, exact to some units of it. */
uint64_t response_share(nstime dt);

#endif
