/* Machines: virtual ones that clients see, physical ones that serve, and the
 * links that bind them (figures 2, 3A, 3B).
 *
 * One struct machines per director owns all of them. Objects stay at their
 * address until removed; a machine that still has connections is not freed:
 * the caller destroys these first. */
#ifndef CORE_MACHINE_H
#define CORE_MACHINE_H

#include "core/flow.h"
#include "core/nstime.h"
#include "core/response.h"

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

/* ip:port:bindid:proto; port 0 means all ports. */
struct machine_id {
    uint32_t ip;
    uint16_t port;
    uint16_t bind_id;
    uint8_t protocol;
};

static inline bool machine_id_equal(struct machine_id a, struct machine_id b)
{
    return a.ip == b.ip && a.port == b.port && a.bind_id == b.bind_id
           && a.protocol == b.protocol;
}

enum machine_state {
    MACHINE_IN_SERVICE,
    MACHINE_OUT_OF_SERVICE, /* by an operator's hand */
    MACHINE_FAILED,         /* virtual machines: derived, never stored */
    MACHINE_TESTING,        /* failed, and being tried with one connection */
};

enum predictor {
    PREDICTOR_LEASTCONNS, PREDICTOR_WEIGHTED, PREDICTOR_ROUNDROBIN, PREDICTOR_FASTEST,
    PREDICTOR_LOADED, PREDICTOR_MAGLEV, PREDICTOR_WLC,
};

/* When machines that are bound as overflow serve as well; preferred ones are the
 * others. */
enum overflow {
    OVERFLOW_NONE,
    OVERFLOW_BUSY,       /* all preferred that work are at their maximum */
    OVERFLOW_ONE_FAILED, /* a preferred one at least has failed */
    OVERFLOW_ALL_FAILED,
};

struct physical;
struct virtual;
struct ranking; /* ranking.h */
struct maglev;  /* maglev.h */

/* A machine of either kind: at most one is set, neither means none. */
struct machine {
    struct virtual *virtual;
    struct physical *physical;
};

static inline bool machine_equal(struct machine a, struct machine b)
{
    return a.virtual == b.virtual && a.physical == b.physical;
}

struct physical {
    struct machine_id id; /* bind_id tells apart equal addresses; usually 0 */
    enum machine_state state;
    uint32_t connections; /* conns whose PM flag is 1 */
    uint32_t active;      /* of these, established and not closing: IPVS's activeconns */
    uint32_t weight;      /* default 1, 0 receives nothing */
    uint32_t maxconns;    /* 0 = no limit */
    uint32_t ditched;     /* connections in a row that it left unanswered (health.c) */
    GHashTable *ditched_clients; /* whose these were; NULL while not asked for */
    uint32_t threshold;   /* R-506, default 8 */
    uint32_t reassign;    /* requests unanswered until the next machine, default 3 */
    nstime retry;         /* from failed to testing, default 60 s */
    nstime failed_at;     /* while it is failed: since when */
    bool autounfail;      /* a connection established brings it back, default on */
    uint32_t trial;       /* while it is in testing: the slot of its one conn, 0 = none */
    struct machine standby; /* */
    struct response response; /* */
    struct virtual *appears_as; /* what it opens comes from there, or NULL */
    uint32_t links;       /* how many virtual machines are bound to it */
    struct link *bound;   /* these links, in no order */
    struct physical *next;
};

struct link {
    struct physical *physical;
    struct link *next;
    struct virtual *virtual;
    struct link *bound_next; /* of the same physical machine */
    bool overflow;           /* serves only when the virtual machine overflows */
    uint32_t share;          /* 1..SHARE_FULL (slow_start.c), as the next two */
    bool serves;
    nstime entered_at;       /* into service; NSTIME_NEVER: not lately */
    uint32_t position;       /* ranking.c: among the links of the virtual machine */
    bool replaced;           /* ranking.c: a standby is in the machine's place */
};

struct virtual {
    struct machine_id id;
    bool out_of_service;
    bool replicate;       /* R-107, default off */
    bool direct;          /* its machines answer past the director; default off */
    enum predictor predictor;
    enum overflow overflow; /* R-211, default none */
    nstime idle_time;     /* R-602, default 120 min */
    nstime delay;         /* R-408 hold after the close, default 0 */
    nstime slow_start;    /* R-311, default 0: off */
    bool starts_slowly;   /* slow_start.c: it is on, and the links' shares are right */
    nstime sticky;        /* fact F-602, default 0: off */
    uint32_t connections; /* conns whose VM flag is 1 */
    struct link *links;   /* in the order of binding */
    struct link *last_chosen; /* where the turn stands, or NULL */
    struct machine standby; /* */
    struct ranking *ranking; /* of its links; NULL when they are few */
    bool ranked;            /* the ranking is as it should be */
    bool hashed;            /* and the table */
    struct maglev *maglev;  /* of its links; NULL: never asked for */
    nstime probes_spent[2]; /* probe.c: until when its share of probes is */
    struct virtual *next;
};

/* A client network tied to a bind ID of one service; service.bind_id is
 * that bind ID. */
