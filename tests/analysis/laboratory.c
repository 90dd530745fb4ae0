/* The figures that set protocols, and settings of one, side by side: saving, known, protection in
 * panels, and a roof that is not the same everywhere. */
#include "analysis/columns.h"
#include "analysis/plot.h"
#include "tests/analysis/fixture.h"
#include "tests/analysis/suites.h"

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

static char *draw(const char *figure, const char *format)
{
    GError *error = NULL;
    GBytes *data = plot_draw(directory, figure, format, &error);
    ck_assert_msg(data != NULL, "%s", error != NULL ? error->message : "");
    gsize length = 0;
    const char *bytes = g_bytes_get_data(data, &length);
    char *text = g_strndup(bytes, length);
    g_bytes_unref(data);
    return text;
}

static void check_no_value(const char *figure)
{
    GError *error = NULL;
    ck_assert_ptr_null(plot_draw(directory, figure, "data", &error));
    ck_assert(g_error_matches(error, PLOT_ERROR, PLOT_ERROR_INPUT));
    ck_assert_ptr_nonnull(strstr(error->message, "has no value"));
    g_clear_error(&error);
}

/* Of 120 bytes on the wire 30 are three quarters saved, and of 4000 bytes that are lost where
 * nothing is told, 1000 leave three quarters protected; what is known has its interval, ratios of
 * means have none. Without a numeric key there is nothing to draw. */
START_TEST(what_is_saved_and_what_is_protected)
{
    static const char *const rows[] = {
        "0s,bytes-per-connection,5,120,100,140", "0s,known,5,1,0.99,1", "0s,bytes-lost,5,0,0,0",
        "2s,bytes-per-connection,5,30,10,50", "2s,known,5,0.8,0.7,0.9",
        "2s,bytes-lost,5,1000,0,2000", "2min,bytes-per-connection,5,0,0,0",
        "2min,known,5,0,0,0.01", "2min,bytes-lost,5,4000,3000,5000"};
    GString *summary = g_string_new("point,after,metric,runs,estimate,lo,hi\n");
    for (unsigned i = 0; i < G_N_ELEMENTS(rows); i++)
        g_string_append_printf(summary, "%u,%s\n", i / 3, rows[i]);
    fixture_write(directory, "summary.csv", summary->str);
    char *text = draw("saving", "data");
    ck_assert_ptr_nonnull(strstr(text, "bytes of replication saved\n"
                                       "0\t0\t0\t0\tNaN\t0\n2\t75\t75\t75\tNaN\t75\n"
                                       "120\t100\t100\t100\t"));
    ck_assert_ptr_nonnull(strstr(text, "connections known to the standby\n"
                                       "0\t100\t99\t100\tNaN\t100\n2\t80\t70\t90\tNaN\t80\n"));
    ck_assert_ptr_nonnull(strstr(text, "protected\n0\t100\t100\t100\tNaN\t100\n"
                                       "2\t75\t75\t75\tNaN\t75\n120\t0\t0\t0\t"));
    g_free(text);
    g_string_free(summary, TRUE);
    fixture_write(directory, "summary.csv", "point,variant,metric,runs,estimate,lo,hi\n"
                                            "0,a,known,5,1,1,1\n1,b,known,5,1,1,1\n");
    check_no_value("saving");
}
END_TEST

/* What virtual crashes see against a key is a figure of its own: there survival has no value. */
START_TEST(known_at_virtual_crashes)
{
    fixture_write(directory, "summary.csv",
                  "point,rate,metric,runs,estimate,lo,hi\n0,1/s,known-virtual,5,0.8,0.7,0.9\n"
                  "0,1/s,survival,0,,,\n1,10/s,known-virtual,5,0.95,0.9,1\n"
                  "1,10/s,survival,0,,,\n");
    char *text = draw("known", "data");
    ck_assert_ptr_nonnull(strstr(text, "1\t80\t70\t90\tNaN\t80\n10\t95\t90\t100\tNaN\t95\n"));
    g_free(text);
    check_no_value("survival");
}
END_TEST

