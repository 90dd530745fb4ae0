/* What a sound file becomes. */
#include "core/command.h"
#include "tests/scenario/suites.h"
#include "tests/scenario/support.h"

#include <string.h>

static struct scenario *read_scenario(const char *text)
{
    struct scenario_file *file = support_read(text, NULL);
    struct scenario *scenario = scenario_file_point(file, 0, false);
    scenario_file_free(file);
    return scenario;
}

/* Fifteen lines are a whole scenario; all the rest has the defaults of the documents
 * (localdirector facts, section 9). */
START_TEST(defaults_are_the_documented)
{
    struct scenario *scenario = read_scenario(sound_text);
    const struct unit_spec *first = scenario->units->pdata[0];
    const struct workload_spec *workload = scenario->workloads->pdata[0];
    const struct virtual_spec *virtual = scenario->virtuals->pdata[0];
    ck_assert_str_eq(scenario->name, "t");
    ck_assert_str_eq(scenario->title, "t");
    ck_assert_str_eq(first->name, "A");
    ck_assert(first->primary);
    ck_assert_int_eq(scenario->hello_time, 15 * NSTIME_S);
    ck_assert_uint_eq(scenario->hello_misses, 2);
    ck_assert_int_eq(scenario->hello_phase, NSTIME_NEVER);
    ck_assert_int_eq(scenario->drain, 120 * NSTIME_MIN);
    ck_assert(scenario->roll_call);
    ck_assert_uint_eq(scenario->seed, 20260101);
    ck_assert_int_eq(scenario->measure, 0);
    ck_assert_str_eq(scenario->protocol->name, "patent");
    ck_assert_uint_eq(scenario->replication_port, 8849);
    ck_assert_int_eq(virtual->idle_time, 120 * NSTIME_MIN);
    ck_assert_int_eq(scenario->links[LINK_HELLO].reverse.delay, 200 * NSTIME_US);
    ck_assert_uint_eq(scenario->links[LINK_CLIENTS].forward.limit, 1000);
    ck_assert_uint_eq(workload->client_network, 0xC6120001);
    ck_assert_int_eq(workload->application_timeout, NSTIME_NEVER);
    ck_assert_str_eq(scenario->output_directory, "results/t");
    ck_assert_uint_eq(scenario->tables, TABLE_RUNS | TABLE_CONNECTIONS);
    ck_assert_double_eq_tol(scenario->confidence, 0.95, 1e-12);
    scenario_free(scenario);
}
END_TEST

/* Values of every group reach the scenario, aliases and both spellings included. */
START_TEST(values_reach_the_scenario)
{
    struct scenario *scenario = read_scenario(rich_text);
    const struct virtual_spec *gold = scenario->virtuals->pdata[1];
    const struct real_spec *r1 = scenario->reals->pdata[0];
    const struct workload_spec *others = scenario->workloads->pdata[1];
    ck_assert_str_eq(scenario->title, "All of it");
    ck_assert_int_eq(scenario->hello_time, 3 * NSTIME_S);
    ck_assert_uint_eq(scenario->hello_misses, 3);
    ck_assert(!scenario->active_on_ack);
    ck_assert_uint_eq(gold->bind_id, 1);
    ck_assert(!gold->replicate);
    ck_assert_int_eq(r1->service_time.kind, DISTRIBUTION_UNIFORM);
    ck_assert_uint_eq(others->virtual, 1);
    ck_assert(others->half_close);
    ck_assert_uint_eq(others->client_network, 0xC6336401);
    ck_assert_int_eq(scenario->drain, 120 * NSTIME_MIN + 2 * 30 * NSTIME_S);
    ck_assert_double_eq_tol(scenario->confidence, 0.99, 1e-12);
    ck_assert_uint_eq(scenario->tables, TABLE_RUNS | TABLE_EVENTS);
    scenario_free(scenario);
}
END_TEST

