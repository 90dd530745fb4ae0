/* From runs.csv to summary.csv: one row for each point and metric. */
#ifndef ANALYSIS_AGGREGATE_H
#define ANALYSIS_AGGREGATE_H

#include "analysis/table.h"

/* The text of summary.csv (header "point,<swept keys>,metric,runs,estimate,lo,hi",
 * six decimals, sorted by point, then by the order of METRIC_LIST with the .NAME
 * forms of survival and known right behind them). Swept keys are the columns of
 * runs between "repetition" and "counted". lo and hi are empty where a single run
 * entered, unless it is a share of 0 or 1. NULL and error when a column is
 * missing. The caller frees. */
GString *aggregate_summary(const struct table *runs, double confidence, GError **error);

#endif
