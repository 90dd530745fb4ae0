/* The protocol "ftfw": what is said when, what a gap, a hello, an ack change, and what it cannot
 * repair. Expected is what src/sync-ftfw.c and network.c of conntrack-tools 1.4 do. */
#include "core/conntrackd_queue.h"
#include "tests/core/conntrackd_rig.h"
#include "tests/core/suites.h"

enum { MESSAGE = 68, OTHER_PORT = RIG_PORT + 1 };

static struct rig rig;
static struct rig_unit *active, *standby;

/* Hellos are over: each has heard the other's answer. */
static void set_up(void)
{
    conntrackd_rig_set_up(&rig, "ftfw");
    active = &rig.units[0];
    standby = &rig.units[1];
    rig_run_both(&rig, 5 * NSTIME_S);
}

static void set_up_hello(void)
{
    conntrackd_rig_set_up(&rig, "ftfw");
    active = &rig.units[0];
    standby = &rig.units[1];
}

static void tear_down(void)
{
    rig_check(active);
    rig_check(standby);
    rig_tear_down(&rig);
}

/* The active's turn, of which the standby hears, and has its own, which nobody hears. */
static const struct said *tell(void)
{
    rig_deadline(active);
    rig_deliver(active);
    return conntrackd_turn_of(standby);
}

static void answer(void)
{
    rig_deliver(standby);
    rig_deadline(active);
    rig_deliver(active);
    rig_deadline(standby);
}

/* A control message comes, whose number is far ahead of all before. */
static void control(uint8_t flags, uint32_t first, uint32_t last)
{
    uint8_t bytes[CONNTRACKD_MESSAGE_MAX];
    struct conntrackd_message message = {.type = CONNTRACKD_CONTROL,
                                         .flags = flags,
                                         .number = 1000000,
                                         .first = first,
                                         .last = last};
    rig_datagram(active, CHANNEL_REPLICATION, bytes, conntrackd_message_encode(&message, bytes));
}

/* How many messages about connections there are in what was said. */
static unsigned states_in(const struct said *said)
{
    unsigned states = 0;
    for (unsigned i = 0; i < said->count; i++)
        states += said->messages[i].type != CONNTRACKD_CONTROL;
    return states;
}

static void ask_for(uint32_t first, uint32_t last)
{
    control(CONNTRACKD_NACK, first, last);
}

static bool knows(uint16_t port)
{
    struct connection_view view;
    return rig_knows(standby, RIG_CLIENT, port, &view);
}

/* Each packet of a handshake is an event, 68 bytes each; one of a request that nobody has answered
 * makes nothing known. */
START_TEST(a_handshake_is_three_messages)
{
    const struct said *said;
    rig_client(active, TCP_SYN, 1000, 0);
    said = conntrackd_turn_of(active);
    ck_assert_uint_eq(said->bytes, MESSAGE);
    ck_assert_int_eq(said->messages[0].type, CONNTRACKD_NEW);
    ck_assert_int_eq(said->messages[0].state, CONNTRACKD_SYN_SENT);
    ck_assert_uint_eq(rig_notes(active, NOTE_CREATE_SENT), 0);
    rig_deliver(active);
    ck_assert(rig_gone(standby));
    rig_server(active, 1, TCP_SYN | TCP_ACK, 5000, 1001);
    said = conntrackd_turn_of(active);
    ck_assert_int_eq(said->messages[0].type, CONNTRACKD_UPDATE);
    ck_assert_int_eq(said->messages[0].state, CONNTRACKD_SYN_RECV);
    ck_assert_uint_eq(rig_note(active, NOTE_CREATE_SENT)->detail, 0);
    rig_deliver(active);
    ck_assert(!rig_gone(standby));
    rig_client(active, TCP_ACK, 1001, 5001);
    said = conntrackd_turn_of(active);
    ck_assert_int_eq(said->messages[0].state, CONNTRACKD_ESTABLISHED);
    ck_assert_uint_eq(rig_note(active, NOTE_CREATE_SENT)->detail, RECORD_COPY_ANOTHER);
    rig_client(active, TCP_ACK, 1001, 5001);
    ck_assert_uint_eq(conntrackd_turn_of(active)->count, 0);
}
END_TEST

