#include "core/record.h"
#include "tests/core/rig.h"
#include "tests/core/suites.h"

/* ---- fixture: the active unit of a pair */

static struct rig rig;
static struct rig_unit *unit;

static void set_up(void)
{
    rig_set_up(&rig);
    unit = &rig.units[0];
}

static void tear_down(void)
{
    rig_check(unit);
    rig_tear_down(&rig);
}

/* ---- tests: translation */

/* Whatever a packet carries: inbound only its destination becomes the machine's,
 * outbound only its source becomes the virtual machine's. */
START_TEST(rewrites_addresses_only)
{
    unsigned server = rig_open(unit, RIG_CLIENT, RIG_PORT);
    struct packet in = rig_from_client(RIG_CLIENT, RIG_PORT, TCP_ACK | TCP_PSH, 1001, 5001);
    in.payload_length = 321;
    in.payload = 0xABCD;
    in.serial = 17;
    in.epoch = 3;
    rig_packet(unit, SIDE_OUTSIDE, &in);
    struct packet expected = in;
    expected.destination_ip = RIG_REAL_IP + server;
    rig_assert_same_packet(rig_forwarded(unit, SIDE_INSIDE), &expected);

    struct packet out = rig_from_server(server, RIG_CLIENT, RIG_PORT, TCP_ACK, 5001, 1322);
    out.payload_length = 1460;
    rig_packet(unit, SIDE_INSIDE, &out);
    expected = out;
    expected.source_ip = RIG_VIRTUAL_IP;
    rig_assert_same_packet(rig_forwarded(unit, SIDE_OUTSIDE), &expected);
}
END_TEST

/* Ports of virtual and real machines, 0 being all ports, and what a client's port 8080
 * becomes. */
static const struct {
    const char *virtual, *real;
    uint16_t port;
} port_rules[] = {
    {"192.0.2.90:8080", "10.0.1.9:8080", 8080},
    {"192.0.2.90:8080", "10.0.1.9:8001", 8001},
    {"192.0.2.90:8080", "10.0.1.9:0", 8080},
    {"192.0.2.90:0", "10.0.1.9:0", 8080},
    {"192.0.2.90:0", "10.0.1.9:8001", 8001},
};

START_TEST(rewrites_ports_by_rule)
{
    char *line = g_strdup_printf("virtual %s", port_rules[_i / 2].virtual);
    rig_command(unit, _i % 2 == 0 ? "option conn-real direct" : "option conn-real pointer");
    rig_command(unit, line);
    g_free(line);
    line = g_strdup_printf("real %s", port_rules[_i / 2].real);
    rig_command(unit, line);
    g_free(line);
    line = g_strdup_printf("bind %s %s", port_rules[_i / 2].virtual, port_rules[_i / 2].real);
    rig_command(unit, line);
    g_free(line);
    struct packet syn = rig_from_client(RIG_CLIENT, RIG_PORT, TCP_SYN, 1000, 0);
    syn.destination_ip = 0xC000025A;
    syn.destination_port = 8080;
    rig_packet(unit, SIDE_OUTSIDE, &syn);
    ck_assert_uint_eq(rig_forwarded(unit, SIDE_INSIDE)->destination_port, port_rules[_i / 2].port);
    struct packet answer = rig_from_server(9, RIG_CLIENT, RIG_PORT, TCP_SYN | TCP_ACK, 5000, 1001);
    answer.source_port = port_rules[_i / 2].port;
    rig_packet(unit, SIDE_INSIDE, &answer);
    ck_assert_uint_eq(rig_forwarded(unit, SIDE_OUTSIDE)->source_port, 8080);
    ck_assert_uint_eq(rig_forwarded(unit, SIDE_OUTSIDE)->source_ip, 0xC000025A);
}
END_TEST

/* ---- tests: the handshake */

/* A handshake step by step: opened and counted at the SYN, established at the
 * originator's ACK, the create leaving before that ACK does (R-309, R-404, R-407,
 * */
