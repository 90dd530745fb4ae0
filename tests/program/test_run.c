/* run and explain: one run, told. */
#include "tests/program/suites.h"
#include "tests/program/support.h"

#include <stdlib.h>
#include <string.h>

/* The number behind a phrase, or -1. */
static long number_behind(const char *text, const char *phrase)
{
    const char *found = strstr(text, phrase);

    return found == NULL ? -1 : strtol(found + strlen(phrase), NULL, 10);
}

/* A run says its seed, who died and who took over, what survival means, the table with
 * censored, survival with causes, a picture, and how to ask further: 80 columns. */
START_TEST(run_tells_a_verdict)
{
    static const char *const parts[] = {
        "seed 20260101 repetition 0", "A crashed at 3.000s, B took over at 3.",
        "open at the failure", "counted  survived   reset  timed out   misrouted  censored",
        "survival of web: ", "create_lost ", "known to the standby: ",
        "expected open at the failure: ", "# survived  . lost",
        "no interval"};
    struct answer answer = ask("run small.scn");

    assert_status(answer, 0);
    for (gsize i = 0; i < G_N_ELEMENTS(parts); i++) {
        assert_contains(answer.out, parts[i]);
    }
    assert_fits(answer.out);
    ck_assert(strchr(answer.out, '\033') == NULL);
    answer_clear(&answer);
}
END_TEST

/* The connection that run offers to explain is a casualty, and explain tells of it. */
START_TEST(explain_takes_the_hint)
{
    struct answer run = ask("run small.scn --repetition 1");
    assert_contains(run.out, "understudy explain small.scn --repetition 1 --connection ");
    g_autofree char *arguments =
        g_strdup_printf("explain small.scn --repetition 1 --connection %ld",
                        number_behind(run.out, "--repetition 1 --connection "));
    struct answer story = ask(arguments);

    assert_status(story, 0);
    assert_contains(story.out, "create_lost");
    assert_fits(story.out);
    answer_clear(&run);
    answer_clear(&story);
}
END_TEST

/* --json: one JSON object with the same counts as the text. */
START_TEST(json_parses)
{
    struct answer json = ask("run small.scn --json");
    struct answer text = ask("run small.scn");

    assert_status(json, 0);
    ck_assert_msg(json_valid(json.out), "not JSON:\n%s", json.out);
    long survived = number_behind(json.out, "\"survived\": ");
    g_autofree char *count = g_strdup_printf("(%ld of %ld)", survived,
                                             number_behind(json.out, "\"counted\": "));
    assert_contains(text.out, count);
    answer_clear(&json);
    answer_clear(&text);
}
END_TEST

/* The checker itself: what it must accept, what it must refuse. */
START_TEST(the_json_checker_checks)
{
    ck_assert(json_valid("{\"a\": [1, -2.5e3, \"x\\u00e9\\\"\", null, true, {}, []]}\n"));
    ck_assert(!json_valid("{\"a\": 1,}"));
    ck_assert(!json_valid("{a: 1}"));
    ck_assert(!json_valid("[1 2]"));
    ck_assert(!json_valid("[01]"));
    ck_assert(!json_valid("{} {}"));
    ck_assert(!json_valid("\"open"));
    ck_assert(!json_valid(""));
}
END_TEST

/* The same seed gives the same run, another one another, and --set counts. */
START_TEST(seed_and_set_decide)
{
    struct answer first = ask("run small.scn --json");
    struct answer again = ask("run small.scn --json");
    struct answer other = ask("run small.scn --json --seed 5");
    struct answer clean = ask("run small.scn --set link.replication.loss=0%");

    ck_assert_str_eq(first.out, again.out);
    ck_assert_str_ne(first.out, other.out);
    assert_contains(other.out, "\"seed\": 5,");
    ck_assert(strstr(clean.out, "create_lost") == NULL);
    answer_clear(&first);
    answer_clear(&again);
    answer_clear(&other);
    answer_clear(&clean);
}
END_TEST

