/* Connections that a server opens, at a port that its client has announced: active FTP's
 * data beside its control connection. */
#include "tests/node/suites.h"
#include "tests/node/town.h"

enum { DATA_PORT = 20 };

static struct town town;
static struct workload_spec *control, *data;

/* One machine with two ports: 80 for control, 20 to open from, as the second virtual. */
static void setup(void)
{
    town_init(&town);
    town.machines = 1;
    town.scenario.duration = 2000 * NSTIME_S;
    struct virtual_spec *virtual = g_new0(struct virtual_spec, 1);
    *virtual = (struct virtual_spec){ .ip = TOWN_VIRTUAL_IP, .port = DATA_PORT,
                                      .protocol = PROTOCOL_TCP };
    g_ptr_array_add(town.scenario.virtuals, virtual);
    town_real(&town, 1)->ip = TOWN_REAL_IP;
    town_real(&town, 1)->port = DATA_PORT;
    town_real(&town, 1)->seen_as = 2;
    control = town_workload(&town, 0);
    control->rate = 0.001;
    control->requests = distribution_constant(2);
    control->think_time = distribution_constant(3e9);
    data = town_add_workload(&town, "data");
    data->virtual = 1;
    data->beside = 1;
    data->opened_by_server = true;
    data->client_network = control->client_network;
    data->requests = distribution_constant(3);
    data->response_size = distribution_constant(30000);
}

static void teardown(void)
{
    town_clear(&town);
}

static bool is_data(const struct packet *packet)
{
    return packet->source_port == DATA_PORT || packet->destination_port == DATA_PORT;
}

/* The n-th packet of the data connection from a side with just these flags. */
static const struct town_packet *of_data(enum side from, unsigned flags, unsigned n)
{
    const struct town_packet *entry;
    for (unsigned i = 0; (entry = town_find(&town, from, flags, ~flags, i)) != NULL; i++)
        if (is_data(&entry->packet) && n-- == 0)
            return entry;
    return NULL;
}

static bool asked(void)
{
    return town_find(&town, SIDE_OUTSIDE, TCP_PSH, 0, 0) != NULL;
}

/* Until the control connection's first request has left, which announces the port. */
static void run_to_the_request(void)
{
    town_start(&town);
    while (!asked())
        ck_assert(engine_step(town.engine, NSTIME_NEVER));
}

/* The control connection's first request makes the server open: its SYN leaves port 20 for
 * the client's, the client answers, and bytes go both ways, all of them the expected; the
 * client closes both in order. */
START_TEST(data_goes_both_ways)
{
    run_to_the_request();
    town_run_for(&town, 20 * NSTIME_S);
    const struct town_packet *request = town_find(&town, SIDE_OUTSIDE, TCP_PSH, 0, 0);
    const struct town_packet *syn = of_data(SIDE_INSIDE, TCP_SYN, 0);
    const struct town_packet *syn_ack = of_data(SIDE_OUTSIDE, TCP_SYN | TCP_ACK, 0);
    ck_assert_int_eq(syn->at, request->at + town.delay);
    ck_assert_uint_eq(syn->packet.source_ip, TOWN_REAL_IP);
    ck_assert_int_eq(syn_ack->at, syn->at + town.delay);
    ck_assert_uint_eq(syn_ack->packet.source_port, syn->packet.destination_port);
    ck_assert_int_eq(of_data(SIDE_INSIDE, TCP_ACK, 0)->at, syn_ack->at + town.delay);
    struct traffic_count count = traffic_count(town.traffic);
    ck_assert_uint_eq(count.established, 2);
    ck_assert_uint_eq(count.closed, 2);
    ck_assert_uint_eq(count.corrupt + count.retransmissions, 0);
    ck_assert_uint_eq(count.server_sockets, 0);
    ck_assert_uint_eq(town.answered, 5);
}
END_TEST

/* From the client's view it is in the handshake from the announcement on, and open with the
 * server's ACK, served by the machine that opened it. */
START_TEST(as_its_client_sees_it)
{
    run_to_the_request();
    struct connection *connection = traffic_next(traffic_first(town.traffic));
    ck_assert_int_eq(connection->opened, traffic_first(town.traffic)->established);
    ck_assert_uint_eq(connection->virtual, 1);
    while (connection_phase(connection) == PHASE_HANDSHAKE)
        ck_assert(engine_step(town.engine, NSTIME_NEVER));
    ck_assert_int_eq(connection->established,
                     of_data(SIDE_INSIDE, TCP_ACK, 0)->at + town.delay);
    ck_assert_int_eq(connection->server, 1);
    ck_assert_int_eq(connection_phase(connection), PHASE_OPEN_WAITING);
    struct flow flow = {
        .foreign = { connection->client_ip, connection->client_port },
        .local = { TOWN_VIRTUAL_IP, DATA_PORT },
        .protocol = PROTOCOL_TCP,
    };
    ck_assert_ptr_eq(traffic_by_flow(town.traffic, &flow), connection);
}
END_TEST

/* Nothing passes once the request is on its way: the server's SYN goes again after 1, 3, 7,
 * 15, 31 and 63 s, and after 127 s it gives up; its client has waited as long. */
