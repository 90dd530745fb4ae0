/* Handing over: by force, in good order, by priority. */
#include "core/hello.h"
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
    rig_run_both(&rig, 3 * NSTIME_S);
}

static void tear_down(void)
{
    rig_check(primary);
    rig_check(secondary);
    rig_tear_down(&rig);
}

static char *refusal(struct rig_unit *unit, const char *line)
{
    struct event event = {.kind = EVENT_COMMAND, .command = line};
    director_step(unit->director, rig.now, &event, &unit->effects);
    const struct effect *reply = rig_effect(unit, EFFECT_REPLY, 0);
    ck_assert(!reply->reply.ok);
    return g_strdup(effect_text(&unit->effects, reply));
}

/* "failover active" on the standby takes the role at once, although the other unit is
 * well and even with failover off; "you have failed" makes that one yield, and all that
 * was replicated lives on (R-1019, R-1008, R-1010). */
START_TEST(operator_takes_the_role)
{
    if (_i == 1)
        rig_command_both(&rig, "no failover");
    unsigned server = rig_open(primary, RIG_CLIENT, RIG_PORT);
    rig_deliver(primary);
    rig_command(secondary, "failover active");
    ck_assert_uint_eq(rig_note(secondary, NOTE_BECAME_ACTIVE)->detail, ROLE_OPERATOR);
    ck_assert_uint_eq(rig_effect(secondary, EFFECT_CLAIM, 0)->address.ip, RIG_ACTIVE_IP);
    rig_deliver(secondary);
    rig_assert_roles(&rig, ROLE_STANDBY, ROLE_ACTIVE);
    ck_assert_uint_eq(director_connections(primary->director), 0);
    rig_client(secondary, TCP_ACK, 1001, 5001);
    ck_assert_uint_eq(rig_forwarded(secondary, SIDE_INSIDE)->destination_ip,
                      RIG_REAL_IP + server);
    rig_run_both(&rig, rig.now + 60 * NSTIME_S); /* nothing takes it back: R-1102 */
    rig_assert_roles(&rig, ROLE_STANDBY, ROLE_ACTIVE);
}
END_TEST

/* To the unit that is active, "failover active" is no news (R-1019). */
START_TEST(active_stays_active)
{
    rig_command(primary, "failover active");
    ck_assert_uint_eq(rig_notes(primary, NOTE_BECAME_ACTIVE), 0);
    ck_assert_uint_eq(rig_count(primary, EFFECT_DATAGRAM), 0);
}
END_TEST

/* "no failover" turns the function off: silence, however long, changes no role; turned
 * on again, the standby acts at once on what it knows (R-1019). */
START_TEST(off_means_off)
{
    rig_command(secondary, "no failover");
    rig_run(secondary, 60 * NSTIME_S);
    ck_assert_int_eq(director_role(secondary->director), ROLE_STANDBY);
    rig_command(secondary, "failover");
    ck_assert_int_eq(director_role(secondary->director), ROLE_ACTIVE);
}
END_TEST

/* "failover reset": what is held against the other unit is forgotten, and a whole timer
 * has to pass again (R-1019, fact F-713). */
START_TEST(reset_begins_anew)
{
    rig_command(secondary, "no failover");
    rig_run(secondary, 60 * NSTIME_S);
    rig_command(secondary, "failover reset");
    rig_command(secondary, "failover");
    rig_run(secondary, 60 * NSTIME_S + 2100 * NSTIME_MS - 1);
    ck_assert_int_eq(director_role(secondary->director), ROLE_STANDBY);
    rig_run(secondary, 60 * NSTIME_S + 2100 * NSTIME_MS);
    ck_assert_int_eq(director_role(secondary->director), ROLE_ACTIVE);
}
END_TEST

