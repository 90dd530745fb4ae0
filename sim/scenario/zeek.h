/* Zeek's conn.log: tab-separated rows under lines that begin with #, of which
 * #separator, #unset_field and #fields are read.
 *
 * TCP connections that were established count: states SF, S1, S2, S3, RSTO and
 * RSTR. Of S1 and S3 the end was not seen, so their durations are lower bounds. Every
 * other row is skipped and counted by reason. Rows stand in order of their end. */
#ifndef SIM_SCENARIO_ZEEK_H
#define SIM_SCENARIO_ZEEK_H

#include "sim/scenario/trace_log.h"

/* Read a whole log into log; on failure error names file and line. */
bool zeek_read(const char *text, struct trace_log *log, GError **error);

#endif
