/* The protocol "ipvs" in a pair of directors. */
#include "core/ipvs_record.h"
#include "core/ipvs_state.h"
#include "core/wire.h"
#include "tests/core/rig.h"
#include "tests/core/suites.h"

static struct rig rig;
static struct rig_unit *active, *standby;

/* Units that have heard each other, and say hello no more. */
static void set_up(void)
{
    rig_set_up(&rig);
    active = &rig.units[0];
    standby = &rig.units[1];
    rig_run_both(&rig, 2 * NSTIME_S);
    rig_command_both(&rig, "failover hellotime 60min");
    rig_command_both(&rig, "failover hellomisses 100");
    rig_command_both(&rig, "option replication ipvs");
    rig_run_both(&rig, 10 * NSTIME_S);
}

static void tear_down(void)
{
    rig_check(active);
    rig_check(standby);
    rig_tear_down(&rig);
}

static void client(uint16_t port, uint8_t flags)
{
    struct packet packet = rig_from_client(RIG_CLIENT, port, flags, 1001, 5001);
    rig_packet(active, SIDE_OUTSIDE, &packet);
}

static void clients(uint16_t port, unsigned packets)
{
    for (unsigned i = 0; i < packets; i++)
        client(port, TCP_ACK);
}

static uint64_t told(void)
{
    return director_count(active->director, NOTE_CREATE_SENT);
}

/* Let what was told arrive, the standby having run as far. */
static void flush(nstime span)
{
    rig_run_both(&rig, rig.now + span);
}

/* The datagram of the latest step, of so many records. */
static const uint8_t *datagram(struct rig_unit *unit, unsigned records)
{
    const struct effect *effect = rig_effect(unit, EFFECT_DATAGRAM, 0);
    ck_assert_ptr_nonnull(effect);
    ck_assert_uint_eq(effect->datagram.length, 8 + records * 36);
    return effect_bytes(&unit->effects, effect);
}

/* A handshake is two packets of the client's, and not told; who then listens only never is. The
 * third packet is told, 2 s to 3 s later, by one datagram of 44 bytes. */
START_TEST(the_third_packet_is_told)
{
    rig_open(active, RIG_CLIENT, 1);
    rig_open(active, RIG_CLIENT, 2);
    ck_assert_int_gt(director_deadline(active->director), rig.now + 3 * NSTIME_S);
    nstime then = rig.now;
    client(1, TCP_ACK);
    nstime due = director_deadline(active->director);
    ck_assert_int_ge(due, then + 2 * NSTIME_S);
    ck_assert_int_lt(due, then + 3 * NSTIME_S);
    rig_run(active, due - 1);
    ck_assert_uint_eq(told(), 0);
    rig.now = due;
    rig_deadline(active);
    ck_assert_uint_eq(told(), 1);
    ck_assert_uint_eq(rig_note(active, NOTE_CREATE_SENT)->flow.foreign.port, 1);
    const uint8_t *record = datagram(active, 1) + 8;
    ck_assert_uint_eq(wire_get16(record + 8), IPVS_ESTABLISHED);
    ck_assert_uint_eq(wire_get32(record + 20), 900);
    rig_deliver(active);
    ck_assert(rig_knows(standby, RIG_CLIENT, 1, &(struct connection_view){0}));
    ck_assert(!rig_knows(standby, RIG_CLIENT, 2, &(struct connection_view){0}));
    clients(1, 49);
    flush(3 * NSTIME_S);
    ck_assert_uint_eq(told(), 1);
    client(1, TCP_ACK); /* the 53rd */
    rig_run(active, rig.now + 3 * NSTIME_S);
    ck_assert_uint_eq(told(), 2);
}
END_TEST

/* Where the checks stand within a second is the seed's: of two units with other seeds they
 * differ. The buffer that begins at a check goes two seconds later, and no nanosecond. */
