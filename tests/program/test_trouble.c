/* Bad input and trouble: one clear line, the right exit code, no half-written file. */
#include "tests/program/suites.h"
#include "tests/program/support.h"

#include <string.h>

/* A line of SMALL and what stands there instead; more is put at the end. */
static const struct {
    const char *name;  /* what is wrong, for the reader */
    const char *line;  /* NULL: nothing is replaced */
    const char *instead;
    const char *more;
    const char *words; /* in the message */
} bad[] = {
    {"no virtual", "[virtual web]\naddress = 192.0.2.80:80\nbind = r1 r2\nreplicate = yes\n"
                   "[real r1]\naddress = 10.0.1.1:80\n[real r2]\naddress = 10.0.1.2:80\n",
     "", "", "virtual"},
    {"a server bound to nothing", "bind = r1 r2", "bind = r1", "", "r2"},
    {"address outside IPv4 form", "10.0.1.2:80", "10.0.1.256:80", "", "10.0.1.256"},
    {"loss of 120 %", "loss = 30%", "loss = 120%", "", "120%"},
    {"loss without a percent sign", "loss = 30%", "loss = 0.3", "", "percent sign missing"},
    {"negative time", "duration = 5s", "duration = -5s", "", "-5s"},
    {"bare time", "duration = 5s", "duration = 5", "", "duration"},
    {"reorder without delay", "delay = 500us\nloss = 30%", "delay = 0us\nreorder = 10%", "",
     "reorder"},
    {"a fault naming nobody", "crash active", "crash C", "", "C"},
    {"a crash after the end", "at 3s", "at 6s", "", "crash"},
    {"a sweep over no key", NULL, NULL, "[sweep]\nlink.replication.lss = 1%; 2%\n", "loss"},
    {"a sweep over no value", NULL, NULL, "[sweep]\nlink.replication.loss = 1%; 200%\n", "200%"},
    {"a trace with a broken row", "arrivals = poisson 40/s\nrequests-per-connection = 4",
     "trace = broken.csv", "", "broken.csv:3"},
    {"a trace that is not there", "arrivals = poisson 40/s\nrequests-per-connection = 4",
     "trace = nowhere.csv\ntrace-copies = 3", "", "nowhere.csv"},
    {"a sweep over nothing", NULL, NULL, "[sweep]\nlink.replication.loss =\n", "no value"},
    {"more ports than exist", "poisson 40/s", "poisson 50000/s\nclients = 1", "", "client"},
    {"a virtual with a real one's address", "[real r1]\naddress = 10.0.1.1:80",
     "[real r1]\naddress = 192.0.2.80:80", "", "has this address already"},
    {"an unknown key", "hello-time", "helo-time", "", "did you mean hello-time?"},
    {"a trailing comment", "duration = 5s", "duration = 5s # five", "", "comment"},
    {"a key given twice", "duration = 5s", "duration = 5s\nduration = 6s", "", "twice"},
    {"a group given twice", NULL, NULL, "[failover]\n", "twice"},
};

static void assert_refused(const char *arguments, const char *words)
{
    g_autofree char *before = scratch_list(".");
    struct answer answer = ask(arguments);
    g_autofree char *after = scratch_list(".");

    assert_status(answer, 2);
    assert_contains(answer.err, words);
    ck_assert_msg(count_lines(answer.err) == 1, "not one line:\n%s", answer.err);
    ck_assert_str_eq(answer.out, "");
    ck_assert_str_eq(before, after);
    answer_clear(&answer);
}

static char *broken_scenario(int row)
{
    const char *found = bad[row].line != NULL ? strstr(SMALL, bad[row].line) : SMALL;

    ck_assert_msg(found != NULL, "row \"%s\" replaces nothing", bad[row].name);
    if (bad[row].line == NULL) {
        return g_strconcat(SMALL, bad[row].more, NULL);
    }
    g_autofree char *head = g_strndup(SMALL, (gsize)(found - SMALL));
    return g_strconcat(head, bad[row].instead, found + strlen(bad[row].line), bad[row].more, NULL);
}

/* Each mistake a scenario may hold: named in one line that begins with file and line,
 * by run, sweep and check alike; nothing is written. */
