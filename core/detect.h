/* Detection: hellos that go, hellos that do not come, and the peer that is given up then
 * (R-1002, R-1004, R-1005, R-1008). What those that come mean is contact.h's. */
#ifndef CORE_DETECT_H
#define CORE_DETECT_H

#include "core/effect.h"
#include "core/nstime.h"
#include "core/peer.h"

struct director;

struct detector {
    nstime sent_at;     /* the latest hello went, or NSTIME_NEVER */
    nstime first_at;    /* when the first one goes */
    nstime handover_at; /* a peer has resigned, we follow then; or NSTIME_NEVER */
    nstime standby_since;
    bool replica;        /* a standby whose table follows an active unit's */
    uint32_t sequence;   /* of our hellos */
    uint32_t generation; /* of our table, see hello.h */
    struct peer peers[PEERS_MAX];

    /* succession.c */
    unsigned standby;     /* the peer that our records go to, or would */
    uint16_t appointment; /* how often it became another */
    bool appointed;       /* as a standby we are the one that an active unit feeds */
    unsigned followed;    /* the peer that said so */
    uint16_t followed_appointment;
};

void detect_init(struct director *director, nstime now);

/* The table was just emptied, the wait for the peers begins anew (R-1105). */
void detect_restart(struct director *director, nstime now);

/* The interval is another: what was not heard under the old one is no silence under the
 * new one, which begins now. */
void detect_wait_anew(struct director *director, nstime now);

/* The peer at this fixed address, or NULL. */
struct peer *detect_peer(struct director *director, uint32_t ip);

/* Send the peers a hello of a kind, on every path. */
void detect_say(struct director *director, nstime now, enum hello_kind kind,
                struct effects *effects);

/* The host knows that the peer has failed: the detector "oracle" believes it. Of several
 * peers it is the one that this unit follows, or feeds. */
void detect_told(struct director *director, nstime now, struct effects *effects);

/* "failover reset" (fact F-713): what is held against the peers is forgotten, the wait
 * for them begins anew. */
void detect_reset(struct director *director, nstime now);

/* Timers: the next hello to send, the next that is missing; see deadline.c. */
nstime detect_send_deadline(const struct director *director);
nstime detect_miss_deadline(const struct director *director);
void detect_send_due(struct director *director, nstime now, struct effects *effects);
void detect_miss_due(struct director *director, nstime now, struct effects *effects);

/* The failover cable shows another sign, or is in use from now on (R-1007, fact F-718): with
 * the peer's power gone this unit takes over without any test. */
void detect_cable(struct director *director, nstime now, struct effects *effects);

/* At the end of a step: the interface tests may have said what is to be thought of a peer
 * that is heard on no path (R-1006). */
void detect_settle(struct director *director, nstime now, struct effects *effects);

/* Become active and tell the others, in the order of R-1010: the role and all that belongs to
 * it first, then the message of R-1008, then a hello. */
void detect_take_over(struct director *director, nstime now, enum role_reason reason,
                      struct effects *effects);

/* Take over if a peer is held to have failed, nobody serves, nobody goes first and
 * failover is on; also after a command has turned it on. */
void detect_consider(struct director *director, nstime now, struct effects *effects);

/* Can a record reach a standby, for all that is known here? */
bool detect_has_standby(const struct director *director);

#endif
