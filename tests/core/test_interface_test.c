/* Interface tests: their steps, what ends them, what follows for the role; the failed state and
 * health preference. */
#include "core/hello.h"
#include "tests/core/rig.h"
#include "tests/core/suites.h"

#include <string.h>

static struct rig rig;
static struct rig_unit *primary, *secondary;

/* All paths but the cable, steps of 5 s, hellos each second, both heard of each other. */
static void set_up(void)
{
    rig_set_up(&rig);
    primary = &rig.units[0];
    secondary = &rig.units[1];
    for (unsigned i = 0; i < 2; i++) {
        rig_command(&rig.units[i], "option mirror none"); /* each has its own here */
        rig_command(&rig.units[i], "failover hellopaths link outside inside");
    }
    rig_run_both(&rig, 3 * NSTIME_S);
}

static void tear_down(void)
{
    rig_check(primary);
    rig_check(secondary);
    rig_tear_down(&rig);
}

static void run(nstime by)
{
    rig_run_both(&rig, rig.now + by);
}

static uint64_t count(const struct rig_unit *unit, enum note_code code)
{
    return director_count(unit->director, code);
}

static void assert_shows(struct rig_unit *unit, const char *line)
{
    rig_command(unit, "show failover");
    const char *text = effect_text(&unit->effects, rig_effect(unit, EFFECT_REPLY, 0));
    ck_assert_msg(strstr(text, line) != NULL, "no \"%s\" in:\n%s", line, text);
}

/* The other unit is dead meanwhile. */
static void run_alone(struct rig_unit *unit, nstime by)
{
    rig_run(unit, rig.now + by);
}

/* Until the next step in which the unit asks somebody: that effect, or NULL by then. */
static const struct effect *next_question(struct rig_unit *unit, unsigned interface, nstime then)
{
    effects_reset(&unit->effects);
    for (;;) {
        for (size_t i = 0; i < unit->effects.count; i++) {
            const struct effect *effect = &unit->effects.items[i];
            if ((effect->kind == EFFECT_ARP || effect->kind == EFFECT_PING)
                && effect->ask.interface == interface)
                return effect;
        }
        if (director_deadline(unit->director) > then)
            return NULL;
        rig.now = MAX(rig.now, director_deadline(unit->director));
        rig_deadline(unit);
    }
}

static void assert_asks(struct rig_unit *unit, unsigned interface, nstime then,
                        enum effect_kind kind, uint32_t ip)
{
    const struct effect *effect = next_question(unit, interface, then);
    ck_assert_ptr_nonnull(effect);
    ck_assert_int_eq(effect->kind, kind);
    ck_assert_uint_eq(effect->ask.ip, ip);
    ck_assert_int_eq(rig.now, then);
}

/* A packet of a client, or of a machine, that means nothing to the unit. */
static void frame(struct rig_unit *unit, enum side side, uint32_t source_ip)
{
    struct packet packet = rig_from_client(0, 1, TCP_ACK, 1, 1);
    packet.source_ip = source_ip;
    rig_packet(unit, side, &packet);
}

/* ---- tests: the steps */

/* Nothing is heard any more on any path: traffic is waited for, the addresses seen last are
 * asked for one at a time, the latest first, twelve having been seen and ten being the
 * limit; then everybody; each for 5 s. Nothing answers on either interface: no
 * switch on that ground, which is noted (R-1006, fact F-708). */
