/* Clients and servers that speak UDP: requests that are repeated, answers in parts, and
 * what a server that does not know the client does to it. */
#include "tests/node/suites.h"
#include "tests/node/town.h"

static struct town town;
static struct workload_spec *asking;

static void setup(void)
{
    town_init(&town);
    asking = town_workload(&town, 0);
    asking->rate = 0.001;
    asking->retry_time = NSTIME_S;
    asking->retries = 6;
    asking->requests = distribution_constant(2);
    town.scenario.duration = 2000 * NSTIME_S;
    ((struct virtual_spec *)g_ptr_array_index(town.scenario.virtuals, 0))->protocol =
        PROTOCOL_UDP;
    for (unsigned i = 0; i < 2; i++)
        town_real(&town, i)->protocol = PROTOCOL_UDP;
}

static void teardown(void)
{
    town_clear(&town);
}

static struct connection *open_one(void)
{
    return town_open_first(&town);
}

/* Two requests of one datagram, each answer of 3,000 bytes in three: eight datagrams and
 * nothing else, all bytes as they should be; the first answer establishes, the last
 * closes, and nobody keeps anything. */
START_TEST(two_exchanges)
{
    static const uint16_t lengths[] = { 400, 1472, 1472, 56 };
    open_one();
    town_run_for(&town, 2 * NSTIME_S);
    struct traffic_count count = traffic_count(town.traffic);
    ck_assert_uint_eq(count.established, 1);
    ck_assert_uint_eq(count.closed, 1);
    ck_assert_uint_eq(count.corrupt, 0);
    ck_assert_uint_eq(count.open + count.server_sockets, 0);
    ck_assert_uint_eq(count.retransmissions, 0);
    ck_assert_uint_eq(town.answered, 2);
    ck_assert_uint_eq(town.log->len, 8);
    for (guint i = 0; i < 8; i++) {
        const struct packet *packet = &g_array_index(town.log, struct town_packet, i).packet;
        ck_assert_uint_eq(packet->protocol, PROTOCOL_UDP);
        ck_assert_uint_eq(packet->flags, 0);
        ck_assert_uint_eq(packet->payload_length, lengths[i % 4]);
        ck_assert_uint_eq(packet->sequence, i / 4);
    }
    nstime first = g_array_index(town.log, struct town_packet, 0).at;
    nstime second = g_array_index(town.log, struct town_packet, 4).at;
    ck_assert_int_eq(second - first, 500 * NSTIME_MS + 2 * town.delay);
}
END_TEST

/* Nobody answers: the request goes again after 1, 3, 7, 15, 31 and 63 s, and is given up
 * after 127 s, as a SYN is; with two retries of 100 ms, after 100, 300 and 700 ms; an
 * application that waits for 5 s only sees three of them. It was refused where it never
 * had an answer, and timed out where it had one. */
START_TEST(retry_schedule)
{
    static const struct {
        bool established;
        nstime retry_time, patience;
        unsigned retries;
        nstime sent[7], over;
        unsigned count;
        enum connection_end end;
    } rows[] = {
        { false, 1000, 0, 6, { 0, 1000, 3000, 7000, 15000, 31000, 63000 }, 127000, 7,
          CONNECTION_REFUSED },
        { true, 100, 0, 2, { 0, 100, 300 }, 700, 3, CONNECTION_TIMED_OUT },
        { true, 1000, 5000, 6, { 0, 1000, 3000 }, 5000, 3, CONNECTION_GAVE_UP },
    };
    asking->retry_time = rows[_i].retry_time * NSTIME_MS;
    asking->retries = rows[_i].retries;
    asking->application_timeout =
        rows[_i].patience == 0 ? NSTIME_NEVER : rows[_i].patience * NSTIME_MS;
    town.cut_to = rows[_i].established ? 0 : NSTIME_NEVER;
    struct connection *connection = open_one();
    if (rows[_i].established) {
        town_run_to_phase(&town, PHASE_OPEN_IDLE);
        town.cut_to = NSTIME_NEVER;
        town_run_to_phase(&town, PHASE_CLOSING);
    }
    unsigned before = rows[_i].established; /* the request that was answered */
    nstime start = connection->request_sent;
    town_run_for(&town, 200 * NSTIME_S);
    ck_assert_uint_eq(town_count(&town, SIDE_OUTSIDE, 0, 0), before + rows[_i].count);
    for (unsigned i = 0; i < rows[_i].count; i++)
        ck_assert_int_eq(town_find(&town, SIDE_OUTSIDE, 0, 0, before + i)->at - start,
                         rows[_i].sent[i] * NSTIME_MS);
    ck_assert_int_eq(town_ended(&town, 0)->end, rows[_i].end);
    ck_assert_int_eq(town_ended(&town, 0)->at - start, rows[_i].over * NSTIME_MS);
}
END_TEST

/* The middle part of an answer is lost: the request goes again, the whole answer comes
 * again, and is told once; what was there already is no progress. */
