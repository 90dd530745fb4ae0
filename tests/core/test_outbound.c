#include "core/packet.h"
#include "tests/core/rig.h"
#include "tests/core/suites.h"

#include <string.h>

/* ---- fixture: a pair with an FTP service of two servers, each tied to it by "static";
 * server n opens its data connections to the waiting client from port 20 */

enum { CONTROL = 21, DATA = 20, WAITING = 50000 };

static struct rig rig;
static struct rig_unit *active, *standby;

/* One object for port 21, or objects for all ports: row of "forms". */
static const struct {
    const char *virtual, *reals[2];
} forms[] = {
    {"192.0.2.80:21", {"10.0.1.1:21", "10.0.1.2:21"}},
    {"192.0.2.80:0", {"10.0.1.1:0", "10.0.1.2:0"}},
    {"192.0.2.80:0", {"10.0.1.1:21", "10.0.1.2:21"}},
};

/* One command for both units. */
static void tell(const char *form, ...) G_GNUC_PRINTF(1, 2);
static void tell(const char *form, ...)
{
    va_list words;
    va_start(words, form);
    char *line = g_strdup_vprintf(form, words);
    va_end(words);
    for (unsigned i = 0; i < 2; i++)
        rig_command(&rig.units[i], line);
    g_free(line);
}

static void configure(unsigned form)
{
    tell("virtual %s", forms[form].virtual);
    tell("replicate %s", forms[form].virtual);
    tell("timeout %s %s", forms[form].virtual, "20s");
    for (unsigned i = 0; i < 2; i++) {
        tell("real %s", forms[form].reals[i]);
        tell("bind %s %s", forms[form].virtual, forms[form].reals[i]);
        tell("static %s %s", forms[form].virtual, forms[form].reals[i]);
    }
    tell("failover hellotime 60min");
}

static void set_up(void)
{
    rig_set_up(&rig);
    active = &rig.units[0];
    standby = &rig.units[1];
}

static void tear_down(void)
{
    rig_check(active);
    rig_check(standby);
    rig_tear_down(&rig);
}

static void server_sends(struct rig_unit *unit, unsigned server, uint16_t from, uint16_t to,
                         uint8_t flags, uint32_t sequence, uint32_t acknowledgement)
{
    struct packet packet =
        rig_from_server(server, RIG_CLIENT, to, flags, sequence, acknowledgement);
    packet.source_port = from;
    rig_packet(unit, SIDE_INSIDE, &packet);
}

static void client_sends(struct rig_unit *unit, uint16_t from, uint16_t to, uint8_t flags,
                         uint32_t sequence, uint32_t acknowledgement)
{
    struct packet packet =
        rig_from_client(RIG_CLIENT, from, flags, sequence, acknowledgement);
    packet.destination_port = to;
    rig_packet(unit, SIDE_OUTSIDE, &packet);
}

/* The control connection of the client's port; which server it went to. */
static unsigned open_control(uint16_t port)
{
    client_sends(active, port, CONTROL, TCP_SYN, 1000, 0);
    unsigned server = rig_forwarded(active, SIDE_INSIDE)->destination_ip - RIG_REAL_IP;
    server_sends(active, server, CONTROL, port, TCP_SYN | TCP_ACK, 5000, 1001);
    client_sends(active, port, CONTROL, TCP_ACK, 1001, 5001);
    rig_deliver(active);
    return server;
}

static struct flow data_flow(void)
{
    struct flow flow = rig_flow(RIG_CLIENT, WAITING);
    flow.local.port = DATA;
    return flow;
}

static struct flow control_flow(uint16_t port)
{
    struct flow flow = rig_flow(RIG_CLIENT, port);
    flow.local.port = CONTROL;
    return flow;
}

/* The server's connection to the client, through to its third packet, told to the standby. */
static void open_data(unsigned server)
{
    server_sends(active, server, DATA, WAITING, TCP_SYN, 7000, 0);
    client_sends(active, WAITING, DATA, TCP_SYN | TCP_ACK, 3000, 7001);
    server_sends(active, server, DATA, WAITING, TCP_ACK, 7001, 3001);
    rig_deliver(active);
}

static void take_over(void)
{
    rig_command(standby, "failover hellotime 10ms");
    rig_run(standby, rig.now + 100 * NSTIME_MS);
    ck_assert_int_eq(director_role(standby->director), ROLE_ACTIVE);
    rig_command(standby, "failover hellotime 60min");
}

