/* The world of one run: clients, links, two units, servers, faults, put together
 * from a scenario and let go. */
#ifndef SIM_RUN_WORLD_H
#define SIM_RUN_WORLD_H

#include "sim/run/carrier.h"
#include "sim/run/journal.h"
#include "sim/run/observer.h"
#include "sim/run/run.h"
#include "sim/run/story.h"

struct world;

/* Told of each connection that counts at each virtual crash. */
struct virtual_crash_watch {
    void *context;
    void (*seen)(void *context, nstime instant, const struct connection *connection,
                 bool known);
};

/* Who listens to a world; each may be NULL. */
struct world_listeners {
    struct journal *journal;
    struct run_story *story;
};

/* All borrowed but what a run needs of its own. twin_of is NULL, or the result of the same
 * scenario and repetition: then the measured fault and all that follows from it do not
 * happen, but the instant is marked (twin.h). */
struct world *world_new(const struct scenario *scenario, uint32_t repetition,
                        const struct run_result *twin_of, struct world_listeners listeners);
void world_free(struct world *world);

/* The watch is borrowed; only for a scenario with virtual crashes, and before the run. */
void world_watch_virtual_crashes(struct world *world, const struct virtual_crash_watch *watch);

/* Save a record from the link: the rescue is borrowed, and called for before the run. */
void world_rescue(struct world *world, struct rescue *rescue);

/* From the first opening to the last verdict. */
void world_run(struct world *world);

/* The verdicts and counts; call once, after world_run(). */
void world_result(struct world *world, struct run_result *result);

#endif
