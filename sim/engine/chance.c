#include "sim/engine/chance.h"

#include <glib.h>
#include <string.h>

enum { BILLION = 1000000000 };

/* Eight bytes at a time, the first lowest whatever the machine; the length goes first,
 * so that no name is the beginning of another. */
uint64_t chance_fold_name(uint64_t key, const char *name)
{
    size_t length = strlen(name);
    uint64_t word = 0;

    key = chance_fold(key, length);
    for (size_t i = 0; i < length; i++) {
        word |= (uint64_t)(unsigned char)name[i] << (8 * (i % 8));
        if (i % 8 == 7 || i + 1 == length) {
            key = chance_fold(key, word);
            word = 0;
        }
    }
    return key;
}

uint64_t chance_root(uint64_t seed, uint32_t repetition)
{
    return chance_fold(chance_fold(chance_fold_name(0, "run"), seed), repetition);
}

struct probability probability_from_ppb(uint64_t ppb)
{
    g_assert(ppb <= BILLION);
    if (ppb == BILLION)
        return (struct probability){ .threshold = UINT64_MAX };
    unsigned __int128 threshold = ((unsigned __int128)ppb << 64) / BILLION;
    return (struct probability){ .threshold = (uint64_t)threshold };
}

struct probability probability_from_share(double share)
{
    g_assert(share >= 0 && share <= 1);
    return probability_from_ppb((uint64_t)(share * BILLION + 0.5));
}

/* The share that was asked for comes back, not one less by a rounding. */
double probability_share(struct probability probability)
{
    unsigned __int128 scaled = (unsigned __int128)probability.threshold * BILLION;
    uint64_t ppb = (uint64_t)((scaled + ((unsigned __int128)1 << 63)) >> 64);

    return (double)ppb / BILLION;
}

double chance_unit(uint64_t draw)
{
    /* an odd multiple of 2^-53: exact, and neither end is possible */
    return (double)((draw >> 12) * 2 + 1) * 0x1p-53;
}
