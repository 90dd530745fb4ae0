#include "sim/run/but_for.h"

#include "sim/engine/chance.h"
#include "sim/run/standing.h"
#include "sim/run/world.h"

const char *but_for_phrase(enum but_for_verdict verdict)
{
#define BUT_FOR_PHRASE(code, phrase) [code] = phrase,
    static const char *const phrases[BUT_FOR_COUNT] = { BUT_FOR_LIST(BUT_FOR_PHRASE) };
#undef BUT_FOR_PHRASE
    g_assert(verdict < BUT_FOR_COUNT);
    return phrases[verdict];
}

bool but_for_asks(enum cause cause)
{
    return cause == CAUSE_CREATE_LOST || cause == CAUSE_CREATE_IN_FLIGHT
           || cause == CAUSE_CREATE_REJECTED || cause == CAUSE_OVERWRITTEN
           || cause == CAUSE_DELETED_EARLY;
}

/* ---- once more -------------------------------------------------------------------- */

/* Virtual crashes only look on, and cost as much as the run. */
static struct run_result *execute(const struct scenario *scenario,
                                  const struct run_result *result, struct rescue *rescue)
{
    struct scenario quiet = *scenario;
    quiet.virtual_crashes.count = 0;
    struct run_result *again = g_new0(struct run_result, 1);
    struct world *world =
        world_new(&quiet, result->repetition, NULL, (struct world_listeners){ NULL, NULL });
    world_rescue(world, rescue);
    world_run(world);
    world_result(world, again);
    world_free(world);
    return again;
}

static bool is_rider(const struct rescue *rescue, uint32_t connection)
{
    for (guint i = 0; i < rescue->riders->len; i++)
        if (g_array_index(rescue->riders, uint32_t, i) == connection + 1)
            return true;
    return false;
}

static bool is_same_fate(const struct connection_row *one, const struct connection_row *other)
{
    return one->connection == other->connection && one->state == other->state
           && one->known == other->known && one->outcome == other->outcome
           && one->cause == other->cause;
}

static bool is_same_world(const struct run_result *result, const struct run_result *again)
{
    return !again->violation && again->failure == result->failure
           && again->takeover == result->takeover && again->heir == result->heir
           && again->row_count == result->row_count;
}

/* Nobody knew it, and the new active took its next packet for a first one. */
static bool is_balanced_anew(const struct connection_row *row)
{
    return !row->known
           && (row->outcome == OUTCOME_MISROUTED || row->saved_by == SAVED_SCHEDULE);
}

/* Whose record was in the same datagram has met its fate with it, and is no witness; nor is one
 * whose record it removed, which is known again. */
static bool is_witness(const struct rescue *rescue, const struct connection_row *before,
                       const struct connection_row *after)
{
    bool victim = before->cause == CAUSE_OVERWRITTEN && before->blamed == rescue->tag
                  && after->known;
    return !victim && !is_rider(rescue, before->connection);
}

static enum but_for_verdict look_at_others(const struct run_result *result,
                                           const struct run_result *again,
                                           const struct rescue *rescue)
{
    enum but_for_verdict verdict = BUT_FOR_CONFIRMED;
    for (uint32_t i = 0; i < result->row_count; i++) {
        const struct connection_row *before = &result->rows[i], *after = &again->rows[i];
        if (!is_witness(rescue, before, after) || is_same_fate(before, after))
            continue;
        if (before->connection != after->connection || !is_balanced_anew(before)
            || !is_balanced_anew(after))
            return BUT_FOR_MORE_CHANGED;
        verdict = BUT_FOR_REBALANCED;
    }
    return verdict;
}

static const struct connection_row *row_of(const struct run_result *result,
                                           uint32_t connection)
{
    for (uint32_t i = 0; i < result->row_count; i++)
        if (result->rows[i].connection == connection)
            return &result->rows[i];
    return NULL;
}

static enum but_for_verdict judge(const struct run_result *result,
                                  const struct run_result *again,
                                  const struct connection_row *before,
                                  const struct rescue *rescue)
{
    const struct connection_row *after = row_of(again, before->connection);
    if (before->known)
        return BUT_FOR_KNOWN_BEFORE;
    if (before->cause == CAUSE_CREATE_REJECTED && !rescue->changed)
        return BUT_FOR_UNBLAMED;
    if (!after || !after->known)
        return after && after->cause == CAUSE_CREATE_IN_FLIGHT ? BUT_FOR_TOO_LATE
                                                               : BUT_FOR_STILL_UNKNOWN;
    return is_same_world(result, again) ? look_at_others(result, again, rescue)
                                        : BUT_FOR_MORE_CHANGED;
}

