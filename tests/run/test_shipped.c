/* Each shipped scenario shows what its heading promises. */
#include "tests/run/suites.h"
#include "tests/run/support.h"

#include <string.h>

static double survival(const struct run_result *result)
{
    return (double)result->outcomes[OUTCOME_SURVIVED] / result->counted;
}

/* first.scn: a tenth of the creates is lost; 90 % survive, and create_lost is the cause. */
START_TEST(first)
{
    struct scenario *scenario = scenario_shipped("first", NULL);
    struct run_result *result = run_once(scenario);
    ck_assert_uint_gt(result->counted, 100);
    ck_assert_double_gt(survival(result), 0.8);
    ck_assert_double_lt(survival(result), 0.97);
    ck_assert_uint_gt(result->causes[CAUSE_CREATE_LOST], casualties(result) / 2);
    run_result_free(result);
    scenario_free(scenario);
}
END_TEST

/* loss-sweep.scn at its ends, run to the last retry: nothing is censored, without
 * replication nobody survives, and known is the same as survived. */
START_TEST(loss_sweep)
{
    static const char *const protocols[] = { "replication.protocol=none",
                                             "replication.protocol=patent" };
    struct scenario *scenario =
        scenario_shipped("loss-sweep", protocols[_i], "link.replication.loss=30%", NULL);
    struct run_result *result = run_once(scenario);
    ck_assert_uint_ge(result->counted, 1000);
    ck_assert_uint_eq(result->outcomes[OUTCOME_CENSORED], 0);
    ck_assert_uint_eq(result->outcomes[OUTCOME_MISROUTED], 0);
    ck_assert_uint_eq(result->outcomes[OUTCOME_SURVIVED], result->known);
    if (_i == 0)
        ck_assert_uint_eq(result->known, 0);
    else
        ck_assert_double_eq_tol(survival(result), 0.7 * 0.996, 0.06);
    run_result_free(result);
    scenario_free(scenario);
}
END_TEST

/* Which machines may serve a kind of client in figure-1.scn. */
static bool may_serve(const char *virtual, const char *real)
{
    return (strcmp(virtual, "preferred") == 0 && strchr("da", real[0]))
           || (strcmp(virtual, "general") == 0 && strchr("bc", real[0]))
           || (strcmp(virtual, "unwelcome") == 0 && real[0] == 'e');
}

/* figure-1.scn (R-203..R-207, R-214): each kind of client on its own machines; the
 * unwelcome are not replicated and none survives, the others do. */
START_TEST(figure_1)
{
    struct scenario *scenario = scenario_shipped("figure-1", NULL);
    struct run_result *result = run_once(scenario);
    for (uint32_t i = 0; i < result->row_count; i++) {
        const struct connection_row *row = &result->rows[i];
        const struct virtual_spec *virtual =
            g_ptr_array_index(scenario->virtuals, row->virtual);
        if (row->server < 0)
            continue;
        const struct real_spec *real = g_ptr_array_index(scenario->reals, (guint)row->server);
        ck_assert_msg(may_serve(virtual->name, real->name), "%s served by %s", virtual->name,
                      real->name);
    }
    for (guint v = 0; v < scenario->virtuals->len; v++) {
        const struct virtual_spec *virtual = g_ptr_array_index(scenario->virtuals, v);
        const struct virtual_count *count = &result->virtuals[v];
        ck_assert_uint_gt(count->counted, 20);
        if (strcmp(virtual->name, "unwelcome") == 0)
            ck_assert_uint_eq(count->survived, 0);
        else
            ck_assert_uint_ge(count->survived, count->counted * 95 / 100);
    }
    run_result_free(result);
    scenario_free(scenario);
}
END_TEST

/* figure-1.scn, where both preferred machines are cut off: preferred clients are refused
 * machines until both have failed, and then get those of the general public, if bound so
 * (R-211, scenario 1 of the requirements). */
