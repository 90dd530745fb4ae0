/* What a workload speaks and who opens it: the keys of udp and of active FTP, and what is
 * refused of them. */
#include "tests/scenario/suites.h"
#include "tests/scenario/support.h"

#include <string.h>

#define UDP_MACHINES "[virtual dns]\naddress = 192.0.2.53:53:0:udp\nbind = r3\n" \
                     "[real r3]\naddress = 10.0.1.3:53:0:udp\n" \
                     "[workload w]\nvirtual = dns\n"
#define FTP_MACHINES "[virtual data]\naddress = 192.0.2.80:20\nbind = r3\nreplicate = yes\n" \
                     "[real r3]\naddress = 10.0.1.1:20\nstatic = data\n" \
                     "[workload w]\nvirtual = data\nbeside = browsers\nopened-by = server\n"

static const struct workload_spec *second_workload(const struct scenario *scenario)
{
    return g_ptr_array_index(scenario->workloads, 1);
}

/* Added to the sound scenario, whose first free line is 16. */
static const struct {
    const char *more, *line;
} rows[] = {
    /* retries are the application's with udp, and TCP's own otherwise */
    {"[workload w]\nvirtual = web\nretries = 3\n",
     "t.scn:18: [workload w] retries = 3: tcp repeats by itself (remove it, or ask a [virtual "
     "NAME] of udp)"},
    {"[workload w]\nretry-time = 2s\n",
     "t.scn:17: [workload w] retry-time = 2s: tcp repeats by itself (remove it, or ask a [virtual "
     "NAME] of udp)"},
    {UDP_MACHINES "retries = 11\n", "t.scn:23: [workload w] retries = 11: outside 0..10"},
    {UDP_MACHINES "keepalive = on\n",
     "t.scn:23: [workload w] keepalive = on: udp has no connection to probe (remove it, or ask a "
     "[virtual NAME] of tcp)"},
    {UDP_MACHINES "half-close = yes\n",
     "t.scn:23: [workload w] half-close = yes: udp has no half to close (remove it, or ask a "
     "[virtual NAME] of tcp)"},
    {UDP_MACHINES "request-size = 2kb\n",
     "t.scn:23: [workload w] request-size = 2kb: more than one datagram holds, 1472 bytes (ask for "
     "less, or ask a [virtual NAME] of tcp)"},
    {UDP_MACHINES "response-size = 100kb\n",
     "t.scn:23: [workload w] response-size = 100kb: more than udp holds, 64768 bytes (ask for "
     "less, or ask a [virtual NAME] of tcp)"},
    {UDP_MACHINES "beside = browsers\nopened-by = server\n",
     "t.scn:24: [workload w] opened-by = server: ports are announced, and opened, over tcp (ask a "
     "[virtual NAME] of tcp)"},
    /* who opens */
    {"[workload w]\nopened-by = server\n",
     "t.scn:17: [workload w] opened-by = server: no server knows its clients' ports (write beside "
     "= and the [workload NAME] that announces them)"},
    {"[workload w]\nopened-by = nobody\n",
     "t.scn:17: [workload w] opened-by = nobody: unknown word nobody (known: client, server)"},
    {FTP_MACHINES,
     "t.scn:26: [workload w] opened-by = server: [real r2] opens nothing as [virtual data] (write "
     "static = data in a [real NAME] of its IP)"},
};

/* Each mistake is one line with file, line, key and remedy. */
START_TEST(refused)
{
    char *text = g_strconcat(sound_text, rows[_i].more, NULL);
    char *message = support_refusal(text, NULL);
    support_expect_line(message, rows[_i].line);
    ck_assert_msg(strchr(message, '\n') == NULL, "%s", message);
    g_free(message);
    g_free(text);
}
END_TEST

