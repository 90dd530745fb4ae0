#include "sim/run/observed.h"

/* ---- following connections --------------------------------------------------- */

/* In the outage; in the twin, which has none, at the same time. */
static bool is_followed(const struct observer *observer)
{
    return observer->outage
           || (observer->failure >= 0 && engine_now(observer->engine) <= observer->openings_until);
}

static void follow(struct observer *observer, struct observed *observed)
{
    struct opening opening = { .key = connection_key(observed->connection), .delay = -1 };
    g_array_append_val(observer->openings, opening);
    observed->opening = observer->openings->len;
    observer->connecting++;
    observer->last_opening = engine_now(observer->engine);
}

static void opened(void *context, struct connection *connection)
{
    struct observer *observer = context;
    struct observed *observed = pool_take(observer->pool);
    observed->connection = connection;
    connection->observed = observed;
    if (is_followed(observer) && !connection_is_again(connection))
        follow(observer, observed);
}

static void stop_connecting(struct observer *observer, struct observed *observed, bool failed)
{
    if (observed->opening == 0)
        return;
    const struct connection *connection = observed->connection;
    struct opening *opening =
        &g_array_index(observer->openings, struct opening, observed->opening - 1);
    opening->failed = failed;
    if (!failed)
        opening->delay = connection->established - connection->opened;
    observed->opening = 0;
    observer->connecting--;
}

/* What every connection pays for being protected, in ordinary times. */
static void note_set_up(struct observer *observer, const struct connection *connection)
{
    nstime span = connection->established - connection->opened;
    if (observer->failure < 0)
        g_array_append_val(observer->set_ups, span);
}

static void established(void *context, struct connection *connection)
{
    struct observer *observer = context;
    struct observed *observed = connection->observed;
    stop_connecting(observer, observed, false);
    note_set_up(observer, connection);
    if (observed->listing)
        harm_waited(observed->listing, connection->opened, engine_now(observer->engine));
}

static void progressed(void *context, struct connection *connection, uint8_t epoch)
{
    struct observer *observer = context;
    struct listing *listing = ((struct observed *)connection->observed)->listing;
    if (listing && epoch > 0 && listing->row.stall < 0)
        listing->row.stall = engine_now(observer->engine) - observer->failure;
}

/* A handshake's SYN, and any request of UDP, may be scheduled as new. */
static bool is_taken_as_new(const struct observer *observer, const struct listing *listing)
{
    const struct virtual_spec *virtual =
        g_ptr_array_index(observer->scenario->virtuals, listing->row.virtual);
    return listing->row.state == STATE_HANDSHAKE || virtual->protocol == PROTOCOL_UDP;
}

/* Whoever ends in order while nobody serves, or unknown, needed nobody's record any more: its
 * last packets were on their way. Whoever is unknown and goes on was scheduled as new.
 * SAVED_NOT: no reason is known. */
static enum saved_by saved_by(const struct observer *observer, const struct listing *listing,
                              bool closed)
{
    if (closed && listing->keeper == SAVED_ORIGINAL && !observer->served)
        return SAVED_CLOSING;
    if (listing->keeper != SAVED_NOT)
        return listing->keeper;
    if (is_taken_as_new(observer, listing))
        return SAVED_SCHEDULE;
    return closed ? SAVED_CLOSING : SAVED_NOT;
}

static void decide(struct observer *observer, struct listing *listing, enum outcome verdict,
                   bool closed)
{
    if (!listing || listing->decided)
        return;
    listing->decided = true;
    listing->row.outcome = (uint8_t)verdict;
    if (verdict == OUTCOME_SURVIVED)
        listing->row.saved_by = (uint8_t)saved_by(observer, listing, closed);
    observer->undecided--;
}

/* What was written while its former director served it, and is answered, went by that director,
 * however late the answer comes. */
static void carries_on(struct observer *observer, struct listing *listing, nstime written)
{
    if (listing->keeper == SAVED_NOT && written < listing->carried_until)
        listing->keeper = listing->former;
    decide(observer, listing, OUTCOME_SURVIVED, false);
}

/* Only a request sent after the failure shows that the connection carries on: the
 * answer to an earlier one may have been on its way to the client already. */
static void answered(void *context, struct connection *connection)
{
    struct observer *observer = context;
    struct listing *listing = ((struct observed *)connection->observed)->listing;
    if (!listing)
        return;
    harm_waited(listing, connection->request_sent, engine_now(observer->engine));
    if (connection->request_sent >= observer->failure)
        carries_on(observer, listing, connection->request_sent);
}

