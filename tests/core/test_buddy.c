#include "core/record.h"
#include "tests/core/dice.h"
#include "tests/core/rig.h"
#include "tests/core/suites.h"

/* ---- fixture: a pair that serves FTP as well, for all ports of one address: client n
 * port p has its control connection to port 21 and data connections to port 20 */

enum { CONTROL = 21, DATA = 20, WEB = 80 };

static struct rig rig;
static struct rig_unit *active, *standby;

static void serve_ftp(struct rig_unit *unit)
{
    rig_command(unit, "real 10.0.1.3");
    rig_command(unit, "virtual 192.0.2.80");
    rig_command(unit, "bind 192.0.2.80:0 10.0.1.3");
    rig_command(unit, "replicate 192.0.2.80:0");
    rig_command(unit, "timeout 192.0.2.80:0 20s");
    rig_command(unit, "failover hellotime 60min");
}

static void set_up(void)
{
    rig_set_up(&rig);
    active = &rig.units[0];
    standby = &rig.units[1];
    serve_ftp(active);
    serve_ftp(standby);
}

static void tear_down(void)
{
    rig_check(active);
    rig_check(standby);
    rig_tear_down(&rig);
}

static struct flow flow_to(uint16_t port, uint16_t service)
{
    struct flow flow = rig_flow(RIG_CLIENT, port);
    flow.local.port = service;
    return flow;
}

/* One packet of the one client, or of the server 10.0.1.3 to it; what the step sent to the
 * standby is in the effects still. */
static void client_sends(struct rig_unit *unit, uint16_t port, uint16_t service, uint8_t flags,
                         uint32_t sequence, uint32_t acknowledgement)
{
    struct packet packet =
        rig_from_client(RIG_CLIENT, port, flags, sequence, acknowledgement);
    packet.destination_port = service;
    rig_packet(unit, SIDE_OUTSIDE, &packet);
}

static void server_sends(struct rig_unit *unit, uint16_t port, uint16_t service, uint8_t flags,
                         uint32_t sequence, uint32_t acknowledgement)
{
    struct packet packet =
        rig_from_server(3, RIG_CLIENT, port, flags, sequence, acknowledgement);
    packet.source_port = service;
    rig_packet(unit, SIDE_INSIDE, &packet);
}

/* The handshake but for the last packet; the last packet. */
static void begin(uint16_t port, uint16_t service)
{
    client_sends(active, port, service, TCP_SYN, 1000, 0);
    server_sends(active, port, service, TCP_SYN | TCP_ACK, 5000, 1001);
}

static void finish(uint16_t port, uint16_t service)
{
    client_sends(active, port, service, TCP_ACK, 1001, 5001);
}

static void open_told(uint16_t port, uint16_t service)
{
    begin(port, service);
    finish(port, service);
    rig_deliver(active);
}

static void open_untold(uint16_t port, uint16_t service)
{
    begin(port, service);
    finish(port, service);
}

/* A data packet of the server, and the acknowledgement: traffic, and nothing else. */
static void talk(struct rig_unit *unit, uint16_t port, uint16_t service)
{
    server_sends(unit, port, service, TCP_ACK, 5001, 1001);
}

static void reset(uint16_t port, uint16_t service)
{
    client_sends(active, port, service, TCP_RST, 1001, 0);
    rig_deliver(active);
}

static bool knows(const struct rig_unit *unit, uint16_t port, uint16_t service)
{
    struct flow flow = flow_to(port, service);
    struct connection_view view;
    return director_find(unit->director, &flow, &view);
}

static bool are_buddies(const struct rig_unit *unit, uint16_t one_port, uint16_t one_service,
                        uint16_t port, uint16_t service)
{
    struct flow one = flow_to(one_port, one_service);
    struct flow other = flow_to(port, service);
    return director_buddies(unit->director, &one, &other);
}

static bool has_buddies(const struct rig_unit *unit, uint16_t port, uint16_t service)
{
    struct flow flow = flow_to(port, service);
    struct connection_view view;
    ck_assert(director_find(unit->director, &flow, &view));
    return view.has_buddies;
}

/* Deadlines of one unit up to then, each datagram arriving at the other. */
static void run_delivering(struct rig_unit *unit, nstime then)
{
    while (director_deadline(unit->director) <= then) {
        rig.now = MAX(rig.now, director_deadline(unit->director));
        rig_deadline(unit);
        rig_deliver(unit);
    }
    rig.now = then;
}

