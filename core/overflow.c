/* When a preferred instance calls for help. Declared in
 * machine.h. */
#include "core/machine.h"

#include <string.h>

static const char *const words[] = {
    [OVERFLOW_NONE] = "none",
    [OVERFLOW_BUSY] = "busy",
    [OVERFLOW_ONE_FAILED] = "one-failed",
    [OVERFLOW_ALL_FAILED] = "all-failed",
};

const char *overflow_word(enum overflow overflow)
{
    g_assert((unsigned)overflow < G_N_ELEMENTS(words));
    return words[overflow];
}

bool overflow_parse(const char *word, enum overflow *overflow)
{
    char *canonical = g_strdelimit(g_strdup(word), "_", '-');
    unsigned i = 0;
    while (i < G_N_ELEMENTS(words) && strcmp(words[i], canonical) != 0)
        i++;
    g_free(canonical);
    if (i < G_N_ELEMENTS(words))
        *overflow = i;
    return i < G_N_ELEMENTS(words);
}

static bool is_busy(const struct physical *physical)
{
    return physical->maxconns != 0 && physical->connections >= physical->maxconns;
}

/* How many preferred machines there are, have failed, serve, and are at their maximum. */
struct preferred {
    unsigned all, failed, serving, busy;
};

static struct preferred look(const struct virtual *virtual)
{
    struct preferred preferred = {0};
    for (const struct link *link = virtual->links; link != NULL; link = link->next) {
        const struct physical *physical = link->physical;
        if (link->overflow)
            continue;
        preferred.all++;
        preferred.failed += physical->state == MACHINE_FAILED;
        if (physical->state != MACHINE_IN_SERVICE || physical->weight == 0)
            continue;
        preferred.serving++;
        preferred.busy += is_busy(physical);
    }
    return preferred;
}

bool virtual_overflows(const struct virtual *virtual)
{
    struct preferred preferred = look(virtual);
    switch (virtual->overflow) {
    case OVERFLOW_NONE: return false;
    case OVERFLOW_BUSY:
        return preferred.serving > 0 && preferred.busy == preferred.serving;
    case OVERFLOW_ONE_FAILED: return preferred.failed > 0;
    case OVERFLOW_ALL_FAILED: return preferred.failed == preferred.all;
    }
    return false;
}
