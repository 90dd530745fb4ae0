#include "core/outbound.h"

static struct physical *entry_of_port(const struct machines *machines, uint32_t ip,
                                      uint16_t port, uint8_t protocol)
{
    struct physical *physical =
        machines_find_physical(machines, (struct machine_id){ip, port, 0, protocol});
    return physical != NULL && physical->appears_as != NULL ? physical : NULL;
}

struct physical *outbound_owner(const struct machines *machines, struct address real,
                                uint8_t protocol)
{
    struct physical *owner = entry_of_port(machines, real.ip, real.port, protocol);
    if (owner == NULL)
        owner = entry_of_port(machines, real.ip, 0, protocol);
    if (owner != NULL)
        return owner;
    for (owner = machines_first_physical(machines); owner != NULL; owner = owner->next)
        if (owner->id.ip == real.ip && owner->id.protocol == protocol
            && owner->appears_as != NULL)
            return owner;
    return NULL;
}

struct address outbound_address(const struct physical *owner, struct address real)
{
    const struct machine_id *id = &owner->appears_as->id;
    bool stands_for_it = owner->id.port == real.port && id->port != 0;
    return (struct address){id->ip, stands_for_it ? id->port : real.port};
}

/* The entry that explains a virtual and a real address together. */
static struct physical *owner_as(const struct machines *machines, uint32_t virtual_ip,
                                 uint16_t bind_id, struct address real, uint8_t protocol)
{
    struct physical *owner = outbound_owner(machines, real, protocol);
    bool explains = owner != NULL && owner->appears_as->id.ip == virtual_ip
                    && owner->appears_as->id.bind_id == bind_id;
    return explains ? owner : NULL;
}

struct outbound_pair outbound_pair(const struct machines *machines, struct address local,
                                   uint16_t bind_id, struct address real, uint8_t protocol)
{
    struct outbound_pair pair = {.virtual = machines_named(machines, local, bind_id, protocol)};
    if (pair.virtual != NULL)
        pair.physical = machines_serving(machines, pair.virtual, real, protocol);
    if (pair.physical != NULL)
        return pair;
    struct physical *owner = owner_as(machines, local.ip, bind_id, real, protocol);
    if (owner == NULL)
        return pair;
    if (pair.virtual == NULL)
        pair.virtual = owner->appears_as;
    pair.physical = machines_serving(machines, pair.virtual, real, protocol);
    if (pair.physical == NULL)
        pair.physical = owner;
    return pair;
}
