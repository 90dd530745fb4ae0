/* The protocol "pfsync": what leaves when, what is asked for, what must not go back. Packets are
 * counted in IP bytes: 20 of IP, 20 of the header, 4 of the end, 4 for each kind of record. */
#include "core/pfsync_record.h"
#include "tests/core/rig.h"
#include "tests/core/suites.h"

enum { FRAME = 44, SUBHEADER = 4, FULL = 242, SHORT = 84, NAME = 12 };

static struct rig rig;
static struct rig_unit *active, *standby;
static nstime start;

/* One bucket, and a bulk transfer that is over. */
static void set_up(void)
{
    rig_set_up(&rig);
    active = &rig.units[0];
    standby = &rig.units[1];
    rig_run_both(&rig, 2 * NSTIME_S);
    rig_command_both(&rig, "failover hellotime 60min");
    rig_command_both(&rig, "failover hellomisses 100");
    rig_command_both(&rig, "option pfsync-buckets 1");
    rig_command_both(&rig, "option replication pfsync");
    rig_run_both(&rig, 4 * NSTIME_S);
    start = rig.now;
}

static void set_up_defer(void)
{
    set_up();
    rig_command_both(&rig, "option defer yes");
}

static void tear_down(void)
{
    rig_check(active);
    rig_check(standby);
    rig_tear_down(&rig);
}

/* IP bytes of the only datagram of the latest step. */
static unsigned sent_bytes(const struct rig_unit *unit)
{
    ck_assert_uint_eq(rig_count(unit, EFFECT_DATAGRAM), 1);
    return PFSYNC_IP_HEADER + rig_effect(unit, EFFECT_DATAGRAM, 0)->datagram.length;
}

static void run_to(nstime after)
{
    rig_run(active, start + after);
}

/* A connection whose insert is at the standby, and nothing under way. */
static unsigned open_known(void)
{
    unsigned server = rig_open(active, RIG_CLIENT, RIG_PORT);
    run_to(NSTIME_S);
    rig_settle(active);
    ck_assert(!rig_gone(standby));
    return server;
}

/* The first packet starts the bucket's timer: one insert, a second later exactly, says what is so
 * then. */
START_TEST(an_insert_leaves_after_a_second)
{
    rig_open(active, RIG_CLIENT, RIG_PORT);
    run_to(NSTIME_S - 1);
    ck_assert_uint_eq(director_count(active->director, NOTE_CREATE_SENT), 0);
    run_to(NSTIME_S);
    ck_assert_uint_eq(sent_bytes(active), FRAME + SUBHEADER + FULL);
    ck_assert_uint_eq(rig_note(active, NOTE_CREATE_SENT)->detail, 0);
    rig_settle(active);
    ck_assert(!rig_gone(standby));
}
END_TEST

/* A connection that ends before its insert has left is never spoken of. */
START_TEST(insert_and_delete_vanish)
{
    rig_client(active, TCP_SYN, 1000, 0);
    rig_server(active, 1, TCP_RST | TCP_ACK, 0, 1001);
    rig_command(active, "option rst-ditch off");
    rig_client(active, TCP_SYN, 1000, 0);
    rig_client(active, TCP_RST, 1001, 0);
    ck_assert(rig_gone(active));
    run_to(5 * NSTIME_S);
    ck_assert_uint_eq(director_count(active->director, NOTE_CREATE_SENT), 0);
    ck_assert_uint_eq(director_count(active->director, NOTE_DELETE_SENT), 0);
}
END_TEST

/* Ten packets within a second are one short update, a second after the first. */
START_TEST(updates_are_gathered)
{
    open_known();
    for (uint32_t i = 0; i < 10; i++)
        rig_client(active, TCP_ACK, 1001 + i, 5001);
    run_to(2 * NSTIME_S - 1);
    ck_assert_uint_eq(rig_count(active, EFFECT_DATAGRAM), 0);
    run_to(2 * NSTIME_S);
    ck_assert_uint_eq(sent_bytes(active), FRAME + SUBHEADER + SHORT);
    ck_assert_uint_eq(rig_notes(active, NOTE_CREATE_SENT), 0);
}
END_TEST

