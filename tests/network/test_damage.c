/* Damage on a link: packets that arrive with a bit flipped. */
#include "tests/network/suites.h"
#include "tests/network/support.h"

enum { PACKETS = 100000 };

static uint64_t damaged(double share, double rho, unsigned *in_a_row)
{
    struct impairment impairment = perfect();
    impairment.corrupt = probability_from_share(share);
    impairment.corrupt_correlation = probability_from_share(rho);
    struct link *link = link_with("replication", 0, &impairment);
    uint64_t count = 0;
    bool last = false;

    *in_a_row = 0;
    for (uint64_t i = 0; i < PACKETS; i++) {
        bool now = forward(link, (nstime)i, i).damage[0] != 0;
        count += now;
        *in_a_row += now && last;
        last = now;
    }
    link_free(link);
    return count;
}

/* The share that was asked for, independent of each other; with a correlation of 90 % in
 * rows, as test_link.c says of reordering. */
START_TEST(a_share_is_damaged)
{
    unsigned in_a_row, in_rows;
    ck_assert_uint_eq(damaged(0, 0, &in_a_row), 0);
    ck_assert_uint_eq(damaged(1, 0, &in_a_row), PACKETS);
    ck_assert(is_binomial(damaged(0.2, 0, &in_a_row), PACKETS, 0.2));
    ck_assert(is_binomial(in_a_row, PACKETS, 0.04));
    uint64_t half = damaged(0.5, 0.9, &in_rows);
    ck_assert_double_eq_tol((double)in_rows / (double)half, 0.856, 0.03);
}
END_TEST

/* Raising the share damages more packets and never others instead, and each in the same
 * bit as before: the draw is what the packet is. */
START_TEST(more_damage_only_adds)
{
    struct impairment some = perfect(), more = some;
    some.corrupt = probability_from_share(0.1);
    more.corrupt = probability_from_share(0.3);
    struct link *low = link_with("replication", 0, &some);
    struct link *high = link_with("replication", 0, &more);
    unsigned added = 0;

    for (uint64_t i = 0; i < 1000; i++) {
        uint64_t few = forward(low, (nstime)i, i).damage[0];
        uint64_t many = forward(high, (nstime)i, i).damage[0];
        ck_assert(few == 0 || few == many);
        added += few == 0 && many != 0;
    }
    ck_assert_uint_gt(added, 100);
    link_free(low);
    link_free(high);
}
END_TEST

/* A copy has damage of its own; who checks loses the packet only when both are hurt. */
START_TEST(copies_are_damaged_apart)
{
    struct impairment impairment = perfect();
    impairment.corrupt = probability_from_share(0.3);
    impairment.duplicate = probability_from_share(1);
    struct link *link = link_with("replication", 0, &impairment);
    uint64_t left[3] = {0};

    for (uint64_t i = 0; i < PACKETS; i++) {
        struct passage passage = forward(link, (nstime)i, i);
        ck_assert_uint_eq(passage.copies, 2);
        passage_check(&passage);
        left[passage.copies]++;
        ck_assert_int_eq(passage.loss, passage.copies > 0 ? PASSED : LOST_DAMAGED);
        ck_assert_uint_eq(passage.damage[0], 0);
    }
    ck_assert(is_binomial(left[0], PACKETS, 0.09));
    ck_assert(is_binomial(left[2], PACKETS, 0.49));
    ck_assert_str_eq(passage_word(LOST_DAMAGED), "checksum");
    link_free(link);
}
END_TEST

Suite *damage_suite(void)
{
    Suite *suite = suite_create("damage");
    TCase *tcase = tcase_create("damage");
    tcase_add_test(tcase, a_share_is_damaged);
    tcase_add_test(tcase, more_damage_only_adds);
    tcase_add_test(tcase, copies_are_damaged_apart);
    suite_add_tcase(suite, tcase);
    return suite;
}
