#include "core/hello.h"
#include "tests/core/rig.h"
#include "tests/core/suites.h"

/* ---- fixture */

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
    rig_tear_down(&rig);
}

/* The hello among the effects, decoded; fails when there is none. */
static struct hello sent_hello(const struct rig_unit *unit)
{
    struct hello hello = {0};
    const struct effect *effect = rig_effect(unit, EFFECT_DATAGRAM, 0);
    ck_assert_ptr_nonnull(effect);
    ck_assert_int_eq(effect->datagram.channel, CHANNEL_HELLO);
    ck_assert(hello_decode(effect_bytes(&unit->effects, effect), effect->datagram.length, &hello));
    return hello;
}

static void hear(struct rig_unit *unit, const struct hello *hello)
{
    uint8_t bytes[HELLO_SIZE];
    hello_encode(hello, bytes);
    rig_datagram(unit, CHANNEL_HELLO, bytes, sizeof bytes);
}

/* ---- tests: on the wire */

/* Every kind, rank, role, priority and bit comes back as it went, and so does what units tell
 * of their MACs, addresses, interfaces and of the standby that is fed (R-1003, R-1107). */
START_TEST(comes_back_as_it_went)
{
    uint8_t bytes[HELLO_SIZE];
    struct hello out, in = {
        .kind = HELLO_HELLO + (unsigned)_i % 4,
        .rank = (unsigned)_i % 3,
        .role = (_i & 4) != 0 ? ROLE_ACTIVE : ROLE_STANDBY,
        .replica = (_i & 8) != 0,
        .priority = (uint8_t)(_i * 17),
        .sequence = 0xFEDCBA98,
        .generation = 0x01234567,
        .group = (uint8_t)(_i * 3),
        .failed = (_i & 1) != 0,
        .interfaces_failed = (uint8_t)(_i % 8),
        .interfaces_tested = (uint8_t)(7 - _i % 8),
        .standby_ip = 0x0A090002,
        .appointment = (uint16_t)(0xFFF0 + _i),
        .mac = UINT64_C(0x02FEDCBA9876),
        .held_ip = 0xC0000202,
    };
    hello_encode(&in, bytes);
    ck_assert(hello_decode(bytes, sizeof bytes, &out));
    ck_assert_int_eq(out.kind, in.kind);
    ck_assert_int_eq(out.rank, in.rank);
    ck_assert_int_eq(out.role, in.role);
    ck_assert_int_eq(out.replica, in.replica);
    ck_assert_uint_eq(out.priority, in.priority);
    ck_assert_uint_eq(out.sequence, in.sequence);
    ck_assert_uint_eq(out.generation, in.generation);
    ck_assert_uint_eq(out.group, in.group);
    ck_assert_int_eq(out.failed, in.failed);
    ck_assert_uint_eq(out.interfaces_failed, in.interfaces_failed);
    ck_assert_uint_eq(out.interfaces_tested, in.interfaces_tested);
    ck_assert_uint_eq(out.standby_ip, in.standby_ip);
    ck_assert_uint_eq(out.appointment, in.appointment);
    ck_assert_uint_eq(out.mac, in.mac);
    ck_assert_uint_eq(out.held_ip, in.held_ip);
}
END_TEST

/* No length from 0 to 100 but the right one is a hello. */
START_TEST(accepts_its_size_only)
{
    struct hello hello = {.kind = HELLO_HELLO};
    uint8_t whole[100] = {0};
    hello_encode(&hello, whole);
    uint8_t *bytes = g_memdup2(whole, (gsize)_i);
    ck_assert(hello_decode(bytes, (size_t)_i, &hello) == (_i == HELLO_SIZE));
    g_free(bytes);
}
END_TEST

/* Each of the first seven bytes has values that make it no hello. */
START_TEST(refuses_damage)
{
    struct hello hello = {.kind = HELLO_HELLO};
    uint8_t bytes[HELLO_SIZE];
    hello_encode(&hello, bytes);
    bytes[_i] = 7;
    ck_assert(!hello_decode(bytes, sizeof bytes, &hello));
}
END_TEST

/* ---- tests: sending */

/* The first hello goes at start + phase, then one each interval, whatever the role;
 * they say rank and role and count up (R-1005). */
START_TEST(sends_one_each_interval)
{
    struct rig_unit *unit = &rig.units[_i];
    rig_command(unit, "failover hellomisses 100");
    nstime due = (nstime)_i * 500 * NSTIME_MS;
    for (uint32_t n = 1; n <= 5; n++, due += NSTIME_S) {
        while (director_deadline(unit->director) < due) { /* a miss of the other's */
            rig.now = director_deadline(unit->director);
            rig_deadline(unit);
            ck_assert_uint_eq(rig_count(unit, EFFECT_DATAGRAM), 0);
        }
        ck_assert_int_eq(director_deadline(unit->director), due);
        rig.now = due;
        rig_deadline(unit);
        struct hello hello = sent_hello(unit);
        ck_assert_uint_eq(rig_count(unit, EFFECT_DATAGRAM), 1);
        ck_assert_int_eq(hello.kind, HELLO_HELLO);
        ck_assert_int_eq(hello.rank, _i == 0 ? RANK_PRIMARY : RANK_SECONDARY);
        ck_assert_int_eq(hello.role, _i == 0 ? ROLE_ACTIVE : ROLE_STANDBY);
        ck_assert_uint_eq(hello.sequence, n);
        const struct effect *effect = rig_effect(unit, EFFECT_DATAGRAM, 0);
        ck_assert_uint_eq(effect->datagram.destination_ip, RIG_UNIT_IP + 1 - (unsigned)_i);
        ck_assert_uint_eq(effect->datagram.interface, 0);
    }
}
END_TEST