/* A link's reverse direction follows the forward one but where rev. says otherwise,
 * and both follow [link-defaults] (interface 1.1, section 7). */
START_TEST(reverse_follows_forward)
{
    struct scenario *scenario = read_scenario(rich_text);
    const struct link_spec *link = &scenario->links[LINK_REPLICATION];
    ck_assert_int_eq(link->forward.loss.model, LOSS_RANDOM);
    ck_assert_int_eq(link->reverse.loss.model, LOSS_GEMODEL);
    ck_assert_int_eq(link->reverse.delay, 300 * NSTIME_US);
    ck_assert_uint_eq(link->reverse.rate, 1500000);
    ck_assert_int_eq(link->reverse.rate_overhead, 24);
    ck_assert_uint_eq(link->reverse.reorder_gap, 5);
    ck_assert_int_eq(scenario->links[LINK_HELLO].forward.delay, 300 * NSTIME_US);
    ck_assert(scenario->links[LINK_CLIENTS].reverse.keep_order);
    scenario_free(scenario);
}
END_TEST

/* Faults: labels, chains, roles, and the whole link as it is while a fault lasts. */
START_TEST(faults_are_resolved)
{
    struct scenario *scenario = read_scenario(rich_text);
    const struct fault_spec *stop = scenario->faults->pdata[0];
    const struct fault_spec *slow = scenario->faults->pdata[1];
    const struct fault_spec *back = scenario->faults->pdata[2];
    const struct fault_spec *cut = scenario->faults->pdata[3];
    ck_assert_int_eq(scenario->measure, 0);
    ck_assert_int_eq(stop->target, TARGET_ACTIVE);
    ck_assert_int_eq(stop->spread, 500 * NSTIME_MS);
    ck_assert_int_eq(slow->link, LINK_CLIENTS);
    ck_assert_int_eq(slow->changed.forward.delay, 40 * NSTIME_MS);
    ck_assert_int_eq(slow->changed.reverse.delay, 40 * NSTIME_MS);
    ck_assert_int_eq(slow->changed.forward.jitter, 0);
    ck_assert(slow->changed.forward.keep_order);
    ck_assert_int_eq(back->when, FAULT_AFTER);
    ck_assert_int_eq(back->after, 0);
    ck_assert_int_eq(back->target, TARGET_UNIT);
    ck_assert_uint_eq(back->unit, 0);
    ck_assert(cut->changed.forward.down && cut->changed.reverse.down);
    ck_assert_int_eq(cut->lasts, 100 * NSTIME_MS);
    scenario_free(scenario);
}
END_TEST

static const struct {
    const char *text, *primary;
} ranks[] = {
    {"", "A"},
    {"[unit B]\n", "A"},
    {"[unit B]\nrank = primary\n", "B"},
    {"[unit A]\nstate = BACKUP\n", "B"},
    {"[unit left]\n[unit right]\n", "left"},
    {"[director left]\n[director right]\nstate = MASTER\n", "right"},
};

/* Units are there without being named; who is primary is said by either of them, and
 * the primary stands first (R-1009). */
START_TEST(the_primary_stands_first)
{
    char *text = g_strconcat(sound_text, ranks[_i].text, NULL);
    struct scenario *scenario = read_scenario(text);
    const struct unit_spec *first = scenario->units->pdata[0];
    const struct unit_spec *second = scenario->units->pdata[1];
    ck_assert_uint_eq(scenario->units->len, 2);
    ck_assert_str_eq(first->name, ranks[_i].primary);
    ck_assert(first->primary && !second->primary);
    scenario_free(scenario);
    g_free(text);
}
END_TEST

/* The core takes every command, in order, and its configuration then says what the
 * scenario said (R-1xx, R-201, R-205, R-304, R-602). */
