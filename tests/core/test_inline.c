/* The protocol "inline": whoever is connected is known at both units. */
#include "core/inline_record.h"
#include "tests/core/rig.h"
#include "tests/core/suites.h"

enum { CARRIED = 40 }; /* a SYN's headers */

static struct rig rig;
static struct rig_unit *active, *standby;
static nstime start;

static void set_up(void)
{
    rig_set_up(&rig);
    active = &rig.units[0];
    standby = &rig.units[1];
    rig_run_both(&rig, 2 * NSTIME_S);
    rig_command_both(&rig, "failover hellotime 60min");
    rig_command_both(&rig, "failover hellomisses 100");
    rig_command_both(&rig, "option replication inline");
    start = rig.now;
}

static void tear_down(void)
{
    rig_check(active);
    rig_check(standby);
    rig_tear_down(&rig);
}

static void ask(void)
{
    rig_client(active, TCP_SYN, 1000, 0);
}

/* A handshake whose SYN went round by the standby; the server's number. */
static unsigned open_through(void)
{
    ask();
    rig_settle(active);
    unsigned server = rig_view(active).real.ip & 255;
    rig_server(active, server, TCP_SYN | TCP_ACK, 5000, 1001);
    rig_client(active, TCP_ACK, 1001, 5001);
    return server;
}

/* The SYN travels with its record, and back; only then it goes on. */
START_TEST(a_request_travels_through_the_standby)
{
    ask();
    ck_assert_uint_eq(rig_count(active, EFFECT_FORWARD), 0);
    ck_assert_uint_eq(rig_effect(active, EFFECT_DATAGRAM, 0)->datagram.length,
                      INLINE_FIXED_SIZE + CARRIED);
    rig_deliver(active);
    ck_assert(!rig_gone(standby));
    ck_assert_uint_eq(rig_effect(standby, EFFECT_DATAGRAM, 0)->datagram.length,
                      INLINE_FIXED_SIZE + CARRIED);
    rig_deliver(standby);
    ck_assert_uint_eq(rig_forwarded(active, SIDE_INSIDE)->flags, TCP_SYN);
}
END_TEST

/* What is lost, there or back, is made good by the client's next SYN and by nothing else; nothing
 * is given up. */
START_TEST(a_loss_waits_for_the_client)
{
    ask();
    if (_i == 1)
        rig_deliver(active); /* the answer is lost */
    rig_run(active, start + 100 * NSTIME_S / 2);
    ck_assert_uint_eq(rig_count(active, EFFECT_FORWARD), 0);
    ask();
    ck_assert_uint_eq(rig_note(active, NOTE_CREATE_SENT)->detail, RECORD_COPY_ANOTHER);
    rig_deliver(active);
    rig_deliver(standby);
    ck_assert_uint_eq(rig_forwarded(active, SIDE_INSIDE)->flags, TCP_SYN);
    ck_assert_uint_eq(director_connections(standby->director), 1);
}
END_TEST

/* Further packets do not wait, and cost nothing. */
START_TEST(an_agreed_connection_costs_nothing)
{
    open_through();
    ck_assert_uint_eq(rig_count(active, EFFECT_FORWARD), 1);
    ck_assert_uint_eq(rig_count(active, EFFECT_DATAGRAM), 0);
}
END_TEST

/* A second answer to one request lets nothing out twice. */
START_TEST(an_answer_counts_once)
{
    ask();
    rig_deliver(active);
    rig_deliver(standby);
    rig_deliver(standby);
    ck_assert_uint_eq(rig_count(active, EFFECT_FORWARD), 0);
}
END_TEST

/* An end is told every 200 ms until it is answered. */
START_TEST(an_end_is_told_until_it_is_answered)
{
    unsigned server = open_through();
    rig_close(active, server, RIG_CLIENT, RIG_PORT);
    ck_assert_uint_eq(rig_effect(active, EFFECT_DATAGRAM, 0)->datagram.length,
                      INLINE_FIXED_SIZE);
    rig_run(active, start + 200 * NSTIME_MS - 1);
    ck_assert_uint_eq(director_count(active->director, NOTE_DELETE_SENT), 1);
    rig_run(active, start + 1000 * NSTIME_MS);
    ck_assert_uint_eq(director_count(active->director, NOTE_DELETE_SENT), 6);
    rig_settle(active);
    ck_assert(rig_gone(standby));
    rig_run(active, start + 100 * NSTIME_S);
    ck_assert_uint_eq(director_count(active->director, NOTE_DELETE_SENT), 6);
}
END_TEST

/* A delete that comes behind the create of the tuple's next connection, on the same server, is
 * older by its number. */
START_TEST(a_late_delete_is_refused)
{
    uint8_t late[INLINE_DATAGRAM_MAX];
    rig_command_both(&rig, "no bind 192.0.2.80:80 10.0.1.2:80");
    unsigned server = open_through();
    rig_close(active, server, RIG_CLIENT, RIG_PORT);
    const struct effect *effect = rig_effect(active, EFFECT_DATAGRAM, 0);
    size_t length = effect->datagram.length;
    memcpy(late, effect_bytes(&active->effects, effect), length);
    open_through();
    rig_datagram(standby, CHANNEL_REPLICATION, late, length);
    ck_assert(!rig_gone(standby));
    ck_assert_uint_eq(director_refusals(standby->director, REFUSAL_PAST), 1);
}
END_TEST

