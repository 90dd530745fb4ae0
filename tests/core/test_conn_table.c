#include "core/conn_table.h"
#include "tests/core/dice.h"
#include "tests/core/suites.h"

#include <signal.h>
#include <string.h>
#include <sys/resource.h>

/* ---- fixture: a table, and machines to point at */

static struct conn_table *table;
static struct virtual web = {.id = {0xC0000250, 80, 0, PROTOCOL_TCP}};
static struct physical servers[3] = {
    {.id = {0x0A000100, 80, 0, PROTOCOL_TCP}},
    {.id = {0x0A000101, 8080, 0, PROTOCOL_TCP}},
    {.id = {0x0A000102, 0, 0, PROTOCOL_TCP}}, /* all ports */
};

static void set_up(void)
{
    table = conn_table_new(1000);
}

static void tear_down(void)
{
    conn_table_free(table);
}

static struct flow flow_of(unsigned number)
{
    return (struct flow){{0xC6336400 + number / 7, (uint16_t)(40000 + number % 7)},
                         {0xC0000250, 80}, PROTOCOL_TCP};
}

static struct conn_birth birth_of(unsigned number, unsigned server, bool by_pointer)
{
    uint16_t port = servers[server].id.port;
    return (struct conn_birth){
        .flow = flow_of(number),
        .real = {servers[server].id.ip, port != 0 ? port : 80},
        .virtual = &web,
        .physical = &servers[server],
        .by_pointer = by_pointer,
        .tag = number + 1,
        .now = number,
    };
}

/* ---- tests */

/* A new conn is as say, and its real address reads the same in both forms of
 * R-117, whether its machine has a port of its own or stands for all. */
START_TEST(begins_as_the_rules_say)
{
    struct conn_birth birth = birth_of(1, (unsigned)_i % 3, _i >= 3);
    struct conn *conn = conn_table_insert(table, &birth);
    ck_assert(address_equal(conn_real(conn), birth.real));
    ck_assert_int_eq(conn->state, CONN_SYN_SEEN);
    ck_assert_int_eq(conn->last_activity, 1);
    ck_assert_uint_eq(conn->syn_resends, 0);
    ck_assert(!conn->pm_counted && !conn->vm_counted && !conn->create_sent);
    struct flow forward = flow_of(1);
    struct flow reverse = {forward.foreign, birth.real, PROTOCOL_TCP};
    ck_assert_ptr_eq(conn_table_find(table, &forward), conn);
    ck_assert_ptr_eq(conn_table_find_reverse(table, &reverse), conn);
}
END_TEST

/* Every field of both keys counts: a key that differs in one finds nothing. */
START_TEST(finds_nothing_else)
{
    struct conn_birth birth = birth_of(1, 0, false);
    conn_table_insert(table, &birth);
    struct flow keys[2] = {birth.flow, {birth.flow.foreign, birth.real, PROTOCOL_TCP}};
    for (unsigned k = 0; k < 2; k++) {
        struct flow key = keys[k];
        switch (_i) {
        case 0: key.foreign.ip++; break;
        case 1: key.foreign.port++; break;
        case 2: key.local.ip++; break;
        case 3: key.local.port++; break;
        case 4: key.protocol = PROTOCOL_UDP; break;
        }
        ck_assert_ptr_null(k == 0 ? conn_table_find(table, &key)
                                  : conn_table_find_reverse(table, &key));
    }
}
END_TEST

/* Three conns with one foreign and one real address, as a standby may hold them: the
 * newest is found first, and from it the older ones, also after the table grew. */