START_TEST(the_core_takes_the_commands)
{
    struct scenario *scenario = read_scenario(rich_text);
    struct machines *machines = machines_new();
    struct settings settings;
    settings_init(&settings);
    for (unsigned i = 0; i < scenario->commands->len; i++) {
        struct command_result result = {0};
        const char *line = scenario->commands->pdata[i];
        command_run(line, machines, &settings, &result);
        ck_assert_msg(result.action == COMMAND_DONE, "%s: %s", line, result.reply);
        command_result_clear(&result);
    }
    char *printed = command_print(machines, &settings);
    static const char *const wanted[] = {
        "bind 192.0.2.80:80:0:tcp 10.0.1.1:80:0:tcp 10.0.1.2:8001:0:tcp",
        "predictor 192.0.2.80:80:0:tcp wlc", "predictor 192.0.2.80:80:1:tcp roundrobin",
        "weight 10.0.1.2:8001:0:tcp 3", "maxconns 10.0.1.1:80:0:tcp 500",
        "timeout 192.0.2.80:80:0:tcp 15s", "replicate 192.0.2.80:80:0:tcp",
        "static 192.0.2.80:80:0:tcp 10.0.1.1:80:0:tcp",
    };
    for (unsigned i = 0; i < G_N_ELEMENTS(wanted); i++)
        ck_assert_msg(strstr(printed, wanted[i]) != NULL, "no %s in\n%s", wanted[i], printed);
    ck_assert_int_eq(settings.active_on, ACTIVE_ON_SYNACK);
    ck_assert_int_eq(settings.unknown_connection, UNKNOWN_RESET);
    ck_assert_int_eq(settings.delete_send, DELETE_ALWAYS);
    ck_assert_int_eq(settings.buddy_packet, BUDDY_SEPARATE);
    ck_assert_int_eq(settings.standby_timeout, 90 * NSTIME_S);
    ck_assert_uint_eq(settings.hello_misses, 3);
    ck_assert_int_eq(settings.replication, REPLICATION_PATENT);
    g_free(printed);
    machines_free(machines);
    scenario_free(scenario);
}
END_TEST

/* A workload beside another has its clients, their addresses and its rate; what show prints
 * of it is a scenario again. */
START_TEST(beside_takes_the_others_clients)
{
    char *text = g_strconcat(rich_text, "[workload data]\nbeside = browsers\n", NULL);
    struct scenario_file *file = support_read(text, NULL);
    char *shown = scenario_file_show(file);
    struct scenario *scenario = scenario_file_point(file, 0, false);
    const struct workload_spec *data =
        g_ptr_array_index(scenario->workloads, scenario->workloads->len - 1);
    const struct workload_spec *browsers = g_ptr_array_index(scenario->workloads, 0);
    ck_assert_uint_eq(data->beside, 1);
    ck_assert_uint_eq(data->clients, 50);
    ck_assert_uint_eq(data->client_network, browsers->client_network);
    ck_assert(data->rate == browsers->rate);
    scenario_free(scenario);
    scenario_file_free(file);
    file = support_read(shown, NULL);
    char *again = scenario_file_show(file);
    ck_assert_str_eq(shown, again);
    scenario_file_free(file);
    g_free(again);
    g_free(shown);
    g_free(text);
}
END_TEST

/* Workloads without a network get a block each, clear of machines and of one another. */
START_TEST(clients_do_not_collide)
{
    char *text = g_strconcat(sound_text, "[workload more]\nclients = 300\n[workload third]\n"
                             "clients = 1\n[real r3]\naddress = 198.18.1.7:80\n"
                             "[virtual v3]\naddress = 192.0.2.81:80\nbind = r3\n", NULL);
    struct scenario *scenario = read_scenario(text);
    const struct workload_spec *first = scenario->workloads->pdata[0];
    const struct workload_spec *second = scenario->workloads->pdata[1];
    const struct workload_spec *third = scenario->workloads->pdata[2];
    ck_assert_uint_eq(first->client_network, 0xC6120001);  /* 198.18.0.0/24 */
    ck_assert_uint_eq(second->client_network, 0xC6120201); /* 198.18.2.0/23: r3 is in 198.18.1.0 */
    ck_assert_uint_eq(third->client_network, 0xC6120401);
    scenario_free(scenario);
    g_free(text);
}
END_TEST

