/* The sweep: axes, points, and how "show" writes a scenario again. */
#include "tests/scenario/suites.h"
#include "tests/scenario/support.h"

#include <string.h>

static struct scenario_file *read_more(const char *more)
{
    char *text = g_strconcat(sound_text, more, NULL);
    struct scenario_file *file = support_read(text, NULL);
    g_free(text);
    return file;
}

/* Two axes make the product of their values; the last varies fastest, and values
 * stand as show would print them. */
START_TEST(the_last_axis_varies_fastest)
{
    static const char *const wanted[][2] = {{"0%", "no"}, {"0%", "yes"}, {"5%", "no"},
                                            {"5%", "yes"}, {"gemodel 1% 20%", "no"},
                                            {"gemodel 1% 20%", "yes"}};
    struct scenario_file *file = read_more("[sweep]\nlink.replication.loss = 0%; 5.0%; gemodel 1% "
                                           "20%\nvirtual.web.replicate = off; true\n");
    ck_assert_uint_eq(scenario_file_axes(file), 2);
    ck_assert_uint_eq(scenario_file_points(file), 6);
    ck_assert_str_eq(scenario_file_axis(file, 0)->key, "link.replication.loss");
    for (unsigned point = 0; point < 6; point++)
        for (unsigned axis = 0; axis < 2; axis++)
            ck_assert_str_eq(scenario_file_value(file, point, axis), wanted[point][axis]);
    scenario_file_free(file);
}
END_TEST

/* A point's scenario has its values; the file as it stands has none of them. */
START_TEST(points_differ_only_in_their_values)
{
    struct scenario_file *file = read_more("[sweep]\nlink.replication.rev.loss = 0%; 5%\n"
                                           "real-defaults.service-time = 1ms; 2ms\n");
    struct scenario *base = scenario_file_point(file, 0, false);
    struct scenario *last = scenario_file_point(file, 3, true);
    const struct real_spec *base_real = base->reals->pdata[0];
    const struct real_spec *last_real = last->reals->pdata[1];
    ck_assert_int_eq(base->links[LINK_REPLICATION].reverse.loss.model, LOSS_NONE);
    ck_assert_int_eq(last->links[LINK_REPLICATION].reverse.loss.model, LOSS_RANDOM);
    ck_assert_int_eq(last->links[LINK_REPLICATION].forward.loss.model, LOSS_NONE);
    ck_assert_double_eq(base_real->service_time.mean, 2e7);
    ck_assert_double_eq(last_real->service_time.mean, 2e6);
    ck_assert_str_eq(base->text_sha256, last->text_sha256);
    scenario_free(last);
    scenario_free(base);
    scenario_file_free(file);
}
END_TEST

static const struct {
    const char *more, *values;
} ranges[] = {
    {"[sweep]\nlink.replication.loss = 0%..50% step 25%\n", "0%; 25%; 50%"},
    {"[sweep]\nlink.replication.loss = 0%..12% step 5%; 50%\n", "0%; 5%; 10%; 50%"},
    {"[sweep]\nfailover.hello-time = 900ms..1100ms step 100ms\n", "900ms; 1s; 1.1s"},
    {"[sweep]\nfailover.hello-misses = 2..4 step 1\n", "2; 3; 4"},
    {"[sweep]\nworkload.browsers.arrivals = poisson 5/s; constant 5/s\n",
     "poisson 5/s; constant 5/s"},
};

/* Ranges with any one unit expand to exact values, ends included where they fit. */
START_TEST(ranges_expand)
{
    struct scenario_file *file = read_more(ranges[_i].more);
    char *values = g_strjoinv("; ", scenario_file_axis(file, 0)->values);
    ck_assert_str_eq(values, ranges[_i].values);
    g_free(values);
    scenario_file_free(file);
}
END_TEST

/* With zip the axes go side by side. */
START_TEST(zip_goes_side_by_side)
{
    struct scenario_file *file = read_more("[sweep]\nzip = on\nlink.replication.loss = 1%; 2%\n"
                                           "link.hello.loss = 3%; 4%\n");
    ck_assert_uint_eq(scenario_file_points(file), 2);
    ck_assert_str_eq(scenario_file_value(file, 1, 0), "2%");
    ck_assert_str_eq(scenario_file_value(file, 1, 1), "4%");
    scenario_file_free(file);
}
END_TEST

/* Names with dots and kinds with aliases are found; the longest group that fits wins. */
START_TEST(the_longest_group_wins)
{
    char *text = g_strconcat(sound_text, "[real r1.b]\naddress = 10.0.1.3:80\n[virtual v]\n"
                             "address = 192.0.2.81:80\nbind = r1.b\n", NULL);
    struct scenario_file *file = support_read(text, "real.r1.b.weight=7", "real.r1.weight=5",
                                              "director.B.state=MASTER", NULL);
    struct scenario *scenario = scenario_file_point(file, 0, false);
    char *shown = scenario_file_show(file);
    const struct unit_spec *first = scenario->units->pdata[0];
    ck_assert_ptr_nonnull(strstr(shown, "[real r1]\naddress = 10.0.1.1:80:0:tcp\nweight = 5\n"));
    ck_assert_ptr_nonnull(strstr(shown, "[real r1.b]\naddress = 10.0.1.3:80:0:tcp\nweight = 7\n"));
    ck_assert_str_eq(first->name, "B");
    g_free(shown);
    scenario_free(scenario);
    scenario_file_free(file);
    g_free(text);
}
END_TEST

