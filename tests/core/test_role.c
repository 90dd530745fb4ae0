#include "core/hello.h"
#include "core/packet.h"
#include "tests/core/rig.h"
#include "tests/core/suites.h"

#include <string.h>

/* ---- fixture: a pair */

static struct rig rig;
static struct rig_unit *primary, *secondary;

static void set_up(void)
{
    rig_set_up(&rig);
    primary = &rig.units[0];
    secondary = &rig.units[1];
}

static void tear_down(void)
{
    rig_check(primary);
    rig_check(secondary);
    rig_tear_down(&rig);
}

/* An established connection that both units know. */
static unsigned open_known(struct rig_unit *active, uint16_t port)
{
    unsigned server = rig_open(active, RIG_CLIENT, port);
    rig_deliver(active);
    return server;
}

/* The primary dies now, the secondary notices in its own time. */
static void take_over(void)
{
    while (director_role(secondary->director) == ROLE_STANDBY) {
        rig.now = MAX(rig.now, director_deadline(secondary->director));
        rig_deadline(secondary);
    }
}

/* The effects of a step in order: a note by its word, any other by its kind. */
static char *narrative(const struct rig_unit *unit)
{
    GString *text = g_string_new(NULL);
    for (size_t i = 0; i < unit->effects.count; i++) {
        const struct effect *effect = &unit->effects.items[i];
        struct hello hello;
        switch (effect->kind) {
        case EFFECT_NOTE: g_string_append(text, note_word(effect->note.code)); break;
        case EFFECT_CLAIM:
            g_string_append(text, effect->address.ip == RIG_ACTIVE_IP ? "+active-ip"
                                                                      : "+failover-ip");
            break;
        case EFFECT_RELEASE:
            g_string_append(text, effect->address.ip == RIG_ACTIVE_IP ? "-active-ip"
                                                                      : "-failover-ip");
            break;
        case EFFECT_DATAGRAM:
            ck_assert(hello_decode(effect_bytes(&unit->effects, effect),
                                   effect->datagram.length, &hello));
            g_string_append(text, hello.kind == HELLO_YOU_HAVE_FAILED ? "you-have-failed"
                                  : hello.role == ROLE_ACTIVE         ? "hello-active"
                                                                      : "hello-standby");
            break;
        default: g_string_append(text, "?"); break;
        }
        g_string_append_c(text, ' ');
    }
    return g_string_free(text, FALSE);
}

static void assert_narrative(const struct rig_unit *unit, const char *expected)
{
    char *text = narrative(unit);
    ck_assert_str_eq(text, expected);
    g_free(text);
}

/* ---- tests: the start */

/* The primary claims the active address when it learns it, the secondary the failover
 * address; each says what it is (R-1001, R-1009). */
START_TEST(claims_at_the_start)
{
    for (unsigned i = 0; i < 2; i++) {
        struct director_config config = {.rank = i == 0 ? RANK_PRIMARY : RANK_SECONDARY,
                                         .initial_role = i == 0 ? ROLE_ACTIVE : ROLE_STANDBY};
        struct rig_unit *unit = &rig.units[i];
        director_free(unit->director);
        unit->director = director_new(&config, 0);
        rig_command(unit, "ip address 192.0.2.1");
        ck_assert_uint_eq(rig_count(unit, EFFECT_CLAIM), i == 0);
        rig_command(unit, "failover ip address 192.0.2.2");
        ck_assert_uint_eq(rig_count(unit, EFFECT_CLAIM), i == 1);
        rig_command(unit, i == 0 ? "ip address 192.0.2.3" : "failover ip address 192.0.2.3");
        ck_assert_uint_eq(rig_effect(unit, EFFECT_RELEASE, 0)->address.ip, RIG_ACTIVE_IP + i);
        ck_assert_uint_eq(rig_effect(unit, EFFECT_CLAIM, 0)->address.ip, RIG_ACTIVE_IP + 2);
        ck_assert_uint_eq(director_count(unit->director, i == 0 ? NOTE_BECAME_ACTIVE
                                                                : NOTE_BECAME_STANDBY), 1);
    }
}
END_TEST

/* ---- tests: takeover */

/* The order of a takeover, all in one step: silence, role, addresses, "you have
 * failed", hello (R-1002, R-1008, R-1010). */
START_TEST(takes_over_in_order)
{
    take_over();
    ck_assert_int_eq(rig.now, 2100 * NSTIME_MS);
    assert_narrative(secondary, "hello-missed peer-silent became-active -failover-ip +active-ip "
                                "you-have-failed hello-active ");
    ck_assert_uint_eq(rig_note(secondary, NOTE_BECAME_ACTIVE)->detail, ROLE_PEER_FAILED);
}
END_TEST

