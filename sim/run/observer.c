#include "sim/run/observed.h"

/* ---- following connections --------------------------------------------------- */

static guint hash_flow(gconstpointer key)
{
    uint64_t hash = flow_hash(key);
    return (guint)(hash ^ (hash >> 32));
}

static gboolean equal_flows(gconstpointer a, gconstpointer b)
{
    return flow_equal(a, b);
}

static const struct virtual_spec *virtual_of(const struct observer *observer,
                                             const struct connection *connection)
{
    return g_ptr_array_index(observer->scenario->virtuals, connection->virtual);
}

static bool in_outage(const struct observer *observer)
{
    return observer->failure >= 0 && observer->takeover < 0;
}

static void opened(void *context, struct connection *connection)
{
    struct observer *observer = context;
    struct observed *observed = pool_take(observer->pool);
    const struct virtual_spec *virtual = virtual_of(observer, connection);
    observed->connection = connection;
    observed->tag = connection->number + 1;
    observed->flow = (struct flow){
        .foreign = { connection->client_ip, connection->client_port },
        .local = { virtual->ip, virtual->port },
        .protocol = virtual->protocol,
    };
    observed->opened_in_outage = in_outage(observer);
    observer->opened_in_outage += observed->opened_in_outage;
    connection->observed = observed;
    g_hash_table_replace(observer->flows, &observed->flow, observed);
}

static void established(void *context, struct connection *connection)
{
    struct observer *observer = context;
    struct observed *observed = connection->observed;
    if (observed->opened_in_outage) {
        nstime delay = connection->established - connection->opened;
        g_array_append_val(observer->connect_delays, delay);
    }
}

static void progressed(void *context, struct connection *connection, uint8_t epoch)
{
    struct observer *observer = context;
    struct observed *observed = connection->observed;
    if (observed->listed && epoch > 0 && observed->row.stall < 0)
        observed->row.stall = engine_now(observer->engine) - observer->failure;
}

static void decide(struct observer *observer, struct observed *observed, enum outcome verdict)
{
    if (!observed->listed || observed->decided)
        return;
    observed->decided = true;
    observed->row.outcome = (uint8_t)verdict;
    observer->undecided--;
}

/* Only a request sent after the failure shows that the connection carries on: the
 * answer to an earlier one may have been on its way to the client already. */
static void answered(void *context, struct connection *connection)
{
    struct observer *observer = context;
    if (observer->failure >= 0 && connection->request_sent >= observer->failure)
        decide(observer, connection->observed, OUTCOME_SURVIVED);
}

static void strayed(void *context, struct connection *connection, unsigned server)
{
    struct observer *observer = context;
    struct observed *observed = connection->observed;
    (void)server;
    if (observer->failure >= 0)
        observed->strayed = true;
}

static enum outcome outcome_of_end(const struct observed *observed, enum connection_end end)
{
    if (end == CONNECTION_CLOSED)
        return OUTCOME_SURVIVED;
    if (observed->strayed)
        return OUTCOME_MISROUTED;
    return end == CONNECTION_RESET || end == CONNECTION_REFUSED ? OUTCOME_RESET
                                                                : OUTCOME_TIMED_OUT;
}

static void forget(struct observer *observer, struct observed *observed)
{
    /* another incarnation may have taken the flow since */
    if (g_hash_table_lookup(observer->flows, &observed->flow) == observed)
        g_hash_table_remove(observer->flows, &observed->flow);
    if (!observed->listed)
        pool_give(observer->pool, observed);
}

static void ended(void *context, struct connection *connection, enum connection_end end)
{
    struct observer *observer = context;
    struct observed *observed = connection->observed;
    observed->gave_up = end == CONNECTION_GAVE_UP;
    decide(observer, observed, outcome_of_end(observed, end));
    observed->connection = NULL;
    connection->observed = NULL;
    forget(observer, observed);
}

/* ---- following records ------------------------------------------------------- */

/* The live connection a record speaks of; NULL when it has ended, or when the flow
 * belongs to a later one. */
static struct observed *subject_of(const struct observer *observer, const struct record_mark *mark)
{
    struct observed *observed = g_hash_table_lookup(observer->flows, &mark->flow);
    return observed && observed->tag == mark->tag ? observed : NULL;
}

void observer_record_sent(struct observer *observer, const struct record_mark *mark)
{
    struct observed *observed = subject_of(observer, mark);
    if (!observed || mark->is_delete)
        return;
    if (observed->record.sent++ == 0)
        observed->record.first_sent = engine_now(observer->engine);
}

void observer_record_lost(struct observer *observer, const struct record_mark *mark)
{
    struct observed *observed = subject_of(observer, mark);
    if (observed && !mark->is_delete)
        observed->record.lost++;
}

void observer_record_arrived(struct observer *observer, const struct record_mark *mark)
{
    struct observed *observed = subject_of(observer, mark);
    if (!observed || mark->is_delete)
        return;
    if (observer->takeover < 0)
        observed->record.arrived++;
    else
        observed->record.late++;
}

static void remove_record(struct observer *observer, const struct note *note, enum cause cause)
{
    struct observed *observed = g_hash_table_lookup(observer->flows, &note->flow);
    if (observed && observed->record.accepted && observer->takeover < 0)
        observed->record.removed = cause;
}

