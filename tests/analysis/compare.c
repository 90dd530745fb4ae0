#include "analysis/compare.h"
#include "analysis/columns.h"
#include "tests/analysis/fixture.h"
#include "tests/analysis/suites.h"

#include <string.h>

/* ------------------------------------------------------------- fixture */

static char *dir_a, *dir_b;

static void set_up(void)
{
    dir_a = fixture_directory();
    dir_b = fixture_directory();
    fixture_write(dir_a, "manifest", "[manifest]\nformat=1\nseed=7\n");
    fixture_write(dir_b, "manifest", "[manifest]\nformat=1\nseed=7\n");
}

static void tear_down(void)
{
    fixture_remove(dir_a);
    fixture_remove(dir_b);
}

/* Four runs of 100 connections at 5 % and 10 %, two repetitions, with so many survivors
 * each; takeover takes so many seconds. */
static void write_runs(const char *directory, const char *protocol, const int survived[4],
                       int takeover_s)
{
    static const char *const losses[] = {"5%", "10%"};
    GString *text = g_string_new("run,point,repetition,link.replication.loss,"
                                 "replication.protocol," RUNS_COLUMNS "\n");
    for (int i = 0; i < 4; i++) {
        g_string_append_printf(text, "%d,%d,%d,%s,%s,100,%d,0,%d,0,0,%d,%d000000000,,,0,0,0,0\n",
                               i, i % 2, i / 2, losses[i % 2], protocol, survived[i],
                               100 - survived[i], survived[i], takeover_s);
    }
    fixture_write(directory, "runs.csv", text->str);
    g_string_free(text, TRUE);
}

struct verdict {
    bool done, worse;
    GString *report;
    GError *error;
};

static struct verdict compare(const char *metric, double max_drop, bool json)
{
    struct compare_options options = {metric, max_drop, 0.95, json};
    struct verdict verdict = {false, false, g_string_new(NULL), NULL};
    verdict.done = compare_directories(dir_a, dir_b, &options, verdict.report, &verdict.worse,
                                       &verdict.error);
    return verdict;
}

static void clear(struct verdict *verdict)
{
    g_string_free(verdict->report, TRUE);
    g_clear_error(&verdict->error);
}

static void check_says(const struct verdict *verdict, const char *words)
{
    ck_assert_msg(strstr(verdict->report->str, words) != NULL, "no \"%s\" in\n%s", words,
                  verdict->report->str);
}

/* ------------------------------------------------------------- tests */

static const struct verdict_case {
    int a[4], b[4];
    double max_drop;
    bool worse;
} verdicts[] = {
    {{90, 80, 91, 81}, {90, 80, 91, 81}, 0, false},     /* the same */
    {{90, 80, 91, 81}, {91, 81, 92, 82}, 0, false},     /* better */
    {{90, 80, 91, 81}, {88, 80, 89, 81}, 0, true},      /* 2 % less, in every pair */
    {{90, 80, 91, 81}, {88, 80, 89, 81}, 0.01, true},   /* more than is accepted */
    {{90, 80, 91, 81}, {88, 80, 89, 81}, 0.03, false},  /* less than is accepted */
    {{90, 80, 91, 81}, {70, 80, 100, 81}, 0, false},    /* mean fell, but not certainly */
    {{90, 80, 91, 81}, {99, 79, 99, 80}, 0, true},      /* one point gains, one loses */
};

/* Better, equal, worse, worse within the limit, uncertain: the verdict is on paired
 * differences point by point. */
START_TEST(verdict_follows_paired_differences)
{
    const struct verdict_case *row = &verdicts[_i];
    write_runs(dir_a, "patent", row->a, 1);
    write_runs(dir_b, "patent", row->b, 1);
    struct verdict verdict = compare(NULL, row->max_drop, false);
    ck_assert_msg(verdict.done, "%s", verdict.error != NULL ? verdict.error->message : "");
    ck_assert_int_eq(verdict.worse, row->worse);
    check_says(&verdict, row->worse ? "B is worse" : "B is not worse");
    clear(&verdict);
}
END_TEST

/* Runs far apart whose pairs all lose 2 points: averages would hide it in their spread,
 * pairs show it. */
START_TEST(pairs_see_what_averages_hide)
{
    write_runs(dir_a, "patent", (const int[]){20, 80, 95, 81}, 1);
    write_runs(dir_b, "patent", (const int[]){18, 80, 93, 81}, 1);
    struct verdict verdict = compare("survival", 0, false);
    ck_assert(verdict.worse);
    check_says(&verdict, "link.replication.loss = 5%, replication.protocol = patent (2 pairs)");
    check_says(&verdict, "! survival                57.50%    55.50%    -2.00%"
                         "     -2.00% ..    -2.00%\n");
    clear(&verdict);
}
END_TEST

static const struct direction_case {
    int a, b;
    double max_drop;
    bool worse;
} directions[] = {{1, 2, 0, true}, {2, 1, 0, false}, {2, 3, 0.4, true}, {2, 3, 0.6, false}};

