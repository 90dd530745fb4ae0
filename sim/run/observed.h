/* What the observer holds, for its two halves: following (observer.c) and judging
 * (verdict.c). Nobody else includes this. */
#ifndef SIM_RUN_OBSERVED_H
#define SIM_RUN_OBSERVED_H

#include "sim/network/pool.h"
#include "sim/run/observer.h"

/* What is known of one connection's record. */
struct record_history {
    uint32_t sent;      /* datagrams with its create handed to the link */
    uint32_t lost;
    uint32_t arrived;   /* in time: the receiver was standby still */
    uint32_t late;      /* after the takeover */
    nstime first_sent;
    bool accepted;
    enum cause removed; /* OVERWRITTEN, DELETED_EARLY, AGED_OUT, or NONE */
};

struct observed {
    struct connection *connection; /* NULL when it has ended */
    struct flow flow;
    uint32_t tag;
    struct record_history record;
    nstime established;
    /* of those that were there at the failure */
    bool listed;
    bool decided;
    bool strayed;
    bool gave_up;
    bool opened_in_outage;
    struct connection_row row;
};

struct observer {
    const struct scenario *scenario;
    const struct engine *engine;
    struct connection_watch watch;
    struct pool *pool;
    GHashTable *flows;   /* struct flow -> struct observed, live connections; never walked */
    GPtrArray *listed;   /* in order of number */
    uint32_t undecided;
    nstime failure, takeover; /* instants, -1: not yet */
    nstime standby_since;
    bool both_active;
    uint32_t ghosts;
    uint32_t opened_in_outage;
    GArray *connect_delays; /* nstime */
};

#endif