/* Connections idle far longer than the idle time at takeover: none is timed out with
 * the change, each lives one full idle time from it, and goes then (R-1010, R-1011). */
START_TEST(gives_every_timer_a_new_start)
{
    rig_command(primary, "timeout 192.0.2.80:80 10s");
    rig_command(secondary, "timeout 192.0.2.80:80 10s");
    rig_command(secondary, "option standby-timeout 1000s");
    for (uint16_t port = 1; port <= 50; port++)
        open_known(primary, port);
    for (nstime then = NSTIME_S; then <= 60 * NSTIME_S; then += NSTIME_S) {
        struct hello hello = {.kind = HELLO_HELLO, .role = ROLE_ACTIVE,
                              .sequence = (uint32_t)(then / NSTIME_S)};
        uint8_t bytes[HELLO_SIZE];
        rig_run(secondary, then);
        hello_encode(&hello, bytes);
        rig_datagram(secondary, CHANNEL_HELLO, bytes, sizeof bytes);
    }
    take_over();
    nstime taken = rig.now;
    ck_assert_int_eq(taken, 62100 * NSTIME_MS);
    ck_assert_uint_eq(director_connections(secondary->director), 50);
    struct packet packet = rig_from_client(RIG_CLIENT, 1, TCP_ACK, 1001, 5001);
    rig_run(secondary, taken + 5 * NSTIME_S);
    rig_packet(secondary, SIDE_OUTSIDE, &packet);
    rig_run(secondary, taken + 10 * NSTIME_S - 1);
    ck_assert_uint_eq(director_connections(secondary->director), 50);
    rig_run(secondary, taken + 10 * NSTIME_S);
    ck_assert_uint_eq(director_connections(secondary->director), 1);
    rig_run(secondary, taken + 15 * NSTIME_S);
    ck_assert_uint_eq(director_connections(secondary->director), 0);
}
END_TEST

/* A standby's own timeout falls due in the very instant of the takeover: the takeover goes
 * first, and renews it (R-610, R-1011, A-22). */
START_TEST(times_nothing_out_in_its_own_instant)
{
    rig_command(secondary, "option standby-timeout 2s");
    rig.now = 100 * NSTIME_MS;
    open_known(primary, 1);
    take_over();
    ck_assert_int_eq(rig.now, 2100 * NSTIME_MS);
    ck_assert_uint_eq(director_count(secondary->director, NOTE_AGED_OUT), 0);
    ck_assert_uint_eq(director_connections(secondary->director), 1);
}
END_TEST

/* Each virtual machine's own idle time holds after the takeover, counted from it, and
 * not the active's time before it: the one with the short time loses its connection
 * first, both to the nanosecond (R-602, R-1011). */
START_TEST(gives_each_its_own_idle_time)
{
    static const nstime times[] = {40 * NSTIME_S, 25 * NSTIME_S};
    for (unsigned i = 0; i < 2; i++) {
        rig_command(&rig.units[i], "virtual 192.0.2.80:81");
        rig_command(&rig.units[i], "bind 192.0.2.80:81 10.0.1.1:80");
        rig_command(&rig.units[i], "replicate 192.0.2.80:81");
        rig_command(&rig.units[i], "timeout 192.0.2.80:80 40s");
        rig_command(&rig.units[i], "timeout 192.0.2.80:81 25s");
    }
    open_known(primary, 1);
    struct flow flows[2] = {rig_flow(RIG_CLIENT, 1), rig_flow(RIG_CLIENT, 2)};
    flows[1].local.port = 81;
    struct packet packet = rig_from_client(RIG_CLIENT, 2, TCP_SYN, 1000, 0);
    packet.destination_port = 81;
    rig_command(primary, "option active-on syn");
    rig_packet(primary, SIDE_OUTSIDE, &packet);
    rig_deliver(primary);
    take_over();
    nstime taken = rig.now;
    for (unsigned i = 2; i-- > 0;) {
        struct connection_view view;
        rig_run(secondary, taken + times[i] - 1);
        ck_assert(director_find(secondary->director, &flows[i], &view));
        rig_run(secondary, taken + times[i]);
        ck_assert(!director_find(secondary->director, &flows[i], &view));
        ck_assert_uint_eq(director_connections(secondary->director), i);
    }
}
END_TEST