/* What would have kept its record in the table. It is no witness in its own case. */
static struct rescue rescue_for(const struct scenario *scenario, const struct run_result *result,
                                const struct connection_row *row)
{
    static const enum rescue_deed deeds[CAUSE_COUNT] = {
        [CAUSE_CREATE_LOST] = RESCUE_DELIVERS,
        [CAUSE_CREATE_REJECTED] = RESCUE_DELIVERS,
        [CAUSE_CREATE_IN_FLIGHT] = RESCUE_DELIVERS_AT_ONCE,
        [CAUSE_OVERWRITTEN] = RESCUE_WITHHOLDS_CREATE,
        [CAUSE_DELETED_EARLY] = RESCUE_WITHHOLDS_DELETES,
    };
    uint32_t own_tag = row->connection + 1;
    struct rescue rescue = {
        .deed = deeds[row->cause],
        .tag = row->cause == CAUSE_OVERWRITTEN ? row->blamed : own_tag,
        .flow = standing_flow(scenario, row->virtual,
                              (struct address){ row->client_ip, row->client_port }),
        .receiver = (unsigned)result->heir,
        .riders = g_array_new(FALSE, FALSE, sizeof(uint32_t)),
    };
    g_array_append_val(rescue.riders, own_tag);
    return rescue;
}

enum but_for_verdict but_for_try(const struct scenario *scenario,
                                 const struct run_result *result,
                                 const struct connection_row *row)
{
    g_assert(but_for_asks(row->cause) && result->failure >= 0);
    if (result->heir < 0)
        return BUT_FOR_NOBODY_ASKED;
    struct rescue rescue = rescue_for(scenario, result, row);
    struct run_result *again = execute(scenario, result, &rescue);
    enum but_for_verdict verdict = judge(result, again, row, &rescue);
    run_result_free(again);
    g_array_free(rescue.riders, TRUE);
    return verdict;
}

/* ---- many ------------------------------------------------------------------------- */

struct claim {
    uint64_t draw;
    const struct connection_row *row;
};

static int compare_claims(gconstpointer a, gconstpointer b)
{
    const struct claim *one = a, *other = b;
    if (one->draw != other->draw)
        return one->draw < other->draw ? -1 : 1;
    return (one->row->connection > other->row->connection)
           - (one->row->connection < other->row->connection);
}

/* Which ones are tried hangs on the run and on who they are, not on how many are tried. */
static GArray *draw_claims(const struct scenario *scenario, const struct run_result *result,
                           struct but_for *but_for)
{
    uint64_t key =
        chance_fold_name(chance_root(scenario->seed, result->repetition), "but-for");
    GArray *claims = g_array_new(FALSE, FALSE, sizeof(struct claim));
    for (uint32_t i = 0; i < result->row_count; i++) {
        const struct connection_row *row = &result->rows[i];
        struct claim claim = { chance_fold(key, row->connection), row };
        if (row->cause == CAUSE_NONE || !state_counts(row->state))
            continue;
        but_for->causes[row->cause].casualties++;
        if (but_for_asks(row->cause))
            g_array_append_val(claims, claim);
    }
    g_array_sort(claims, compare_claims);
    return claims;
}

static void count_verdict(struct but_for *but_for, const struct connection_row *row,
                          enum but_for_verdict verdict)
{
    struct but_for_count *count = &but_for->causes[row->cause];
    if (verdict == BUT_FOR_UNBLAMED)
        return;
    count->tried++;
    but_for->tried++;
    count->confirmed += verdict == BUT_FOR_CONFIRMED;
    count->rebalanced += verdict == BUT_FOR_REBALANCED;
    if (verdict == BUT_FOR_CONFIRMED || verdict == BUT_FOR_REBALANCED)
        return;
    count->refuted++;
    if (but_for->refuted++ == 0) {
        but_for->first_refuted = row->connection;
        but_for->reason = verdict;
    }
}

void but_for_verify(const struct scenario *scenario, const struct run_result *result,
                    uint32_t samples, struct but_for *but_for)
{
    GArray *claims = draw_claims(scenario, result, but_for);
    for (guint i = 0; i < MIN(claims->len, samples); i++) {
        const struct connection_row *row = g_array_index(claims, struct claim, i).row;
        count_verdict(but_for, row, but_for_try(scenario, result, row));
    }
    g_array_free(claims, TRUE);
}
