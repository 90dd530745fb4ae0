/* The protocol "peers": affinity alone is told, as HAProxy's peers do for a stick table
 * (doc/peers-v2.0.txt, src/peers.c): which machine a client goes to ("sticky"), never a
 * connection. A proxy's connections end with it, and so do all of these at a takeover; but the
 * client's next one goes where its former ones went.
 *
 *   first connection                 last packet, the conn goes
 *        |-- {client, machine}            |-- {client, machine}     the patent's record each
 *
 * A record (core/record.h, flags of a create; its foreign port says nothing) ties the client at the
 * standby from the moment it comes: there the virtual machine's sticky time runs from the latest
 * record. Values overwrite each other, as HAProxy's do; nothing is deleted, entries run out on each
 * unit. It is told again when a connection ends, because from then on the time runs on the active.
 *
 * Left out: HAProxy's stream over TCP with its update numbers, coalescing (a busy client has one
 * update waiting), acknowledgement and resynchronisation after a reconnect. Here a lost datagram is
 * a lost update until the client's next connection begins or ends; and a client whose connection
 * lasts longer than the sticky time is forgotten by the standby, where HAProxy's is touched anew.
 * No timer. */
#include "core/director_internal.h"
#include "core/outbound.h"
#include "core/replication_patent.h"

/* A datagram that no connection's fate hangs on: it has no note. */
static void tell(struct director *director, const struct conn *conn, struct effects *effects)
{
    uint8_t bytes[RECORD_DATAGRAM_MAX];
    struct record record = patent_last_words(conn).record;
    record.flags = RECORD_PM_COUNTED | RECORD_VM_COUNTED;
    if (conn->virtual->sticky == 0 || !detect_has_standby(director))
        return;
    director_send(director, effects, CHANNEL_REPLICATION, bytes,
                  record_encode(&record, 1, bytes));
}

/* The bit says that its end is worth telling. */
static void established(struct director *director, void *state, nstime now, struct conn *conn,
                        struct effects *effects)
{
    (void)state, (void)now;
    conn->create_sent = true;
    tell(director, conn, effects);
}

static void destroyed(struct director *director, void *state, nstime now, struct conn *conn,
                      struct effects *effects)
{
    (void)state, (void)now;
    tell(director, conn, effects);
}

/* ---- on the standby */

static enum record_refusal apply(struct director *director, nstime now,
                                 const struct record *record)
{
    struct outbound_pair pair = outbound_pair(director->machines, record->virtual,
                                              record->bind_id, record->real, record->protocol);
    if (record->flags != (RECORD_PM_COUNTED | RECORD_VM_COUNTED))
        return REFUSAL_BAD_FLAGS;
    if (pair.physical == NULL)
        return REFUSAL_UNKNOWN_MACHINE;
    sticky_tie(director->sticky, now, pair.virtual, record->foreign.ip, pair.physical);
    return REFUSAL_NONE;
}

static void datagram(struct director *director, void *state, nstime now, uint32_t source_ip,
                     const uint8_t *bytes, size_t length, struct effects *effects)
{
    struct record records[RECORD_COUNT_MAX];
    unsigned count = 0;
    (void)state, (void)source_ip;
    enum record_refusal refusal = REFUSAL_NOT_STANDBY; /* */
    if (director->group.role == ROLE_STANDBY)
        refusal = record_decode(bytes, length, records, &count);
    if (refusal == REFUSAL_NONE && count != 1)
        refusal = REFUSAL_BAD_COUNT;
    if (refusal == REFUSAL_NONE)
        refusal = apply(director, now, &records[0]);
    if (refusal == REFUSAL_NONE)
        director_accept(director);
    else
        director_refuse(director, effects, refusal, count > 0 ? &records[0] : NULL);
}

const struct replication_protocol replication_peers = {
    .name = "peers",
    .essence = "which server a client goes to, never a connection: all of these end",
    .open_loop = true,
    .on_established = established,
    .on_destroyed = destroyed,
    .on_datagram = datagram,
};
