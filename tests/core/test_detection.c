/* Detection rules: the timers of each detector, alone and in a pair. */
#include "core/detection.h"
#include "core/option.h"
#include "core/settings.h"
#include "tests/core/rig.h"
#include "tests/core/suites.h"

static struct rig rig;
static struct rig_unit *primary, *secondary;

static void set_up(void)
{
    rig_set_up(&rig);
    primary = &rig.units[0];
    secondary = &rig.units[1];
}

static void tear_down(void)
{
    rig_check(primary);
    rig_check(secondary);
    rig_tear_down(&rig);
}

/* Options of a detector, the interval and the timer they give, in nanoseconds. The
 * first rows are the examples that manuals give (protocols, section 2.8). */
static const struct {
    const char *options[4];
    nstime interval, timer;
} rules[] = {
    {{"detector vrrp"}, NSTIME_S, 3609375000}, /* advert_int 1, priority 100: 3.609 s */
    {{"detector vrrp", "priority 128"}, NSTIME_S, 3500000000}, /* keepalived's manual */
    {{"detector vrrp", "priority 255"}, NSTIME_S, 3003906250},
    {{"detector vrrp", "advert-int 100ms"}, 100000000, 909375000},
    {{"detector vrrp", "advert-int 100ms", "vrrp-version 3"}, 100000000, 360937500},
    {{"detector vrrp", "vrrp-version 3"}, NSTIME_S, 3609375000}, /* the same at 1 s */
    {{"detector vrrp", "down-timer-adverts 5", "priority 128"}, NSTIME_S, 5500000000},
    {{"detector carp"}, NSTIME_S, 3000000000},
    {{"detector carp", "advskew 100"}, 1390625000, 3390625000}, /* 3.39 s */
    {{"detector carp", "advbase 2s", "advskew 254"}, 2992187500, 6992187500},
    {{"detector bfd"}, 10000000, 50000000},
    {{"detector bfd", "min-tx 300ms", "multiplier 3"}, 300000000, 900000000},
    {{"detector localdirector"}, 15 * NSTIME_S, 31500000000}, /* R-1005 */
    {{"detector oracle"}, 15 * NSTIME_S, NSTIME_NEVER},
};

/* Each rule by its formula, exactly (R-1005; protocols, section 2.8). */
START_TEST(computes_its_timer)
{
    struct settings settings;
    settings_init(&settings);
    for (unsigned i = 0; i < 4 && rules[_i].options[i] != NULL; i++) {
        char **words = g_strsplit(rules[_i].options[i], " ", 2);
        ck_assert_ptr_null(option_set(&settings, words[0], words[1]));
        g_strfreev(words);
    }
    ck_assert_int_eq(detection_interval(&settings), rules[_i].interval);
    ck_assert_int_eq(detection_timer(&settings), rules[_i].timer);
}
END_TEST

/* The active falls silent after its last hello: the standby takes over when the timer
 * has run from there, not a nanosecond before, and its own hellos keep their interval
 * (R-1002, R-1005). */
START_TEST(takes_over_by_its_timer)
{
    if (rules[_i].timer == NSTIME_NEVER)
        return;
    for (unsigned i = 0; i < 4 && rules[_i].options[i] != NULL; i++) {
        char *line = g_strdup_printf("option %s", rules[_i].options[i]);
        rig_command(primary, line);
        rig_command(secondary, line);
        g_free(line);
    }
    rig_command(primary, "failover hellotime 15s");
    rig_command(secondary, "failover hellotime 15s");
    rig_run_both(&rig, 20 * NSTIME_S);
    ck_assert_int_eq(director_role(secondary->director), ROLE_STANDBY);
    nstime last = 20 * NSTIME_S / rules[_i].interval * rules[_i].interval;
    rig_run(secondary, last + rules[_i].timer - 1);
    ck_assert_int_eq(director_role(secondary->director), ROLE_STANDBY);
    rig_run(secondary, last + rules[_i].timer);
    ck_assert_int_eq(director_role(secondary->director), ROLE_ACTIVE);
    ck_assert_uint_eq(director_count(secondary->director, NOTE_PEER_SILENT), 1);
}
END_TEST

static void tell_failed(struct rig_unit *unit)
{
    director_step(unit->director, rig.now, &(struct event){.kind = EVENT_PEER_FAILED},
                  &unit->effects);
}

/* The oracle takes no silence for a failure, however long, and believes the host at
 * once; other detectors do not ask the host (R-1002). */
START_TEST(believes_the_oracle)
{
    rig_command(secondary, "option detector oracle");
    rig_run(secondary, 3600 * NSTIME_S);
    ck_assert_int_eq(director_role(secondary->director), ROLE_STANDBY);
    rig_command(secondary, _i == 0 ? "option detector oracle" : "option detector bfd");
    tell_failed(secondary);
    ck_assert_int_eq(director_role(secondary->director),
                     _i == 0 ? ROLE_ACTIVE : ROLE_STANDBY);
}
END_TEST

/* Values that no detector takes are refused by a sentence and change nothing. */
static const struct {
    const char *line, *reply;
} refused[] = {
    {"option detector heartbeat", "option: \"heartbeat\" is no value of detector; write "
                                  "localdirector|vrrp|carp|bfd|oracle"},
    {"option priority 0", "option: \"0\" is no value of priority; write 1..255"},
    {"option priority 256", "option: \"256\" is no value of priority; write 1..255"},
    {"option advskew 255", "option: \"255\" is no value of advskew; write 0..254"},
    {"option min-tx 1us", "option: \"1us\" is no value of min-tx; write a time from 1ms to 60min"},
    {"option preempt-delay 2h", "option: \"2h\" is no value of preempt-delay; write a time up to "
                                "60min"},
};

START_TEST(refuses_what_no_detector_takes)
{
    char *before = director_print_configuration(primary->director);
    struct event event = {.kind = EVENT_COMMAND, .command = refused[_i].line};
    director_step(primary->director, rig.now, &event, &primary->effects);
    const struct effect *reply = rig_effect(primary, EFFECT_REPLY, 0);
    ck_assert(!reply->reply.ok);
    ck_assert_str_eq(effect_text(&primary->effects, reply), refused[_i].reply);
    char *after = director_print_configuration(primary->director);
    ck_assert_str_eq(before, after);
    g_free(before);
    g_free(after);
}
END_TEST

Suite *detection_suite(void)
{
    Suite *suite = suite_create("detection");
    TCase *tcase = tcase_create("detection");
    tcase_add_checked_fixture(tcase, set_up, tear_down);
    tcase_add_loop_test(tcase, computes_its_timer, 0, G_N_ELEMENTS(rules));
    tcase_add_loop_test(tcase, takes_over_by_its_timer, 0, G_N_ELEMENTS(rules));
    tcase_add_loop_test(tcase, believes_the_oracle, 0, 2);
    tcase_add_loop_test(tcase, refuses_what_no_detector_takes, 0, G_N_ELEMENTS(refused));
    suite_add_tcase(suite, tcase);
    return suite;
}
