/* "unknown-connection": what a unit that took over does with what no connection explains. */
#include "core/settings.h"
#include "core/unknown.h"
#include "tests/core/rig.h"
#include "tests/core/suites.h"

static struct rig rig;
static struct rig_unit *unit; /* it has taken over, its peer is its standby */

static void policy(const char *words)
{
    char *line = g_strconcat("option unknown-connection ", words, NULL);
    rig_command_both(&rig, line);
    g_free(line);
}

static void take_over(void)
{
    rig_command(unit, "failover active");
    rig_deliver(unit);
    rig_assert_roles(&rig, ROLE_STANDBY, ROLE_ACTIVE);
}

static void set_up(void)
{
    rig_set_up(&rig);
    unit = &rig.units[1];
    rig_run_both(&rig, 2 * NSTIME_S);
}

static void tear_down(void)
{
    rig_check(&rig.units[0]);
    rig_check(unit);
    rig_tear_down(&rig);
}

static unsigned server_of(void)
{
    return rig_view(unit).real.ip & 255;
}

/* ---- the option */

/* One thing happens to a client's packet, and learn may stand beside it; what is printed reads
 * back. */
START_TEST(words_that_go_together)
{
    static const struct {
        const char *words;
        int set; /* -1: refused */
    } rows[] = {
        {"drop", UNKNOWN_DROP},
        {"reset", UNKNOWN_RESET},
        {"learn", UNKNOWN_LEARN},
        {"probe+learn", UNKNOWN_LEARN | UNKNOWN_PROBE},
        {"learn hash", UNKNOWN_LEARN | UNKNOWN_HASH},
        {"learn+reset", UNKNOWN_LEARN | UNKNOWN_RESET},
        {"schedule+hash", -1},
        {"reset+probe", -1},
        {"probe+probe", -1},
        {"ask", -1},
        {"", -1},
        {"learn+", -1},
    };
    for (unsigned i = 0; i < G_N_ELEMENTS(rows); i++) {
        unsigned set, again;
        ck_assert_msg(unknown_parse(rows[i].words, &set) == (rows[i].set >= 0), "%s",
                      rows[i].words);
        if (rows[i].set < 0)
            continue;
        char *words = unknown_words(set);
        ck_assert_uint_eq(set, (unsigned)rows[i].set);
        ck_assert(unknown_parse(words, &again) && again == set);
        g_free(words);
    }
}
END_TEST

/* ---- schedule and hash */

/* A segment in the middle makes a connection as if it were a first one, and its create leaves
 * at once; to a RST, and to a SYN-ACK, nothing happens (sloppy_tcp of IPVS). */
START_TEST(a_machine_is_given)
{
    policy(_i == 0 ? "schedule" : "hash");
    take_over();
    rig_client(unit, TCP_RST, 1001, 0);
    rig_client(unit, TCP_SYN | TCP_ACK, 1001, 5001);
    ck_assert(rig_gone(unit));
    rig_client(unit, TCP_ACK | TCP_PSH, 1001, 5001);
    ck_assert_uint_eq(rig_notes(unit, _i == 0 ? NOTE_SCHEDULED : NOTE_HASHED), 1);
    ck_assert_uint_eq(rig_forwarded(unit, SIDE_INSIDE)->destination_ip,
                      RIG_REAL_IP + server_of());
    ck_assert_int_eq(rig_view(unit).state, CONN_ACTIVE);
    ck_assert(rig_view(unit).create_sent);
}
END_TEST

/* Given to a wrong machine, it ends by that one's RST, which its client hears (form 11's other
 * n-1 cases). */
START_TEST(a_wrong_machine_ends_it)
{
    policy("schedule");
    take_over();
    rig_client(unit, TCP_ACK | TCP_PSH, 1001, 5001);
    rig_server(unit, server_of(), TCP_RST, 5001, 0);
    ck_assert_int_eq(rig_forwarded(unit, SIDE_OUTSIDE)->flags, TCP_RST);
    ck_assert(rig_gone(unit));
}
END_TEST