START_TEST(a_part_is_lost)
{
    asking->requests = distribution_constant(1);
    town.lose = 2;
    struct connection *connection = open_one();
    nstime start = connection->request_sent;
    town_run_for(&town, 5 * NSTIME_S);
    ck_assert_uint_eq(town_count(&town, SIDE_OUTSIDE, 0, 0), 2);
    ck_assert_uint_eq(town_count(&town, SIDE_INSIDE, 0, 0), 6);
    ck_assert_uint_eq(town.answered, 1);
    ck_assert_uint_eq(traffic_count(town.traffic).retransmissions, 1);
    /* first, second: the middle part of the second answer makes it whole */
    ck_assert_int_eq(town_ended(&town, 0)->at - start, NSTIME_S + 2 * town.delay);
    ck_assert_int_eq(town_ended(&town, 0)->end, CONNECTION_CLOSED);
}
END_TEST

/* Its next request reaches another server, which answers all the same: to the client that
 * is the end, and the observer was told where it went. */
START_TEST(another_server_answers)
{
    struct connection *connection = open_one();
    town_run_to_phase(&town, PHASE_OPEN_IDLE);
    int server = connection->server;
    town.shift = 1;
    town_run_for(&town, 2 * NSTIME_S);
    ck_assert_uint_eq(town.answered, 1);
    ck_assert_int_eq(town_ended(&town, 0)->end, CONNECTION_MISSERVED);
    ck_assert_uint_eq(traffic_count(town.traffic).misserved, 1);
    ck_assert_uint_eq(town.strayed, 1);
    ck_assert_int_eq(server + (int)town.last_stray, 1);
}
END_TEST

/* The first request went to one server, whose answer was lost, and its copy to another,
 * which answered: nobody was known before, so that one it is. */
START_TEST(the_first_answer_names_the_server)
{
    town.cut_from = NSTIME_MS / 2;
    open_one();
    nstime start = engine_now(town.engine);
    town.cut_from = start + 1;
    town.cut_to = start + NSTIME_S / 2;
    town_run_for(&town, NSTIME_S / 2);
    int first = traffic_first(town.traffic)->server;
    town.shift = 1;
    town_run_to_phase(&town, PHASE_OPEN_IDLE);
    ck_assert_int_eq(first + traffic_first(town.traffic)->server, 1);
    town_run_for(&town, 2 * NSTIME_S);
    ck_assert_int_eq(town_ended(&town, 0)->end, CONNECTION_CLOSED);
    ck_assert_uint_eq(town.strayed, 0);
}
END_TEST

/* Established by the first answer, idle in thought, waiting and receiving while there is
 * more to ask, closing with the last request. */
START_TEST(phases)
{
    static const enum connection_phase order[] = {
        PHASE_HANDSHAKE, PHASE_OPEN_IDLE, PHASE_OPEN_WAITING, PHASE_OPEN_RECEIVING,
        PHASE_OPEN_IDLE, PHASE_CLOSING,
    };
    asking->requests = distribution_constant(3);
    struct connection *connection = open_one();
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

/* The roll call: who is idle asks at once, who waits when the answer is here; either way
 * that is the last request. That nothing more is opened ends nobody who has more to ask. */
START_TEST(roll_call)
{
    asking->requests = distribution_constant(100);
    struct connection *connection = open_one();
    town_run_to_phase(&town, PHASE_OPEN_IDLE);
    if (_i == 1)
        town_run_to_phase(&town, PHASE_OPEN_WAITING);
    nstime now = engine_now(town.engine);
    unsigned answered = town.answered;
    traffic_stop_opening(town.traffic);
    ck_assert_ptr_eq(traffic_first(town.traffic), connection);
    traffic_ask(town.traffic, connection);
    town_run_for(&town, NSTIME_S / 10);
    ck_assert_uint_eq(town.answered, answered + 1 + (unsigned)_i);
    ck_assert_int_eq(town_ended(&town, 0)->end, CONNECTION_CLOSED);
    ck_assert_int_eq(town_ended(&town, 0)->at - now, (1 + _i) * 2 * town.delay);
}
END_TEST

/* A server that is cut off gets nothing and answers nothing; its client is found by
 * tuple and protocol, and not by those of TCP. */
START_TEST(a_server_is_cut_off)
{
    struct connection *connection = open_one();
    struct flow flow = {
        .foreign = { connection->client_ip, connection->client_port },
        .local = { TOWN_VIRTUAL_IP, 80 },
        .protocol = PROTOCOL_UDP,
    };
    ck_assert_ptr_eq(traffic_by_flow(town.traffic, &flow), connection);
    flow.protocol = PROTOCOL_TCP;
    ck_assert_ptr_null(traffic_by_flow(town.traffic, &flow));
    town_run_to_phase(&town, PHASE_OPEN_IDLE);
    traffic_fail_server(town.traffic, (unsigned)connection->server, true);
    town_run_for(&town, 200 * NSTIME_S);
    ck_assert_uint_eq(town.answered, 1);
    ck_assert_int_eq(town_ended(&town, 0)->end, CONNECTION_TIMED_OUT);
}
END_TEST

Suite *udp_suite(void)
{
    Suite *suite = suite_create("udp");
    TCase *tcase = tcase_create("udp");
    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_add_test(tcase, two_exchanges);
    tcase_add_loop_test(tcase, retry_schedule, 0, 3);
    tcase_add_test(tcase, a_part_is_lost);
    tcase_add_test(tcase, another_server_answers);
    tcase_add_test(tcase, the_first_answer_names_the_server);
    tcase_add_test(tcase, phases);
    tcase_add_loop_test(tcase, roll_call, 0, 2);
    tcase_add_test(tcase, a_server_is_cut_off);
    suite_add_tcase(suite, tcase);
    return suite;
}
