#include "core/packet.h"
#include "core/record.h"
#include "tests/core/rig.h"
#include "tests/core/suites.h"

#include <string.h>

/* ---- fixture: the standby of a pair, and one record for it */

static struct rig rig;
static struct rig_unit *unit;
static struct record record;

static void set_up(void)
{
    rig_set_up(&rig);
    unit = &rig.units[1];
    record = (struct record){
        .real = {RIG_REAL_IP + 1, 80},
        .foreign = {RIG_CLIENT_IP + RIG_CLIENT, RIG_PORT},
        .virtual = {RIG_VIRTUAL_IP, 80},
        .protocol = PROTOCOL_TCP,
        .flags = RECORD_PM_COUNTED | RECORD_VM_COUNTED,
    };
}

static void tear_down(void)
{
    rig_check(unit);
    rig_tear_down(&rig);
}

/* The record arrives with these flags. */
static void hear(uint8_t flags)
{
    uint8_t bytes[RECORD_DATAGRAM_MAX];
    record.flags = flags;
    rig_datagram(unit, CHANNEL_REPLICATION, bytes, record_encode(&record, 1, bytes));
}

static void hear_create(void)
{
    hear(RECORD_PM_COUNTED | RECORD_VM_COUNTED);
}

static void hear_delete(void)
{
    hear(RECORD_DELETE);
}

/* What "show" prints must hold this line: counters are looked at from outside. */
static void assert_shown(const char *command, const char *line)
{
    rig_command(unit, command);
    const char *text = effect_text(&unit->effects, rig_effect(unit, EFFECT_REPLY, 0));
    ck_assert_msg(strstr(text, line) != NULL, "no \"%s\" in:\n%s", line, text);
}

static void assert_counters(unsigned web, unsigned first, unsigned second)
{
    char *line = g_strdup_printf("192.0.2.80:80:0:tcp in-service leastconns connections %u ", web);
    assert_shown("show virtual", line);
    g_free(line);
    line = g_strdup_printf("10.0.1.1:80:0:tcp in-service weight 1 connections %u\n", first);
    assert_shown("show real", line);
    g_free(line);
    line = g_strdup_printf("10.0.1.2:80:0:tcp in-service weight 1 connections %u\n", second);
    assert_shown("show real", line);
    g_free(line);
}

static void assert_refused(enum record_refusal refusal)
{
    ck_assert_uint_eq(rig_note(unit, NOTE_RECORD_REFUSED)->detail, refusal);
    ck_assert_uint_eq(unit->effects.count, 1);
    ck_assert_uint_eq(director_refusals(unit->director, refusal), 1);
}

/* ---- tests: create and delete */

/* A create makes a conn like the active's, active at once, and counts it to both
 * machines; its delete takes it away and the counters down (R-903, R-906, R-908,
 * */
START_TEST(makes_and_ends)
{
    rig.now = 77;
    hear_create();
    const struct note *note = rig_note(unit, NOTE_CREATE_APPLIED);
    ck_assert_uint_eq(note->real.ip, RIG_REAL_IP + 1);
    ck_assert_uint_eq(unit->effects.count, 1); /* it asks nobody anything */
    struct connection_view view = rig_view(unit);
    ck_assert_int_eq(view.state, CONN_ACTIVE);
    ck_assert(view.pm_counted && view.vm_counted && !view.create_sent);
    ck_assert(address_equal(view.real, record.real));
    ck_assert_int_eq(view.last_activity, 77);
    assert_counters(1, 1, 0);
    hear_delete();
    rig_note(unit, NOTE_DELETE_APPLIED);
    ck_assert(rig_gone(unit));
    assert_counters(0, 0, 0);
    ck_assert_uint_eq(director_refusals(unit->director, REFUSAL_NONE), 2);
}
END_TEST

/* A create that comes twice, or thrice, is counted once (R-910, R-911, A-06a). */
START_TEST(counts_copies_once)
{
    hear_create();
    for (unsigned i = 0; i < 2; i++) {
        hear_create();
        rig_note(unit, NOTE_CREATE_REFRESHED);
    }
    ck_assert_uint_eq(director_connections(unit->director), 1);
    assert_counters(1, 1, 0);
}
END_TEST

/* The tuple comes back with another machine: the stale conn goes first, by its own
 * name, and the counters follow. */
