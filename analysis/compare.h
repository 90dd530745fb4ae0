/* Two result directories, paired run by run: is B worse than A? */
#ifndef ANALYSIS_COMPARE_H
#define ANALYSIS_COMPARE_H

#include <glib.h>
#include <stdbool.h>

enum compare_error {
    COMPARE_ERROR_MANIFEST, /* missing, or not one of ours */
    COMPARE_ERROR_PAIRS,    /* unequal seeds, or no run that both have */
    COMPARE_ERROR_METRIC    /* no such metric on both sides */
};
#define COMPARE_ERROR (compare_error_quark())
GQuark compare_error_quark(void);

struct compare_options {
    const char *metric; /* NULL: survival and known, each with its .NAME forms */
    double max_drop;    /* share or relative drop that is still accepted; 0 */
    double confidence;  /* 0.95 */
    bool json;
};

/* Compare and append a report of at most 80 columns to report: for each point
 * and metric the mean difference over pairs with its interval, then the
 * connections that only one side saved (from connections.csv, when both have it).
 * *worse: some mean fell by more than max_drop with its whole interval below 0,
 * or without spread (for metrics where more is worse: rose). Runs pair by (point
 * values, repetition); unequal seeds or no pair are errors. Swept keys that one side
 * lacks or that are constant on both sides do not take part in pairing, so that two
 * protocols can be compared. Returns false and error then. */
bool compare_directories(const char *a, const char *b, const struct compare_options *options,
                         GString *report, bool *worse, GError **error);

#endif
