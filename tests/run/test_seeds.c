/* Failure seeds: small scenarios that say themselves who dies; and chosen fates. */
#include "sim/run/expectation.h"
#include "tests/run/suites.h"
#include "tests/run/support.h"

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
    tcase_add_loop_test(tcase, a_chosen_fate_is_met, 0, G_N_ELEMENTS(chosen));
    tcase_add_test(tcase, what_is_missed_is_told);
    tcase_set_timeout(tcase, 60);
    suite_add_tcase(suite, tcase);
    return suite;
}