/* After a takeover every packet of a replicated connection is translated as the old
 * active would have, in both directions (R-921, R-1012, R-1013); also where a machine stands
 * for all ports, whichever of the two forms each unit stores addresses in (R-117,
 * */
START_TEST(translates_as_before)
{
    unsigned servers[40];
    rig_command(primary, (_i & 1) != 0 ? "option conn-real pointer" : "option conn-real direct");
    rig_command(secondary, (_i & 2) != 0 ? "option conn-real pointer" : "option conn-real direct");
    for (unsigned i = 0; i < 2 && (_i & 4) != 0; i++) {
        rig_command(&rig.units[i], "no virtual 192.0.2.80:80");
        rig_command(&rig.units[i], "no real all");
        rig_command(&rig.units[i], "virtual 192.0.2.80:0");
        rig_command(&rig.units[i], "replicate 192.0.2.80:0");
        rig_command(&rig.units[i], "real 10.0.1.1:0");
        rig_command(&rig.units[i], "real 10.0.1.2:80");
        rig_command(&rig.units[i], "bind 192.0.2.80:0 10.0.1.1:0 10.0.1.2:80");
    }
    for (uint16_t port = 0; port < 40; port++)
        servers[port] = open_known(primary, port);
    take_over();
    for (uint16_t port = 0; port < 40; port++) {
        struct packet in = rig_from_client(RIG_CLIENT, port, TCP_ACK, 1001, 5001);
        struct packet out = rig_from_server(servers[port], RIG_CLIENT, port, TCP_ACK, 5001, 1001);
        for (unsigned i = 0; i < 2; i++) {
            const struct packet *packet = i == 0 ? &in : &out;
            rig_packet(primary, i == 0 ? SIDE_OUTSIDE : SIDE_INSIDE, packet);
            rig_packet(secondary, i == 0 ? SIDE_OUTSIDE : SIDE_INSIDE, packet);
            enum side to = i == 0 ? SIDE_INSIDE : SIDE_OUTSIDE;
            rig_assert_same_packet(rig_forwarded(primary, to), rig_forwarded(secondary, to));
        }
    }
}
END_TEST

/* What the standby did not know is gone: a connection whose create was lost, one still
 * half open (R-1014, R-1015); a repeated request is a new one. */
START_TEST(loses_what_it_was_not_told)
{
    rig_open(primary, RIG_CLIENT, 1);
    take_over();
    struct packet packet = rig_from_client(RIG_CLIENT, 1, TCP_ACK, 1001, 5001);
    rig_packet(secondary, SIDE_OUTSIDE, &packet);
    rig_assert_dropped(secondary, NOTE_DROPPED, DROP_UNKNOWN_INBOUND);
    packet = rig_from_client(RIG_CLIENT, 1, TCP_SYN, 1000, 0);
    rig_packet(secondary, SIDE_OUTSIDE, &packet);
    rig_note(secondary, NOTE_OPENED);
    rig_forwarded(secondary, SIDE_INSIDE);
}
END_TEST

/* New connections are balanced from the counters kept as standby: 20 known ones all on
 * one server, so the next 20 go to the other (R-310, R-1012). */
START_TEST(balances_from_kept_counters)
{
    rig_command(primary, "out-of-service 10.0.1.2:80");
    for (uint16_t port = 0; port < 20; port++)
        ck_assert_uint_eq(open_known(primary, port), 1);
    take_over();
    for (uint16_t port = 100; port < 120; port++)
        ck_assert_uint_eq(rig_open(secondary, RIG_CLIENT, port), 2);
}
END_TEST

/* A connection taken over closes in order: FINs seen from there on, also where one FIN
 * went through the old active and only its repetition comes here. */
START_TEST(closes_what_it_took_over)
{
    unsigned server = open_known(primary, RIG_PORT);
    if (_i == 1) {
        rig_client(primary, TCP_FIN | TCP_ACK, 1001, 5001);
        rig_server(primary, server, TCP_ACK, 5001, 1002);
    }
    take_over();
    rig_server(secondary, server, TCP_FIN | TCP_ACK, 5001, _i == 1 ? 1002 : 1001);
    rig_client(secondary, TCP_FIN | TCP_ACK, 1001, 5002);
    if (_i == 0)
        rig_server(secondary, server, TCP_ACK, 5002, 1002);
    ck_assert(rig_gone(secondary));
    ck_assert_uint_eq(rig_note(secondary, NOTE_ENDED)->detail, END_CLOSED);
    ck_assert_uint_eq(rig_note(secondary, NOTE_ENDED)->tag, RIG_CLIENT << 16 | RIG_PORT);
}
END_TEST

