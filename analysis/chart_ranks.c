/* Ranks: how each protocol places itself over all workloads and networks of a sweep. */
#include "analysis/chart.h"
#include "analysis/ranks.h"

#include <math.h>

static void add_ranking(struct figure *figure, const struct ranking *ranking, double position)
{
    struct dot *dot = figure_dot(figure, "mean rank", position);
    dot->y = ranking->mean;
    dot->lo = ranking->best;
    dot->hi = ranking->worst;
    figure_add_tick(figure, position, ranking->name);
}

static char *note_of(const struct ranks *ranks)
{
    if (isnan(ranks->concordance)) {
        return g_strdup_printf("best, mean and worst of %zu settings; all are equal",
                               ranks->cells);
    }
    return g_strdup_printf("best, mean and worst of %zu settings; Kendall's W = %.2f",
                           ranks->cells, ranks->concordance);
}

struct figure *chart_ranks(const char *directory, GError **error)
{
    struct table *table = chart_table(directory, "summary.csv", error);
    struct ranks *ranks = table != NULL ? ranks_new(table, "survival", error) : NULL;
    struct figure *figure = ranks != NULL ? figure_new() : NULL;
    if (figure != NULL) {
        figure->unit = FIGURE_RANKS;
        figure->note = note_of(ranks);
        figure->y_label = g_strdup("rank by survival (1 is the best)");
        for (guint i = 0; i < ranks->rankings->len; i++) {
            add_ranking(figure, &g_array_index(ranks->rankings, struct ranking, i), i);
        }
    }
    ranks_free(ranks);
    table_free(table);
    return figure;
}
