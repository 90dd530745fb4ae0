/* compare-protocols: one table, protocols by measures, and of two whom only one saved. */
#include "tests/program/suites.h"
#include "tests/program/support.h"

#include <stdlib.h>
#include <string.h>

static void enter(void)
{
    scratch_enter();
    g_autofree char *variants = g_strconcat(
        SMALL, "[variant plain]\nreplication.protocol = patent\n[variant twice]\n"
               "replication.protocol = repeat\nreplication.repeats = 2\n[sweep]\n"
               "variant = plain; twice\nlink.replication.delay = 500us; 1ms\n", NULL);
    scratch_write("variants.scn", variants);
}

/* Every protocol that there is has its row in each block, with harm, on 80 columns; the tables
 * are those of a sweep. */
START_TEST(each_protocol_has_a_row)
{
    struct answer words = ask("list protocols");
    struct answer answer = ask("compare-protocols small.scn -q -o out");
    g_auto(GStrv) lines = g_strsplit(words.out, "\n", -1);

    assert_status(answer, 0);
    assert_fits(answer.out);
    assert_contains(answer.out, "harmed");
    for (char **line = lines; *line != NULL && **line != '\0'; line++) {
        if (**line == ' ') {
            continue; /* what it is goes on */
        }
        g_autofree char *name = g_strndup(*line, strcspn(*line, " "));
        g_autofree char *row = g_strdup_printf("\n  %-12s ", name);
        g_auto(GStrv) parts = g_strsplit(answer.out, row, -1);
        ck_assert_msg(g_strv_length(parts) == 4, "%s has %u rows", name,
                      g_strv_length(parts) - 1);
    }
    ck_assert(scratch_exists("out/runs.csv") && scratch_exists("out/summary.csv"));
    answer_clear(&answer);
    answer_clear(&words);
}
END_TEST

/* Any number of jobs: the same text and the same tables. */
START_TEST(jobs_change_nothing)
{
    struct answer one = ask("compare-protocols small.scn -q -o out -p patent,repeat -j 1");
    g_autofree char *first = scratch_read("out/runs.csv");
    struct answer three = ask("compare-protocols small.scn -q -o out -p patent,repeat -j 3");
    g_autofree char *second = scratch_read("out/runs.csv");

    assert_status(one, 0);
    ck_assert_str_eq(one.out, three.out);
    ck_assert_str_eq(first, second);
    answer_clear(&one);
    answer_clear(&three);
}
END_TEST

static uint64_t number_behind(const char *text, const char *word)
{
    const char *found = strstr(text, word);

    ck_assert_msg(found != NULL, "%s is not in %s", word, text);
    return g_ascii_strtoull(found + strlen(word), NULL, 10);
}

/* Repeat saves whoever patent saves (the first copy meets the same luck); whom it saves alone is
 * listed, each with the datagram that brought its record there and the one lost here. The
 * counts are those of the tables. */
START_TEST(of_two_the_difference_is_listed)
{
    struct answer answer =
        ask("compare-protocols small.scn -q -o out -p patent,repeat --list 1000000");
    g_autofree char *runs = scratch_read("out/runs.csv");
    g_auto(GStrv) lines = g_strsplit(runs, "\n", -1);
    uint64_t survived[2] = {0, 0}, counted = 0, listed = 0;

    assert_status(answer, 0);
    assert_fits(answer.out);
    for (char **line = lines + 1; **line != '\0'; line++) {
        g_auto(GStrv) cells = g_strsplit(*line, ",", -1);
        bool repeat = strcmp(cells[3], "repeat") == 0;
        survived[repeat] += g_ascii_strtoull(cells[5], NULL, 10);
        counted += g_ascii_strtoull(cells[4], NULL, 10);
    }
    uint64_t alone = number_behind(answer.out, "repeat alone ");
    uint64_t both = number_behind(answer.out, ", both ");
    ck_assert_uint_eq(number_behind(answer.out, "patent alone "), 0);
    ck_assert_uint_eq(both, survived[0]);
    ck_assert_uint_eq(both + alone, survived[1]);
    ck_assert_uint_eq(both + alone + number_behind(answer.out, "neither "), counted / 2);
    ck_assert_uint_gt(alone, 0);
    for (const char *at = answer.out; (at = strstr(at, "s  repeat       #")) != NULL; at++) {
        g_autofree char *line = g_strndup(at, strcspn(at, "\n"));
        ck_assert_msg(g_str_has_suffix(line, "s lost"), "%s", line);
        listed++;
    }
    ck_assert_uint_eq(listed, alone);
    answer_clear(&answer);
}
END_TEST

