#include "tests/core/dice.h"
#include "tests/core/rig.h"
#include "tests/core/suites.h"

#include <string.h>

/* ---- fixture: a pair, both units with "sticky 60s" */

static struct rig rig;
static struct rig_unit *active, *standby;
static uint16_t next_port;

static void on_both(const char *line)
{
    rig_command(active, line);
    rig_command(standby, line);
}

static void set_up(void)
{
    rig_set_up(&rig);
    active = &rig.units[0];
    standby = &rig.units[1];
    next_port = 1;
    on_both("sticky 192.0.2.80:80 60s");
}

static void tear_down(void)
{
    rig_check(active);
    rig_check(standby);
    rig_tear_down(&rig);
}

/* A connection of a client, from a port of its own; where it goes. */
static unsigned come(struct rig_unit *unit, unsigned client)
{
    return rig_open(unit, client, next_port++);
}

/* The same, and it ends at once. */
static unsigned visit(struct rig_unit *unit, unsigned client)
{
    unsigned server = come(unit, client);
    rig_close(unit, server, client, (uint16_t)(next_port - 1));
    return server;
}

/* So many new clients, each with a connection that stays, on one machine: by weight. */
static void crowd(struct rig_unit *unit, unsigned server, unsigned count)
{
    const char *const others[] = {"", "weight 10.0.1.2:80 0", "weight 10.0.1.1:80 0"};
    rig_command(unit, others[server]);
    for (unsigned i = 0; i < count; i++)
        ck_assert_uint_eq(come(unit, 100 + i), server);
    rig_command(unit, "weight 10.0.1.1:80 1");
    rig_command(unit, "weight 10.0.1.2:80 1");
}

/* ---- tests */

/* A client that was active within the time goes where it went before, however many others
 * are there; without the setting, by default, or when its time is over, it goes where the
 * predictor sends it (facts F-602, F-401; R-301). */
START_TEST(returns_while_it_is_active)
{
    if (_i == 0)
        rig_command(active, "sticky 192.0.2.80:80 0");
    unsigned server = visit(active, RIG_CLIENT);
    crowd(active, server, 5);
    rig_run(active, _i < 2 ? 59999 * NSTIME_MS : 60 * NSTIME_S);
    ck_assert_uint_eq(come(active, RIG_CLIENT), _i == 1 ? server : 3 - server);
    ck_assert_uint_eq(come(active, 50), 3 - server);
}
END_TEST

/* The time is one of inactivity: while a connection of the client's is there, and from its
 * last packet on, whatever ended it (F-602). */
START_TEST(counts_from_the_last_packet)
{
    rig_command(active, "timeout 192.0.2.80:80 100s");
    unsigned server = come(active, RIG_CLIENT);
    crowd(active, server, 5);
    rig_run(active, 90 * NSTIME_S);
    ck_assert_uint_eq(come(active, RIG_CLIENT), server);
    rig_close(active, server, RIG_CLIENT, (uint16_t)(next_port - 1));
    rig_run(active, 149 * NSTIME_S); /* the first fell idle at 100 s */
    ck_assert_uint_eq(director_count(active->director, NOTE_ENDED), 7);
    crowd(active, server, 5);
    rig_run(active, _i == 0 ? 149900 * NSTIME_MS : 150 * NSTIME_S);
    ck_assert_uint_eq(come(active, RIG_CLIENT), _i == 0 ? server : 3 - server);
}
END_TEST

/* A machine that takes nothing new is no place to return to: the client goes to another,
 * and from then on returns to that one (R-307, F-602). */
START_TEST(leaves_who_takes_nothing)
{
    static const char *const reasons[][2] = {
        {"out-of-service 10.0.1.1:80", "in-service 10.0.1.1:80"},
        {"weight 10.0.1.1:80 0", "weight 10.0.1.1:80 1"},
        {"maxconns 10.0.1.1:80 1", "maxconns 10.0.1.1:80 0"},
    };
    ck_assert_uint_eq(come(active, RIG_CLIENT), 1);
    rig_command(active, reasons[_i][0]);
    ck_assert_uint_eq(come(active, RIG_CLIENT), 2);
    rig_command(active, reasons[_i][1]);
    for (unsigned i = 0; i < 5; i++)
        ck_assert_uint_eq(come(active, RIG_CLIENT), 2);
}
END_TEST

/* A request that its machine leaves unanswered is given to another, and the client with it,
 * although it is tied to the first (R-502, F-602). */
START_TEST(goes_with_a_ditched_request)
{
    unsigned server = visit(active, RIG_CLIENT);
    uint16_t port = next_port++;
    for (unsigned i = 0; i < 4; i++) {
        struct packet packet = rig_from_client(RIG_CLIENT, port, TCP_SYN, 1000, 0);
        rig_packet(active, SIDE_OUTSIDE, &packet);
    }
    ck_assert_uint_eq(rig_forwarded(active, SIDE_INSIDE)->destination_ip,
                      RIG_REAL_IP + 3 - server);
    crowd(active, 3 - server, 5);
    ck_assert_uint_eq(come(active, RIG_CLIENT), 3 - server);
}
END_TEST

