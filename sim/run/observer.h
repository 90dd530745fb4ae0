/* Outcomes: what became of each connection that was there at the failure, and
 * why. An observer: it watches and decides nothing in the world.
 *
 * The law is the design's page on validity, section 1: known is read from the new
 * active's table at the takeover; survived is end to end; the cause of a casualty
 * is decided by what happened to the datagrams that carried its record. */
#ifndef SIM_RUN_OBSERVER_H
#define SIM_RUN_OBSERVER_H

#include "sim/engine/engine.h"
#include "sim/node/connection.h"
#include "sim/node/traffic.h"
#include "sim/node/unit.h"
#include "sim/run/run.h"

struct observer;

struct observer *observer_new(const struct scenario *scenario, const struct engine *engine);
void observer_free(struct observer *observer);

/* Whose connections they are; before anything is opened. */
void observer_set_traffic(struct observer *observer, const struct traffic *traffic);

/* What the traffic reports goes here. */
const struct connection_watch *observer_watch(struct observer *observer);

/* Records on their way to a unit: handed to the link, or dropped by a queue before it; lost by
 * the link, where it would else have come at the instant due; arrived at the unit, it runs and
 * its director has stepped. What was sent and never arrived was lost. */
void observer_record_sent(struct observer *observer, const struct record_mark *mark,
                          unsigned receiver, struct datagram_name in);
void observer_record_lost(struct observer *observer, const struct record_mark *mark,
                          unsigned receiver, nstime due);
void observer_record_arrived(struct observer *observer, const struct record_mark *mark,
                             unsigned receiver, struct datagram_name in);

/* The datagram that a unit is stepping on just now: the record that a note is about, or NULL;
 * whose record was sent in it, number + 1, or 0; which it is. */
struct record_at_hand {
    const struct record_mark *mark;
    uint32_t author;
    struct datagram_name in;
};

/* A note of a unit, by its number. */
void observer_note(struct observer *observer, unsigned unit, const struct note *note,
                   const struct record_at_hand *at_hand);

/* A fault other than the measured one happens now. */
void observer_disturbance(struct observer *observer);

/* The measured fault happens now: whoever is open counts. owner is the number of the
 * unit that owns the active address, -1: nobody; director is its, or NULL; standby that of
 * the unit that would take over; out_since when the outage began that the link to it is in,
 * NSTIME_NEVER: in none. Called once. */
void observer_failure(struct observer *observer, int owner, unsigned standby,
                      const struct director *director, nstime out_since);

/* A unit claims the active address; director is its. The first claim after the failure by
 * another unit than the owner of then, or by that one started again, is the takeover. */
void observer_claim(struct observer *observer, unsigned unit, const struct director *director);

/* The instant of the failure, -1: not yet. */
nstime observer_failed_at(const struct observer *observer);

/* The number of the unit that took over, -1: none has. */
int observer_heir(const struct observer *observer);

/* Whether clients and servers can reach a running owner of the active address. The outage
 * goes from the failure, if it stops this, until it is so again. */
void observer_service(struct observer *observer, bool served);

/* All on a side reach the unit that took over. */
void observer_moved(struct observer *observer, enum side side);

/* Asked of a connection that ends badly: does the clients' router send to a former owner of
 * the active address, or this server (-1: none)? Before anything is opened. */
struct observer_reach {
    void *context;
    bool (*is_astray)(void *context, int server);
};
void observer_set_reach(struct observer *observer, struct observer_reach reach);

/* A SYN reaches the unit that owns the active address and runs. */
void observer_request(struct observer *observer);

/* This world is a twin: openings are followed until the instant at which the last one in the
 * run's outage left, -1: none. Before anything is opened. */
void observer_set_twin(struct observer *observer, nstime last_opening);

/* How many verdicts are out: on connections that were there at the failure, and on
 * handshakes begun in the outage. */
uint32_t observer_undecided(const struct observer *observer);

/* A walk over the undecided connections that were there at the failure: start with
 * *cursor = 0; NULL at the end. */
struct connection *observer_next_undecided(const struct observer *observer, uint32_t *cursor);

/* The verdicts, at the end of the run, into the result (rows owned by it). A
 * casualty without a cause is a bug of this observer and becomes a violation. */
void observer_finish(struct observer *observer, struct run_result *result);

#endif