START_TEST(goes_through_all_steps)
{
    for (unsigned i = 1; i <= 12; i++, rig.now += NSTIME_MS) {
        frame(secondary, SIDE_OUTSIDE, RIG_CLIENT_IP + i);
        frame(secondary, SIDE_OUTSIDE, RIG_CLIENT_IP + 99); /* within a millisecond: passed over */
    }
    nstime begin = 3 * NSTIME_S + 2100 * NSTIME_MS; /* the primary's latest came at 3 s */
    for (unsigned i = 0; i < 10; i++)
        assert_asks(secondary, INTERFACE_OUTSIDE, begin + (i + 1) * 5 * NSTIME_S, EFFECT_ARP,
                    RIG_CLIENT_IP + 12 - i);
    assert_asks(secondary, INTERFACE_OUTSIDE, begin + 55 * NSTIME_S, EFFECT_PING, 0);
    run_alone(secondary, 5 * NSTIME_S - 1);
    ck_assert_uint_eq(count(secondary, NOTE_NO_SWITCH), 0);
    run_alone(secondary, 1);
    ck_assert_uint_eq(count(secondary, NOTE_INTERFACE_FAILED), 2);
    ck_assert_uint_eq(count(secondary, NOTE_NO_SWITCH), 1);
    rig_assert_roles(&rig, ROLE_ACTIVE, ROLE_STANDBY);
    ck_assert_uint_eq(count(secondary, NOTE_PEER_SILENT), 0);
}
END_TEST

/* A standby that saw no machine asks for those of its configuration (R-1006). */
START_TEST(asks_for_configured_machines)
{
    nstime begin = 3 * NSTIME_S + 2100 * NSTIME_MS;
    assert_asks(secondary, INTERFACE_INSIDE, begin + 5 * NSTIME_S, EFFECT_ARP, RIG_REAL_IP + 1);
    assert_asks(secondary, INTERFACE_INSIDE, begin + 10 * NSTIME_S, EFFECT_ARP, RIG_REAL_IP + 2);
    assert_asks(secondary, INTERFACE_INSIDE, begin + 15 * NSTIME_S, EFFECT_PING, 0);
}
END_TEST

/* The time of a step is an option (R-1006). */
START_TEST(step_is_an_option)
{
    rig_command(secondary, "option interface-test-time 20ms");
    nstime begin = 3 * NSTIME_S + 2100 * NSTIME_MS;
    assert_asks(secondary, INTERFACE_INSIDE, begin + 20 * NSTIME_MS, EFFECT_ARP, RIG_REAL_IP + 1);
}
END_TEST

/* Each kind of frame, in each step, ends the tests: the interface is good, the peer has failed,
 * and the standby takes over (R-1006, R-1002). */
START_TEST(first_sign_of_life_ends_it)
{
    unsigned kind = (unsigned)_i % 3;
    static const nstime steps[] = {NSTIME_S, 6 * NSTIME_S, 16 * NSTIME_S};
    run_alone(secondary, 2100 * NSTIME_MS + steps[_i / 3]);
    rig_assert_roles(&rig, ROLE_ACTIVE, ROLE_STANDBY);
    ck_assert_uint_eq(count(secondary, NOTE_INTERFACE_TESTED), 2);
    if (kind == 0)
        frame(secondary, SIDE_INSIDE, RIG_REAL_IP + 1);
    else if (kind == 1)
        rig_seen(secondary, INTERFACE_OUTSIDE);
    else
        director_step(secondary->director, rig.now,
                      &(struct event){.kind = EVENT_DATAGRAM,
                                      .datagram = {CHANNEL_REPLICATION, 1, (const uint8_t *)"x",
                                                   1, INTERFACE_OUTSIDE}},
                      &secondary->effects);
    ck_assert_uint_eq(rig_notes(secondary, NOTE_INTERFACE_GOOD), 1);
    ck_assert_uint_eq(rig_note(secondary, NOTE_BECAME_ACTIVE)->detail, ROLE_PEER_FAILED);
}
END_TEST

/* What comes is the peer's own hello: it was a false alarm, the interface is good, and nobody
 * takes over (R-1006). */
START_TEST(hello_ends_it_in_peace)
{
    run_alone(secondary, 3 * NSTIME_S);
    ck_assert_uint_eq(count(secondary, NOTE_INTERFACE_TESTED), 2);
    run(NSTIME_MIN);
    rig_assert_roles(&rig, ROLE_ACTIVE, ROLE_STANDBY);
    ck_assert_uint_eq(count(secondary, NOTE_PEER_SILENT), 0);
    ck_assert_uint_eq(count(secondary, NOTE_INTERFACE_GOOD), 2);
}
END_TEST

/* A frame comes on a failed interface long after: it is good again, the peer gets its whole
 * time to be heard there once more, and is given up when it is not (R-1006). */