START_TEST(goes_through_the_handshake)
{
    rig.now = 5;
    rig_client(unit, TCP_SYN, 1000, 0);
    const struct note *opened = rig_note(unit, NOTE_OPENED);
    ck_assert_uint_eq(opened->tag, RIG_CLIENT << 16 | RIG_PORT);
    struct connection_view view = rig_view(unit);
    ck_assert_int_eq(view.state, CONN_SYN_SEEN);
    ck_assert(view.pm_counted && view.vm_counted && !view.create_sent);
    ck_assert_int_eq(view.last_activity, 5);
    unsigned server = view.real.ip - RIG_REAL_IP;

    rig.now = 6;
    rig_server(unit, server, TCP_SYN | TCP_ACK, 5000, 1001);
    rig_forwarded(unit, SIDE_OUTSIDE);
    ck_assert_int_eq(rig_view(unit).state, CONN_SYNACK_SEEN);
    ck_assert_uint_eq(rig_count(unit, EFFECT_DATAGRAM), 0);

    rig.now = 7;
    rig_client(unit, TCP_ACK, 1001, 5001);
    view = rig_view(unit);
    ck_assert_int_eq(view.state, CONN_ACTIVE);
    ck_assert_int_eq(view.last_activity, 7);
    ck_assert(view.create_sent);
    static const enum effect_kind order[] = {EFFECT_NOTE, EFFECT_NOTE, EFFECT_DATAGRAM,
                                             EFFECT_FORWARD};
    ck_assert_uint_eq(unit->effects.count, G_N_ELEMENTS(order));
    for (unsigned i = 0; i < G_N_ELEMENTS(order); i++)
        ck_assert_int_eq(unit->effects.items[i].kind, order[i]);
    ck_assert_int_eq(unit->effects.items[0].note.code, NOTE_ESTABLISHED);
    ck_assert_int_eq(unit->effects.items[1].note.code, NOTE_CREATE_SENT);
    ck_assert_uint_eq(unit->effects.items[1].note.real.ip, RIG_REAL_IP + server);
}
END_TEST

/* "option active-on": at which of the three packets a connection is established. */
START_TEST(is_active_when_the_option_says)
{
    static const char *const words[] = {"syn", "synack", "ack"};
    char *line = g_strdup_printf("option active-on %s", words[_i]);
    rig_command(unit, line);
    g_free(line);
    rig_client(unit, TCP_SYN, 1000, 0);
    ck_assert_uint_eq(rig_notes(unit, NOTE_CREATE_SENT), _i == 0);
    unsigned server = rig_view(unit).real.ip - RIG_REAL_IP;
    rig_server(unit, server, TCP_SYN | TCP_ACK, 5000, 1001);
    ck_assert_uint_eq(rig_notes(unit, NOTE_CREATE_SENT), _i == 1);
    rig_client(unit, TCP_ACK, 1001, 5001);
    ck_assert_uint_eq(rig_notes(unit, NOTE_CREATE_SENT), _i == 2);
    ck_assert_int_eq(rig_view(unit).state, CONN_ACTIVE);
}
END_TEST

/* Packets that are no part of a handshake do not establish: a bare ACK before the
 * SYN-ACK, a server's ACK, a repeated SYN. */
START_TEST(is_not_active_too_soon)
{
    rig_client(unit, TCP_SYN, 1000, 0);
    unsigned server = rig_view(unit).real.ip - RIG_REAL_IP;
    rig_client(unit, TCP_ACK, 1001, 5001);
    ck_assert_int_eq(rig_view(unit).state, CONN_SYN_SEEN);
    rig_server(unit, server, TCP_ACK, 5001, 1001);
    ck_assert_int_eq(rig_view(unit).state, CONN_SYN_SEEN);
    rig_server(unit, server, TCP_SYN | TCP_ACK, 5000, 1001);
    rig_server(unit, server, TCP_ACK, 5001, 1001);
    rig_client(unit, TCP_SYN, 1000, 0);
    ck_assert_uint_eq(rig_forwarded(unit, SIDE_INSIDE)->destination_ip, RIG_REAL_IP + server);
    ck_assert_int_eq(rig_view(unit).state, CONN_SYNACK_SEEN);
    ck_assert_uint_eq(director_connections(unit->director), 1);
}
END_TEST

/* ---- tests: the end */

/* An orderly close, the client or the server first: gone, with a delete, at the
 * packet that acknowledges the second FIN, which is still forwarded. */