/* What happens before the daemon's turn is one message, of the state that is so then. */
START_TEST(events_of_one_instant_are_one_message)
{
    rig_open(active, RIG_CLIENT, RIG_PORT);
    const struct said *said = conntrackd_turn_of(active);
    ck_assert_uint_eq(said->count, 1);
    ck_assert_int_eq(said->messages[0].type, CONNTRACKD_UPDATE);
    ck_assert_int_eq(said->messages[0].state, CONNTRACKD_ESTABLISHED);
}
END_TEST

/* The steps of a close are told, and the end 120 s later, when the kernel's entry goes. */
START_TEST(a_close_is_told_step_by_step)
{
    static const enum conntrackd_state states[] = {CONNTRACKD_FIN_WAIT, CONNTRACKD_CLOSE_WAIT,
                                                   CONNTRACKD_LAST_ACK, CONNTRACKD_TIME_WAIT};
    unsigned server = rig_open(active, RIG_CLIENT, RIG_PORT);
    tell();
    for (unsigned i = 0; i < G_N_ELEMENTS(states); i++) {
        switch (i) {
        case 0: rig_client(active, TCP_FIN | TCP_ACK, 1001, 5001); break;
        case 1: rig_server(active, server, TCP_ACK, 5001, 1002); break;
        case 2: rig_server(active, server, TCP_FIN | TCP_ACK, 5001, 1002); break;
        default: rig_client(active, TCP_ACK, 1002, 5002); break;
        }
        const struct said *said = conntrackd_turn_of(active);
        ck_assert_uint_eq(said->count, 1);
        ck_assert_int_eq(said->messages[0].state, states[i]);
        rig_deliver(active);
        ck_assert(knows(RIG_PORT));
    }
    nstime closed = rig.now;
    rig_run_both(&rig, closed + 120 * NSTIME_S - 1);
    ck_assert(knows(RIG_PORT));
    rig_run_both(&rig, closed + 120 * NSTIME_S);
    ck_assert(!knows(RIG_PORT));
    ck_assert_uint_eq(director_count(standby->director, NOTE_DELETE_APPLIED), 1);
}
END_TEST

/* A gap: an ack for what came before, a nack for what is missing; the answer has a new number and
 * the state that is so then. */
START_TEST(a_gap_is_asked_for_and_filled)
{
    rig_open(active, RIG_CLIENT, OTHER_PORT + 1);
    tell(); /* for which an ack is owed */
    rig_open(active, RIG_CLIENT, RIG_PORT);
    uint32_t lost = conntrackd_turn_of(active)->messages[0].number;
    rig_open(active, RIG_CLIENT, OTHER_PORT);
    const struct said *said = tell();
    ck_assert(!knows(RIG_PORT) && knows(OTHER_PORT));
    ck_assert_uint_eq(conntrackd_only(said, CONNTRACKD_NACK)->first, lost);
    ck_assert_uint_eq(conntrackd_only(said, CONNTRACKD_NACK)->last, lost);
    ck_assert_uint_eq(conntrackd_only(said, CONNTRACKD_ACK)->last, lost - 1);
    rig_client(active, TCP_FIN | TCP_ACK, 1001, 5001);
    rig_deliver(standby);
    said = conntrackd_turn_of(active);
    ck_assert_uint_eq(said->count, 1);
    ck_assert_uint_eq(said->messages[0].number, lost + 2);
    ck_assert_int_eq(said->messages[0].state, CONNTRACKD_FIN_WAIT);
    rig_deliver(active);
    ck_assert(knows(RIG_PORT));
}
END_TEST

/* F10: of two that change places the later makes a gap, and the earlier is dropped; only the nack
 * brings it. */
