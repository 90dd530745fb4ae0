/* How an address moves, side by side, in whole runs: gratuitous ARPs that are not heard, and
 * what ends that. */
#include "tests/run/suites.h"
#include "tests/run/support.h"

#include "analysis/stats.h"
#include "core/packet.h"
#include "sim/run/explain.h"

#include <string.h>

/* Ten connections a second, a crash at 5 s, and these keys of [failover]. */
static struct scenario *world_with(const char *failover, const char *fault)
{
    char *text = g_strdup_printf("[scenario]\nduration = 10s\n"
                                 "[virtual web]\naddress = 192.0.2.80:80\nbind = r1 r2\n"
                                 "replicate = yes\n[real-defaults]\nservice-time = 200ms\n"
                                 "[real r1]\naddress = 10.0.1.1:80\n"
                                 "[real r2]\naddress = 10.0.1.2:80\n"
                                 "[workload browsers]\narrivals = poisson 10/s\n"
                                 "requests-per-connection = 8\nresponse-size = 2kb\n"
                                 "[failover]\nhello-time = 1s\n%s\n[faults]\nfault = at 5s %s\n",
                                 failover, fault);
    struct scenario *scenario = scenario_from_text(text);
    g_free(text);
    return scenario;
}

static struct run_result *run_with(const char *failover, const char *fault)
{
    struct scenario *scenario = world_with(failover, fault);
    struct run_result *result = run_once(scenario);
    ck_assert_int_gt(result->takeover, 0);
    ck_assert_uint_gt(result->counted, 20);
    scenario_free(scenario);
    return result;
}

/* The first connection that was open at the failure, told. */
static char *explained(const char *failover)
{
    struct scenario *scenario = world_with(failover, "crash active");
    struct run_result *result = run_once(scenario);
    GString *text = g_string_new(NULL);
    uint32_t row = 0;
    while (result->rows[row].state != STATE_OPEN_IDLE)
        row++;
    ck_assert(explain_connection(scenario, 0, result->rows[row].connection, text, NULL));
    run_result_free(result);
    scenario_free(scenario);
    return g_string_free(text, FALSE);
}

static const struct {
    const char *keys;
    bool outside, inside;     /* who has heard */
    const char *lost;         /* and how it is told */
    const char *in_vain;      /* whose packets reach nobody */
} sides[] = {
    {"mac = own\ngarp-loss-inside = 100%\nneighbour-timeout-inside = 600min", true, false,
     "garp-not-heard-by (r1)", "server   -> A"},
    {"mac = own\ngarp-loss = 100%\ngarp-loss-inside = 0%\nneighbour-timeout = 60000min", false,
     true, "garp-not-heard-by (the router)", "client   -> A"},
};

/* A perfect replication, and a claim that is heard on one side only: requests reach the new
 * active and answers the dead one, or the other way round, and all of the known die of it
 * (R-1002, R-1003). */
START_TEST(one_side_moves)
{
    struct run_result *result = run_with(sides[_i].keys, "crash active");
    ck_assert_int_eq(result->moved[SIDE_OUTSIDE], sides[_i].outside ? result->takeover : -1);
    ck_assert_int_eq(result->moved[SIDE_INSIDE], sides[_i].inside ? result->takeover : -1);
    ck_assert_uint_eq(result->known, result->counted);
    ck_assert_uint_eq(result->outcomes[OUTCOME_SURVIVED], 0);
    ck_assert_uint_eq(result->causes[CAUSE_ADDRESS_NOT_MOVED], result->counted);
    run_result_free(result);
    char *story = explained(sides[_i].keys);
    const char *claim = strstr(story, "claims-active-address");
    ck_assert_ptr_nonnull(claim);
    ck_assert_ptr_nonnull(strstr(claim, sides[_i].lost));
    ck_assert_ptr_nonnull(strstr(claim, sides[_i].in_vain));
    if (sides[_i].outside)
        ck_assert_ptr_nonnull(strstr(claim, "B        -> server"));
    g_free(story);
}
END_TEST

/* Servers are neighbours one by one: whose server has heard survives, the others do not. */
START_TEST(each_server_hears_for_itself)
{
    struct scenario *scenario = world_with("mac = own\ngarp-loss = 0%\ngarp-loss-inside = 50%\n"
                                           "neighbour-timeout-inside = 600min", "crash active");
    unsigned mixed = 0;
    for (uint32_t repetition = 0; repetition < 8; repetition++) {
        struct run_result *result = run_repetition(scenario, repetition);
        unsigned saved[2] = {0}, lost[2] = {0};
        for (uint32_t i = 0; i < result->row_count; i++)
            if (state_counts(result->rows[i].state))
                ++*(result->rows[i].outcome == OUTCOME_SURVIVED
                        ? &saved[result->rows[i].server] : &lost[result->rows[i].server]);
        ck_assert(saved[0] == 0 || lost[0] == 0);
        ck_assert(saved[1] == 0 || lost[1] == 0);
        ck_assert_int_eq(result->moved[SIDE_INSIDE] < 0, lost[0] + lost[1] > 0);
        mixed += saved[0] + saved[1] > 0 && lost[0] + lost[1] > 0;
        run_result_free(result);
    }
    ck_assert_uint_gt(mixed, 0);
    scenario_free(scenario);
}
END_TEST

