/* When TCP sends again, and when it gives up: pinned to the nanosecond. */
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

static nstime sent_at(unsigned from, guint first, unsigned n)
{
    const struct pair_packet *entry = pair_sent(&pair, from, first, n);
    ck_assert_ptr_nonnull(entry);
    return entry->at;
}

/* Nobody answers a SYN: it is repeated after 1, 3, 7, 15, 31 and 63 s and given up at
 * 127 s (tcp_syn_retries 6, initial time-out 1 s). */
START_TEST(syn_schedule)
{
    static const nstime seconds[] = { 0, 1, 3, 7, 15, 31, 63 };
    pair.cut_from = 0;
    pair_connect(&pair);
    pair_run(&pair, 1000 * NSTIME_S);
    ck_assert_uint_eq(pair.log->len, 7);
    for (unsigned i = 0; i < 7; i++)
        ck_assert_int_eq(sent_at(0, 0, i), seconds[i] * NSTIME_S);
    ck_assert_int_eq(pair.over_at[0], 127 * NSTIME_S);
    ck_assert_uint_eq(pair.reports[0], TCP_TIMED_OUT);
}
END_TEST

/* A SYN arrives, and nothing of what the server sends: five more SYN-ACKs after 1, 3,
 * 7, 15 and 31 s of its own, gone at 63 s. The client goes on with its SYNs, each of
 * which draws one more SYN-ACK (tcp_synack_retries 5). */
START_TEST(syn_ack_schedule)
{
    pair.delay = 0;
    pair_connect(&pair);
    pair.cut_from = 0; /* the SYN is on its way */
    pair_run(&pair, 62 * NSTIME_S);
    ck_assert_uint_eq(pair_count(&pair, 1, 0), 6);
    for (unsigned i = 0; i < 6; i++)
        ck_assert_int_eq(sent_at(1, 0, i), ((1 << i) - 1) * NSTIME_S);
    ck_assert(pair.alive[1]);
    pair_run(&pair, 63 * NSTIME_S);
    ck_assert(!pair.alive[1]);
    ck_assert_uint_eq(pair.reports[1], TCP_TIMED_OUT);
}
END_TEST

/* The SYN-ACK is lost once: the repeated SYN draws it again and all is well; the
 * first data then wait for the initial second, since no round trip could be measured
 * (Karn). */
START_TEST(syn_ack_lost)
{
    pair.lose_first = 1;
    pair.lose_run = 1;
    pair.asks = 10;
    pair_connect(&pair);
    pair_run(&pair, NSTIME_S + 4 * NSTIME_MS);
    ck_assert_int_eq(pair.ends[0].state, TCP_ESTABLISHED);
    ck_assert(!pair.ends[0].measured);
}
END_TEST

/* The wire is cut after the handshake, over which the round trip was 0: data go out
 * again 200 ms later, then after twice as long each time up to 120 s, 15 times, and
 * the connection times out 924.6 s after the first sending (tcp_retries2 15). */
START_TEST(data_schedule)
{
    pair.delay = 0;
    pair_open(&pair);
    guint first = pair.log->len;
    nstime start = 10 * NSTIME_S;
    pair_run(&pair, start);
    pair.cut_from = start;
    tcp_write(&pair.ends[0], 100);
    tcp_flush(&pair.ends[0]);
    pair_run(&pair, 2000 * NSTIME_S);
    ck_assert_uint_eq(pair_count(&pair, 0, first), 16);
    nstime expected = start;
    nstime wait = 200 * NSTIME_MS;
    for (unsigned i = 0; i < 16; i++) {
        ck_assert_int_eq(sent_at(0, first, i), expected);
        expected += wait;
        wait = MIN(2 * wait, 120 * NSTIME_S);
    }
    ck_assert_int_eq(pair.over_at[0] - start, 924600 * NSTIME_MS);
    ck_assert(pair.reports[0] & TCP_TIMED_OUT);
    ck_assert_uint_eq(pair.stacks[0].retransmissions, 15);
}
END_TEST

/* Ten segments are outstanding when the wire is cut: each time-out sends one segment,
 * not ten, and the first answer brings the rest. */
START_TEST(one_segment_a_timeout)
{
    pair.delay = 0;
    pair_open(&pair);
    pair_run(&pair, NSTIME_S);
    pair.cut_from = NSTIME_S;
    pair.cut_to = 3 * NSTIME_S;
    guint first = pair.log->len;
    tcp_write(&pair.ends[0], 20 * TCP_MSS);
    tcp_flush(&pair.ends[0]);
    ck_assert_uint_eq(pair_count(&pair, 0, first), 10);
    pair_run(&pair, 3 * NSTIME_S - 1);
    ck_assert_uint_eq(pair_count(&pair, 0, first), 10 + 3); /* at 0.2, 0.6 and 1.4 s */
    /* at 3 s the fourth comes back after the cut, and draws a delayed ACK */
    pair_run(&pair, 5 * NSTIME_S);
    ck_assert_uint_eq(pair.ends[1].received - pair.base[1], 20 * TCP_MSS);
    ck_assert_uint_eq(pair.ends[0].retries, 0);
}
END_TEST

