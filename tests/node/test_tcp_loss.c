/* Whatever single packet, or run of packets, is lost: the streams arrive whole and
 * both ends close in order. */
#include "tests/node/pair.h"
#include "tests/node/suites.h"

static struct pair pair;

static void setup(void)
{
    pair_init(&pair);
}

static void teardown(void)
{
    pair_clear(&pair);
}

enum { ASKS = 4000, ANSWERS = 40000, DEADLINE = 200 };

/* One conversation: 4,000 bytes of request, 40,000 of answer, closed by the client.
 * How many packets it took. */
static guint converse(int64_t lose_first, int64_t lose_run)
{
    pair.asks = ASKS;
    pair.answers = ANSWERS;
    pair.closes = true;
    pair.lose_first = lose_first;
    pair.lose_run = lose_run;
    pair_connect(&pair);
    pair_run(&pair, DEADLINE * NSTIME_S);
    ck_assert_msg(!pair.alive[0] && !pair.alive[1], "losing %d from %d: still alive",
                  (int)lose_run, (int)lose_first);
    ck_assert_msg(pair.reports[0] & TCP_FINISHED, "losing %d from %d: end 0 reported %u",
                  (int)lose_run, (int)lose_first, pair.reports[0]);
    ck_assert_uint_eq(pair.ends[0].received - pair.base[0], ANSWERS + 1);
    ck_assert_uint_eq(pair.ends[1].received - pair.base[1], ASKS + 1);
    ck_assert_uint_eq(pair.stacks[0].corrupt + pair.stacks[1].corrupt, 0);
    return pair.log->len;
}

/* The n-th packet is lost, for every n there is. */
START_TEST(nth_lost)
{
    guint whole = converse(-1, 0);
    for (guint n = 0; n < whole; n++) {
        teardown();
        setup();
        converse(n, 1);
    }
}
END_TEST

/* From the n-th packet on, 2, 5 and 8 in a row are lost: 8 is how often a FIN is
 * repeated after close(). */
START_TEST(run_lost)
{
    static const int64_t runs[] = { 2, 5, 8 };
    for (guint n = 2; n < 60; n++) {
        teardown();
        setup();
        converse(n, runs[_i]);
    }
}
END_TEST

/* A hole in the middle of a window is filled after three duplicates, long before the
 * time-out. */
START_TEST(fast_retransmit)
{
    guint whole = converse(-1, 0);
    nstime undisturbed = pair.over_at[0];
    for (guint n = 10; n < 20; n++) {
        teardown();
        setup();
        converse(n, 1);
        const struct pair_packet *lost = &g_array_index(pair.log, struct pair_packet, n);
        bool had_followers = lost->from == 1 && lost->packet.payload_length == TCP_MSS;
        if (had_followers)
            ck_assert_int_lt(pair.over_at[0] - undisturbed, 100 * NSTIME_MS);
    }
    ck_assert_uint_gt(whole, 20);
}
END_TEST

/* The index in the log of the n-th full segment that end 1 sends first. */
static guint full_segment(unsigned n)
{
    for (guint i = 0;; i++) {
        const struct pair_packet *entry = &g_array_index(pair.log, struct pair_packet, i);
        ck_assert_uint_lt(i, pair.log->len);
        if (entry->from == 1 && entry->packet.payload_length == TCP_MSS && n-- == 0)
            return i;
    }
}

/* Two neighbours of one window are lost: the answer to the first repeated one shows the
 * second hole, which is filled at once; no time-out, and nothing is sent in vain. */
START_TEST(two_holes_in_a_window)
{
    converse(-1, 0);
    nstime undisturbed = pair.over_at[0];
    guint second = full_segment(1);
    teardown();
    setup();
    converse(second, 2);
    ck_assert_uint_eq(pair.stacks[1].retransmissions, 2);
    ck_assert_int_lt(pair.over_at[0] - undisturbed, 100 * NSTIME_MS);
}
END_TEST

/* A hole was filled; a later one is filled as quickly, and in between ACKs are sparing
 * again. */
START_TEST(hole_after_hole)
{
    guint undisturbed = converse(-1, 0);
    guint early = full_segment(1);
    teardown();
    setup();
    converse(early, 1);
    guint late = full_segment(18);
    teardown();
    setup();
    pair.lose_also = late;
    converse(early, 1);
    ck_assert_uint_eq(pair.stacks[1].retransmissions, 2);
    ck_assert_uint_le(pair.log->len, undisturbed + 2 * (1 + 6));
}
END_TEST

