#include "sim/network/neighbours.h"

#include <glib.h>

struct entry {
    void *owner; /* as this listener knows it; NULL: no entry */
    bool astray; /* and the address has another owner */
};

struct neighbours {
    unsigned count;
    struct entry *entries; /* of the neighbours, and the switch's behind them */
};

struct neighbours *neighbours_new(unsigned count)
{
    struct neighbours *neighbours = g_new0(struct neighbours, 1);
    neighbours->count = count;
    neighbours->entries = g_new0(struct entry, count + 1);
    return neighbours;
}

void neighbours_free(struct neighbours *neighbours)
{
    if (neighbours == NULL)
        return;
    g_free(neighbours->entries);
    g_free(neighbours);
}

unsigned neighbours_count(const struct neighbours *neighbours)
{
    return neighbours->count;
}

unsigned neighbours_switch(const struct neighbours *neighbours)
{
    return neighbours->count;
}

static void outdate(struct entry *entry, void *owner)
{
    if (entry->owner == NULL)
        entry->owner = owner;
    entry->astray = entry->owner != owner;
}

/* A MAC that is new to the switch is flooded until its owner speaks. An entry with the same
 * MAC as before is as right, or as wrong, as it was. */
void neighbours_claim(struct neighbours *neighbours, void *owner, bool same_mac)
{
    struct entry *port = &neighbours->entries[neighbours->count];
    g_assert(owner != NULL);
    if (!same_mac)
        *port = (struct entry){ .owner = owner };
    else
        outdate(port, owner);
    for (unsigned i = 0; i < neighbours->count; i++) {
        struct entry *entry = &neighbours->entries[i];
        if (same_mac && !entry->astray)
            entry->owner = owner;
        else
            outdate(entry, owner);
    }
}

void neighbours_learn(struct neighbours *neighbours, unsigned listener, void *owner)
{
    g_assert(listener <= neighbours->count);
    neighbours->entries[listener] = (struct entry){ .owner = owner };
}

void neighbours_forget_port(struct neighbours *neighbours, const void *owner)
{
    struct entry *port = &neighbours->entries[neighbours->count];
    if (port->owner == owner)
        *port = (struct entry){ 0 };
}

bool neighbours_is_astray(const struct neighbours *neighbours, unsigned listener)
{
    g_assert(listener <= neighbours->count);
    return neighbours->entries[listener].astray;
}

void *neighbours_port(const struct neighbours *neighbours)
{
    return neighbours->entries[neighbours->count].owner;
}

void *neighbours_misled(const struct neighbours *neighbours, unsigned neighbour)
{
    const struct entry *port = &neighbours->entries[neighbours->count];
    const struct entry *entry = &neighbours->entries[neighbour];
    g_assert(neighbour < neighbours->count);
    return port->astray ? port->owner : entry->astray ? entry->owner : NULL;
}
