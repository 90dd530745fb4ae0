#include "analysis/plot.h"

#include "analysis/chart.h"

#include <errno.h>
#include <gio/gio.h>
#include <glib/gstdio.h>
#include <stdio.h>
#include <string.h>

G_DEFINE_QUARK(understudy-plot-error, plot_error)

/* What fits above a figure in the font of figure.gp. */
enum { TITLE_COLUMNS = 72 };

static const char *const formats[] = {"svg", "png", "pdf", "text", "data"};

static bool check_format(const char *format, GError **error)
{
    for (size_t i = 0; i < G_N_ELEMENTS(formats); i++) {
        if (strcmp(formats[i], format) == 0) {
            return true;
        }
    }
    g_set_error(error, PLOT_ERROR, PLOT_ERROR_INPUT,
                "there is no format \"%s\"; the formats are svg, png, pdf, text, data", format);
    return false;
}

static unsigned terminal_width(void)
{
    const char *columns = g_getenv("COLUMNS");
    guint64 width = columns != NULL ? g_ascii_strtoull(columns, NULL, 10) : 0;
    return width == 0 ? 80 : (unsigned)CLAMP(width, 40, 300);
}

/* ------------------------------------------------------------- gnuplot */

static GSubprocess *start(const char *gnuplot, const char *folder, const char *format,
                          GError **error)
{
    g_autofree char *settings =
        g_strdup_printf("fmt='%s'; data='figure.dat'; width=%u", format, terminal_width());
    g_autoptr(GSubprocessLauncher) launcher = g_subprocess_launcher_new(
        G_SUBPROCESS_FLAGS_STDOUT_PIPE | G_SUBPROCESS_FLAGS_STDERR_PIPE);
    g_subprocess_launcher_set_cwd(launcher, folder);
    /* -d: the user's own gnuplot settings do not change our figures */
    return g_subprocess_launcher_spawn(launcher, error, gnuplot, "-d", "-e", settings,
                                       "figure.gp", NULL);
}

/* What gnuplot said on standard error is the reason. */
static void fail(GBytes *complaint, GError **error)
{
    gsize length = 0;
    const char *bytes = complaint != NULL ? g_bytes_get_data(complaint, &length) : NULL;
    g_autofree char *text = g_strndup(bytes != NULL ? bytes : "", length);
    g_autofree char *valid = g_utf8_make_valid(g_strstrip(text), -1);
    g_set_error(error, PLOT_ERROR, PLOT_ERROR_FAILED, "gnuplot failed: %s",
                *valid != '\0' ? valid : "it drew nothing and did not say why");
}

static GBytes *run(const char *gnuplot, const char *folder, const char *format, GError **error)
{
    g_autoptr(GSubprocess) process = start(gnuplot, folder, format, error);
    g_autoptr(GBytes) picture = NULL;
    g_autoptr(GBytes) complaint = NULL;
    if (process == NULL ||
        !g_subprocess_communicate(process, NULL, NULL, &picture, &complaint, error)) {
        return NULL;
    }
    if (!g_subprocess_get_successful(process) || g_bytes_get_size(picture) == 0) {
        fail(complaint, error);
        return NULL;
    }
    return g_steal_pointer(&picture);
}

/* What gnuplot is given. */
struct drawing {
    GString *data;
    const char *script;
};

static bool write_inputs(const char *folder, const struct drawing *drawing, GError **error)
{
    g_autofree char *data_path = g_build_filename(folder, "figure.dat", NULL);
    g_autofree char *script_path = g_build_filename(folder, "figure.gp", NULL);
    return g_file_set_contents(data_path, drawing->data->str, (gssize)drawing->data->len, error) &&
           g_file_set_contents(script_path, drawing->script, -1, error);
}

static void remove_folder(const char *folder)
{
    g_autofree char *data_path = g_build_filename(folder, "figure.dat", NULL);
    g_autofree char *script_path = g_build_filename(folder, "figure.gp", NULL);
    g_unlink(data_path);
    g_unlink(script_path);
    g_rmdir(folder);
}

/* User's words reach gnuplot in a data file alone, and no shell is between. */
static GBytes *draw(const struct drawing *drawing, const char *format, GError **error)
{
    g_autofree char *gnuplot = g_find_program_in_path("gnuplot");
    if (gnuplot == NULL) {
        g_set_error_literal(error, PLOT_ERROR, PLOT_ERROR_NO_GNUPLOT,
                            "gnuplot is not installed, so no figure was drawn; the tables are "
                            "complete, and \"apt-get install gnuplot-nox\" brings it");
        return NULL;
    }
    g_autofree char *folder = g_dir_make_tmp("understudy-plot-XXXXXX", error);
    if (folder == NULL) {
        return NULL;
    }
    GBytes *picture = NULL;
    if (write_inputs(folder, drawing, error)) {
        picture = run(gnuplot, folder, format, error);
    }
    remove_folder(folder);
    return picture;
}

