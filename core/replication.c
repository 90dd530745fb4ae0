#include "core/replication.h"

#include <glib.h>
#include <string.h>

static const struct replication_protocol *const protocols[] = {
    [REPLICATION_NONE] = &replication_none,
    [REPLICATION_PATENT] = &replication_patent,
    [REPLICATION_REPEAT] = &replication_repeat,
    [REPLICATION_IPVS] = &replication_ipvs,
    [REPLICATION_HASH] = &replication_hash,
    [REPLICATION_PEERS] = &replication_peers,
    [REPLICATION_DELAYED] = &replication_delayed,
    [REPLICATION_PFSYNC] = &replication_pfsync,
    [REPLICATION_INLINE] = &replication_inline,
    [REPLICATION_UNDERSTUDY] = &replication_understudy,
    [REPLICATION_ALARM] = &replication_alarm,
    [REPLICATION_FTFW] = &replication_ftfw,
};

unsigned replication_protocols(void)
{
    return G_N_ELEMENTS(protocols);
}

const struct replication_protocol *replication_protocol(enum replication_kind kind)
{
    g_assert((unsigned)kind < G_N_ELEMENTS(protocols));
    return protocols[kind];
}

const char *replication_word(enum replication_kind kind)
{
    return replication_protocol(kind)->name;
}

bool replication_parse(const char *word, enum replication_kind *kind)
{
    for (unsigned i = 0; i < G_N_ELEMENTS(protocols); i++) {
        if (strcmp(word, protocols[i]->name) == 0) {
            *kind = i;
            return true;
        }
    }
    return false;
}
