/* Virtual crashes: known, asked at many instants of one run.
 *
 * Before a crash the system does not know that it will crash. So at any instant the two
 * tables, and what is on the wire between them, say what a crash of the active unit just
 * then would have left known; nothing is disturbed by asking, and one run answers thousands
 * of times (design: validity, 1.4). Which connections count is the same as at a real crash:
 * established for the client, not yet closed by its application. */
#ifndef SIM_RUN_VIRTUAL_CRASH_H
#define SIM_RUN_VIRTUAL_CRASH_H

#include "sim/run/protection.h"
#include "sim/run/run.h"
#include "sim/run/world.h"

struct virtual_crashes;

/* Schedule the scenario's virtual crashes in this world, one in each of as many equal parts
 * of the window; NULL when it has none. The window ends where the measured fault begins. */
struct virtual_crashes *virtual_crashes_new(struct world *world, uint64_t run_key);
void virtual_crashes_free(struct virtual_crashes *crashes);

/* Also tell of each connection that counted at each; for tests. */
void virtual_crashes_watch(struct virtual_crashes *crashes,
                           const struct virtual_crash_watch *watch);

/* What they come to; the caller frees with g_free(). */
struct protection *virtual_crashes_finish(const struct virtual_crashes *crashes);

#endif
