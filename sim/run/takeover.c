/* The observer at the failure and at the takeover: who was there, whose record stands in
 * whose table, and what the outage does to openings. */
#include "sim/run/observed.h"

#include "sim/run/census.h"
#include "sim/run/standing.h"

#define SURGE_BIN (100 * NSTIME_MS)

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

/* Did its create leave before its client saw it established? With UDP by the first request
 * where the server opens with the ACK that is on its way to the client. */
static bool told_first(const struct observer *observer, const struct connection *connection)
{
    const struct scenario *scenario = observer->scenario;
    const struct virtual_spec *virtual =
        g_ptr_array_index(scenario->virtuals, connection->virtual);
    const struct workload_spec *workload =
        g_ptr_array_index(scenario->workloads, connection->workload);
    return virtual->protocol == PROTOCOL_UDP || workload->opened_by_server;
}

static void list(struct observer *observer, struct connection *connection)
{
    struct observed *observed = connection->observed;
    struct listing *listing = g_new0(struct listing, 1);
    listing->observed = observed;
    listing->established = connection->established;
    listing->keeper = SAVED_ORIGINAL;
    listing->carried_until = -1;
    listing->told_first = told_first(observer, connection);
    listing->row = (struct connection_row){
        .connection = connection->number,
        .client_ip = connection->client_ip,
        .client_port = connection->client_port,
        .virtual = (uint16_t)connection->virtual,
        .workload = connection->workload,
        .server = (int16_t)connection->server,
        .state = (uint8_t)state_of(connection),
        .outcome = OUTCOME_CENSORED,
        .opened = connection->opened,
        .stall = -1,
    };
    observed->listing = listing;
    affinity_had(observer->affinity, connection->virtual, connection->client_ip,
                 connection->server);
    g_ptr_array_add(observer->listings, listing);
    observer->undecided++;
}

/* So that the surge is one of the outage's end: counted in bins from the failure on. */
void observer_request(struct observer *observer)
{
    if (observer->failure < 0)
        return;
    nstime bin = (engine_now(observer->engine) - observer->failure) / SURGE_BIN;
    observer->surge_count = bin == observer->surge_bin ? observer->surge_count + 1 : 1;
    observer->surge_bin = bin;
    observer->surge_peak = MAX(observer->surge_peak, observer->surge_count);
}

void observer_service(struct observer *observer, bool served)
{
    bool fails_now = observer->failure == engine_now(observer->engine) && !served;
    observer->outage = !served && (observer->outage || fails_now);
    if (served && !observer->served)
        observer->served_since = engine_now(observer->engine);
    observer->served = served;
}

void observer_moved(struct observer *observer, enum side side)
{
    g_assert(observer->takeover >= 0);
    if (observer->moved[side] < 0)
        observer->moved[side] = engine_now(observer->engine) - observer->failure;
}

static struct claimant claimant_of(const struct connection_row *row)
{
    return (struct claimant){ .client = { row->client_ip, row->client_port },
                              .virtual = row->virtual,
                              .server = row->server };
}

static bool listing_stands(const struct observer *observer, const struct director *director,
                           const struct listing *listing)
{
    return standing(observer->scenario, director, claimant_of(&listing->row));
}

/* What a table that holds its record does for it. The original director's is its own;
 * another's may be a ghost's, whose tuple and server are the same. */
static enum saved_by keeper(const struct observer *observer, const struct listing *listing,
                            unsigned unit)
{
    const struct record_history *record = &listing->observed->record;
    if ((int)unit == observer->owner && observer->emptied[unit] <= observer->failure)
        return SAVED_ORIGINAL;
    return record->accepted && record->removed == CAUSE_NONE ? SAVED_RECORD : SAVED_GHOST;
}

/* The address has come to somebody who keeps it so; before this instant, did it serve at all? */
static void hand_over(const struct observer *observer, struct listing *listing,
                      enum saved_by kept_by)
{
    nstime now = engine_now(observer->engine);
    if (kept_by == SAVED_NOT && listing->keeper != SAVED_NOT && observer->served
        && observer->served_since < now) {
        listing->former = listing->keeper;
        listing->carried_until = now;
    }
    listing->keeper = kept_by;
}

/* Known is asked of all that were there at the failure: who gave up in between has left
 * its record behind all the same. */
static void take_over(struct observer *observer, unsigned unit, const struct director *director)
{
    observer->takeover = engine_now(observer->engine);
    observer->heir = unit;
    observer->ghosts = census_ghosts(observer->scenario, observer->traffic, director);
    for (guint i = 0; i < observer->listings->len; i++) {
        struct listing *listing = g_ptr_array_index(observer->listings, i);
        listing->row.known = listing_stands(observer, director, listing);
        listing->row.led_astray =
            standing_elsewhere(observer->scenario, director, claimant_of(&listing->row));
        listing->forsaken = false;
        hand_over(observer, listing,
                  listing->row.known ? keeper(observer, listing, unit) : SAVED_NOT);
    }
}

/* Who owns the address now may not know them: after false alarms, or a second failover. */
static void look_up(struct observer *observer, unsigned unit, const struct director *director)
{
    for (guint i = 0; i < observer->listings->len; i++) {
        struct listing *listing = g_ptr_array_index(observer->listings, i);
        if (listing->decided)
            continue;
        listing->forsaken = !listing_stands(observer, director, listing);
        listing->forsaker = (uint8_t)unit;
        hand_over(observer, listing,
                  listing->forsaken ? SAVED_NOT : keeper(observer, listing, unit));
    }
}

/* The first look at the owner's own table tells who has been forsaken already. */
void observer_failure(struct observer *observer, int owner, unsigned standby,
                      const struct director *director, nstime out_since)
{
    g_assert(observer->failure < 0);
    observer->failure = engine_now(observer->engine);
    observer->owner = owner;
    observer->out_since = out_since;
    observer->heir = standby;
    for (struct connection *c = traffic_first(observer->traffic); c; c = traffic_next(c))
        list(observer, c);
    if (director)
        look_up(observer, (unsigned)owner, director);
}

/* A unit that was started again has another table, and is another unit here. */
void observer_claim(struct observer *observer, unsigned unit, const struct director *director)
{
    if (observer->failure < 0)
        return;
    bool other = (int)unit != observer->owner || observer->emptied[unit] > observer->failure;
    if (observer->takeover >= 0)
        look_up(observer, unit, director);
    else if (other)
        take_over(observer, unit, director);
}

nstime observer_failed_at(const struct observer *observer)
{
    return observer->failure;
}

int observer_heir(const struct observer *observer)
{
    return observer->takeover < 0 ? -1 : (int)observer->heir;
}

uint32_t observer_undecided(const struct observer *observer)
{
    return observer->undecided + observer->connecting;
}

struct connection *observer_next_undecided(const struct observer *observer, uint32_t *cursor)
{
    while (*cursor < observer->listings->len) {
        const struct listing *listing = g_ptr_array_index(observer->listings, (*cursor)++);
        if (!listing->decided)
            return listing->observed->connection;
    }
    return NULL;
}
