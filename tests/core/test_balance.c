#include "core/balance.h"
#include "core/packet.h"
#include "tests/core/dice.h"
#include "tests/core/suites.h"

#include <string.h>

/* ---- fixture: one virtual machine on five physical ones */

enum { COUNT = 5 };

static struct machines *machines;
static struct virtual *web;
static struct physical *real[COUNT];

static void set_up(void)
{
    machines = machines_new();
    web = machines_add_virtual(machines, (struct machine_id){1, 80, 0, PROTOCOL_TCP});
    for (unsigned i = 0; i < COUNT; i++) {
        struct machine_id id = {100 + i, 80, 0, PROTOCOL_TCP};
        real[i] = machines_add_physical(machines, id);
        machines_bind(machines, web, real[i]);
    }
}

static void tear_down(void)
{
    machines_free(machines);
}

/* ---- helpers */

/* Choose and count, as for a request that is served. */
static struct physical *take(void)
{
    struct physical *chosen = balance_choose(web, NULL, NULL);
    if (chosen != NULL)
        chosen->connections++;
    return chosen;
}

static void fail_all(void)
{
    for (unsigned i = 0; i < COUNT; i++)
        real[i]->state = MACHINE_FAILED;
}

static bool is_not(const void *context, const struct physical *physical)
{
    return physical != context;
}

/* ---- a reference that tries the definition: of all machines that may be taken,
 * the best; of equals, the nearest behind the last one chosen */

static bool at_least_as_good(const struct physical *a, const struct physical *b)
{
    uint64_t a_weight = web->predictor == PREDICTOR_WEIGHTED ? a->weight : 1;
    uint64_t b_weight = web->predictor == PREDICTOR_WEIGHTED ? b->weight : 1;
    return web->predictor == PREDICTOR_ROUNDROBIN
           || a->connections * b_weight <= b->connections * a_weight;
}

static bool is_best(const struct physical *candidate)
{
    bool best = physical_available(candidate);
    for (unsigned i = 0; i < COUNT; i++)
        if (physical_available(real[i]))
            best = best && at_least_as_good(candidate, real[i]);
    return best;
}

static int expect_after(int last)
{
    for (int step = 1; step <= COUNT; step++) {
        int i = (last + step) % COUNT;
        if (is_best(real[i]))
            return i;
    }
    return -1;
}

static void shake(struct dice *dice)
{
    struct physical *one = real[dice_below(dice, COUNT)];
    switch (dice_below(dice, 5)) {
    case 0: one->state = dice_below(dice, 3); break;
    case 1: one->weight = dice_below(dice, 4); break;
    case 2: one->maxconns = dice_below(dice, 6); break;
    case 3: one->connections = dice_below(dice, 6); break;
    default: one->state = MACHINE_IN_SERVICE; break;
    }
}

/* ---- tests */

/* Whatever states, weights, limits and counts machines have, each predictor takes
 * the one its definition names. */
START_TEST(takes_the_best)
{
    struct dice dice = {99};
    int last = COUNT - 1;
    web->predictor = (enum predictor)_i;
    for (unsigned i = 0; i < 5000; i++) {
        shake(&dice);
        int expected = expect_after(last);
        struct physical *chosen = balance_choose(web, NULL, NULL);
        ck_assert_ptr_eq(chosen, expected < 0 ? NULL : real[expected]);
        if (expected >= 0)
            last = expected;
    }
}
END_TEST

/* Requests that end at once leave all counters at zero; ties then go round in
 * link order instead of all to the first machine. */
START_TEST(ties_go_in_turn)
{
    web->predictor = (enum predictor)_i;
    for (unsigned i = 0; i < 3 * COUNT; i++)
        ck_assert_ptr_eq(balance_choose(web, NULL, NULL), real[i % COUNT]);
}
END_TEST

/* Connections that stay are shared in proportion to the weights, weight 0
 * getting none (fact F-402). */
