#include "core/machine.h"
#include "tests/core/rig.h"
#include "tests/core/suites.h"

#include <string.h>

/* ---- fixture: the active unit of a pair */

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

/* ---- tests: timers */

/* Idle for its virtual machine's idle time after the last packet of either side, it
 * goes at exactly that instant, with its delete. */
START_TEST(expires_after_the_idle_time)
{
    rig_command(unit, "timeout 192.0.2.80:80 100s");
    unsigned server = rig_open(unit, RIG_CLIENT, RIG_PORT);
    rig_run(unit, 99 * NSTIME_S);
    rig_client(unit, TCP_ACK, 1001, 5001);
    rig_run(unit, 160 * NSTIME_S);
    rig_server(unit, server, TCP_ACK, 5001, 1001);
    rig_run(unit, 260 * NSTIME_S - 1);
    ck_assert(!rig_gone(unit));
    ck_assert_int_eq(director_deadline(unit->director), 260 * NSTIME_S);
    rig.now = 260 * NSTIME_S;
    rig_deadline(unit);
    ck_assert(rig_gone(unit));
    ck_assert_uint_eq(rig_note(unit, NOTE_ENDED)->detail, END_IDLE);
}
END_TEST

/* A request that is never answered, or never acknowledged, is dropped after the
 * half-open time from its last packet (fact F-605). */
START_TEST(expires_half_open)
{
    rig_client(unit, TCP_SYN, 1000, 0);
    if (_i == 1)
        rig_server(unit, rig_view(unit).real.ip - RIG_REAL_IP, TCP_SYN | TCP_ACK, 5000, 1001);
    rig_run(unit, 31 * NSTIME_S);
    rig_client(unit, TCP_SYN, 1000, 0);
    rig_run(unit, 91 * NSTIME_S - 1);
    ck_assert(!rig_gone(unit));
    rig_run(unit, 91 * NSTIME_S);
    ck_assert(rig_gone(unit));
    ck_assert_uint_eq(director_count(unit->director, NOTE_DELETE_SENT), 0);
}
END_TEST

/* A shorter idle time, entered while connections stand, holds for them at once. */
START_TEST(follows_a_new_idle_time)
{
    rig_open(unit, RIG_CLIENT, RIG_PORT);
    rig_run(unit, 10 * NSTIME_S);
    rig_command(unit, "timeout 192.0.2.80:80 30s");
    rig_run(unit, 30 * NSTIME_S - 1);
    ck_assert(!rig_gone(unit));
    rig_run(unit, 30 * NSTIME_S);
    ck_assert(rig_gone(unit));
}
END_TEST

/* ---- tests: commands */

/* A machine or binding with connections is removed: its connections end first, with
 * their deletes; the others stay. */
START_TEST(ends_connections_of_removed_machines)
{
    static const char *const lines[] = {
        "no bind 192.0.2.80:80 10.0.1.1:80", "no real 10.0.1.1:80", "no virtual 192.0.2.80:80"};
    for (uint16_t port = 1; port <= 10; port++)
        rig_open(unit, RIG_CLIENT, port);
    rig_command(unit, lines[_i]);
    unsigned gone = _i == 2 ? 10 : 5;
    ck_assert_uint_eq(rig_notes(unit, NOTE_DELETE_SENT), gone);
    ck_assert_uint_eq(rig_count(unit, EFFECT_DATAGRAM), gone);
    ck_assert_uint_eq(director_connections(unit->director), 10 - gone);
    for (size_t i = 0; i < unit->effects.count; i++)
        if (unit->effects.items[i].kind == EFFECT_NOTE
            && unit->effects.items[i].note.code == NOTE_ENDED)
            ck_assert_uint_eq(unit->effects.items[i].note.detail, END_MACHINE_REMOVED);
}
END_TEST

/* Two virtual machines share a server: unbinding it from one leaves the connections of
 * the other alone. */
START_TEST(ends_connections_of_one_binding_only)
{
    rig_command(unit, "virtual 192.0.2.80:81");
    rig_command(unit, "bind 192.0.2.80:81 10.0.1.1:80");
    rig_command(unit, "out-of-service 10.0.1.2:80");
    for (uint16_t port = 1; port <= 10; port++) {
        struct packet syn = rig_from_client(RIG_CLIENT, port, TCP_SYN, 1000, 0);
        syn.destination_port = port % 2 == 0 ? 80 : 81;
        rig_packet(unit, SIDE_OUTSIDE, &syn);
    }
    rig_command(unit, "no bind 192.0.2.80:81 10.0.1.1:80");
    ck_assert_uint_eq(rig_notes(unit, NOTE_ENDED), 5);
    struct connection_view view;
    for (uint16_t port = 2; port <= 10; port += 2)
        ck_assert(rig_knows(unit, RIG_CLIENT, port, &view));
}
END_TEST

/* A command that is refused says why and does nothing; a change of a machine's state
 * is noted; what is shown is not empty. */
START_TEST(answers_the_operator)
{
    struct event wrong = {.kind = EVENT_COMMAND, .command = "real nonsense"};
    director_step(unit->director, 0, &wrong, &unit->effects);
    ck_assert_uint_eq(unit->effects.count, 1);
    ck_assert(!rig_effect(unit, EFFECT_REPLY, 0)->reply.ok);
    ck_assert_ptr_nonnull(strstr(effect_text(&unit->effects, rig_effect(unit, EFFECT_REPLY, 0)),
                                 "nonsense"));
    rig_command(unit, "out-of-service 10.0.1.1:80");
    ck_assert_uint_eq(rig_note(unit, NOTE_MACHINE_STATE)->detail,
                      MACHINE_IN_SERVICE << 8 | MACHINE_OUT_OF_SERVICE);
    static const struct {
        const char *line, *says;
    } shows[] = {
        {"show virtual", "192.0.2.80:80:0:tcp in-service leastconns connections 0 replicate\n"},
        {"show real", "10.0.1.1:80:0:tcp out-of-service weight 1 connections 0\n"},
        {"show bind", "192.0.2.80:80:0:tcp 10.0.1.1:80:0:tcp 10.0.1.2:80:0:tcp\n"},
        {"show failover", "this unit primary active\n"},
        {"show statistics", "machine-state 2\n"},
        {"show configuration", "ip address 192.0.2.1\n"},
    };
    for (unsigned i = 0; i < G_N_ELEMENTS(shows); i++) {
        rig_command(unit, shows[i].line);
        const char *text = effect_text(&unit->effects, rig_effect(unit, EFFECT_REPLY, 0));
        ck_assert_msg(strstr(text, shows[i].says) != NULL, "%s: %s", shows[i].line, text);
    }
}
END_TEST

Suite *operator_suite(void)
{
    Suite *suite = suite_create("operator");
    TCase *tcase = tcase_create("operator");
    tcase_add_checked_fixture(tcase, set_up, tear_down);
    tcase_add_test(tcase, expires_after_the_idle_time);
    tcase_add_loop_test(tcase, expires_half_open, 0, 2);
    tcase_add_test(tcase, follows_a_new_idle_time);
    tcase_add_loop_test(tcase, ends_connections_of_removed_machines, 0, 3);
    tcase_add_test(tcase, ends_connections_of_one_binding_only);
    tcase_add_test(tcase, answers_the_operator);
    suite_add_tcase(suite, tcase);
    return suite;
}
