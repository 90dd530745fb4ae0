/* What compare found out, apart from how it is told. Private to compare. */
#ifndef ANALYSIS_COMPARISON_H
#define ANALYSIS_COMPARISON_H

#include "analysis/compare.h"
#include "analysis/metric.h"
#include "analysis/stats.h"
#include "analysis/table.h"

/* One metric at one point. */
struct contrast {
    const struct metric *metric;
    size_t pairs;
    double a, b;                /* means over the pairs */
    struct interval difference; /* B - A, run by run */
    double harm;                /* > 0: B is worse by so much; absolute or relative */
    bool worse;
};

struct compared_point {
    char *values;      /* "link.replication.loss = 5%, ...", "" without a sweep */
    size_t pairs;
    GArray *contrasts; /* struct contrast, the most harmful first */
};

/* A connection that one side saved. */
struct rescue {
    bool only_a;
    char *run_a, *run_b, *connection;
    char *cause; /* on the losing side; the outcome where no cause is given */
};

struct comparison {
    const char *a, *b;
    const char *scenario_a, *scenario_b; /* file names, from the manifests; NULL: not told */
    size_t pairs;
    size_t unpaired_a, unpaired_b; /* runs without a partner */
    char *labels;                  /* constant keys in which the sides differ, or "" */
    GPtrArray *points;             /* struct compared_point */
    bool connections;              /* both sides have connections.csv */
    size_t only_a, only_b;         /* connections that one side alone saved */
    GPtrArray *rescues;            /* struct rescue, the first COMPARISON_NAMED of each side */
    bool worse;
};
enum { COMPARISON_NAMED = 10 };

/* Tell it, in at most 80 columns or as one JSON object. */
void comparison_print(const struct comparison *comparison, const struct compare_options *options,
                      GString *report);
void comparison_print_json(const struct comparison *comparison,
                           const struct compare_options *options, GString *report);

#endif
