/* Resets, challenges, and how connections end. */
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

/* The only packet that end sent since log index first. */
static const struct packet *only_answer(unsigned end, guint first)
{
    ck_assert_uint_eq(pair_count(&pair, end, first), 1);
    return &pair_sent(&pair, end, first, 0)->packet;
}

/* ---- resets (RFC 5961) */

struct reset_case {
    int32_t distance; /* from the next expected number */
    bool dies;
    unsigned answers; /* challenge ACKs */
};

static const struct reset_case reset_cases[] = {
    { 0, true, 0 },
    { 1, false, 1 },
    { 65534, false, 1 },
    { 65535, false, 0 },
    { 1000000, false, 0 },
    { -1, false, 0 },
    { -70000, false, 0 },
};

/* A RST comes at, inside and outside the window: only the exact number kills, inside
 * draws a challenge ACK, outside is ignored. */
START_TEST(reset)
{
    const struct reset_case *row = &reset_cases[_i];
    pair_open(&pair);
    guint first = pair.log->len;
    struct packet packet = pair_forge(&pair, 0, TCP_RST);
    packet.sequence += (uint32_t)row->distance;
    pair_deliver(&pair, 1, &packet);
    ck_assert_int_eq(!pair.alive[1], row->dies);
    ck_assert_uint_eq(pair_count(&pair, 1, first), row->answers);
    ck_assert_uint_eq(pair.stacks[1].challenge_acks, row->answers);
    if (row->answers == 1) {
        const struct packet *answer = only_answer(1, first);
        ck_assert_uint_eq(answer->flags, TCP_ACK);
        ck_assert_uint_eq(answer->acknowledgement, pair.ends[1].received);
    }
}
END_TEST

/* The client lost bytes before its RST: the RST lies in the window only and draws a
 * challenge, which the client's host answers with a RST at exactly the number that the
 * challenge asked for; that one counts. */
START_TEST(reset_after_lost_bytes)
{
    pair_open(&pair);
    tcp_write(&pair.ends[0], 500);
    pair.lose_first = pair.log->len;
    pair.lose_run = 1;
    tcp_flush(&pair.ends[0]);
    tcp_abort(&pair.ends[0]);
    tcp_dispose(&pair.ends[0]);
    pair.alive[0] = false;
    pair_run(&pair, NSTIME_S);
    ck_assert_uint_eq(pair.stacks[1].challenge_acks, 1);
    ck_assert(!pair.alive[1]);
    ck_assert(pair.reports[1] & TCP_WAS_RESET);
}
END_TEST

/* A SYN reaches an established socket, whatever its number: a challenge ACK, and the
 * connection lives. A second within half a second draws nothing (tcp_invalid_ratelimit). */
START_TEST(syn_on_established)
{
    static const int32_t distances[] = { 0, 5, -1, 1000000 };
    pair_open(&pair);
    guint first = pair.log->len;
    struct packet packet = pair_forge(&pair, 0, TCP_SYN);
    packet.sequence += (uint32_t)distances[_i];
    pair_deliver(&pair, 1, &packet);
    pair_deliver(&pair, 1, &packet);
    ck_assert(pair.alive[1]);
    ck_assert_uint_eq(only_answer(1, first)->acknowledgement, pair.ends[1].received);
    pair_run(&pair, engine_now(pair.engine) + 500 * NSTIME_MS);
    pair_deliver(&pair, 1, &packet);
    ck_assert_uint_eq(pair_count(&pair, 1, first), 2);
}
END_TEST

/* A new SYN meets the server's stale socket of the same tuple: the challenge ACK is
 * unacceptable to the client, whose RST at that number clears the socket; the SYN that
 * its timer repeats a second later opens. */
