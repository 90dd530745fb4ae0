#include "core/serial.h"
#include "tests/core/dice.h"
#include "tests/core/suites.h"

#include <string.h>

/* ---- helpers */

static struct serial_block block_of(unsigned number)
{
    struct serial_block block = {
        .kind = (enum serial_kind)(1 + number % 4),
        .sequence = (uint16_t)(number * 4099),
        .length = (uint8_t)(number * 37 % (SERIAL_PAYLOAD_MAX + 1)),
    };
    for (unsigned i = 0; i < block.length; i++)
        block.payload[i] = (uint8_t)(number + i * (number % 3 == 0 ? 0 : 7)); /* starts too */
    return block;
}

static void assert_same(const struct serial_block *a, const struct serial_block *b)
{
    ck_assert_int_eq(a->kind, b->kind);
    ck_assert_uint_eq(a->sequence, b->sequence);
    ck_assert_uint_eq(a->length, b->length);
    ck_assert_mem_eq(a->payload, b->payload, a->length);
}

/* The blocks from 0 to count as they stand on the line, one behind the other. */
static GByteArray *line_of(unsigned count)
{
    GByteArray *line = g_byte_array_new();
    for (unsigned i = 0; i < count; i++) {
        uint8_t bytes[SERIAL_BLOCK_MAX];
        struct serial_block block = block_of(i);
        g_byte_array_append(line, bytes, (guint)serial_encode(&block, bytes));
    }
    return line;
}

/* Feed all of it and collect what comes out. */
static GArray *receive(struct serial_receiver *receiver, const uint8_t *bytes, size_t length)
{
    GArray *blocks = g_array_new(FALSE, FALSE, sizeof(struct serial_block));
    struct serial_block block;
    while (serial_receive(receiver, &bytes, &length, &block))
        g_array_append_val(blocks, block);
    ck_assert_uint_eq(length, 0);
    return blocks;
}

static uint64_t refused(const struct serial_receiver *receiver)
{
    uint64_t sum = 0;
    for (unsigned i = 0; i < SERIAL_REFUSALS; i++)
        sum += receiver->refusals[i];
    return sum;
}

/* ---- tests */

/* A block of every length and kind comes back as it went, with eight bytes around it, all
 * drawn in serial.h (R-1203). */
START_TEST(comes_back_as_it_went)
{
    for (unsigned i = 0; i < 500; i++) {
        uint8_t bytes[SERIAL_BLOCK_MAX];
        struct serial_receiver receiver = {0};
        struct serial_block block = block_of(i);
        size_t length = serial_encode(&block, bytes);
        ck_assert_uint_eq(length, (size_t)block.length + 8);
        GArray *blocks = receive(&receiver, bytes, length);
        ck_assert_uint_eq(blocks->len, 1);
        assert_same(&g_array_index(blocks, struct serial_block, 0), &block);
        ck_assert_uint_eq(refused(&receiver), 0);
        g_array_free(blocks, TRUE);
    }
}
END_TEST

/* The bytes of one block, written out by hand: the CRC is the one whose value for
 * "123456789" is 29B1 (R-1203). */
START_TEST(is_drawn_as_the_header_says)
{
    static const uint8_t expected[] = {0x7E, 0x01, 0x12, 0x34, 0x02, 0xFD, 'h', 'i', 0x6E, 0xE4};
    struct serial_block block = {SERIAL_DATA, 0x1234, 2, "hi"};
    uint8_t bytes[SERIAL_BLOCK_MAX];
    ck_assert_uint_eq(serial_encode(&block, bytes), sizeof expected);
    ck_assert_mem_eq(bytes, expected, sizeof expected);
}
END_TEST

/* Forty blocks that come in pieces of one to nineteen bytes are forty blocks. */
START_TEST(takes_pieces)
{
    GByteArray *line = line_of(40);
    struct serial_receiver receiver = {0};
    unsigned found = 0;
    for (guint at = 0; at < line->len; at += (guint)_i) {
        GArray *blocks = receive(&receiver, line->data + at, MIN((guint)_i, line->len - at));
        for (guint i = 0; i < blocks->len; i++, found++) {
            struct serial_block expected = block_of(found);
            assert_same(&g_array_index(blocks, struct serial_block, i), &expected);
        }
        g_array_free(blocks, TRUE);
    }
    ck_assert_uint_eq(found, 40);
    ck_assert_uint_eq(refused(&receiver), 0);
    g_byte_array_free(line, TRUE);
}
END_TEST