/* With no standby known, the active serves alone. */
START_TEST(alone_it_does_not_wait)
{
    rig_command(active, "failover hellotime 1s");
    rig_command(active, "failover hellomisses 2");
    rig_run(active, start + 10 * NSTIME_S);
    ask();
    ck_assert_uint_eq(rig_count(active, EFFECT_FORWARD), 1);
    ck_assert_uint_eq(rig_count(active, EFFECT_DATAGRAM), 0);
}
END_TEST

/* What is not whole, not this protocol's, or not for this role is refused. */
START_TEST(damaged_datagrams_are_refused)
{
    static const struct {
        unsigned at;
        uint8_t value;
        enum record_refusal refusal;
    } damage[] = {
        {0, 0, REFUSAL_BAD_MAGIC},         {2, 2, REFUSAL_BAD_VERSION},
        {3, 5, REFUSAL_BAD_FLAGS},         {3, INLINE_DELETE, REFUSAL_WRONG_SIZE},
        {3, INLINE_CREATED, REFUSAL_NOT_ACTIVE},
        {8 + 20, 1, REFUSAL_BAD_PROTOCOL}, {8 + 21, RECORD_DELETE, REFUSAL_BAD_FLAGS},
        {8 + 23, 1, REFUSAL_BAD_RESERVED}, {8 + 3, 99, REFUSAL_UNKNOWN_MACHINE},
    };
    uint8_t bytes[INLINE_DATAGRAM_MAX];
    ask();
    const struct effect *effect = rig_effect(active, EFFECT_DATAGRAM, 0);
    size_t length = effect->datagram.length;
    memcpy(bytes, effect_bytes(&active->effects, effect), length);
    bytes[damage[_i].at] = damage[_i].value;
    rig_datagram(standby, CHANNEL_REPLICATION, bytes, length);
    ck_assert(rig_gone(standby));
    ck_assert_uint_eq(rig_count(standby, EFFECT_DATAGRAM), 0);
    ck_assert_uint_eq(director_refusals(standby->director, damage[_i].refusal), 1);
}
END_TEST

/* Every prefix of what must be there is refused. */
START_TEST(truncated_datagrams_are_refused)
{
    ask();
    const struct effect *effect = rig_effect(active, EFFECT_DATAGRAM, 0);
    uint8_t *bytes = g_memdup2(effect_bytes(&active->effects, effect), INLINE_FIXED_SIZE - 1);
    for (size_t length = 1; length < INLINE_FIXED_SIZE; length++)
        rig_datagram(standby, CHANNEL_REPLICATION, bytes, length);
    g_free(bytes);
    ck_assert_uint_eq(director_refusals(standby->director, REFUSAL_WRONG_SIZE),
                      INLINE_FIXED_SIZE - 1);
}
END_TEST

/* After a takeover the old unit returns: connections that the new active has are told with their
 * next packet, which does not wait. */
START_TEST(a_new_standby_is_told_in_passing)
{
    unsigned server = open_through();
    rig_command_both(&rig, "failover hellotime 1s");
    rig_command(standby, "failover active");
    rig_settle(standby);
    rig_run_both(&rig, start + 20 * NSTIME_S);
    rig_assert_roles(&rig, ROLE_STANDBY, ROLE_ACTIVE);
    ck_assert(rig_gone(active));
    struct packet data = rig_from_server(server, RIG_CLIENT, RIG_PORT, TCP_ACK, 5001, 1001);
    rig_packet(standby, SIDE_INSIDE, &data);
    ck_assert_uint_eq(rig_count(standby, EFFECT_FORWARD), 1);
    rig_deliver(standby);
    ck_assert(!rig_gone(active));
}
END_TEST

Suite *inline_suite(void)
{
    Suite *suite = suite_create("inline");
    TCase *tcase = tcase_create("inline");
    tcase_add_checked_fixture(tcase, set_up, tear_down);
    tcase_add_test(tcase, a_request_travels_through_the_standby);
    tcase_add_loop_test(tcase, a_loss_waits_for_the_client, 0, 2);
    tcase_add_test(tcase, an_agreed_connection_costs_nothing);
    tcase_add_test(tcase, an_answer_counts_once);
    tcase_add_test(tcase, an_end_is_told_until_it_is_answered);
    tcase_add_test(tcase, a_late_delete_is_refused);
    tcase_add_test(tcase, alone_it_does_not_wait);
    tcase_add_loop_test(tcase, damaged_datagrams_are_refused, 0, 9);
    tcase_add_test(tcase, truncated_datagrams_are_refused);
    tcase_add_test(tcase, a_new_standby_is_told_in_passing);
    suite_add_tcase(suite, tcase);
    return suite;
}
