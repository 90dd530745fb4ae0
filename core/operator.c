#include "core/operator.h"

#include "core/command.h"
#include "core/director_internal.h"
#include "core/handover.h"
#include "core/health.h"
#include "core/life.h"
#include "core/mirror.h"
#include "core/role.h"
#include "core/second_chance.h"
#include "core/show.h"
#include "core/slow_start.h"

#include <glib.h>

/* no conn may point at a machine that goes. NULL stands for any machine. */
static void end_conns(struct director *director, nstime now, const struct virtual *virtual,
                      const struct physical *physical, struct effects *effects)
{
    struct conn *conn = conn_table_first(director->connections);
    while (conn != NULL) {
        struct conn *next = conn_table_next(director->connections, conn);
        if ((virtual == NULL || conn->virtual == virtual)
            && (physical == NULL || conn->physical == physical))
            life_end(director, now, conn, END_MACHINE_REMOVED, effects);
        conn = next;
    }
}

/* It cannot be done after all; the sentence becomes the result's. */
static void fail(struct command_result *result, char *sentence)
{
    g_free(result->reply);
    result->action = COMMAND_FAILED;
    result->reply = sentence;
}

/* What a standby holds are copies: there the active unit's operator has decided. */
static bool unused(const struct director *director, struct machine_id id, uint32_t connections,
                   struct command_result *result)
{
    char text[MACHINE_TEXT_SIZE];
    if (connections == 0 || result->force || director->group.role != ROLE_ACTIVE)
        return true;
    fail(result, g_strdup_printf("%s: %s has %u connection%s; put it out-of-service until they"
                                 " have ended, or add force to end them now",
                                 result->virtual != NULL ? "no virtual" : "no real",
                                 machine_print(id, text), connections,
                                 connections == 1 ? "" : "s"));
    return false;
}

static void remove_virtual(struct director *director, nstime now, struct command_result *result,
                           struct effects *effects)
{
    struct virtual *virtual = result->virtual;
    if (!unused(director, virtual->id, virtual->connections, result))
        return;
    end_conns(director, now, virtual, NULL, effects);
    sticky_part(director->sticky, virtual, NULL);
    machines_remove_virtual(director->machines, virtual);
}

static void remove_physicals(struct director *director, nstime now,
                             struct command_result *result, struct effects *effects)
{
    for (guint i = 0; i < result->physicals->len; i++) {
        const struct physical *physical = g_ptr_array_index(result->physicals, i);
        if (!unused(director, physical->id, physical->connections, result))
            return;
    }
    for (guint i = 0; i < result->physicals->len; i++) {
        struct physical *physical = g_ptr_array_index(result->physicals, i);
        end_conns(director, now, NULL, physical, effects);
        sticky_part(director->sticky, NULL, physical);
        machines_remove_physical(director->machines, physical);
    }
}

static void unbind(struct director *director, nstime now, struct virtual *virtual,
                   const GPtrArray *physicals, struct effects *effects)
{
    for (guint i = 0; i < physicals->len; i++) {
        struct physical *physical = g_ptr_array_index(physicals, i);
        end_conns(director, now, virtual, physical, effects);
        sticky_part(director->sticky, virtual, physical);
        machines_unbind(director->machines, virtual, physical);
    }
}

/* A connection that is not there is the operator's mistake, found out here: NULL. */
static struct conn *named(struct director *director, const char *command, const struct flow *key,
                          struct command_result *result)
{
    struct conn *conn = conn_table_find(director->connections, key);
    if (conn != NULL)
        return conn;
    char flow[FLOW_TEXT_SIZE];
    fail(result, g_strdup_printf("%s: there is none %s; show connections lists all", command,
                                 flow_print(key, flow)));
    return NULL;
}

/* */
static void end_connection(struct director *director, nstime now, struct command_result *result,
                           struct effects *effects)
{
    struct conn *conn = named(director, "no connection", &result->connection, result);
    if (conn != NULL)
        life_end(director, now, conn, END_OPERATOR, effects);
}

/* R-606 (b). */
static void link_connections(struct director *director, nstime now,
                             struct command_result *result, struct effects *effects)
{
    struct conn *conn = named(director, "buddy", &result->connection, result);
    struct conn *buddy = conn != NULL ? named(director, "buddy", &result->buddy, result) : NULL;
    if (buddy != NULL)
        life_link(director, now, conn, buddy, effects);
}

