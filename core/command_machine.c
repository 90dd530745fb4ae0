/* Commands that make, bind and back up machines, and put them in and out of service. */
#include "core/command_call.h"
#include "core/command_parse.h"
#include "core/machine_status.h"
#include "core/packet.h"

#include <string.h>

/* To be called before anything is changed: then what changes is noted. */
static void watch_states(struct command_call *call)
{
    call->result->status_before = machine_status_take(call->machines);
}

/* ---- making */

/* The optional "is" or "oos" after an ID; in service when there is none. */
static bool read_service(struct command_call *call, bool *out_of_service)
{
    const char *word = call->count > 1 ? call->words[1] : "is";
    *out_of_service = strcmp(word, "oos") == 0;
    if (*out_of_service || strcmp(word, "is") == 0)
        return true;
    command_refuse(call, "unknown word \"%s\"; write is (in service) or oos (out of service)",
                   word);
    return false;
}

/* Whether the machine of word 0 may be made; else a refusal and false. An ID means
 * one machine, of either kind: commands on machines could not tell them apart. */
static bool makeable(struct command_call *call, struct machine_id *id)
{
    char text[MACHINE_TEXT_SIZE];
    if (!command_new_id(call, 0, id))
        return false;
    if (machines_find_virtual(call->machines, *id) == NULL
        && machines_find_physical(call->machines, *id) == NULL)
        return true;
    command_refuse(call, "%s exists already; change its state with in-service or out-of-service",
                   machine_print(*id, text));
    return false;
}

static void refuse_full(struct command_call *call)
{
    command_refuse(call, "there are %d machines, the most there may be; remove one first",
                   MACHINES_MAX);
}

void command_make_virtual(struct command_call *call)
{
    struct machine_id id;
    bool out_of_service;
    if (!makeable(call, &id) || !read_service(call, &out_of_service))
        return;
    struct virtual *virtual = machines_add_virtual(call->machines, id);
    if (virtual == NULL)
        refuse_full(call);
    else
        virtual->out_of_service = out_of_service;
}

void command_make_real(struct command_call *call)
{
    struct machine_id id;
    bool out_of_service;
    if (!makeable(call, &id) || !read_service(call, &out_of_service))
        return;
    struct physical *physical = machines_add_physical(call->machines, id);
    if (physical == NULL)
        refuse_full(call);
    else
        physical->state = out_of_service ? MACHINE_OUT_OF_SERVICE : MACHINE_IN_SERVICE;
}

/* Whether there is such a connection, the director knows. */
void command_end_connection(struct command_call *call)
{
    struct address client, virtual;
    const char *word = call->count > 2 ? call->words[2] : "tcp";
    bool udp = strcmp(word, "udp") == 0;
    if (!command_address(call, 0, &client) || !command_address(call, 1, &virtual))
        return;
    if (!udp && strcmp(word, "tcp") != 0) {
        command_refuse(call, "unknown word \"%s\"; write tcp or udp", word);
        return;
    }
    call->result->action = COMMAND_END_CONNECTION;
    call->result->connection = (struct flow){client, virtual, udp ? PROTOCOL_UDP : PROTOCOL_TCP};
}

/* The explicit call of R-606 (b), for connections of which the core does not know that
 * they belong together. Not the product's command of this name (fact F-214). */
void command_link_connections(struct command_call *call)
{
    struct address addresses[4];
    for (unsigned i = 0; i < 4; i++)
        if (!command_address(call, i, &addresses[i]))
            return;
    struct flow connection = {addresses[0], addresses[1], PROTOCOL_TCP};
    struct flow buddy = {addresses[2], addresses[3], PROTOCOL_TCP};
    if (flow_equal(&connection, &buddy)) {
        command_refuse(call, "%s %s is named twice; name two connections", call->words[0],
                       call->words[1]);
        return;
    }
    call->result->action = COMMAND_LINK_CONNECTIONS;
    call->result->connection = connection;
    call->result->buddy = buddy;
}

/* ---- binding */

static bool bound(const struct virtual *virtual, const struct physical *physical)
{
    const struct link *link = virtual->links;
    while (link != NULL && link->physical != physical)
        link = link->next;
    return link != NULL;
}

static bool contains(GPtrArray *array, const void *item)
{
    return g_ptr_array_find(array, item, NULL);
}

/* Whether the real machine at the word may be bound as well, being no cycle, no
 * repetition and of the same protocol; else a refusal and false. */
static bool bindable(struct command_call *call, unsigned index, struct virtual *virtual,
                     struct physical *real, GPtrArray *others)
{
    const char *word = call->words[index];
    struct machine owner = {.virtual = virtual};
    struct machine bindee = {.physical = real};
    if (real->id.protocol != virtual->id.protocol)
        command_refuse(call, "%s and %s are of different protocols; bind tcp to tcp and udp to"
                             " udp", call->words[0], word);
    else if (bound(virtual, real) || contains(others, real))
        command_refuse(call, "%s is already bound to %s; leave it out", word, call->words[0]);
    else if (machine_leads_to(bindee, owner))
        command_refuse(call, "%s has %s among its backups, so a request could go round in a"
                             " cycle; bind another", word, call->words[0]);
    else
        return true;
    return false;
}

