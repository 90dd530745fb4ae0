/* "unknown-connection probe": the machines are asked. The tests play client and machines. */
#include "core/probe.h"
#include "tests/core/dice.h"
#include "tests/core/rig.h"
#include "tests/core/suites.h"

static struct rig rig;
static struct rig_unit *unit; /* it has taken over */

static void take_over(void)
{
    rig_command(unit, "failover active");
    rig_deliver(unit);
    rig_assert_roles(&rig, ROLE_STANDBY, ROLE_ACTIVE);
}

static void set_up(void)
{
    rig_set_up(&rig);
    unit = &rig.units[1];
    rig_run_both(&rig, 2 * NSTIME_S);
    rig_command_both(&rig, "option unknown-connection probe");
}

static void tear_down(void)
{
    rig_check(&rig.units[0]);
    rig_check(unit);
    rig_tear_down(&rig);
}

/* Further machines, 10.0.1.3 and so on. */
static void bind_up_to(unsigned last)
{
    for (unsigned i = 3; i <= last; i++) {
        char *real = g_strdup_printf("real 10.0.1.%u:80 is", i);
        char *bind = g_strdup_printf("bind 192.0.2.80:80 10.0.1.%u:80", i);
        rig_command_both(&rig, real);
        rig_command_both(&rig, bind);
        g_free(bind);
        g_free(real);
    }
}

/* Which machines the latest step asked, 1 << number each. */
static unsigned asked(void)
{
    unsigned set = 0;
    for (unsigned i = 0; i < rig_count(unit, EFFECT_PROBE); i++) {
        unsigned server = rig_effect(unit, EFFECT_PROBE, i)->packet.packet.destination_ip & 255;
        ck_assert_uint_eq(set >> server & 1, 0);
        set |= 1U << server;
    }
    ck_assert_uint_eq(rig_notes(unit, NOTE_PROBE_SENT), rig_count(unit, EFFECT_PROBE));
    return set;
}

/* Nothing left the unit. */
static void assert_silence(void)
{
    ck_assert_uint_eq(rig_count(unit, EFFECT_FORWARD), 0);
    ck_assert_uint_eq(rig_count(unit, EFFECT_RESET), 0);
}

/* The client asks to go on: with the numbers 1001 and 5001. */
static void client_repeats(void)
{
    rig_client(unit, TCP_ACK | TCP_PSH, 1001, 5001);
}

static void answer(unsigned server, uint32_t next, uint32_t acked)
{
    rig_server(unit, server, TCP_ACK, next, acked);
}

static void assert_goes_to(unsigned server)
{
    client_repeats();
    ck_assert_uint_eq(rig_forwarded(unit, SIDE_INSIDE)->destination_ip, RIG_REAL_IP + server);
}

/* ---- what is asked */

/* A keepalive in the client's name: its number less one, no bytes. Each machine has one, and
 * nothing is kept. */
START_TEST(a_keepalive_to_each)
{
    take_over();
    client_repeats();
    ck_assert_uint_eq(asked(), 1U << 1 | 1U << 2);
    ck_assert_uint_eq(rig_note(unit, NOTE_DROPPED)->detail, DROP_UNKNOWN_INBOUND);
    for (unsigned i = 0; i < 2; i++) {
        const struct effect *effect = rig_effect(unit, EFFECT_PROBE, i);
        const struct packet *probe = &effect->packet.packet;
        ck_assert_int_eq(effect->packet.side, SIDE_INSIDE);
        ck_assert_uint_eq(probe->source_ip, RIG_CLIENT_IP + RIG_CLIENT);
        ck_assert_uint_eq(probe->source_port, RIG_PORT);
        ck_assert_uint_eq(probe->destination_port, 80);
        ck_assert_uint_eq(probe->sequence, 1000);
        ck_assert_uint_eq(probe->acknowledgement, 5001);
        ck_assert_uint_eq(probe->flags, TCP_ACK);
        ck_assert_uint_eq(probe->payload_length, 0);
    }
    assert_silence();
    ck_assert_uint_eq(director_connections(unit->director), 0);
}
END_TEST

/* Nobody is asked for a RST, a SYN-ACK or a segment without an acknowledgement, before a
 * takeover, after the longest idle time, and about an address that is no virtual machine's. */