/* The standby takes over; the active is dead. */
static void take_over(void)
{
    rig_command(standby, "failover hellotime 10ms");
    rig_run(standby, rig.now + 100 * NSTIME_MS);
    ck_assert_int_eq(director_role(standby->director), ROLE_ACTIVE);
    rig_command(standby, "failover hellotime 60min");
}

/* ---- rings */

/* A client with a control and a data connection to one server: they are buddies, on the
 * active from the data connection's SYN on, on the standby from its create on; a web
 * connection of the same client, and another client's, are not. */
START_TEST(ftp_control_and_data_are_buddies)
{
    open_told(1, CONTROL);
    ck_assert(!has_buddies(active, 1, CONTROL));
    begin(2, DATA);
    ck_assert(are_buddies(active, 1, CONTROL, 2, DATA));
    finish(2, DATA);
    ck_assert(!knows(standby, 2, DATA));
    rig_deliver(active);
    ck_assert(are_buddies(standby, 1, CONTROL, 2, DATA));
    open_told(3, 443);
    ck_assert(!has_buddies(active, 3, 443));
    ck_assert(!has_buddies(standby, 3, 443));
    struct packet stranger = rig_from_client(RIG_CLIENT + 1, 4, TCP_SYN, 1000, 0);
    stranger.destination_port = DATA;
    rig_packet(active, SIDE_OUTSIDE, &stranger);
    struct flow strange = rig_flow(RIG_CLIENT + 1, 4), control = flow_to(1, CONTROL);
    strange.local.port = DATA;
    ck_assert(!director_buddies(active->director, &strange, &control));
}
END_TEST

/* A client with two control connections: the data connection belongs to the one that was
 * last active, be it the older or the newer. */
START_TEST(data_belongs_to_the_control_last_active)
{
    open_told(1, CONTROL);
    rig.now += NSTIME_S;
    open_told(2, CONTROL);
    rig.now += NSTIME_S;
    talk(active, _i == 1 ? 1 : 2, CONTROL);
    open_told(3, DATA);
    ck_assert(are_buddies(active, (uint16_t)_i, CONTROL, 3, DATA));
    ck_assert(!has_buddies(active, (uint16_t)(3 - _i), CONTROL));
    ck_assert(are_buddies(standby, (uint16_t)_i, CONTROL, 3, DATA));
}
END_TEST

/* The control connection of a data connection that comes is found whichever of three
 * control connections has ended before. */
START_TEST(a_control_that_ended_is_not_found)
{
    for (uint16_t port = 1; port <= 3; port++)
        open_told(port, CONTROL);
    reset((uint16_t)_i, CONTROL);
    open_told(4, DATA);
    ck_assert(has_buddies(active, 4, DATA));
    reset(4, DATA);
    for (uint16_t port = 1; port <= 3; port++)
        if (port != _i)
            reset(port, CONTROL);
    open_told(5, DATA);
    ck_assert(!has_buddies(active, 5, DATA));
}
END_TEST

/* Three data connections beside one control: a ring of four, the same on both units; each
 * that closes leaves the rest linked, and the last is alone. */
START_TEST(a_ring_of_four_shrinks)
{
    open_told(1, CONTROL);
    for (uint16_t port = 2; port <= 4; port++)
        open_told(port, DATA);
    for (unsigned i = 0; i < 2; i++)
        for (uint16_t port = 2; port <= 4; port++)
            ck_assert(are_buddies(&rig.units[i], 1, CONTROL, port, DATA));
    for (uint16_t port = 2; port <= 4; port++) {
        reset(port, DATA);
        for (unsigned i = 0; i < 2; i++) {
            ck_assert(!knows(&rig.units[i], port, DATA));
            ck_assert(has_buddies(&rig.units[i], 1, CONTROL) == (port < 4));
            ck_assert(port == 4 || are_buddies(&rig.units[i], 1, CONTROL, 4, DATA));
            rig_check(&rig.units[i]);
        }
    }
}
END_TEST

/* The explicit call: two rings of two become one of four by one command, and the standby,
 * which knows all, hears of it in one datagram; a second time changes nothing and sends
 * nothing (R-606 b, A-11, R-605). */
