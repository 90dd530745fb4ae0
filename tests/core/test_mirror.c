#include "core/serial.h"
#include "tests/core/rig.h"
#include "tests/core/suites.h"

#include <string.h>

/* ---- fixture: a pair, and the serial line between them at 9600 bit/s */

struct flight {
    nstime arrival;
    unsigned to;
    GBytes *bytes;
};

static struct rig rig;
static struct rig_unit *active, *standby;
static GQueue air;          /* struct flight, in order of arrival */
static nstime line_free_at[2];
static unsigned blocks;     /* that went */
static unsigned lost, every; /* numbers lost..: each "every"-th, 0 = none */
static bool damaged;        /* instead of lost */

static void set_up(void)
{
    rig_set_up(&rig);
    active = &rig.units[0];
    standby = &rig.units[1];
    g_queue_init(&air);
    line_free_at[0] = line_free_at[1] = 0;
    blocks = every = 0;
    damaged = false;
}

static void free_flight(gpointer flight)
{
    g_bytes_unref(((struct flight *)flight)->bytes);
    g_free(flight);
}

static void tear_down(void)
{
    g_queue_clear_full(&air, free_flight);
    rig_tear_down(&rig);
}

/* ---- the line */

static bool fails(unsigned number)
{
    return every != 0 && number % every == lost;
}

/* 10 bits a byte, one block after the other. */
static void fly(const struct rig_unit *from, const struct effect *effect)
{
    nstime took = effect->serial.length * 10 * NSTIME_S / 9600;
    nstime *free_at = &line_free_at[from->number];
    GBytes *bytes = g_bytes_new(effect_bytes(&from->effects, effect), effect->serial.length);
    bool bad = fails(blocks++);
    *free_at = MAX(*free_at, rig.now) + took;
    if (bad && damaged)
        ((uint8_t *)(uintptr_t)g_bytes_get_data(bytes, NULL))[blocks % effect->serial.length] ^= 4;
    if (bad && !damaged) {
        g_bytes_unref(bytes);
        return;
    }
    struct flight *flight = g_new(struct flight, 1);
    *flight = (struct flight){*free_at, 1 - from->number, bytes};
    GList *at = air.head; /* the two directions have lines of their own */
    while (at != NULL && ((struct flight *)at->data)->arrival <= flight->arrival)
        at = at->next;
    g_queue_insert_before(&air, at, flight);
}

/* What a unit just said goes: datagrams at once, blocks over the line. */
static void carry(struct rig_unit *from)
{
    const struct effect *effect;
    for (unsigned i = 0; (effect = rig_effect(from, EFFECT_SERIAL, i)) != NULL; i++)
        fly(from, effect);
    if (rig_effect(from, EFFECT_DATAGRAM, 0) == NULL)
        return;
    rig_deliver(from);
    effects_reset(&from->effects);
    carry(&rig.units[1 - from->number]);
}

static void land(void)
{
    struct flight *flight = g_queue_pop_head(&air);
    struct rig_unit *to = &rig.units[flight->to];
    gsize length;
    const uint8_t *bytes = g_bytes_get_data(flight->bytes, &length);
    rig.now = MAX(rig.now, flight->arrival);
    struct event event = {.kind = EVENT_SERIAL, .serial = {bytes, length}};
    director_step(to->director, rig.now, &event, &to->effects);
    carry(to);
    free_flight(flight);
}

static void run(nstime then)
{
    for (;;) {
        const struct flight *first = g_queue_peek_head(&air);
        nstime arrival = first != NULL ? first->arrival : NSTIME_NEVER;
        nstime deadlines[2] = {director_deadline(rig.units[0].director),
                               director_deadline(rig.units[1].director)};
        nstime due = MIN(deadlines[0], deadlines[1]);
        if (MIN(arrival, due) > then)
            break;
        if (arrival <= due) {
            land();
            continue;
        }
        struct rig_unit *unit = &rig.units[deadlines[1] < deadlines[0] ? 1 : 0];
        rig.now = MAX(rig.now, due);
        rig_deadline(unit);
        carry(unit);
    }
    rig.now = then;
}

static void enter(struct rig_unit *unit, const char *line)
{
    rig_command(unit, line);
    carry(unit);
}

/* ---- what is there */

static void assert_same_configuration(void)
{
    char *one = director_print_configuration(active->director);
    char *other = director_print_configuration(standby->director);
    ck_assert_str_eq(one, other);
    g_free(one);
    g_free(other);
    rig_check(active);
    rig_check(standby);
}