/* The round trip is 100 ms: the time-out lies 200 ms above it, as Linux has it, and
 * in the beginning by RFC 6298 at three times the first sample. */
START_TEST(timeout_follows_round_trip)
{
    pair.delay = 50 * NSTIME_MS;
    pair.asks = 100;
    pair_open(&pair);
    pair_run(&pair, NSTIME_S);
    for (unsigned i = 0; i < 50; i++) { /* many samples wear the variation off */
        tcp_write(&pair.ends[0], 2 * TCP_MSS);
        tcp_flush(&pair.ends[0]);
        pair_run(&pair, engine_now(pair.engine) + NSTIME_S);
    }
    ck_assert_uint_le(pair.ends[0].smoothed, 100010); /* whole microseconds, rounded down */
    nstime start = engine_now(pair.engine);
    pair.cut_from = start;
    guint first = pair.log->len;
    tcp_write(&pair.ends[0], 1);
    tcp_flush(&pair.ends[0]);
    pair_run(&pair, start + NSTIME_S);
    nstime wait = sent_at(0, first, 1) - start;
    ck_assert_int_ge(wait, 300 * NSTIME_MS);
    ck_assert_int_le(wait, 300 * NSTIME_MS + 10 * NSTIME_US);
}
END_TEST

/* After close() nobody waits: the FIN is repeated eight times only, and given up after
 * 102.2 s (tcp_orphan_retries). */
START_TEST(orphan_schedule)
{
    pair.delay = 0;
    pair_open(&pair);
    pair_run(&pair, NSTIME_S);
    pair.cut_from = NSTIME_S;
    guint first = pair.log->len;
    tcp_close(&pair.ends[0]);
    tcp_flush(&pair.ends[0]);
    pair_run(&pair, 1000 * NSTIME_S);
    ck_assert_uint_eq(pair_count(&pair, 0, first), 9);
    ck_assert_int_eq(pair.over_at[0] - NSTIME_S, 102200 * NSTIME_MS);
}
END_TEST

/* Our FIN is acknowledged and the other side never closes: after close() that is
 * borne for 60 s (tcp_fin_timeout), after a mere shutdown for ever. */
START_TEST(fin_wait_2)
{
    pair_open(&pair);
    if (_i == 0)
        tcp_close(&pair.ends[0]);
    else
        tcp_shut(&pair.ends[0]);
    tcp_flush(&pair.ends[0]);
    pair_run(&pair, 60 * NSTIME_S);
    ck_assert_int_eq(pair.ends[0].state, TCP_FIN_WAIT_2);
    pair_run(&pair, 61 * NSTIME_S);
    ck_assert_int_eq(pair.alive[0], _i == 1);
    pair_run(&pair, 4000 * NSTIME_S);
    ck_assert_int_eq(pair.alive[0], _i == 1);
}
END_TEST

/* One small message comes and no answer goes back: the ACK waits for 40 ms (TCP_DELACK_MIN; no
 * sysctl). */
START_TEST(delayed_acknowledgement)
{
    pair_open(&pair);
    guint first = pair.log->len;
    nstime start = engine_now(pair.engine);
    tcp_write(&pair.ends[0], 100);
    tcp_flush(&pair.ends[0]);
    pair_run(&pair, start + NSTIME_S);
    ck_assert_uint_eq(pair_count(&pair, 1, first), 1);
    ck_assert_int_eq(sent_at(1, first, 0) - start, pair.delay + 40 * NSTIME_MS);
    ck_assert_uint_eq(pair.stacks[0].retransmissions, 0);
}
END_TEST

/* An answer of 1 MB draws an ACK for every second segment: about 350, as IPVS would
 * count them (seed F19). */
START_TEST(acknowledgement_for_every_second)
{
    pair.asks = 100;
    pair.answers = 1000000;
    pair_connect(&pair);
    pair_run(&pair, 10 * NSTIME_S);
    ck_assert_uint_eq(pair.ends[0].received - pair.base[0], 1000000);
    unsigned segments = (1000000 + TCP_MSS - 1) / TCP_MSS;
    unsigned sent = pair_count(&pair, 0, 0);
    ck_assert_uint_ge(sent, segments / 2);
    ck_assert_uint_le(sent, segments / 2 + 10);
    ck_assert_uint_eq(pair.stacks[1].retransmissions, 0);
}
END_TEST

Suite *tcp_timers_suite(void)
{
    Suite *suite = suite_create("tcp timers");
    TCase *tcase = tcase_create("schedules");
    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_add_test(tcase, syn_schedule);
    tcase_add_test(tcase, syn_ack_schedule);
    tcase_add_test(tcase, syn_ack_lost);
    tcase_add_test(tcase, data_schedule);
    tcase_add_test(tcase, one_segment_a_timeout);
    tcase_add_test(tcase, timeout_follows_round_trip);
    tcase_add_test(tcase, orphan_schedule);
    tcase_add_loop_test(tcase, fin_wait_2, 0, 2);
    tcase_add_test(tcase, delayed_acknowledgement);
    tcase_add_test(tcase, acknowledgement_for_every_second);
    suite_add_tcase(suite, tcase);
    return suite;
}
