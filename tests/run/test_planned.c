/* Planned events and detectors in whole runs: exact instants, operators' commands at a
 * time, and what an oracle does not see. */
#include "tests/run/suites.h"
#include "tests/run/support.h"

#include <string.h>

#define PHASE "hello-phase = 0s\n"
#define CRASH "[faults]\ncrash = at 10001ms crash active\n"

static struct run_result *run_text(const char *more)
{
    struct scenario *scenario = scenario_pair(more);
    struct run_result *result = run_once(scenario);
    scenario_free(scenario);
    return result;
}

static const struct {
    const char *text;
    nstime takeover; /* the timer, less the millisecond since the last hello */
} timers[] = {
    {"[failover]\ndetector = vrrp\n" PHASE CRASH, 3608375000},
    {"[failover]\ndetector = vrrp\n" PHASE "[unit A]\npriority = 200\n"
     "[unit B]\npriority = 128\n" CRASH,
     3499000000},
    {"[failover]\ndetector = vrrp\nvrrp-version = 3\nadvert-int = 500ms\n" PHASE CRASH,
     1803687500},
    {"[failover]\ndetector = carp\n" PHASE CRASH, 2999000000},
    {"[failover]\ndetector = bfd\n" PHASE CRASH, 49000000},
    {"[failover]\ndetector = localdirector\nhello-time = 1s\n" PHASE CRASH, 2099000000},
};

/* advert-int = 1s and priority 100 give 3.609375 s from the last hello heard, exactly;
 * so do the other detectors by their rule (R-1005, R-1018; protocols, section 2.8). */
START_TEST(timers_are_exact)
{
    struct run_result *result = run_text(timers[_i].text);
    ck_assert_int_eq(result->takeover, timers[_i].takeover + 200 * NSTIME_US);
    ck_assert_uint_eq(result->outcomes[OUTCOME_CENSORED], 0);
    run_result_free(result);
}
END_TEST

/* The oracle: so long after a crash, or after a freeze that lasts; a unit that runs again
 * by then has not failed, and one that failed again is another failure (R-1002). */
static const struct {
    const char *faults;
    nstime takeover;
} visions[] = {
    {"stop = at 10s crash active\n", 700 * NSTIME_MS},
    {"stop = at 10s freeze active for 2s\n", 700 * NSTIME_MS},
    {"stop = at 10s freeze active for 2s\nworse = at 10300ms crash A\n", 700 * NSTIME_MS},
    {"stop = at 10s freeze active for 699ms\n", -1},
    {"stop = at 10s freeze active for 500ms\nagain = at 10600ms crash active\n",
     1300 * NSTIME_MS},
};

START_TEST(oracle_knows_what_lasts)
{
    char *text = g_strconcat("[failover]\ndetector = oracle\ndetection-time = 700ms\n"
                             "[faults]\n", visions[_i].faults, NULL);
    struct run_result *result = run_text(text);
    ck_assert_int_eq(result->takeover, visions[_i].takeover);
    run_result_free(result);
    g_free(text);
}
END_TEST

/* Connections of the cohort that a server has. */
static uint32_t served_by(const struct run_result *result, int16_t server)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < result->row_count; i++)
        count += result->rows[i].server == server;
    return count;
}

/* An operator's command at a time: a machine out of service gets nothing new, and serves
 * what it has to the end. */
START_TEST(operator_speaks_at_a_time)
{
    struct run_result *before =
        run_text("[failover]\nhello-time = 1s\n[faults]\ncrash = at 10s crash active\n");
    struct run_result *after =
        run_text("[failover]\nhello-time = 1s\n[faults]\ncrash = at 10s crash active\n"
                 "quiet = at 9s command active \"out-of-service 10.0.1.2:80\"\n");
    ck_assert_uint_gt(served_by(before, 1), before->row_count / 3);
    ck_assert_uint_lt(served_by(after, 1), after->row_count / 2);
    ck_assert_uint_gt(served_by(after, 0), served_by(before, 0));
    ck_assert_ptr_nonnull(strstr(after->events, "out-of-service 10.0.1.2:80"));
    run_result_free(before);
    run_result_free(after);
}
END_TEST

/* "failover active" forced on the standby in the middle of traffic: it takes over in the
 * same instant, what it knows lives, and records under way are lost with the order of
 * state and address (R-1019, R-1010; seed F21). The planned switchover waits for them. */
START_TEST(force_is_the_wrong_order)
{
    static const char *const faults[] = {
        "[failover]\nhello-time = 1s\n[link replication]\ndelay = 150ms\n[faults]\n"
        "event = at 10s command standby \"failover active\"\n",
        "[failover]\nhello-time = 1s\nswitchover-wait = 200ms\n[link replication]\n"
        "delay = 150ms\n[faults]\nevent = at 10s switchover\n",
    };
    struct scenario *scenario = scenario_pair(faults[_i]);
    scenario->measure = 0; /* "measure = event": a command is never measured by itself */
    struct run_result *result = run_once(scenario);
    ck_assert_uint_gt(result->counted, 50);
    ck_assert_int_eq(result->takeover, _i == 0 ? 0 : 200 * NSTIME_MS + 200 * NSTIME_US);
    ck_assert_uint_gt(result->known, result->counted * 8 / 10);
    ck_assert_int_eq(result->causes[CAUSE_CREATE_IN_FLIGHT] > 0, _i == 0);
    ck_assert_ptr_nonnull(strstr(result->events, _i == 0 ? "operator" : "handed-over"));
    run_result_free(result);
    scenario_free(scenario);
}
END_TEST

/* A switchover with nobody to hand over to is refused, the log says why, and nobody is
 * harmed; so is one after "no failover" (R-1019). */
START_TEST(refusals_are_in_the_log)
{
    static const char *const texts[] = {
        "[failover]\nhello-time = 1s\n[faults]\ndead = at 5s crash standby\n"
        "plan = at 10s switchover\n",
        "[failover]\nhello-time = 1s\n[faults]\noff = at 5s command A \"no failover\"\n"
        "plan = at 10s switchover\n",
        "[failover]\nhello-time = 1s\n[faults]\ndead = at 5s crash B\n"
        "plan = at 10s command B \"failover active\"\n",
    };
    static const char *const words[] = {"the other unit is not heard", "failover is off",
                                        "the unit does not run"};
    struct run_result *result = run_text(texts[_i]);
    ck_assert_ptr_nonnull(strstr(result->events, "command-refused"));
    ck_assert_ptr_nonnull(strstr(result->events, words[_i]));
    ck_assert_uint_eq(casualties(result), 0);
    run_result_free(result);
}
END_TEST

Suite *planned_suite(void)
{
    Suite *suite = suite_create("run/planned");
    TCase *tcase = tcase_create("planned");
    tcase_set_timeout(tcase, 60);
    tcase_add_loop_test(tcase, timers_are_exact, 0, G_N_ELEMENTS(timers));
    tcase_add_loop_test(tcase, oracle_knows_what_lasts, 0, G_N_ELEMENTS(visions));
    tcase_add_test(tcase, operator_speaks_at_a_time);
    tcase_add_loop_test(tcase, force_is_the_wrong_order, 0, 2);
    tcase_add_loop_test(tcase, refusals_are_in_the_log, 0, 3);
    suite_add_tcase(suite, tcase);
    return suite;
}
