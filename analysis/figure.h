/* A figure before it is drawn: words, ticks and curves, and their text for
 * analysis/figure.gp. Private to plot. */
#ifndef ANALYSIS_FIGURE_H
#define ANALYSIS_FIGURE_H

#include "analysis/axis.h"

#include <glib.h>
#include <stdbool.h>

enum figure_unit { FIGURE_PERCENT, FIGURE_SECONDS, FIGURE_BYTES, FIGURE_POINTS, FIGURE_RANKS,
                   FIGURE_COUNT };

/* What the dashed line of a figure is, where it has one. */
enum figure_line { FIGURE_THEORY, FIGURE_ROOF };

struct dot {
    double x, y, lo, hi;
    double theory; /* the dashed line's y; NAN: none */
};

struct curve {
    char *name;
    GArray *dots; /* struct dot */
};

struct figure {
    char *title;
    char *note; /* second line of the title: what is shown and on how many runs */
    char *x_label;
    char *y_label;
    enum figure_unit unit;
    enum figure_line line;
    bool steps;    /* a staircase instead of points with bars */
    bool joined;   /* the order of x means something, so points are joined */
    double offset; /* as in struct axis */
    GArray *tick_positions; /* double; empty: gnuplot chooses */
    GPtrArray *tick_labels; /* char * */
    GPtrArray *curves;      /* struct curve, in order of appearance */
};

struct figure *figure_new(void);
void figure_free(struct figure *figure);

/* x ticks, label and scale of an axis. */
void figure_set_axis(struct figure *figure, const struct axis *axis);
void figure_add_tick(struct figure *figure, double position, const char *label);

/* The curve of this name, made if need be; and its dot at x (one at each x). The
 * pointer is good until the next dot. A new dot has y, lo, hi and theory NAN. */
struct curve *figure_curve(struct figure *figure, const char *name);
struct dot *figure_dot(struct figure *figure, const char *name, double x);

/* The text that figure.gp reads: tab-separated blocks parted by two empty lines. Block
 * 0 holds the words as KEY and TEXT, block 1 the ticks as position and label, each
 * further one a curve: its name, then x, y, lo, hi, theory and the y of a joining line,
 * sorted by x (NaN: none); a curve with theory has no joining line. Curves and dots
 * without a value are left out; NULL when none is left. The title is broken into lines
 * of so many columns. */
GString *figure_text(struct figure *figure, glong columns);

#endif
