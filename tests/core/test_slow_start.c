#include "tests/core/dice.h"
#include "tests/core/rig.h"
#include "tests/core/suites.h"

/* ---- fixture: the active unit alone; two machines with thirty connections each */

enum { STANDING = 60, MACHINES = 3 };

static struct rig rig;
static struct rig_unit *unit;
static uint16_t port;
static unsigned held[MACHINES + 1]; /* connections, by machine */

static void set_up(void)
{
    rig_set_up(&rig);
    unit = &rig.units[0];
    port = 0;
    memset(held, 0, sizeof held);
    rig_command(unit, "real 10.0.1.3:80");
}

static void tear_down(void)
{
    rig_check(unit);
    rig_tear_down(&rig);
}

/* How many of the next connections go to a machine. */
static unsigned got(unsigned count, unsigned machine)
{
    unsigned before = held[machine];
    for (unsigned i = 0; i < count; i++)
        held[rig_open(unit, RIG_CLIENT, ++port)]++;
    return held[machine] - before;
}

static void bind_third(void)
{
    rig_command(unit, "bind 192.0.2.80:80 10.0.1.3:80");
}

/* ---- tests */

/* Without it, which is the default, a machine that is bound gets every new connection until
 * it is level with the others, and only then its share. */
START_TEST(without_it_the_newcomer_is_flooded)
{
    got(STANDING, 1);
    bind_third();
    ck_assert_uint_eq(got(STANDING / 2, 3), STANDING / 2);
    ck_assert_uint_eq(got(30, 3), 10);
}
END_TEST

/* With it the newcomer is filled up along a line: at each moment it has that share of the
 * others' connections which is the share of its time that has passed; then it is one of
 * them. */
START_TEST(with_it_the_share_grows)
{
    rig_command(unit, "slowstart 192.0.2.80:80 64s");
    got(STANDING, 1);
    bind_third();
    for (nstime second = 0; second < 64; second++) {
        rig_run(unit, second * NSTIME_S);
        got(4, 3);
        double line = MIN(held[1], held[2]) * MAX((double)second, 1) / 64;
        ck_assert(held[3] >= line - 1 && held[3] <= line + 1.6);
    }
    rig_run(unit, 64 * NSTIME_S);
    got(30, 3);
    ck_assert_uint_le(MAX(held[1], held[2]) - held[3], 1);
}
END_TEST

static void refuse_until_failed(unsigned machine)
{
    unsigned asked = 0;
    while (asked != machine) {
        struct packet packet = rig_from_client(RIG_CLIENT, ++port, TCP_SYN, 1000, 0);
        rig_packet(unit, SIDE_OUTSIDE, &packet);
        asked = rig_forwarded(unit, SIDE_INSIDE)->destination_ip - RIG_REAL_IP;
        packet = rig_from_server(asked, RIG_CLIENT, port, TCP_RST | TCP_ACK, 0, 1001);
        rig_packet(unit, SIDE_INSIDE, &packet);
    }
}

/* It does not matter how a machine enters service: bound, put in service, with a weight
 * again, or back from failed, after its trial. One that is there when slow start is turned
 * on has not entered. */
START_TEST(begins_whenever_a_machine_enters)
{
    static const char *const ways[][2] = {
        {"show virtual", "bind 192.0.2.80:80 10.0.1.3:80"},
        {"out-of-service 10.0.1.3:80", "in-service 10.0.1.3:80"},
        {"weight 10.0.1.3:80 0", "weight 10.0.1.3:80 1"},
        {"threshold 10.0.1.3:80 1", "show virtual"},
        {"out-of-service 10.0.1.3:80", "slowstart 192.0.2.80:80 100s"},
    };
    if (_i < 4)
        rig_command(unit, "slowstart 192.0.2.80:80 100s");
    if (_i > 0)
        bind_third();
    rig_command(unit, ways[_i][0]);
    if (_i == 3)
        refuse_until_failed(3);
    rig_command(unit, "slowstart 192.0.2.80:80 100s");
    got(STANDING, 1);
    ck_assert_uint_eq(held[3], 0);
    if (_i == 3)
        rig_run(unit, 61 * NSTIME_S);
    if (_i == 4) {
        rig_command(unit, "slowstart 192.0.2.80:80 0s");
        rig_command(unit, "in-service 10.0.1.3:80");
    }
    rig_command(unit, ways[_i][1]);
    ck_assert_uint_eq(got(12, 3), _i < 4 ? 1 : 12);
}
END_TEST