static void assert_packet(const struct packet *packet, uint32_t source, uint16_t source_port,
                          uint32_t destination, uint16_t destination_port)
{
    ck_assert_uint_eq(packet->source_ip, source);
    ck_assert_uint_eq(packet->source_port, source_port);
    ck_assert_uint_eq(packet->destination_ip, destination);
    ck_assert_uint_eq(packet->destination_port, destination_port);
}

/* ---- active FTP */

/* A server opens its data connection: the client sees it come from the virtual machine's
 * port 20, its answers reach just that server, and the conn becomes active at the server's
 * ACK, not before; however the machines are written. */
START_TEST(a_server_opens_to_the_client)
{
    configure((unsigned)_i);
    unsigned server = open_control(1);
    server_sends(active, server, DATA, WAITING, TCP_SYN, 7000, 0);
    assert_packet(rig_forwarded(active, SIDE_OUTSIDE), RIG_VIRTUAL_IP, DATA,
                  RIG_CLIENT_IP + RIG_CLIENT, WAITING);
    client_sends(active, WAITING, DATA, TCP_SYN | TCP_ACK, 3000, 7001);
    assert_packet(rig_forwarded(active, SIDE_INSIDE), RIG_CLIENT_IP + RIG_CLIENT, WAITING,
                  RIG_REAL_IP + server, DATA);
    ck_assert_uint_eq(rig_count(active, EFFECT_DATAGRAM), 0);
    server_sends(active, server, DATA, WAITING, TCP_ACK, 7001, 3001);
    rig_note(active, NOTE_ESTABLISHED);
    ck_assert_uint_eq(rig_count(active, EFFECT_DATAGRAM), 1);
}
END_TEST

/* It is the buddy of the control connection, on both units, and counted to the same
 * machines on both, in both forms of R-117. */
START_TEST(it_is_the_buddy_of_its_control)
{
    tell("option conn-real %s", _i < 3 ? "direct" : "pointer");
    configure((unsigned)_i % 3);
    struct flow control = control_flow(1), data = data_flow();
    open_data(open_control(1));
    ck_assert(director_buddies(active->director, &control, &data));
    ck_assert(director_buddies(standby->director, &control, &data));
    struct connection_view here, there;
    ck_assert(director_find(active->director, &data, &here));
    ck_assert(director_find(standby->director, &data, &there));
    ck_assert(address_equal(here.real, there.real));
    ck_assert_uint_eq(here.real.port, DATA);
    ck_assert(here.pm_counted && here.vm_counted && there.pm_counted && there.vm_counted);
    char *shown[2];
    for (unsigned i = 0; i < 2; i++) {
        rig_command(&rig.units[i], "show real");
        shown[i] = g_strdup(effect_text(&rig.units[i].effects,
                                        rig_effect(&rig.units[i], EFFECT_REPLY, 0)));
    }
    ck_assert_str_eq(shown[0], shown[1]);
    ck_assert_ptr_nonnull(strstr(shown[0], "connections 2\n"));
    g_free(shown[0]);
    g_free(shown[1]);
}
END_TEST

/* A long transfer to the client with the control connection silent, the idle time being
 * 20 s, and a takeover in the middle: data go on through the new active from the server to
 * the client and back, and the control connection is there at the end (R-604, R-1013). */
START_TEST(a_transfer_outlives_a_takeover)
{
    configure((unsigned)_i);
    unsigned server = open_control(1);
    open_data(server);
    take_over();
    for (unsigned i = 0; i < 6; i++) {
        rig_run(standby, rig.now + 10 * NSTIME_S);
        server_sends(standby, server, DATA, WAITING, TCP_ACK, 7001, 3001);
        assert_packet(rig_forwarded(standby, SIDE_OUTSIDE), RIG_VIRTUAL_IP, DATA,
                      RIG_CLIENT_IP + RIG_CLIENT, WAITING);
        client_sends(standby, WAITING, DATA, TCP_ACK, 3001, 7001);
        assert_packet(rig_forwarded(standby, SIDE_INSIDE), RIG_CLIENT_IP + RIG_CLIENT, WAITING,
                      RIG_REAL_IP + server, DATA);
    }
    client_sends(standby, 1, CONTROL, TCP_ACK, 1001, 5001);
    ck_assert_uint_eq(rig_count(standby, EFFECT_FORWARD), 1);
    rig_run(standby, rig.now + 20 * NSTIME_S);
    ck_assert_uint_eq(director_connections(standby->director), 0);
}
END_TEST

/* An orderly close begun by the server, or a reset of the client, ends the data connection
 * on both units and leaves the control connection. */
