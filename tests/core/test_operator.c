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
        "no bind 192.0.2.80:80 10.0.1.1:80", "no real 10.0.1.1:80 force",
        "no virtual 192.0.2.80:80 force"};
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
        {"show virtual", "192.0.2.80:80:0:tcp in-service leastconns connections 1 replicate\n"},
        {"show real", "10.0.1.1:80:0:tcp out-of-service weight 1 connections 0\n"},
        {"show bind", "192.0.2.80:80:0:tcp 10.0.1.1:80:0:tcp 10.0.1.2:80:0:tcp\n"},
        {"show connections", "198.51.100.7:40000 > 192.0.2.80:80 tcp 10.0.1.2:80 active"
                             " replicated\n"},
        {"show failover", "this unit primary active\n"},
        {"show statistics", "machine-state 2\n"},
        {"show configuration", "ip address 192.0.2.1\n"},
    };
    rig_open(unit, RIG_CLIENT, RIG_PORT);
    for (unsigned i = 0; i < G_N_ELEMENTS(shows); i++) {
        rig_command(unit, shows[i].line);
        const char *text = effect_text(&unit->effects, rig_effect(unit, EFFECT_REPLY, 0));
        ck_assert_msg(strstr(text, shows[i].says) != NULL, "%s: %s", shows[i].line, text);
    }
}
END_TEST

/* The operator names a connection and it ends, with its delete where one is due; a
 * standby's goes in silence. One that is not there is refused, and nothing is done
 * (R-408, R-805). */
START_TEST(ends_the_connection_named)
{
    struct rig_unit *at = &rig.units[_i];
    struct event wrong = {.kind = EVENT_COMMAND,
                          .command = "no connection 198.51.100.7:40001 192.0.2.80:80"};
    rig_open(unit, RIG_CLIENT, RIG_PORT);
    rig_deliver(unit);
    director_step(at->director, rig.now, &wrong, &at->effects);
    ck_assert_uint_eq(at->effects.count, 1);
    ck_assert(!rig_effect(at, EFFECT_REPLY, 0)->reply.ok);
    ck_assert_str_eq(effect_text(&at->effects, rig_effect(at, EFFECT_REPLY, 0)),
                     "no connection: there is none 198.51.100.7:40001 > 192.0.2.80:80 tcp; show"
                     " connections lists all");
    rig_command(at, "no connection 198.51.100.7:40000 192.0.2.80:80");
    ck_assert_uint_eq(rig_note(at, NOTE_ENDED)->detail, END_OPERATOR);
    ck_assert_uint_eq(rig_count(at, EFFECT_DATAGRAM), _i == 0);
    ck_assert(rig_gone(at));
    rig_check(at);
}
END_TEST

/* The interval is shortened while the unit waits for a hello under the old one, on both
 * units at once as the operator would: no silence of before counts under the new
 * interval, no false alarm; a peer that stays silent then is missed in due time
 * (R-1005). */
START_TEST(new_interval_is_no_alarm)
{
    struct rig_unit *standby = &rig.units[1];
    for (unsigned i = 0; i < 2; i++)
        rig_command(&rig.units[i], "failover hellotime 60s");
    rig_run_both(&rig, 50 * NSTIME_S);
    for (unsigned i = 0; i < 2; i++)
        rig_command(&rig.units[i], "failover hellotime 1s");
    rig_deadline(standby);
    ck_assert_uint_eq(director_count(standby->director, NOTE_HELLO_MISSED), 0);
    rig_run_both(&rig, 60 * NSTIME_S);
    ck_assert_uint_eq(director_count(standby->director, NOTE_HELLO_MISSED), 0);
    rig_command(standby, "failover hellotime 2s");
    rig_run(standby, 60 * NSTIME_S + 4200 * NSTIME_MS - 1);
    ck_assert_int_eq(director_role(standby->director), ROLE_STANDBY);
    rig_run(standby, 60 * NSTIME_S + 4200 * NSTIME_MS);
    ck_assert_int_eq(director_role(standby->director), ROLE_ACTIVE);
}
END_TEST