/* The 128th packet behind the one that queued the update sends it. */
START_TEST(many_updates_go_at_once)
{
    open_known();
    for (uint32_t i = 0; i < 128; i++) {
        rig_client(active, TCP_ACK, 1001 + i, 5001);
        ck_assert_uint_eq(rig_count(active, EFFECT_DATAGRAM), 0);
    }
    rig_client(active, TCP_ACK, 2000, 5001);
    ck_assert_uint_eq(sent_bytes(active), FRAME + SUBHEADER + SHORT);
}
END_TEST

/* Six inserts fill a packet of 1500 bytes: the seventh sends them. */
START_TEST(six_inserts_fill_a_packet)
{
    for (uint16_t port = 1; port <= 6; port++) {
        struct packet syn = rig_from_client(RIG_CLIENT, port, TCP_SYN, 1000, 0);
        rig_packet(active, SIDE_OUTSIDE, &syn);
        ck_assert_uint_eq(rig_count(active, EFFECT_DATAGRAM), 0);
    }
    struct packet syn = rig_from_client(RIG_CLIENT, 7, TCP_SYN, 1000, 0);
    rig_packet(active, SIDE_OUTSIDE, &syn);
    ck_assert_uint_eq(sent_bytes(active), FRAME + SUBHEADER + 6 * FULL);
    ck_assert_uint_eq(sent_bytes(active), 1500);
}
END_TEST

/* Seventeen short updates do. */
START_TEST(seventeen_updates_fill_a_packet)
{
    for (uint16_t port = 1; port <= 18; port++)
        rig_open(active, RIG_CLIENT, port);
    run_to(3 * NSTIME_S);
    for (uint16_t port = 1; port <= 18; port++) {
        struct packet ack = rig_from_client(RIG_CLIENT, port, TCP_ACK, 1001, 5001);
        ck_assert_uint_eq(rig_count(active, EFFECT_DATAGRAM) == 0 || port == 1, true);
        rig_packet(active, SIDE_OUTSIDE, &ack);
    }
    ck_assert_uint_eq(sent_bytes(active), FRAME + SUBHEADER + 17 * SHORT);
}
END_TEST

/* And a hundred and twenty-one deletes, each noted: of states that fall due at once. */
START_TEST(deletes_fill_a_packet)
{
    enum { MANY = 122 };
    for (uint16_t port = 1; port <= MANY; port++)
        rig_close(active, rig_open(active, RIG_CLIENT, port), RIG_CLIENT, port);
    run_to(90 * NSTIME_S);
    ck_assert_uint_eq(sent_bytes(active), FRAME + SUBHEADER + 121 * NAME);
    ck_assert_uint_eq(rig_notes(active, NOTE_DELETE_SENT), 121);
}
END_TEST

/* A closed state stands for 90 s on both units; then one delete of 12 bytes takes it away. */
START_TEST(a_delete_comes_after_ninety_seconds)
{
    unsigned server = open_known();
    rig_close(active, server, RIG_CLIENT, RIG_PORT);
    ck_assert(!rig_gone(active));
    rig_run_both(&rig, start + 91 * NSTIME_S - 1);
    ck_assert(!rig_gone(active));
    rig_run_both(&rig, start + 93 * NSTIME_S);
    ck_assert(rig_gone(active));
    ck_assert(rig_gone(standby));
    ck_assert_uint_eq(director_count(standby->director, NOTE_DELETE_APPLIED)
                          + director_count(standby->director, NOTE_AGED_OUT), 1);
}
END_TEST

/* Seed F14: the insert is lost. While the connection is idle nobody knows; its next packet's update
 * is of a state that the standby has not, which it asks for, and gets whole. */
