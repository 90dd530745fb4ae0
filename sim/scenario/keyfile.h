/* The raw scenario file: groups and keys with their lines.
 *
 * GKeyFile stores, but it forgives too much and knows no line numbers: doubled
 * groups merge, of doubled keys the last wins, a comment after a value becomes
 * part of it, key[x] vanishes. One pass over the raw lines refuses all that first
 * (interface 3.1, harnesses 4.3). */
#ifndef SIM_SCENARIO_KEYFILE_H
#define SIM_SCENARIO_KEYFILE_H

#include "sim/scenario/problem.h"

#include <glib.h>
#include <stddef.h>

struct keyfile_entry {
    char *key;
    char *value; /* without blanks at its ends */
    unsigned line;
};

struct keyfile_group {
    char *name;
    unsigned line;
    GPtrArray *entries; /* struct keyfile_entry, in order */
};

/* All groups in order (struct keyfile_group, owned by the array). Lines that are
 * wrong are reported and left out. */
GPtrArray *keyfile_parse(const char *text, struct problems *problems);

/* A whole file into memory, "-" is standard input: NULL with a sentence in error
 * for one that is missing, empty, a directory, or not text. The result ends with
 * a zero that length does not count. */
char *keyfile_load(const char *path, size_t *length, GError **error);

#endif