struct assignment {
    struct machine_id service;
    uint32_t network;
    unsigned prefix;
};

struct machines;

enum {
    MACHINES_MAX = 8000,   /* virtual and physical ones together */
    WEIGHT_DEFAULT = 1,    /* */
    THRESHOLD_DEFAULT = 8, /* */
    REASSIGN_DEFAULT = 3,  /* */
    SHARE_FULL = 64,       /* a link's share when it is not starting slowly */
};
#define IDLE_TIME_DEFAULT (120 * NSTIME_MIN) /* */
#define RETRY_DEFAULT (60 * NSTIME_S)        /* */

struct machines *machines_new(void);
void machines_free(struct machines *machines);

/* Lists in order of their making. */
struct virtual *machines_first_virtual(const struct machines *machines);
struct physical *machines_first_physical(const struct machines *machines);

/* Make a machine. Returns NULL when one with the same id exists, or when the
 * limit of 8,000 is reached. */
struct virtual *machines_add_virtual(struct machines *machines, struct machine_id id);
struct physical *machines_add_physical(struct machines *machines, struct machine_id id);

/* The link's physical machine forgets it; for those that free a link. */
void link_detach(struct link *link);

/* Exactly this id, or NULL. */
struct virtual *machines_find_virtual(const struct machines *machines, struct machine_id id);
struct physical *machines_find_physical(const struct machines *machines, struct machine_id id);

/* Remove a machine with its links; no connection may be counted to it or point
 * at it any more (R-215, asserted through its counter). */
void machines_remove_virtual(struct machines *machines, struct virtual *virtual);
void machines_remove_physical(struct machines *machines, struct physical *physical);

/* Bind and unbind. Return false when already bound / not bound. */
bool machines_bind(struct machines *machines, struct virtual *virtual, struct physical *physical);
bool machines_unbind(struct machines *machines, struct virtual *virtual,
                     struct physical *physical);

/* Assign a client network to the bind ID of service, for its address, port and
 * protocol (R-205, R-210: the longest match wins; those of an exact port are asked
 * before those of port 0). prefix is 0..32; bits of network beyond it are ignored.
 * Assigning the same network again replaces its bind ID. Removing the
 * virtual machine named by service removes its assignments. machines_unassign()
 * returns false when this network was not assigned to this bind ID. */
void machines_assign(struct machines *machines, struct machine_id service, uint32_t network,
                     unsigned prefix);
bool machines_unassign(struct machines *machines, struct machine_id service, uint32_t network,
                       unsigned prefix);

/* The assignments in order of their making, index from 0; NULL past the last. */
const struct assignment *machines_assignment(const struct machines *machines, unsigned index);

/* The virtual machine for a request from foreign_ip to local: exact port
 * with the client's bind ID, all ports with it, then both with bind ID 0, which
 * under bind0_none serves only clients assigned to it. NULL when there
 * is none. An index answers; no walk. */
struct virtual *machines_serve(const struct machines *machines, uint32_t foreign_ip,
                               struct address local, uint8_t protocol, bool bind0_none);

/* The virtual machine a record names: this bind ID, exact port first,
 * then all ports. */
struct virtual *machines_named(const struct machines *machines, struct address local,
                               uint16_t bind_id, uint8_t protocol);

/* The physical machine a record names: the virtual's links first, exact
 * port, then port 0; then the whole list likewise. */
struct physical *machines_serving(const struct machines *machines, const struct virtual *virtual,
                                  struct address real, uint8_t protocol);

/* Do machines bound as overflow take connections now? */
bool virtual_overflows(const struct virtual *virtual);

/* "none", "busy", "one-failed", "all-failed", and back; false for another word. */
const char *overflow_word(enum overflow overflow);
bool overflow_parse(const char *word, enum overflow *overflow);

/* Failed exactly when every machine available to serve it is: bound
 * ones and the standby chain. A virtual machine bound to nothing and without a
 * standby is failed. */
bool virtual_failed(const struct virtual *virtual);

/* Out of service if an operator said so, else failed or in service. */
enum machine_state virtual_state(const struct virtual *virtual);

/* Whether from is to, or a request given to from may end at to: over links and
 * standbys. A standby that leads back to its owner is a cycle. */
bool machine_leads_to(struct machine from, struct machine to);

/* Can it take a new connection now? Neither failed, out of service, at its
 * maximum nor of weight 0, nor in testing with its one connection out. */
bool physical_available(const struct physical *physical);

/* To be called when what machines are chosen by has changed: the counter, the state or the
 * speed of one; or anything of any, by a command. */
void physical_changed(const struct physical *physical);
void machines_changed(struct machines *machines);

/* No connection counts as ditched any more. */
void physical_clear_ditched(struct physical *physical);

/* "in-service", "out-of-service", "failed", "testing". */
const char *machine_state_word(enum machine_state state);

/* Text "10.0.1.3:80:0:tcp" in a buffer of MACHINE_TEXT_SIZE; returns text. */
enum { MACHINE_TEXT_SIZE = 32 };
char *machine_print(struct machine_id id, char *text);

#endif