static bool configured_with(const struct rig_unit *unit, const char *line)
{
    char *text = director_print_configuration(unit->director);
    bool found = strstr(text, line) != NULL;
    g_free(text);
    return found;
}

static void refused(struct rig_unit *unit, const char *line, const char *reply)
{
    struct event event = {.kind = EVENT_COMMAND, .command = line};
    director_step(unit->director, rig.now, &event, &unit->effects);
    const struct effect *effect = rig_effect(unit, EFFECT_REPLY, 0);
    ck_assert(!effect->reply.ok);
    ck_assert_str_eq(effect_text(&unit->effects, effect), reply);
}

static uint64_t noted(const struct rig_unit *unit, enum note_code code)
{
    return director_count(unit->director, code);
}

enum { SETTLED = 5 }; /* seconds: the rig's configuration has come over by then */

/* ---- tests: the whole */

/* A standby that booted with the same configuration is sent the whole when it is first heard,
 * finds it the same, and loses neither machine nor connection (R-1202, R-1105, F-720). */
START_TEST(same_configuration_changes_nothing)
{
    rig_open(active, RIG_CLIENT, RIG_PORT);
    rig_deliver(active);
    ck_assert_uint_eq(director_connections(standby->director), 1);
    run(SETTLED * NSTIME_S);
    ck_assert_uint_eq(noted(standby, NOTE_CONFIGURED), 1);
    ck_assert_uint_eq(noted(standby, NOTE_ENDED), 0);
    ck_assert_uint_eq(director_connections(standby->director), 1);
    ck_assert_uint_eq(noted(active, NOTE_MIRRORED) + noted(active, NOTE_CONFIGURED), 0);
    assert_same_configuration();
    unsigned sent = blocks;
    run(60 * NSTIME_S);
    ck_assert_uint_eq(blocks, sent); /* and then the line is silent */
}
END_TEST

/* Whatever else the standby was configured with gives way to the active's configuration:
 * machines that are not in it go, their connections first, new ones come, values and settings
 * are the active's; connections of machines in both stay and are counted once (R-1202, R-215,
 * R-308, F-721). */
START_TEST(other_configuration_gives_way)
{
    static const char *const others[] = {
        "no real 10.0.1.2:80 force", "real 10.0.1.7:80", "bind 192.0.2.80:80 10.0.1.7:80",
        "weight 10.0.1.1 9", "virtual 192.0.2.99:21 oos", "backup 10.0.1.1:80 10.0.1.7:80",
        "assign 192.0.2.80:80 198.51.100.0 255.255.255.0", "option conn-real pointer",
        "static 192.0.2.99:21 10.0.1.7:80", "timeout 192.0.2.80:80 5min",
    };
    for (unsigned i = 0; i < G_N_ELEMENTS(others); i++)
        enter(standby, others[i]);
    unsigned servers[2];
    for (unsigned i = 0; i < 2; i++) { /* one to each server; 10.0.1.2 is unknown there */
        servers[i] = rig_open(active, RIG_CLIENT, (uint16_t)(RIG_PORT + i));
        rig_deliver(active);
    }
    ck_assert_uint_ne(servers[0], servers[1]);
    ck_assert_uint_eq(director_connections(standby->director), 1);
    run(SETTLED * NSTIME_S);
    ck_assert_uint_eq(noted(standby, NOTE_CONFIGURED), 1);
    ck_assert_uint_eq(director_connections(standby->director), 1);
    assert_same_configuration();
    enter(active, "no real 10.0.1.1:80 force");
    run(2 * SETTLED * NSTIME_S);
    ck_assert_uint_eq(director_connections(standby->director), 0);
    assert_same_configuration();
}
END_TEST

/* A connection whose machines are both there still, but are bound no more, ends as with
 * "no bind"; the deadline of one that stays is that of the new idle time. */
START_TEST(conns_move_over)
{
    rig_open(active, RIG_CLIENT, RIG_PORT);
    rig_deliver(active);
    rig_open(active, RIG_CLIENT, RIG_PORT + 1);
    rig_deliver(active);
    ck_assert_uint_eq(director_connections(standby->director), 2);
    enter(active, "no bind 192.0.2.80:80 10.0.1.2:80"); /* before the standby is heard: with */
    rig_deliver(active);                                /* the whole */
    enter(active, "timeout 192.0.2.80:80 7s");
    run(SETTLED * NSTIME_S);
    ck_assert_uint_eq(noted(standby, NOTE_CONFIGURED), 1);
    ck_assert_uint_eq(director_connections(standby->director), 1);
    assert_same_configuration();
    enter(standby, "failover active");
    run(rig.now + 6900 * NSTIME_MS);
    ck_assert_uint_eq(director_connections(standby->director), 1);
    run(rig.now + 200 * NSTIME_MS);
    ck_assert_uint_eq(director_connections(standby->director), 0);
}
END_TEST

