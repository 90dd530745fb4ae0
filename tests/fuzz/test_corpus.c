/* The corpus: genuine input, and what fuzzing has found. Each file is a case of its own, named
 * as it is, so that a failure says which. */
#include "tests/fuzz/suites.h"
#include "tests/fuzz/targets.h"

#include <glib.h>

#define CORPUS "tests/fuzz/corpus"

static const struct {
    const char *name;
    fuzz_target *run;
} targets[] = {
    {"datagram", fuzz_datagram},
    {"sequence", fuzz_sequence},
    {"command", fuzz_command},
};

/* Files as "TARGET/NAME": cases keep these names. */
static GPtrArray *files;

static fuzz_target *target_of(const char *file)
{
    for (unsigned i = 0; i < G_N_ELEMENTS(targets); i++)
        if (g_str_has_prefix(file, targets[i].name))
            return targets[i].run;
    return NULL;
}

/* Whatever is in it, no assertion fails, and what must always hold does. */
START_TEST(it_does_no_harm)
{
    const char *file = g_ptr_array_index(files, (guint)_i);
    char *path = g_build_filename(CORPUS, file, NULL);
    char *bytes;
    gsize length;
    ck_assert_msg(g_file_get_contents(path, &bytes, &length, NULL), "cannot read %s", path);
    target_of(file)((const uint8_t *)bytes, length);
    g_free(bytes);
    g_free(path);
}
END_TEST

/* There is something for each target: the tests run where the corpus is. */
START_TEST(no_target_is_without)
{
    for (unsigned i = 0; i < G_N_ELEMENTS(targets); i++) {
        unsigned count = 0;
        for (guint n = 0; n < files->len; n++)
            count += target_of(g_ptr_array_index(files, n)) == targets[i].run;
        ck_assert_uint_gt(count, 0);
    }
}
END_TEST

static void find_files(const char *target)
{
    char *path = g_build_filename(CORPUS, target, NULL);
    GDir *dir = g_dir_open(path, 0, NULL);
    const char *name;
    while (dir != NULL && (name = g_dir_read_name(dir)) != NULL)
        g_ptr_array_add(files, g_build_filename(target, name, NULL));
    if (dir != NULL)
        g_dir_close(dir);
    g_free(path);
}

static int compare(gconstpointer a, gconstpointer b)
{
    return g_strcmp0(*(char *const *)a, *(char *const *)b);
}

Suite *corpus_suite(void)
{
    Suite *suite = suite_create("corpus");
    TCase *all = tcase_create("all");
    files = g_ptr_array_new_with_free_func(g_free);
    for (unsigned i = 0; i < G_N_ELEMENTS(targets); i++)
        find_files(targets[i].name);
    g_ptr_array_sort(files, compare);
    tcase_add_test(all, no_target_is_without);
    suite_add_tcase(suite, all);
    for (guint i = 0; i < files->len; i++) {
        TCase *tcase = tcase_create(g_ptr_array_index(files, i));
        tcase_add_loop_test(tcase, it_does_no_harm, (int)i, (int)i + 1);
        suite_add_tcase(suite, tcase);
    }
    return suite;
}
