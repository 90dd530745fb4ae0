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

static nstime begin_of(const struct scenario *scenario, const struct fault_spec *fault,
                       uint64_t run_key, nstime takeover);

/* What a fault's wait is counted from; the reader has refused circles. */
static nstime base_of(const struct scenario *scenario, const struct fault_spec *fault,
                      uint64_t run_key, nstime takeover)
{
    if (fault->when == FAULT_AT)
        return 0;
    if (fault->when == FAULT_AFTER_TAKEOVER)
        return takeover;
    const struct fault_spec *other = g_ptr_array_index(scenario->faults, (guint)fault->after);
    return begin_of(scenario, other, run_key, takeover);
}

static nstime begin_of(const struct scenario *scenario, const struct fault_spec *fault,
                       uint64_t run_key, nstime takeover)
{
    nstime base = base_of(scenario, fault, run_key, takeover);
    if (base == NSTIME_NEVER)
        return NSTIME_NEVER;
    nstime begin = base + fault->at + draw_spread(fault, run_key);
    return begin < 0 ? 0 : begin;
}

struct fault_time *timeline_draw(const struct scenario *scenario, uint64_t run_key,
                                 nstime takeover)
{
    unsigned count = scenario->faults->len;
    struct fault_time *times = g_new0(struct fault_time, count + 1);
    for (unsigned i = 0; i < count; i++) {
        const struct fault_spec *fault = g_ptr_array_index(scenario->faults, i);
        nstime begins = begin_of(scenario, fault, run_key, takeover);
        bool ends = fault->lasts != NSTIME_NEVER && begins != NSTIME_NEVER;
        times[i] = (struct fault_time){ begins, ends ? begins + fault->lasts : NSTIME_NEVER };
    }
    return times;
}
