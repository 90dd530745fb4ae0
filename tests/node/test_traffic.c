/* Clients and servers together: one connection's life, and many connections' luck. */
#include "tests/node/suites.h"
#include "tests/node/town.h"

#include "sim/node/client.h"

#include <string.h>

static struct town town;
static struct workload_spec *web;

static void setup(void)
{
    town_init(&town);
    web = town_workload(&town, 0);
}

static void teardown(void)
{
    town_clear(&town);
}

/* One connection only, opened at once and left alone. */
static struct connection *open_one(void)
{
    web->rate = 0.001;
    town.scenario.duration = 2000 * NSTIME_S;
    return town_open_first(&town);
}

/* ---- one connection */

/* It opens, asks once, is answered and closes: eleven packets in the order of the
 * textbook, all bytes checked, and nothing is left at the servers. */
START_TEST(one_exchange)
{
    static const uint8_t flags[] = {
        TCP_SYN, TCP_SYN | TCP_ACK, TCP_ACK, TCP_ACK | TCP_PSH, TCP_ACK, TCP_ACK,
        TCP_ACK | TCP_PSH, TCP_ACK, TCP_ACK | TCP_FIN, TCP_ACK | TCP_FIN, TCP_ACK,
    };
    open_one();
    town_run_for(&town, NSTIME_S);
    struct traffic_count count = traffic_count(town.traffic);
    ck_assert_uint_eq(count.opened, 1);
    ck_assert_uint_eq(count.established, 1);
    ck_assert_uint_eq(count.closed, 1);
    ck_assert_uint_eq(count.corrupt, 0);
    ck_assert_uint_eq(count.open, 0);
    ck_assert_uint_eq(count.server_sockets, 0);
    ck_assert_uint_eq(count.retransmissions, 0);
    ck_assert_uint_eq(town.answered, 1);
    ck_assert_int_eq(town_ended(&town, 0)->end, CONNECTION_CLOSED);
    ck_assert_uint_eq(town.log->len, G_N_ELEMENTS(flags));
    for (guint i = 0; i < town.log->len; i++)
        ck_assert_uint_eq(g_array_index(town.log, struct town_packet, i).packet.flags, flags[i]);
}
END_TEST

/* Every packet carries the connection's number + 1, and each sender counts its own from
 * 0, retransmissions too. */
START_TEST(identity_of_packets)
{
    town.lose_every = 7;
    town.scenario.duration = 3 * NSTIME_S;
    town_start(&town);
    town_run(&town, 20 * NSTIME_S);
    uint32_t next[2][4] = { { 0 } };
    for (guint i = 0; i < town.log->len; i++) {
        const struct town_packet *entry = &g_array_index(town.log, struct town_packet, i);
        ck_assert_uint_ge(entry->packet.tag, 1);
        ck_assert_uint_le(entry->packet.tag, 3);
        uint32_t *serial = &next[entry->from][entry->packet.tag];
        if (entry->packet.flags == (TCP_SYN | TCP_ACK) && *serial == 0)
            *serial = entry->packet.serial; /* 65536 times that of the SYN it answers */
        ck_assert_uint_eq(entry->packet.serial, (*serial)++);
    }
    ck_assert_uint_gt(traffic_count(town.traffic).retransmissions, 3);
    ck_assert_uint_eq(traffic_count(town.traffic).closed, 3);
}
END_TEST

/* A connection of two requests passes through the phases in their order. */
START_TEST(phases)
{
    static const enum connection_phase order[] = {
        PHASE_HANDSHAKE, PHASE_OPEN_WAITING, PHASE_OPEN_RECEIVING, PHASE_OPEN_IDLE,
        PHASE_OPEN_WAITING, PHASE_OPEN_RECEIVING, PHASE_CLOSING,
    };
    web->requests = distribution_constant(2);
    web->response_size = distribution_constant(30000);
    struct connection *connection = open_one();
    ck_assert_int_eq(connection->opened, engine_now(town.engine));
    ck_assert_int_eq(connection->established, NSTIME_NEVER);
    unsigned seen = 0;
    enum connection_phase before = PHASE_COUNT;
    while (traffic_first(town.traffic) != NULL) {
        enum connection_phase phase = connection_phase(connection);
        if (phase != before)
            ck_assert_int_eq(phase, order[seen++]);
        before = phase;
        ck_assert(engine_step(town.engine, NSTIME_NEVER));
    }
    ck_assert_uint_eq(seen, G_N_ELEMENTS(order));
}
END_TEST

static void be_slow(void)
{
    for (unsigned i = 0; i < 2; i++)
        town_real(&town, i)->service_time = distribution_constant(20e6);
}

