#include "tests/analysis/fixture.h"

#include <check.h>
#include <glib/gstdio.h>

char *fixture_directory(void)
{
    char *directory = g_dir_make_tmp("understudy-test-XXXXXX", NULL);
    ck_assert_ptr_nonnull(directory);
    return directory;
}

void fixture_remove(char *directory)
{
    GDir *files = g_dir_open(directory, 0, NULL);
    const char *name;
    while ((name = g_dir_read_name(files)) != NULL) {
        char *path = g_build_filename(directory, name, NULL);
        g_unlink(path);
        g_free(path);
    }
    g_dir_close(files);
    ck_assert_int_eq(g_rmdir(directory), 0);
    g_free(directory);
}

void fixture_write(const char *directory, const char *file, const char *text)
{
    char *path = g_build_filename(directory, file, NULL);
    ck_assert(g_file_set_contents(path, text, -1, NULL));
    g_free(path);
}

char *fixture_read(const char *directory, const char *file)
{
    char *path = g_build_filename(directory, file, NULL);
    char *text = NULL;
    ck_assert_msg(g_file_get_contents(path, &text, NULL, NULL), "%s is missing", path);
    g_free(path);
    return text;
}