START_TEST(not_for_everything)
{
    static const uint8_t flags[] = {TCP_RST, TCP_RST | TCP_ACK, TCP_SYN | TCP_ACK, TCP_PSH};
    struct packet stranger = rig_from_client(RIG_CLIENT, RIG_PORT, TCP_ACK, 1001, 5001);
    rig_command_both(&rig, "timeout 192.0.2.80:80 60s");
    rig_packet(&rig.units[0], SIDE_OUTSIDE, &stranger);
    ck_assert_uint_eq(rig_count(&rig.units[0], EFFECT_PROBE), 0);
    nstime taken = rig.now;
    take_over();
    for (unsigned i = 0; i < G_N_ELEMENTS(flags); i++) {
        rig_client(unit, flags[i], 1001, 5001);
        ck_assert_uint_eq(asked(), 0);
    }
    stranger.destination_ip++;
    rig_packet(unit, SIDE_OUTSIDE, &stranger);
    ck_assert_uint_eq(asked(), 0);
    client_repeats();
    ck_assert_uint_ne(asked(), 0);
    rig_run_both(&rig, taken + 61 * NSTIME_S);
    client_repeats();
    ck_assert_uint_eq(asked(), 0);
}
END_TEST

/* Those bound and in service, eight at most; who comes again meets the others. */
START_TEST(at_most_eight)
{
    bind_up_to(12);
    rig_command_both(&rig, "out-of-service 10.0.1.2:80");
    take_over();
    client_repeats();
    unsigned first = asked();
    ck_assert_uint_eq(rig_count(unit, EFFECT_PROBE), PROBE_CANDIDATES);
    client_repeats();
    ck_assert_uint_eq(rig_count(unit, EFFECT_PROBE), PROBE_CANDIDATES);
    ck_assert_uint_eq((first | asked()) & 1U << 2, 0);
    ck_assert_uint_eq(first | asked(), 0x1FFEU & ~(1U << 2));
}
END_TEST

/* The machine where the client was last known is asked first. */
START_TEST(last_known_first)
{
    bind_up_to(12);
    rig_command_both(&rig, "sticky 192.0.2.80:80 60min");
    rig_open(&rig.units[0], RIG_CLIENT, RIG_PORT + 1);
    rig_deliver(&rig.units[0]);
    struct connection_view view;
    ck_assert(rig_knows(unit, RIG_CLIENT, RIG_PORT + 1, &view));
    take_over();
    for (unsigned i = 0; i < 3; i++) {
        client_repeats();
        ck_assert_uint_eq(rig_effect(unit, EFFECT_PROBE, 0)->packet.packet.destination_ip,
                          view.real.ip);
    }
}
END_TEST

/* A machine that has a connection with this client's very port, to another virtual machine, is
 * not asked: its answer would go out through that one. */
START_TEST(not_through_another_connection)
{
    rig_command_both(&rig, "virtual 192.0.2.81:80 is");
    rig_command_both(&rig, "bind 192.0.2.81:80 10.0.1.1:80");
    take_over();
    struct packet packet = rig_from_client(RIG_CLIENT, RIG_PORT, TCP_SYN, 7000, 0);
    packet.destination_ip = RIG_VIRTUAL_IP + 1;
    rig_packet(unit, SIDE_OUTSIDE, &packet);
    client_repeats();
    ck_assert_uint_eq(asked(), 1U << 2);
}
END_TEST

/* ---- what is answered */

/* Wrong machines' RSTs go nowhere, nor does the right one's acknowledgement; the client's next
 * repetition goes to it, and then the standby is told. So too where routers would pass what
 * machines say unasked. */
START_TEST(who_answers_has_it)
{
    if (_i == 1)
        rig_command_both(&rig, "option unknown-outbound pass");
    take_over();
    client_repeats();
    rig_server(unit, 1, TCP_RST, 5001, 0);
    assert_silence();
    rig_assert_dropped(unit, NOTE_DROPPED, DROP_PROBE_ANSWER);
    answer(2, 5001, 1001);
    assert_silence();
    ck_assert(!rig_view(unit).create_sent);
    assert_goes_to(2);
    ck_assert_uint_eq(rig_notes(unit, NOTE_PROBED), 1);
    ck_assert(rig_view(unit).create_sent);
    rig_server(unit, 1, TCP_RST, 5001, 0); /* a late one */
    assert_silence();
    rig_server(unit, 2, TCP_ACK | TCP_PSH, 5001, 1002);
    ck_assert_uint_eq(rig_forwarded(unit, SIDE_OUTSIDE)->source_ip, RIG_VIRTUAL_IP);
}
END_TEST

