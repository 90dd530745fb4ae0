/* Three units: who is fed, who serves next; and what units tell each other of themselves. */
#include "core/hello.h"
#include "tests/core/rig.h"
#include "tests/core/suites.h"

#include <string.h>

enum { FIRST = 1 << 0, SECOND = 1 << 1, THIRD = 1 << 2 };

static struct rig rig;
static struct rig_unit *primary, *secondary, *spare;

static void set_up(void)
{
    rig_set_up_three(&rig);
    primary = &rig.units[0];
    secondary = &rig.units[1];
    spare = &rig.units[2];
    rig_run_both(&rig, 3 * NSTIME_S);
}

static void tear_down(void)
{
    for (unsigned i = 0; i < rig.count; i++)
        rig_check(&rig.units[i]);
    rig_tear_down(&rig);
}

static void run_without(unsigned stopped, nstime by)
{
    rig_run_without(&rig, stopped, rig.now + by);
}

static void assert_roles(enum role first, enum role second, enum role third)
{
    ck_assert_int_eq(director_role(primary->director), first);
    ck_assert_int_eq(director_role(secondary->director), second);
    ck_assert_int_eq(director_role(spare->director), third);
}

/* A connection that is opened on a unit, and what it sends is heard. */
static void open_told(struct rig_unit *unit, uint16_t port)
{
    rig_open(unit, RIG_CLIENT, port);
    rig_deliver(unit);
}

static void assert_known(size_t first, size_t second, size_t third)
{
    ck_assert_uint_eq(director_connections(primary->director), first);
    ck_assert_uint_eq(director_connections(secondary->director), second);
    ck_assert_uint_eq(director_connections(spare->director), third);
}

/* Which address a unit has claimed last, and with which MAC: it says so again. */
static void assert_holds(struct rig_unit *unit, uint32_t ip, uint64_t mac)
{
    char text[64];
    g_snprintf(text, sizeof text, "address 192.0.2.%u\n", ip & 0xFF);
    rig_command(unit, "show failover");
    const struct effect *reply = rig_effect(unit, EFFECT_REPLY, 0);
    ck_assert_ptr_nonnull(strstr(effect_text(&unit->effects, reply), text));
    rig_command(unit, ip == RIG_ACTIVE_IP ? "ip address 192.0.2.9"
                                          : "failover ip address 192.0.2.9");
    ck_assert_uint_eq(rig_effect(unit, EFFECT_CLAIM, 0)->address.mac, mac);
}

/* ---- tests: one standby is fed */

/* Three units at work: the active one feeds the secondary alone; the spare is told nothing
 * and owns no address (R-1107, R-1001). Nobody misses anybody. */
START_TEST(feeds_one_standby)
{
    rig_open(primary, RIG_CLIENT, 1);
    ck_assert_uint_eq(rig_count(primary, EFFECT_DATAGRAM), 1);
    ck_assert_uint_eq(rig_effect(primary, EFFECT_DATAGRAM, 0)->datagram.destination_ip,
                      RIG_UNIT_IP + 1);
    rig_deliver(primary);
    assert_known(1, 1, 0);
    rig_run_both(&rig, NSTIME_MIN);
    assert_roles(ROLE_ACTIVE, ROLE_STANDBY, ROLE_STANDBY);
    for (unsigned i = 0; i < 3; i++)
        ck_assert_uint_eq(director_count(rig.units[i].director, NOTE_HELLO_MISSED), 0);
    rig_command(spare, "failover ip address 192.0.2.9");
    ck_assert_uint_eq(rig_count(spare, EFFECT_CLAIM), 0);
    assert_holds(primary, RIG_ACTIVE_IP, RIG_MAC);
    assert_holds(secondary, RIG_FAILOVER_IP, RIG_MAC + 1);
}
END_TEST

/* The fed standby dies: the spare takes its place and its address, is told of what is
 * established from then on and of nothing before, and keeps the place when the other comes
 * back (R-1101, R-1106, R-1107). What only the dead one knew is not deleted at the spare. */
