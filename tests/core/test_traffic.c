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

/* ---- tests: packets that nothing explains */

/* What is no request and matches nothing, and requests that nobody can serve: dropped,
 * or answered by a reset, but never a reset by a reset (R-405, R-1014). */
static const struct {
    uint8_t flags;
    uint16_t payload;
    const char *command; /* first */
    enum note_code note;
    enum drop_reason reason;
    uint8_t answer; /* flags of the reset, 0 = none */
    uint32_t sequence, acknowledgement;
} strangers[] = {
    {TCP_ACK, 0, NULL, NOTE_DROPPED, DROP_UNKNOWN_INBOUND, TCP_RST, 7000, 0},
    {TCP_ACK | TCP_PSH, 99, NULL, NOTE_DROPPED, DROP_UNKNOWN_INBOUND, TCP_RST, 7000, 0},
    {TCP_FIN, 10, NULL, NOTE_DROPPED, DROP_UNKNOWN_INBOUND, TCP_RST | TCP_ACK, 0, 1011},
    {TCP_SYN | TCP_ACK, 0, NULL, NOTE_DROPPED, DROP_UNKNOWN_INBOUND, TCP_RST, 7000, 0},
    {TCP_RST, 0, NULL, NOTE_DROPPED, DROP_UNKNOWN_INBOUND, 0, 0, 0},
    {TCP_RST | TCP_ACK, 0, NULL, NOTE_DROPPED, DROP_UNKNOWN_INBOUND, 0, 0, 0},
    {TCP_ACK, 0, "no virtual 192.0.2.80:80", NOTE_DROPPED, DROP_NO_VIRTUAL, TCP_RST, 7000, 0},
    {TCP_SYN, 0, "no virtual 192.0.2.80:80", NOTE_REFUSED, DROP_NO_VIRTUAL,
     TCP_RST | TCP_ACK, 0, 1001},
    {TCP_SYN, 0, "out-of-service 192.0.2.80:80", NOTE_REFUSED, DROP_OUT_OF_SERVICE,
     TCP_RST | TCP_ACK, 0, 1001},
    {TCP_SYN, 0, "no bind 192.0.2.80:80 10.0.1.1:80 10.0.1.2:80", NOTE_REFUSED, DROP_NO_MACHINE,
     TCP_RST | TCP_ACK, 0, 1001},
};

START_TEST(refuses_strangers)
{
    bool reset = _i % 2 != 0;
    int row = _i / 2;
    rig_command(unit, reset ? "option unknown-connection reset" : "option unknown-connection drop");
    if (strangers[row].command != NULL)
        rig_command(unit, strangers[row].command);
    struct packet packet = rig_from_client(RIG_CLIENT, RIG_PORT, strangers[row].flags, 1000, 7000);
    packet.payload_length = strangers[row].payload;
    rig_packet(unit, SIDE_OUTSIDE, &packet);
    rig_assert_dropped(unit, strangers[row].note, strangers[row].reason);
    ck_assert_uint_eq(rig_count(unit, EFFECT_RESET), reset && strangers[row].answer != 0);
    if (!reset || strangers[row].answer == 0)
        return;
    const struct effect *effect = rig_effect(unit, EFFECT_RESET, 0);
    const struct packet *answer = &effect->packet.packet;
    ck_assert_int_eq(effect->packet.side, SIDE_OUTSIDE);
    ck_assert_uint_eq(answer->flags, strangers[row].answer);
    ck_assert_uint_eq(answer->sequence, strangers[row].sequence);
    ck_assert_uint_eq(answer->acknowledgement, strangers[row].acknowledgement);
    ck_assert_uint_eq(answer->source_ip, RIG_VIRTUAL_IP);
    ck_assert_uint_eq(answer->destination_ip, RIG_CLIENT_IP + RIG_CLIENT);
    ck_assert_uint_eq(answer->source_port, 80);
    ck_assert_uint_eq(answer->destination_port, RIG_PORT);
    ck_assert_uint_eq(answer->payload_length, 0);
    ck_assert_uint_eq(answer->tag, packet.tag);
}
END_TEST

