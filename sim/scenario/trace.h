/* Traces: real connections to be replayed, read from a file.
 *
 * Our CSV has a header row with these columns in any order, and one row for each
 * connection in any order:
 *
 *   start_s         when its first packet left, seconds, from any origin
 *   duration_s      until its last packet
 *   client          who opened it: an address or any other name
 *   client_port     from which port; 0 or nothing: any
 *   request_bytes   from the client
 *   response_bytes  to the client
 *   lower_bound     may be absent; yes where its end was not seen, so that duration_s
 *                   is the least it lasted, else no
 *
 * Seconds are decimal numbers and are read exactly to the nanosecond. A file that
 * begins with # is a Zeek conn.log (sim/scenario/zeek.h). */
#ifndef SIM_SCENARIO_TRACE_H
#define SIM_SCENARIO_TRACE_H

#include "sim/scenario/scenario.h"

#include <glib.h>
#include <stdbool.h>

enum trace_error { TRACE_ERROR_FILE, TRACE_ERROR_ROW, TRACE_ERROR_EMPTY };
#define TRACE_ERROR (trace_error_quark())
GQuark trace_error_quark(void);

/* Read a file and fill trace, trace_count, trace_span, clients and trace_summary of
 * spec, whose they are then (g_free()); nothing is changed on failure. The error is
 * one sentence with file and line. */
bool trace_read(const char *path, struct workload_spec *spec, GError **error);

#endif
