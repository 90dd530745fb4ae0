/* What a world holds, for its parts: its making and its run (world.c), what units do to it
 * (deed.c), and what strikes it (strike.c). Nobody else includes this. */
#ifndef SIM_RUN_WORLD_INTERNAL_H
#define SIM_RUN_WORLD_INTERNAL_H

#include "sim/fault/timeline.h"
#include "sim/run/world.h"

enum { UNITS = 2 };

struct world {
    const struct scenario *scenario;
    struct journal *journal;
    struct run_story *story;
    struct engine *engine;
    struct observer *observer;
    struct carrier *carrier;
    struct traffic *traffic;
    struct unit_network network;
    struct unit *units[UNITS];
    struct fault_time *times;
    nstime failed_at[UNITS]; /* NSTIME_NEVER while it runs: what the oracle knows */
    /* at the measured fault */
    struct replication_count replication;
    int failed_unit;
    uint32_t peak_open;
};

const struct unit_spec *world_unit_spec(const struct world *world, unsigned number);

/* Say something about a unit to whoever listens. */
void world_report_unit(struct world *world, unsigned number, const char *event,
                       const char *detail);

/* After whatever may have changed who serves. */
void world_look_at_service(struct world *world);

/* The instant that decides who counts: this unit is hit. */
void world_measure(struct world *world, unsigned hit);

/* What the effects of units come to; the world is its context. */
struct unit_network deed_network(struct world *world);

/* All faults of the scenario, at their times, which are drawn. */
void strike_schedule(struct world *world);

#endif
