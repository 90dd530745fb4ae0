/* The protocol "peers": the standby hears where clients go, and of no connection. */
#include "core/record.h"
#include "tests/core/rig.h"
#include "tests/core/suites.h"

static struct rig rig;
static struct rig_unit *active, *standby;

static void set_up(void)
{
    rig_set_up(&rig);
    active = &rig.units[0];
    standby = &rig.units[1];
    rig_run_both(&rig, 2 * NSTIME_S);
    rig_command_both(&rig, "failover hellotime 60min");
    rig_command_both(&rig, "failover hellomisses 100");
    rig_command_both(&rig, "option replication peers");
    rig_command_both(&rig, "sticky 192.0.2.80:80 60s");
}

static void tear_down(void)
{
    rig_check(active);
    rig_check(standby);
    rig_tear_down(&rig);
}

/* At the new active all connections are unknown, and each client's next goes where its former
 * one went (2.4). One datagram of 60 bytes of IP tells it. */
START_TEST(clients_come_back)
{
    unsigned servers[20];
    for (unsigned i = 0; i < 20; i++) {
        servers[i] = rig_open(active, i, RIG_PORT);
        ck_assert_uint_eq(rig_count(active, EFFECT_DATAGRAM), 1);
        ck_assert_uint_eq(rig_effect(active, EFFECT_DATAGRAM, 0)->datagram.length, 32);
        rig_deliver(active);
    }
    rig_open(active, 20, RIG_PORT); /* this one's is lost */
    ck_assert_uint_eq(director_connections(standby->director), 0);
    rig_command(standby, "failover active");
    for (unsigned i = 20; i-- > 0;)
        ck_assert_uint_eq(rig_open(standby, i, RIG_PORT + 1), servers[i]);
}
END_TEST

/* The standby's time runs from the latest word, here that of the connection's end: within it the
 * client goes where it went, though all others are there; afterwards it does not. */
START_TEST(the_time_runs_from_the_latest_word)
{
    unsigned server = rig_open(active, RIG_CLIENT, RIG_PORT);
    rig_deliver(active);
    rig_run_both(&rig, rig.now + 50 * NSTIME_S);
    rig_close(active, server, RIG_CLIENT, RIG_PORT);
    ck_assert_uint_eq(rig_count(active, EFFECT_DATAGRAM), 1);
    rig_deliver(active);
    rig_run_both(&rig, rig.now + (_i == 0 ? 59 : 60) * NSTIME_S);
    rig_command(standby, "failover active");
    rig_command(standby, server == 1 ? "weight 10.0.1.2:80 0" : "weight 10.0.1.1:80 0");
    for (unsigned i = 100; i < 103; i++)
        ck_assert_uint_eq(rig_open(standby, i, RIG_PORT), server);
    rig_command(standby, server == 1 ? "weight 10.0.1.2:80 1" : "weight 10.0.1.1:80 1");
    ck_assert_uint_eq(rig_open(standby, RIG_CLIENT, RIG_PORT + 1),
                      _i == 0 ? server : 3 - server);
}
END_TEST

/* Without "sticky" there is nothing to tell. */
START_TEST(nothing_without_sticky)
{
    rig_command_both(&rig, "sticky 192.0.2.80:80 0");
    rig_open(active, RIG_CLIENT, RIG_PORT);
    ck_assert_uint_eq(rig_count(active, EFFECT_DATAGRAM), 0);
}
END_TEST

/* Deletes, two records at once, unknown machines and foreign sizes are refused, each counted; nor
 * does an active unit take anything. */
START_TEST(what_is_no_tie_is_refused)
{
    struct record records[2];
    uint8_t bytes[RECORD_DATAGRAM_MAX];
    records[0] = (struct record){
        .real = {RIG_REAL_IP + 1, 80},
        .foreign = {RIG_CLIENT_IP + RIG_CLIENT, RIG_PORT},
        .virtual = {RIG_VIRTUAL_IP, 80},
        .protocol = PROTOCOL_TCP,
        .flags = RECORD_PM_COUNTED | RECORD_VM_COUNTED,
    };
    records[1] = records[0];
    rig_datagram(standby, CHANNEL_REPLICATION, bytes, record_encode(records, 1, bytes));
    ck_assert_uint_eq(director_refusals(standby->director, REFUSAL_NONE), 1);
    rig_datagram(standby, CHANNEL_REPLICATION, bytes, record_encode(records, 2, bytes));
    rig_datagram(standby, CHANNEL_REPLICATION, bytes, 31);
    records[0].flags = RECORD_DELETE;
    rig_datagram(standby, CHANNEL_REPLICATION, bytes, record_encode(records, 1, bytes));
    records[0] = records[1];
    records[0].real.ip = RIG_REAL_IP + 77;
    rig_datagram(standby, CHANNEL_REPLICATION, bytes, record_encode(records, 1, bytes));
    rig_datagram(active, CHANNEL_REPLICATION, bytes, record_encode(records, 1, bytes));
    ck_assert_uint_eq(director_refusals(standby->director, REFUSAL_BAD_COUNT), 1);
    ck_assert_uint_eq(director_refusals(standby->director, REFUSAL_WRONG_SIZE), 1);
    ck_assert_uint_eq(director_refusals(standby->director, REFUSAL_BAD_FLAGS), 1);
    ck_assert_uint_eq(director_refusals(standby->director, REFUSAL_UNKNOWN_MACHINE), 1);
    ck_assert_uint_eq(director_refusals(active->director, REFUSAL_NOT_STANDBY), 1);
    ck_assert_uint_eq(director_connections(standby->director), 0);
}
END_TEST

Suite *affinity_suite(void)
{
    Suite *suite = suite_create("affinity");
    TCase *tcase = tcase_create("affinity");
    tcase_add_checked_fixture(tcase, set_up, tear_down);
    tcase_add_test(tcase, clients_come_back);
    tcase_add_loop_test(tcase, the_time_runs_from_the_latest_word, 0, 2);
    tcase_add_test(tcase, nothing_without_sticky);
    tcase_add_test(tcase, what_is_no_tie_is_refused);
    suite_add_tcase(suite, tcase);
    return suite;
}
