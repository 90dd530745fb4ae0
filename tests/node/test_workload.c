/* Arrivals and plans: how many, when, from whom, and what a trace becomes. */
#include "tests/node/suites.h"
#include "tests/node/town.h"

#include "sim/node/socket_table.h"
#include "sim/node/workload.h"

#include <stdlib.h>

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

/* ---- arrivals */

/* Poisson at 1,000 a second for 100 s: the count lies within four deviations, the gaps
 * have the right spread, and all clients get their share. */
START_TEST(poisson)
{
    struct arrivals arrivals;
    unsigned clients[4] = { 0 };
    double squares = 0;
    unsigned count = 0;
    web->arrivals = ARRIVAL_POISSON;
    web->rate = 1000;
    arrivals_init(&arrivals, &town.scenario, 0, 0, TOWN_KEY);
    while (arrivals.at < 100 * NSTIME_S) {
        nstime before = arrivals.at;
        clients[arrivals_take(&arrivals).client]++;
        double gap = (double)(arrivals.at - before) / 1e6; /* of a mean of 1 */
        squares += gap * gap;
        count++;
    }
    ck_assert_int_le(abs((int)count - 100000), 4 * 316);
    ck_assert_double_lt(squares / count, 2.1); /* E[X^2] = 2 for an exponential */
    ck_assert_double_gt(squares / count, 1.9);
    for (unsigned i = 0; i < 4; i++)
        ck_assert_int_le(abs((int)clients[i] - 25000), 4 * 137);
}
END_TEST

/* Constant at 3 a second: one in every third of a second, without drift, from a phase
 * that another repetition draws anew. */
START_TEST(constant)
{
    struct arrivals arrivals, other;
    web->rate = 3;
    arrivals_init(&arrivals, &town.scenario, 0, 0, TOWN_KEY);
    arrivals_init(&other, &town.scenario, 0, 0, TOWN_KEY + 1);
    nstime phase = arrivals.at;
    ck_assert_int_ne(phase, other.at);
    ck_assert_int_lt(phase, NSTIME_S / 3);
    for (unsigned i = 0; i < 3000000; i++)
        arrivals_take(&arrivals);
    ck_assert_int_eq(arrivals.at, phase + 1000000 * NSTIME_S);
}
END_TEST

/* Two workloads that differ in their name only have their own luck. */
START_TEST(names_are_keys)
{
    struct arrivals one, other;
    web->arrivals = ARRIVAL_POISSON;
    town_add_workload(&town, "batch")->arrivals = ARRIVAL_POISSON;
    arrivals_init(&one, &town.scenario, 0, 0, TOWN_KEY);
    arrivals_init(&other, &town.scenario, 1, 0, TOWN_KEY);
    ck_assert_int_ne(one.at, other.at);
    ck_assert_uint_ne(arrivals_take(&one).plan.key, arrivals_take(&other).plan.key);
}
END_TEST

/* ---- traces */

static const struct trace_row rows[] = {
    { .start = 0, .duration = 5 * NSTIME_S, .client = 0, .client_port = 40000,
      .request_bytes = 1003, .response_bytes = 50001 },
    { .start = 2 * NSTIME_S, .duration = 0, .client = 1, .client_port = 40000,
      .request_bytes = 10, .response_bytes = 0 },
    { .start = 4 * NSTIME_S, .duration = 3 * NSTIME_S, .client = 0, .client_port = 50000,
      .request_bytes = 2, .response_bytes = 900, .lower_bound = true },
};

static void be_trace(unsigned copies)
{
    web->arrivals = ARRIVAL_TRACE;
    web->trace = g_memdup2(rows, sizeof(rows));
    web->trace_count = G_N_ELEMENTS(rows);
    web->trace_span = 10 * NSTIME_S;
    web->trace_copies = copies;
    web->clients = 2;
}

/* The bytes of a row are spread over one exchange a second and none is lost; a row of no
 * duration, or of hardly a byte, is one of few exchanges, each with at least a byte. */
START_TEST(trace_exchanges)
{
    static const int64_t exchanges[] = { 5, 1, 2 };
    static const uint64_t requests[] = { 1003, 10, 2 };
    static const uint64_t responses[] = { 50001, 1, 900 };
    be_trace(1);
    struct plan plan = { .key = 1, .row = (uint32_t)_i + 1 };
    ck_assert_int_eq(plan_requests(&town.scenario, &plan), exchanges[_i]);
    uint64_t request = 0;
    uint64_t response = 0;
    for (int64_t i = 0; i < exchanges[_i]; i++) {
        ck_assert_uint_ge(plan_request_size(&town.scenario, &plan, i), 1);
        request += plan_request_size(&town.scenario, &plan, i);
        response += plan_response_size(&town.scenario, &plan, i);
    }
    ck_assert_uint_eq(request, requests[_i]);
    ck_assert_uint_eq(response, responses[_i]);
    /* the roll call's exchange, beyond the log */
    ck_assert_uint_ge(plan_response_size(&town.scenario, &plan, exchanges[_i]), 1);
}
END_TEST

/* Totals near the largest that are read do not overflow. */
START_TEST(trace_large)
{
    be_trace(1);
    web->trace[0].duration = 1000000000 * NSTIME_S;
    web->trace[0].request_bytes = web->trace[0].response_bytes = UINT64_C(1) << 62;
    struct plan plan = { .key = 1, .row = 1 };
    ck_assert_int_eq(plan_requests(&town.scenario, &plan), 1000000000);
    ck_assert_uint_eq(plan_request_size(&town.scenario, &plan, 999999999), (1u << 30) - 1);
}
END_TEST

/* One copy: each row at its instant, from its port; the second pass begins at the log's
 * span, from any port. */