START_TEST(finds_the_newest_of_equal_reverse_keys)
{
    struct conn_birth birth = birth_of(1, 0, false);
    for (uint16_t port = 80; port < 83; port++) {
        birth.flow.local.port = port;
        conn_table_insert(table, &birth);
    }
    for (unsigned i = 100; i < 400; i++) {
        struct conn_birth other = birth_of(i, 1, false);
        conn_table_insert(table, &other);
    }
    struct flow reverse = {birth.flow.foreign, birth.real, PROTOCOL_TCP};
    const struct conn *conn = conn_table_find_reverse(table, &reverse);
    for (uint16_t port = 82; port >= 80; port--) {
        ck_assert_ptr_nonnull(conn);
        ck_assert_uint_eq(conn->local.port, port);
        conn = conn_table_next_reverse(table, conn);
    }
    ck_assert_ptr_null(conn);
}
END_TEST

/* A full table refuses, and has room again when one has gone. */
START_TEST(is_bounded)
{
    for (unsigned i = 0; i < 1000; i++) {
        struct conn_birth birth = birth_of(i, 0, false);
        ck_assert_ptr_nonnull(conn_table_insert(table, &birth));
    }
    struct conn_birth late = birth_of(1000, 0, false);
    ck_assert_ptr_null(conn_table_insert(table, &late));
    ck_assert_uint_eq(conn_table_count(table), 1000);
    struct flow flow = flow_of(500);
    conn_table_remove(table, conn_table_find(table, &flow));
    ck_assert_ptr_null(conn_table_find(table, &flow));
    ck_assert_ptr_nonnull(conn_table_insert(table, &late));
}
END_TEST

/* A pointer to a conn is good until that one is removed, however many are made and
 * removed around it. */
START_TEST(conns_stay_where_they_are)
{
    enum { KEPT = 50, OTHERS = 20000 };
    struct conn *kept[KEPT];
    conn_table_free(table);
    table = conn_table_new(KEPT + OTHERS);
    for (unsigned i = 0; i < KEPT + OTHERS; i++) {
        struct conn_birth birth = birth_of(i, i % 2, false);
        struct conn *conn = conn_table_insert(table, &birth);
        if (i < KEPT)
            kept[i] = conn;
        else if (i % 3 == 0)
            conn_table_remove(table, conn);
    }
    for (unsigned i = 0; i < KEPT; i++) {
        struct flow flow = flow_of(i);
        ck_assert_uint_eq(kept[i]->tag, i + 1);
        ck_assert_ptr_eq(conn_table_find(table, &flow), kept[i]);
        ck_assert_ptr_eq(conn_table_at(table, kept[i]->slot), kept[i]);
    }
}
END_TEST

/* When memory runs out before the table is full, a conn is refused and no more is lost:
 * those that are there are found, deadlines can be set for all of them, and one that goes
 * makes room. The process may have little more than it has now. */
START_TEST(survives_want_of_memory)
{
    unsigned count = 0;
    conn_table_free(table);
    table = conn_table_new(1u << 30);
    struct rlimit limit = {.rlim_cur = 64u << 20, .rlim_max = 64u << 20};
    ck_assert_int_eq(setrlimit(RLIMIT_DATA, &limit), 0);
    struct conn_birth birth = birth_of(0, 0, false);
    while (conn_table_insert(table, &birth) != NULL)
        birth = birth_of(++count, 0, false);
    ck_assert_uint_gt(count, 100000);
    ck_assert_uint_lt(count, 1000000);
    ck_assert_uint_eq(conn_table_count(table), count);
    for (unsigned i = 0; i < count; i++) {
        struct flow flow = flow_of(i);
        struct conn *conn = conn_table_find(table, &flow);
        ck_assert(conn != NULL && conn->tag == i + 1);
        expiry_set(conn_table_expiry(table), conn->slot, i);
    }
    conn_table_remove(table, conn_table_first(table));
    ck_assert_ptr_nonnull(conn_table_insert(table, &birth));
    birth = birth_of(count + 1, 0, false);
    ck_assert_ptr_null(conn_table_insert(table, &birth));
}
END_TEST

/* Against a model: a plain list of numbers in order of making. */
struct model {
    unsigned numbers[1000];
    unsigned count;
};