START_TEST(ends_when_both_fins_are_acknowledged)
{
    unsigned server = rig_open(unit, RIG_CLIENT, RIG_PORT);
    if (_i == 0) {
        rig_client(unit, TCP_FIN | TCP_ACK, 1001, 5001);
        ck_assert_int_eq(rig_view(unit).state, CONN_CLOSING);
        rig_server(unit, server, TCP_ACK, 5001, 1002);
        rig_server(unit, server, TCP_FIN | TCP_ACK, 5001, 1002);
        rig_client(unit, TCP_ACK, 1002, 5001);
        ck_assert_int_eq(rig_view(unit).state, CONN_CLOSING);
        rig_client(unit, TCP_ACK, 1002, 5002);
        rig_forwarded(unit, SIDE_INSIDE);
    } else {
        rig_server(unit, server, TCP_FIN | TCP_ACK, 5001, 1001);
        rig_client(unit, TCP_FIN | TCP_ACK, 1001, 5002);
        rig_server(unit, server, TCP_ACK, 5002, 1001);
        ck_assert_int_eq(rig_view(unit).state, CONN_CLOSING);
        rig_server(unit, server, TCP_ACK, 5002, 1002);
        rig_forwarded(unit, SIDE_OUTSIDE);
    }
    ck_assert_uint_eq(rig_note(unit, NOTE_ENDED)->detail, END_CLOSED);
    ck_assert_uint_eq(rig_note(unit, NOTE_DELETE_SENT)->tag, RIG_CLIENT << 16 | RIG_PORT);
    ck_assert_uint_eq(rig_count(unit, EFFECT_DATAGRAM), 1);
    ck_assert(rig_gone(unit));
}
END_TEST

/* With data in the last segments and numbers that wrap past zero, still at the right
 * packet and no earlier. */
START_TEST(ends_across_the_wrap)
{
    rig_client(unit, TCP_SYN, 0xFFFFFFF0, 0);
    unsigned server = rig_view(unit).real.ip - RIG_REAL_IP;
    rig_server(unit, server, TCP_SYN | TCP_ACK, 0xFFFFFFFE, 0xFFFFFFF1);
    rig_client(unit, TCP_ACK, 0xFFFFFFF1, 0xFFFFFFFF);
    struct packet last =
        rig_from_client(RIG_CLIENT, RIG_PORT, TCP_FIN | TCP_ACK | TCP_PSH, 0xFFFFFFF1, 0xFFFFFFFF);
    last.payload_length = 100; /* up to 0x55, the FIN is 0x55, so 0x56 acknowledges it */
    rig_packet(unit, SIDE_OUTSIDE, &last);
    rig_server(unit, server, TCP_FIN | TCP_ACK, 0xFFFFFFFF, 0x55);
    rig_client(unit, TCP_ACK, 0x56, 0);
    ck_assert_int_eq(rig_view(unit).state, CONN_CLOSING);
    rig_server(unit, server, TCP_ACK, 0, 0x56);
    ck_assert(rig_gone(unit));
}
END_TEST

/* A "delay" keeps a closed connection for late packets, and then it goes. */
START_TEST(is_held_for_the_delay)
{
    rig_command(unit, "delay 192.0.2.80:80 10s");
    rig_close(unit, rig_open(unit, RIG_CLIENT, RIG_PORT), RIG_CLIENT, RIG_PORT);
    ck_assert_int_eq(rig_view(unit).state, CONN_CLOSING);
    ck_assert_uint_eq(rig_count(unit, EFFECT_DATAGRAM), 0);
    rig_run(unit, 10 * NSTIME_S - 1);
    ck_assert(!rig_gone(unit));
    rig_run(unit, 10 * NSTIME_S);
    ck_assert(rig_gone(unit));
    ck_assert_uint_eq(director_count(unit->director, NOTE_ENDED), 1);
}
END_TEST

/* Who resets, at which number, and whether that ends the connection. The client has
 * sent up to 1101 and acknowledged 5001; the server has sent up to 5001 and
 * acknowledged 1001: 100 bytes of the client's are not acknowledged yet. An endpoint
 * takes a RST only at exactly the number it expects, so others leave the connection,
 * but are forwarded in every case (R-408, RFC 5961). */