/* Servers' packets that match nothing are dropped in silence, requests among them
 * (R-405). */
START_TEST(drops_unknown_outbound)
{
    rig_command(unit, "option unknown-connection reset");
    rig_server(unit, 1, _i == 0 ? TCP_ACK : TCP_SYN, 1, 1);
    rig_assert_dropped(unit, NOTE_DROPPED, DROP_UNKNOWN_OUTBOUND);
    ck_assert_uint_eq(rig_note(unit, NOTE_DROPPED)->real.ip, RIG_REAL_IP + 1);
    ck_assert_uint_eq(rig_count(unit, EFFECT_RESET), 0);
}
END_TEST

/* A standby forwards and answers nothing, whoever sends, and its timers stand still:
 * known or unknown, request or not. */
START_TEST(standby_is_deaf)
{
    struct rig_unit *standby = &rig.units[1];
    struct packet known = rig_from_client(RIG_CLIENT, RIG_PORT, TCP_ACK, 1001, 5001);
    struct packet syn = rig_from_client(RIG_CLIENT, RIG_PORT + 1, TCP_SYN, 1000, 0);
    struct connection_view view;
    rig_command(standby, "option unknown-connection reset");
    unsigned server = rig_open(unit, RIG_CLIENT, RIG_PORT);
    rig_deliver(unit);
    struct packet reply = rig_from_server(server, RIG_CLIENT, RIG_PORT, TCP_ACK, 5001, 1001);
    rig.now = NSTIME_S / 2;
    const struct packet *packets[] = {&known, &syn, &reply};
    for (unsigned i = 0; i < G_N_ELEMENTS(packets); i++) {
        rig_packet(standby, i == 2 ? SIDE_INSIDE : SIDE_OUTSIDE, packets[i]);
        ck_assert_uint_eq(standby->effects.count, 1);
        ck_assert_uint_eq(rig_note(standby, NOTE_DROPPED)->detail, DROP_STANDBY);
    }
    ck_assert(rig_knows(standby, RIG_CLIENT, RIG_PORT, &view));
    ck_assert_int_eq(view.last_activity, 0);
    ck_assert_uint_eq(director_connections(standby->director), 1);
}
END_TEST

/* What is neither TCP nor UDP is not served here, and said so. */
START_TEST(drops_other_protocols)
{
    struct packet packet = rig_from_client(RIG_CLIENT, RIG_PORT, 0, 0, 0);
    packet.protocol = 47;
    rig_packet(unit, SIDE_OUTSIDE, &packet);
    rig_assert_dropped(unit, NOTE_DROPPED, DROP_PROTOCOL);
}
END_TEST

/* ---- tests: which machine */

/* One client port to two virtual machines on the same two servers: the second request
 * must take the other server, a third finds none. */
START_TEST(keeps_reverse_keys_apart)
{
    for (unsigned port = 81; port <= 82; port++) {
        char *line = g_strdup_printf("virtual 192.0.2.80:%u", port);
        rig_command(unit, line);
        g_free(line);
        line = g_strdup_printf("bind 192.0.2.80:%u 10.0.1.1:80 10.0.1.2:80", port);
        rig_command(unit, line);
        g_free(line);
    }
    uint32_t first = 0;
    for (uint16_t port = 80; port <= 81; port++) {
        struct packet syn = rig_from_client(RIG_CLIENT, RIG_PORT, TCP_SYN, 1000, 0);
        syn.destination_port = port;
        rig_packet(unit, SIDE_OUTSIDE, &syn);
        ck_assert_uint_ne(rig_forwarded(unit, SIDE_INSIDE)->destination_ip, first);
        first = rig_forwarded(unit, SIDE_INSIDE)->destination_ip;
        struct packet answer = rig_from_server(first - RIG_REAL_IP, RIG_CLIENT, RIG_PORT,
                                               TCP_SYN | TCP_ACK, 5000, 1001);
        rig_packet(unit, SIDE_INSIDE, &answer);
        ck_assert_uint_eq(rig_forwarded(unit, SIDE_OUTSIDE)->source_port, port);
    }
    struct packet syn = rig_from_client(RIG_CLIENT, RIG_PORT, TCP_SYN, 1000, 0);
    syn.destination_port = 82;
    rig_packet(unit, SIDE_OUTSIDE, &syn);
    rig_assert_dropped(unit, NOTE_REFUSED, DROP_COLLISION);
}
END_TEST