static enum outcome outcome_of_end(const struct listing *listing, enum connection_end end)
{
    if (end == CONNECTION_CLOSED)
        return OUTCOME_SURVIVED;
    if (listing->strayed || end == CONNECTION_MISSERVED)
        return OUTCOME_MISROUTED;
    return end == CONNECTION_RESET || end == CONNECTION_REFUSED ? OUTCOME_RESET
                                                                : OUTCOME_TIMED_OUT;
}

/* What a cause may be made of, if this decides it. */
static void note_circumstances(const struct observer *observer, struct listing *listing,
                               const struct connection *connection, enum connection_end end)
{
    if (listing->decided)
        return;
    listing->gave_up = end == CONNECTION_GAVE_UP;
    listing->stranded =
        connection->server >= 0
        && traffic_server_failed(observer->traffic, (unsigned)connection->server);
    listing->hung_up = connection_hung_up(connection);
    listing->cut_off =
        (end == CONNECTION_TIMED_OUT && !observer->served)
        || observer->reach.is_astray(observer->reach.context, connection->server);
}

/* By direct routing a server's word needs no director, but its acknowledgement does. */
static bool goes_past(const struct observer *observer, const struct listing *listing)
{
    const struct virtual_spec *virtual =
        g_ptr_array_index(observer->scenario->virtuals, listing->row.virtual);
    return virtual->direct;
}

/* Who only listens carries on with a message that was written after the failure, and is over
 * for its application when its server has given one up, though it cannot know. */
static void heard(void *context, struct connection *connection, nstime written)
{
    struct observer *observer = context;
    struct listing *listing = ((struct observed *)connection->observed)->listing;
    if (observer->failure < 0 || written < observer->failure || !listing)
        return;
    if (!goes_past(observer, listing) || (observer->served && listing->keeper != SAVED_NOT))
        carries_on(observer, listing, written);
}

static void unheard(void *context, struct connection *connection, enum connection_end end)
{
    struct observer *observer = context;
    struct listing *listing = ((struct observed *)connection->observed)->listing;
    if (!listing)
        return;
    listing->unheard = true;
    note_circumstances(observer, listing, connection, end);
    decide(observer, listing, outcome_of_end(listing, end), false);
}

static void strayed(void *context, struct connection *connection, unsigned server)
{
    struct listing *listing = ((struct observed *)connection->observed)->listing;
    (void)context, (void)server;
    if (listing)
        listing->strayed = true;
}

static void ended(void *context, struct connection *connection, enum connection_end end)
{
    struct observer *observer = context;
    struct observed *observed = connection->observed;
    struct listing *listing = observed->listing;
    stop_connecting(observer, observed, true);
    connection->observed = NULL;
    observed->connection = NULL;
    if (!listing) {
        pool_give(observer->pool, observed);
        return;
    }
    note_circumstances(observer, listing, connection, end);
    harm_ended(listing, connection, engine_now(observer->engine));
    decide(observer, listing, outcome_of_end(listing, end), end == CONNECTION_CLOSED);
}

/* ---- following records ------------------------------------------------------- */

/* The live connection that a record speaks of, or NULL when it has ended. */
static struct observed *subject_of(const struct observer *observer,
                                   const struct record_mark *mark)
{
    struct connection *connection = traffic_by_tag(observer->traffic, mark->tag);
    return connection ? connection->observed : NULL;
}

static void count(uint8_t *counter)
{
    if (*counter < UINT8_MAX)
        (*counter)++;
}

/* Which datagram decided stays what it was at the takeover. */
static void begin_anew(const struct observer *observer, struct record_history *record,
                       unsigned receiver)
{
    struct record_history anew = { .receiver = (uint8_t)receiver,
                                   .forgotten = record->forgotten };
    if (observer->takeover >= 0) {
        anew.turn = record->turn;
        anew.last = record->last;
    }
    *record = anew;
}

/* Its receiver has become a standby anew since: what it is told now, it is told first. */
static bool is_of_former_table(const struct observer *observer,
                               const struct record_history *record)
{
    return record->sent > 0 && record->first_sent < observer->emptied[record->receiver]
           && observer->takeover < 0;
}

/* What its own queue drops is lost, not unsent: had there been room, it would have left. */
void observer_record_sent(struct observer *observer, const struct record_mark *mark,
                          unsigned receiver, struct datagram_name in)
{
    struct observed *observed = mark->is_delete ? NULL : subject_of(observer, mark);
    if (!observed)
        return;
    if (observed->record.receiver != receiver || is_of_former_table(observer, &observed->record))
        begin_anew(observer, &observed->record, receiver);
    if (observed->record.sent == 0)
        observed->record.first_sent = engine_now(observer->engine);
    if (observer->takeover < 0)
        observed->record.last = in;
    count(&observed->record.sent);
}

