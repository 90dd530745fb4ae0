/* "second-chance": who had the row before may have the connection (core/second_chance.h). */
#include "core/maglev.h"
#include "core/packet.h"
#include "tests/core/rig.h"
#include "tests/core/suites.h"

/* ---- the table's memory */

enum { FLOWS = 5000 };

static struct machines *machines;
static struct virtual *virtual;

static struct physical *add(unsigned number)
{
    struct machine_id id = {RIG_REAL_IP + number, 80, 0, PROTOCOL_TCP};
    struct physical *physical = machines_add_physical(machines, id);
    machines_bind(machines, virtual, physical);
    return physical;
}

static void serve(struct physical *physical, bool serves)
{
    physical->state = serves ? MACHINE_IN_SERVICE : MACHINE_OUT_OF_SERVICE;
    machines_changed(machines);
    maglev_refresh(virtual);
}

static void look(struct physical **now, struct physical **before)
{
    for (unsigned i = 0; i < FLOWS; i++) {
        struct flow flow = rig_flow(i / 100, (uint16_t)(RIG_PORT + i % 100));
        now[i] = maglev_machine(virtual, &flow);
        before[i] = maglev_former(virtual, &flow);
    }
}

/* Three machines and a fourth that comes and goes, and then another goes. A row that moves keeps
 * whose it was, one that does not keeps what it had; who is bound no longer is nobody's. */
START_TEST(rows_remember_who_was_there)
{
    static struct physical *now[4][FLOWS], *before[4][FLOWS];
    machines = machines_new();
    virtual = machines_add_virtual(
        machines, (struct machine_id){RIG_VIRTUAL_IP, 80, 0, PROTOCOL_TCP});
    struct physical *leaver = add(1);
    add(2);
    add(3);
    struct physical *guest = add(4);
    serve(guest, false);
    look(now[0], before[0]);
    serve(guest, true);
    look(now[1], before[1]);
    serve(guest, false);
    look(now[2], before[2]);
    serve(leaver, false);
    look(now[3], before[3]);
    unsigned moved = 0, twice = 0;
    for (unsigned i = 0; i < FLOWS; i++) {
        for (unsigned k = 1; k < 4; k++)
            ck_assert_ptr_eq(before[k][i], now[k][i] != now[k - 1][i] ? now[k - 1][i]
                                                                     : before[k - 1][i]);
        ck_assert(before[0][i] == NULL && now[2][i] == now[0][i]);
        moved += before[2][i] == guest;
        twice += before[3][i] == leaver && before[2][i] == guest;
    }
    ck_assert_uint_gt(moved, FLOWS / 5);
    ck_assert_uint_gt(twice, 0);
    machines_unbind(machines, virtual, guest);
    look(now[0], before[0]);
    for (unsigned i = 0; i < FLOWS; i++)
        ck_assert_ptr_eq(before[0][i], before[3][i] != guest ? before[3][i] : NULL);
    machines_free(machines);
}
END_TEST

/* ---- a unit that has taken over */

static struct rig rig;
static struct rig_unit *unit;
static uint16_t port;   /* of a client whose row has moved from machine 3 */
static unsigned server; /* whose it is now */

/* Whom the table gives a packet of this port, by its next hop. */
static unsigned ask(uint16_t of, const struct packet **forwarded)
{
    struct packet packet = rig_from_client(RIG_CLIENT, of, TCP_ACK | TCP_PSH, 1001, 5001);
    rig_packet(unit, SIDE_OUTSIDE, &packet);
    *forwarded = rig_forwarded(unit, SIDE_INSIDE);
    return (*forwarded)->destination_ip - RIG_REAL_IP;
}

static void answer(unsigned from, uint8_t flags)
{
    struct packet packet = rig_from_server(from, RIG_CLIENT, port, flags, 5001, 1001);
    rig_packet(unit, SIDE_INSIDE, &packet);
}

/* Machine 3 has served and is out of service again; the first packet names it. */
static void set_up_with(const char *option)
{
    const struct packet *forwarded;
    rig_set_up(&rig);
    unit = &rig.units[1];
    rig_run_both(&rig, 2 * NSTIME_S);
    rig_command_both(&rig, "option unknown-connection hash");
    rig_command_both(&rig, option);
    rig_command_both(&rig, "predictor 192.0.2.80:80 maglev");
    rig_command_both(&rig, "real 10.0.1.3:80 is");
    rig_command_both(&rig, "bind 192.0.2.80:80 10.0.1.3:80");
    rig_command_both(&rig, "out-of-service 10.0.1.3:80");
    rig_command(unit, "failover active");
    rig_deliver(unit);
    rig_assert_roles(&rig, ROLE_STANDBY, ROLE_ACTIVE);
    for (port = RIG_PORT; port < RIG_PORT + 50; port++) {
        server = ask(port, &forwarded);
        if (forwarded->second_ip == RIG_REAL_IP + 3)
            return;
    }
}

