/* Keepalive: when a silent connection is asked, and when it is given up. */
#include "tests/node/pair.h"
#include "tests/node/suites.h"

static struct pair pair;
static struct keepalive schedule;

static const struct keepalive *schedule_of(const struct tcp *tcp)
{
    (void)tcp;
    return &schedule;
}

static void setup(void)
{
    pair_init(&pair);
    pair.delay = 0;
    pair.stacks[0].keepalive = pair.stacks[1].keepalive = schedule_of;
    schedule = (struct keepalive){ KEEPALIVE_TIME, KEEPALIVE_INTERVAL, KEEPALIVE_PROBES };
}

static void teardown(void)
{
    pair_clear(&pair);
}

static void keep_alive(unsigned end)
{
    tcp_keep_alive(&pair.ends[end]);
    tcp_flush(&pair.ends[end]);
}

static void cut(void)
{
    pair.cut_from = engine_now(pair.engine);
}

/* From the last segment that came on an idle connection: probes after 7,200 s and then each
 * 75 s, nine of them, and the end at 7,875 s, by a RST, whichever side asks
 * (tcp_keepalive_time, tcp_keepalive_intvl, tcp_keepalive_probes). */
START_TEST(linux_schedule)
{
    unsigned end = (unsigned)_i;
    pair_open(&pair);
    keep_alive(end);
    cut();
    guint first = pair.log->len;
    pair_run(&pair, 20000 * NSTIME_S);
    ck_assert_uint_eq(pair_count(&pair, end, first), KEEPALIVE_PROBES + 1);
    for (unsigned i = 0; i < KEEPALIVE_PROBES; i++) {
        const struct pair_packet *probe = pair_sent(&pair, end, first, i);
        ck_assert_int_eq(probe->at, (7200 + 75 * i) * NSTIME_S);
        ck_assert_uint_eq(probe->packet.flags, TCP_ACK);
        ck_assert_uint_eq(probe->packet.sequence, pair.ends[end].highest - 1);
    }
    const struct pair_packet *last = pair_sent(&pair, end, first, KEEPALIVE_PROBES);
    ck_assert_uint_eq(last->packet.flags & TCP_RST, TCP_RST);
    ck_assert_int_eq(pair.over_at[end], 7875 * NSTIME_S);
    ck_assert(pair.reports[end] & TCP_TIMED_OUT);
    ck_assert(pair.alive[1 - end]);
}
END_TEST

/* Who is there answers: each answer starts the wait again, and nobody dies. */
START_TEST(answered)
{
    pair_open(&pair);
    keep_alive(0);
    guint first = pair.log->len;
    pair_run(&pair, 10 * KEEPALIVE_TIME + NSTIME_S);
    ck_assert_uint_eq(pair_count(&pair, 0, first), 10);
    ck_assert_uint_eq(pair_count(&pair, 1, first), 10);
    ck_assert(pair.alive[0] && pair.alive[1]);
}
END_TEST

/* Traffic puts the probe off: it comes one whole time after the last segment from the other
 * side, be it bytes or the acknowledgement of ours. */
START_TEST(put_off)
{
    unsigned writer = (unsigned)_i;
    pair_open(&pair);
    keep_alive(0);
    pair_run(&pair, 5000 * NSTIME_S);
    tcp_write(&pair.ends[writer], 100);
    tcp_flush(&pair.ends[writer]);
    pair_run(&pair, 5001 * NSTIME_S); /* a lone segment is acknowledged after 40 ms */
    guint first = pair.log->len;
    nstime heard = 5000 * NSTIME_S + (writer == 0 ? 40 * NSTIME_MS : 0);
    pair_run(&pair, heard + KEEPALIVE_TIME - 1);
    ck_assert_uint_eq(pair.log->len, first);
    pair_run(&pair, heard + KEEPALIVE_TIME);
    ck_assert_uint_eq(pair_count(&pair, 0, first), 1);
}
END_TEST

/* Half-closed connections are asked too, in CLOSE_WAIT and in FIN_WAIT_2, where tcp_fin_timeout
 * is for those only whose owner has closed. */
START_TEST(half_closed)
{
    unsigned end = (unsigned)_i;
    pair_open(&pair);
    keep_alive(end);
    tcp_shut(&pair.ends[0]);
    tcp_flush(&pair.ends[0]);
    pair_run(&pair, NSTIME_S);
    ck_assert_int_eq(pair.ends[end].state, end == 0 ? TCP_FIN_WAIT_2 : TCP_CLOSE_WAIT);
    cut();
    pair_run(&pair, 7874 * NSTIME_S);
    ck_assert(pair.alive[end]);
    pair_run(&pair, 7876 * NSTIME_S);
    ck_assert(!pair.alive[end]);
}
END_TEST

/* After five probes without an answer there are bytes to send: they have all of their own 15
 * retries (tcp_retries2), 924.6 s, and the probes stop. */
START_TEST(data_have_their_own_retries)
{
    pair_open(&pair);
    keep_alive(0);
    cut();
    nstime start = (7200 + 4 * 75 + 10) * NSTIME_S;
    pair_run(&pair, start);
    ck_assert_uint_eq(pair.ends[0].retries, 5);
    guint first = pair.log->len;
    tcp_write(&pair.ends[0], 100);
    tcp_flush(&pair.ends[0]);
    pair_run(&pair, start + 2000 * NSTIME_S);
    ck_assert_uint_eq(pair_count(&pair, 0, first), 16);
    ck_assert_int_eq(pair.over_at[0] - start, 924600 * NSTIME_MS);
}
END_TEST

/* Nobody there knows the connection any more: the first probe is answered by a RST. */
START_TEST(nobody_there)
{
    schedule.time = NSTIME_MIN;
    pair_open(&pair);
    keep_alive(0);
    tcp_dispose(&pair.ends[1]);
    pair.alive[1] = false;
    pair_run(&pair, NSTIME_MIN);
    ck_assert(pair.reports[0] & TCP_WAS_RESET);
}
END_TEST

/* Three probes of one's own, ten seconds apart after a minute: 90 s. */
START_TEST(own_schedule)
{
    schedule = (struct keepalive){ NSTIME_MIN, 10 * NSTIME_S, 3 };
    pair_open(&pair);
    keep_alive(1);
    cut();
    pair_run(&pair, 1000 * NSTIME_S);
    ck_assert_int_eq(pair.over_at[1], 90 * NSTIME_S);
}
END_TEST

Suite *keepalive_suite(void)
{
    Suite *suite = suite_create("keepalive");
    TCase *tcase = tcase_create("keepalive");
    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_add_loop_test(tcase, linux_schedule, 0, 2);
    tcase_add_test(tcase, answered);
    tcase_add_loop_test(tcase, put_off, 0, 2);
    tcase_add_loop_test(tcase, half_closed, 0, 2);
    tcase_add_test(tcase, data_have_their_own_retries);
    tcase_add_test(tcase, nobody_there);
    tcase_add_test(tcase, own_schedule);
    suite_add_tcase(suite, tcase);
    return suite;
}
