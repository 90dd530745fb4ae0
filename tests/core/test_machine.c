#include "core/machine.h"
#include "core/packet.h"
#include "tests/core/dice.h"
#include "tests/core/suites.h"

#include <signal.h>

/* ---- fixture */

enum { VIP = 0xC0000250 /* 192.0.2.80 */, REAL = 0x0A000100 /* 10.0.1.0 */ };

static struct machines *machines;

static void set_up(void)
{
    machines = machines_new();
}

static void tear_down(void)
{
    machines_free(machines);
}

/* ---- helpers */

static struct machine_id tcp(uint32_t ip, uint16_t port, uint16_t bind_id)
{
    return (struct machine_id){ip, port, bind_id, PROTOCOL_TCP};
}

static struct virtual *add_virtual(uint16_t port, uint16_t bind_id)
{
    return machines_add_virtual(machines, tcp(VIP, port, bind_id));
}

static struct physical *add_physical(unsigned host, uint16_t port)
{
    return machines_add_physical(machines, tcp(REAL + host, port, 0));
}

static struct virtual *serve(uint32_t client, uint16_t port, bool bind0_none)
{
    return machines_serve(machines, client, (struct address){VIP, port}, PROTOCOL_TCP,
                          bind0_none);
}

/* ---- a reference that walks, told of the same assignments */

enum { ASSIGNED_MAX = 64 };

struct assigned {
    struct machine_id service;
    uint32_t network;
    unsigned prefix;
};

static bool covers(const struct assigned *one, struct machine_id service, uint32_t client)
{
    return one->service.ip == service.ip && one->service.port == service.port
           && one->service.protocol == service.protocol
           && (one->prefix == 0 || (one->network ^ client) >> (32 - one->prefix) == 0);
}

static const struct assigned *longest(const struct assigned *all, unsigned count,
                                      struct machine_id service, uint32_t client)
{
    const struct assigned *best = NULL;
    for (unsigned i = 0; i < count; i++)
        if (covers(&all[i], service, client) && (best == NULL || all[i].prefix > best->prefix))
            best = &all[i];
    return best;
}

static struct virtual *walk_to(struct machine_id id)
{
    struct virtual *virtual = machines_first_virtual(machines);
    while (virtual != NULL && !machine_id_equal(virtual->id, id))
        virtual = virtual->next;
    return virtual;
}

static struct virtual *walk_to_either(struct machine_id id)
{
    struct virtual *exact = walk_to(id);
    id.port = 0;
    return exact != NULL ? exact : walk_to(id);
}

static struct virtual *serve_by_walk(const struct assigned *all, unsigned count,
                                     uint32_t client, struct machine_id service, bool bind0_none)
{
    struct machine_id all_ports = service;
    all_ports.port = 0;
    const struct assigned *assigned = longest(all, count, service, client);
    if (assigned == NULL)
        assigned = longest(all, count, all_ports, client);
    struct virtual *virtual = NULL;
    if (assigned != NULL) {
        service.bind_id = assigned->service.bind_id;
        virtual = walk_to_either(service);
    }
    service.bind_id = 0;
    return virtual == NULL && !bind0_none ? walk_to_either(service) : virtual;
}

/* Addresses, ports and bind IDs from so small a world that they meet often. */
static struct machine_id random_service(struct dice *dice)
{
    static const uint16_t ports[] = {0, 80, 443};
    return (struct machine_id){VIP + dice_below(dice, 2), ports[dice_below(dice, 3)],
                               (uint16_t)dice_below(dice, 4),
                               dice_below(dice, 8) == 0 ? PROTOCOL_UDP : PROTOCOL_TCP};
}

static uint32_t random_client(struct dice *dice)
{
    return 0xC6336400 | dice_below(dice, 16) | dice_below(dice, 2) << 16;
}

static void assign_random(struct dice *dice, struct assigned *all, unsigned *count)
{
    static const unsigned prefixes[] = {0, 8, 15, 24, 28, 30, 31, 32};
    struct assigned made = {
        .service = random_service(dice),
        .network = random_client(dice),
        .prefix = prefixes[dice_below(dice, 8)],
    };
    for (unsigned i = 0; i < *count; i++) {
        bool same = covers(&all[i], made.service, made.network) && all[i].prefix == made.prefix;
        if (same)
            all[i] = all[--*count];
    }
    all[(*count)++] = made;
    machines_assign(machines, made.service, made.network, made.prefix);
}

/* ---- tests: serving */

/* On random configurations, the index answers every request exactly as a walk
 * along the list would. */