START_TEST(flushes_keep_to_the_checks)
{
    rig_open(active, RIG_CLIENT, 1);
    client(1, TCP_ACK);
    nstime check = director_deadline(active->director);
    rig_run(active, check);
    rig_open(active, RIG_CLIENT, 2);
    client(2, TCP_ACK);
    ck_assert_int_eq(director_deadline(active->director), check + 2 * NSTIME_S);
    rig_run(active, check + 2 * NSTIME_S + 1);
    rig_open(active, RIG_CLIENT, 3);
    client(3, TCP_ACK);
    ck_assert_int_eq(director_deadline(active->director), check + 5 * NSTIME_S);
}
END_TEST

/* Forty-one connections: the forty first leave in one datagram of 1448 bytes, 20 ms later, each
 * with its note. */
START_TEST(forty_leave_together)
{
    for (uint16_t port = 1; port <= 41; port++) {
        rig_open(active, RIG_CLIENT, port);
        client(port, TCP_ACK);
    }
    nstime due = rig.now + 20 * NSTIME_MS;
    ck_assert_int_eq(director_deadline(active->director), due);
    rig.now = due;
    rig_deadline(active);
    datagram(active, 40);
    ck_assert_uint_eq(rig_notes(active, NOTE_CREATE_SENT), 40);
    rig_deliver(active);
    ck_assert_uint_eq(director_connections(standby->director), 40);
}
END_TEST

/* The 321st record wakes the thread at once: eight datagrams in its step. */
START_TEST(eight_buffers_leave_at_once)
{
    for (uint16_t port = 1; port <= 321; port++) {
        rig_open(active, RIG_CLIENT, port);
        ck_assert_uint_eq(told(), 0);
        client(port, TCP_ACK);
    }
    ck_assert_uint_eq(rig_count(active, EFFECT_DATAGRAM), 8);
    ck_assert_uint_eq(told(), 320);
}
END_TEST

/* A queue with room for one drops the next whole buffer: its 40, and nobody else, are never known
 * by their third packet. */
START_TEST(a_full_queue_drops_forty)
{
    rig_command_both(&rig, "option sync-qlen-max 1");
    for (uint16_t port = 1; port <= 100; port++) {
        rig_open(active, RIG_CLIENT, port);
        client(port, TCP_ACK);
    }
    ck_assert_uint_eq(director_count(active->director, NOTE_BUFFER_DROPPED), 1);
    flush(3 * NSTIME_S);
    ck_assert_uint_eq(told(), 60);
    for (uint16_t port = 1; port <= 100; port++)
        ck_assert_int_eq(rig_knows(standby, RIG_CLIENT, port, &(struct connection_view){0}),
                         port <= 40 || port > 80);
}
END_TEST

/* sync-maxlen bounds the datagram, to one record if need be; sync-ports spread connections over
 * buffers of their own. */
START_TEST(buffers_have_their_size_and_number)
{
    rig_command_both(&rig, "option sync-maxlen 115"); /* two, for three would need 116 */
    for (uint16_t port = 1; port <= 3; port++) {
        rig_open(active, RIG_CLIENT, port);
        client(port, TCP_ACK);
    }
    rig.now += 20 * NSTIME_MS;
    rig_deadline(active);
    datagram(active, 2);
    flush(3 * NSTIME_S);
    rig_command_both(&rig, "option sync-maxlen 1472");
    rig_command_both(&rig, "option sync-ports 4");
    for (uint16_t port = 11; port <= 50; port++) {
        rig_open(active, RIG_CLIENT, port);
        client(port, TCP_ACK);
    }
    unsigned datagrams = 0;
    for (nstime until = rig.now + 3 * NSTIME_S; director_deadline(active->director) < until;) {
        rig.now = director_deadline(active->director);
        rig_deadline(active);
        datagrams += rig_count(active, EFFECT_DATAGRAM);
    }
    ck_assert_uint_eq(datagrams, 4);
    ck_assert_uint_eq(told(), 43);
}
END_TEST

/* The close is told at once, step by step, by whoever's packets come from outside, whatever their
 * number; there is no delete. Both units keep the entry for TIME_WAIT's two minutes. */