/* NULL: nothing hinders. */
static void refuse(struct command_result *result, const char *command, const char *obstacle)
{
    if (obstacle != NULL)
        fail(result, g_strdup_printf("%s: %s", command, obstacle));
}

/* Without a standby that is known to hear, the role would go to nobody. */
static void give_role(struct director *director, nstime now, struct command_result *result,
                      struct effects *effects)
{
    const char *obstacle = handover_obstacle(director);
    if (obstacle == NULL)
        handover_resign(director, now, effects);
    refuse(result, "no failover active", obstacle);
}

/* What the command did not do itself, because it ends connections or is about the role. */
static void act(struct director *director, nstime now, struct command_result *result,
                struct effects *effects)
{
    switch (result->action) {
    case COMMAND_REMOVE_VIRTUAL:
        remove_virtual(director, now, result, effects);
        break;
    case COMMAND_REMOVE_PHYSICAL:
        remove_physicals(director, now, result, effects);
        break;
    case COMMAND_UNBIND:
        unbind(director, now, result->virtual, result->physicals, effects);
        break;
    case COMMAND_END_CONNECTION:
        end_connection(director, now, result, effects);
        break;
    case COMMAND_LINK_CONNECTIONS:
        link_connections(director, now, result, effects);
        break;
    case COMMAND_TAKE_ROLE:
        handover_force(director, now, effects);
        break;
    case COMMAND_GIVE_ROLE:
        give_role(director, now, result, effects);
        break;
    case COMMAND_RESET_FAILOVER:
        detect_reset(director, now);
        break;
    case COMMAND_WRITE_STANDBY:
        refuse(result, "write standby", mirror_write(director, now, effects));
        break;
    case COMMAND_DONE:
    case COMMAND_SHOW:
    case COMMAND_FAILED:
        break;
    }
}

static void adopt_protocol(struct director *director)
{
    const struct replication_protocol *protocol =
        replication_protocol(director->settings.replication);
    if (protocol == director->protocol)
        return;
    if (director->protocol->state_free != NULL)
        director->protocol->state_free(director->protocol_state);
    director->protocol = protocol;
    director->protocol_state = protocol->state_new != NULL ? protocol->state_new(director) : NULL;
}

void operator_follow_settings(struct director *director, nstime now,
                              const struct settings *before, struct effects *effects)
{
    adopt_protocol(director);
    role_hold_address(director, effects);
    if (before->detector != director->settings.detector
        || detection_interval(before) != detection_interval(&director->settings))
        detect_wait_anew(director, now);
    if (before->hello_paths != director->settings.hello_paths) {
        detect_wait_anew(director, now);
        detect_cable(director, now, effects);
    }
    detect_consider(director, now, effects);
}

static void carry_out(struct director *director, nstime now, struct command_result *result,
                      const struct settings *before, struct effects *effects)
{
    act(director, now, result, effects);
    if (result->status_before != NULL)
        health_note_changes(director, result->status_before, effects);
    if (result->timers_changed)
        life_rearm_all(director);
    health_rearm(director);
    slow_start_look(director, now);
    operator_follow_settings(director, now, before, effects);
    second_chance_look(director);
    if (director->protocol->on_machines != NULL)
        director->protocol->on_machines(director, director->protocol_state, now, effects);
}

static void run(struct director *director, nstime now, const char *line,
                struct command_result *result, struct effects *effects)
{
    const struct settings before = director->settings;
    command_run(line, director->machines, &director->settings, result);
    if (result->action == COMMAND_SHOW) {
        g_free(result->reply);
        result->reply = show_print(director, result->show);
    } else if (result->action != COMMAND_FAILED) {
        carry_out(director, now, result, &before, effects);
    }
}

void operator_command(struct director *director, nstime now, const char *line,
                      struct effects *effects)
{
    struct command_result result;
    run(director, now, line, &result, effects);
    if (result.action != COMMAND_FAILED)
        mirror_entered(director, now, line, effects);
    effects_add_reply(effects, result.action != COMMAND_FAILED, result.reply);
    command_result_clear(&result);
}

bool operator_mirrored(struct director *director, nstime now, const char *line,
                       struct effects *effects)
{
    struct command_result result;
    run(director, now, line, &result, effects);
    bool done = result.action != COMMAND_FAILED;
    command_result_clear(&result);
    return done;
}
