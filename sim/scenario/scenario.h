/* A scenario: one file, read strictly, as plain values. Owned as a whole and not
 * changed after reading; many runs share it. */
#ifndef SIM_SCENARIO_SCENARIO_H
#define SIM_SCENARIO_SCENARIO_H

#include "analysis/columns.h"
#include "core/nstime.h"
#include "core/replication.h"
#include "sim/engine/distribution.h"
#include "sim/network/impairment.h"

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

enum { UNITS_MAX = 3 };

/* Its number among the units is its rank: 0 primary, 1 secondary, 2 spare. */
struct unit_spec {
    char *name;
    bool primary;
    char *command;    /* of its configuration, what is its alone: the priority */
    nstime detection; /* as standby, from the last hello it hears to its taking over */
    uint64_t capacity; /* packets a second that it takes in, 0: any number */
    uint32_t backlog;  /* packets that may wait for that */
};

/* What a unit can do with records, each a second; 0: any number. */
struct budgets {
    uint64_t send;           /* hand to the link */
    uint32_t send_queue;     /* datagrams that may wait for that */
    uint64_t receive;        /* apply */
    uint64_t receive_buffer; /* bytes, as a kernel counts them, for those that wait */
};

/* The word for an interface by its number: "peer", "outside", "inside". */
const char *interface_word(unsigned interface);

enum link_role {
    LINK_CLIENTS, LINK_SERVERS, LINK_REPLICATION, LINK_HELLO, LINK_SERIAL, LINK_COUNT,
};

/* The word for a link: "clients", "servers", "replication", "hello", "serial". */
const char *link_role_word(enum link_role role);

/* forward: clients to units, units to servers, A to B. */
struct link_spec {
    struct impairment forward;
    struct impairment reverse;
};

struct virtual_spec {
    char *name;
    uint32_t ip;
    uint16_t port;
    uint16_t bind_id;
    uint8_t protocol;
    bool replicate;
    bool direct; /* its servers answer past the directors */
    nstime idle_time;
    bool *bound; /* of each real: is it named in bind? */
};

/* Keepalive of TCP, with Linux's numbers. */
struct keepalive {
    nstime time;     /* without a segment from the other end, until the first probe */
    nstime interval; /* from probe to probe, and from the last to the end */
    unsigned probes; /* 0: off */
};

#define KEEPALIVE_TIME (7200 * NSTIME_S)   /* tcp_keepalive_time */
#define KEEPALIVE_INTERVAL (75 * NSTIME_S) /* tcp_keepalive_intvl */
enum { KEEPALIVE_PROBES = 9 };             /* tcp_keepalive_probes */

struct real_spec {
    char *name;
    uint32_t ip;
    uint16_t port;
    uint8_t protocol;
    unsigned seen_as; /* static: number, from 1, of the virtual that its own connections seem
                       * to come from; 0: none */
    struct distribution service_time; /* from a whole request to its answer */
    nstime time_wait; /* TIME_WAIT of what it closed first; 0: none */
    uint64_t weight;  /* at the start */
    struct keepalive keepalive;       /* of its sockets */
    nstime idle_close; /* from its last word to its closing; NSTIME_NEVER = never */
    uint32_t sockets;  /* its process has at a time, at most; 0 = any number */
};

/* Over udp: a request is one datagram, an answer as many as UDP can nearly name (65,507 b). */
enum {
    UDP_PAYLOAD = 1472, /* of a datagram that needs no fragments */
    UDP_ANSWER_MAX = 44 * UDP_PAYLOAD,
};

/* Linux's ip_local_port_range: the ephemeral ports of one address for one virtual. */
enum { PORT_FIRST = 32768, PORT_LAST = 60999, PORT_COUNT = PORT_LAST - PORT_FIRST + 1 };

enum arrival_kind { ARRIVAL_POISSON, ARRIVAL_CONSTANT, ARRIVAL_TRACE };

/* One connection of a trace, in order of start. */
struct trace_row {
    nstime start;
    nstime duration;
    uint32_t client; /* number of the client address in the trace, from 0 */
    uint16_t client_port; /* 0 = any */
    uint64_t request_bytes;
    uint64_t response_bytes;
    bool lower_bound; /* the log ended, or saw an end missing: duration is at least this */
};