START_TEST(each_step_of_the_close_is_told)
{
    unsigned server = rig_open(active, RIG_CLIENT, RIG_PORT);
    nstime start = rig.now;
    rig_close(active, server, RIG_CLIENT, RIG_PORT);
    flush(3 * NSTIME_S);
    ck_assert_uint_eq(told(), 2);
    ck_assert_uint_eq(director_count(active->director, NOTE_DELETE_SENT), 0);
    ck_assert_int_eq(rig_view(standby).state, CONN_CLOSING);
    rig_run_both(&rig, start + 120 * NSTIME_S - 1);
    ck_assert(!rig_gone(active) && !rig_gone(standby));
    rig_run_both(&rig, start + 120 * NSTIME_S);
    ck_assert(rig_gone(active));
    ck_assert(!rig_gone(standby)); /* its record came later */
    rig_run_both(&rig, start + 123 * NSTIME_S);
    ck_assert(rig_gone(standby));
}
END_TEST

/* Establish the client's connection and let the standby know it; when that was. */
static nstime replicate(void)
{
    rig_open(active, RIG_CLIENT, RIG_PORT);
    client(RIG_PORT, TCP_ACK);
    nstime due = director_deadline(active->director);
    rig_run_both(&rig, due);
    ck_assert(!rig_gone(standby));
    return due;
}

/* The standby's entry ends 900 s after its latest record, however alive it is on the active, to
 * the nanosecond: F20. */
START_TEST(the_standby_forgets_after_900_s)
{
    nstime told_at = replicate();
    for (unsigned i = 0; i < 29; i++) {
        rig_run_both(&rig, rig.now + 30 * NSTIME_S);
        client(RIG_PORT, TCP_ACK);
    }
    rig_run_both(&rig, told_at + 900 * NSTIME_S - 1);
    ck_assert(!rig_gone(standby));
    rig_run_both(&rig, told_at + 900 * NSTIME_S);
    ck_assert(rig_gone(standby));
    ck_assert(!rig_gone(active));
    ck_assert_uint_eq(director_count(standby->director, NOTE_AGED_OUT), 1);
}
END_TEST

/* A record begins the time anew: the 53rd packet, 600 s later, lets the entry stand 900 s more;
 * sync-timeout-established says how long. */
START_TEST(a_record_begins_the_time_anew)
{
    rig_command_both(&rig, "option sync-timeout-established 700s");
    flush(5 * NSTIME_S);
    replicate();
    rig_run_both(&rig, rig.now + 600 * NSTIME_S);
    clients(RIG_PORT, 50);
    nstime due = director_deadline(active->director);
    rig_run_both(&rig, due + 700 * NSTIME_S - 1);
    ck_assert(!rig_gone(standby));
    rig_run_both(&rig, due + 700 * NSTIME_S);
    ck_assert(rig_gone(standby));
}
END_TEST

/* On the active as well an entry stands for its state's time-out: 60 s half open, 900 s idle,
 * whatever the virtual machine says. */
START_TEST(the_active_goes_by_the_states)
{
    nstime start = rig.now;
    rig_command_both(&rig, "timeout 192.0.2.80:80 10s");
    rig_client(active, TCP_SYN, 1000, 0);
    rig_run(active, start + 60 * NSTIME_S - 1);
    ck_assert(!rig_gone(active));
    rig_run(active, start + 60 * NSTIME_S);
    ck_assert(rig_gone(active));
    rig_open(active, RIG_CLIENT, RIG_PORT);
    rig_run(active, start + 960 * NSTIME_S - 1);
    ck_assert(!rig_gone(active));
    rig_run(active, start + 960 * NSTIME_S);
    ck_assert(rig_gone(active));
}
END_TEST

/* ---- roles */

/* A takeover does not renew what is left of an entry's time, and its packets are counted from the
 * threshold: the 50th from there is told next. */
START_TEST(a_takeover_changes_no_timer)
{
    nstime told_at = replicate();
    rig_run_both(&rig, told_at + 800 * NSTIME_S);
    rig_command(active, "no failover active");
    rig_settle(active);
    rig_run_both(&rig, rig.now + 10 * NSTIME_S);
    rig_assert_roles(&rig, ROLE_STANDBY, ROLE_ACTIVE);
    rig_run_both(&rig, told_at + 900 * NSTIME_S - 1);
    ck_assert(!rig_gone(standby));
    active = &rig.units[1]; /* the new one */
    clients(RIG_PORT, 49);
    rig_run(active, rig.now + 3 * NSTIME_S);
    ck_assert_uint_eq(told(), 0);
    clients(RIG_PORT, 1);
    rig_run(active, rig.now + 3 * NSTIME_S);
    ck_assert_uint_eq(told(), 1);
}
END_TEST

