/* The protocol "delayed": only who lives for a while is told of. */
#include "tests/core/rig.h"
#include "tests/core/suites.h"

static struct rig rig;
static struct rig_unit *active, *standby;

/* Two seconds, as by default, of units that have heard each other. */
static void set_up(void)
{
    rig_set_up(&rig);
    active = &rig.units[0];
    standby = &rig.units[1];
    rig_run_both(&rig, 2 * NSTIME_S);
    rig_command_both(&rig, "failover hellotime 60min");
    rig_command_both(&rig, "failover hellomisses 100");
    rig_command_both(&rig, "option replication delayed");
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

/* The create leaves when the connection is exactly so old, and once only (seed F24). */
START_TEST(a_create_leaves_at_its_age)
{
    nstime start = rig.now;
    rig_open(active, RIG_CLIENT, RIG_PORT);
    rig_run(active, start + 2 * NSTIME_S - 1);
    ck_assert_uint_eq(creates(), 0);
    rig_run(active, start + 2 * NSTIME_S);
    ck_assert_uint_eq(creates(), 1);
    rig_deliver(active);
    ck_assert(!rig_gone(standby));
    rig_run(active, start + 100 * NSTIME_S);
    ck_assert_uint_eq(creates(), 1);
}
END_TEST

/* Who ends before is never told of: no create, no delete, no timer left. */
START_TEST(the_short_lived_cost_nothing)
{
    nstime start = rig.now;
    unsigned server = rig_open(active, RIG_CLIENT, RIG_PORT);
    rig_run(active, start + NSTIME_S);
    rig_close(active, server, RIG_CLIENT, RIG_PORT);
    rig_run(active, start + 100 * NSTIME_S);
    ck_assert_uint_eq(creates(), 0);
    ck_assert_uint_eq(deletes(), 0);
}
END_TEST

/* A connection made anew in the slot of one that ended counts its own age. */
START_TEST(a_slot_used_again_begins_anew)
{
    nstime start = rig.now;
    unsigned server = rig_open(active, RIG_CLIENT, RIG_PORT);
    rig_run(active, start + NSTIME_S);
    rig_close(active, server, RIG_CLIENT, RIG_PORT);
    rig_open(active, RIG_CLIENT, RIG_PORT);
    rig_run(active, start + 3 * NSTIME_S - 1);
    ck_assert_uint_eq(creates(), 0);
    rig_run(active, start + 3 * NSTIME_S);
    ck_assert_uint_eq(creates(), 1);
}
END_TEST

/* A delete follows a create, at once. */
START_TEST(a_delete_follows_its_create)
{
    nstime start = rig.now;
    unsigned server = rig_open(active, RIG_CLIENT, RIG_PORT);
    rig_run_both(&rig, start + 5 * NSTIME_S);
    ck_assert_uint_eq(director_connections(standby->director), 1);
    rig_close(active, server, RIG_CLIENT, RIG_PORT);
    rig_settle(active);
    ck_assert_uint_eq(deletes(), 1);
    ck_assert_uint_eq(director_connections(standby->director), 0);
}
END_TEST

/* No wait at all is the patent's way: the create is in the step that establishes. */
START_TEST(without_a_wait_it_is_told_at_once)
{
    rig_command(active, "option replicate-after 0s");
    rig_open(active, RIG_CLIENT, RIG_PORT);
    ck_assert_uint_eq(rig_note(active, NOTE_CREATE_SENT)->detail, 0);
}
END_TEST

/* With jitter, creates of a hundred connections made at once leave between the wait and the wait
 * and the jitter, not all together. */
START_TEST(jitter_spreads)
{
    enum { MANY = 100 };
    rig_command(active, "option replicate-jitter 1s");
    nstime start = rig.now;
    for (uint16_t port = 1; port <= MANY; port++)
        rig_open(active, RIG_CLIENT, port);
    rig_run(active, start + 2 * NSTIME_S - 1);
    ck_assert_uint_eq(creates(), 0);
    rig_run(active, start + 2 * NSTIME_S + 500 * NSTIME_MS);
    ck_assert_uint_gt(creates(), MANY / 4);
    ck_assert_uint_lt(creates(), 3 * MANY / 4);
    rig_run(active, start + 3 * NSTIME_S);
    ck_assert_uint_eq(creates(), MANY);
}
END_TEST

/* Seed F20b: told once and never again, a connection that is busy on the active is aged out by a
 * standby with a time-out. */
START_TEST(a_busy_connection_is_aged_out)
{
    nstime start = rig.now;
    rig_command(standby, "option standby-timeout 60s");
    rig_open(active, RIG_CLIENT, RIG_PORT);
    rig_run_both(&rig, start + 61 * NSTIME_S);
    rig_client(active, TCP_ACK, 1001, 5001);
    ck_assert(!rig_gone(standby));
    rig_run_both(&rig, start + 62 * NSTIME_S);
    ck_assert(rig_gone(standby));
    ck_assert(!rig_gone(active));
}
END_TEST

/* A unit that steps down tells nobody of what waited. */
START_TEST(a_standby_forgets_who_waits)
{
    nstime start = rig.now;
    rig_open(active, RIG_CLIENT, RIG_PORT);
    rig_command(active, "no failover active");
    rig_settle(active);
    rig_run_both(&rig, start + 10 * NSTIME_S);
    ck_assert_int_eq(director_role(active->director), ROLE_STANDBY);
    ck_assert_uint_eq(creates(), 0);
}
END_TEST

Suite *delayed_suite(void)
{
    Suite *suite = suite_create("delayed");
    TCase *tcase = tcase_create("delayed");
    tcase_add_checked_fixture(tcase, set_up, tear_down);
    tcase_add_test(tcase, a_create_leaves_at_its_age);
    tcase_add_test(tcase, the_short_lived_cost_nothing);
    tcase_add_test(tcase, a_slot_used_again_begins_anew);
    tcase_add_test(tcase, a_delete_follows_its_create);
    tcase_add_test(tcase, without_a_wait_it_is_told_at_once);
    tcase_add_test(tcase, jitter_spreads);
    tcase_add_test(tcase, a_busy_connection_is_aged_out);
    tcase_add_test(tcase, a_standby_forgets_who_waits);
    suite_add_tcase(suite, tcase);
    return suite;
}