/* Any one byte of a block turned over costs that block at most, and is counted; the
 * blocks before and behind it come (R-1203). */
START_TEST(one_bad_byte_costs_one_block)
{
    for (unsigned at = 0; at < SERIAL_BLOCK_MAX; at++) {
        uint8_t bytes[3 * SERIAL_BLOCK_MAX];
        struct serial_block blocks[3] = {{SERIAL_DATA, 1, SERIAL_PAYLOAD_MAX, {0}},
                                         {SERIAL_DATA, 2, SERIAL_PAYLOAD_MAX, {0}},
                                         {SERIAL_DATA, 3, SERIAL_PAYLOAD_MAX, {0}}};
        struct serial_receiver receiver = {0};
        for (unsigned i = 0; i < 3; i++)
            serial_encode(&blocks[i], bytes + i * SERIAL_BLOCK_MAX);
        bytes[SERIAL_BLOCK_MAX + at] ^= (uint8_t)(1u << _i);
        GArray *found = receive(&receiver, bytes, sizeof bytes);
        ck_assert_uint_eq(found->len, 2);
        assert_same(&g_array_index(found, struct serial_block, 0), &blocks[0]);
        assert_same(&g_array_index(found, struct serial_block, 1), &blocks[2]);
        ck_assert_uint_gt(refused(&receiver), 0);
        g_array_free(found, TRUE);
    }
}
END_TEST

/* Each reason is counted for itself. */
START_TEST(counts_reasons)
{
    static const struct {
        unsigned at;
        uint8_t value;
        enum serial_refusal refusal;
    } damages[] = {{0, 0x00, SERIAL_NO_START},  {1, 9, SERIAL_BAD_KIND},
                   {4, 3, SERIAL_BAD_LENGTH},   {5, 0xFF, SERIAL_BAD_LENGTH},
                   {6, 'H', SERIAL_BAD_CHECKSUM}, {9, 0, SERIAL_BAD_CHECKSUM}};
    struct serial_block block = {SERIAL_DATA, 0x1234, 2, "hi"};
    uint8_t bytes[SERIAL_BLOCK_MAX];
    struct serial_receiver receiver = {0};
    size_t length = serial_encode(&block, bytes);
    bytes[damages[_i].at] = damages[_i].value;
    GArray *found = receive(&receiver, bytes, length);
    ck_assert_uint_eq(found->len, 0);
    for (unsigned i = SERIAL_NO_START + 1; i < SERIAL_REFUSALS; i++)
        ck_assert_uint_eq(receiver.refusals[i], i == damages[_i].refusal ? 1 : 0);
    ck_assert_uint_eq(receiver.refusals[SERIAL_NO_START],
                      damages[_i].refusal == SERIAL_NO_START ? length : length - 1);
    g_array_free(found, TRUE);
}
END_TEST

/* Noise of any kind, also such as holds start bytes, never becomes a block that was not
 * sent, and the second block behind it comes, the first if the noise did not end in a header. */
START_TEST(survives_noise)
{
    struct dice dice = {.state = (uint64_t)_i + 1};
    uint8_t bytes[600 + 2 * SERIAL_BLOCK_MAX];
    struct serial_receiver receiver = {0};
    for (unsigned i = 0; i < 600; i++)
        bytes[i] = dice_below(&dice, 4) == 0 ? SERIAL_START : (uint8_t)dice_below(&dice, 256);
    struct serial_block blocks[2] = {block_of(3), block_of(7)};
    size_t length = 600 + serial_encode(&blocks[0], bytes + 600);
    length += serial_encode(&blocks[1], bytes + length);
    GArray *found = receive(&receiver, bytes, length);
    ck_assert_uint_ge(found->len, 1);
    assert_same(&g_array_index(found, struct serial_block, found->len - 1), &blocks[1]);
    g_array_free(found, TRUE);
}
END_TEST

Suite *serial_suite(void)
{
    Suite *suite = suite_create("serial");
    TCase *wire = tcase_create("wire");
    tcase_add_test(wire, comes_back_as_it_went);
    tcase_add_test(wire, is_drawn_as_the_header_says);
    tcase_add_loop_test(wire, takes_pieces, 1, 20);
    tcase_add_loop_test(wire, one_bad_byte_costs_one_block, 0, 8);
    tcase_add_loop_test(wire, counts_reasons, 0, 6);
    tcase_add_loop_test(wire, survives_noise, 0, 30);
    suite_add_tcase(suite, wire);
    return suite;
}
