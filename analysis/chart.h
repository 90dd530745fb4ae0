/* The figures that "plot" knows, made from the tables of a result directory. Private
 * to plot. */
#ifndef ANALYSIS_CHART_H
#define ANALYSIS_CHART_H

#include "analysis/figure.h"
#include "analysis/panels.h"
#include "analysis/table.h"

/* Names of all figures with a comma and a blank between. */
extern const char chart_names[];

/* The figure of this name (see plot.h), or NULL and an error of PLOT_ERROR,
 * TABLE_ERROR or G_FILE_ERROR. The caller frees. */
struct figure *chart_new(const char *directory, const char *name, GError **error);

/* A table of the directory with at least one row, or NULL and error. */
struct table *chart_table(const char *directory, const char *file, GError **error);

/* From runs.csv: the share of runs whose takeover was done after so many seconds. */
struct figure *chart_takeover_times(const char *directory, GError **error);

/* From protection.csv: the share known at virtual crashes, by age. */
struct figure *chart_protection(const char *directory, double confidence, GError **error);

/* The same in panels, one for each protocol, or variant. */
struct panels *chart_protection_panels(const char *directory, double confidence, GError **error);

/* From summary.csv of each result directory in it: simulation less theory, where scenarios
 * are made to meet a closed form. */
struct figure *chart_forms(const char *directory, GError **error);

/* From summary.csv of each result directory in it that compares protocols, or variants of them:
 * survival against bytes for each connection. */
struct panels *chart_frontier(const char *directory, GError **error);

/* From summary.csv: what is saved on the wire, and what stays protected, against the first numeric
 * key of the sweep. */
struct figure *chart_saving(const char *directory, GError **error);

/* From summary.csv: survival by its nines against the first numeric key of the sweep. */
struct panels *chart_nines(const char *directory, GError **error);

/* Where a share stands on an axis of nines, 90 % at 1 and 99 % at 2; NAN stays; and that axis. */
double chart_nines_of(double share);
void chart_nines_axis(struct panels *panels);

/* What the manifest says of intervals: 0.95; 0 where it does not. */
double chart_confidence(const char *directory);

/* The title of the scenario that a result directory is of, or another name for it; g_free(). */
char *chart_title(const char *directory);

/* From samples.csv: a column of it over time. */
struct figure *chart_samples(const char *directory, const char *column, const char *y_label,
                             double confidence, GError **error);

/* The names of the result directories in a directory, sorted, or NULL and error. */
GPtrArray *chart_subdirectories(const char *directory, GError **error);

/* From summary.csv: how the protocols of a sweep rank over its other settings. */
struct figure *chart_ranks(const char *directory, GError **error);

/* From connections.csv: what became of connections of different age at the failure. */
struct figure *chart_timeline(const char *directory, GError **error);

#endif
