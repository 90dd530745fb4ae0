/* The wire of the protocol "understudy". */
#include "core/understudy_wire.h"
#include "core/packet.h"
#include "tests/core/suites.h"

#include <glib.h>
#include <string.h>

static struct slot_record full_record(uint32_t slot)
{
    return (struct slot_record){
        .slot = slot,
        .version = 7,
        .full = true,
        .record = {{0x0A000101, 80}, {0xC6336401, 40000}, {0xC0000250, 80}, 3, PROTOCOL_TCP,
                   RECORD_PM_COUNTED | RECORD_VM_COUNTED},
    };
}

static struct understudy_message data_message(void)
{
    struct understudy_message message = {
        .kind = UNDERSTUDY_KIND_DATA,
        .data = {.epoch = 9, .sequence = 70, .base = 69, .count = 2},
    };
    message.data.records[0] = full_record(5);
    message.data.records[1] = (struct slot_record){.slot = 6, .version = 65535};
    return message;
}

static struct understudy_message message_of(int number)
{
    struct understudy_message digest = {.kind = UNDERSTUDY_KIND_DIGEST};
    digest.digest = (struct understudy_digest){.epoch = 9, .page = 64, .mask = 5};
    digest.digest.digests[0] = 1;
    digest.digest.digests[2] = UINT64_MAX;
    switch (number) {
    case 0: return data_message();
    case 1:
        return (struct understudy_message){.kind = UNDERSTUDY_KIND_ACK,
                                           .ack = {9, 68, UINT64_C(1) << 63, 70}};
    case 2: return digest;
    default:
        return (struct understudy_message){.kind = UNDERSTUDY_KIND_VERDICT,
                                           .verdict = {9, 64, 5, 4}};
    }
}

static const size_t sizes[] = {12 + 28 + 8, 20, 20 + 2 * 8, 28};

/* Each message has the size that the drawing says, and is read as it was written. */
START_TEST(messages_come_back)
{
    struct understudy_message message = message_of(_i), read;
    uint8_t bytes[UNDERSTUDY_DATAGRAM_MAX], again[UNDERSTUDY_DATAGRAM_MAX];
    size_t length = understudy_encode(&message, bytes);
    ck_assert_uint_eq(length, sizes[_i]);
    ck_assert_int_eq(understudy_decode(bytes, length, &read), REFUSAL_NONE);
    ck_assert_uint_eq(understudy_encode(&read, again), length);
    ck_assert_mem_eq(bytes, again, length);
}
END_TEST

/* Cut short anywhere it is refused, and so it is with a byte too many. Nothing is read beyond its
 * end (the sanitisers watch). */
START_TEST(truncated_ones_are_refused)
{
    struct understudy_message message = message_of(_i), read;
    uint8_t bytes[UNDERSTUDY_DATAGRAM_MAX] = {0};
    size_t length = understudy_encode(&message, bytes);
    for (size_t cut = 0; cut <= length + 1; cut++) {
        uint8_t *exact = g_memdup2(bytes, MAX(cut, 1));
        ck_assert_int_eq(understudy_decode(exact, cut, &read) == REFUSAL_NONE, cut == length);
        g_free(exact);
    }
}
END_TEST

static const struct {
    size_t at;
    uint8_t byte;
    enum record_refusal refusal;
} wrong[] = {
    {0, 0x4C, REFUSAL_BAD_MAGIC},          {1, 9, REFUSAL_BAD_VERSION},
    {7, 64, REFUSAL_BAD_COUNT} /* beyond the window */,
    {7, 70, REFUSAL_BAD_COUNT} /* before the first */,
    {15, 0, REFUSAL_BAD_COUNT} /* slot 0 */, {12, 0xFF, REFUSAL_BAD_COUNT},
    {18, 1, REFUSAL_BAD_FLAGS},            {19, 1, REFUSAL_BAD_PROTOCOL},
    {47, 6, REFUSAL_BAD_RESERVED},
};

/* One bit wrong, wherever it is, and all is refused: no slot number claims memory, no number
 * acknowledges what was lost. */
START_TEST(damaged_ones_are_refused)
{
    struct understudy_message message = message_of(_i), read;
    uint8_t bytes[UNDERSTUDY_DATAGRAM_MAX];
    size_t length = understudy_encode(&message, bytes);
    for (size_t bit = 0; bit < 8 * length; bit++) {
        bytes[bit / 8] ^= (uint8_t)(1 << bit % 8);
        ck_assert_int_ne(understudy_decode(bytes, length, &read), REFUSAL_NONE);
        bytes[bit / 8] ^= (uint8_t)(1 << bit % 8);
    }
    bytes[length - 1] ^= 1;
    ck_assert_int_eq(understudy_decode(bytes, length, &read), REFUSAL_BAD_CHECK);
}
END_TEST

/* What cannot be is refused for its reason, though its check is right. */
START_TEST(wrong_ones_are_refused)
{
    struct understudy_message message = data_message(), read;
    uint8_t bytes[UNDERSTUDY_DATAGRAM_MAX];
    size_t length = understudy_encode(&message, bytes);
    bytes[wrong[_i].at] = wrong[_i].byte;
    understudy_seal(bytes, length);
    ck_assert_int_eq(understudy_decode(bytes, length, &read), wrong[_i].refusal);
}
END_TEST

/* An empty slot weighs nothing in a digest; another slot, version or machine weighs
 * otherwise. */
START_TEST(hashes_tell_contents_apart)
{
    struct slot_record one = full_record(5), other = full_record(6);
    uint64_t hash = understudy_hash(&one);
    ck_assert_uint_ne(hash, 0);
    ck_assert_uint_ne(understudy_hash(&other), hash);
    other = one;
    other.version++;
    ck_assert_uint_ne(understudy_hash(&other), hash);
    other = one;
    other.record.real.ip++;
    ck_assert_uint_ne(understudy_hash(&other), hash);
    other.full = false;
    ck_assert_uint_eq(understudy_hash(&other), 0);
}
END_TEST

Suite *understudy_wire_suite(void)
{
    Suite *suite = suite_create("understudy/wire");
    TCase *tcase = tcase_create("wire");
    tcase_add_loop_test(tcase, messages_come_back, 0, G_N_ELEMENTS(sizes));
    tcase_add_loop_test(tcase, truncated_ones_are_refused, 0, G_N_ELEMENTS(sizes));
    tcase_add_loop_test(tcase, damaged_ones_are_refused, 0, G_N_ELEMENTS(sizes));
    tcase_add_loop_test(tcase, wrong_ones_are_refused, 0, G_N_ELEMENTS(wrong));
    tcase_add_test(tcase, hashes_tell_contents_apart);
    suite_add_tcase(suite, tcase);
    return suite;
}
