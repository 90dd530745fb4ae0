/* Both ends at once: opening and closing, against the figures of RFC 9293. */
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

/* What a figure has in one line: the numbers are those before the first SYNs, and from there. */
struct line {
    unsigned from;
    uint8_t flags;
    uint32_t sequence;        /* from the sender's first number */
    uint32_t acknowledgement; /* from the other's; 0 without ACK */
};

/* Each end's lines in their order; what two ends do in one instant has no order. */
static void assert_lines(const struct line *lines, unsigned count, const uint32_t firsts[2])
{
    unsigned sent[2] = { 0, 0 };
    ck_assert_uint_eq(pair.log->len, count);
    for (unsigned i = 0; i < count; i++) {
        const struct line *line = &lines[i];
        const struct pair_packet *entry = pair_sent(&pair, line->from, 0, sent[line->from]++);
        ck_assert_ptr_nonnull(entry);
        const struct packet *packet = &entry->packet;
        ck_assert_uint_eq(packet->flags, line->flags);
        ck_assert_uint_eq(packet->sequence - firsts[line->from], line->sequence);
        if (packet->flags & TCP_ACK)
            ck_assert_uint_eq(packet->acknowledgement - firsts[1 - line->from],
                              line->acknowledgement);
    }
}

static void connect_the_other(void)
{
    const struct socket *mine = &pair.ends[0].socket;
    struct socket theirs = {
        .local_ip = mine->remote_ip, .local_port = mine->remote_port,
        .remote_ip = mine->local_ip, .remote_port = mine->local_port, .tag = 1,
    };
    tcp_connect(&pair.ends[1], &pair.stacks[1], &theirs, 1);
    pair.alive[1] = true;
    tcp_flush(&pair.ends[1]);
}

/* Both ask at once (RFC 9293, 3.5 and figure 7): the SYNs cross, each end goes from SYN_SENT to
 * SYN_RECEIVED and sends its SYN again with the acknowledgement, and the crossing answers
 * establish both, without another packet. Bytes pass then. */
START_TEST(simultaneous_open)
{
    static const struct line figure_7[] = {
        { 0, TCP_SYN, 0, 0 },
        { 1, TCP_SYN, 0, 0 },
        { 0, TCP_SYN | TCP_ACK, 0, 1 },
        { 1, TCP_SYN | TCP_ACK, 0, 1 },
    };
    pair_connect(&pair);
    connect_the_other();
    uint32_t firsts[2] = { pair.ends[0].acknowledged, pair.ends[1].acknowledged };
    pair_run(&pair, pair.delay);
    for (unsigned end = 0; end < 2; end++)
        ck_assert_int_eq(pair.ends[end].state, TCP_SYN_RECEIVED);
    pair_run(&pair, 100 * NSTIME_MS);
    assert_lines(figure_7, G_N_ELEMENTS(figure_7), firsts);
    for (unsigned end = 0; end < 2; end++) {
        ck_assert_int_eq(pair.ends[end].state, TCP_ESTABLISHED);
        ck_assert_uint_eq(pair.reports[end], TCP_OPENED);
        ck_assert_uint_eq(pair.ends[end].peer_station, 1 - end);
    }
    tcp_write(&pair.ends[0], 3000);
    tcp_flush(&pair.ends[0]);
    pair_run(&pair, NSTIME_S);
    ck_assert_uint_eq(pair.ends[1].received - firsts[0], 3001);
    ck_assert_uint_eq(pair.stacks[1].corrupt, 0);
}
END_TEST

/* One of the crossing answers is lost: its sender is established, the other asks again after its
 * time-out and is told by a challenge ACK that both stand. */
