/* A unit of the protocols alarm and ftfw: what conntrackd's daemon does in both of them (src/run.c,
 * internal_cache.c, external_cache.c, cache-ct.c, channel.c of conntrack-tools 1.4, and its script
 * primary-backup.sh). For the protocols' own files.
 *
 * The active's kernel makes an event of a connection's first packet, of each change of its state
 * and of its end; the daemon's turn (core/conntrackd_queue.h) makes messages of them, which share a
 * datagram while they fit. The standby keeps what it is told of, and commits it to its kernel when
 * it takes over: each connection for the time-out of its latest message less the age of that, or
 * for a minute where that has passed.
 *
 * The channel is multicast: it takes messages whether anybody listens or not. */
#ifndef CORE_CONNTRACKD_NODE_H
#define CORE_CONNTRACKD_NODE_H

#include "core/conn.h"
#include "core/conntrackd_queue.h"
#include "core/director_internal.h"
#include "core/slot_array.h"

/* Of a conn, on either unit. All zero: no packet has been here, nor a message. */
struct conntrackd_entry {
    struct conntrackd_object *object; /* on the active, from its first event; else NULL */
    nstime timeout; /* how long it stands behind its latest activity; 0: as its state says */
    nstime begun;   /* its first packet, or its first message */
    uint8_t state;  /* enum conntrackd_state */
};

struct conntrackd {
    struct conntrackd_queues queues;
    struct slot_array entries; /* struct conntrackd_entry */
    uint32_t number;           /* of the message to be made next */
    uint32_t peer_ip;          /* who spoke last, 0: nobody */
    bool greets, greets_back;  /* a hello in each message; a hello back in the next */
    bool has_greeted;          /* such a message has gone */
};

/* A daemon that starts now: its first number is the clock's second (seed F42). */
void conntrackd_init(struct conntrackd *daemon, nstime now);
void conntrackd_clear(struct conntrackd *daemon);

/* ---- on the active */

/* A packet of the conn; it became active (by direct routing that is all that is seen of an answer):
 * whether that was an event, so that it is told of at the turn of now. */
bool conntrackd_packet(struct director *director, struct conntrackd *daemon, nstime now,
                       struct conn *conn, enum side from, const struct packet *packet);
bool conntrackd_established(struct director *director, struct conntrackd *daemon, nstime now,
                            struct conn *conn);

void conntrackd_destroyed(struct conntrackd *daemon, nstime now, const struct conn *conn);

/* Hooks on_gone, active_span. */
void conntrackd_gone(struct conntrackd *daemon, const struct conn *conn);
nstime conntrackd_span(const struct conntrackd *daemon, const struct conn *conn);

/* Who sends to a group does not know who listens: hook on_new_standby. */
void conntrackd_meet(struct director *director, struct conntrackd *daemon);

/* The script of a takeover: commit, flush, resync; all are to be told of from now on, and nothing
 * more is said of who had ended before. */
void conntrackd_take_over(struct director *director, struct conntrackd *daemon, nstime now);

/* To be told of again, as it is at the turn of now: one connection; all of them, and those that
 * have ended and wait for an ack. */
void conntrackd_tell(struct conntrackd *daemon, nstime now, const struct conn *conn);
void conntrackd_tell_all(struct director *director, struct conntrackd *daemon, nstime now);

/* ---- on both */

/* A control message for the turn of now. */
void conntrackd_control(struct conntrackd *daemon, nstime now, enum conntrackd_flag flag,
                        uint32_t first, uint32_t last);

/* The turn: send all that is queued; whether anything was. */
bool conntrackd_turn(struct director *director, struct conntrackd *daemon,
                     struct effects *effects);

/* Apply a state message, or refuse it: as no standby, or as core/standby.h says. */
void conntrackd_apply(struct director *director, struct conntrackd *daemon, nstime now,
                      const struct conntrackd_message *message, struct effects *effects);

#endif