void observer_record_lost(struct observer *observer, const struct record_mark *mark,
                          unsigned receiver, nstime due)
{
    struct observed *observed = mark->is_delete ? NULL : subject_of(observer, mark);
    if (!observed || observed->record.receiver != receiver)
        return;
    nstime *earliest = &observed->record.due;
    *earliest = *earliest == 0 ? due : MIN(*earliest, due);
}

void observer_record_arrived(struct observer *observer, const struct record_mark *mark,
                             unsigned receiver, struct datagram_name in)
{
    struct observed *observed = mark->is_delete ? NULL : subject_of(observer, mark);
    (void)in;
    if (observed && observed->record.receiver == receiver)
        count(observer->takeover < 0 ? &observed->record.arrived : &observed->record.late);
}

/* The table no longer holds a record of this flow: if that was a live connection's, it
 * has lost it. */
static void remove_record(struct observer *observer, unsigned unit, const struct note *note,
                          enum cause cause, const struct record_at_hand *by)
{
    struct connection *connection = traffic_by_flow(observer->traffic, &note->flow);
    struct observed *observed = connection ? connection->observed : NULL;
    if (!observed || !observed->record.accepted || observed->record.receiver != unit
        || observer->takeover >= 0)
        return;
    observed->record.removed = (uint8_t)cause;
    observed->record.remover = by ? by->author : 0;
    observed->record.turn = by ? by->in : (struct datagram_name){ 0, 0 };
}

static void accept_record(struct observer *observer, unsigned unit,
                          const struct record_at_hand *at_hand)
{
    const struct record_mark *mark = at_hand->mark;
    struct observed *observed = mark ? subject_of(observer, mark) : NULL;
    if (!observed || observed->record.receiver != unit || observer->takeover >= 0)
        return;
    if (!observed->record.accepted || observed->record.removed != CAUSE_NONE)
        observed->record.turn = at_hand->in;
    observed->record.accepted = true;
    observed->record.removed = CAUSE_NONE;
}

/* The closed form knows one failure, of the active unit, and nothing before it. */
void observer_disturbance(struct observer *observer)
{
    observer->disturbed |= observer->failure < 0;
}

static void forget(struct observer *observer, const struct note *note)
{
    struct connection *connection = traffic_by_flow(observer->traffic, &note->flow);
    if (note->detail != END_IDLE || !connection)
        return;
    ((struct observed *)connection->observed)->record.forgotten = true;
    observer_disturbance(observer);
}

/* A packet that a unit refuses by its window check, or that it has no connection for. */
static void note_unknown(struct observer *observer, const struct note *note)
{
    struct connection *connection = traffic_by_tag(observer->traffic, note->tag);
    struct listing *listing =
        connection ? ((struct observed *)connection->observed)->listing : NULL;
    if (listing && note->detail == DROP_WINDOW)
        listing->window_refused = true;
    if (!listing || observer->takeover < 0 || listing->row.first_unknown != SPEAKER_NONE)
        return;
    if (note->detail == DROP_UNKNOWN_INBOUND)
        listing->row.first_unknown = SPEAKER_CLIENT;
    else if (note->detail == DROP_UNKNOWN_OUTBOUND)
        listing->row.first_unknown = SPEAKER_SERVER;
}

/* A new connection, not an unknown one that was given a machine. */
static void note_opened(struct observer *observer, unsigned unit, const struct note *note)
{
    const struct connection *connection = traffic_by_tag(observer->traffic, note->tag);
    if (observer->takeover >= 0 && unit == observer->heir && connection
        && !((struct observed *)connection->observed)->listing)
        affinity_opened(observer->affinity, connection->virtual, connection->client_ip,
                        note->real);
}

/* Its packet met nothing, and would have been asked for, or was. */
static void note_asked(struct observer *observer, const struct note *note)
{
    struct connection *connection = traffic_by_tag(observer->traffic, note->tag);
    struct listing *listing =
        connection ? ((struct observed *)connection->observed)->listing : NULL;
    if (listing)
        listing->asked = true;
}

/* Counted by whole seconds of the run. */
static void note_probe(struct observer *observer)
{
    nstime second = engine_now(observer->engine) / NSTIME_S;
    observer->probes_now = second == observer->probes_second ? observer->probes_now + 1 : 1;
    observer->probes_second = second;
    observer->probes_peak = MAX(observer->probes_peak, observer->probes_now);
    observer->probes++;
}