START_TEST(replaces_a_stale_conn)
{
    hear_create();
    record.real.ip = RIG_REAL_IP + 2;
    hear_create();
    ck_assert_int_eq(unit->effects.items[0].note.code, NOTE_OVERWRITTEN);
    ck_assert_uint_eq(unit->effects.items[0].note.real.ip, RIG_REAL_IP + 1);
    ck_assert_int_eq(unit->effects.items[1].note.code, NOTE_CREATE_APPLIED);
    ck_assert_uint_eq(rig_view(unit).real.ip, RIG_REAL_IP + 2);
    assert_counters(1, 0, 1);
}
END_TEST

/* The same tuple and machine address, but the record now means another port of an
 * all-ports machine, another machine object at that address, or another virtual
 * machine: stale as well, and the counters move to the new ones. */
START_TEST(replaces_what_differs_in_anything)
{
    static const char *const counted[] = {
        "10.0.1.9:0:0:tcp in-service weight 1 connections 1",
        "10.0.1.9:8000:0:tcp in-service weight 1 connections 1",
        "10.0.1.9:0:0:tcp in-service weight 1 connections 1"};
    rig_command(unit, "real 10.0.1.9:0");
    rig_command(unit, "virtual 192.0.2.80:80:1");
    record.real = (struct address){RIG_REAL_IP + 9, 8000};
    hear_create();
    if (_i == 0)
        record.real.port = 8001;
    else if (_i == 1)
        rig_command(unit, "real 10.0.1.9:8000");
    else
        record.bind_id = 1;
    hear_create();
    rig_note(unit, NOTE_OVERWRITTEN);
    rig_note(unit, NOTE_CREATE_APPLIED);
    ck_assert_uint_eq(rig_view(unit).real.port, record.real.port);
    ck_assert_uint_eq(rig_view(unit).bind_id, record.bind_id);
    assert_shown("show real", counted[_i]);
}
END_TEST

/* A delete for a conn that is not here, because its create was lost or it went
 * already: nothing changes, no error (R-907, A-06b). One that overtakes its create
 * leaves a ghost (A-06c, R-917). */
START_TEST(ignores_an_unknown_delete)
{
    hear_delete();
    rig_note(unit, NOTE_DELETE_UNKNOWN);
    assert_counters(0, 0, 0);
    ck_assert_uint_eq(director_refusals(unit->director, REFUSAL_NONE), 1);
    hear_create();
    ck_assert(!rig_gone(unit));
}
END_TEST

/* Deletes are told apart by foreign and real address first, by the virtual part where
 * several fit; where none fits, the only one goes, but not one of several (R-905,
 * */
START_TEST(deletes_the_right_one)
{
    rig_command(unit, "virtual 192.0.2.80:81");
    rig_command(unit, "bind 192.0.2.80:81 10.0.1.1:80");
    hear_create();
    record.virtual.port = 81;
    hear_create();
    record.virtual.port = 82;
    hear_delete();
    rig_note(unit, NOTE_DELETE_UNKNOWN);
    ck_assert_uint_eq(director_connections(unit->director), 2);
    record.virtual.port = (uint16_t)_i;
    hear_delete();
    ck_assert_uint_eq(rig_note(unit, NOTE_DELETE_APPLIED)->flow.local.port, (unsigned)_i);
    record.virtual.port = 82;
    record.real.port = 81;
    hear_delete();
    rig_note(unit, NOTE_DELETE_UNKNOWN);
    record.real.port = 80;
    hear_delete();
    rig_note(unit, NOTE_DELETE_APPLIED);
    ck_assert_uint_eq(director_connections(unit->director), 0);
}
END_TEST

/* The active's choice is not questioned: machines out of service, full, weightless, a
 * virtual machine out of service and not replicated here. */
START_TEST(does_not_judge)
{
    static const char *const lines[] = {
        "out-of-service 10.0.1.1:80", "weight 10.0.1.1:80 0", "maxconns 10.0.1.1:80 1",
        "no replicate 192.0.2.80:80", "out-of-service 192.0.2.80:80"};
    rig_command(unit, lines[_i]);
    for (unsigned i = 0; i < 3; i++) {
        record.foreign.port++;
        hear_create();
        rig_note(unit, NOTE_CREATE_APPLIED);
    }
}
END_TEST

/* Which virtual and physical machine a record means: virtual ones by bind
 * ID, then exact port before all ports; physical ones among the bound before any. */