START_TEST(it_ends_and_leaves_its_control)
{
    configure(0);
    unsigned server = open_control(1);
    open_data(server);
    if (_i == 0) {
        server_sends(active, server, DATA, WAITING, TCP_FIN | TCP_ACK, 7001, 3001);
        client_sends(active, WAITING, DATA, TCP_FIN | TCP_ACK, 3001, 7002);
        server_sends(active, server, DATA, WAITING, TCP_ACK, 7002, 3002);
    } else {
        client_sends(active, WAITING, DATA, TCP_RST, 3001, 0);
    }
    rig_note(active, NOTE_DELETE_SENT);
    rig_deliver(active);
    for (unsigned i = 0; i < 2; i++) {
        struct flow control = control_flow(1);
        struct connection_view view;
        ck_assert_uint_eq(director_connections(rig.units[i].director), 1);
        ck_assert(director_find(rig.units[i].director, &control, &view));
        ck_assert(!view.has_buddies);
    }
}
END_TEST

/* The server repeats its SYN: the conn is the same, and the repeat is forwarded. */
START_TEST(a_repeated_request_is_forwarded)
{
    configure(0);
    unsigned server = open_control(1);
    for (unsigned i = 0; i < 3; i++) {
        server_sends(active, server, DATA, WAITING, TCP_SYN, 7000, 0);
        assert_packet(rig_forwarded(active, SIDE_OUTSIDE), RIG_VIRTUAL_IP, DATA,
                      RIG_CLIENT_IP + RIG_CLIENT, WAITING);
        ck_assert_uint_eq(rig_notes(active, NOTE_OPENED), i == 0);
    }
}
END_TEST

/* A server that was started again opens anew from the same ports, with lower numbers, to a
 * client that has forgotten the old connection: the numbers of the new one count, and its
 * reset ends it. */
START_TEST(a_ghost_comes_to_life)
{
    configure(0);
    unsigned server = open_control(1);
    open_data(server);
    server_sends(active, server, DATA, WAITING, TCP_SYN, 6000, 0);
    client_sends(active, WAITING, DATA, TCP_SYN | TCP_ACK, 2000, 6001);
    server_sends(active, server, DATA, WAITING, TCP_RST, 6001, 0);
    ck_assert_uint_eq(rig_note(active, NOTE_ENDED)->detail, END_RESET);
}
END_TEST

/* ---- who may */

/* A server that is not tied to a virtual machine opens nothing, nor does one whose tie was
 * taken back; what it has open goes on (R-405, F-212). */
START_TEST(only_who_is_tied_may)
{
    configure(0);
    unsigned server = open_control(1);
    open_data(server);
    tell("no static %s %s", forms[0].virtual, forms[0].reals[server - 1]);
    server_sends(active, server, DATA, WAITING + 1, TCP_SYN, 7000, 0);
    rig_assert_dropped(active, NOTE_DROPPED, DROP_UNKNOWN_OUTBOUND);
    server_sends(active, server, DATA, WAITING, TCP_ACK, 7001, 3001);
    rig_forwarded(active, SIDE_OUTSIDE);
}
END_TEST

/* Two servers open from port 20 to the same port of one client: outside these would be one
 * connection, so the second is refused, without an answer. */
START_TEST(two_cannot_be_one_outside)
{
    configure(0);
    server_sends(active, 1, DATA, WAITING, TCP_SYN, 7000, 0);
    server_sends(active, 2, DATA, WAITING, TCP_SYN, 8000, 0);
    rig_assert_dropped(active, NOTE_REFUSED, DROP_COLLISION);
    ck_assert_uint_eq(rig_count(active, EFFECT_RESET), 0);
    tell("out-of-service %s", forms[0].virtual);
    server_sends(active, 2, DATA, WAITING + 1, TCP_SYN, 8000, 0);
    rig_assert_dropped(active, NOTE_REFUSED, DROP_OUT_OF_SERVICE);
}
END_TEST

/* A server with a port of its own on either side is seen with the virtual one. */
START_TEST(the_port_is_the_virtual_one)
{
    configure(0);
    tell("virtual %s", "192.0.2.80:20");
    tell("real %s", "10.0.1.1:8020");
    tell("static %s %s", "192.0.2.80:20", "10.0.1.1:8020");
    server_sends(active, 1, 8020, WAITING, TCP_SYN, 7000, 0);
    assert_packet(rig_forwarded(active, SIDE_OUTSIDE), RIG_VIRTUAL_IP, DATA,
                  RIG_CLIENT_IP + RIG_CLIENT, WAITING);
}
END_TEST

/* A standby that lacks the tie does not know the machines of the record, and says so; the
 * control connection is not touched. */
