/* The frontier, made of several result directories. */
#include "analysis/plot.h"
#include "tests/analysis/fixture.h"
#include "tests/analysis/suites.h"

#include <glib/gstdio.h>
#include <string.h>

static char *directory;

static void set_up(void)
{
    directory = fixture_directory();
}

static void tear_down(void)
{
    fixture_remove(directory);
}

static char *add_results(const char *name, const char *summary)
{
    char *path = g_build_filename(directory, name, NULL);
    ck_assert_int_eq(g_mkdir(path, 0700), 0);
    fixture_write(path, "summary.csv", summary);
    return path;
}

static char *draw(const char *format, GError **error)
{
    GBytes *data = plot_draw(directory, "frontier", format, error);
    if (data == NULL) {
        return NULL;
    }
    gsize length = 0;
    const char *bytes = g_bytes_get_data(data, &length);
    char *text = g_strndup(bytes, length);
    g_bytes_unref(data);
    return text;
}

#define HEADER "point,link.replication.loss,rate,variant,metric,runs,estimate,lo,hi\n"

/* A point of a summary: what is drawn of it, in any order. */
static void append_point(GString *text, unsigned point, const char *axes, const char *survival,
                         const char *bytes)
{
    g_string_append_printf(text, "%u,%s,survival,5,%s\n", point, axes, survival);
    g_string_append_printf(text, "%u,%s,known,5,0.1,0.1,0.1\n", point, axes);
    g_string_append_printf(text, "%u,%s,bytes-per-connection,5,%s,1,2\n", point, axes, bytes);
    g_string_append_printf(text, "%u,%s,known-roof,5,0.9999,1,1\n", point, axes);
}

static char *summary_of_rate(const char *rate)
{
    static const char *const losses[] = {"5%", "30%"};
    GString *text = g_string_new(HEADER);
    for (unsigned i = 0; i < 2; i++) {
        g_autofree char *none = g_strdup_printf("%s,%s,none", losses[i], rate);
        g_autofree char *one = g_strdup_printf("%s,%s,repeat-1", losses[i], rate);
        g_autofree char *two = g_strdup_printf("%s,%s,repeat-2", losses[i], rate);
        append_point(text, 3 * i, none, "0.000000,0.000000,0.010000", "0.000000");
        append_point(text, 3 * i + 1, one, "0.900000,0.800000,0.990000", "100.000000");
        append_point(text, 3 * i + 2, two, "1.000000,0.999000,1.000000", "1000.000000");
    }
    return g_string_free(text, FALSE);
}

/* Two directories of two networks each make a grid of four panels, the networks in rows. What
 * stands before the dash of a variant is its series, what stands behind it its label. Shares are
 * drawn by their nines (90 % at 1, all at 4.5), bytes by their logarithm, and what costs nothing
 * to the left of what costs least. */
START_TEST(a_grid_of_panels)
{
    g_autofree char *slow = summary_of_rate("10/s");
    g_autofree char *fast = summary_of_rate("100/s");
    char *first = add_results("1-slow", slow), *second = add_results("2-fast", fast);
    GError *error = NULL;
    char *text = draw("data", &error);
    ck_assert_msg(text != NULL, "%s", error != NULL ? error->message : "");
    ck_assert_ptr_nonnull(strstr(text, "columns\t2\npanels\t4\nseries\t2\n"));
    ck_assert_ptr_nonnull(strstr(text, "\n\nnone\nrepeat\n"));
    ck_assert_ptr_nonnull(strstr(text, "1.6\t0\t"));
    ck_assert_ptr_nonnull(strstr(text, "2\t100\t"));
    ck_assert_ptr_nonnull(strstr(text, "3\t1 k\t"));
    static const char *const titles[] = {"loss 5%, rate 10/s", "loss 5%, rate 100/s",
                                         "loss 30%, rate 10/s", "loss 30%, rate 100/s"};
    const char *at = text;
    for (unsigned i = 0; i < G_N_ELEMENTS(titles); i++) {
        g_autofree char *panel = g_strdup_printf("title\t%s\nroof\t4\n", titles[i]);
        at = strstr(at, panel);
        ck_assert_msg(at != NULL, "%s", titles[i]);
    }
    ck_assert_ptr_nonnull(strstr(at, "\n\n1.6\t0\t0\t0.0043648054\tNaN\t"));
    ck_assert_ptr_nonnull(strstr(at, "\n\n2\t1\t0.698970004\t2\t1\t1\n3\t4.5\t3\t4.5\t4.5\t2\n"));
    g_free(text);
    fixture_remove(first);
    fixture_remove(second);
}
END_TEST