/* A resignation, and how long the other waits for records under way: nothing without
 * "switchover-wait", that long with it, the skew with vrrp (protocols 2.8: 0.609 s at
 * priority 100, after an advertisement of priority 0). The address is let go first and
 * claimed last (seed F21); a record that comes in the wait is taken. */
static const struct {
    const char *option;
    nstime wait;
} waits[] = {
    {"option switchover-wait 0s", 0},
    {"option switchover-wait 100ms", 100 * NSTIME_MS},
    {"option switchover-wait 5s", 5 * NSTIME_S}, /* outlasts hellos of two standbys */
    {"option detector vrrp", 609375000},
};

START_TEST(hands_over_in_good_order)
{
    rig_command_both(&rig, waits[_i].option);
    rig_run_both(&rig, 6 * NSTIME_S);
    rig_open(primary, RIG_CLIENT, RIG_PORT);
    const struct effect *record = rig_effect(primary, EFFECT_DATAGRAM, 0);
    uint8_t bytes[64];
    size_t length = record->datagram.length;
    memcpy(bytes, effect_bytes(&primary->effects, record), length);
    rig_command(primary, "no failover active");
    nstime then = rig.now;
    ck_assert_uint_eq(rig_note(primary, NOTE_BECAME_STANDBY)->detail, ROLE_HANDED_OVER);
    ck_assert_uint_eq(rig_effect(primary, EFFECT_RELEASE, 0)->address.ip, RIG_ACTIVE_IP);
    ck_assert_uint_eq(rig_notes(primary, NOTE_DELETE_SENT), 0);
    if (waits[_i].wait == 0) /* the record has come before */
        rig_datagram(secondary, CHANNEL_REPLICATION, bytes, length);
    rig_deliver(primary);
    if (waits[_i].wait > 0) {
        ck_assert_int_eq(director_role(secondary->director), ROLE_STANDBY);
        rig_datagram(secondary, CHANNEL_REPLICATION, bytes, length);
        rig_run_both(&rig, then + waits[_i].wait - 1);
        rig_assert_roles(&rig, ROLE_STANDBY, ROLE_STANDBY);
        rig_run_both(&rig, then + waits[_i].wait);
    }
    rig_assert_roles(&rig, ROLE_STANDBY, ROLE_ACTIVE);
    ck_assert_uint_eq(director_connections(secondary->director), 1);
    ck_assert_uint_eq(director_count(secondary->director, NOTE_PEER_SILENT), 0);
    rig_run_both(&rig, then + 60 * NSTIME_S);
    rig_assert_roles(&rig, ROLE_STANDBY, ROLE_ACTIVE);
}
END_TEST

/* The resignation is lost: the next hello, of a standby, says as much (R-1009). */
START_TEST(survives_a_lost_resignation)
{
    rig_command(primary, "no failover active");
    effects_reset(&primary->effects);
    rig_run_both(&rig, rig.now + 1100 * NSTIME_MS);
    rig_assert_roles(&rig, ROLE_STANDBY, ROLE_ACTIVE);
}
END_TEST

/* The role is not given up to nobody: the reply says why, and nothing changes. */
START_TEST(refuses_to_leave_nobody)
{
    struct rig_unit *unit = _i == 0 ? secondary : primary;
    static const char *const replies[] = {
        "no failover active: this unit is standby already",
        "no failover active: failover is off, nobody would take over; write failover first",
        "no failover active: the other unit is not heard, nobody would take over; look at show"
        " failover",
    };
    if (_i == 1)
        rig_command(primary, "no failover");
    if (_i == 2)
        rig_run(primary, 60 * NSTIME_S);
    char *reply = refusal(unit, "no failover active");
    ck_assert_str_eq(reply, replies[_i]);
    ck_assert_int_eq(director_role(primary->director), ROLE_ACTIVE);
    g_free(reply);
}
END_TEST

/* vrrp: the unit of higher priority comes back as standby with an empty table and takes
 * the role from the one that serves, after its timer (3 x 1 s + 56/256 s) or that much
 * after the delay; seed F29. Without "preempt", or of equal priority, it never does
 * (R-1102). */
