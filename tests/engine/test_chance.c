/* Keyed chance: the folding spreads and separates, and a probability means what it says
 * (architecture.md section 4). All keys are fixed, so every figure here is one number. */
#include "sim/engine/chance.h"
#include "tests/engine/suites.h"

#include <glib.h>
#include <math.h>

enum { CELLS = 256, DRAWS = 256 * 1024 };

/* chi-square of counts that should be equal; with 255 degrees of freedom its mean is 255
 * and its sigma 22.6, so these ends are beyond 4.5 sigma. */
static void expect_even(const unsigned counts[CELLS])
{
    double expected = (double)DRAWS / CELLS;
    double chi = 0;

    for (int i = 0; i < CELLS; i++)
        chi += (counts[i] - expected) * (counts[i] - expected) / expected;
    ck_assert_double_ge(chi, 255 - 4.5 * 22.6);
    ck_assert_double_le(chi, 255 + 4.5 * 22.6);
}

/* The published first outputs of splitmix64 from seed 1234567 pin the finaliser. */
START_TEST(the_finaliser_is_splitmix64)
{
    static const uint64_t published[] = {
        UINT64_C(6457827717110365317), UINT64_C(3203168211198807973),
        UINT64_C(9817491932198370423), UINT64_C(4593380528125082431),
        UINT64_C(16408922859458223821),
    };
    uint64_t state = 1234567;

    for (size_t i = 0; i < G_N_ELEMENTS(published); i++) {
        state += UINT64_C(0x9E3779B97F4A7C15);
        ck_assert_uint_eq(chance_mix(state), published[i]);
    }
}
END_TEST

/* Draws for the packets 0, 1, 2, ... of one key fall evenly: in each of the eight bytes. */
START_TEST(counted_keys_fall_evenly)
{
    unsigned counts[CELLS] = { 0 };
    uint64_t key = chance_fold_name(chance_root(1, 0), "replication");

    for (uint64_t i = 0; i < DRAWS; i++)
        counts[chance_fold(key, i) >> (8 * _i) & 0xff]++;
    expect_even(counts);
}
END_TEST

enum neighbours { NEXT_NUMBER, NEXT_KEY, NEXT_REPETITION, NEXT_SEED, SWAPPED, NEIGHBOURS };

static uint64_t neighbour_draw(enum neighbours kind, uint64_t i, uint64_t side)
{
    uint64_t root = chance_root(1, 1);

    switch (kind) {
    case NEXT_NUMBER:
        return chance_fold(root, 2 * i + side);
    case NEXT_KEY:
        return chance_fold(2 * i + side, 7);
    case NEXT_REPETITION:
        return chance_fold(chance_root(1, (uint32_t)side), i);
    case NEXT_SEED: /* seed 1 repetition 1 against seed 2 repetition 0: the same sum */
        return chance_fold(chance_root(1 + side, (uint32_t)(1 - side)), i);
    case SWAPPED: /* (i, 12) against (12, i) */
        return side == 0 ? chance_fold(chance_fold(root, i), 12)
                         : chance_fold(chance_fold(root, 12), i);
    default:
        g_assert_not_reached();
    }
}

/* Two neighbouring keys know nothing of each other: the pairs of four bits from both
 * fall evenly over all 256 pairs. */
START_TEST(neighbours_are_independent)
{
    unsigned counts[CELLS] = { 0 };

    for (uint64_t i = 0; i < DRAWS; i++) {
        uint64_t high = neighbour_draw((enum neighbours)_i, i + 100, 0) >> 60;
        uint64_t low = neighbour_draw((enum neighbours)_i, i + 100, 1) >> 60;
        counts[high << 4 | low]++;
    }
    expect_even(counts);
}
END_TEST

/* Avalanche: turning bit _i of a number over turns every bit of the draw over half of
 * the time (4,096 trials a bit, 5.5 sigma). */
START_TEST(every_bit_reaches_every_bit)
{
    enum { TRIALS = 4096 };
    unsigned turned[64] = { 0 };

    for (uint64_t trial = 0; trial < TRIALS; trial++) {
        uint64_t number = chance_mix(trial);
        uint64_t turns =
            chance_fold(9, number) ^ chance_fold(9, number ^ UINT64_C(1) << (unsigned)_i);
        for (unsigned bit = 0; bit < 64; bit++)
            turned[bit] += (unsigned)(turns >> bit & 1);
    }
    for (int bit = 0; bit < 64; bit++)
        ck_assert_double_le(fabs(turned[bit] - TRIALS / 2.0), 5.5 * sqrt(TRIALS) / 2);
}
END_TEST