/* Times entered while connections stand hold for them at once, and exactly: half open,
 * held after the close, kept at the standby. Longer or shorter. */
static const struct {
    const char *first, *second;
    nstime ends;
} times[] = {
    {"option half-open-time 40s", "option half-open-time 90s", 90 * NSTIME_S},
    {"option half-open-time 90s", "option half-open-time 40s", 40 * NSTIME_S},
    {"delay 192.0.2.80:80 40s", "delay 192.0.2.80:80 90s", 90 * NSTIME_S},
    {"delay 192.0.2.80:80 90s", "delay 192.0.2.80:80 40s", 40 * NSTIME_S},
    {"delay 192.0.2.80:80 90s", "delay 192.0.2.80:80 0", 30 * NSTIME_S},
    {"option standby-timeout 40s", "option standby-timeout 90s", 90 * NSTIME_S},
    {"option standby-timeout off", "option standby-timeout 40s", 40 * NSTIME_S},
    {"option standby-timeout 90s", "option standby-timeout 10s", 30 * NSTIME_S},
};

START_TEST(times_hold_at_once)
{
    struct rig_unit *at = strstr(times[_i].first, "standby") != NULL ? &rig.units[1] : unit;
    rig_command(&rig.units[1], "no failover");
    rig_command(at, times[_i].first);
    if (strstr(times[_i].first, "half-open") != NULL)
        rig_client(unit, TCP_SYN, 1000, 0);
    else
        rig_open(unit, RIG_CLIENT, RIG_PORT);
    rig_deliver(unit);
    if (strstr(times[_i].first, "delay") != NULL)
        rig_close(unit, rig_view(unit).real.ip - RIG_REAL_IP, RIG_CLIENT, RIG_PORT);
    rig_run(at, 30 * NSTIME_S);
    rig_command(at, times[_i].second);
    if (times[_i].ends > 30 * NSTIME_S)
        rig_run(at, times[_i].ends - 1);
    ck_assert(!rig_gone(at));
    rig_run(at, times[_i].ends);
    ck_assert(rig_gone(at));
}
END_TEST

/* A command that has nothing to do with times walks no connections: their deadlines are
 * as they were, too early ones included, which is right (see deadline.c). One that has,
 * sets them. */
START_TEST(commands_touch_deadlines_only_for_times)
{
    static const struct {
        const char *line;
        nstime deadline;
    } rows[] = {
        {"weight 10.0.1.1:80 5", 100 * NSTIME_S},
        {"option unknown-connection reset", 100 * NSTIME_S},
        {"out-of-service 10.0.1.1:80", 100 * NSTIME_S},
        {"timeout 192.0.2.80:80 100s", 150 * NSTIME_S},
        {"option half-open-time 61s", 150 * NSTIME_S},
    };
    rig_command(unit, "failover hellotime 60min");
    rig_command(unit, "timeout 192.0.2.80:80 100s");
    rig_open(unit, RIG_CLIENT, RIG_PORT);
    rig_run(unit, 50 * NSTIME_S);
    rig_client(unit, TCP_ACK, 1001, 5001);
    rig_command(unit, rows[_i].line);
    ck_assert_int_eq(director_deadline(unit->director), rows[_i].deadline);
}
END_TEST

/* A virtual machine fails because its last machine goes, or the binding, or the virtual
 * machine that backed it up; and comes back with another. Noted each time, by its
 * address, old state and new. */
