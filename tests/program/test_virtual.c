/* Virtual crashes, from the outside: what run and sweep print, what stands on disk. */
#include "tests/program/suites.h"
#include "tests/program/support.h"

#include <string.h>

static const char QUIET[] =
    "[scenario]\nduration = 30s\nrepetitions = 2\nmeasure = none\nvirtual-crashes = 300 from 1s\n"
    "[options]\nactive-on = synack\n"
    "[virtual web]\naddress = 192.0.2.80:80\nbind = r1\nreplicate = yes\n"
    "[real r1]\naddress = 10.0.1.1:80\nservice-time = 50ms\n"
    "[workload w]\nclients = 20\narrivals = poisson 200/s\nrequests-per-connection = 1\n"
    "response-size = 1kb\n"
    "[sweep]\nlink.replication.loss = 0%; outage 20% 500ms\n"
    "[output]\ndirectory = out\ntables = runs protection\n";

static void set_up(void)
{
    scratch_enter();
    scratch_write("quiet.scn", QUIET);
}

static struct answer ask_ok(const char *arguments)
{
    struct answer answer = ask(arguments);

    assert_status(answer, 0);
    return answer;
}

/* run prints the estimate with its interval and how many instants it rests on, also where
 * nothing fails; as JSON too. */
START_TEST(run_prints_the_estimate)
{
    struct answer answer = ask_ok("run quiet.scn -q");
    assert_contains(answer.out, "known at 300 virtual crashes: 100.0000%, 95% interval 99.8");
    assert_contains(answer.out, "connections seen");
    assert_fits(answer.out);
    answer_clear(&answer);
    answer = ask_ok("run quiet.scn -q --json");
    assert_contains(answer.out, "\"virtual_crashes\": {\"instants\": 300, \"seen\": ");
    ck_assert(json_valid(answer.out));
    answer_clear(&answer);
}
END_TEST

/* Where no instant meets an open connection, or none is long enough for an interval, a
 * sentence says what to change. */
START_TEST(run_says_what_is_missing)
{
    struct answer answer = ask_ok("run quiet.scn -q --set real.r1.service-time=20s");
    assert_contains(answer.out, "no interval: connections are");
    assert_contains(answer.out, "make duration");
    answer_clear(&answer);
    answer = ask_shell("$U run quiet.scn -q --set 'workload.w.arrivals=poisson 0.001/s'");
    assert_status(answer, 1);
    assert_contains(answer.out, "no connection was open at any");
    answer_clear(&answer);
}
END_TEST

/* A sweep writes protection.csv, the same from any number of jobs; the summary has the metric,
 * with a run's own interval for one run, and over runs for two; the table is told. */
START_TEST(sweep_writes_the_table)
{
    struct answer answer = ask_ok("sweep quiet.scn --no-progress --jobs 1");
    assert_contains(answer.out, "known at virtual crashes");
    assert_fits(answer.out);
    answer_clear(&answer);
    answer = ask_ok("sweep quiet.scn -q --jobs 2 --out two");
    answer_clear(&answer);
    g_autofree char *one = scratch_read("out/protection.csv");
    g_autofree char *two = scratch_read("two/protection.csv");
    g_autofree char *summary = scratch_read("out/summary.csv");
    ck_assert_str_eq(one, two);
    ck_assert(g_str_has_prefix(one,
                               "run,from_ns,to_ns,seen,known,connections,lost,lo,hi,roof\n0,0,"));
    assert_contains(summary, "0,0%,known-virtual,2,1.000000,0.99");
    answer = ask_ok("sweep quiet.scn -q --repetitions 1 --out single");
    g_autofree char *single = scratch_read("single/summary.csv");
    assert_contains(single, "outage 20% 500ms,known-virtual,1,0.");
    ck_assert_ptr_null(strstr(strstr(single, "1,outage 20% 500ms,known-virtual"), "virtual,1,,"));
    answer_clear(&answer);
}
END_TEST

/* Without virtual crashes nothing of them stands anywhere. */
START_TEST(tables_are_as_before_without)
{
    scratch_write("small.scn", SMALL);
    struct answer answer = ask_ok("run small.scn -q --out plain");
    g_autofree char *runs = scratch_read("plain/runs.csv");
    g_autofree char *summary = scratch_read("plain/summary.csv");
    ck_assert_ptr_null(strstr(runs, "virtual_"));
    ck_assert_ptr_null(strstr(summary, "known-virtual"));
    ck_assert(!scratch_exists("plain/protection.csv"));
    ck_assert_ptr_null(strstr(answer.out, "virtual crashes"));
    answer_clear(&answer);
}
END_TEST

/* The figure: a dot for each age, the roof where there are outages and only there. */
START_TEST(plot_draws_the_curve)
{
    struct answer answer = ask_ok("sweep quiet.scn -q");
    answer_clear(&answer);
    answer = ask_ok("plot out protection --format data --out data.txt");
    g_autofree char *data = scratch_read("data.txt");
    assert_contains(data, "roof\tyes");
    assert_contains(data, "2 runs for each curve, with 95 % interval over runs");
    g_auto(GStrv) blocks = g_strsplit(data, "\n\n\n", -1);
    ck_assert_uint_eq(g_strv_length(blocks), 4);
    ck_assert(g_str_has_prefix(blocks[2], "0%\n"));
    assert_contains(blocks[2], "\t100\t");
    assert_contains(blocks[2], "\tNaN\t");
    ck_assert(g_str_has_prefix(blocks[3], "outage 20% 500ms\n"));
    ck_assert_ptr_null(strstr(blocks[3], "\tNaN\t")); /* each dot has its roof */
    answer_clear(&answer);
}
END_TEST

Suite *virtual_suite(void)
{
    Suite *suite = suite_create("virtual crashes");
    TCase *tcase = tcase_create("virtual crashes");
    tcase_add_checked_fixture(tcase, set_up, scratch_leave);
    tcase_add_test(tcase, run_prints_the_estimate);
    tcase_add_test(tcase, run_says_what_is_missing);
    tcase_add_test(tcase, sweep_writes_the_table);
    tcase_add_test(tcase, tables_are_as_before_without);
    tcase_add_test(tcase, plot_draws_the_curve);
    suite_add_tcase(suite, tcase);
    return suite;
}