/* A whole configuration counts when all of it is there: a standby that takes over in the
 * middle serves with what it had; the other, back as a standby, is then sent everything
 * (R-1105, R-1202). */
START_TEST(half_a_configuration_is_none)
{
    enter(standby, "weight 10.0.1.1 9");
    run(700 * NSTIME_MS);
    ck_assert_uint_gt(blocks, 2);
    enter(standby, "failover active");
    run(701 * NSTIME_MS);
    ck_assert_int_eq(director_role(standby->director), ROLE_ACTIVE);
    ck_assert(configured_with(standby, "weight 10.0.1.1:80:0:tcp 9"));
    run(10 * NSTIME_S);
    ck_assert_int_eq(director_role(active->director), ROLE_STANDBY);
    ck_assert_uint_eq(noted(active, NOTE_CONFIGURED), 1);
    ck_assert(configured_with(active, "weight 10.0.1.1:80:0:tcp 9"));
    assert_same_configuration();
}
END_TEST

/* ---- tests: commands */

static const char *const commands[] = {
    "real 10.0.1.9:80", "bind 192.0.2.80:80 10.0.1.9:80", "weight 10.0.1.9 7",
    "out-of-service 10.0.1.1:80", "no real 10.0.1.2:80 force", "predictor 192.0.2.80:80 roundrobin",
    "virtual 192.0.2.81:443:5 oos", "timeout 192.0.2.80:80 9s", "no replicate 192.0.2.80:80",
    "failover hellotime 2s", "failover hellomisses 4", "ip address 192.0.2.7",
    "option   buddy_packet \t separate", "option replication none", "option mirror network",
};

/* A machine made on the active appears on the standby, and so does every other command, each
 * as it is entered, in their order (R-1201, R-1202, F-720). */
START_TEST(every_command_comes)
{
    run(SETTLED * NSTIME_S);
    for (unsigned i = 0; i < G_N_ELEMENTS(commands); i++)
        enter(active, commands[i]);
    ck_assert(!configured_with(standby, "10.0.1.9"));
    run(2 * SETTLED * NSTIME_S);
    ck_assert(configured_with(standby, "10.0.1.9"));
    ck_assert_uint_eq(noted(standby, NOTE_MIRRORED), G_N_ELEMENTS(commands));
    ck_assert_uint_eq(noted(standby, NOTE_MIRROR_REFUSED), 0);
    assert_same_configuration();
}
END_TEST

static const char *const own_commands[] = {
    "failover reset", "show failover", "option priority 50", "option preempt_delay 5s",
    "option advskew 9", "option preempt no", "failover active", "",
};

/* What is about the unit itself is not mirrored, nor is what only shows (R-1206). */
START_TEST(own_commands_stay)
{
    run(SETTLED * NSTIME_S);
    unsigned sent = blocks;
    char *before = director_print_configuration(standby->director);
    enter(active, own_commands[_i]);
    run(2 * SETTLED * NSTIME_S);
    char *after = director_print_configuration(standby->director);
    ck_assert_str_eq(before, after);
    ck_assert_uint_eq(blocks, sent);
    ck_assert_int_eq(director_role(active->director), ROLE_ACTIVE);
    g_free(before);
    g_free(after);
}
END_TEST

/* A unit's own settings outlast a whole configuration of another's (R-1206, F-721). */
START_TEST(own_settings_stay)
{
    enter(standby, "option priority 50");
    enter(standby, "weight 10.0.1.1 9");
    enter(active, "option priority 200");
    run(SETTLED * NSTIME_S);
    ck_assert_uint_eq(noted(standby, NOTE_CONFIGURED), 1);
    ck_assert(configured_with(standby, "option priority 50"));
    ck_assert(!configured_with(standby, "weight"));
    ck_assert(configured_with(active, "option priority 200"));
}
END_TEST

/* A command entered on the standby is taken there, with a warning, and goes nowhere; "write
 * standby" on the active makes both the same again, and on the standby is refused (R-1206,
 * R-1202, F-724). */
