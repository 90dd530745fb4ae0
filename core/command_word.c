/* Words after a command's name: what they stand for, or why they are refused. */
#include "core/command_call.h"
#include "core/command_parse.h"

#define ID_SHAPE "write ip[:port[:bindid[:tcp|udp]]]"

bool command_number(const struct command_call *call, unsigned index, uint64_t least,
                    uint64_t most, uint64_t *number)
{
    g_assert(index < call->count && least <= most);
    if (parse_number(call->words[index], most, number) && *number >= least)
        return true;
    command_refuse(call, "\"%s\" is not a number from %" G_GUINT64_FORMAT " to %" G_GUINT64_FORMAT,
                   call->words[index], least, most);
    return false;
}

bool command_time(const struct command_call *call, unsigned index, nstime least, nstime most,
                  nstime *time)
{
    g_assert(index < call->count && least <= most);
    if (parse_time(call->words[index], time) && *time >= least && *time <= most)
        return true;
    char *low = print_time(least);
    char *high = print_time(most);
    command_refuse(call, "\"%s\" is not a time from %s to %s; write seconds, or a number with us,"
                         " ms, s or min", call->words[index], low, high);
    g_free(low);
    g_free(high);
    return false;
}

bool command_ip(const struct command_call *call, unsigned index, uint32_t *ip)
{
    g_assert(index < call->count);
    if (parse_ip(call->words[index], ip) && *ip != 0)
        return true;
    command_refuse(call, "\"%s\" is not an IPv4 address; write four numbers such as 192.0.2.80",
                   call->words[index]);
    return false;
}

bool command_address(const struct command_call *call, unsigned index, struct address *address)
{
    uint64_t port = 0;
    g_assert(index < call->count);
    char **parts = g_strsplit(call->words[index], ":", 2);
    bool valid = parts[0] != NULL && parts[1] != NULL && parse_ip(parts[0], &address->ip)
                 && parse_number(parts[1], UINT16_MAX, &port);
    g_strfreev(parts);
    address->port = (uint16_t)port;
    if (!valid)
        command_refuse(call, "\"%s\" is not an address with a port; write one such as"
                             " 198.51.100.7:40000", call->words[index]);
    return valid;
}

static bool read_pattern(const struct command_call *call, unsigned index,
                         struct machine_pattern *pattern)
{
    g_assert(index < call->count);
    const char *wrong = parse_pattern(call->words[index], pattern);
    if (wrong != NULL)
        command_refuse(call, "in \"%s\" %s; " ID_SHAPE, call->words[index], wrong);
    return wrong == NULL;
}

bool command_new_id(const struct command_call *call, unsigned index, struct machine_id *id)
{
    struct machine_pattern pattern;
    if (!read_pattern(call, index, &pattern))
        return false;
    if (pattern.any_ip)
        command_refuse(call, "\"%s\" makes no single machine; " ID_SHAPE, call->words[index]);
    *id = pattern.id;
    return !pattern.any_ip;
}

static GPtrArray *matching_virtuals(const struct command_call *call,
                                    const struct machine_pattern *pattern)
{
    GPtrArray *found = g_ptr_array_new();
    struct virtual *virtual = machines_first_virtual(call->machines);
    for (; virtual != NULL; virtual = virtual->next)
        if (pattern_matches(pattern, virtual->id))
            g_ptr_array_add(found, virtual);
    return found;
}

static GPtrArray *matching_reals(const struct command_call *call,
                                 const struct machine_pattern *pattern)
{
    GPtrArray *found = g_ptr_array_new();
    struct physical *physical = machines_first_physical(call->machines);
    for (; physical != NULL; physical = physical->next)
        if (pattern_matches(pattern, physical->id))
            g_ptr_array_add(found, physical);
    return found;
}

/* found, or where it is empty a refusal and NULL. */
static GPtrArray *unless_empty(const struct command_call *call, unsigned index,
                               const char *kind, GPtrArray *found)
{
    if (found->len > 0)
        return found;
    command_refuse(call, "no %s machine %s (make it first with: %s %s)", kind,
                   call->words[index], kind, call->words[index]);
    g_ptr_array_free(found, TRUE);
    return NULL;
}

GPtrArray *command_virtuals(const struct command_call *call, unsigned index)
{
    struct machine_pattern pattern;
    if (!read_pattern(call, index, &pattern))
        return NULL;
    return unless_empty(call, index, "virtual", matching_virtuals(call, &pattern));
}

GPtrArray *command_reals(const struct command_call *call, unsigned index)
{
    struct machine_pattern pattern;
    if (!read_pattern(call, index, &pattern))
        return NULL;
    return unless_empty(call, index, "real", matching_reals(call, &pattern));
}

static struct machine_id id_of(struct machine machine)
{
    return machine.virtual != NULL ? machine.virtual->id : machine.physical->id;
}

static void refuse_several(const struct command_call *call, unsigned index, guint count,
                           struct machine_id id)
{
    char text[MACHINE_TEXT_SIZE];
    command_refuse(call, "%s names %u machines; name one, such as %s", call->words[index], count,
                   machine_print(id, text));
}

struct virtual *command_one_virtual(const struct command_call *call, unsigned index)
{
    GPtrArray *found = command_virtuals(call, index);
    if (found == NULL)
        return NULL;
    struct virtual *first = g_ptr_array_index(found, 0);
    guint count = found->len;
    g_ptr_array_free(found, TRUE);
    if (count > 1)
        refuse_several(call, index, count, first->id);
    return count == 1 ? first : NULL;
}

struct physical *command_one_real(const struct command_call *call, unsigned index)
{
    GPtrArray *found = command_reals(call, index);
    if (found == NULL)
        return NULL;
    struct physical *first = g_ptr_array_index(found, 0);
    guint count = found->len;
    g_ptr_array_free(found, TRUE);
    if (count > 1)
        refuse_several(call, index, count, first->id);
    return count == 1 ? first : NULL;
}

bool command_machines(const struct command_call *call, unsigned index, GPtrArray **virtuals,
                      GPtrArray **reals)
{
    struct machine_pattern pattern;
    if (!read_pattern(call, index, &pattern))
        return false;
    *virtuals = matching_virtuals(call, &pattern);
    *reals = matching_reals(call, &pattern);
    if ((*virtuals)->len + (*reals)->len > 0)
        return true;
    command_refuse(call, "no machine %s (make it first with: virtual %s, or: real %s)",
                   call->words[index], call->words[index], call->words[index]);
    g_ptr_array_free(*virtuals, TRUE);
    g_ptr_array_free(*reals, TRUE);
    return false;
}

bool command_one_machine(const struct command_call *call, unsigned index, struct machine *machine)
{
    GPtrArray *virtuals, *reals;
    if (!command_machines(call, index, &virtuals, &reals))
        return false;
    guint count = virtuals->len + reals->len;
    *machine = (struct machine){0};
    if (virtuals->len > 0)
        machine->virtual = g_ptr_array_index(virtuals, 0);
    else
        machine->physical = g_ptr_array_index(reals, 0);
    g_ptr_array_free(virtuals, TRUE);
    g_ptr_array_free(reals, TRUE);
    if (count > 1)
        refuse_several(call, index, count, id_of(*machine));
    return count == 1;
}
