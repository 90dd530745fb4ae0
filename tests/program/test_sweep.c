/* sweep: tables on disk, the same from any number of threads. */
#include "tests/program/suites.h"
#include "tests/program/support.h"

#include <string.h>

static const char *const tables[] = {"runs.csv", "connections.csv", "summary.csv", "manifest"};

static void assert_same_tables(const char *a, const char *b)
{
    for (gsize i = 0; i < G_N_ELEMENTS(tables); i++) {
        g_autofree char *first = g_build_filename(a, tables[i], NULL);
        g_autofree char *second = g_build_filename(b, tables[i], NULL);
        g_autofree char *one = scratch_read(first);
        g_autofree char *other = scratch_read(second);
        ck_assert_msg(strcmp(one, other) == 0, "%s differs", tables[i]);
    }
}

static void sweep_ok(const char *arguments)
{
    struct answer answer = ask(arguments);

    assert_status(answer, 0);
    answer_clear(&answer);
}

/* One thread, two, and the same once more: the same bytes in every table. */
START_TEST(jobs_change_nothing)
{
    sweep_ok("sweep sweep.scn -q --jobs 1 --out one");
    sweep_ok("sweep sweep.scn -q --jobs 2 --out two");
    sweep_ok("sweep sweep.scn -q -j 3 -o three");
    assert_same_tables("one", "two");
    assert_same_tables("one", "three");
}
END_TEST

/* Rows stand in order of run, repetition-major, the last axis fastest. */
START_TEST(rows_stand_in_order)
{
    static const char *const starts[] = {
        "run,point,repetition,link.replication.loss,replication.protocol,counted,survived,",
        "0,0,0,0%,none,",    "1,1,0,0%,patent,",  "2,2,0,30%,none,",  "3,3,0,30%,patent,",
        "4,0,1,0%,none,",    "5,1,1,0%,patent,",  "6,2,1,30%,none,",  "7,3,1,30%,patent,",
    };

    sweep_ok("sweep sweep.scn -q --repetitions 2 --jobs 2 --out out");
    g_autofree char *text = scratch_read("out/runs.csv");
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
    ck_assert_uint_eq(g_strv_length(lines), G_N_ELEMENTS(starts) + 1);
    for (gsize i = 0; i < G_N_ELEMENTS(starts); i++) {
        ck_assert_msg(g_str_has_prefix(lines[i], starts[i]), "line %zu: %s", i + 1, lines[i]);
    }
}
END_TEST

/* More repetitions rename nothing: the shorter table is the beginning of the longer. */
START_TEST(more_repetitions_only_add)
{
    sweep_ok("sweep sweep.scn -q --repetitions 1 --out short");
    sweep_ok("sweep sweep.scn -q --repetitions 2 --out long");
    g_autofree char *short_text = scratch_read("short/runs.csv");
    g_autofree char *long_text = scratch_read("long/runs.csv");
    ck_assert(g_str_has_prefix(long_text, short_text));
    ck_assert_uint_gt(strlen(long_text), strlen(short_text));
}
END_TEST

/* The manifest's fingerprints and row counts are those of the tables beside it. */
START_TEST(the_manifest_tells_the_truth)
{
    g_autoptr(GKeyFile) manifest = g_key_file_new();

    sweep_ok("sweep sweep.scn -q --out out --set link.replication.delay=1ms");
    ck_assert(g_key_file_load_from_file(manifest, "out/manifest", G_KEY_FILE_NONE, NULL));
    for (gsize i = 0; i < 3; i++) {
        g_autofree char *group = g_strdup_printf("table %s", tables[i]);
        g_autofree char *path = g_build_filename("out", tables[i], NULL);
        g_autofree char *text = scratch_read(path);
        g_autofree char *sum = g_compute_checksum_for_string(G_CHECKSUM_SHA256, text, -1);
        g_autofree char *said = g_key_file_get_string(manifest, group, "sha256", NULL);
        ck_assert_str_eq(sum, said);
        ck_assert_uint_eq(g_key_file_get_uint64(manifest, group, "rows", NULL),
                          count_lines(text) - 1);
    }
    ck_assert_uint_eq(g_key_file_get_uint64(manifest, "manifest", "runs-finished", NULL), 12);
    g_autofree char *title = g_key_file_get_string(manifest, "manifest", "title", NULL);
    g_autofree char *set = g_key_file_get_string(manifest, "manifest", "set", NULL);
    ck_assert_str_eq(title, "A small pair");
    ck_assert_str_eq(set, "link.replication.delay=1ms;");
}
END_TEST

/* The report: survival at each point with runs and interval, where the tables are;
 * progress on standard error, a line each tenth, gone with --no-progress. */
START_TEST(the_report_fits)
{
    struct answer answer = ask("sweep sweep.scn --out out --jobs 2");
    struct answer silent = ask("sweep sweep.scn --out out --no-progress");

    assert_status(answer, 0);
    assert_contains(answer.out, "12 of 12 runs");
    assert_contains(answer.out, "open at the failure");
    assert_contains(answer.out, "95% interval");
    assert_contains(answer.out, "\n  30%   patent ");
    assert_contains(answer.out, "tables in out\n");
    assert_fits(answer.out);
    assert_contains(answer.err, "100% 12/12 runs");
    ck_assert_uint_le(count_lines(answer.err), 10);
    ck_assert(strstr(silent.err, "runs") == NULL);
    ck_assert_str_eq(answer.out, silent.out);
    answer_clear(&answer);
    answer_clear(&silent);
}
END_TEST

