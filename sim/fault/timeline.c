#include "sim/fault/timeline.h"

#include "sim/engine/chance.h"

/* Uniform in [-spread, spread], in whole nanoseconds. */
static nstime draw_spread(const struct fault_spec *fault, uint64_t run_key)
{
    if (fault->spread == 0)
        return 0;
    uint64_t key = chance_fold_name(chance_fold_name(run_key, "fault"), fault->label);
    uint64_t width = 2 * (uint64_t)fault->spread + 1;
    return (nstime)(((unsigned __int128)key * width) >> 64) - fault->spread;
}

static void draw_one(const struct scenario *scenario, unsigned index, uint64_t run_key,
                     struct fault_time *times, bool *drawn)
{
    const struct fault_spec *fault = g_ptr_array_index(scenario->faults, index);
    if (drawn[index])
        return;
    nstime base = fault->at;
    if (fault->when == FAULT_AFTER) {
        /* the reader has refused circles */
        draw_one(scenario, (unsigned)fault->after, run_key, times, drawn);
        base += times[fault->after].begins;
    }
    nstime begins = base + draw_spread(fault, run_key);
    times[index].begins = begins < 0 ? 0 : begins;
    times[index].ends =
        fault->lasts == NSTIME_NEVER ? NSTIME_NEVER : times[index].begins + fault->lasts;
    drawn[index] = true;
}

struct fault_time *timeline_draw(const struct scenario *scenario, uint64_t run_key)
{
    unsigned count = scenario->faults->len;
    struct fault_time *times = g_new0(struct fault_time, count + 1);
    bool *drawn = g_new0(bool, count + 1);
    for (unsigned i = 0; i < count; i++)
        draw_one(scenario, i, run_key, times, drawn);
    g_free(drawn);
    return times;
}
