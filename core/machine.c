#include "core/machine.h"

#include "core/assignment.h"
#include "core/maglev.h"
#include "core/ranking.h"

/* The lists are the order of everything that can be seen; the indexes only
 * answer look-ups and are never iterated. */
struct machines {
    struct virtual *virtuals, *last_virtual;
    struct physical *physicals, *last_physical;
    GHashTable *virtual_index; /* by the id within the object */
    GHashTable *physical_index;
    unsigned count;
    struct assignments assignments;
};

static guint id_hash(gconstpointer key)
{
    const struct machine_id *id = key;
    struct flow flow = {.local = {id->ip, id->port}, .foreign.port = id->bind_id,
                        .protocol = id->protocol};
    return (guint)flow_hash(&flow);
}

static gboolean id_equal(gconstpointer one, gconstpointer other)
{
    const struct machine_id *a = one;
    const struct machine_id *b = other;
    return machine_id_equal(*a, *b);
}

struct machines *machines_new(void)
{
    struct machines *machines = g_new0(struct machines, 1);
    machines->virtual_index = g_hash_table_new(id_hash, id_equal);
    machines->physical_index = g_hash_table_new(id_hash, id_equal);
    assignments_init(&machines->assignments);
    return machines;
}

static void free_links(struct virtual *virtual)
{
    while (virtual->links != NULL) {
        struct link *link = virtual->links;
        virtual->links = link->next;
        link_detach(link);
        g_free(link);
    }
    ranking_free(virtual->ranking);
    maglev_free(virtual->maglev);
    virtual->ranking = NULL;
}

static void free_physical(struct physical *physical)
{
    g_clear_pointer(&physical->ditched_clients, g_hash_table_destroy);
    g_free(physical);
}

void machines_free(struct machines *machines)
{
    while (machines->virtuals != NULL) {
        struct virtual *virtual = machines->virtuals;
        machines->virtuals = virtual->next;
        free_links(virtual);
        g_free(virtual);
    }
    while (machines->physicals != NULL) {
        struct physical *physical = machines->physicals;
        machines->physicals = physical->next;
        free_physical(physical);
    }
    g_hash_table_destroy(machines->virtual_index);
    g_hash_table_destroy(machines->physical_index);
    assignments_clear(&machines->assignments);
    g_free(machines);
}

struct virtual *machines_first_virtual(const struct machines *machines)
{
    return machines->virtuals;
}

struct physical *machines_first_physical(const struct machines *machines)
{
    return machines->physicals;
}

struct virtual *machines_find_virtual(const struct machines *machines, struct machine_id id)
{
    return g_hash_table_lookup(machines->virtual_index, &id);
}

struct physical *machines_find_physical(const struct machines *machines, struct machine_id id)
{
    return g_hash_table_lookup(machines->physical_index, &id);
}

struct virtual *machines_add_virtual(struct machines *machines, struct machine_id id)
{
    if (machines->count == MACHINES_MAX || machines_find_virtual(machines, id) != NULL)
        return NULL;
    struct virtual *virtual = g_new(struct virtual, 1);
    *virtual = (struct virtual){
        .id = id,
        .predictor = PREDICTOR_LEASTCONNS, /* fact F-401 */
        .idle_time = IDLE_TIME_DEFAULT,
    };
    if (machines->last_virtual != NULL)
        machines->last_virtual->next = virtual;
    else
        machines->virtuals = virtual;
    machines->last_virtual = virtual;
    machines->count++;
    g_hash_table_insert(machines->virtual_index, &virtual->id, virtual);
    return virtual;
}

struct physical *machines_add_physical(struct machines *machines, struct machine_id id)
{
    if (machines->count == MACHINES_MAX || machines_find_physical(machines, id) != NULL)
        return NULL;
    struct physical *physical = g_new(struct physical, 1);
    *physical = (struct physical){
        .id = id,
        .state = MACHINE_IN_SERVICE,
        .weight = WEIGHT_DEFAULT,
        .threshold = THRESHOLD_DEFAULT,
        .reassign = REASSIGN_DEFAULT,
        .retry = RETRY_DEFAULT,
        .autounfail = true,
    };
    if (machines->last_physical != NULL)
        machines->last_physical->next = physical;
    else
        machines->physicals = physical;
    machines->last_physical = physical;
    machines->count++;
    g_hash_table_insert(machines->physical_index, &physical->id, physical);
    return physical;
}