START_TEST(a_bad_scenario_is_refused)
{
    g_autofree char *text = broken_scenario(_i);

    scratch_write("broken.csv",
                  "start_s,duration_s,client,client_port,request_bytes,response_bytes\n"
                  "0.1,1.0,10.9.0.1,0,100,1000\n"
                  "0.2,soon,10.9.0.2,0,100,1000\n");
    scratch_write("bad.scn", text);
    assert_refused("sweep bad.scn --out out", bad[_i].words);
    assert_refused("run bad.scn --out out", bad[_i].words);
    assert_refused("check bad.scn", "bad.scn");
}
END_TEST

/* All mistakes of a file at once, a line each, with file and line number. */
START_TEST(all_mistakes_at_once)
{
    scratch_write("bad.scn", "[scenario]\nduration = 5\n[virtual web]\nadress = 1.2.3.4:80\n"
                             "[link replication]\nloss = 0.05\n");
    struct answer answer = ask("run bad.scn");

    assert_status(answer, 2);
    assert_contains(answer.err, "bad.scn:2: ");
    assert_contains(answer.err, "bad.scn:4: ");
    assert_contains(answer.err, "bad.scn:6: ");
    assert_contains(answer.err, "did you mean address?");
    answer_clear(&answer);
}
END_TEST

static const char *const unreadable[] = {"missing.scn", "empty.scn", "folder", "rubbish.scn"};

/* No file, an empty one, a directory, binary rubbish. */
START_TEST(an_unreadable_scenario_is_refused)
{
    g_autofree char *arguments = g_strdup_printf("sweep %s --out out", unreadable[_i]);

    scratch_write("empty.scn", "");
    ck_assert_int_eq(g_mkdir_with_parents("folder", 0777), 0);
    ck_assert(g_file_set_contents("rubbish.scn", "\177ELF\2\1\1\0\0\377\376[\0]=", 15, NULL));
    assert_refused(arguments, unreadable[_i]);
}
END_TEST

/* A patience shorter than twice the expected outage is a warning, not an error; -q
 * silences it. */
START_TEST(impatience_is_a_warning)
{
    struct answer answer = ask("run small.scn --set workload.browsers.application-timeout=300ms");
    struct answer quiet = ask("-q run small.scn --set workload.browsers.application-timeout=300ms");

    assert_status(answer, 0);
    assert_contains(answer.err, "warning: ");
    assert_contains(answer.err, "application-timeout");
    ck_assert_str_eq(quiet.err, "");
    ck_assert_str_eq(quiet.out, answer.out);
    answer_clear(&answer);
    answer_clear(&quiet);
}
END_TEST

static const struct {
    const char *out;
    int status;
} places[] = {
    {"/proc/understudy", 3},
    {"small.scn/out", 3},
    {"small.scn", 2},
    {"mine", 2},
};

/* A place where nothing can be written is trouble (3); a place that is somebody's is
 * refused before anything runs (2). */
START_TEST(a_bad_output_directory_is_told)
{
    ck_assert_int_eq(g_mkdir_with_parents("mine", 0777), 0);
    scratch_write("mine/thesis.tex", "years of work");
    g_autofree char *arguments = g_strdup_printf("sweep small.scn -q --out %s", places[_i].out);
    g_autofree char *before = scratch_list(".");
    struct answer answer = ask(arguments);
    g_autofree char *after = scratch_list(".");

    assert_status(answer, places[_i].status);
    assert_contains(answer.err, places[_i].out);
    ck_assert_uint_eq(count_lines(answer.err), 1);
    ck_assert_str_eq(before, after);
    answer_clear(&answer);
}
END_TEST

static const char *const full[] = {
    /* a limit on the size of files, far too small */
    "ulimit -f 4; exec \"$U\" sweep sweep.scn -q --out out",
    /* earlier results stay as they were */
    "ulimit -f 4; exec \"$U\" run small.scn --out ours",
};

/* The disk is full in the middle: exit 3 with one line, no trace of the attempt, and
 * what was there before is there still. */