/* A machine that took the bytes before its director died says so, and one that has sent more than
 * the client has: both are within the window. */
START_TEST(the_machine_is_ahead)
{
    take_over();
    client_repeats();
    answer(1, 9001, 1401);
    assert_goes_to(1);
}
END_TEST

/* A stale socket answers, first or second: the client that does not fit it is not let through to
 * it, the others are asked again, and the right one has it with its answer. */
START_TEST(stale_sockets_do_not_misbind)
{
    take_over();
    client_repeats();
    if (_i == 1)
        answer(2, 5001, 1001);
    answer(1, 700000000, 800000000);
    if (_i == 1) {
        assert_goes_to(2);
        return;
    }
    client_repeats();
    assert_silence();
    ck_assert_uint_eq(asked(), 1U << 2);
    answer(2, 5001, 1001);
    assert_silence();
    assert_goes_to(2);
}
END_TEST

/* Who returns the probe's own two numbers is a socket that the probe has made, under SYN cookies:
 * it knows nothing else, and has not the connection. */
START_TEST(an_echo_proves_nothing)
{
    take_over();
    client_repeats();
    answer(1, 5001, 1000);
    client_repeats();
    assert_silence();
    rig_assert_dropped(unit, NOTE_DROPPED, DROP_UNFIT);
    rig_server(unit, 2, TCP_SYN | TCP_ACK, 5001, 1001);
    assert_silence();
    client_repeats();
    assert_silence();
}
END_TEST

/* What a machine says by itself reaches the client: bytes at once, a bare acknowledgement (a
 * keepalive of its own) when no answer can be meant. */
START_TEST(its_own_words_pass)
{
    take_over();
    client_repeats();
    answer(2, 5001, 1001);
    if (_i == 0) {
        struct packet bytes =
            rig_from_server(2, RIG_CLIENT, RIG_PORT, TCP_ACK | TCP_PSH, 5001, 1001);
        bytes.payload_length = 100;
        rig_packet(unit, SIDE_INSIDE, &bytes);
    } else {
        rig_run_both(&rig, rig.now + 2 * NSTIME_S);
        answer(2, 5000, 1001);
    }
    ck_assert_uint_eq(rig_forwarded(unit, SIDE_OUTSIDE)->source_ip, RIG_VIRTUAL_IP);
}
END_TEST

/* Whatever comes from clients and machines, in any order and with any numbers, what must always
 * hold does (the rig looks), and what goes out is written with the virtual address. */
START_TEST(whatever_comes)
{
    static const uint8_t flags[] = {TCP_ACK, TCP_ACK | TCP_PSH, TCP_ACK | TCP_FIN, TCP_RST,
                                    TCP_RST | TCP_ACK, TCP_SYN, TCP_SYN | TCP_ACK, TCP_PSH};
    static const uint32_t numbers[] = {1000, 1001, 1002, 5000, 5001, 0x40000000, 0xC0000000};
    struct dice dice = {77 + (uint64_t)_i};
    bind_up_to(3);
    rig_command_both(&rig, _i % 2 == 0 ? "option unknown-connection learn+probe"
                                       : "option unknown-connection probe");
    take_over();
    for (unsigned i = 0; i < 3000; i++) {
        enum side from = dice_below(&dice, 2) == 0 ? SIDE_OUTSIDE : SIDE_INSIDE;
        unsigned server = 1 + dice_below(&dice, 3);
        uint16_t port = (uint16_t)(RIG_PORT + dice_below(&dice, 3));
        uint8_t flag = flags[dice_below(&dice, G_N_ELEMENTS(flags))];
        uint32_t sequence = numbers[dice_below(&dice, G_N_ELEMENTS(numbers))];
        uint32_t acknowledged = numbers[dice_below(&dice, G_N_ELEMENTS(numbers))];
        struct packet packet =
            from == SIDE_OUTSIDE
                ? rig_from_client(RIG_CLIENT, port, flag, sequence, acknowledged)
                : rig_from_server(server, RIG_CLIENT, port, flag, sequence, acknowledged);
        packet.payload_length = (uint16_t)(dice_below(&dice, 2) * 100);
        rig_packet(unit, from, &packet);
        const struct effect *out = rig_effect(unit, EFFECT_FORWARD, 0);
        if (out != NULL && out->packet.side == SIDE_OUTSIDE)
            ck_assert_uint_eq(out->packet.packet.source_ip, RIG_VIRTUAL_IP);
        ck_assert_uint_eq(rig_count(unit, EFFECT_RESET), 0);
        if (dice_below(&dice, 50) == 0)
            rig_run_both(&rig, rig.now + 700 * NSTIME_MS);
    }
    ck_assert_uint_gt(director_count(unit->director, NOTE_PROBED), 0);
}
END_TEST

