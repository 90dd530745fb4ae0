#include "core/packet.h"
#include "tests/core/dice.h"
#include "tests/core/rig.h"
#include "tests/core/suites.h"

/* ---- fixture: the secondary is active, having taken over; the primary is back, or will be */

enum { OLD = 40 };

static struct rig rig;
static struct rig_unit *active, *standby;

static void set_up(void)
{
    rig_set_up(&rig);
    standby = &rig.units[0];
    active = &rig.units[1];
    rig_run_both(&rig, 2 * NSTIME_S);
    rig_run(active, rig.now + 10 * NSTIME_S);
    ck_assert_int_eq(director_role(active->director), ROLE_ACTIVE);
}

static void tear_down(void)
{
    rig_check(active);
    rig_check(standby);
    rig_tear_down(&rig);
}

static void open_old(unsigned count)
{
    for (unsigned port = 1; port <= count; port++)
        rig_open(active, RIG_CLIENT, (uint16_t)port);
}

/* The dead unit comes back with an empty table, and is heard. */
static void come_back(void)
{
    uint64_t heard = director_count(active->director, NOTE_PEER_HEARD);
    rig_start(&rig, 0, ROLE_STANDBY);
    while (director_count(active->director, NOTE_PEER_HEARD) == heard)
        rig_run_both(&rig, rig.now + NSTIME_MS);
}

static uint64_t creates(void)
{
    return director_count(active->director, NOTE_CREATE_SENT);
}

static bool standby_knows(uint16_t port)
{
    struct connection_view view;
    return rig_knows(standby, RIG_CLIENT, port, &view);
}

/* The interface that records leave by. */
static void set_interface(bool up)
{
    struct event event = {.kind = EVENT_INTERFACE, .interface = {INTERFACE_PEER, up}};
    director_step(active->director, rig.now, &event, &active->effects);
}

/* ---- tests */

/* Off, as it is by default: what stood before the new standby joined is not sent to it, and
 * a second takeover loses it (R-1106, A-18). */
START_TEST(says_nothing_by_default)
{
    open_old(OLD);
    come_back();
    rig_run_both(&rig, rig.now + 60 * NSTIME_S);
    ck_assert_uint_eq(director_connections(standby->director), 0);
    ck_assert_uint_eq(director_count(active->director, NOTE_BULK_BEGAN), 0);
    rig_run(standby, rig.now + 10 * NSTIME_S);
    ck_assert_int_eq(director_role(standby->director), ROLE_ACTIVE);
    ck_assert(!standby_knows(1));
}
END_TEST

/* On: all that is established is sent in the order of making, the log says when it began
 * and how many records it was, and a second takeover keeps all of it, to the same machines
 * (R-1106, R-1101). */
START_TEST(tells_all_there_was)
{
    rig_command(active, "option bulk-sync 1000/s");
    open_old(OLD);
    come_back();
    ck_assert_uint_eq(director_count(active->director, NOTE_BULK_BEGAN), 1);
    rig_run_both(&rig, rig.now + NSTIME_S);
    ck_assert_uint_eq(director_count(active->director, NOTE_BULK_ENDED), 1);
    ck_assert_uint_eq(director_connections(standby->director), OLD);
    struct connection_view old, copy;
    uint32_t one = 0, other = 0;
    while (director_next(active->director, &one, &old)) {
        ck_assert(director_next(standby->director, &other, &copy));
        ck_assert(address_equal(old.foreign, copy.foreign) && address_equal(old.real, copy.real));
        ck_assert(old.create_sent);
    }
    rig_run(standby, rig.now + 10 * NSTIME_S);
    struct packet packet = rig_from_client(RIG_CLIENT, OLD, TCP_ACK, 1001, 5001);
    rig_packet(standby, SIDE_OUTSIDE, &packet);
    ck_assert_uint_eq(rig_forwarded(standby, SIDE_INSIDE)->destination_ip, copy.real.ip);
}
END_TEST

/* So many records a second, whether these are one in several steps or several in one: never
 * a step's share more, nor fewer than nine tenths of it (R-1106). */