/* An empirical distribution is read from its table beside the scenario, once, and
 * times in it are seconds. */
START_TEST(empirical_tables_are_read)
{
    support_write("times.csv", "seconds,percentile\n0,0\n0.5,50\n2,100\n");
    char *text = g_strconcat(sound_text, "[real-defaults]\nservice-time = empirical times.csv\n",
                             NULL);
    struct scenario *scenario = read_scenario(text);
    const struct real_spec *real = scenario->reals->pdata[1];
    ck_assert_uint_eq(real->service_time.row_count, 3);
    ck_assert_double_eq(real->service_time.rows[1].value, 5e8);
    ck_assert_double_eq(real->service_time.rows[1].share, 0.5);
    ck_assert_double_eq_tol(distribution_mean(&real->service_time), 0.25e9 * 0.5 + 1.25e9 * 0.5,
                            1);
    scenario_free(scenario);
    g_free(text);
}
END_TEST

/* A trace brings its clients and rows; its file is not needed again for a point. */
START_TEST(traces_are_read_once)
{
    support_write("log.csv", "start_s,duration_s,client,client_port,request_bytes,response_bytes\n"
                             "1,2,10.1.1.1,0,100,200\n0,1,10.1.1.2,0,100,200\n");
    char *text = g_strconcat(sound_text, "[workload log]\ntrace = log.csv\ntrace-copies = 3\n",
                             NULL);
    struct scenario_file *file = support_read(text, NULL);
    support_write("log.csv", "gone");
    struct scenario *scenario = scenario_file_point(file, 0, false);
    const struct workload_spec *log = scenario->workloads->pdata[1];
    ck_assert_int_eq(log->arrivals, ARRIVAL_TRACE);
    ck_assert_uint_eq(log->trace_count, 2);
    ck_assert_uint_eq(log->trace_copies, 3);
    ck_assert_uint_eq(log->clients, 2);
    ck_assert_int_eq(log->trace_span, 3 * NSTIME_S);
    scenario_free(scenario);
    scenario_file_free(file);
    g_free(text);
}
END_TEST

/* The digest changes with the bytes and with --set, and with nothing else. */
START_TEST(digest_covers_file_and_overrides)
{
    struct scenario_file *files[] = {
        support_read(sound_text, NULL), support_read(sound_text, NULL),
        support_read(sound_text, "scenario.seed=1", NULL),
        support_read(sound_text, "scenario.seed=2", NULL),
    };
    struct scenario *scenarios[4];
    for (unsigned i = 0; i < 4; i++)
        scenarios[i] = scenario_file_point(files[i], 0, false);
    ck_assert_str_eq(scenarios[0]->text_sha256, scenarios[1]->text_sha256);
    ck_assert_str_ne(scenarios[0]->text_sha256, scenarios[2]->text_sha256);
    ck_assert_str_ne(scenarios[2]->text_sha256, scenarios[3]->text_sha256);
    ck_assert_uint_eq(scenarios[3]->seed, 2);
    for (unsigned i = 0; i < 4; i++) {
        scenario_free(scenarios[i]);
        scenario_file_free(files[i]);
    }
}
END_TEST

