/* What the observer holds, for its parts: following (observer.c), the failure and the takeover
 * (takeover.c), what it meant to the applications (harm.c) and judging (verdict.c). Nobody
 * else includes this. */
#ifndef SIM_RUN_OBSERVED_H
#define SIM_RUN_OBSERVED_H

#include "sim/network/pool.h"
#include "sim/run/affinity.h"
#include "sim/run/observer.h"

/* What is known of one connection's record at the unit that it was sent to last: another
 * standby knows nothing of it. Counts stay at 255. */
struct record_history {
    nstime first_sent;
    nstime due;      /* when the first of those that a link lost would have come, 0: none */
    uint8_t sent;    /* datagrams with its create handed to the link, or dropped before it */
    uint8_t arrived; /* in time: the receiver was standby still */
    uint8_t late;    /* after the takeover */
    bool accepted;
    bool forgotten;  /* an active unit ended it as idle */
    uint8_t receiver; /* number of that unit */
    struct datagram_name last;    /* of those sent */
    struct datagram_name turn;    /* that brought it first, or that removed it */
    uint8_t removed; /* enum cause: OVERWRITTEN, DELETED_EARLY, AGED_OUT, or NONE */
    uint32_t remover; /* whose record did it, number + 1 */
};

/* One for each live connection, so it is kept small; those that were there at the
 * failure have a listing besides. */
struct observed {
    struct connection *connection; /* NULL when it has ended */
    struct listing *listing;       /* NULL when it was not there at the failure */
    struct record_history record;
    uint32_t opening; /* its number from 1 among openings while it is not connected; 0: none */
};

struct listing {
    struct observed *observed;
    nstime established;
    bool told_first; /* its create left before it was established for its client */
    bool decided;
    bool strayed;
    bool gave_up;
    bool stranded; /* its server was cut off when its time ran out */
    bool cut_off;  /* nobody could serve it when its time ran out, or the router or its server
                    * had not heard who would */
    bool window_refused; /* a unit did not let its packets pass */
    bool forsaken; /* the owner of the address at the failure, or after the takeover, had
                    * no record of it: this unit */
    uint8_t forsaker;
    bool hung_up;  /* its server had closed it as idle */
    bool unheard;  /* a message of its server's was lost with the server's socket */
    bool unconnected; /* it ended before it was established */
    bool asked;    /* whoever serves asked the servers whose it is, or its limits forbade that */
    enum saved_by keeper; /* what would save it, if it went on now */
    enum saved_by former; /* and what did, until the address came to one that does not know it */
    nstime carried_until; /* then, -1: never, or nobody served it before */
    struct connection_row row;
};

struct observer {
    const struct scenario *scenario;
    const struct engine *engine;
    const struct traffic *traffic;
    struct connection_watch watch;
    struct pool *pool;
    struct affinity *affinity;
    GPtrArray *listings; /* in order of number */
    uint32_t undecided;
    nstime failure, takeover; /* instants, -1: not yet */
    nstime out_since;         /* at the failure: since when nothing got through to the standby */
    nstime emptied[UNITS_MAX]; /* when each unit last became a standby, its table empty */
    int owner;                /* number of the unit that owned the address at the failure */
    unsigned heir;            /* of the one that takes over, or might */
    nstime moved[2];          /* by enum side: since the failure, -1: not yet */
    struct observer_reach reach;
    bool served;              /* somebody owns the address, runs, and can be reached */
    nstime served_since;      /* NSTIME_NEVER: not yet */
    bool disturbed;           /* something befell the replication before the failure */
    bool both_active;
    bool outage;              /* from the failure until the address is served again */
    uint32_t connecting;      /* openings neither connected nor failed */
    uint32_t ghosts;
    uint64_t creates_due, deletes_due; /* until the failure: established, and ended again */
    uint32_t refused[REFUSAL_COUNT]; /* datagrams and records, by either unit */
    uint64_t probes, probes_now, probes_peak; /* in all, in this second, in one at most */
    nstime probes_second;
    GArray *openings;         /* struct opening */
    GArray *set_ups;          /* nstime each: how long connecting took, until the failure */
    nstime last_opening;
    nstime openings_until;    /* in a twin: as long as the run's outage lasted */
    nstime surge_bin;         /* SYNs in the hundred milliseconds that began then */
    uint32_t surge_count, surge_peak;
};

/* harm.c: a wait after the failure is over; a connection has ended; what is still open when
 * the run ends waits and has lost nothing yet. */
void harm_waited(struct listing *listing, nstime since, nstime now);
void harm_ended(struct listing *listing, const struct connection *connection, nstime now);
void harm_finish(const struct observer *observer, struct listing *listing);

#endif