START_TEST(cut_off_and_back)
{
    run_alone(secondary, 90 * NSTIME_S);
    ck_assert_uint_eq(count(secondary, NOTE_NO_SWITCH), 1);
    rig_seen(secondary, INTERFACE_OUTSIDE);
    rig_note(secondary, NOTE_INTERFACE_GOOD);
    rig_assert_roles(&rig, ROLE_ACTIVE, ROLE_STANDBY);
    run_alone(secondary, 2100 * NSTIME_MS);
    rig_assert_roles(&rig, ROLE_ACTIVE, ROLE_STANDBY);
    rig_seen(secondary, INTERFACE_OUTSIDE);
    rig_assert_roles(&rig, ROLE_ACTIVE, ROLE_ACTIVE);
}
END_TEST

/* A failed interface asks again after 30 steps, so that a unit that nobody sends anything
 * unasked comes back too (R-1006). */
START_TEST(asks_again)
{
    nstime failed = 3 * NSTIME_S + 2100 * NSTIME_MS + 20 * NSTIME_S;
    run_alone(secondary, failed - rig.now);
    ck_assert_uint_eq(count(secondary, NOTE_INTERFACE_FAILED), 2);
    assert_asks(secondary, INTERFACE_INSIDE, failed + 155 * NSTIME_S, EFFECT_ARP, RIG_REAL_IP + 1);
    rig_seen(secondary, INTERFACE_INSIDE);
    rig_note(secondary, NOTE_INTERFACE_GOOD);
}
END_TEST

/* ---- tests: one interface */

/* Hellos stay away on one interface only, from both sides: both units test it; the standby
 * hears something there, the active does not. So it is the active's that has failed: the
 * standby takes over (R-1006, fact F-705), and the other one, told, is failed until an
 * operator says otherwise (R-1103). Both show it (fact F-725). */
START_TEST(silent_one_has_failed)
{
    rig.cut[0][INTERFACE_OUTSIDE] = true;
    run(3 * NSTIME_S);
    assert_shows(primary, "this unit interface outside testing\nthis unit interface inside normal");
    rig_seen(secondary, INTERFACE_OUTSIDE);
    rig_note(secondary, NOTE_INTERFACE_GOOD);
    run(6 * NSTIME_S);
    rig_assert_roles(&rig, ROLE_ACTIVE, ROLE_STANDBY);
    run(10 * NSTIME_S);
    rig_assert_roles(&rig, ROLE_STANDBY, ROLE_ACTIVE);
    ck_assert_uint_eq(count(primary, NOTE_INTERFACE_FAILED), 1);
    assert_shows(primary, "this unit primary failed\n");
    assert_shows(primary, "this unit interface outside failed\n");
    run(3 * NSTIME_S);
    assert_shows(secondary, "other unit primary failed address 192.0.2.2\n");
    assert_shows(secondary, "other unit interface outside failed\n");
}
END_TEST

/* Neither hears anything there, the network between has failed: no switch (R-1006). */
START_TEST(neither_hears)
{
    rig.cut[0][INTERFACE_OUTSIDE] = true;
    run(NSTIME_MIN);
    rig_assert_roles(&rig, ROLE_ACTIVE, ROLE_STANDBY);
    ck_assert_uint_eq(count(primary, NOTE_INTERFACE_FAILED), 1);
    ck_assert_uint_eq(count(secondary, NOTE_INTERFACE_FAILED), 1);
    ck_assert_uint_eq(count(secondary, NOTE_NO_SWITCH), 1);
    rig.cut[0][INTERFACE_OUTSIDE] = false;
    run(NSTIME_MIN); /* and it heals on both sides, with or without a preference */
    rig_assert_roles(&rig, ROLE_ACTIVE, ROLE_STANDBY);
    ck_assert_uint_eq(count(primary, NOTE_INTERFACE_GOOD), 1);
    ck_assert_uint_eq(count(secondary, NOTE_INTERFACE_GOOD), 1);
}
END_TEST