/* Left alone, it ends when the former active's record said. */
START_TEST(an_heir_lets_it_end_in_time)
{
    nstime told_at = replicate();
    rig_run_both(&rig, told_at + 800 * NSTIME_S);
    rig_command(active, "no failover active");
    rig_settle(active);
    rig_run_both(&rig, told_at + 900 * NSTIME_S);
    ck_assert_int_eq(director_role(standby->director), ROLE_ACTIVE);
    ck_assert(rig_gone(standby));
}
END_TEST

/* Whoever resigns stops his daemon: what was in its buffer goes nowhere (F18). */
START_TEST(a_switchover_frees_the_buffer)
{
    rig_open(active, RIG_CLIENT, RIG_PORT);
    client(RIG_PORT, TCP_ACK);
    rig_command(active, "no failover active");
    rig_settle(active);
    rig_run_both(&rig, rig.now + 10 * NSTIME_S);
    rig_assert_roles(&rig, ROLE_STANDBY, ROLE_ACTIVE);
    ck_assert_uint_eq(told(), 0);
    ck_assert(rig_gone(standby));
}
END_TEST

/* What is multicast goes out whether anybody listens or not: a peer that is missed hears what is
 * said in the moment of its return. */
START_TEST(a_silent_peer_is_told_as_well)
{
    rig_command(active, "failover hellotime 1s");
    rig_command(active, "failover hellomisses 2");
    rig_run(active, rig.now + 20 * NSTIME_S);
    ck_assert_uint_gt(director_count(active->director, NOTE_PEER_SILENT), 0);
    rig_open(active, RIG_CLIENT, RIG_PORT);
    client(RIG_PORT, TCP_ACK);
    rig_run(active, rig.now + 3 * NSTIME_S);
    ck_assert_uint_eq(told(), 1);
    ck_assert_uint_eq(director_count(active->director, NOTE_UNSENT), 0);
}
END_TEST

/* ---- Linux's wlc */

static unsigned opened(uint16_t port)
{
    return rig_open(active, RIG_CLIENT, port);
}

/* 256 times the active connections plus the inactive ones: the closed one, which stands in
 * TIME_WAIT, weighs next to nothing, but more than nothing; half-open ones do too. */
START_TEST(wlc_weighs_active_ones)
{
    rig_command_both(&rig, "predictor 192.0.2.80:80 wlc");
    unsigned first = opened(1), second = opened(2);
    ck_assert_uint_ne(first, second);
    rig_close(active, second, RIG_CLIENT, 2);
    for (uint16_t port = 10; port < 20; port++) { /* ten more there: 1 and 10 x 1 against 256 */
        struct packet packet = rig_from_client(RIG_CLIENT, port, TCP_SYN, 1000, 0);
        rig_packet(active, SIDE_OUTSIDE, &packet);
        ck_assert_uint_eq(rig_forwarded(active, SIDE_INSIDE)->destination_ip & 255, second);
    }
    ck_assert_uint_eq(opened(3), second);
    ck_assert_uint_eq(opened(4), first); /* 256 against 256 + 11 */
}
END_TEST

/* Weights divide: a machine of weight 3 has three active ones for another's one. */
START_TEST(wlc_divides_by_weight)
{
    unsigned of[3] = {0};
    rig_command_both(&rig, "predictor 192.0.2.80:80 wlc");
    rig_command_both(&rig, "weight 10.0.1.2:80 3");
    for (uint16_t port = 1; port <= 40; port++)
        of[opened(port)]++;
    ck_assert_uint_eq(of[1], 10);
    ck_assert_uint_eq(of[2], 30);
}
END_TEST

/* ---- direct routing */

/* Servers answer past the director: the client's ACK alone establishes, no SYN that is repeated
 * is anybody's fault, and the record says how it is forwarded. The client's FIN is all that is seen
 * of a close: FIN_WAIT, for two minutes. */