START_TEST(index_agrees_with_walk)
{
    struct dice dice = {(uint64_t)_i};
    struct assigned all[ASSIGNED_MAX];
    unsigned count = 0;
    unsigned virtuals = dice_below(&dice, 20);
    unsigned assignments = dice_below(&dice, ASSIGNED_MAX);
    for (unsigned i = 0; i < virtuals; i++)
        machines_add_virtual(machines, random_service(&dice));
    for (unsigned i = 0; i < assignments; i++)
        assign_random(&dice, all, &count);
    for (unsigned i = 0; i < 500; i++) {
        struct machine_id asked = random_service(&dice);
        uint32_t client = random_client(&dice);
        bool none = dice_below(&dice, 2) == 0;
        struct address local = {asked.ip, asked.port};
        ck_assert_ptr_eq(machines_serve(machines, client, local, asked.protocol, none),
                         serve_by_walk(all, count, client, asked, none));
        ck_assert_ptr_eq(machines_named(machines, local, asked.bind_id, asked.protocol),
                         walk_to_either(asked));
    }
}
END_TEST

/* The four steps of the look-up in their order: the better instance is taken
 * away, and the next one answers, at last nobody. */
START_TEST(falls_through_in_order)
{
    struct virtual *ladder[] = {add_virtual(80, 1), add_virtual(0, 1), add_virtual(80, 0),
                                add_virtual(0, 0)};
    uint32_t client = 0xC6336407;
    for (unsigned step = 0; step < 4; step++) {
        machines_assign(machines, tcp(VIP, 80, 1), client, 32);
        ck_assert_ptr_eq(serve(client, 80, false), ladder[step]);
        machines_remove_virtual(machines, ladder[step]);
    }
    ck_assert_ptr_null(serve(client, 80, false));
}
END_TEST

/* An instance out of service still answers the look-up: its clients do not
 * become somebody else's. */
START_TEST(out_of_service_does_not_fall_through)
{
    struct virtual *preferred = add_virtual(80, 1);
    add_virtual(80, 0);
    machines_assign(machines, preferred->id, 0xC6336407, 32);
    preferred->out_of_service = true;
    ck_assert_ptr_eq(serve(0xC6336407, 80, false), preferred);
}
END_TEST

/* Under bind0 none only assigned clients are served, the ones assigned to
 * instance 0 among them. */
START_TEST(bind0_none_serves_the_assigned_only)
{
    struct virtual *general = add_virtual(80, 0);
    struct virtual *preferred = add_virtual(80, 1);
    machines_assign(machines, general->id, 0xC6336401, 32);
    machines_assign(machines, preferred->id, 0xC6336402, 32);
    ck_assert_ptr_eq(serve(0xC6336401, 80, true), general);
    ck_assert_ptr_eq(serve(0xC6336402, 80, true), preferred);
    ck_assert_ptr_null(serve(0xC6336403, 80, true));
    ck_assert_ptr_eq(serve(0xC6336403, 80, false), general);
}
END_TEST

/* Figure 1: a client changes from general to preferred to unwelcome and back by
 * assignment alone, and the longest network wins. */
START_TEST(reassigns_clients)
{
    struct virtual *general = add_virtual(80, 0);
    struct virtual *preferred = add_virtual(80, 1);
    struct virtual *unwelcome = add_virtual(80, 2);
    uint32_t client = 0xC6336407;
    ck_assert_ptr_eq(serve(client, 80, false), general);
    machines_assign(machines, preferred->id, client, 24); /* its bits beyond do not matter */
    ck_assert_ptr_eq(serve(client, 80, false), preferred);
    machines_assign(machines, unwelcome->id, client, 32);
    ck_assert_ptr_eq(serve(client, 80, false), unwelcome);
    ck_assert_ptr_eq(serve(client + 1, 80, false), preferred);
    machines_assign(machines, general->id, client, 32);
    ck_assert_ptr_eq(serve(client, 80, false), general);
    ck_assert(!machines_unassign(machines, unwelcome->id, client, 32));
    ck_assert(machines_unassign(machines, general->id, client, 32));
    ck_assert_ptr_eq(serve(client, 80, false), preferred);
}
END_TEST

/* ---- tests: making and removing */

/* A second machine of the same id is refused; any other field makes another one
 * and both lists keep the order of making. */
