/* The protocol "hash": both units can say by themselves where a connection goes, by the Maglev
 * table (core/maglev.h, "predictor maglev"), and so nothing is told. After a takeover "option
 * unknown-connection hash" sends what is not known where the table says. Whose row has moved
 * since, because a machine came, went or was weighted anew, is lost; so is whoever was placed by
 * something else than the table (a sticky client, a machine that had failed or was full).
 *
 *   "exceptions no"    no datagram at all
 *   "exceptions yes"   the patent's records (core/record.h), for those connections alone whose
 *                      machine is not the one of their row; the filter is that of JET (CoNEXT
 *                      2021), applied to replication
 *
 * Without a word, "second-chance yes" finds those whose row has moved once since they began
 * (core/second_chance.h).
 *
 * A connection may become an exception later: when an operator's command has changed the table, or
 * a standby is new, all conns are looked at once, BATCH of them every PACE, so that no step is long
 * and no queue is flooded; whose row moved is told then. What is told stays told: when its row
 * comes back, the record does no harm, and its delete is due as ever.
 *
 * One timer: the next batch, while such a round goes on. */
#include "core/director_internal.h"
#include "core/life.h"
#include "core/maglev.h"
#include "core/replication_patent.h"

enum { BATCH = 64 };
#define PACE (10 * NSTIME_MS)

struct round {
    uint32_t next; /* slot of the conn that is looked at next; 0: no round goes on */
    nstime due;
};

static void *round_new(const struct director *director)
{
    (void)director;
    return g_new0(struct round, 1);
}

/* ---- one connection */

static bool is_exception(const struct conn *conn)
{
    struct flow flow = conn_forward_key(conn);
    return maglev_machine(conn->virtual, &flow) != conn->physical;
}

static void established(struct director *director, void *state, nstime now, struct conn *conn,
                        struct effects *effects)
{
    (void)state, (void)now;
    if (director->settings.exceptions == EXCEPTIONS_YES && is_exception(conn))
        patent_tell_create(director, conn, 0, effects);
}

static void destroyed(struct director *director, void *state, nstime now, struct conn *conn,
                      struct effects *effects)
{
    struct last_words words = patent_last_words(conn);
    (void)state, (void)now;
    patent_tell_delete(director, &words, 0, effects);
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

/* ---- a round through all */

static uint32_t slot_of(const struct conn *conn)
{
    return conn != NULL ? conn->slot : 0;
}

static void begin_round(struct director *director, void *state, nstime now,
                        struct effects *effects)
{
    struct round *round = state;
    (void)effects;
    if (director->settings.exceptions != EXCEPTIONS_YES
        || director->group.role != ROLE_ACTIVE)
        return;
    round->next = slot_of(conn_table_first(director->connections));
    round->due = now;
}

static void role(struct director *director, void *state, nstime now, struct effects *effects)
{
    struct round *round = state;
    (void)director, (void)now, (void)effects;
    round->next = 0;
}

static void gone(struct director *director, void *state, struct conn *conn)
{
    struct round *round = state;
    if (round->next == conn->slot)
        round->next = slot_of(conn_table_next(director->connections, conn));
}

static nstime deadline(const void *state)
{
    const struct round *round = state;
    return round->next != 0 ? round->due : NSTIME_NEVER;
}

static bool is_untold(const struct director *director, const struct conn *conn)
{
    return conn->virtual->replicate && !conn->create_sent
           && life_is_established(director, conn) && !unknown_is_unproven(conn)
           && is_exception(conn);
}

static void go_round(struct director *director, void *state, nstime now, struct effects *effects)
{
    struct round *round = state;
    const struct conn_table *table = director->connections;
    for (unsigned i = 0; i < BATCH && round->next != 0; i++) {
        struct conn *conn = conn_table_at(table, round->next);
        round->next = slot_of(conn_table_next(table, conn));
        if (is_untold(director, conn))
            life_announce(director, now, conn, effects);
    }
    round->due = now + PACE;
}

const struct replication_protocol replication_hash = {
    .name = "hash",
    .essence = "nothing, or whoever is not where the Maglev table says; both units have the table",
    .open_loop = true,
    .state_new = round_new,
    .state_free = g_free,
    .on_established = established,
    .on_destroyed = destroyed,
    .on_gone = gone,
    .on_linked = linked,
    .on_datagram = datagram,
    .on_role = role,
    .on_new_standby = begin_round,
    .on_machines = begin_round,
    .deadline = deadline,
    .on_deadline = go_round,
};