static void set_up(void)
{
    set_up_with("option second-chance yes");
    ck_assert_uint_lt(port, RIG_PORT + 50);
}

static void tear_down(void)
{
    rig_check(unit);
    rig_tear_down(&rig);
}

/* Its packet goes to the row's machine and names the former one, with its port; nothing is told
 * yet. Again and again, until one of the two speaks. */
START_TEST(a_packet_names_both)
{
    const struct packet *forwarded;
    ck_assert(server == 1 || server == 2);
    for (unsigned i = 0; i < 3; i++) {
        ck_assert_uint_eq(ask(port, &forwarded), server);
        ck_assert_uint_eq(forwarded->second_ip, RIG_REAL_IP + 3);
        ck_assert_uint_eq(forwarded->second_port, 80);
        ck_assert_uint_eq(rig_notes(unit, NOTE_CREATE_SENT), 0);
    }
    struct connection_view view;
    ck_assert(rig_knows(unit, RIG_CLIENT, port, &view) && view.state == CONN_ACTIVE);
    ck_assert(!view.create_sent);
}
END_TEST

/* The former one answers: it has the conn from then on, its client hears it as the virtual
 * machine, the standby is told of it, and the next packet goes to it and names nobody. */
START_TEST(the_former_machine_answers)
{
    const struct packet *forwarded;
    answer(3, TCP_ACK | TCP_PSH);
    ck_assert_uint_eq(rig_forwarded(unit, SIDE_OUTSIDE)->source_ip, RIG_VIRTUAL_IP);
    ck_assert_uint_eq(rig_notes(unit, NOTE_SECOND_CHANCE), 1);
    ck_assert_uint_eq(rig_note(unit, NOTE_CREATE_SENT)->real.ip, RIG_REAL_IP + 3);
    ck_assert_uint_eq(ask(port, &forwarded), 3);
    ck_assert_uint_eq(forwarded->second_ip, 0);
    answer(server, TCP_ACK); /* too late: nobody's */
    rig_assert_dropped(unit, NOTE_DROPPED, DROP_UNKNOWN_OUTBOUND);
}
END_TEST

/* The row's own machine answers: so it stays, and the other's word is nobody's. */
START_TEST(the_rows_machine_answers)
{
    const struct packet *forwarded;
    answer(server, TCP_ACK | TCP_PSH);
    ck_assert_uint_eq(rig_notes(unit, NOTE_SECOND_CHANCE), 0);
    ck_assert_uint_eq(rig_note(unit, NOTE_CREATE_SENT)->real.ip, RIG_REAL_IP + server);
    ck_assert_uint_eq(ask(port, &forwarded), server);
    ck_assert_uint_eq(forwarded->second_ip, 0);
    answer(3, TCP_ACK | TCP_PSH);
    rig_assert_dropped(unit, NOTE_DROPPED, DROP_UNKNOWN_OUTBOUND);
}
END_TEST

/* Neither had it: the former one's RST, which kept the packet, ends it, and its client hears so. */
START_TEST(neither_has_it)
{
    struct connection_view view;
    answer(3, TCP_RST);
    ck_assert_int_eq(rig_forwarded(unit, SIDE_OUTSIDE)->flags, TCP_RST);
    ck_assert(!rig_knows(unit, RIG_CLIENT, port, &view));
}
END_TEST

/* A third machine was not asked: what it says is nobody's. */
START_TEST(nobody_else_is_believed)
{
    struct connection_view view;
    answer(3 - server, TCP_ACK | TCP_PSH);
    rig_assert_dropped(unit, NOTE_DROPPED, DROP_UNKNOWN_OUTBOUND);
    ck_assert(rig_knows(unit, RIG_CLIENT, port, &view));
    ck_assert_uint_eq(view.real.ip, RIG_REAL_IP + server);
}
END_TEST

/* Without the option no packet names anybody, and a connection is told of at once. */
START_TEST(without_it_nobody_is_named)
{
    set_up_with("option second-chance no");
    ck_assert_uint_eq(port, RIG_PORT + 50);
    ck_assert_uint_eq(director_count(unit->director, NOTE_CREATE_SENT), 50);
    tear_down();
}
END_TEST

Suite *second_chance_suite(void)
{
    Suite *suite = suite_create("second chance");
    TCase *tcase = tcase_create("table");
    tcase_add_test(tcase, rows_remember_who_was_there);
    tcase_add_test(tcase, without_it_nobody_is_named);
    suite_add_tcase(suite, tcase);
    tcase = tcase_create("director");
    tcase_add_checked_fixture(tcase, set_up, tear_down);
    tcase_add_test(tcase, a_packet_names_both);
    tcase_add_test(tcase, the_former_machine_answers);
    tcase_add_test(tcase, the_rows_machine_answers);
    tcase_add_test(tcase, neither_has_it);
    tcase_add_test(tcase, nobody_else_is_believed);
    suite_add_tcase(suite, tcase);
    return suite;
}