/* Two variants by two networks, two runs of each: a panel for each variant, a curve for each
 * network. From 1 ms to 4 ms half are known, or all; an outage keeps nine tenths from nobody, and
 * its roof is drawn once in each panel. Bins of fewer than fifty connections are left out. */
START_TEST(a_panel_for_each_protocol)
{
    GString *runs = g_string_new("run,point,repetition,loss,variant,counted\n");
    GString *bins = g_string_new(PROTECTION_COLUMNS "\n");
    for (unsigned run = 0; run < 8; run++) {
        bool off = run / 4 == 1, two = run / 2 % 2 == 1;
        g_string_append_printf(runs, "%u,%u,%u,%s,%s,1\n", run, run / 2, run % 2,
                               off ? "outage 10% 1s" : "10%", two ? "two" : "one");
        g_string_append_printf(bins, "%u,1000000,4000000,100,%u,40,20,,,%s\n", run, two ? 100 : 50,
                               off ? "0.9" : "");
        g_string_append_printf(bins, "%u,4000000,16000000,100,100,10,0,,,\n", run);
    }
    fixture_write(directory, "runs.csv", runs->str);
    fixture_write(directory, "protection.csv", bins->str);
    char *text = draw("protection-panels", "data");
    ck_assert_ptr_nonnull(strstr(text, "columns\t2\npanels\t2\nseries\t2\n"));
    ck_assert_ptr_nonnull(strstr(text, "\n\n10%\noutage 10% 1s\n"));
    const char *one = strstr(text, "title\tone\nroof\tnone\n");
    ck_assert_ptr_nonnull(one);
    const char *two = strstr(one, "title\ttwo\nroof\tnone\n");
    ck_assert_ptr_nonnull(two);
    ck_assert_ptr_nonnull(strstr(one, "\t50\t"));
    ck_assert(strstr(one, "\t50\t") < two);
    ck_assert_ptr_nonnull(strstr(one, "\n\n-2.69897\t90\n\n\ntitle\ttwo\n"));
    ck_assert_ptr_nonnull(strstr(two, "\n\n-2.69897\t90\n"));
    ck_assert_ptr_null(strstr(two, "\t50\t"));
    g_free(text);
    char *picture = draw("protection-panels", "svg");
    ck_assert_ptr_nonnull(strstr(picture, "<svg"));
    g_free(picture);
    g_string_free(runs, TRUE);
    g_string_free(bins, TRUE);
}
END_TEST

/* Where the roof falls with the key, nines draws it by its corners, from left to right; and marks
 * of two series at one place stand a little apart. */
START_TEST(a_roof_that_falls)
{
    fixture_write(directory, "summary.csv",
                  "point,length,variant,metric,runs,estimate,lo,hi\n"
                  "0,100s,a,survival,5,0.9,0.9,0.9\n0,100s,a,known-roof,5,0.9,,\n"
                  "1,1s,a,survival,5,0.9,0.9,0.9\n1,1s,a,known-roof,5,0.99,,\n"
                  "2,10s,a,survival,5,0.9,0.9,0.9\n2,10s,a,known-roof,5,0.99,,\n"
                  "3,10s,b,survival,5,0.9,0.9,0.9\n3,10s,b,known-roof,5,0.99,,\n");
    char *text = draw("nines", "data");
    ck_assert_ptr_nonnull(strstr(text, "roof\tnone\n"));
    ck_assert_ptr_nonnull(strstr(text, "\n\n0\t2\n1\t2\n2\t1\n"));
    ck_assert_ptr_nonnull(strstr(text, "\n0.99568\t1\t"));
    ck_assert_ptr_nonnull(strstr(text, "\n1.00432\t1\t"));
    g_free(text);
}
END_TEST

Suite *laboratory_suite(void)
{
    Suite *suite = suite_create("laboratory");
    TCase *tests = tcase_create("laboratory");
    tcase_add_checked_fixture(tests, set_up, tear_down);
    tcase_set_timeout(tests, 60);
    tcase_add_test(tests, what_is_saved_and_what_is_protected);
    tcase_add_test(tests, known_at_virtual_crashes);
    tcase_add_test(tests, a_panel_for_each_protocol);
    tcase_add_test(tests, a_roof_that_falls);
    suite_add_tcase(suite, tests);
    return suite;
}