/* Nobody may keep a pointer to a machine that goes. */
static void forget_standby(struct machines *machines, struct machine gone)
{
    for (struct virtual *virtual = machines->virtuals; virtual != NULL; virtual = virtual->next)
        if (machine_equal(virtual->standby, gone))
            virtual->standby = (struct machine){0};
    for (struct physical *one = machines->physicals; one != NULL; one = one->next)
        if (machine_equal(one->standby, gone))
            one->standby = (struct machine){0};
    machines_changed(machines);
}

static void forget_appearance(struct machines *machines, const struct virtual *gone)
{
    for (struct physical *one = machines->physicals; one != NULL; one = one->next)
        if (one->appears_as == gone)
            one->appears_as = NULL;
}

void machines_remove_virtual(struct machines *machines, struct virtual *virtual)
{
    g_assert(virtual->connections == 0);
    forget_standby(machines, (struct machine){.virtual = virtual});
    forget_appearance(machines, virtual);
    assignments_forget(&machines->assignments, virtual->id);
    g_hash_table_remove(machines->virtual_index, &virtual->id);
    struct virtual *previous = NULL;
    struct virtual **place = &machines->virtuals;
    while (*place != virtual) {
        g_assert(*place != NULL);
        previous = *place;
        place = &previous->next;
    }
    *place = virtual->next;
    if (machines->last_virtual == virtual)
        machines->last_virtual = previous;
    machines->count--;
    free_links(virtual);
    g_free(virtual);
}

void machines_remove_physical(struct machines *machines, struct physical *physical)
{
    g_assert(physical->connections == 0);
    forget_standby(machines, (struct machine){.physical = physical});
    for (struct virtual *one = machines->virtuals; one != NULL; one = one->next)
        machines_unbind(machines, one, physical);
    g_assert(physical->links == 0);
    g_hash_table_remove(machines->physical_index, &physical->id);
    struct physical *previous = NULL;
    struct physical **place = &machines->physicals;
    while (*place != physical) {
        g_assert(*place != NULL);
        previous = *place;
        place = &previous->next;
    }
    *place = physical->next;
    if (machines->last_physical == physical)
        machines->last_physical = previous;
    machines->count--;
    free_physical(physical);
}

void machines_changed(struct machines *machines)
{
    for (struct virtual *virtual = machines->virtuals; virtual != NULL; virtual = virtual->next)
        virtual->ranked = virtual->hashed = false;
}

void machines_assign(struct machines *machines, struct machine_id service, uint32_t network,
                     unsigned prefix)
{
    assignments_set(&machines->assignments, service, network, prefix);
}

bool machines_unassign(struct machines *machines, struct machine_id service, uint32_t network,
                       unsigned prefix)
{
    return assignments_remove(&machines->assignments, service, network, prefix);
}

const struct assignment *machines_assignment(const struct machines *machines, unsigned index)
{
    const GPtrArray *list = machines->assignments.list;
    return index < list->len ? g_ptr_array_index(list, index) : NULL;
}

struct virtual *machines_named(const struct machines *machines, struct address local,
                               uint16_t bind_id, uint8_t protocol)
{
    struct machine_id id = {local.ip, local.port, bind_id, protocol};
    struct virtual *virtual = machines_find_virtual(machines, id);
    if (virtual == NULL && id.port != 0) {
        id.port = 0;
        virtual = machines_find_virtual(machines, id);
    }
    return virtual;
}

/* The bind ID a client is assigned to here; the exact port is the narrower
 * service and is asked first. */
static bool assigned_bind_id(const struct machines *machines, uint32_t foreign_ip,
                             struct address local, uint8_t protocol, uint16_t *bind_id)
{
    struct address all_ports = {local.ip, 0};
    return assignments_find(&machines->assignments, local, protocol, foreign_ip, bind_id)
           || assignments_find(&machines->assignments, all_ports, protocol, foreign_ip, bind_id);
}

struct virtual *machines_serve(const struct machines *machines, uint32_t foreign_ip,
                               struct address local, uint8_t protocol, bool bind0_none)
{
    uint16_t bind_id = 0;
    bool assigned = assigned_bind_id(machines, foreign_ip, local, protocol, &bind_id);
    struct virtual *virtual = NULL;
    if (assigned)
        virtual = machines_named(machines, local, bind_id, protocol);
    if (virtual == NULL && !bind0_none)
        virtual = machines_named(machines, local, 0, protocol); /* */
    return virtual;
}
