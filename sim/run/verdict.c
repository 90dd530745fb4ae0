/* The verdicts: outcome counts, causes, and the theory's line for the same cohort. */
#include "sim/run/observed.h"

#include "analysis/stats.h"
#include "analysis/theory.h"
#include "sim/network/delay.h"
#include "sim/run/blast.h"

#include <string.h>

static bool is_flagged(const struct observer *observer, const struct listing *listing)
{
    const struct virtual_spec *virtual =
        g_ptr_array_index(observer->scenario->virtuals, listing->row.virtual);
    return virtual->replicate;
}

/* Protocol hash tells of exceptions, and peers of clients only: of whom nothing was told, nothing
 * was to be. */
static bool replicated(const struct observer *observer, const struct listing *listing)
{
    const struct replication_protocol *protocol = observer->scenario->protocol;
    if (protocol == &replication_peers
        || (protocol == &replication_hash && listing->observed->record.sent == 0))
        return false;
    return is_flagged(observer, listing) && protocol->on_datagram != NULL;
}

/* Was this unit not yet a standby when the create was due? */
static bool was_absent(const struct observer *observer, const struct listing *listing,
                       unsigned unit)
{
    const struct record_history *record = &listing->observed->record;
    nstime due = record->sent > 0 ? record->first_sent : listing->established;
    return due < observer->emptied[unit];
}

/* Not the unit that took over, or not yet: another one was fed then, or none. */
static bool heir_was_absent(const struct observer *observer, const struct listing *listing)
{
    const struct record_history *record = &listing->observed->record;
    return (record->sent > 0 && record->receiver != observer->heir)
           || was_absent(observer, listing, observer->heir);
}

/* Of a create that was lost: would it have come in time? If not, its loss is not to blame. */
static enum cause cause_of_loss(const struct observer *observer, const struct listing *listing)
{
    const struct record_history *record = &listing->observed->record;
    return record->late > 0 || record->due > observer->takeover ? CAUSE_CREATE_IN_FLIGHT
                                                                : CAUSE_CREATE_LOST;
}

/* The record's fate; the order is that of CAUSE_LIST. CAUSE_NONE: none applies. */
static enum cause record_cause(const struct observer *observer, const struct listing *listing)
{
    const struct record_history *record = &listing->observed->record;
    bool sent_before = record->sent > 0 && record->first_sent <= observer->failure;
    if (!replicated(observer, listing))
        return CAUSE_NOT_REPLICATED;
    if (heir_was_absent(observer, listing))
        return CAUSE_STANDBY_ABSENT;
    if (!sent_before)
        return listing->row.state == STATE_HANDSHAKE ? CAUSE_HANDSHAKE : CAUSE_CREATE_UNSENT;
    if (record->arrived == 0)
        return cause_of_loss(observer, listing);
    if (!record->accepted)
        return CAUSE_CREATE_REJECTED;
    return (enum cause)record->removed;
}

/* Whoever owns the address has no record of it, though nobody took over from its director,
 * or whoever did has lost the address again. */
static enum cause forsaken_cause(const struct observer *observer, const struct listing *listing)
{
    if (observer->both_active)
        return CAUSE_BOTH_ACTIVE;
    return was_absent(observer, listing, listing->forsaker) ? CAUSE_STANDBY_ABSENT
                                                            : CAUSE_NOT_REPLICATED;
}

/* What befell one whose record was there, or was not needed: in the order of CAUSE_LIST. A later
 * owner's table is asked behind the path to it. */
static enum cause later_cause(const struct observer *observer, const struct listing *listing)
{
    if (listing->observed->record.forgotten)
        return CAUSE_AGED_OUT;
    if (listing->stranded)
        return CAUSE_SERVER_FAILED;
    if (listing->cut_off || (observer->takeover < 0 && !observer->served))
        return CAUSE_ADDRESS_NOT_MOVED;
    if (listing->window_refused)
        return CAUSE_WINDOW_REFUSED;
    if (listing->forsaken)
        return forsaken_cause(observer, listing);
    if (observer->both_active)
        return CAUSE_BOTH_ACTIVE;
    if (listing->hung_up)
        return CAUSE_SERVER_CLOSED;
    if (listing->row.first_unknown == SPEAKER_SERVER)
        return CAUSE_UNKNOWN_OUTBOUND;
    /* one end has spent TCP's own retries; was it the server, then it answers by a reset */
    return listing->gave_up || listing->row.outcome != OUTCOME_MISROUTED ? CAUSE_GAVE_UP_WAITING
                                                                        : CAUSE_NONE;
}

/* A handshake needs no record: one for another server is what it dies of. */
static bool is_led_astray(const struct listing *listing)
{
    return listing->row.led_astray && listing->row.state == STATE_HANDSHAKE;
}

/* Asked before its record's fate: the question was to make up for that, whatever it was. */
static bool is_refused_by_probe(const struct listing *listing)
{
    return listing->asked && listing->keeper == SAVED_NOT && !listing->stranded;
}

