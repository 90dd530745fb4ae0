#include "analysis/plot.h"
#include "analysis/aggregate.h"
#include "analysis/columns.h"
#include "tests/analysis/fixture.h"
#include "tests/analysis/suites.h"

#include <glib/gstdio.h>
#include <string.h>

/* ------------------------------------------------------------- fixture */

static char *directory;

static void set_up(void)
{
    directory = fixture_directory();
}

static void tear_down(void)
{
    fixture_remove(directory);
}

static void summarise(void)
{
    GError *error = NULL;
    char *text = fixture_read(directory, "runs.csv");
    struct table *runs = table_parse(text, strlen(text), "runs.csv", &error);
    GString *summary = aggregate_summary(runs, 0.95, &error);
    ck_assert_msg(summary != NULL, "%s", error != NULL ? error->message : "");
    fixture_write(directory, "summary.csv", summary->str);
    g_string_free(summary, TRUE);
    table_free(runs);
    g_free(text);
}

static unsigned commas(const char *line)
{
    unsigned count = 0;
    for (; *line != '\0' && *line != '\n'; line++)
        count += *line == ',';
    return count;
}

/* What a sweep without twins leaves empty, and more, at the end of a row. */
static void end_row(GString *runs, const char *row)
{
    unsigned missing = commas(runs->str) - commas(row);
    g_string_append(runs, row);
    for (unsigned i = 0; i < missing; i++)
        g_string_append_c(runs, ',');
    g_string_append_c(runs, '\n');
}

/* A directory like that of a sweep: "loss;protocol" for each point, three repetitions;
 * patent saves (1-p) 0.996 of 1000, give or take, none saves nobody. */
static void write_sweep(const char *keys, const char *const *points, const char *title)
{
    GString *runs = g_string_new(NULL);
    GString *connections = g_string_new(CONNECTIONS_COLUMNS "\n");
    unsigned run = 0;
    g_string_printf(runs, "run,point,repetition%s," RUNS_COLUMNS "," RUNS_COLUMNS_LATER "\n", keys);
    for (unsigned repetition = 0; repetition < 3; repetition++) {
        for (unsigned point = 0; points[point] != NULL; point++, run++) {
            bool none = strstr(points[point], "none") != NULL;
            unsigned survived = none ? 0 : 960 - 90 * point + 7 * repetition;
            g_autofree char *row =
                g_strdup_printf("%u,%u,%u%s,1000,%u,0,%u,0,0,%u,%u00000000,,,0,9,%u,0,0,0,"
                                ",,0.1,%s,0",
                                run, point, repetition, points[point], survived, 1000 - survived,
                                survived, 12 + repetition, none ? 0 : 120000 + point,
                                none ? "" : "0.9");
            end_row(runs, row);
            for (unsigned i = 0; i < 30; i++) {
                g_string_append_printf(connections,
                                       "%u,%u,web,c:%u,r1,%u000000,open_idle,yes,%s,,1\n",
                                       run, i, i, 1 + i * i * 10,
                                       none || i == 29 ? "timed_out" : "survived");
            }
        }
    }
    fixture_write(directory, "runs.csv", runs->str);
    fixture_write(directory, "connections.csv", connections->str);
    g_autofree char *manifest =
        g_strdup_printf("[manifest]\nseed=1\nconfidence=0.95\ntitle=%s\n", title);
    fixture_write(directory, "manifest", manifest);
    g_string_free(connections, TRUE);
    g_string_free(runs, TRUE);
    summarise();
}

static const char *const two_axes[] = {",0%,none",  ",0%,patent",  ",1%,none",  ",1%,patent",
                                       ",50%,none", ",50%,patent", NULL};
static const char *const one_axis[] = {",0%", ",10%", ",20%", NULL};
static const char *const categories[] = {",none", ",patent", NULL};
static const char *const single[] = {"", NULL};

static const struct layout {
    const char *keys;
    const char *const *points;
} layouts[] = {
    {",link.replication.loss,replication.protocol", two_axes},
    {",link.replication.loss", one_axis},
    {",replication.protocol", categories},
    {"", single},
};

static void write_layout(unsigned index)
{
    write_sweep(layouts[index].keys, layouts[index].points, "A title");
}

static char *draw(const char *figure, const char *format)
{
    GError *error = NULL;
    GBytes *picture = plot_draw(directory, figure, format, &error);
    ck_assert_msg(picture != NULL, "%s", error != NULL ? error->message : "");
    gsize length = 0;
    const char *bytes = g_bytes_get_data(picture, &length);
    char *text = g_strndup(bytes, length);
    g_bytes_unref(picture);
    return text;
}

