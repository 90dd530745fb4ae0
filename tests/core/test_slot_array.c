/* What a protocol keeps for each conn. */
#include "core/slot_array.h"
#include "tests/core/suites.h"

/* An item is zero until it is written, keeps what was written while the array grows, and is
 * not there to look at beyond what was asked for. */
START_TEST(items_begin_at_zero_and_stay)
{
    struct slot_array array = slot_array_of(sizeof(uint32_t));
    ck_assert_ptr_null(slot_array_look(&array, 0));
    *(uint32_t *)slot_array_at(&array, 7) = 70;
    *(uint32_t *)slot_array_at(&array, 100000) = 1;
    ck_assert_uint_eq(*(const uint32_t *)slot_array_look(&array, 7), 70);
    ck_assert_uint_eq(*(const uint32_t *)slot_array_look(&array, 6), 0);
    ck_assert_uint_eq(*(const uint32_t *)slot_array_look(&array, 99999), 0);
    ck_assert_ptr_null(slot_array_look(&array, 1000000));
    slot_array_clear(&array);
    ck_assert_ptr_null(slot_array_look(&array, 7));
    ck_assert_uint_eq(*(uint32_t *)slot_array_at(&array, 7), 0);
    slot_array_clear(&array);
}
END_TEST

Suite *slot_array_suite(void)
{
    Suite *suite = suite_create("slot array");
    TCase *cases = tcase_create("items");
    tcase_add_test(cases, items_begin_at_zero_and_stay);
    suite_add_tcase(suite, cases);
    return suite;
}
