#include "core/record.h"
#include "core/replication.h"
#include "tests/core/dice.h"
#include "tests/core/rig.h"
#include "tests/core/suites.h"

#include <string.h>

/* ---- fixture: a pair, random clients, and a network between the units that loses,
 * copies and reorders datagrams */

enum { WAITING_MAX = 64, CLIENTS = 3, PORTS = 4 };

struct datagram {
    uint8_t bytes[RECORD_DATAGRAM_MAX];
    size_t length;
};

static struct rig rig;
static struct rig_unit *active, *standby;
static struct dice dice;
static struct datagram waiting[WAITING_MAX];
static unsigned waiting_count;
static unsigned lost_percent, copied_percent, reorder_depth;

/* Called for each datagram before it arrives at the standby. */
static void (*arriving)(const struct record *record);

static void set_up(void)
{
    rig_set_up(&rig);
    active = &rig.units[0];
    standby = &rig.units[1];
    waiting_count = 0;
    lost_percent = copied_percent = reorder_depth = 0;
    arriving = NULL;
    for (unsigned i = 0; i < 2; i++) {
        rig_command(&rig.units[i], "failover hellotime 60min");
        rig_command(&rig.units[i], "failover hellomisses 100");
        rig_command(&rig.units[i], "timeout 192.0.2.80:80 20s");
        rig_command(&rig.units[i], "virtual 192.0.2.80:81");
        rig_command(&rig.units[i], "bind 192.0.2.80:81 10.0.1.1:80 10.0.1.2:80");
        rig_command(&rig.units[i], "replicate 192.0.2.80:81");
    }
}

static void tear_down(void)
{
    rig_tear_down(&rig);
}

static void arrive(unsigned at)
{
    struct datagram datagram = waiting[at];
    struct record records[RECORD_COUNT_MAX];
    unsigned count;
    waiting_count--;
    memmove(&waiting[at], &waiting[at + 1], (waiting_count - at) * sizeof waiting[0]);
    ck_assert_int_eq(record_decode(datagram.bytes, datagram.length, records, &count),
                     REFUSAL_NONE);
    if (arriving != NULL)
        arriving(&records[0]);
    rig_datagram(standby, CHANNEL_REPLICATION, datagram.bytes, datagram.length);
}

/* Let datagrams arrive until no more than keep are under way. */
static void drain(unsigned keep)
{
    while (waiting_count > keep)
        arrive(dice_below(&dice, MIN(waiting_count, reorder_depth + 1)));
}

/* What the active just sent goes on its way, or does not. */
static void carry(void)
{
    const struct effect *effect;
    for (unsigned i = 0; (effect = rig_effect(active, EFFECT_DATAGRAM, i)) != NULL; i++) {
        if (effect->datagram.channel != CHANNEL_REPLICATION
            || dice_below(&dice, 100) < lost_percent)
            continue;
        unsigned copies = dice_below(&dice, 100) < copied_percent ? 2 : 1;
        for (unsigned k = 0; k < copies; k++) {
            ck_assert_uint_lt(waiting_count, WAITING_MAX);
            struct datagram *datagram = &waiting[waiting_count++];
            datagram->length = effect->datagram.length;
            memcpy(datagram->bytes, effect_bytes(&active->effects, effect), datagram->length);
        }
        drain(WAITING_MAX / 2);
    }
}

static void send(enum side side, const struct packet *packet)
{
    rig_packet(active, side, packet);
    carry();
}

static void client_sends(unsigned client, uint16_t port, uint16_t service, uint8_t flags,
                         uint32_t sequence, uint32_t acknowledgement)
{
    struct packet packet = rig_from_client(client, port, flags, sequence, acknowledgement);
    packet.destination_port = service;
    send(SIDE_OUTSIDE, &packet);
}

static void server_sends(const struct connection_view *view, uint8_t flags, uint32_t sequence,
                         uint32_t acknowledgement)
{
    struct packet packet = rig_from_server(view->real.ip - RIG_REAL_IP,
                                           view->foreign.ip - RIG_CLIENT_IP, view->foreign.port,
                                           flags, sequence, acknowledgement);
    send(SIDE_INSIDE, &packet);
}

