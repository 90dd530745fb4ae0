#include "core/header.h"
#include "tests/core/dice.h"
#include "tests/core/suites.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

enum { FRAME_MAX = 60 + 60 + 64 };

/* ---- helpers: a second, plain reading of the checksum rules (RFC 1071) */

static uint32_t add_words(const uint8_t *bytes, size_t length, uint32_t sum)
{
    for (size_t i = 0; i + 1 < length; i += 2)
        sum += (uint32_t)(bytes[i] << 8 | bytes[i + 1]);
    if (length % 2 != 0)
        sum += (uint32_t)(bytes[length - 1] << 8);
    return sum;
}

static uint16_t complement(uint32_t sum)
{
    while (sum > 0xFFFF)
        sum = (sum & 0xFFFF) + (sum >> 16);
    return (uint16_t)(0xFFFF - sum);
}

static void store16(uint8_t *bytes, uint16_t value)
{
    bytes[0] = (uint8_t)(value >> 8);
    bytes[1] = (uint8_t)value;
}

static size_t checksum_place(const uint8_t *frame)
{
    return (size_t)(frame[0] & 15) * 4 + (frame[9] == PROTOCOL_TCP ? 16 : 6);
}

/* All checksums computed anew over the whole packet; a UDP packet without one
 * stays without. */
static void recompute(uint8_t *frame, size_t length)
{
    size_t ip_header = (size_t)(frame[0] & 15) * 4;
    store16(frame + 10, 0);
    store16(frame + 10, complement(add_words(frame, ip_header, 0)));
    uint8_t *field = frame + checksum_place(frame);
    bool none = frame[9] == PROTOCOL_UDP && field[0] == 0 && field[1] == 0;
    if (none)
        return;
    store16(field, 0);
    uint32_t pseudo = add_words(frame + 12, 8, frame[9]) + (uint32_t)(length - ip_header);
    uint16_t checksum = complement(add_words(frame + ip_header, length - ip_header, pseudo));
    store16(field, frame[9] == PROTOCOL_UDP && checksum == 0 ? 0xFFFF : checksum);
}

/* A random good packet: options in both headers, odd payloads, some words of
 * zeros and ones, which is where ones' complement sums go wrong. */
static size_t random_frame(struct dice *dice, uint8_t *frame)
{
    bool tcp = dice_below(dice, 3) != 0;
    size_t ip_header = 20 + 4 * (size_t)dice_below(dice, 11);
    size_t header = tcp ? 20 + 4 * (size_t)dice_below(dice, 11) : 8;
    size_t length = ip_header + header + dice_below(dice, 64);
    unsigned extremes = dice_below(dice, 4);
    for (size_t i = 0; i < length; i++)
        frame[i] = (uint8_t)(dice_below(dice, 4) < extremes ? -(int)dice_below(dice, 2)
                                                            : (int)dice_below(dice, 256));
    frame[0] = (uint8_t)(0x40 | ip_header / 4);
    store16(frame + 2, (uint16_t)length);
    store16(frame + 6, 0x4000);
    frame[9] = tcp ? PROTOCOL_TCP : PROTOCOL_UDP;
    uint8_t *transport = frame + ip_header;
    if (tcp)
        transport[12] = (uint8_t)(header / 4 << 4);
    else
        store16(transport + 4, (uint16_t)(length - ip_header));
    store16(frame + checksum_place(frame), (uint16_t)dice_below(dice, 8)); /* 0: no checksum */
    recompute(frame, length);
    return length;
}

static struct packet readdressed(struct dice *dice, struct packet packet)
{
    uint64_t bits = dice_throw(dice);
    if (bits & 1)
        packet.source_ip = (uint32_t)dice_throw(dice);
    if (bits & 2)
        packet.destination_ip = bits & 4 ? 0 : UINT32_MAX;
    if (bits & 8)
        packet.source_port = (uint16_t)dice_throw(dice);
    if (bits & 16)
        packet.destination_port = bits & 32 ? 0 : UINT16_MAX;
    return packet;
}