/* For a time, more is worse, and the accepted change is relative. */
START_TEST(longer_takeover_is_worse)
{
    const struct direction_case *row = &directions[_i];
    const int same[4] = {90, 80, 91, 81};
    write_runs(dir_a, "patent", same, row->a);
    write_runs(dir_b, "patent", same, row->b);
    struct verdict verdict = compare("takeover-time", row->max_drop, false);
    ck_assert(verdict.done);
    ck_assert_int_eq(verdict.worse, row->worse);
    clear(&verdict);
}
END_TEST

/* Two protocols, each constant on its side: they are what is compared, so they do not
 * keep runs from being pairs; a key that only one side names does not either. */
START_TEST(protocols_can_be_compared)
{
    write_runs(dir_a, "patent", (const int[]){90, 80, 91, 81}, 1);
    write_runs(dir_b, "none", (const int[]){0, 0, 0, 0}, 1);
    struct verdict verdict = compare(NULL, 0, false);
    ck_assert(verdict.done && verdict.worse);
    check_says(&verdict, "replication.protocol: patent in A, none in B\n4 pairs of runs\n");
    clear(&verdict);
}
END_TEST

/* A directory with more repetitions: what has no partner is counted and left out. */
START_TEST(runs_without_partner_are_counted)
{
    write_runs(dir_a, "patent", (const int[]){90, 80, 91, 81}, 1);
    fixture_write(dir_b, "runs.csv",
                  "run,point,repetition,link.replication.loss,replication.protocol," RUNS_COLUMNS
                  "\n5,0,0,5%,patent,100,90,0,10,0,0,90,1000000000,,,0,0,0,0\n"
                  "6,0,9,5%,patent,100,90,0,10,0,0,90,1000000000,,,0,0,0,0\n");
    struct verdict verdict = compare(NULL, 0, false);
    ck_assert(verdict.done && !verdict.worse);
    check_says(&verdict, "1 pair of runs; without partner: 3 of A, 1 of B");
    clear(&verdict);
}
END_TEST

static void write_connections(void)
{
    fixture_write(dir_a, "connections.csv",
                  CONNECTIONS_COLUMNS "\n"
                                      "0,1,web,c1:1,r1,5,open_idle,yes,survived,,1\n"
                                      "0,2,web,c1:2,r1,5,open_idle,yes,survived,,1\n"
                                      "0,4,web,c1:4,r1,5,closing,yes,survived,,1\n"
                                      "2,7,web,c1:7,r1,5,open_idle,no,timed_out,create_lost,\n");
    fixture_write(dir_b, "connections.csv",
                  CONNECTIONS_COLUMNS "\n"
                                      "0,1,web,c1:1,r1,5,open_idle,no,reset,create_unsent,\n"
                                      "0,2,web,other,r1,5,open_idle,no,reset,create_unsent,\n"
                                      "0,3,web,c1:3,r1,5,open_idle,yes,survived,,1\n"
                                      "0,4,web,c1:4,r1,5,closing,no,reset,create_unsent,\n"
                                      "2,7,web,c1:7,r1,5,open_idle,yes,survived,,1\n");
}

/* Connections of the cohort that one side alone saved are named with the cause of the
 * other; a number with another client, one that was closing, and one that only one side
 * had are not the same connection. */
START_TEST(connections_of_one_side_are_named)
{
    const int same[4] = {90, 80, 91, 81};
    write_runs(dir_a, "patent", same, 1);
    write_runs(dir_b, "patent", same, 1);
    write_connections();
    struct verdict verdict = compare(NULL, 0, false);
    check_says(&verdict, "only A saved 1, only B saved 1 connections\n");
    check_says(&verdict, "  only A saved run 0 connection 1; B: create_unsent\n");
    check_says(&verdict, "  only B saved run 2 connection 7; A: create_lost\n");
    clear(&verdict);
}
END_TEST

/* The same as JSON, names escaped. */
START_TEST(json_holds_the_same)
{
    write_runs(dir_a, "pat\\ent", (const int[]){90, 80, 91, 81}, 1);
    write_runs(dir_b, "pat\\ent", (const int[]){88, 80, 89, 81}, 1);
    write_connections();
    struct verdict verdict = compare("survival", 0, true);
    ck_assert(g_str_has_prefix(verdict.report->str, "{\"a\":\""));
    ck_assert(g_str_has_suffix(verdict.report->str, "\"cause\":\"create_lost\"}]}\n"));
    check_says(&verdict, "\"worse\":true,\"max_drop\":0,\"confidence\":0.95,\"pairs\":4,"
                         "\"points\":[{\"values\":\"link.replication.loss = 5%, "
                         "replication.protocol = pat\\\\ent\",\"pairs\":2,\"metrics\":["
                         "{\"metric\":\"survival\",\"pairs\":2,\"a\":0.905,\"b\":0.885,"
                         "\"difference\":-0.02,");
    check_says(&verdict, "\"only_a_saved\":1,\"only_b_saved\":1,");
    clear(&verdict);
}
END_TEST

