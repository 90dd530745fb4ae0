/* What a server does unasked: it hangs up, it speaks, it has no place left. And what it keeps
 * when its client has gone. */
#include "tests/node/suites.h"
#include "tests/node/town.h"

static struct town town;
static struct workload_spec *web;
static unsigned heard, unheard;
static nstime written;
static enum connection_end unheard_end;

static void saw_heard(void *context, struct connection *connection, nstime at)
{
    (void)context, (void)connection;
    heard++;
    written = at;
}

static void saw_unheard(void *context, struct connection *connection, enum connection_end end)
{
    (void)context, (void)connection;
    unheard++;
    unheard_end = end;
}

static void setup(void)
{
    town_init(&town);
    web = town_workload(&town, 0);
    heard = unheard = 0;
    town.watch.heard = saw_heard;
    town.watch.unheard = saw_unheard;
}

static void teardown(void)
{
    town_clear(&town);
}

/* One connection only, which asks so often, with so long between. */
static struct connection *open_one(double requests, nstime think_time)
{
    web->rate = 0.001;
    web->requests = distribution_constant(requests);
    web->think_time = distribution_constant((double)think_time);
    town.scenario.duration = 2000 * NSTIME_S;
    return town_open_first(&town);
}

static void close_idle_after(nstime time)
{
    town_real(&town, 0)->idle_close = time;
    town_real(&town, 1)->idle_close = time;
}

static void push_every(nstime time)
{
    web->pushes = true;
    web->push_time = distribution_constant((double)time);
}

/* ---- idle closes */

/* The server closes 5 s after its answer, and its client after it, in order, though it had one
 * more request: with reconnect it opens another for that, and both are answered. */
START_TEST(idle_connection_is_closed)
{
    close_idle_after(5 * NSTIME_S);
    web->reconnect = _i == 0 ? NSTIME_NEVER : 0;
    nstime start = open_one(2, 20 * NSTIME_S)->opened;
    town_run_for(&town, 30 * NSTIME_S);
    const struct town_packet *fin = town_find(&town, SIDE_INSIDE, TCP_FIN, 0, 0);
    /* the handshake and the request's way take 3 ms */
    ck_assert_int_eq(fin->at - start, 5003 * NSTIME_MS);
    ck_assert_int_eq(town_ended(&town, 0)->end, CONNECTION_CLOSED);
    ck_assert_uint_eq(town.opened, _i == 0 ? 1 : 2);
    ck_assert_uint_eq(town.answered, _i == 0 ? 1 : 2);
    ck_assert_uint_eq(traffic_count(town.traffic).server_sockets, 0);
    ck_assert_uint_eq(traffic_count(town.traffic).reset, 0);
}
END_TEST

/* Who asks in time is not closed, and each answer begins the wait anew. */
START_TEST(busy_connection_is_not_closed)
{
    close_idle_after(5 * NSTIME_S);
    open_one(10, 4 * NSTIME_S);
    town_run_for(&town, 60 * NSTIME_S);
    ck_assert_uint_eq(town.answered, 10);
    ck_assert_uint_eq(town.opened, 1);
}
END_TEST

/* A request crosses the server's FIN on the wire: it meets a RST, as does what its client says
 * after it. The connection was closed in order by its server; the request is asked again on
 * another. */
START_TEST(request_crosses_the_close)
{
    close_idle_after(501 * NSTIME_MS);
    web->reconnect = 0;
    nstime start = open_one(2, 500 * NSTIME_MS)->opened;
    town_run(&town, start + 503 * NSTIME_MS);
    /* answered at 4 ms, asked again at 504 ms; the FIN left at 504 ms as well */
    town_run_for(&town, 2 * NSTIME_MS);
    ck_assert_uint_ge(town_count(&town, SIDE_INSIDE, TCP_RST, 0), 1);
    town_run_for(&town, 10 * NSTIME_S);
    ck_assert_int_eq(town_ended(&town, 0)->end, CONNECTION_CLOSED);
    ck_assert_uint_eq(town.answered, 2);
    ck_assert_uint_eq(town.opened, 2);
    ck_assert_uint_eq(traffic_count(town.traffic).server_orphans, 0);
}
END_TEST

