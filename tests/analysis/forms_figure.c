/* The figure of closed forms, made of several result directories. */
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

/* A result directory in it. The caller frees its name and removes it. */
static char *add_results(const char *name, const char *summary)
{
    char *path = g_build_filename(directory, name, NULL);
    ck_assert_int_eq(g_mkdir(path, 0700), 0);
    fixture_write(path, "summary.csv", summary);
    return path;
}

static char *draw(GError **error)
{
    GBytes *data = plot_draw(directory, "forms", "data", error);
    if (data == NULL) {
        return NULL;
    }
    gsize length = 0;
    const char *bytes = g_bytes_get_data(data, &length);
    char *text = g_strndup(bytes, length);
    g_bytes_unref(data);
    return text;
}

/* Two directories, in the order of their names whatever the disk's is: each point stands at its
 * difference from theory in percentage points, its interval moved along, under what theory
 * says. */
START_TEST(differences_from_theory)
{
    char *second = add_results("second", "point,metric,runs,estimate,lo,hi\n"
                                         "0,known,5,0.900000,0.800000,1.000000\n"
                                         "0,form,5,0.610000,0.590000,0.630000\n"
                                         "0,form-theory,5,0.600000,0.600000,0.600000\n");
    char *first = add_results("first", "point,loss,metric,runs,estimate,lo,hi\n"
                                       "0,1%,form,5,0.990000,0.985000,0.995000\n"
                                       "0,1%,form-theory,5,0.990000,0.990000,0.990000\n"
                                       "1,2%,form,5,0.500000,0.480000,0.520000\n"
                                       "1,2%,form-theory,5,0.525000,0.525000,0.525000\n");
    GError *error = NULL;
    char *text = draw(&error);
    ck_assert_msg(text != NULL, "%s", error != NULL ? error->message : "");
    ck_assert_ptr_nonnull(strstr(text, "unit\tpoints\n"));
    ck_assert_ptr_nonnull(strstr(text, "0\t99\n1\t52.5\n2\t60\n"));
    ck_assert_ptr_nonnull(strstr(text, "first\n0\t0\t-0.5\t0.5\tNaN\tNaN\n1\t-2.5\t-4.5\t-0.5"));
    ck_assert_ptr_nonnull(strstr(text, "second\n2\t1\t-1\t3\tNaN\tNaN\n"));
    g_free(text);
    fixture_remove(first);
    fixture_remove(second);
}
END_TEST

/* Results without a form have no point, and a directory without any says so. */
START_TEST(a_directory_without_forms_is_told)
{
    char *other = add_results("other", "point,metric,runs,estimate,lo,hi\n"
                                       "0,known,5,0.900000,0.800000,1.000000\n");
    GError *error = NULL;
    ck_assert_ptr_null(draw(&error));
    ck_assert(g_error_matches(error, PLOT_ERROR, PLOT_ERROR_INPUT));
    ck_assert_ptr_nonnull(strstr(error->message, "has no value for the figure forms"));
    g_clear_error(&error);
    fixture_remove(other);
}
END_TEST

Suite *forms_figure_suite(void)
{
    Suite *suite = suite_create("forms figure");
    TCase *tcase = tcase_create("forms");
    tcase_add_checked_fixture(tcase, set_up, tear_down);
    tcase_add_test(tcase, differences_from_theory);
    tcase_add_test(tcase, a_directory_without_forms_is_told);
    suite_add_tcase(suite, tcase);
    return suite;
}