START_TEST(ids_are_unique)
{
    static const struct machine_id ids[] = {
        {VIP, 80, 0, PROTOCOL_TCP}, {VIP, 80, 1, PROTOCOL_TCP}, {VIP, 81, 0, PROTOCOL_TCP},
        {VIP, 80, 0, PROTOCOL_UDP}, {VIP + 1, 80, 0, PROTOCOL_TCP},
    };
    const struct virtual *virtual;
    const struct physical *physical;
    for (unsigned i = 0; i < G_N_ELEMENTS(ids); i++) {
        ck_assert_ptr_nonnull(machines_add_virtual(machines, ids[i]));
        ck_assert_ptr_nonnull(machines_add_physical(machines, ids[i]));
        ck_assert_ptr_null(machines_add_virtual(machines, ids[i]));
        ck_assert_ptr_null(machines_add_physical(machines, ids[i]));
    }
    virtual = machines_first_virtual(machines);
    physical = machines_first_physical(machines);
    for (unsigned i = 0; i < G_N_ELEMENTS(ids); i++) {
        ck_assert(machine_id_equal(virtual->id, ids[i]));
        ck_assert(machine_id_equal(physical->id, ids[i]));
        virtual = virtual->next;
        physical = physical->next;
    }
    ck_assert_ptr_null(virtual);
    ck_assert_ptr_null(physical);
}
END_TEST

/* 8,000 machines fit, one more is refused, and room that is freed is room again
 * (R-121). */
START_TEST(limit_is_8000)
{
    for (unsigned i = 0; i < MACHINES_MAX; i++) {
        struct machine_id id = tcp(REAL + i, 80, 0);
        if (i % 2 == 0)
            ck_assert_ptr_nonnull(machines_add_virtual(machines, id));
        else
            ck_assert_ptr_nonnull(machines_add_physical(machines, id));
    }
    ck_assert_ptr_null(machines_add_virtual(machines, tcp(VIP, 80, 0)));
    ck_assert_ptr_null(machines_add_physical(machines, tcp(VIP, 80, 0)));
    machines_remove_physical(machines, machines_first_physical(machines));
    ck_assert_ptr_nonnull(machines_add_virtual(machines, tcp(VIP, 80, 0)));
}
END_TEST

/* A machine's default values are the product's (facts F-402, F-305, F-501..F-505, F-601;
 * */
START_TEST(defaults)
{
    const struct virtual *virtual = add_virtual(80, 0);
    const struct physical *physical = add_physical(1, 80);
    ck_assert_int_eq(virtual->predictor, PREDICTOR_LEASTCONNS);
    ck_assert_int_eq(virtual->idle_time, 7200 * NSTIME_S);
    ck_assert(!virtual->replicate && !virtual->out_of_service && virtual->delay == 0);
    ck_assert_int_eq(physical->state, MACHINE_IN_SERVICE);
    ck_assert(physical->weight == 1 && physical->maxconns == 0 && physical->threshold == 8);
    ck_assert(physical->reassign == 3 && physical->retry == 60 * NSTIME_S && physical->autounfail);
}
END_TEST

/* Removing the first, the middle, the last and the only machine leaves the list
 * whole, and what is added then comes last. */
START_TEST(removal_keeps_the_list)
{
    struct physical *machine[4];
    for (unsigned i = 0; i < 4; i++)
        machine[i] = add_physical(i, 80);
    machines_remove_physical(machines, machine[3]);
    machines_remove_physical(machines, machine[1]);
    machines_remove_physical(machines, machine[0]);
    ck_assert_ptr_eq(machines_first_physical(machines), machine[2]);
    machines_remove_physical(machines, machine[2]);
    ck_assert_ptr_null(machines_first_physical(machines));
    struct physical *first = add_physical(1, 80);
    struct physical *second = add_physical(2, 80);
    ck_assert_ptr_eq(machines_first_physical(machines), first);
    ck_assert_ptr_eq(first->next, second);
    ck_assert_ptr_null(second->next);
}
END_TEST

/* The same with virtual machines. */
START_TEST(removal_keeps_the_virtual_list)
{
    struct virtual *first = add_virtual(80, 0);
    struct virtual *middle = add_virtual(80, 1);
    struct virtual *last = add_virtual(80, 2);
    machines_remove_virtual(machines, middle);
    machines_remove_virtual(machines, last);
    struct virtual *added = add_virtual(80, 3);
    ck_assert_ptr_eq(machines_first_virtual(machines), first);
    ck_assert_ptr_eq(first->next, added);
    machines_remove_virtual(machines, first);
    machines_remove_virtual(machines, added);
    ck_assert_ptr_null(machines_first_virtual(machines));
    ck_assert_ptr_eq(add_virtual(80, 0), machines_first_virtual(machines));
}
END_TEST

/* Nothing points at a machine that is gone: links, turn, standbys, assignments
 * . The sanitised build makes sure of the rest. */