START_TEST(weights_share)
{
    static const uint32_t weights[COUNT] = {1, 2, 3, 0, 4};
    web->predictor = PREDICTOR_WEIGHTED;
    for (unsigned i = 0; i < COUNT; i++)
        real[i]->weight = weights[i];
    for (unsigned i = 0; i < 1000; i++)
        take();
    for (unsigned i = 0; i < COUNT; i++)
        ck_assert_uint_eq(real[i]->connections, 100 * weights[i]);
}
END_TEST

/* The largest counters and weights do not overflow the comparison. */
START_TEST(weights_do_not_overflow)
{
    web->predictor = PREDICTOR_WEIGHTED;
    for (unsigned i = 0; i < COUNT; i++) {
        real[i]->connections = UINT32_MAX - 1;
        real[i]->weight = UINT32_MAX - 1;
    }
    real[3]->weight = UINT32_MAX;
    ck_assert_ptr_eq(balance_choose(web, NULL, NULL), real[3]);
}
END_TEST

/* A unit that has just become active continues from the counters it kept
 * the machine with the fewest connections fills up first. */
START_TEST(continues_from_kept_counters)
{
    static const uint32_t kept[COUNT] = {7, 3, 7, 7, 7};
    for (unsigned i = 0; i < COUNT; i++)
        real[i]->connections = kept[i];
    for (unsigned i = 0; i < 4; i++)
        ck_assert_ptr_eq(take(), real[1]);
    ck_assert_ptr_eq(take(), real[2]);
}
END_TEST

/* The caller's filter takes a machine out for this request only, and so
 * for every machine in turn. */
START_TEST(filter_is_respected)
{
    for (unsigned i = 0; i < COUNT; i++) {
        real[i]->connections = 0;
        for (unsigned other = 0; other < COUNT; other++)
            real[other]->connections += other != i;
        ck_assert_ptr_eq(balance_choose(web, NULL, NULL), real[i]);
        ck_assert_ptr_ne(balance_choose(web, is_not, real[i]), real[i]);
    }
}
END_TEST

/* With all machines failed the chain is asked: a machine's standby, that one's
 * standby, then the virtual machine's own, which balances over its own machines
 * (R-307, R-106, R-113). */
START_TEST(standby_chain)
{
    struct virtual *reserve = machines_add_virtual(machines, (struct machine_id){2, 80, 0, 6});
    struct physical *chain[4];
    for (unsigned i = 0; i < 4; i++)
        chain[i] = machines_add_physical(machines, (struct machine_id){200 + i, 80, 0, 6});
    machines_bind(machines, reserve, chain[2]);
    machines_bind(machines, reserve, chain[3]);
    real[2]->standby.physical = chain[0];
    chain[0]->standby.physical = chain[1];
    web->standby.virtual = reserve;
    ck_assert_ptr_eq(balance_choose(web, NULL, NULL), real[0]);
    fail_all();
    ck_assert_ptr_eq(balance_choose(web, NULL, NULL), chain[0]);
    chain[0]->state = MACHINE_FAILED;
    ck_assert_ptr_eq(balance_choose(web, NULL, NULL), chain[1]);
    ck_assert_ptr_eq(balance_choose(web, is_not, chain[1]), chain[2]);
    chain[1]->maxconns = chain[1]->connections = 1;
    ck_assert_ptr_eq(balance_choose(web, NULL, NULL), chain[3]);
    ck_assert_ptr_eq(balance_choose(web, NULL, NULL), chain[2]);
    reserve->out_of_service = true;
    ck_assert_ptr_null(balance_choose(web, NULL, NULL));
}
END_TEST

/* A machine may be backed up by a virtual one, and the standby of a virtual
 * machine may be a physical one. */
START_TEST(standby_of_the_other_kind)
{
    struct virtual *reserve = machines_add_virtual(machines, (struct machine_id){2, 80, 0, 6});
    struct physical *spare = machines_add_physical(machines, (struct machine_id){200, 80, 0, 6});
    real[4]->standby.virtual = reserve;
    reserve->standby.physical = spare;
    fail_all();
    ck_assert_ptr_eq(balance_choose(web, NULL, NULL), spare);
}
END_TEST

