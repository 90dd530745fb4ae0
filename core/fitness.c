#include "core/fitness.h"

#include "core/director_internal.h"
#include "core/handover.h"
#include "core/succession.h"

#include <glib.h>

/* So many hello intervals after an interface came back, the peer's must have come back too
 * if it was the network that was away: only then is the peer the less healthy one. */
enum { HEALTHY_INTERVALS = 3 };

/* ---- the failed state */

void fitness_told_failed(struct director *director)
{
    g_assert(director->group.role == ROLE_STANDBY);
    if (director->settings.detector != DETECTOR_LOCALDIRECTOR)
        return;
    director->fitness.failed = true;
    director->fitness.failed_link_only = interfaces_lost_link_only(director);
}

void fitness_reset(struct director *director)
{
    director->fitness.failed = false;
}

/* ---- beside a peer */

bool fitness_differs(const struct director *director, const struct hello *hello,
                     bool *this_is_fitter)
{
    *this_is_fitter = interfaces_failed(director) == 0;
    return *this_is_fitter != (hello->interfaces_failed == 0);
}

enum no_switch fitness_obstacle(const struct director *director)
{
    if (!director->settings.failover)
        return NO_SWITCH_FAILOVER_OFF;
    if (director->fitness.failed)
        return NO_SWITCH_UNIT_FAILED;
    return NO_SWITCH_NONE;
}

/* R-1104. */
static bool is_preferred(const struct director *director, nstime now)
{
    const struct fitness *fitness = &director->fitness;
    nstime interval = detection_interval(&director->settings);
    return director->settings.health_switch == HEALTH_SWITCH_ON
           && fitness->whole_since != NSTIME_NEVER
           && now >= fitness->whole_since + HEALTHY_INTERVALS * interval;
}

static void judge(struct director *director, nstime now, struct peer *peer,
                  struct effects *effects)
{
    enum no_switch obstacle = fitness_obstacle(director);
    bool fresh = (peer->latest.interfaces_failed & ~peer->judged) != 0;
    peer->judged = peer->latest.interfaces_failed;
    if (obstacle == NO_SWITCH_NONE && interfaces_failed(director) != 0)
        obstacle = NO_SWITCH_BOTH_IMPAIRED;
    if (obstacle == NO_SWITCH_NONE && (fresh || is_preferred(director, now)))
        detect_take_over(director, now, fresh ? ROLE_INTERFACE_FAILED : ROLE_HEALTHIER, effects);
    else if (fresh)
        director_note_unit(director, effects, NOTE_NO_SWITCH, obstacle);
}

/* While a test of its own runs, this unit does not know how it stands. */
void fitness_compare(struct director *director, nstime now, struct peer *peer,
                     struct effects *effects)
{
    g_assert(director->group.role == ROLE_STANDBY);
    peer->judged &= peer->latest.interfaces_failed;
    if (peer->latest.interfaces_failed != 0 && director->detector.appointed
        && interfaces_tested(director) == 0)
        judge(director, now, peer, effects);
}

/* ---- news */

static void mark_whole(struct director *director, nstime now)
{
    bool whole = (interfaces_failed(director) | interfaces_tested(director)) == 0;
    if (!whole)
        director->fitness.whole_since = NSTIME_NEVER;
    else if (director->fitness.whole_since == NSTIME_NEVER)
        director->fitness.whole_since = now;
}

void fitness_settle(struct director *director, nstime now, struct effects *effects)
{
    struct fitness *fitness = &director->fitness;
    mark_whole(director, now);
    if (interfaces_failed(director) == fitness->said)
        return;
    if (fitness->failed && fitness->failed_link_only && interfaces_failed(director) == 0) {
        fitness_reset(director); /* R-1103, fact F-713 */
        director_note_unit(director, effects, NOTE_RECOVERED, 0);
    }
    detect_say(director, now, HELLO_HELLO, effects);
}