/* One more packet of this tuple: what could come next, drawn by lot. */
static void go_on(unsigned client, uint16_t port, uint16_t service)
{
    struct connection_view view;
    struct flow flow = rig_flow(client, port);
    flow.local.port = service;
    if (!director_find(active->director, &flow, &view)) {
        client_sends(client, port, service, TCP_SYN, 1000, 0);
        return;
    }
    unsigned lot = dice_below(&dice, 4);
    switch (view.state) {
    case CONN_SYN_SEEN:
        server_sends(&view, lot == 0 ? TCP_RST | TCP_ACK : TCP_SYN | TCP_ACK, 5000, 1001);
        break;
    case CONN_SYNACK_SEEN:
        client_sends(client, port, service, TCP_ACK, 1001, 5001);
        break;
    case CONN_ACTIVE:
        if (lot == 0)
            client_sends(client, port, service, TCP_RST, 1001, 0);
        else if (lot == 1)
            server_sends(&view, TCP_ACK, 5001, 1001);
        else
            client_sends(client, port, service, TCP_FIN | TCP_ACK, 1001, 5001);
        break;
    case CONN_CLOSING:
        if (lot == 0)
            client_sends(client, port, service, TCP_SYN, 1000, 0);
        else if (lot == 1)
            client_sends(client, port, service, TCP_ACK, 1002, 5002);
        else
            server_sends(&view, TCP_FIN | TCP_ACK, 5001, 1002);
        break;
    }
}

/* A random event at the active: mostly packets, at times a long silence, or a machine
 * that comes or goes. */
static void live(void)
{
    static const char *const lines[] = {
        "out-of-service 10.0.1.1:80", "in-service 10.0.1.1:80", "in-service 10.0.1.1:80",
        "predictor 192.0.2.80:80 roundrobin", "predictor 192.0.2.80:80 leastconns"};
    unsigned lot = dice_below(&dice, 200);
    rig.now += dice_below(&dice, 100) * NSTIME_MS;
    if (lot == 0) {
        rig_command(active, lines[dice_below(&dice, G_N_ELEMENTS(lines))]);
        carry();
    } else if (lot == 1) {
        rig.now += 15 * NSTIME_S;
        rig_deadline(active);
        carry();
    } else {
        go_on(dice_below(&dice, CLIENTS), (uint16_t)(1 + dice_below(&dice, PORTS)),
              dice_below(&dice, 2) != 0 ? 80 : 81);
    }
}

/* ---- tests */

static void assert_same_conn(const struct connection_view *a, const struct connection_view *b)
{
    ck_assert(address_equal(a->real, b->real));
    ck_assert_uint_eq(a->bind_id, b->bind_id);
    ck_assert_int_eq(a->pm_counted, b->pm_counted);
    ck_assert_int_eq(a->vm_counted, b->vm_counted);
}

/* Thousands of random events, every datagram delivered at once: after each of them the
 * standby's conns are one to one those of which the active has sent a create: same
 * keys, machine and flags; and both hold together. */
START_TEST(corresponds_without_loss)
{
    dice.state = (uint64_t)_i;
    for (unsigned round = 0; round < 2500; round++) {
        live();
        drain(0);
        uint32_t cursor = 0;
        struct connection_view view, copy;
        size_t expected = 0;
        while (director_next(active->director, &cursor, &view)) {
            if (!view.create_sent)
                continue;
            struct flow flow = {view.foreign, view.virtual, view.protocol};
            expected++;
            ck_assert(director_find(standby->director, &flow, &copy));
            assert_same_conn(&view, &copy);
        }
        ck_assert_uint_eq(director_connections(standby->director), expected);
        rig_check(active);
        rig_check(standby);
    }
    ck_assert_uint_eq(director_count(standby->director, NOTE_OVERWRITTEN), 0);
    ck_assert_uint_eq(director_count(standby->director, NOTE_DELETE_UNKNOWN), 0);
    ck_assert_uint_gt(director_count(active->director, NOTE_ENDED), 300);
}
END_TEST

