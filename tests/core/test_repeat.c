/* The protocol "repeat": copies of each create and each delete. */
#include "tests/core/rig.h"
#include "tests/core/suites.h"

static struct rig rig;
static struct rig_unit *active, *standby;

/* Three copies, a second apart, of units that have heard each other. */
static void set_up(void)
{
    rig_set_up(&rig);
    active = &rig.units[0];
    standby = &rig.units[1];
    rig_run_both(&rig, 2 * NSTIME_S);
    rig_command_both(&rig, "failover hellotime 60min");
    rig_command_both(&rig, "failover hellomisses 100");
    rig_command_both(&rig, "option replication repeat");
    rig_command_both(&rig, "option repeats 3");
    rig_command_both(&rig, "option repeat-spacing 1s");
}

static void tear_down(void)
{
    rig_check(active);
    rig_check(standby);
    rig_tear_down(&rig);
}

static uint64_t creates(void)
{
    return director_count(active->director, NOTE_CREATE_SENT);
}

static uint64_t deletes(void)
{
    return director_count(active->director, NOTE_DELETE_SENT);
}

/* Let the clock stand so long after the test began. */
static void run_to(nstime then)
{
    rig_run(active, then);
}

/* The first copy leaves with the event, the others a spacing later each, and no fourth. */
START_TEST(a_create_is_sent_three_times)
{
    nstime start = rig.now;
    rig_open(active, RIG_CLIENT, RIG_PORT);
    ck_assert_uint_eq(creates(), 1);
    run_to(start + NSTIME_S - 1);
    ck_assert_uint_eq(creates(), 1);
    run_to(start + NSTIME_S);
    ck_assert_uint_eq(creates(), 2);
    run_to(start + 2 * NSTIME_S - 1);
    ck_assert_uint_eq(creates(), 2);
    run_to(start + 10 * NSTIME_S);
    ck_assert_uint_eq(creates(), 3);
    ck_assert_uint_eq(deletes(), 0);
}
END_TEST

/* Whichever copy comes alone, the standby knows the connection by it; a further one finds it
 * there, and no counter moves. */
START_TEST(any_copy_will_do)
{
    nstime start = rig.now;
    struct connection_view view;
    unsigned server = rig_open(active, RIG_CLIENT, RIG_PORT);
    if (_i > 0)
        rig_run(active, start + _i * NSTIME_S);
    rig_deliver(active);
    ck_assert(rig_knows(standby, RIG_CLIENT, RIG_PORT, &view));
    ck_assert_uint_eq(view.real.ip & 255, server);
    rig_run_both(&rig, start + 10 * NSTIME_S);
    ck_assert_uint_eq(director_connections(standby->director), 1);
    ck_assert_uint_eq(director_count(standby->director, NOTE_CREATE_REFRESHED),
                      2 - (unsigned)_i);
}
END_TEST

/* A connection that ends takes its creates with it, and its delete is sent three times: a copy
 * of the create behind it would leave a ghost. */
START_TEST(a_delete_cancels_creates)
{
    nstime start = rig.now;
    unsigned server = rig_open(active, RIG_CLIENT, RIG_PORT);
    run_to(start + 500 * NSTIME_MS);
    rig_close(active, server, RIG_CLIENT, RIG_PORT);
    run_to(start + 10 * NSTIME_S);
    ck_assert_uint_eq(creates(), 1);
    ck_assert_uint_eq(deletes(), 3);
}
END_TEST

/* A connection anew on the tuple cancels the deletes of the former one: a copy of these would
 * take away its record. The host of these tests gives connections no names, so that the former
 * one's two creates are sent as well, and say what is so now. */
START_TEST(a_create_cancels_deletes)
{
    nstime start = rig.now;
    unsigned server = rig_open(active, RIG_CLIENT, RIG_PORT);
    rig_close(active, server, RIG_CLIENT, RIG_PORT);
    run_to(start + 100 * NSTIME_MS);
    rig_open(active, RIG_CLIENT, RIG_PORT);
    rig_deliver(active);
    rig_run_both(&rig, start + 10 * NSTIME_S);
    ck_assert_uint_eq(deletes(), 1);
    ck_assert_uint_eq(creates(), 6);
    ck_assert_uint_eq(director_connections(standby->director), 1);
}
END_TEST

/* A unit that steps down says nothing more (R-1017), and has no timer of copies left. */
START_TEST(a_standby_forgets_copies)
{
    nstime start = rig.now;
    rig_open(active, RIG_CLIENT, RIG_PORT);
    rig_command(active, "no failover active");
    rig_settle(active);
    rig_run_both(&rig, start + 10 * NSTIME_S);
    ck_assert_int_eq(director_role(active->director), ROLE_STANDBY);
    ck_assert_uint_eq(creates(), 1);
}
END_TEST

/* A thousand connections at once, more than the ring's first room: each has its copies, in the
 * order of the events. */
START_TEST(the_ring_grows)
{
    enum { MANY = 1000 };
    nstime start = rig.now;
    for (uint16_t port = 1; port <= MANY; port++)
        rig_open(active, RIG_CLIENT, port);
    run_to(start + 10 * NSTIME_S);
    ck_assert_uint_eq(creates(), 3 * MANY);
    ck_assert_int_gt(director_deadline(active->director), start + 10 * NSTIME_S);
}
END_TEST

/* Copies carry their number for the host, from 0. */
START_TEST(copies_are_numbered)
{
    nstime start = rig.now;
    rig_open(active, RIG_CLIENT, RIG_PORT);
    ck_assert_uint_eq(rig_note(active, NOTE_CREATE_SENT)->detail, 0);
    for (uint32_t copy = 1; copy < 3; copy++) {
        rig_run(active, start + copy * NSTIME_S);
        ck_assert_uint_eq(rig_note(active, NOTE_CREATE_SENT)->detail, copy);
    }
}
END_TEST

Suite *repeat_suite(void)
{
    Suite *suite = suite_create("repeat");
    TCase *tcase = tcase_create("copies");
    tcase_add_checked_fixture(tcase, set_up, tear_down);
    tcase_add_test(tcase, a_create_is_sent_three_times);
    tcase_add_loop_test(tcase, any_copy_will_do, 0, 3);
    tcase_add_test(tcase, a_delete_cancels_creates);
    tcase_add_test(tcase, a_create_cancels_deletes);
    tcase_add_test(tcase, a_standby_forgets_copies);
    tcase_add_test(tcase, the_ring_grows);
    tcase_add_test(tcase, copies_are_numbered);
    suite_add_tcase(suite, tcase);
    return suite;
}