/* The router asks when its entry is 100 s old, whatever befell the former owner: the outage
 * ends just then, and no client that was idle gets on before (servers' answers come out). */
START_TEST(an_entry_lives_out)
{
    nstime healed[2];
    for (unsigned i = 0; i < 2; i++) {
        struct run_result *result =
            run_with("mac = own\ngarp-loss = 100%\ngarp-loss-inside = 0%\n"
                     "neighbour-timeout = 100s", i == 0 ? "crash active" : "power active off");
        healed[i] = result->failure + result->moved[SIDE_OUTSIDE];
        ck_assert_int_gt(result->moved[SIDE_OUTSIDE], result->takeover);
        ck_assert_int_le(result->moved[SIDE_OUTSIDE], result->takeover + 100 * NSTIME_S);
        ck_assert_uint_eq(result->outcomes[OUTCOME_SURVIVED], result->counted);
        for (uint32_t row = 0; row < result->row_count; row++)
            ck_assert(result->rows[row].state != STATE_OPEN_IDLE
                      || result->rows[row].stall >= result->moved[SIDE_OUTSIDE]);
        run_result_free(result);
    }
    ck_assert_int_eq(healed[0], healed[1]);
    struct run_result *longer =
        run_with("mac = own\ngarp-loss = 100%\ngarp-loss-inside = 0%\n"
                 "neighbour-timeout = 200s", "crash active");
    /* the same phase of an entry that lives twice as long */
    ck_assert_int_le(ABS(longer->failure + longer->moved[SIDE_OUTSIDE] - 2 * healed[0]), 1);
    run_result_free(longer);
}
END_TEST

static bool is_unheard(const struct run_result *result)
{
    return result->moved[SIDE_OUTSIDE] != result->takeover;
}

/* Over many takeovers the share that the router does not hear is the loss, and a higher loss
 * loses all that a lower one does (keyed chance). */
START_TEST(the_share_is_the_loss)
{
    enum { RUNS = 150 };
    struct scenario *low = world_with("mac = own\ngarp-loss = 20%", "crash active");
    struct scenario *high = world_with("mac = own\ngarp-loss = 40%", "crash active");
    unsigned unheard = 0, more = 0;
    low->duration = high->duration = 5100 * NSTIME_MS;
    low->drain = high->drain = 3 * NSTIME_S;
    for (uint32_t repetition = 0; repetition < RUNS; repetition++) {
        struct run_result *a = run_repetition(low, repetition);
        struct run_result *b = run_repetition(high, repetition);
        ck_assert(!is_unheard(a) || is_unheard(b));
        unheard += is_unheard(a);
        more += is_unheard(b);
        run_result_free(a);
        run_result_free(b);
    }
    ck_assert_msg(stats_binomial_inside(unheard, RUNS, 0.2, 0.999), "%u", unheard);
    ck_assert_msg(stats_binomial_inside(more, RUNS, 0.4, 0.999), "%u", more);
    scenario_free(high);
    scenario_free(low);
}
END_TEST

/* The same lost frame: with the primary's MAC (R-1003) the first packet that crosses shows
 * the switch the way and all survive; with a MAC of its own nobody does. */
START_TEST(own_against_swapped)
{
    struct run_result *swapped = run_with("garp-loss = 100%\ngarp-loss-inside = 0%",
                                          "crash active");
    struct run_result *own = run_with("mac = own\ngarp-loss = 100%\ngarp-loss-inside = 0%",
                                      "crash active");
    ck_assert_int_gt(swapped->moved[SIDE_OUTSIDE], swapped->takeover);
    ck_assert_int_lt(swapped->moved[SIDE_OUTSIDE], swapped->takeover + 5 * NSTIME_S);
    ck_assert_uint_eq(swapped->outcomes[OUTCOME_SURVIVED], swapped->counted);
    ck_assert_uint_eq(own->outcomes[OUTCOME_SURVIVED], 0);
    ck_assert_ptr_nonnull(strstr(swapped->events, "\"seen-by\",\"detail\":\"the switch outside\""));
    ck_assert_ptr_nonnull(strstr(own->events, "\"address-has-another-mac\""));
    run_result_free(own);
    run_result_free(swapped);
}
END_TEST

static const struct {
    const char *keys, *fault;
    nstime least, most; /* from the takeover until the first side has moved */
} switches[] = {
    /* nobody speaks: the switch forgets the port 300 s after its last frame */
    {"neighbour-timeout-inside = 600min", "crash active", 290 * NSTIME_S, 300 * NSTIME_S},
    /* a hello on the side shows it, and so does a server that asks */
    {"hello-paths = link outside inside", "crash active", 0, NSTIME_S},
    {"neighbour-timeout-inside = 20s", "crash active", 1, 20 * NSTIME_S},
    /* a port without a line is forgotten at once */
    {"neighbour-timeout-inside = 600min", "power active off", 0, 0},
};