/* The standby's own interface has failed: a note, no switch. */
START_TEST(standbys_own_failure)
{
    rig.cut[1][INTERFACE_INSIDE] = true;
    run(3 * NSTIME_S);
    rig_seen(primary, INTERFACE_INSIDE);
    run(NSTIME_MIN);
    rig_assert_roles(&rig, ROLE_ACTIVE, ROLE_STANDBY);
    ck_assert_uint_eq(count(secondary, NOTE_INTERFACE_FAILED), 1);
    run(2 * NSTIME_S);
    assert_shows(primary, "other unit interface inside failed\n");
}
END_TEST

/* The same, and later the active's is cut off as well, while the standby's is whole again:
 * no hello can say so, but a good interface on which the peer stays away is tested again after
 * 30 steps. It hears nothing now, and the standby takes over (R-1006, fact F-708). */
START_TEST(good_one_is_tested_again)
{
    rig.cut[1][INTERFACE_INSIDE] = true;
    run(3 * NSTIME_S);
    rig_seen(primary, INTERFACE_INSIDE);
    run(NSTIME_MIN);
    rig.cut[0][INTERFACE_INSIDE] = true;
    rig.cut[1][INTERFACE_INSIDE] = false;
    rig_seen(secondary, INTERFACE_INSIDE);
    rig_assert_roles(&rig, ROLE_ACTIVE, ROLE_STANDBY);
    for (unsigned i = 0; i < 20; i++) { /* it hears the machines there */
        run(10 * NSTIME_S);
        rig_seen(secondary, INTERFACE_INSIDE);
    }
    rig_assert_roles(&rig, ROLE_STANDBY, ROLE_ACTIVE);
    ck_assert_uint_eq(count(primary, NOTE_INTERFACE_FAILED), 1);
    ck_assert_uint_eq(count(primary, NOTE_INTERFACE_TESTED), 2);
}
END_TEST

/* The line of the active's interface is down: it has failed at once, without a test; the
 * other hears so in the same instant and takes over. The unit is failed, and is not any longer
 * when the line is up again (R-1004, R-1006, R-1103). */
START_TEST(lost_line)
{
    rig.cut[0][INTERFACE_OUTSIDE] = true;
    rig_interface(primary, INTERFACE_OUTSIDE, false);
    ck_assert_uint_eq(rig_note(primary, NOTE_INTERFACE_FAILED)->detail, INTERFACE_OUTSIDE);
    rig_settle(primary);
    rig_assert_roles(&rig, ROLE_STANDBY, ROLE_ACTIVE);
    ck_assert_uint_eq(count(primary, NOTE_INTERFACE_TESTED), 0);
    assert_shows(primary, "this unit primary failed\n");
    run(NSTIME_MIN);
    rig.cut[0][INTERFACE_OUTSIDE] = false;
    rig_interface(primary, INTERFACE_OUTSIDE, true);
    rig_note(primary, NOTE_RECOVERED);
    assert_shows(primary, "this unit primary standby\n");
    run(NSTIME_MIN);
    rig_assert_roles(&rig, ROLE_STANDBY, ROLE_ACTIVE); /* R-1102 */
    rig_start(&rig, 1, ROLE_STANDBY);        /* dies: the recovered unit serves */
    run_alone(primary, 4 * NSTIME_S);
    rig_seen(primary, INTERFACE_INSIDE);
    rig_assert_roles(&rig, ROLE_ACTIVE, ROLE_STANDBY);
}
END_TEST

/* The line of an interface on which no hellos go is no concern of detection (R-1004). */
START_TEST(unwatched_line)
{
    rig_command_both(&rig, "failover hellopaths link inside");
    run(3 * NSTIME_S);
    rig_interface(primary, INTERFACE_OUTSIDE, false);
    ck_assert_uint_eq(primary->effects.count, 0);
    run(NSTIME_MIN);
    rig_assert_roles(&rig, ROLE_ACTIVE, ROLE_STANDBY);
}
END_TEST

/* ---- tests: the failed state */

/* A unit that was told that it has failed, by a false alarm of the other, is fed as a standby
 * but does not take over when that one dies, and the log says why; "failover reset", or a
 * power cycle, ends it (R-1103, fact F-713). With vrrp there is no such state. */
