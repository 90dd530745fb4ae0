#include "core/balance.h"
#include "core/packet.h"
#include "core/ranking.h"
#include "tests/core/dice.h"
#include "tests/core/suites.h"

/* ---- fixture: many machines, all bound to one virtual machine, every second also to
 * another */

enum { MANY = 50 };

static const enum predictor ranked[] = {
    PREDICTOR_LEASTCONNS, PREDICTOR_WEIGHTED, PREDICTOR_ROUNDROBIN,
    PREDICTOR_FASTEST,    PREDICTOR_LOADED,   PREDICTOR_WLC,
};
enum { PREDICTORS = G_N_ELEMENTS(ranked) };

static struct machines *machines;
static struct virtual *web, *other;
static struct physical *real[MANY];
static unsigned bound; /* how many of them, from the first on */

static void set_up(void)
{
    machines = machines_new();
    web = machines_add_virtual(machines, (struct machine_id){1, 80, 0, PROTOCOL_TCP});
    other = machines_add_virtual(machines, (struct machine_id){2, 80, 0, PROTOCOL_TCP});
    for (unsigned i = 0; i < MANY; i++) {
        real[i] = machines_add_physical(machines,
                                        (struct machine_id){100 + i, 80, 0, PROTOCOL_TCP});
        machines_bind(machines, web, real[i]);
        if (i % 2 == 0)
            machines_bind(machines, other, real[i]);
    }
    bound = MANY;
}

static void tear_down(void)
{
    machines_free(machines);
}

/* ---- a reference: the definition, tried on everybody in turn */

static uint64_t cost(const struct physical *one)
{
    switch (web->predictor) {
    case PREDICTOR_LEASTCONNS: return one->connections * 5040ULL;
    case PREDICTOR_WEIGHTED:
    case PREDICTOR_LOADED: return one->connections * 5040ULL / MAX(one->weight, 1);
    case PREDICTOR_MAGLEV:
    case PREDICTOR_ROUNDROBIN: return 0;
    case PREDICTOR_WLC:
        return (256ULL * one->active + one->connections - one->active) * 5040 / MAX(one->weight, 1);
    case PREDICTOR_FASTEST: return response_time(&one->response) * (one->connections + 1ULL);
    }
    return 0;
}

static struct physical *expected(unsigned last)
{
    struct physical *best = NULL;
    for (unsigned step = 1; step <= bound; step++) {
        struct physical *one = real[(last + step) % bound];
        if (physical_available(one) && (best == NULL || cost(one) < cost(best)))
            best = one;
    }
    return best;
}

/* ---- something happens to a machine: weights divide 5040, so that costs are exact */

static void shake(struct dice *dice)
{
    struct physical *one = real[dice_below(dice, MANY)];
    switch (dice_below(dice, 6)) {
    case 0: one->state = dice_below(dice, 4); break;
    case 1: one->weight = dice_below(dice, 8); break;
    case 2: one->maxconns = dice_below(dice, 6); break;
    case 3:
        one->connections = dice_below(dice, 6);
        one->active = dice_below(dice, one->connections + 1);
        break;
    case 4:
        one->response.smoothed = (uint64_t)dice_below(dice, 1000) << 32;
        break;
    default:
        one->state = MACHINE_IN_SERVICE;
        one->trial = dice_below(dice, 2);
        break;
    }
    physical_changed(one);
}

static unsigned number_of(const struct physical *physical)
{
    return physical->id.ip - 100;
}

/* ---- tests */

/* Whatever happens to machines, one at a time, the choice is that of a walk round all of
 * them, with every predictor; the number of links is no power of two, and falls below
 * the least that is ranked (R-302..R-307). */
START_TEST(chooses_as_a_walk_would)
{
    struct dice dice = {(uint64_t)_i + 1};
    unsigned last = MANY - 1;
    web->predictor = ranked[_i];
    for (unsigned i = 0; i < 20000; i++) {
        shake(&dice);
        if (i % 500 == 499 && bound > 2) {
            machines_unbind(machines, web, real[--bound]);
            if (last == bound)
                last = bound - 1;
        }
        struct physical *wanted = expected(last);
        struct physical *chosen = balance_choose(web, NULL, NULL);
        ck_assert_ptr_eq(chosen, wanted);
        if (chosen == NULL)
            continue;
        last = number_of(chosen);
        if (chosen->connections < 1000)
            chosen->connections++;
        physical_changed(chosen);
    }
}
END_TEST

static bool is_odd(const void *context, const struct physical *physical)
{
    (void)context;
    return number_of(physical) % 2 == 1;
}

/* Whom the caller refuses is passed over for the best of the others. */
START_TEST(passes_over_the_refused)
{
    web->predictor = ranked[_i];
    for (unsigned i = 0; i < MANY; i++)
        ck_assert_uint_eq(number_of(balance_choose(web, is_odd, NULL)), 2 * i % MANY + 1);
}
END_TEST

/* A failed machine's standby stands in its place also among many, and no longer when the
 * machine is back. */
START_TEST(knows_who_is_replaced)
{
    struct physical *spare =
        machines_add_physical(machines, (struct machine_id){200, 80, 0, PROTOCOL_TCP});
    web->predictor = PREDICTOR_ROUNDROBIN;
    real[3]->standby.physical = spare;
    machines_changed(machines);
    real[3]->state = MACHINE_FAILED;
    physical_changed(real[3]);
    for (unsigned i = 0; i < MANY; i++)
        ck_assert_ptr_eq(balance_choose(web, NULL, NULL), i == 3 ? spare : real[i]);
    real[3]->state = MACHINE_IN_SERVICE;
    physical_changed(real[3]);
    for (unsigned i = 0; i < MANY; i++)
        ck_assert_ptr_eq(balance_choose(web, NULL, NULL), real[i]);
}
END_TEST

/* Two virtual machines share machines: what one counts, the other sees. */
START_TEST(is_told_by_all_that_share)
{
    for (unsigned i = 0; i < MANY; i += 2) {
        struct physical *chosen = balance_choose(other, NULL, NULL);
        ck_assert_uint_eq(number_of(chosen), i);
        chosen->connections++;
        physical_changed(chosen);
    }
    for (unsigned i = 1; i < MANY; i += 2) {
        struct physical *chosen = balance_choose(web, NULL, NULL);
        ck_assert_uint_eq(number_of(chosen), i);
        chosen->connections++;
        physical_changed(chosen);
    }
    machines_remove_virtual(machines, other);
    real[0]->connections = 0;
    physical_changed(real[0]);
    ck_assert_ptr_eq(balance_choose(web, NULL, NULL), real[0]);
}
END_TEST

Suite *ranking_suite(void)
{
    Suite *suite = suite_create("ranking");
    TCase *tcase = tcase_create("ranking");
    tcase_add_checked_fixture(tcase, set_up, tear_down);
    tcase_add_loop_test(tcase, chooses_as_a_walk_would, 0, PREDICTORS);
    tcase_add_loop_test(tcase, passes_over_the_refused, 0, PREDICTORS);
    tcase_add_test(tcase, knows_who_is_replaced);
    tcase_add_test(tcase, is_told_by_all_that_share);
    suite_add_tcase(suite, tcase);
    return suite;
}
