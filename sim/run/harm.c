/* Harm: what the time after the failure brought each application that was there. */
#include "sim/run/observed.h"

void harm_waited(struct listing *listing, nstime since, nstime now)
{
    g_assert(since <= now);
    listing->row.waited = MAX(listing->row.waited, now - since);
}

void harm_ended(struct listing *listing, const struct connection *connection, nstime now)
{
    struct unanswered unanswered = connection_unanswered(connection);
    listing->unconnected = connection->established == NSTIME_NEVER;
    listing->row.requests_lost = unanswered.requests;
    listing->row.bytes_lost = unanswered.bytes;
    if (unanswered.since != NSTIME_NEVER)
        harm_waited(listing, unanswered.since, now);
}

/* An application that gives up after its own time-out waits for no longer anyway. */
static nstime patience(const struct observer *observer, const struct listing *listing)
{
    const struct workload_spec *workload =
        g_ptr_array_index(observer->scenario->workloads, listing->row.workload);
    return workload->application_timeout != NSTIME_NEVER ? workload->application_timeout
                                                         : workload->patience;
}

static void wait_on(const struct observer *observer, struct listing *listing)
{
    const struct connection *connection = listing->observed->connection;
    struct unanswered unanswered = connection_unanswered(connection);
    if (unanswered.since != NSTIME_NEVER)
        harm_waited(listing, unanswered.since, engine_now(observer->engine));
}

void harm_finish(const struct observer *observer, struct listing *listing)
{
    struct connection_row *row = &listing->row;
    if (listing->observed->connection)
        wait_on(observer, listing);
    row->hurt = row->requests_lost > 0 || listing->unconnected || listing->unheard
                || row->waited > patience(observer, listing);
}
