/* Figures over time, of samples.csv. */
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

/* Two protocols, two runs of each; of the last there was no standby at the end. */
static void write_tables(void)
{
    GString *runs = g_string_new("run,point,repetition,replication.protocol,counted\n");
    GString *samples = g_string_new(SAMPLES_COLUMNS "\n");
    for (unsigned run = 0; run < 4; run++) {
        g_string_append_printf(runs, "%u,%u,%u,%s,1\n", run, run % 2, run / 2,
                               run % 2 == 0 ? "one" : "two");
        for (unsigned i = 1; i <= 8; i++) {
            g_string_append_printf(samples, "%u,%u000000000,5,0,0,0", run, i);
            if (run == 3 && i == 8) {
                g_string_append(samples, ",,,\n");
            } else {
                g_string_append_printf(samples, ",5,%u,%u\n", i + 2 * (run / 2), 10 * run);
            }
        }
    }
    fixture_write(directory, "runs.csv", runs->str);
    fixture_write(directory, "samples.csv", samples->str);
    g_string_free(runs, TRUE);
    g_string_free(samples, TRUE);
}

static char *draw(const char *figure)
{
    GError *error = NULL;
    GBytes *data = plot_draw(directory, figure, "data", &error);
    ck_assert_msg(data != NULL, "%s", error != NULL ? error->message : "");
    gsize length = 0;
    const char *bytes = g_bytes_get_data(data, &length);
    char *text = g_strndup(bytes, length);
    g_bytes_unref(data);
    return text;
}

/* Each fourth instant is drawn, as the mean of the runs that have a value there: with its
 * interval, or alone. */
START_TEST(means_over_runs)
{
    write_tables();
    char *ghosts = draw("ghosts");
    ck_assert_ptr_nonnull(strstr(ghosts, "unit\tcount\n"));
    ck_assert_ptr_nonnull(strstr(ghosts, "one\n4\t5\t0\t17.7062047\tNaN\t5\n8\t9\t0\t"));
    ck_assert_ptr_nonnull(strstr(ghosts, "two\n4\t5\t0\t17.7062047\tNaN\t5\n8\t8\t8\t8\tNaN\t8\n"));
    g_free(ghosts);
    char *error = draw("counter-error");
    ck_assert_ptr_nonnull(strstr(error, "one\n4\t10\t"));
    ck_assert_ptr_nonnull(strstr(error, "two\n4\t20\t"));
    g_free(error);
}
END_TEST

Suite *samples_suite(void)
{
    Suite *suite = suite_create("samples");
    TCase *tests = tcase_create("samples");
    tcase_add_checked_fixture(tests, set_up, tear_down);
    tcase_add_test(tests, means_over_runs);
    suite_add_tcase(suite, tests);
    return suite;
}
