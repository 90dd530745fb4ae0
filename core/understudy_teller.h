/* The active's side of the protocol "understudy": what its slots hold, which of them the
 * standby is to be told, and what it has acknowledged.
 *
 * An event costs a version, a hash and a place in a queue; a packet costs nothing. Nothing is
 * ever forgotten: what is not acknowledged makes its slots due again, with what they hold
 * then. Memory: some 80 bytes for each slot of the connection table, and 64 datagrams under
 * way of 64 slots each. Times are in nanoseconds, round_trip > 0. */
#ifndef CORE_UNDERSTUDY_TELLER_H
#define CORE_UNDERSTUDY_TELLER_H

#include "core/settings.h"
#include "core/slot_array.h"
#include "core/slot_queue.h"
#include "core/understudy_wire.h"

/* What is known of a slot. */
struct teller_slot {
    uint64_t hash; /* of what it holds; 0: empty */
    struct record record; /* what it holds, or held last */
    uint32_t tag;         /* whose that is */
    uint16_t version;     /* 0: never used */
    uint8_t under_way;    /* datagrams with it that have no answer */
    bool full;
    bool due;             /* it waits in the queue of creates */
    bool late;            /* it waits in the queue of deletes */
    bool told;            /* this content has left before */
};

/* A datagram that has no answer yet. */
struct under_way {
    nstime sent;
    bool answered; /* or given up */
    unsigned count;
    struct {
        uint32_t slot;
        uint16_t version;
    } slots[UNDERSTUDY_RECORDS_MAX];
};

struct teller {
    uint16_t epoch;
    struct slot_array slots; /* struct teller_slot, by slot number */
    uint32_t slots_used;     /* the highest number in use, plus 1 */
    struct slot_queue creates, deletes;
    uint32_t walk; /* the next slot of a standby that joins, 0: none joins */
    nstime walk_at; /* the link is free for it */
    struct under_way window[UNDERSTUDY_WINDOW];
    uint32_t base, next; /* sequence numbers: the oldest without an answer, and the next */
    nstime sent_at;      /* the latest datagram */
    nstime round_trip;   /* as measured */
    bool answered;       /* this epoch was answered */
    unsigned unanswered; /* datagrams given up since the latest ack */
    nstime digest_at;    /* the next digest */
    uint32_t digest_page;
    uint32_t digest_sent; /* pages from here on await a verdict */
    bool proved;         /* the standby's table was found equal since it joined */
    bool doubted;        /* a page of this round was not */
};

/* The parameters, as the settings have them. */
struct teller_pace {
    nstime round_trip;      /* to begin with */
    unsigned blackout;      /* behind so many without an answer, one goes at a time */
    nstime delete_delay;    /* a delete waits so long for company */
    nstime digest_interval; /* between digests of a standby that is proved */
    uint64_t walk_bits;     /* a second, for a standby that joins */
    enum understudy_part without; /* for measurements of what it is worth */
};

void teller_init(struct teller *teller);
void teller_free(struct teller *teller);

/* A new standby, which knows nothing: another epoch, all full slots are due by the walk. */
void teller_begin(struct teller *teller, nstime now, uint16_t epoch,
                  const struct teller_pace *pace);

/* A slot holds a connection from now on; it does no more. */
void teller_fill(struct teller *teller, nstime now, uint32_t slot, const struct record *record,
                 uint32_t tag);
void teller_empty(struct teller *teller, nstime now, uint32_t slot,
                  const struct teller_pace *pace);

/* When something is to be sent or given up; NSTIME_NEVER: nothing. */
nstime teller_deadline(const struct teller *teller, const struct teller_pace *pace);

/* Give up what has no answer, and make the next datagram that is due now; false: none is.
 * It is under way from then on. Call until it is false. */
bool teller_next(struct teller *teller, nstime now, const struct teller_pace *pace,
                 struct understudy_data *data);

/* The same for digests. */
bool teller_digest(struct teller *teller, nstime now, const struct teller_pace *pace,
                   struct understudy_digest *digest);

/* An answer came. Of another epoch it is refused: false. */
bool teller_ack(struct teller *teller, nstime now, const struct understudy_ack *ack,
                const struct teller_pace *pace);
bool teller_verdict(struct teller *teller, nstime now, const struct understudy_verdict *verdict);

/* What the host is to note of a slot that goes with a datagram. */
const struct teller_slot *teller_slot(const struct teller *teller, uint32_t slot);

#endif
