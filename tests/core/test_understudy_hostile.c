/* The protocol "understudy" and records that no active unit sends: core/test_hostile.c's flips
 * made them. */
#include "core/understudy_wire.h"
#include "tests/core/rig.h"
#include "tests/core/suites.h"

static struct rig rig;
static struct rig_unit *standby;

static void set_up(void)
{
    rig_set_up(&rig);
    standby = &rig.units[1];
    rig_command_both(&rig, "option replication understudy");
}

static void tear_down(void)
{
    rig_tear_down(&rig);
}

static struct slot_record full(uint32_t slot, unsigned machine)
{
    struct flow flow = rig_flow(RIG_CLIENT, RIG_PORT);
    return (struct slot_record){
        .slot = slot,
        .version = 1,
        .full = true,
        .record = {.real = {RIG_REAL_IP + machine, 80},
                   .foreign = flow.foreign,
                   .virtual = flow.local,
                   .protocol = PROTOCOL_TCP},
    };
}

/* The standby is told of one slot by the datagram of a number. */
static void tell(uint32_t sequence, const struct slot_record *record)
{
    uint8_t bytes[UNDERSTUDY_DATAGRAM_MAX];
    struct understudy_message message = {
        .kind = UNDERSTUDY_KIND_DATA,
        .data = {.epoch = 1, .first = true, .sequence = sequence, .base = 1, .count = 1,
                 .records = {*record}},
    };
    rig_datagram(standby, CHANNEL_REPLICATION, bytes, understudy_encode(&message, bytes));
}

/* A slot that no table of this size has is refused, as by a full table, and no room is made up
 * to it: one flipped bit would ask for gigabytes. An empty one is empty. */
START_TEST(a_slot_beyond_the_table_is_refused)
{
    struct slot_record record = full(1000001, 1);
    tell(1, &record);
    ck_assert_uint_eq(rig_note(standby, NOTE_RECORD_REFUSED)->detail, REFUSAL_TABLE_FULL);
    record.slot = UNDERSTUDY_SLOT_MAX;
    tell(2, &record);
    ck_assert_uint_eq(director_refusals(standby->director, REFUSAL_TABLE_FULL), 2);
    record.full = false;
    tell(3, &record);
    ck_assert_uint_eq(rig_notes(standby, NOTE_RECORD_REFUSED), 0);
    record = full(1000000, 1);
    tell(4, &record);
    ck_assert_uint_eq(director_connections(standby->director), 1);
}
END_TEST

/* A record that names a connection and a machine that is not here is refused; the connection
 * stays that of the slot that told of it, and ends with it. */
START_TEST(a_refused_record_takes_nothing)
{
    struct slot_record record = full(1, 1);
    tell(1, &record);
    record = full(2, 99);
    tell(2, &record);
    ck_assert_uint_eq(rig_note(standby, NOTE_RECORD_REFUSED)->detail, REFUSAL_UNKNOWN_MACHINE);
    ck_assert_uint_eq(director_connections(standby->director), 1);
    record = (struct slot_record){.slot = 1, .version = 2};
    tell(3, &record);
    ck_assert_uint_eq(director_connections(standby->director), 0);
}
END_TEST

Suite *understudy_hostile_suite(void)
{
    Suite *suite = suite_create("understudy hostile");
    TCase *tcase = tcase_create("records");
    tcase_add_checked_fixture(tcase, set_up, tear_down);
    tcase_add_test(tcase, a_slot_beyond_the_table_is_refused);
    tcase_add_test(tcase, a_refused_record_takes_nothing);
    suite_add_tcase(suite, tcase);
    return suite;
}
