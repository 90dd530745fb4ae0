/* Forms: what simulations counted less what their closed forms say, of all result directories
 * in a directory. */
#include "analysis/chart.h"
#include "analysis/plot.h"

#include <gio/gio.h>
#include <math.h>
#include <string.h>

struct columns {
    size_t metric, estimate, lo, hi;
};

static bool find_columns(const struct table *table, struct columns *columns, GError **error)
{
    return table_require(table, "metric", &columns->metric, error) &&
           table_require(table, "estimate", &columns->estimate, error) &&
           table_require(table, "lo", &columns->lo, error) &&
           table_require(table, "hi", &columns->hi, error);
}

static bool is_metric(const struct table *table, const struct columns *columns, size_t row,
                      const char *metric)
{
    return row < table_rows(table) &&
           strcmp(table_text(table, row, columns->metric), metric) == 0;
}

static double points(const struct table *table, size_t row, size_t column)
{
    double share = NAN;
    return table_number(table, row, column, &share) ? 100 * share : NAN;
}

/* One point of one form: the theory's row follows that of the simulation. */
static void add_point(struct figure *figure, const struct table *table,
                      const struct columns *columns, size_t row, const char *name)
{
    double theory = points(table, row + 1, columns->estimate);
    double position = figure->tick_positions->len;
    g_autofree char *label = g_strdup_printf("%.4g", theory);
    struct dot *dot = figure_dot(figure, name, position);
    dot->y = points(table, row, columns->estimate) - theory;
    dot->lo = points(table, row, columns->lo) - theory;
    dot->hi = points(table, row, columns->hi) - theory;
    figure_add_tick(figure, position, label);
}

static bool add_form(struct figure *figure, const char *directory, const char *name,
                     GError **error)
{
    g_autofree char *path = g_build_filename(directory, name, NULL);
    struct table *table = chart_table(path, "summary.csv", error);
    struct columns columns;
    bool readable = table != NULL && find_columns(table, &columns, error);
    for (size_t row = 0; readable && row < table_rows(table); row++) {
        if (is_metric(table, &columns, row, "form") &&
            is_metric(table, &columns, row + 1, "form-theory")) {
            add_point(figure, table, &columns, row, name);
        }
    }
    table_free(table);
    return readable;
}

static gint compare_names(gconstpointer a, gconstpointer b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* In the order of their names, so that the picture is the same everywhere. */
GPtrArray *chart_subdirectories(const char *directory, GError **error)
{
    GDir *dir = g_dir_open(directory, 0, error);
    if (dir == NULL) {
        return NULL;
    }
    GPtrArray *names = g_ptr_array_new_with_free_func(g_free);
    for (const char *name; (name = g_dir_read_name(dir)) != NULL;) {
        g_autofree char *path = g_build_filename(directory, name, "summary.csv", NULL);
        if (g_file_test(path, G_FILE_TEST_EXISTS)) {
            g_ptr_array_add(names, g_strdup(name));
        }
    }
    g_dir_close(dir);
    g_ptr_array_sort(names, compare_names);
    return names;
}

struct figure *chart_forms(const char *directory, GError **error)
{
    GPtrArray *names = chart_subdirectories(directory, error);
    struct figure *figure = names != NULL ? figure_new() : NULL;
    for (guint i = 0; figure != NULL && i < names->len; i++) {
        if (!add_form(figure, directory, g_ptr_array_index(names, i), error)) {
            g_clear_pointer(&figure, figure_free);
        }
    }
    g_clear_pointer(&names, g_ptr_array_unref);
    if (figure != NULL) {
        figure->title = g_strdup("Closed forms met by whole runs");
        figure->note = g_strdup("each form at each point of its sweep, with 95 % interval over "
                                "runs");
        figure->unit = FIGURE_POINTS;
        figure->x_label = g_strdup("what theory says, percent");
        figure->y_label = g_strdup("simulation less theory, percentage points");
    }
    return figure;
}
