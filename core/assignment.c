#include "core/assignment.h"

static uint32_t prefix_mask(unsigned prefix)
{
    g_assert(prefix <= 32);
    return prefix == 0 ? 0 : UINT32_MAX << (32 - prefix);
}

/* The key leaves the bind ID out: one network has one bind ID at a service. */
static guint key_hash(gconstpointer key)
{
    const struct assignment *assignment = key;
    struct flow flow = {
        .foreign = {assignment->network, (uint16_t)assignment->prefix},
        .local = {assignment->service.ip, assignment->service.port},
        .protocol = assignment->service.protocol,
    };
    return (guint)flow_hash(&flow);
}

static gboolean key_equal(gconstpointer one, gconstpointer other)
{
    const struct assignment *a = one;
    const struct assignment *b = other;
    return a->network == b->network && a->prefix == b->prefix && a->service.ip == b->service.ip
           && a->service.port == b->service.port && a->service.protocol == b->service.protocol;
}

void assignments_init(struct assignments *assignments)
{
    *assignments = (struct assignments){
        .list = g_ptr_array_new_with_free_func(g_free),
        .index = g_hash_table_new(key_hash, key_equal),
    };
}

void assignments_clear(struct assignments *assignments)
{
    g_hash_table_destroy(assignments->index);
    g_ptr_array_free(assignments->list, TRUE);
}

void assignments_set(struct assignments *assignments, struct machine_id service,
                     uint32_t network, unsigned prefix)
{
    struct assignment key = {service, network & prefix_mask(prefix), prefix};
    struct assignment *known = g_hash_table_lookup(assignments->index, &key);
    if (known != NULL) {
        known->service.bind_id = service.bind_id;
        return;
    }
    struct assignment *made = g_memdup2(&key, sizeof key);
    g_ptr_array_add(assignments->list, made);
    g_hash_table_add(assignments->index, made);
    assignments->prefix_count[prefix]++;
}

static void forget(struct assignments *assignments, struct assignment *assignment)
{
    assignments->prefix_count[assignment->prefix]--;
    g_hash_table_remove(assignments->index, assignment);
    g_ptr_array_remove(assignments->list, assignment);
}

bool assignments_remove(struct assignments *assignments, struct machine_id service,
                        uint32_t network, unsigned prefix)
{
    struct assignment key = {service, network & prefix_mask(prefix), prefix};
    struct assignment *known = g_hash_table_lookup(assignments->index, &key);
    if (known == NULL || known->service.bind_id != service.bind_id)
        return false;
    forget(assignments, known);
    return true;
}

void assignments_forget(struct assignments *assignments, struct machine_id id)
{
    for (guint i = assignments->list->len; i-- > 0;) {
        struct assignment *assignment = g_ptr_array_index(assignments->list, i);
        if (machine_id_equal(assignment->service, id))
            forget(assignments, assignment);
    }
}

bool assignments_find(const struct assignments *assignments, struct address local,
                      uint8_t protocol, uint32_t foreign_ip, uint16_t *bind_id)
{
    struct assignment key = {
        .service = {.ip = local.ip, .port = local.port, .protocol = protocol},
    };
    for (unsigned prefix = 33; prefix-- > 0;) {
        if (assignments->prefix_count[prefix] == 0)
            continue;
        key.prefix = prefix;
        key.network = foreign_ip & prefix_mask(prefix);
        const struct assignment *found = g_hash_table_lookup(assignments->index, &key);
        if (found != NULL) {
            *bind_id = found->service.bind_id;
            return true;
        }
    }
    return false;
}
