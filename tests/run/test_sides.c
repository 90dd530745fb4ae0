/* The three interfaces of a unit, the one way of a link, and what hangs on a takeover, in
 * whole runs: who hears whom, who owns an address on which side, and who dies of it. */
#include "tests/run/suites.h"
#include "tests/run/support.h"

#include <string.h>

#define CRASH "crash = at 10s crash active\n"

/* A run of half a minute with these faults. */
static struct run_result *run_faults(const char *measure, const char *faults)
{
    char *text = g_strdup_printf("[scenario]\nduration = 30s\nmeasure = %s\n"
                                 "[virtual web]\naddress = 192.0.2.80:80\nbind = r1 r2\n"
                                 "replicate = yes\n[real r1]\naddress = 10.0.1.1:80\n"
                                 "[real r2]\naddress = 10.0.1.2:80\n"
                                 "[workload browsers]\narrivals = poisson 60/s\n"
                                 "requests-per-connection = 4\nresponse-size = 2kb\n"
                                 "[failover]\nhello-time = 1s\n[faults]\n%s",
                                 measure, faults);
    struct scenario *scenario = scenario_from_text(text);
    struct run_result *result = run_once(scenario);
    scenario_free(scenario);
    g_free(text);
    return result;
}

static unsigned times(const struct run_result *result, const char *event)
{
    unsigned count = 0;
    for (const char *at = result->events; (at = strstr(at, event)) != NULL; at++)
        count++;
    return count;
}

static const char *const sides[] = {"outside", "inside"};

/* The active unit cannot be reached on one side, and neither unit looks there: nobody takes
 * over, and whoever cannot wait dies of it. A short break is TCP's to repair, on either
 * side (R-1301). */
START_TEST(a_side_is_cut_off)
{
    for (unsigned lasting = 0; lasting < 2; lasting++) {
        char *text = g_strdup_printf("cut = at 10s interface active %s down%s\n", sides[_i],
                                     lasting ? "" : " for 1s");
        struct run_result *result = run_faults("cut", text);
        ck_assert_int_eq(result->takeover, -1);
        ck_assert_uint_gt(result->counted, 100);
        ck_assert_uint_eq(casualties(result), lasting ? result->counted : 0);
        ck_assert_uint_eq(result->causes[CAUSE_ADDRESS_NOT_MOVED],
                          lasting ? result->counted : 0);
        run_result_free(result);
        g_free(text);
    }
}
END_TEST

/* Who takes over while its inside is cut is heard outside only; when the line comes up it
 * says inside, too, whose the address is, and the known carry on (R-1002). */
START_TEST(a_claim_is_heard_where_the_line_is_up)
{
    struct run_result *whole = run_faults("auto", CRASH);
    struct run_result *cut =
        run_faults("auto", CRASH "cut = at 9s interface B inside down for 6s\n");
    ck_assert_int_eq(cut->takeover, whole->takeover);
    ck_assert_uint_eq(cut->known, whole->known);
    ck_assert_uint_eq(cut->outcomes[OUTCOME_SURVIVED], whole->outcomes[OUTCOME_SURVIVED]);
    ck_assert_int_ge(cut->stall_p50, 5 * NSTIME_S);
    ck_assert_int_lt(whole->stall_p50, 5 * NSTIME_S);
    run_result_free(whole);
    run_result_free(cut);
}
END_TEST

static const struct {
    const char *fault;
    bool known;
} ways[] = {
    {"link replication forward down", false}, {"link replication reverse down", true},
    {"link replication forward loss 100%", false}, {"link replication reverse loss 100%", true},
    {"interface standby peer down", false},
};

/* Records go from the active unit to the standby: only that way matters to them, and the
 * standby's own line does. */
START_TEST(records_go_one_way)
{
    char *text = g_strdup_printf(CRASH "cut = at 9s %s\n", ways[_i].fault);
    struct run_result *result = run_faults("auto", text);
    unsigned young = 0, young_known = 0;
    for (uint32_t i = 0; i < result->row_count; i++)
        if (result->rows[i].opened > 9200 * NSTIME_MS && state_counts(result->rows[i].state)) {
            young++;
            young_known += result->rows[i].known;
        }
    ck_assert_uint_gt(young, 30);
    ck_assert_uint_ge(young_known, ways[_i].known ? young * 9 / 10 : 0);
    ck_assert_uint_le(young_known, ways[_i].known ? young : 0);
    run_result_free(result);
    g_free(text);
}
END_TEST

/* A fault of one way mends that way only: the other one's goes on. */
START_TEST(a_way_mends_alone)
{
    struct run_result *result =
        run_faults("one", "one = at 10s link servers forward down\n"
                          "other = at 11s link servers reverse down for 1s\n");
    ck_assert_int_eq(result->takeover, -1);
    ck_assert_uint_eq(casualties(result), result->counted);
    run_result_free(result);
}
END_TEST

/* What waits for the takeover strikes in it: the new active unit crashes 1 ms after its
 * claim, whenever that was, and what hangs on this fault follows (R-1010). */
