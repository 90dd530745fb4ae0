/* Commands that remove machines. One in use is refused, unless the operator adds "force":
 * what others rely on is told here, connections by the director (operator.c). */
#include "core/command_call.h"
#include "core/machine_status.h"

#include <string.h>

static const char *plural(unsigned count)
{
    return count == 1 ? "" : "s";
}

/* The optional "force" after an ID. */
static bool read_force(struct command_call *call)
{
    call->result->force = call->count > 1 && strcmp(call->words[1], "force") == 0;
    if (call->count == 1 || call->result->force)
        return true;
    command_refuse(call, "unknown word \"%s\"; write force, or leave it out", call->words[1]);
    return false;
}

/* How many machines have this one as their backup. */
static unsigned backed_by(const struct machines *machines, struct machine machine)
{
    unsigned count = 0;
    const struct virtual *virtual = machines_first_virtual(machines);
    for (; virtual != NULL; virtual = virtual->next)
        count += machine_equal(virtual->standby, machine);
    const struct physical *physical = machines_first_physical(machines);
    for (; physical != NULL; physical = physical->next)
        count += machine_equal(physical->standby, machine);
    return count;
}

static bool refuse_backup(struct command_call *call, struct machine machine, const char *id)
{
    unsigned count = backed_by(call->machines, machine);
    if (count > 0)
        command_refuse(call, "%s is the backup of %u machine%s; give another backup first, or"
                             " add force", id, count, plural(count));
    return count == 0;
}

/* Real machines whose own connections seem to come from it. */
static bool refuse_static(struct command_call *call, const struct virtual *virtual,
                          const char *id)
{
    unsigned count = 0;
    const struct physical *physical = machines_first_physical(call->machines);
    for (; physical != NULL; physical = physical->next)
        count += physical->appears_as == virtual;
    if (count > 0)
        command_refuse(call, "%u real machine%s tied to %s; write no static first, or add force",
                       count, count == 1 ? " is" : "s are", id);
    return count == 0;
}

/* Unbinding ends connections: so, where there are some, it is not the first step. */
static bool refuse_bound(struct command_call *call, const struct physical *real, const char *id)
{
    if (real->links > 0 && real->connections > 0)
        command_refuse(call, "%s is bound to %u virtual machine%s and has %u connection%s; put it"
                             " out-of-service until they have ended and write no bind, or add"
                             " force", id, real->links, plural(real->links), real->connections,
                       plural(real->connections));
    else if (real->links > 0)
        command_refuse(call, "%s is bound to %u virtual machine%s; write no bind first, or add"
                             " force", id, real->links, plural(real->links));
    return real->links == 0;
}

/* The director ends the connections first, then removes the machine. */
void command_remove_virtual(struct command_call *call)
{
    char id[MACHINE_TEXT_SIZE];
    struct virtual *virtual = command_one_virtual(call, 0);
    if (virtual == NULL || !read_force(call))
        return;
    machine_print(virtual->id, id);
    if (!call->result->force
        && (!refuse_backup(call, (struct machine){.virtual = virtual}, id)
            || !refuse_static(call, virtual, id)))
        return;
    call->result->status_before = machine_status_take(call->machines);
    call->result->action = COMMAND_REMOVE_VIRTUAL;
    call->result->virtual = virtual;
}

/* All that the word names, or none of them. */
static bool removable(struct command_call *call, const GPtrArray *reals)
{
    for (guint i = 0; i < reals->len; i++) {
        char id[MACHINE_TEXT_SIZE];
        struct physical *real = g_ptr_array_index(reals, i);
        machine_print(real->id, id);
        if (!refuse_bound(call, real, id)
            || !refuse_backup(call, (struct machine){.physical = real}, id))
            return false;
    }
    return true;
}

void command_remove_real(struct command_call *call)
{
    GPtrArray *reals = command_reals(call, 0);
    if (reals == NULL)
        return;
    if (!read_force(call) || (!call->result->force && !removable(call, reals))) {
        g_ptr_array_free(reals, TRUE);
        return;
    }
    call->result->status_before = machine_status_take(call->machines);
    call->result->action = COMMAND_REMOVE_PHYSICAL;
    call->result->physicals = reals;
}
