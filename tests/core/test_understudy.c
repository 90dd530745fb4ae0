/* The protocol "understudy" between two directors. */
#include "tests/core/rig.h"
#include "tests/core/suites.h"

#include <string.h>

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
    rig_command_both(&rig, "option replication understudy");
}

static void tear_down(void)
{
    rig_check(active);
    rig_check(standby);
    rig_tear_down(&rig);
}

static void run(nstime span)
{
    rig_run_both(&rig, rig.now + span);
}

static bool is_known(uint16_t port)
{
    struct connection_view view;
    return rig_knows(standby, RIG_CLIENT, port, &view);
}

/* The first create leaves in the step of the client's ACK, in 68 bytes of IP, and the standby
 * knows the connection and its machine. */
START_TEST(a_create_leaves_at_once)
{
    struct connection_view view;
    unsigned server = rig_open(active, RIG_CLIENT, RIG_PORT);
    ck_assert_uint_eq(rig_effect(active, EFFECT_DATAGRAM, 0)->datagram.length, 12 + 28);
    rig_deliver(active);
    ck_assert(rig_knows(standby, RIG_CLIENT, RIG_PORT, &view));
    ck_assert_uint_eq(view.real.ip & 255, server);
}
END_TEST

/* A lost create is told again three round trips later, and again until it is acknowledged. */
START_TEST(a_lost_create_is_told_again)
{
    rig_open(active, RIG_CLIENT, RIG_PORT);
    rig_run(active, rig.now + 3 * NSTIME_MS);
    ck_assert_uint_eq(director_count(active->director, NOTE_CREATE_SENT), 2);
    ck_assert(!is_known(RIG_PORT));
    run(10 * NSTIME_MS);
    ck_assert(is_known(RIG_PORT));
    uint64_t sent = director_count(active->director, NOTE_CREATE_SENT);
    run(NSTIME_S / 2);
    ck_assert_uint_eq(director_count(active->director, NOTE_CREATE_SENT), sent);
}
END_TEST

/* A delete waits a tenth of a second for a create to go with; with one it goes at once. */
START_TEST(a_delete_waits_for_company)
{
    unsigned server = rig_open(active, RIG_CLIENT, RIG_PORT);
    rig_deliver(active);
    run(10 * NSTIME_MS);
    rig_close(active, server, RIG_CLIENT, RIG_PORT);
    run(99 * NSTIME_MS);
    ck_assert(is_known(RIG_PORT));
    run(NSTIME_MS);
    ck_assert(!is_known(RIG_PORT));
    ck_assert_uint_eq(director_connections(standby->director), 0);

    server = rig_open(active, RIG_CLIENT, RIG_PORT);
    rig_deliver(active);
    run(10 * NSTIME_MS);
    rig_close(active, server, RIG_CLIENT, RIG_PORT);
    rig_open(active, RIG_CLIENT, RIG_PORT + 1);
    rig_deliver(active);
    ck_assert(!is_known(RIG_PORT));
    ck_assert(is_known(RIG_PORT + 1));
}
END_TEST

/* A tuple comes again in another slot while the delete of the first was lost: the standby
 * holds it once, for the machine of now, and the late delete takes nothing away. */
START_TEST(a_tuple_that_comes_again_is_held_once)
{
    struct connection_view mine, view;
    unsigned server = rig_open(active, RIG_CLIENT, RIG_PORT);
    rig_deliver(active);
    run(10 * NSTIME_MS);
    rig_open(active, RIG_CLIENT, RIG_PORT + 1); /* so that the free slot is not the next */
    rig_deliver(active);
    rig_close(active, server, RIG_CLIENT, RIG_PORT);
    rig_open(active, RIG_CLIENT, RIG_PORT + 2);
    rig_open(active, RIG_CLIENT, RIG_PORT);
    run(NSTIME_S);
    ck_assert(rig_knows(active, RIG_CLIENT, RIG_PORT, &mine));
    ck_assert(rig_knows(standby, RIG_CLIENT, RIG_PORT, &view));
    ck_assert_uint_eq(view.real.ip, mine.real.ip);
    ck_assert_uint_eq(director_connections(standby->director), 3);
}
END_TEST

