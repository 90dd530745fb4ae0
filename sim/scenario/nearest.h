/* The nearest known word to a mistyped one. */
#ifndef SIM_SCENARIO_NEAREST_H
#define SIM_SCENARIO_NEAREST_H

#include <glib.h>

/* The candidate (borrowed) within about a third of the word's letters, counting
 * insertions, deletions, changes and swaps of neighbours; the first of equals;
 * NULL when none is near. */
const char *nearest_word(const char *word, const GPtrArray *candidates);

/* " (did you mean WEIGHT?)", else " (known: A, B, C)", else "" without candidates;
 * free with g_free(). */
char *nearest_hint(const char *word, const GPtrArray *candidates);

#endif