static bool same_addresses(const struct packet *a, const struct packet *b)
{
    return a->source_ip == b->source_ip && a->destination_ip == b->destination_ip
           && a->source_port == b->source_port && a->destination_port == b->destination_port;
}

/* A valid frame of 20 + 20 bytes to spoil. */
static size_t plain_frame(uint8_t *frame)
{
    struct packet packet = {
        .source_ip = 0xC6336407, .destination_ip = 0xC0000250, .source_port = 40000,
        .destination_port = 80, .sequence = 1000, .acknowledgement = 2000,
        .protocol = PROTOCOL_TCP, .flags = TCP_RST | TCP_ACK,
    };
    header_build(&packet, frame);
    return HEADER_BUILT_SIZE;
}

/* ---- tests: rewriting */

/* 100,000 random packets are rewritten to new addresses and back. After each step
 * the checksums equal a full recomputation, and at the end every byte is what it
 * was. Ten seeds of 10,000. */
START_TEST(rewrites_there_and_back)
{
    struct dice dice = {(uint64_t)_i};
    uint8_t frame[FRAME_MAX], before[FRAME_MAX], full[FRAME_MAX];
    for (int i = 0; i < 10000; i++) {
        struct packet original, read;
        size_t length = random_frame(&dice, frame);
        memcpy(before, frame, length);
        ck_assert_int_eq(header_parse(frame, length, &original), HEADER_OK);
        struct packet changed = readdressed(&dice, original);

        header_rewrite(frame, length, &changed);
        memcpy(full, frame, length);
        recompute(full, length);
        ck_assert_mem_eq(frame, full, length);
        ck_assert_int_eq(header_parse(frame, length, &read), HEADER_OK);
        ck_assert(same_addresses(&read, &changed));

        header_rewrite(frame, length, &original);
        ck_assert_mem_eq(frame, before, length);
    }
}
END_TEST

/* A UDP packet whose checksum is computed as zero carries ones instead, for zero
 * means none (RFC 768): every destination port is tried, so that sum is met. */
START_TEST(udp_zero_becomes_ones)
{
    uint8_t frame[28] = {0x45, 0, 0, 28, 0, 0, 0, 0, 64, PROTOCOL_UDP, 0, 0, 10, 0, 0, 1,
                         10, 0, 0, 2, 1, 2, 3, 4, 0, 8, 1, 1};
    unsigned met = 0;
    recompute(frame, sizeof frame);
    for (unsigned port = 0; port <= UINT16_MAX; port++) {
        struct packet packet;
        ck_assert_int_eq(header_parse(frame, sizeof frame, &packet), HEADER_OK);
        packet.destination_port = (uint16_t)port;
        header_rewrite(frame, sizeof frame, &packet);
        ck_assert(frame[26] != 0 || frame[27] != 0);
        met += frame[26] == 0xFF && frame[27] == 0xFF;
    }
    ck_assert_uint_eq(met, 1);
}
END_TEST

/* A wrong checksum stays as wrong as it was: the rewrite does not hide what the
 * wire has spoilt. */
START_TEST(wrong_stays_wrong)
{
    uint8_t frame[FRAME_MAX], full[FRAME_MAX];
    struct packet packet;
    size_t length = plain_frame(frame);
    frame[28] ^= 0x10; /* the acknowledgement number */
    ck_assert_int_eq(header_parse(frame, length, &packet), HEADER_OK);
    packet.destination_ip = 0x0A000103;
    header_rewrite(frame, length, &packet);
    memcpy(full, frame, length);
    recompute(full, length);
    ck_assert_mem_eq(frame, full, 20); /* the IP header was right, and is */
    ck_assert_mem_ne(frame, full, length);
}
END_TEST

/* ---- tests: reading */

/* Every field of a packet comes out as it stands in the bytes, the host's own
 * fields as zero. */
