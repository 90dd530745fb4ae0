/* The protocol "hash": nothing is told, or only who is not where the table says. */
#include "tests/core/rig.h"
#include "tests/core/suites.h"

static struct rig rig;
static struct rig_unit *active, *standby;

enum { CLIENTS = 60 };

static void set_up(void)
{
    rig_set_up(&rig);
    active = &rig.units[0];
    standby = &rig.units[1];
    rig_run_both(&rig, 2 * NSTIME_S);
    rig_command_both(&rig, "failover hellotime 60min");
    rig_command_both(&rig, "failover hellomisses 100");
    rig_command_both(&rig, "option replication hash");
    rig_command_both(&rig, "predictor 192.0.2.80:80 maglev");
}

static void tear_down(void)
{
    rig_check(active);
    rig_check(standby);
    rig_tear_down(&rig);
}

static void open_all(unsigned *servers)
{
    for (unsigned i = 0; i < CLIENTS; i++) {
        servers[i] = rig_open(active, i, RIG_PORT);
        rig_deliver(active);
    }
}

static uint64_t told(void)
{
    return director_count(active->director, NOTE_CREATE_SENT);
}

/* Without exceptions not a datagram leaves, neither for the beginning nor for the end. */
START_TEST(nothing_is_told)
{
    unsigned servers[CLIENTS];
    open_all(servers);
    rig_close(active, servers[0], 0, RIG_PORT);
    rig_run_both(&rig, rig.now + 10 * NSTIME_S);
    ck_assert_uint_eq(told(), 0);
    ck_assert_uint_eq(director_count(active->director, NOTE_DELETE_SENT), 0);
    ck_assert_uint_eq(director_connections(standby->director), 0);
}
END_TEST

/* With exceptions those are told that are not where the table says, here because their machine
 * was full, and their end as well; nobody else. */
START_TEST(exceptions_are_told)
{
    unsigned servers[CLIENTS];
    rig_command_both(&rig, "option exceptions yes");
    rig_command(active, "maxconns 10.0.1.1:80 5");
    open_all(servers);
    unsigned moved = 0;
    for (unsigned i = 0; i < CLIENTS; i++)
        moved += servers[i] == 1;
    ck_assert_uint_eq(moved, 5);
    ck_assert_uint_gt(told(), CLIENTS / 4);
    ck_assert_uint_lt(told(), CLIENTS * 3 / 4);
    ck_assert_uint_eq(director_connections(standby->director), told());
    for (unsigned i = 0; i < CLIENTS; i++) {
        rig_close(active, servers[i], i, RIG_PORT);
        rig_deliver(active);
    }
    ck_assert_uint_eq(director_count(active->director, NOTE_DELETE_SENT), told());
    ck_assert_uint_eq(director_connections(standby->director), 0);
}
END_TEST

/* A command moves the rows of some: these are told within the round, and all others are where
 * the table says, on both units. So all are found after the takeover. */
START_TEST(who_becomes_one_is_told)
{
    unsigned servers[CLIENTS];
    rig_command_both(&rig, "option exceptions yes");
    rig_command_both(&rig, "option unknown-connection hash");
    open_all(servers);
    ck_assert_uint_eq(told(), 0);
    rig_command_both(&rig, "real 10.0.1.3:80 is");
    rig_command_both(&rig, "bind 192.0.2.80:80 10.0.1.3:80");
    rig_run_both(&rig, rig.now + NSTIME_S);
    ck_assert_uint_gt(told(), CLIENTS / 6);
    ck_assert_uint_lt(told(), CLIENTS / 2);
    ck_assert_uint_eq(director_connections(standby->director), told());
    rig_command(standby, "failover active");
    for (unsigned i = 0; i < CLIENTS; i++) {
        struct connection_view view;
        struct packet packet = rig_from_client(i, RIG_PORT, TCP_ACK | TCP_PSH, 1001, 5001);
        rig_packet(standby, SIDE_OUTSIDE, &packet);
        ck_assert(rig_knows(standby, i, RIG_PORT, &view));
        ck_assert_uint_eq(view.real.ip, RIG_REAL_IP + servers[i]);
    }
}
END_TEST

/* A round looks at 64 conns and waits 10 ms; conns that go meanwhile do not disturb it. */
START_TEST(a_round_is_paced)
{
    unsigned servers[3 * CLIENTS];
    rig_command_both(&rig, "option exceptions yes");
    for (unsigned i = 0; i < 3 * CLIENTS; i++)
        servers[i] = rig_open(active, i, RIG_PORT);
    rig_command_both(&rig, "weight 10.0.1.1:80 0");
    unsigned due = 0;
    for (unsigned i = 0; i < 64; i++)
        due += servers[i] == 1;
    nstime begun = rig.now;
    rig_run(active, begun);
    ck_assert_uint_eq(told(), due);
    rig_close(active, servers[64], 64, RIG_PORT);
    for (unsigned i = 65; i < 129; i++)
        due += servers[i] == 1;
    rig_run(active, begun + 10 * NSTIME_MS - 1);
    ck_assert_uint_lt(told(), due);
    rig_run(active, begun + 10 * NSTIME_MS);
    ck_assert_uint_eq(told(), due);
    for (unsigned i = 129; i < 3 * CLIENTS; i++)
        due += servers[i] == 1;
    rig_run(active, begun + NSTIME_S);
    ck_assert_uint_eq(told(), due);
}
END_TEST

Suite *hash_suite(void)
{
    Suite *suite = suite_create("hash");
    TCase *tcase = tcase_create("hash");
    tcase_add_checked_fixture(tcase, set_up, tear_down);
    tcase_add_test(tcase, nothing_is_told);
    tcase_add_test(tcase, exceptions_are_told);
    tcase_add_test(tcase, who_becomes_one_is_told);
    tcase_add_test(tcase, a_round_is_paced);
    suite_add_tcase(suite, tcase);
    return suite;
}
