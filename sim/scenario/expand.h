/* The sweep: from the lines of [sweep] to axes and points. */
#ifndef SIM_SCENARIO_EXPAND_H
#define SIM_SCENARIO_EXPAND_H

#include "sim/scenario/draft.h"
#include "sim/scenario/scenario.h"

#include <glib.h>

enum { EXPAND_POINTS_MAX = 100000 };

struct expand;

/* Read [sweep] of a draft: every axis names a key that exists, every value is
 * right for it, and no key is changed by two axes. What is wrong is reported and left out. A
 * key given by --set keeps that one value. */
struct expand *expand_new(const struct draft *draft, struct problems *problems);
void expand_free(struct expand *expand);

unsigned expand_points(const struct expand *expand); /* 1 without axes */
bool expand_zip(const struct expand *expand);
unsigned expand_axes(const struct expand *expand);
const struct sweep_axis *expand_axis(const struct expand *expand, unsigned axis);

/* The value of an axis at a point; the last axis varies fastest, or all go side by
 * side with zip. */
const char *expand_value(const struct expand *expand, unsigned point, unsigned axis);

/* The first axis that changes this key, "GROUP.KEY", by itself or by a variant; -1: none. */
int expand_axis_of(const struct expand *expand, const char *key);

/* What a point changes, each as --set takes it: "GROUP.KEY=VALUE" (char *, owned by the
 * array). */
GPtrArray *expand_settings(const struct expand *expand, unsigned point);

/* Put the values of a point into a draft (a copy of the one given to expand_new()). */
void expand_apply(const struct expand *expand, unsigned point, struct draft *draft);

#endif