/* A log of connections cannot be played over udp. */
START_TEST(no_trace_over_udp)
{
    support_write("log.csv", "start_s,duration_s,client,client_port,request_bytes,response_bytes\n"
                             "0,1,10.1.1.2,0,100,200\n");
    char *text = g_strconcat(sound_text, UDP_MACHINES "trace = log.csv\n", NULL);
    char *message = support_refusal(text, NULL);
    support_expect_line(message, "t.scn:23: [workload w] trace = log.csv: a log is of connections, "
                                 "which udp has not (ask a [virtual NAME] of tcp)");
    g_free(message);
    g_free(text);
}
END_TEST

/* A udp workload has its retries, by default those of TCP's SYN; show prints them, and not
 * those of a tcp workload, so that what it prints can be read again. */
START_TEST(udp_is_taken)
{
    char *text = g_strconcat(sound_text, UDP_MACHINES "retry-time = 500ms\n", NULL);
    struct scenario_file *file = support_read(text, NULL);
    struct scenario *scenario = scenario_file_point(file, 0, false);
    const struct workload_spec *spec = second_workload(scenario);
    ck_assert_int_eq(spec->retry_time, 500 * NSTIME_MS);
    ck_assert_uint_eq(spec->retries, 6);
    char *shown = scenario_file_show(file);
    ck_assert_ptr_nonnull(strstr(shown, "retry-time = 500ms\nretries = 6\n"));
    ck_assert_ptr_eq(strstr(shown, "\nretries"), g_strrstr(shown, "\nretries"));
    ck_assert_ptr_null(strstr(shown, "opened-by"));
    scenario_file_free(support_read(shown, NULL));
    g_free(shown);
    scenario_free(scenario);
    scenario_file_free(file);
    g_free(text);
}
END_TEST

/* Retries that end before a failure is detected are worth a warning: hellos of 15 s take
 * 45 s and more, three retries of 1 s end after 15 s. */
START_TEST(short_retries_are_warned_of)
{
    char *text = g_strconcat(sound_text, UDP_MACHINES "retries = 3\n", NULL);
    char *warnings = support_warnings(text);
    ck_assert_msg(strstr(warnings, "t.scn:23: [workload w] retries = 3: clients give up before a "
                                   "failure is detected") != NULL, "%s", warnings);
    g_free(warnings);
    g_free(text);
}
END_TEST

/* Each server's second machine opens as the virtual one: that is known of it, and of no
 * other. */
START_TEST(active_ftp_is_taken)
{
    char *text = g_strconcat(sound_text, FTP_MACHINES,
                             "[real r4]\naddress = 10.0.1.2:20\nstatic = data\n", NULL);
    struct scenario_file *file = support_read(text, "virtual.data.bind=r3 r4", NULL);
    struct scenario *scenario = scenario_file_point(file, 0, false);
    ck_assert(second_workload(scenario)->opened_by_server);
    for (unsigned i = 0; i < 4; i++) {
        const struct real_spec *real = g_ptr_array_index(scenario->reals, i);
        ck_assert_uint_eq(real->seen_as, i < 2 ? 0 : 2);
    }
    char *shown = scenario_file_show(file);
    ck_assert_ptr_nonnull(strstr(shown, "opened-by = server\n"));
    scenario_file_free(support_read(shown, NULL));
    g_free(shown);
    scenario_free(scenario);
    scenario_file_free(file);
    g_free(text);
}
END_TEST

Suite *services_suite(void)
{
    Suite *suite = suite_create("services");
    TCase *tcase = tcase_create("services");
    tcase_add_checked_fixture(tcase, support_enter, support_leave);
    tcase_add_loop_test(tcase, refused, 0, G_N_ELEMENTS(rows));
    tcase_add_test(tcase, no_trace_over_udp);
    tcase_add_test(tcase, udp_is_taken);
    tcase_add_test(tcase, short_retries_are_warned_of);
    tcase_add_test(tcase, active_ftp_is_taken);
    suite_add_tcase(suite, tcase);
    return suite;
}