START_TEST(an_update_of_an_unknown_state_pulls_it)
{
    rig_open(active, RIG_CLIENT, RIG_PORT);
    run_to(NSTIME_S);
    run_to(60 * NSTIME_S);
    ck_assert(rig_gone(standby));
    rig_client(active, TCP_ACK, 1001, 5001);
    run_to(61 * NSTIME_S);
    ck_assert_uint_eq(sent_bytes(active), FRAME + SUBHEADER + SHORT);
    rig_deliver(active);
    ck_assert(rig_gone(standby));
    ck_assert_uint_eq(sent_bytes(standby), FRAME + SUBHEADER + NAME);
    rig_deliver(standby);
    ck_assert_uint_eq(sent_bytes(active), FRAME + SUBHEADER + FULL);
    ck_assert_uint_eq(rig_note(active, NOTE_CREATE_SENT)->detail, RECORD_COPY_ANOTHER);
    rig_deliver(active);
    ck_assert(!rig_gone(standby));
}
END_TEST

/* The bytes of what a unit has just sent, to be given again, later. */
static size_t keep(const struct rig_unit *unit, uint8_t *bytes)
{
    const struct effect *effect = rig_effect(unit, EFFECT_DATAGRAM, 0);
    memcpy(bytes, effect_bytes(&unit->effects, effect), effect->datagram.length);
    return effect->datagram.length;
}

/* An update that comes late, behind a newer one, does not take the state back, and is answered by
 * what the standby has. */
START_TEST(a_state_does_not_go_back)
{
    uint8_t late[PFSYNC_DATAGRAM_MAX];
    unsigned server = open_known();
    rig_client(active, TCP_ACK, 1101, 5001);
    run_to(2 * NSTIME_S);
    size_t length = keep(active, late);
    rig_close(active, server, RIG_CLIENT, RIG_PORT);
    run_to(4 * NSTIME_S);
    rig_settle(active);
    ck_assert_int_eq(rig_view(standby).state, CONN_CLOSING);
    rig_datagram(standby, CHANNEL_REPLICATION, late, length);
    ck_assert_int_eq(rig_view(standby).state, CONN_CLOSING);
    ck_assert_uint_eq(sent_bytes(standby), FRAME + SUBHEADER + SHORT);
}
END_TEST

/* Of a segment that a strict window check refuses the sender has sent far more than was told of. */
static bool passes(uint32_t sequence)
{
    struct packet data = rig_from_server(1, RIG_CLIENT, RIG_PORT, TCP_ACK, sequence, 1001);
    rig_packet(standby, SIDE_INSIDE, &data);
    return rig_count(standby, EFFECT_FORWARD) == 1;
}

/* Seed F16: the server has sent 200 kB between two updates, of which the first comes last. The
 * client's side is as new in both, the server's is older. It is kept; with pf's bug it is
 * overwritten, and the new active, which checks windows, refuses what the server sends next. */
START_TEST(an_older_side_is_kept)
{
    uint8_t late[PFSYNC_DATAGRAM_MAX];
    open_known();
    rig_command(standby, "option window-check strict");
    if (_i == 1)
        rig_command(standby, "option pfsync-stale overwrite");
    rig_server(active, 1, TCP_ACK, 5001, 1001);
    run_to(2 * NSTIME_S);
    size_t length = keep(active, late);
    for (uint32_t sent = 0; sent < 200000; sent += 50000) {
        rig_server(active, 1, TCP_ACK, 5001 + sent, 1001);
        rig_client(active, TCP_ACK, 1001, 5001 + sent);
    }
    run_to(4 * NSTIME_S);
    rig_settle(active);
    rig_datagram(standby, CHANNEL_REPLICATION, late, length);
    rig_command(standby, "failover active");
    ck_assert_uint_eq(passes(5001 + 150000), _i == 0);
}
END_TEST

/* Protocol and place of a datagram that is not whole, or is not pfsync's, or has a bit wrong that
 * matters: refused, and nothing of it applied. */