static void check_error(const char *figure, const char *format, int code, const char *words)
{
    GError *error = NULL;
    ck_assert(!plot_directory(directory, figure, format, NULL, &error));
    ck_assert_msg(strstr(error->message, words) != NULL, "%s", error->message);
    if (code >= 0) {
        ck_assert(g_error_matches(error, PLOT_ERROR, code));
    }
    g_error_free(error);
}

static bool have_gnuplot(void)
{
    g_autofree char *path = g_find_program_in_path("gnuplot");
    return path != NULL;
}

/* ------------------------------------------------------------- what is drawn */

/* The main figure: one curve a protocol, loss on a logarithmic axis with room for 0 %,
 * points with intervals, and the theory beside the protocol that has one. */
START_TEST(data_of_the_main_figure)
{
    write_layout(0);
    char *data = draw("survival", "data");
    ck_assert_ptr_nonnull(strstr(data, "title\tA title\n"));
    ck_assert_ptr_nonnull(
        strstr(data, "note\tmean over 3 runs at each point, with 95 % interval\n"));
    ck_assert_ptr_nonnull(strstr(data, "xlabel\tloss on the replication link\n"));
    ck_assert_ptr_nonnull(strstr(data, "ylabel\tshare of open connections that survived\n"));
    ck_assert_ptr_nonnull(strstr(data, "offset\t0.5\n"));
    ck_assert_ptr_nonnull(strstr(data, "\n\n\n0\t0%\n1\t1%\n50\t50%\n\n\nnone\n"));
    ck_assert_ptr_nonnull(strstr(data, "\nnone\n0\t0\t0\t0.1\tNaN\t0\n"));
    ck_assert_ptr_nonnull(strstr(data, "\n\n\npatent\n0\t87.7\t85.961"));
    ck_assert_ptr_nonnull(strstr(data, "\t90\tNaN\n1\t69.7\t"));
    g_free(data);
}
END_TEST

/* A directory of one point shows its metrics side by side, virtuals included. */
START_TEST(data_of_a_single_point)
{
    write_layout(3);
    char *data = draw("survival", "data");
    ck_assert_ptr_nonnull(strstr(data, "\n\n\n0\tsurvival\n1\tknown\n\n\nsimulated\n0\t96.7\t"));
    ck_assert_ptr_nonnull(strstr(data, "theory\tno\n"));
    g_free(data);
}
END_TEST

/* Two keys that are swept side by side (zip = yes) are one curve of three points, and not
 * three curves of one. */
START_TEST(data_of_zipped_axes)
{
    static const char *const zipped[] = {",0%,1ms", ",10%,2ms", ",20%,3ms", NULL};
    write_sweep(",link.replication.loss,link.replication.delay", zipped, "A title");
    char *data = draw("survival", "data");
    ck_assert_ptr_nonnull(strstr(data, "curves\t1\n"));
    ck_assert_ptr_nonnull(strstr(data, "\n\n\nsimulated\n0\t"));
    g_free(data);
}
END_TEST

/* Without an axis of numbers the takeover figure is the staircase of all runs: three runs
 * of each protocol at 1.2, 1.3 and 1.4 s. */
START_TEST(data_of_takeover_times)
{
    write_layout(2);
    char *data = draw("takeover", "data");
    ck_assert_ptr_nonnull(strstr(data, "style\tsteps\n"));
    ck_assert_ptr_nonnull(strstr(data, "\n\n\npatent\n1.2\t0\t0\t0\tNaN\tNaN\n1.2\t33.3333333\t"));
    ck_assert_ptr_nonnull(strstr(data, "\n1.4\t100\t"));
    g_free(data);
}
END_TEST

/* The timeline of one point tells outcomes apart by age. Only the youngest of 30, opened
 * last in each of three runs, timed out: three connections alone would draw a leap to
 * 100 %, so they are drawn together with older ones until there are 20. */
START_TEST(data_of_the_timeline)
{
    write_layout(3);
    char *data = draw("timeline", "data");
    const char *dots = strstr(data, "\n\n\ntimed out\n");
    ck_assert_ptr_nonnull(dots);
    ck_assert_msg(g_str_has_prefix(dots, "\n\n\ntimed out\n0.0707106781\t9.09"), "%s", dots);
    g_free(data);
}
END_TEST

/* ------------------------------------------------------------- pictures */

/* Each figure of each kind of directory comes out in each format: not empty, of the
 * right kind, and without a word from gnuplot. */