/* Just after a takeover nothing is known of a connection's numbers: any RST ends it. */
START_TEST(believes_the_first_reset)
{
    open_known(primary, RIG_PORT);
    take_over();
    rig_client(secondary, TCP_RST, 123456, 0);
    ck_assert(rig_gone(secondary));
}
END_TEST

/* "no failover": the silence is noted, nothing is taken; "failover" takes it at once
 * (R-1019). */
START_TEST(takes_over_only_if_allowed)
{
    rig_command(secondary, "no failover");
    rig_run(secondary, 60 * NSTIME_S);
    ck_assert_int_eq(director_role(secondary->director), ROLE_STANDBY);
    ck_assert_uint_eq(director_count(secondary->director, NOTE_PEER_SILENT), 1);
    rig_command(secondary, "failover");
    ck_assert_int_eq(director_role(secondary->director), ROLE_ACTIVE);
}
END_TEST

/* ---- tests: two of one role */

/* A unit that hears "you have failed" gives up the role, the address and its table
 * without a delete to anybody (R-1008, R-1017, R-1105, A-18). */
START_TEST(steps_down_when_told)
{
    for (uint16_t port = 0; port < 5; port++)
        open_known(primary, port);
    take_over();
    rig_deliver(secondary);
    ck_assert_int_eq(director_role(primary->director), ROLE_STANDBY);
    ck_assert_uint_eq(director_count(primary->director, NOTE_BECAME_STANDBY), 1);
    ck_assert_uint_eq(director_connections(primary->director), 0);
    ck_assert_uint_eq(director_count(primary->director, NOTE_DELETE_SENT), 0);
    ck_assert_uint_eq(director_connections(secondary->director), 5);
    rig_run_both(&rig, rig.now + 60 * NSTIME_S); /* and no automatic return (R-1102) */
    ck_assert_int_eq(director_role(primary->director), ROLE_STANDBY);
    ck_assert_int_eq(director_role(secondary->director), ROLE_ACTIVE);
}
END_TEST

/* The order of stepping down, seen on two connections. */
START_TEST(steps_down_in_order)
{
    struct hello hello = {.kind = HELLO_YOU_HAVE_FAILED, .rank = RANK_SECONDARY};
    uint8_t bytes[HELLO_SIZE];
    hello_encode(&hello, bytes);
    rig_open(primary, RIG_CLIENT, 1);
    rig_open(primary, RIG_CLIENT, 2);
    rig_datagram(primary, CHANNEL_HELLO, bytes, sizeof bytes);
    assert_narrative(primary, "became-standby ended ended -active-ip +failover-ip ");
    ck_assert_uint_eq(rig_note(primary, NOTE_BECAME_STANDBY)->detail, ROLE_TOLD_FAILED);
    rig_datagram(primary, CHANNEL_HELLO, bytes, sizeof bytes); /* a copy changes nothing */
    ck_assert_uint_eq(primary->effects.count, 0);
}
END_TEST

/* Both active, "you have failed" was lost: at the first hello from either side the
 * secondary yields and the primary claims the address once more; then all is quiet
 * (R-1017). */
START_TEST(primary_prevails)
{
    open_known(primary, 1);
    take_over();
    effects_reset(&primary->effects);
    effects_reset(&secondary->effects); /* its messages are lost */
    struct rig_unit *first = &rig.units[_i];
    rig.now = MAX(rig.now, director_deadline(first->director));
    while (rig_count(first, EFFECT_DATAGRAM) == 0)
        rig_deadline(first);
    bool claimed = false;
    struct rig_unit *from = first;
    for (unsigned i = 0; i < 10 && rig_count(from, EFFECT_DATAGRAM) > 0; i++) {
        rig_deliver(from);
        from = from == primary ? secondary : primary;
        claimed = claimed || (from == primary && rig_count(primary, EFFECT_CLAIM) == 1
                              && director_role(secondary->director) == ROLE_STANDBY);
    }
    ck_assert_uint_eq(rig_count(from, EFFECT_DATAGRAM), 0);
    ck_assert(claimed);
    ck_assert_int_eq(director_role(primary->director), ROLE_ACTIVE);
    ck_assert_int_eq(director_role(secondary->director), ROLE_STANDBY);
    ck_assert_uint_ge(director_count(primary->director, NOTE_BOTH_ACTIVE), 1);
    ck_assert_uint_eq(director_count(secondary->director, NOTE_BOTH_ACTIVE), 1);
    ck_assert_uint_eq(director_connections(primary->director), 1);
    ck_assert_uint_eq(director_connections(secondary->director), 0);
    uint64_t met = director_count(primary->director, NOTE_BOTH_ACTIVE);
    rig_run_both(&rig, rig.now + 10 * NSTIME_S);
    ck_assert_uint_eq(director_count(primary->director, NOTE_BOTH_ACTIVE), met);
}
END_TEST