/* --seed random says what it chose, and that seed gives the run again. */
START_TEST(a_random_seed_is_said)
{
    struct answer first = ask("run small.scn --seed random");
    long seed = number_behind(first.out, "seed ");
    g_autofree char *arguments = g_strdup_printf("run small.scn --seed %ld", seed);
    struct answer again = ask(arguments);

    ck_assert_int_ge(seed, 0);
    ck_assert_str_eq(first.out, again.out);
    answer_clear(&first);
    answer_clear(&again);
}
END_TEST

/* --out writes every table; the events are JSON, line by line. */
START_TEST(out_writes_all_tables)
{
    struct answer answer = ask("run small.scn --out out");

    assert_status(answer, 0);
    g_autofree char *list = scratch_list("out");
    ck_assert_str_eq(list, "out/connections.csv\nout/events.jsonl\nout/manifest\nout/run.log\n"
                           "out/runs.csv\nout/summary.csv");
    g_autofree char *events = scratch_read("out/events.jsonl");
    g_auto(GStrv) lines = g_strsplit(g_strchomp(events), "\n", -1);
    ck_assert_ptr_nonnull(lines[0]);
    for (char **line = lines; *line != NULL; line++) {
        ck_assert_msg(json_valid(*line), "not JSON: %s", *line);
    }
    answer_clear(&answer);
}
END_TEST

/* FILE - is standard input. */
START_TEST(a_scenario_may_come_by_pipe)
{
    struct answer answer = ask_with_input("run -", SMALL);

    assert_status(answer, 0);
    assert_contains(answer.out, "survival of web: ");
    answer_clear(&answer);
}
END_TEST

static const struct {
    const char *arguments, *words;
} empty[] = {
    {"run small.scn --set faults.crash=at~0s~crash~active", "[faults] crash"},
    {"sweep small.scn -q --set faults.crash=at~0s~crash~active", "[faults] crash"},
};

/* Nothing was open at the failure: said on one line with the key to change, exit 1. */
START_TEST(nothing_open_is_said)
{
    g_autofree char *line = g_strdup_printf("\"$U\" %s", empty[_i].arguments);
    g_auto(GStrv) words = g_strsplit(line, "~", -1);
    g_autofree char *spaced = g_strjoinv("\\ ", words);
    struct answer answer = ask_shell(spaced);

    assert_status(answer, 1);
    assert_contains(answer.err, "no connection was open at the failure");
    assert_contains(answer.err, empty[_i].words);
    ck_assert_uint_eq(count_lines(answer.err), 1);
    answer_clear(&answer);
}
END_TEST

/* --verify-causes: the table behind the verdict, in 80 columns, nothing refuted; it goes with
 * no JSON, and none is not a number of casualties. */
START_TEST(causes_are_verified)
{
    struct answer table = ask("run small.scn --verify-causes 5");
    struct answer json = ask("run small.scn --verify-causes 5 --json");
    struct answer none = ask("run small.scn --verify-causes 0");

    assert_status(table, 0);
    assert_contains(table.out, "but for its datagram");
    ck_assert(g_regex_match_simple("create_lost +[0-9]+ +5 +5 +0 +0\n", table.out, 0, 0));
    assert_fits(table.out);
    assert_status(json, 2);
    assert_contains(json.err, "leave --json out");
    assert_status(none, 2);
    assert_contains(none.err, "--verify-causes 0: not a whole number from 1");
    answer_clear(&table);
    answer_clear(&json);
    answer_clear(&none);
}
END_TEST

Suite *run_suite(void)
{
    Suite *suite = suite_create("run and explain");
    TCase *tcase = tcase_create("run");

    tcase_add_checked_fixture(tcase, scratch_enter, scratch_leave);
    tcase_add_test(tcase, run_tells_a_verdict);
    tcase_add_test(tcase, explain_takes_the_hint);
    tcase_add_test(tcase, json_parses);
    tcase_add_test(tcase, the_json_checker_checks);
    tcase_add_test(tcase, seed_and_set_decide);
    tcase_add_test(tcase, a_random_seed_is_said);
    tcase_add_test(tcase, causes_are_verified);
    tcase_add_test(tcase, out_writes_all_tables);
    tcase_add_test(tcase, a_scenario_may_come_by_pipe);
    tcase_add_loop_test(tcase, nothing_open_is_said, 0, G_N_ELEMENTS(empty));
    suite_add_tcase(suite, tcase);
    return suite;
}
