/* The protocol "alarm": repeats, the standby's time-out, and what a late message does. Expected is
 * what src/sync-alarm.c and cache_timer.c of conntrack-tools 1.4 do. */
#include "tests/core/conntrackd_rig.h"
#include "tests/core/suites.h"

#define REPEAT_LEAST (NSTIME_S + 200 * NSTIME_MS - NSTIME_US)
#define REPEAT_MOST (16 * NSTIME_S - NSTIME_US)

static struct rig rig;
static struct rig_unit *active, *standby;

static void set_up(void)
{
    conntrackd_rig_set_up(&rig, "alarm");
    active = &rig.units[0];
    standby = &rig.units[1];
}

static void tear_down(void)
{
    rig_check(active);
    rig_check(standby);
    rig_tear_down(&rig);
}

static void tell(void)
{
    rig_deadline(active);
    rig_deliver(active);
}

static uint64_t told(void)
{
    return director_count(active->director, NOTE_CREATE_SENT);
}

/* Run to the next message of the active; how long that took. */
static nstime wait_for_word(void)
{
    uint64_t before = told();
    nstime since = rig.now;
    while (told() == before)
        rig_run(active, director_deadline(active->director));
    return rig.now - since;
}

/* Repeats are whole seconds and a fifth to five fifths, less a microsecond, apart, up to the
 * refresh time and a second; each lasts another time. */
START_TEST(what_is_open_is_told_of_again)
{
    enum { REPEATS = 2000 };
    nstime sum = 0;
    rig_command(active, "timeout 192.0.2.80:80 5000000min");
    rig_open(active, RIG_CLIENT, RIG_PORT);
    tell();
    for (unsigned i = 0; i < REPEATS; i++) {
        nstime wait = wait_for_word();
        ck_assert_int_ge(wait, REPEAT_LEAST);
        ck_assert_int_le(wait, REPEAT_MOST);
        ck_assert_int_eq((wait + NSTIME_US) % (200 * NSTIME_MS), 0);
        sum += wait;
    }
    /* 8 s and 0.6 s in the mean; a standard deviation of 4.33 s, so 0.097 s of the mean of 2000 */
    ck_assert_int_gt(sum / REPEATS, 8280 * NSTIME_MS);
    ck_assert_int_lt(sum / REPEATS, 8920 * NSTIME_MS);
}
END_TEST

/* An event begins the wait anew: with one each second there is no repeat, though that would come
 * within two. */
START_TEST(an_event_puts_the_repeat_off)
{
    rig_command(active, "option refresh-time 1s");
    unsigned server = rig_open(active, RIG_CLIENT, RIG_PORT);
    for (unsigned step = 0; step < 4; step++) {
        tell();
        ck_assert_uint_eq(told(), step + 1);
        rig_run(active, rig.now + NSTIME_S);
        switch (step) {
        case 0: rig_client(active, TCP_FIN | TCP_ACK, 1001, 5001); break;
        case 1: rig_server(active, server, TCP_ACK, 5001, 1002); break;
        case 2: rig_server(active, server, TCP_FIN | TCP_ACK, 5001, 1002); break;
        default: rig_client(active, TCP_ACK, 1002, 5002); break;
        }
    }
    tell();
    ck_assert_int_ge(wait_for_word(), REPEAT_LEAST);
    ck_assert_uint_eq(told(), 6);
}
END_TEST

/* What is heard of stays; what is not goes after "cache-timeout", and comes back with a repeat. */
START_TEST(a_standby_forgets_what_it_does_not_hear_of)
{
    rig_open(active, RIG_CLIENT, RIG_PORT);
    tell();
    nstime heard = rig.now;
    rig_run_both(&rig, heard + 600 * NSTIME_S);
    ck_assert(!rig_gone(standby));
    ck_assert_uint_eq(director_count(standby->director, NOTE_AGED_OUT), 0);
    rig.cut[0][0] = true;
    rig_run_both(&rig, rig.now + 180 * NSTIME_S);
    ck_assert(rig_gone(standby));
    rig.cut[0][0] = false;
    rig_run_both(&rig, rig.now + REPEAT_MOST);
    ck_assert(!rig_gone(standby));
}
END_TEST

/* F28: who joins late has all that is open within the refresh time and a second. */
START_TEST(a_joiner_fills_by_itself)
{
    enum { CONNECTIONS = 20 };
    for (unsigned i = 0; i < CONNECTIONS; i++)
        rig_open(active, RIG_CLIENT, (uint16_t)(RIG_PORT + i));
    tell();
    rig_start(&rig, 1, ROLE_STANDBY);
    rig_command(standby, "option replication alarm");
    ck_assert_uint_eq(director_connections(standby->director), 0);
    rig_run_both(&rig, rig.now + REPEAT_MOST);
    ck_assert_uint_eq(director_connections(standby->director), CONNECTIONS);
}
END_TEST

