#include "core/pfsync_bulk.h"

enum { LOOKED_AT = 256 }; /* states a tick, at most */

/* ---- the joiner */

void pfsync_bulk_role(const struct director *director, struct pfsync *pfsync, nstime now)
{
    bool asks = director->group.role == ROLE_STANDBY;
    pfsync->bulk = (struct pfsync_bulk_state){
        .retry_at = asks ? now : NSTIME_NEVER,
        .next_at = NSTIME_NEVER,
        .done = !asks,
    };
}

static struct pfsync_message request_of_all(void)
{
    return (struct pfsync_message){.action = PFSYNC_UPD_REQ};
}

/* Whoever is active answers. */
static void ask(struct director *director, nstime now, struct pfsync_bulk_state *bulk,
                struct effects *effects)
{
    struct pfsync_message request = request_of_all();
    bulk->tries++;
    bulk->retry_at = now + PFSYNC_BULK_WAIT;
    if (bulk->asked_at == 0)
        bulk->asked_at = MAX(now, 1);
    for (unsigned i = 0; i < PEERS_MAX; i++)
        if (director->config.peers[i].ip != 0)
            pfsync_send_to(director, director->config.peers[i].ip, &request, effects);
}

static void be_done(struct pfsync_bulk_state *bulk)
{
    bulk->done = true;
    bulk->asked_at = 0;
    bulk->retry_at = NSTIME_NEVER;
}

/* pfsync_bulk_fail: it is taken to have been fine. */
static void retry(struct director *director, struct pfsync_bulk_state *bulk, nstime now,
                  struct effects *effects)
{
    if (bulk->tries <= PFSYNC_BULK_TRIES) {
        ask(director, now, bulk, effects);
        return;
    }
    director_note_unit(director, effects, NOTE_BULK_GIVEN_UP, bulk->tries);
    be_done(bulk);
}

/* As long as a full table would take. */
static nstime longest(const struct director *director)
{
    uint32_t limit = director->config.max_connections;
    enum { EACH = (PFSYNC_MTU - PFSYNC_LENGTH_MIN) / PFSYNC_STATE_SIZE };
    return 4 * NSTIME_S + (nstime)((limit != 0 ? limit : 1000000) / EACH) * PFSYNC_TICK;
}

/* An end that belongs to a request before ours is none. */
void pfsync_bulk_told(struct director *director, struct pfsync *pfsync, nstime now,
                      const struct pfsync_message *message, struct effects *effects)
{
    struct pfsync_bulk_state *bulk = &pfsync->bulk;
    if (bulk->asked_at == 0)
        return;
    if (message->status == PFSYNC_BULK_START) {
        bulk->retry_at = now + longest(director);
    } else if (now - (nstime)message->end_time * NSTIME_S >= bulk->asked_at) {
        director_note_unit(director, effects, NOTE_BULK_DONE, 0);
        be_done(bulk);
    }
}

/* ---- the sender */

static uint32_t slot_of(const struct conn *conn)
{
    return conn != NULL ? conn->slot : 0;
}

static void say(struct director *director, const struct pfsync *pfsync, enum pfsync_bulk status,
                nstime since, struct effects *effects)
{
    struct pfsync_message message = {
        .action = PFSYNC_BUS,
        .id.creator = pfsync->creator,
        .end_time = (uint32_t)(since / NSTIME_S),
        .status = (uint8_t)status,
    };
    pfsync_send_to(director, pfsync->peer_ip, &message, effects);
}

void pfsync_bulk_asked(struct director *director, struct pfsync *pfsync, nstime now,
                       struct effects *effects)
{
    struct pfsync_bulk_state *bulk = &pfsync->bulk;
    pfsync->joiner_ip = pfsync->peer_ip;
    bulk->received_at = now;
    bulk->next = slot_of(conn_table_first(director->connections));
    bulk->next_at = now + PFSYNC_TICK;
    say(director, pfsync, PFSYNC_BULK_START, 0, effects);
}

void pfsync_bulk_forget(const struct director *director, struct pfsync *pfsync,
                        const struct conn *conn)
{
    if (pfsync->bulk.next == conn->slot)
        pfsync->bulk.next = slot_of(conn_table_next(director->connections, conn));
}

/* Queue a state for the joiner; whether its bucket is full now. */
static bool tell(struct director *director, struct pfsync *pfsync, struct conn *conn,
                 struct effects *effects)
{
    const struct pfsync_entry *entry = pfsync_entry(pfsync, conn);
    if (entry->id.id == 0 || entry->queue != PFSYNC_IDLE || !conn->virtual->replicate
        || entry->peer_at > pfsync->bulk.received_at)
        return false;
    pfsync_enqueue(director, pfsync, conn, PFSYNC_UPDATES, effects);
    return !pfsync_bucket_has_room(pfsync_bucket_of(director, pfsync, entry), PFSYNC_UPDATES);
}

static void push_all(struct director *director, struct pfsync *pfsync, struct effects *effects)
{
    for (unsigned i = 0; i < pfsync->bucket_count; i++)
        pfsync_push(director, pfsync, pfsync->buckets[i], effects);
}

/* pfsync_bulk_update: as many as it takes to fill a packet. */
static void go_on(struct director *director, struct pfsync *pfsync, nstime now,
                  struct effects *effects)
{
    struct pfsync_bulk_state *bulk = &pfsync->bulk;
    bool full = false;
    for (unsigned i = 0; i < LOOKED_AT && !full && bulk->next != 0; i++) {
        struct conn *conn = conn_table_at(director->connections, bulk->next);
        bulk->next = slot_of(conn_table_next(director->connections, conn));
        full = tell(director, pfsync, conn, effects);
    }
    push_all(director, pfsync, effects);
    bulk->next_at = bulk->next != 0 ? now + PFSYNC_TICK : NSTIME_NEVER;
    if (bulk->next == 0)
        say(director, pfsync, PFSYNC_BULK_END, now - bulk->received_at, effects);
}

/* ---- timers */

nstime pfsync_bulk_deadline(const struct pfsync *pfsync)
{
    return MIN(pfsync->bulk.retry_at, pfsync->bulk.next_at);
}

void pfsync_bulk_is_due(struct director *director, struct pfsync *pfsync, nstime now,
                        struct effects *effects)
{
    if (pfsync->bulk.retry_at <= now)
        retry(director, &pfsync->bulk, now, effects);
    if (pfsync->bulk.next_at <= now)
        go_on(director, pfsync, now, effects);
}