/* Datagrams are sent on establishing and ending and at no other time: as many as these
 * events, through all of a random life; nobody answers them. */
START_TEST(sends_for_events_only)
{
    dice.state = 1000 + (uint64_t)_i;
    uint64_t established = 0, deleted = 0, sent = 0;
    for (unsigned round = 0; round < 2500; round++) {
        live();
        established += rig_notes(active, NOTE_CREATE_SENT);
        deleted += rig_notes(active, NOTE_DELETE_SENT);
        for (unsigned i = 0; i < rig_count(active, EFFECT_DATAGRAM); i++)
            sent += rig_effect(active, EFFECT_DATAGRAM, i)->datagram.channel
                    == CHANNEL_REPLICATION;
    }
    ck_assert_uint_eq(established, director_count(active->director, NOTE_ESTABLISHED));
    ck_assert_uint_eq(sent, established + deleted);
    size_t standing = 0;
    uint32_t cursor = 0;
    struct connection_view view;
    while (director_next(active->director, &cursor, &view))
        standing += view.create_sent;
    ck_assert_uint_eq(established, deleted + standing);
}
END_TEST

/* The standby as the simplest program that follows the rules: a list, searched. */
struct reference {
    struct record conns[256];
    unsigned count;
};

static struct reference reference;

static void reference_remove(unsigned at)
{
    reference.count--;
    memmove(&reference.conns[at], &reference.conns[at + 1],
            (reference.count - at) * sizeof reference.conns[0]);
}

static void reference_create(const struct record *record)
{
    for (unsigned i = 0; i < reference.count; i++) {
        const struct record *conn = &reference.conns[i];
        if (!address_equal(conn->foreign, record->foreign)
            || !address_equal(conn->virtual, record->virtual))
            continue;
        if (address_equal(conn->real, record->real))
            return;
        reference_remove(i);
        break;
    }
    reference.conns[reference.count++] = *record;
}

static void reference_delete(const struct record *record)
{
    unsigned fitting = 0, last = 0;
    for (unsigned i = 0; i < reference.count; i++) {
        const struct record *conn = &reference.conns[i];
        if (!address_equal(conn->foreign, record->foreign)
            || !address_equal(conn->real, record->real))
            continue;
        fitting++;
        last = i;
        if (address_equal(conn->virtual, record->virtual)) {
            reference_remove(i);
            return;
        }
    }
    if (fitting == 1)
        reference_remove(last);
}

static void reference_apply(const struct record *record)
{
    if ((record->flags & RECORD_DELETE) != 0)
        reference_delete(record);
    else
        reference_create(record);
}

/* Loss, copies and reordering in every mixture, tuples used again and again: the
 * standby is always what the simple program makes of the same datagrams, in the same
 * order, and its counters hold (R-905..R-912, R-917, A-06, A-09). */
START_TEST(follows_the_rules_whatever_comes)
{
    dice.state = 2000 + (uint64_t)_i;
    lost_percent = (_i & 1) != 0 ? 30 : 0;
    copied_percent = (_i & 2) != 0 ? 30 : 0;
    reorder_depth = (_i & 4) != 0 ? 10 : 0;
    reference.count = 0;
    arriving = reference_apply;
    for (unsigned round = 0; round < 2500; round++) {
        live();
        drain(reorder_depth);
        uint32_t cursor = 0;
        struct connection_view view;
        for (unsigned i = 0; i < reference.count; i++) {
            const struct record *conn = &reference.conns[i];
            ck_assert(director_next(standby->director, &cursor, &view));
            ck_assert(address_equal(view.foreign, conn->foreign));
            ck_assert(address_equal(view.virtual, conn->virtual));
            ck_assert(address_equal(view.real, conn->real));
        }
        ck_assert(!director_next(standby->director, &cursor, &view));
        rig_check(active);
        rig_check(standby);
    }
    rig_command(standby, "failover hellomisses 1"); /* and a takeover of it all holds */
    rig_run(standby, rig.now + 121 * NSTIME_MIN);
    ck_assert_int_eq(director_role(standby->director), ROLE_ACTIVE);
    rig_check(standby);
}
END_TEST