START_TEST(feeds_another_when_it_dies)
{
    open_told(primary, 1);
    run_without(SECOND, 4 * NSTIME_S);
    ck_assert_uint_eq(director_count(primary->director, NOTE_STANDBY_CHOSEN), 1);
    assert_roles(ROLE_ACTIVE, ROLE_STANDBY, ROLE_STANDBY);
    unsigned server = rig_open(primary, RIG_CLIENT, 2);
    rig_deliver(primary);
    assert_known(2, 1, 1);
    rig_close(primary, server, RIG_CLIENT, 2);
    rig_deliver(primary);
    assert_known(1, 1, 0);
    rig_start(&rig, 1, ROLE_STANDBY);
    rig_run_both(&rig, rig.now + 5 * NSTIME_S);
    open_told(primary, 3);
    assert_known(2, 0, 1);
    assert_holds(spare, RIG_FAILOVER_IP, RIG_MAC + 1); /* the secondary's, always: R-1003 */
    rig_command(secondary, "failover ip address 192.0.2.9");
    ck_assert_uint_eq(rig_count(secondary, EFFECT_CLAIM), 0);
}
END_TEST

/* The fed standby stands still and goes on: passed over, it has missed deletes, so its table
 * is emptied, and it lets the address go (R-1105, R-1107). Fed again, because the spare
 * dies, it begins with what comes from there on. */
START_TEST(empties_what_was_passed_over)
{
    rig_command(secondary, "no failover"); /* or its own deadlines would go first */
    open_told(primary, 1);
    run_without(SECOND, 4 * NSTIME_S);
    rig_run_both(&rig, rig.now + 2 * NSTIME_S);
    assert_known(1, 0, 0);
    ck_assert_uint_eq(director_count(secondary->director, NOTE_ENDED), 1);
    open_told(primary, 2);
    run_without(THIRD, 4 * NSTIME_S);
    open_told(primary, 3);
    assert_known(3, 1, 1);
    ck_assert_uint_eq(director_count(primary->director, NOTE_STANDBY_CHOSEN), 2);
    assert_holds(secondary, RIG_FAILOVER_IP, RIG_MAC + 1);
}
END_TEST

/* A standby that was passed over twice without hearing of it, because it stood still for all
 * that time, knows by the count of appointments that its table is an old one (R-1105). */
START_TEST(counts_appointments)
{
    rig_command(secondary, "no failover");
    open_told(primary, 1);
    run_without(SECOND, 4 * NSTIME_S);
    run_without(SECOND | THIRD, 4 * NSTIME_S);
    assert_known(1, 1, 0);
    rig_run_without(&rig, THIRD, rig.now + 2 * NSTIME_S);
    ck_assert_uint_eq(director_count(primary->director, NOTE_STANDBY_CHOSEN), 2);
    assert_known(1, 0, 0);
    open_told(primary, 2);
    assert_known(2, 1, 0);
}
END_TEST

/* ---- tests: who serves next */

/* The active unit dies: the fed standby takes over, not the spare, which is fed from then on
 * (R-1002, R-1101, R-1107). Then that one dies as well, and the spare serves, under the
 * active address and the primary's MAC (R-1003). */
START_TEST(succeed_each_other)
{
    open_told(primary, 1);
    run_without(FIRST, 4 * NSTIME_S);
    assert_roles(ROLE_ACTIVE, ROLE_ACTIVE, ROLE_STANDBY); /* the first one is dead */
    assert_known(1, 1, 0);
    open_told(secondary, 2);
    assert_known(1, 2, 1);
    run_without(FIRST | SECOND, 4 * NSTIME_S);
    ck_assert_int_eq(director_role(spare->director), ROLE_ACTIVE);
    assert_known(1, 2, 1);
    assert_holds(spare, RIG_ACTIVE_IP, RIG_MAC);
}
END_TEST

/* Nobody is heard from the start: the spare waits for both as long as for one, then serves
 * (R-1002). */
