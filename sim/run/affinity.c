#include "sim/run/affinity.h"

#include "sim/run/standing.h"

#include <glib.h>

struct affinity {
    const struct scenario *scenario;
    GHashTable *servers; /* by virtual and client, server + 1; never iterated */
    struct affinity_count count;
};

struct affinity *affinity_new(const struct scenario *scenario)
{
    struct affinity *affinity = g_new0(struct affinity, 1);
    affinity->scenario = scenario;
    affinity->servers = g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, NULL);
    return affinity;
}

void affinity_free(struct affinity *affinity)
{
    g_hash_table_destroy(affinity->servers);
    g_free(affinity);
}

static uint64_t key_of(unsigned virtual, uint32_t client_ip)
{
    return (uint64_t)virtual << 32 | client_ip;
}

void affinity_had(struct affinity *affinity, unsigned virtual, uint32_t client_ip, int server)
{
    if (server < 0)
        return;
    uint64_t *key = g_new(uint64_t, 1);
    *key = key_of(virtual, client_ip);
    g_hash_table_replace(affinity->servers, key, GINT_TO_POINTER(server + 1));
}

void affinity_opened(struct affinity *affinity, unsigned virtual, uint32_t client_ip,
                     struct address real)
{
    uint64_t key = key_of(virtual, client_ip);
    int server = GPOINTER_TO_INT(g_hash_table_lookup(affinity->servers, &key)) - 1;
    if (server < 0)
        return;
    affinity->count.returning++;
    affinity->count.returned +=
        standing_agrees(affinity->scenario, (struct claimant){ .server = server }, real);
}

struct affinity_count affinity_counted(const struct affinity *affinity)
{
    return affinity->count;
}