START_TEST(syn_schedule)
{
    static const int64_t seconds[] = { 0, 1, 3, 7, 15, 31, 63 };
    run_to_the_request();
    town.cut_from = 0;
    town.cut_to = NSTIME_NEVER;
    nstime announced = engine_now(town.engine);
    town_run_for(&town, 126 * NSTIME_S);
    ck_assert_uint_eq(traffic_count(town.traffic).server_sockets, 2);
    nstime first = of_data(SIDE_INSIDE, TCP_SYN, 0)->at;
    for (unsigned i = 0; i < G_N_ELEMENTS(seconds); i++)
        ck_assert_int_eq(of_data(SIDE_INSIDE, TCP_SYN, i)->at - first, seconds[i] * NSTIME_S);
    town_run_for(&town, 2 * NSTIME_S);
    ck_assert_ptr_null(of_data(SIDE_INSIDE, TCP_SYN, G_N_ELEMENTS(seconds)));
    ck_assert_uint_eq(traffic_count(town.traffic).server_sockets, 1);
    ck_assert_int_eq(town_ended(&town, 0)->end, CONNECTION_REFUSED);
    ck_assert_int_eq(town_ended(&town, 0)->at - announced, 127 * NSTIME_S);
}
END_TEST

/* Each packet of the opening lost in turn, the SYN, its answer and the last ACK: it opens
 * all the same, a second later. */
START_TEST(a_packet_of_the_opening_is_lost)
{
    static const struct {
        enum side from;
        unsigned flags;
    } packets[] = { { SIDE_INSIDE, TCP_SYN }, { SIDE_OUTSIDE, TCP_SYN | TCP_ACK },
                    { SIDE_INSIDE, TCP_ACK } };
    run_to_the_request();
    town_run_for(&town, NSTIME_S);
    const struct town_packet *lost = of_data(packets[_i].from, packets[_i].flags, 0);
    int64_t number = lost - (const struct town_packet *)(void *)town.log->data;
    teardown();
    setup();
    town.lose = number;
    run_to_the_request();
    town_run_for(&town, 20 * NSTIME_S);
    ck_assert(of_data(packets[_i].from, packets[_i].flags, 0)->lost);
    ck_assert_uint_eq(traffic_count(town.traffic).closed, 2);
    ck_assert_uint_eq(traffic_count(town.traffic).corrupt, 0);
}
END_TEST

/* A segment that is no SYN, to a port where a client waits, is answered by a RST and
 * changes nothing; a RST is not answered at all. */
START_TEST(who_waits_takes_only_a_syn)
{
    run_to_the_request();
    struct connection *connection = traffic_next(traffic_first(town.traffic));
    struct packet packet = {
        .source_ip = TOWN_VIRTUAL_IP, .destination_ip = connection->client_ip,
        .source_port = DATA_PORT, .destination_port = connection->client_port,
        .sequence = 1, .acknowledgement = 7, .protocol = PROTOCOL_TCP,
        .flags = _i == 0 ? TCP_ACK : TCP_RST | TCP_ACK, .tag = connection->number + 1,
    };
    traffic_deliver_client(town.traffic, &packet);
    ck_assert((of_data(SIDE_OUTSIDE, TCP_RST, 0) != NULL) == (_i == 0));
    town_run_for(&town, 20 * NSTIME_S);
    ck_assert_uint_eq(traffic_count(town.traffic).closed, 2);
}
END_TEST

/* Two connections beside one: both ports are announced, and both are opened. */
START_TEST(two_are_announced)
{
    struct workload_spec *more = town_add_workload(&town, "more");
    more->virtual = 1;
    more->beside = 1;
    more->opened_by_server = true;
    more->client_network = control->client_network;
    run_to_the_request();
    town_run_for(&town, 20 * NSTIME_S);
    ck_assert_ptr_nonnull(of_data(SIDE_INSIDE, TCP_SYN, 1));
    ck_assert_ptr_null(of_data(SIDE_INSIDE, TCP_SYN, 2));
    ck_assert_uint_eq(traffic_count(town.traffic).closed, 3);
    ck_assert_uint_eq(traffic_count(town.traffic).corrupt, 0);
}
END_TEST

/* The application's patience is over before the server's SYN comes: the client answers it by
 * a RST, and the server's end is gone as well. */
START_TEST(the_client_has_given_up)
{
    data->application_timeout = NSTIME_S;
    run_to_the_request();
    town.cut_from = engine_now(town.engine) + town.delay / 2;
    town.cut_to = engine_now(town.engine) + 2 * NSTIME_S;
    town_run_for(&town, 20 * NSTIME_S);
    ck_assert_int_eq(town_ended(&town, 0)->end, CONNECTION_GAVE_UP);
    ck_assert_ptr_nonnull(of_data(SIDE_OUTSIDE, TCP_RST | TCP_ACK, 0));
    ck_assert_uint_eq(traffic_count(town.traffic).server_sockets, 0);
    ck_assert_uint_eq(traffic_count(town.traffic).closed, 1);
}
END_TEST

Suite *server_opens_suite(void)
{
    Suite *suite = suite_create("server opens");
    TCase *tcase = tcase_create("server opens");
    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_add_test(tcase, data_goes_both_ways);
    tcase_add_test(tcase, as_its_client_sees_it);
    tcase_add_test(tcase, syn_schedule);
    tcase_add_loop_test(tcase, a_packet_of_the_opening_is_lost, 0, 3);
    tcase_add_loop_test(tcase, who_waits_takes_only_a_syn, 0, 2);
    tcase_add_test(tcase, two_are_announced);
    tcase_add_test(tcase, the_client_has_given_up);
    suite_add_tcase(suite, tcase);
    return suite;
}