struct workload_spec {
    char *name;
    unsigned virtual; /* index into scenario.virtuals */
    unsigned beside;  /* number, from 1, of the workload whose connections these open beside */
    enum arrival_kind arrivals;
    double rate;      /* connections a second, POISSON and CONSTANT */
    uint32_t clients; /* how many client addresses, from client_network up */
    uint32_t client_network; /* first address */
    unsigned client_prefix;  /* of the network it lies in */
    uint16_t client_ports;   /* of each address for one virtual, from PORT_FIRST up */
    nstime time_wait;        /* TIME_WAIT of a client that closed first; 0: none */
    struct distribution requests;      /* per connection, at least 1 */
    struct distribution request_size;  /* bytes, at least 1 */
    struct distribution response_size; /* bytes, at least 1 */
    struct distribution think_time;    /* from an answer to the next request */
    nstime application_timeout;        /* for each request; NSTIME_NEVER = none */
    nstime patience;  /* longer waits harm; NSTIME_NEVER = none does */
    nstime reconnect; /* after a death, until the client opens again; NSTIME_NEVER = not */
    bool half_close; /* the client shuts its side with the last request */
    bool opened_by_server; /* beside another: to a port that the client has announced on it */
    struct keepalive keepalive; /* of the clients' sockets */
    bool pushes;                   /* servers speak unasked: */
    struct distribution push_time; /* from a server's last word to the next */
    struct distribution push_size; /* bytes, at least 1 */
    nstime retry_time; /* UDP: until an unanswered request goes again; doubles each time */
    unsigned retries;  /* UDP: how often it goes again, before a last wait */

    /* TRACE: rows once per copy; each copy has client addresses of its own and is
     * shifted in time (see sim/node/workload.h) */
    struct trace_row *trace;
    size_t trace_count;
    unsigned trace_copies;
    nstime trace_span;    /* from the first start to the last end */
    char *trace_summary;  /* what was read and what skipped, one line */
};

enum fault_action {
    FAULT_CRASH, FAULT_FREEZE, FAULT_RESTART,
    FAULT_POWER,     /* off, as a crash that the cable shows; back, it boots (R-1007) */
    FAULT_INTERFACE, /* no frame passes it: its line is down, or only seems up */
    FAULT_CABLE,     /* the failover cable is pulled */
    FAULT_LINK,
    FAULT_FAIL, FAULT_RECOVER, /* of a server: cut off, and back with all it knew */
    FAULT_DRAIN, FAULT_UNDRAIN, /* weight 0 by the operator, and its own weight again */
    FAULT_SWITCHOVER, FAULT_COMMAND,
    FAULT_SLOW,  /* a unit's capacity is another, until it dies or for a time */
    FAULT_LOSSY, /* a unit drops a share of what it takes in and sends, as long */
    FAULT_FLOOD, /* SYNs, or ACKs, from addresses that never answer */
};
enum fault_target {
    TARGET_UNIT, TARGET_ACTIVE, TARGET_STANDBY, TARGET_PRIMARY, TARGET_SECONDARY, TARGET_SPARE,
};
enum fault_when { FAULT_AT, FAULT_AFTER, FAULT_AFTER_TAKEOVER };

/* Where the SYNs of floods come from: RFC 6598's network, which is nobody's here. */
#define FLOOD_NETWORK UINT32_C(0x64400000)
enum { FLOOD_PREFIX = 10 };

/* Directions of a link, together. */
enum { WAY_FORWARD = 1, WAY_REVERSE = 2, WAY_BOTH = WAY_FORWARD | WAY_REVERSE };