START_TEST(what_comes_late_is_dropped)
{
    rig_open(active, RIG_CLIENT, RIG_PORT);
    rig_deadline(active);
    const struct effect *effect = rig_effect(active, EFFECT_DATAGRAM, 0);
    size_t length = effect->datagram.length;
    g_autofree uint8_t *early = g_memdup2(active->effects.bytes + effect->datagram.offset, length);
    rig_open(active, RIG_CLIENT, OTHER_PORT);
    tell();
    g_autofree uint8_t *nack = g_memdup2(standby->effects.bytes, standby->effects.used);
    size_t nack_length = standby->effects.used;
    rig_datagram(standby, CHANNEL_REPLICATION, early, length);
    ck_assert_int_eq(rig_note(standby, NOTE_RECORD_REFUSED)->detail, REFUSAL_STALE);
    ck_assert(!knows(RIG_PORT));
    rig_datagram(active, CHANNEL_REPLICATION, nack, nack_length);
    tell();
    ck_assert(knows(RIG_PORT));
}
END_TEST

/* F11: nobody knows of a last message that was lost, until the alive of a second later. */
START_TEST(a_lost_tail_shows_with_the_alive)
{
    rig_open(active, RIG_CLIENT, RIG_PORT);
    rig_deadline(active);
    nstime sent = rig.now;
    rig_run(active, sent + NSTIME_S - 1);
    ck_assert_uint_eq(conntrackd_turn_of(active)->count, 0);
    rig_run(active, sent + NSTIME_S);
    ck_assert_uint_eq(conntrackd_said(active)->count, 1);
    rig_deliver(active);
    rig_deadline(standby);
    conntrackd_only(conntrackd_said(standby), CONNTRACKD_NACK);
    answer();
    ck_assert(knows(RIG_PORT));
}
END_TEST

/* A nack that is lost is asked for in its turn: it has a number, and waits to be resent. */
START_TEST(a_lost_nack_comes_again)
{
    rig_open(active, RIG_CLIENT, RIG_PORT);
    rig_deadline(active);
    rig_open(active, RIG_CLIENT, OTHER_PORT);
    tell(); /* the nack, lost */
    rig_run_both(&rig, rig.now + 3 * NSTIME_S);
    ck_assert(knows(RIG_PORT));
}
END_TEST

/* An ack for each window's worth of messages, of all that are owed; an alive's ack leaves the count
 * as it is. What was acknowledged cannot be asked for again. */
START_TEST(a_window_is_acknowledged)
{
    enum { WINDOW = 5 };
    unsigned messages = 0, acks = 0;
    uint32_t last = 0;
    rig_command_both(&rig, "option ack-window 5");
    for (unsigned i = 0; acks < 2 && i < 3 * WINDOW; i++) {
        rig_open(active, RIG_CLIENT, (uint16_t)(OTHER_PORT + i));
        last = conntrackd_turn_of(active)->messages[0].number;
        rig_deliver(active);
        const struct said *said = conntrackd_turn_of(standby);
        messages += acks == 1;
        acks += said->count > 0;
        if (said->count > 0)
            ck_assert_uint_eq(conntrackd_only(said, CONNTRACKD_ACK)->last, last);
    }
    ck_assert_uint_eq(acks, 2);
    ck_assert_uint_eq(messages, WINDOW);
    ck_assert_uint_eq(conntrackd_said(standby)->messages[0].first, last - WINDOW + 1);
    rig_deliver(standby);
    ask_for(last - WINDOW + 1, last);
    ck_assert_uint_eq(states_in(conntrackd_turn_of(active)), 0);
}
END_TEST

/* F12: with room for four, the first four of eight that are lost cannot be asked for any more. */
START_TEST(a_full_resend_queue_forgets_the_oldest)
{
    enum { LOST = 8, ROOM = 4, ACKS = 2 }; /* an ack and a nack take a place each */
    rig_command_both(&rig, "option resend-queue 4");
    for (unsigned i = 0; i < LOST; i++) {
        rig_open(active, RIG_CLIENT, (uint16_t)(RIG_PORT + i));
        rig_deadline(active);
    }
    rig_run_both(&rig, rig.now + 10 * NSTIME_S);
    for (unsigned i = 0; i < LOST - ROOM; i++)
        ck_assert(!knows((uint16_t)(RIG_PORT + i)));
    for (unsigned i = LOST - ROOM + ACKS; i < LOST; i++)
        ck_assert(knows((uint16_t)(RIG_PORT + i)));
}
END_TEST

