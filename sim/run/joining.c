#include "sim/run/joining.h"

#include "sim/run/world_internal.h"

/* A connection that the active has and the joiner has not. */
struct absentee {
    struct flow flow;
    struct address real;
    nstime since; /* established; 0: before the joining */
    bool found;   /* or ended */
};

struct joining {
    const struct world *world;
    bool going_on;
    unsigned joiner, active; /* numbers of units */
    nstime began, time;
    nstime round_trip;
    GHashTable *absent; /* struct absentee by its flow; only looked up */
    GQueue *order;      /* the same and those found, as they were established */
    GQueue *returned;   /* those that the joiner had and lost again */
};

static guint hash(gconstpointer flow)
{
    return (guint)flow_hash(flow);
}

static gboolean equal(gconstpointer a, gconstpointer b)
{
    return flow_equal(a, b);
}

static const struct director *director_of(const struct joining *joining, unsigned unit)
{
    return unit_director(joining->world->units[unit]);
}

static bool is_replicated(const struct joining *joining, const struct flow *flow)
{
    const GPtrArray *virtuals = joining->world->scenario->virtuals;
    for (guint i = 0; i < virtuals->len; i++) {
        const struct virtual_spec *spec = g_ptr_array_index(virtuals, i);
        if (spec->replicate && spec->ip == flow->local.ip && spec->port == flow->local.port
            && spec->protocol == flow->protocol)
            return true;
    }
    return false;
}

/* ---- who is absent ------------------------------------------------------------------- */

static bool holds(const struct director *director, const struct flow *flow, struct address real)
{
    struct connection_view view;
    return director && director_find(director, flow, &view) && address_equal(view.real, real);
}

static void miss(struct joining *joining, GQueue *queue, const struct flow *flow,
                 struct address real, nstime since)
{
    if (!is_replicated(joining, flow) || g_hash_table_contains(joining->absent, flow)
        || holds(director_of(joining, joining->joiner), flow, real))
        return;
    struct absentee *absentee = g_new(struct absentee, 1);
    *absentee = (struct absentee){ *flow, real, since, false };
    g_hash_table_insert(joining->absent, &absentee->flow, absentee);
    g_queue_push_tail(queue, absentee);
}

static void find(struct joining *joining, const struct flow *flow)
{
    struct absentee *absentee = g_hash_table_lookup(joining->absent, flow);
    if (!absentee)
        return;
    absentee->found = true;
    g_hash_table_remove(joining->absent, flow);
}

static const struct absentee *first_of(GQueue *queue)
{
    const struct absentee *first;
    while ((first = g_queue_peek_head(queue)) && first->found)
        g_free(g_queue_pop_head(queue));
    return first;
}

static bool is_old(const struct joining *joining, const struct absentee *absentee)
{
    nstime now = engine_now(joining->world->engine);
    return absentee && absentee->since < now - joining->round_trip;
}

static void stop(struct joining *joining)
{
    joining->going_on = false;
    g_hash_table_remove_all(joining->absent);
    g_queue_clear_full(joining->order, g_free);
    g_queue_clear_full(joining->returned, g_free);
}

/* One that returned is old, unless it ended: it waits for nothing but its record. */
static void check(struct joining *joining)
{
    if (is_old(joining, first_of(joining->order)) || first_of(joining->returned))
        return;
    joining->time = engine_now(joining->world->engine) - joining->began;
    stop(joining);
}

/* ---- what happens -------------------------------------------------------------------- */

static void begin(struct joining *joining, unsigned unit)
{
    unsigned active = world_active(joining->world);
    const struct director *director = director_of(joining, active);
    struct connection_view view;
    uint32_t cursor = 0;
    stop(joining);
    if (active == unit || !director || director_role(director) != ROLE_ACTIVE)
        return;
    joining->going_on = true;
    joining->joiner = unit;
    joining->active = active;
    joining->began = engine_now(joining->world->engine);
    while (director_next(director, &cursor, &view)) {
        struct flow flow = { view.foreign, view.virtual, view.protocol };
        if (view.state == CONN_ACTIVE)
            miss(joining, joining->order, &flow, view.real, 0);
    }
    check(joining);
}

static void note_active(struct joining *joining, const struct note *note)
{
    nstime now = engine_now(joining->world->engine);
    if (note->code == NOTE_ESTABLISHED)
        miss(joining, joining->order, &note->flow, note->real, now);
    else if (note->code == NOTE_ENDED)
        find(joining, &note->flow);
    else
        return;
    check(joining);
}

static void note_joiner(struct joining *joining, const struct note *note)
{
    struct connection_view view;
    switch (note->code) {
    case NOTE_CREATE_APPLIED:
    case NOTE_CREATE_REFRESHED:
        find(joining, &note->flow);
        check(joining);
        break;
    case NOTE_DELETE_APPLIED:
    case NOTE_OVERWRITTEN:
    case NOTE_AGED_OUT:
        if (director_find(director_of(joining, joining->active), &note->flow, &view))
            miss(joining, joining->returned, &note->flow, view.real, 0);
        break;
    default:
        break;
    }
}

/* Who takes the other role, or dies, ends it; the next to join is another story. */
void joining_note(struct joining *joining, unsigned unit, const struct note *note)
{
    if (joining->time >= 0)
        return;
    if (note->code == NOTE_BECAME_STANDBY && engine_now(joining->world->engine) > 0) {
        begin(joining, unit);
        return;
    }
    if (!joining->going_on)
        return;
    if (note->code == NOTE_BECAME_ACTIVE || !director_of(joining, joining->active)
        || !director_of(joining, joining->joiner))
        stop(joining);
    else if (unit == joining->active)
        note_active(joining, note);
    else if (unit == joining->joiner)
        note_joiner(joining, note);
}

nstime joining_time(const struct joining *joining)
{
    return joining->time;
}

struct joining *joining_new(const struct world *world)
{
    const struct link_spec *link = &world->scenario->links[LINK_REPLICATION];
    struct joining *joining = g_new0(struct joining, 1);
    joining->world = world;
    joining->time = -1;
    joining->round_trip = link->forward.delay + link->reverse.delay;
    joining->absent = g_hash_table_new(hash, equal);
    joining->order = g_queue_new();
    joining->returned = g_queue_new();
    return joining;
}

void joining_free(struct joining *joining)
{
    if (!joining)
        return;
    stop(joining);
    g_hash_table_destroy(joining->absent);
    g_queue_free(joining->order);
    g_queue_free(joining->returned);
    g_free(joining);
}