/* The dumb terminal begins with a form feed and pads its lines with blanks. */
static GBytes *trim_text(GBytes *picture)
{
    gsize length = 0;
    const char *bytes = g_bytes_get_data(picture, &length);
    g_autofree char *text = g_strndup(bytes, length);
    g_auto(GStrv) lines = g_strsplit(g_strdelimit(text, "\f", '\n'), "\n", -1);
    GString *trimmed = g_string_new(NULL);
    for (char **line = lines; *line != NULL; line++) {
        g_strchomp(*line);
        if (**line != '\0' || trimmed->len > 0) {
            g_string_append_printf(trimmed, "%s\n", *line);
        }
    }
    g_bytes_unref(picture);
    while (g_str_has_suffix(trimmed->str, "\n\n")) {
        g_string_truncate(trimmed, trimmed->len - 1);
    }
    return g_string_free_to_bytes(trimmed);
}

/* ------------------------------------------------------------- the whole */

static struct drawing drawing_of_panels(const char *directory, const char *name, GError **error)
{
    double confidence = chart_confidence(directory);
    struct panels *panels =
        strcmp(name, "nines") == 0 ? chart_nines(directory, error)
        : strcmp(name, "protection-panels") == 0
            ? chart_protection_panels(directory, confidence > 0 ? confidence : 0.95, error)
            : chart_frontier(directory, error);
    struct drawing drawing = {panels != NULL ? panels_text(panels) : NULL, panels_script};
    panels_free(panels);
    return drawing;
}

static struct drawing drawing_of_figure(const char *directory, const char *name, glong columns,
                                        GError **error)
{
    struct figure *chart = chart_new(directory, name, error);
    struct drawing drawing = {chart != NULL ? figure_text(chart, columns) : NULL, plot_script};
    figure_free(chart);
    return drawing;
}

static struct drawing make_drawing(const char *directory, const char *name, bool text,
                                   GError **error)
{
    GError *cause = NULL;
    struct drawing drawing =
        strcmp(name, "frontier") == 0 || strcmp(name, "nines") == 0 ||
                strcmp(name, "protection-panels") == 0
            ? drawing_of_panels(directory, name, &cause)
            : drawing_of_figure(directory, name,
                                text ? (glong)terminal_width() - 8 : TITLE_COLUMNS, &cause);
    if (cause != NULL) {
        g_propagate_error(error, cause);
    } else if (drawing.data == NULL) {
        g_set_error(error, PLOT_ERROR, PLOT_ERROR_INPUT,
                    "%s has no value for the figure %s: it applies to none of its runs", directory,
                    name);
    }
    return drawing;
}

GBytes *plot_draw(const char *directory, const char *figure, const char *format, GError **error)
{
    g_assert(directory != NULL && format != NULL);
    bool text = strcmp(format, "text") == 0;
    if (!check_format(format, error)) {
        return NULL;
    }
    struct drawing drawing =
        make_drawing(directory, figure != NULL ? figure : "survival", text, error);
    if (drawing.data == NULL) {
        return NULL;
    }
    if (strcmp(format, "data") == 0) {
        return g_string_free_to_bytes(drawing.data);
    }
    GBytes *picture = draw(&drawing, format, error);
    g_string_free(drawing.data, TRUE);
    return picture != NULL && text ? trim_text(picture) : picture;
}

static bool print(GBytes *picture, GError **error)
{
    gsize length = 0;
    const void *bytes = g_bytes_get_data(picture, &length);
    if (fwrite(bytes, 1, length, stdout) != length || fflush(stdout) != 0) {
        g_set_error(error, G_FILE_ERROR, (gint)g_file_error_from_errno(errno),
                    "standard output: %s", g_strerror(errno));
        return false;
    }
    return true;
}

static bool write_file(GBytes *picture, const char *path, GError **error)
{
    gsize length = 0;
    const char *bytes = g_bytes_get_data(picture, &length);
    g_autoptr(GError) cause = NULL;
    if (g_file_set_contents_full(path, bytes, (gssize)length, G_FILE_SET_CONTENTS_CONSISTENT, 0644,
                                 &cause)) {
        return true;
    }
    /* GLib's sentence names a temporary file of its own: the user's file is the subject */
    const char *reason = strrchr(cause->message, ':');
    g_set_error(error, PLOT_ERROR, PLOT_ERROR_FAILED, "%s: cannot write there%s", path,
                reason != NULL ? reason : "");
    return false;
}

bool plot_directory(const char *directory, const char *figure, const char *format,
                    const char *out, GError **error)
{
    g_autoptr(GBytes) picture = plot_draw(directory, figure, format, error);
    if (picture == NULL) {
        return false;
    }
    if (out == NULL && strcmp(format, "text") == 0) {
        return print(picture, error);
    }
    g_autofree char *file =
        g_strdup_printf("%s.%s", figure != NULL ? figure : "survival", format);
    g_autofree char *path = out != NULL ? g_strdup(out) : g_build_filename(directory, file, NULL);
    return write_file(picture, path, error);
}
