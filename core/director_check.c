/* What must always hold, whatever came. Walks everything. */
#include "core/buddy.h"
#include "core/director_internal.h"
#include "core/life.h"
#include "core/ranking.h"

#include <glib.h>

/* The conns counted to each machine, by its address; looked up, never iterated. */
static uint32_t tally_of(GHashTable *tally, const void *machine)
{
    return GPOINTER_TO_UINT(g_hash_table_lookup(tally, machine));
}

static void add(GHashTable *tally, void *machine, bool counted)
{
    if (counted)
        g_hash_table_insert(tally, machine, GUINT_TO_POINTER(tally_of(tally, machine) + 1));
}

static const char *check_counters(const struct director *director)
{
    const char *broken = NULL;
    GHashTable *tally = g_hash_table_new(NULL, NULL);
    GHashTable *active = g_hash_table_new(NULL, NULL);
    for (const struct conn *conn = conn_table_first(director->connections); conn != NULL;
         conn = conn_table_next(director->connections, conn)) {
        add(tally, conn->virtual, conn->vm_counted);
        add(tally, conn->physical, conn->pm_counted);
        add(active, conn->physical, conn->pm_counted && conn->state == CONN_ACTIVE);
    }
    for (const struct virtual *one = machines_first_virtual(director->machines); one != NULL;
         one = one->next)
        if (one->connections != tally_of(tally, one))
            broken = "a virtual machine's counter differs from its flagged connections (R-308)";
    for (const struct physical *one = machines_first_physical(director->machines); one != NULL;
         one = one->next)
        if (one->connections != tally_of(tally, one))
            broken = "a physical machine's counter differs from its flagged connections (R-308)";
        else if (one->active != tally_of(active, one))
            broken = "a physical machine's active connections are others than it says";
    g_hash_table_destroy(active);
    g_hash_table_destroy(tally);
    return broken;
}

/* Machines are found by their names, and clients are assigned to what is there. */
static const char *check_names(const struct director *director)
{
    const struct machines *machines = director->machines;
    const struct assignment *assignment;
    for (const struct virtual *one = machines_first_virtual(machines); one != NULL;
         one = one->next)
        if (machines_find_virtual(machines, one->id) != one)
            return "a virtual machine is not found by its bind ID (R-119)";
    for (const struct physical *one = machines_first_physical(machines); one != NULL;
         one = one->next)
        if (machines_find_physical(machines, one->id) != one)
            return "a physical machine is not found by its name (R-102)";
    for (unsigned i = 0; (assignment = machines_assignment(machines, i)) != NULL; i++)
        if (machines_find_virtual(machines, assignment->service) == NULL)
            return "clients are assigned to a bind ID of no virtual machine (R-119)";
    return NULL;
}

static const char *check_rankings(const struct director *director)
{
    for (const struct virtual *one = machines_first_virtual(director->machines); one != NULL;
         one = one->next)
        if (!ranking_holds(one))
            return "a ranking differs from its machines (R-302)";
    return NULL;
}

/* Each conn must be what its own keys find: then no two share one. On the standby, and
 * among conns an active took over, older ones may stand behind a newer. */
static const char *check_keys(const struct director *director, const struct conn *conn)
{
    struct flow forward = conn_forward_key(conn);
    struct flow reverse = conn_reverse_key(conn);
    if (conn_table_find(director->connections, &forward) != conn)
        return "a connection is not found by its forward key (R-409)";
    const struct conn *found = conn_table_find_reverse(director->connections, &reverse);
    if (found == NULL)
        return "a connection is not found by its reverse key (R-409)";
    if (found != conn && !conn->replica)
        return "two connections share a reverse key (R-409)";
    return NULL;
}

/* A deadline too early is set right when it comes; one too late would never be. */
static const char *check_deadline(const struct director *director, const struct conn *conn)
{
    nstime armed = expiry_of(conn_table_expiry(director->connections), conn->slot);
    return armed > life_ring_deadline(director, conn) ? "a connection's deadline is set too late"
                                                 : NULL;
}

/* A ring comes back to where it began, and nobody stands in it alone. */
static const char *check_ring(const struct director *director, const struct conn *conn)
{
    uint32_t steps = 0;
    const struct conn *at = buddy_next(director->connections, conn);
    if (at == conn)
        return "a connection is its own buddy (R-605)";
    while (at != NULL && at != conn && steps++ < conn_table_count(director->connections))
        at = buddy_next(director->connections, at);
    return conn->buddy != 0 && at != conn ? "a connection's buddies form no ring (R-605)" : NULL;
}

/* Entries count their conns (core/sticky.h). */
static const char *check_sticky(const struct director *director, const struct conn *conn)
{
    return conn->sticky && !sticky_holds(director->sticky, conn)
               ? "a connection's client is not tied as it says (F-602)" : NULL;
}

const char *director_check(const struct director *director)
{
    const char *broken = check_counters(director);
    if (broken == NULL)
        broken = check_names(director);
    if (broken == NULL)
        broken = check_rankings(director);
    uint32_t walked = 0, held = 0;
    for (const struct conn *conn = conn_table_first(director->connections);
         conn != NULL && broken == NULL; conn = conn_table_next(director->connections, conn)) {
        broken = check_keys(director, conn);
        if (broken == NULL)
            broken = check_deadline(director, conn);
        if (broken == NULL)
            broken = check_ring(director, conn);
        if (broken == NULL)
            broken = check_sticky(director, conn);
        held += conn->sticky;
        walked++;
    }
    if (broken == NULL && walked != conn_table_count(director->connections))
        broken = "the walk does not meet every connection";
    if (broken == NULL && held != sticky_held(director->sticky))
        broken = "more connections tie their clients than say so (F-602)";
    return broken;
}