/* The table says the same on both units, so that what the one has placed by it the other finds;
 * and it is the predictor's table, whatever order machines were bound in (2.6). */
START_TEST(the_table_finds_who_it_placed)
{
    struct rig_unit *first = &rig.units[0];
    policy("hash");
    rig_command(unit, "no bind 192.0.2.80:80 10.0.1.1:80");
    rig_command(unit, "bind 192.0.2.80:80 10.0.1.1:80");
    rig_command_both(&rig, "predictor 192.0.2.80:80 maglev");
    rig_command_both(&rig, "no replicate 192.0.2.80:80");
    unsigned servers[40], both = 0;
    for (unsigned i = 0; i < 40; i++)
        servers[i] = rig_open(first, i, RIG_PORT);
    take_over();
    ck_assert_uint_eq(director_connections(unit->director), 0);
    for (unsigned i = 0; i < 40; i++) {
        struct connection_view view;
        struct packet packet = rig_from_client(i, RIG_PORT, TCP_ACK | TCP_PSH, 1001, 5001);
        rig_packet(unit, SIDE_OUTSIDE, &packet);
        ck_assert(rig_knows(unit, i, RIG_PORT, &view));
        ck_assert_uint_eq(view.real.ip, RIG_REAL_IP + servers[i]);
        both |= servers[i];
    }
    ck_assert_uint_eq(both, 3);
}
END_TEST

/* ---- learn */

/* What a bound machine says of a connection that is not known rebuilds it: the client has the
 * packet from the virtual address, and its answer goes to that machine. The standby is told when
 * the client has answered, not before. */
START_TEST(a_machine_is_believed)
{
    policy("learn");
    take_over();
    rig_server(unit, 2, TCP_ACK | TCP_PSH, 5001, 1001);
    ck_assert_uint_eq(rig_notes(unit, NOTE_LEARNED), 1);
    ck_assert_uint_eq(rig_forwarded(unit, SIDE_OUTSIDE)->source_ip, RIG_VIRTUAL_IP);
    ck_assert_uint_eq(server_of(), 2);
    ck_assert(!rig_view(unit).create_sent);
    rig_client(unit, TCP_ACK, 1001, 5001);
    ck_assert_uint_eq(rig_forwarded(unit, SIDE_INSIDE)->destination_ip, RIG_REAL_IP + 2);
    ck_assert(rig_view(unit).create_sent);
}
END_TEST

/* Nothing is learned from a SYN-ACK or a RST, from a machine that is not bound, from one whose
 * binding does not say which virtual machine it was, and from a client. */
START_TEST(nothing_else_is_believed)
{
    policy("learn");
    rig_command(unit, "virtual 192.0.2.81:80 is");
    rig_command(unit, "bind 192.0.2.81:80 10.0.1.2:80");
    take_over();
    rig_server(unit, 1, TCP_SYN | TCP_ACK, 5000, 1001);
    rig_server(unit, 1, TCP_RST, 5001, 1001);
    rig_server(unit, 3, TCP_ACK | TCP_PSH, 5001, 1001);
    rig_server(unit, 2, TCP_ACK | TCP_PSH, 5001, 1001);
    rig_client(unit, TCP_ACK | TCP_PSH, 1001, 5001);
    ck_assert_uint_eq(director_connections(unit->director), 0);
    rig_server(unit, 1, TCP_ACK | TCP_PSH, 5001, 1001);
    ck_assert_uint_eq(director_connections(unit->director), 1);
}
END_TEST

/* Only who took over learns, and only until the longest idle time has passed: late packets of
 * what has ended would else raise it again. */
