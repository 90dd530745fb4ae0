#include "core/line.h"
#include "tests/core/dice.h"
#include "tests/core/suites.h"

#include <string.h>

/* ---- fixture: two ends, and a line between them that fails as a test wants */

enum { TEXTS = 40, TRIP = 30 }; /* ms from end to end */

struct flight {
    nstime arrival;
    unsigned to;
    struct serial_block block;
};

static struct line *ends[2];
static GArray *air; /* struct flight, in order of arrival */
static GString *heard[2]; /* the lines that an end read, each with its end */
static unsigned sent, forgotten;
static nstime now;

static void set_up(void)
{
    air = g_array_new(FALSE, FALSE, sizeof(struct flight));
    for (unsigned i = 0; i < 2; i++) {
        ends[i] = line_new(1000 + i);
        heard[i] = g_string_new(NULL);
    }
    now = 0;
    sent = forgotten = 0;
}

static void tear_down(void)
{
    for (unsigned i = 0; i < 2; i++) {
        line_free(ends[i]);
        g_string_free(heard[i], TRUE);
    }
    g_array_free(air, TRUE);
}

/* Whether the n-th block of the run is lost, damaged, doubled; NULL: never. */
typedef unsigned (*fate)(unsigned number);

static void fly(unsigned to, const struct serial_block *block, fate copies)
{
    unsigned count = copies != NULL ? copies(sent) : 1;
    sent++;
    for (unsigned i = 0; i < count; i++) {
        struct flight flight = {now + TRIP * NSTIME_MS, to, *block};
        g_array_append_val(air, flight);
    }
}

static void take_all(unsigned end)
{
    char *text;
    while ((text = line_read(ends[end])) != NULL) {
        if (*text == '\0')
            g_string_truncate(heard[end], 0);
        else
            g_string_append_printf(heard[end], "%s\n", text);
        g_free(text);
    }
}

static void land(fate copies)
{
    struct serial_block answer;
    struct flight flight = g_array_index(air, struct flight, 0);
    g_array_remove_index(air, 0);
    now = flight.arrival;
    enum line_heard result = line_hear(ends[flight.to], now, &flight.block, &answer);
    forgotten += result == LINE_NEW_PEER;
    if (result == LINE_ANSWER)
        fly(1 - flight.to, &answer, copies);
    take_all(flight.to);
}

/* Let time pass until nothing is left to say, or until then. */
static void run(nstime then, fate copies)
{
    struct serial_block block;
    for (;;) {
        for (unsigned i = 0; i < 2; i++)
            while (line_send(ends[i], now, &block))
                fly(1 - i, &block, copies);
        nstime next = MIN(line_deadline(ends[0]), line_deadline(ends[1]));
        nstime arrival = air->len > 0 ? g_array_index(air, struct flight, 0).arrival
                                      : NSTIME_NEVER;
        if (MIN(next, arrival) > then || MIN(next, arrival) == NSTIME_NEVER)
            return;
        if (arrival <= next)
            land(copies);
        else
            now = next;
    }
}

static char *text_of(unsigned number)
{
    return g_strdup_printf("bind 192.0.2.%u:80 10.0.1.%u:80 and so on to %0*u", number, number,
                           (int)(number * 7 % 200 + 1), number);
}

/* Texts from..to are written by an end, and what they look like when all are read. */
static char *write_texts(unsigned end, unsigned from, unsigned to)
{
    GString *all = g_string_new(NULL);
    for (unsigned i = from; i < to; i++) {
        char *text = text_of(i);
        ck_assert(line_write(ends[end], text));
        g_string_append_printf(all, "%s\n", text);
        g_free(text);
    }
    return g_string_free(all, FALSE);
}

/* Without a message: they are long. */
static void assert_heard(unsigned end, const char *expected)
{
    ck_assert(strcmp(heard[end]->str, expected) == 0);
}

/* ---- tests */

/* Lines of all lengths come over as they went, in order, both ways at once; a line that has
 * nothing to say says nothing (R-1203). */
START_TEST(carries_text)
{
    ck_assert_int_eq(line_deadline(ends[0]), NSTIME_NEVER);
    char *there = write_texts(0, 0, TEXTS), *back = write_texts(1, 50, 60);
    run(NSTIME_MIN, NULL);
    assert_heard(1, there);
    assert_heard(0, back);
    ck_assert_int_eq(line_deadline(ends[0]), NSTIME_NEVER);
    ck_assert_uint_eq(air->len, 0);
    g_free(there);
    g_free(back);
}
END_TEST

static unsigned which;

static unsigned lose_nth(unsigned number)
{
    return number % (which + 3) == which ? 0 : 1;
}

static unsigned lose_one(unsigned number)
{
    return number == which ? 0 : 1;
}

static unsigned double_all(unsigned number)
{
    (void)number;
    return 2;
}

static unsigned lose_most(unsigned number)
{
    struct dice dice = {.state = number * 77 + which};
    return dice_below(&dice, 3);
}

/* Whichever block is lost, data or acknowledgement or question, everything comes once and in
 * order; also when each n-th is lost, all come twice, or any come never, once or twice. */
START_TEST(outlives_any_loss)
{
    static const fate fates[] = {lose_one, lose_nth, double_all, lose_most};
    which = (unsigned)_i / 4;
    char *there = write_texts(0, 0, TEXTS);
    run(600 * NSTIME_MIN, fates[_i % 4]);
    assert_heard(1, there);
    ck_assert_int_eq(line_deadline(ends[0]), NSTIME_NEVER);
    g_free(there);
}
END_TEST

static unsigned lose_all(unsigned number)
{
    (void)number;
    return 0;
}