START_TEST(notes_what_removal_makes_of_others)
{
    static const char *const lines[] = {
        "no real 10.0.1.9:80 force", "no bind 192.0.2.81:80 10.0.1.9:80",
        "no virtual 192.0.2.81:80 force"};
    struct rig_unit *at = &rig.units[_i / 3];
    rig_command(at, "real 10.0.1.9:80");
    rig_command(at, "virtual 192.0.2.81:80");
    rig_command(at, "bind 192.0.2.81:80 10.0.1.9:80");
    rig_command(at, "virtual 192.0.2.82:80");
    rig_command(at, "backup 192.0.2.82:80 192.0.2.81:80");
    rig_command(at, lines[_i % 3]);
    ck_assert_uint_eq(rig_notes(at, NOTE_MACHINE_STATE), _i % 3 == 2 ? 1 : 2);
    for (unsigned i = 0; i < at->effects.count; i++) {
        const struct note *note = &at->effects.items[i].note;
        if (at->effects.items[i].kind != EFFECT_NOTE || note->code != NOTE_MACHINE_STATE)
            continue;
        ck_assert_uint_eq(note->detail, MACHINE_IN_SERVICE << 8 | MACHINE_FAILED);
        ck_assert(note->real.ip == RIG_VIRTUAL_IP + 1 || note->real.ip == RIG_VIRTUAL_IP + 2);
    }
    rig_command(at, "bind 192.0.2.82:80 10.0.1.1:80");
    ck_assert_uint_eq(rig_note(at, NOTE_MACHINE_STATE)->real.ip, RIG_VIRTUAL_IP + 2);
    ck_assert_uint_eq(rig_note(at, NOTE_MACHINE_STATE)->detail,
                      MACHINE_FAILED << 8 | MACHINE_IN_SERVICE);
}
END_TEST

/* The same commands at a standby that holds conns: they go as well, counters with them,
 * and it tells nobody; the active's deletes for them find nothing. */
START_TEST(standby_lets_go_of_removed_machines)
{
    static const char *const lines[] = {
        "no bind 192.0.2.80:80 10.0.1.1:80", "no real 10.0.1.1:80 force",
        "no virtual 192.0.2.80:80 force"};
    struct rig_unit *standby = &rig.units[1];
    for (uint16_t port = 1; port <= 10; port++) {
        rig_open(unit, RIG_CLIENT, port);
        rig_deliver(unit);
    }
    unsigned gone = _i == 2 ? 10 : 5;
    rig_command(standby, lines[_i]);
    ck_assert_uint_eq(rig_notes(standby, NOTE_ENDED), gone);
    ck_assert_uint_eq(rig_count(standby, EFFECT_DATAGRAM), 0);
    ck_assert_uint_eq(director_connections(standby->director), 10 - gone);
    rig_check(standby);
    rig_command(unit, lines[_i]);
    rig_deliver(unit);
    ck_assert_uint_eq(director_count(standby->director, NOTE_DELETE_UNKNOWN), gone);
    ck_assert_uint_eq(director_connections(standby->director), 10 - gone);
    rig_check(standby);
}
END_TEST

/* A machine's limit and weight change while it has connections: what stands, stands; a
 * new one is given by what holds now. */
START_TEST(limits_hold_for_new_connections)
{
    static const char *const closed[] = {"maxconns 10.0.1.1:80 3", "weight 10.0.1.1:80 0"};
    static const char *const reopened[] = {"maxconns 10.0.1.1:80 0", "weight 10.0.1.1:80 1"};
    for (uint16_t port = 1; port <= 10; port++)
        rig_open(unit, RIG_CLIENT, port);
    rig_command(unit, closed[_i]);
    ck_assert_uint_eq(director_connections(unit->director), 10);
    for (uint16_t port = 11; port <= 14; port++)
        ck_assert_uint_eq(rig_open(unit, RIG_CLIENT, port), 2);
    rig_command(unit, reopened[_i]);
    for (uint16_t port = 15; port <= 18; port++) /* the one with fewer catches up */
        ck_assert_uint_eq(rig_open(unit, RIG_CLIENT, port), 1);
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
    tcase_add_loop_test(tcase, ends_the_connection_named, 0, 2);
    tcase_add_test(tcase, new_interval_is_no_alarm);
    tcase_add_loop_test(tcase, times_hold_at_once, 0, G_N_ELEMENTS(times));
    tcase_add_loop_test(tcase, commands_touch_deadlines_only_for_times, 0, 5);
    tcase_add_loop_test(tcase, notes_what_removal_makes_of_others, 0, 6);
    tcase_add_loop_test(tcase, standby_lets_go_of_removed_machines, 0, 3);
    tcase_add_loop_test(tcase, limits_hold_for_new_connections, 0, 2);
    suite_add_tcase(suite, tcase);
    return suite;
}
