/* Affinity: do clients that had a connection at the failure reach the server of their latest one
 * again, with the connections that they open at whoever took over? */
#ifndef SIM_RUN_AFFINITY_H
#define SIM_RUN_AFFINITY_H

#include "core/flow.h"
#include "sim/scenario/scenario.h"

struct affinity;

struct affinity_count {
    uint64_t returning; /* connections of such clients, opened there */
    uint64_t returned;  /* and given to that server at first */
};

struct affinity *affinity_new(const struct scenario *scenario);
void affinity_free(struct affinity *affinity);

/* A connection was there at the failure, in the order of opening. */
void affinity_had(struct affinity *affinity, unsigned virtual, uint32_t client_ip, int server);

/* One was opened after the takeover, and given to the machine at real. */
void affinity_opened(struct affinity *affinity, unsigned virtual, uint32_t client_ip,
                     struct address real);

struct affinity_count affinity_counted(const struct affinity *affinity);

#endif