struct fault_spec {
    char *label;
    enum fault_when when;
    int after;      /* FAULT_AFTER: index of the other fault */
    nstime at;      /* FAULT_AT: the instant ("from" too); else the wait */
    nstime lasts;   /* "from .. to" and "freeze X for TIME": how long; NSTIME_NEVER: for good */
    nstime spread;  /* uniform to either side; 0 = none */
    enum fault_action action;
    enum fault_target target; /* of what hits a unit */
    unsigned unit;            /* TARGET_UNIT: index into units */
    unsigned interface;       /* FAULT_INTERFACE: its number (core/event.h) */
    bool unnoticed;           /* FAULT_INTERFACE: the unit does not see it by its line */
    enum link_role link;      /* FAULT_LINK */
    unsigned ways;            /* FAULT_LINK: which directions it changes */
    unsigned real;            /* of what hits a server: index into reals */
    struct link_spec changed; /* FAULT_LINK: the link as it is while the fault lasts */
    unsigned virtual;         /* FAULT_FLOOD: whom it asks, index into virtuals */
    uint64_t rate;            /* FAULT_SLOW, FLOOD: packets a second */
    bool acks;                /* FAULT_FLOOD: not SYNs */
    struct probability share; /* FAULT_LOSSY: of what passes */
    char *command;            /* FAULT_COMMAND, DRAIN and UNDRAIN: an operator's line */
    char *undo;               /* FAULT_DRAIN: and the line that takes it back */
    char *text;               /* the action as written, for logs */
};

/* Instants of a run at which "known" is asked as if the active unit crashed then. */
struct virtual_crashes_spec {
    uint32_t count; /* 0: none */
    nstime from, to; /* to: at most the measured fault's instant, and the duration */
};

/* How those around the pair learn that an address has moved (sim/network/neighbours.h). By
 * enum side: what is lost and how long an entry lives differ. */
struct garp_spec {
    bool swapped;               /* the address keeps its MAC */
    struct probability loss[2]; /* of each frame, for each that should hear it */
    unsigned repeat;            /* frames at once */
    nstime delay;               /* until as many follow; NSTIME_NEVER: none do */
    nstime lifetime[2];         /* of a neighbour's entry, until it asks */
};

/* What a run must come to, exactly: one key of an [expect NAME]. */
enum expected { EXPECT_CASUALTIES, EXPECT_CAUSES, EXPECT_UNKNOWN, EXPECT_GHOSTS };

struct expectation {
    enum expected what;
    GArray *numbers; /* uint32_t: of connections, ascending; enum cause each; of ghosts */
    char *place;     /* where it stands: "f01.scn:30: [expect who] casualties = 3" */
};

enum table_flag { TABLE_RUNS = 1, TABLE_CONNECTIONS = 2, TABLE_EVENTS = 4, TABLE_PROTECTION = 8,
                  TABLE_SAMPLES = 16 };

struct sweep_axis {
    char *key;    /* as named in [sweep], canonical spelling */
    char **values; /* each as "show" would print it; NULL-terminated */
};

/* Who speaks at duration, of each connection that is undecided then. */
enum roll_call { ROLL_CALL_NO, ROLL_CALL_CLIENT, ROLL_CALL_SERVER };

struct scenario {
    char *file;  /* as given */
    char *name;  /* file name without folder and ending */
    char *title;
    char *text_sha256; /* of the file's bytes and the overrides */

    nstime duration;
    nstime drain;
    enum roll_call roll_call;
    uint64_t seed;
    uint32_t repetitions;
    uint32_t points;  /* of the sweep it belongs to; 1 outside one */
    int measure; /* index of the fault whose instant decides, or -1: no fault's does */
    enum form form; /* the closed form that it is made to meet */
    bool twin;   /* each run is run again without the measured fault, */
    bool twin_of_one; /* or at least where there is only one run */
    struct virtual_crashes_spec virtual_crashes;
    bool measure_preempt; /* the instant is the first preemption, measure is -1 */

    GPtrArray *units;    /* struct unit_spec, two or three, in order of rank */
    GPtrArray *virtuals; /* struct virtual_spec, in order of the file */
    GPtrArray *reals;    /* struct real_spec */
    struct link_spec links[LINK_COUNT];
    GPtrArray *workloads; /* struct workload_spec */
    GPtrArray *faults;    /* struct fault_spec */
    GPtrArray *expectations; /* struct expectation */