START_TEST(every_figure_is_drawn)
{
    static const char *const figures[] = {"survival", "takeover", "cost", "timeline"};
    static const char *const formats[] = {"svg", "png", "pdf", "text"};
    static const char *const marks[] = {"<?xml", "\x89PNG", "%PDF-", ""};
    if (!have_gnuplot()) {
        return;
    }
    write_layout((unsigned)_i / 4);
    for (unsigned format = 0; format < 4; format++) {
        char *picture = draw(figures[_i % 4], formats[format]);
        ck_assert(g_str_has_prefix(picture, marks[format]));
        ck_assert_uint_gt(strlen(picture), 4);
        g_free(picture);
    }
}
END_TEST

/* The same tables give the same bytes, so that committed figures do not change. */
START_TEST(svg_and_png_repeat_byte_by_byte)
{
    static const char *const formats[] = {"svg", "png"};
    if (!have_gnuplot()) {
        return;
    }
    write_layout(0);
    GBytes *first = plot_draw(directory, "survival", formats[_i], NULL);
    GBytes *second = plot_draw(directory, "survival", formats[_i], NULL);
    ck_assert_uint_gt(g_bytes_get_size(first), 1000);
    ck_assert(g_bytes_equal(first, second));
    g_bytes_unref(second);
    g_bytes_unref(first);
}
END_TEST

/* The text figure fits the terminal, has no colour codes and no form feed. */
START_TEST(text_fits_the_terminal)
{
    static const char *const columns[] = {"60", "80", "132", "rubbish"};
    if (!have_gnuplot()) {
        return;
    }
    write_layout(0);
    g_setenv("COLUMNS", columns[_i], TRUE);
    char *text = draw(NULL, "text");
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
    unsigned width = _i < 3 ? (unsigned)g_ascii_strtoull(columns[_i], NULL, 10) : 80;
    ck_assert_uint_gt(g_strv_length(lines), 15);
    for (char **line = lines; *line != NULL; line++) {
        ck_assert_uint_le((unsigned)g_utf8_strlen(*line, -1), width);
    }
    ck_assert_ptr_null(strpbrk(text, "\f\033"));
    ck_assert_ptr_nonnull(strstr(text, "A title"));
    ck_assert_ptr_nonnull(strstr(text, "patent"));
    g_free(text);
}
END_TEST

/* Titles and values that try to be commands, quotes, macros or markup are drawn as they
 * stand, and start nothing (interface.md 3.1: no user text in a script). */
START_TEST(hostile_words_are_only_words)
{
    static const char *const titles[] = {
        "`touch TRAP`", "$(touch TRAP)", "'; system('touch TRAP'); x='",
        "\\\"; system(\\\"touch TRAP",
        "@title # no comment", "{/Symbol a} x_2 ^3", "%d %s %n", "<touch TRAP", "| touch TRAP"};
    if (!have_gnuplot()) {
        return;
    }
    g_autofree char *trap = g_build_filename(directory, "trap", NULL);
    g_auto(GStrv) parts = g_strsplit(titles[_i], "TRAP", -1);
    g_autofree char *title = g_strjoinv(trap, parts);
    g_autofree char *none = g_strdup_printf(",\"%s none\"", "`touch x` \"\"@a\"\"");
    const char *const points[] = {none, ",| touch patent", NULL};
    write_sweep(",replication.protocol", points, title);
    char *svg = draw("survival", "svg");
    ck_assert(!g_file_test(trap, G_FILE_TEST_EXISTS));
    ck_assert_ptr_nonnull(strstr(svg, "`touch x` '@a' none"));
    if (strchr(title, '{') != NULL) {
        ck_assert_ptr_nonnull(strstr(svg, "{/Symbol a} x_2 ^3"));
    }
    g_free(svg);
}
END_TEST

/* ------------------------------------------------------------- files and trouble */

/* Without --out the figure lands in the directory under its name; with it, there. */
START_TEST(files_land_where_they_should)
{
    write_layout(1);
    ck_assert(plot_directory(directory, NULL, "data", NULL, NULL));
    char *first = fixture_read(directory, "survival.data");
    g_autofree char *out = g_build_filename(directory, "other.dat", NULL);
    ck_assert(plot_directory(directory, "survival", "data", out, NULL));
    char *second = fixture_read(directory, "other.dat");
    ck_assert_str_eq(first, second);
    g_free(second);
    g_free(first);
}
END_TEST

/* An unwritable place is named, and an older figure stays whole. */
START_TEST(unwritable_output_is_an_error)
{
    GError *error = NULL;
    write_layout(1);
    g_autofree char *out = g_build_filename(directory, "absent", "x.svg", NULL);
    ck_assert(!plot_directory(directory, "survival", "data", out, &error));
    ck_assert_ptr_nonnull(strstr(error->message, "absent"));
    g_error_free(error);
}
END_TEST