static const struct {
    const char *more, *warning; /* NULL: none but notes */
} warnings[] = {
    {"[failover]\nhello-time = 3s\n", NULL},
    {"[workload w]\napplication-timeout = 62s\n",
     "t.scn:17: [workload w] application-timeout = 62s: shorter than twice the longest detection "
     "of a failure, 63s: TCP's back-off may wait as long again, so clients give up although all "
     "went well (make it longer, or hello-time shorter)"},
    {"[workload w]\napplication-timeout = 63s\n", NULL},
    {"[virtual gold]\naddress = 192.0.2.80:80:1\nbind = r1\nassign = 203.0.113.0/24\n"
     "[workload w]\nvirtual = gold\n",
     "t.scn:21: [workload w] virtual = gold: its clients are not assigned to this machine: others "
     "of the same address serve them (make assign and client-network agree)"},
    {"[virtual gold]\naddress = 192.0.2.80:80:1\nbind = r1\nassign = 203.0.113.0/24\n"
     "[workload w]\nvirtual = gold\nclient-network = 203.0.113.0/25\n", NULL},
    {"[virtual gold]\naddress = 192.0.2.80:80:1\nbind = r1\nassign = 203.0.113.128/25\n"
     "[workload w]\nvirtual = web\nclients = 200\nclient-network = 203.0.113.0/24\n",
     "t.scn:21: [workload w] virtual = web: its clients are not assigned to this machine: others "
     "of the same address serve them (make assign and client-network agree)"},
    {"[failover]\nhello-time = 1s\n",
     "note: t.scn:17: [failover] hello-time = 1s: the product allowed 3s to 30s (R-1005)"},
    {"[failover]\ndetector = vrrp\n[unit A]\n[unit B]\npriority = 101\n",
     "t.scn:20: [unit B] priority = 101: higher than the primary's: B preempts it soon after the "
     "start (write rank = primary here, or preempt = no)"},
    {"[failover]\ndetector = vrrp\npreempt = no\n[unit A]\n[unit B]\npriority = 101\n", NULL},
    {"[link clients]\ndelay = 20ms 4ms\n",
     "note: t.scn:17: [link clients] delay = 20ms 4ms: jitter is uniform to either side where no "
     "distribution is named"},
};

/* What is doubtful is said, and what is not is left in peace. */
START_TEST(doubts_are_said)
{
    char *text = g_strconcat(sound_text, warnings[_i].more, NULL);
    char *said = support_warnings(text);
    ck_assert_str_eq(said, warnings[_i].warning == NULL ? "" : warnings[_i].warning);
    g_free(said);
    g_free(text);
}
END_TEST

/* drain below a client's patience, and a pair without replication, are doubtful too. */
START_TEST(short_drain_and_no_replication_are_said)
{
    char *said = support_warnings("[scenario]\ndrain = 1min\n"
                                  "[virtual web]\naddress = 192.0.2.80:80\nbind = r\n"
                                  "[real r]\naddress = 10.0.1.1:80\n[workload w]\n");
    support_expect_line(said, "t.scn: no virtual is replicated: no connection can survive a "
                              "takeover (write replicate = yes in [virtual NAME])");
    support_expect_line(said, "t.scn:2: [scenario] drain = 60s: shorter than a client's patience: "
                              "what is undecided then is counted as censored (write auto)");
    g_free(said);
}
END_TEST

Suite *scenario_suite(void)
{
    Suite *suite = suite_create("scenario");
    TCase *tests = tcase_create("scenario");
    tcase_add_checked_fixture(tests, support_enter, support_leave);
    tcase_add_test(tests, beside_takes_the_others_clients);
    tcase_add_test(tests, defaults_are_the_documented);
    tcase_add_test(tests, values_reach_the_scenario);
    tcase_add_test(tests, reverse_follows_forward);
    tcase_add_test(tests, faults_are_resolved);
    tcase_add_loop_test(tests, the_primary_stands_first, 0, G_N_ELEMENTS(ranks));
    tcase_add_test(tests, the_core_takes_the_commands);
    tcase_add_test(tests, clients_do_not_collide);
    tcase_add_test(tests, empirical_tables_are_read);
    tcase_add_test(tests, traces_are_read_once);
    tcase_add_test(tests, digest_covers_file_and_overrides);
    tcase_add_loop_test(tests, doubts_are_said, 0, G_N_ELEMENTS(warnings));
    tcase_add_test(tests, short_drain_and_no_replication_are_said);
    suite_add_tcase(suite, tests);
    return suite;
}