static void accept_record(struct observer *observer, const struct record_mark *mark)
{
    struct observed *observed = mark ? subject_of(observer, mark) : NULL;
    if (!observed || observer->takeover >= 0)
        return;
    observed->record.accepted = true;
    observed->record.removed = CAUSE_NONE;
}

void observer_note(struct observer *observer, const struct note *note,
                  const struct record_mark *mark)
{
    switch (note->code) {
    case NOTE_CREATE_APPLIED:
    case NOTE_CREATE_REFRESHED:
        accept_record(observer, mark);
        break;
    case NOTE_DELETE_APPLIED:
        remove_record(observer, note, CAUSE_DELETED_EARLY);
        break;
    case NOTE_OVERWRITTEN:
        remove_record(observer, note, CAUSE_OVERWRITTEN);
        break;
    case NOTE_AGED_OUT:
        remove_record(observer, note, CAUSE_AGED_OUT);
        break;
    case NOTE_BOTH_ACTIVE:
        observer->both_active = true;
        break;
    default:
        break;
    }
}

/* ---- the failure and the takeover ---------------------------------------------- */

static enum state_at_failure state_of(const struct connection *connection)
{
    static const enum state_at_failure states[PHASE_COUNT] = {
        [PHASE_HANDSHAKE] = STATE_HANDSHAKE,
        [PHASE_OPEN_IDLE] = STATE_OPEN_IDLE,
        [PHASE_OPEN_WAITING] = STATE_OPEN_WAITING,
        [PHASE_OPEN_RECEIVING] = STATE_OPEN_RECEIVING,
        [PHASE_HALF_CLOSED] = STATE_HALF_CLOSED,
        [PHASE_CLOSING] = STATE_CLOSING,
    };
    return states[connection_phase(connection)];
}

static void list(struct observer *observer, struct connection *connection)
{
    struct observed *observed = connection->observed;
    observed->listed = true;
    observed->established = connection->established;
    observed->row = (struct connection_row){
        .connection = connection->number,
        .client_ip = connection->client_ip,
        .client_port = connection->client_port,
        .virtual = (uint16_t)connection->virtual,
        .server = (int16_t)connection->server,
        .state = (uint8_t)state_of(connection),
        .outcome = OUTCOME_CENSORED,
        .opened = connection->opened,
        .stall = -1,
    };
    g_ptr_array_add(observer->listed, observed);
    observer->undecided++;
}

void observer_failure(struct observer *observer, const struct traffic *traffic,
                     nstime standby_since)
{
    if (observer->failure >= 0)
        return;
    observer->failure = engine_now(observer->engine);
    observer->standby_since = standby_since;
    for (struct connection *c = traffic_first(traffic); c; c = traffic_next(c))
        list(observer, c);
}

bool observer_failed(const struct observer *observer)
{
    return observer->failure >= 0;
}

/* Its record stands here: same tuple, same real machine. A ghost that agrees is as
 * good as the connection's own record. */
static bool known_to(const struct observer *observer, const struct director *director,
                     const struct connection *connection)
{
    const struct observed *observed = connection->observed;
    struct connection_view view;
    if (connection->server < 0 || !director_find(director, &observed->flow, &view))
        return false;
    const struct real_spec *real =
        g_ptr_array_index(observer->scenario->reals, (guint)connection->server);
    return view.real.ip == real->ip && (real->port == 0 || view.real.port == real->port);
}

void observer_takeover(struct observer *observer, const struct traffic *traffic,
                      const struct director *director)
{
    if (observer->failure < 0 || observer->takeover >= 0)
        return;
    observer->takeover = engine_now(observer->engine);
    size_t matched = 0;
    for (struct connection *c = traffic_first(traffic); c; c = traffic_next(c)) {
        struct observed *observed = c->observed;
        if (!known_to(observer, director, c))
            continue;
        matched++;
        observed->row.known = true;
    }
    observer->ghosts = (uint32_t)(director_connections(director) - matched);
}

uint32_t observer_undecided(const struct observer *observer)
{
    return observer->undecided;
}

struct connection *observer_next_undecided(const struct observer *observer, uint32_t *cursor)
{
    while (*cursor < observer->listed->len) {
        const struct observed *observed = g_ptr_array_index(observer->listed, (*cursor)++);
        if (!observed->decided && observed->connection)
            return observed->connection;
    }
    return NULL;
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
    };
    observer->pool = pool_new(sizeof(struct observed));
    observer->flows = g_hash_table_new(hash_flow, equal_flows);
    observer->listed = g_ptr_array_new();
    observer->failure = observer->takeover = -1;
    observer->connect_delays = g_array_new(FALSE, FALSE, sizeof(nstime));
    return observer;
}

void observer_free(struct observer *observer)
{
    g_array_free(observer->connect_delays, TRUE);
    g_ptr_array_free(observer->listed, TRUE);
    g_hash_table_destroy(observer->flows);
    pool_free(observer->pool);
    g_free(observer);
}

const struct connection_watch *observer_watch(struct observer *observer)
{
    return &observer->watch;
}