START_TEST(stale_socket_is_cleared)
{
    pair_open(&pair);
    tcp_dispose(&pair.ends[0]); /* the client's machine is reborn */
    pair.reports[0] = 0;
    pair_run(&pair, 20 * NSTIME_S);
    nstime start = engine_now(pair.engine);
    pair_connect(&pair);
    pair_run(&pair, start + 5 * NSTIME_S);
    ck_assert(pair.reports[1] & TCP_WAS_RESET);
    ck_assert_int_eq(pair.ends[0].state, TCP_ESTABLISHED);
    ck_assert_int_eq(pair.ends[1].state, TCP_ESTABLISHED);
    ck_assert_uint_eq(pair.stacks[0].retransmissions, 1);
}
END_TEST

/* In SYN_SENT a RST counts only when it acknowledges the SYN. */
START_TEST(reset_in_syn_sent)
{
    pair.cut_from = 0;
    pair_connect(&pair);
    struct packet packet = pair_forge(&pair, 1, TCP_RST | (_i == 0 ? 0 : TCP_ACK));
    packet.acknowledgement = pair.ends[0].highest + (_i == 1 ? 1 : 0);
    pair_deliver(&pair, 0, &packet);
    ck_assert_int_eq(pair.alive[0], _i != 2);
}
END_TEST

/* A segment without a socket is answered by a RST: at its acknowledgement, or if it has
 * none at 0 and acknowledging its end; a RST is never answered (RFC 9293, 3.10.7.1). */
START_TEST(refused)
{
    struct packet packet = pair_forge(&pair, 0, TCP_ACK);
    packet.sequence = 1000;
    packet.acknowledgement = 7000;
    pair_deliver(&pair, 1, &packet);
    const struct packet *answer = only_answer(1, 0);
    ck_assert_uint_eq(answer->flags, TCP_RST);
    ck_assert_uint_eq(answer->sequence, 7000);
    ck_assert_uint_eq(answer->tag, packet.tag);
    packet.flags = TCP_FIN;
    packet.payload_length = 9;
    pair_deliver(&pair, 1, &packet);
    answer = &pair_sent(&pair, 1, 0, 1)->packet;
    ck_assert_uint_eq(answer->flags, TCP_RST | TCP_ACK);
    ck_assert_uint_eq(answer->sequence, 0);
    ck_assert_uint_eq(answer->acknowledgement, 1010);
    packet.flags = TCP_RST;
    pair_deliver(&pair, 1, &packet);
    ck_assert_uint_eq(pair_count(&pair, 1, 0), 2);
}
END_TEST

/* A RST ends a half-open server socket; a wrong ACK does not, and draws a RST. */
START_TEST(syn_received)
{
    pair.cut_from = NSTIME_MS / 2; /* the SYN-ACK is lost */
    pair_connect(&pair);
    pair_run(&pair, 2 * NSTIME_MS);
    ck_assert_int_eq(pair.ends[1].state, TCP_SYN_RECEIVED);
    struct packet packet = pair_forge(&pair, 0, TCP_ACK);
    packet.acknowledgement = pair.ends[1].highest + 1;
    pair_deliver(&pair, 1, &packet);
    ck_assert_int_eq(pair.ends[1].state, TCP_SYN_RECEIVED);
    ck_assert_uint_eq(pair_sent(&pair, 1, 0, 1)->packet.flags, TCP_RST);
    packet = pair_forge(&pair, 0, TCP_RST);
    pair_deliver(&pair, 1, &packet);
    ck_assert(!pair.alive[1]);
}
END_TEST

/* Each side believes the other to be elsewhere in the stream: their ACKs would draw
 * each other for ever, were they not limited to one in half a second. */
START_TEST(no_acknowledgement_storm)
{
    pair_open(&pair);
    pair_run(&pair, NSTIME_S);
    pair.ends[0].received += 100000;
    guint first = pair.log->len;
    struct packet packet = pair_forge(&pair, 0, TCP_ACK);
    pair_deliver(&pair, 1, &packet);
    packet.sequence += 200000;
    pair_deliver(&pair, 1, &packet);
    pair_run(&pair, 11 * NSTIME_S);
    ck_assert_uint_le(pair.log->len - first, 2 * 20 + 2);
}
END_TEST