/* A standby that boots anew is told of everything, though nothing happens any more. */
START_TEST(a_joiner_is_told_all)
{
    for (uint16_t port = 0; port < 200; port++)
        rig_open(active, RIG_CLIENT, RIG_PORT + port);
    run(NSTIME_S);
    rig_start(&rig, 1, ROLE_STANDBY);
    rig_command(standby, "option replication understudy");
    rig_command_both(&rig, "failover hellotime 1s");
    run(3 * NSTIME_S);
    ck_assert_uint_eq(director_connections(standby->director), 200);
}
END_TEST

/* The standby takes over with all that it knows, and tells a new standby of it in its turn. */
START_TEST(the_new_active_goes_on)
{
    for (uint16_t port = 0; port < 50; port++)
        rig_open(active, RIG_CLIENT, RIG_PORT + port);
    run(NSTIME_S);
    rig_command_both(&rig, "failover hellotime 1s");
    rig_command_both(&rig, "failover hellomisses 2");
    rig_run_without(&rig, 1, rig.now + 10 * NSTIME_S);
    ck_assert_int_eq(director_role(standby->director), ROLE_ACTIVE);
    ck_assert_uint_eq(director_connections(standby->director), 50);
    rig_start(&rig, 0, ROLE_STANDBY);
    rig_command(active, "option replication understudy");
    run(10 * NSTIME_S);
    ck_assert_int_eq(director_role(active->director), ROLE_STANDBY);
    ck_assert_uint_eq(director_connections(active->director), 50);
}
END_TEST

/* Without anybody to hear it nothing is sent, and nothing waits for a time that does not
 * come. */
START_TEST(nobody_is_spoken_to_who_is_not_there)
{
    rig_command_both(&rig, "failover hellotime 1s");
    rig_command_both(&rig, "failover hellomisses 2");
    rig_run_without(&rig, 2, rig.now + 10 * NSTIME_S);
    uint64_t sent = director_count(active->director, NOTE_CREATE_SENT);
    for (uint16_t port = 0; port < 50; port++)
        rig_open(active, RIG_CLIENT, RIG_PORT + port);
    rig_run_without(&rig, 2, rig.now + 10 * NSTIME_S);
    ck_assert_uint_eq(director_count(active->director, NOTE_CREATE_SENT), sent);
}
END_TEST

/* Replays and datagrams for the other role are refused and counted; the table stands. */
START_TEST(what_is_not_for_it_is_refused)
{
    rig_open(active, RIG_CLIENT, RIG_PORT);
    const struct effect *sent = rig_effect(active, EFFECT_DATAGRAM, 0);
    uint8_t bytes[100];
    size_t length = sent->datagram.length;
    ck_assert_uint_le(length, sizeof bytes);
    memcpy(bytes, effect_bytes(&active->effects, sent), length);
    rig_datagram(standby, CHANNEL_REPLICATION, bytes, length);
    rig_datagram(standby, CHANNEL_REPLICATION, bytes, length);
    rig_datagram(active, CHANNEL_REPLICATION, bytes, length);
    ck_assert_uint_eq(director_refusals(standby->director, REFUSAL_STALE), 1);
    ck_assert_uint_eq(director_refusals(active->director, REFUSAL_NOT_STANDBY), 1);
    bytes[0] ^= 1;
    rig_datagram(standby, CHANNEL_REPLICATION, bytes, length);
    ck_assert_uint_eq(director_refusals(standby->director, REFUSAL_BAD_MAGIC), 1);
    ck_assert_uint_eq(director_connections(standby->director), 1);
}
END_TEST

Suite *understudy_suite(void)
{
    Suite *suite = suite_create("understudy");
    TCase *tcase = tcase_create("pair");
    tcase_add_checked_fixture(tcase, set_up, tear_down);
    tcase_add_test(tcase, a_create_leaves_at_once);
    tcase_add_test(tcase, a_lost_create_is_told_again);
    tcase_add_test(tcase, a_delete_waits_for_company);
    tcase_add_test(tcase, a_tuple_that_comes_again_is_held_once);
    tcase_add_test(tcase, a_joiner_is_told_all);
    tcase_add_test(tcase, the_new_active_goes_on);
    tcase_add_test(tcase, nobody_is_spoken_to_who_is_not_there);
    tcase_add_test(tcase, what_is_not_for_it_is_refused);
    suite_add_tcase(suite, tcase);
    return suite;
}
