/* One run: a scenario and a repetition go in, a verdict on every connection
 * comes out. Runs share nothing; any number may go on in threads. */
#ifndef SIM_RUN_RUN_H
#define SIM_RUN_RUN_H

#include "analysis/columns.h"
#include "core/director.h"
#include "core/note.h"
#include "sim/run/affinity.h"
#include "sim/run/protection.h"
#include "sim/scenario/scenario.h"

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

/* Which datagram of the replication: numbered from 1 in the order in which directors hand them
 * out, both ways together; 0: none. */
struct datagram_name {
    uint32_t number;
    nstime sent;
};

/* One connection that was there at the failure. Enums: analysis/columns.h. */
struct connection_row {
    uint32_t connection;
    uint32_t client_ip;
    uint16_t client_port;
    uint16_t virtual;  /* index into scenario.virtuals */
    uint16_t workload; /* index into scenario.workloads */
    int16_t server;    /* index into scenario.reals, -1: none */
    uint8_t state;     /* enum state_at_failure */
    uint8_t outcome;   /* enum outcome */
    uint8_t cause;     /* enum cause; CAUSE_NONE for survived and censored */
    uint32_t blamed;   /* whose record removed its own, number + 1: where that is the cause */
    bool known;
    bool led_astray;   /* at the takeover its tuple's record was for another server */
    nstime opened;
    nstime stall;      /* -1: no progress after the failure */
    uint8_t saved_by;  /* enum saved_by; SAVED_NOT for all but survivors */
    struct datagram_name datagram; /* that decided: the first that brought the record which stood
                                    * at the takeover, the one that removed it, or the last that
                                    * was lost with it */
    bool alone;         /* it was the only one that carried the record */
    uint8_t first_unknown; /* enum speaker: whose packet was the first to meet nothing at the new
                            * active */
    /* what the time after the failure brought its application, in this world: */
    bool hurt;              /* it lost a request, could not connect, or waited too long */
    uint32_t requests_lost; /* sent, and the whole answer never came */
    uint64_t bytes_lost;    /* on their way or awaited when it ended */
    nstime waited;          /* its longest wait, for an answer or to be connected */
    /* against the twin, where there is one: */
    bool harmed;            /* hurt here and not there */
    uint8_t twin_outcome;
    uint32_t twin_requests_lost;
    uint64_t twin_bytes_lost;
    nstime twin_waited;
};

/* What a standby's table holds at an instant, against the truth (census.h). */
struct census {
    bool taken;         /* there were an active unit and a standby to ask */
    uint32_t open;      /* connections that would count if the active failed now */
    uint32_t known;     /* of these, whose record stands on the standby */
    uint32_t ghosts;    /* records there of no connection that lives */
    uint64_t counter_error; /* how far the standby's counters of each real machine are from
                             * the active's, summed */
};

/* One of a hundred instants, where they are wanted: so far, and just now. */
struct sample {
    nstime at;
    struct census census;
    uint64_t datagrams, bytes, back_bytes; /* of the replication */
};

/* What a closed form is about: so many, of so many, and the share that theory says. */
struct form_measure {
    uint64_t count, of;
    double theory; /* below 0: its conditions do not hold in this run */
};

/* One connection opened in the outage; again, in the twin, at the same time. */
struct opening {
    uint64_t key;  /* connection_key() */
    nstime delay;  /* until it was connected, -1: it never was */
    bool failed;
};

/* The headline cohort, and all whose first SYN had left (state_begun()). */
enum cohort { COHORT_ESTABLISHED, COHORT_BEGUN, COHORT_COUNT };

/* What became of a cohort. Weights are against the twin, never below 0, and 0 without one. */
struct cohort_count {
    uint32_t counted, survived, censored, known, harmed;
    uint32_t saved[SAVED_COUNT];
    uint64_t requests_lost, bytes_lost;
    nstime stall_survivors, stall_casualties; /* sums of the longest waits */
};

/* Where the system itself loses packets and datagrams, links apart. */
enum drop_place {
    DROP_SEND_QUEUE,     /* datagrams, before they left */
    DROP_RECEIVE_BUFFER, /* datagrams */
    DROP_BACKLOG,        /* packets and datagrams, hellos too */
    DROP_LOSSY,          /* the same, in and out, by a unit that a fault makes lossy */
    DROP_PLACES
};

struct virtual_count {
    uint32_t counted, survived, known;
};

struct run_result {
    uint32_t point;
    uint32_t repetition;

