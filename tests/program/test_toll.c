/* What a failure costs, as the program tells it: the toll of a run, the tables of a sweep
 * with twins, two ladders, and what has no twin. */
#include "tests/program/suites.h"
#include "tests/program/support.h"

#include <string.h>

/* One run has its twin unasked: both cohorts, the harm and its weights, in 80 columns; and
 * without one no harm is claimed. */
START_TEST(run_tells_the_toll)
{
    static const char *const parts[] = {
        "cohort                        counted    known   survived     harmed",
        "  established at the failure", "  all that had begun", "saved by: record ",
        "harm against the twin, the same run without the failure: "};
    struct answer answer = ask("run small.scn");
    struct answer without = ask("run small.scn --set scenario.twin=no");

    assert_status(answer, 0);
    assert_status(without, 0);
    for (gsize i = 0; i < G_N_ELEMENTS(parts); i++) {
        assert_contains(answer.out, parts[i]);
    }
    assert_fits(answer.out);
    ck_assert(strstr(without.out, "harm against") == NULL);
    ck_assert(strstr(without.out, "survived     harmed\n") != NULL);
    answer_clear(&answer);
    answer_clear(&without);
}
END_TEST

/* The column of a table that this name heads, from 0. */
static unsigned column_of(const char *table, const char *name)
{
    g_autofree char *head = g_strndup(table, strcspn(table, "\n"));
    g_auto(GStrv) names = g_strsplit(head, ",", -1);

    for (unsigned i = 0; names[i] != NULL; i++) {
        if (strcmp(names[i], name) == 0) {
            return i;
        }
    }
    ck_abort_msg("no column %s", name);
    return 0;
}

/* How many rows of a table have an empty cell in a column. */
static unsigned empty_cells(const char *table, const char *name)
{
    unsigned column = column_of(table, name), empty = 0;
    g_auto(GStrv) lines = g_strsplit(table, "\n", -1);

    for (char **line = lines + 1; *line != NULL && **line != '\0'; line++) {
        g_auto(GStrv) cells = g_strsplit(*line, ",", -1);
        empty += *cells[column] == '\0';
    }
    return empty;
}

/* A sweep has twins when it is asked for them: the same bytes with one job and with two; and
 * empty cells in what only a twin can tell, when it is not. */
START_TEST(sweeps_with_twins_are_the_same_for_any_jobs)
{
    static const char *const tables[] = {"runs.csv", "connections.csv", "summary.csv"};
    struct answer one = ask("-q sweep sweep.scn --set scenario.twin=yes -j 1 -o one");
    struct answer two = ask("-q sweep sweep.scn --set scenario.twin=yes -j 2 -o two");
    struct answer none = ask("-q sweep sweep.scn -j 2 -o none");

    assert_status(one, 0);
    assert_status(two, 0);
    assert_status(none, 0);
    for (gsize i = 0; i < G_N_ELEMENTS(tables); i++) {
        g_autofree char *a = g_strconcat("one/", tables[i], NULL);
        g_autofree char *b = g_strconcat("two/", tables[i], NULL);
        g_autofree char *first = scratch_read(a);
        g_autofree char *second = scratch_read(b);
        ck_assert_str_eq(first, second);
    }
    g_autofree char *with = scratch_read("one/runs.csv");
    g_autofree char *without = scratch_read("none/runs.csv");
    ck_assert_uint_eq(empty_cells(with, "harmed"), 0);
    ck_assert_uint_eq(empty_cells(without, "harmed"), count_lines(without) - 1);
    ck_assert_uint_eq(empty_cells(without, "survived_itt"), 0);
    answer_clear(&one);
    answer_clear(&two);
    answer_clear(&none);
}
END_TEST

/* explain tells the run and its twin from where they part, and the verdict on both. */
START_TEST(explain_tells_both_worlds)
{
    struct answer run = ask("run small.scn");
    const char *hint = strstr(run.out, "--connection ");
    ck_assert_ptr_nonnull(hint);
    g_autofree char *arguments = g_strdup_printf("explain small.scn %.*s",
                                                 (int)strcspn(hint, "\n"), hint);
    struct answer story = ask(arguments);
    const char *here = strstr(story.out, "here the run and its twin part");

    assert_status(story, 0);
    assert_fits(story.out);
    ck_assert_ptr_nonnull(here);
    const char *twin = strstr(here, "The twin, without it:");
    ck_assert_ptr_nonnull(twin);
    ck_assert_ptr_nonnull(g_strstr_len(here, twin - here, "crash"));
    assert_contains(twin, "in the twin     survived\nharmed          yes\n");
    ck_assert_ptr_null(g_strstr_len(twin, strstr(twin, "connection ") - twin, "crash"));
    answer_clear(&run);
    answer_clear(&story);
}
END_TEST

static const struct {
    const char *measure, *words;
} impossible[] = {
    {"none", "there is no measured fault to take away"},
    {"preempt", "a preemption is the directors' own doing and cannot be taken away"},
};

/* A twin that cannot exist is refused in a sentence that says what to change. */
START_TEST(a_twin_that_cannot_be_is_refused)
{
    g_autofree char *arguments =
        g_strdup_printf("run small.scn --set scenario.twin=yes --set scenario.measure=%s",
                        impossible[_i].measure);
    struct answer answer = ask(arguments);

    assert_status(answer, 2);
    assert_contains(answer.err, impossible[_i].words);
    assert_contains(answer.err, "or write twin = no)");
    ck_assert_uint_eq(count_lines(answer.err), 1);
    answer_clear(&answer);
}
END_TEST

Suite *toll_suite(void)
{
    Suite *suite = suite_create("toll");
    TCase *tcase = tcase_create("toll");

    tcase_add_checked_fixture(tcase, scratch_enter, scratch_leave);
    tcase_add_test(tcase, run_tells_the_toll);
    tcase_add_test(tcase, sweeps_with_twins_are_the_same_for_any_jobs);
    tcase_add_test(tcase, explain_tells_both_worlds);
    tcase_add_loop_test(tcase, a_twin_that_cannot_be_is_refused, 0, G_N_ELEMENTS(impossible));
    suite_add_tcase(suite, tcase);
    return suite;
}