START_TEST(damaged_datagrams_are_refused)
{
    static const struct {
        unsigned at;
        uint8_t value;
        enum record_refusal refusal;
    } damage[] = {
        {0, 6, REFUSAL_BAD_VERSION},      {1, 1, REFUSAL_BAD_RESERVED},
        {3, 9, REFUSAL_WRONG_SIZE},       {20, 9, REFUSAL_BAD_FLAGS},
        {21, 1, REFUSAL_BAD_RESERVED},    {23, 2, REFUSAL_BAD_COUNT},
        {24 + 233, 1, REFUSAL_BAD_PROTOCOL}, {24 + 234, 3, REFUSAL_BAD_FLAGS},
        {24 + 239, 9, REFUSAL_BAD_FLAGS}, {24 + 96 + 24, 11, REFUSAL_BAD_FLAGS},
        {24 + 24, 9, REFUSAL_UNKNOWN_MACHINE}, {24 + 242 + 3, 2, REFUSAL_WRONG_SIZE},
    };
    uint8_t bytes[PFSYNC_DATAGRAM_MAX];
    rig_open(active, RIG_CLIENT, RIG_PORT);
    run_to(NSTIME_S);
    size_t length = keep(active, bytes);
    bytes[damage[_i].at] = damage[_i].value;
    rig_datagram(standby, CHANNEL_REPLICATION, bytes, length);
    ck_assert(rig_gone(standby));
    ck_assert_uint_eq(director_refusals(standby->director, damage[_i].refusal), 1);
}
END_TEST

/* Every prefix of a datagram is refused, without a look behind it. */
START_TEST(truncated_datagrams_are_refused)
{
    uint8_t bytes[PFSYNC_DATAGRAM_MAX];
    rig_open(active, RIG_CLIENT, RIG_PORT);
    run_to(NSTIME_S);
    size_t length = keep(active, bytes);
    for (size_t shorter = 1; shorter < length; shorter++) {
        uint8_t *exact = g_memdup2(bytes, shorter);
        rig_datagram(standby, CHANNEL_REPLICATION, exact, shorter);
        g_free(exact);
    }
    ck_assert(rig_gone(standby));
    ck_assert_uint_eq(director_refusals(standby->director, REFUSAL_NONE), 0);
}
END_TEST

/* An insert that comes twice is refused the second time. */
START_TEST(an_insert_of_a_known_state_is_refused)
{
    rig_open(active, RIG_CLIENT, RIG_PORT);
    run_to(NSTIME_S);
    rig_deliver(active);
    rig_deliver(active);
    ck_assert_uint_eq(director_refusals(standby->director, REFUSAL_EXISTS), 1);
    ck_assert_uint_eq(director_connections(standby->director), 1);
}
END_TEST

/* ---- defer */

/* The SYN waits for the acknowledgement of its insert, which leaves at once; it goes on with that.
 * */
START_TEST(the_first_packet_waits_for_the_standby)
{
    rig_client(active, TCP_SYN, 1000, 0);
    ck_assert_uint_eq(rig_count(active, EFFECT_FORWARD), 0);
    ck_assert_uint_eq(sent_bytes(active), FRAME + SUBHEADER + FULL);
    rig_deliver(active);
    ck_assert(!rig_gone(standby));
    ck_assert_uint_eq(sent_bytes(standby), FRAME + SUBHEADER + NAME);
    rig_deliver(standby);
    ck_assert_uint_eq(rig_forwarded(active, SIDE_INSIDE)->flags, TCP_SYN);
}
END_TEST

/* Seed F23: nobody answers, and 20 ms later the SYN goes on all the same. */
START_TEST(it_waits_for_twenty_milliseconds)
{
    rig_client(active, TCP_SYN, 1000, 0);
    run_to(20 * NSTIME_MS - 1);
    ck_assert_uint_eq(rig_count(active, EFFECT_FORWARD), 0);
    run_to(20 * NSTIME_MS);
    ck_assert_uint_eq(rig_forwarded(active, SIDE_INSIDE)->flags, TCP_SYN);
}
END_TEST