static const struct {
    enum side from;
    uint32_t sequence;
    bool ends;
} resets[] = {
    {SIDE_OUTSIDE, 1101, true},  /* abort: behind what was sent */
    {SIDE_OUTSIDE, 1001, true},  /* answer to the server's last segment */
    {SIDE_OUTSIDE, 1000, false}, {SIDE_OUTSIDE, 1102, false}, {SIDE_OUTSIDE, 0, false},
    {SIDE_INSIDE, 5001, true},
    {SIDE_INSIDE, 5000, false},  {SIDE_INSIDE, 5002, false},
};

START_TEST(is_reset_at_the_right_number)
{
    unsigned server = rig_open(unit, RIG_CLIENT, RIG_PORT);
    struct packet data = rig_from_client(RIG_CLIENT, RIG_PORT, TCP_ACK | TCP_PSH, 1001, 5001);
    data.payload_length = 100;
    rig_packet(unit, SIDE_OUTSIDE, &data);
    if (resets[_i].from == SIDE_OUTSIDE)
        rig_client(unit, TCP_RST, resets[_i].sequence, 0);
    else
        rig_server(unit, server, TCP_RST, resets[_i].sequence, 0);
    rig_forwarded(unit, resets[_i].from == SIDE_OUTSIDE ? SIDE_INSIDE : SIDE_OUTSIDE);
    ck_assert_int_eq(rig_gone(unit), resets[_i].ends);
    ck_assert_uint_eq(rig_notes(unit, NOTE_DELETE_SENT), resets[_i].ends);
    if (resets[_i].ends)
        ck_assert_uint_eq(rig_note(unit, NOTE_ENDED)->detail, END_RESET);
}
END_TEST

/* What comes late changes no number: a repeated segment, an old acknowledgement, a
 * stray request. The numbers that end the connection are those of the newest ones:
 * the client has sent up to 1201, the server has acknowledged 1101. */
static const struct {
    uint32_t sequence;
    bool ends;
} late_resets[] = {{1201, true}, {1101, true}, {1001, false}, {1051, false}, {700001, false}};

START_TEST(is_not_misled_by_late_packets)
{
    unsigned server = rig_open(unit, RIG_CLIENT, RIG_PORT);
    struct packet data = rig_from_client(RIG_CLIENT, RIG_PORT, TCP_ACK | TCP_PSH, 1001, 5001);
    data.payload_length = 200;
    rig_packet(unit, SIDE_OUTSIDE, &data);
    rig_server(unit, server, TCP_ACK, 5001, 1101);
    data.payload_length = 50;
    rig_packet(unit, SIDE_OUTSIDE, &data);
    rig_server(unit, server, TCP_ACK, 5001, 1001);
    rig_client(unit, TCP_SYN, 700000, 0);
    rig_client(unit, TCP_RST, late_resets[_i].sequence, 0);
    ck_assert_int_eq(rig_gone(unit), late_resets[_i].ends);
}
END_TEST

/* A server that refuses a request (RST with ACK), where that reassigns nothing, ends it
 * before it was established: nothing was replicated, so nothing is deleted. */
START_TEST(refused_request_ends_silently)
{
    rig_command(unit, "option rst-ditch off");
    rig_client(unit, TCP_SYN, 1000, 0);
    rig_server(unit, rig_view(unit).real.ip - RIG_REAL_IP, TCP_RST | TCP_ACK, 0, 1001);
    rig_forwarded(unit, SIDE_OUTSIDE);
    ck_assert(rig_gone(unit));
    ck_assert_uint_eq(rig_count(unit, EFFECT_DATAGRAM), 0);
}
END_TEST

/* The same, where "delete-send always" is the letter of figure 6B: a delete leaves for
 * a connection that was never announced. */
START_TEST(deletes_always_if_told)
{
    rig_command(unit, "option delete-send always");
    rig_command(unit, "option rst-ditch off");
    rig_client(unit, TCP_SYN, 1000, 0);
    rig_server(unit, rig_view(unit).real.ip - RIG_REAL_IP, TCP_RST | TCP_ACK, 0, 1001);
    rig_note(unit, NOTE_DELETE_SENT);
    ck_assert_uint_eq(rig_count(unit, EFFECT_DATAGRAM), 1);
}
END_TEST