START_TEST(not_for_ever)
{
    struct rig_unit *first = &rig.units[0];
    policy("learn");
    rig_command_both(&rig, "timeout 192.0.2.80:80 60s");
    rig_server(first, 1, TCP_ACK | TCP_PSH, 5001, 1001);
    rig_assert_dropped(first, NOTE_DROPPED, DROP_UNKNOWN_OUTBOUND);
    nstime taken = rig.now;
    take_over();
    rig_run_both(&rig, taken + 59 * NSTIME_S);
    rig_server(unit, 1, TCP_ACK | TCP_PSH, 5001, 1001);
    ck_assert(!rig_gone(unit));
    rig_server(unit, 1, TCP_RST, 5001, 0);
    ck_assert(rig_gone(unit));
    rig_run_both(&rig, taken + 61 * NSTIME_S);
    rig_server(unit, 1, TCP_ACK | TCP_PSH, 5001, 1001);
    rig_assert_dropped(unit, NOTE_DROPPED, DROP_UNKNOWN_OUTBOUND);
}
END_TEST

/* A stale socket of an earlier connection speaks first: the client's packet fits neither of its
 * numbers, or only one, and goes nowhere; the machine whose numbers both fit has the connection
 * when it speaks. */
START_TEST(a_stale_socket_binds_nobody)
{
    static const struct {
        uint32_t next, acked;
    } stale[] = {{900005001, 900001001}, {5001, 900001001}, {900005001, 1001}};
    policy("learn");
    take_over();
    rig_server(unit, 1, TCP_ACK | TCP_PSH, stale[_i].next, stale[_i].acked);
    ck_assert_uint_eq(server_of(), 1);
    rig_client(unit, TCP_ACK | TCP_PSH, 1001, 5001);
    rig_assert_dropped(unit, NOTE_DROPPED, DROP_UNFIT);
    rig_server(unit, 2, TCP_ACK | TCP_PSH, 5001, 1001);
    ck_assert_uint_eq(server_of(), 2);
    ck_assert_uint_eq(rig_forwarded(unit, SIDE_OUTSIDE)->source_ip, RIG_VIRTUAL_IP);
    rig_client(unit, TCP_ACK | TCP_PSH, 1001, 5001);
    ck_assert_uint_eq(rig_forwarded(unit, SIDE_INSIDE)->destination_ip, RIG_REAL_IP + 2);
    ck_assert_uint_eq(director_connections(unit->director), 1);
}
END_TEST

/* Numbers are near up to the window, on either side and around the end of their circle. */
START_TEST(the_window)
{
    static const struct {
        uint32_t sequence, acknowledgement;
        bool fits;
    } clients[] = {
        {100 + UNKNOWN_WINDOW, 50, true},      {101 + UNKNOWN_WINDOW, 50, false},
        {100 - UNKNOWN_WINDOW, 50, true},      {99 - UNKNOWN_WINDOW, 50, false},
        {100, 50 + UNKNOWN_WINDOW, true},      {100, 51 + UNKNOWN_WINDOW, false},
        {100, 50 - UNKNOWN_WINDOW, true},      {100, 49 - UNKNOWN_WINDOW, false},
    };
    policy("learn");
    take_over();
    rig_server(unit, 1, TCP_ACK | TCP_PSH, 50, 100);
    rig_client(unit, TCP_ACK, clients[_i].sequence, clients[_i].acknowledgement);
    ck_assert_uint_eq(rig_count(unit, EFFECT_FORWARD), clients[_i].fits);
}
END_TEST

Suite *unknown_suite(void)
{
    Suite *suite = suite_create("unknown");
    TCase *tcase = tcase_create("unknown");
    tcase_add_checked_fixture(tcase, set_up, tear_down);
    tcase_add_test(tcase, words_that_go_together);
    tcase_add_loop_test(tcase, a_machine_is_given, 0, 2);
    tcase_add_test(tcase, a_wrong_machine_ends_it);
    tcase_add_test(tcase, the_table_finds_who_it_placed);
    tcase_add_test(tcase, a_machine_is_believed);
    tcase_add_test(tcase, nothing_else_is_believed);
    tcase_add_test(tcase, not_for_ever);
    tcase_add_loop_test(tcase, a_stale_socket_binds_nobody, 0, 3);
    tcase_add_loop_test(tcase, the_window, 0, 8);
    suite_add_tcase(suite, tcase);
    return suite;
}