START_TEST(direct_routing_sees_the_client_alone)
{
    rig_command_both(&rig, "forwarding 192.0.2.80:80 direct");
    flush(5 * NSTIME_S);
    for (unsigned i = 0; i < 5; i++)
        rig_client(active, TCP_SYN, 1000, 0);
    uint32_t server = rig_view(active).real.ip;
    rig_client(active, TCP_ACK, 1001, 5001);
    ck_assert_int_eq(rig_view(active).state, CONN_ACTIVE);
    ck_assert_uint_eq(rig_view(active).real.ip, server);
    rig.now = director_deadline(active->director); /* the ACK was the sixth: not told */
    rig_client(active, TCP_FIN | TCP_ACK, 1001, 5001);
    nstime closed = rig.now;
    rig_run(active, director_deadline(active->director) - 1);
    rig.now++;
    rig_deadline(active);
    const uint8_t *record = datagram(active, 1) + 8;
    ck_assert_uint_eq(wire_get32(record + 4), IPVS_DIRECT | IPVS_NO_OUTPUT | IPVS_INACTIVE);
    ck_assert_uint_eq(wire_get16(record + 8), IPVS_FIN_WAIT);
    rig_run(active, closed + 120 * NSTIME_S - 1);
    ck_assert(!rig_gone(active));
    rig_run(active, closed + 120 * NSTIME_S);
    ck_assert(rig_gone(active));
}
END_TEST

/* The patent's protocol, too: a create with the ACK, and a delete when the rest of the close has
 * had its time, the half-open time. */
START_TEST(direct_routing_suits_the_patent)
{
    rig_command_both(&rig, "option replication patent");
    rig_command_both(&rig, "forwarding 192.0.2.80:80 direct");
    flush(5 * NSTIME_S);
    rig_client(active, TCP_SYN, 1000, 0);
    rig_client(active, TCP_ACK, 1001, 5001);
    ck_assert_uint_eq(told(), 1);
    rig_client(active, TCP_FIN | TCP_ACK, 1001, 5001);
    nstime closed = rig.now;
    rig_client(active, TCP_ACK, 1002, 5002);
    rig_run(active, closed + 60 * NSTIME_S - 1);
    ck_assert_uint_eq(director_count(active->director, NOTE_DELETE_SENT), 0);
    rig_run(active, closed + 60 * NSTIME_S);
    ck_assert_uint_eq(director_count(active->director, NOTE_DELETE_SENT), 1);
}
END_TEST

/* ---- records against what is there */

static struct ipvs_record record_of(uint16_t port, uint8_t server)
{
    return (struct ipvs_record){
        .client = rig_flow(RIG_CLIENT, port).foreign,
        .virtual = rig_flow(RIG_CLIENT, port).local,
        .destination = {RIG_REAL_IP + server, 80},
        .timeout = 100,
        .state = IPVS_ESTABLISHED,
        .protocol = PROTOCOL_TCP,
    };
}

static void send_record(const struct ipvs_record *record)
{
    uint8_t bytes[IPVS_MAXLEN];
    uint8_t *end = ipvs_put_record(ipvs_put_header(bytes, 1), record);
    rig_datagram(standby, CHANNEL_REPLICATION, bytes, (size_t)(end - bytes));
}

static void receive(uint8_t server, enum ipvs_state state, uint32_t flags)
{
    struct ipvs_record record = record_of(RIG_PORT, server);
    record.state = (uint16_t)state;
    record.flags = flags;
    send_record(&record);
}

/* The standby counts by the records' INACTIVE: whoever takes over sends the next to the machine
 * with three connections at their end, not to the one with an open one. */
START_TEST(an_heir_knows_who_is_inactive)
{
    rig_command_both(&rig, "predictor 192.0.2.80:80 wlc");
    for (uint16_t port = 1; port <= 4; port++) {
        struct ipvs_record record = record_of(port, port == 1 ? 1 : 2);
        record.state = port == 1 ? IPVS_ESTABLISHED : IPVS_TIME_WAIT;
        record.flags = port == 1 ? 0 : IPVS_INACTIVE;
        send_record(&record);
    }
    rig_command(active, "no failover active");
    rig_settle(active);
    rig_run_both(&rig, rig.now + 10 * NSTIME_S);
    active = &rig.units[1];
    ck_assert_uint_eq(opened(11), 2);
    ck_assert_uint_eq(opened(12), 1); /* 256 against 259 */
}
END_TEST

