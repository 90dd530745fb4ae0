/* Chance without chance: SplitMix64's mixing (G. Steele and others, 2014). Words that differ in a
 * bit give words that have nothing to do with each other. */
#ifndef CORE_MIX_H
#define CORE_MIX_H

#include <stdint.h>

static inline uint64_t mix64(uint64_t word)
{
    word += UINT64_C(0x9E3779B97F4A7C15);
    word = (word ^ word >> 30) * UINT64_C(0xBF58476D1CE4E5B9);
    word = (word ^ word >> 27) * UINT64_C(0x94D049BB133111EB);
    return word ^ word >> 31;
}

#endif
