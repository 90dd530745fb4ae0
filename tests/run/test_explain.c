/* The story of one connection. */
#include "sim/run/explain.h"
#include "tests/run/suites.h"
#include "tests/run/support.h"

#include <string.h>

#define LOSSY                                                                               \
    "[failover]\nhello-time = 1s\n[replication]\nprotocol = patent\n[link replication]\n"    \
    "loss = 30%\n[faults]\ncrash = at 10s crash active\n"

static uint32_t first_with(const struct run_result *result, enum cause cause,
                           enum outcome outcome)
{
    for (uint32_t i = 0; i < result->row_count; i++)
        if (result->rows[i].cause == cause && result->rows[i].outcome == outcome)
            return result->rows[i].connection;
    ck_abort_msg("no such connection");
    return 0;
}

static char *tell(const struct scenario *scenario, uint32_t connection)
{
    GString *out = g_string_new(NULL);
    GError *error = NULL;
    ck_assert(explain_connection(scenario, 0, connection, out, &error));
    return g_string_free(out, FALSE);
}

static void ck_assert_in_order(const char *text, const char *const *parts)
{
    for (; *parts; parts++) {
        const char *found = strstr(text, *parts);
        ck_assert_msg(found != NULL, "not found, or not in order: %s", *parts);
        text = found;
    }
}

/* A casualty of a lost create: its handshake, the lost record, the crash, the takeover,
 * unanswered packets, and the cause, in this order; no line over 80 columns. */
START_TEST(the_ladder_of_a_casualty)
{
    struct scenario *scenario = scenario_pair(LOSSY);
    struct run_result *result = run_once(scenario);
    char *story = tell(scenario, first_with(result, CAUSE_CREATE_LOST, OUTCOME_TIMED_OUT));
    const char *const parts[] = { "SYN",           "established",
                                  "create is lost on replication (random loss)",
                                  "crash",         "became-active",
                                  "unknown-inbound", "timed_out",
                                  "create_lost",   NULL };
    ck_assert_in_order(story, parts);
    for (char *line = story, *end; (end = strchr(line, '\n')); line = end + 1)
        ck_assert_int_le(end - line, 80);
    g_free(story);
    run_result_free(result);
    scenario_free(scenario);
}
END_TEST

/* A survivor: its create arrives, and packets go on through the other unit. */
START_TEST(the_ladder_of_a_survivor)
{
    struct scenario *scenario = scenario_pair(LOSSY);
    struct run_result *result = run_once(scenario);
    char *story = tell(scenario, first_with(result, CAUSE_NONE, OUTCOME_SURVIVED));
    const char *const parts[] = { "create leaves", "create-applied", "crash", "became-active",
                                  "B        -> server", "survived", NULL };
    ck_assert_in_order(story, parts);
    g_free(story);
    run_result_free(result);
    scenario_free(scenario);
}
END_TEST

/* Asking for a connection that never was is an error with a sentence. */
START_TEST(no_such_connection)
{
    struct scenario *scenario = scenario_pair(LOSSY);
    GString *out = g_string_new(NULL);
    GError *error = NULL;
    ck_assert(!explain_connection(scenario, 0, 999999, out, &error));
    ck_assert(g_error_matches(error, EXPLAIN_ERROR, EXPLAIN_ERROR_NO_CONNECTION));
    ck_assert_uint_eq(out->len, 0);
    g_clear_error(&error);
    g_string_free(out, TRUE);
    scenario_free(scenario);
}
END_TEST

Suite *explain_suite(void)
{
    Suite *suite = suite_create("run/explain");
    TCase *tcase = tcase_create("ladders");
    tcase_set_timeout(tcase, 30);
    tcase_add_test(tcase, the_ladder_of_a_casualty);
    tcase_add_test(tcase, the_ladder_of_a_survivor);
    tcase_add_test(tcase, no_such_connection);
    suite_add_tcase(suite, tcase);
    return suite;
}
