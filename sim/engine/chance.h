/* Keyed chance: draws that are functions of what they are about, not of the
 * order in which they are asked for. No draw shifts another.
 *
 * A key is a 64-bit number folded from names and numbers: seed, repetition,
 * link, direction, what the packet is. A probability is an integer threshold. */
#ifndef SIM_ENGINE_CHANCE_H
#define SIM_ENGINE_CHANCE_H

#include <stdbool.h>
#include <stdint.h>

/* The finaliser of splitmix64: a bijection that spreads every bit. */
static inline uint64_t chance_mix(uint64_t x)
{
    x ^= x >> 30;
    x *= UINT64_C(0xBF58476D1CE4E5B9);
    x ^= x >> 27;
    x *= UINT64_C(0x94D049BB133111EB);
    return x ^ (x >> 31);
}

/* Fold one more number, or a name, into a key. The order of folding counts. */
static inline uint64_t chance_fold(uint64_t key, uint64_t number)
{
    return chance_mix((key ^ chance_mix(number + UINT64_C(0x9E3779B97F4A7C15)))
                      + UINT64_C(0xD1B54A32D192ED03));
}
uint64_t chance_fold_name(uint64_t key, const char *name);

/* The key that a run's other keys grow from. */
uint64_t chance_root(uint64_t seed, uint32_t repetition);

/* A probability: occurs when a draw is below the threshold; UINT64_MAX is always. */
struct probability {
    uint64_t threshold;
};

/* From parts per billion, 0 .. 1,000,000,000, exactly representable at both ends. */
struct probability probability_from_ppb(uint64_t ppb);
/* From a share 0..1, quantised to parts per billion first. */
struct probability probability_from_share(double share);
double probability_share(struct probability probability);

static inline bool chance_occurs(uint64_t draw, struct probability probability)
{
    return draw < probability.threshold || probability.threshold == UINT64_MAX;
}

/* A draw as a number in (0, 1), 53 bits, never 0 nor 1. */
double chance_unit(uint64_t draw);

#endif