/* Each virtual machine ties its own clients (F-602). */
START_TEST(is_a_matter_of_each_virtual_machine)
{
    rig_command(active, "virtual 192.0.2.80:81");
    rig_command(active, "bind 192.0.2.80:81 10.0.1.1:80 10.0.1.2:80");
    rig_command(active, "sticky 192.0.2.80:81 60s");
    unsigned server = come(active, RIG_CLIENT);
    crowd(active, server, 5);
    struct packet packet = rig_from_client(RIG_CLIENT, 9000, TCP_SYN, 1000, 0);
    packet.destination_port = 81;
    rig_packet(active, SIDE_OUTSIDE, &packet);
    ck_assert_uint_eq(rig_forwarded(active, SIDE_INSIDE)->destination_ip,
                      RIG_REAL_IP + 3 - server);
}
END_TEST

/* The time passes, the primary is silent, the secondary takes over. */
static void take_over(void)
{
    rig_run(standby, rig.now + 5 * NSTIME_S);
    ck_assert_int_eq(director_role(standby->director), ROLE_ACTIVE);
}

/* Stickiness outlives the active unit, though nothing of it is on the wire: a create that is
 * applied ties its client on the standby, also when its connection has ended since; a
 * create that is lost ties nobody, and that client may go elsewhere (F-716, A-19, R-917). */
START_TEST(is_kept_in_a_takeover)
{
    unsigned known = come(active, 1);
    rig_deliver(active);
    rig_command(active, "weight 10.0.1.1:80 0"); /* all of them on one machine */
    rig_command(active, "weight 10.0.1.2:80 0");
    rig_command(active, known == 1 ? "weight 10.0.1.1:80 1" : "weight 10.0.1.2:80 1");
    unsigned gone = come(active, 2);
    rig_deliver(active);
    rig_close(active, gone, 2, (uint16_t)(next_port - 1));
    rig_deliver(active);
    come(active, 3); /* its create is lost */
    take_over();
    crowd(standby, known, 5);
    ck_assert_uint_eq(come(standby, 1), known);
    ck_assert_uint_eq(come(standby, 2), known);
    ck_assert_uint_eq(come(standby, 3), 3 - known);
}
END_TEST

/* On the standby the time runs from the delete, and is over as it would be on the active
 * (F-602, F-716). */
START_TEST(ends_on_the_standby_too)
{
    unsigned server = visit(active, RIG_CLIENT);
    ck_assert_uint_eq(rig_notes(active, NOTE_DELETE_SENT), 1);
    rig_start(&rig, 0, ROLE_ACTIVE);
    rig_command(active, "sticky 192.0.2.80:80 60s");
    server = come(active, RIG_CLIENT);
    rig_deliver(active);
    rig_close(active, server, RIG_CLIENT, (uint16_t)(next_port - 1));
    rig_deliver(active);
    nstime ended = rig.now;
    take_over();
    crowd(standby, server, 5);
    rig_run(standby, ended + (_i == 0 ? 59 * NSTIME_S : 60 * NSTIME_S));
    ck_assert_uint_eq(come(standby, RIG_CLIENT), _i == 0 ? server : 3 - server);
}
END_TEST

/* A unit that enters the standby role ties nobody: it has missed what followed (R-1105). */
START_TEST(begins_anew_on_a_standby)
{
    unsigned server = come(active, RIG_CLIENT);
    rig_run_both(&rig, 2 * NSTIME_S);
    rig_command(standby, "failover active");
    rig_deliver(standby);
    ck_assert_int_eq(director_role(active->director), ROLE_STANDBY);
    rig_command(active, "failover active");
    crowd(active, server, 5);
    ck_assert_uint_eq(come(active, RIG_CLIENT), 3 - server);
}
END_TEST

/* There are no more entries than there may be connections: of clients without one, the one
 * that left first makes room. */
START_TEST(is_bounded)
{
    enum { ROOM = 8, CLIENTS = 200 };
    rig.max_connections = ROOM;
    rig_start(&rig, 0, ROLE_ACTIVE);
    rig_command(active, "sticky 192.0.2.80:80 60s");
    rig_command(active, "predictor 192.0.2.80:80 roundrobin");
    unsigned servers[CLIENTS];
    for (unsigned client = 0; client < CLIENTS; client++)
        servers[client] = visit(active, client);
    for (unsigned client = CLIENTS - ROOM; client < CLIENTS; client++)
        ck_assert_uint_eq(visit(active, client), servers[client]);
    unsigned same = 0; /* all the others were forgotten, and go in turn */
    for (unsigned client = 0; client < CLIENTS / 2; client++)
        same += visit(active, 2 * client % CLIENTS) == servers[2 * client % CLIENTS];
    ck_assert_uint_eq(same, CLIENTS / 4);
}
END_TEST

/* ---- against a model */

