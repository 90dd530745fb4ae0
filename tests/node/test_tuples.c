/* Ports and tuples that come again ([workload] client-ports and time-wait). */
#include "tests/node/suites.h"
#include "tests/node/town.h"

static struct town town;
static struct workload_spec *web;

/* One client, a short connection each second. */
static void setup(void)
{
    town_init(&town);
    web = town_workload(&town, 0);
    web->clients = 1;
    web->rate = 1;
    web->client_ports = 3;
    web->response_size = distribution_constant(1);
}

static void teardown(void)
{
    town_clear(&town);
}

static GArray *ports_of_requests(void)
{
    GArray *ports = g_array_new(FALSE, FALSE, sizeof(uint16_t));
    for (guint i = 0; i < town.log->len; i++) {
        const struct packet *packet =
            &g_array_index(town.log, struct town_packet, i).packet;
        if (packet_is_request(packet))
            g_array_append_val(ports, packet->source_port);
    }
    return ports;
}

/* Without TIME_WAIT three ports go round for ever, each connection on the one after, and each
 * is accepted by the server and closed in order. */
START_TEST(few_ports_go_round)
{
    web->time_wait = 0;
    town_start(&town);
    town_run(&town, 30 * NSTIME_S);
    struct traffic_count count = traffic_count(town.traffic);
    ck_assert_uint_eq(count.without_port, 0);
    ck_assert_uint_ge(count.opened, 29);
    ck_assert_uint_eq(count.closed, count.opened);
    ck_assert(count.tuples_again);
    GArray *ports = ports_of_requests();
    ck_assert_uint_eq(ports->len, count.opened);
    for (guint i = 0; i < ports->len; i++) {
        uint16_t port = g_array_index(ports, uint16_t, i);
        ck_assert_uint_ge(port, PORT_FIRST);
        ck_assert_uint_lt(port, PORT_FIRST + 3);
        if (i >= 3)
            ck_assert_uint_eq(port, g_array_index(ports, uint16_t, i - 3));
        if (i >= 1)
            ck_assert_uint_ne(port, g_array_index(ports, uint16_t, i - 1));
    }
    g_array_unref(ports);
}
END_TEST

/* With TIME_WAIT of 10 s three ports serve three connections in 10 s, and seven are not
 * opened for want of one. */
START_TEST(time_wait_holds_a_port)
{
    web->time_wait = 10 * NSTIME_S;
    town.scenario.duration = 100 * NSTIME_S;
    town_start(&town);
    town_run(&town, 100 * NSTIME_S);
    struct traffic_count count = traffic_count(town.traffic);
    ck_assert_uint_eq(count.opened + count.without_port, 100);
    ck_assert_uint_ge(count.opened, 27);
    ck_assert_uint_le(count.opened, 30);
    ck_assert_uint_eq(count.closed, count.opened);
}
END_TEST

/* Ports that suffice are not used twice, and it is known that none was. */
START_TEST(fresh_tuples_are_known_to_be)
{
    web->client_ports = 50;
    town_start(&town);
    town_run(&town, 30 * NSTIME_S);
    ck_assert(!traffic_count(town.traffic).tuples_again);
}
END_TEST

Suite *tuples_suite(void)
{
    Suite *suite = suite_create("tuples");
    TCase *tcase = tcase_create("ports");
    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_add_test(tcase, few_ports_go_round);
    tcase_add_test(tcase, time_wait_holds_a_port);
    tcase_add_test(tcase, fresh_tuples_are_known_to_be);
    suite_add_tcase(suite, tcase);
    return suite;
}