/* Without gnuplot there is an error of its own (exit 3, tables stay), which names the
 * package; nothing is written. */
START_TEST(missing_gnuplot_is_told)
{
    write_layout(1);
    g_setenv("PATH", directory, TRUE);
    check_error("survival", "svg", PLOT_ERROR_NO_GNUPLOT, "apt-get install gnuplot-nox");
    g_autofree char *svg = g_build_filename(directory, "survival.svg", NULL);
    ck_assert(!g_file_test(svg, G_FILE_TEST_EXISTS));
}
END_TEST

/* A gnuplot that fails, or draws nothing, is quoted; nothing is written. */
START_TEST(failing_gnuplot_is_quoted)
{
    static const char *const programs[] = {"#!/bin/sh\necho no such terminal >&2\nexit 1\n",
                                           "#!/bin/sh\nexit 0\n"};
    static const char *const says[] = {"gnuplot failed: no such terminal", "it drew nothing"};
    write_layout(1);
    fixture_write(directory, "gnuplot", programs[_i]);
    g_autofree char *program = g_build_filename(directory, "gnuplot", NULL);
    g_autofree char *svg = g_build_filename(directory, "survival.svg", NULL);
    ck_assert_int_eq(g_chmod(program, 0700), 0);
    g_setenv("PATH", directory, TRUE);
    check_error("survival", "svg", PLOT_ERROR_FAILED, says[_i]);
    ck_assert(!g_file_test(svg, G_FILE_TEST_EXISTS));
}
END_TEST

/* Unknown words, an absent table, a table without rows, a figure without a value. */
START_TEST(what_cannot_be_drawn_is_said)
{
    check_error("survival", "data", -1, "summary.csv");
    write_layout(1);
    check_error("survivl", "data", PLOT_ERROR_INPUT, "survival, nines, known, takeover, cost");
    check_error("survival", "gif", PLOT_ERROR_INPUT, "svg, png, pdf, text, data");
    fixture_write(directory, "summary.csv",
                  "point,k,metric,runs,estimate,lo,hi\n0,1%,survival,0,,,\n1,2%,survival,0,,,\n");
    check_error("survival", "data", PLOT_ERROR_INPUT, "has no value for the figure survival");
    fixture_write(directory, "summary.csv", "point,metric,runs,estimate,lo,hi\n");
    check_error("survival", "data", PLOT_ERROR_INPUT, "has no rows");
    fixture_write(directory, "summary.csv", "point,runs\n0,1\n");
    check_error("survival", "data", -1, "column metric is missing");
}
END_TEST

/* The program carries the script of analysis/figure.gp, and not an older one. */
START_TEST(embedded_script_is_the_file)
{
    char *file = fixture_read("analysis", "figure.gp");
    ck_assert_str_eq(plot_script, file);
    g_free(file);
}
END_TEST

Suite *plot_suite(void)
{
    Suite *suite = suite_create("plot");
    TCase *data = tcase_create("data");
    tcase_add_checked_fixture(data, set_up, tear_down);
    tcase_add_test(data, data_of_the_main_figure);
    tcase_add_test(data, data_of_a_single_point);
    tcase_add_test(data, data_of_takeover_times);
    tcase_add_test(data, data_of_the_timeline);
    tcase_add_test(data, data_of_zipped_axes);
    suite_add_tcase(suite, data);
    TCase *pictures = tcase_create("pictures");
    tcase_set_timeout(pictures, 30);
    tcase_add_checked_fixture(pictures, set_up, tear_down);
    tcase_add_loop_test(pictures, every_figure_is_drawn, 0, 16);
    tcase_add_loop_test(pictures, svg_and_png_repeat_byte_by_byte, 0, 2);
    tcase_add_loop_test(pictures, text_fits_the_terminal, 0, 4);
    tcase_add_loop_test(pictures, hostile_words_are_only_words, 0, 9);
    suite_add_tcase(suite, pictures);
    TCase *trouble = tcase_create("trouble");
    tcase_add_checked_fixture(trouble, set_up, tear_down);
    tcase_add_test(trouble, files_land_where_they_should);
    tcase_add_test(trouble, unwritable_output_is_an_error);
    tcase_add_test(trouble, missing_gnuplot_is_told);
    tcase_add_loop_test(trouble, failing_gnuplot_is_quoted, 0, 2);
    tcase_add_test(trouble, what_cannot_be_drawn_is_said);
    tcase_add_test(trouble, embedded_script_is_the_file);
    suite_add_tcase(suite, trouble);
    return suite;
}