/* The client shuts its side with the request: half closed until the answer is whole,
 * over which the server takes its time. */
START_TEST(half_close)
{
    be_slow();
    web->half_close = true;
    web->response_size = distribution_constant(30000);
    open_one();
    town_run_to_phase(&town, PHASE_HALF_CLOSED);
    traffic_ask(town.traffic, traffic_first(town.traffic)); /* left alone */
    town_run_for(&town, NSTIME_S);
    ck_assert_int_eq(town_ended(&town, 0)->end, CONNECTION_CLOSED);
    ck_assert_uint_eq(town.answered, 1);
    const struct town_packet *request = town_find(&town, SIDE_OUTSIDE, TCP_PSH, 0, 0);
    ck_assert(request->packet.flags & TCP_FIN);
}
END_TEST

/* A server takes 20 ms over a request: its answer leaves so much later, and carries the
 * acknowledgement of the request. */
START_TEST(service_time)
{
    be_slow();
    open_one();
    town_run_for(&town, NSTIME_S);
    nstime request = town_find(&town, SIDE_OUTSIDE, TCP_PSH, 0, 0)->at;
    nstime answer = town_find(&town, SIDE_INSIDE, TCP_ACK, TCP_SYN, 0)->at;
    ck_assert_int_eq(answer - request, town.delay + 20 * NSTIME_MS);
}
END_TEST

/* Five requests with half a second of thought: request_sent moves on, each answer is
 * told once. */
START_TEST(think_time)
{
    web->requests = distribution_constant(5);
    open_one();
    town_run_for(&town, 10 * NSTIME_S);
    ck_assert_uint_eq(town.answered, 5);
    ck_assert_uint_eq(town_count(&town, SIDE_OUTSIDE, TCP_PSH, 0), 5);
    for (unsigned i = 1; i < 5; i++) {
        nstime gap = town_find(&town, SIDE_OUTSIDE, TCP_PSH, 0, i)->at
                     - town_find(&town, SIDE_OUTSIDE, TCP_PSH, 0, i - 1)->at;
        ck_assert_int_eq(gap, 500 * NSTIME_MS + 2 * town.delay);
    }
}
END_TEST

/* ---- ends */

/* Nobody is there: the handshake is refused after 127 s, or the application gives up
 * before, 5 s after its SYN; a connection that was open gives up 5 s after its request,
 * by RST. */
START_TEST(patience)
{
    static const nstime ends[] = { 127 * NSTIME_S, 5 * NSTIME_S, 5 * NSTIME_S };
    static const enum connection_end how[] = { CONNECTION_REFUSED, CONNECTION_GAVE_UP,
                                               CONNECTION_GAVE_UP };
    if (_i > 0)
        web->application_timeout = 5 * NSTIME_S;
    town.cut_to = NSTIME_NEVER;
    town.cut_from = _i == 2 ? NSTIME_NEVER : 0;
    struct connection *connection = open_one();
    nstime start = connection->opened;
    if (_i == 2) {
        town_run_to_phase(&town, PHASE_OPEN_WAITING);
        town.cut_from = 0;
        start = connection->request_sent;
    }
    town_run_for(&town, 200 * NSTIME_S);
    ck_assert_int_eq(town_ended(&town, 0)->end, how[_i]);
    ck_assert_int_eq(town_ended(&town, 0)->at - start, ends[_i]);
    ck_assert_uint_eq(town_count(&town, SIDE_OUTSIDE, TCP_RST, 0), _i == 2);
}
END_TEST

/* The network dies for good while a request is out: TCP's retries are spent. While the
 * client has nothing to send, nothing happens at all. */
START_TEST(retries_spent)
{
    open_one();
    town_run_to_phase(&town, PHASE_OPEN_WAITING);
    town.cut_to = NSTIME_NEVER;
    town_run_for(&town, 1800 * NSTIME_S);
    ck_assert_int_eq(town_ended(&town, 0)->end, CONNECTION_TIMED_OUT);
    ck_assert_uint_eq(traffic_count(town.traffic).timed_out, 1);
}
END_TEST

/* Packets go to the other machine: it has no socket and answers by RST, at exactly the
 * number that the client expects. The stray is told before the end. */
START_TEST(stray)
{
    web->requests = distribution_constant(2);
    struct connection *connection = open_one();
    town_run_to_phase(&town, PHASE_OPEN_IDLE);
    ck_assert_int_eq(connection->server, 1);
    town.shift = 1;
    town_run_for(&town, 2 * NSTIME_S);
    ck_assert_uint_ge(town.strayed, 1);
    ck_assert_uint_eq(town.last_stray, 0);
    ck_assert_int_eq(town_ended(&town, 0)->end, CONNECTION_RESET);
    ck_assert_uint_eq(traffic_count(town.traffic).server_sockets, 1); /* the orphan */
}
END_TEST