/* The service of figure 1: one published address; a preferred client has a server of its
 * own on another port, unwelcome ones are sent to a machine that turns them away, anybody
 * else is balanced over the rest. Clients see the one address only (R-203, R-204, R-205,
 *
 * A client assigned elsewhere is treated so from its next connection on; the one it has
 * stays, and needs no look at any other table than its own. The standby is
 * told which instance it was. */
static const struct {
    unsigned client;
    uint32_t first, last; /* the machines that may serve it */
    uint16_t port;
    uint16_t bind_id;
} guests[] = {
    {1, 3, 3, 8001, 1}, {63, 1, 2, 80, 0},  {64, 4, 4, 80, 2},
    {127, 4, 4, 80, 2}, {128, 1, 2, 80, 0},
};

static void set_up_figure_1(struct rig_unit *one)
{
    static const char *const lines[] = {
        "real 10.0.1.3:8001", "real 10.0.1.4:80", "virtual 192.0.2.80:80:1",
        "virtual 192.0.2.80:80:2", "bind 192.0.2.80:80:1 10.0.1.3:8001",
        "bind 192.0.2.80:80:2 10.0.1.4:80", "replicate 192.0.2.80",
        "assign 192.0.2.80:80:1 198.51.100.1",
        "assign 192.0.2.80:80:2 198.51.100.64 255.255.255.192",
    };
    for (unsigned i = 0; i < G_N_ELEMENTS(lines); i++)
        rig_command(one, lines[i]);
}

START_TEST(serves_each_client_by_its_instance)
{
    unsigned client = guests[_i].client;
    struct connection_view view;
    set_up_figure_1(unit);
    set_up_figure_1(&rig.units[1]);
    struct packet packet = rig_from_client(client, RIG_PORT, TCP_SYN, 1000, 0);
    rig_packet(unit, SIDE_OUTSIDE, &packet);
    const struct packet syn = *rig_forwarded(unit, SIDE_INSIDE);
    ck_assert_uint_ge(syn.destination_ip, RIG_REAL_IP + guests[_i].first);
    ck_assert_uint_le(syn.destination_ip, RIG_REAL_IP + guests[_i].last);
    ck_assert_uint_eq(syn.destination_port, guests[_i].port);
    packet = rig_from_server(syn.destination_ip - RIG_REAL_IP, client, RIG_PORT,
                             TCP_SYN | TCP_ACK, 5000, 1001);
    packet.source_port = guests[_i].port;
    rig_packet(unit, SIDE_INSIDE, &packet);
    ck_assert_uint_eq(rig_forwarded(unit, SIDE_OUTSIDE)->source_ip, RIG_VIRTUAL_IP);
    ck_assert_uint_eq(rig_forwarded(unit, SIDE_OUTSIDE)->source_port, 80);
    packet = rig_from_client(client, RIG_PORT, TCP_ACK, 1001, 5001);
    rig_packet(unit, SIDE_OUTSIDE, &packet);
    rig_deliver(unit);
    ck_assert(rig_knows(&rig.units[1], client, RIG_PORT, &view));
    ck_assert_uint_eq(view.bind_id, guests[_i].bind_id);

    rig_command(unit, "assign 192.0.2.80:80:2 0.0.0.0 0.0.0.0");
    rig_command(unit, "assign 192.0.2.80:80:2 198.51.100.1");
    rig_packet(unit, SIDE_OUTSIDE, &packet);
    ck_assert_uint_eq(rig_forwarded(unit, SIDE_INSIDE)->destination_ip, syn.destination_ip);
    packet = rig_from_client(client, RIG_PORT + 1, TCP_SYN, 1000, 0);
    rig_packet(unit, SIDE_OUTSIDE, &packet);
    ck_assert_uint_eq(rig_forwarded(unit, SIDE_INSIDE)->destination_ip, RIG_REAL_IP + 4);
}
END_TEST