START_TEST(a_standby_without_the_tie_refuses)
{
    configure(0);
    rig_command(standby, "no static 192.0.2.80:21 10.0.1.1:21");
    rig_command(standby, "no static 192.0.2.80:21 10.0.1.2:21");
    open_data(open_control(1));
    ck_assert_uint_eq(director_refusals(standby->director, REFUSAL_UNKNOWN_MACHINE), 1);
    ck_assert_uint_eq(director_connections(standby->director), 1);
}
END_TEST

/* The virtual machine goes, and with it its connections and the tie. */
START_TEST(the_tie_goes_with_its_machine)
{
    configure(0);
    open_data(open_control(1));
    rig_command(active, "no virtual 192.0.2.80:21 force");
    ck_assert_uint_eq(director_connections(active->director), 0);
    server_sends(active, 1, DATA, WAITING, TCP_SYN, 7000, 0);
    rig_assert_dropped(active, NOTE_DROPPED, DROP_UNKNOWN_OUTBOUND);
    char *text = director_print_configuration(active->director);
    ck_assert_ptr_null(strstr(text, "static"));
    g_free(text);
}
END_TEST

/* The configuration prints its ties; wrong ones are refused with a sentence. */
START_TEST(ties_are_printed_and_checked)
{
    static const char *const wrong[][2] = {
        {"static 192.0.2.80:80 10.0.1.1:21",
         "static: 10.0.1.1:21 is tied to 192.0.2.80:21:0:tcp already; write no static for that"
         " first"},
        {"static 192.0.2.80:53:0:udp 10.0.1.1:80",
         "static: 192.0.2.80:53:0:udp and 10.0.1.1:80 are of different protocols; tie tcp to tcp"
         " and udp to udp"},
        {"no static 192.0.2.80:80 10.0.1.1:21",
         "no static: 10.0.1.1:21 is not tied to 192.0.2.80:80; show configuration lists what is"},
    };
    configure(0);
    rig_command(active, "virtual 192.0.2.80:53:0:udp");
    char *text = director_print_configuration(active->director);
    ck_assert_ptr_nonnull(strstr(text, "static 192.0.2.80:21:0:tcp 10.0.1.2:21:0:tcp\n"));
    for (unsigned i = 0; i < G_N_ELEMENTS(wrong); i++) {
        struct event event = {.kind = EVENT_COMMAND, .command = wrong[i][0]};
        director_step(active->director, rig.now, &event, &active->effects);
        const struct effect *reply = rig_effect(active, EFFECT_REPLY, 0);
        ck_assert_str_eq(effect_text(&active->effects, reply), wrong[i][1]);
    }
    char *after = director_print_configuration(active->director);
    ck_assert_str_eq(text, after);
    g_free(text);
    g_free(after);
}
END_TEST

/* ---- UDP */

static void serve_names(void)
{
    tell("virtual %s", "192.0.2.80:53:0:udp");
    tell("replicate %s", "192.0.2.80:53:0:udp");
    tell("timeout %s %s", "192.0.2.80:53:0:udp", "20s");
    tell("failover hellotime 60min");
    for (unsigned i = 1; i <= 2; i++) {
        char *real = g_strdup_printf("10.0.1.%u:53:0:udp", i);
        tell("real %s", real);
        tell("bind %s %s", "192.0.2.80:53:0:udp", real);
        g_free(real);
    }
}

static void ask(struct rig_unit *unit, uint16_t port)
{
    struct packet packet = rig_from_client(RIG_CLIENT, port, 0, 0, 0);
    packet.destination_port = 53;
    packet.protocol = PROTOCOL_UDP;
    rig_packet(unit, SIDE_OUTSIDE, &packet);
}

static void reply(struct rig_unit *unit, unsigned server, uint16_t port)
{
    struct packet packet = rig_from_server(server, RIG_CLIENT, port, 0, 0, 0);
    packet.source_port = 53;
    packet.protocol = PROTOCOL_UDP;
    rig_packet(unit, SIDE_INSIDE, &packet);
}

/* The first datagram of a client is counted and replicated at once; the answer comes from
 * the virtual machine, further questions go to the same server, before a takeover and
 * after, and the second client port goes to the other server (R-413, R-406, R-1013). */