/* "replicate interface" moves them to another interface. */
START_TEST(goes_out_of_the_chosen_interface)
{
    rig_command(primary, "replicate interface 3");
    rig_deadline(primary);
    ck_assert_uint_eq(rig_effect(primary, EFFECT_DATAGRAM, 0)->datagram.interface, 3);
}
END_TEST

/* ---- tests: missing */

/* Nothing heard since the start, or since the last hello: suspicion comes after
 * exactly misses x interval + a tenth, one note for each miss, not a nanosecond
 * earlier (R-1005). _i counts the misses; the last hello came at the start or 700 ms
 * later. */
START_TEST(suspects_after_misses)
{
    static const nstime heard[] = {0, 700 * NSTIME_MS};
    for (unsigned h = 0; h < G_N_ELEMENTS(heard); h++) {
        char *command = g_strdup_printf("failover hellomisses %d", _i);
        rig.now = h == 0 ? 0 : 1000 * NSTIME_S;
        nstime start = rig.now;
        rig_start(&rig, 1, ROLE_STANDBY);
        rig_command(secondary, command);
        g_free(command);
        if (h != 0) {
            rig_run(secondary, start + heard[h]);
            hear(secondary, &(struct hello){.kind = HELLO_HELLO, .role = ROLE_ACTIVE});
        }
        nstime due = start + heard[h] + _i * NSTIME_S + 100 * NSTIME_MS;
        rig_run(secondary, due - 1);
        ck_assert_int_eq(director_role(secondary->director), ROLE_STANDBY);
        ck_assert_uint_eq(director_count(secondary->director, NOTE_HELLO_MISSED) + 1, (unsigned)_i);
        ck_assert_int_eq(director_deadline(secondary->director), due);
        rig_run(secondary, due);
        ck_assert_int_eq(director_role(secondary->director), ROLE_ACTIVE);
        ck_assert_uint_eq(director_count(secondary->director, NOTE_HELLO_MISSED), (unsigned)_i);
        ck_assert_uint_eq(director_count(secondary->director, NOTE_PEER_SILENT), 1);
    }
}
END_TEST

/* Two units that hear each other suspect nothing, and nothing changes, for a minute. */
START_TEST(hears_and_is_content)
{
    rig_run_both(&rig, NSTIME_MIN);
    for (unsigned i = 0; i < 2; i++) {
        ck_assert_int_eq(director_role(rig.units[i].director), i == 0 ? ROLE_ACTIVE : ROLE_STANDBY);
        ck_assert_uint_eq(director_count(rig.units[i].director, NOTE_HELLO_MISSED), 0);
    }
}
END_TEST

/* An active unit that hears nothing says so once and stays active; hearing again ends
 * it. */
START_TEST(active_stays_active_alone)
{
    rig_run(primary, 60 * NSTIME_S);
    ck_assert_int_eq(director_role(primary->director), ROLE_ACTIVE);
    ck_assert_uint_eq(director_count(primary->director, NOTE_PEER_SILENT), 1);
    hear(primary, &(struct hello){.kind = HELLO_HELLO, .rank = RANK_SECONDARY, .sequence = 1});
    rig_note(primary, NOTE_PEER_HEARD);
}
END_TEST

/* What proves no life: another unit's hello, one on the records' channel, damaged
 * ones, a copy of one heard before, an older one. */
START_TEST(is_not_fooled)
{
    struct hello hello = {.kind = HELLO_HELLO, .role = ROLE_ACTIVE, .sequence = 9};
    uint8_t bytes[HELLO_SIZE];
    hear(secondary, &hello);
    hello_encode(&hello, bytes);
    rig.now = NSTIME_S;
    nstime before = director_deadline(secondary->director);
    hear(secondary, &hello);
    hear(secondary, &(struct hello){.kind = HELLO_HELLO, .role = ROLE_ACTIVE, .sequence = 8});
    rig_datagram(secondary, CHANNEL_HELLO, bytes, sizeof bytes - 1);
    bytes[11] = 99; /* a later sequence number */
    rig_datagram(secondary, CHANNEL_REPLICATION, bytes, sizeof bytes);
    struct event foreign = {.kind = EVENT_DATAGRAM,
                            .datagram = {CHANNEL_HELLO, RIG_UNIT_IP + 7, bytes, sizeof bytes}};
    director_step(secondary->director, rig.now, &foreign, &secondary->effects);
    ck_assert_int_eq(director_deadline(secondary->director), before);
    rig_run(secondary, 2100 * NSTIME_MS - 1);
    ck_assert_int_eq(director_role(secondary->director), ROLE_STANDBY);
    rig_run(secondary, 2100 * NSTIME_MS);
    ck_assert_int_eq(director_role(secondary->director), ROLE_ACTIVE);
}
END_TEST

Suite *hello_suite(void)
{
    Suite *suite = suite_create("hello");
    TCase *wire = tcase_create("wire");
    tcase_add_loop_test(wire, comes_back_as_it_went, 0, 16);
    tcase_add_loop_test(wire, accepts_its_size_only, 0, 101);
    tcase_add_loop_test(wire, refuses_damage, 0, 7);
    suite_add_tcase(suite, wire);
    TCase *life = tcase_create("life");
    tcase_add_checked_fixture(life, set_up, tear_down);
    tcase_add_loop_test(life, sends_one_each_interval, 0, 2);
    tcase_add_test(life, goes_out_of_the_chosen_interface);
    tcase_add_loop_test(life, suspects_after_misses, 1, 5);
    tcase_add_test(life, hears_and_is_content);
    tcase_add_test(life, active_stays_active_alone);
    tcase_add_test(life, is_not_fooled);
    suite_add_tcase(suite, life);
    return suite;
}