/* --set overrides the file, and holds an axis at one value: "overrides anything". */
START_TEST(overrides_hold_an_axis)
{
    char *text = g_strconcat(sound_text, "[sweep]\nlink.replication.loss = 1%; 2%\n"
                             "replication.protocol = none; patent\n", NULL);
    struct scenario_file *file = support_read(text, "link.replication.loss=30%", NULL);
    ck_assert_uint_eq(scenario_file_points(file), 2);
    ck_assert_str_eq(scenario_file_value(file, 1, 0), "30%");
    ck_assert_str_eq(scenario_file_value(file, 1, 1), "patent");
    scenario_file_free(file);
    file = support_read(text, "sweep.link.replication.loss=5%; 6%; 7%", NULL);
    ck_assert_uint_eq(scenario_file_points(file), 6);
    scenario_file_free(file);
    g_free(text);
}
END_TEST

Suite *sweep_suite(void)
{
    Suite *suite = suite_create("sweep");
    TCase *tests = tcase_create("sweep");
    tcase_add_checked_fixture(tests, support_enter, support_leave);
    tcase_add_test(tests, the_last_axis_varies_fastest);
    tcase_add_test(tests, points_differ_only_in_their_values);
    tcase_add_loop_test(tests, ranges_expand, 0, G_N_ELEMENTS(ranges));
    tcase_add_test(tests, zip_goes_side_by_side);
    tcase_add_test(tests, the_longest_group_wins);
    tcase_add_test(tests, overrides_hold_an_axis);
    suite_add_tcase(suite, tests);
    return suite;
}

/* ---- show */

static char *show(const char *text)
{
    struct scenario_file *file = support_read(text, NULL);
    char *shown = scenario_file_show(file);
    scenario_file_free(file);
    return shown;
}

/* Two scenarios have the same numbers, as far as text tells: same commands and faults. */
static void expect_same_points(const char *one, const char *two)
{
    struct scenario_file *a = support_read(one, NULL), *b = support_read(two, NULL);
    ck_assert_uint_eq(scenario_file_points(a), scenario_file_points(b));
    for (unsigned point = 0; point < scenario_file_points(a); point++) {
        struct scenario *left = scenario_file_point(a, point, true);
        struct scenario *right = scenario_file_point(b, point, true);
        ck_assert_uint_eq(left->commands->len, right->commands->len);
        for (unsigned i = 0; i < left->commands->len; i++)
            ck_assert_str_eq(left->commands->pdata[i], right->commands->pdata[i]);
        ck_assert_mem_eq(left->links, right->links, sizeof left->links);
        ck_assert_int_eq(left->drain, right->drain);
        ck_assert_int_eq(left->measure, right->measure);
        scenario_free(left);
        scenario_free(right);
    }
    scenario_file_free(a);
    scenario_file_free(b);
}

/* What show prints is a scenario that means the same at every point, and shows as the
 * same text: with all defaults, aliases resolved. */
START_TEST(show_is_a_fixed_point)
{
    const char *text = _i == 0 ? sound_text : rich_text;
    char *once = show(text);
    char *twice = show(once);
    ck_assert_str_eq(twice, once);
    expect_same_points(text, once);
    g_free(twice);
    g_free(once);
}
END_TEST

/* What "auto" comes to is printed where it is the same at every point, and stays auto
 * where the sweep changes it. */
START_TEST(show_leaves_open_what_the_sweep_moves)
{
    char *text = g_strconcat(sound_text, "[sweep]\nworkload.browsers.application-timeout = 70s; "
                             "80s\n", NULL);
    char *plain = show(sound_text), *swept = show(text);
    ck_assert_ptr_nonnull(strstr(plain, "\ndrain = 120min\n"));
    ck_assert_ptr_nonnull(strstr(swept, "\ndrain = auto\n"));
    ck_assert_ptr_nonnull(strstr(swept, "\nmeasure = crash\n"));
    ck_assert_ptr_nonnull(strstr(swept, "\nclient-network = 198.18.0.0/24\n"));
    expect_same_points(text, swept);
    g_free(swept);
    g_free(plain);
    g_free(text);
}
END_TEST

Suite *show_suite(void)
{
    Suite *suite = suite_create("show");
    TCase *tests = tcase_create("show");
    tcase_add_checked_fixture(tests, support_enter, support_leave);
    tcase_add_loop_test(tests, show_is_a_fixed_point, 0, 2);
    tcase_add_test(tests, show_leaves_open_what_the_sweep_moves);
    suite_add_tcase(suite, tests);
    return suite;
}