/* The first SYN-ACK is lost and the repeated SYN goes to the other machine, whose
 * connection it becomes; the bytes are that server's. */
START_TEST(second_syn_elsewhere)
{
    town.lose = 1;
    struct connection *connection = open_one();
    town_run_for(&town, 10 * NSTIME_MS);
    ck_assert_int_eq(connection->server, 1);
    town.shift = 1;
    town_run_for(&town, 5 * NSTIME_S);
    ck_assert_int_eq(town_ended(&town, 0)->end, CONNECTION_CLOSED);
    ck_assert_uint_eq(town.strayed, 0);
    ck_assert_uint_eq(traffic_count(town.traffic).corrupt, 0);
    ck_assert_uint_eq(traffic_count(town.traffic).server_sockets, 1); /* half open */
    town_run_for(&town, 100 * NSTIME_S);
    ck_assert_uint_eq(traffic_count(town.traffic).server_sockets, 0);
}
END_TEST

/* A machine at whose port nobody listens refuses; an address that no machine has is
 * silent. */
START_TEST(nobody_listens)
{
    for (unsigned i = 0; i < 2; i++) {
        if (_i == 0)
            town_real(&town, i)->port = 81;
        else
            town_real(&town, i)->ip += 100;
    }
    open_one();
    town_run_for(&town, 500 * NSTIME_MS);
    ck_assert_uint_eq(traffic_count(town.traffic).refused, _i == 0);
    town_run_for(&town, 127 * NSTIME_S);
    ck_assert_uint_eq(traffic_count(town.traffic).refused, 1);
}
END_TEST

/* Whatever is lost, every connection closes in order with all its bytes. */
START_TEST(steady_loss)
{
    town.lose_every = _i;
    web->requests = distribution_constant(3);
    web->rate = 5;
    town.scenario.duration = 10 * NSTIME_S;
    town_start(&town);
    town_run(&town, 600 * NSTIME_S);
    struct traffic_count count = traffic_count(town.traffic);
    ck_assert_uint_eq(count.opened, 50);
    ck_assert_uint_eq(count.closed, 50);
    ck_assert_uint_eq(count.corrupt, 0);
    ck_assert_uint_eq(town.answered, 150);
    ck_assert_uint_eq(count.open, 0);
    ck_assert_uint_eq(count.server_sockets, 0);
}
END_TEST

/* ---- the roll call */

/* Asked while idle: the request leaves in the same instant, and the connection closes
 * after its answer, whatever it had planned. */
START_TEST(ask_idle)
{
    web->requests = distribution_constant(100);
    web->think_time = distribution_constant(100e9);
    struct connection *connection = open_one();
    town_run_to_phase(&town, PHASE_OPEN_IDLE);
    town_run_for(&town, 10 * NSTIME_S);
    traffic_ask(town.traffic, connection);
    traffic_stop_opening(town.traffic);
    ck_assert_int_eq(connection->request_sent, engine_now(town.engine));
    ck_assert_int_eq(connection_phase(connection), PHASE_OPEN_WAITING);
    town_run_for(&town, NSTIME_S);
    ck_assert_int_eq(town_ended(&town, 0)->end, CONNECTION_CLOSED);
    ck_assert_uint_eq(town.answered, 2);
}
END_TEST

/* Asked while a request is out: one more follows its answer at once, and then nothing,
 * whether openings have stopped or not. */
START_TEST(ask_waiting)
{
    web->requests = distribution_constant(100);
    struct connection *connection = open_one();
    town_run_to_phase(&town, _i % 2 == 0 ? PHASE_OPEN_WAITING : PHASE_OPEN_RECEIVING);
    traffic_ask(town.traffic, connection);
    if (_i < 2)
        traffic_stop_opening(town.traffic);
    town_run_for(&town, 100 * NSTIME_MS);
    ck_assert_int_eq(town_ended(&town, 0)->end, CONNECTION_CLOSED);
    ck_assert_uint_eq(town.answered, 2);
}
END_TEST

/* Asked in its last planned request: still one more. */
START_TEST(ask_last)
{
    struct connection *connection = open_one();
    town_run_to_phase(&town, PHASE_OPEN_WAITING);
    traffic_ask(town.traffic, connection);
    town_run_for(&town, NSTIME_S);
    ck_assert_uint_eq(town.answered, 2);
    ck_assert_int_eq(town_ended(&town, 0)->end, CONNECTION_CLOSED);
}
END_TEST