void command_bind(struct command_call *call)
{
    struct virtual *virtual = command_one_virtual(call, 0);
    if (virtual == NULL)
        return;
    bool overflow = call->count > 2 && strcmp(call->words[call->count - 1], "overflow") == 0;
    unsigned count = call->count - overflow;
    GPtrArray *reals = g_ptr_array_new();
    for (unsigned i = 1; i < count; i++) {
        struct physical *real = command_one_real(call, i);
        if (real == NULL || !bindable(call, i, virtual, real, reals)) {
            g_ptr_array_free(reals, TRUE);
            return;
        }
        g_ptr_array_add(reals, real);
    }
    watch_states(call);
    for (guint i = 0; i < reals->len; i++) {
        struct physical *real = g_ptr_array_index(reals, i);
        machines_bind(call->machines, virtual, real);
        real->bound->overflow = overflow; /* the newest of its links */
    }
    g_ptr_array_free(reals, TRUE);
}

/* Add to reals those that the word at index names and that are bound to the
 * virtual machine; false and a refusal if none is. */
static bool collect_bound(struct command_call *call, unsigned index,
                          const struct virtual *virtual, GPtrArray *reals)
{
    GPtrArray *named = command_reals(call, index);
    if (named == NULL)
        return false;
    bool any = false;
    for (guint i = 0; i < named->len; i++) {
        struct physical *real = g_ptr_array_index(named, i);
        if (!bound(virtual, real))
            continue;
        any = true;
        if (!contains(reals, real))
            g_ptr_array_add(reals, real);
    }
    g_ptr_array_free(named, TRUE);
    if (!any)
        command_refuse(call, "%s is not bound to %s; show bind lists what is",
                       call->words[index], call->words[0]);
    return any;
}

void command_unbind(struct command_call *call)
{
    struct virtual *virtual = command_one_virtual(call, 0);
    if (virtual == NULL)
        return;
    GPtrArray *reals = g_ptr_array_new();
    for (unsigned i = 1; i < call->count; i++) {
        if (!collect_bound(call, i, virtual, reals)) {
            g_ptr_array_free(reals, TRUE);
            return;
        }
    }
    watch_states(call);
    call->result->action = COMMAND_UNBIND;
    call->result->virtual = virtual;
    call->result->physicals = reals;
}

/* ---- service and backup */

static void set_service(struct command_call *call, enum machine_state state)
{
    GPtrArray *virtuals, *reals;
    if (!command_machines(call, 0, &virtuals, &reals))
        return;
    watch_states(call);
    for (guint i = 0; i < reals->len; i++) {
        struct physical *real = g_ptr_array_index(reals, i);
        real->state = state;
        real->trial = 0;
        physical_clear_ditched(real); /* an operator's word starts the count anew */
    }
    for (guint i = 0; i < virtuals->len; i++) {
        struct virtual *virtual = g_ptr_array_index(virtuals, i);
        virtual->out_of_service = state == MACHINE_OUT_OF_SERVICE;
    }
    g_ptr_array_free(virtuals, TRUE);
    g_ptr_array_free(reals, TRUE);
}

void command_put_in_service(struct command_call *call)
{
    set_service(call, MACHINE_IN_SERVICE);
}

void command_put_out_of_service(struct command_call *call)
{
    set_service(call, MACHINE_OUT_OF_SERVICE);
}

void command_backup(struct command_call *call)
{
    struct machine owner, standby;
    if (!command_one_machine(call, 0, &owner) || !command_one_machine(call, 1, &standby))
        return;
    if (machine_equal(owner, standby)) {
        command_refuse(call, "%s cannot be its own backup; name another machine",
                       call->words[1]);
        return;
    }
    if (machine_leads_to(standby, owner)) {
        command_refuse(call, "%s already falls back on %s, so a request could go round in a"
                             " cycle; name another backup", call->words[1], call->words[0]);
        return;
    }
    watch_states(call);
    if (owner.virtual != NULL)
        owner.virtual->standby = standby;
    else
        owner.physical->standby = standby;
}

/* ---- assignment */

/* CLIENT [MASK]: one client, or a network by its mask. */
static bool read_network(struct command_call *call, uint32_t *network, unsigned *prefix)
{
    *prefix = 32;
    if (!parse_ip(call->words[1], network)) {
        command_refuse(call, "\"%s\" is not an IPv4 address; write four numbers such as"
                             " 198.51.100.7", call->words[1]);
        return false;
    }
    if (call->count > 2 && !parse_mask(call->words[2], prefix)) {
        command_refuse(call, "\"%s\" is not a netmask; write one such as 255.255.255.0",
                       call->words[2]);
        return false;
    }
    if (*prefix < 32 && *network << *prefix != 0) {
        command_refuse(call, "%s has bits beyond the mask %s; write the network's own address",
                       call->words[1], call->words[2]);
        return false;
    }
    return true;
}

void command_assign(struct command_call *call)
{
    uint32_t network;
    unsigned prefix;
    struct virtual *virtual = command_one_virtual(call, 0);
    if (virtual != NULL && read_network(call, &network, &prefix))
        machines_assign(call->machines, virtual->id, network, prefix);
}

void command_unassign(struct command_call *call)
{
    uint32_t network;
    unsigned prefix;
    struct virtual *virtual = command_one_virtual(call, 0);
    if (virtual != NULL && read_network(call, &network, &prefix)
        && !machines_unassign(call->machines, virtual->id, network, prefix))
        command_refuse(call, "%s is not assigned to %s; show configuration lists what is",
                       call->words[1], call->words[0]);
}