/* A virtual machine that is not replicated: not a datagram in its whole life (R-801,
 * R-806, R-1016). */
START_TEST(says_nothing_if_not_replicated)
{
    rig_command(unit, "no replicate 192.0.2.80:80");
    unsigned server = rig_open(unit, RIG_CLIENT, RIG_PORT);
    rig_close(unit, server, RIG_CLIENT, RIG_PORT);
    ck_assert(rig_gone(unit));
    ck_assert_uint_eq(director_count(unit->director, NOTE_CREATE_SENT), 0);
    ck_assert_uint_eq(director_count(unit->director, NOTE_DELETE_SENT), 0);
}
END_TEST

/* The replicate flag is turned over in the middle of a connection's life: the delete
 * follows the create that was or was not sent, not the flag. */
START_TEST(deletes_what_it_created)
{
    rig_command(unit, _i == 0 ? "no replicate 192.0.2.80:80" : "replicate 192.0.2.80:80");
    unsigned server = rig_open(unit, RIG_CLIENT, RIG_PORT);
    rig_command(unit, _i == 0 ? "replicate 192.0.2.80:80" : "no replicate 192.0.2.80:80");
    rig_close(unit, server, RIG_CLIENT, RIG_PORT);
    ck_assert_int_eq(rig_notes(unit, NOTE_DELETE_SENT), _i);
}
END_TEST

/* The replication protocol is changed in the middle of a connection's life: under "none"
 * nothing is said; under "patent" a delete follows a create that was sent, and no other
 * (R-806, R-1016). */
static const struct {
    const char *born, *lived, *died;
    bool deleted;
} protocols[] = {
    {"patent", "patent", "patent", true}, {"patent", "none", "patent", true},
    {"patent", "patent", "none", false},  {"none", "patent", "patent", false},
    {"none", "none", "none", false},
};

static void take_protocol(const char *word)
{
    char *line = g_strdup_printf("option replication %s", word);
    rig_command(unit, line);
    g_free(line);
}

START_TEST(follows_a_change_of_protocol)
{
    take_protocol(protocols[_i].born);
    unsigned server = rig_open(unit, RIG_CLIENT, RIG_PORT);
    take_protocol(protocols[_i].lived);
    rig_client(unit, TCP_ACK, 1001, 5001);
    take_protocol(protocols[_i].died);
    rig_close(unit, server, RIG_CLIENT, RIG_PORT);
    ck_assert(rig_gone(unit));
    ck_assert_uint_eq(rig_count(unit, EFFECT_DATAGRAM), protocols[_i].deleted);
    ck_assert_uint_eq(rig_notes(unit, NOTE_DELETE_SENT), protocols[_i].deleted);
}
END_TEST

/* What goes to the standby when a connection is established and when it ends, decoded:
 * one record in 32 bytes, all its addresses, both counts on the create, the delete alone
 * on the delete; and nothing is awaited or repeated afterwards (R-701..R-705, R-802,
 * */