static const struct {
    uint16_t virtual_port, bind_id, real_port;
    const char *counted; /* what "show real" must hold */
    const char *served;  /* what "show virtual" must hold; NULL = refused */
} lookups[] = {
    {80, 0, 80, "10.0.1.1:80:0:tcp in-service weight 1 connections 1",
     "192.0.2.80:80:0:tcp in-service leastconns connections 1"},
    {443, 0, 80, "10.0.1.1:80:0:tcp in-service weight 1 connections 1",
     "192.0.2.80:0:0:tcp in-service leastconns connections 1"},
    {80, 5, 81, "10.0.1.1:0:0:tcp in-service weight 1 connections 1",
     "192.0.2.80:80:5:tcp in-service leastconns connections 1"},
    {80, 5, 80, "10.0.1.1:0:0:tcp in-service weight 1 connections 1",
     "192.0.2.80:80:5:tcp in-service leastconns connections 1"},
    {80, 0, 8000, "10.0.1.1:0:0:tcp in-service weight 1 connections 1",
     "192.0.2.80:80:0:tcp in-service leastconns connections 1"},
    {80, 6, 80, NULL, NULL},
};

START_TEST(looks_up_as_ruled)
{
    rig_command(unit, "virtual 192.0.2.80:0");
    rig_command(unit, "bind 192.0.2.80:0 10.0.1.1:80");
    rig_command(unit, "real 10.0.1.1:0");
    rig_command(unit, "virtual 192.0.2.80:80:5");
    rig_command(unit, "bind 192.0.2.80:80:5 10.0.1.1:0");
    record.virtual.port = lookups[_i].virtual_port;
    record.bind_id = lookups[_i].bind_id;
    record.real.port = lookups[_i].real_port;
    hear_create();
    if (lookups[_i].served == NULL) {
        assert_refused(REFUSAL_UNKNOWN_MACHINE);
        return;
    }
    rig_note(unit, NOTE_CREATE_APPLIED);
    assert_shown("show real", lookups[_i].counted);
    assert_shown("show virtual", lookups[_i].served);
}
END_TEST

/* ---- tests: refusals */

/* All 256 values of the flags byte, to a standby that knows the connection and to one
 * that does not, strict and lenient: 3 is a create, 4 a delete; of the other six
 * combinations lenient believes the delete flag and counts as flagged; a bit without
 * meaning is refused in either case, and nothing changes. */
START_TEST(judges_flags)
{
    uint8_t flags = (uint8_t)_i;
    for (unsigned variant = 0; variant < 4; variant++) {
        bool lenient = (variant & 1) != 0;
        bool known = (variant & 2) != 0;
        tear_down();
        set_up();
        rig_command(unit, lenient ? "option bad-flags lenient" : "option bad-flags reject");
        if (known)
            hear_create();
        bool believed = flags == 3 || flags == 4 || (lenient && flags < 8);
        hear(flags);
        if (!believed) {
            assert_refused(REFUSAL_BAD_FLAGS);
            ck_assert_int_eq(rig_gone(unit), !known);
            assert_counters(known, known, 0);
        } else if ((flags & RECORD_DELETE) != 0) {
            rig_note(unit, known ? NOTE_DELETE_APPLIED : NOTE_DELETE_UNKNOWN);
            ck_assert(rig_gone(unit));
            assert_counters(0, 0, 0);
        } else {
            rig_note(unit, known ? NOTE_CREATE_REFRESHED : NOTE_CREATE_APPLIED);
            ck_assert_int_eq(rig_view(unit).pm_counted, flags & 1);
            ck_assert_int_eq(rig_view(unit).vm_counted, flags >> 1 & 1);
            assert_counters(flags >> 1 & 1, flags & 1, 0);
        }
        rig_check(unit);
    }
}
END_TEST

/* A datagram of every length from 0 to 100, right in all but its length: only 32, one
 * record, and 56, a buddy's behind it, are applied; all others are of the wrong size
 * (R-902, R-705, A-10). */
START_TEST(judges_lengths)
{
    struct record records[2] = {record, record};
    uint8_t bytes[100] = {0};
    records[1].foreign.port++;
    record_encode(records, _i == 32 ? 1 : 2, bytes);
    rig_datagram(unit, CHANNEL_REPLICATION, bytes, (size_t)_i);
    unsigned expected = _i == 32 ? 1 : _i == 56 ? 2 : 0;
    ck_assert_uint_eq(rig_notes(unit, NOTE_CREATE_APPLIED), expected);
    ck_assert_uint_eq(director_connections(unit->director), expected);
    if (expected == 0)
        assert_refused(REFUSAL_WRONG_SIZE);
}
END_TEST

