/* Which run of B is the partner of a run of A: same values of the swept keys, same
 * repetition, hence the same traffic and the same luck. Private to compare. */
#ifndef ANALYSIS_PAIRING_H
#define ANALYSIS_PAIRING_H

#include "analysis/table.h"

struct pair {
    size_t a, b;  /* rows of the two runs.csv */
    guint point;  /* index into pairing.points */
};

struct pairing {
    GArray *pairs;     /* struct pair, in the order of A's rows */
    GPtrArray *points; /* char *: "key = value, ..." in order of appearance, "" without keys */
    size_t unpaired_a, unpaired_b;
    GString *labels;   /* constant keys in which the sides differ: "key: x in A, y in B\n" */
};

/* Pair by all swept keys that both tables have, but for those that are constant on
 * both sides and differ: they are what is compared. NULL and error when no run has a
 * partner, two runs look alike, or a key varies on one side only. */
struct pairing *pairing_new(const struct table *a, const struct table *b, GError **error);
void pairing_free(struct pairing *pairing);

#endif