/* No claim is heard on either side, with the MAC that all know: what shows a switch where it
 * is now (R-1003). */
START_TEST(a_switch_learns)
{
    char *keys = g_strconcat("garp-loss = 100%\n", switches[_i].keys, NULL);
    struct run_result *result = run_with(keys, switches[_i].fault);
    nstime first = MIN(result->moved[SIDE_OUTSIDE], result->moved[SIDE_INSIDE]);
    ck_assert_int_ge(first - result->takeover, switches[_i].least);
    ck_assert_int_le(first - result->takeover, switches[_i].most);
    ck_assert_uint_eq(result->outcomes[OUTCOME_SURVIVED], result->counted);
    run_result_free(result);
    g_free(keys);
}
END_TEST

/* The former owner lives, as a standby, and drops what comes to it. */
START_TEST(a_standby_drops)
{
    struct run_result *heard = run_with("mac = own", "switchover");
    struct run_result *lost = run_with("mac = own\ngarp-loss = 100%\ngarp-loss-inside = 0%",
                                       "switchover");
    ck_assert_uint_eq(heard->outcomes[OUTCOME_SURVIVED], heard->counted);
    ck_assert_uint_eq(lost->outcomes[OUTCOME_SURVIVED], 0);
    ck_assert_uint_eq(lost->causes[CAUSE_ADDRESS_NOT_MOVED], lost->counted);
    run_result_free(lost);
    run_result_free(heard);
}
END_TEST

/* How many of the first runs of a scenario the router did not hear of at once; those that
 * nobody survived are counted in lost. */
static unsigned count_unheard(struct scenario *scenario, unsigned runs, unsigned *lost)
{
    unsigned unheard = 0;
    *lost = 0;
    for (uint32_t repetition = 0; repetition < runs; repetition++) {
        struct run_result *result = run_repetition(scenario, repetition);
        unheard += is_unheard(result);
        *lost += result->outcomes[OUTCOME_SURVIVED] == 0;
        ck_assert(result->outcomes[OUTCOME_SURVIVED] == 0
                  || result->outcomes[OUTCOME_SURVIVED] == result->counted);
        run_result_free(result);
    }
    scenario_free(scenario);
    return unheard;
}

enum { SHIPPED_RUNS = 40 };

/* garp.scn: a takeover is survived by all or by nobody; with the swapped MAC always by all
 * (R-1003). */
START_TEST(garp)
{
    unsigned lost;
    unsigned unheard = count_unheard(
        scenario_shipped("garp", "failover.mac=own", "failover.garp-loss=10%", NULL),
        SHIPPED_RUNS, &lost);
    ck_assert(stats_binomial_inside(unheard, SHIPPED_RUNS, 0.1, 0.999));
    ck_assert_uint_gt(lost, 0);
    ck_assert_uint_le(lost, unheard);
    unheard = count_unheard(
        scenario_shipped("garp", "failover.mac=swapped", "failover.garp-loss=10%", NULL),
        SHIPPED_RUNS, &lost);
    ck_assert_uint_gt(unheard, 0);
    ck_assert_uint_eq(lost, 0);
}
END_TEST

static const struct {
    const char *repeat, *delay;
    double unheard; /* of takeovers by the first set */
    bool most_hear_later;
} repeats[] = {
    {"failover.garp-repeat=1", "failover.garp-delay=off", 0.3, false},
    {"failover.garp-repeat=1", "failover.garp-delay=5s", 0.3, true},
    {"failover.garp-repeat=5", "failover.garp-delay=off", 0.00243, false},
};

/* garp-repeat.scn: one frame, one more after 5 s, five at once. */
START_TEST(garp_repeat)
{
    unsigned lost;
    unsigned unheard = count_unheard(
        scenario_shipped("garp-repeat", repeats[_i].repeat, repeats[_i].delay, NULL),
        SHIPPED_RUNS, &lost);
    ck_assert(stats_binomial_inside(unheard, SHIPPED_RUNS, repeats[_i].unheard, 0.999));
    if (repeats[_i].most_hear_later)
        ck_assert_uint_lt(lost, unheard / 2);
    else
        ck_assert_uint_ge(lost, unheard / 2);
}
END_TEST

Suite *garp_suite(void)
{
    Suite *suite = suite_create("run/garp");
    TCase *tcase = tcase_create("garp");
    tcase_set_timeout(tcase, 60);
    tcase_add_loop_test(tcase, one_side_moves, 0, G_N_ELEMENTS(sides));
    tcase_add_test(tcase, each_server_hears_for_itself);
    tcase_add_test(tcase, an_entry_lives_out);
    tcase_add_test(tcase, the_share_is_the_loss);
    tcase_add_test(tcase, own_against_swapped);
    tcase_add_loop_test(tcase, a_switch_learns, 0, G_N_ELEMENTS(switches));
    tcase_add_test(tcase, a_standby_drops);
    tcase_add_test(tcase, garp);
    tcase_add_loop_test(tcase, garp_repeat, 0, G_N_ELEMENTS(repeats));
    suite_add_tcase(suite, tcase);
    return suite;
}