static void take(enum conntrackd_type type, enum conntrackd_state state, uint8_t flags)
{
    uint8_t bytes[CONNTRACKD_MESSAGE_MAX];
    struct conntrackd_message message = {
        .type = type,
        .flags = flags,
        .record = {.real = {RIG_REAL_IP + 1, 80},
                   .foreign = rig_flow(RIG_CLIENT, RIG_PORT).foreign,
                   .virtual = rig_flow(RIG_CLIENT, RIG_PORT).local,
                   .protocol = PROTOCOL_TCP},
        .state = state,
        .timeout = 60,
    };
    rig_datagram(standby, CHANNEL_REPLICATION, bytes, conntrackd_message_encode(&message, bytes));
}

/* The cache has what came last: a late message of an early state overwrites a newer one, and one of
 * a request alone takes the connection away. */
START_TEST(a_late_message_overwrites)
{
    take(CONNTRACKD_UPDATE, CONNTRACKD_FIN_WAIT, 0);
    ck_assert_int_eq(rig_view(standby).state, CONN_CLOSING);
    take(CONNTRACKD_UPDATE, CONNTRACKD_ESTABLISHED, 0);
    ck_assert_int_eq(rig_view(standby).state, CONN_ACTIVE);
    take(CONNTRACKD_NEW, CONNTRACKD_SYN_SENT, 0);
    ck_assert(rig_gone(standby));
    ck_assert_uint_eq(director_count(standby->director, NOTE_OVERWRITTEN), 2);
}
END_TEST

/* Nothing has a flag in this mode: a message that has one is of another, and is refused. */
START_TEST(flags_are_refused)
{
    take(CONNTRACKD_UPDATE, CONNTRACKD_ESTABLISHED, CONNTRACKD_HELLO);
    ck_assert_int_eq(rig_note(standby, NOTE_RECORD_REFUSED)->detail, REFUSAL_BAD_FLAGS);
    ck_assert(rig_gone(standby));
}
END_TEST

/* A lost message is not known until the repeat; an end is told at once, and a delete that is lost
 * leaves its entry for the cache's time-out. */
START_TEST(a_lost_delete_goes_with_the_cache)
{
    rig_open(active, RIG_CLIENT, RIG_PORT);
    tell();
    rig_client(active, TCP_RST, 1001, 0);
    ck_assert_int_eq(conntrackd_turn_of(active)->messages[0].type, CONNTRACKD_DESTROY);
    nstime lost = rig.now;
    rig_run_both(&rig, lost + 180 * NSTIME_S - 1);
    ck_assert(!rig_gone(standby));
    rig_run_both(&rig, lost + 180 * NSTIME_S);
    ck_assert(rig_gone(standby));
}
END_TEST

/* Who takes over sends nothing then: he repeats what he has, each in its time. */
START_TEST(a_takeover_repeats)
{
    rig_open(active, RIG_CLIENT, RIG_PORT);
    tell();
    rig_command(standby, "failover active");
    ck_assert_uint_eq(conntrackd_turn_of(standby)->count, 0);
    rig_run(standby, rig.now + REPEAT_MOST);
    ck_assert_uint_ge(director_count(standby->director, NOTE_CREATE_SENT), 1);
}
END_TEST

/* "active-on syn" is the director's; the kernel begins with SYN_SENT whatever that says. */
START_TEST(the_kernel_has_states_of_its_own)
{
    rig_command(active, "option active-on syn");
    rig_client(active, TCP_SYN, 1000, 0);
    ck_assert_int_eq(conntrackd_turn_of(active)->messages[0].state, CONNTRACKD_SYN_SENT);
}
END_TEST

Suite *alarm_suite(void)
{
    Suite *suite = suite_create("alarm");
    TCase *tests = tcase_create("alarm");
    tcase_add_checked_fixture(tests, set_up, tear_down);
    tcase_add_test(tests, what_is_open_is_told_of_again);
    tcase_add_test(tests, an_event_puts_the_repeat_off);
    tcase_add_test(tests, a_standby_forgets_what_it_does_not_hear_of);
    tcase_add_test(tests, a_joiner_fills_by_itself);
    tcase_add_test(tests, a_late_message_overwrites);
    tcase_add_test(tests, flags_are_refused);
    tcase_add_test(tests, a_lost_delete_goes_with_the_cache);
    tcase_add_test(tests, a_takeover_repeats);
    tcase_add_test(tests, the_kernel_has_states_of_its_own);
    suite_add_tcase(suite, tests);
    return suite;
}
