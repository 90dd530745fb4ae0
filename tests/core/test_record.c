#include "core/packet.h"
#include "core/record.h"
#include "tests/core/dice.h"
#include "tests/core/suites.h"

#include <string.h>

static const struct record sample = {
    .real = {0x0A000103, 8001},
    .foreign = {0xC6336407, 40000},
    .virtual = {0xC0000250, 80},
    .bind_id = 259,
    .protocol = PROTOCOL_TCP,
    .flags = RECORD_PM_COUNTED | RECORD_VM_COUNTED,
};

/* ---- tests */

/* One record, byte for byte as the picture in record.h draws it. */
START_TEST(encodes_as_drawn)
{
    static const uint8_t expected[32] = {
        'L', 'D', 1, 1, 0, 0, 0, 0, 10, 0, 1, 3, 198, 51, 100, 7, 192, 0, 2, 80,
        0x1F, 0x41, 0x9C, 0x40, 0, 80, 1, 3, 6, 3, 0, 0,
    };
    uint8_t bytes[RECORD_DATAGRAM_MAX];
    ck_assert_uint_eq(record_encode(&sample, 1, bytes), sizeof expected);
    ck_assert_mem_eq(bytes, expected, sizeof expected);
}
END_TEST

/* The fields one by one: records hold padding that means nothing. */
static void assert_same(const struct record *a, const struct record *b)
{
    ck_assert(address_equal(a->real, b->real));
    ck_assert(address_equal(a->foreign, b->foreign));
    ck_assert(address_equal(a->virtual, b->virtual));
    ck_assert_uint_eq(a->bind_id, b->bind_id);
    ck_assert_uint_eq(a->protocol, b->protocol);
    ck_assert_uint_eq(a->flags, b->flags);
}

static struct address random_address(struct dice *dice)
{
    return (struct address){(uint32_t)dice_throw(dice), (uint16_t)dice_throw(dice)};
}

/* Any records, one or two to a datagram, come out as they went in. */
START_TEST(comes_back_as_it_went)
{
    struct dice dice = {(uint64_t)_i};
    for (unsigned round = 0; round < 1000; round++) {
        struct record in[RECORD_COUNT_MAX], out[RECORD_COUNT_MAX];
        uint8_t bytes[RECORD_DATAGRAM_MAX];
        unsigned decoded, count = 1 + dice_below(&dice, RECORD_COUNT_MAX);
        for (unsigned i = 0; i < count; i++)
            in[i] = (struct record){
                .real = random_address(&dice),
                .foreign = random_address(&dice),
                .virtual = random_address(&dice),
                .bind_id = (uint16_t)dice_throw(&dice),
                .protocol = dice_below(&dice, 2) != 0 ? PROTOCOL_TCP : PROTOCOL_UDP,
                .flags = (uint8_t)dice_throw(&dice),
            };
        size_t length = record_encode(in, count, bytes);
        ck_assert_int_eq(record_decode(bytes, length, out, &decoded), REFUSAL_NONE);
        ck_assert_uint_eq(decoded, count);
        for (unsigned i = 0; i < count; i++)
            assert_same(&in[i], &out[i]);
    }
}
END_TEST

/* A datagram of every length from 0 to 100: nothing but 32 and 56 is read at all, and
 * no byte beyond the length is touched (R-902, R-708; the copy on the heap lets the
 * sanitised build see a read too far). */
START_TEST(accepts_exact_sizes_only)
{
    size_t length = (size_t)_i;
    struct record records[RECORD_COUNT_MAX] = {sample, sample};
    uint8_t whole[100] = {0};
    unsigned count = length == 32 ? 1 : 2;
    record_encode(records, count, whole);
    uint8_t *bytes = g_memdup2(whole, length);
    enum record_refusal refusal = record_decode(bytes, length, records, &count);
    g_free(bytes);
    if (length == 32 || length == 56) {
        ck_assert_int_eq(refusal, REFUSAL_NONE);
        ck_assert_uint_eq(count, length == 32 ? 1 : 2);
    } else {
        ck_assert_int_eq(refusal, REFUSAL_WRONG_SIZE);
        ck_assert_uint_eq(count, 0);
    }
}
END_TEST

/* One byte of a good datagram set to a value: what that must lead to. */
static const struct {
    unsigned records, at;
    uint8_t value;
    enum record_refusal refusal;
} damages[] = {
    {1, 0, 'M', REFUSAL_BAD_MAGIC},      {1, 1, 'H', REFUSAL_BAD_MAGIC},
    {1, 2, 0, REFUSAL_BAD_VERSION},      {1, 2, 2, REFUSAL_BAD_VERSION},
    {1, 3, 0, REFUSAL_BAD_COUNT},        {1, 3, 2, REFUSAL_BAD_COUNT},
    {1, 3, 255, REFUSAL_BAD_COUNT},      {2, 3, 1, REFUSAL_BAD_COUNT},
    {2, 3, 3, REFUSAL_BAD_COUNT},        {1, 4, 1, REFUSAL_BAD_RESERVED},
    {1, 7, 128, REFUSAL_BAD_RESERVED},   {1, 30, 1, REFUSAL_BAD_RESERVED},
    {1, 31, 1, REFUSAL_BAD_RESERVED},    {2, 54, 1, REFUSAL_BAD_RESERVED},
    {1, 28, 0, REFUSAL_BAD_PROTOCOL},    {1, 28, 1, REFUSAL_BAD_PROTOCOL},
    {2, 52, 255, REFUSAL_BAD_PROTOCOL},  {1, 28, PROTOCOL_UDP, REFUSAL_NONE},
    {1, 29, 255, REFUSAL_NONE}, /* flags are the standby's to judge */
};

START_TEST(names_what_is_wrong)
{
    struct record records[RECORD_COUNT_MAX] = {sample, sample};
    uint8_t bytes[RECORD_DATAGRAM_MAX];
    unsigned count;
    size_t length = record_encode(records, damages[_i].records, bytes);
    bytes[damages[_i].at] = damages[_i].value;
    ck_assert_int_eq(record_decode(bytes, length, records, &count), damages[_i].refusal);
    ck_assert((count == 0) == (damages[_i].refusal != REFUSAL_NONE));
}
END_TEST

Suite *record_suite(void)
{
    Suite *suite = suite_create("record");
    TCase *tcase = tcase_create("record");
    tcase_add_test(tcase, encodes_as_drawn);
    tcase_add_loop_test(tcase, comes_back_as_it_went, 0, 5);
    tcase_add_loop_test(tcase, accepts_exact_sizes_only, 0, 101);
    tcase_add_loop_test(tcase, names_what_is_wrong, 0, G_N_ELEMENTS(damages));
    suite_add_tcase(suite, tcase);
    return suite;
}
