/* The ways of hellos: which are in use, what each one's silence means, the cable's sign. */
#include "core/hello.h"
#include "core/serial.h"
#include "tests/core/rig.h"
#include "tests/core/suites.h"

#include <string.h>

static struct rig rig;
static struct rig_unit *primary, *secondary;

static void set_up(void)
{
    rig_set_up(&rig);
    primary = &rig.units[0];
    secondary = &rig.units[1];
    rig_command(primary, "option mirror none"); /* each has its own configuration here */
    rig_command(secondary, "option mirror none");
}

static void tear_down(void)
{
    for (unsigned i = 0; i < rig.count; i++)
        rig_check(&rig.units[i]);
    rig_tear_down(&rig);
}

static void command_all(const char *line)
{
    for (unsigned i = 0; i < rig.count; i++)
        rig_command(&rig.units[i], line);
}

static void run(nstime by)
{
    rig_run_both(&rig, rig.now + by);
}

static enum role role_of(const struct rig_unit *unit)
{
    return director_role(unit->director);
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

/* ---- tests: which are in use */

/* One hello goes on each path of the set, the cable first, as a block of the serial line that
 * holds the hello's bytes; the interfaces by their numbers (R-1004, R-1301). */
START_TEST(one_goes_on_each)
{
    rig_command(primary, "failover hellopaths inside outside cable link");
    rig_deadline(primary);
    ck_assert_uint_eq(rig_count(primary, EFFECT_SERIAL), 1);
    ck_assert_uint_eq(rig_count(primary, EFFECT_DATAGRAM), 3);
    const struct effect *serial = &primary->effects.items[0];
    ck_assert_int_eq(serial->kind, EFFECT_SERIAL);
    struct serial_receiver receiver = {.count = 0};
    struct serial_block block;
    const uint8_t *bytes = effect_bytes(&primary->effects, serial);
    size_t length = serial->serial.length;
    ck_assert(serial_receive(&receiver, &bytes, &length, &block));
    ck_assert_int_eq(block.kind, SERIAL_HELLO);
    for (unsigned i = 0; i < 3; i++) {
        const struct effect *effect = rig_effect(primary, EFFECT_DATAGRAM, i);
        ck_assert_uint_eq(effect->datagram.interface, i);
        ck_assert_uint_eq(effect->datagram.length, block.length);
        ck_assert_mem_eq(effect_bytes(&primary->effects, effect), block.payload, block.length);
    }
}
END_TEST

/* The paths are printed where they are not the default, in one order, and read back; a word
 * that is none is refused and changes nothing. */
START_TEST(are_configuration)
{
    char *text = director_print_configuration(primary->director);
    ck_assert_ptr_null(strstr(text, "hellopaths"));
    g_free(text);
    rig_command(primary, "failover hellopaths inside cable");
    struct event event = {.kind = EVENT_COMMAND, .command = "failover hellopaths link wire"};
    director_step(primary->director, rig.now, &event, &primary->effects);
    ck_assert_str_eq(effect_text(&primary->effects, rig_effect(primary, EFFECT_REPLY, 0)),
                     "failover hellopaths: \"wire\" is no path of hellos; write link, cable,"
                     " outside or inside");
    text = director_print_configuration(primary->director);
    ck_assert_ptr_nonnull(strstr(text, "\nfailover hellopaths cable inside\n"));
    g_free(text);
}
END_TEST

/* Hellos that come where this unit sends none are passed over: else a peer that is heard there
 * would never be missed on the paths that count (R-1004). */
START_TEST(others_do_not_count)
{
    rig_command(secondary, "failover hellopaths cable");
    rig_run_both(&rig, 2100 * NSTIME_MS);
    ck_assert_int_eq(role_of(secondary), ROLE_ACTIVE);
}
END_TEST

/* ---- tests: what silence means */

/* Any one path that is left keeps the standby from taking over; when the last is
 * silent too, and with link and cable alone, it takes over at once as with one path
 * (R-1004, R-1005). */
START_TEST(one_is_enough)
{
    command_all("failover hellopaths link cable");
    run(3 * NSTIME_S);
    if (_i == 0)
        rig.cable_cut = true;
    else
        rig.cut[0][INTERFACE_PEER] = true;
    run(10 * NSTIME_S);
    ck_assert_int_eq(role_of(secondary), ROLE_STANDBY);
    ck_assert_uint_eq(count(secondary, NOTE_PATH_SILENT), 1);
    ck_assert_uint_eq(count(secondary, NOTE_PEER_SILENT), 0);
    rig.cable_cut = rig.cut[0][INTERFACE_PEER] = true;
    run(3100 * NSTIME_MS);
    ck_assert_int_eq(role_of(secondary), ROLE_ACTIVE);
    ck_assert_uint_eq(count(secondary, NOTE_INTERFACE_TESTED), 0);
}
END_TEST

/* The same hello comes by the cable and by the link: what it says is done once, and each copy
 * proves its own path (R-1004). */
START_TEST(copies_count_once)
{
    command_all("failover hellopaths link cable");
    run(NSTIME_MIN);
    rig_start(&rig, 1, ROLE_STANDBY);
    rig_command(secondary, "failover hellopaths link cable");
    run(2 * NSTIME_S);
    ck_assert_uint_eq(count(primary, NOTE_HELLO_MISSED), 0);
    ck_assert_uint_eq(count(secondary, NOTE_HELLO_MISSED), 0);
    rig_command(secondary, "failover active");
    rig_settle(secondary);
    ck_assert_uint_eq(count(primary, NOTE_BECAME_STANDBY), 1);
    ck_assert_uint_eq(count(secondary, NOTE_BOTH_ACTIVE), 0);
}
END_TEST

/* A takeover while the link between the units is cut: "you have failed" comes by the cable
 * and is heeded; where only the link is left it comes there (R-1008). */
START_TEST(you_have_failed_comes_either_way)
{
    command_all("failover hellopaths link cable");
    run(3 * NSTIME_S);
    rig.cut[0][INTERFACE_PEER] = _i == 0;
    rig.cable_cut = _i == 1;
    while (role_of(secondary) == ROLE_STANDBY) {
        rig.now = MAX(rig.now, director_deadline(secondary->director));
        rig_deadline(secondary);
    }
    rig_deliver(secondary);
    ck_assert_int_eq(role_of(primary), ROLE_STANDBY);
    ck_assert_uint_eq(count(primary, NOTE_BECAME_STANDBY), 1);
    ck_assert_uint_eq(count(primary, NOTE_BOTH_ACTIVE), 0);
}
END_TEST

/* ---- tests: the cable */

/* The cable shows that the active's power is gone: the standby takes over in that instant,
 * with no hello missed and no interface tested (R-1007, fact F-718). */
START_TEST(power_lost_means_takeover)
{
    command_all("failover hellopaths link cable outside inside");
    run(3 * NSTIME_S);
    rig_cable(secondary, CABLE_PEER_OFF);
    rig_note(secondary, NOTE_POWER_LOST);
    ck_assert_uint_eq(rig_note(secondary, NOTE_BECAME_ACTIVE)->detail, ROLE_PEER_OFF);
    ck_assert_uint_eq(count(secondary, NOTE_HELLO_MISSED), 0);
    ck_assert_uint_eq(count(secondary, NOTE_INTERFACE_TESTED), 0);
    assert_shows(secondary, "cable peer-off\n");
}
END_TEST

/* A unit that boots beside one without power learns of the sign before its configuration: it
 * acts when the cable is named as a path, and not before (R-1007). */
START_TEST(power_lost_before_the_configuration)
{
    rig_start(&rig, 1, ROLE_STANDBY);
    rig_cable(secondary, CABLE_PEER_OFF);
    ck_assert_int_eq(role_of(secondary), ROLE_STANDBY);
    rig_command(secondary, "failover hellopaths link cable");
    ck_assert_int_eq(role_of(secondary), ROLE_ACTIVE);
}
END_TEST

/* With "no failover" a lost power is noted, and that nothing follows from it (R-1019). */
START_TEST(power_lost_without_failover)
{
    command_all("failover hellopaths link cable");
    rig_command(secondary, "no failover");
    run(3 * NSTIME_S);
    rig_cable(secondary, CABLE_PEER_OFF);
    ck_assert_uint_eq(rig_note(secondary, NOTE_NO_SWITCH)->detail, NO_SWITCH_FAILOVER_OFF);
    ck_assert_int_eq(role_of(secondary), ROLE_STANDBY);
}
END_TEST

/* A cable that is pulled is no path any longer, is noted, and nothing else happens while
 * the link is heard; plugged in again it is one (fact F-718, R-1007). */
START_TEST(pulled_cable_is_no_failure)
{
    command_all("failover hellopaths link cable");
    run(3 * NSTIME_S);
    rig.cable_cut = true;
    rig_cable(primary, CABLE_PULLED);
    rig_cable(secondary, CABLE_PULLED);
    rig_note(secondary, NOTE_CABLE_PULLED);
    run(NSTIME_MIN);
    ck_assert_int_eq(role_of(secondary), ROLE_STANDBY);
    ck_assert_uint_eq(count(secondary, NOTE_PATH_SILENT), 0);
    rig_deadline(primary);
    ck_assert_uint_eq(rig_count(primary, EFFECT_SERIAL), 0);
    rig.cable_cut = false;
    rig_cable(primary, CABLE_NORMAL);
    rig_cable(secondary, CABLE_NORMAL);
    rig.cut[0][INTERFACE_PEER] = true;
    run(NSTIME_MIN);
    ck_assert_int_eq(role_of(secondary), ROLE_STANDBY); /* heard by the cable alone */
}
END_TEST

/* The cable was the last path on which the active was heard, and is pulled: no unit is left
 * to wait for (R-1005). */
START_TEST(last_path_is_pulled)
{
    command_all("failover hellopaths link cable");
    run(3 * NSTIME_S);
    rig.cut[0][INTERFACE_PEER] = true;
    run(5 * NSTIME_S);
    rig_cable(secondary, CABLE_PULLED);
    ck_assert_int_eq(role_of(secondary), ROLE_ACTIVE);
}
END_TEST

/* A spare has no cable: it sends nothing there, and the two others hear only each other
 * (R-1107, R-1009). */
START_TEST(spare_has_no_cable)
{
    rig_tear_down(&rig);
    rig_set_up_three(&rig);
    command_all("failover hellopaths link cable");
    for (unsigned i = 0; i < 3; i++) {
        rig.now = MAX(rig.now, director_deadline(rig.units[i].director));
        rig_deadline(&rig.units[i]);
        ck_assert_uint_eq(rig_count(&rig.units[i], EFFECT_SERIAL), i < 2);
    }
    run(10 * NSTIME_S);
    for (unsigned i = 0; i < 3; i++)
        ck_assert_uint_eq(count(&rig.units[i], NOTE_PATH_SILENT), 0);
}
END_TEST

Suite *paths_suite(void)
{
    Suite *suite = suite_create("paths");
    TCase *tcase = tcase_create("paths");
    tcase_add_checked_fixture(tcase, set_up, tear_down);
    tcase_add_test(tcase, one_goes_on_each);
    tcase_add_test(tcase, are_configuration);
    tcase_add_test(tcase, others_do_not_count);
    tcase_add_loop_test(tcase, one_is_enough, 0, 2);
    tcase_add_test(tcase, copies_count_once);
    tcase_add_loop_test(tcase, you_have_failed_comes_either_way, 0, 2);
    tcase_add_test(tcase, power_lost_means_takeover);
    tcase_add_test(tcase, power_lost_before_the_configuration);
    tcase_add_test(tcase, power_lost_without_failover);
    tcase_add_test(tcase, pulled_cable_is_no_failure);
    tcase_add_test(tcase, last_path_is_pulled);
    tcase_add_test(tcase, spare_has_no_cable);
    suite_add_tcase(suite, tcase);
    return suite;
}