/* The request is lost, and nobody has asked for anything since the opening: that is idle too. */
START_TEST(closed_from_the_opening_on)
{
    close_idle_after(100 * NSTIME_MS);
    town.lose = 3; /* SYN, SYN-ACK, ACK, request */
    web->reconnect = 0;
    open_one(1, 0);
    town_run_for(&town, NSTIME_S);
    ck_assert_int_eq(town_ended(&town, 0)->end, CONNECTION_CLOSED);
    ck_assert_uint_eq(town.answered, 1);
    ck_assert_uint_eq(town.opened, 2);
}
END_TEST

/* The FIN is lost, and the client asks before it comes again: bytes for a process that has
 * closed draw a RST (RFC 1122, 4.2.2.13), and its application has heard nothing of a close. */
START_TEST(request_after_a_lost_close)
{
    close_idle_after(5 * NSTIME_S);
    nstime start = open_one(2, 5050 * NSTIME_MS)->opened;
    town_run(&town, start + 5 * NSTIME_S);
    town.cut_from = start + 5 * NSTIME_S;
    town.cut_to = start + 5020 * NSTIME_MS;
    town_run_for(&town, NSTIME_S);
    ck_assert_int_eq(town_ended(&town, 0)->end, CONNECTION_RESET);
    ck_assert_uint_eq(traffic_count(town.traffic).server_sockets, 0);
}
END_TEST

/* ---- messages */

/* A server speaks once a second to a client that listens, from its answer on: every message
 * arrives whole, 1 ms after it was written. */
START_TEST(messages_are_heard)
{
    push_every(NSTIME_S);
    nstime start = open_one(2, 1000 * NSTIME_S)->opened;
    town_run(&town, start + 10500 * NSTIME_MS);
    ck_assert_uint_eq(heard, 10);
    ck_assert_int_eq(written - start, 10003 * NSTIME_MS);
    ck_assert_uint_eq(town.answered, 1);
    ck_assert_uint_eq(traffic_count(town.traffic).corrupt, 0);
    ck_assert_int_eq(connection_phase(traffic_first(town.traffic)), PHASE_OPEN_IDLE);
}
END_TEST

/* Messages and answers share one stream, whichever is lost and in whatever order they come:
 * every request is answered whole, every byte is the right one, and all close in order. */
START_TEST(messages_among_answers)
{
    push_every((30 + 37 * _i) * NSTIME_MS);
    web->rate = 5;
    web->requests = distribution_constant(10);
    web->think_time = distribution_constant(150e6);
    town.lose_every = 9 + 2 * _i;
    town.scenario.duration = 3 * NSTIME_S;
    town_start(&town);
    town_run(&town, 400 * NSTIME_S);
    struct traffic_count count = traffic_count(town.traffic);
    ck_assert_uint_eq(count.open, 0);
    ck_assert_uint_eq(count.closed, count.opened);
    ck_assert_uint_eq(count.corrupt, 0);
    ck_assert_uint_eq(town.answered, 10 * count.opened);
    ck_assert_uint_gt(heard, count.opened);
}
END_TEST

/* A message is on its way when the client closes: nobody will read it, so it draws a RST, and
 * the socket at the server goes. */
START_TEST(message_crosses_the_close)
{
    push_every(2 * NSTIME_MS); /* at 5 ms, when the client, answered at 4 ms, has closed */
    open_one(1, 0);
    town_run_for(&town, NSTIME_S);
    ck_assert_int_eq(town_ended(&town, 0)->end, CONNECTION_CLOSED);
    ck_assert_uint_eq(town_count(&town, SIDE_OUTSIDE, TCP_RST, 0), 2); /* of 5 and 7 ms */
    ck_assert_uint_eq(traffic_count(town.traffic).server_sockets, 0);
    ck_assert_uint_eq(traffic_count(town.traffic).closed, 1);
}
END_TEST

