#include "core/health.h"

#include "core/director_internal.h"
#include "core/machine_status.h"
#include "core/slow_start.h"

#include <glib.h>

void health_note_changes(struct director *director, const GArray *before,
                         struct effects *effects)
{
    GArray *after = machine_status_take(director->machines);
    GArray *changes = machine_status_compare(before, after);
    for (guint i = 0; i < changes->len; i++) {
        const struct machine_change *change = &g_array_index(changes, struct machine_change, i);
        struct note note = {
            .code = NOTE_MACHINE_STATE,
            .detail = (uint32_t)change->before << 8 | (uint32_t)change->after,
            .flow.protocol = change->id.protocol,
            .real = {change->id.ip, change->id.port},
        };
        director_note(director, effects, &note);
    }
    g_array_free(changes, TRUE);
    g_array_free(after, TRUE);
}

/* The one place where traffic and time change a machine's state; commands are the
 * other (command_machine.c). Rare, so that it may look at all machines. */
static void set_state(struct director *director, nstime now, struct physical *physical,
                      enum machine_state state, struct effects *effects)
{
    g_assert(physical->state != MACHINE_OUT_OF_SERVICE); /* the operator's word stands */
    GArray *before = machine_status_take(director->machines);
    physical->state = state;
    physical->trial = 0;
    if (state == MACHINE_IN_SERVICE)
        physical_clear_ditched(physical);
    physical_changed(physical);
    slow_start_look(director, now);
    health_note_changes(director, before, effects);
    g_array_free(before, TRUE);
}

static void fail(struct director *director, nstime now, struct physical *physical,
                 struct effects *effects)
{
    physical->failed_at = now;
    set_state(director, now, physical, MACHINE_FAILED, effects);
    health_rearm(director);
}

/* ---- what connections tell */

void health_given(struct conn *conn)
{
    if (conn->physical->state != MACHINE_TESTING)
        return;
    conn->physical->trial = conn->slot;
    physical_changed(conn->physical);
}

void health_left(struct conn *conn)
{
    if (conn->physical->trial != conn->slot)
        return;
    conn->physical->trial = 0;
    physical_changed(conn->physical);
}

/* with the option, the failures of one client count once. The set is looked up,
 * never iterated, and ends with the count. */
static bool counts(const struct director *director, struct physical *physical,
                   uint32_t client)
{
    if (director->settings.fail_distinct_clients == FAIL_EVERY_CLIENT)
        return true;
    if (physical->ditched_clients == NULL)
        physical->ditched_clients = g_hash_table_new(NULL, NULL);
    return g_hash_table_add(physical->ditched_clients, GUINT_TO_POINTER(client));
}

void health_ditched(struct director *director, nstime now, const struct conn *conn,
                    enum ditch_reason reason, struct effects *effects)
{
    struct physical *physical = conn->physical;
    director_note_conn(director, effects, NOTE_DITCHED, reason, conn);
    if (physical->state == MACHINE_TESTING) {
        fail(director, now, physical, effects);
    } else if (physical->state == MACHINE_IN_SERVICE
               && counts(director, physical, conn->foreign.ip)) {
        physical->ditched++;
        if (physical->ditched >= physical->threshold) /* met, not exceeded */
            fail(director, now, physical, effects);
    }
}

void health_given_up(struct director *director, nstime now, const struct conn *conn,
                     struct effects *effects)
{
    if (conn->state == CONN_SYN_SEEN && conn->physical->trial == conn->slot)
        health_ditched(director, now, conn, DITCH_NO_ANSWER, effects);
}

void health_answered(nstime now, const struct conn *conn)
{
    if (conn->syn_resends > 0)
        return; /* which of the SYNs it answers cannot be told (Karn) */
    response_sample(&conn->physical->response, now, now - conn->last_activity);
    physical_changed(conn->physical);
}

void health_established(struct director *director, nstime now, const struct conn *conn,
                        struct effects *effects)
{
    struct physical *physical = conn->physical;
    if (physical->state == MACHINE_TESTING
        || (physical->state == MACHINE_FAILED && physical->autounfail))
        set_state(director, now, physical, MACHINE_IN_SERVICE, effects);
    else if (physical->ditched > 0 && physical->state == MACHINE_IN_SERVICE)
        physical_clear_ditched(physical);
}

/* ---- trying again */

static nstime retry_at(const struct physical *physical)
{
    return physical->state == MACHINE_FAILED ? physical->failed_at + physical->retry
                                             : NSTIME_NEVER;
}

nstime health_deadline(const struct director *director)
{
    return director->retry_at;
}

void health_rearm(struct director *director)
{
    director->retry_at = NSTIME_NEVER;
    for (const struct physical *one = machines_first_physical(director->machines); one != NULL;
         one = one->next)
        director->retry_at = MIN(director->retry_at, retry_at(one));
}

void health_run(struct director *director, nstime now, struct effects *effects)
{
    if (director->retry_at > now)
        return;
    for (struct physical *one = machines_first_physical(director->machines); one != NULL;
         one = one->next)
        if (retry_at(one) <= now)
            set_state(director, now, one, MACHINE_TESTING, effects);
    health_rearm(director);
}