/* Long names and big numbers stay within 80 columns. */
START_TEST(report_is_80_columns_wide)
{
    g_autofree char *protocol = g_strnfill(120, 'x');
    const int same[4] = {90, 80, 91, 81};
    write_runs(dir_a, protocol, same, 1000000);
    write_runs(dir_b, protocol, same, 1);
    const int fewer[4] = {1, 2, 3, 4};
    if (_i == 3) {
        write_runs(dir_b, protocol, fewer, 1);
    }
    static const char *const metrics[] = {NULL, "takeover-time", "replication-datagrams", NULL};
    struct verdict verdict = compare(metrics[_i], 0.012345, false);
    ck_assert_int_eq(verdict.worse, _i == 3);
    g_auto(GStrv) lines = g_strsplit(verdict.report->str, "\n", -1);
    for (char **line = lines; *line != NULL; line++) {
        ck_assert_msg(g_utf8_strlen(*line, -1) <= 80, "%s", *line);
    }
    clear(&verdict);
}
END_TEST

/* ------------------------------------------------------------- refusals */

static void check_refused(const char *metric, GQuark domain, int code, const char *words)
{
    struct verdict verdict = compare(metric, 0, false);
    ck_assert(!verdict.done);
    ck_assert_uint_eq(verdict.report->len, 0);
    ck_assert_msg(verdict.error->domain == domain && (code < 0 || verdict.error->code == code) &&
                      strstr(verdict.error->message, words) != NULL,
                  "%s", verdict.error->message);
    clear(&verdict);
}

/* Other seeds, other traffic: no pairs, whatever the numbers say. */
START_TEST(unequal_seeds_are_refused)
{
    const int same[4] = {90, 80, 91, 81};
    write_runs(dir_a, "patent", same, 1);
    write_runs(dir_b, "patent", same, 1);
    fixture_write(dir_b, "manifest", "[manifest]\nseed=8\n");
    check_refused(NULL, COMPARE_ERROR, COMPARE_ERROR_PAIRS, "with the same --seed");
}
END_TEST

/* What is no result directory, or lacks a table, is named. */
START_TEST(missing_files_are_named)
{
    const int same[4] = {90, 80, 91, 81};
    write_runs(dir_a, "patent", same, 1);
    check_refused(NULL, G_FILE_ERROR, G_FILE_ERROR_NOENT, "runs.csv");
    write_runs(dir_b, "patent", same, 1);
    fixture_write(dir_b, "manifest", "rubbish");
    check_refused(NULL, COMPARE_ERROR, COMPARE_ERROR_MANIFEST, "manifest");
}
END_TEST

/* No run in common, a key that varies on one side only, an unknown metric. */
START_TEST(what_cannot_be_paired_is_refused)
{
    const int same[4] = {90, 80, 91, 81};
    write_runs(dir_a, "patent", same, 1);
    write_runs(dir_b, "patent", same, 1);
    check_refused("survivl", COMPARE_ERROR, COMPARE_ERROR_METRIC, "metric survivl");
    fixture_write(dir_b, "runs.csv",
                  "run,point,repetition,link.replication.loss," RUNS_COLUMNS
                  "\n0,0,5,5%,1,1,0,0,0,0,1,1,,,0,0,0,0\n");
    check_refused(NULL, COMPARE_ERROR, COMPARE_ERROR_PAIRS, "no run of");
    fixture_write(dir_b, "runs.csv",
                  "run,point,repetition,replication.protocol," RUNS_COLUMNS
                  "\n0,0,0,patent,1,1,0,0,0,0,1,1,,,0,0,0,0\n");
    check_refused(NULL, COMPARE_ERROR, COMPARE_ERROR_PAIRS, "link.replication.loss varies in");
    fixture_write(dir_b, "runs.csv", "run,point,repetition,link.replication.loss," RUNS_COLUMNS
                                     "\n");
    check_refused(NULL, COMPARE_ERROR, COMPARE_ERROR_PAIRS, "no run of");
}
END_TEST

Suite *compare_suite(void)
{
    Suite *suite = suite_create("compare");
    TCase *verdict = tcase_create("verdict");
    tcase_add_checked_fixture(verdict, set_up, tear_down);
    tcase_add_loop_test(verdict, verdict_follows_paired_differences, 0, G_N_ELEMENTS(verdicts));
    tcase_add_loop_test(verdict, longer_takeover_is_worse, 0, G_N_ELEMENTS(directions));
    tcase_add_test(verdict, pairs_see_what_averages_hide);
    tcase_add_test(verdict, protocols_can_be_compared);
    tcase_add_test(verdict, runs_without_partner_are_counted);
    tcase_add_test(verdict, connections_of_one_side_are_named);
    tcase_add_test(verdict, json_holds_the_same);
    tcase_add_loop_test(verdict, report_is_80_columns_wide, 0, 4);
    suite_add_tcase(suite, verdict);
    TCase *refusal = tcase_create("refusal");
    tcase_add_checked_fixture(refusal, set_up, tear_down);
    tcase_add_test(refusal, unequal_seeds_are_refused);
    tcase_add_test(refusal, missing_files_are_named);
    tcase_add_test(refusal, what_cannot_be_paired_is_refused);
    suite_add_tcase(suite, refusal);
    return suite;
}