/* Nothing passes any more: the server's 15 retries are spent after 924.6 s and a little more,
 * since its time-out follows the round trip; its client, which only listens, knows nothing. */
START_TEST(who_only_listens_does_not_know)
{
    push_every(10 * NSTIME_S);
    nstime start = open_one(2, 10000 * NSTIME_S)->opened;
    town_run(&town, start + 5 * NSTIME_S);
    town.cut_from = start + 5 * NSTIME_S;
    town.cut_to = NSTIME_NEVER;
    town_run(&town, start + 934 * NSTIME_S);
    ck_assert_uint_eq(unheard, 0);
    town_run(&town, start + 940 * NSTIME_S);
    ck_assert_uint_eq(unheard, 1);
    ck_assert_int_eq(unheard_end, CONNECTION_TIMED_OUT);
    ck_assert_uint_eq(traffic_count(town.traffic).open, 1);
    ck_assert_uint_eq(traffic_count(town.traffic).server_sockets, 0);
}
END_TEST

/* ---- the roll call where the server speaks */

/* Idle, the client is decided by the message; waiting for an answer, by the answer or the
 * message, and the message comes before the answer that is due. */
START_TEST(server_is_asked)
{
    town_real(&town, 0)->service_time = town_real(&town, 1)->service_time =
        distribution_constant(100e6);
    struct connection *connection = open_one(2, 1000 * NSTIME_S);
    town_run_to_phase(&town, PHASE_OPEN_WAITING);
    if (_i == 0)
        town_run_to_phase(&town, PHASE_OPEN_IDLE);
    else
        town_run_for(&town, 10 * NSTIME_MS);
    traffic_ask_server(town.traffic, connection);
    traffic_stop_opening(town.traffic);
    town_run_for(&town, 10 * NSTIME_MS);
    ck_assert_uint_eq(heard, 1);
    ck_assert_uint_eq(town.answered, _i == 0 ? 1 : 0);
    town_run_for(&town, NSTIME_S);
    ck_assert_uint_eq(town.answered, 1);
    ck_assert_uint_eq(traffic_count(town.traffic).corrupt, 0);
    ck_assert_uint_eq(traffic_count(town.traffic).closed, 1); /* openings have stopped */
}
END_TEST

/* A server that has closed cannot speak: the client asks instead, and finds out. */
START_TEST(closed_server_cannot_speak)
{
    close_idle_after(NSTIME_S);
    struct connection *connection = open_one(2, 1000 * NSTIME_S);
    nstime start = connection->opened;
    town_run(&town, start + 500 * NSTIME_MS);
    town.cut_from = start + 500 * NSTIME_MS;
    town.cut_to = start + 2 * NSTIME_S;
    town_run(&town, start + 2 * NSTIME_S);
    unsigned sent = town_count(&town, SIDE_OUTSIDE, TCP_PSH, 0);
    traffic_ask_server(town.traffic, connection);
    ck_assert_uint_eq(town_count(&town, SIDE_OUTSIDE, TCP_PSH, 0), sent + 1);
    town_run_for(&town, NSTIME_S);
    ck_assert_int_eq(town_ended(&town, 0)->end, CONNECTION_RESET);
}
END_TEST

/* ---- places, and who keeps them */

/* A RST as if from a director ends the first connection at its client. */
static void reset_client(void)
{
    const struct packet *ours = &town_find(&town, SIDE_INSIDE, TCP_ACK, TCP_SYN, 0)->packet;
    struct packet reset = *ours;
    reset.source_ip = TOWN_VIRTUAL_IP;
    reset.sequence = ours->sequence + 3000; /* behind its answer */
    reset.payload_length = 0;
    reset.flags = TCP_RST;
    town_inject(&town, SIDE_OUTSIDE, &reset);
    town_run_for(&town, 2 * NSTIME_MS);
    ck_assert_int_eq(town_ended(&town, 0)->end, CONNECTION_RESET);
}

