#include "core/role.h"

#include "core/director_internal.h"
#include "core/life.h"
#include "core/mirror.h"

#include <glib.h>

static void note_role(struct director *director, enum role_reason reason,
                      struct effects *effects)
{
    enum note_code code = director->role == ROLE_ACTIVE ? NOTE_BECAME_ACTIVE
                                                        : NOTE_BECAME_STANDBY;
    director_note_unit(director, effects, code, reason);
}

void role_claim_again(struct director *director, struct effects *effects)
{
    if (director->held_ip != 0)
        effects_add(effects, EFFECT_CLAIM)->address.ip = director->held_ip;
}

/* The first address makes the unit's start known. */
void role_hold_address(struct director *director, struct effects *effects)
{
    const struct settings *settings = &director->settings;
    uint32_t wanted = director->role == ROLE_ACTIVE ? settings->active_ip : settings->failover_ip;
    if (wanted == director->held_ip)
        return;
    if (director->notes[NOTE_BECAME_ACTIVE] + director->notes[NOTE_BECAME_STANDBY] == 0)
        note_role(director, ROLE_START, effects);
    if (director->held_ip != 0)
        effects_add(effects, EFFECT_RELEASE)->address.ip = director->held_ip;
    director->held_ip = wanted;
    role_claim_again(director, effects);
}

/* Figure 9, step 930, in the same step as the change of the role: nothing
 * can be timed out between, and each conn lives a full idle time from here (R-1011). */
static void renew_timers(struct director *director, nstime now)
{
    for (struct conn *conn = conn_table_first(director->connections); conn != NULL;
         conn = conn_table_next(director->connections, conn))
        conn->last_activity = now;
    life_rearm_all(director);
}

/* A table that will miss deletes is worth nothing: empty, counters at zero. */
static void flush(struct director *director, nstime now, struct effects *effects)
{
    struct conn *conn;
    while ((conn = conn_table_first(director->connections)) != NULL)
        life_end(director, now, conn, END_FLUSHED, effects);
    detect_restart(director, now);
}

void role_change(struct director *director, nstime now, enum role role, enum role_reason reason,
                 struct effects *effects)
{
    g_assert(role == ROLE_ACTIVE || role == ROLE_STANDBY);
    g_assert(director->role != role);
    bulk_stop(director, effects);
    director->role = role;
    note_role(director, reason, effects);
    if (role == ROLE_ACTIVE)
        renew_timers(director, now);
    else
        flush(director, now, effects);
    role_hold_address(director, effects);
    mirror_change_role(director);
    if (director->protocol->on_role != NULL)
        director->protocol->on_role(director, director->protocol_state, now, effects);
}
