/* The wire of conntrackd, and the states that it tells of. */
#include "core/conntrackd_message.h"
#include "core/machine.h"
#include "core/packet.h"
#include "tests/core/suites.h"

#include <string.h>

static struct conntrackd_message update(uint16_t real_port)
{
    return (struct conntrackd_message){
        .type = CONNTRACKD_UPDATE,
        .number = 1000,
        .record = {.real = {0x0A000101, real_port},
                   .foreign = {0xC6336407, 40000},
                   .virtual = {0xC0000250, 80},
                   .protocol = PROTOCOL_TCP},
        .state = CONNTRACKD_ESTABLISHED,
        .timeout = 7200,
    };
}

static struct conntrackd_message messages[CONNTRACKD_MESSAGES_MAX];

/* The sizes of a running 1.4.7: 68 bytes with the destination translated, 76 with its port too,
 * 8 more with a mark; an alive is 8, an ack 16. */
START_TEST(sizes_are_the_real_ones)
{
    struct conntrackd_message same = update(80), other = update(8080), marked = update(8080);
    struct conntrackd_message alive = {.type = CONNTRACKD_CONTROL, .flags = CONNTRACKD_ALIVE};
    struct conntrackd_message ack = {.type = CONNTRACKD_CONTROL, .flags = CONNTRACKD_ACK};
    marked.record.bind_id = 3;
    ck_assert_uint_eq(conntrackd_message_size(&same), 68);
    ck_assert_uint_eq(conntrackd_message_size(&other), 76);
    ck_assert_uint_eq(conntrackd_message_size(&marked), 84);
    ck_assert_uint_eq(conntrackd_message_size(&alive), 8);
    ck_assert_uint_eq(conntrackd_message_size(&ack), 16);
}
END_TEST

/* What was written is read, a flow that a server opened included. */
START_TEST(what_is_written_is_read)
{
    uint8_t bytes[CONNTRACKD_MESSAGE_MAX];
    unsigned count;
    struct conntrackd_message message = update(_i == 0 ? 80 : 8080);
    message.outbound = _i == 2;
    message.record.bind_id = (uint16_t)_i;
    size_t size = conntrackd_message_encode(&message, bytes);
    ck_assert_int_eq(conntrackd_decode(bytes, size, messages, &count), REFUSAL_NONE);
    ck_assert_uint_eq(count, 1);
    ck_assert(address_equal(messages[0].record.real, message.record.real));
    ck_assert(address_equal(messages[0].record.foreign, message.record.foreign));
    ck_assert(address_equal(messages[0].record.virtual, message.record.virtual));
    ck_assert_uint_eq(messages[0].record.bind_id, message.record.bind_id);
    ck_assert_uint_eq(messages[0].number, message.number);
    ck_assert_uint_eq(messages[0].timeout, message.timeout);
    ck_assert_int_eq(messages[0].state, message.state);
    ck_assert_int_eq(messages[0].outbound, message.outbound);
}
END_TEST

/* A datagram that is cut anywhere is refused whole, the messages before the cut as well. */
START_TEST(what_is_cut_is_refused)
{
    uint8_t bytes[2 * CONNTRACKD_MESSAGE_MAX];
    unsigned count;
    struct conntrackd_message message = update(8080);
    size_t size = conntrackd_message_encode(&message, bytes);
    size += conntrackd_message_encode(&message, bytes + size);
    ck_assert_int_eq(conntrackd_decode(bytes, size, messages, &count), REFUSAL_NONE);
    ck_assert_uint_eq(count, 2);
    for (size_t length = 0; length < size; length++) {
        if (length == size / 2)
            continue; /* one whole message */
        ck_assert_int_ne(conntrackd_decode(bytes, length, messages, &count), REFUSAL_NONE);
        ck_assert_uint_eq(count, 0);
    }
}
END_TEST

/* A connection that is opened by a client and closed by it first goes the kernel's way. */
START_TEST(a_connection_goes_the_kernels_way)
{
    static const struct {
        enum side from;
        uint8_t flags;
        enum conntrackd_state then;
    } steps[] = {
        {SIDE_OUTSIDE, TCP_SYN, CONNTRACKD_SYN_SENT},
        {SIDE_INSIDE, TCP_SYN | TCP_ACK, CONNTRACKD_SYN_RECV},
        {SIDE_INSIDE, TCP_ACK, CONNTRACKD_SYN_RECV},
        {SIDE_OUTSIDE, TCP_ACK, CONNTRACKD_ESTABLISHED},
        {SIDE_INSIDE, TCP_ACK, CONNTRACKD_ESTABLISHED},
        {SIDE_OUTSIDE, TCP_RST, CONNTRACKD_ESTABLISHED},
        {SIDE_OUTSIDE, TCP_FIN | TCP_ACK, CONNTRACKD_FIN_WAIT},
        {SIDE_INSIDE, TCP_ACK, CONNTRACKD_CLOSE_WAIT},
        {SIDE_INSIDE, TCP_FIN | TCP_ACK, CONNTRACKD_LAST_ACK},
        {SIDE_OUTSIDE, TCP_ACK, CONNTRACKD_TIME_WAIT},
    };
    struct conn conn = {.protocol = PROTOCOL_TCP};
    enum conntrackd_state state = CONNTRACKD_SYN_SENT;
    for (unsigned i = 0; i < G_N_ELEMENTS(steps); i++) {
        struct packet packet = {.protocol = PROTOCOL_TCP, .flags = steps[i].flags};
        state = conntrackd_state_after(state, &conn, 0, steps[i].from, &packet);
        ck_assert_int_eq(state, steps[i].then);
    }
}
END_TEST