/* A table of protocols without variants is a frontier too; results that compare none are left
 * out; a directory of nothing else says so. */
START_TEST(what_compares_nothing_is_left_out)
{
    char *other = add_results("a", "point,loss,metric,runs,estimate,lo,hi\n"
                                   "0,1%,survival,5,0.9,0.8,1\n");
    GError *error = NULL;
    ck_assert_ptr_null(draw("data", &error));
    ck_assert(g_error_matches(error, PLOT_ERROR, PLOT_ERROR_INPUT));
    ck_assert_ptr_nonnull(strstr(error->message, "has no value for the figure frontier"));
    g_clear_error(&error);
    char *fine = add_results("b", "point,replication.protocol,metric,runs,estimate,lo,hi\n"
                                  "0,patent,survival,5,0.9,0.8,1\n"
                                  "0,patent,bytes-per-connection,5,120,120,120\n");
    char *text = draw("data", &error);
    ck_assert_ptr_nonnull(text);
    ck_assert_ptr_nonnull(strstr(text, "panels\t1\nseries\t1\n"));
    g_free(text);
    fixture_remove(other);
    fixture_remove(fine);
}
END_TEST

/* nines: survival of one directory against its numeric key, both by their logarithms; all is at the
 * top, and every mark of a series is joined. Without a numeric key there is no such figure. */
START_TEST(nines_against_a_numeric_key)
{
    static const char *const losses[] = {"0.01%", "1%", "50%"};
    static const char *const survival[] = {"1,1,1", "0.99,0.9,0.999", "0.5,0.4,0.6"};
    GString *text = g_string_new("point,loss,variant,metric,runs,estimate,lo,hi\n");
    for (unsigned i = 0; i < 3; i++)
        g_string_append_printf(text,
                               "%u,%s,one,survival,5,%s\n%u,%s,one,known-roof,5,0.999,1,1\n",
                               i, losses[i], survival[i], i, losses[i]);
    fixture_write(directory, "summary.csv", text->str);
    GError *error = NULL;
    GBytes *data = plot_draw(directory, "nines", "data", &error);
    ck_assert_ptr_nonnull(data);
    g_autofree char *drawn = g_strndup(g_bytes_get_data(data, NULL), g_bytes_get_size(data));
    ck_assert_ptr_nonnull(strstr(drawn, "-2\t4.5\t4.5\t4.5\t4.5\t \n0\t2\t1\t3\t2\t \n"
                                        "1.69897\t0.301029996\t0.22184875\t0.397940009\t"));
    ck_assert_ptr_nonnull(strstr(drawn, "roof\t3\n"));
    g_bytes_unref(data);
    fixture_write(directory, "summary.csv", "point,variant,metric,runs,estimate,lo,hi\n"
                                            "0,a,survival,5,1,1,1\n1,b,survival,5,1,1,1\n");
    ck_assert_ptr_null(plot_draw(directory, "nines", "data", &error));
    ck_assert(g_error_matches(error, PLOT_ERROR, PLOT_ERROR_INPUT));
    g_clear_error(&error);
    g_string_free(text, TRUE);
}
END_TEST

/* The program carries the script of analysis/panels.gp, and gnuplot takes it in every format. */
START_TEST(it_is_drawn)
{
    static const char *const formats[] = {"svg", "png", "pdf", "text"};
    char *script = fixture_read("analysis", "panels.gp");
    ck_assert_str_eq(panels_script, script);
    g_free(script);
    g_autofree char *slow = summary_of_rate("10/s");
    char *first = add_results("1-slow", slow);
    for (unsigned i = 0; i < G_N_ELEMENTS(formats); i++) {
        GError *error = NULL;
        char *picture = draw(formats[i], &error);
        ck_assert_msg(picture != NULL, "%s: %s", formats[i],
                      error != NULL ? error->message : "");
        g_free(picture);
    }
    fixture_remove(first);
}
END_TEST

Suite *frontier_suite(void)
{
    Suite *suite = suite_create("frontier");
    TCase *tests = tcase_create("frontier");
    tcase_add_checked_fixture(tests, set_up, tear_down);
    tcase_set_timeout(tests, 60);
    tcase_add_test(tests, a_grid_of_panels);
    tcase_add_test(tests, what_compares_nothing_is_left_out);
    tcase_add_test(tests, nines_against_a_numeric_key);
    tcase_add_test(tests, it_is_drawn);
    suite_add_tcase(suite, tests);
    return suite;
}
