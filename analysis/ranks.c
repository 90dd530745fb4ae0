#include "analysis/ranks.h"

#include "analysis/plot.h"
#include "analysis/sweep.h"

#include <math.h>
#include <string.h>

/* ------------------------------------------------------------- values */

/* Estimates, a row for each cell and a column for each competitor; NAN: none. */
struct values {
    GPtrArray *competitors; /* const char *, the table's */
    GPtrArray *cells;       /* char * */
    GArray *numbers;        /* double */
};

/* The number of a cell, made if need be. */
static guint cell_of(struct values *values, const char *name)
{
    for (guint i = 0; i < values->cells->len; i++) {
        if (strcmp(g_ptr_array_index(values->cells, i), name) == 0) {
            return i;
        }
    }
    g_ptr_array_add(values->cells, g_strdup(name));
    for (guint i = 0; i < values->competitors->len; i++) {
        double none = NAN;
        g_array_append_val(values->numbers, none);
    }
    return values->cells->len - 1;
}

static double *value_at(const struct values *values, guint cell, guint competitor)
{
    return &g_array_index(values->numbers, double, cell * values->competitors->len + competitor);
}

static void take_row(struct values *values, const struct sweep *sweep, const struct axis *axis,
                     const char *name, size_t row, size_t column)
{
    guint competitor = 0;
    g_autofree char *cell = sweep_curve(sweep, row, axis);
    bool found = g_ptr_array_find_with_equal_func(values->competitors, name, g_str_equal,
                                                  &competitor);
    g_assert(found);
    double number = NAN;
    table_number(sweep->table, row, column, &number);
    *value_at(values, cell_of(values, cell), competitor) = number;
}

static bool is_complete(const struct values *values, const struct table *table,
                        const char *metric, GError **error)
{
    if (values->cells->len == 0) {
        g_set_error(error, PLOT_ERROR, PLOT_ERROR_INPUT, "%s has no value of %s",
                    table_name(table), metric);
        return false;
    }
    for (guint i = 0; i < values->numbers->len; i++) {
        guint competitors = values->competitors->len;
        if (isnan(g_array_index(values->numbers, double, i))) {
            g_set_error(error, PLOT_ERROR, PLOT_ERROR_INPUT,
                        "%s has no value of %s for %s at %s, so there are no ranks",
                        table_name(table), metric,
                        (char *)g_ptr_array_index(values->competitors, i % competitors),
                        (char *)g_ptr_array_index(values->cells, i / competitors));
            return false;
        }
    }
    return true;
}

static bool read_values(struct values *values, const struct table *table, const char *metric,
                        GError **error)
{
    size_t name, estimate;
    guint number = 0;
    if (!table_require(table, "metric", &name, error) ||
        !table_require(table, "estimate", &estimate, error)) {
        return false;
    }
    struct sweep *sweep = sweep_new(table, "point", "metric", error);
    const struct axis *axis = sweep != NULL ? sweep_competitors(sweep, &number) : NULL;
    if (sweep != NULL && axis == NULL) {
        g_set_error(error, PLOT_ERROR, PLOT_ERROR_INPUT,
                    "%s compares nothing: ranks want a [sweep] of replication.protocol or of "
                    "variant", table_name(table));
    }
    if (axis != NULL) {
        g_ptr_array_extend(values->competitors, axis->values, NULL, NULL);
    }
    for (size_t row = 0; axis != NULL && row < table_rows(table); row++) {
        if (strcmp(table_text(table, row, name), metric) == 0) {
            take_row(values, sweep, axis, table_text(table, row, sweep->first + number), row,
                     estimate);
        }
    }
    sweep_free(sweep);
    return axis != NULL && is_complete(values, table, metric, error);
}

/* ------------------------------------------------------------- ranks */

/* Of one competitor in one cell; how many are equal to it is counted in ties. */
static double rank_of(const struct values *values, guint cell, guint competitor, guint *ties)
{
    double own = *value_at(values, cell, competitor);
    guint better = 0, equal = 0;
    for (guint i = 0; i < values->competitors->len; i++) {
        double other = *value_at(values, cell, i);
        better += other > own;
        equal += other <= own && other >= own;
    }
    *ties = equal;
    return 1 + better + (equal - 1) / 2.0;
}

static int compare_rankings(gconstpointer a, gconstpointer b)
{
    const struct ranking *one = a, *other = b;
    int means = (one->mean > other->mean) - (one->mean < other->mean);
    return means != 0 ? means : strcmp(one->name, other->name);
}

/* A group of t equal ones takes t^3 - t from what the cell could say: for each of its t
 * members t^2 - 1. */
static struct ranking rank_competitor(const struct values *values, guint competitor,
                                      double *taken)
{
    double cells = values->cells->len;
    struct ranking ranking = {g_strdup(g_ptr_array_index(values->competitors, competitor)), 0,
                              INFINITY, 0};
    for (guint cell = 0; cell < values->cells->len; cell++) {
        guint ties;
        double rank = rank_of(values, cell, competitor, &ties);
        ranking.mean += rank / cells;
        ranking.best = MIN(ranking.best, rank);
        ranking.worst = MAX(ranking.worst, rank);
        *taken += (double)ties * ties - 1;
    }
    return ranking;
}

/* Kendall and Babington Smith 1939, with their correction for ties. */
static double concordance_of(const struct ranks *ranks, double taken)
{
    double n = ranks->rankings->len, m = (double)ranks->cells, spread = 0;
    for (guint i = 0; i < ranks->rankings->len; i++) {
        double from_middle = g_array_index(ranks->rankings, struct ranking, i).mean - (n + 1) / 2;
        spread += from_middle * from_middle;
    }
    double most = n * n * n - n - taken / m;
    return most > 0 ? 12 * spread / most : NAN;
}

static void clear_ranking(void *ranking)
{
    g_free(((struct ranking *)ranking)->name);
}

static struct ranks *rank_all(const struct values *values)
{
    struct ranks *ranks = g_new0(struct ranks, 1);
    double taken = 0;
    ranks->cells = values->cells->len;
    ranks->rankings = g_array_new(FALSE, FALSE, sizeof(struct ranking));
    g_array_set_clear_func(ranks->rankings, clear_ranking);
    for (guint i = 0; i < values->competitors->len; i++) {
        struct ranking ranking = rank_competitor(values, i, &taken);
        g_array_append_val(ranks->rankings, ranking);
    }
    g_array_sort(ranks->rankings, compare_rankings);
    ranks->concordance = concordance_of(ranks, taken);
    return ranks;
}

struct ranks *ranks_new(const struct table *table, const char *metric, GError **error)
{
    g_assert(table != NULL && metric != NULL);
    struct values values = {
        g_ptr_array_new(),
        g_ptr_array_new_with_free_func(g_free),
        g_array_new(FALSE, FALSE, sizeof(double)),
    };
    bool readable = read_values(&values, table, metric, error);
    struct ranks *ranks = readable ? rank_all(&values) : NULL;
    g_array_unref(values.numbers);
    g_ptr_array_unref(values.cells);
    g_ptr_array_unref(values.competitors);
    return ranks;
}

void ranks_free(struct ranks *ranks)
{
    if (ranks == NULL) {
        return;
    }
    g_array_unref(ranks->rankings);
    g_free(ranks);
}