START_TEST(simultaneous_open_with_a_loss)
{
    pair.lose_first = 2;
    pair.lose_run = 1;
    pair_connect(&pair);
    connect_the_other();
    pair_run(&pair, 500 * NSTIME_MS);
    ck_assert_int_eq(pair.ends[1].state, TCP_ESTABLISHED);
    ck_assert_int_eq(pair.ends[0].state, TCP_SYN_RECEIVED);
    pair_run(&pair, 2 * NSTIME_S);
    ck_assert_int_eq(pair.ends[0].state, TCP_ESTABLISHED);
    ck_assert_uint_eq(pair.stacks[1].challenge_acks, 1);
}
END_TEST

/* Both close at once (RFC 9293, 3.6 and figure 13): FIN_WAIT_1, CLOSING, TIME_WAIT; after it
 * nothing is left on either side. */
START_TEST(simultaneous_close)
{
    static const struct line figure_13[] = {
        { 0, TCP_FIN | TCP_ACK, 1, 1 },
        { 1, TCP_FIN | TCP_ACK, 1, 1 },
        { 0, TCP_ACK, 2, 2 },
        { 1, TCP_ACK, 2, 2 },
    };
    pair_connect(&pair);
    uint32_t firsts[2] = { pair.ends[0].acknowledged };
    pair_run(&pair, 100 * NSTIME_MS);
    firsts[1] = pair.ends[0].received - 1;
    g_array_set_size(pair.log, 0);
    for (unsigned end = 0; end < 2; end++) {
        tcp_close(&pair.ends[end]);
        ck_assert_int_eq(pair.ends[end].state, TCP_FIN_WAIT_1);
        tcp_flush(&pair.ends[end]);
    }
    pair_run(&pair, engine_now(pair.engine) + pair.delay);
    for (unsigned end = 0; end < 2; end++)
        ck_assert_int_eq(pair.ends[end].state, TCP_CLOSING);
    pair_run(&pair, engine_now(pair.engine) + pair.delay);
    assert_lines(figure_13, G_N_ELEMENTS(figure_13), firsts);
    for (unsigned end = 0; end < 2; end++) {
        ck_assert_int_eq(pair.ends[end].state, TCP_TIME_WAIT);
        ck_assert(time_waits_hold(&pair.waits[end], &pair.ends[end].socket));
    }
    pair_run(&pair, pair.over_at[1] + 60 * NSTIME_S);
    for (unsigned end = 0; end < 2; end++)
        ck_assert(!time_waits_hold(&pair.waits[end], &pair.ends[end].socket));
}
END_TEST

/* Ends of different TIME_WAITs go each at its time, and 0 leaves nothing. */
START_TEST(each_waits_its_time)
{
    static const nstime lengths[] = { 5 * NSTIME_S, 2 * NSTIME_S, 0, 5 * NSTIME_S };
    struct tcp end = { .stack = &pair.stacks[0], .state = TCP_TIME_WAIT };
    struct time_waits *waits = &pair.waits[0];
    for (unsigned i = 0; i < G_N_ELEMENTS(lengths); i++) {
        end.socket.local_port = (uint16_t)(i + 1);
        time_waits_add(waits, &end, lengths[i]);
    }
    for (nstime second = 0; second <= 5; second++) {
        engine_run(pair.engine, second * NSTIME_S);
        for (unsigned i = 0; i < G_N_ELEMENTS(lengths); i++) {
            end.socket.local_port = (uint16_t)(i + 1);
            ck_assert_int_eq(time_waits_hold(waits, &end.socket),
                             second * NSTIME_S < lengths[i]);
        }
    }
    ck_assert_uint_eq(pool_in_use(waits->pool), 0);
}
END_TEST

Suite *simultaneous_suite(void)
{
    Suite *suite = suite_create("simultaneous");
    TCase *tcase = tcase_create("tcp");
    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_add_test(tcase, simultaneous_open);
    tcase_add_test(tcase, simultaneous_open_with_a_loss);
    tcase_add_test(tcase, simultaneous_close);
    tcase_add_test(tcase, each_waits_its_time);
    suite_add_tcase(suite, tcase);
    return suite;
}