/* The client is gone by a RST that its server never saw: the socket stays, for ever or until
 * keepalive finds out, and is counted. */
START_TEST(orphan)
{
    if (_i == 1)
        for (unsigned i = 0; i < 2; i++)
            town_real(&town, i)->keepalive = (struct keepalive){ 20 * NSTIME_S, 5 * NSTIME_S, 2 };
    open_one(2, 1000 * NSTIME_S);
    town_run_for(&town, NSTIME_S);
    traffic_watch_orphans(town.traffic);
    ck_assert_uint_eq(traffic_count(town.traffic).server_orphans, 0);
    reset_client();
    ck_assert_uint_eq(traffic_count(town.traffic).server_orphans, 1);
    ck_assert_uint_eq(traffic_count(town.traffic).server_sockets, 1);
    town_run_for(&town, 900 * NSTIME_S);
    ck_assert_uint_eq(traffic_count(town.traffic).server_sockets, _i == 0 ? 1 : 0);
    ck_assert_uint_eq(traffic_count(town.traffic).server_orphans, 1); /* at most */
    traffic_watch_orphans(town.traffic);
    ck_assert_uint_eq(traffic_count(town.traffic).server_orphans, _i == 0 ? 1 : 0);
}
END_TEST

/* A process that may have one socket has none left while its orphan lives: SYNs are dropped,
 * their client repeats them, and connects after keepalive has freed the place, here by the
 * client's host, whose RST answers the first probe, at 20 s. */
START_TEST(orphan_holds_the_place)
{
    town.machines = 1;
    town_real(&town, 0)->sockets = 1;
    if (_i == 1)
        town_real(&town, 0)->keepalive = (struct keepalive){ 20 * NSTIME_S, 5 * NSTIME_S, 2 };
    open_one(2, 1000 * NSTIME_S);
    town_run_for(&town, NSTIME_S);
    web->reconnect = 0;
    reset_client();
    town_run_for(&town, 15 * NSTIME_S + 100 * NSTIME_MS);
    ck_assert_uint_eq(town_count(&town, SIDE_OUTSIDE, TCP_SYN, 0), 1 + 5); /* at 0 .. 15 s */
    ck_assert_uint_eq(town.established, 1);
    town_run_for(&town, 200 * NSTIME_S);
    ck_assert_uint_eq(town.established, _i == 0 ? 1 : 2);
    ck_assert_uint_eq(traffic_count(town.traffic).refused, _i == 0 ? 1 : 0);
}
END_TEST

Suite *server_end_suite(void)
{
    Suite *suite = suite_create("server end");
    TCase *tcase = tcase_create("server end");
    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_add_loop_test(tcase, idle_connection_is_closed, 0, 2);
    tcase_add_test(tcase, busy_connection_is_not_closed);
    tcase_add_test(tcase, request_crosses_the_close);
    tcase_add_test(tcase, closed_from_the_opening_on);
    tcase_add_test(tcase, request_after_a_lost_close);
    tcase_add_test(tcase, messages_are_heard);
    tcase_add_loop_test(tcase, messages_among_answers, 0, 4);
    tcase_add_test(tcase, message_crosses_the_close);
    tcase_add_test(tcase, who_only_listens_does_not_know);
    tcase_add_loop_test(tcase, server_is_asked, 0, 2);
    tcase_add_test(tcase, closed_server_cannot_speak);
    tcase_add_loop_test(tcase, orphan, 0, 2);
    tcase_add_loop_test(tcase, orphan_holds_the_place, 0, 2);
    suite_add_tcase(suite, tcase);
    return suite;
}
