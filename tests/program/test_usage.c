/* Usage: help, words mistyped, lists, streams and widths. */
#include "tests/program/suites.h"
#include "tests/program/support.h"

#include <string.h>

static const char *const verbs[] = {"run",   "sweep", "plot",    "compare", "compare-protocols",
                                    "check", "show",  "explain", "list"};


/* Each verb explains itself on 80 columns of plain ASCII, with an example. */
START_TEST(every_verb_helps)
{
    g_autofree char *arguments = g_strdup_printf("%s --help", verbs[_i]);
    g_autofree char *usage = g_strdup_printf("understudy %s [OPTION...]", verbs[_i]);
    struct answer answer = ask(arguments);

    assert_status(answer, 0);
    assert_contains(answer.out, usage);
    assert_contains(answer.out, "Example");
    ck_assert_str_eq(answer.err, "");
    assert_fits(answer.out);
    ck_assert(g_str_is_ascii(answer.out));
    answer_clear(&answer);
}
END_TEST

/* The program's own help names every verb and every exit code. */
START_TEST(the_program_helps)
{
    static const char *const codes[] = {"  0  ", "  1  ", "  2  ", "  3  ",
                                        "  4  ", "130  ", "143  "};
    struct answer answer = ask("--help");

    assert_status(answer, 0);
    for (gsize i = 0; i < G_N_ELEMENTS(verbs); i++) {
        assert_contains(answer.out, verbs[i]);
    }
    for (gsize i = 0; i < G_N_ELEMENTS(codes); i++) {
        assert_contains(answer.out, codes[i]);
    }
    assert_fits(answer.out);
    ck_assert(g_str_is_ascii(answer.out));
    answer_clear(&answer);
}
END_TEST

static const struct {
    const char *arguments, *words;
} wrong[] = {
    {"rnu small.scn", "unknown command rnu (did you mean run?)"},
    {"", "unknown command"},
    {"--fast run small.scn", "--fast"},
    {"run", "an argument is missing: it takes FILE"},
    {"run small.scn sweep.scn", "too many arguments: it takes FILE"},
    {"run --fast small.scn", "--fast"},
    {"run small.scn --repetition -1", "--repetition -1: not a whole number"},
    {"run small.scn --repetition two", "--repetition two: not a whole number"},
    {"run small.scn --seed 1e9", "--seed 1e9: not a whole number"},
    {"run small.scn --set loss=5%", "--set loss=5%: write GROUP.KEY=VALUE"},
    {"run small.scn --set link.replication.loss", "write GROUP.KEY=VALUE"},
    {"run small.scn --set link.replication.lss=5%", "did you mean"},
    {"sweep sweep.scn --jobs 0", "--jobs 0: not a whole number from 1"},
    {"sweep sweep.scn --repetitions 0", "--repetitions 0: not a whole number from 1"},
    {"sweep sweep.scn --repetitions 2000000000", "too many"},
    {"list protocol", "there is no list of protocol (did you mean protocols?)"},
    {"compare one", "an argument is missing: it takes A B"},
    {"compare one two --max-drop 1", "--max-drop 1: write a share"},
    {"compare one two --max-drop 0.5", "--max-drop 0.5: write a share from 0% to 100%, as in 1%"},
    {"compare one two", "one: no results there"},
    {"plot nowhere", "nowhere: no results there"},
    {"run small.scn --out=", "--out is empty"},
    {"sweep small.scn --out=", "--out is empty"},
    {"explain small.scn", "--connection N is missing"},
    {"explain small.scn --connection 99999999", "99999999"},
};

/* A wrong command line gets one line that says what is wrong, and exit 2; nothing is
 * written, neither to standard output nor to disk. */
START_TEST(wrong_usage_is_told)
{
    g_autofree char *before = scratch_list(".");
    struct answer answer = ask(wrong[_i].arguments);

    assert_status(answer, 2);
    assert_contains(answer.err, wrong[_i].words);
    ck_assert_msg(count_lines(answer.err) == 1, "not one line: %s", answer.err);
    ck_assert_str_eq(answer.out, "");
    g_autofree char *after = scratch_list(".");
    ck_assert_str_eq(before, after);
    answer_clear(&answer);
}
END_TEST

static const struct {
    const char *what, *has;
} lists[] = {
    {"predictors", "leastconns\n"}, {"protocols", "patent "},     {"detectors", "vrrp\n"},
    {"metrics", "survival.NAME"},   {"keys", "hello-time"},        {"outcomes", "timed_out\n"},
    {"causes", "create_lost"},      {"states", "half_closed"},
};

/* Lists come straight from the tables in code, on 80 columns. */
START_TEST(lists_are_complete)
{
    g_autofree char *arguments = g_strdup_printf("list %s", lists[_i].what);
    struct answer answer = ask(arguments);

    assert_status(answer, 0);
    assert_contains(answer.out, lists[_i].has);
    assert_fits(answer.out);
    answer_clear(&answer);
}
END_TEST

