#include "sim/engine/stream.h"

#include "sim/engine/chance.h"

static inline uint64_t rotate_left(uint64_t x, int by)
{
    return x << by | x >> (64 - by);
}

/* splitmix64 fills the state: never all zero, and near keys give far states. */
void stream_init(struct stream *stream, uint64_t key)
{
    for (int i = 0; i < 4; i++) {
        key += UINT64_C(0x9E3779B97F4A7C15);
        stream->state[i] = chance_mix(key);
    }
}

/* xoshiro256** 1.0 (Blackman and Vigna). */
uint64_t stream_next(struct stream *stream)
{
    uint64_t *s = stream->state;
    uint64_t result = rotate_left(s[1] * 5, 7) * 9;
    uint64_t shifted = s[1] << 17;

    s[2] ^= s[0];
    s[3] ^= s[1];
    s[1] ^= s[2];
    s[0] ^= s[3];
    s[2] ^= shifted;
    s[3] = rotate_left(s[3], 45);
    return result;
}