/* Two records of which one cannot be believed, or which do not both name a connection that
 * is to stand: each is judged by itself, and nobody is linked.
 * The first row alone is right. */
enum { CREATE = RECORD_PM_COUNTED | RECORD_VM_COUNTED };

static const struct {
    uint8_t flags[2];
    uint32_t machine[2];
    uint16_t port[2];
    unsigned stand;
} pairs[] = {
    {{CREATE, CREATE}, {1, 2}, {1, 2}, 2},        {{CREATE, 7}, {1, 1}, {1, 2}, 1},
    {{7, CREATE}, {1, 1}, {1, 2}, 1},             {{CREATE, CREATE}, {1, 99}, {1, 2}, 1},
    {{CREATE, CREATE}, {99, 1}, {1, 2}, 1},       {{CREATE, RECORD_DELETE}, {1, 1}, {1, 2}, 1},
    {{CREATE, RECORD_DELETE}, {1, 1}, {1, 1}, 0}, {{RECORD_DELETE, CREATE}, {1, 1}, {1, 1}, 1},
    {{CREATE, CREATE}, {1, 1}, {1, 1}, 1},        {{CREATE, CREATE}, {1, 2}, {1, 1}, 1},
};

START_TEST(links_only_what_stands)
{
    struct record records[2] = {record, record};
    uint8_t bytes[RECORD_DATAGRAM_MAX];
    struct flow flows[2];
    for (unsigned i = 0; i < 2; i++) {
        records[i].real.ip = RIG_REAL_IP + pairs[_i].machine[i];
        records[i].foreign.port = pairs[_i].port[i];
        records[i].flags = pairs[_i].flags[i];
        flows[i] = rig_flow(RIG_CLIENT, pairs[_i].port[i]);
    }
    rig_datagram(unit, CHANNEL_REPLICATION, bytes, record_encode(records, 2, bytes));
    ck_assert_uint_eq(director_connections(unit->director), pairs[_i].stand);
    ck_assert_uint_eq(rig_notes(unit, NOTE_BUDDIES), _i == 0);
    for (unsigned i = 0; i < 2; i++) {
        struct connection_view view;
        if (director_find(unit->director, &flows[i], &view))
            ck_assert(view.has_buddies == (_i == 0));
    }
}
END_TEST

/* Every single byte of a good create turned over, one after another: the datagram is
 * refused, or makes exactly one conn of what it says. Nothing breaks. */
START_TEST(survives_damage)
{
    for (unsigned at = 0; at < 32; at++) {
        uint8_t bytes[RECORD_DATAGRAM_MAX];
        record_encode(&record, 1, bytes);
        bytes[at] ^= (uint8_t)_i;
        size_t before = director_connections(unit->director);
        rig_datagram(unit, CHANNEL_REPLICATION, bytes, 32);
        unsigned outcomes = rig_notes(unit, NOTE_CREATE_APPLIED)
                            + rig_notes(unit, NOTE_CREATE_REFRESHED)
                            + rig_notes(unit, NOTE_DELETE_UNKNOWN)
                            + rig_notes(unit, NOTE_DELETE_APPLIED)
                            + rig_notes(unit, NOTE_RECORD_REFUSED);
        ck_assert_uint_eq(outcomes, 1);
        ck_assert_uint_eq(director_connections(unit->director),
                          before + rig_notes(unit, NOTE_CREATE_APPLIED)
                              - rig_notes(unit, NOTE_OVERWRITTEN)
                              - rig_notes(unit, NOTE_DELETE_APPLIED));
        rig_check(unit);
    }
}
END_TEST

/* Who may say it and who may be told: not a stranger, and not to an active unit
 * (R-919). */
START_TEST(listens_to_its_peer_only)
{
    uint8_t bytes[RECORD_DATAGRAM_MAX];
    size_t length = record_encode(&record, 1, bytes);
    struct event stranger = {
        .kind = EVENT_DATAGRAM,
        .datagram = {CHANNEL_REPLICATION, RIG_UNIT_IP + 5, bytes, length}};
    director_step(unit->director, 0, &stranger, &unit->effects);
    assert_refused(REFUSAL_WRONG_SENDER);
    ck_assert(rig_gone(unit));
    unit = &rig.units[0];
    hear_create();
    assert_refused(REFUSAL_NOT_STANDBY);
    ck_assert(rig_gone(unit));
}
END_TEST