START_TEST(standby_by_hand)
{
    run(SETTLED * NSTIME_S);
    unsigned sent = blocks;
    rig_command(standby, "weight 10.0.1.1 9");
    rig_note(standby, NOTE_NOT_MIRRORED);
    carry(standby);
    run(2 * SETTLED * NSTIME_S);
    ck_assert(configured_with(standby, "weight 10.0.1.1:80:0:tcp 9"));
    ck_assert(!configured_with(active, "weight"));
    ck_assert_uint_eq(blocks, sent);
    refused(standby, "write standby",
            "write standby: this unit is the standby; write it on the active one");
    enter(active, "write standby");
    run(3 * SETTLED * NSTIME_S);
    ck_assert_uint_eq(noted(standby, NOTE_CONFIGURED), 2);
    assert_same_configuration();
}
END_TEST

/* A command that the standby cannot carry out is noted there, and those behind it come
 * (R-1202). */
START_TEST(refused_command_is_noted)
{
    run(SETTLED * NSTIME_S);
    rig_command(standby, "no real 10.0.1.2:80 force");
    enter(active, "weight 10.0.1.2:80 4");
    enter(active, "weight 10.0.1.1:80 4");
    run(2 * SETTLED * NSTIME_S);
    ck_assert_uint_eq(noted(standby, NOTE_MIRROR_REFUSED), 1);
    ck_assert_uint_eq(noted(standby, NOTE_MIRRORED), 1);
    ck_assert(configured_with(standby, "weight 10.0.1.1:80:0:tcp 4"));
}
END_TEST

/* ---- tests: the way */

/* Over the network the same blocks go in datagrams, none over the cable; with none, nothing
 * goes, "write standby" says so, and the units are configured by hand (R-1201, R-1205). */
START_TEST(other_ways)
{
    const char *way = _i == 0 ? "option mirror network" : "option mirror none";
    enter(standby, way);
    enter(active, way);
    run(SETTLED * NSTIME_S);
    enter(active, "weight 10.0.1.1 9");
    run(2 * SETTLED * NSTIME_S);
    ck_assert_uint_eq(blocks, 0);
    ck_assert_uint_eq(noted(standby, NOTE_CONFIGURED), _i == 0 ? 1 : 0);
    ck_assert(configured_with(standby, "weight") == (_i == 0));
    if (_i == 1) {
        refused(active, "write standby", "write standby: nothing is mirrored; write option mirror"
                                         " serial, or network, first");
        enter(standby, "weight 10.0.1.1 9");
        ck_assert_uint_eq(noted(standby, NOTE_NOT_MIRRORED), 0);
    }
    assert_same_configuration();
}
END_TEST

/* Whichever block of the line is lost, or damaged in some byte, the configurations are the
 * same in the end; so also when every fourth is (R-1203). */
START_TEST(outlives_loss)
{
    damaged = _i % 2 != 0;
    every = _i < 60 ? 1000 : 4;
    lost = _i < 60 ? (unsigned)_i / 2 : (unsigned)_i / 2 % 4;
    enter(standby, "weight 10.0.1.1 9");
    run(2 * SETTLED * NSTIME_S);
    for (unsigned i = 0; i < G_N_ELEMENTS(commands); i++)
        enter(active, commands[i]);
    run(120 * NSTIME_S);
    assert_same_configuration();
}
END_TEST

/* Either unit starts again at any moment of a transfer, with what it has in its flash; the
 * standby ends with the active's configuration, whoever that is (R-1105, R-1202, R-1203). */
START_TEST(outlives_restart)
{
    unsigned number = (unsigned)_i % 2;
    nstime then = (nstime)(_i / 2) * 100 * NSTIME_MS;
    enter(standby, "weight 10.0.1.1 9");
    run(then);
    enter(active, "real 10.0.1.9:80");
    rig_start(&rig, number, ROLE_STANDBY);
    run(40 * NSTIME_S);
    ck_assert_int_ne(director_role(active->director), director_role(standby->director));
    for (unsigned i = 0; i < G_N_ELEMENTS(commands) - 5; i++) {
        struct rig_unit *unit =
            director_role(active->director) == ROLE_ACTIVE ? active : standby;
        if (i > 0 || !configured_with(unit, "10.0.1.9"))
            enter(unit, commands[i]);
    }
    run(80 * NSTIME_S);
    assert_same_configuration();
}
END_TEST

/* ---- tests: what comes of it */

/* The line is slower than the records: a create for a machine whose command is still on the
 * line is refused and the connection missing; one that comes behind it is taken (R-1207,
 * */
