/* The configuration printed as the commands that would make it again: the unit
 * first, then machines before what refers to them. Of machines only what differs
 * from a new one is printed. */
#include "core/balance.h"
#include "core/command.h"
#include "core/command_parse.h"
#include "core/option.h"
#include "core/path.h"

static void append_id(GString *text, struct machine_id id)
{
    char word[MACHINE_TEXT_SIZE];
    g_string_append(text, machine_print(id, word));
}

static void append_ip(GString *text, uint32_t ip)
{
    g_string_append_printf(text, "%u.%u.%u.%u", ip >> 24, ip >> 16 & 0xFF, ip >> 8 & 0xFF,
                           ip & 0xFF);
}

/* "name ID value\n" */
static void append_line(GString *text, const char *name, struct machine_id id,
                        const char *value)
{
    g_string_append_printf(text, "%s ", name);
    append_id(text, id);
    if (*value != '\0')
        g_string_append_printf(text, " %s", value);
    g_string_append_c(text, '\n');
}

static void append_number(GString *text, const char *name, struct machine_id id, uint32_t number)
{
    char word[16];
    g_snprintf(word, sizeof word, "%u", number);
    append_line(text, name, id, word);
}

static void append_time(GString *text, const char *name, struct machine_id id, nstime time)
{
    char *word = print_time(time);
    append_line(text, name, id, word);
    g_free(word);
}

static void print_address(GString *text, const char *name, uint32_t ip)
{
    if (ip == 0)
        return; /* not set yet */
    g_string_append_printf(text, "%s ", name);
    append_ip(text, ip);
    g_string_append_c(text, '\n');
}

/* Only where hellos go other ways than the one that records go. */
static void print_paths(GString *text, unsigned paths)
{
    if (paths == 1u << PATH_LINK)
        return;
    g_string_append(text, "failover hellopaths");
    for (unsigned path = 0; path < PATHS; path++)
        if ((paths & 1u << path) != 0)
            g_string_append_printf(text, " %s", path_word(path));
    g_string_append_c(text, '\n');
}

static void print_unit(GString *text, const struct settings *settings)
{
    char *hello_time = print_time(settings->hello_time);
    print_address(text, "ip address", settings->active_ip);
    print_address(text, "failover ip address", settings->failover_ip);
    g_string_append(text, settings->failover ? "failover\n" : "no failover\n");
    g_string_append_printf(text, "failover hellotime %s\n", hello_time);
    g_string_append_printf(text, "failover hellomisses %u\n", settings->hello_misses);
    print_paths(text, settings->hello_paths);
    g_string_append_printf(text, "replicate interface %u\n", settings->replication_interface);
    option_print_all(settings, text);
    g_free(hello_time);
}

/* A failed machine is printed in service: that it failed is no configuration, and
 * is learned anew. */
static void print_physical(GString *text, const struct physical *physical)
{
    const struct machine_id id = physical->id;
    append_line(text, "real", id, physical->state == MACHINE_OUT_OF_SERVICE ? "oos" : "is");
    if (physical->weight != WEIGHT_DEFAULT)
        append_number(text, "weight", id, physical->weight);
    if (physical->maxconns != 0)
        append_number(text, "maxconns", id, physical->maxconns);
    if (physical->threshold != THRESHOLD_DEFAULT)
        append_number(text, "threshold", id, physical->threshold);
    if (physical->reassign != REASSIGN_DEFAULT)
        append_number(text, "reassign", id, physical->reassign);
    if (physical->retry != RETRY_DEFAULT)
        append_time(text, "retry", id, physical->retry);
    if (!physical->autounfail)
        append_line(text, "no autounfail", id, "");
}

static void print_virtual(GString *text, const struct virtual *virtual)
{
    const struct machine_id id = virtual->id;
    append_line(text, "virtual", id, virtual->out_of_service ? "oos" : "is");
    if (virtual->predictor != PREDICTOR_LEASTCONNS)
        append_line(text, "predictor", id, balance_word(virtual->predictor));
    if (virtual->overflow != OVERFLOW_NONE)
        append_line(text, "overflow", id, overflow_word(virtual->overflow));
    if (virtual->direct)
        append_line(text, "forwarding", id, "direct");
    if (virtual->idle_time != IDLE_TIME_DEFAULT)
        append_time(text, "timeout", id, virtual->idle_time);
    if (virtual->delay != 0)
        append_time(text, "delay", id, virtual->delay);
    if (virtual->slow_start != 0)
        append_time(text, "slowstart", id, virtual->slow_start);
    if (virtual->sticky != 0)
        append_time(text, "sticky", id, virtual->sticky);
    if (virtual->replicate)
        append_line(text, "replicate", id, "");
}

/* Machines in order of binding: a new line where overflow begins or ends. */
static void print_binding(GString *text, const struct virtual *virtual)
{
    const struct link *link = virtual->links;
    while (link != NULL) {
        bool overflow = link->overflow;
        g_string_append(text, "bind ");
        append_id(text, virtual->id);
        for (; link != NULL && link->overflow == overflow; link = link->next) {
            g_string_append_c(text, ' ');
            append_id(text, link->physical->id);
        }
        g_string_append(text, overflow ? " overflow\n" : "\n");
    }
}

static void print_static(GString *text, const struct physical *physical)
{
    char word[MACHINE_TEXT_SIZE];
    if (physical->appears_as != NULL)
        append_line(text, "static", physical->appears_as->id, machine_print(physical->id, word));
}

static void print_standby(GString *text, struct machine_id owner, struct machine standby)
{
    char word[MACHINE_TEXT_SIZE];
    if (standby.virtual != NULL)
        append_line(text, "backup", owner, machine_print(standby.virtual->id, word));
    else if (standby.physical != NULL)
        append_line(text, "backup", owner, machine_print(standby.physical->id, word));
}

static void print_assignments(GString *text, const struct machines *machines)
{
    const struct assignment *assignment;
    for (unsigned i = 0; (assignment = machines_assignment(machines, i)) != NULL; i++) {
        unsigned prefix = assignment->prefix;
        g_string_append(text, "assign ");
        append_id(text, assignment->service);
        g_string_append_c(text, ' ');
        append_ip(text, assignment->network);
        g_string_append_c(text, ' ');
        append_ip(text, prefix == 0 ? 0 : UINT32_MAX << (32 - prefix));
        g_string_append_c(text, '\n');
    }
}

char *command_print(const struct machines *machines, const struct settings *settings)
{
    const struct physical *first_physical = machines_first_physical(machines);
    const struct virtual *first_virtual = machines_first_virtual(machines);
    const struct physical *physical;
    const struct virtual *virtual;
    GString *text = g_string_new(NULL);
    print_unit(text, settings);
    for (physical = first_physical; physical != NULL; physical = physical->next)
        print_physical(text, physical);
    for (virtual = first_virtual; virtual != NULL; virtual = virtual->next)
        print_virtual(text, virtual);
    for (virtual = first_virtual; virtual != NULL; virtual = virtual->next)
        print_binding(text, virtual);
    for (physical = first_physical; physical != NULL; physical = physical->next)
        print_static(text, physical);
    for (physical = first_physical; physical != NULL; physical = physical->next)
        print_standby(text, physical->id, physical->standby);
    for (virtual = first_virtual; virtual != NULL; virtual = virtual->next)
        print_standby(text, virtual->id, virtual->standby);
    print_assignments(text, machines);
    return g_string_free(text, FALSE);
}