/* Where nobody took over, no record was asked for. */
static enum cause cause_of(const struct observer *observer, const struct listing *listing)
{
    if (is_led_astray(listing))
        return CAUSE_GHOST_MISROUTE;
    if (listing->row.known || observer->takeover < 0)
        return later_cause(observer, listing);
    if (is_refused_by_probe(listing))
        return CAUSE_PROBE_REFUSED;
    enum cause cause = record_cause(observer, listing);
    if (cause != CAUSE_NONE)
        return cause;
    if (listing->row.led_astray)
        return CAUSE_GHOST_MISROUTE;
    if (listing->row.state == STATE_HANDSHAKE) /* told of its first packet, and served by nobody */
        return later_cause(observer, listing);
    return observer->both_active ? CAUSE_BOTH_ACTIVE : CAUSE_NONE;
}

/* What would have had to come otherwise, or came just so. A ghost's was another's. */
static struct datagram_name decider(const struct listing *listing)
{
    const struct record_history *record = &listing->observed->record;
    return listing->row.known || record->accepted ? record->turn : record->last;
}

static void judge(const struct observer *observer, struct listing *listing,
                  struct run_result *result)
{
    struct connection_row *row = &listing->row;
    row->datagram = decider(listing);
    row->alone = listing->observed->record.sent == 1;
    if (row->outcome != OUTCOME_SURVIVED && row->outcome != OUTCOME_CENSORED) {
        row->cause = (uint8_t)cause_of(observer, listing);
        row->blamed = listing->observed->record.remover;
        if (row->cause == CAUSE_NONE && !result->violation)
            result->violation = g_strdup_printf("connection %u: %s without a cause",
                                                row->connection, outcome_word(row->outcome));
    }
    if (row->outcome == OUTCOME_SURVIVED && row->saved_by == SAVED_NOT && !result->violation)
        result->violation =
            g_strdup_printf("connection %u: survived, and nothing saved it", row->connection);
    if (!state_counts(row->state))
        return;
    struct virtual_count *virtual = &result->virtuals[row->virtual];
    result->counted++;
    result->known += row->known;
    result->ghost_misroutes += row->led_astray;
    result->outcomes[row->outcome]++;
    result->causes[row->cause]++;
    virtual->counted++;
    virtual->known += row->known;
    virtual->survived += row->outcome == OUTCOME_SURVIVED;
}

static int compare_times(gconstpointer a, gconstpointer b)
{
    nstime x = *(const nstime *)a, y = *(const nstime *)b;
    return (x > y) - (x < y);
}

static void percentiles(GArray *times, nstime *p50, nstime *p99)
{
    *p50 = *p99 = -1;
    if (times->len == 0)
        return;
    g_array_sort(times, compare_times);
    const nstime *sorted = (const nstime *)(void *)times->data;
    *p50 = stats_percentile(sorted, times->len, 50);
    *p99 = stats_percentile(sorted, times->len, 99);
}

static void measure_stalls(const struct observer *observer, struct run_result *result)
{
    GArray *stalls = g_array_new(FALSE, FALSE, sizeof(nstime));
    for (guint i = 0; i < observer->listings->len; i++) {
        const struct listing *listing = g_ptr_array_index(observer->listings, i);
        const struct connection_row *row = &listing->row;
        if (state_counts(row->state) && row->outcome == OUTCOME_SURVIVED && row->stall >= 0)
            g_array_append_val(stalls, row->stall);
    }
    percentiles(stalls, &result->stall_p50, &result->stall_p99);
    g_array_free(stalls, TRUE);
}

static void measure_openings(const struct observer *observer, struct run_result *result)
{
    const GArray *openings = observer->openings;
    GArray *delays = g_array_new(FALSE, FALSE, sizeof(nstime));
    for (guint i = 0; i < openings->len; i++) {
        nstime delay = g_array_index(openings, struct opening, i).delay;
        if (delay >= 0)
            g_array_append_val(delays, delay);
    }
    result->opened_during_outage = openings->len;
    result->connected_during_outage = delays->len;
    percentiles(delays, &result->connect_p50, &result->connect_p99);
    g_array_free(delays, TRUE);
    result->opening_count = openings->len;
    result->openings = g_memdup2(openings->data, openings->len * sizeof(struct opening));
    result->last_opening = observer->last_opening;
}

/* A buddy's record goes again with each that joins it: more than one datagram. */
static bool has_buddies(const struct scenario *scenario)
{
    for (guint i = 0; i < scenario->workloads->len; i++) {
        const struct workload_spec *workload = g_ptr_array_index(scenario->workloads, i);
        if (workload->beside != 0)
            return true;
    }
    return false;
}

