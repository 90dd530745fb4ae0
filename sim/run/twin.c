#include "sim/run/twin.h"

#include "sim/run/world.h"

struct run_result *twin_execute(const struct scenario *scenario, const struct run_result *run,
                                struct run_story *story)
{
    g_assert(scenario->measure >= 0 && run->failure >= 0);
    struct run_result *twin = g_new0(struct run_result, 1);
    struct world *world = world_new(scenario, run->repetition, run,
                                    (struct world_listeners){ .story = story });
    world_run(world);
    world_result(world, twin);
    world_free(world);
    twin->point = run->point;
    twin->repetition = run->repetition;
    return twin;
}

/* The same fingerprint, and the same connections: then the same world. */
static bool was_the_same(const struct run_result *run, const struct run_result *twin)
{
    bool same = twin->failure == run->failure && twin->fingerprint == run->fingerprint
                && twin->row_count == run->row_count;
    for (uint32_t i = 0; same && i < run->row_count; i++)
        same = run->rows[i].connection == twin->rows[i].connection
               && run->rows[i].state == twin->rows[i].state;
    return same;
}

static void compare_row(struct connection_row *row, const struct connection_row *twin)
{
    row->harmed = row->hurt && !twin->hurt;
    row->twin_outcome = twin->outcome;
    row->twin_requests_lost = twin->requests_lost;
    row->twin_bytes_lost = twin->bytes_lost;
    row->twin_waited = twin->waited;
}

/* One that has no counterpart was opened beside another that died. */
static void compare_opening(struct run_result *run, const struct opening *opening,
                            const struct opening *twin)
{
    if (!twin || twin->delay < 0)
        return;
    run->connects_failed += opening->failed;
    if (opening->delay >= 0)
        run->connect_delay += MAX(opening->delay - twin->delay, 0);
}

static void compare_openings(struct run_result *run, const struct run_result *twin)
{
    GHashTable *by_key = g_hash_table_new(g_int64_hash, g_int64_equal);
    for (uint32_t i = 0; i < twin->opening_count; i++)
        g_hash_table_insert(by_key, &twin->openings[i].key, &twin->openings[i]);
    for (uint32_t i = 0; i < run->opening_count; i++)
        compare_opening(run, &run->openings[i],
                        g_hash_table_lookup(by_key, &run->openings[i].key));
    g_hash_table_destroy(by_key);
}

static void object(struct run_result *run, char *violation)
{
    if (run->violation)
        g_free(violation);
    else
        run->violation = violation;
}

void twin_compare(struct run_result *run, const struct run_result *twin)
{
    run->engine_events += twin->engine_events;
    run->peak_pending = MAX(run->peak_pending, twin->peak_pending);
    if (twin->violation) {
        object(run, g_strdup_printf("the twin: %s", twin->violation));
        return;
    }
    if (!was_the_same(run, twin)) {
        object(run, g_strdup("the run and its twin differ before the failure"));
        return;
    }
    run->has_twin = true;
    run->syn_peak_twin = twin->syn_peak;
    for (uint32_t i = 0; i < run->row_count; i++)
        compare_row(&run->rows[i], &twin->rows[i]);
    compare_openings(run, twin);
}