START_TEST(udp_is_replicated_at_the_first_packet)
{
    serve_names();
    ask(active, 1);
    unsigned server = rig_forwarded(active, SIDE_INSIDE)->destination_ip - RIG_REAL_IP;
    rig_note(active, NOTE_ESTABLISHED);
    rig_deliver(active);
    ck_assert_uint_eq(director_connections(standby->director), 1);
    ask(active, 2);
    ck_assert_uint_eq(rig_forwarded(active, SIDE_INSIDE)->destination_ip,
                      RIG_REAL_IP + 3 - server);
    reply(active, server, 1);
    assert_packet(rig_forwarded(active, SIDE_OUTSIDE), RIG_VIRTUAL_IP, 53,
                  RIG_CLIENT_IP + RIG_CLIENT, 1);
    take_over();
    ask(standby, 1);
    ck_assert_uint_eq(rig_forwarded(standby, SIDE_INSIDE)->destination_ip, RIG_REAL_IP + server);
    reply(standby, server, 1);
    rig_forwarded(standby, SIDE_OUTSIDE);
}
END_TEST

/* It goes one idle time after its last packet, of either side, with a delete (R-413,
 * */
START_TEST(udp_idles_out)
{
    serve_names();
    ask(active, 1);
    rig_deliver(active);
    unsigned server = 1;
    rig_run(active, 15 * NSTIME_S);
    reply(active, server, 1);
    rig_run(active, 35 * NSTIME_S - 1);
    ck_assert_uint_eq(director_connections(active->director), 1);
    rig.now = 35 * NSTIME_S;
    rig_deadline(active);
    ck_assert_uint_eq(rig_note(active, NOTE_ENDED)->detail, END_IDLE);
    rig_deliver(active);
    ck_assert_uint_eq(director_connections(standby->director), 0);
}
END_TEST

/* The protocol is part of the keys: TCP and UDP of the same addresses are two connections,
 * each ended alone. */
START_TEST(udp_and_tcp_are_two)
{
    serve_names();
    tell("virtual %s", "192.0.2.80:53");
    tell("real %s", "10.0.1.1:53");
    tell("bind %s %s", "192.0.2.80:53:0:tcp", "10.0.1.1:53:0:tcp");
    client_sends(active, 1, 53, TCP_SYN, 1000, 0);
    ask(active, 1);
    ck_assert_uint_eq(director_connections(active->director), 2);
    rig_command(active, "no connection 198.51.100.7:1 192.0.2.80:53 udp");
    ck_assert_uint_eq(rig_note(active, NOTE_ENDED)->flow.protocol, PROTOCOL_UDP);
    ck_assert_uint_eq(director_connections(active->director), 1);
}
END_TEST

/* UDP for a service that is not there is refused, an unasked answer dropped, and neither
 * is ever answered by a TCP reset. */
START_TEST(unknown_udp_is_not_reset)
{
    tell("option unknown-connection %s", "reset");
    ask(active, 1);
    rig_assert_dropped(active, NOTE_REFUSED, DROP_NO_VIRTUAL);
    ck_assert_uint_eq(rig_count(active, EFFECT_RESET), 0);
    serve_names();
    reply(active, 1, 1);
    rig_assert_dropped(active, NOTE_DROPPED, DROP_UNKNOWN_OUTBOUND);
    ck_assert_uint_eq(rig_count(active, EFFECT_RESET), 0);
}
END_TEST

Suite *outbound_suite(void)
{
    Suite *suite = suite_create("outbound");
    TCase *tcase = tcase_create("outbound");
    tcase_add_checked_fixture(tcase, set_up, tear_down);
    tcase_add_loop_test(tcase, a_server_opens_to_the_client, 0, 3);
    tcase_add_loop_test(tcase, it_is_the_buddy_of_its_control, 0, 6);
    tcase_add_loop_test(tcase, a_transfer_outlives_a_takeover, 0, 3);
    tcase_add_loop_test(tcase, it_ends_and_leaves_its_control, 0, 2);
    tcase_add_test(tcase, a_repeated_request_is_forwarded);
    tcase_add_test(tcase, a_ghost_comes_to_life);
    tcase_add_test(tcase, only_who_is_tied_may);
    tcase_add_test(tcase, two_cannot_be_one_outside);
    tcase_add_test(tcase, the_port_is_the_virtual_one);
    tcase_add_test(tcase, a_standby_without_the_tie_refuses);
    tcase_add_test(tcase, the_tie_goes_with_its_machine);
    tcase_add_test(tcase, ties_are_printed_and_checked);
    tcase_add_test(tcase, udp_is_replicated_at_the_first_packet);
    tcase_add_test(tcase, udp_idles_out);
    tcase_add_test(tcase, udp_and_tcp_are_two);
    tcase_add_test(tcase, unknown_udp_is_not_reset);
    suite_add_tcase(suite, tcase);
    return suite;
}
