/* The Maglev table: shares, weights, what a change moves, and who may be chosen. */
#include "core/maglev.h"
#include "core/packet.h"
#include "tests/core/suites.h"

static struct machines *machines;
static struct virtual *virtual;
static struct physical *physicals[128];

static void set_up(void)
{
    machines = machines_new();
    virtual = machines_add_virtual(machines,
                                   (struct machine_id){0xC0000250, 80, 0, PROTOCOL_TCP});
}

static void tear_down(void)
{
    machines_free(machines);
}

static void add(unsigned number)
{
    struct machine_id id = {0x0A000100 + number, 80, 0, PROTOCOL_TCP};
    physicals[number] = machines_add_physical(machines, id);
    machines_bind(machines, virtual, physicals[number]);
}

static struct flow flow_of(unsigned i)
{
    return (struct flow){{0xC6120000 + i / 100, (uint16_t)(32768 + i % 100)},
                         {virtual->id.ip, virtual->id.port},
                         PROTOCOL_TCP};
}

enum { FLOWS = 100000 };

static void look(struct physical **machine_of)
{
    for (unsigned i = 0; i < FLOWS; i++) {
        struct flow flow = flow_of(i);
        machine_of[i] = maglev_machine(virtual, &flow);
    }
}

static unsigned moved(struct physical *const *before, struct physical *const *after,
                      const struct physical *gone)
{
    unsigned count = 0;
    for (unsigned i = 0; i < FLOWS; i++)
        count += before[i] != after[i] && before[i] != gone;
    return count;
}

/* More than 100 rows for each machine keep the shares of flows even: within 1 % of rows (NSDI
 * 2016, 5.3), and the noise of so many flows. */
START_TEST(shares_are_even)
{
    unsigned counts[101] = {0};
    for (unsigned n = 1; n <= 100; n++)
        add(n);
    for (unsigned i = 0; i < FLOWS; i++) {
        struct flow flow = flow_of(i);
        counts[maglev_machine(virtual, &flow)->id.ip & 127]++;
    }
    for (unsigned n = 1; n <= 100; n++)
        ck_assert_uint_lt(counts[n] > 1000 ? counts[n] - 1000 : 1000 - counts[n], 4 * 32 + 10);
}
END_TEST

/* A machine of weight 3 has three times the flows of one of weight 1; of weight 0, none. */
START_TEST(weights_count)
{
    unsigned counts[4] = {0};
    for (unsigned n = 1; n <= 3; n++)
        add(n);
    physicals[1]->weight = 3000;
    physicals[2]->weight = 1000;
    physicals[3]->weight = 0;
    for (unsigned i = 0; i < FLOWS; i++) {
        struct flow flow = flow_of(i);
        counts[maglev_machine(virtual, &flow)->id.ip & 3]++;
    }
    ck_assert_uint_eq(counts[3], 0);
    ck_assert_uint_gt(counts[1], 74000);
    ck_assert_uint_lt(counts[1], 76000);
}
END_TEST

/* When one of ten goes, its flows move, and few others; when it is back, all are where they were,
 * though it is another object, and in whatever order they are bound. */
START_TEST(a_change_moves_little)
{
    static struct physical *before[FLOWS], *without[FLOWS], *after[FLOWS];
    for (unsigned n = 1; n <= 10; n++)
        add(n);
    look(before);
    ck_assert_uint_eq(maglev_filled(virtual), 1);
    struct physical *gone = physicals[4];
    machines_unbind(machines, virtual, gone);
    look(without);
    ck_assert_uint_lt(moved(before, without, gone), FLOWS / 20);
    machines_bind(machines, virtual, gone);
    look(after);
    ck_assert_uint_eq(moved(before, after, NULL), 0);
    ck_assert_uint_eq(maglev_filled(virtual), 3);
    machines_unbind(machines, virtual, gone);
    machines_remove_physical(machines, gone);
    add(4);
    look(without);
    for (unsigned i = 0; i < FLOWS; i++)
        ck_assert(without[i] == (before[i] == gone ? physicals[4] : before[i]));
    ck_assert_uint_eq(maglev_filled(virtual), 3); /* never asked while it was away */
}
END_TEST

/* A machine that fails keeps its rows, for the standby does not know of it: its flows go on to
 * the next row's that works, and nobody else's move. Out of service is an operator's word. */
START_TEST(failures_are_no_change)
{
    for (unsigned n = 1; n <= 4; n++)
        add(n);
    for (unsigned i = 0; i < 1000; i++) {
        struct flow flow = flow_of(i);
        struct physical *own = maglev_machine(virtual, &flow);
        ck_assert_ptr_eq(maglev_choose(virtual, &flow, NULL, NULL), own);
        own->state = MACHINE_FAILED;
        physical_changed(own);
        struct physical *other = maglev_choose(virtual, &flow, NULL, NULL);
        ck_assert(other != NULL && other != own);
        ck_assert_ptr_eq(maglev_machine(virtual, &flow), own);
        own->state = MACHINE_IN_SERVICE;
    }
    ck_assert_uint_eq(maglev_filled(virtual), 1);
    physicals[1]->state = MACHINE_OUT_OF_SERVICE;
    machines_changed(machines);
    ck_assert_uint_eq(maglev_filled(virtual), 2);
}
END_TEST

/* Commands that change nothing of the set do not fill the table anew; without machines nobody is
 * chosen. */
START_TEST(filled_only_when_the_set_changes)
{
    struct flow flow = flow_of(0);
    ck_assert_ptr_null(maglev_machine(virtual, &flow));
    ck_assert_ptr_null(maglev_choose(virtual, &flow, NULL, NULL));
    add(1);
    ck_assert_ptr_eq(maglev_choose(virtual, &flow, NULL, NULL), physicals[1]);
    uint32_t filled = maglev_filled(virtual);
    machines_changed(machines);
    physicals[1]->maxconns = 7;
    ck_assert_uint_eq(maglev_filled(virtual), filled);
    physicals[1]->weight = 2;
    machines_changed(machines);
    ck_assert_uint_eq(maglev_filled(virtual), filled + 1);
}
END_TEST

Suite *maglev_suite(void)
{
    Suite *suite = suite_create("maglev");
    TCase *tcase = tcase_create("maglev");
    tcase_add_checked_fixture(tcase, set_up, tear_down);
    tcase_add_test(tcase, shares_are_even);
    tcase_add_test(tcase, weights_count);
    tcase_add_test(tcase, a_change_moves_little);
    tcase_add_test(tcase, failures_are_no_change);
    tcase_add_test(tcase, filled_only_when_the_set_changes);
    suite_add_tcase(suite, tcase);
    return suite;
}