START_TEST(a_command_merges_two_rings)
{
    static const char merge[] =
        "buddy 198.51.100.7:1 192.0.2.80:443 198.51.100.7:4 192.0.2.80:443";
    for (uint16_t port = 1; port <= 4; port++)
        open_told(port, 443);
    rig_command(active, "buddy 198.51.100.7:1 192.0.2.80:443 198.51.100.7:2 192.0.2.80:443");
    rig_deliver(active);
    rig_command(active, "buddy 198.51.100.7:3 192.0.2.80:443 198.51.100.7:4 192.0.2.80:443");
    rig_deliver(active);
    ck_assert(!are_buddies(standby, 1, 443, 3, 443));
    rig_command(active, merge);
    ck_assert_uint_eq(rig_count(active, EFFECT_DATAGRAM), 1);
    rig_deliver(active);
    for (unsigned i = 0; i < 2; i++)
        for (uint16_t port = 2; port <= 4; port++)
            ck_assert(are_buddies(&rig.units[i], 1, 443, port, 443));
    rig_command(active, merge);
    ck_assert_uint_eq(rig_count(active, EFFECT_DATAGRAM), 0);
}
END_TEST

/* A command that names a connection that is not there, or one twice, is refused with a
 * sentence and links nothing. */
START_TEST(a_wrong_command_links_nothing)
{
    static const char *const wrong[][2] = {
        {"buddy 198.51.100.7:1 192.0.2.80:443 198.51.100.7:9 192.0.2.80:443",
         "buddy: there is none 198.51.100.7:9 > 192.0.2.80:443 tcp; show connections lists all"},
        {"buddy 198.51.100.7:8 192.0.2.80:443 198.51.100.7:1 192.0.2.80:443",
         "buddy: there is none 198.51.100.7:8 > 192.0.2.80:443 tcp; show connections lists all"},
        {"buddy 198.51.100.7:1 192.0.2.80:443 198.51.100.7:1 192.0.2.80:443",
         "buddy: 198.51.100.7:1 192.0.2.80:443 is named twice; name two connections"},
    };
    open_told(1, 443);
    struct event event = {.kind = EVENT_COMMAND, .command = wrong[_i][0]};
    director_step(active->director, rig.now, &event, &active->effects);
    const struct effect *reply = rig_effect(active, EFFECT_REPLY, 0);
    ck_assert(!reply->reply.ok);
    ck_assert_str_eq(effect_text(&active->effects, reply), wrong[_i][1]);
    ck_assert(!has_buddies(active, 1, 443));
}
END_TEST

/* ---- idleness */

/* An idle control connection beside a data connection that talks every 10 s, the idle time
 * being 20 s: both are there after two minutes; when the data connection falls silent too,
 * both go in the same instant, one idle time after its last packet, with a delete each,
 * and the standby is empty as well. */
START_TEST(idle_control_lives_by_its_data)
{
    open_told(1, CONTROL);
    open_told(2, DATA);
    for (unsigned i = 0; i < 12; i++) {
        run_delivering(active, rig.now + 10 * NSTIME_S);
        talk(active, 2, DATA);
        ck_assert(knows(active, 1, CONTROL));
    }
    nstime last = rig.now;
    run_delivering(active, last + 20 * NSTIME_S - 1);
    ck_assert(knows(active, 1, CONTROL) && knows(active, 2, DATA));
    run_delivering(active, last + 20 * NSTIME_S);
    ck_assert_uint_eq(director_connections(active->director), 0);
    ck_assert_uint_eq(director_count(active->director, NOTE_DELETE_SENT), 2);
    ck_assert_uint_eq(director_connections(standby->director), 0);
}
END_TEST

/* The same without a ring: the control connection goes after 20 s although its client
 * talks on another connection. That is what buddies are for. */
START_TEST(without_a_buddy_it_goes)
{
    open_told(1, CONTROL);
    open_told(2, 443);
    for (unsigned i = 0; i < 2; i++) {
        run_delivering(active, rig.now + 10 * NSTIME_S);
        talk(active, 2, 443);
    }
    ck_assert(!knows(active, 1, CONTROL));
    ck_assert(knows(active, 2, 443));
}
END_TEST

