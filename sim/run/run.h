/* One run: a scenario and a repetition go in, a verdict on every connection
 * comes out. Runs share nothing; any number may go on in threads. */
#ifndef SIM_RUN_RUN_H
#define SIM_RUN_RUN_H

#include "analysis/columns.h"
#include "core/note.h"
#include "sim/run/protection.h"
#include "sim/scenario/scenario.h"

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

/* One connection that was there at the failure. Enums: analysis/columns.h. */
struct connection_row {
    uint32_t connection;
    uint32_t client_ip;
    uint16_t client_port;
    uint16_t virtual;  /* index into scenario.virtuals */
    int16_t server;    /* index into scenario.reals, -1: none */
    uint8_t state;     /* enum state_at_failure */
    uint8_t outcome;   /* enum outcome */
    uint8_t cause;     /* enum cause; CAUSE_NONE for survived and censored */
    bool known;
    nstime opened;
    nstime stall;      /* -1: no progress after the failure */
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
    uint64_t lost_to_limit[LINK_COUNT]; /* packets that a full queue dropped, both ways */
    double mean_loss;                 /* of the replication link */
    double known_theory;              /* the conditional line; < 0: no form applies */

    struct protection *protection;    /* at virtual crashes; NULL: there were none */

    struct connection_row *rows;      /* sorted by connection */
    uint32_t row_count;

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

/* Simulate. want_events fills result->events. story may be NULL. Never fails: what
 * a user can get wrong was refused when the scenario was read. */
struct run_result *run_execute(const struct scenario *scenario, uint32_t point,
                               uint32_t repetition, bool want_events, struct run_story *story);
void run_result_free(struct run_result *result);

#endif
