#include "core/slow_start.h"

#include "core/director_internal.h"
#include "core/ranking.h"

#include <glib.h>

static bool serves(const struct physical *physical)
{
    return physical->state == MACHINE_IN_SERVICE && physical->weight > 0;
}

static nstime step_of(const struct virtual *virtual)
{
    return MAX(virtual->slow_start / SHARE_FULL, 1);
}

static uint32_t share_at(const struct link *link, nstime now)
{
    if (!link->serves || link->entered_at == NSTIME_NEVER)
        return SHARE_FULL;
    nstime steps = (now - link->entered_at) / step_of(link->virtual);
    return (uint32_t)CLAMP(steps, 1, SHARE_FULL);
}

/* Gives the time of the link's next step. */
static nstime grow(struct link *link, nstime now)
{
    uint32_t share = share_at(link, now);
    if (share != link->share) {
        link->share = share;
        ranking_update(link);
    }
    if (share == SHARE_FULL)
        link->entered_at = NSTIME_NEVER;
    return share < SHARE_FULL ? link->entered_at + (share + 1) * step_of(link->virtual)
                              : NSTIME_NEVER;
}

static void look_at(struct link *link, nstime now)
{
    bool serves_now = link->virtual->slow_start > 0 && serves(link->physical);
    if (serves_now && !link->serves)
        link->entered_at = link->virtual->starts_slowly ? now : NSTIME_NEVER;
    link->serves = serves_now;
}

void slow_start_run(struct director *director, nstime now)
{
    director->grows_at = NSTIME_NEVER;
    for (struct virtual *one = machines_first_virtual(director->machines); one != NULL;
         one = one->next)
        for (struct link *link = one->starts_slowly ? one->links : NULL; link != NULL;
             link = link->next)
            director->grows_at = MIN(director->grows_at, grow(link, now));
}

/* Rare, so that it may look at all machines. starts_slowly is still of the look before:
 * one look after it is turned off, every share is full again. */
void slow_start_look(struct director *director, nstime now)
{
    for (struct virtual *one = machines_first_virtual(director->machines); one != NULL;
         one = one->next)
        for (struct link *link = one->slow_start > 0 || one->starts_slowly ? one->links : NULL;
             link != NULL; link = link->next)
            look_at(link, now);
    slow_start_run(director, now);
    for (struct virtual *one = machines_first_virtual(director->machines); one != NULL;
         one = one->next)
        one->starts_slowly = one->slow_start > 0;
}

nstime slow_start_deadline(const struct director *director)
{
    return director->grows_at;
}
