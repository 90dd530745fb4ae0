/* Slow start (R-311, fact F-407): under leastconns a machine that enters service, having no
 * connections, would get every new one until it is level with the others. With "slowstart
 * VIRTUAL TIME" it is taken for fuller than it is: machines are compared by
 *
 *   connections * SHARE_FULL / share,   share = SHARE_FULL * elapsed / TIME, at least 1,
 *
 * elapsed being the time since it entered: so it is filled up along a straight line, and has
 * as many as the others after TIME. The share moves in whole steps, by a timer: between
 * two of them the order of machines is a matter of counters alone, and a ranking holds.
 *
 * A machine enters service when it is put in service, comes back from failed, gets a weight
 * again or is bound. Those that serve when slow start is turned on do not enter. Nothing of
 * it is replicated: a standby goes by what it knows of its machines. */
#ifndef CORE_SLOW_START_H
#define CORE_SLOW_START_H

#include "core/nstime.h"

struct director;

/* Machines, their links or a setting may have changed: who has entered service now? */
void slow_start_look(struct director *director, nstime now);

/* When the next share grows, or NSTIME_NEVER; and let it grow. */
nstime slow_start_deadline(const struct director *director);
void slow_start_run(struct director *director, nstime now);

#endif