/* The same over a takeover in the middle of the transfer: the new active has the ring from
 * the datagrams alone, the control connection lives by its data and both go together
 * (R-604, R-913, R-1011, R-1013). */
START_TEST(lives_by_its_data_after_a_takeover)
{
    rig_command(active, _i == 0 ? "option buddy-packet same" : "option buddy-packet separate");
    open_told(1, CONTROL);
    open_told(2, DATA);
    take_over();
    for (unsigned i = 0; i < 6; i++) {
        rig_run(standby, rig.now + 10 * NSTIME_S);
        talk(standby, 2, DATA);
        ck_assert_uint_eq(rig_count(standby, EFFECT_FORWARD), 1);
        ck_assert(knows(standby, 1, CONTROL));
    }
    nstime last = rig.now;
    rig_run(standby, last + 20 * NSTIME_S - 1);
    ck_assert_uint_eq(director_connections(standby->director), 2);
    rig_run(standby, last + 20 * NSTIME_S);
    ck_assert_uint_eq(director_connections(standby->director), 0);
}
END_TEST

/* A data connection that ends after 15 s of talk hands its last activity to the control
 * connection, which so lives until one idle time after that; without the handing over it
 * would have gone at 20 s. */
START_TEST(a_leaver_hands_its_activity_over)
{
    open_told(1, CONTROL);
    open_told(2, DATA);
    run_delivering(active, rig.now + 15 * NSTIME_S);
    reset(2, DATA);
    run_delivering(active, rig.now + 20 * NSTIME_S - 1);
    ck_assert(knows(active, 1, CONTROL));
    run_delivering(active, rig.now + 1);
    ck_assert(!knows(active, 1, CONTROL));
}
END_TEST

/* A data connection that is never answered ends at the half-open time although its control
 * connection is busy: a request is not idle, it is unfinished (fact F-605). */
START_TEST(a_half_open_buddy_ends_by_itself)
{
    open_told(1, CONTROL);
    client_sends(active, 2, DATA, TCP_SYN, 1000, 0);
    ck_assert(are_buddies(active, 1, CONTROL, 2, DATA));
    for (unsigned i = 0; i < 6; i++) {
        ck_assert(knows(active, 2, DATA));
        run_delivering(active, rig.now + 10 * NSTIME_S);
        talk(active, 1, CONTROL);
    }
    ck_assert(!knows(active, 2, DATA));
    ck_assert(knows(active, 1, CONTROL));
    ck_assert(!has_buddies(active, 1, CONTROL));
}
END_TEST

/* A data connection closed in order is held for the delay and no longer, its control
 * connection being busy. */
START_TEST(a_held_buddy_ends_by_itself)
{
    rig_command(active, "delay 192.0.2.80:0 5s");
    open_told(1, CONTROL);
    open_told(2, DATA);
    client_sends(active, 2, DATA, TCP_FIN | TCP_ACK, 1001, 5001);
    server_sends(active, 2, DATA, TCP_FIN | TCP_ACK, 5001, 1002);
    client_sends(active, 2, DATA, TCP_ACK, 1002, 5002);
    run_delivering(active, rig.now + 5 * NSTIME_S - 1);
    ck_assert(knows(active, 2, DATA));
    run_delivering(active, rig.now + 1);
    ck_assert(!knows(active, 2, DATA));
    ck_assert(!knows(standby, 2, DATA));
    ck_assert(knows(active, 1, CONTROL));
}
END_TEST

/* ---- the datagrams */

/* The records of the n-th datagram of the latest step. */
static unsigned records_of(unsigned n, struct record records[RECORD_COUNT_MAX])
{
    unsigned count = 0;
    const struct effect *effect = rig_effect(active, EFFECT_DATAGRAM, n);
    ck_assert_ptr_nonnull(effect);
    ck_assert_int_eq(record_decode(effect_bytes(&active->effects, effect),
                                   effect->datagram.length, records, &count),
                     REFUSAL_NONE);
    for (unsigned i = 0; i < count; i++)
        ck_assert_uint_eq(records[i].flags, RECORD_PM_COUNTED | RECORD_VM_COUNTED);
    return count;
}

/* A data connection that joins a control and two data connections: with "same" three
 * datagrams, of two records each; with "separate" one of one record and three of two. Each
 * pair begins with the new connection; what is sent is counted as creates and what is
 * beyond them. */
