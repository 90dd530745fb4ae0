/* compare and plot, driven from real sweeps. */
#include "tests/program/suites.h"
#include "tests/program/support.h"

#include <string.h>

/* Sweeps by name, made when first asked for. */
static void make_sweep(const char *name)
{
    static const struct {
        const char *name, *options;
    } kinds[] = {
        {"lossy", ""},
        {"clean", "--set link.replication.loss=0%"},
        {"other", "--seed 99"},
    };
    const char *options = NULL;

    for (gsize i = 0; i < G_N_ELEMENTS(kinds); i++) {
        options = strcmp(kinds[i].name, name) == 0 ? kinds[i].options : options;
    }
    g_autofree char *line = g_strdup_printf(
        "test -d %s || \"$U\" sweep small.scn -q --repetitions 4 --out %s %s", name, name, options);
    struct answer answer = ask_shell(line);

    assert_status(answer, 0);
    answer_clear(&answer);
}

static const struct {
    const char *a, *b, *options;
    int status;
} verdicts[] = {
    {"lossy", "lossy", "", 0},
    {"lossy", "clean", "", 0},
    {"clean", "lossy", "", 1},
    {"clean", "lossy", " --max-drop 90%", 0},
    {"clean", "lossy", " --metric survival", 1},
    {"clean", "lossy", " --json", 1},
    {"clean", "other", "", 2},
    {"clean", "lossy", " --metric happiness", 2},
};

/* No change, a change for the better, one for the worse, one within the limit, another
 * seed (which cannot be compared), a metric that does not exist. */
START_TEST(compare_judges)
{
    make_sweep(verdicts[_i].a);
    make_sweep(verdicts[_i].b);
    g_autofree char *arguments = g_strdup_printf("compare %s %s%s", verdicts[_i].a,
                                                 verdicts[_i].b, verdicts[_i].options);
    struct answer answer = ask(arguments);

    assert_status(answer, verdicts[_i].status);
    if (strstr(verdicts[_i].options, "--json") != NULL) {
        ck_assert_msg(json_valid(answer.out), "not JSON:\n%s", answer.out);
    } else {
        assert_fits(answer.out);
    }
    answer_clear(&answer);
}
END_TEST

/* Another file may hold another network, which no pairing undoes: that is said, and one
 * pair of runs has no interval to print. */
START_TEST(compare_cautions)
{
    g_autofree char *small = scratch_read("small.scn");
    scratch_write("twin.scn", small);
    struct answer a = ask("sweep small.scn -q --repetitions 2 --out a");
    struct answer b = ask("sweep twin.scn -q --repetitions 1 --out b");
    struct answer answer = ask("compare a b");

    assert_status(answer, 0);
    assert_contains(answer.out, "Caution: A was made from small.scn, B from twin.scn.\n");
    assert_contains(answer.out, "1 pair of runs; without partner: 1 of A, 0 of B\n");
    assert_contains(answer.out, "one pair: no interval\n");
    assert_fits(answer.out);
    answer_clear(&a);
    answer_clear(&b);
    answer_clear(&answer);
}
END_TEST

/* From scenario to picture, where gnuplot is there. */
START_TEST(plot_draws)
{
    struct answer sweep = ask("sweep sweep.scn -q --repetitions 3 --out out");
    struct answer plot = ask("plot out");
    struct answer text = ask("plot out --format text");
    struct answer png = ask("plot out --out picture.png");

    assert_status(sweep, 0);
    ck_assert_msg(plot.status == 0 || strstr(plot.err, "gnuplot") != NULL, "%s", plot.err);
    if (plot.status == 0) {
        g_autofree char *svg = scratch_read("out/survival.svg");
        assert_contains(svg, "<svg");
        assert_status(text, 0);
        assert_fits(text.out);
        g_autofree char *picture = scratch_read("picture.png");
        ck_assert_msg(g_str_has_prefix(picture, "\211PNG"), "--out picture.png is no PNG");
    }
    answer_clear(&sweep);
    answer_clear(&plot);
    answer_clear(&text);
    answer_clear(&png);
}
END_TEST

Suite *compare_suite(void)
{
    Suite *suite = suite_create("compare and plot");
    TCase *tcase = tcase_create("compare");

    tcase_set_timeout(tcase, 20);
    tcase_add_checked_fixture(tcase, scratch_enter, scratch_leave);
    tcase_add_loop_test(tcase, compare_judges, 0, G_N_ELEMENTS(verdicts));
    tcase_add_test(tcase, compare_cautions);
    tcase_add_test(tcase, plot_draws);
    suite_add_tcase(suite, tcase);
    return suite;
}
