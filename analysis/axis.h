/* A swept key as an axis of a figure: what its values are, where they stand, how
 * they are named. Private to plot. */
#ifndef ANALYSIS_AXIS_H
#define ANALYSIS_AXIS_H

#include "analysis/table.h"

#include <glib.h>
#include <stdbool.h>

struct axis {
    const char *key;   /* as named in [sweep]; lives as long as the table */
    GPtrArray *values; /* const char *, distinct, in order of appearance in the table */
    GArray *positions; /* double: the numbers, or 0, 1, 2 ... for categories */
    GPtrArray *ticks;  /* char *: what stands at each position */
    char *label;       /* the key in words */
    bool numeric;      /* values are quantities of one kind */
    double offset;     /* added before the logarithm is taken; -1: the axis is linear */
};

/* The axis of one column. Values are numeric when they are quantities with the same
 * kind of unit, or phrases that differ in one such quantity ("at 20s crash active").
 * The scale is logarithmic when the gaps between numbers differ by 8 or more; where 0
 * is among them, half the smallest positive number is added to all. */
struct axis *axis_new(const struct table *table, size_t column);
void axis_free(struct axis *axis);

/* Position of a value of this axis. */
double axis_position(const struct axis *axis, const char *value);

#endif
