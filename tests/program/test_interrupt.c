/* Ctrl-C: finished runs are kept, the rest leaves no trace. */
#include "tests/program/suites.h"
#include "tests/program/support.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>

#define ENDLESS "sweep sweep.scn --no-progress --repetitions 1000000 --jobs 2 --out out"

/* A sweep under way shows as a hidden directory whose tables grow. */
static bool rows_are_flowing(void)
{
    g_autofree char *list = scratch_list(".");
    g_auto(GStrv) names = g_strsplit(list, "\n", -1);

    for (char **name = names; *name != NULL; name++) {
        g_autofree char *text = NULL;
        gsize length = 0;
        if (strstr(*name, ".partial-") != NULL && g_str_has_suffix(*name, "/connections.csv") &&
            g_file_get_contents(*name, &text, &length, NULL) && length > 0) {
            return true;
        }
    }
    return false;
}

static struct answer interrupt_midway(int signal)
{
    GSubprocess *process = ask_later(ENDLESS);

    for (unsigned i = 0; i < 1000 && !rows_are_flowing(); i++) {
        g_usleep(10000);
    }
    ck_assert_msg(rows_are_flowing(), "no rows after ten seconds");
    g_subprocess_send_signal(process, signal);
    return answer_wait(process);
}

/* Run numbers from 0 without a gap, and every line whole. */
static void assert_prefix(const char *runs)
{
    g_auto(GStrv) lines = g_strsplit(runs, "\n", -1);
    guint count = g_strv_length(lines);

    ck_assert_str_eq(lines[count - 1], "");
    for (guint i = 1; i + 1 < count; i++) {
        ck_assert_uint_eq(strtoul(lines[i], NULL, 10), i - 1);
    }
}

static const struct {
    int signal, status;
} signals[] = {{SIGINT, 130}, {SIGTERM, 143}};

/* In the middle of a long sweep: exit 130 (143 for SIGTERM), tables whole, manifest
 * true to them, no hidden directory left. */
START_TEST(finished_runs_are_kept)
{
    struct answer answer = interrupt_midway(signals[_i].signal);
    g_autoptr(GKeyFile) manifest = g_key_file_new();

    assert_status(answer, signals[_i].status);
    assert_contains(answer.err, "runs are kept");
    g_autofree char *runs = scratch_read("out/runs.csv");
    assert_prefix(runs);
    ck_assert(g_key_file_load_from_file(manifest, "out/manifest", G_KEY_FILE_NONE, NULL));
    ck_assert_uint_eq(g_key_file_get_uint64(manifest, "manifest", "runs-finished", NULL),
                      count_lines(runs) - 1);
    g_autofree char *list = scratch_list(".");
    ck_assert_msg(strstr(list, "partial") == NULL, "litter:\n%s", list);
    answer_clear(&answer);
}
END_TEST

/* The runs that were kept are those of an undisturbed sweep, byte by byte. */
START_TEST(kept_runs_are_the_same_runs)
{
    struct answer cut = interrupt_midway(SIGINT);
    struct answer whole = ask("sweep sweep.scn -q --repetitions 2 --out whole");

    g_autofree char *kept = scratch_read("out/runs.csv");
    g_autofree char *full = scratch_read("whole/runs.csv");
    gsize shared = MIN(strlen(kept), strlen(full));
    ck_assert_uint_gt(count_lines(kept), 2);
    ck_assert(strncmp(kept, full, shared) == 0);
    answer_clear(&cut);
    answer_clear(&whole);
}
END_TEST

/* At any moment from the start on: whole tables or nothing, never litter. */
START_TEST(any_moment_is_safe)
{
    GSubprocess *process = ask_later(ENDLESS);

    g_usleep((gulong)_i * 5000);
    g_subprocess_send_signal(process, SIGINT);
    struct answer answer = answer_wait(process);
    assert_status(answer, 130);
    g_autofree char *list = scratch_list(".");
    ck_assert_msg(strstr(list, "partial") == NULL, "litter:\n%s", list);
    ck_assert(scratch_exists("out") == scratch_exists("out/manifest"));
    answer_clear(&answer);
}
END_TEST

Suite *interrupt_suite(void)
{
    Suite *suite = suite_create("interrupt");
    TCase *tcase = tcase_create("interrupt");

    tcase_set_timeout(tcase, 30);
    tcase_add_checked_fixture(tcase, scratch_enter, scratch_leave);
    tcase_add_loop_test(tcase, finished_runs_are_kept, 0, G_N_ELEMENTS(signals));
    tcase_add_test(tcase, kept_runs_are_the_same_runs);
    tcase_add_loop_test(tcase, any_moment_is_safe, 0, 6);
    suite_add_tcase(suite, tcase);
    return suite;
}