START_TEST(serves_alone)
{
    rig_start(&rig, 2, ROLE_STANDBY);
    nstime start = rig.now;
    rig_run_without(&rig, FIRST | SECOND, start + 2100 * NSTIME_MS - 1);
    ck_assert_int_eq(director_role(spare->director), ROLE_STANDBY);
    rig_run_without(&rig, FIRST | SECOND, start + 2100 * NSTIME_MS);
    ck_assert_int_eq(director_role(spare->director), ROLE_ACTIVE);
    assert_holds(spare, RIG_ACTIVE_IP, RIG_MAC + 2); /* it has heard of no other MAC */
}
END_TEST

/* All three start as standbys at once: the primary serves as soon as all know of all, and
 * nobody was missed for that (R-1009). */
START_TEST(primary_serves_of_three)
{
    for (unsigned i = 0; i < 3; i++)
        rig_start(&rig, i, ROLE_STANDBY);
    rig_run_both(&rig, rig.now + 1100 * NSTIME_MS);
    assert_roles(ROLE_ACTIVE, ROLE_STANDBY, ROLE_STANDBY);
    ck_assert_uint_eq(director_count(primary->director, NOTE_HELLO_MISSED), 0);
    open_told(primary, 1);
    assert_known(1, 1, 0);
}
END_TEST

/* A spare that hears nobody takes over by a false alarm. Back among the others it yields to
 * the primary, and the fed standby has followed that one all the time: its table is whole
 * (R-1017). */
START_TEST(false_alarm_of_the_spare_costs_nothing)
{
    open_told(primary, 1);
    rig.cut[2][INTERFACE_PEER] = true;
    rig_run_both(&rig, rig.now + 5 * NSTIME_S);
    assert_roles(ROLE_ACTIVE, ROLE_STANDBY, ROLE_ACTIVE);
    rig.cut[2][INTERFACE_PEER] = false;
    rig_run_both(&rig, rig.now + 3 * NSTIME_S);
    assert_roles(ROLE_ACTIVE, ROLE_STANDBY, ROLE_STANDBY);
    ck_assert_uint_ge(director_count(primary->director, NOTE_BOTH_ACTIVE), 1);
    assert_known(1, 1, 0);
    ck_assert_uint_eq(director_count(secondary->director, NOTE_ENDED), 0);
    open_told(primary, 2);
    assert_known(2, 2, 0);
}
END_TEST

/* The role is handed to the fed standby, not to the spare, also with a wait for the records
 * under way; nobody else takes it meanwhile (R-1019, R-1107). */
START_TEST(hands_over_to_the_fed_one)
{
    for (unsigned i = 0; i < 3; i++)
        rig_command(&rig.units[i], "option switchover-wait 5s");
    open_told(primary, 1);
    rig_command(primary, "no failover active");
    rig_deliver(primary);
    run_without(0, 4 * NSTIME_S);
    assert_roles(ROLE_STANDBY, ROLE_STANDBY, ROLE_STANDBY);
    run_without(0, 2 * NSTIME_S);
    assert_roles(ROLE_STANDBY, ROLE_ACTIVE, ROLE_STANDBY);
    assert_known(0, 1, 0);
    run_without(0, NSTIME_MIN);
    assert_roles(ROLE_STANDBY, ROLE_ACTIVE, ROLE_STANDBY);
}
END_TEST

/* An operator gives the role to the spare: the primary follows, and whoever is fed then has
 * nothing in its table that the former active unit told it (R-1019, R-1105). */
START_TEST(operator_chooses_the_spare)
{
    open_told(primary, 1);
    rig_command(spare, "failover active");
    rig_deliver(spare);
    assert_roles(ROLE_STANDBY, ROLE_STANDBY, ROLE_ACTIVE);
    rig_run_both(&rig, rig.now + 5 * NSTIME_S);
    assert_roles(ROLE_STANDBY, ROLE_STANDBY, ROLE_ACTIVE);
    assert_known(0, 0, 0);
    open_told(spare, 2);
    assert_known(1, 0, 1);
}
END_TEST

