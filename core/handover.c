#include "core/handover.h"

#include "core/director_internal.h"
#include "core/role.h"
#include "core/succession.h"

#include <glib.h>

static void take_role(struct director *director, nstime now, enum role_reason reason,
                      struct effects *effects)
{
    director->detector.handover_at = NSTIME_NEVER;
    fitness_reset(director);
    role_change(director, now, ROLE_ACTIVE, reason, effects);
}

/* ---- by force */

void handover_force(struct director *director, nstime now, struct effects *effects)
{
    if (director->group.role == ROLE_ACTIVE)
        return;
    take_role(director, now, ROLE_OPERATOR, effects);
    detect_say(director, now, HELLO_YIELD, effects);
    detect_say(director, now, HELLO_HELLO, effects);
}

/* ---- in good order */

const char *handover_obstacle(const struct director *director)
{
    if (director->group.role != ROLE_ACTIVE)
        return "this unit is standby already";
    if (!director->settings.failover)
        return "failover is off, nobody would take over; write failover first";
    if (!succession_standby(director)->known || !detect_has_standby(director))
        return "the other unit is not heard, nobody would take over; look at show failover";
    if (succession_standby(director)->latest.failed)
        return "the other unit was told that it has failed; write failover reset there";
    return NULL;
}

void handover_resign(struct director *director, nstime now, struct effects *effects)
{
    g_assert(handover_obstacle(director) == NULL);
    role_change(director, now, ROLE_STANDBY, ROLE_HANDED_OVER, effects);
    detect_say(director, now, HELLO_RESIGN, effects);
}

/* Of several standbys it is the one that was fed. */
static bool is_successor(const struct director *director, const struct peer *peer)
{
    return !succession_is_shared(director)
           || peer->latest.standby_ip == director->config.own_ip;
}

void handover_hear(struct director *director, nstime now, const struct peer *peer,
                   struct effects *effects)
{
    if (director->group.role == ROLE_ACTIVE || fitness_obstacle(director) != NO_SWITCH_NONE
        || !is_successor(director, peer))
        return;
    director->detector.handover_at = now + detection_handover_wait(&director->settings);
    if (director->detector.handover_at <= now)
        handover_due(director, now, effects);
}

nstime handover_deadline(const struct director *director)
{
    return director->detector.handover_at;
}

void handover_due(struct director *director, nstime now, struct effects *effects)
{
    director->detector.handover_at = NSTIME_NEVER;
    if (director->group.role == ROLE_ACTIVE || !director->settings.failover)
        return;
    take_role(director, now, ROLE_HANDED_OVER, effects);
    detect_say(director, now, HELLO_HELLO, effects);
}

/* ---- by priority */

static bool is_whole(const struct director *director)
{
    const struct replication_protocol *protocol = director->protocol;
    return protocol->is_whole == NULL || protocol->is_whole(director->protocol_state);
}

bool handover_may_preempt(const struct director *director, nstime now)
{
    const struct settings *settings = &director->settings;
    return settings->detector == DETECTOR_VRRP && settings->preempt == PREEMPT_YES
           && settings->failover && director->group.role == ROLE_STANDBY
           && now >= director->detector.standby_since + settings->preempt_delay
           && is_whole(director);
}

bool handover_contests(const struct director *director, nstime now, const struct hello *hello)
{
    return handover_may_preempt(director, now) && hello->kind == HELLO_HELLO
           && hello->role == ROLE_ACTIVE && hello->priority < director->settings.priority;
}

void handover_preempt(struct director *director, nstime now, struct effects *effects)
{
    g_assert(handover_may_preempt(director, now));
    take_role(director, now, ROLE_PREEMPTED, effects);
    detect_say(director, now, HELLO_HELLO, effects);
}