/* Turned off in the middle, the newcomer gets all; with another time, its share is that of
 * the new one. */
START_TEST(follows_the_setting)
{
    rig_command(unit, "slowstart 192.0.2.80:80 100s");
    got(STANDING, 1);
    bind_third();
    rig_run(unit, 20 * NSTIME_S);
    ck_assert_uint_eq(got(12, 3), 7); /* 12 of 64 parts of 33 */
    rig_command(unit, _i == 0 ? "slowstart 192.0.2.80:80 0s" : "slowstart 192.0.2.80:80 40s");
    ck_assert_uint_eq(got(6, 3), 6);
    ck_assert_uint_eq(got(12, 3), _i == 0 ? 12 : 5);
}
END_TEST

/* It is about leastconns alone, as the requirement says; the other schemes know other
 * means. */
START_TEST(leaves_the_others_alone)
{
    rig_command(unit, "predictor 192.0.2.80:80 weighted");
    rig_command(unit, "slowstart 192.0.2.80:80 100s");
    got(STANDING, 1);
    bind_third();
    ck_assert_uint_eq(got(STANDING / 2, 3), STANDING / 2);
}
END_TEST

/* Forty machines that come and go under requests while time passes: after each step the
 * ranking is what a walk would find by the shares of that moment, which director_check()
 * compares. */
START_TEST(stays_ranked)
{
    struct dice dice = {(uint64_t)_i + 1};
    char line[64];
    for (unsigned i = 3; i <= 40; i++) {
        if (i > 3) {
            g_snprintf(line, sizeof line, "real 10.0.1.%u:80", i);
            rig_command(unit, line);
        }
        g_snprintf(line, sizeof line, "bind 192.0.2.80:80 10.0.1.%u:80", i);
        rig_command(unit, line);
    }
    rig_command(unit, "slowstart 192.0.2.80:80 2s");
    for (unsigned i = 0; i < 600; i++) {
        if (dice_below(&dice, 6) == 0) {
            g_snprintf(line, sizeof line, "%s 10.0.1.%u:80",
                       dice_below(&dice, 2) == 0 ? "in-service" : "out-of-service",
                       3 + dice_below(&dice, 38));
            rig_command(unit, line);
        }
        rig_run(unit, rig.now + NSTIME_MS * dice_below(&dice, 100));
        rig_open(unit, RIG_CLIENT, ++port);
        rig_check(unit);
    }
}
END_TEST

/* The setting is printed as the command that makes it, and what is no time is refused
 * (R-1208). */
START_TEST(is_part_of_the_configuration)
{
    rig_command(unit, "slowstart 192.0.2.80:80 90s");
    char *text = director_print_configuration(unit->director);
    ck_assert_ptr_nonnull(strstr(text, "\nslowstart 192.0.2.80:80:0:tcp 90s\n"));
    struct event event = {.kind = EVENT_COMMAND, .command = "slowstart 192.0.2.80:80 -1s"};
    director_step(unit->director, rig.now, &event, &unit->effects);
    ck_assert(!rig_effect(unit, EFFECT_REPLY, 0)->reply.ok);
    char *same = director_print_configuration(unit->director);
    ck_assert_str_eq(text, same);
    g_free(text);
    g_free(same);
}
END_TEST

Suite *slow_start_suite(void)
{
    Suite *suite = suite_create("slow_start");
    TCase *tcase = tcase_create("slow_start");
    tcase_add_checked_fixture(tcase, set_up, tear_down);
    tcase_add_test(tcase, without_it_the_newcomer_is_flooded);
    tcase_add_test(tcase, with_it_the_share_grows);
    tcase_add_loop_test(tcase, begins_whenever_a_machine_enters, 0, 5);
    tcase_add_loop_test(tcase, follows_the_setting, 0, 2);
    tcase_add_test(tcase, leaves_the_others_alone);
    tcase_add_loop_test(tcase, stays_ranked, 0, 4);
    tcase_add_test(tcase, is_part_of_the_configuration);
    suite_add_tcase(suite, tcase);
    return suite;
}
