#include "core/spelling.h"
#include "tests/core/suites.h"

/* One slip of each kind costs one, and a far word is not guessed. */
START_TEST(counts_slips)
{
    static const struct {
        const char *one, *other;
        unsigned distance;
    } cases[] = {
        {"bind", "bind", 0}, {"bnd", "bind", 1},  {"biind", "bind", 1}, {"bend", "bind", 1},
        {"bnid", "bind", 1}, {"", "bind", 4},     {"bind", "", 4},      {"dnib", "bind", 3},
        {"replicate", "predicator", 5},
    };
    for (unsigned i = 0; i < G_N_ELEMENTS(cases); i++) {
        ck_assert_uint_eq(spelling_distance(cases[i].one, cases[i].other), cases[i].distance);
        ck_assert_uint_eq(spelling_distance(cases[i].other, cases[i].one), cases[i].distance);
    }
}
END_TEST

/* Words too long for the table are cut, not overrun. */
START_TEST(bears_long_words)
{
    char *word = g_strnfill(1000, 'a');
    ck_assert_uint_eq(spelling_distance(word, word), 0);
    ck_assert_uint_eq(spelling_distance(word, ""), 63);
    g_free(word);
}
END_TEST

/* The nearest word is meant only if it is near; of equals, the first. */
START_TEST(guesses_only_what_is_near)
{
    static const struct {
        const char *word, *meant;
    } cases[] = {
        {"vitrual", "virtual"}, {"maxcons", "maxconns"}, {"treshold", "threshold"},
        {"rael", "real"},       {"reel", "real"},        {"xyz", NULL},
        {"r", NULL},            {"", NULL},              {"virtual machine", NULL},
    };
    static const char *const words[] = {"real", "reed", "virtual", "maxconns", "threshold"};
    GPtrArray *known = g_ptr_array_new();
    for (unsigned i = 0; i < G_N_ELEMENTS(words); i++)
        g_ptr_array_add(known, (void *)(uintptr_t)words[i]);
    for (unsigned i = 0; i < G_N_ELEMENTS(cases); i++)
        ck_assert_pstr_eq(spelling_nearest(cases[i].word, known), cases[i].meant);
    g_ptr_array_free(known, TRUE);
}
END_TEST

Suite *spelling_suite(void)
{
    Suite *suite = suite_create("spelling");
    TCase *words = tcase_create("words");
    tcase_add_test(words, counts_slips);
    tcase_add_test(words, bears_long_words);
    tcase_add_test(words, guesses_only_what_is_near);
    suite_add_tcase(suite, words);
    return suite;
}
