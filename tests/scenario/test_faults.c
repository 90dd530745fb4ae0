/* Faults beside crashes: power, interfaces, the cable, one way of a link, servers that are
 * drained, and what waits for the takeover; a third unit. */
#include "tests/scenario/suites.h"
#include "tests/scenario/support.h"

#include "core/event.h"
#include "core/path.h"

#include <string.h>

static struct scenario *read_scenario(const char *more)
{
    char *text = g_strconcat(sound_text, more, NULL);
    struct scenario_file *file = support_read(text, NULL);
    struct scenario *scenario = scenario_file_point(file, 0, false);
    scenario_file_free(file);
    g_free(text);
    return scenario;
}

/* The fault behind the crash that the sound text has. */
static const struct fault_spec *second_fault(const struct scenario *scenario)
{
    ck_assert_uint_eq(scenario->faults->len, 2);
    return g_ptr_array_index(scenario->faults, 1);
}

static const struct {
    const char *line, *text;
    enum fault_action action;
    enum fault_target target;
    unsigned interface, ways;
    nstime lasts;
} sound[] = {
    {"at 5s power A off", "power A off", FAULT_POWER, TARGET_UNIT, 0, 0, NSTIME_NEVER},
    {"at 5s power active off for 3s", "power active off for 3s", FAULT_POWER, TARGET_ACTIVE, 0, 0,
     3 * NSTIME_S},
    {"at 5s interface standby inside down", "interface standby inside down", FAULT_INTERFACE,
     TARGET_STANDBY, INTERFACE_INSIDE, 0, NSTIME_NEVER},
    {"from 5s to 7s interface A outside down", "interface A outside down", FAULT_INTERFACE,
     TARGET_UNIT, INTERFACE_OUTSIDE, 0, 2 * NSTIME_S},
    {"at 5s interface A peer down for 1s", "interface A peer down for 1s", FAULT_INTERFACE,
     TARGET_UNIT, INTERFACE_PEER, 0, NSTIME_S},
    {"at 5s interface primary inside cut", "interface primary inside cut", FAULT_INTERFACE,
     TARGET_PRIMARY, INTERFACE_INSIDE, 0, NSTIME_NEVER},
    {"at 5s cable pulled for 1s", "cable pulled for 1s", FAULT_CABLE, TARGET_UNIT, 0, 0, NSTIME_S},
    {"at 5s link hello reverse down", "link hello reverse down", FAULT_LINK, TARGET_UNIT, 0,
     WAY_REVERSE, NSTIME_NEVER},
    {"at 5s link hello forward loss 10%", "link hello forward loss 10%", FAULT_LINK, TARGET_UNIT,
     0, WAY_FORWARD, NSTIME_NEVER},
    {"at 5s link hello down", "link hello down", FAULT_LINK, TARGET_UNIT, 0, WAY_BOTH,
     NSTIME_NEVER},
    {"at 5s drain r1 for 4s", "drain r1 for 4s", FAULT_DRAIN, TARGET_ACTIVE, 0, 0, 4 * NSTIME_S},
    {"at 5s undrain r1", "undrain r1", FAULT_UNDRAIN, TARGET_ACTIVE, 0, 0, NSTIME_NEVER},
};

/* Each action is read into its parts, and written again as it was (R-1004, R-1007). */
START_TEST(actions_are_read)
{
    char *more = g_strdup_printf("other = %s\n", sound[_i].line);
    struct scenario *scenario = read_scenario(more);
    const struct fault_spec *fault = second_fault(scenario);
    ck_assert_str_eq(fault->text, sound[_i].text);
    ck_assert_int_eq(fault->action, sound[_i].action);
    ck_assert_int_eq(fault->target, sound[_i].target);
    ck_assert_uint_eq(fault->interface, sound[_i].interface);
    ck_assert_int_eq(fault->unnoticed, strstr(sound[_i].line, " cut") != NULL);
    ck_assert_uint_eq(fault->ways, sound[_i].ways);
    ck_assert_int_eq(fault->lasts, sound[_i].lasts);
    scenario_free(scenario);
    g_free(more);
}
END_TEST

/* To drain a server is an operator's command, and to take it back another: its own weight
 * (R-307). */
START_TEST(drain_is_a_command)
{
    struct scenario *scenario =
        read_scenario("other = at 5s drain r2\n[real-defaults]\nweight = 7\n");
    const struct fault_spec *fault = second_fault(scenario);
    ck_assert_ptr_nonnull(strstr(fault->command, ":80:0:tcp 0"));
    ck_assert(g_str_has_prefix(fault->command, "weight "));
    ck_assert_ptr_nonnull(strstr(fault->undo, ":80:0:tcp 7"));
    scenario_free(scenario);
}
END_TEST

/* A fault may wait for the takeover, and another for that one; neither is the failure that
 * is measured by itself. */
START_TEST(faults_wait_for_the_takeover)
{
    struct scenario *scenario = read_scenario("other = after takeover 10ms crash active\n"
                                              "third = after other 1s restart A\n");
    const struct fault_spec *fault = g_ptr_array_index(scenario->faults, 1);
    ck_assert_int_eq(fault->when, FAULT_AFTER_TAKEOVER);
    ck_assert_int_eq(fault->at, 10 * NSTIME_MS);
    ck_assert_int_eq(scenario->measure, 0);
    scenario_free(scenario);
}
END_TEST

/* A third unit stands behind the pair whatever the order of the file, and A and B are there
 * beside it (R-1107). */