/* Seed F23: a bucket holds 128; the 129th lets the first out, protected or not. */
START_TEST(a_bucket_holds_128)
{
    for (uint16_t port = 1; port <= 128; port++) {
        struct packet syn = rig_from_client(RIG_CLIENT, port, TCP_SYN, 1000, 0);
        rig_packet(active, SIDE_OUTSIDE, &syn);
        ck_assert_uint_eq(rig_count(active, EFFECT_FORWARD), 0);
    }
    struct packet syn = rig_from_client(RIG_CLIENT, 129, TCP_SYN, 1000, 0);
    rig_packet(active, SIDE_OUTSIDE, &syn);
    ck_assert_uint_eq(rig_forwarded(active, SIDE_INSIDE)->source_port, 1);
}
END_TEST

/* A connection that ends takes its packet with it. */
START_TEST(what_ends_is_not_let_out)
{
    rig_client(active, TCP_SYN, 1000, 0);
    rig_client(active, TCP_RST, 1001, 0);
    unsigned forwarded = rig_count(active, EFFECT_FORWARD);
    ck_assert_uint_le(forwarded, 2); /* the reset, and the SYN before it, which it undefers */
    run_to(NSTIME_S);
    ck_assert_uint_eq(rig_count(active, EFFECT_FORWARD), 0);
}
END_TEST

/* The role goes while a packet is held: it is dropped, and nothing of it is left. */
START_TEST(a_unit_that_steps_down_drops_what_it_holds)
{
    rig_client(active, TCP_SYN, 1000, 0);
    rig_command(active, "no failover active");
    rig_settle(active);
    rig_run_both(&rig, start + 5 * NSTIME_S);
    ck_assert_int_eq(director_role(active->director), ROLE_STANDBY);
    ck_assert_uint_eq(director_connections(active->director), 0);
}
END_TEST

/* ---- bulk */

/* A joiner gets all of a hundred states, between a start and an end. */
START_TEST(a_joiner_gets_all)
{
    for (uint16_t port = 1; port <= 100; port++)
        rig_open(active, RIG_CLIENT, port);
    run_to(3 * NSTIME_S);
    rig_start(&rig, 1, ROLE_STANDBY);
    rig_command(standby, "option pfsync-buckets 1");
    rig_command(standby, "option replication pfsync");
    ck_assert_uint_eq(director_connections(standby->director), 0);
    rig_run_both(&rig, start + 4 * NSTIME_S);
    ck_assert_uint_eq(director_connections(standby->director), 100);
    ck_assert_uint_eq(director_count(standby->director, NOTE_BULK_DONE), 1);
}
END_TEST

/* A joiner asks at its start, before the active has heard a hello of it: it is told all the same,
 * and of what opens meanwhile, for pf sends to whoever listens. */
START_TEST(a_joiner_is_told_before_it_is_heard)
{
    rig_command(active, "failover hellotime 1s");
    rig_command(active, "failover hellomisses 2");
    for (uint16_t port = 1; port <= 10; port++)
        rig_open(active, RIG_CLIENT, port);
    rig_run_without(&rig, 1 << 1, start + 10 * NSTIME_S);
    ck_assert_uint_eq(director_count(active->director, NOTE_PEER_SILENT), 1);
    rig_start(&rig, 1, ROLE_STANDBY);
    rig_command(standby, "failover hellotime 60min");
    rig_command(standby, "option replication pfsync");
    rig_run_both(&rig, start + 10 * NSTIME_S + 100 * NSTIME_MS);
    ck_assert_uint_eq(director_count(active->director, NOTE_PEER_HEARD), 0);
    ck_assert_uint_eq(director_count(standby->director, NOTE_BULK_DONE), 1);
    ck_assert_uint_eq(director_connections(standby->director), 10);
    rig_open(active, RIG_CLIENT, 11);
    rig_run_both(&rig, start + 12 * NSTIME_S);
    ck_assert_uint_eq(director_connections(standby->director), 11);
}
END_TEST