/* A burst of requests is spread, each counted when its machine is chosen. */
START_TEST(spreads_a_burst)
{
    unsigned served[3] = {0};
    for (uint16_t port = 1000; port < 1100; port++) {
        struct packet syn = rig_from_client(RIG_CLIENT, port, TCP_SYN, 1000, 0);
        rig_packet(unit, SIDE_OUTSIDE, &syn);
        served[rig_forwarded(unit, SIDE_INSIDE)->destination_ip - RIG_REAL_IP]++;
    }
    ck_assert_uint_eq(served[1], 50);
    ck_assert_uint_eq(served[2], 50);
}
END_TEST

/* The machine of an established connection is taken out of service: its packets go
 * there all the same, a new request does not. */
START_TEST(stays_with_its_machine)
{
    unsigned server = rig_open(unit, RIG_CLIENT, RIG_PORT);
    rig_command(unit, server == 1 ? "out-of-service 10.0.1.1:80" : "out-of-service 10.0.1.2:80");
    rig_client(unit, TCP_ACK, 1001, 5001);
    ck_assert_uint_eq(rig_forwarded(unit, SIDE_INSIDE)->destination_ip, RIG_REAL_IP + server);
    for (uint16_t port = 1; port < 10; port++)
        ck_assert_uint_ne(rig_open(unit, RIG_CLIENT, port), server);
}
END_TEST

/* The table is full: the request is refused and logged, and served once there is room
 * (R-121). */
START_TEST(refuses_when_full)
{
    rig.max_connections = 3;
    rig_start(&rig, 0, ROLE_ACTIVE);
    for (uint16_t port = 1; port <= 3; port++)
        rig_open(unit, RIG_CLIENT, port);
    rig_client(unit, TCP_SYN, 1000, 0);
    rig_assert_dropped(unit, NOTE_REFUSED, DROP_TABLE_FULL);
    rig_note(unit, NOTE_TABLE_FULL);
    struct packet reset = rig_from_client(RIG_CLIENT, 2, TCP_RST, 1001, 0);
    rig_packet(unit, SIDE_OUTSIDE, &reset);
    rig_open(unit, RIG_CLIENT, RIG_PORT);
    ck_assert_int_eq(rig_view(unit).state, CONN_ACTIVE);
}
END_TEST

Suite *traffic_suite(void)
{
    Suite *suite = suite_create("traffic");
    TCase *tcase = tcase_create("traffic");
    tcase_add_checked_fixture(tcase, set_up, tear_down);
    tcase_add_loop_test(tcase, refuses_strangers, 0, 2 * G_N_ELEMENTS(strangers));
    tcase_add_loop_test(tcase, drops_unknown_outbound, 0, 2);
    tcase_add_test(tcase, standby_is_deaf);
    tcase_add_test(tcase, drops_other_protocols);
    tcase_add_test(tcase, keeps_reverse_keys_apart);
    tcase_add_loop_test(tcase, serves_each_client_by_its_instance, 0, G_N_ELEMENTS(guests));
    tcase_add_test(tcase, spreads_a_burst);
    tcase_add_test(tcase, stays_with_its_machine);
    tcase_add_test(tcase, refuses_when_full);
    suite_add_tcase(suite, tcase);
    return suite;
}