START_TEST(figure_1_overflows)
{
    struct scenario *scenario = scenario_shipped(
        "figure-1", _i == 0 ? "virtual.preferred.overflow=none"
                            : "virtual.preferred.overflow=all-failed",
        "virtual.preferred.overflow-bind=b c", "scenario.duration=30s",
        "real-defaults.threshold=1",
        "faults.crash=at 25s crash active", NULL);
    static const unsigned preferred[] = { 0, 3 }; /* a and d */
    for (unsigned i = 0; i < 2; i++) {
        struct fault_spec *fault = g_new0(struct fault_spec, 1);
        *fault = (struct fault_spec){ .label = g_strdup("dead"), .at = NSTIME_S,
                                      .lasts = NSTIME_NEVER, .action = FAULT_FAIL,
                                      .real = preferred[i], .text = g_strdup("fail it") };
        g_ptr_array_add(scenario->faults, fault);
    }
    struct run_result *result = run_once(scenario);
    unsigned helped = 0;
    for (uint32_t i = 0; i < result->row_count; i++)
        helped += result->rows[i].virtual == 0
                  && (result->rows[i].server == 1 || result->rows[i].server == 2);
    ck_assert((helped > 10) == (_i == 1));
    ck_assert(_i == 1 || helped == 0);
    run_result_free(result);
    scenario_free(scenario);
}
END_TEST

/* burst-loss.scn: the mean of every point is 10 %. */
START_TEST(burst_loss)
{
    static const char *const losses[] = {
        "link.replication.loss=10%", "link.replication.loss=burst 10% 20",
        "link.replication.loss=outage 10% 50ms", "link.replication.loss=outage 10% 500ms"
    };
    struct scenario *scenario = scenario_shipped("burst-loss", losses[_i], NULL);
    struct run_result *result = run_once(scenario);
    ck_assert_double_eq_tol(result->mean_loss, 0.1, 1e-6);
    ck_assert_uint_eq(result->outcomes[OUTCOME_CENSORED], 0);
    ck_assert_double_gt(survival(result), 0.5);
    run_result_free(result);
    scenario_free(scenario);
}
END_TEST

/* phase.scn: B waits 2.1 s from A's last hello, which left at the whole second. */
START_TEST(phase)
{
    static const struct {
        const char *crash;
        nstime takeover;
    } rows[] = { { "faults.crash-a=at 20100ms crash active", 2000 * NSTIME_MS },
                 { "faults.crash-a=at 20500ms crash active", 1600 * NSTIME_MS },
                 { "faults.crash-a=at 20900ms crash active", 1200 * NSTIME_MS } };
    struct scenario *scenario = scenario_shipped("phase", rows[_i].crash, NULL);
    struct run_result *result = run_once(scenario);
    /* the hello was heard one link delay after it left */
    ck_assert_int_eq(result->takeover, rows[_i].takeover + 200 * NSTIME_US);
    ck_assert_double_gt(survival(result), 0.95);
    run_result_free(result);
    scenario_free(scenario);
}
END_TEST

/* trace.scn: recorded connections, most of which survive 5 % loss. */
START_TEST(trace)
{
    struct scenario *scenario = scenario_shipped("trace", NULL);
    struct run_result *result = run_once(scenario);
    ck_assert_uint_gt(result->counted, 50);
    ck_assert_uint_eq(result->outcomes[OUTCOME_CENSORED], 0);
    ck_assert_double_gt(survival(result), 0.8);
    run_result_free(result);
    scenario_free(scenario);
}
END_TEST

/* What a unit said of a machine, in order, one line each. */
static char *machine_states(const struct run_result *result)
{
    GString *said = g_string_new(NULL);
    char **lines = g_strsplit(result->events, "\n", -1);
    for (unsigned i = 0; lines[i] != NULL; i++)
        if (strstr(lines[i], "\"machine-state\"") != NULL)
            g_string_append_printf(said, "%.*s%s\n", 3, strstr(lines[i], "\"unit\":") + 7,
                                   strstr(lines[i], "\"detail\":") + 9);
    g_strfreev(lines);
    return g_string_free(said, FALSE);
}