/* Two units that were both told the same rank by mistake do not answer each other for
 * ever: the one with the lower address goes first, in either role (R-1017). */
START_TEST(equals_go_by_address)
{
    struct rig_unit *unit = &rig.units[_i / 2];
    struct hello hello = {
        .kind = HELLO_HELLO,
        .rank = _i / 2 == 0 ? RANK_PRIMARY : RANK_SECONDARY,
        .role = _i % 2 == 0 ? ROLE_ACTIVE : ROLE_STANDBY,
    };
    uint8_t bytes[HELLO_SIZE];
    rig_start(&rig, unit->number, hello.role);
    hello_encode(&hello, bytes);
    rig_datagram(unit, CHANNEL_HELLO, bytes, sizeof bytes);
    ck_assert_int_eq(director_role(unit->director), _i / 2 == 0 ? ROLE_ACTIVE : ROLE_STANDBY);
}
END_TEST

/* Both start as standby: the primary serves as soon as they have heard of each other
 * (R-1009). */
START_TEST(primary_serves_when_nobody_does)
{
    rig_start(&rig, 0, ROLE_STANDBY);
    rig_run_both(&rig, 600 * NSTIME_MS);
    ck_assert_int_eq(director_role(primary->director), ROLE_ACTIVE);
    ck_assert_int_eq(director_role(secondary->director), ROLE_STANDBY);
    ck_assert_uint_eq(director_count(primary->director, NOTE_PEER_SILENT), 0);
}
END_TEST

/* The active restarts faster than it can be missed, and comes back empty, as a standby.
 * The one with the connections serves, primary or not (R-1009 speaks of a simultaneous
 * start only). */
START_TEST(full_table_goes_before_rank)
{
    rig_run_both(&rig, 3 * NSTIME_S);
    open_known(primary, 1);
    rig_run_both(&rig, 3200 * NSTIME_MS);
    rig_start(&rig, 0, ROLE_STANDBY);
    rig_run_both(&rig, 4 * NSTIME_S);
    ck_assert_int_eq(director_role(primary->director), ROLE_STANDBY);
    ck_assert_int_eq(director_role(secondary->director), ROLE_ACTIVE);
    ck_assert_uint_eq(director_connections(secondary->director), 1);
}
END_TEST

/* ---- tests: a new standby */

/* The dead unit comes back as standby: it gets what is established from then on, and
 * not what stood before (R-1101, R-1102, R-1106); a second takeover keeps just that. */
START_TEST(serves_a_new_standby)
{
    rig_run_both(&rig, 2 * NSTIME_S);
    open_known(primary, 1);
    take_over();
    rig_open(secondary, RIG_CLIENT, 2);
    rig_note(secondary, NOTE_UNSENT);
    rig_start(&rig, 0, ROLE_STANDBY);
    rig_run_both(&rig, rig.now + 2 * NSTIME_S);
    ck_assert_int_eq(director_role(primary->director), ROLE_STANDBY);
    ck_assert_uint_eq(director_count(secondary->director, NOTE_PEER_HEARD), 1);
    unsigned server = open_known(secondary, 3);
    open_known(secondary, 4);
    ck_assert_uint_eq(director_connections(primary->director), 2);
    rig_close(secondary, server, RIG_CLIENT, 3);
    ck_assert_uint_eq(rig_notes(secondary, NOTE_DELETE_SENT), 1);
    rig_deliver(secondary);
    ck_assert_uint_eq(director_connections(primary->director), 1);
    rig_start(&rig, 1, ROLE_STANDBY); /* dies, and is away for long enough */
    rig_run(primary, rig.now + 10 * NSTIME_S);
    ck_assert_int_eq(director_role(primary->director), ROLE_ACTIVE);
    struct connection_view view;
    ck_assert(rig_knows(primary, RIG_CLIENT, 4, &view));
}
END_TEST

/* The standby restarts faster than it is missed: what the old one was told, the new one
 * was not. Nothing is deleted there that it never had; a standby that was only silent
 * still gets its deletes. */