START_TEST(removal_forgets_the_machine)
{
    struct virtual *web = add_virtual(80, 0);
    struct virtual *reserve = add_virtual(81, 0);
    struct physical *one = add_physical(1, 80);
    struct physical *two = add_physical(2, 80);
    machines_bind(machines, web, one);
    machines_bind(machines, web, two);
    machines_bind(machines, reserve, two);
    web->last_chosen = web->links->next;
    web->standby.virtual = reserve;
    one->standby.physical = two;
    machines_assign(machines, reserve->id, 0xC6336407, 32);

    machines_remove_physical(machines, two);
    ck_assert_ptr_null(one->standby.physical);
    ck_assert_ptr_eq(web->links->physical, one);
    ck_assert_ptr_null(web->links->next);
    ck_assert_ptr_eq(web->last_chosen, web->links);
    ck_assert_ptr_null(reserve->links);

    machines_remove_virtual(machines, reserve);
    ck_assert_ptr_null(web->standby.virtual);
    ck_assert_ptr_null(machines_assignment(machines, 0));
    machines_remove_virtual(machines, web);
    ck_assert_uint_eq(one->links, 0);
}
END_TEST

/* A machine with connections must not go: the caller has forgotten R-215. */
START_TEST(removal_wants_no_connections)
{
    struct physical *physical = add_physical(1, 80);
    physical->connections = 1;
    machines_remove_physical(machines, physical);
}
END_TEST

/* ---- tests: binding */

/* Machines bind once each, in order; one may serve several virtual machines
 * and unbinding gives back what binding took. */
START_TEST(binds_and_unbinds)
{
    struct virtual *web = add_virtual(80, 0);
    struct virtual *shop = add_virtual(443, 0);
    struct physical *one = add_physical(1, 80);
    struct physical *two = add_physical(2, 8001); /* another port */
    ck_assert(machines_bind(machines, web, one));
    ck_assert(machines_bind(machines, web, two));
    ck_assert(machines_bind(machines, shop, one));
    ck_assert(!machines_bind(machines, web, one));
    ck_assert_uint_eq(one->links, 2);
    ck_assert_ptr_eq(web->links->physical, one);
    ck_assert_ptr_eq(web->links->next->physical, two);
    ck_assert(machines_unbind(machines, web, one));
    ck_assert(!machines_unbind(machines, web, one));
    ck_assert_uint_eq(one->links, 1);
    ck_assert_ptr_eq(web->links->physical, two);
}
END_TEST

/* The machine a record names: bound before merely listed, exact port before all
 * ports, and none of another protocol. */
START_TEST(finds_the_machine_of_a_record)
{
    struct virtual *web = add_virtual(80, 0);
    struct physical *all_listed = add_physical(1, 0);
    struct physical *exact_listed = add_physical(1, 80);
    struct physical *all_bound = machines_add_physical(machines, tcp(REAL + 1, 0, 7));
    struct physical *exact_bound = machines_add_physical(machines, tcp(REAL + 1, 80, 7));
    struct physical *order[] = {exact_bound, all_bound, exact_listed, all_listed};
    struct address real = {REAL + 1, 80};
    machines_add_physical(machines, (struct machine_id){REAL + 1, 80, 0, PROTOCOL_UDP});
    machines_bind(machines, web, all_bound);
    machines_bind(machines, web, exact_bound);
    for (unsigned i = 0; i < 4; i++) {
        ck_assert_ptr_eq(machines_serving(machines, web, real, PROTOCOL_TCP), order[i]);
        machines_remove_physical(machines, order[i]);
    }
    ck_assert_ptr_null(machines_serving(machines, web, real, PROTOCOL_TCP));
}
END_TEST

/* ---- tests: states */

/* A virtual machine has failed exactly when all that could serve it have: bound
 * machines, their standbys, its own, and that one's machines. */
START_TEST(failed_follows_from_machines)
{
    struct virtual *web = add_virtual(80, 0);
    struct virtual *reserve = add_virtual(81, 0);
    struct physical *machine[4];
    for (unsigned i = 0; i < 4; i++)
        machine[i] = add_physical(i, 80);
    ck_assert(virtual_failed(web));
    machines_bind(machines, web, machine[0]);
    machines_bind(machines, web, machine[1]);
    machines_bind(machines, reserve, machine[3]);
    machine[1]->standby.physical = machine[2];
    web->standby.virtual = reserve;
    for (unsigned failed = 0; failed < 16; failed++) {
        for (unsigned i = 0; i < 4; i++)
            machine[i]->state = failed >> i & 1 ? MACHINE_FAILED : MACHINE_IN_SERVICE;
        ck_assert_int_eq(virtual_failed(web), failed == 15);
        ck_assert_int_eq(virtual_failed(reserve), failed >> 3 & 1);
    }
}
END_TEST

