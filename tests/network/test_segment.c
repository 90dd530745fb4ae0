/* The segment: the last to claim an address owns it (R-1017 follows from that). */
#include "sim/network/segment.h"
#include "tests/network/suites.h"

enum { VIRTUAL = 0x0a000001, OTHER = 0x0a000002, MAC_A = 0xA, MAC_B = 0xB };

/* B takes A's address over; what A says afterwards about giving it up changes nothing;
 * A claims again and owns it, and only A's release leaves it without an owner. */
START_TEST(the_last_claim_owns)
{
    struct segment *segment = segment_new();
    int a, b;

    ck_assert_ptr_null(segment_owner(segment, VIRTUAL));
    ck_assert_uint_eq(segment_mac(segment, VIRTUAL), 0);
    segment_claim(segment, VIRTUAL, &a, MAC_A);
    segment_claim(segment, VIRTUAL, &b, MAC_B);
    segment_release(segment, VIRTUAL, &a);
    ck_assert_ptr_eq(segment_owner(segment, VIRTUAL), &b);
    segment_claim(segment, VIRTUAL, &a, MAC_A);
    segment_release(segment, VIRTUAL, &a);
    ck_assert_ptr_null(segment_owner(segment, VIRTUAL));
    ck_assert_uint_eq(segment_mac(segment, VIRTUAL), MAC_A); /* as the neighbours know it */
    segment_claim(segment, VIRTUAL, &b, MAC_B);
    ck_assert_ptr_eq(segment_owner(segment, VIRTUAL), &b);
    segment_free(segment);
}
END_TEST

/* Addresses are owned apart, and to release one that nobody ever claimed is harmless. */
START_TEST(addresses_are_owned_apart)
{
    struct segment *segment = segment_new();
    int a, b;

    segment_release(segment, OTHER, &a);
    segment_claim(segment, VIRTUAL, &a, MAC_A);
    segment_claim(segment, OTHER, &b, MAC_B);
    segment_release(segment, OTHER, &b);
    ck_assert_ptr_eq(segment_owner(segment, VIRTUAL), &a);
    ck_assert_ptr_null(segment_owner(segment, OTHER));
    segment_free(segment);
}
END_TEST

Suite *segment_suite(void)
{
    Suite *suite = suite_create("segment");
    TCase *tcase = tcase_create("segment");

    tcase_add_test(tcase, the_last_claim_owns);
    tcase_add_test(tcase, addresses_are_owned_apart);
    suite_add_tcase(suite, tcase);
    return suite;
}