START_TEST(a_full_disk_leaves_nothing)
{
    struct answer earlier = ask("sweep small.scn -q --repetitions 1 --out ours");
    assert_status(earlier, 0);
    g_autofree char *before = scratch_list(".");
    struct answer answer = ask_shell(full[_i]);
    g_autofree char *after = scratch_list(".");

    assert_status(answer, 3);
    assert_contains(answer.err, "cannot write");
    ck_assert_uint_eq(count_lines(answer.err), 1);
    ck_assert_str_eq(before, after);
    answer_clear(&earlier);
    answer_clear(&answer);
}
END_TEST

/* The same on a file system that is really full; the mount lives in a namespace of
 * its own and ends with it. Skipped where that is not allowed. */
START_TEST(a_full_file_system_leaves_nothing)
{
    struct answer answer =
        ask_shell("mkdir disk; unshare -m true 2>/dev/null || exit 77; unshare -m sh -c '"
                  "mount -t tmpfs -o size=16k none disk 2>/dev/null || exit 77;"
                  "\"$U\" sweep sweep.scn -q --repetitions 20 --out disk/out; code=$?;"
                  "ls -A disk; exit $code'");

    if (answer.status != 77) {
        assert_status(answer, 3);
        assert_contains(answer.err, "No space left on device");
        ck_assert_uint_eq(count_lines(answer.err), 1);
        ck_assert_str_eq(answer.out, "");
    }
    answer_clear(&answer);
}
END_TEST

/* Standard output that cannot be written is trouble too. */
START_TEST(a_full_standard_output_is_told)
{
    struct answer answer = ask_shell("\"$U\" run small.scn >/dev/full");

    assert_status(answer, 3);
    assert_contains(answer.err, "standard output");
    answer_clear(&answer);
}
END_TEST

/* No gnuplot: exit 3, the package is named, the tables are untouched. */
START_TEST(no_gnuplot_no_harm)
{
    struct answer sweep = ask("sweep sweep.scn -q --repetitions 1 --out out");
    g_autofree char *before = scratch_list(".");
    struct answer plot = ask_shell("PATH=/nowhere; export PATH; exec \"$U\" plot out");
    g_autofree char *after = scratch_list(".");

    assert_status(sweep, 0);
    assert_status(plot, 3);
    assert_contains(plot.err, "gnuplot");
    ck_assert_uint_eq(count_lines(plot.err), 1);
    ck_assert_str_eq(before, after);
    answer_clear(&sweep);
    answer_clear(&plot);
}
END_TEST

/* A picture that cannot be written is trouble, told with the name the user gave. */
START_TEST(a_picture_that_cannot_be_written_is_told)
{
    struct answer sweep = ask("sweep sweep.scn -q --repetitions 1 --out out");
    struct answer plot = ask("plot out --out nowhere/x.svg");

    assert_status(sweep, 0);
    assert_status(plot, 3);
    ck_assert_uint_eq(count_lines(plot.err), 1);
    if (strstr(plot.err, "gnuplot is not installed") == NULL) {
        assert_contains(plot.err, "nowhere/x.svg: cannot write there");
        ck_assert(g_str_is_ascii(plot.err));
    }
    answer_clear(&sweep);
    answer_clear(&plot);
}
END_TEST

Suite *trouble_suite(void)
{
    Suite *suite = suite_create("bad input and trouble");
    TCase *tcase = tcase_create("trouble");

    tcase_set_timeout(tcase, 20);
    tcase_add_checked_fixture(tcase, scratch_enter, scratch_leave);
    tcase_add_loop_test(tcase, a_bad_scenario_is_refused, 0, G_N_ELEMENTS(bad));
    tcase_add_test(tcase, all_mistakes_at_once);
    tcase_add_loop_test(tcase, an_unreadable_scenario_is_refused, 0, G_N_ELEMENTS(unreadable));
    tcase_add_test(tcase, impatience_is_a_warning);
    tcase_add_loop_test(tcase, a_bad_output_directory_is_told, 0, G_N_ELEMENTS(places));
    tcase_add_loop_test(tcase, a_full_disk_leaves_nothing, 0, G_N_ELEMENTS(full));
    tcase_add_test(tcase, a_full_file_system_leaves_nothing);
    tcase_add_test(tcase, a_full_standard_output_is_told);
    tcase_add_test(tcase, no_gnuplot_no_harm);
    tcase_add_test(tcase, a_picture_that_cannot_be_written_is_told);
    suite_add_tcase(suite, tcase);
    return suite;
}
