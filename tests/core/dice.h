/* Dice for tests: the same throws on every machine, by a seed that a failing
 * test can print. */
#ifndef TESTS_CORE_DICE_H
#define TESTS_CORE_DICE_H

#include <stdint.h>

struct dice {
    uint64_t state;
};

/* 64 even bits: a counter, well mixed. */
static inline uint64_t dice_throw(struct dice *dice)
{
    uint64_t bits = dice->state += UINT64_C(0x9E3779B97F4A7C15);
    bits = (bits ^ bits >> 32) * UINT64_C(0xD6E8FEB86659FD93);
    bits = (bits ^ bits >> 32) * UINT64_C(0xD6E8FEB86659FD93);
    return bits ^ bits >> 32;
}

/* 0 up to but without sides; sides is small, so its bias is too. */
static inline unsigned dice_below(struct dice *dice, unsigned sides)
{
    return (unsigned)(dice_throw(dice) % sides);
}

#endif
