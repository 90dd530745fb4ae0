#include "analysis/columns.h"
#include "tests/analysis/suites.h"

#include <string.h>

/* The words of tables are a contract with scripts of others: pinned one by one
 * (interface.md 4.1, R-1102). */
START_TEST(words_are_those_of_the_interface)
{
    ck_assert_str_eq(outcome_word(OUTCOME_SURVIVED), "survived");
    ck_assert_str_eq(outcome_word(OUTCOME_TIMED_OUT), "timed_out");
    ck_assert_str_eq(outcome_word(OUTCOME_CENSORED), "censored");
    ck_assert_str_eq(cause_word(CAUSE_NONE), "");
    ck_assert_str_eq(cause_word(CAUSE_CREATE_LOST), "create_lost");
    ck_assert_str_eq(cause_word(CAUSE_GAVE_UP_WAITING), "gave_up_waiting");
    ck_assert_str_eq(cause_phrase(CAUSE_SERVER_FAILED), "its server failed");
    ck_assert_str_eq(state_word(STATE_HALF_CLOSED), "half_closed");
}
END_TEST

/* Every cause but none has a phrase that can end "it died because ...". */
START_TEST(each_cause_has_word_and_phrase)
{
    enum cause cause = (enum cause)_i;
    ck_assert_uint_gt(strlen(cause_word(cause)), 0);
    ck_assert_uint_gt(strlen(cause_phrase(cause)), strlen(cause_word(cause)) / 2);
}
END_TEST

/* The headline cohort is open_* and half_closed (validity.md 1.1), by code and by word. */
START_TEST(cohort_is_open_and_half_closed)
{
    static const int counts[STATE_COUNT] = {0, 1, 1, 1, 1, 0};
    enum state_at_failure state = (enum state_at_failure)_i;
    ck_assert_int_eq(!!state_counts(state), counts[_i]);
    ck_assert_int_eq(state_word_counts(state_word(state)), counts[_i]);
    ck_assert_int_eq(state_word_counts("nonsense"), 0);
}
END_TEST

Suite *columns_suite(void)
{
    Suite *suite = suite_create("columns");
    TCase *words = tcase_create("words");
    tcase_add_test(words, words_are_those_of_the_interface);
    tcase_add_loop_test(words, each_cause_has_word_and_phrase, 1, CAUSE_COUNT);
    tcase_add_loop_test(words, cohort_is_open_and_half_closed, 0, STATE_COUNT);
    suite_add_tcase(suite, words);
    return suite;
}
