/* What a world holds, for its parts: its making and its run (world.c), what units do to it
 * (deed.c), and what strikes it (strike.c). Nobody else includes this. */
#ifndef SIM_RUN_WORLD_INTERNAL_H
#define SIM_RUN_WORLD_INTERNAL_H

#include "sim/fault/timeline.h"
#include "sim/run/census.h"
#include "sim/run/joining.h"
#include "sim/run/reprotection.h"
#include "sim/run/world.h"

struct world {
    const struct scenario *scenario;
    uint64_t run_key;
    struct journal *journal;
    struct run_story *story;
    bool is_twin; /* the measured fault does not happen */
    struct engine *engine;
    struct observer *observer;
    struct carrier *carrier;
    struct traffic *traffic;
    struct unit_network network;
    struct unit *units[UNITS_MAX];
    unsigned unit_count;
    struct fault_time *times;
    GPtrArray *floods; /* struct flood, begun so far */
    struct virtual_crashes *virtual_crashes; /* NULL: none */
    nstime failed_at[UNITS_MAX]; /* NSTIME_NEVER while it runs: what the oracle knows */
    bool powered_off[UNITS_MAX];
    bool cable_pulled;
    bool followed; /* what waits for the takeover has its time */
    char *violation; /* the first, or NULL */
    struct joining *joining;
    struct reprotection *reprotection;
    GArray *samples;  /* struct sample, so far */
    double imbalance; /* at duration */
    /* at the measured fault */
    struct replication_count replication;
    struct replication_work work;
    struct census census;
    uint64_t fingerprint;
    bool measured;
    int failed_unit; /* whom it hits, -1: no unit */
    uint32_t peak_open;
};

const struct unit_spec *world_unit_spec(const struct world *world, unsigned number);

/* Say something about a unit to whoever listens. */
void world_report_unit(struct world *world, unsigned number, const char *event,
                       const char *detail);

/* After whatever may have changed who serves. */
void world_look_at_service(struct world *world);

/* The instant that decides who counts: this unit is hit, -1: none. */
void world_measure(struct world *world, int hit);

/* The number of the unit that owns the active address, that of the primary if nobody does;
 * and of the standby that would take over from it. */
unsigned world_active(const struct world *world);
unsigned world_standby(const struct world *world);

/* What the effects of units come to; the world is its context. */
struct unit_network deed_network(struct world *world);

/* The two tables as they are now (sampling.c); and so at a hundred instants, if they are wanted. */
struct census world_census(const struct world *world);
void sampling_schedule(struct world *world);

/* All faults of the scenario, at their times, which are drawn. */
void strike_schedule(struct world *world);

/* A unit has claimed the active address: if that is the takeover, what waits for it is
 * scheduled. */
void strike_follow_takeover(struct world *world);

#endif