static bool delivered[3000];

static void mark_delivered(const struct record *record)
{
    if ((record->flags & RECORD_DELETE) == 0)
        delivered[record->foreign.port] = true;
}

/* 3,000 connections on fresh tuples, creates lost at a rate: after the takeover exactly
 * those are known whose create arrived, and no other is missing for it. _i is
 * the loss in tenths. */
START_TEST(loses_exactly_what_was_lost)
{
    struct connection_view view;
    unsigned known = 0;
    dice.state = 3000 + (uint64_t)_i;
    lost_percent = (unsigned)_i * 10;
    reorder_depth = 5;
    arriving = mark_delivered;
    memset(delivered, 0, sizeof delivered);
    rig_command(standby, "timeout 192.0.2.80:80 600min");
    for (uint16_t port = 0; port < G_N_ELEMENTS(delivered); port++) {
        rig_open(active, 1, port);
        carry();
    }
    drain(0);
    rig_command(standby, "failover hellomisses 1");
    rig_run(standby, 70 * NSTIME_MIN);
    ck_assert_int_eq(director_role(standby->director), ROLE_ACTIVE);
    for (uint16_t port = 0; port < G_N_ELEMENTS(delivered); port++) {
        ck_assert_int_eq(rig_knows(standby, 1, port, &view), delivered[port]);
        known += delivered[port];
    }
    ck_assert_uint_eq(director_connections(standby->director), known);
    ck_assert((known == 3000) == (_i == 0) && (known == 0) == (_i == 10));
    rig_check(standby);
}
END_TEST

/* A lost delete leaves one ghost, and the tuple's next connection replaces it, whether
 * it is served by the same machine or by another. */
START_TEST(replaces_ghosts)
{
    struct connection_view view;
    unsigned server = rig_open(active, RIG_CLIENT, RIG_PORT);
    carry();
    drain(0);
    rig_close(active, server, RIG_CLIENT, RIG_PORT); /* the delete is not carried */
    ck_assert(rig_gone(active));
    ck_assert(!rig_gone(standby));
    rig_command(active, (server == 1) == (_i == 1) ? "out-of-service 10.0.1.2:80"
                                                   : "out-of-service 10.0.1.1:80");
    unsigned next = rig_open(active, RIG_CLIENT, RIG_PORT);
    ck_assert_int_eq(next == server, _i);
    carry();
    drain(0);
    ck_assert(rig_knows(standby, RIG_CLIENT, RIG_PORT, &view));
    ck_assert_uint_eq(view.real.ip, RIG_REAL_IP + next);
    ck_assert_uint_eq(director_connections(standby->director), 1);
    rig_check(standby);
}
END_TEST

/* Every protocol has a word, which names it and no other. */
START_TEST(has_words)
{
    static const char *const words[] = {
        [REPLICATION_NONE] = "none", [REPLICATION_PATENT] = "patent"};
    enum replication_kind kind;
    ck_assert(replication_parse(words[_i], &kind));
    ck_assert_int_eq((int)kind, _i);
    ck_assert_str_eq(replication_word(kind), words[_i]);
    ck_assert(!replication_parse("nonesuch", &kind));
}
END_TEST

Suite *replication_suite(void)
{
    Suite *suite = suite_create("replication");
    TCase *tcase = tcase_create("replication");
    tcase_add_checked_fixture(tcase, set_up, tear_down);
    tcase_add_loop_test(tcase, corresponds_without_loss, 0, 4);
    tcase_add_loop_test(tcase, sends_for_events_only, 0, 2);
    tcase_add_loop_test(tcase, follows_the_rules_whatever_comes, 0, 8);
    tcase_add_loop_test(tcase, loses_exactly_what_was_lost, 0, 11);
    tcase_add_loop_test(tcase, replaces_ghosts, 0, 2);
    tcase_add_loop_test(tcase, has_words, 0, 2);
    suite_add_tcase(suite, tcase);
    return suite;
}