    const struct replication_protocol *protocol;
    GArray *fates; /* struct chosen_fate (sim/scenario/fate_list.h), of its datagrams */
    unsigned unknown; /* a set of enum unknown_connection */
    unsigned repeats; /* how often creates and deletes are sent: 1 but for protocol repeat */
    nstime repeat_spacing; /* and the time between */
    nstime replicate_after; /* protocol delayed: how old who is told of; else 0 */
    unsigned sync_maxlen, sync_period; /* protocol ipvs */
    nstime sync_timeout;               /* of an established connection's entry */
    nstime refresh_time;               /* protocol alarm */
    uint16_t replication_port; /* UDP, of the datagrams */
    bool udp_checksum;         /* damaged datagrams are lost, not seen */
    struct budgets budgets;
    bool active_on_ack;   /* [options] active-on = ack: the create leaves with the client's ACK */
    char *detector;       /* its word */
    nstime hello_interval; /* from hello to hello, whatever the detector */
    nstime oracle_time;    /* detector oracle: from a failure to the takeover; else NEVER */
    nstime hello_time;     /* of detector localdirector */
    unsigned hello_misses;
    nstime hello_phase;        /* the first hello of each unit; NSTIME_NEVER: drawn */
    bool hello_on_replication; /* [failover] hello-link = replication */
    unsigned hello_paths;      /* those that hellos take: 1 << enum hello_path (core/path.h) */
    nstime interface_test_time; /* of one step, where outside or inside is one of them */
    uint32_t active_ip, failover_ip;
    struct garp_spec garp;

    /* commands for each director, in order, in the core's own vocabulary */
    GPtrArray *commands; /* char * */

    char *output_directory;
    unsigned tables; /* enum table_flag */
    double confidence; /* 0.95 */
};

struct override {
    char *key;   /* GROUP.KEY with dots, any accepted spelling */
    char *value;
};

/* A scenario file as read: groups, keys and lines, before a point is chosen. */
struct scenario_file;

/* Read a file ("-": standard input) with overrides from --set, check every
 * key of every point of the sweep, and report all mistakes at once: one line each
 * "file:line: [group] key = value: what is wrong (remedy)", joined by newlines,
 * in error->message. Returns NULL then. Warnings are appended to warnings
 * (char *, owned by the array), which may be NULL. */
struct scenario_file *scenario_file_read(const char *path, const struct override *overrides,
                                         size_t override_count, GPtrArray *warnings,
                                         GError **error);
void scenario_file_free(struct scenario_file *file);

/* The sweep: axes in order of the file, the last varies fastest; one point when
 * there is no sweep. */
unsigned scenario_file_points(const struct scenario_file *file);
unsigned scenario_file_axes(const struct scenario_file *file);
const struct sweep_axis *scenario_file_axis(const struct scenario_file *file, unsigned axis);
/* The value of an axis at a point. */
const char *scenario_file_value(const struct scenario_file *file, unsigned point, unsigned axis);

/* The first axis that changes this key, "GROUP.KEY", by itself or by a variant; -1: none. */
int scenario_file_axis_of(const struct scenario_file *file, const char *key);

/* What the sweep changes at a point, each as --set takes it (char *, owned by the array). */
GPtrArray *scenario_file_settings(const struct scenario_file *file, unsigned point);

/* The scenario of one point (0 for "run": values of [sweep] do not apply when
 * swept is false). Cannot fail: scenario_file_read() has checked all points. */
struct scenario *scenario_file_point(const struct scenario_file *file, unsigned point, bool swept);
void scenario_free(struct scenario *scenario);

/* The machine that opens connections as a virtual one and has the address of this real one:
 * its index into reals, -1: none has. */
int scenario_opener(const struct scenario *scenario, unsigned real, unsigned virtual);

/* Why the measured instant is designed, not independent of what goes on: closed forms are
 * about a random instant. A static phrase, or NULL. */
const char *scenario_designed(const struct scenario *scenario);

/* Does a unit take its time for records or packets, so that they may wait in it? */
bool scenario_throttled(const struct scenario *scenario);

/* The resolved scenario in canonical spelling, a valid scenario file again: what
 * "show" prints. Free with g_free(). */
char *scenario_file_show(const struct scenario_file *file);

/* What "list keys" prints: every key with type, default and help. */
char *scenario_list_keys(void);

#endif