START_TEST(each_form_sends_its_datagrams)
{
    bool separate = _i == 1;
    rig_command(active, separate ? "option buddy-packet separate" : "option buddy-packet same");
    open_told(1, CONTROL);
    open_told(2, DATA);
    open_told(3, DATA);
    uint64_t extra = director_count(active->director, NOTE_CREATE_REPEATED);
    open_untold(4, DATA);
    unsigned datagrams = separate ? 4 : 3;
    ck_assert_uint_eq(rig_count(active, EFFECT_DATAGRAM), datagrams);
    bool named[5] = {false};
    for (unsigned i = 0; i < datagrams; i++) {
        struct record records[RECORD_COUNT_MAX];
        ck_assert_uint_eq(records_of(i, records), separate && i == 0 ? 1 : 2);
        ck_assert_uint_eq(records[0].foreign.port, 4);
        if (!separate || i > 0)
            named[records[1].foreign.port] = true;
    }
    ck_assert(named[1] && named[2] && named[3]);
    ck_assert_uint_eq(rig_notes(active, NOTE_CREATE_SENT), 1);
    ck_assert_uint_eq(rig_notes(active, NOTE_BUDDY_ADDED), 3);
    ck_assert_uint_eq(director_count(active->director, NOTE_CREATE_REPEATED) - extra,
                      datagrams - 1);
}
END_TEST

/* A data connection that is half open when another is established goes unmentioned, and is
 * announced with all its buddies when it becomes active itself. */
START_TEST(a_half_open_buddy_is_left_out)
{
    open_told(1, CONTROL);
    begin(2, DATA);
    open_untold(3, DATA);
    ck_assert_uint_eq(rig_count(active, EFFECT_DATAGRAM), 1);
    rig_deliver(active);
    ck_assert(!knows(standby, 2, DATA));
    finish(2, DATA);
    ck_assert_uint_eq(rig_count(active, EFFECT_DATAGRAM), 2);
    rig_deliver(active);
    ck_assert(are_buddies(standby, 1, CONTROL, 2, DATA));
    ck_assert(are_buddies(standby, 3, DATA, 2, DATA));
}
END_TEST

/* A control connection whose create was lost is known from the data connection's datagram,
 * with its counters, and its end is told: a buddy's record is a create like any other
 * (R-913, A-06a, R-806). */
START_TEST(a_lost_create_comes_as_a_buddy)
{
    open_untold(1, CONTROL);
    open_told(2, DATA);
    ck_assert(are_buddies(standby, 1, CONTROL, 2, DATA));
    reset(1, CONTROL);
    ck_assert(!knows(standby, 1, CONTROL));
    ck_assert(knows(standby, 2, DATA));
}
END_TEST

/* After a takeover the former active returns, empty. A data connection made then carries
 * the control connection, of which the new standby was never told, over to it; and so the
 * control connection's end is told as well. */
START_TEST(a_new_standby_hears_of_the_control)
{
    open_told(1, CONTROL);
    take_over();
    rig_start(&rig, 0, ROLE_STANDBY);
    serve_ftp(active);
    rig_deadline(active);
    rig_deliver(active);
    active = &rig.units[1];
    standby = &rig.units[0];
    open_told(2, DATA);
    ck_assert(are_buddies(active, 1, CONTROL, 2, DATA));
    ck_assert(are_buddies(standby, 1, CONTROL, 2, DATA));
    reset(1, CONTROL);
    ck_assert(!knows(standby, 1, CONTROL));
    ck_assert(knows(standby, 2, DATA));
}
END_TEST

/* A buddy on a machine that is not replicated is not told. */
START_TEST(an_unreplicated_buddy_is_left_out)
{
    rig_command(active, "no replicate 192.0.2.80:0");
    open_told(1, CONTROL);
    client_sends(active, 3, WEB, TCP_SYN, 1000, 0);
    struct connection_view view;
    ck_assert(rig_knows(active, RIG_CLIENT, 3, &view));
    rig_command(active, "buddy 198.51.100.7:1 192.0.2.80:21 198.51.100.7:3 192.0.2.80:80");
    struct packet answer = rig_from_server(view.real.ip - RIG_REAL_IP, RIG_CLIENT, 3,
                                           TCP_SYN | TCP_ACK, 5000, 1001);
    rig_packet(active, SIDE_INSIDE, &answer);
    finish(3, WEB);
    struct record records[RECORD_COUNT_MAX];
    ck_assert_uint_eq(rig_count(active, EFFECT_DATAGRAM), 1);
    ck_assert_uint_eq(records_of(0, records), 1);
    rig_deliver(active);
    ck_assert_uint_eq(director_connections(standby->director), 1);
}
END_TEST