/* FINs from both sides at once: LAST_ACK with the second, before anything is acknowledged. */
START_TEST(a_second_fin_is_the_last)
{
    struct conn conn = {.protocol = PROTOCOL_TCP};
    struct packet fin = {.protocol = PROTOCOL_TCP, .flags = TCP_FIN | TCP_ACK};
    enum conntrackd_state state = CONNTRACKD_ESTABLISHED;
    state = conntrackd_state_after(state, &conn, 0, SIDE_INSIDE, &fin);
    ck_assert_int_eq(state, CONNTRACKD_FIN_WAIT);
    state = conntrackd_state_after(state, &conn, 0, SIDE_OUTSIDE, &fin);
    ck_assert_int_eq(state, CONNTRACKD_LAST_ACK);
}
END_TEST

/* UDP is assured by what comes from either side, but not before 2 s have passed. */
START_TEST(a_question_and_its_answer_are_no_stream)
{
    struct conn conn = {.protocol = PROTOCOL_UDP};
    struct packet packet = {.protocol = PROTOCOL_UDP};
    enum conntrackd_state state = CONNTRACKD_UDP_NEW;
    state = conntrackd_state_after(state, &conn, 0, SIDE_OUTSIDE, &packet);
    ck_assert_int_eq(state, CONNTRACKD_UDP_NEW);
    state = conntrackd_state_after(state, &conn, 5 * NSTIME_S, SIDE_INSIDE, &packet);
    ck_assert_int_eq(state, CONNTRACKD_UDP_REPLIED);
    state = conntrackd_state_after(state, &conn, 2 * NSTIME_S, _i, &packet);
    ck_assert_int_eq(state, CONNTRACKD_UDP_REPLIED);
    state = conntrackd_state_after(state, &conn, 2 * NSTIME_S + 1, _i, &packet);
    ck_assert_int_eq(state, CONNTRACKD_UDP_ASSURED);
}
END_TEST

/* nf_conntrack_tcp_timeout_*, nf_conntrack_udp_timeout and _stream of Linux 6.1. */
START_TEST(time_outs_are_the_kernels)
{
    static const struct {
        enum conntrackd_state state;
        unsigned seconds;
    } rows[] = {
        {CONNTRACKD_SYN_SENT, 120},   {CONNTRACKD_SYN_RECV, 60},     {CONNTRACKD_ESTABLISHED, 777},
        {CONNTRACKD_FIN_WAIT, 120},   {CONNTRACKD_CLOSE_WAIT, 60},   {CONNTRACKD_LAST_ACK, 30},
        {CONNTRACKD_TIME_WAIT, 120},  {CONNTRACKD_UDP_NEW, 30},      {CONNTRACKD_UDP_REPLIED, 30},
        {CONNTRACKD_UDP_ASSURED, 120},
    };
    struct virtual virtual = {.idle_time = 777 * NSTIME_S};
    for (unsigned i = 0; i < G_N_ELEMENTS(rows); i++)
        ck_assert_int_eq(conntrackd_state_timeout(rows[i].state, &virtual),
                         rows[i].seconds * NSTIME_S);
}
END_TEST

/* The bytes of an established connection, number by number as include/network.h and
 * linux/netfilter/nf_conntrack_common.h have them: type 1 of version 1, 68 bytes; attributes 0
 * (addresses), 5 (status: seen reply, assured, confirmed, destination translated, both
 * done), 2 (TCP), 3 (ports), 4 (state 3), 6 (time-out), 13 (the real destination). */
START_TEST(the_bytes_are_the_real_ones)
{
    static const uint8_t expected[] = {
        0x11, 0,  0,   68, 0,    0, 0x03, 0xE8,             /* number 1000 */
        0,    12, 0,   0,  198,  51, 100, 7,   192, 0, 2, 80, /* client, virtual */
        0,    8,  0,   5,  0,    0, 0x01, 0xAE,
        0,    5,  0,   2,  6,    0, 0,    0,
        0,    8,  0,   3,  0x9C, 0x40, 0, 80,
        0,    5,  0,   4,  3,    0, 0,    0,
        0,    8,  0,   6,  0,    0, 0x1C, 0x20,             /* 7200 s */
        0,    8,  0,   13, 10,   0, 1,    1,
    };
    uint8_t bytes[CONNTRACKD_MESSAGE_MAX];
    struct conntrackd_message message = update(80);
    ck_assert_uint_eq(conntrackd_message_encode(&message, bytes), sizeof expected);
    ck_assert_mem_eq(bytes, expected, sizeof expected);
}
END_TEST

Suite *conntrackd_message_suite(void)
{
    Suite *suite = suite_create("conntrackd message");
    TCase *tcase = tcase_create("wire");
    tcase_add_test(tcase, sizes_are_the_real_ones);
    tcase_add_loop_test(tcase, what_is_written_is_read, 0, 3);
    tcase_add_test(tcase, what_is_cut_is_refused);
    tcase_add_test(tcase, the_bytes_are_the_real_ones);
    tcase_add_test(tcase, a_connection_goes_the_kernels_way);
    tcase_add_test(tcase, a_second_fin_is_the_last);
    tcase_add_loop_test(tcase, a_question_and_its_answer_are_no_stream, 0, 2);
    tcase_add_test(tcase, time_outs_are_the_kernels);
    suite_add_tcase(suite, tcase);
    return suite;
}