START_TEST(keeps_its_rate)
{
    static const struct {
        const char *command;
        unsigned rate;
    } rates[] = {{"option bulk-sync 1/s", 1}, {"option bulk-sync 7/s", 7},
                 {"option bulk-sync 150/s", 150}, {"option bulk-sync 1234/s", 1234}};
    rig_command(active, rates[_i].command);
    open_old(3 * rates[_i].rate);
    come_back();
    for (unsigned second = 0; second < 2; second++) {
        uint64_t before = creates();
        rig_run_both(&rig, rig.now + NSTIME_S);
        ck_assert_uint_le(creates() - before, rates[_i].rate + rates[_i].rate / 100);
        ck_assert_uint_ge(creates() - before, rates[_i].rate * 9 / 10);
    }
}
END_TEST

/* No step sends more than its share, however late it comes, nor looks at all of many
 * connections that need not be told (R-1106). */
START_TEST(is_bounded_in_each_step)
{
    rig_command(active, "option bulk-sync 1000/s");
    open_old(5000);
    come_back();
    rig_command(active, "no replicate 192.0.2.80:80");
    rig.now += 500 * NSTIME_MS;
    rig_deadline(active);
    ck_assert_uint_eq(rig_notes(active, NOTE_BULK_ENDED), 0);
    rig_command(active, "replicate 192.0.2.80:80");
    rig.now += 500 * NSTIME_MS;
    rig_deadline(active);
    ck_assert_uint_eq(rig_notes(active, NOTE_CREATE_SENT), 10);
}
END_TEST

/* A half-open connection announces itself when it is established, one that is over or not
 * replicated is not told, and what the new standby was told already is not told twice
 * (R-1106, A-08). */
START_TEST(tells_only_what_is_missing)
{
    rig_command(active, "option bulk-sync 1000/s");
    rig_command(active, "delay 192.0.2.80:80 100s");
    open_old(3);
    rig_close(active, rig_open(active, RIG_CLIENT, 4), RIG_CLIENT, 4);
    struct packet packet = rig_from_client(RIG_CLIENT, 5, TCP_SYN, 1000, 0);
    rig_packet(active, SIDE_OUTSIDE, &packet);
    rig_command(active, "virtual 192.0.2.80:81");
    rig_command(active, "bind 192.0.2.80:81 10.0.1.1:80");
    packet = rig_from_client(RIG_CLIENT, 6, TCP_SYN, 1000, 0);
    packet.destination_port = 81;
    rig_packet(active, SIDE_OUTSIDE, &packet);
    come_back();
    rig_open(active, RIG_CLIENT, 7);
    rig_deliver(active);
    uint64_t before = creates();
    rig_run_both(&rig, rig.now + NSTIME_S);
    ck_assert_uint_eq(creates() - before, 3);
    ck_assert_uint_eq(director_connections(standby->director), 4);
    ck_assert(!standby_knows(4) && !standby_knows(5) && standby_knows(7));
}
END_TEST

/* Buddies go along, count as records, and are a ring on the new standby (R-1106, R-803,
 * */
START_TEST(takes_buddies_along)
{
    rig_command(active, "option bulk-sync 100/s");
    rig_command(active, _i == 0 ? "option buddy-packet same" : "option buddy-packet separate");
    open_old(8);
    rig_command(active, "buddy 198.51.100.7:2 192.0.2.80:80 198.51.100.7:7 192.0.2.80:80");
    rig_command(active, "buddy 198.51.100.7:2 192.0.2.80:80 198.51.100.7:4 192.0.2.80:80");
    come_back();
    nstime began = rig.now;
    while (director_count(active->director, NOTE_BULK_ENDED) == 0)
        rig_run_both(&rig, rig.now + NSTIME_MS);
    unsigned records = _i == 0 ? 9 : 10; /* port 2's own is repeated for each further buddy */
    ck_assert_int_ge(rig.now - began, records * 10 * NSTIME_MS - 20 * NSTIME_MS);
    ck_assert_uint_eq(director_connections(standby->director), 8);
    struct flow two = rig_flow(RIG_CLIENT, 2), four = rig_flow(RIG_CLIENT, 4);
    struct flow seven = rig_flow(RIG_CLIENT, 7), eight = rig_flow(RIG_CLIENT, 8);
    ck_assert(director_buddies(standby->director, &two, &seven));
    ck_assert(director_buddies(standby->director, &two, &four));
    ck_assert(!director_buddies(standby->director, &two, &eight));
}
END_TEST