/* Hellos go until the other's answer; a message with one lets a hole pass unseen. */
START_TEST(hellos_go_until_they_are_answered)
{
    rig_open(active, RIG_CLIENT, RIG_PORT);
    const struct said *said = conntrackd_turn_of(active);
    ck_assert_uint_ne(said->messages[0].flags & CONNTRACKD_HELLO, 0); /* and is lost */
    rig_open(active, RIG_CLIENT, OTHER_PORT);
    rig_deadline(active);
    rig_deliver(active);
    said = conntrackd_turn_of(standby);
    ck_assert_uint_eq(said->count, 1); /* its request for all, and no nack */
    conntrackd_only(said, CONNTRACKD_RESYNC);
    ck_assert_uint_ne(said->messages[0].flags & CONNTRACKD_HELLO, 0);
    ck_assert_uint_ne(said->messages[0].flags & CONNTRACKD_HELLO_BACK, 0);
    rig_deliver(standby);
    said = conntrackd_turn_of(active);
    ck_assert_uint_eq(said->messages[0].flags & CONNTRACKD_HELLO, 0);
    ck_assert_uint_ne(said->messages[0].flags & CONNTRACKD_HELLO_BACK, 0);
    rig_deliver(active);
    ck_assert(knows(RIG_PORT) && knows(OTHER_PORT)); /* by the request */
}
END_TEST

/* F13: a hello empties the resend queue of who gets it, so that what was lost before is repaired by
 * the request for all connections; where that is lost, by nothing. */
START_TEST(a_restarted_standby_lives_by_its_request)
{
    rig_open(active, RIG_CLIENT, RIG_PORT);
    tell();
    rig_start(&rig, 1, ROLE_STANDBY);
    rig_command(standby, "option replication ftfw");
    conntrackd_only(conntrackd_turn_of(standby), CONNTRACKD_RESYNC);
    if (_i == 1)
        rig_deliver(standby);
    rig_run_both(&rig, rig.now + 30 * NSTIME_S);
    ck_assert_int_eq(knows(RIG_PORT), _i == 1);
}
END_TEST

/* F42: numbers begin with the clock's second. Who has sent more than one a second and starts anew
 * begins with one that is old, which passes by its hello. */
START_TEST(a_restarted_sender_passes_by_its_hello)
{
    for (unsigned i = 0; i < 20; i++)
        rig_open(active, RIG_CLIENT, (uint16_t)(RIG_PORT + 100 + i)), rig_deadline(active);
    uint32_t before = conntrackd_said(active)->messages[0].number;
    rig_deliver(active);
    rig_start(&rig, 0, ROLE_ACTIVE);
    rig_command(active, "option replication ftfw");
    rig_open(active, RIG_CLIENT, RIG_PORT);
    const struct said *said = conntrackd_turn_of(active);
    ck_assert_uint_lt(said->messages[0].number, before);
    ck_assert_uint_ne(said->messages[0].flags & CONNTRACKD_HELLO, 0);
    rig_deliver(active);
    ck_assert(knows(RIG_PORT));
}
END_TEST

/* A tuple that lives again: nothing is said any more of the one that died, whose delete, lost and
 * asked for behind the new one, would take that away. */
START_TEST(nothing_is_said_of_the_dead_when_the_tuple_lives)
{
    rig_open(active, RIG_CLIENT, RIG_PORT);
    tell();
    rig_client(active, TCP_RST, 1001, 0);
    ck_assert_int_eq(conntrackd_turn_of(active)->messages[0].type, CONNTRACKD_DESTROY); /* lost */
    rig_open(active, RIG_CLIENT, RIG_PORT);
    tell();
    answer();
    rig_run_both(&rig, rig.now + 5 * NSTIME_S);
    ck_assert(knows(RIG_PORT));
    ck_assert_uint_eq(director_count(standby->director, NOTE_DELETE_APPLIED), 0);
}
END_TEST

/* F36: the standby forgets nothing by itself: deletes that cannot be asked for any more leave their
 * entries for good. */