/* Asked in the handshake or while closing: no effect. */
START_TEST(ask_in_vain)
{
    struct connection *connection = open_one();
    town_run_to_phase(&town, _i == 0 ? PHASE_HANDSHAKE : PHASE_CLOSING);
    traffic_ask(town.traffic, connection);
    town_run_for(&town, NSTIME_S);
    ck_assert_uint_eq(town.answered, 1);
    ck_assert_uint_eq(traffic_count(town.traffic).closed, 1);
}
END_TEST

/* Openings stop: nothing is opened any more, the idle close at once, and who waits for
 * an answer closes after it. */
START_TEST(stop_opening)
{
    web->requests = distribution_constant(100);
    web->think_time = distribution_constant(100e9);
    web->rate = 10;
    town_start(&town);
    town_run(&town, 5 * NSTIME_S);
    uint64_t opened = traffic_count(town.traffic).opened;
    ck_assert_uint_eq(opened, 50);
    traffic_stop_opening(town.traffic);
    for (struct connection *c = traffic_first(town.traffic); c != NULL; c = traffic_next(c))
        ck_assert_int_ne(connection_phase(c), PHASE_OPEN_IDLE);
    town_run_for(&town, 10 * NSTIME_S);
    ck_assert_uint_eq(traffic_count(town.traffic).opened, opened);
    ck_assert_uint_eq(traffic_count(town.traffic).closed, opened);
}
END_TEST

/* ---- many */

/* The walk shows the live connections in order of opening, and only them; each is found
 * by its tag and by its tuple. */
START_TEST(walk)
{
    uint32_t most = 0;
    web->rate = 400;
    web->requests = (struct distribution){ .kind = DISTRIBUTION_GEOMETRIC, .mean = 4 };
    town_start(&town);
    for (unsigned second = 1; second <= 10; second++) {
        town_run(&town, second * NSTIME_S);
        uint32_t live = 0;
        int64_t before = -1;
        for (struct connection *c = traffic_first(town.traffic); c != NULL; c = traffic_next(c)) {
            struct flow flow = {
                .foreign = { c->client_ip, c->client_port },
                .local = { TOWN_VIRTUAL_IP, 80 },
                .protocol = PROTOCOL_TCP,
            };
            ck_assert_ptr_eq(traffic_by_tag(town.traffic, c->number + 1), c);
            ck_assert_ptr_eq(traffic_by_flow(town.traffic, &flow), c);
            flow.foreign.ip ^= 0x80000000u;
            ck_assert_ptr_null(traffic_by_flow(town.traffic, &flow));
            ck_assert_int_gt(c->number, before);
            before = c->number;
            live++;
        }
        ck_assert_uint_eq(live, traffic_count(town.traffic).open);
        most = MAX(most, live);
        ck_assert_uint_eq(live + town.ends->len, town.opened);
    }
    ck_assert_uint_gt(most, 520); /* more than the table begins with */
    ck_assert_uint_gt(town.ends->len, 500);
    ck_assert_ptr_null(traffic_by_tag(town.traffic, town_ended(&town, 0)->number + 1));
    ck_assert_ptr_null(traffic_by_tag(town.traffic, 0));
}
END_TEST

/* One client opens more connections than it has ports, each quickly done: all 28,232
 * are used before one comes again, and while all are in TIME_WAIT nothing is opened. */
START_TEST(ports_run_out)
{
    web->clients = 1;
    web->rate = 1000;
    web->response_size = distribution_constant(1);
    town_start(&town);
    town_run(&town, 29 * NSTIME_S);
    struct traffic_count count = traffic_count(town.traffic);
    ck_assert_uint_eq(count.opened, PORT_COUNT);
    ck_assert_uint_eq(count.opened + count.without_port, 29000);
    ck_assert_uint_eq(count.closed, count.opened);
    bool used[PORT_COUNT] = { false };
    for (unsigned i = 0; i < count.opened; i++) {
        static guint from;
        const struct packet *packet;
        do
            packet = &g_array_index(town.log, struct town_packet, from++).packet;
        while (!packet_is_request(packet));
        ck_assert_uint_ge(packet->source_port, PORT_FIRST);
        ck_assert(!used[packet->source_port - PORT_FIRST]);
        used[packet->source_port - PORT_FIRST] = true;
    }
}
END_TEST

/* What a workload sends, as far as others could have had a part in it: everything but
 * the numbering of connections. */
