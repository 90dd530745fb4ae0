/* "unknown-outbound": what a server says outside any connection. */
#include "tests/core/rig.h"
#include "tests/core/suites.h"

static struct rig rig;
static struct rig_unit *unit;

static void set_up(void)
{
    rig_set_up(&rig);
    unit = &rig.units[0];
}

static void tear_down(void)
{
    rig_check(unit);
    rig_tear_down(&rig);
}

/* A server's packet that matches nothing is dropped, and under "pass" goes out as it is, with the
 * server's own address; each leaves its note. */
START_TEST(a_server_speaks)
{
    struct packet packet =
        rig_from_server(1, RIG_CLIENT, RIG_PORT, TCP_ACK | TCP_PSH, 5001, 1001);
    rig_packet(unit, SIDE_INSIDE, &packet);
    rig_assert_dropped(unit, NOTE_DROPPED, DROP_UNKNOWN_OUTBOUND);
    rig_command(unit, "option unknown-outbound pass");
    rig_packet(unit, SIDE_INSIDE, &packet);
    ck_assert_uint_eq(rig_note(unit, NOTE_PASSED)->detail, DROP_UNKNOWN_OUTBOUND);
    const struct effect *effect = rig_effect(unit, EFFECT_FORWARD, 0);
    ck_assert_int_eq(effect->packet.side, SIDE_OUTSIDE);
    ck_assert_mem_eq(&effect->packet.packet, &packet, sizeof packet);
    ck_assert_uint_eq(director_connections(unit->director), 0);
}
END_TEST

/* What comes back for the server's own address, a RST of the client's host or whatever else, is
 * passed as well; without the option it is for nobody. */
START_TEST(a_client_answers_the_server)
{
    static const uint8_t flags[] = { TCP_RST, TCP_ACK, TCP_SYN };
    struct packet packet = rig_from_client(RIG_CLIENT, RIG_PORT, flags[_i], 1001, 5001);
    packet.destination_ip = RIG_REAL_IP + 1;
    rig_packet(unit, SIDE_OUTSIDE, &packet);
    ck_assert_uint_eq(rig_count(unit, EFFECT_FORWARD), 0);
    rig_command(unit, "option unknown-outbound pass");
    rig_packet(unit, SIDE_OUTSIDE, &packet);
    ck_assert_uint_eq(rig_note(unit, NOTE_PASSED)->detail, DROP_NO_VIRTUAL);
    const struct effect *effect = rig_effect(unit, EFFECT_FORWARD, 0);
    ck_assert_int_eq(effect->packet.side, SIDE_INSIDE);
    ck_assert_mem_eq(&effect->packet.packet, &packet, sizeof packet);
    packet.destination_ip = RIG_REAL_IP + 9; /* no machine of ours */
    rig_packet(unit, SIDE_OUTSIDE, &packet);
    ck_assert_uint_eq(rig_count(unit, EFFECT_FORWARD), 0);
}
END_TEST

/* "pass" is for packets of no connection only: to the virtual address they are unknown as ever, and
 * those of a connection are translated. */
START_TEST(others_are_not_passed)
{
    rig_command(unit, "option unknown-outbound pass");
    rig_client(unit, TCP_ACK, 1001, 5001);
    rig_assert_dropped(unit, NOTE_DROPPED, DROP_UNKNOWN_INBOUND);
    unsigned server = rig_open(unit, RIG_CLIENT, RIG_PORT);
    rig_server(unit, server, TCP_ACK | TCP_PSH, 5001, 1001);
    const struct effect *effect = rig_effect(unit, EFFECT_FORWARD, 0);
    ck_assert_uint_eq(effect->packet.packet.source_ip, RIG_VIRTUAL_IP);
    ck_assert_uint_eq(rig_notes(unit, NOTE_PASSED), 0);
}
END_TEST

/* A standby passes nothing: it is not in the way. */
START_TEST(a_standby_passes_nothing)
{
    struct packet packet = rig_from_server(1, RIG_CLIENT, RIG_PORT, TCP_ACK, 5001, 1001);
    rig_command(&rig.units[1], "option unknown-outbound pass");
    rig_packet(&rig.units[1], SIDE_INSIDE, &packet);
    rig_assert_dropped(&rig.units[1], NOTE_DROPPED, DROP_STANDBY);
}
END_TEST

Suite *unknown_outbound_suite(void)
{
    Suite *suite = suite_create("unknown outbound");
    TCase *tcase = tcase_create("unknown outbound");
    tcase_add_checked_fixture(tcase, set_up, tear_down);
    tcase_add_test(tcase, a_server_speaks);
    tcase_add_loop_test(tcase, a_client_answers_the_server, 0, 3);
    tcase_add_test(tcase, others_are_not_passed);
    tcase_add_test(tcase, a_standby_passes_nothing);
    suite_add_tcase(suite, tcase);
    return suite;
}