/* ---- the property */

enum { PORTS = 6 };

static void act_by_lot(struct dice *dice)
{
    uint16_t port = (uint16_t)(1 + dice_below(dice, PORTS));
    uint16_t service = port <= 2 ? CONTROL : DATA;
    unsigned lot = dice_below(dice, 8);
    if (!knows(active, port, service)) {
        begin(port, service);
    } else if (lot == 0) {
        client_sends(active, port, service, TCP_RST, 1001, 0);
    } else if (lot == 1) {
        run_delivering(active, rig.now + 9 * NSTIME_S);
        return;
    } else {
        finish(port, service);
    }
    rig_deliver(active);
}

static bool is_told(uint16_t port)
{
    struct flow flow = flow_to(port, port <= 2 ? CONTROL : DATA);
    struct connection_view view;
    return director_find(active->director, &flow, &view) && view.create_sent;
}

/* Requests, answers, resets and idle times of eight connections by lot, nothing lost: after
 * every step the standby has the connections that were announced and no others, and two of
 * them are buddies there exactly when they are on the active; in both forms (R-920, R-308,
 * */
START_TEST(both_units_have_the_same_rings)
{
    struct dice dice = {(uint64_t)_i};
    unsigned linked = 0;
    rig_command(active, _i % 2 == 0 ? "option buddy-packet same" : "option buddy-packet separate");
    for (unsigned step = 0; step < 400; step++) {
        act_by_lot(&dice);
        rig_check(active);
        rig_check(standby);
        for (uint16_t a = 1; a <= PORTS; a++) {
            uint16_t service = a <= 2 ? CONTROL : DATA;
            ck_assert(knows(standby, a, service) == is_told(a));
            for (uint16_t b = 1; b < a && is_told(a); b++) {
                bool here = is_told(b)
                            && are_buddies(active, a, service, b, b <= 2 ? CONTROL : DATA);
                ck_assert(here == are_buddies(standby, a, service, b, b <= 2 ? CONTROL : DATA));
                linked += here;
            }
        }
    }
    ck_assert_uint_gt(linked, 100);
}
END_TEST

Suite *buddy_suite(void)
{
    Suite *suite = suite_create("buddy");
    TCase *tcase = tcase_create("buddy");
    tcase_add_checked_fixture(tcase, set_up, tear_down);
    tcase_add_test(tcase, ftp_control_and_data_are_buddies);
    tcase_add_loop_test(tcase, data_belongs_to_the_control_last_active, 1, 3);
    tcase_add_loop_test(tcase, a_control_that_ended_is_not_found, 1, 4);
    tcase_add_test(tcase, a_ring_of_four_shrinks);
    tcase_add_test(tcase, a_command_merges_two_rings);
    tcase_add_loop_test(tcase, a_wrong_command_links_nothing, 0, 3);
    tcase_add_test(tcase, idle_control_lives_by_its_data);
    tcase_add_test(tcase, without_a_buddy_it_goes);
    tcase_add_loop_test(tcase, lives_by_its_data_after_a_takeover, 0, 2);
    tcase_add_test(tcase, a_leaver_hands_its_activity_over);
    tcase_add_test(tcase, a_half_open_buddy_ends_by_itself);
    tcase_add_test(tcase, a_held_buddy_ends_by_itself);
    tcase_add_loop_test(tcase, each_form_sends_its_datagrams, 0, 2);
    tcase_add_test(tcase, a_half_open_buddy_is_left_out);
    tcase_add_test(tcase, a_lost_create_comes_as_a_buddy);
    tcase_add_test(tcase, a_new_standby_hears_of_the_control);
    tcase_add_test(tcase, an_unreplicated_buddy_is_left_out);
    tcase_add_loop_test(tcase, both_units_have_the_same_rings, 0, 6);
    suite_add_tcase(suite, tcase);
    return suite;
}