/* The instant in seconds of the first event whose line has this text. */
static double when(const struct run_result *result, const char *text)
{
    const char *found = strstr(result->events, text);
    ck_assert_msg(found != NULL, "%s is not in the events", text);
    while (strncmp(found, "{\"t\":", 5) != 0)
        found--;
    return g_ascii_strtod(found + 5, NULL) / 1e9;
}

/* dead-server.scn: r1 is found dead by its eighth
 * connection's fourth SYN, tried every ten seconds, and back at the third trial; no
 * client of the cohort notices, spare serves some of it. */
START_TEST(dead_server)
{
    struct scenario *scenario = scenario_shipped("dead-server", NULL);
    struct run_result *result = run_once(scenario);
    char *said = machine_states(result);
    ck_assert_str_eq(said, "\"A\"\"r1 failed\"}\n\"A\"\"r1 testing\"}\n"
                           "\"A\"\"r1 failed\"}\n\"A\"\"r1 testing\"}\n"
                           "\"A\"\"r1 failed\"}\n\"A\"\"r1 testing\"}\n"
                           "\"A\"\"r1 in-service\"}\n");
    double failed = when(result, "r1 failed");
    ck_assert(failed > 12 && failed < 14);
    ck_assert_double_eq_tol(when(result, "r1 testing"), failed + 10, 1e-9);
    ck_assert_double_lt(when(result, "r1 in-service"), 70);
    ck_assert_double_gt(survival(result), 0.95);
    unsigned by_server[3] = {0};
    for (uint32_t i = 0; i < result->row_count; i++)
        if (result->rows[i].server >= 0)
            by_server[result->rows[i].server]++;
    ck_assert(by_server[0] > 10 && by_server[1] > 10);
    g_free(said);
    run_result_free(result);
    scenario_free(scenario);
}
END_TEST

/* The same, and r1 never comes back: its requests find other servers, so that whoever
 * connects, connects, and the trials go on failing; what was established on r1 is
 * lost with it, and nothing else is. So it is when spare is no backup but one of three. */
START_TEST(dead_server_stays_dead)
{
    struct scenario *scenario =
        scenario_shipped("dead-server", "faults.dead=at 5s fail r1",
                         _i == 0 ? "real.r1.backup=spare" : "virtual.web.bind=r1 r2 spare", NULL);
    struct run_result *result = run_once(scenario);
    unsigned lost_elsewhere = 0;
    ck_assert(strstr(result->events, "r1 in-service") == NULL);
    ck_assert_double_eq_tol(when(result, "r1 testing"), when(result, "r1 failed") + 10, 1e-9);
    for (uint32_t i = 0; i < result->row_count; i++) {
        const struct connection_row *row = &result->rows[i];
        if (row->server == 0)
            ck_assert_int_lt(row->opened, 5 * NSTIME_S);
        ck_assert(row->server != 0 || row->outcome != OUTCOME_SURVIVED);
        lost_elsewhere += row->server != 0 && state_counts(row->state)
                          && row->outcome != OUTCOME_SURVIVED;
    }
    ck_assert_uint_gt(result->outcomes[OUTCOME_SURVIVED], 50);
    ck_assert_uint_lt(lost_elsewhere, 5);
    run_result_free(result);
    scenario_free(scenario);
}
END_TEST

Suite *shipped_suite(void)
{
    Suite *suite = suite_create("scenarios");
    TCase *tcase = tcase_create("shipped");
    tcase_set_timeout(tcase, 60);
    tcase_add_test(tcase, first);
    tcase_add_loop_test(tcase, loss_sweep, 0, 2);
    tcase_add_test(tcase, figure_1);
    tcase_add_loop_test(tcase, figure_1_overflows, 0, 2);
    tcase_add_loop_test(tcase, burst_loss, 0, 4);
    tcase_add_loop_test(tcase, phase, 0, 3);
    tcase_add_test(tcase, trace);
    tcase_add_test(tcase, dead_server);
    tcase_add_loop_test(tcase, dead_server_stays_dead, 0, 2);
    suite_add_tcase(suite, tcase);
    return suite;
}