static GString *packets_of(const struct town *from, uint32_t network)
{
    GString *text = g_string_new(NULL);
    for (guint i = 0; i < from->log->len; i++) {
        const struct town_packet *entry = &g_array_index(from->log, struct town_packet, i);
        const struct packet *p = &entry->packet;
        uint32_t client = entry->from == SIDE_OUTSIDE ? p->source_ip : p->destination_ip;
        if (client - network >= 64)
            continue;
        g_string_append_printf(text, "%" G_GINT64_FORMAT " %d %x:%u %u %u %u %x %x %u\n",
                               entry->at, (int)entry->from, client, p->source_port, p->sequence,
                               p->acknowledgement, p->payload_length, p->flags, p->payload,
                               p->serial);
    }
    return text;
}

static void random_workload(struct workload_spec *spec)
{
    spec->arrivals = ARRIVAL_POISSON;
    spec->rate = 20;
    spec->requests = (struct distribution){ .kind = DISTRIBUTION_GEOMETRIC, .mean = 3 };
    spec->response_size =
        (struct distribution){ .kind = DISTRIBUTION_LOGNORMAL, .mean = 12000, .sigma = 1.2 };
    spec->think_time = (struct distribution){ .kind = DISTRIBUTION_EXPONENTIAL, .mean = 3e8 };
}

static void run_random(struct town *other, bool with_second)
{
    town_init(other);
    if (with_second)
        random_workload(town_add_workload(other, "batch"));
    random_workload(town_workload(other, 0));
    other->machines = 1; /* the same machine, whatever the number */
    town_start(other);
    town_run(other, 10 * NSTIME_S);
    ck_assert_uint_gt(other->opened, 100);
}

/* Two traffics with one key send the same packets in the same order. */
START_TEST(same_key_same_packets)
{
    struct town a, b;
    run_random(&a, true);
    run_random(&b, true);
    ck_assert_uint_eq(a.log->len, b.log->len);
    for (guint i = 0; i < a.log->len; i++)
        ck_assert_mem_eq(&g_array_index(a.log, struct town_packet, i).packet,
                         &g_array_index(b.log, struct town_packet, i).packet,
                         sizeof(struct packet));
    town_clear(&a);
    town_clear(&b);
}
END_TEST

/* A second workload goes away: the first sends the same packets at the same instants. */
START_TEST(others_do_not_matter)
{
    struct town with, without;
    run_random(&with, true);
    run_random(&without, false);
    GString *a = packets_of(&with, TOWN_CLIENT_IP);
    GString *b = packets_of(&without, TOWN_CLIENT_IP);
    ck_assert_uint_gt(a->len, 10000);
    ck_assert(strcmp(a->str, b->str) == 0);
    g_string_free(a, TRUE);
    g_string_free(b, TRUE);
    town_clear(&with);
    town_clear(&without);
}
END_TEST

/* Both ends of a connection together stay below the share of 1 kB that is theirs. */
START_TEST(memory)
{
    ck_assert_uint_le(sizeof(struct client), 256);
    ck_assert_uint_le(sizeof(struct tcp), 144);
}
END_TEST

Suite *traffic_suite(void)
{
    Suite *suite = suite_create("traffic");
    TCase *tcase = tcase_create("one connection");
    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_add_test(tcase, one_exchange);
    tcase_add_test(tcase, identity_of_packets);
    tcase_add_test(tcase, phases);
    tcase_add_test(tcase, half_close);
    tcase_add_test(tcase, service_time);
    tcase_add_test(tcase, think_time);
    tcase_add_loop_test(tcase, patience, 0, 3);
    tcase_add_test(tcase, retries_spent);
    tcase_add_test(tcase, stray);
    tcase_add_test(tcase, second_syn_elsewhere);
    tcase_add_loop_test(tcase, nobody_listens, 0, 2);
    suite_add_tcase(suite, tcase);
    tcase = tcase_create("roll call");
    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_add_test(tcase, ask_idle);
    tcase_add_loop_test(tcase, ask_waiting, 0, 4);
    tcase_add_test(tcase, ask_last);
    tcase_add_loop_test(tcase, ask_in_vain, 0, 2);
    tcase_add_test(tcase, stop_opening);
    suite_add_tcase(suite, tcase);
    tcase = tcase_create("many");
    tcase_set_timeout(tcase, 60); /* whatever else the machine does */
    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_add_loop_test(tcase, steady_loss, 3, 30);
    tcase_add_test(tcase, walk);
    tcase_add_test(tcase, ports_run_out);
    suite_add_tcase(suite, tcase);
    tcase = tcase_create("keys");
    tcase_add_test(tcase, same_key_same_packets);
    tcase_add_test(tcase, others_do_not_matter);
    tcase_add_test(tcase, memory);
    suite_add_tcase(suite, tcase);
    return suite;
}