/* ---- ends */

/* The client closes first: FIN, FIN and ACK; it stays in TIME_WAIT, the server's socket
 * is gone at once. */
START_TEST(orderly_close)
{
    pair.asks = pair.answers = 100;
    pair.closes = true;
    pair_connect(&pair);
    pair_run(&pair, NSTIME_S);
    ck_assert_uint_eq(pair.reports[0] & TCP_OVER, TCP_FINISHED);
    ck_assert_int_eq(pair.ends[0].state, TCP_TIME_WAIT);
    ck_assert_uint_eq(pair.reports[1] & TCP_OVER, TCP_FINISHED);
    ck_assert_int_eq(pair.ends[1].state, TCP_CLOSED);
    ck_assert(time_waits_hold(&pair.waits[0], &pair.ends[0].socket));
    ck_assert(!time_waits_hold(&pair.waits[1], &pair.ends[1].socket));
}
END_TEST

/* The client shuts its side with the request; the server reads its end, answers 40 kB
 * into the half-open connection and closes. */
START_TEST(half_close)
{
    pair_open(&pair);
    tcp_write(&pair.ends[0], 100);
    tcp_shut(&pair.ends[0]);
    guint first = pair.log->len;
    tcp_flush(&pair.ends[0]);
    ck_assert_uint_eq(pair_count(&pair, 0, first), 1); /* bytes and FIN in one */
    pair_run(&pair, NSTIME_S);
    ck_assert_int_eq(pair.ends[0].state, TCP_FIN_WAIT_2);
    ck_assert_int_eq(pair.ends[1].state, TCP_CLOSE_WAIT);
    ck_assert(pair.reports[1] & TCP_PEER_DONE);
    tcp_write(&pair.ends[1], 40000);
    tcp_close(&pair.ends[1]);
    tcp_flush(&pair.ends[1]);
    ck_assert_int_eq(pair.ends[1].state, TCP_LAST_ACK);
    pair_run(&pair, 2 * NSTIME_S);
    ck_assert_uint_eq(pair.ends[0].received - pair.base[0], 40001);
    ck_assert(pair.reports[0] & TCP_FINISHED && pair.reports[1] & TCP_FINISHED);
}
END_TEST

/* Both close in the same instant: FINs cross, both end in TIME_WAIT. */
START_TEST(simultaneous_close)
{
    pair_open(&pair);
    for (unsigned end = 0; end < 2; end++) {
        tcp_close(&pair.ends[end]);
        tcp_flush(&pair.ends[end]);
    }
    pair_run(&pair, engine_now(pair.engine) + pair.delay);
    ck_assert_int_eq(pair.ends[0].state, TCP_CLOSING);
    ck_assert_int_eq(pair.ends[1].state, TCP_CLOSING);
    pair_run(&pair, NSTIME_S);
    for (unsigned end = 0; end < 2; end++) {
        ck_assert_int_eq(pair.ends[end].state, TCP_TIME_WAIT);
        ck_assert_uint_eq(pair.reports[end] & TCP_OVER, TCP_FINISHED);
    }
}
END_TEST

/* The last ACK is lost: the server repeats its FIN, which what is left of the client's
 * end answers. */
START_TEST(last_acknowledgement_lost)
{
    pair.asks = pair.answers = 100;
    pair.closes = true;
    pair_connect(&pair);
    while (!(pair.reports[0] & TCP_FINISHED)) {
        pair.lose_first = pair.log->len;
        pair.lose_run = pair.ends[1].state == TCP_LAST_ACK ? 1 : 0;
        ck_assert(engine_step(pair.engine, NSTIME_NEVER));
    }
    ck_assert(pair.alive[1]);
    pair.lose_run = 0;
    pair_run(&pair, 5 * NSTIME_S);
    ck_assert_uint_eq(pair.reports[1] & TCP_OVER, TCP_FINISHED);
    ck_assert_uint_eq(pair.stacks[1].retransmissions, 1);
}
END_TEST

