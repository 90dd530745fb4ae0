/* The director: one load balancer of a pair, as a value.
 *
 * Events in, effects out. It reads no clock, no chance, no socket and no file;
 * any number of directors live in one process. Time given to it never runs
 * backwards. */
#ifndef CORE_DIRECTOR_H
#define CORE_DIRECTOR_H

#include "core/effect.h"
#include "core/event.h"
#include "core/flow.h"
#include "core/nstime.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum unit_rank { RANK_PRIMARY, RANK_SECONDARY, RANK_SPARE };
enum role { ROLE_STANDBY, ROLE_ACTIVE };

enum { PEERS_MAX = 2 };

/* Another unit of the same service, by its fixed address on the replication network;
 * address 0: none. */
struct unit_peer {
    uint32_t ip;
    enum unit_rank rank;
};

struct director_config {
    enum unit_rank rank;
    enum role initial_role; /* what the unit believes itself when it starts */
    uint32_t own_ip;        /* its fixed address on the replication network */
    uint64_t mac;           /* its own MAC, 48 bits */
    struct unit_peer peers[PEERS_MAX]; /* datagrams from elsewhere are refused */
    nstime hello_phase;     /* first hello goes this long after the start */
    uint64_t seed;          /* for protocols that need hashed chance; unused by the rest */
    uint32_t max_connections; /* 0 = 1,000,000 */
};

struct director;

/* Make a director that started at now. Everything about machines, addresses,
 * timers and protocols comes afterwards, as EVENT_COMMAND (core/command.h); a
 * director without commands serves nothing. The caller frees it. */
struct director *director_new(const struct director_config *config, nstime now);
void director_free(struct director *director);

/* The only way in. effects is emptied, then filled; the host applies it after
 * the step has returned. */
void director_step(struct director *director, nstime now, const struct event *event,
                   struct effects *effects);

/* When the director next wants an EVENT_DEADLINE, or NSTIME_NEVER. May move
 * with every step. A deadline event that comes early is harmless. */
nstime director_deadline(const struct director *director);

/* ---- looking inside, for observers and tests: nothing here changes anything */

enum role director_role(const struct director *director);

/* The fixed address of the unit that records go to while this one is active (R-1107), heard
 * or not; 0: there is no other. */
uint32_t director_standby(const struct director *director);

enum conn_state { CONN_SYN_SEEN, CONN_SYNACK_SEEN, CONN_ACTIVE, CONN_CLOSING };

struct connection_view {
    struct address foreign, virtual, real;
    uint8_t protocol;
    uint16_t bind_id;
    enum conn_state state;
    bool pm_counted, vm_counted;
    bool create_sent;
    bool has_buddies;
    uint32_t tag;
    nstime last_activity;
};

/* Look a connection up by its forward key (foreign, virtual). */
bool director_find(const struct director *director, const struct flow *flow,
                   struct connection_view *view);

/* Are these two there, and buddies of each other, in a ring of any size? */
bool director_buddies(const struct director *director, const struct flow *one,
                      const struct flow *other);

/* Walk all connections in order of their making: start with *cursor = 0; each
 * call fills view and moves the cursor on, until it returns false. */
bool director_next(const struct director *director, uint32_t *cursor,
                   struct connection_view *view);

size_t director_connections(const struct director *director);

/* How often a note was made since the start. */
uint64_t director_count(const struct director *director, enum note_code code);

/* Datagrams and records by what became of them at this receiver (R-902..R-919);
 * REFUSAL_NONE counts those accepted. */
uint64_t director_refusals(const struct director *director, enum record_refusal refusal);

/* What its replication protocol has cost this director while it was active, beside the steps
 * that traffic makes anyway. */
struct replication_work {
    uint64_t datagrams; /* of the standby's, that it had to read */
    uint64_t deadlines; /* of the protocol's own */
};
struct replication_work director_replication_work(const struct director *director);

/* Check what must always hold: counters equal flagged connections, both
 * keys unique, names found, tables agree. Returns NULL, or a static sentence that
 * says what is broken. Walks everything: for tests, and for few instants of a run. */
const char *director_check(const struct director *director);

/* Print the configuration as commands, one a line, that would make it again;
 * the caller frees the text with g_free(). */
char *director_print_configuration(const struct director *director);

#endif
