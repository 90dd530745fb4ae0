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

/* detectors.scn (protocols, section 2.8; R-1005): from the crash each detector takes its
 * timer, or up to one interval less; the last hello was 200 us on its way. */
START_TEST(detectors)
{
    static const struct {
        const char *detector;
        nstime timer, interval;
    } rows[] = {
        { "failover.detector=localdirector", 2100000000, 1000000000 },
        { "failover.detector=vrrp", 3609375000, 1000000000 },
        { "failover.detector=carp", 3390625000, 1390625000 },
        { "failover.detector=bfd", 50000000, 10000000 },
        { "failover.detector=oracle", 500000000, 0 },
    };
    struct scenario *scenario = scenario_shipped("detectors", rows[_i].detector, NULL);
    for (uint32_t repetition = 0; repetition < 3; repetition++) {
        struct run_result *result = run_repetition(scenario, repetition);
        ck_assert_int_ge(result->takeover, rows[_i].timer - rows[_i].interval);
        ck_assert_int_le(result->takeover, rows[_i].timer + 200 * NSTIME_US);
        ck_assert_double_gt(survival(result), 0.98);
        run_result_free(result);
    }
    scenario_free(scenario);
}
END_TEST

/* switchover.scn (seed F21): the share that survives at each wait, and the wait as the
 * takeover time; no casualty but those whose record had not come in time. */
START_TEST(switchover)
{
    static const struct {
        const char *wait;
        double least, most;
        nstime takeover;
    } rows[] = {
        { "failover.switchover-wait=0s", 0.92, 0.97, 0 },
        { "failover.switchover-wait=50ms", 0.955, 0.99, 50 * NSTIME_MS },
        { "failover.switchover-wait=110ms", 0.985, 1, 110 * NSTIME_MS },
        { "failover.switchover-wait=500ms", 0.985, 1, 500 * NSTIME_MS },
    };
    struct scenario *scenario = scenario_shipped("switchover", rows[_i].wait, NULL);
    struct run_result *result = run_once(scenario);
    ck_assert_uint_gt(result->counted, 300);
    ck_assert_double_ge(survival(result), rows[_i].least);
    ck_assert_double_le(survival(result), rows[_i].most);
    ck_assert_int_eq(result->takeover, rows[_i].takeover + 200 * NSTIME_US);
    ck_assert_uint_eq(result->causes[CAUSE_CREATE_IN_FLIGHT] + result->causes[CAUSE_CREATE_UNSENT],
                      casualties(result));
    ck_assert_int_eq(result->causes[CAUSE_CREATE_IN_FLIGHT] > 0, _i < 2);
    run_result_free(result);
    scenario_free(scenario);
}
END_TEST

/* preempt.scn (seed F29, R-1106): survival grows with the delay, and whoever dies was
 * never told to the unit that takes the role back. */
START_TEST(preempt)
{
    static const struct {
        const char *delay;
        double expected;
    } rows[] = { { "failover.preempt-delay=0s", 0.24 },
                 { "failover.preempt-delay=10s", 0.74 },
                 { "failover.preempt-delay=40s", 0.99 } };
    struct scenario *scenario = scenario_shipped("preempt", rows[_i].delay, NULL);
    struct run_result *result = run_once(scenario);
    ck_assert_double_eq_tol(survival(result), rows[_i].expected, 0.1);
    ck_assert_uint_eq(result->causes[CAUSE_STANDBY_ABSENT] + result->causes[CAUSE_CREATE_UNSENT],
                      casualties(result));
    ck_assert_int_eq(result->failed_unit, 1);
    if (_i == 0) /* back at 12 s; the timer of priority 200 */
        ck_assert_int_eq(result->failure, 12 * NSTIME_S + 3218750000);
    run_result_free(result);
    scenario_free(scenario);
}
END_TEST

/* rolling-reboot.scn (R-1101, R-1106): the second switchover keeps what is younger than
 * the gap. */
START_TEST(rolling_reboot)
{
    static const struct {
        const char *second;
        double expected;
    } rows[] = { { "faults.second=after reboot-a 1500ms switchover", 0.26 },
                 { "faults.second=after reboot-a 6s switchover", 0.69 },
                 { "faults.second=after reboot-a 24s switchover", 0.985 } };
    struct scenario *scenario = scenario_shipped("rolling-reboot", rows[_i].second, NULL);
    struct run_result *result = run_once(scenario);
    ck_assert_double_eq_tol(survival(result), rows[_i].expected, 0.1);
    ck_assert_uint_eq(result->causes[CAUSE_STANDBY_ABSENT] + result->causes[CAUSE_CREATE_UNSENT],
                      casualties(result));
    ck_assert_int_eq(result->takeover, 200 * NSTIME_US);
    run_result_free(result);
    scenario_free(scenario);
}
END_TEST

/* ftp.scn: idle control connections outlive four idle times and a takeover by their data
 * connections, in either packet form. */
