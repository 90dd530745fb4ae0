#include "sim/network/loss.h"

#include "sim/engine/exact.h"

#include <glib.h>

void loss_init(struct loss_state *state, uint64_t key)
{
    *state = (struct loss_state){
        .random_key = chance_fold_name(key, "random"),
        .gilbert_key = chance_fold_name(key, "gilbert"),
        .outage_key = chance_fold_name(key, "outage"),
    };
}

double loss_bad_share(const struct loss *loss)
{
    double in = probability_share(loss->good_to_bad);
    double out = probability_share(loss->bad_to_good);

    return in > 0 ? in / (in + out) : 0;
}

/* Draw the loss in the current state, then move; kernel versions differ here. The first
 * state is a draw from the stationary share, so that the first packet of a run has the
 * same mean loss as the thousandth. */
static bool gilbert_step(struct loss_state *state, const struct loss *loss, uint64_t index)
{
    struct gilbert *gilbert = &state->gilbert;
    uint64_t key = chance_fold(state->gilbert_key, index);

    if (!gilbert->started) {
        gilbert->started = true;
        gilbert->bad =
            chance_occurs(chance_fold(key, 0), probability_from_share(loss_bad_share(loss)));
    }
    bool lost =
        chance_occurs(chance_fold(key, 1), gilbert->bad ? loss->loss_in_bad : loss->loss_in_good);
    if (chance_occurs(chance_fold(key, 2), gilbert->bad ? loss->bad_to_good : loss->good_to_bad))
        gilbert->bad = !gilbert->bad;
    return lost;
}

/* Exponential, at least a nanosecond. */
static nstime period_length(double mean, uint64_t draw)
{
    double length = -mean * exact_log(chance_unit(draw));

    return length >= 0x1p61 ? (nstime)1 << 61 : MAX((nstime)(length + 0.5), 1);
}

/* The length of a period is drawn from its index, so it does not matter when it is asked
 * for. The first one is the rest of a period, which for an exponential is as long again. */
static void begin_period(struct outage *outage, uint64_t key)
{
    double share = probability_share(outage->share);
    double mean = (double)outage->mean * (outage->off ? 1 : (1 - share) / share);
    nstime length = period_length(mean, chance_fold(key, ++outage->period));

    outage->begin = outage->end;
    outage->end = outage->end > NSTIME_NEVER - length ? NSTIME_NEVER : outage->end + length;
}

static bool same_outage(const struct outage *outage, const struct loss *loss)
{
    return outage->period > 0 && outage->share.threshold == loss->outage_share.threshold
        && outage->mean == loss->outage_mean;
}

static bool outage_at(struct loss_state *state, const struct loss *loss, nstime now)
{
    struct outage *outage = &state->outage;
    uint64_t share = loss->outage_share.threshold;

    if (share == 0 || share == UINT64_MAX)
        return share != 0;
    g_assert(loss->outage_mean > 0);
    if (!same_outage(outage, loss)) {
        *outage = (struct outage){ .share = loss->outage_share, .mean = loss->outage_mean };
        outage->off = chance_occurs(chance_fold(state->outage_key, 0), outage->share);
        begin_period(outage, state->outage_key);
    }
    while (outage->end <= now) {
        outage->off = !outage->off;
        begin_period(outage, state->outage_key);
    }
    return outage->off;
}

nstime loss_outage_since(struct loss_state *state, const struct loss *loss, nstime now)
{
    bool off = loss->model == LOSS_OUTAGE && outage_at(state, loss, now);
    return off ? state->outage.begin : NSTIME_NEVER;
}

bool loss_decide(struct loss_state *state, const struct loss *loss, nstime now,
                 uint64_t identity, uint64_t index)
{
    switch (loss->model) {
    case LOSS_NONE:
        return false;
    case LOSS_RANDOM:
        return chance_occurs(chance_fold(state->random_key, identity), loss->random);
    case LOSS_GEMODEL:
        return gilbert_step(state, loss, index);
    case LOSS_OUTAGE:
        return outage_at(state, loss, now);
    }
    g_assert_not_reached();
}