/* A record of another machine takes the entry's place, unless it speaks of the end of what has
 * been replaced; one of a connection anew on a closed one's tuple does too. */
START_TEST(the_later_machine_stands)
{
    receive(1, IPVS_ESTABLISHED, 0);
    receive(2, IPVS_ESTABLISHED, 0);
    ck_assert_uint_eq(rig_view(standby).real.ip, RIG_REAL_IP + 2);
    ck_assert_uint_eq(rig_notes(standby, NOTE_OVERWRITTEN), 1);
    receive(1, IPVS_CLOSE_WAIT, IPVS_INACTIVE);
    ck_assert_uint_eq(rig_view(standby).real.ip, RIG_REAL_IP + 2);
    ck_assert_int_eq(rig_view(standby).state, CONN_ACTIVE);
    ck_assert_uint_eq(director_refusals(standby->director, REFUSAL_PAST), 1);
    receive(2, IPVS_TIME_WAIT, IPVS_INACTIVE);
    ck_assert_int_eq(rig_view(standby).state, CONN_CLOSING);
    receive(2, IPVS_ESTABLISHED, 0);
    ck_assert_int_eq(rig_view(standby).state, CONN_ACTIVE);
    ck_assert_uint_eq(director_connections(standby->director), 1);
}
END_TEST

/* A machine that the standby does not have; an active that is told; a datagram of the patent's
 * with this one's protocol, and the other way round: refused, and nothing is there. */
START_TEST(strangers_are_refused)
{
    receive(77, IPVS_ESTABLISHED, 0);
    ck_assert_uint_eq(director_refusals(standby->director, REFUSAL_UNKNOWN_MACHINE), 1);
    static const uint8_t patent[32] = {0x4C, 0x44, 1, 1};
    rig_datagram(standby, CHANNEL_REPLICATION, patent, sizeof patent);
    ck_assert_uint_eq(director_refusals(standby->director, REFUSAL_BAD_MAGIC), 1);
    rig_command(standby, "option replication patent");
    receive(1, IPVS_ESTABLISHED, 0);
    ck_assert_uint_eq(director_connections(standby->director), 0);
    ck_assert(rig_gone(standby));
}
END_TEST

Suite *ipvs_suite(void)
{
    Suite *suite = suite_create("ipvs");
    TCase *tcase = tcase_create("pair");
    tcase_add_checked_fixture(tcase, set_up, tear_down);
    tcase_add_test(tcase, the_third_packet_is_told);
    tcase_add_test(tcase, flushes_keep_to_the_checks);
    tcase_add_test(tcase, forty_leave_together);
    tcase_add_test(tcase, eight_buffers_leave_at_once);
    tcase_add_test(tcase, a_full_queue_drops_forty);
    tcase_add_test(tcase, buffers_have_their_size_and_number);
    tcase_add_test(tcase, each_step_of_the_close_is_told);
    tcase_add_test(tcase, the_standby_forgets_after_900_s);
    tcase_add_test(tcase, a_record_begins_the_time_anew);
    tcase_add_test(tcase, the_active_goes_by_the_states);
    tcase_add_test(tcase, a_takeover_changes_no_timer);
    tcase_add_test(tcase, an_heir_lets_it_end_in_time);
    tcase_add_test(tcase, a_switchover_frees_the_buffer);
    tcase_add_test(tcase, a_silent_peer_is_told_as_well);
    tcase_add_test(tcase, wlc_weighs_active_ones);
    tcase_add_test(tcase, wlc_divides_by_weight);
    tcase_add_test(tcase, an_heir_knows_who_is_inactive);
    tcase_add_test(tcase, direct_routing_sees_the_client_alone);
    tcase_add_test(tcase, direct_routing_suits_the_patent);
    tcase_add_test(tcase, the_later_machine_stands);
    tcase_add_test(tcase, strangers_are_refused);
    suite_add_tcase(suite, tcase);
    return suite;
}