START_TEST(a_standby_keeps_what_nobody_deletes)
{
    enum { LOST = 8, ROOM = 4, ACKS = 2 }; /* an ack and a nack take a place each */
    rig_command_both(&rig, "option resend-queue 4");
    for (unsigned i = 0; i < LOST; i++) {
        rig_open(active, RIG_CLIENT, (uint16_t)(RIG_PORT + i));
        tell();
    }
    for (unsigned i = 0; i < LOST; i++) {
        struct packet end =
            rig_from_client(RIG_CLIENT, (uint16_t)(RIG_PORT + i), TCP_RST, 1001, 0);
        rig_packet(active, SIDE_OUTSIDE, &end);
        rig_deadline(active); /* lost */
    }
    rig_run_both(&rig, rig.now + 600 * NSTIME_S);
    ck_assert_uint_eq(director_connections(active->director), 0);
    for (unsigned i = 0; i < LOST - ROOM; i++)
        ck_assert(knows((uint16_t)(RIG_PORT + i)));
    for (unsigned i = LOST - ROOM + ACKS; i < LOST; i++)
        ck_assert(!knows((uint16_t)(RIG_PORT + i)));
}
END_TEST

/* The takeover commits each entry for the time-out of its latest message, less the age of that in
 * whole seconds; for all of it where nothing is left, and for a minute where less is. What the new
 * active tells of it says so. */
static const struct {
    bool closing; /* FIN_WAIT: 120 s, else SYN_RECV: 60 s */
    nstime age, life;
} commits[] = {
    {false, 20 * NSTIME_S, 40 * NSTIME_S},  {false, 60 * NSTIME_S, 60 * NSTIME_S},
    {false, 100 * NSTIME_S, 60 * NSTIME_S}, {true, 20 * NSTIME_S, 100 * NSTIME_S},
    {true, 200 * NSTIME_S, 60 * NSTIME_S},  {true, 20500 * NSTIME_MS, 100 * NSTIME_S},
};

START_TEST(a_commit_goes_by_the_age_of_the_message)
{
    rig_client(active, TCP_SYN, 1000, 0);
    rig_server(active, 1, TCP_SYN | TCP_ACK, 5000, 1001);
    if (commits[_i].closing) {
        rig_client(active, TCP_ACK, 1001, 5001);
        rig_client(active, TCP_FIN | TCP_ACK, 1001, 5001);
    }
    tell();
    rig.now += commits[_i].age;
    rig_command(standby, "failover active");
    ck_assert(!rig_gone(standby));
    const struct said *said = conntrackd_turn_of(standby);
    bool found = false;
    for (unsigned i = 0; i < said->count; i++) {
        const struct conntrackd_message *message = &said->messages[i];
        found |= message->type == CONNTRACKD_NEW
                 && message->timeout == commits[_i].life / NSTIME_S;
    }
    ck_assert(found);
    nstime taken = rig.now;
    rig_run(standby, taken + commits[_i].life - 1);
    ck_assert(!rig_gone(standby));
    rig_run(standby, taken + commits[_i].life);
    ck_assert(rig_gone(standby));
}
END_TEST

/* A packet gives a committed entry its state's whole time: of 40 s that SYN_RECV had left, the
 * idle time of who is established. */
START_TEST(a_packet_renews_what_was_committed)
{
    rig_client(active, TCP_SYN, 1000, 0);
    rig_server(active, 1, TCP_SYN | TCP_ACK, 5000, 1001);
    tell();
    rig.now += 20 * NSTIME_S;
    rig_command(standby, "failover active");
    rig_run(standby, rig.now + 10 * NSTIME_S);
    rig_client(standby, TCP_ACK, 1001, 5001);
    rig_run(standby, rig.now + 10 * NSTIME_MIN);
    ck_assert(!rig_gone(standby));
}
END_TEST

/* Who takes over tells of all that he has, 21 messages of 68 bytes to a datagram: another would
 * have to leave a byte free. */
START_TEST(a_takeover_tells_of_all)
{
    enum { CONNECTIONS = 45, EACH = 21 };
    for (unsigned i = 0; i < CONNECTIONS; i++)
        rig_open(active, RIG_CLIENT, (uint16_t)(RIG_PORT + i));
    tell();
    ck_assert_uint_eq(director_connections(standby->director), CONNECTIONS);
    rig_command(standby, "failover active");
    const struct said *said = conntrackd_turn_of(standby);
    ck_assert_uint_eq(said->count, CONNECTIONS);
    ck_assert_uint_eq(said->datagrams, (CONNECTIONS + EACH - 1) / EACH);
    ck_assert_uint_eq(said->bytes, CONNECTIONS * MESSAGE);
    ck_assert_uint_eq(rig_notes(standby, NOTE_CREATE_SENT), CONNECTIONS);
}
END_TEST