START_TEST(late_machine)
{
    run(SETTLED * NSTIME_S);
    enter(active, "real 10.0.1.9:80");
    enter(active, "bind 192.0.2.80:80 10.0.1.9:80");
    enter(active, "out-of-service 10.0.1.1:80");
    enter(active, "out-of-service 10.0.1.2:80");
    ck_assert_uint_eq(rig_open(active, RIG_CLIENT, RIG_PORT), 9);
    rig_deliver(active);
    ck_assert_uint_eq(director_refusals(standby->director, REFUSAL_UNKNOWN_MACHINE), 1);
    ck_assert(rig_gone(standby));
    run(rig.now + 2 * NSTIME_S);
    ck_assert(rig_gone(standby)); /* nobody sends it again */
    ck_assert_uint_eq(rig_open(active, RIG_CLIENT, RIG_PORT + 1), 9);
    rig_deliver(active);
    ck_assert_uint_eq(director_refusals(standby->director, REFUSAL_UNKNOWN_MACHINE), 1);
    ck_assert_uint_eq(director_connections(standby->director), 1);
}
END_TEST

/* A configuration written as text and read again is the same text, every setting away from its
 * default and every kind of machine in it (R-1208). */
START_TEST(text_and_back)
{
    static const char *const more[] = {
        "option conn-real pointer", "option bind0 none", "option unknown-connection reset",
        "option active-on syn", "option delete-send always", "option bad-flags lenient",
        "option rst-ditch off", "option fail-distinct-clients on", "option buddy-packet separate",
        "option standby-timeout 3min", "option half-open-time 9s", "option replication none",
        "option mirror network", "option detector vrrp", "option advert-int 200ms",
        "option priority 7", "option preempt no", "option preempt-delay 9s",
        "option switchover-wait 3s", "no failover", "failover hellomisses 3",
        "replicate interface 2", "virtual 192.0.2.90:21:6", "real 10.0.2.1:21 oos",
        "bind 192.0.2.90:21:6 10.0.2.1:21 10.0.1.1:80 overflow", "static 192.0.2.80:80 10.0.2.1",
        "overflow 192.0.2.90:21:6 busy", "backup 192.0.2.90:21:6 192.0.2.80:80:0",
        "backup 10.0.1.1:80 10.0.1.2:80", "assign 192.0.2.90:21:6 198.51.100.0 255.255.255.0",
        "predictor 192.0.2.90:21:6 fastest", "maxconns 10.0.1.2 100", "threshold 10.0.1.2 3",
        "reassign 10.0.1.2 5", "retry 10.0.1.2 90s", "no autounfail 10.0.1.2",
        "delay 192.0.2.80:80 10.5ms", "timeout 192.0.2.90:21:6 90s",
    };
    struct rig_unit fresh = {.rig = &rig};
    struct director_config config = {.rank = RANK_SPARE};
    for (unsigned i = 0; i < G_N_ELEMENTS(more); i++)
        rig_command(active, more[i]);
    char *text = director_print_configuration(active->director);
    char **lines = g_strsplit(text, "\n", -1);
    effects_init(&fresh.effects);
    fresh.director = director_new(&config, rig.now);
    for (unsigned i = 0; lines[i] != NULL; i++)
        rig_command(&fresh, lines[i]);
    char *again = director_print_configuration(fresh.director);
    ck_assert_str_eq(again, text);
    director_free(fresh.director);
    effects_clear(&fresh.effects);
    g_strfreev(lines);
    g_free(again);
    g_free(text);
}
END_TEST

Suite *mirror_suite(void)
{
    Suite *suite = suite_create("mirror");
    TCase *mirror = tcase_create("mirror");
    tcase_add_checked_fixture(mirror, set_up, tear_down);
    tcase_add_test(mirror, same_configuration_changes_nothing);
    tcase_add_test(mirror, other_configuration_gives_way);
    tcase_add_test(mirror, conns_move_over);
    tcase_add_test(mirror, half_a_configuration_is_none);
    tcase_add_test(mirror, every_command_comes);
    tcase_add_loop_test(mirror, own_commands_stay, 0, G_N_ELEMENTS(own_commands));
    tcase_add_test(mirror, own_settings_stay);
    tcase_add_test(mirror, standby_by_hand);
    tcase_add_test(mirror, refused_command_is_noted);
    tcase_add_loop_test(mirror, other_ways, 0, 2);
    tcase_add_loop_test(mirror, outlives_loss, 0, 68);
    tcase_add_loop_test(mirror, outlives_restart, 0, 40);
    tcase_add_test(mirror, late_machine);
    tcase_add_test(mirror, text_and_back);
    suite_add_tcase(suite, mirror);
    return suite;
}