/* Seed F34: nobody answers: thirteen requests, five seconds apart, and then all is held to be
 * well. */
START_TEST(a_joiner_gives_up_and_pretends)
{
    rig_start(&rig, 1, ROLE_STANDBY);
    rig_command(standby, "failover hellotime 60min");
    rig_command(standby, "failover hellomisses 100");
    rig_command(standby, "option replication pfsync");
    rig_run(standby, start + 65 * NSTIME_S - 1);
    ck_assert_uint_eq(director_count(standby->director, NOTE_BULK_GIVEN_UP), 0);
    rig_run(standby, start + 65 * NSTIME_S);
    ck_assert_uint_eq(rig_note(standby, NOTE_BULK_GIVEN_UP)->detail, 13);
}
END_TEST

/* Seed F33: the primary returns, and preempts when it has been told all; where nobody answers it,
 * it stays a standby for the sixty-five seconds of its tries. */
START_TEST(who_is_not_whole_does_not_preempt)
{
    rig_command(standby, "option mirror none");
    rig_command(standby, "option detector vrrp");
    rig_command(standby, "failover active");
    rig_settle(standby);
    if (_i == 1)
        rig_command(standby, "option replication none"); /* it does not answer */
    rig_start(&rig, 0, ROLE_STANDBY);
    rig_command(active, "option mirror none");
    rig_command(active, "option detector vrrp");
    rig_command(active, "option priority 200");
    rig_command(active, "option replication pfsync");
    rig_run_both(&rig, start + 60 * NSTIME_S);
    if (_i == 1) {
        rig_assert_roles(&rig, ROLE_STANDBY, ROLE_ACTIVE);
        rig_run_both(&rig, start + 90 * NSTIME_S);
    }
    rig_assert_roles(&rig, ROLE_ACTIVE, ROLE_STANDBY);
    ck_assert_uint_eq(director_count(active->director, NOTE_BULK_GIVEN_UP), _i == 1);
}
END_TEST

Suite *pfsync_suite(void)
{
    Suite *suite = suite_create("pfsync");
    TCase *states = tcase_create("states");
    tcase_add_checked_fixture(states, set_up, tear_down);
    tcase_add_test(states, an_insert_leaves_after_a_second);
    tcase_add_test(states, insert_and_delete_vanish);
    tcase_add_test(states, updates_are_gathered);
    tcase_add_test(states, many_updates_go_at_once);
    tcase_add_test(states, six_inserts_fill_a_packet);
    tcase_add_test(states, seventeen_updates_fill_a_packet);
    tcase_add_test(states, deletes_fill_a_packet);
    tcase_add_test(states, a_delete_comes_after_ninety_seconds);
    tcase_add_test(states, an_update_of_an_unknown_state_pulls_it);
    tcase_add_test(states, a_state_does_not_go_back);
    tcase_add_loop_test(states, an_older_side_is_kept, 0, 2);
    tcase_add_loop_test(states, damaged_datagrams_are_refused, 0, 12);
    tcase_add_test(states, truncated_datagrams_are_refused);
    tcase_add_test(states, an_insert_of_a_known_state_is_refused);
    tcase_add_test(states, a_joiner_gets_all);
    tcase_add_test(states, a_joiner_is_told_before_it_is_heard);
    tcase_add_test(states, a_joiner_gives_up_and_pretends);
    tcase_add_loop_test(states, who_is_not_whole_does_not_preempt, 0, 2);
    suite_add_tcase(suite, states);
    TCase *defer = tcase_create("defer");
    tcase_add_checked_fixture(defer, set_up_defer, tear_down);
    tcase_add_test(defer, the_first_packet_waits_for_the_standby);
    tcase_add_test(defer, it_waits_for_twenty_milliseconds);
    tcase_add_test(defer, a_bucket_holds_128);
    tcase_add_test(defer, what_ends_is_not_let_out);
    tcase_add_test(defer, a_unit_that_steps_down_drops_what_it_holds);
    suite_add_tcase(suite, defer);
    return suite;
}