START_TEST(trace_instants)
{
    static const nstime seconds[] = { 0, 2, 4, 10, 12, 14, 20 };
    struct arrivals arrivals;
    be_trace(1);
    arrivals_init(&arrivals, &town.scenario, 0, 0, TOWN_KEY);
    for (unsigned i = 0; i < G_N_ELEMENTS(seconds); i++) {
        ck_assert_int_eq(arrivals.at, seconds[i] * NSTIME_S);
        struct arrival arrival = arrivals_take(&arrivals);
        ck_assert_uint_eq(arrival.plan.row, i % 3 + 1);
        ck_assert_uint_eq(arrival.port, i < 3 ? rows[i].client_port : 0);
        ck_assert_uint_eq(arrival.client, rows[i % 3].client);
    }
}
END_TEST

/* Three copies: each has clients of its own and stands elsewhere in the log at time 0;
 * in every span of the log each plays each row once. */
START_TEST(trace_copies)
{
    nstime first[3];
    be_trace(3);
    ck_assert_uint_eq(workload_clients(web), 6);
    for (unsigned copy = 0; copy < 3; copy++) {
        struct arrivals arrivals;
        arrivals_init(&arrivals, &town.scenario, 0, copy, TOWN_KEY);
        first[copy] = arrivals.at;
        unsigned seen[3] = { 0 };
        while (arrivals.at < 30 * NSTIME_S) {
            ck_assert_int_ge(arrivals.at, 0);
            struct arrival arrival = arrivals_take(&arrivals);
            ck_assert_uint_eq(arrival.client / 2, copy);
            seen[arrival.plan.row - 1]++;
        }
        for (unsigned i = 0; i < 3; i++)
            ck_assert_uint_eq(seen[i], 3);
    }
    ck_assert_int_eq(first[0], 0);
    ck_assert(first[1] != first[2] && first[1] != 0);
}
END_TEST

/* A log of one instant is played once, not for ever. */
START_TEST(trace_without_span)
{
    struct arrivals arrivals;
    be_trace(1);
    web->trace_count = 1;
    web->trace_span = 0;
    arrivals_init(&arrivals, &town.scenario, 0, 0, TOWN_KEY);
    arrivals_take(&arrivals);
    ck_assert_int_eq(arrivals.at, NSTIME_NEVER);
}
END_TEST

/* Replayed over a wire, a row opens at its start, asks once a second, and closes at its
 * end; the one whose end was not seen stays to the end of the log. */
START_TEST(trace_replayed)
{
    be_trace(1);
    town.scenario.duration = 9 * NSTIME_S;
    town_start(&town);
    town_run(&town, 100 * NSTIME_S);
    ck_assert_uint_eq(town.opened, 3);
    ck_assert_uint_eq(town.answered, 5 + 1 + 2);
    ck_assert_uint_eq(traffic_count(town.traffic).closed, 3);
    static const nstime ends[] = { 2, 5, 10 }; /* rows 1, 0 and 2 */
    for (unsigned i = 0; i < 3; i++) {
        ck_assert_int_ge(town_ended(&town, i)->at, ends[i] * NSTIME_S);
        ck_assert_int_lt(town_ended(&town, i)->at, ends[i] * NSTIME_S + 20 * NSTIME_MS);
    }
    const struct town_packet *first = town_find(&town, SIDE_OUTSIDE, TCP_SYN, 0, 0);
    ck_assert_int_eq(first->at, 0);
    ck_assert_uint_eq(first->packet.source_port, 40000);
}
END_TEST

/* ---- the table of sockets */

/* Thousands of tuples that differ in one field each are all found, none after it was
 * removed, through several growths. */
START_TEST(sockets_found)
{
    enum { COUNT = 5000 };
    static struct socket sockets[COUNT];
    struct socket_table table;
    socket_table_init(&table, 2);
    for (unsigned i = 0; i < COUNT; i++) {
        sockets[i] = (struct socket){ .local_ip = 1, .local_port = 1, .remote_ip = 1,
                                      .remote_port = 1 };
        switch (i % 4) {
        case 0: sockets[i].local_ip += i + 1; break;
        case 1: sockets[i].remote_ip += i + 1; break;
        case 2: sockets[i].local_port = (uint16_t)(i + 2); break;
        case 3: sockets[i].remote_port = (uint16_t)(i + 2); break;
        }
        socket_table_add(&table, &sockets[i]);
    }
    for (unsigned i = 0; i < COUNT; i += 3)
        socket_table_remove(&table, &sockets[i]);
    for (unsigned i = 0; i < COUNT; i++) {
        struct packet packet = {
            .destination_ip = sockets[i].local_ip, .destination_port = sockets[i].local_port,
            .source_ip = sockets[i].remote_ip, .source_port = sockets[i].remote_port,
        };
        ck_assert_ptr_eq(socket_table_receiver(&table, &packet),
                         i % 3 == 0 ? NULL : &sockets[i]);
    }
    ck_assert_uint_eq(table.count, COUNT - (COUNT + 2) / 3);
    socket_table_clear(&table);
}
END_TEST

Suite *workload_suite(void)
{
    Suite *suite = suite_create("workload");
    TCase *tcase = tcase_create("workload");
    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_add_test(tcase, poisson);
    tcase_add_test(tcase, constant);
    tcase_add_test(tcase, names_are_keys);
    tcase_add_loop_test(tcase, trace_exchanges, 0, 3);
    tcase_add_test(tcase, trace_large);
    tcase_add_test(tcase, trace_instants);
    tcase_add_test(tcase, trace_copies);
    tcase_add_test(tcase, trace_without_span);
    tcase_add_test(tcase, trace_replayed);
    tcase_add_test(tcase, sockets_found);
    suite_add_tcase(suite, tcase);
    return suite;
}