/* One packet in a hundred is lost in both directions while 3 MB pass: no faster than
 * without, and not absurdly slower. */
START_TEST(steady_loss)
{
    pair.delay = 10 * NSTIME_MS;
    pair.asks = 100;
    pair.answers = 3000000;
    pair_connect(&pair);
    guint scanned = 0;
    while (pair.ends[0].received - pair.base[0] < 3000000 || pair.base[0] == 0) {
        ck_assert_int_lt(engine_now(pair.engine), 60 * NSTIME_S);
        if (pair.log->len >= scanned + 100) {
            scanned = pair.log->len;
            pair.lose_first = scanned + 7;
            pair.lose_run = 1;
        }
        ck_assert(engine_step(pair.engine, NSTIME_NEVER));
    }
    /* 206 windows of ten segments, each a round trip of 20 ms */
    nstime lossless = 206 * 20 * NSTIME_MS;
    ck_assert_int_gt(engine_now(pair.engine), lossless);
    ck_assert_int_lt(engine_now(pair.engine), 3 * lossless);
    ck_assert_uint_eq(pair.stacks[0].corrupt, 0);
}
END_TEST

/* The stream passes 2^32: numbers wrap and nothing else changes. */
START_TEST(sequence_wraps)
{
    pair_connect(&pair);
    uint32_t shift = (uint32_t)-2000 - pair.ends[0].acknowledged;
    struct tcp *tcp = &pair.ends[0];
    tcp_dispose(tcp);
    g_array_set_size(pair.log, 0);
    tcp->acknowledged += shift;
    tcp->next = tcp->highest = tcp->acknowledged;
    tcp->end += shift;
    tcp->resend_at = NSTIME_NEVER;
    pair.asks = ASKS;
    pair.answers = ANSWERS;
    pair.closes = true;
    pair.lose_first = 6;
    pair.lose_run = 1;
    tcp_flush(tcp);
    pair_run(&pair, DEADLINE * NSTIME_S);
    ck_assert(pair.reports[0] & TCP_FINISHED);
    ck_assert_uint_lt(pair.ends[0].highest, 4000);
    ck_assert_uint_eq(pair.ends[1].received - pair.base[1], ASKS + 1);
    ck_assert_uint_eq(pair.stacks[0].corrupt + pair.stacks[1].corrupt, 0);
}
END_TEST

/* Digests of neighbours add up to that of the whole, in every cut, and both ends agree,
 * though the server's address was translated; another station, another connection or
 * another place has other bytes. */
START_TEST(digests)
{
    pair_open(&pair);
    const struct tcp *client = &pair.ends[0];
    struct tcp server = pair.ends[1], other = pair.ends[0];
    uint32_t whole = tcp_digest(client, 1, 100, 5000);
    for (uint32_t cut = 100; cut <= 5000; cut += 700)
        ck_assert_uint_eq(tcp_digest(client, 1, 100, cut) + tcp_digest(client, 1, cut, 5000),
                          whole);
    server.socket.local_ip++;
    ck_assert_uint_eq(tcp_digest(&server, 1, 100, 5000), whole);
    other.socket.local_port++;
    ck_assert_uint_ne(tcp_digest(&other, 1, 100, 5000), whole);
    ck_assert_uint_ne(tcp_digest(client, 2, 100, 5000), whole);
    ck_assert_uint_ne(tcp_digest(client, 1, 101, 5001), whole);
}
END_TEST

/* Bytes of another stream at the right number are noticed. */
START_TEST(corruption_counts)
{
    pair_open(&pair);
    struct packet packet = pair_forge(&pair, 0, TCP_ACK | TCP_PSH);
    packet.payload_length = 10;
    packet.payload = tcp_digest(&pair.ends[0], 3, packet.sequence, packet.sequence + 10);
    pair_deliver(&pair, 1, &packet);
    ck_assert_uint_eq(pair.stacks[1].corrupt, 1);
}
END_TEST

Suite *tcp_loss_suite(void)
{
    Suite *suite = suite_create("tcp loss");
    TCase *tcase = tcase_create("loss");
    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_add_test(tcase, nth_lost);
    tcase_add_loop_test(tcase, run_lost, 0, 3);
    tcase_add_test(tcase, fast_retransmit);
    tcase_add_test(tcase, two_holes_in_a_window);
    tcase_add_test(tcase, hole_after_hole);
    tcase_add_test(tcase, steady_loss);
    tcase_add_test(tcase, sequence_wraps);
    tcase_add_test(tcase, digests);
    tcase_add_test(tcase, corruption_counts);
    suite_add_tcase(suite, tcase);
    return suite;
}