/* The server closed first and keeps the tuple for 60 s. An old SYN is answered by an
 * ACK, a SYN beyond the old connection opens a new one, and after 60 s nothing is
 * left (TCP_TIMEWAIT_LEN; no sysctl). RSTs do not end it (tcp_rfc1337). */
START_TEST(time_wait)
{
    pair_open(&pair);
    for (unsigned end = 2; end-- > 0;) {
        tcp_close(&pair.ends[end]);
        tcp_flush(&pair.ends[end]);
        pair_run(&pair, engine_now(pair.engine) + 10 * NSTIME_MS);
    }
    ck_assert(time_waits_hold(&pair.waits[1], &pair.ends[1].socket));
    nstime start = pair.over_at[1];
    struct packet packet = pair_forge(&pair, 0, TCP_RST);
    pair_deliver(&pair, 1, &packet);
    ck_assert(time_waits_hold(&pair.waits[1], &pair.ends[1].socket));

    guint first = pair.log->len;
    packet = pair_forge(&pair, 0, TCP_SYN);
    packet.sequence -= _i == 0 ? 100u : 0u;
    packet.sequence += _i == 1 ? 100u : 0u;
    if (_i < 2) {
        pair_deliver(&pair, 1, &packet);
        ck_assert_uint_eq(only_answer(1, first)->flags, _i == 0 ? TCP_ACK : TCP_SYN | TCP_ACK);
        ck_assert_int_eq(pair.alive[1], _i == 1);
        return;
    }
    pair_run(&pair, start + 60 * NSTIME_S - 1);
    ck_assert(time_waits_hold(&pair.waits[1], &pair.ends[1].socket));
    pair_run(&pair, start + 60 * NSTIME_S);
    ck_assert(!time_waits_hold(&pair.waits[1], &pair.ends[1].socket));
    ck_assert_uint_eq(pool_in_use(pair.waits[1].pool), 0);
}
END_TEST

/* Initial numbers differ from tuple to tuple, and for one tuple lie further on when it
 * is used again (RFC 6528). */
START_TEST(initial_numbers)
{
    pair_connect(&pair);
    uint32_t before = pair.ends[0].acknowledged;
    pair_run(&pair, 60 * NSTIME_S);
    tcp_dispose(&pair.ends[0]);
    pair_connect(&pair);
    ck_assert_uint_eq(pair.ends[0].acknowledged - before, 60 * NSTIME_S / 64);
    struct socket other = pair.ends[0].socket;
    other.local_port++;
    tcp_dispose(&pair.ends[0]);
    tcp_connect(&pair.ends[0], &pair.stacks[0], &other, 0);
    ck_assert_uint_ne(pair.ends[0].acknowledged, before + (uint32_t)(60 * NSTIME_S / 64));
}
END_TEST

Suite *tcp_states_suite(void)
{
    Suite *suite = suite_create("tcp states");
    TCase *tcase = tcase_create("resets");
    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_add_loop_test(tcase, reset, 0, G_N_ELEMENTS(reset_cases));
    tcase_add_test(tcase, reset_after_lost_bytes);
    tcase_add_loop_test(tcase, syn_on_established, 0, 4);
    tcase_add_test(tcase, stale_socket_is_cleared);
    tcase_add_loop_test(tcase, reset_in_syn_sent, 0, 3);
    tcase_add_test(tcase, refused);
    tcase_add_test(tcase, syn_received);
    tcase_add_test(tcase, no_acknowledgement_storm);
    suite_add_tcase(suite, tcase);
    tcase = tcase_create("ends");
    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_add_test(tcase, orderly_close);
    tcase_add_test(tcase, half_close);
    tcase_add_test(tcase, simultaneous_close);
    tcase_add_test(tcase, last_acknowledgement_lost);
    tcase_add_loop_test(tcase, time_wait, 0, 3);
    tcase_add_test(tcase, initial_numbers);
    suite_add_tcase(suite, tcase);
    return suite;
}