START_TEST(a_spare_is_the_third)
{
    struct scenario *scenario = read_scenario("other = at 5s crash spare\n"
                                              "[unit C]\nrank = spare\n");
    const struct unit_spec *third = scenario->units->pdata[2];
    ck_assert_uint_eq(scenario->units->len, 3);
    ck_assert_str_eq(third->name, "C");
    ck_assert_str_eq(((const struct unit_spec *)scenario->units->pdata[0])->name, "A");
    ck_assert_int_eq(second_fault(scenario)->target, TARGET_SPARE);
    scenario_free(scenario);
}
END_TEST

static const struct {
    const char *more, *what;
} wrong[] = {
    {"bad = at 5s power A\n", "\"off\" is missing (write power X off)"},
    {"bad = at 5s power\n", "whom it hits is missing"},
    {"bad = at 5s interface A down\n", "which interface is missing"},
    {"bad = at 5s interface A inside\n", "\"down\" or \"cut\" is missing"},
    {"bad = at 5s cable cut\n", "write cable pulled"},
    {"bad = at 5s link hello forward rev.loss 5%\n", "say which way already"},
    {"bad = at 5s link hello forward\n", "what happens to the link is missing"},
    {"bad = at 5s drain r9\n", "no [real r9] in this file"},
    {"bad = from 5s to 6s undrain r1\n", "it happens at an instant"},
    {"bad = at 5s crash spare\n", "nobody is called spare"},
    {"takeover = at 5s crash A\n", "means the takeover itself"},
    {"[unit C]\nrank = spare\n[unit D]\nrank = spare\n", "a pair has one spare"},
    {"[unit spare]\n[unit B]\n[unit C]\nrank = spare\n", "cannot be called spare"},
};

/* Whatever is written wrongly is refused with what would be right. */
START_TEST(mistakes_are_told)
{
    char *text = g_strconcat(sound_text, wrong[_i].more, NULL);
    char *message = support_refusal(text, NULL);
    ck_assert_msg(strstr(message, wrong[_i].what) != NULL, "%s\nnot in\n%s", wrong[_i].what,
                  message);
    g_free(message);
    g_free(text);
}
END_TEST

/* What waits for the takeover cannot be what it is the takeover from; and where nothing
 * fails there is none to wait for. */
START_TEST(takeovers_need_a_failure)
{
    char *text = g_strconcat(sound_text, "bad = after takeover 1s crash active\n", NULL);
    char *message = support_refusal(text, "scenario.measure=bad", NULL);
    support_expect_line(message, "--set scenario.measure=bad: waits for the takeover from the "
                                 "measured fault (name one that comes at a time)");
    g_free(message);
    message = support_refusal(text, "scenario.measure=none", NULL);
    ck_assert_ptr_nonnull(strstr(message, "nothing fails that another unit could take over"));
    g_free(message);
    g_free(text);
}
END_TEST

static const struct {
    const char *more, *what;
} paths[] = {
    {"[unit C]\nrank = spare\n[failover]\nhello-paths = cable\n",
     "t.scn:19: [failover] hello-paths = cable: the cable joins primary and secondary only: "
     "nobody hears the spare (add link, outside or inside)"},
    {"[failover]\nhello-paths = cable outside\nhello-link = replication\n",
     "t.scn:18: [failover] hello-link = replication: no hello takes it (add link to hello-paths, "
     "or leave this out)"},
    {"[failover]\nhello-paths = link serial\n",
     "t.scn:17: [failover] hello-paths = link serial: unknown word serial (known: link cable "
     "outside inside)"},
};

/* Ways of hellos that reach nobody are refused (R-1004, R-1107). */
START_TEST(paths_reach_everybody)
{
    char *text = g_strconcat(sound_text, paths[_i].more, NULL);
    char *message = support_refusal(text, NULL);
    support_expect_line(message, paths[_i].what);
    g_free(message);
    g_free(text);
}
END_TEST

/* Each key of detection becomes what an operator would type (R-1004, R-1006, R-1104). */
START_TEST(detection_is_configured)
{
    struct scenario *scenario = read_scenario("other = at 5s crash B\n"
                                              "[failover]\nhello-paths = link cable inside\n"
                                              "interface-test-time = 2s\nhealth-switch = on\n");
    static const char *const lines[] = {"failover hellopaths link cable inside",
                                        "option interface-test-time 2s",
                                        "option health-switch on"};
    for (unsigned i = 0; i < G_N_ELEMENTS(lines); i++)
        ck_assert_msg(g_ptr_array_find_with_equal_func(scenario->commands, lines[i], g_str_equal,
                                                       NULL), "%s", lines[i]);
    ck_assert_uint_eq(scenario->hello_paths,
                      1u << PATH_LINK | 1u << PATH_CABLE | 1u << PATH_INSIDE);
    scenario_free(scenario);
}
END_TEST

Suite *faults_suite(void)
{
    Suite *suite = suite_create("faults");
    TCase *tcase = tcase_create("faults");
    tcase_add_checked_fixture(tcase, support_enter, support_leave);
    tcase_add_loop_test(tcase, actions_are_read, 0, G_N_ELEMENTS(sound));
    tcase_add_test(tcase, drain_is_a_command);
    tcase_add_test(tcase, faults_wait_for_the_takeover);
    tcase_add_test(tcase, a_spare_is_the_third);
    tcase_add_loop_test(tcase, mistakes_are_told, 0, G_N_ELEMENTS(wrong));
    tcase_add_test(tcase, takeovers_need_a_failure);
    tcase_add_loop_test(tcase, paths_reach_everybody, 0, G_N_ELEMENTS(paths));
    tcase_add_test(tcase, detection_is_configured);
    suite_add_tcase(suite, tcase);
    return suite;
}