/* What keeps a number from being what it seems is said below it: one run has no interval, and
 * survival over the decided alone leaves the undecided out. A form stands beside its theory. */
START_TEST(remarks_stand_below_the_numbers)
{
    static const struct {
        const char *more, *said;
        bool is_said;
    } rows[] = {
        {"--repetitions 1", "one run is one sample, no interval", true},
        {"--repetitions 2", "one run is one sample, no interval", false},
        {"--repetitions 2", "were undecided when their run ended", false},
        {"--repetitions 2 --set scenario.roll-call=no --set scenario.drain=1ms",
         "were undecided when their run ended", true},
        {"--repetitions 2 --set scenario.form=bytes", "form  95% interval", true},
        {"--repetitions 2", "form  95% interval", false},
    };
    g_autofree char *command =
        g_strdup_printf("sweep sweep.scn -q --out out%d %s", _i, rows[_i].more);
    struct answer answer = ask(command);

    assert_status(answer, 0);
    ck_assert_int_eq(strstr(answer.out, rows[_i].said) != NULL, rows[_i].is_said);
    answer_clear(&answer);
}
END_TEST

/* Without --out the tables go to results/NAME under the current directory. */
START_TEST(results_have_a_home)
{
    sweep_ok("sweep sweep.scn -q --repetitions 1");
    ck_assert(scratch_exists("results/sweep/runs.csv"));
    ck_assert(scratch_exists("results/sweep/run.log"));
}
END_TEST

/* A dry run says what would be done and does nothing. */
START_TEST(dry_run_is_dry)
{
    g_autofree char *before = scratch_list(".");
    struct answer answer = ask("sweep sweep.scn --dry-run --jobs 2");
    g_autofree char *after = scratch_list(".");

    assert_status(answer, 0);
    assert_contains(answer.out, "4 points x 3 repetitions = 12 runs");
    assert_contains(answer.out, "into results/sweep: runs.csv summary.csv connections.csv");
    ck_assert_str_eq(before, after);
    assert_fits(answer.out);
    answer_clear(&answer);
}
END_TEST

/* [output] tables decides: runs alone, or events too. */
START_TEST(tables_are_as_asked)
{
    struct answer answer = ask_shell(
        "\"$U\" sweep sweep.scn -q -o few --set output.tables=runs && "
        "\"$U\" sweep sweep.scn -q -o all --set 'output.tables=runs connections events'");

    assert_status(answer, 0);
    g_autofree char *few = scratch_list("few");
    g_autofree char *all = scratch_list("all");
    ck_assert_str_eq(few, "few/manifest\nfew/run.log\nfew/runs.csv\nfew/summary.csv");
    assert_contains(all, "all/events.jsonl");
    answer_clear(&answer);
}
END_TEST

/* SOURCE_DATE_EPOCH dates run.log, as those who build packages ask. */
START_TEST(the_log_can_be_dated)
{
    struct answer answer =
        ask_shell("SOURCE_DATE_EPOCH=86400 \"$U\" sweep sweep.scn -q --repetitions 1 -o out");
    g_autofree char *log = scratch_read("out/run.log");

    assert_status(answer, 0);
    assert_contains(log, "began          1970-01-02T00:00:00Z\n");
    answer_clear(&answer);
}
END_TEST

/* A replicated and an unreplicated machine: their mixture describes neither, so a sweep of
 * one point tells each by name as summary.csv does; a machine of none is at 0 %. */
START_TEST(machines_are_told_apart)
{
    g_autofree char *two = g_strconcat(SMALL, "[virtual bare]\naddress = 192.0.2.81:80\n"
                                       "bind = r1\n[workload others]\nvirtual = bare\n"
                                       "arrivals = poisson 40/s\n", NULL);
    scratch_write("two.scn", two);
    struct answer many = ask("sweep two.scn -q --repetitions 2 --out out");
    struct answer one = ask("sweep small.scn -q --repetitions 1 --out one");

    assert_status(many, 0);
    assert_contains(many.out, "\n  virtual  ");
    assert_contains(many.out, "\n  bare                       2     0.00%  0.00% .. ");
    assert_fits(many.out);
    assert_status(one, 0);
    ck_assert_ptr_null(strstr(one.out, "\n  virtual  "));
    assert_contains(one.out, "%  -  "); /* one run has no interval */
    answer_clear(&many);
    answer_clear(&one);
}
END_TEST

Suite *sweep_suite(void)
{
    Suite *suite = suite_create("sweep");
    TCase *tcase = tcase_create("sweep");

    tcase_set_timeout(tcase, 20);
    tcase_add_checked_fixture(tcase, scratch_enter, scratch_leave);
    tcase_add_test(tcase, jobs_change_nothing);
    tcase_add_test(tcase, rows_stand_in_order);
    tcase_add_test(tcase, more_repetitions_only_add);
    tcase_add_test(tcase, the_manifest_tells_the_truth);
    tcase_add_test(tcase, the_report_fits);
    tcase_add_test(tcase, machines_are_told_apart);
    tcase_add_loop_test(tcase, remarks_stand_below_the_numbers, 0, 6);
    tcase_add_test(tcase, results_have_a_home);
    tcase_add_test(tcase, dry_run_is_dry);
    tcase_add_test(tcase, tables_are_as_asked);
    tcase_add_test(tcase, the_log_can_be_dated);
    suite_add_tcase(suite, tcase);
    return suite;
}