START_TEST(says_all_of_a_connection)
{
    rig_command(unit, "replicate interface 3");
    rig_command(unit, "virtual 192.0.2.80:80:9");
    rig_command(unit, "bind 192.0.2.80:80:9 10.0.1.2:80");
    rig_command(unit, "assign 192.0.2.80:80:9 198.51.100.7");
    rig_command(unit, "replicate 192.0.2.80:80:9");
    rig_open(unit, RIG_CLIENT, RIG_PORT);
    for (unsigned i = 0; i < 2; i++) {
        struct record records[RECORD_COUNT_MAX];
        unsigned count;
        ck_assert_uint_eq(rig_count(unit, EFFECT_DATAGRAM), 1);
        const struct effect *effect = rig_effect(unit, EFFECT_DATAGRAM, 0);
        ck_assert_uint_eq(effect->datagram.length, 32);
        ck_assert_uint_eq(effect->datagram.interface, 3);
        ck_assert_uint_eq(effect->datagram.destination_ip, RIG_UNIT_IP + 1);
        ck_assert_int_eq(effect->datagram.channel, CHANNEL_REPLICATION);
        ck_assert_int_eq(record_decode(effect_bytes(&unit->effects, effect), 32, records, &count),
                         REFUSAL_NONE);
        ck_assert_uint_eq(count, 1);
        ck_assert(address_equal(records[0].real, (struct address){RIG_REAL_IP + 2, 80}));
        ck_assert(address_equal(records[0].foreign,
                                (struct address){RIG_CLIENT_IP + RIG_CLIENT, RIG_PORT}));
        ck_assert(address_equal(records[0].virtual, (struct address){RIG_VIRTUAL_IP, 80}));
        ck_assert_uint_eq(records[0].bind_id, 9);
        ck_assert_uint_eq(records[0].protocol, PROTOCOL_TCP);
        ck_assert_uint_eq(records[0].flags,
                          i == 0 ? RECORD_PM_COUNTED | RECORD_VM_COUNTED : RECORD_DELETE);
        if (i == 0)
            rig_close(unit, 2, RIG_CLIENT, RIG_PORT);
    }
    for (nstime second = 1; second <= 60; second++) { /* hellos only */
        rig_run(unit, second * NSTIME_S);
        for (unsigned i = 0; i < rig_count(unit, EFFECT_DATAGRAM); i++)
            ck_assert_int_eq(rig_effect(unit, EFFECT_DATAGRAM, i)->datagram.channel,
                             CHANNEL_HELLO);
    }
    ck_assert_uint_eq(director_count(unit->director, NOTE_CREATE_SENT), 1);
    ck_assert_uint_eq(director_count(unit->director, NOTE_DELETE_SENT), 1);
}
END_TEST

/* Records that have nobody to go to are not sent and change nothing else: no failover
 * address, the replication interface down, the peer held to have failed. */
START_TEST(goes_on_without_a_standby)
{
    struct event down = {.kind = EVENT_INTERFACE, .interface = {0, false}};
    if (_i == 0) {
        director_free(unit->director);
        struct director_config config = {
            .initial_role = ROLE_ACTIVE,
            .peers = {{RIG_UNIT_IP + 1, RANK_SECONDARY}},
        };
        unit->director = director_new(&config, 0);
        rig_command(unit, "virtual 192.0.2.80:80");
        rig_command(unit, "real 10.0.1.1:80");
        rig_command(unit, "bind 192.0.2.80:80 10.0.1.1:80");
        rig_command(unit, "replicate 192.0.2.80:80");
    } else if (_i == 1) {
        director_step(unit->director, rig.now, &down, &unit->effects);
    } else {
        rig_run(unit, 3 * NSTIME_S);
    }
    unsigned server = rig_open(unit, RIG_CLIENT, RIG_PORT);
    ck_assert_uint_eq(rig_note(unit, NOTE_UNSENT)->tag, RIG_CLIENT << 16 | RIG_PORT);
    ck_assert_uint_eq(rig_count(unit, EFFECT_DATAGRAM), 0);
    rig_forwarded(unit, SIDE_INSIDE);
    ck_assert(!rig_view(unit).create_sent);
    rig_close(unit, server, RIG_CLIENT, RIG_PORT);
    ck_assert(rig_gone(unit));
    ck_assert_uint_eq(rig_count(unit, EFFECT_DATAGRAM), 0);
}
END_TEST

/* ---- tests: one tuple, one connection after another */

/* A request that meets a closing connection of the same tuple: that one ends with its
 * delete, then a new one is made, and replicated in its turn. */
START_TEST(begins_a_new_incarnation)
{
    unsigned server = rig_open(unit, RIG_CLIENT, RIG_PORT);
    rig_client(unit, TCP_FIN | TCP_ACK, 1001, 5001);
    rig_server(unit, server, TCP_FIN | TCP_ACK, 5001, 1002);
    struct packet syn = rig_from_client(RIG_CLIENT, RIG_PORT, TCP_SYN, 900000, 0);
    syn.tag = 12345;
    rig_packet(unit, SIDE_OUTSIDE, &syn);
    static const enum note_code order[] = {NOTE_ENDED, NOTE_DELETE_SENT, NOTE_OPENED};
    for (unsigned i = 0; i < G_N_ELEMENTS(order); i++)
        ck_assert_int_eq(rig_effect(unit, EFFECT_NOTE, i)->note.code, order[i]);
    ck_assert_uint_eq(rig_note(unit, NOTE_ENDED)->detail, END_NEW_INCARNATION);
    ck_assert_uint_eq(rig_view(unit).tag, 12345);
    ck_assert_int_eq(rig_view(unit).state, CONN_SYN_SEEN);
    rig_open(unit, RIG_CLIENT, RIG_PORT);
    rig_note(unit, NOTE_CREATE_SENT);
    ck_assert(rig_view(unit).create_sent);
}
END_TEST

