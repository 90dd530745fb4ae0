/* Sampling: the two tables compared at a hundred instants of a run, evenly from its start to the
 * last opening, where [output] tables wants samples. */
#include "sim/run/world_internal.h"

enum { SAMPLES = 100 };

struct census world_census(const struct world *world)
{
    const struct unit *owner = carrier_owner(world->carrier, world->scenario->active_ip);
    const struct director *active = owner ? unit_director(owner) : NULL;
    const struct director *standby = unit_director(world->units[world_standby(world)]);
    if (standby && (standby == active || director_role(standby) != ROLE_STANDBY))
        standby = NULL;
    return census_take(world->scenario, world->traffic, active, standby);
}

static void sample(void *object, uint64_t number)
{
    struct world *world = object;
    struct replication_count replication = carrier_replication_count(world->carrier);
    struct sample sample = {
        .at = engine_now(world->engine),
        .census = world_census(world),
        .datagrams = replication.datagrams,
        .bytes = replication.bytes,
        .back_bytes = replication.back_bytes,
    };
    (void)number;
    g_array_append_val(world->samples, sample);
}

void sampling_schedule(struct world *world)
{
    nstime duration = world->scenario->duration;
    world->samples = g_array_new(FALSE, FALSE, sizeof(struct sample));
    if (world->is_twin || (world->scenario->tables & TABLE_SAMPLES) == 0)
        return;
    for (unsigned i = 1; i <= SAMPLES; i++)
        engine_schedule(world->engine, duration / SAMPLES * (nstime)i, sample, world, i);
}