/* list scenarios shows what lies in ./scenarios, with its first line, in order. */
START_TEST(scenarios_are_listed)
{
    ck_assert_int_eq(g_mkdir_with_parents("scenarios", 0777), 0);
    scratch_write("scenarios/b.scn", "# b.scn - the second\n");
    scratch_write("scenarios/a.scn", "# a.scn - the first\n");
    scratch_write("scenarios/notes.txt", "# no - scenario\n");
    struct answer answer = ask("list scenarios");

    assert_status(answer, 0);
    ck_assert_str_eq(answer.out, "scenarios/a.scn           the first\n"
                                 "scenarios/b.scn           the second\n");
    answer_clear(&answer);
}
END_TEST

/* Blanks around the = of --set are as welcome as in a file. */
START_TEST(set_takes_blanks)
{
    struct answer tight = ask_shell("\"$U\" show small.scn --set link.replication.loss=7%");
    struct answer wide = ask_shell("\"$U\" show small.scn --set 'link.replication.loss = 7% '");

    assert_status(wide, 0);
    assert_contains(wide.out, "loss = 7%\n");
    ck_assert_str_eq(tight.out, wide.out);
    answer_clear(&tight);
    answer_clear(&wide);
}
END_TEST

/* A reader that stops reading ("| head -1") is no error worth a word. */
START_TEST(a_broken_pipe_is_quiet)
{
    struct answer answer = ask_shell("\"$U\" list keys | head -1");

    ck_assert_uint_eq(count_lines(answer.out), 1);
    ck_assert_str_eq(answer.err, "");
    answer_clear(&answer);
}
END_TEST

/* What show prints is a scenario again, and shows as itself. */
START_TEST(show_is_its_own_fixpoint)
{
    struct answer first = ask("show sweep.scn");

    assert_status(first, 0);
    struct answer second = ask_with_input("show -", first.out);
    assert_status(second, 0);
    ck_assert_str_eq(first.out, second.out);
    answer_clear(&first);
    answer_clear(&second);
}
END_TEST

/* check: runs of the sweep, each impaired link with its derived loss, detection. */
START_TEST(check_derives)
{
    struct answer answer = ask("check sweep.scn");

    assert_status(answer, 0);
    assert_contains(answer.out, "sweep.scn: ok\n");
    assert_contains(answer.out, "4 points x 3 repetitions = 12 runs");
    assert_contains(answer.out, "sweep of link.replication.loss: ");
    assert_contains(answer.out, "link replication ");
    assert_contains(answer.out, "30.00%");
    assert_contains(answer.out, "2 x 0.2s + 0.02s after the last hello");
    assert_fits(answer.out);
    answer_clear(&answer);
}
END_TEST

/* check: the detection time of each detector, and of each unit where they differ. */
START_TEST(check_names_each_detector)
{
    static const char *const rows[][2] = {
        {"failover.detector=vrrp", "vrrp: 3.609375s after the last hello"},
        {"failover.detector=carp", "carp: 3s after the last hello, so 2s to 3s after"},
        {"failover.detector=bfd", "bfd: 0.05s after the last hello, so 0.04s to 0.05s"},
        {"failover.detector=oracle", "oracle: 0s after a failure"},
    };
    g_autofree char *line = g_strdup_printf("check small.scn --set %s", rows[_i][0]);
    struct answer answer = ask(line);

    assert_status(answer, 0);
    assert_contains(answer.out, rows[_i][1]);
    assert_fits(answer.out);
    answer_clear(&answer);
}
END_TEST

/* One bad file among several: all are checked, the exit code is 2. */
START_TEST(check_goes_on)
{
    struct answer answer = ask("check missing.scn small.scn");

    assert_status(answer, 2);
    assert_contains(answer.out, "small.scn: ok");
    assert_contains(answer.err, "missing.scn");
    answer_clear(&answer);
}
END_TEST

Suite *usage_suite(void)
{
    Suite *suite = suite_create("usage");
    TCase *tcase = tcase_create("usage");

    tcase_add_checked_fixture(tcase, scratch_enter, scratch_leave);
    tcase_add_loop_test(tcase, every_verb_helps, 0, G_N_ELEMENTS(verbs));
    tcase_add_test(tcase, the_program_helps);
    tcase_add_loop_test(tcase, wrong_usage_is_told, 0, G_N_ELEMENTS(wrong));
    tcase_add_loop_test(tcase, lists_are_complete, 0, G_N_ELEMENTS(lists));
    tcase_add_test(tcase, scenarios_are_listed);
    tcase_add_test(tcase, set_takes_blanks);
    tcase_add_test(tcase, a_broken_pipe_is_quiet);
    tcase_add_test(tcase, show_is_its_own_fixpoint);
    tcase_add_test(tcase, check_derives);
    tcase_add_loop_test(tcase, check_names_each_detector, 0, 4);
    tcase_add_test(tcase, check_goes_on);
    suite_add_tcase(suite, tcase);
    return suite;
}