/* Out of service is kept apart from failed, for the virtual machine and for the
 * machines that serve it. */
START_TEST(out_of_service_is_not_failed)
{
    struct virtual *web = add_virtual(80, 0);
    struct physical *one = add_physical(1, 80);
    machines_bind(machines, web, one);
    one->state = MACHINE_OUT_OF_SERVICE;
    ck_assert_int_eq(virtual_state(web), MACHINE_IN_SERVICE);
    one->state = MACHINE_FAILED;
    ck_assert_int_eq(virtual_state(web), MACHINE_FAILED);
    web->out_of_service = true;
    ck_assert_int_eq(virtual_state(web), MACHINE_OUT_OF_SERVICE);
    ck_assert(virtual_failed(web));
}
END_TEST

/* Standbys that form a cycle, which commands refuse, do not hang the core
 * (R-508, A-14). */
START_TEST(cycle_of_standbys_ends)
{
    struct virtual *web = add_virtual(80, 0);
    struct virtual *reserve = add_virtual(81, 0);
    struct physical *one = add_physical(1, 80);
    machines_bind(machines, web, one);
    machines_bind(machines, reserve, one);
    one->state = MACHINE_FAILED;
    one->standby.physical = one;
    web->standby.virtual = reserve;
    reserve->standby.virtual = web;
    ck_assert(virtual_failed(web));
    ck_assert(machine_leads_to((struct machine){.virtual = web},
                               (struct machine){.virtual = web}));
}
END_TEST

/* A path of standbys and links is found in its direction only. */
START_TEST(leads_one_way)
{
    struct virtual *web = add_virtual(80, 0);
    struct virtual *reserve = add_virtual(81, 0);
    struct physical *one = add_physical(1, 80);
    struct physical *two = add_physical(2, 80);
    machines_bind(machines, web, one);
    machines_bind(machines, reserve, two);
    one->standby.virtual = reserve;
    struct machine from = {.virtual = web};
    struct machine to = {.physical = two};
    ck_assert(machine_leads_to(from, to));
    ck_assert(!machine_leads_to(to, from));
}
END_TEST

/* The longest id fits its buffer, and the states have words of their own. */
START_TEST(prints)
{
    char text[MACHINE_TEXT_SIZE];
    struct machine_id longest_id = {UINT32_MAX, UINT16_MAX, UINT16_MAX, PROTOCOL_UDP};
    ck_assert_str_eq(machine_print(longest_id, text), "255.255.255.255:65535:65535:udp");
    ck_assert_str_eq(machine_print(tcp(VIP, 80, 0), text), "192.0.2.80:80:0:tcp");
    ck_assert_str_eq(machine_state_word(MACHINE_IN_SERVICE), "in-service");
    ck_assert_str_eq(machine_state_word(MACHINE_OUT_OF_SERVICE), "out-of-service");
    ck_assert_str_eq(machine_state_word(MACHINE_FAILED), "failed");
}
END_TEST

static void add_case(Suite *suite, const char *name, const TTest *const *tests)
{
    TCase *tcase = tcase_create(name);
    tcase_add_checked_fixture(tcase, set_up, tear_down);
    for (; *tests != NULL; tests++)
        tcase_add_test(tcase, *tests);
    suite_add_tcase(suite, tcase);
}

Suite *machine_suite(void)
{
    Suite *suite = suite_create("machine");
    TCase *random = tcase_create("random");
    tcase_add_checked_fixture(random, set_up, tear_down);
    tcase_add_loop_test(random, index_agrees_with_walk, 0, 100);
    if (suites_fork())
        tcase_add_test_raise_signal(random, removal_wants_no_connections, SIGABRT);
    suite_add_tcase(suite, random);
    add_case(suite, "serving", (const TTest *[]){
        falls_through_in_order, out_of_service_does_not_fall_through,
        bind0_none_serves_the_assigned_only, reassigns_clients, NULL});
    add_case(suite, "making", (const TTest *[]){
        ids_are_unique, limit_is_8000, defaults, removal_keeps_the_list,
        removal_keeps_the_virtual_list, removal_forgets_the_machine, NULL});
    add_case(suite, "binding", (const TTest *[]){
        binds_and_unbinds, finds_the_machine_of_a_record, NULL});
    add_case(suite, "states", (const TTest *[]){
        failed_follows_from_machines, out_of_service_is_not_failed, cycle_of_standbys_ends,
        leads_one_way, prints, NULL});
    return suite;
}