START_TEST(reads_all_fields)
{
    static const uint8_t frame[] = {
        0x46, 0x00, 0x00, 0x33, 0x12, 0x34, 0x40, 0x00, 0x40, 0x06, 0x00, 0x00, /* IP */
        198, 51, 100, 7, 192, 0, 2, 80, 1, 1, 1, 1,             /* with an option */
        0x9C, 0x40, 0x00, 0x50, 0x11, 0x22, 0x33, 0x44, 0x55, 0x66, 0x77, 0x88, /* TCP */
        0x60, 0xD9, 0xFF, 0xFF, 0, 0, 0, 0, 1, 1, 1, 1,         /* with an option */
        'a', 'b', 'c',
    };
    struct packet packet;
    memset(&packet, 0xAA, sizeof packet);
    ck_assert_int_eq(header_parse(frame, sizeof frame, &packet), HEADER_OK);
    ck_assert_uint_eq(packet.source_ip, 0xC6336407);
    ck_assert_uint_eq(packet.destination_ip, 0xC0000250);
    ck_assert_uint_eq(packet.source_port, 40000);
    ck_assert_uint_eq(packet.destination_port, 80);
    ck_assert_uint_eq(packet.sequence, 0x11223344);
    ck_assert_uint_eq(packet.acknowledgement, 0x55667788);
    ck_assert_uint_eq(packet.payload_length, 3);
    ck_assert_uint_eq(packet.protocol, PROTOCOL_TCP);
    ck_assert_uint_eq(packet.flags, TCP_FIN | TCP_PSH | TCP_ACK); /* ECE and CWR are not ours */
    ck_assert(packet.payload == 0 && packet.tag == 0 && packet.serial == 0 && packet.epoch == 0);
}
END_TEST

/* Each way in which bytes can fail to be a packet is named by its own word, and
 * the packet is left alone. A row puts value at offset of a good TCP packet. */
START_TEST(refuses_with_reason)
{
    static const struct {
        unsigned offset;
        uint8_t value;
        enum header_refusal refusal;
        const char *word;
    } cases[] = {
        {0, 0x65, HEADER_BAD_VERSION, "bad-version"},
        {0, 0x44, HEADER_BAD_IP_LENGTH, "bad-ip-length"},
        {0, 0x4F, HEADER_BAD_IP_LENGTH, "bad-ip-length"},
        {0, 0x46, HEADER_TOO_SHORT, "too-short"}, /* 16 bytes are left for TCP */
        {3, 39, HEADER_BAD_TOTAL_LENGTH, "bad-total-length"},
        {3, 41, HEADER_BAD_TOTAL_LENGTH, "bad-total-length"},
        {2, 1, HEADER_BAD_TOTAL_LENGTH, "bad-total-length"},
        {6, 0x20, HEADER_FRAGMENT, "fragment"}, /* more fragments */
        {7, 0x01, HEADER_FRAGMENT, "fragment"}, /* an offset */
        {6, 0x10, HEADER_FRAGMENT, "fragment"},
        {9, 1, HEADER_BAD_PROTOCOL, "bad-protocol"},
        {9, 47, HEADER_BAD_PROTOCOL, "bad-protocol"},
        {32, 0x40, HEADER_BAD_TCP_LENGTH, "bad-tcp-length"},
        {32, 0x60, HEADER_BAD_TCP_LENGTH, "bad-tcp-length"},
        {9, PROTOCOL_UDP, HEADER_BAD_UDP_LENGTH, "bad-udp-length"}, /* of 0 bytes, by byte 25 */
    };
    uint8_t frame[FRAME_MAX];
    struct packet packet = {.sequence = 77};
    size_t length = plain_frame(frame);
    memset(frame + 24, 0, 2);
    frame[cases[_i].offset] = cases[_i].value;
    ck_assert_int_eq(header_parse(frame, length, &packet), cases[_i].refusal);
    ck_assert_str_eq(header_word(cases[_i].refusal), cases[_i].word);
    ck_assert_uint_eq(packet.sequence, 77);
}
END_TEST

/* A good packet cut to every length from 0 to 100 and one grown by rubbish is
 * refused, and nothing behind its end is read: the sanitised build watches the
 * exact allocation. */