/* A request that meets an established connection goes to its machine and changes
 * nothing; the client's answer to the challenge ends it, as it ends the server's. */
START_TEST(lets_the_server_challenge)
{
    unsigned server = rig_open(unit, RIG_CLIENT, RIG_PORT);
    rig_client(unit, TCP_SYN, 700000, 0);
    ck_assert_uint_eq(rig_forwarded(unit, SIDE_INSIDE)->destination_ip, RIG_REAL_IP + server);
    ck_assert_int_eq(rig_view(unit).state, CONN_ACTIVE);
    rig_server(unit, server, TCP_ACK, 5001, 1001);
    rig_forwarded(unit, SIDE_OUTSIDE);
    rig_client(unit, TCP_RST, 1001, 0);
    ck_assert(rig_gone(unit));
}
END_TEST

/* A connection that ended unseen: its server takes the request that meets it as a new
 * one. The conn serves on, and its end is seen by the new numbers. */
START_TEST(follows_a_revived_ghost)
{
    unsigned server = rig_open(unit, RIG_CLIENT, RIG_PORT);
    rig_client(unit, TCP_SYN, 90, 0);
    rig_server(unit, server, TCP_SYN | TCP_ACK, 30, 91);
    rig_client(unit, TCP_ACK, 91, 31);
    rig_client(unit, TCP_FIN | TCP_ACK, 91, 31);
    rig_server(unit, server, TCP_FIN | TCP_ACK, 31, 92);
    ck_assert(!rig_gone(unit));
    rig_client(unit, TCP_ACK, 92, 32);
    ck_assert(rig_gone(unit));
}
END_TEST

Suite *director_suite(void)
{
    Suite *suite = suite_create("director");
    TCase *tcase = tcase_create("director");
    tcase_add_checked_fixture(tcase, set_up, tear_down);
    tcase_add_test(tcase, rewrites_addresses_only);
    tcase_add_loop_test(tcase, rewrites_ports_by_rule, 0, 2 * G_N_ELEMENTS(port_rules));
    tcase_add_test(tcase, goes_through_the_handshake);
    tcase_add_loop_test(tcase, is_active_when_the_option_says, 0, 3);
    tcase_add_test(tcase, is_not_active_too_soon);
    tcase_add_loop_test(tcase, ends_when_both_fins_are_acknowledged, 0, 2);
    tcase_add_test(tcase, ends_across_the_wrap);
    tcase_add_test(tcase, is_held_for_the_delay);
    tcase_add_loop_test(tcase, is_reset_at_the_right_number, 0, G_N_ELEMENTS(resets));
    tcase_add_loop_test(tcase, is_not_misled_by_late_packets, 0, G_N_ELEMENTS(late_resets));
    tcase_add_test(tcase, refused_request_ends_silently);
    tcase_add_test(tcase, deletes_always_if_told);
    tcase_add_test(tcase, says_nothing_if_not_replicated);
    tcase_add_loop_test(tcase, deletes_what_it_created, 0, 2);
    tcase_add_loop_test(tcase, follows_a_change_of_protocol, 0, G_N_ELEMENTS(protocols));
    tcase_add_test(tcase, says_all_of_a_connection);
    tcase_add_loop_test(tcase, goes_on_without_a_standby, 0, 3);
    tcase_add_test(tcase, begins_a_new_incarnation);
    tcase_add_test(tcase, lets_the_server_challenge);
    tcase_add_test(tcase, follows_a_revived_ghost);
    suite_add_tcase(suite, tcase);
    return suite;
}