/* Whoever serves has found a way for one that it did not know: the new active, or one that had
 * lost it before the failure. Right or wrong: it shows in whether the connection survives. */
static void note_kept(struct observer *observer, const struct note *note, enum saved_by keeper)
{
    struct connection *connection = traffic_by_tag(observer->traffic, note->tag);
    struct listing *listing =
        connection ? ((struct observed *)connection->observed)->listing : NULL;
    if (listing && listing->keeper == SAVED_NOT)
        listing->keeper = keeper;
}

void observer_note(struct observer *observer, unsigned unit, const struct note *note,
                   const struct record_at_hand *at_hand)
{
    switch (note->code) {
    case NOTE_CREATE_APPLIED:
    case NOTE_CREATE_REFRESHED:
        accept_record(observer, unit, at_hand);
        break;
    case NOTE_DELETE_APPLIED:
        remove_record(observer, unit, note, CAUSE_DELETED_EARLY, at_hand);
        break;
    case NOTE_OVERWRITTEN:
        remove_record(observer, unit, note, CAUSE_OVERWRITTEN, at_hand);
        break;
    case NOTE_AGED_OUT:
        remove_record(observer, unit, note, CAUSE_AGED_OUT, NULL);
        observer->disturbed |= observer->takeover < 0;
        break;
    case NOTE_ESTABLISHED:
        observer->creates_due += observer->failure < 0;
        break;
    case NOTE_ENDED:
        observer->deletes_due += observer->failure < 0;
        forget(observer, note);
        break;
    case NOTE_DROPPED:
    case NOTE_PASSED:
        note_unknown(observer, note);
        break;
    case NOTE_OPENED:
        note_opened(observer, unit, note);
        break;
    case NOTE_PROBE_SENT:
        note_probe(observer);
        note_asked(observer, note);
        break;
    case NOTE_PROBE_LIMITED:
        note_asked(observer, note);
        break;
    case NOTE_SCHEDULED:
        note_kept(observer, note, SAVED_SCHEDULE);
        break;
    case NOTE_HASHED:
        note_kept(observer, note, SAVED_HASH);
        break;
    case NOTE_PROBED:
        note_kept(observer, note, SAVED_PROBE);
        break;
    case NOTE_LEARNED:
        note_kept(observer, note, SAVED_LEARNED);
        break;
    case NOTE_RECORD_REFUSED:
        observer->refused[note->detail]++;
        break;
    case NOTE_PEER_SILENT:
        observer_disturbance(observer);
        break;
    case NOTE_BECAME_STANDBY:
        observer->emptied[unit] = engine_now(observer->engine);
        break;
    case NOTE_BOTH_ACTIVE:
        observer->both_active = true;
        break;
    default:
        break;
    }
}

/* ---- life ----------------------------------------------------------------------------- */

struct observer *observer_new(const struct scenario *scenario, const struct engine *engine)
{
    struct observer *observer = g_new0(struct observer, 1);
    observer->scenario = scenario;
    observer->engine = engine;
    observer->watch = (struct connection_watch){
        .context = observer,
        .opened = opened,
        .established = established,
        .progressed = progressed,
        .answered = answered,
        .ended = ended,
        .strayed = strayed,
        .heard = heard,
        .unheard = unheard,
    };
    observer->pool = pool_new(sizeof(struct observed));
    observer->affinity = affinity_new(scenario);
    observer->listings = g_ptr_array_new_with_free_func(g_free);
    observer->failure = observer->takeover = -1;
    observer->moved[SIDE_OUTSIDE] = observer->moved[SIDE_INSIDE] = -1;
    observer->openings = g_array_new(FALSE, FALSE, sizeof(struct opening));
    observer->set_ups = g_array_new(FALSE, FALSE, sizeof(nstime));
    observer->last_opening = observer->openings_until = observer->surge_bin = -1;
    observer->served_since = NSTIME_NEVER;
    return observer;
}

void observer_free(struct observer *observer)
{
    g_array_free(observer->set_ups, TRUE);
    g_array_free(observer->openings, TRUE);
    g_ptr_array_free(observer->listings, TRUE);
    affinity_free(observer->affinity);
    pool_free(observer->pool);
    g_free(observer);
}

void observer_set_twin(struct observer *observer, nstime last_opening)
{
    observer->openings_until = last_opening;
}

void observer_set_reach(struct observer *observer, struct observer_reach reach)
{
    observer->reach = reach;
}

void observer_set_traffic(struct observer *observer, const struct traffic *traffic)
{
    observer->traffic = traffic;
}

const struct connection_watch *observer_watch(struct observer *observer)
{
    return &observer->watch;
}
