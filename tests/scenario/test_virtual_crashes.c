/* virtual-crashes: where their window lies, what is refused, and what is only doubtful. */
#include "core/replication.h"
#include "sim/scenario/build.h"
#include "tests/scenario/suites.h"
#include "tests/scenario/support.h"

#include <string.h>

static const char key[] = "scenario.virtual-crashes=";

/* Without a window it is the later half of what lies before the measured fault, or before
 * the end of the openings; what is given is taken. */
START_TEST(the_window_has_sound_bounds)
{
    static const struct {
        const char *value, *measure;
        nstime from, to;
    } rows[] = {
        {"100", "auto", 5 * NSTIME_S, 20 * NSTIME_S}, /* the world ends it at the crash */
        {"100", "none", 10 * NSTIME_S, 20 * NSTIME_S},
        {"100 from 1s", "auto", 1 * NSTIME_S, 20 * NSTIME_S},
        {"100 from 1s to 9s", "auto", 1 * NSTIME_S, 9 * NSTIME_S},
        {"100 to 8s", "auto", 4 * NSTIME_S, 8 * NSTIME_S},
    };
    char *value = g_strconcat(key, rows[_i].value, NULL);
    char *measure = g_strconcat("scenario.measure=", rows[_i].measure, NULL);
    struct scenario_file *file = support_read(sound_text, value, measure, NULL);
    struct scenario *scenario = scenario_file_point(file, 0, false);
    ck_assert_uint_eq(scenario->virtual_crashes.count, 100);
    ck_assert_int_eq(scenario->virtual_crashes.from, rows[_i].from);
    ck_assert_int_eq(scenario->virtual_crashes.to, rows[_i].to);
    scenario_free(scenario);
    scenario_file_free(file);
    g_free(measure);
    g_free(value);
}
END_TEST

/* No instant before the failure, too few for the batches, a window beyond what happens, a
 * table of nothing, an axis: each gets a sentence that says what to change. */
START_TEST(what_cannot_be_is_refused)
{
    static const struct {
        const char *set, *line;
    } rows[] = {
        {"scenario.virtual-crashes=100 from 10s",
         "no instant is left: the window ends at 10s (make \"from\" earlier, or the failure "
         "later)"},
        {"scenario.virtual-crashes=59",
         "too few for the batches of an interval, which take 60 at least (write 1000)"},
        {"scenario.virtual-crashes=100 to 10001ms",
         "the window ends after the failure that is measured: [faults] crash comes at 10s (leave "
         "\"to\" away, or write measure = none)"},
        {"scenario.virtual-crashes=100 from", "a time is missing"},
        {"scenario.virtual-crashes=100 to 2s from 1s", "\"from\" is one word too many"},
        {"output.tables=protection",
         "protection is made of virtual crashes (write virtual-crashes = 1000 in [scenario])"},
    };
    char *message = support_refusal(sound_text, rows[_i].set, NULL);
    ck_assert_msg(strstr(message, rows[_i].line) != NULL, "%s", message);
    g_free(message);
}
END_TEST

/* It is no axis of a sweep: the columns are those of the whole. */
START_TEST(it_cannot_be_swept)
{
    char *text = g_strconcat(sound_text, "[sweep]\nscenario.virtual-crashes = 100; 200\n", NULL);
    char *message = support_refusal(text, NULL);
    ck_assert_msg(strstr(message, "cannot be swept") != NULL, "%s", message);
    g_free(message);
    g_free(text);
}
END_TEST

/* What a virtual crash cannot know is said: records that arrive about when the standby takes
 * over, and records that it forgets meanwhile. An oracle's takeover is known to the instant. */
START_TEST(doubts_are_told)
{
    char *plain = g_strconcat(sound_text, "[options]\nstandby-timeout = 60s\n"
                              "[link replication]\ndelay = 20s\n", NULL);
    char *text = g_strconcat("[scenario]\nvirtual-crashes = 100", plain + strlen("[scenario]"),
                             NULL);
    char *warnings = support_warnings(text), *before = support_warnings(plain);
    ck_assert_msg(strstr(warnings, "a record may be on the wire for as long") != NULL, "%s",
                  warnings);
    ck_assert_msg(strstr(warnings, "records that the standby forgets") != NULL, "%s", warnings);
    ck_assert_ptr_null(strstr(before, "on the wire"));
    ck_assert_ptr_null(strstr(before, "forgets"));
    g_free(before);
    g_free(warnings);
    g_free(text);
    g_free(plain);
}
END_TEST

/* A protocol whose standby answers is doubtful; those that are there are not. */
START_TEST(feedback_is_doubted)
{
    static const struct replication_protocol talkative = {.name = "talkative"};
    ck_assert_ptr_nonnull(build_feedback_doubt(&talkative));
    ck_assert_ptr_null(build_feedback_doubt(&replication_none));
    ck_assert_ptr_null(build_feedback_doubt(&replication_patent));
}
END_TEST

Suite *virtual_crashes_suite(void)
{
    Suite *suite = suite_create("scenario/virtual-crashes");
    TCase *tcase = tcase_create("virtual crashes");
    tcase_add_checked_fixture(tcase, support_enter, support_leave);
    tcase_add_loop_test(tcase, the_window_has_sound_bounds, 0, 5);
    tcase_add_loop_test(tcase, what_cannot_be_is_refused, 0, 6);
    tcase_add_test(tcase, it_cannot_be_swept);
    tcase_add_test(tcase, doubts_are_told);
    tcase_add_test(tcase, feedback_is_doubted);
    suite_add_tcase(suite, tcase);
    return suite;
}