/* What the active sends now arrives now. */
static void carry(void)
{
    if (rig_effect(active, EFFECT_DATAGRAM, 0) != NULL)
        rig_deliver(active);
}

static void close_and_carry(uint16_t port)
{
    struct connection_view view;
    if (!rig_knows(active, RIG_CLIENT, port, &view))
        return;
    rig_close(active, view.real.ip - RIG_REAL_IP, RIG_CLIENT, port);
    carry();
}

static void assert_correspond(void)
{
    struct connection_view view, copy;
    uint32_t cursor = 0;
    while (director_next(active->director, &cursor, &view)) {
        struct flow flow = {view.foreign, view.virtual, view.protocol};
        ck_assert(director_find(standby->director, &flow, &copy));
        ck_assert(address_equal(view.real, copy.real));
    }
    ck_assert_uint_eq(director_connections(active->director),
                      director_connections(standby->director));
}

/* Connections begin and end while the walk is under way, those it stands at and those it
 * is to end with among them: in the end the two tables are one to one, and nothing was
 * deleted that was not told (R-1106, R-920, R-806). */
START_TEST(stands_whatever_traffic_does)
{
    struct dice dice = {(uint64_t)_i + 1};
    rig_command(active, "option bulk-sync 500/s");
    open_old(OLD);
    come_back();
    for (unsigned i = 0; i < 60; i++) {
        rig_run_both(&rig, rig.now + NSTIME_MS * dice_below(&dice, 4));
        close_and_carry((uint16_t)(1 + dice_below(&dice, OLD + 20)));
        if (i % 20 == 0)
            close_and_carry(OLD);
        rig_open(active, RIG_CLIENT, (uint16_t)(100 + i));
        carry();
    }
    rig_run_both(&rig, rig.now + NSTIME_S);
    ck_assert_uint_eq(director_count(active->director, NOTE_BULK_ENDED), 1);
    ck_assert_uint_eq(director_count(standby->director, NOTE_DELETE_UNKNOWN), 0);
    assert_correspond();
}
END_TEST

/* All of them end before the walk has met any: it ends, and says so (R-1106). */
START_TEST(ends_with_the_last_of_them)
{
    rig_command(active, "option bulk-sync 1/s");
    open_old(5);
    come_back();
    for (uint16_t port = 5; port >= 1; port--)
        close_and_carry(port);
    rig_run_both(&rig, rig.now + 2 * NSTIME_S);
    ck_assert_uint_eq(director_count(active->director, NOTE_BULK_ENDED), 1);
    ck_assert_uint_eq(creates(), 0);
}
END_TEST

/* A second new standby in the middle of it: it begins anew, with the oldest, and the new
 * one gets all (R-1106, R-1101). */
START_TEST(begins_anew_for_another_standby)
{
    rig_command(active, "option bulk-sync 100/s");
    open_old(OLD);
    come_back();
    rig_run_both(&rig, rig.now + 200 * NSTIME_MS);
    ck_assert_uint_gt(director_connections(standby->director), 10);
    ck_assert_uint_lt(director_connections(standby->director), OLD);
    rig_start(&rig, 0, ROLE_STANDBY);
    rig_run_both(&rig, rig.now + 3 * NSTIME_S);
    ck_assert_uint_eq(director_count(active->director, NOTE_BULK_BEGAN), 2);
    ck_assert_uint_eq(director_count(active->director, NOTE_BULK_ENDED), 2);
    assert_correspond();
}
END_TEST

/* The standby falls silent in the middle of it: nothing is sent to nobody; when it is heard
 * again, the rest goes, and what came about meanwhile (R-1106, R-809). */
