#include "sim/run/run.h"

#include "sim/run/cohort.h"
#include "sim/run/form.h"
#include "sim/run/story.h"
#include "sim/run/twin.h"
#include "sim/run/world.h"

uint32_t run_number(const struct scenario *scenario, uint32_t point, uint32_t repetition)
{
    return repetition * scenario->points + point;
}

static void meet_twin(const struct scenario *scenario, struct run_result *result,
                      struct run_story *story)
{
    struct run_result *twin = twin_execute(scenario, result, story);
    twin_compare(result, twin);
    run_result_free(twin);
}

struct run_result *run_execute(const struct scenario *scenario, uint32_t point,
                               uint32_t repetition, bool want_events, struct run_story *story)
{
    struct run_result *result = g_new0(struct run_result, 1);
    gint64 started = g_get_monotonic_time();
    struct journal *journal =
        want_events ? journal_new(run_number(scenario, point, repetition)) : NULL;
    struct world *world = world_new(scenario, repetition, NULL,
                                    (struct world_listeners){ journal, story });
    world_run(world);
    world_result(world, result);
    world_free(world);
    result->point = point;
    result->repetition = repetition;
    if (scenario->twin && result->failure >= 0)
        meet_twin(scenario, result, story ? story->twin : NULL);
    cohort_count(result);
    form_measure(scenario, result);
    result->events = journal_finish(journal);
    result->wall_seconds = (double)(g_get_monotonic_time() - started) / 1e6;
    return result;
}

void run_result_free(struct run_result *result)
{
    g_free(result->virtuals);
    g_free(result->rows);
    g_free(result->openings);
    g_free(result->samples);
    g_free(result->events);
    g_free(result->protection);
    g_free(result->violation);
    g_free(result);
}
