/* Failure seeds: small scenarios that say themselves who dies; and chosen fates. */
#include "sim/run/expectation.h"
#include "tests/run/suites.h"
#include "tests/run/support.h"

#include <stdlib.h>
#include <string.h>

static gint compare_names(gconstpointer a, gconstpointer b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static GPtrArray *seed_names(void)
{
    GPtrArray *names = g_ptr_array_new_with_free_func(g_free);
    GDir *dir = g_dir_open("scenarios/seeds", 0, NULL);
    ck_assert_ptr_nonnull(dir);
    for (const char *name; (name = g_dir_read_name(dir)) != NULL;)
        if (g_str_has_suffix(name, ".scn"))
            g_ptr_array_add(names, g_strndup(name, strlen(name) - strlen(".scn")));
    g_dir_close(dir);
    g_ptr_array_sort(names, compare_names);
    return names;
}

/* Every repetition of a seed comes to exactly what its [expect NAME] says. */
static void assert_as_expected(const char *name)
{
    char *path = g_build_filename("seeds", name, NULL);
    struct scenario *scenario = scenario_shipped(path, NULL);
    ck_assert_msg(scenario->expectations->len > 0, "%s expects nothing", name);
    for (uint32_t i = 0; i < MIN(scenario->repetitions, 3); i++) {
        struct run_result *result = run_repetition(scenario, i);
        char *missed = expectation_missed(scenario, result);
        ck_assert_msg(result->violation == NULL, "%s: %s", name, result->violation);
        ck_assert_msg(missed == NULL, "repetition %u: %s", i, missed);
        run_result_free(result);
    }
    scenario_free(scenario);
    g_free(path);
}

/* All of scenarios/seeds, by their numbers in the order of their names. */
START_TEST(seeds_come_to_what_they_say)
{
    GPtrArray *names = seed_names();
    for (guint i = 0; i < names->len; i++)
        if (i % 4 == (guint)_i)
            assert_as_expected(g_ptr_array_index(names, i));
    g_ptr_array_free(names, TRUE);
}
END_TEST

/* ---- the table of the README */

/* The rows of the table, each a vector of its cells: "", seed, what, file, "". */
static GPtrArray *table_rows(void)
{
    GPtrArray *rows = g_ptr_array_new_with_free_func((GDestroyNotify)g_strfreev);
    char *text;
    ck_assert(g_file_get_contents("scenarios/seeds/README.md", &text, NULL, NULL));
    char **lines = g_strsplit(text, "\n", -1);
    for (unsigned i = 0; lines[i] != NULL; i++)
        if (g_str_has_prefix(lines[i], "| F"))
            g_ptr_array_add(rows, g_strsplit(lines[i], "|", -1));
    g_strfreev(lines);
    g_free(text);
    return rows;
}

/* The names in backquotes that a file of this folder may have: they begin with an f and a digit. */
static void add_files(GPtrArray *files, const char *cell)
{
    char **pieces = g_strsplit(cell, "`", -1);
    for (unsigned i = 1; pieces[i - 1] != NULL && pieces[i] != NULL; i += 2)
        if (pieces[i][0] == 'f' && g_ascii_isdigit(pieces[i][1]))
            g_ptr_array_add(files, g_strdup(pieces[i]));
    g_strfreev(pieces);
}

static bool holds(const GPtrArray *names, const char *name)
{
    return g_ptr_array_find_with_equal_func((GPtrArray *)names, name, g_str_equal, NULL);
}

/* "F5" as names of files begin: "f05-". */
static char *prefix_of(const char *seed)
{
    unsigned number = (unsigned)strtoul(seed + 1, NULL, 10);
    return g_strdup_printf("f%02u%s-", number, g_str_has_suffix(seed, "b") ? "b" : "");
}

/* Every file that the table names is there, and every file is named in the row of its seed. */
START_TEST(the_table_and_the_files_agree)
{
    GPtrArray *rows = table_rows(), *names = seed_names();
    GPtrArray *named = g_ptr_array_new_with_free_func(g_free);
    GPtrArray *at_home = g_ptr_array_new_with_free_func(g_free);
    for (guint i = 0; i < rows->len; i++) {
        char **cells = g_ptr_array_index(rows, i);
        char *prefix = prefix_of(g_strstrip(cells[1]));
        guint before = named->len;
        add_files(named, cells[3]);
        for (guint j = before; j < named->len; j++)
            if (g_str_has_prefix(g_ptr_array_index(named, j), prefix))
                g_ptr_array_add(at_home, g_strdup(g_ptr_array_index(named, j)));
        g_free(prefix);
    }
    for (guint i = 0; i < named->len; i++)
        ck_assert_msg(holds(names, g_ptr_array_index(named, i)), "%s is not there",
                      (const char *)g_ptr_array_index(named, i));
    for (guint i = 0; i < names->len; i++)
        ck_assert_msg(holds(at_home, g_ptr_array_index(names, i)), "%s has no row of its seed",
                      (const char *)g_ptr_array_index(names, i));
    g_ptr_array_free(named, TRUE);
    g_ptr_array_free(at_home, TRUE);
    g_ptr_array_free(names, TRUE);
    g_ptr_array_free(rows, TRUE);
}
END_TEST

enum { SEEDS = 45 };

static GPtrArray *all_seeds(void)
{
    GPtrArray *seeds = g_ptr_array_new_with_free_func(g_free);
    for (unsigned i = 1; i <= SEEDS; i++) {
        g_ptr_array_add(seeds, g_strdup_printf("F%u", i));
        if (i == 20)
            g_ptr_array_add(seeds, g_strdup("F20b"));
    }
    return seeds;
}

/* The table has a row for each of the 46 seeds, once and in their order. */
START_TEST(every_seed_has_its_row)
{
    GPtrArray *rows = table_rows(), *seeds = all_seeds();
    ck_assert_uint_eq(rows->len, seeds->len);
    for (guint i = 0; i < seeds->len; i++) {
        const char *seed = g_ptr_array_index(seeds, i);
        char **cells = g_ptr_array_index(rows, i);
        ck_assert_msg(strcmp(g_strstrip(cells[1]), seed) == 0, "%s has no row in its place", seed);
    }
    g_ptr_array_free(seeds, TRUE);
    g_ptr_array_free(rows, TRUE);
}
END_TEST

#define FEW                                                                                   \
    "[failover]\nhello-time = 1s\n[virtual web]\naddress = 192.0.2.80:80\nbind = r1 r2\n"     \
    "replicate = yes\n[real r1]\naddress = 10.0.1.1:80\n[real r2]\naddress = 10.0.1.2:80\n"   \
    "[workload few]\narrivals = constant 1/s\nrequests-per-connection = 30\n"                 \
    "think-time = 500ms\n[scenario]\nduration = 12s\n[faults]\nc = at 10s crash active\n"

/* A chosen fate is met by the named ones and by nobody else: what is said is what comes. */
static const struct {
    const char *fates, *expect;
} chosen[] = {
    {"lose create 3", "casualties = 3\ncauses = create_lost\nunknown = 3\n"},
    {"lose create 2..4, lose create 7", "casualties = 2 3 4 7\ncauses = create_lost\n"},
    {"lose datagram 2", "casualties = 1\n"},
    {"double create 3", "casualties = none\nghosts = 0\n"},
    {"delay create 3 20ms", "casualties = none\n"},
    {"delay create 3 100s", "casualties = 3\ncauses = create_in_flight\n"},
    {"lose delete 3", "casualties = none\nghosts = 0\n"},
};

START_TEST(a_chosen_fate_is_met)
{
    char *text = g_strconcat(FEW "[replication]\nfates = ", chosen[_i].fates,
                             "\n[expect who]\n", chosen[_i].expect, NULL);
    struct scenario *scenario = scenario_from_text(text);
    struct run_result *result = run_once(scenario);
    char *missed = expectation_missed(scenario, result);
    ck_assert_msg(missed == NULL, "%s", missed);
    ck_assert_double_lt(result->known_theory, 0); /* no form knows of choices */
    run_result_free(result);
    scenario_free(scenario);
    g_free(text);
}
END_TEST

/* What is missed is told with its place and with what came instead, one line each. */
START_TEST(what_is_missed_is_told)
{
    struct scenario *scenario =
        scenario_from_text(FEW "[replication]\nfates = lose create 3\n[expect who]\n"
                               "casualties = none\ncauses = aged_out\nunknown = 3\nghosts = 2\n");
    struct run_result *result = run_once(scenario);
    char *missed = expectation_missed(scenario, result);
    ck_assert_ptr_nonnull(strstr(missed, "[expect who] casualties = none: the run came to 3"));
    ck_assert_ptr_nonnull(
        strstr(missed, "[expect who] causes = aged_out: the run came to create_lost"));
    ck_assert_ptr_nonnull(strstr(missed, "[expect who] ghosts = 2: the run came to 0"));
    ck_assert_ptr_null(strstr(missed, "unknown"));
    g_free(missed);
    run_result_free(result);
    scenario_free(scenario);
}
END_TEST

Suite *seeds_suite(void)
{
    Suite *suite = suite_create("run/seeds");
    TCase *tcase = tcase_create("seeds");
    tcase_add_loop_test(tcase, seeds_come_to_what_they_say, 0, 4);
    tcase_add_test(tcase, the_table_and_the_files_agree);
    tcase_add_test(tcase, every_seed_has_its_row);
    tcase_add_loop_test(tcase, a_chosen_fate_is_met, 0, G_N_ELEMENTS(chosen));
    tcase_add_test(tcase, what_is_missed_is_told);
    tcase_set_timeout(tcase, 60);
    suite_add_tcase(suite, tcase);
    return suite;
}
