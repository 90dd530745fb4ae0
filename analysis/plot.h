/* Figures from result directories, drawn by gnuplot. */
#ifndef ANALYSIS_PLOT_H
#define ANALYSIS_PLOT_H

#include <glib.h>
#include <stdbool.h>

enum plot_error { PLOT_ERROR_INPUT, PLOT_ERROR_NO_GNUPLOT, PLOT_ERROR_FAILED };
#define PLOT_ERROR (plot_error_quark())
GQuark plot_error_quark(void);

/* Draw figure (those of chart.c: "survival", "nines", "takeover" and so on; "forms" and
 * "frontier", of all result directories in this one; NULL = survival) of a result directory.
 * format: svg, png, pdf, text, or data for what gnuplot would have been given
 * (analysis/figure.gp says how to draw it by hand; no gnuplot is needed). out: the file to
 * write, NULL = DIR/FIGURE.FORMAT; text goes to standard output when out is NULL. Written whole
 * or not at all. */
bool plot_directory(const char *directory, const char *figure, const char *format,
                    const char *out, GError **error);

/* The same as bytes, for hosts that print it themselves. text is as wide as COLUMNS
 * says (80 without it). NULL and error as above; the caller unrefs. */
GBytes *plot_draw(const char *directory, const char *figure, const char *format,
                  GError **error);

/* The gnuplot scripts, analysis/figure.gp and analysis/panels.gp. */
extern const char plot_script[], panels_script[];

#endif
