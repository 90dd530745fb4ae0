/* Figures from result directories, drawn by gnuplot. */
#ifndef ANALYSIS_PLOT_H
#define ANALYSIS_PLOT_H

#include <glib.h>
#include <stdbool.h>

enum plot_error { PLOT_ERROR_INPUT, PLOT_ERROR_NO_GNUPLOT, PLOT_ERROR_FAILED };
#define PLOT_ERROR (plot_error_quark())
GQuark plot_error_quark(void);

/* Draw figure ("survival", "takeover", "cost", "timeline"; NULL = survival) of a
 * result directory. format: svg, png, pdf, text. out: the file to write, NULL =
 * DIR/FIGURE.FORMAT; text goes to standard output when out is NULL. Written whole
 * or not at all. */
bool plot_directory(const char *directory, const char *figure, const char *format,
                    const char *out, GError **error);

#endif