START_TEST(ftp_survives)
{
    static const char *const forms[] = { "replication.buddy-packet=same",
                                         "replication.buddy-packet=separate" };
    struct scenario *scenario = scenario_shipped("ftp", forms[_i], NULL);
    struct run_result *result = run_once(scenario);
    ck_assert_uint_gt(result->counted, 400);
    ck_assert_uint_eq(result->known, result->counted);
    ck_assert_uint_eq(result->outcomes[OUTCOME_SURVIVED], result->counted);
    run_result_free(result);
    scenario_free(scenario);
}
END_TEST

/* The same on ports by which nobody knows FTP: the data connections survive, not one of
 * the control connections does. */
START_TEST(ftp_without_buddies)
{
    struct scenario *scenario = scenario_shipped("ftp", "virtual.data.address=192.0.2.80:2020",
                                                 "real.r1-data.address=10.0.1.1:2020", NULL);
    struct run_result *result = run_once(scenario);
    ck_assert_uint_gt(result->virtuals[0].counted, 200);
    ck_assert_uint_eq(result->virtuals[0].survived, 0);
    ck_assert_uint_gt(result->virtuals[1].counted, 100);
    ck_assert_uint_eq(result->virtuals[1].survived, result->virtuals[1].counted);
    run_result_free(result);
    scenario_free(scenario);
}
END_TEST

static void assert_same_rows(const struct run_result *one, const struct run_result *other)
{
    ck_assert_uint_eq(one->row_count, other->row_count);
    for (uint32_t i = 0; i < one->row_count; i++) {
        const struct connection_row *a = &one->rows[i];
        const struct connection_row *b = &other->rows[i];
        ck_assert_uint_eq(a->connection, b->connection);
        ck_assert_int_eq(a->server, b->server);
        ck_assert_uint_eq(a->state, b->state);
        ck_assert_uint_eq(a->outcome, b->outcome);
        ck_assert_uint_eq(a->cause, b->cause);
        ck_assert(a->known == b->known);
        ck_assert_int_eq(a->opened, b->opened);
        ck_assert_int_eq(a->stall, b->stall);
    }
}

/* Where nothing is lost, the packet form and the form of storage are not seen from outside:
 * connection by connection the same. */
START_TEST(packet_form_is_not_seen)
{
    static const char *const forms[][2] = {
        { "replication.buddy-packet=same", "options.conn-real=direct" },
        { "replication.buddy-packet=separate", "options.conn-real=direct" },
        { "replication.buddy-packet=separate", "options.conn-real=pointer" },
    };
    struct run_result *reference = NULL;
    for (unsigned i = 0; i < G_N_ELEMENTS(forms); i++) {
        struct scenario *scenario = scenario_shipped("ftp", forms[i][0], forms[i][1], NULL);
        struct run_result *result = run_once(scenario);
        if (reference != NULL) {
            assert_same_rows(reference, result);
            run_result_free(result);
        } else {
            reference = result;
        }
        scenario_free(scenario);
    }
    run_result_free(reference);
}
END_TEST

/* port-reuse.scn: the same connections with few ports and with many: the records
 * that came are the same 199; ghosts save 14 and lead 8 astray, which die of a reset by the other
 * server, and where no tuple comes again there is neither. */
START_TEST(port_reuse)
{
    static const struct {
        const char *ports;
        uint32_t ghost, astray, waiting;
    } rows[] = { { "workload.office.client-ports=500", 14, 8, 81 },
                 { "workload.office.client-ports=28232", 0, 0, 103 } };
    struct scenario *scenario = scenario_shipped("port-reuse", rows[_i].ports, NULL);
    struct run_result *result = run_once(scenario);
    const uint32_t *saved = result->cohorts[COHORT_ESTABLISHED].saved;
    ck_assert_uint_eq(result->counted, 302);
    ck_assert_uint_eq(saved[SAVED_RECORD], 199);
    ck_assert_uint_eq(saved[SAVED_GHOST], rows[_i].ghost);
    ck_assert_uint_eq(result->ghost_misroutes, rows[_i].astray);
    ck_assert_uint_eq(result->outcomes[OUTCOME_MISROUTED], rows[_i].astray);
    ck_assert_uint_eq(result->outcomes[OUTCOME_TIMED_OUT], rows[_i].waiting);
    ck_assert_uint_eq(result->without_port, 0);
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
    tcase_add_loop_test(tcase, detectors, 0, 5);
    tcase_add_loop_test(tcase, switchover, 0, 4);
    tcase_add_loop_test(tcase, preempt, 0, 3);
    tcase_add_loop_test(tcase, rolling_reboot, 0, 3);
    tcase_add_loop_test(tcase, ftp_survives, 0, 2);
    tcase_add_test(tcase, ftp_without_buddies);
    tcase_add_test(tcase, packet_form_is_not_seen);
    tcase_add_loop_test(tcase, port_reuse, 0, 2);
    suite_add_tcase(suite, tcase);
    return suite;
}