enum { MODEL_CLIENTS = 30, MODEL_PORTS = 3 };

struct tie {
    unsigned server; /* 0: none */
    unsigned conns;
    nstime last;
};

static struct tie ties[MODEL_CLIENTS];

static bool is_open(unsigned client, uint16_t port, unsigned *server)
{
    struct connection_view view;
    if (!rig_knows(active, client, port, &view))
        return false;
    *server = view.real.ip - RIG_REAL_IP;
    return true;
}

static void act(unsigned client, uint16_t port)
{
    struct tie *tie = &ties[client];
    unsigned server = 0;
    if (is_open(client, port, &server)) {
        rig_close(active, server, client, port);
        tie->conns--;
        tie->last = rig.now;
        return;
    }
    bool tied = tie->server != 0 && (tie->conns > 0 || rig.now - tie->last < 60 * NSTIME_S);
    server = rig_open(active, client, port);
    if (tied)
        ck_assert_uint_eq(server, tie->server);
    tie->server = server;
    tie->conns++;
    tie->last = rig.now;
}

/* A machine is unbound and bound again: its connections end, and who returned to it has
 * nowhere to return to; who also has one elsewhere stays active. */
static void rebind(unsigned server)
{
    char line[64];
    unsigned at = 0;
    for (unsigned client = 0; client < MODEL_CLIENTS; client++) {
        for (uint16_t port = 1; port <= MODEL_PORTS; port++)
            ties[client].conns -= is_open(client, port, &at) && at == server;
        if (ties[client].server == server)
            ties[client].server = 0;
    }
    g_snprintf(line, sizeof line, "no bind 192.0.2.80:80 10.0.1.%u:80", server);
    rig_command(active, line);
    rig_check(active);
    g_snprintf(line, sizeof line, "bind 192.0.2.80:80 10.0.1.%u:80", server);
    rig_command(active, line);
}

/* Clients come and go at random while time passes and machines are unbound: each goes where
 * it is tied to, by the definition; and entries and connections agree after each step, which
 * director_check() sees (F-602, R-215). */
START_TEST(is_like_its_definition)
{
    struct dice dice = {(uint64_t)_i + 1};
    memset(ties, 0, sizeof ties);
    for (unsigned i = 0; i < 1500; i++) {
        rig_run(active, rig.now + NSTIME_MS * dice_below(&dice, 2000));
        if (dice_below(&dice, 200) == 0)
            rebind(1 + dice_below(&dice, 2));
        act(dice_below(&dice, MODEL_CLIENTS), (uint16_t)(1 + dice_below(&dice, MODEL_PORTS)));
        rig_check(active);
    }
}
END_TEST

/* Machines that go take their ties with them: nobody is sent to one that is not there, and a
 * virtual machine made again begins without any. */
START_TEST(forgets_what_is_removed)
{
    unsigned server = visit(active, RIG_CLIENT);
    rig_command(active, server == 1 ? "no real 10.0.1.1:80 force" : "no real 10.0.1.2:80 force");
    ck_assert_uint_eq(come(active, RIG_CLIENT), 3 - server);
    rig_command(active, "no virtual 192.0.2.80:80 force");
    rig_command(active, server == 1 ? "real 10.0.1.1:80" : "real 10.0.1.2:80");
    rig_command(active, "virtual 192.0.2.80:80");
    rig_command(active, server == 1 ? "bind 192.0.2.80:80 10.0.1.1:80 10.0.1.2:80"
                                    : "bind 192.0.2.80:80 10.0.1.2:80 10.0.1.1:80");
    rig_command(active, "sticky 192.0.2.80:80 60s");
    ck_assert_uint_eq(come(active, RIG_CLIENT), server);
    char *text = director_print_configuration(active->director);
    ck_assert_ptr_nonnull(strstr(text, "\nsticky 192.0.2.80:80:0:tcp 1min\n"));
    g_free(text);
}
END_TEST

Suite *sticky_suite(void)
{
    Suite *suite = suite_create("sticky");
    TCase *tcase = tcase_create("sticky");
    tcase_add_checked_fixture(tcase, set_up, tear_down);
    tcase_add_loop_test(tcase, returns_while_it_is_active, 0, 3);
    tcase_add_loop_test(tcase, counts_from_the_last_packet, 0, 2);
    tcase_add_loop_test(tcase, leaves_who_takes_nothing, 0, 3);
    tcase_add_test(tcase, goes_with_a_ditched_request);
    tcase_add_test(tcase, is_a_matter_of_each_virtual_machine);
    tcase_add_test(tcase, is_kept_in_a_takeover);
    tcase_add_loop_test(tcase, ends_on_the_standby_too, 0, 2);
    tcase_add_test(tcase, begins_anew_on_a_standby);
    tcase_add_test(tcase, is_bounded);
    tcase_add_loop_test(tcase, is_like_its_definition, 0, 4);
    tcase_add_test(tcase, forgets_what_is_removed);
    suite_add_tcase(suite, tcase);
    return suite;
}