/* Names that share a beginning, or are cut at another place, are other keys. */
START_TEST(names_are_told_apart)
{
    static const char *const names[] = { "",         "a",         "b",       "ab",  "ba",
                                         "abcdefgh", "abcdefghi", "abcdefg", "a b", "A" };
    for (size_t i = 0; i < G_N_ELEMENTS(names); i++)
        for (size_t j = 0; j < i; j++)
            ck_assert_uint_ne(chance_fold_name(3, names[i]), chance_fold_name(3, names[j]));
    ck_assert_uint_ne(chance_fold_name(chance_fold_name(3, "ab"), "c"),
                      chance_fold_name(chance_fold_name(3, "a"), "bc"));
}
END_TEST

/* The keys of runs are part of every committed result: they do not change unnoticed. */
START_TEST(the_root_of_a_run_stays)
{
    ck_assert_uint_eq(chance_root(1, 0), UINT64_C(10978315989840751194));
    ck_assert_uint_eq(chance_root(20260101, 117), UINT64_C(17385258390995767548));
    ck_assert_uint_eq(chance_fold_name(chance_root(1, 0), "replication"),
                      UINT64_C(5805999202130929413));
}
END_TEST

/* Thresholds are whole numbers: 2^64 times the share, rounded down; 0 never occurs and
 * 1 always does, at either end of the draws. */
START_TEST(a_probability_is_exact_at_both_ends)
{
    ck_assert_uint_eq(probability_from_share(0.05).threshold, UINT64_C(922337203685477580));
    ck_assert_uint_eq(probability_from_ppb(1).threshold, UINT64_C(18446744073));
    ck_assert(!chance_occurs(0, probability_from_share(0)));
    ck_assert(chance_occurs(UINT64_MAX, probability_from_share(1)));
    ck_assert(chance_occurs(0, probability_from_ppb(1)));
    ck_assert(!chance_occurs(UINT64_MAX, probability_from_ppb(999999999)));
}
END_TEST

/* A share of so many parts per billion comes back as the very same double. */
START_TEST(a_share_comes_back)
{
    for (uint64_t ppb = 0; ppb <= 1000000000; ppb += 999983) {
        double share = (double)ppb / 1e9;
        ck_assert(probability_share(probability_from_share(share)) == share);
    }
    ck_assert(probability_share(probability_from_share(1)) == 1.0);
    ck_assert(probability_share(probability_from_ppb(1)) == 1e-9);
}
END_TEST

/* A million draws at each share: the count lies within 4.5 sigma of it. */
START_TEST(a_probability_occurs_as_often_as_it_says)
{
    static const double shares[] = { 0.0001, 0.01, 0.05, 0.3, 0.5, 0.9 };
    enum { TRIALS = 1000000 };
    struct probability probability = probability_from_share(shares[_i]);
    double sigma = sqrt(TRIALS * shares[_i] * (1 - shares[_i]));
    unsigned count = 0;

    for (uint64_t i = 0; i < TRIALS; i++)
        count += chance_occurs(chance_fold(77, i), probability);
    ck_assert_double_le(fabs(count - TRIALS * shares[_i]), 4.5 * sigma);
}
END_TEST

/* The unit interval is open: the first and the last draw stay inside, and symmetric. */
START_TEST(a_unit_is_never_0_nor_1)
{
    ck_assert(chance_unit(0) == 0x1p-53);
    ck_assert(chance_unit(UINT64_MAX) == 1 - 0x1p-53);
    for (uint64_t i = 0; i < 1000; i++) {
        uint64_t draw = chance_mix(i);
        ck_assert(chance_unit(draw) + chance_unit(~draw) == 1.0);
    }
}
END_TEST

Suite *chance_suite(void)
{
    Suite *suite = suite_create("chance");
    TCase *tcase = tcase_create("chance");

    tcase_add_test(tcase, the_finaliser_is_splitmix64);
    tcase_add_loop_test(tcase, counted_keys_fall_evenly, 0, 8);
    tcase_add_loop_test(tcase, neighbours_are_independent, 0, NEIGHBOURS);
    tcase_add_loop_test(tcase, every_bit_reaches_every_bit, 0, 64);
    tcase_add_test(tcase, names_are_told_apart);
    tcase_add_test(tcase, the_root_of_a_run_stays);
    tcase_add_test(tcase, a_probability_is_exact_at_both_ends);
    tcase_add_test(tcase, a_share_comes_back);
    tcase_add_loop_test(tcase, a_probability_occurs_as_often_as_it_says, 0, 6);
    tcase_add_test(tcase, a_unit_is_never_0_nor_1);
    suite_add_tcase(suite, tcase);
    return suite;
}
