/* Detection: hellos to and from the other unit, and what follows from their coming
 * or not coming (R-1002, R-1005, R-1008, R-1009, R-1017). Interface tests (R-1006)
 * are not built. */
#ifndef CORE_DETECT_H
#define CORE_DETECT_H

#include "core/effect.h"
#include "core/hello.h"
#include "core/nstime.h"

struct director;

struct detector {
    nstime sent_at;    /* the latest hello went, or NSTIME_NEVER */
    nstime first_at;   /* when the first one goes */
    nstime heard_at;   /* the latest hello came; at first, the start */
    unsigned missed;   /* since then */
    bool contested;    /* since then only an active unit of lower priority spoke (vrrp) */
    nstime handover_at; /* the peer has resigned, we follow then; or NSTIME_NEVER */
    nstime standby_since;
    bool silent;       /* the peer is held to have failed */
    bool replica;      /* a standby whose table follows an active unit's */
    uint32_t sequence; /* of our hellos */
    uint32_t generation; /* of our table, see hello.h */
    uint16_t hellos;     /* heard from the peer, modulo 2^16 */
    bool peer_known;     /* the next two are valid */
    uint32_t peer_sequence;
    uint32_t peer_generation;
};

void detect_init(struct director *director, nstime now);

/* The table was just emptied, the wait for the peer begins anew (R-1105). */
void detect_restart(struct director *director, nstime now);

/* The interval is another: what was not heard under the old one is no silence under the
 * new one, which begins now. */
void detect_wait_anew(struct director *director, nstime now);

/* A datagram came on the hello channel from the peer. */
void detect_hear(struct director *director, nstime now, const uint8_t *bytes, size_t length,
                 struct effects *effects);

/* Send the other unit a hello of a kind. */
void detect_say(struct director *director, nstime now, enum hello_kind kind,
                struct effects *effects);

/* The host knows that the peer has failed: the detector "oracle" believes it. */
void detect_told(struct director *director, nstime now, struct effects *effects);

/* "failover reset" (fact F-713): what is held against the peer is forgotten, the wait
 * for it begins anew. */
void detect_reset(struct director *director, nstime now);

/* Timers: the next hello to send, the next that is missing; see deadline.c. */
nstime detect_send_deadline(const struct director *director);
nstime detect_miss_deadline(const struct director *director);
void detect_send_due(struct director *director, nstime now, struct effects *effects);
void detect_miss_due(struct director *director, nstime now, struct effects *effects);

/* Take over if the peer is held to have failed and failover is on; also after a
 * command has turned it on. */
void detect_consider(struct director *director, nstime now, struct effects *effects);

/* Can a record reach a standby, for all that is known here? */
bool detect_has_standby(const struct director *director);

#endif