/* A datagram named in the list stands in connections.csv, and explain tells of its loss. */
START_TEST(a_listed_connection_can_be_looked_up)
{
    struct answer answer = ask("compare-protocols small.scn -q -o out -p patent,repeat --list 1");
    const char *line = strstr(answer.out, "in the other run\n");

    assert_status(answer, 0);
    ck_assert_ptr_nonnull(line);
    g_auto(GStrv) words = g_strsplit_set(strchr(line, '\n') + 1, " ", -1);
    GPtrArray *full = g_ptr_array_new();
    for (char **word = words; *word != NULL; word++) {
        if (**word != '\0') {
            g_ptr_array_add(full, *word);
        }
    }
    g_autofree char *command =
        g_strdup_printf("explain small.scn --connection %s --repetition %s",
                        (char *)full->pdata[1], (char *)full->pdata[0]);
    struct answer why = ask(command);
    assert_status(why, 0);
    assert_contains(why.out, "create is lost");
    g_ptr_array_unref(full);
    answer_clear(&why);
    answer_clear(&answer);
}
END_TEST

static const struct {
    const char *arguments, *said;
} axes[] = {
    {"sweep.scn -p none,repeat", "link.replication.loss = 30%:"}, /* its own axis gives way */
    {"sweep.scn", "none alone 0, patent alone "},
    {"variants.scn", "link.replication.delay = 1ms:"},
    {"variants.scn", "plain alone 0, twice alone "},
    {"small.scn -p patent --set scenario.twin=no", "survived\n"},
    {"small.scn --set replication.protocol=repeat", "\n  repeat "},
};

/* A file's own axis of protocols, or of variants that set them, is what is compared; other
 * axes make a table each. */
START_TEST(the_files_own_axes_are_taken)
{
    g_autofree char *arguments =
        g_strdup_printf("compare-protocols %s -q -o out", axes[_i].arguments);
    struct answer answer = ask(arguments);

    assert_status(answer, 0);
    assert_contains(answer.out, axes[_i].said);
    assert_fits(answer.out);
    answer_clear(&answer);
}
END_TEST

static const struct {
    const char *arguments, *said;
} wrong[] = {
    {"small.scn -p pattent,repeat", "--protocols: no protocol pattent (did you mean patent?)\n"},
    {"small.scn -p patent,patent", "--protocols: patent is named twice\n"},
    {"small.scn -p patent,", "--protocols: no protocol is named (known: "},
    {"small.scn -p ''", "--protocols: no protocol"},
    {"small.scn --list some", "--list some: not a whole number"},
    {"small.scn --jobs 0", "--jobs 0: not a whole number"},
    {"small.scn -p none,patent --set replication.protocol=repeat",
     "--protocols: --set replication.protocol says which as well (leave one of the two out)\n"},
    {"sweep.scn -p none --set sweep.replication.protocol=patent",
     "--protocols: --set replication.protocol says which as well"},
    {"variants.scn -p none,patent",
     "--protocols: the file compares variants that set replication.protocol (leave"},
    {"nowhere.scn", "nowhere.scn"},
    {"small.scn --set link.replication.lss=1%", "did you mean loss?"},
};

/* What is wrong is told in a sentence, once, and nothing ran. */
START_TEST(mistakes_are_told)
{
    g_autofree char *arguments =
        g_strdup_printf("compare-protocols %s -o out", wrong[_i].arguments);
    struct answer answer = ask(arguments);

    assert_status(answer, 2);
    assert_contains(answer.err, wrong[_i].said);
    ck_assert_uint_eq(count_lines(answer.err), 1);
    ck_assert_str_eq(answer.out, "");
    ck_assert(!scratch_exists("out"));
    answer_clear(&answer);
}
END_TEST

Suite *compare_protocols_suite(void)
{
    Suite *suite = suite_create("compare protocols");
    TCase *tests = tcase_create("compare protocols");

    tcase_add_checked_fixture(tests, enter, scratch_leave);
    tcase_set_timeout(tests, 60);
    tcase_add_test(tests, each_protocol_has_a_row);
    tcase_add_test(tests, jobs_change_nothing);
    tcase_add_test(tests, of_two_the_difference_is_listed);
    tcase_add_test(tests, a_listed_connection_can_be_looked_up);
    tcase_add_loop_test(tests, the_files_own_axes_are_taken, 0, G_N_ELEMENTS(axes));
    tcase_add_loop_test(tests, mistakes_are_told, 0, G_N_ELEMENTS(wrong));
    suite_add_tcase(suite, tests);
    return suite;
}
