#include "sim/node/flood.h"

#include "sim/engine/chance.h"
#include "sim/scenario/quantity.h"
#include "sim/scenario/scenario.h"

#include <glib.h>

struct flood {
    struct flood_config config;
    uint32_t count; /* sent so far */
    nstime began;
    event_handle event;
};

bool flood_uses(uint32_t ip)
{
    return ((ip ^ FLOOD_NETWORK) & quantity_mask(FLOOD_PREFIX)) == 0;
}

static void send(struct flood *flood)
{
    uint64_t draw = chance_fold(flood->config.key, flood->count);
    struct packet packet = {
        .source_ip = FLOOD_NETWORK | ((uint32_t)(draw >> 32) & ~quantity_mask(FLOOD_PREFIX)),
        .destination_ip = flood->config.target.ip,
        .source_port = (uint16_t)(1024 + (draw & 0xFFFF) % (65536 - 1024)),
        .destination_port = flood->config.target.port,
        .sequence = (uint32_t)chance_mix(draw),
        .protocol = PROTOCOL_TCP,
        .flags = flood->config.flags,
        .serial = flood->count++,
    };
    if (packet.flags == TCP_ACK)
        packet.acknowledgement = (uint32_t)chance_mix(packet.sequence);
    flood->config.send(flood->config.network, SIDE_OUTSIDE, &packet);
}

/* One at a time, however many there will be. */
static void schedule(struct flood *flood);

static void turn_came(void *object, uint64_t number)
{
    struct flood *flood = object;
    (void)number;
    flood->event = 0;
    send(flood);
    schedule(flood);
}

static void schedule(struct flood *flood)
{
    unsigned __int128 waited = (unsigned __int128)flood->count * NSTIME_S;
    nstime at = flood->began + (nstime)(waited / flood->config.rate);
    if (at < flood->config.ends)
        flood->event = engine_schedule(flood->config.engine, at, turn_came, flood, 0);
}

struct flood *flood_new(const struct flood_config *config)
{
    g_assert(config->rate > 0 && config->send != NULL);
    struct flood *flood = g_new0(struct flood, 1);
    flood->config = *config;
    flood->began = engine_now(config->engine);
    schedule(flood);
    return flood;
}

void flood_free(struct flood *flood)
{
    engine_cancel(flood->config.engine, flood->event);
    g_free(flood);
}