/* A unit that is active takes no states, but the nacks that are about its own. */
START_TEST(an_active_unit_takes_no_states)
{
    rig_open(active, RIG_CLIENT, RIG_PORT);
    tell();
    rig_command(standby, "failover active");
    rig_open(active, RIG_CLIENT, OTHER_PORT);
    uint32_t number = conntrackd_turn_of(active)->messages[0].number;
    rig_deliver(active);
    ck_assert_int_eq(rig_note(standby, NOTE_RECORD_REFUSED)->detail, REFUSAL_NOT_STANDBY);
    ck_assert(!knows(OTHER_PORT));
    ask_for(number, number);
    ck_assert_uint_eq(states_in(conntrackd_turn_of(active)), 1);
}
END_TEST

/* Part of what waits is acknowledged: the rest can be asked for, with the ack between. */
START_TEST(an_ack_is_for_what_it_names)
{
    uint32_t first = 0;
    for (unsigned i = 0; i < 3; i++) {
        rig_open(active, RIG_CLIENT, (uint16_t)(RIG_PORT + i));
        uint32_t number = conntrackd_turn_of(active)->messages[0].number;
        first = i == 0 ? number : first;
    }
    control(CONNTRACKD_ACK | CONNTRACKD_HELLO, first + 1, first + 1);
    ck_assert_uint_eq(conntrackd_turn_of(active)->count, 0); /* the hello emptied the queue */
    for (unsigned i = 0; i < 3; i++) {
        rig_open(active, RIG_CLIENT, (uint16_t)(RIG_PORT + 3 + i));
        uint32_t number = conntrackd_turn_of(active)->messages[0].number;
        first = i == 0 ? number : first;
    }
    struct conntrackd_message message = {.type = CONNTRACKD_CONTROL,
                                         .flags = CONNTRACKD_ACK,
                                         .number = 1000001,
                                         .first = first + 1,
                                         .last = first + 1};
    uint8_t bytes[CONNTRACKD_MESSAGE_MAX];
    rig_datagram(active, CHANNEL_REPLICATION, bytes, conntrackd_message_encode(&message, bytes));
    message.flags = CONNTRACKD_NACK;
    message.number++;
    message.first = first;
    message.last = first + 2;
    rig_datagram(active, CHANNEL_REPLICATION, bytes, conntrackd_message_encode(&message, bytes));
    const struct said *said = conntrackd_turn_of(active);
    ck_assert_uint_eq(said->count, 2);
    ck_assert_uint_eq(said->messages[0].record.foreign.port, RIG_PORT + 3);
    ck_assert_uint_eq(said->messages[1].record.foreign.port, RIG_PORT + 5);
}
END_TEST

/* A hello empties the resend queue of who gets it (F13): what was lost before it is not there to be
 * asked for. */
START_TEST(a_hello_empties_the_resend_queue)
{
    rig_open(active, RIG_CLIENT, RIG_PORT);
    uint32_t number = conntrackd_turn_of(active)->messages[0].number;
    control(CONNTRACKD_ALIVE | (_i == 1 ? CONNTRACKD_HELLO : 0), 0, 0);
    conntrackd_turn_of(active);
    struct conntrackd_message nack = {.type = CONNTRACKD_CONTROL,
                                      .flags = CONNTRACKD_NACK,
                                      .number = 1000001,
                                      .first = number,
                                      .last = number};
    uint8_t bytes[CONNTRACKD_MESSAGE_MAX];
    rig_datagram(active, CHANNEL_REPLICATION, bytes, conntrackd_message_encode(&nack, bytes));
    ck_assert_uint_eq(conntrackd_turn_of(active)->count, _i == 1 ? 0 : 1);
}
END_TEST

/* A hello back that comes before the first word of a daemon is not for it: it says hello all the
 * same, or its numbers, which are old, would never pass. */