/* ---- limits */

static unsigned flood(unsigned first_network, unsigned networks, unsigned packets)
{
    unsigned sent = 0;
    for (unsigned i = 0; i < packets; i++) {
        struct packet packet = rig_from_client(1, (uint16_t)(1024 + i), TCP_ACK, i, i);
        packet.source_ip = (first_network + i % networks) << 8 | (i / networks & 0xFF);
        rig_packet(unit, SIDE_OUTSIDE, &packet);
        sent += rig_count(unit, EFFECT_PROBE);
        ck_assert_uint_eq(rig_count(unit, EFFECT_PROBE) + 2 * rig_notes(unit, NOTE_PROBE_LIMITED),
                          2);
        assert_silence();
    }
    return sent;
}

/* A tenth of a second's worth at once, then as many as the time allows. Strangers have half of it
 * while the table knows a network, and all if it knows none; who comes from a network of the
 * table is asked for all the same. */
START_TEST(strangers_do_not_starve_neighbours)
{
    rig_command_both(&rig, "option probe-limit 1000");
    if (_i == 0) {
        rig_open(&rig.units[0], 99, RIG_PORT);
        rig_deliver(&rig.units[0]);
    }
    take_over();
    unsigned half = _i == 0 ? 2 : 1;
    ck_assert_uint_eq(flood(0x640000, 1000, 500), 100 / half);
    rig_run_both(&rig, rig.now + 50 * NSTIME_MS);
    ck_assert_uint_eq(flood(0x640000, 1000, 500), 50 / half / 2 * 2);
    client_repeats();
    ck_assert_uint_eq(rig_count(unit, EFFECT_PROBE), _i == 0 ? 2 : 0);
}
END_TEST

/* One network of sources has no more than its own limit; another is not touched. */
START_TEST(a_network_has_its_limit)
{
    rig_command_both(&rig, "option probe-source-limit 100");
    take_over();
    ck_assert_uint_eq(flood(0x640000, 1, 200), 10);
    ck_assert_uint_eq(rig_note(unit, NOTE_PROBE_LIMITED)->detail, PROBE_LIMIT_SOURCE);
    ck_assert_uint_eq(flood(0x650000, 1, 200), 10);
    rig_run_both(&rig, rig.now + NSTIME_S);
    ck_assert_uint_eq(flood(0x640000, 1, 200), 10);
}
END_TEST

Suite *probe_suite(void)
{
    Suite *suite = suite_create("probe");
    TCase *tcase = tcase_create("probe");
    tcase_add_checked_fixture(tcase, set_up, tear_down);
    tcase_add_test(tcase, a_keepalive_to_each);
    tcase_add_test(tcase, not_for_everything);
    tcase_add_test(tcase, at_most_eight);
    tcase_add_test(tcase, last_known_first);
    tcase_add_test(tcase, not_through_another_connection);
    tcase_add_loop_test(tcase, who_answers_has_it, 0, 2);
    tcase_add_test(tcase, the_machine_is_ahead);
    tcase_add_loop_test(tcase, stale_sockets_do_not_misbind, 0, 2);
    tcase_add_test(tcase, an_echo_proves_nothing);
    tcase_add_loop_test(tcase, its_own_words_pass, 0, 2);
    tcase_add_loop_test(tcase, whatever_comes, 0, 4);
    tcase_add_loop_test(tcase, strangers_do_not_starve_neighbours, 0, 2);
    tcase_add_test(tcase, a_network_has_its_limit);
    suite_add_tcase(suite, tcase);
    return suite;
}
