#include "sim/run/reprotection.h"

#include "sim/run/standing.h"
#include "sim/run/world_internal.h"

enum { PERCENT = 99 };

struct survivor {
    struct flow flow;
    struct address real;
    bool known;      /* at a standby: */
    unsigned holder; /* its number */
};

struct reprotection {
    const struct world *world;
    bool going_on;
    unsigned heir;
    nstime began, time;
    GHashTable *survivors; /* struct survivor by its flow; only looked up, and counted */
    guint known;
};

static guint hash(gconstpointer flow)
{
    return (guint)flow_hash(flow);
}

static gboolean equal(gconstpointer a, gconstpointer b)
{
    return flow_equal(a, b);
}

static const struct director *director_of(const struct reprotection *reprotection, unsigned unit)
{
    return unit_director(reprotection->world->units[unit]);
}

static void stop(struct reprotection *reprotection)
{
    reprotection->going_on = false;
    reprotection->known = 0;
    g_hash_table_remove_all(reprotection->survivors);
}

static void check(struct reprotection *reprotection)
{
    guint64 survivors = g_hash_table_size(reprotection->survivors);
    if (survivors == 0 || (guint64)reprotection->known * 100 < survivors * PERCENT)
        return;
    reprotection->time = engine_now(reprotection->world->engine) - reprotection->began;
    stop(reprotection);
}

static void set_known(struct reprotection *reprotection, struct survivor *survivor, unsigned unit,
                      bool known)
{
    reprotection->known += (guint)known - (guint)survivor->known;
    survivor->known = known;
    survivor->holder = unit;
}

/* ---- the takeover ------------------------------------------------------------------- */

static bool holds(const struct director *director, const struct survivor *survivor)
{
    struct connection_view view;
    return director && director_find(director, &survivor->flow, &view)
           && address_equal(view.real, survivor->real);
}

/* Who is a standby already may have heard of it all along. */
static void look_around(struct reprotection *reprotection, struct survivor *survivor)
{
    for (unsigned unit = 0; unit < reprotection->world->unit_count; unit++) {
        const struct director *director = director_of(reprotection, unit);
        if (unit != reprotection->heir && director && director_role(director) == ROLE_STANDBY
            && holds(director, survivor))
            set_known(reprotection, survivor, unit, true);
    }
}

static void list(struct reprotection *reprotection, const struct connection *connection)
{
    const struct scenario *scenario = reprotection->world->scenario;
    struct claimant claimant = { .client = { connection->client_ip, connection->client_port },
                                 .virtual = connection->virtual,
                                 .server = connection->server };
    struct flow flow = standing_flow(scenario, claimant.virtual, claimant.client);
    struct connection_view view;
    if (!director_find(director_of(reprotection, reprotection->heir), &flow, &view)
        || !standing_agrees(scenario, claimant, view.real))
        return;
    struct survivor *survivor = g_new0(struct survivor, 1);
    survivor->flow = flow;
    survivor->real = view.real;
    g_hash_table_insert(reprotection->survivors, &survivor->flow, survivor);
    look_around(reprotection, survivor);
}

void reprotection_begin(struct reprotection *reprotection, unsigned heir)
{
    const struct world *world = reprotection->world;
    g_assert(!reprotection->going_on && reprotection->time < 0);
    reprotection->going_on = true;
    reprotection->heir = heir;
    reprotection->began = engine_now(world->engine);
    for (struct connection *c = traffic_first(world->traffic); c; c = traffic_next(c))
        if (c->opened <= observer_failed_at(world->observer))
            list(reprotection, c);
    check(reprotection);
}

/* ---- what follows ------------------------------------------------------------------- */

/* The heir lets one go: it is nobody's survivor any more. */
static void let_go(struct reprotection *reprotection, const struct flow *flow)
{
    struct survivor *survivor = g_hash_table_lookup(reprotection->survivors, flow);
    if (!survivor)
        return;
    set_known(reprotection, survivor, 0, false);
    g_hash_table_remove(reprotection->survivors, flow);
    check(reprotection);
}

static void note_standby(struct reprotection *reprotection, unsigned unit,
                         const struct note *note, bool known)
{
    struct survivor *survivor = g_hash_table_lookup(reprotection->survivors, &note->flow);
    if (!survivor || (known ? !address_equal(note->real, survivor->real)
                            : !survivor->known || survivor->holder != unit))
        return;
    set_known(reprotection, survivor, unit, known);
    check(reprotection);
}

/* It boots, its table empty. */
static void empty(struct reprotection *reprotection, unsigned unit)
{
    GHashTableIter iter;
    gpointer value;
    g_hash_table_iter_init(&iter, reprotection->survivors);
    while (g_hash_table_iter_next(&iter, NULL, &value)) {
        struct survivor *survivor = value;
        if (survivor->known && survivor->holder == unit)
            set_known(reprotection, survivor, unit, false);
    }
}

static void note_other(struct reprotection *reprotection, unsigned unit, const struct note *note)
{
    switch (note->code) {
    case NOTE_CREATE_APPLIED:
    case NOTE_CREATE_REFRESHED:
        note_standby(reprotection, unit, note, true);
        break;
    case NOTE_DELETE_APPLIED:
    case NOTE_OVERWRITTEN:
    case NOTE_AGED_OUT:
        note_standby(reprotection, unit, note, false);
        break;
    case NOTE_BECAME_STANDBY:
        empty(reprotection, unit);
        break;
    case NOTE_BECAME_ACTIVE:
        stop(reprotection);
        break;
    default:
        break;
    }
}

void reprotection_note(struct reprotection *reprotection, unsigned unit, const struct note *note)
{
    if (!reprotection->going_on)
        return;
    if (unit != reprotection->heir)
        note_other(reprotection, unit, note);
    else if (note->code == NOTE_ENDED)
        let_go(reprotection, &note->flow);
    else if (note->code == NOTE_BECAME_STANDBY)
        stop(reprotection);
}

nstime reprotection_time(const struct reprotection *reprotection)
{
    return reprotection->time;
}

struct reprotection *reprotection_new(const struct world *world)
{
    struct reprotection *reprotection = g_new0(struct reprotection, 1);
    reprotection->world = world;
    reprotection->time = -1;
    reprotection->survivors = g_hash_table_new_full(hash, equal, NULL, g_free);
    return reprotection;
}

void reprotection_free(struct reprotection *reprotection)
{
    if (!reprotection)
        return;
    g_hash_table_destroy(reprotection->survivors);
    g_free(reprotection);
}
