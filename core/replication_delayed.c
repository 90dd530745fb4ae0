/* The protocol "delayed": the patent's records (core/record.h), but a connection is told of only
 * when it has lived for "replicate-after".
 *
 *   established        t + jitter             end
 *       |----------------*------------------- * --->
 *                      create              delete, if there was a create
 *   established      end
 *       |-------------|                              nothing is sent
 *
 * Most connections are short, most bytes are in long ones: what dies young costs nothing on the
 * wire, and is what a takeover loses (quantity Q1; closed form 7). Routers and firewalls have it
 * as a delay in seconds (FortiOS "session-pickup-delay": 30 s); a patch of DPVS (iqiyi/dpvs, pull
 * request 476) has 2 s and up to 1 s more by chance: "replicate-jitter", here a hash of the
 * connection, so that what was made at once is not told at once.
 *
 * Each record is sent once, in a datagram of its own, and never again: a standby that has a
 * time-out ("standby-timeout") forgets a busy connection (seed F20b). A half-closed connection
 * is told of as any other; one that is over, and only held for late packets, is not.
 *
 * Simpler than DPVS's patch: that gathers records for up to 2 s, and sends the states of closing
 * (FIN_WAIT, CLOSE_WAIT, ..) at once whether or not a create went before. Here a delete goes
 * where the create went.
 *
 * What waits stands in a heap by its instant. A connection that ends takes itself out. */
#include "core/director_internal.h"
#include "core/expiry.h"
#include "core/life.h"
#include "core/replication_patent.h"
#include "core/succession.h"

#include <glib.h>

static void *waiting_new(const struct director *director)
{
    struct expiry *waiting = g_new0(struct expiry, 1);
    (void)director;
    expiry_init(waiting);
    return waiting;
}

static void waiting_free(void *state)
{
    expiry_clear(state);
    g_free(state);
}

static nstime jitter_of(const struct director *director, const struct conn *conn)
{
    nstime jitter = director->settings.replicate_jitter;
    struct flow flow = conn_forward_key(conn);
    return jitter > 0 ? (nstime)(flow_hash(&flow) % (uint64_t)jitter) : 0;
}

static void tell(struct director *director, struct conn *conn, struct effects *effects)
{
    if (!life_is_established(director, conn))
        return;
    conn->told = succession_standby(director)->hellos; /* */
    patent_tell_create(director, conn, 0, effects);
}

static void established(struct director *director, void *state, nstime now, struct conn *conn,
                        struct effects *effects)
{
    nstime wait = director->settings.replicate_after + jitter_of(director, conn);
    if (wait == 0) {
        tell(director, conn, effects);
        return;
    }
    expiry_fit(state, conn->slot);
    expiry_set(state, conn->slot, now + wait);
}

static void gone(struct director *director, void *state, struct conn *conn)
{
    (void)director;
    expiry_set(state, conn->slot, NSTIME_NEVER);
}

static nstime deadline(const void *state)
{
    const struct expiry_entry *first = expiry_first(state);
    return first != NULL ? first->deadline : NSTIME_NEVER;
}

static void some_are_due(struct director *director, void *state, nstime now,
                         struct effects *effects)
{
    while (deadline(state) <= now) {
        uint32_t slot = expiry_first(state)->number;
        expiry_set(state, slot, NSTIME_NEVER);
        tell(director, conn_table_at(director->connections, slot), effects);
    }
}

static void destroyed(struct director *director, void *state, nstime now, struct conn *conn,
                      struct effects *effects)
{
    replication_patent.on_destroyed(director, state, now, conn, effects);
}

static void linked(struct director *director, void *state, nstime now, struct conn *conn,
                   struct conn *buddy, struct effects *effects)
{
    replication_patent.on_linked(director, state, now, conn, buddy, effects);
}

static void datagram(struct director *director, void *state, nstime now, uint32_t source_ip,
                     const uint8_t *bytes, size_t length, struct effects *effects)
{
    (void)state, (void)source_ip;
    patent_datagram(director, now, bytes, length, effects);
}

const struct replication_protocol replication_delayed = {
    .name = "delayed",
    .essence = "patent for those only that have lived for a while: short connections cost nothing",
    .open_loop = true,
    .state_new = waiting_new,
    .state_free = waiting_free,
    .on_established = established,
    .on_destroyed = destroyed,
    .on_gone = gone,
    .on_linked = linked,
    .on_datagram = datagram,
    .deadline = deadline,
    .on_deadline = some_are_due,
};