/* ---- tests: what units tell each other */

/* A pair: after a takeover the active address goes on with the primary's MAC; the primary
 * comes back as standby and has the failover address with the secondary's, which it
 * learns from the first hello (R-1003, fact F-703). */
START_TEST(exchanges_macs)
{
    rig_tear_down(&rig);
    rig_set_up(&rig);
    rig_run_both(&rig, 3 * NSTIME_S);
    rig_run(secondary, 6 * NSTIME_S);
    ck_assert_int_eq(director_role(secondary->director), ROLE_ACTIVE);
    rig_start(&rig, 0, ROLE_STANDBY);
    struct rig_unit *unit = primary;
    ck_assert_uint_eq(rig_effect(unit, EFFECT_CLAIM, 0)->address.mac, RIG_MAC);
    rig_run_both(&rig, rig.now + 3 * NSTIME_S);
    assert_holds(primary, RIG_FAILOVER_IP, RIG_MAC + 1);
    assert_holds(secondary, RIG_ACTIVE_IP, RIG_MAC);
}
END_TEST

/* The secondary serves before it has ever heard of the primary, with its own MAC; when it
 * hears, it claims the address anew with the primary's, once (R-1003). */
START_TEST(learns_the_primarys_mac_late)
{
    rig_tear_down(&rig);
    rig_set_up(&rig);
    rig_run(secondary, 6 * NSTIME_S);
    ck_assert_int_eq(director_role(secondary->director), ROLE_ACTIVE);
    rig_start(&rig, 0, ROLE_STANDBY);
    rig_run(primary, rig.now);
    rig_deliver(primary);
    ck_assert_uint_eq(rig_count(secondary, EFFECT_CLAIM), 1);
    ck_assert_uint_eq(rig_effect(secondary, EFFECT_CLAIM, 0)->address.mac, RIG_MAC);
    rig.now += NSTIME_S;
    rig_deadline(primary);
    rig_deliver(primary);
    ck_assert_uint_eq(rig_count(secondary, EFFECT_CLAIM), 0);
}
END_TEST

/* A hello of another address group is of no concern, whatever it says (R-1001). */
START_TEST(passes_another_group_over)
{
    struct hello hello = {.kind = HELLO_YOU_HAVE_FAILED, .rank = RANK_SECONDARY, .group = 1};
    uint8_t bytes[HELLO_SIZE];
    hello_encode(&hello, bytes);
    rig_datagram(primary, CHANNEL_HELLO, bytes, sizeof bytes);
    ck_assert_uint_eq(primary->effects.count, 0);
    bytes[16] = 0;
    rig_datagram(primary, CHANNEL_HELLO, bytes, sizeof bytes);
    rig_note(primary, NOTE_BECAME_STANDBY);
}
END_TEST

Suite *peers_suite(void)
{
    Suite *suite = suite_create("peers");
    TCase *tcase = tcase_create("peers");
    tcase_add_checked_fixture(tcase, set_up, tear_down);
    tcase_add_test(tcase, feeds_one_standby);
    tcase_add_test(tcase, feeds_another_when_it_dies);
    tcase_add_test(tcase, empties_what_was_passed_over);
    tcase_add_test(tcase, counts_appointments);
    tcase_add_test(tcase, succeed_each_other);
    tcase_add_test(tcase, serves_alone);
    tcase_add_test(tcase, primary_serves_of_three);
    tcase_add_test(tcase, false_alarm_of_the_spare_costs_nothing);
    tcase_add_test(tcase, hands_over_to_the_fed_one);
    tcase_add_test(tcase, operator_chooses_the_spare);
    tcase_add_test(tcase, exchanges_macs);
    tcase_add_test(tcase, learns_the_primarys_mac_late);
    tcase_add_test(tcase, passes_another_group_over);
    suite_add_tcase(suite, tcase);
    return suite;
}