START_TEST(a_takeover_is_interrupted)
{
    struct run_result *result =
        run_faults("auto", CRASH "again = after takeover 1ms crash active\n"
                                 "back = after again 500ms restart A\n");
    ck_assert_int_gt(result->takeover, 0);
    char *line = g_strdup_printf("{\"t\":%" G_GINT64_FORMAT ",\"run\":0,\"unit\":\"B\","
                                 "\"event\":\"crash\",\"detail\":\"again\"}",
                                 result->failure + result->takeover + NSTIME_MS);
    ck_assert_ptr_nonnull(strstr(result->events, line));
    ck_assert_uint_eq(times(result, "\"event\":\"restart\",\"detail\":\"back\""), 1);
    ck_assert_uint_eq(casualties(result), result->counted);
    g_free(line);
    run_result_free(result);
}
END_TEST

/* Without a takeover nothing that waits for one happens. */
START_TEST(nothing_waits_in_vain)
{
    struct run_result *result =
        run_faults("crash", "dead = at 5s crash standby\n" CRASH
                            "never = after takeover 1s crash A\n");
    ck_assert_int_eq(result->takeover, -1);
    ck_assert_uint_eq(times(result, "\"never\""), 0);
    run_result_free(result);
}
END_TEST

/* Loss of power stops a machine as a crash does; back, it boots as a standby with nothing in
 * its table (R-1007, R-1105). */
START_TEST(power_comes_back)
{
    struct run_result *crash = run_faults("auto", CRASH);
    struct run_result *power = run_faults("auto", "off = at 10s power active off for 5s\n");
    ck_assert_uint_eq(power->known, crash->known);
    ck_assert_int_eq(power->takeover, crash->takeover);
    ck_assert_uint_eq(times(power, "\"unit\":\"A\",\"event\":\"power-off\""), 1);
    ck_assert_ptr_nonnull(strstr(power->events, "{\"t\":15000000000,\"run\":0,\"unit\":\"A\","
                                                "\"event\":\"power-on\"}"));
    run_result_free(crash);
    run_result_free(power);
}
END_TEST

/* A crash in the middle of a handshake, which does not count: whose SYN the client repeats is
 * a new request at the new active unit, and is served; whose SYN-ACK was on its way is
 * established for the client alone, and nobody knows it (R-1014, R-1015). */
START_TEST(a_handshake_is_interrupted)
{
    struct run_result *result = run_faults("crash", "crash = at 10s crash active\n"
                                           "slow = at 9s link clients delay 300ms\n");
    unsigned handshakes = 0, served = 0, stranded = 0;
    for (uint32_t i = 0; i < result->row_count; i++) {
        const struct connection_row *row = &result->rows[i];
        if (row->state != STATE_HANDSHAKE)
            continue;
        handshakes++;
        ck_assert_int_eq(row->known, 0);
        served += row->outcome == OUTCOME_SURVIVED;
        stranded += row->cause == CAUSE_HANDSHAKE;
    }
    ck_assert_uint_gt(served, 10);
    ck_assert_uint_gt(stranded, 10);
    ck_assert_uint_eq(handshakes, served + stranded);
    run_result_free(result);
}
END_TEST

/* The unit that is fed is the standby of which faults speak: it stays so when one of lower
 * rank comes back (R-1107). */
START_TEST(the_standby_is_who_is_fed)
{
    struct run_result *result =
        run_faults("second", "first = at 10s crash A\nback = at 14s restart A\n"
                             "second = at 18s crash standby\n"
                             "[unit C]\nrank = spare\n");
    ck_assert_int_eq(result->failed_unit, 2);
    ck_assert_uint_eq(casualties(result), 0);
    ck_assert_uint_eq(times(result, "\"standby-chosen\",\"detail\":\"C\""), 1);
    ck_assert_uint_eq(times(result, "\"standby-chosen\",\"detail\":\"A\""), 1);
    run_result_free(result);
}
END_TEST

/* The address goes with the primary's MAC, so that no neighbour has to learn anything at a
 * takeover; a standby that never heard the primary has but its own (R-1003). */
START_TEST(the_mac_goes_along)
{
    struct run_result *heard = run_faults("auto", CRASH);
    struct run_result *deaf =
        run_faults("crash", "cut = at 0s link hello forward down\n" CRASH);
    ck_assert_uint_eq(times(heard, "\"claims-active-address\""), 2);
    ck_assert_uint_eq(times(heard, "address-has-another-mac"), 0);
    ck_assert_uint_ge(times(deaf, "\"address-has-another-mac\",\"detail\":\"was 020000000001\""),
                      1);
    run_result_free(heard);
    run_result_free(deaf);
}
END_TEST

Suite *sides_suite(void)
{
    Suite *suite = suite_create("run/sides");
    TCase *tcase = tcase_create("sides");
    tcase_set_timeout(tcase, 60);
    tcase_add_loop_test(tcase, a_side_is_cut_off, 0, 2);
    tcase_add_test(tcase, a_claim_is_heard_where_the_line_is_up);
    tcase_add_loop_test(tcase, records_go_one_way, 0, G_N_ELEMENTS(ways));
    tcase_add_test(tcase, a_way_mends_alone);
    tcase_add_test(tcase, a_takeover_is_interrupted);
    tcase_add_test(tcase, nothing_waits_in_vain);
    tcase_add_test(tcase, power_comes_back);
    tcase_add_test(tcase, a_handshake_is_interrupted);
    tcase_add_test(tcase, the_standby_is_who_is_fed);
    tcase_add_test(tcase, the_mac_goes_along);
    suite_add_tcase(suite, tcase);
    return suite;
}