START_TEST(a_hello_back_too_early_is_nothing)
{
    rig_start(&rig, 0, ROLE_ACTIVE);
    rig_command(active, "option replication ftfw");
    control(CONNTRACKD_ALIVE | CONNTRACKD_HELLO_BACK, 0, 0);
    rig_open(active, RIG_CLIENT, RIG_PORT);
    const struct said *said = conntrackd_turn_of(active);
    ck_assert_uint_ne(said->messages[0].flags & CONNTRACKD_HELLO, 0);
    control(CONNTRACKD_ALIVE | CONNTRACKD_HELLO | CONNTRACKD_HELLO_BACK, 0, 0);
    rig_open(active, RIG_CLIENT, OTHER_PORT);
    ck_assert_uint_eq(conntrackd_turn_of(active)->messages[0].flags & CONNTRACKD_HELLO, 0);
}
END_TEST

/* Whatever a unit has told of those who ended, it says no more of it when its role changes. */
START_TEST(a_role_ends_what_is_said_of_the_dead)
{
    rig_open(active, RIG_CLIENT, RIG_PORT);
    tell();
    rig_client(active, TCP_RST, 1001, 0);
    uint32_t number = conntrackd_turn_of(active)->messages[0].number;
    rig_command(active, "no failover active");
    rig_run(active, rig.now + NSTIME_S);
    rig_assert_roles(&rig, ROLE_STANDBY, ROLE_STANDBY);
    conntrackd_turn_of(active);
    ask_for(number, number);
    const struct said *said = conntrackd_turn_of(active);
    for (unsigned i = 0; i < said->count; i++)
        ck_assert_int_ne(said->messages[i].type, CONNTRACKD_DESTROY);
}
END_TEST

/* Numbers go round: what is behind the highest is not from before. */
START_TEST(numbers_go_round)
{
    ck_assert(conntrackd_before(UINT32_MAX, 0));
    ck_assert(conntrackd_before(UINT32_MAX - 5, 7));
    ck_assert(!conntrackd_before(0, UINT32_MAX));
    ck_assert(!conntrackd_before(3, 3));
}
END_TEST

Suite *ftfw_suite(void)
{
    Suite *suite = suite_create("ftfw");
    TCase *hello = tcase_create("hello");
    TCase *tests = tcase_create("ftfw");
    tcase_add_checked_fixture(hello, set_up_hello, tear_down);
    tcase_add_checked_fixture(tests, set_up, tear_down);
    tcase_add_test(hello, hellos_go_until_they_are_answered);
    tcase_add_test(tests, a_handshake_is_three_messages);
    tcase_add_test(tests, events_of_one_instant_are_one_message);
    tcase_add_test(tests, a_close_is_told_step_by_step);
    tcase_add_test(tests, a_gap_is_asked_for_and_filled);
    tcase_add_test(tests, what_comes_late_is_dropped);
    tcase_add_test(tests, a_lost_tail_shows_with_the_alive);
    tcase_add_test(tests, a_lost_nack_comes_again);
    tcase_add_test(tests, a_window_is_acknowledged);
    tcase_add_test(tests, a_full_resend_queue_forgets_the_oldest);
    tcase_add_loop_test(tests, a_restarted_standby_lives_by_its_request, 0, 2);
    tcase_add_test(tests, a_restarted_sender_passes_by_its_hello);
    tcase_add_test(tests, nothing_is_said_of_the_dead_when_the_tuple_lives);
    tcase_add_test(tests, a_standby_keeps_what_nobody_deletes);
    tcase_add_loop_test(tests, a_commit_goes_by_the_age_of_the_message, 0,
                        G_N_ELEMENTS(commits));
    tcase_add_test(tests, a_packet_renews_what_was_committed);
    tcase_add_test(tests, a_takeover_tells_of_all);
    tcase_add_test(tests, an_active_unit_takes_no_states);
    tcase_add_test(tests, an_ack_is_for_what_it_names);
    tcase_add_loop_test(tests, a_hello_empties_the_resend_queue, 0, 2);
    tcase_add_test(tests, a_hello_back_too_early_is_nothing);
    tcase_add_test(tests, a_role_ends_what_is_said_of_the_dead);
    tcase_add_test(tests, numbers_go_round);
    suite_add_tcase(suite, hello);
    suite_add_tcase(suite, tests);
    return suite;
}
