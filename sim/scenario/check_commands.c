/* Operators' commands at a time: tried on the configuration that they will meet, so that
 * a refusal is read before the run, not after it. */
#include "core/command.h"
#include "sim/scenario/build.h"

#include <string.h>

static char *try(const char *line, struct machines *machines, struct settings *settings)
{
    struct command_result result;
    command_run(line, machines, settings, &result);
    char *refusal = result.action == COMMAND_FAILED ? g_strdup(result.reply) : NULL;
    command_result_clear(&result);
    return refusal;
}

static bool hits_the_same(const struct fault_spec *a, const struct fault_spec *b)
{
    return a->target == b->target && a->unit == b->unit;
}

/* After the commands that come before it in the file and go to the same unit. What these
 * do to connections and to roles is found out in the run. */
static char *refusal_of(const struct scenario *scenario, unsigned number)
{
    const struct fault_spec *fault = g_ptr_array_index(scenario->faults, number);
    struct machines *machines = machines_new();
    struct settings settings;
    settings_init(&settings);
    for (unsigned i = 0; i < scenario->commands->len; i++)
        g_free(try(g_ptr_array_index(scenario->commands, i), machines, &settings));
    for (unsigned i = 0; i < number; i++) {
        const struct fault_spec *before = g_ptr_array_index(scenario->faults, i);
        if (before->action == FAULT_COMMAND && hits_the_same(before, fault))
            g_free(try(before->command, machines, &settings));
    }
    char *refusal = try(fault->command, machines, &settings);
    machines_free(machines);
    return refusal;
}

void build_check_commands(struct build *build)
{
    const struct draft_group *group = draft_find(build->draft, GROUP_FAULTS, NULL);
    for (unsigned i = 0; i < build->scenario->faults->len; i++) {
        const struct fault_spec *fault = g_ptr_array_index(build->scenario->faults, i);
        char *refusal = fault->action == FAULT_COMMAND ? refusal_of(build->scenario, i) : NULL;
        if (refusal != NULL)
            build_complain(build, build->problems, group, fault->label, "%s", refusal);
        g_free(refusal);
    }
}
