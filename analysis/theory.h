/* Closed forms: what a simulation has to meet. Numbers are those of the design's page on
 * validity, 1.2 and 1.3, where each is derived.
 *
 * First of "known" (a create is in the new active's table at takeover).
 *
 * c is the delay from the client's establishment to the create leaving the
 * active: a datagram on the wire at the crash still arrives. p is the loss of one
 * datagram, D the mean of exponential lifetimes, w how long before the crash the
 * run started empty. Times are in seconds, all at least 0. */
#ifndef ANALYSIS_THEORY_H
#define ANALYSIS_THEORY_H

#include <stddef.h>

/* How a create is sent: so many copies, so long apart; 1 copy of the patent's. */
struct theory_copies {
    unsigned copies;
    double spacing;
};

/* The conditional line: (1-p) times the share of these ages above c. Ages of the
 * run's own cohort, so any lifetime law. Returns a negative number for count 0. */
double theory_known_conditional(double p, double c, const double *ages, size_t count);

/* Exponential lifetimes in equilibrium: (1-p) e^(-c/D). */
double theory_known_equilibrium(double p, double c, double D);

/* Started empty w before the crash: (1-p)(e^(-c/D) - e^(-w/D)) / (1 - e^(-w/D)). */
double theory_known_from_empty(double p, double c, double D, double w);

/* Lifetimes of at least an exchange, and exponential of mean D beyond it, started
 * empty w before: (1-p) (G(w) - G(c)) / G(w), where G(x) is the integral of the survival
 * function from 0 to x. With exchange 0 this is theory_known_from_empty(). */
double theory_known_after_exchange(double p, double c, double exchange, double D, double w);

/* The same two for k copies, spaced s: the j-th counts where the connection is older than c + j s
 * and all before it were lost, so that known = sum over j of (1-p) p^j P(age > c + j s)
 * (form 3). A delete cancels what is still to come. */
double theory_repeated_conditional(double p, double c, struct theory_copies copies,
                                   const double *ages, size_t count);
double theory_repeated_after_exchange(double p, double c, struct theory_copies copies,
                                      double exchange, double D, double w);

/* Any lifetime law, by its survival function (of the context and an age in seconds), started empty
 * w before: (1-p) times its integral from c to w over that from 0 to w. With c = t + the delay
 * above it is what is known of those told of only at age t (form 7); only for exponential lifetimes
 * is the rest the share of lifetimes that end before. Both integrals by Simpson's rule. */
double theory_known_surviving(double p, double c, double w,
                              double (*survival)(const void *context, double age),
                              const void *context);

/* Ghosts: records on the standby without a connection. On fresh tuples one is left by each
 * connection whose create arrived and whose delete was lost, so that they grow at
 * rate p (1-p) a second, for rate connections that end a second. */
double theory_ghost_rate(double rate, double p);

/* Where M tuples are used again and again, and a tuple's next connection goes to the same
 * server with chance s (0..1), the share of tuples that hold a ghost ends at p / (1 + p s). */
double theory_ghost_share(double p, double s);

/* And ghosts save: a connection whose create was lost is known all the same where a ghost of
 * its tuple stands for its server: 1 - p + p g s, with g from theory_ghost_share(). */
double theory_known_with_ghosts(double p, double s);

/* The variance of how many records are lost, when they travel in datagrams of these fills
 * (records each): p (1-p) times the sum of their squares (form 2). */
double theory_lost_variance(double p, const unsigned *fills, size_t count);

/* How many records wait in IPVS's sync daemon at a random instant, when they come at a rate (a
 * second) and a buffer has room for so many (form 4). A buffer not full is sent by the first
 * check, one each second, that finds it 2 s old: so 2 s to 3 s old, and the later, the sooner
 * after a check it began. A full one leaves 20 ms later, and the seconds are counted from there. */
double theory_buffered(double rate, unsigned room);

/* The part of its time that a connection is at IPVS's backup, which has a packet from its client
 * every so many seconds: the backup's entry stands for a time-out from each record, and each
 * period's packet makes one (form 8). */
double theory_unexpired(double spacing, double timeout, unsigned period);

/* conntrackd's ALARM: two messages of a connection, the second at age c, and repeats from there
 * on, as whole seconds up to refresh and a fifth to five fifths apart; lifetimes as for
 * theory_known_after_exchange() (form 5). */
double theory_refreshed(double p, double c, unsigned refresh, double exchange, double D, double w);

/* conntrackd's FTFW, of a connection that is alone, where nothing is lost on the way back: two
 * messages, the second at age c. Where both are lost nobody knows until an alive arrives, of which
 * one is sent each second; then the connection is told of again, a round trip later, and if that
 * is lost all begins anew (form 6). Lifetimes are in equilibrium. */
double theory_asked_for(double p, double c, double trip, double exchange, double D);

/* The stall of a connection whose unanswered segment was sent before seconds ahead of an
 * outage's begin (below 0: so long after it) and is sent again after rto, 3 rto, 7 rto and so
 * on, doubling to a pause of at most 120 s: from the begin of the outage to the first such
 * instant that is not before its end (form 12). Between one and two outages where before is 0
 * and rto is small. */
double theory_stall(double before, double outage, double rto);

/* The roof: no protocol can know a connection whose whole life so far fell into a bad time of
 * the replication link. With a share p of bad time, in times that are exponential of mean B,
 * and exponential lifetimes of mean D: 1 - p B / (B + D); among those older than x seconds:
 * 1 - p e^(-x/B) B / (B + D) (form 13). */
double theory_roof(double p, double B, double D);
double theory_roof_older(double p, double B, double D, double x);

/* IP bytes of the patent's protocol for one connection: a create and a delete, each one
 * record in a datagram (form 10). */
double theory_patent_bytes(void);

#endif
