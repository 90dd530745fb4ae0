/* Spelling: which known word a mistyped one was meant to be. */
#ifndef CORE_SPELLING_H
#define CORE_SPELLING_H

#include <glib.h>

/* How many letters to insert, delete, replace or swap with their neighbour turn
 * one word into the other; words longer than 63 letters are cut off there. */
unsigned spelling_distance(const char *one, const char *other);

/* The first of the nearest words (an array of const char *), or NULL if none is
 * near enough to be meant: at most a third of its letters wrong, or one. */
const char *spelling_nearest(const char *word, const GPtrArray *words);

#endif