static const struct {
    const char *first, *second;
    nstime earliest, latest; /* from its return */
} returns[] = {
    {"option priority 200", "option preempt yes", 3218750000, 3218750000},
    {"option priority 200", "option preempt-delay 10s", 12218750000, 13218750000},
    {"option priority 200", "option preempt no", NSTIME_NEVER, NSTIME_NEVER},
    {"option priority 100", "option preempt yes", NSTIME_NEVER, NSTIME_NEVER},
};

START_TEST(preempts_by_priority)
{
    rig_command_both(&rig, "option detector vrrp");
    rig_run(secondary, 60 * NSTIME_S);
    ck_assert_int_eq(director_role(secondary->director), ROLE_ACTIVE);
    rig_open(secondary, RIG_CLIENT, RIG_PORT);
    rig_start(&rig, 0, ROLE_STANDBY);
    rig_command(primary, "option detector vrrp");
    rig_command(primary, returns[_i].first);
    rig_command(primary, returns[_i].second);
    nstime returned = rig.now;
    if (returns[_i].earliest == NSTIME_NEVER) {
        rig_run_both(&rig, returned + 100 * NSTIME_S);
        rig_assert_roles(&rig, ROLE_STANDBY, ROLE_ACTIVE);
        return;
    }
    rig_run_both(&rig, returned + returns[_i].earliest - 1);
    rig_assert_roles(&rig, ROLE_STANDBY, ROLE_ACTIVE);
    rig_run_both(&rig, returned + returns[_i].latest);
    rig_assert_roles(&rig, ROLE_ACTIVE, ROLE_STANDBY);
    ck_assert_uint_eq(director_count(primary->director, NOTE_PEER_SILENT), 0);
    ck_assert_uint_eq(director_connections(primary->director), 0); /* nobody told it */
}
END_TEST

/* While its timer runs against an active unit of lower priority, an operator gives the
 * standby the role, or turns failover off: when the timer ends there is nothing left to
 * preempt, and nobody is held to have failed. */
START_TEST(contest_is_overtaken)
{
    rig_command_both(&rig, "option detector vrrp");
    rig_command(secondary, "option priority 200");
    rig_run_both(&rig, rig.now + 2 * NSTIME_S);
    rig_command(secondary, _i == 0 ? "failover active" : "no failover");
    rig_deliver(secondary);
    rig_run_both(&rig, rig.now + 60 * NSTIME_S);
    ck_assert_int_eq(director_role(secondary->director), _i == 0 ? ROLE_ACTIVE : ROLE_STANDBY);
    ck_assert_int_eq(director_role(primary->director), _i == 0 ? ROLE_STANDBY : ROLE_ACTIVE);
    ck_assert_uint_eq(director_count(secondary->director, NOTE_PEER_SILENT), 0);
}
END_TEST

Suite *handover_suite(void)
{
    Suite *suite = suite_create("handover");
    TCase *tcase = tcase_create("handover");
    tcase_add_checked_fixture(tcase, set_up, tear_down);
    tcase_add_loop_test(tcase, operator_takes_the_role, 0, 2);
    tcase_add_test(tcase, active_stays_active);
    tcase_add_test(tcase, off_means_off);
    tcase_add_test(tcase, reset_begins_anew);
    tcase_add_loop_test(tcase, hands_over_in_good_order, 0, G_N_ELEMENTS(waits));
    tcase_add_test(tcase, survives_a_lost_resignation);
    tcase_add_loop_test(tcase, refuses_to_leave_nobody, 0, 3);
    tcase_add_loop_test(tcase, contest_is_overtaken, 0, 2);
    tcase_add_loop_test(tcase, preempts_by_priority, 0, G_N_ELEMENTS(returns));
    suite_add_tcase(suite, tcase);
    return suite;
}