/* A cycle of standbys with nobody in it who could serve ends with nobody, whether
 * of physical machines, of virtual ones or of both. */
START_TEST(cycle_ends)
{
    struct virtual *reserve = machines_add_virtual(machines, (struct machine_id){2, 80, 0, 6});
    machines_bind(machines, reserve, real[0]);
    switch (_i) {
    case 0:
        real[1]->standby.physical = real[2];
        real[2]->standby.physical = real[1];
        break;
    case 1:
        web->standby.virtual = reserve;
        reserve->standby.virtual = web;
        break;
    default:
        real[0]->standby.virtual = web;
        break;
    }
    fail_all();
    ck_assert_ptr_null(balance_choose(web, NULL, NULL));
}
END_TEST

/* A virtual machine bound to nothing serves nobody, and the turn survives the
 * unbinding of the machine it stands at. */
START_TEST(turn_survives_unbinding)
{
    web->predictor = PREDICTOR_ROUNDROBIN;
    ck_assert_ptr_eq(balance_choose(web, NULL, NULL), real[0]);
    machines_unbind(machines, web, real[0]);
    ck_assert_ptr_eq(balance_choose(web, NULL, NULL), real[1]);
    ck_assert_ptr_eq(balance_choose(web, NULL, NULL), real[2]);
    machines_unbind(machines, web, real[2]);
    ck_assert_ptr_eq(balance_choose(web, NULL, NULL), real[3]);
    machines_unbind(machines, web, real[4]);
    machines_unbind(machines, web, real[3]);
    ck_assert_ptr_eq(balance_choose(web, NULL, NULL), real[1]);
    machines_unbind(machines, web, real[1]);
    ck_assert_ptr_null(balance_choose(web, NULL, NULL));
}
END_TEST

/* The words are LocalDirector's; ipvsadm's are understood. */
START_TEST(words)
{
    static const struct {
        const char *word, *alias;
        enum predictor predictor;
    } cases[] = {
        {"leastconns", "lc", PREDICTOR_LEASTCONNS},
        {"weighted", "weighted", PREDICTOR_WEIGHTED},
        {"roundrobin", "rr", PREDICTOR_ROUNDROBIN},
        {"fastest", "fastest", PREDICTOR_FASTEST},
        {"loaded", "loaded", PREDICTOR_LOADED},
    };
    enum predictor predictor;
    ck_assert_str_eq(balance_word(cases[_i].predictor), cases[_i].word);
    ck_assert(balance_parse(cases[_i].word, &predictor) && predictor == cases[_i].predictor);
    ck_assert(balance_parse(cases[_i].alias, &predictor) && predictor == cases[_i].predictor);
    ck_assert(!balance_parse("quickest", &predictor));
    ck_assert(!balance_parse("", &predictor));
}
END_TEST

Suite *balance_suite(void)
{
    Suite *suite = suite_create("balance");
    TCase *choice = tcase_create("choice");
    tcase_add_checked_fixture(choice, set_up, tear_down);
    tcase_add_loop_test(choice, takes_the_best, 0, 3);
    tcase_add_loop_test(choice, ties_go_in_turn, 0, 3);
    tcase_add_test(choice, weights_share);
    tcase_add_test(choice, weights_do_not_overflow);
    tcase_add_test(choice, continues_from_kept_counters);
    tcase_add_test(choice, filter_is_respected);
    tcase_add_test(choice, turn_survives_unbinding);
    suite_add_tcase(suite, choice);
    TCase *standby = tcase_create("standby");
    tcase_add_checked_fixture(standby, set_up, tear_down);
    tcase_add_test(standby, standby_chain);
    tcase_add_test(standby, standby_of_the_other_kind);
    tcase_add_loop_test(standby, cycle_ends, 0, 3);
    suite_add_tcase(suite, standby);
    TCase *vocabulary = tcase_create("words");
    tcase_add_loop_test(vocabulary, words, 0, 5);
    suite_add_tcase(suite, vocabulary);
    return suite;
}
