/* Simulated time: whole nanoseconds, both for instants and for spans.
 *
 * The core is told the time with every event; nothing in it can ask. */
#ifndef CORE_NSTIME_H
#define CORE_NSTIME_H

#include <stdint.h>

typedef int64_t nstime;

#define NSTIME_NEVER INT64_MAX
#define NSTIME_US INT64_C(1000)
#define NSTIME_MS INT64_C(1000000)
#define NSTIME_S INT64_C(1000000000)
#define NSTIME_MIN (60 * NSTIME_S)

#endif