START_TEST(failed_state_lasts)
{
    static const char *const ends[] = {
        "failover reset", "", "failover active", "option detector vrrp",
    };
    rig_command_both(&rig, "failover hellopaths link");
    if (_i == 3)
        rig_command_both(&rig, ends[3]);
    run(3 * NSTIME_S);
    rig_run(secondary, rig.now + 5 * NSTIME_S);
    rig_start(&rig, 1, ROLE_STANDBY);
    rig_command(secondary, "failover hellopaths link");
    if (_i == 3)
        rig_command(secondary, ends[3]);
    while (director_role(secondary->director) == ROLE_STANDBY) {
        rig.now = MAX(rig.now, director_deadline(secondary->director));
        rig_deadline(secondary);
    }
    rig_deliver(secondary);
    rig_assert_roles(&rig, ROLE_STANDBY, ROLE_ACTIVE);
    run(2 * NSTIME_S);
    assert_shows(primary, _i == 3 ? "this unit primary standby\n" : "this unit primary failed\n");
    rig_open(secondary, RIG_CLIENT, 1);
    rig_deliver(secondary);
    ck_assert_uint_eq(director_connections(primary->director), 1);
    if (_i == 1)
        rig_start(&rig, 0, ROLE_STANDBY);
    run_alone(primary, 10 * NSTIME_S);
    if (_i == 0 || _i == 2) {
        ck_assert_int_eq(director_role(primary->director), ROLE_STANDBY);
        ck_assert_uint_eq(count(primary, NOTE_NO_SWITCH), 1);
        rig_command(primary, ends[_i]);
        run_alone(primary, 10 * NSTIME_S);
    }
    ck_assert_int_eq(director_role(primary->director), ROLE_ACTIVE);
}
END_TEST

/* An operator who takes the role from a unit does not say that it has failed (R-1019), so it
 * takes over when the other dies (R-1103). */
START_TEST(yielding_is_no_failure)
{
    rig_command_both(&rig, "failover hellopaths link");
    rig_command(secondary, "failover active");
    rig_settle(secondary);
    rig_assert_roles(&rig, ROLE_STANDBY, ROLE_ACTIVE);
    assert_shows(primary, "this unit primary standby\n");
    run_alone(primary, 10 * NSTIME_S);
    ck_assert_int_eq(director_role(primary->director), ROLE_ACTIVE);
}
END_TEST

/* The role is not handed to a unit that would not take it (R-1103). */
START_TEST(failed_unit_is_no_successor)
{
    rig_interface(primary, INTERFACE_OUTSIDE, false);
    rig_settle(primary);
    run(2 * NSTIME_S);
    rig_assert_roles(&rig, ROLE_STANDBY, ROLE_ACTIVE);
    struct event event = {.kind = EVENT_COMMAND, .command = "no failover active"};
    director_step(secondary->director, rig.now, &event, &secondary->effects);
    ck_assert_str_eq(effect_text(&secondary->effects, rig_effect(secondary, EFFECT_REPLY, 0)),
                     "no failover active: the other unit was told that it has failed; write"
                     " failover reset there");
}
END_TEST

/* Of three units the failed one neither goes before the spare nor is fed in its place
 * (R-1103, R-1107). */
START_TEST(failed_unit_is_passed_over)
{
    rig_tear_down(&rig);
    rig_set_up_three(&rig);
    for (unsigned i = 0; i < 3; i++)
        rig_command(&rig.units[i], "failover hellopaths link outside");
    run(3 * NSTIME_S);
    rig_interface(primary, INTERFACE_OUTSIDE, false);
    rig.cut[0][INTERFACE_OUTSIDE] = true;
    rig_settle(primary);
    rig_assert_roles(&rig, ROLE_STANDBY, ROLE_ACTIVE);
    run(3 * NSTIME_S);
    rig_open(secondary, RIG_CLIENT, 1);
    rig_deliver(secondary);
    ck_assert_uint_eq(director_connections(primary->director), 0);
    ck_assert_uint_eq(director_connections(rig.units[2].director), 1);
    rig_run_without(&rig, 1 << 1, rig.now + 4 * NSTIME_S);
    rig_seen(&rig.units[2], INTERFACE_OUTSIDE);
    ck_assert_int_eq(director_role(rig.units[2].director), ROLE_ACTIVE);
}
END_TEST

