#include "sim/run/carrier_internal.h"

void carrier_claim(struct carrier *carrier, struct unit *unit, uint32_t ip)
{
    segment_claim(carrier->segment, ip, unit);
}

void carrier_release(struct carrier *carrier, struct unit *unit, uint32_t ip)
{
    segment_release(carrier->segment, ip, unit);
}

struct unit *carrier_owner(const struct carrier *carrier, uint32_t ip)
{
    return segment_owner(carrier->segment, ip);
}

struct link *carrier_link(const struct carrier *carrier, enum link_role role)
{
    return carrier->links[role];
}

struct replication_count carrier_replication_count(const struct carrier *carrier)
{
    return carrier->replication;
}

void carrier_set_epoch(struct carrier *carrier, uint8_t epoch)
{
    carrier->epoch = epoch;
}

void carrier_set_traffic(struct carrier *carrier, struct traffic *traffic)
{
    carrier->traffic = traffic;
}

void carrier_set_unit(struct carrier *carrier, unsigned number, struct unit *unit)
{
    g_assert(number < UNITS);
    carrier->units[number] = unit;
}

uint32_t carrier_unit_ip(unsigned number)
{
    g_assert(number < UNITS);
    return UINT32_C(0xA9FE0001) + number; /* 169.254.0.1 and .2: of that link alone */
}

struct carrier *carrier_new(const struct scenario *scenario, uint64_t run_key,
                            struct engine *engine, struct observer *observer,
                            struct journal *journal, struct run_story *story)
{
    struct carrier *carrier = g_new0(struct carrier, 1);
    carrier->scenario = scenario;
    carrier->engine = engine;
    carrier->observer = observer;
    carrier->journal = journal;
    carrier->story = story;
    carrier->segment = segment_new();
    packet_carrier_init(carrier);
    datagram_carrier_init(carrier);
    for (unsigned role = 0; role < LINK_COUNT; role++)
        carrier->links[role] = link_new(link_role_word(role), run_key,
                                        &scenario->links[role].forward,
                                        &scenario->links[role].reverse);
    return carrier;
}

void carrier_free(struct carrier *carrier)
{
    for (unsigned role = 0; role < LINK_COUNT; role++)
        link_free(carrier->links[role]);
    datagram_carrier_clear(carrier);
    packet_carrier_clear(carrier);
    segment_free(carrier->segment);
    g_free(carrier);
}