START_TEST(never_reads_past_the_end)
{
    struct dice dice = {7};
    uint8_t frame[FRAME_MAX];
    for (unsigned round = 0; round < 200; round++) {
        size_t whole = random_frame(&dice, frame);
        size_t length = (size_t)_i;
        struct packet packet;
        uint8_t *exact = malloc(length + (length == 0));
        memcpy(exact, frame, length < whole ? length : whole);
        if (length > whole)
            memset(exact + whole, 0x55, length - whole);
        enum header_refusal refusal = header_parse(exact, length, &packet);
        ck_assert_int_eq(refusal == HEADER_OK, length == whole);
        free(exact);
    }
}
END_TEST

/* Rubbish of every length with a plausible start: whatever is accepted can be
 * rewritten within its bytes. */
START_TEST(survives_rubbish)
{
    struct dice dice = {(uint64_t)_i};
    unsigned accepted = 0;
    for (unsigned round = 0; round < 2000; round++) {
        size_t length = (size_t)_i;
        struct packet packet;
        uint8_t *exact = malloc(length + (length == 0));
        for (size_t i = 0; i < length; i++)
            exact[i] = (uint8_t)dice_throw(&dice);
        if (length >= 20) {
            exact[0] = (uint8_t)(0x40 | dice_below(&dice, 16));
            store16(exact + 2, (uint16_t)length);
            store16(exact + 6, 0);
            exact[9] = dice_below(&dice, 2) != 0 ? PROTOCOL_TCP : PROTOCOL_UDP;
        }
        if (header_parse(exact, length, &packet) == HEADER_OK) {
            accepted++;
            header_rewrite(exact, length, &packet);
            ck_assert_uint_le(packet.payload_length, length - 28);
        }
        free(exact);
    }
    if (_i < 28) /* the smallest headers, IP and UDP */
        ck_assert_uint_eq(accepted, 0);
    if (_i >= 40) /* IP and TCP */
        ck_assert_uint_gt(accepted, 0);
}
END_TEST

/* ---- tests: building */

/* A built reset reads back as what was asked for, with right checksums. */
START_TEST(builds_what_reads_back)
{
    struct dice dice = {3};
    for (int i = 0; i < 1000; i++) {
        uint8_t frame[HEADER_BUILT_SIZE], full[HEADER_BUILT_SIZE];
        struct packet read, packet = {
            .source_ip = (uint32_t)dice_throw(&dice),
            .destination_ip = (uint32_t)dice_throw(&dice),
            .source_port = (uint16_t)dice_throw(&dice),
            .destination_port = (uint16_t)dice_throw(&dice),
            .sequence = (uint32_t)dice_throw(&dice),
            .acknowledgement = (uint32_t)dice_throw(&dice),
            .protocol = PROTOCOL_TCP,
            .flags = TCP_RST | TCP_ACK,
        };
        header_build(&packet, frame);
        memcpy(full, frame, sizeof full);
        recompute(full, sizeof full);
        ck_assert_mem_eq(frame, full, sizeof full);
        ck_assert_int_eq(header_parse(frame, sizeof frame, &read), HEADER_OK);
        ck_assert(same_addresses(&read, &packet));
        ck_assert_uint_eq(read.sequence, packet.sequence);
        ck_assert_uint_eq(read.acknowledgement, packet.acknowledgement);
        ck_assert_uint_eq(read.flags, packet.flags);
    }
}
END_TEST

Suite *header_suite(void)
{
    Suite *suite = suite_create("header");
    TCase *rewrite = tcase_create("rewrite");
    tcase_add_loop_test(rewrite, rewrites_there_and_back, 0, 10);
    tcase_add_test(rewrite, udp_zero_becomes_ones);
    tcase_add_test(rewrite, wrong_stays_wrong);
    suite_add_tcase(suite, rewrite);
    TCase *parse = tcase_create("parse");
    tcase_add_test(parse, reads_all_fields);
    tcase_add_loop_test(parse, refuses_with_reason, 0, 15);
    tcase_add_loop_test(parse, never_reads_past_the_end, 0, 101);
    tcase_add_loop_test(parse, survives_rubbish, 0, 101);
    suite_add_tcase(suite, parse);
    TCase *build = tcase_create("build");
    tcase_add_test(build, builds_what_reads_back);
    suite_add_tcase(suite, build);
    return suite;
}
