/* A trace while it is being read, and how its cells are: for the readers alone. */
#ifndef SIM_SCENARIO_TRACE_LOG_H
#define SIM_SCENARIO_TRACE_LOG_H

#include "sim/scenario/trace.h"

struct trace_log {
    const char *name;    /* of the file, for errors */
    GArray *rows;        /* struct trace_row, as they stand in the file */
    GHashTable *clients; /* name -> number + 1; looked up only */
    GPtrArray *skipped;  /* struct trace_skip, in order of first occurrence */
};

struct trace_skip {
    char *reason;
    unsigned count;
};

/* The number of a client, given anew at first sight. */
uint32_t trace_log_client(struct trace_log *log, const char *name);

/* Count a row that is left out. */
void trace_log_skip(struct trace_log *log, const char *reason);

/* Seconds as a decimal number, at least 0 and at most TRACE_SECONDS_MAX, to
 * nanoseconds; digits beyond are cut off. No sign, no exponent. */
#define TRACE_SECONDS_MAX INT64_C(9000000000)
bool trace_seconds(const char *text, nstime *value);

/* A whole number of at most max. */
bool trace_number(const char *text, uint64_t max, uint64_t *value);

/* Longest duration that is believed: 30 years. Largest count of bytes: 2^62. */
#define TRACE_DURATION_MAX (INT64_C(1000000000) * NSTIME_S)
#define TRACE_BYTES_MAX (UINT64_C(1) << 62)

/* Fill error: "file:line: column = value: problem". Returns false. */
bool trace_refuse(const struct trace_log *log, size_t line, const char *column,
                  const char *value, const char *problem, GError **error);

/* The cells that every format has, checked and put into a row. */
struct trace_cells {
    const char *start, *duration, *client_port, *request_bytes, *response_bytes;
};
/* Names of these columns in a format, for errors. */
bool trace_log_row(struct trace_log *log, size_t line, const struct trace_cells *names,
                   const struct trace_cells *cells, struct trace_row *row, GError **error);

#endif