/* The form holds where a create is one datagram that leaves at once, waits for no other
 * and is on its way for less time than the takeover takes, where copies are lost
 * independently of each other, where the handshake's last ACK is not lost, where no tuple
 * comes again (its ghosts save and mislead), where no fate is chosen, and where the
 * measured failure is the first thing to go wrong, at an instant that nobody has designed. */
static bool has_form(const struct observer *observer, uint32_t counted)
{
    const struct scenario *scenario = observer->scenario;
    const struct impairment *clients = &scenario->links[LINK_CLIENTS].forward;
    const struct impairment *replication = &scenario->links[LINK_REPLICATION].forward;
    return counted > 0 && observer->takeover >= 0 && !observer->disturbed
           && scenario->protocol->at_once
           && (scenario->repeats == 1 || replication->loss.model <= LOSS_RANDOM)
           && scenario->fates->len == 0 && scenario_designed(scenario) == NULL
           && !has_buddies(scenario)
           && !traffic_count(observer->traffic).tuples_again
           && !scenario_throttled(scenario)
           && impairment_mean_loss(clients) <= 0 && clients->corrupt.threshold == 0
           && replication->corrupt.threshold == 0 && replication->rate == 0
           && delay_longest(replication) < observer->takeover - observer->failure;
}

/* Whose create had left, and could have got through: more than that no protocol can know which
 * tells of a connection when it is there. < 0: nobody is counted. */
static double roof(const struct observer *observer, uint32_t counted)
{
    const struct scenario *scenario = observer->scenario;
    nstime last = MIN(observer->failure, observer->out_since), due = 0;
    uint32_t reachable = 0;
    for (guint i = 0; i < observer->listings->len; i++) {
        const struct listing *listing = g_ptr_array_index(observer->listings, i);
        nstime c = scenario->active_on_ack ? scenario->links[LINK_CLIENTS].forward.delay : 0;
        due = listing->established + (listing->told_first ? -c : c);
        reachable += state_counts(listing->row.state) && due < last
                     && is_flagged(observer, listing);
    }
    return counted == 0 ? -1 : (double)reachable / (double)counted;
}

/* The conditional line, over the cohort: connections of virtuals without the flag
 * can never be known. */
static double theory_line(const struct observer *observer, double loss, uint32_t counted)
{
    const struct scenario *scenario = observer->scenario;
    const struct impairment *clients = &scenario->links[LINK_CLIENTS].forward;
    if (!has_form(observer, counted))
        return -1;
    double c = scenario->active_on_ack ? (double)clients->delay / 1e9 : 0;
    double *ages = g_new(double, counted);
    size_t count = 0;
    for (guint i = 0; i < observer->listings->len; i++) {
        const struct listing *listing = g_ptr_array_index(observer->listings, i);
        double early = listing->told_first ? 2 * c : 0;
        if (state_counts(listing->row.state) && replicated(observer, listing))
            ages[count++] = (double)(observer->failure - listing->established) / 1e9 + early;
    }
    struct theory_copies copies = { scenario->repeats, (double)scenario->repeat_spacing / 1e9 };
    double known = count ? theory_repeated_conditional(loss, c, copies, ages, count) : 0;
    g_free(ages);
    return known * (double)count / (double)counted;
}

void observer_finish(struct observer *observer, struct run_result *result)
{
    const struct impairment *replication = &observer->scenario->links[LINK_REPLICATION].forward;
    uint32_t count = observer->listings->len;
    result->failure = observer->failure;
    result->takeover = observer->takeover < 0 ? -1 : observer->takeover - observer->failure;
    result->heir = observer_heir(observer);
    memcpy(result->moved, observer->moved, sizeof result->moved);
    result->ghosts = observer->ghosts;
    result->affinity = affinity_counted(observer->affinity);
    result->probes = observer->probes;
    result->probes_peak = observer->probes_peak;
    result->creates_due = observer->creates_due;
    result->deletes_due = observer->deletes_due;
    memcpy(result->refused, observer->refused, sizeof result->refused);
    result->virtuals = g_new0(struct virtual_count, observer->scenario->virtuals->len);
    result->rows = g_new0(struct connection_row, count);
    result->row_count = count;
    for (uint32_t i = 0; i < count; i++) {
        struct listing *listing = g_ptr_array_index(observer->listings, i);
        judge(observer, listing, result);
        harm_finish(observer, listing);
        result->rows[i] = listing->row;
    }
    result->worst_datagram = blast_worst(result);
    measure_stalls(observer, result);
    measure_openings(observer, result);
    percentiles(observer->set_ups, &result->setup_p50, &result->setup_p99);
    result->syn_peak = observer->surge_peak;
    result->mean_loss = impairment_mean_loss(replication);
    /* lost and duplicated at once is exactly one packet, but none in an outage */
    double doubled = replication->loss.model == LOSS_OUTAGE
                         ? 0 : probability_share(replication->duplicate);
    double lost = result->mean_loss * (1 - doubled);
    result->known_theory = theory_line(observer, lost, result->counted);
    result->known_roof = roof(observer, result->counted);
}
