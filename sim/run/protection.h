/* Protection: how many open connections were known at the virtual crashes of a run, in all
 * and by age; the interval is by batch means (analysis/batch.h).
 *
 * Batches are long against what the run remembers: the mean age of what is open, which is
 * half the time over which the number of open connections that miss their record still
 * resembles itself, whatever the law of lifetimes. */
#ifndef SIM_RUN_PROTECTION_H
#define SIM_RUN_PROTECTION_H

#include "core/nstime.h"

#include <stdbool.h>
#include <stdint.h>

/* Ages fall into bins with edges 0, 100, 200, 500 us, 1, 2, 5 ms and so on; the last one has
 * no upper edge but the longest time there is. Instants fall into cells, equal stretches of
 * the window, of which batches are made. */
enum { PROTECTION_BINS = 28, PROTECTION_CELLS = 60 };

/* A count of connections over instants: a connection that is open at ten of them is seen
 * ten times, and is one of connections; it is lost if it was not known when it was seen
 * last. */
struct protection_count {
    uint64_t seen, known;
    uint32_t connections, lost;
    double lo, hi;  /* of known / seen; lo < 0: no interval */
    double exposed; /* mean over seen of e^(-age/B), B the mean outage; < 0: no outages */
};

struct protection {
    uint32_t instants;
    nstime window;    /* they lie in: its length */
    uint64_t reachable; /* of all.seen, those with a good instant of the link in their life */
    nstime mean_age;  /* of those seen; 0 when none was */
    unsigned batches; /* 0: the window is too short for an interval */
    struct protection_count all;
    struct protection_count bins[PROTECTION_BINS];
};

/* From the lower edge of a bin; that of the next is its upper edge. */
nstime protection_edge(unsigned bin);
unsigned protection_bin(nstime age);

/* How long the window would have to be for an interval. */
nstime protection_window_needed(const struct protection *protection);

/* Counting. mean_outage is 0 where the replication link has none. */
struct protection_tally;
struct protection_tally *protection_tally_new(nstime mean_outage);
void protection_tally_free(struct protection_tally *tally);

/* One more instant, in this cell. */
void protection_instant(struct protection_tally *tally, unsigned cell);

/* A connection that is open at it. before: what was said of it at the latest instant that
 * saw it, a value zeroed for none; afterwards, what is said now. */
struct protection_sight {
    uint8_t bin; /* and 1 */
    bool lost;
};
void protection_add(struct protection_tally *tally, nstime age, bool known,
                    struct protection_sight *before);

/* What was counted, in a window of this length; the caller frees with g_free(). */
struct protection *protection_finish(const struct protection_tally *tally, nstime window,
                                     double confidence);

#endif
