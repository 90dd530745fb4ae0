#include "sim/run/wire.h"

#include <glib.h>

struct arrival {
    struct record_mark mark;
    nstime at;
    guint order; /* of being sent */
};

/* What the table holds for one virtual machine and the client at hand. */
struct held {
    struct flow flow;
    struct address real;
    bool there;
};

struct wire {
    const struct scenario *scenario;
    GArray *arrivals; /* struct arrival, by client, then as they arrive */
    struct held *held; /* one for each virtual of the scenario */
};

struct wire *wire_new(const struct scenario *scenario)
{
    struct wire *wire = g_new0(struct wire, 1);
    wire->scenario = scenario;
    wire->arrivals = g_array_new(FALSE, FALSE, sizeof(struct arrival));
    wire->held = g_new0(struct held, scenario->virtuals->len);
    return wire;
}

void wire_free(struct wire *wire)
{
    g_array_free(wire->arrivals, TRUE);
    g_free(wire->held);
    g_free(wire);
}

void wire_clear(struct wire *wire)
{
    g_array_set_size(wire->arrivals, 0);
}

void wire_add(struct wire *wire, const struct record_mark *mark, nstime arrival)
{
    struct arrival fresh = { *mark, arrival, wire->arrivals->len };
    g_array_append_val(wire->arrivals, fresh);
}

static int compare_clients(struct address a, struct address b)
{
    if (a.ip != b.ip)
        return a.ip < b.ip ? -1 : 1;
    return (a.port > b.port) - (a.port < b.port);
}

static gint compare_arrivals(gconstpointer a, gconstpointer b)
{
    const struct arrival *one = a, *other = b;
    int clients = compare_clients(one->mark.flow.foreign, other->mark.flow.foreign);
    if (clients != 0)
        return clients;
    if (one->at != other->at)
        return one->at < other->at ? -1 : 1;
    return (one->order > other->order) - (one->order < other->order);
}

void wire_settle(struct wire *wire)
{
    g_array_sort(wire->arrivals, compare_arrivals);
}

static const struct arrival *arrival_at(const struct wire *wire, guint index)
{
    return &g_array_index(wire->arrivals, struct arrival, index);
}

/* The first of this client; the number of all arrivals when there is none. */
static guint first_of(const struct wire *wire, struct address client)
{
    guint low = 0, high = wire->arrivals->len;
    while (low < high) {
        guint middle = low + (high - low) / 2;
        if (compare_clients(arrival_at(wire, middle)->mark.flow.foreign, client) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static bool is_of(const struct wire *wire, guint index, struct address client)
{
    return index < wire->arrivals->len
           && address_equal(arrival_at(wire, index)->mark.flow.foreign, client);
}

/* ---- one client's records, as the table holds them ---------------------------------- */

static void look_up(struct wire *wire, const struct director *director, struct address client)
{
    for (guint i = 0; i < wire->scenario->virtuals->len; i++) {
        struct held *held = &wire->held[i];
        struct connection_view view;
        held->flow = standing_flow(wire->scenario, i, client);
        held->there = director_find(director, &held->flow, &view);
        held->real = held->there ? view.real : (struct address){ 0, 0 };
    }
}

/* whatever stood there before is gone. Virtuals that differ in their bind IDs alone
 * share an address, and so a record. */
static void create(struct wire *wire, const struct record_mark *mark)
{
    for (guint i = 0; i < wire->scenario->virtuals->len; i++)
        if (flow_equal(&wire->held[i].flow, &mark->flow)) {
            wire->held[i].there = true;
            wire->held[i].real = mark->real;
        }
}

static bool matches(const struct held *held, const struct record_mark *mark)
{
    return held->there && held->flow.protocol == mark->flow.protocol
           && address_equal(held->real, mark->real);
}

/* by client and real address; of several, the one whose virtual part fits; if
 * none fits, the only one there is. NULL: the delete means none of these. */
static const struct flow *meant(const struct wire *wire, const struct record_mark *mark)
{
    const struct flow *only = NULL;
    bool several = false;
    for (guint i = 0; i < wire->scenario->virtuals->len; i++) {
        const struct held *held = &wire->held[i];
        if (!matches(held, mark))
            continue;
        if (flow_equal(&held->flow, &mark->flow))
            return &held->flow;
        several |= only && !flow_equal(only, &held->flow);
        only = &held->flow;
    }
    return several ? NULL : only;
}

static void delete(struct wire *wire, const struct record_mark *mark)
{
    const struct flow *flow = meant(wire, mark);
    for (guint i = 0; flow && i < wire->scenario->virtuals->len; i++)
        if (flow_equal(&wire->held[i].flow, flow))
            wire->held[i].there = false;
}

bool wire_stands(struct wire *wire, const struct director *director, struct claimant claimant)
{
    guint index = first_of(wire, claimant.client);
    if (!is_of(wire, index, claimant.client))
        return standing(wire->scenario, director, claimant);
    look_up(wire, director, claimant.client);
    for (; is_of(wire, index, claimant.client); index++) {
        const struct record_mark *mark = &arrival_at(wire, index)->mark;
        if (mark->is_delete)
            delete(wire, mark);
        else
            create(wire, mark);
    }
    const struct held *held = &wire->held[claimant.virtual];
    return held->there && standing_agrees(wire->scenario, claimant, held->real);
}