static void assert_like(const struct model *model)
{
    const struct conn *conn = conn_table_first(table);
    ck_assert_uint_eq(conn_table_count(table), model->count);
    for (unsigned i = 0; i < model->count; i++) {
        ck_assert_ptr_nonnull(conn);
        ck_assert_uint_eq(conn->tag, model->numbers[i] + 1);
        struct flow flow = flow_of(model->numbers[i]);
        ck_assert_ptr_eq(conn_table_find(table, &flow), conn);
        struct flow reverse = conn_reverse_key(conn);
        ck_assert_ptr_eq(conn_table_find_reverse(table, &reverse), conn);
        ck_assert_ptr_eq(conn_table_at(table, conn->slot), conn);
        conn = conn_table_next(table, conn);
    }
    ck_assert_ptr_null(conn);
}

/* Thousands of random insertions and removals: after each, the table is what the list
 * says, found by both keys and walked in order. */
START_TEST(is_like_a_list)
{
    struct dice dice = {(uint64_t)_i};
    struct model model = {.count = 0};
    unsigned number = 0;
    for (unsigned round = 0; round < 2000; round++) {
        if (dice_below(&dice, 100) < (round < 1000 ? 60 : 45) || model.count == 0) {
            struct conn_birth birth = birth_of(number, dice_below(&dice, 3),
                                               dice_below(&dice, 2) != 0);
            conn_table_insert(table, &birth);
            model.numbers[model.count++] = number++;
        } else {
            unsigned at = dice_below(&dice, model.count);
            struct flow flow = flow_of(model.numbers[at]);
            conn_table_remove(table, conn_table_find(table, &flow));
            model.count--;
            memmove(&model.numbers[at], &model.numbers[at + 1],
                    (model.count - at) * sizeof model.numbers[0]);
        }
        if (round % 20 == 0)
            assert_like(&model);
    }
    assert_like(&model);
}
END_TEST

/* The heap of deadlines against an array that is searched. */
enum { NUMBERS = 300 };

static unsigned earliest(const nstime *model)
{
    unsigned first = 0;
    for (unsigned i = 1; i < NUMBERS; i++)
        if (model[i] < model[first])
            first = i;
    return first;
}

static void assert_first(const struct expiry *expiry, const nstime *model)
{
    unsigned first = earliest(model);
    const struct expiry_entry *entry = expiry_first(expiry);
    ck_assert((entry == NULL) == (model[first] == NSTIME_NEVER));
    if (entry == NULL)
        return;
    ck_assert_int_eq(entry->deadline, model[first]);
    ck_assert_uint_eq(entry->number, first);
}

/* Set, moved, taken away, now and then emptied from the front or made anew: always the
 * earliest first, of equals the lowest number. */
START_TEST(expires_like_an_array)
{
    struct dice dice = {(uint64_t)_i};
    struct expiry expiry;
    nstime model[NUMBERS];
    expiry_init(&expiry);
    ck_assert(expiry_reserve(&expiry, NUMBERS / 2));
    ck_assert(expiry_reserve(&expiry, NUMBERS));
    for (unsigned i = 0; i < NUMBERS; i++)
        model[i] = NSTIME_NEVER;
    for (unsigned round = 0; round < 10000; round++) {
        unsigned number = dice_below(&dice, NUMBERS);
        model[number] = dice_below(&dice, 3) == 0 ? NSTIME_NEVER : dice_below(&dice, 200);
        expiry_set(&expiry, number, model[number]);
        ck_assert_int_eq(expiry_of(&expiry, number), model[number]);
        assert_first(&expiry, model);
        for (unsigned i = 0; round % 500 == 499 && i < NUMBERS; i++) {
            number = earliest(model);
            model[number] = NSTIME_NEVER;
            expiry_set(&expiry, number, NSTIME_NEVER);
            assert_first(&expiry, model);
        }
        if (round % 1000 != 250)
            continue;
        expiry_rebuild_begin(&expiry);
        for (unsigned i = 0; i < NUMBERS; i++) {
            model[i] = model[i] != NSTIME_NEVER ? 200 - model[i] : model[i];
            expiry_rebuild_add(&expiry, i, model[i]);
        }
        expiry_rebuild_end(&expiry);
    }
    expiry_clear(&expiry);
}
END_TEST

