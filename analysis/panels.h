/* Panels: a figure of several small pictures with the same axes, in a grid, before it is drawn by
 * analysis/panels.gp. Private to plot. */
#ifndef ANALYSIS_PANELS_H
#define ANALYSIS_PANELS_H

#include <glib.h>
#include <stdbool.h>

/* A mark in a panel; label "" for none. Where a bar has no end, lo or hi is NAN. Those of a series
 * that are joined are so in the order in which they were added. */
struct panel_mark {
    double x, y, lo, hi;
    bool joined;
    char *label;
};

struct panel_corner {
    double x, y;
};

struct panel {
    char *title;
    double roof;       /* a dashed line across; NAN: none */
    GArray *roof_line; /* struct panel_corner: dashed, where the roof is not the same everywhere */
    GPtrArray *series; /* GArray of struct panel_mark, one for each name in panels.series */
};

struct panels {
    char *title;
    char *note;
    char *x_label, *y_label;
    guint columns;      /* of the grid */
    GPtrArray *series;  /* char *: names, in the order of the legend */
    GPtrArray *panels;  /* struct panel, row by row */
    double x_low, x_high, y_low, y_high;
    GString *x_ticks, *y_ticks; /* lines "POSITION TAB LABEL TAB NO-BREAK-SPACE" */
};

struct panels *panels_new(void);
void panels_free(struct panels *panels);

/* The number of a series by its name, made if need be. */
guint panels_series(struct panels *panels, const char *name);

/* The panel of this title, made if need be; and a mark in it. title and label are copied. */
struct panel *panels_panel(struct panels *panels, const char *title);
void panel_add(struct panel *panel, guint series, struct panel_mark mark);

/* Where marks of several series stand above each other, each a little beside the next, so that no
 * bar hides another. */
void panels_spread(struct panels *panels);

/* One more corner of the dashed line, from left to right. */
void panel_roof(struct panel *panel, double x, double y);

void panels_tick(GString *ticks, double position, const char *label);

/* The text that panels.gp reads: tab-separated blocks parted by two empty lines: the words as KEY
 * and TEXT; the ticks of x; of y; the names of the series; then for each panel its title and roof,
 * for each series a block of x, y, lo, hi, the y of the line that joins, and label, and one of the
 * corners of its roof. NULL when there is no mark at all. */
GString *panels_text(const struct panels *panels);

#endif
