/* Folder: whole or not at all. */
#include "sim/run/folder.h"
#include "tests/program/suites.h"
#include "tests/program/support.h"

#include <glib/gstdio.h>
#include <unistd.h>

#define OURS "[manifest]\nformat=1\n"

static void put(struct folder *folder, const char *name, const char *text)
{
    g_autofree char *path = folder_path(folder, name);

    scratch_write(path, text);
}

/* New results appear at once, with directories above them that were not there. */
START_TEST(commit_makes_it_appear)
{
    struct folder *folder = folder_open("deep/er/out", NULL);

    ck_assert_ptr_nonnull(folder);
    put(folder, "runs.csv", "run\n");
    ck_assert(!scratch_exists("deep/er/out"));
    ck_assert(folder_commit(folder, NULL));
    folder_free(folder);
    g_autofree char *list = scratch_list("deep");
    ck_assert_str_eq(list, "deep/er\ndeep/er/out\ndeep/er/out/runs.csv");
}
END_TEST

/* Given up, it leaves nothing, not even the directories it made on the way. */
START_TEST(no_commit_no_trace)
{
    g_autofree char *before = scratch_list(".");
    struct folder *folder = folder_open("deep/er/out", NULL);

    put(folder, "runs.csv", "run\n");
    folder_free(folder);
    g_autofree char *after = scratch_list(".");
    ck_assert_str_eq(before, after);
}
END_TEST

/* Results of ours are replaced whole, also behind a symbolic link, which stays; given
 * up halfway, they are as they were. */
START_TEST(ours_is_replaced_whole)
{
    g_mkdir("real", 0777);
    scratch_write("real/manifest", OURS);
    scratch_write("real/old.csv", "old\n");
    ck_assert_int_eq(symlink("real", "out"), 0);
    struct folder *folder = folder_open("out", NULL);
    put(folder, "manifest", OURS);
    put(folder, "new.csv", "new\n");
    if (_i == 0) {
        ck_assert(folder_commit(folder, NULL));
    }
    folder_free(folder);
    g_autofree char *list = scratch_list("real");
    ck_assert_str_eq(list, _i == 0 ? "real/manifest\nreal/new.csv" : "real/manifest\nreal/old.csv");
    ck_assert(g_file_test("out", G_FILE_TEST_IS_SYMLINK));
}
END_TEST

static const struct {
    const char *name, *content; /* a file in the target, or the target itself */
    bool allowed;
} targets[] = {
    {NULL, NULL, true},
    {"out/manifest", OURS, true},
    {"out/manifest", "[somebody]\nelse=1\n", false},
    {"out/manifest", "rubbish", false},
    {"out/thesis.tex", "years of work", false},
    {"out/.hidden", "", false},
};

/* What is not ours and not empty is refused, and nothing is touched. */
START_TEST(others_are_refused)
{
    g_autoptr(GError) error = NULL;

    g_mkdir("out", 0777);
    if (targets[_i].name != NULL) {
        scratch_write(targets[_i].name, targets[_i].content);
    }
    g_autofree char *before = scratch_list(".");
    ck_assert(folder_check("out", &error) == targets[_i].allowed);
    ck_assert(targets[_i].allowed ||
              g_error_matches(error, FOLDER_ERROR, FOLDER_ERROR_REFUSED));
    g_autofree char *after = scratch_list(".");
    ck_assert_str_eq(before, after);
}
END_TEST

/* While we worked, somebody put files of his own where the results should go: they
 * stay, and the results are refused. */
START_TEST(a_late_stranger_is_spared)
{
    g_autoptr(GError) error = NULL;
    struct folder *folder = folder_open("out", NULL);

    g_mkdir("out", 0777);
    scratch_write("out/thesis.tex", "years of work");
    ck_assert(!folder_commit(folder, &error));
    folder_free(folder);
    g_autofree char *list = scratch_list("out");
    ck_assert_str_eq(list, "out/thesis.tex");
}
END_TEST

Suite *folder_suite(void)
{
    Suite *suite = suite_create("folder");
    TCase *tcase = tcase_create("folder");

    tcase_add_checked_fixture(tcase, scratch_enter, scratch_leave);
    tcase_add_test(tcase, commit_makes_it_appear);
    tcase_add_test(tcase, no_commit_no_trace);
    tcase_add_loop_test(tcase, ours_is_replaced_whole, 0, 2);
    tcase_add_loop_test(tcase, others_are_refused, 0, G_N_ELEMENTS(targets));
    tcase_add_test(tcase, a_late_stranger_is_spared);
    suite_add_tcase(suite, tcase);
    return suite;
}
