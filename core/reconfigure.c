/* The new configuration is made whole beside the old one, and then takes its place. So a
 * line that is refused is found while nothing has changed, and no order of removing, resetting
 * and making has to be found that leads from any configuration to any other. */
#include "core/reconfigure.h"

#include "core/command.h"
#include "core/director_internal.h"
#include "core/health.h"
#include "core/life.h"
#include "core/operator.h"
#include "core/slow_start.h"

#include <glib.h>

/* ---- the new one */

static bool enter(const char *line, struct machines *machines, struct settings *settings)
{
    struct command_result result;
    command_run(line, machines, settings, &result);
    bool done = result.action == COMMAND_DONE;
    command_result_clear(&result);
    return done;
}

static bool enter_all(const char *text, struct machines *machines, struct settings *settings)
{
    char **lines = g_strsplit(text, "\n", -1);
    bool done = true;
    for (unsigned i = 0; lines[i] != NULL && done; i++)
        done = enter(lines[i], machines, settings);
    g_strfreev(lines);
    return done;
}

/* ---- conns move over */

static bool bound(const struct virtual *virtual, const struct physical *physical)
{
    const struct link *link = physical->bound;
    while (link != NULL && link->virtual != virtual)
        link = link->bound_next;
    return link != NULL;
}

/* The machines of the conn in the new configuration; false when one is not there, or when
 * they were bound and are no more. */
static bool find_pair(const struct machines *machines, const struct conn *conn,
                      struct virtual **virtual, struct physical **physical)
{
    *virtual = machines_find_virtual(machines, conn->virtual->id);
    *physical = machines_find_physical(machines, conn->physical->id);
    return *virtual != NULL && *physical != NULL
           && (!bound(conn->virtual, conn->physical) || bound(*virtual, *physical));
}

static void end_those_without(struct director *director, nstime now,
                              const struct machines *machines, struct effects *effects)
{
    struct virtual *virtual;
    struct physical *physical;
    struct conn *conn = conn_table_first(director->connections);
    while (conn != NULL) {
        struct conn *next = conn_table_next(director->connections, conn);
        if (!find_pair(machines, conn, &virtual, &physical))
            life_end(director, now, conn, END_MACHINE_REMOVED, effects);
        conn = next;
    }
}

static void leave(struct director *director, struct conn *conn)
{
    health_left(conn);
    sticky_release(director->sticky, conn, conn->last_activity);
    ftp_remove(director->ftp, director->connections, conn); /* it knows pairs by the machine */
}

static void arrive(struct director *director, struct conn *conn, const struct machines *machines)
{
    bool pm = conn->pm_counted, vm = conn->vm_counted;
    struct virtual *virtual;
    struct physical *physical;
    bool found = find_pair(machines, conn, &virtual, &physical);
    g_assert(found);
    conn_count(conn, false, false);
    conn->virtual = virtual;
    conn->physical = physical;
    conn_count(conn, pm, vm);
    life_enroll(director, conn);
}

static void move_conns(struct director *director, const struct machines *machines)
{
    const struct conn_table *table = director->connections;
    for (struct conn *conn = conn_table_first(table); conn != NULL;
         conn = conn_table_next(table, conn))
        leave(director, conn);
    sticky_clear(director->sticky);
    for (struct conn *conn = conn_table_first(table); conn != NULL;
         conn = conn_table_next(table, conn))
        arrive(director, conn, machines);
}

/* ---- the change */

static void adopt(struct director *director, nstime now, struct machines *machines,
                  const struct settings *settings, struct effects *effects)
{
    const struct settings before = director->settings;
    end_those_without(director, now, machines, effects);
    move_conns(director, machines);
    machines_free(director->machines);
    director->machines = machines;
    director->settings = *settings;
    life_rearm_all(director);
    health_rearm(director);
    slow_start_look(director, now);
    operator_follow_settings(director, now, &before, effects);
}

bool reconfigure(struct director *director, nstime now, const char *text,
                 struct effects *effects)
{
    struct machines *machines = machines_new();
    struct settings settings;
    settings_init(&settings);
    bool done = enter_all(text, machines, &settings);
    if (done)
        adopt(director, now, machines, &settings, effects);
    else
        machines_free(machines);
    return done;
}
