#include "core/role.h"

#include "core/director_internal.h"
#include "core/life.h"
#include "core/mirror.h"
#include "core/succession.h"

#include <glib.h>

static void note_role(struct director *director, enum role_reason reason,
                      struct effects *effects)
{
    enum note_code code = director->group.role == ROLE_ACTIVE ? NOTE_BECAME_ACTIVE
                                                        : NOTE_BECAME_STANDBY;
    director_note_unit(director, effects, code, reason);
}

static void claim(const struct group *group, struct effects *effects)
{
    struct effect *effect = effects_add(effects, EFFECT_CLAIM);
    effect->address.ip = group->held_ip;
    effect->address.mac = group->held_mac;
}

void role_claim_again(struct director *director, struct effects *effects)
{
    if (director->group.held_ip != 0)
        claim(&director->group, effects);
}

static bool is_start_known(const struct director *director)
{
    return director->notes[NOTE_BECAME_ACTIVE] + director->notes[NOTE_BECAME_STANDBY] > 0;
}

/* R-1003: the active address goes with the primary's MAC, whoever is active, and the
 * failover address with the secondary's, so that no table of neighbours needs to change.
 * Until that unit has told its MAC, the own one serves; "mac own" wants no other. */
static uint64_t mac_of_role(const struct director *director)
{
    bool active = director->group.role == ROLE_ACTIVE;
    enum unit_rank owner = active ? RANK_PRIMARY : RANK_SECONDARY;
    uint64_t mac = director->config.mac;
    if (director->settings.mac == MAC_OWN)
        return mac;
    for (unsigned i = 0; i < PEERS_MAX && director->config.rank != owner; i++) {
        const struct hello *hello = &director->detector.peers[i].latest;
        if (hello->rank == owner && hello->mac != 0)
            mac = hello->mac;
    }
    return mac;
}

/* The first address makes the unit's start known. */
void role_hold_address(struct director *director, struct effects *effects)
{
    struct group *group = &director->group;
    bool active = group->role == ROLE_ACTIVE;
    uint32_t ip = active ? director->settings.active_ip : director->settings.failover_ip;
    uint32_t wanted = active || director->detector.appointed ? ip : 0;
    uint64_t mac = mac_of_role(director);
    if (ip != 0 && !is_start_known(director))
        note_role(director, ROLE_START, effects);
    if (wanted == group->held_ip && (wanted == 0 || mac == group->held_mac))
        return;
    if (group->held_ip != 0 && wanted != group->held_ip)
        effects_add(effects, EFFECT_RELEASE)->address.ip = group->held_ip;
    group->held_ip = wanted;
    group->held_mac = mac;
    role_claim_again(director, effects);
}

/* Figure 9, step 930, in the same step as the change of the role: nothing
 * can be timed out between, and each conn lives a full idle time from here (R-1011).
 * Where a protocol says how long conns stand, as IPVS does, a role is nothing to a timer: to
 * renew it would save connections that the real one loses. */
static void renew_timers(struct director *director, nstime now)
{
    bool renews = director->protocol->active_span == NULL;
    for (struct conn *conn = conn_table_first(director->connections); renews && conn != NULL;
         conn = conn_table_next(director->connections, conn))
        conn->last_activity = now;
    life_rearm_all(director);
}

void role_begin_anew(struct director *director, nstime now, struct effects *effects)
{
    struct conn *conn;
    while ((conn = conn_table_first(director->connections)) != NULL)
        life_end(director, now, conn, END_FLUSHED, effects);
    sticky_clear(director->sticky);
    detect_restart(director, now);
}

/* Of several standbys one is fed and has the address: the next active unit says which. */
static void step_down(struct director *director, nstime now, struct effects *effects)
{
    director->detector.appointed = !succession_is_shared(director);
    role_begin_anew(director, now, effects);
}

void role_change(struct director *director, nstime now, enum role role, enum role_reason reason,
                 struct effects *effects)
{
    g_assert(role == ROLE_ACTIVE || role == ROLE_STANDBY);
    g_assert(director->group.role != role);
    bulk_stop(director, effects);
    director->group.role = role;
    director->group.since = now;
    note_role(director, reason, effects);
    if (role == ROLE_ACTIVE)
        renew_timers(director, now);
    else
        step_down(director, now, effects);
    unknown_change_role(director, now);
    role_hold_address(director, effects);
    mirror_change_role(director);
    if (director->protocol->on_role != NULL)
        director->protocol->on_role(director, director->protocol_state, now, effects);
    succession_choose(director, now, effects);
}