/* A create whose real or virtual machine is not configured here leaves nothing half
 * made, in both forms of R-117. */
START_TEST(refuses_unknown_machines)
{
    if (_i / 2 == 0)
        rig_command(unit, "option conn-real pointer");
    if (_i % 2 == 0)
        record.real.ip = RIG_REAL_IP + 99;
    else
        record.virtual.ip++;
    hear_create();
    assert_refused(REFUSAL_UNKNOWN_MACHINE);
    ck_assert_uint_eq(director_connections(unit->director), 0);
}
END_TEST

/* A full table refuses creates, but not the one that replaces a stale conn, and has
 * room again after a delete. */
START_TEST(refuses_when_full)
{
    rig.max_connections = 2;
    rig_start(&rig, 1, ROLE_STANDBY);
    hear_create();
    record.foreign.port++;
    hear_create();
    record.real.ip = RIG_REAL_IP + 2;
    hear_create();
    rig_note(unit, NOTE_OVERWRITTEN);
    record.foreign.port++;
    hear_create();
    ck_assert_uint_eq(rig_note(unit, NOTE_RECORD_REFUSED)->detail, REFUSAL_TABLE_FULL);
    rig_note(unit, NOTE_TABLE_FULL);
    record.foreign.port--;
    hear_delete();
    record.foreign.port++;
    hear_create();
    rig_note(unit, NOTE_CREATE_APPLIED);
}
END_TEST

/* With "replication none" a standby hears nothing and holds nothing (R-1016). */
START_TEST(hears_nothing_without_a_protocol)
{
    rig_command(unit, "option replication none");
    hear_create();
    ck_assert_uint_eq(unit->effects.count, 0);
    ck_assert(rig_gone(unit));
}
END_TEST

/* ---- tests: time */

/* A standby keeps its conns for ever, unless told how long, counted from the
 * latest record, to the nanosecond. */
START_TEST(ages_only_if_told)
{
    rig_command(unit, "no failover");
    rig_command(unit, "timeout 192.0.2.80:80 1min");
    if (_i == 1)
        rig_command(unit, "option standby-timeout 600s");
    hear_create();
    rig_run(unit, 300 * NSTIME_S);
    hear_create();
    rig_run(unit, 900 * NSTIME_S - 1);
    ck_assert(!rig_gone(unit));
    rig_run(unit, 900 * NSTIME_S);
    ck_assert_int_eq(rig_gone(unit), _i);
    ck_assert_uint_eq(director_count(unit->director, NOTE_AGED_OUT), (unsigned)_i);
    rig_run(unit, 100000 * NSTIME_S);
    ck_assert_int_eq(rig_gone(unit), _i);
}
END_TEST

Suite *standby_suite(void)
{
    Suite *suite = suite_create("standby");
    TCase *tcase = tcase_create("standby");
    tcase_add_checked_fixture(tcase, set_up, tear_down);
    tcase_add_test(tcase, makes_and_ends);
    tcase_add_test(tcase, counts_copies_once);
    tcase_add_test(tcase, replaces_a_stale_conn);
    tcase_add_loop_test(tcase, replaces_what_differs_in_anything, 0, 3);
    tcase_add_test(tcase, ignores_an_unknown_delete);
    tcase_add_loop_test(tcase, deletes_the_right_one, 80, 82);
    tcase_add_loop_test(tcase, does_not_judge, 0, 5);
    tcase_add_loop_test(tcase, looks_up_as_ruled, 0, G_N_ELEMENTS(lookups));
    tcase_add_loop_test(tcase, judges_flags, 0, 256);
    tcase_add_loop_test(tcase, links_only_what_stands, 0, G_N_ELEMENTS(pairs));
    tcase_add_loop_test(tcase, judges_lengths, 0, 101);
    tcase_add_loop_test(tcase, survives_damage, 1, 256);
    tcase_add_test(tcase, listens_to_its_peer_only);
    tcase_add_loop_test(tcase, refuses_unknown_machines, 0, 4);
    tcase_add_test(tcase, refuses_when_full);
    tcase_add_test(tcase, hears_nothing_without_a_protocol);
    tcase_add_loop_test(tcase, ages_only_if_told, 0, 2);
    suite_add_tcase(suite, tcase);
    return suite;
}