    nstime failure;      /* instant of the measured fault, -1: none happened */
    int failed_unit;     /* whom it hit: index into scenario.units, -1: none */
    int heir;            /* who took over, -1: nobody */
    nstime takeover;     /* from failure until another unit owned the address, -1: never */
    nstime moved[2];     /* by enum side: from failure until all there reach it, -1: never */
    uint32_t counted;    /* the headline cohort: open_* and half_closed */
    uint32_t outcomes[OUTCOME_COUNT]; /* of the cohort */
    uint32_t causes[CAUSE_COUNT];     /* of the cohort's casualties */
    uint32_t known;
    struct virtual_count *virtuals;   /* one for each scenario.virtuals */
    nstime stall_p50, stall_p99;      /* of survivors, -1: none */
    uint32_t refused[REFUSAL_COUNT];  /* records refused by a director, by reason */
    uint32_t ghosts;                  /* standby records without a connection, at the takeover */
    uint64_t replication_datagrams, replication_bytes, replication_lost; /* until the failure */
    uint32_t opened_during_outage;    /* first SYN after the failure, while nobody served */
    uint32_t connected_during_outage; /* of these, whose handshake was done; the rest failed */
    nstime connect_p50, connect_p99;  /* their connect delay, -1: none */
    nstime setup_p50, setup_p99;      /* of all that were connected until the failure, -1: none */
    uint64_t lost_to_limit[LINK_COUNT]; /* packets that a full queue dropped, both ways */
    uint64_t drops[DROP_PLACES];      /* of all units, up to the end */
    double replication_loss;          /* share of the datagrams that directors handed out until
                                       * the failure and that were not applied; < 0: none were */
    double mean_loss;                 /* of the replication link */
    double known_theory;              /* the conditional line; < 0: no form applies */

    struct protection *protection;    /* at virtual crashes; NULL: there were none */

    struct connection_row *rows;      /* sorted by connection */
    uint32_t row_count;

    /* harm: sim/run/twin.h */
    bool has_twin;
    struct cohort_count cohorts[COHORT_COUNT];
    struct opening *openings; /* of this run's outage, in order, reconnections apart */
    uint32_t opening_count;
    nstime last_opening;      /* when the last of them left, -1: none did */
    uint32_t connects_failed; /* of them, and not in the twin */
    nstime connect_delay;     /* sum over those connected in both, less the twin's */
    uint32_t syn_peak;        /* SYNs that reached the active unit in 100 ms after the failure */
    uint32_t syn_peak_twin;
    uint32_t reconnected;
    uint64_t creates_due, deletes_due; /* until the failure: one each for what was established,
                                        * and has ended again */
    nstime measured;          /* the failure, or the end of a run without one */
    uint64_t back_datagrams, back_bytes; /* of those of the replication, from a standby */
    struct replication_work work; /* of the active unit's director until the failure */
    struct census census;     /* at the failure */
    double imbalance;         /* of the load at duration (census.h), < 0: nobody took over */
    nstime reprotection;      /* sim/run/reprotection.h, -1: never */
    nstime sync;              /* of a joiner: sim/run/joining.h, -1: never */
    double known_roof;        /* share of the cohort that any protocol could have told of, which
                               * tells of a connection when it is there; < 0: nobody counts */
    uint32_t worst_datagram;  /* sim/run/blast.h */
    struct sample *samples;   /* where the scenario wants them */
    uint32_t sample_count;
    struct form_measure form; /* where the scenario is made to meet one */
    uint32_t ghost_misroutes; /* of the cohort, that were led astray */
    struct affinity_count affinity;
    uint64_t probes;          /* sent to servers, and the most within a second of the run */
    uint64_t probes_peak;
    uint64_t backscatter;     /* packets to the addresses of floods */
    uint64_t without_port;    /* connections not opened: every port of their client was in use */
    uint32_t server_orphans;  /* the most at a time after the failure (traffic_count) */
    uint64_t fingerprint;     /* of all that was delivered until the failure */

    char *events;    /* lines of events.jsonl, or NULL */
    char *violation; /* an invariant that broke, one sentence, or NULL */

    /* for run.log only: may change with the engine */
    uint64_t engine_events;
    uint64_t peak_pending;
    uint64_t peak_open;
    uint64_t opened;
    double wall_seconds;
};

/* Optional listeners to a run, for explain and events. */
struct run_story;

/* The number of a run in its sweep. */
uint32_t run_number(const struct scenario *scenario, uint32_t point, uint32_t repetition);

/* Simulate, and the twin as well if the scenario wants it. want_events fills
 * result->events. story may be NULL. Never fails: what a user can get wrong was refused
 * when the scenario was read. */
struct run_result *run_execute(const struct scenario *scenario, uint32_t point,
                               uint32_t repetition, bool want_events, struct run_story *story);
void run_result_free(struct run_result *result);

#endif