/* ---- tests: health preference */

/* Both units lose a line: no switch, for the standby is no better. The standby's comes back: with
 * "health-switch on" the healthy unit becomes active by itself, some hellos later; with
 * "off" it does not (R-1104, fact F-714). */
START_TEST(healthy_one_is_preferred)
{
    rig_command_both(&rig, _i == 0 ? "option health-switch off" : "option health-switch on");
    rig.cut[0][INTERFACE_OUTSIDE] = rig.cut[1][INTERFACE_INSIDE] = true;
    rig_interface(secondary, INTERFACE_INSIDE, false);
    rig_settle(secondary);
    rig_interface(primary, INTERFACE_OUTSIDE, false);
    rig_settle(primary);
    run(NSTIME_MIN);
    rig_assert_roles(&rig, ROLE_ACTIVE, ROLE_STANDBY);
    ck_assert_uint_ge(count(secondary, NOTE_NO_SWITCH), 1); /* tests fail in this silence, too */
    rig.cut[1][INTERFACE_INSIDE] = false;
    rig_interface(secondary, INTERFACE_INSIDE, true);
    rig_settle(secondary);
    for (unsigned i = 0; i < 10; i++) { /* it hears others there, though not the primary */
        rig_seen(secondary, INTERFACE_OUTSIDE);
        run(NSTIME_S);
        if (i < 3)
            rig_assert_roles(&rig, ROLE_ACTIVE, ROLE_STANDBY);
    }
    if (_i == 0)
        rig_assert_roles(&rig, ROLE_ACTIVE, ROLE_STANDBY);
    else
        rig_assert_roles(&rig, ROLE_STANDBY, ROLE_ACTIVE);
}
END_TEST

/* Two active units meet: the one whose interfaces are whole stays, primary or not (R-1017,
 * R-1104). */
START_TEST(whole_one_prevails)
{
    rig_interface(primary, INTERFACE_OUTSIDE, false);
    effects_reset(&primary->effects); /* its hello is lost */
    rig_command(secondary, "failover active");
    effects_reset(&secondary->effects); /* and so is this */
    run(2 * NSTIME_S);
    rig_assert_roles(&rig, ROLE_STANDBY, ROLE_ACTIVE);
    ck_assert_uint_ge(count(primary, NOTE_BOTH_ACTIVE), 1);
}
END_TEST

Suite *interface_test_suite(void)
{
    Suite *suite = suite_create("interface_test");
    TCase *tcase = tcase_create("interface_test");
    tcase_add_checked_fixture(tcase, set_up, tear_down);
    tcase_add_test(tcase, goes_through_all_steps);
    tcase_add_test(tcase, asks_for_configured_machines);
    tcase_add_test(tcase, step_is_an_option);
    tcase_add_loop_test(tcase, first_sign_of_life_ends_it, 0, 9);
    tcase_add_test(tcase, hello_ends_it_in_peace);
    tcase_add_test(tcase, cut_off_and_back);
    tcase_add_test(tcase, asks_again);
    tcase_add_test(tcase, silent_one_has_failed);
    tcase_add_test(tcase, neither_hears);
    tcase_add_test(tcase, standbys_own_failure);
    tcase_add_test(tcase, good_one_is_tested_again);
    tcase_add_test(tcase, lost_line);
    tcase_add_test(tcase, unwatched_line);
    tcase_add_loop_test(tcase, failed_state_lasts, 0, 4);
    tcase_add_test(tcase, yielding_is_no_failure);
    tcase_add_test(tcase, failed_unit_is_no_successor);
    tcase_add_test(tcase, failed_unit_is_passed_over);
    tcase_add_loop_test(tcase, healthy_one_is_preferred, 0, 2);
    tcase_add_test(tcase, whole_one_prevails);
    suite_add_tcase(suite, tcase);
    return suite;
}