/* When nobody answers, the wait doubles from a second to a minute and never ends: 69 blocks
 * in an hour. Once somebody listens, everything comes. */
START_TEST(backs_off_and_never_gives_up)
{
    char *there = write_texts(0, 0, 3);
    run(60 * NSTIME_MIN, lose_all);
    ck_assert_uint_ge(sent, 60);
    ck_assert_uint_le(sent, 70);
    run(62 * NSTIME_MIN, NULL);
    assert_heard(1, there);
    g_free(there);
}
END_TEST

/* Whoever knows that the other end is there does not wait out what silence has taught. */
START_TEST(wakes)
{
    char *there = write_texts(0, 0, 3);
    run(10 * NSTIME_MIN, lose_all);
    now = 10 * NSTIME_MIN;
    line_wake(ends[0]);
    run(10 * NSTIME_MIN + NSTIME_S, NULL);
    assert_heard(1, there);
    g_free(there);
}
END_TEST

/* The reader starts again in the middle: the writer hears of it, forgets the rest, and what
 * it writes then comes from its beginning; an old acknowledgement is not taken for a new one. */
START_TEST(reader_starts_again)
{
    g_free(write_texts(0, 0, TEXTS));
    run((nstime)_i * 20 * NSTIME_MS, NULL);
    line_free(ends[1]);
    ends[1] = line_new(2000 + (unsigned)_i);
    g_string_truncate(heard[1], 0);
    g_free(write_texts(0, TEXTS, TEXTS + 1));
    run(NSTIME_MIN, NULL);
    ck_assert_uint_eq(forgotten, _i < 2 ? 0 : 1); /* it was not known before */
    char *there = write_texts(0, 70, 80);
    run(2 * NSTIME_MIN, NULL);
    ck_assert(g_str_has_suffix(heard[1]->str, there));
    g_free(there);
}
END_TEST

/* The writer starts again in the middle, even in the middle of a text: the reader drops what
 * had begun and takes the new life's text from its first block on, while old blocks of the
 * former life are still on the line. */
START_TEST(writer_starts_again)
{
    g_free(write_texts(0, 0, TEXTS));
    run((nstime)_i * 20 * NSTIME_MS, NULL);
    line_free(ends[0]);
    ends[0] = line_new(2000 + (unsigned)_i);
    char *there = write_texts(0, 70, 80);
    run(2 * NSTIME_MIN, NULL);
    assert_heard(1, there);
    g_free(there);
}
END_TEST

/* What is forgotten does not come, whatever part of it was under way: the reader is told to
 * drop what had begun, and the next text is whole. */
START_TEST(forgets)
{
    g_free(write_texts(0, 0, TEXTS));
    which = (unsigned)_i % 5 + 1;
    run((nstime)_i * 25 * NSTIME_MS, _i % 2 == 0 ? NULL : lose_one);
    line_forget(ends[0]);
    line_forget(ends[0]);
    char *there = write_texts(0, 70, 80);
    run(now + NSTIME_MIN, _i % 2 == 0 ? NULL : lose_one);
    assert_heard(1, there);
    g_free(there);
}
END_TEST

/* The queue is bounded: a text too many is refused, and those before it come. */
START_TEST(is_bounded)
{
    char *text = g_strnfill(LINE_QUEUE_MAX / 2 - 1, 'x');
    ck_assert(line_write(ends[0], text));
    ck_assert(line_write(ends[0], text));
    ck_assert(!line_write(ends[0], "y"));
    g_free(text);
}
END_TEST

/* Blocks too short to name two lives, from nobody, or of a hello, are ignored. */
START_TEST(ignores_what_is_none_of_its)
{
    struct serial_block answer, blocks[] = {
        {SERIAL_DATA, 1, LINE_HEADER_SIZE - 1, {0, 0, 0, 9, 0, 0, 3}},
        {SERIAL_SYNC, 0, LINE_HEADER_SIZE, {0}},
        {SERIAL_HELLO, 0, LINE_HEADER_SIZE, {0, 0, 0, 9}},
        {SERIAL_ACK, 0, LINE_HEADER_SIZE, {0, 0, 0, 9, 0, 0, 3, 232}},
    };
    ck_assert_int_eq(line_hear(ends[0], now, &blocks[_i], &answer), LINE_HEARD);
    ck_assert_ptr_null(line_read(ends[0]));
}
END_TEST

/* Numbers go round after 65,535 blocks, and nothing is lost at the seam. */
START_TEST(numbers_go_round)
{
    char text[LINE_TEXT_MAX];
    memset(text, 'x', sizeof text);
    text[sizeof text - 1] = '\0';
    for (unsigned i = 0; i < 66000; i++) {
        ck_assert(line_write(ends[0], text));
        run(now + 200 * NSTIME_MS, NULL);
    }
    ck_assert_uint_eq(heard[1]->len, 66000 * LINE_TEXT_MAX);
}
END_TEST

Suite *line_suite(void)
{
    Suite *suite = suite_create("line");
    TCase *line = tcase_create("line");
    tcase_add_checked_fixture(line, set_up, tear_down);
    tcase_add_test(line, carries_text);
    tcase_add_loop_test(line, outlives_any_loss, 0, 160);
    tcase_add_test(line, backs_off_and_never_gives_up);
    tcase_add_test(line, wakes);
    tcase_add_loop_test(line, reader_starts_again, 0, 60);
    tcase_add_loop_test(line, writer_starts_again, 0, 60);
    tcase_add_loop_test(line, forgets, 0, 60);
    tcase_add_test(line, is_bounded);
    tcase_add_loop_test(line, ignores_what_is_none_of_its, 0, 4);
    tcase_add_test(line, numbers_go_round);
    suite_add_tcase(suite, line);
    return suite;
}
