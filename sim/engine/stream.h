/* Named random streams for draws that come in a natural order (arrivals of one
 * workload, say): xoshiro256**, seeded with splitmix64 from a key. 32 bytes. */
#ifndef SIM_ENGINE_STREAM_H
#define SIM_ENGINE_STREAM_H

#include <stdint.h>

struct stream {
    uint64_t state[4];
};

void stream_init(struct stream *stream, uint64_t key);
uint64_t stream_next(struct stream *stream);

#endif
