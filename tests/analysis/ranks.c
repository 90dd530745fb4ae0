/* Ranks of protocols over the settings of a sweep, and their figure. */
#include "analysis/ranks.h"

#include "analysis/plot.h"
#include "tests/analysis/fixture.h"
#include "tests/analysis/suites.h"

#include <math.h>
#include <string.h>

#define HEAD "point,replication.protocol,link.replication.loss,metric,estimate\n"

static struct ranks *ranks_of(const char *text, GError **error)
{
    struct table *table = table_parse(text, strlen(text), "summary.csv", error);
    ck_assert_ptr_nonnull(table);
    struct ranks *ranks = ranks_new(table, "survival", error);
    table_free(table);
    return ranks;
}

static void assert_ranking(const struct ranks *ranks, guint place, const char *name, double mean,
                           double best, double worst)
{
    const struct ranking *ranking = &g_array_index(ranks->rankings, struct ranking, place);
    ck_assert_str_eq(ranking->name, name);
    ck_assert_double_eq_tol(ranking->mean, mean, 1e-12);
    ck_assert_double_eq(ranking->best, best);
    ck_assert_double_eq(ranking->worst, worst);
}

/* Three protocols at three losses, ranked 1 2 3, 1 3 2 and 1 2 3: sums 3, 7 and 8, so W is
 * 12 x 14 / (9 x 24). Other metrics do not count. */
START_TEST(ranks_and_concordance)
{
    GError *error = NULL;
    struct ranks *ranks = ranks_of(HEAD "0,none,1%,survival,0.1\n0,none,1%,known,1.0\n"
                                        "1,repeat,1%,survival,0.9\n2,patent,1%,survival,0.8\n"
                                        "3,none,5%,survival,0.7\n4,repeat,5%,survival,0.9\n"
                                        "5,patent,5%,survival,0.6\n6,none,9%,survival,0.0\n"
                                        "7,repeat,9%,survival,0.5\n8,patent,9%,survival,0.4\n",
                                   &error);
    ck_assert_msg(ranks != NULL, "%s", error != NULL ? error->message : "");
    ck_assert_uint_eq(ranks->cells, 3);
    assert_ranking(ranks, 0, "repeat", 1, 1, 1);
    assert_ranking(ranks, 1, "patent", 7 / 3.0, 2, 3);
    assert_ranking(ranks, 2, "none", 8 / 3.0, 2, 3);
    ck_assert_double_eq_tol(ranks->concordance, 168.0 / 216, 1e-12);
    ranks_free(ranks);
}
END_TEST

/* Equal ones share the mean of their ranks, and W is corrected for them: 12 x 6.5 /
 * (4 x 24 - 2 x 6). */
START_TEST(ties_are_shared)
{
    GError *error = NULL;
    struct ranks *ranks = ranks_of(HEAD "0,a,1%,survival,0.9\n1,b,1%,survival,0.5\n"
                                        "2,c,1%,survival,0.5\n3,a,5%,survival,0.9\n"
                                        "4,b,5%,survival,0.8\n5,c,5%,survival,0.7\n",
                                   &error);
    ck_assert_ptr_nonnull(ranks);
    assert_ranking(ranks, 1, "b", 2.25, 2, 2.5);
    assert_ranking(ranks, 2, "c", 2.75, 2.5, 3);
    ck_assert_double_eq_tol(ranks->concordance, 78.0 / 84, 1e-12);
    ranks_free(ranks);
    ranks = ranks_of(HEAD "0,a,1%,survival,0.5\n1,b,1%,survival,0.5\n", &error);
    ck_assert(isnan(ranks->concordance));
    ranks_free(ranks);
}
END_TEST

static const struct {
    const char *table, *words;
} poor[] = {
    {"point,link.replication.loss,metric,estimate\n0,1%,survival,0.5\n1,2%,survival,0.5\n",
     "ranks want a [sweep] of replication.protocol or of variant"},
    {HEAD "0,a,1%,known,0.5\n1,b,1%,known,0.5\n", "has no value of survival"},
    {HEAD "0,a,1%,survival,0.5\n1,b,1%,survival,0.5\n2,a,2%,survival,0.5\n2,b,2%,survival,\n",
     "has no value of survival for b at"},
};

/* What cannot be ranked is told in a sentence. */
START_TEST(what_cannot_be_ranked_is_told)
{
    GError *error = NULL;
    ck_assert_ptr_null(ranks_of(poor[_i].table, &error));
    ck_assert(g_error_matches(error, PLOT_ERROR, PLOT_ERROR_INPUT));
    ck_assert_msg(strstr(error->message, poor[_i].words) != NULL, "%s", error->message);
    g_clear_error(&error);
}
END_TEST

/* The figure: the best first, its mean and the range of its ranks. */
START_TEST(figure_shows_the_best_first)
{
    GError *error = NULL;
    char *directory = fixture_directory();
    fixture_write(directory, "summary.csv",
                  "point,variant,link.replication.loss,metric,estimate\n"
                  "0,poor,1%,survival,0.1\n1,good,1%,survival,0.9\n"
                  "2,poor,2%,survival,0.9\n3,good,2%,survival,0.9\n");
    GBytes *data = plot_draw(directory, "ranks", "data", &error);
    ck_assert_msg(data != NULL, "%s", error != NULL ? error->message : "");
    char *text = g_strndup(g_bytes_get_data(data, NULL), g_bytes_get_size(data));
    ck_assert_ptr_nonnull(strstr(text, "unit\tranks\n"));
    ck_assert_ptr_nonnull(strstr(text, "0\tgood\n1\tpoor\n"));
    ck_assert_ptr_nonnull(strstr(text, "0\t1.25\t1\t1.5\tNaN"));
    ck_assert_ptr_nonnull(strstr(text, "1\t1.75\t1.5\t2\tNaN"));
    g_free(text);
    g_bytes_unref(data);
    fixture_remove(directory);
}
END_TEST

Suite *ranks_suite(void)
{
    Suite *suite = suite_create("ranks");
    TCase *tcase = tcase_create("ranks");
    tcase_add_test(tcase, ranks_and_concordance);
    tcase_add_test(tcase, ties_are_shared);
    tcase_add_loop_test(tcase, what_cannot_be_ranked_is_told, 0, G_N_ELEMENTS(poor));
    tcase_add_test(tcase, figure_shows_the_best_first);
    suite_add_tcase(suite, tcase);
    return suite;
}