START_TEST(knows_a_new_standby_from_a_silent_one)
{
    rig_run_both(&rig, 2 * NSTIME_S);
    unsigned server = open_known(primary, RIG_PORT);
    ck_assert(rig_view(primary).create_sent);
    rig_run_both(&rig, 3 * NSTIME_S);
    if (_i == 0) {
        rig_start(&rig, 1, ROLE_STANDBY);
    } else {
        rig_command(secondary, "no failover");
        rig_run(primary, rig.now + 10 * NSTIME_S);
        ck_assert_uint_eq(director_count(primary->director, NOTE_PEER_SILENT), 1);
    }
    rig_run_both(&rig, rig.now + 1100 * NSTIME_MS);
    ck_assert_int_eq(rig_view(primary).create_sent, _i);
    rig_close(primary, server, RIG_CLIENT, RIG_PORT);
    ck_assert_uint_eq(rig_notes(primary, NOTE_DELETE_SENT), (unsigned)_i);
}
END_TEST

/* The standby's table begins anew, by a restart or because it yields to the primary, and
 * hears of a connection before its own first hello is heard. That one is known to the
 * new table: its delete is due, and no ghost stays there. */
START_TEST(forgets_nothing_told_to_a_new_table)
{
    struct connection_view view;
    rig_run_both(&rig, 2 * NSTIME_S);
    open_known(primary, 1);
    rig_run_both(&rig, 3 * NSTIME_S);
    if (_i == 0) {
        rig_start(&rig, 1, ROLE_STANDBY);
    } else {
        rig_run(secondary, 6 * NSTIME_S); /* the primary stands still, and goes on */
        ck_assert_int_eq(director_role(secondary->director), ROLE_ACTIVE);
        rig_deadline(primary);
        rig_deliver(primary);
        ck_assert_int_eq(director_role(secondary->director), ROLE_STANDBY);
        rig_deliver(secondary);
    }
    unsigned server = open_known(primary, 2);
    ck_assert_uint_eq(director_connections(secondary->director), 1);
    effects_reset(&secondary->effects);
    while (rig_count(secondary, EFFECT_DATAGRAM) == 0) {
        rig.now = MAX(rig.now, director_deadline(secondary->director));
        rig_deadline(secondary);
    }
    rig_deliver(secondary); /* its first hello: the address is claimed anew (R-1001) */
    unsigned claims = rig_count(primary, EFFECT_CLAIM);
    rig_run_both(&rig, rig.now + 3 * NSTIME_S);
    ck_assert(rig_knows(primary, RIG_CLIENT, 1, &view) && !view.create_sent);
    ck_assert_uint_eq(claims, 1);
    rig_close(primary, server, RIG_CLIENT, 2);
    rig_deliver(primary);
    ck_assert_uint_eq(director_connections(secondary->director), 0);
}
END_TEST

Suite *role_suite(void)
{
    Suite *suite = suite_create("role");
    TCase *tcase = tcase_create("role");
    tcase_add_checked_fixture(tcase, set_up, tear_down);
    tcase_add_test(tcase, claims_at_the_start);
    tcase_add_test(tcase, takes_over_in_order);
    tcase_add_test(tcase, gives_every_timer_a_new_start);
    tcase_add_test(tcase, times_nothing_out_in_its_own_instant);
    tcase_add_test(tcase, gives_each_its_own_idle_time);
    tcase_add_loop_test(tcase, translates_as_before, 0, 8);
    tcase_add_test(tcase, loses_what_it_was_not_told);
    tcase_add_test(tcase, balances_from_kept_counters);
    tcase_add_loop_test(tcase, closes_what_it_took_over, 0, 2);
    tcase_add_test(tcase, believes_the_first_reset);
    tcase_add_test(tcase, takes_over_only_if_allowed);
    tcase_add_test(tcase, steps_down_when_told);
    tcase_add_test(tcase, steps_down_in_order);
    tcase_add_loop_test(tcase, primary_prevails, 0, 2);
    tcase_add_loop_test(tcase, equals_go_by_address, 0, 4);
    tcase_add_test(tcase, primary_serves_when_nobody_does);
    tcase_add_test(tcase, full_table_goes_before_rank);
    tcase_add_test(tcase, serves_a_new_standby);
    tcase_add_loop_test(tcase, knows_a_new_standby_from_a_silent_one, 0, 2);
    tcase_add_loop_test(tcase, forgets_nothing_told_to_a_new_table, 0, 2);
    suite_add_tcase(suite, tcase);
    return suite;
}
