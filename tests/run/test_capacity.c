#include "sim/command/capacity.h"
#include "core/line.h"
#include "sim/network/link.h"
#include "tests/run/suites.h"
#include "tests/run/support.h"

#include <string.h>

/* ---- a line that is always busy, measured */

static struct line *writer, *reader;
static struct link *wire;
static uint64_t number;

static nstime arrival(enum direction direction, nstime now, const struct serial_block *block)
{
    uint8_t bytes[SERIAL_BLOCK_MAX];
    struct passage passage;
    size_t length = serial_encode(block, bytes);
    link_pass(wire, direction, now, ++number, (uint32_t)(length * SERIAL_BITS_A_BYTE / 8),
              &passage);
    ck_assert_uint_eq(passage.copies, 1);
    return passage.arrival[0];
}

/* One block there, and its answer back. */
static nstime round_trip(nstime now)
{
    struct serial_block block, answer, unused;
    ck_assert(line_send(writer, now, &block));
    now = arrival(DIRECTION_FORWARD, now, &block);
    ck_assert_int_eq(line_hear(reader, now, &block, &answer), LINE_ANSWER);
    now = arrival(DIRECTION_REVERSE, now, &answer);
    line_hear(writer, now, &answer, &unused);
    return now;
}

static unsigned lines_read(void)
{
    unsigned count = 0;
    char *text;
    while ((text = line_read(reader)) != NULL) {
        count += *text != '\0';
        g_free(text);
    }
    return count;
}

/* ---- tests */

/* What the serial line is said to be able to carry is what it carries: texts as long as a
 * record, as many as come over in ten minutes, two for each connection (R-1204, R-1203). */
START_TEST(the_line_carries_what_is_said)
{
    static const uint64_t rates[] = {1200, 9600, 115200};
    struct impairment direction = impairment_default();
    direction.rate = rates[_i];
    direction.delay = 200 * NSTIME_US;
    char text[32]; /* and its end: 32 bytes */
    memset(text, 'x', sizeof text);
    text[sizeof text - 1] = '\0';
    writer = line_new(1);
    reader = line_new(2);
    wire = link_new("serial", 1, &direction, &direction);
    unsigned read = 0;
    nstime now = 0, end = 600 * NSTIME_S;
    while (now < end) {
        for (unsigned i = 0; i < 8; i++)
            ck_assert(line_write(writer, text));
        for (unsigned i = 0; i < 2; i++)
            now = round_trip(now);
        read += lines_read();
    }
    double measured = read / 2.0 / ((double)now / NSTIME_S);
    double said = capacity_serial(&direction);
    ck_assert_double_eq_tol(measured, said, said / 50);
    link_free(wire);
    line_free(writer);
    line_free(reader);
}
END_TEST

/* The product's line of 9600 bit/s could tell of 11 connections a second, a network of
 * 100 Mbit/s of more than a hundred thousand (R-1204). */
START_TEST(a_network_carries_ten_thousand_times_as_many)
{
    struct impairment direction = impairment_default();
    direction.rate = 9600;
    ck_assert_double_eq_tol(capacity_serial(&direction), 11.8, 0.1);
    ck_assert_double_eq_tol(capacity_datagrams(100000000), 104167, 1);
}
END_TEST

Suite *capacity_suite(void)
{
    Suite *suite = suite_create("serial capacity");
    TCase *capacity = tcase_create("capacity");
    tcase_set_timeout(capacity, 60);
    tcase_add_loop_test(capacity, the_line_carries_what_is_said, 0, 3);
    tcase_add_test(capacity, a_network_carries_ten_thousand_times_as_many);
    suite_add_tcase(suite, capacity);
    return suite;
}