/* Counters move only with the flags, each with its own, and never below zero (R-108,
 * */
START_TEST(counts_by_flags)
{
    struct conn_birth birth = birth_of(1, 0, false);
    struct conn *conn = conn_table_insert(table, &birth);
    for (unsigned step = 0; step < 16; step++) {
        bool pm = (step * 7 & 1) != 0;
        bool vm = (step * 3 & 2) != 0;
        conn_count(conn, pm, vm);
        ck_assert_uint_eq(servers[0].connections, pm);
        ck_assert_uint_eq(web.connections, vm);
        conn_count(conn, pm, vm);
        ck_assert_uint_eq(servers[0].connections, pm);
        ck_assert_uint_eq(web.connections, vm);
    }
    conn_count(conn, false, false);
}
END_TEST

/* Every step from every state to every state: four are legal, any other is a
 * programmer's error. */
static const struct {
    enum conn_state from, to;
} legal[] = {
    {CONN_SYN_SEEN, CONN_SYNACK_SEEN}, {CONN_SYN_SEEN, CONN_ACTIVE},
    {CONN_SYNACK_SEEN, CONN_ACTIVE},   {CONN_ACTIVE, CONN_CLOSING},
};

START_TEST(takes_legal_steps)
{
    struct conn conn = {.state = (uint8_t)legal[_i].from};
    conn_enter(&conn, legal[_i].to);
    ck_assert_int_eq(conn.state, legal[_i].to);
}
END_TEST

static const struct {
    enum conn_state from, to;
} illegal[] = {
    {CONN_SYN_SEEN, CONN_SYN_SEEN}, {CONN_SYN_SEEN, CONN_CLOSING},
    {CONN_SYNACK_SEEN, CONN_SYN_SEEN}, {CONN_SYNACK_SEEN, CONN_SYNACK_SEEN},
    {CONN_SYNACK_SEEN, CONN_CLOSING}, {CONN_ACTIVE, CONN_SYN_SEEN},
    {CONN_ACTIVE, CONN_SYNACK_SEEN}, {CONN_ACTIVE, CONN_ACTIVE}, {CONN_CLOSING, CONN_SYN_SEEN},
    {CONN_CLOSING, CONN_SYNACK_SEEN}, {CONN_CLOSING, CONN_ACTIVE}, {CONN_CLOSING, CONN_CLOSING},
};

START_TEST(takes_no_other_steps)
{
    struct conn conn = {.state = (uint8_t)illegal[_i].from};
    conn_enter(&conn, illegal[_i].to);
}
END_TEST

Suite *conn_table_suite(void)
{
    Suite *suite = suite_create("conn_table");
    TCase *tcase = tcase_create("conn_table");
    tcase_set_timeout(tcase, 60); /* whatever else the machine does */
    tcase_add_checked_fixture(tcase, set_up, tear_down);
    tcase_add_loop_test(tcase, begins_as_the_rules_say, 0, 6);
    tcase_add_loop_test(tcase, finds_nothing_else, 0, 5);
    tcase_add_test(tcase, finds_the_newest_of_equal_reverse_keys);
    tcase_add_test(tcase, is_bounded);
    tcase_add_test(tcase, conns_stay_where_they_are);
    if (suites_fork())
        tcase_add_test(tcase, survives_want_of_memory);
    tcase_add_loop_test(tcase, is_like_a_list, 0, 4);
    tcase_add_loop_test(tcase, expires_like_an_array, 0, 4);
    tcase_add_test(tcase, counts_by_flags);
    tcase_add_loop_test(tcase, takes_legal_steps, 0, G_N_ELEMENTS(legal));
    if (suites_fork())
        tcase_add_loop_test_raise_signal(tcase, takes_no_other_steps, SIGABRT, 0,
                                         G_N_ELEMENTS(illegal));
    suite_add_tcase(suite, tcase);
    return suite;
}
