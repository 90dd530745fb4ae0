/* Ghosts on the new active: records of connections that are gone, whose delete was lost,
 * and requests of the same tuple that meet them. */
#include "tests/core/rig.h"
#include "tests/core/suites.h"

/* ---- fixture: the secondary has taken over with one record, and nobody knows whether its
 * connection still lives */

static struct rig rig;
static struct rig_unit *active, *standby;
static unsigned server; /* of the record */

static void set_up(void)
{
    rig_set_up(&rig);
    standby = &rig.units[0];
    active = &rig.units[1];
    rig_run_both(&rig, 2 * NSTIME_S);
    server = rig_open(standby, RIG_CLIENT, RIG_PORT);
    rig_deliver(standby);
    rig_run(active, rig.now + 10 * NSTIME_S);
    ck_assert_int_eq(director_role(active->director), ROLE_ACTIVE);
    ck_assert_int_eq(rig_view(active).state, CONN_ACTIVE);
}

static void tear_down(void)
{
    rig_check(active);
    rig_tear_down(&rig);
}

/* The unit that died comes back with an empty table, and is heard. */
static void come_back(void)
{
    uint64_t heard = director_count(active->director, NOTE_PEER_HEARD);
    rig_start(&rig, 0, ROLE_STANDBY);
    while (director_count(active->director, NOTE_PEER_HEARD) == heard)
        rig_run_both(&rig, rig.now + NSTIME_MS);
}

/* ---- tests */

/* The record's connection is gone: its machine takes the request as new, so that the client
 * is served by the ghost (R-405 is not asked). With the client's ACK it is active and
 * the standby, which came later and was not told of the ghost (R-1106), gets its create;
 * with its end, the delete. */
START_TEST(a_revived_ghost_is_replicated)
{
    come_back();
    ck_assert(rig_gone(standby));
    rig_client(active, TCP_SYN, 70000, 0);
    ck_assert_uint_eq(rig_forwarded(active, SIDE_INSIDE)->destination_ip, RIG_REAL_IP + server);
    rig_server(active, server, TCP_SYN | TCP_ACK, 90000, 70001);
    ck_assert_uint_eq(rig_notes(active, NOTE_CREATE_SENT), 0);
    rig_client(active, TCP_ACK, 70001, 90001);
    rig_note(active, NOTE_CREATE_SENT);
    rig_deliver(active);
    ck_assert(!rig_gone(standby));
    rig_client(active, TCP_ACK, 70001, 90001);
    ck_assert_uint_eq(rig_notes(active, NOTE_CREATE_SENT), 0); /* once */
    rig_client(active, TCP_FIN | TCP_ACK, 70001, 90001);
    rig_server(active, server, TCP_FIN | TCP_ACK, 90001, 70002);
    rig_client(active, TCP_ACK, 70002, 90002);
    rig_note(active, NOTE_DELETE_SENT);
    rig_deliver(active);
    ck_assert(rig_gone(active) && rig_gone(standby));
}
END_TEST

/* One that the standby was told of (R-1106's bulk_sync) stands there as it is: same tuple, same
 * machine, and the new connection on it needs no second create. */
START_TEST(a_revived_ghost_is_told_once)
{
    rig_command(active, "option bulk-sync 1000/s");
    come_back();
    rig_run_both(&rig, rig.now + NSTIME_S);
    ck_assert(!rig_gone(standby) && rig_view(active).create_sent);
    rig_client(active, TCP_SYN, 70000, 0);
    rig_server(active, server, TCP_SYN | TCP_ACK, 90000, 70001);
    rig_client(active, TCP_ACK, 70001, 90001);
    ck_assert_uint_eq(rig_count(active, EFFECT_DATAGRAM), 0);
    ck_assert(rig_view(active).create_sent);
}
END_TEST

/* The ghost's machine is dead: it gets as many requests as any new connection's (R-503, 3), and
 * the next one begins a new incarnation, which is balanced anew. */
START_TEST(a_ghost_of_a_dead_machine_gives_way)
{
    for (unsigned i = 0; i < 3; i++) {
        rig_client(active, TCP_SYN, 70000, 0);
        ck_assert_uint_eq(rig_forwarded(active, SIDE_INSIDE)->destination_ip,
                          RIG_REAL_IP + server);
        ck_assert_int_eq(rig_view(active).state, CONN_ACTIVE);
    }
    rig_client(active, TCP_SYN, 70000, 0);
    ck_assert_uint_eq(rig_note(active, NOTE_ENDED)->detail, END_NEW_INCARNATION);
    rig_note(active, NOTE_OPENED);
    ck_assert_int_eq(rig_view(active).state, CONN_SYN_SEEN);
    rig_forwarded(active, SIDE_INSIDE);
}
END_TEST

/* A record whose connection lives: its machine answers a forged request with a challenge ACK
 * (RFC 5961), and no number of further ones takes the connection away. */
START_TEST(a_living_one_does_not_give_way)
{
    rig_client(active, TCP_SYN, 70000, 0);
    rig_server(active, server, TCP_ACK, 5001, 1001);
    for (unsigned i = 0; i < 300; i++)
        rig_client(active, TCP_SYN, 70000 + i, 0);
    ck_assert_int_eq(rig_view(active).state, CONN_ACTIVE);
    rig_client(active, TCP_ACK | TCP_PSH, 1001, 5001);
    ck_assert_uint_eq(rig_forwarded(active, SIDE_INSIDE)->destination_ip, RIG_REAL_IP + server);
}
END_TEST

Suite *ghost_suite(void)
{
    Suite *suite = suite_create("ghost");
    TCase *tcase = tcase_create("requests");
    tcase_add_checked_fixture(tcase, set_up, tear_down);
    tcase_add_test(tcase, a_revived_ghost_is_replicated);
    tcase_add_test(tcase, a_revived_ghost_is_told_once);
    tcase_add_test(tcase, a_ghost_of_a_dead_machine_gives_way);
    tcase_add_test(tcase, a_living_one_does_not_give_way);
    suite_add_tcase(suite, tcase);
    return suite;
}
