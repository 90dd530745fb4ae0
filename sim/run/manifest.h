/* The manifest: what a result directory is, and the fingerprint of each table in
 * it. Deterministic: wall time and host stand in run.log. */
#ifndef SIM_RUN_MANIFEST_H
#define SIM_RUN_MANIFEST_H

#include "sim/scenario/scenario.h"

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

#define UNDERSTUDY_VERSION "0.1.0"

#define MANIFEST_FILE "manifest"
#define MANIFEST_FORMAT 1

struct manifest_table {
    const char *name; /* "runs.csv" */
    uint64_t rows;    /* the header not counted */
    const char *sha256; /* in hex */
};

struct manifest {
    const struct scenario *scenario;
    const struct override *overrides; /* --set, in the order given */
    size_t override_count;
    uint32_t points;
    uint32_t repetitions; /* asked for */
    uint32_t finished;    /* runs in the tables */
    const struct manifest_table *tables;
    size_t table_count;
};

/* A GKeyFile: group [manifest], then [table NAME] for each table. Free with g_free(). */
char *manifest_text(const struct manifest *manifest);

/* Does this directory hold a manifest written here? */
bool manifest_present(const char *directory);

#endif