START_TEST(waits_while_nobody_hears)
{
    rig_command(active, "option bulk-sync 100/s");
    open_old(OLD);
    come_back();
    rig_command(standby, "no failover");
    rig_run_both(&rig, rig.now + 100 * NSTIME_MS);
    size_t told = director_connections(standby->director);
    set_interface(false);
    rig_run(active, rig.now + 100 * NSTIME_MS);
    ck_assert_uint_eq(director_connections(standby->director), told);
    set_interface(true);
    rig_run_both(&rig, rig.now + 100 * NSTIME_MS);
    ck_assert_uint_gt(director_connections(standby->director), told);
    rig_run(active, rig.now + 10 * NSTIME_S);
    ck_assert_uint_eq(director_count(active->director, NOTE_PEER_SILENT), 2);
    uint64_t sent = creates();
    rig_open(active, RIG_CLIENT, 100);
    rig_run(active, rig.now + NSTIME_S);
    ck_assert_uint_eq(creates(), sent);
    rig_run_both(&rig, rig.now + 3 * NSTIME_S);
    ck_assert(standby_knows(100));
}
END_TEST

/* The active unit loses its role in the middle of it: it ends there, and a standby says
 * nothing (R-1106, R-1105). */
START_TEST(ends_with_the_role)
{
    rig_command(active, "option bulk-sync 100/s");
    open_old(OLD);
    come_back();
    rig_run_both(&rig, rig.now + 100 * NSTIME_MS);
    rig_command(standby, "failover active");
    rig_deliver(standby);
    ck_assert_int_eq(director_role(active->director), ROLE_STANDBY);
    ck_assert_uint_eq(director_count(active->director, NOTE_BULK_ENDED), 1);
    uint64_t sent = creates();
    rig_run_both(&rig, rig.now + 5 * NSTIME_S);
    ck_assert_uint_eq(creates(), sent);
}
END_TEST

/* Turned off in the middle of it, by the option or by the protocol, it ends with the next
 * batch; another rate holds from there on (R-1106). */
START_TEST(follows_the_option)
{
    rig_command(active, "option bulk-sync 100/s");
    open_old(OLD);
    come_back();
    rig_run_both(&rig, rig.now + 50 * NSTIME_MS);
    uint64_t sent = creates();
    rig_command(active, _i == 0   ? "option bulk-sync off"
                        : _i == 1 ? "option replication none"
                                  : "option bulk-sync 10000/s");
    rig_run_both(&rig, rig.now + 20 * NSTIME_MS);
    ck_assert_uint_eq(director_count(active->director, NOTE_BULK_ENDED), 1);
    ck_assert_uint_eq(creates(), _i == 2 ? OLD : sent);
}
END_TEST

/* Rates that are none are refused, and change nothing (R-1106). */
START_TEST(refuses_what_is_no_rate)
{
    static const char *const wrong[] = {"option bulk-sync 0/s", "option bulk-sync 100",
                                        "option bulk-sync 1000001/s", "option bulk-sync 1.5/s",
                                        "option bulk-sync on", "option bulk-sync /s"};
    struct event event = {.kind = EVENT_COMMAND, .command = wrong[_i]};
    char *before = director_print_configuration(active->director);
    director_step(active->director, rig.now, &event, &active->effects);
    ck_assert(!rig_effect(active, EFFECT_REPLY, 0)->reply.ok);
    char *after = director_print_configuration(active->director);
    ck_assert_str_eq(before, after);
    g_free(before);
    g_free(after);
}
END_TEST

Suite *bulk_suite(void)
{
    Suite *suite = suite_create("bulk");
    TCase *tcase = tcase_create("bulk");
    tcase_add_checked_fixture(tcase, set_up, tear_down);
    tcase_add_test(tcase, says_nothing_by_default);
    tcase_add_test(tcase, tells_all_there_was);
    tcase_add_loop_test(tcase, keeps_its_rate, 0, 4);
    tcase_add_test(tcase, is_bounded_in_each_step);
    tcase_add_test(tcase, tells_only_what_is_missing);
    tcase_add_loop_test(tcase, takes_buddies_along, 0, 2);
    tcase_add_loop_test(tcase, stands_whatever_traffic_does, 0, 20);
    tcase_add_test(tcase, ends_with_the_last_of_them);
    tcase_add_test(tcase, begins_anew_for_another_standby);
    tcase_add_test(tcase, waits_while_nobody_hears);
    tcase_add_test(tcase, ends_with_the_role);
    tcase_add_loop_test(tcase, follows_the_option, 0, 3);
    tcase_add_loop_test(tcase, refuses_what_is_no_rate, 0, 6);
    suite_add_tcase(suite, tcase);
    return suite;
}
