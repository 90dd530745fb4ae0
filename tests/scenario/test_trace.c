/* Reading traces: our CSV, Zeek's log, and every kind of broken row. */
#include "tests/scenario/suites.h"

#include "sim/scenario/trace.h"
#include "sim/scenario/trace_log.h"

#include <glib/gstdio.h>
#include <string.h>

static char *path;
static struct workload_spec spec;
static GError *error;

static void setup(void)
{
    int fd = g_file_open_tmp("trace-XXXXXX.csv", &path, NULL);
    ck_assert_int_ge(fd, 0);
    ck_assert(g_close(fd, NULL));
    spec = (struct workload_spec){ 0 };
    error = NULL;
}

static void teardown(void)
{
    g_unlink(path);
    g_free(path);
    g_free(spec.trace);
    g_free(spec.trace_summary);
    g_clear_error(&error);
}

static bool read_as(const char *text)
{
    ck_assert(g_file_set_contents(path, text, -1, NULL));
    return trace_read(path, &spec, &error);
}

/* ---- seconds */

struct seconds_case {
    const char *text;
    bool good;
    nstime value;
};

static const struct seconds_case seconds_cases[] = {
    { "0", true, 0 },
    { "12", true, 12 * NSTIME_S },
    { "0.5", true, 500 * NSTIME_MS },
    { "1412262755.563496", true, INT64_C(1412262755563496000) },
    { "0.000000001", true, 1 },
    { "0.0000000019", true, 1 },
    { "9000000000", true, INT64_C(9000000000) * NSTIME_S },
    { "9000000001", false, 0 },
    { "99999999999999999999999", false, 0 },
    { "", false, 0 },
    { "x", false, 0 },
    { "-1", false, 0 },
    { "+1", false, 0 },
    { "1.", false, 0 },
    { ".5", false, 0 },
    { "1.5x", false, 0 },
    { "1e3", false, 0 },
    { " 1", false, 0 },
};

/* Decimal seconds are exact to the nanosecond, or refused. */
START_TEST(seconds)
{
    const struct seconds_case *row = &seconds_cases[_i];
    nstime value = -1;
    ck_assert_int_eq(trace_seconds(row->text, &value), row->good);
    if (row->good)
        ck_assert_int_eq(value, row->value);
}
END_TEST

/* ---- our CSV */

#define HEADER "start_s,duration_s,client,client_port,request_bytes,response_bytes\n"

/* Rows in any order become rows in order of start, from 0; clients are numbered by
 * name; a port may be left open. */
START_TEST(csv)
{
    ck_assert_msg(read_as(HEADER "107.25,2.5,10.0.0.7,40000,400,12000\n"
                                 "100.5,1,laptop,,1,2\n"
                                 "102,8,10.0.0.7,0,3,4\n"),
                  "%s", error ? error->message : "");
    ck_assert_uint_eq(spec.trace_count, 3);
    ck_assert_uint_eq(spec.clients, 2);
    ck_assert_int_eq(spec.trace_span, 9500 * NSTIME_MS);
    ck_assert_int_eq(spec.trace[0].start, 0);
    ck_assert_int_eq(spec.trace[1].start, 1500 * NSTIME_MS);
    ck_assert_int_eq(spec.trace[2].start, 6750 * NSTIME_MS);
    ck_assert_int_eq(spec.trace[2].duration, 2500 * NSTIME_MS);
    ck_assert_uint_eq(spec.trace[2].client_port, 40000);
    ck_assert_uint_eq(spec.trace[0].client_port, 0);
    ck_assert_uint_eq(spec.trace[1].client, spec.trace[2].client);
    ck_assert_uint_ne(spec.trace[0].client, spec.trace[1].client);
    ck_assert_uint_eq(spec.trace[2].request_bytes, 400);
    ck_assert_uint_eq(spec.trace[2].response_bytes, 12000);
    ck_assert_ptr_nonnull(strstr(spec.trace_summary, "3 connections of 2 clients in 9.500 s"));
    ck_assert_ptr_nonnull(strstr(spec.trace_summary, "skipped 0"));
}
END_TEST

/* The columns may stand in any order, and one may say which durations are bounds. */
START_TEST(csv_columns)
{
    ck_assert(read_as("lower_bound,response_bytes,request_bytes,client_port,client,duration_s,"
                      "start_s\nyes,6,5,4,c,2,1\nno,6,5,4,c,2,1\n"));
    ck_assert(spec.trace[0].lower_bound);
    ck_assert(!spec.trace[1].lower_bound);
    ck_assert_uint_eq(spec.trace[0].request_bytes, 5);
    ck_assert_uint_eq(spec.trace[0].response_bytes, 6);
    ck_assert_int_eq(spec.trace_span, 2 * NSTIME_S);
}
END_TEST

struct broken_case {
    const char *text;
    const char *says; /* after the file's name */
};

static const struct broken_case broken_cases[] = {
    { HEADER "1,2,c,0,5,6\n1,x,c,0,5,6\n", ":3: duration_s = x: not a number of seconds" },
    { HEADER "-1,2,c,0,5,6\n", ":2: start_s = -1: not a number of seconds" },
    { HEADER "1,2,,0,5,6\n", ":2: client = : empty" },
    { HEADER "1,2,c,70000,5,6\n", ":2: client_port = 70000: not a port" },
    { HEADER "1,2,c,0,5.5,6\n", ":2: request_bytes = 5.5: not a number of bytes" },
    { HEADER "1,2,c,0,5,-6\n", ":2: response_bytes = -6: not a number of bytes" },
    { HEADER "1,2,c,0,5\n", ":2: " },
    { HEADER, ": no connection" },
    { "start_s,duration_s\n1,2\n", ":1: no column client" },
    { "lower_bound," HEADER "maybe,1,2,c,0,5,6\n", ":2: lower_bound = maybe: neither" },
    { "#fields\tts\n", ":1: #fields has no id.orig_h" },
    { "#separator \\x09\n1\t2\n", ":2: a row before the line #fields" },
    { "#separator two\n", ":1: #separator is not one character" },
    { "#only remarks\n", ": no connection" },
};

/* A broken row is refused, and named by file and line. */
START_TEST(broken)
{
    const struct broken_case *row = &broken_cases[_i];
    ck_assert(!read_as(row->text));
    ck_assert_msg(g_str_has_prefix(error->message, path), "%s", error->message);
    ck_assert_msg(g_str_has_prefix(error->message + strlen(path), row->says), "%s",
                  error->message);
    ck_assert_ptr_null(strchr(error->message, '\n'));
    ck_assert_ptr_null(spec.trace);
}
END_TEST

/* No such file, a directory, an empty file, a file that is no text: refused by name. */
START_TEST(not_a_trace)
{
    static const char *const paths[] = { "/nonexistent/trace.csv", "/" };
    if (_i < 2) {
        ck_assert(!trace_read(paths[_i], &spec, &error));
        ck_assert(g_str_has_prefix(error->message, paths[_i]));
        return;
    }
    ck_assert(g_file_set_contents(path, "start\0s", _i == 2 ? 0 : 7, NULL));
    ck_assert(!trace_read(path, &spec, &error));
    ck_assert(g_str_has_prefix(error->message, path));
}
END_TEST

/* ---- Zeek */

#define ZEEK_HEADER                                                                        \
    "#separator \\x09\n#set_separator\t,\n#empty_field\t(empty)\n#unset_field\t-\n#path\tconn\n" \
    "#fields\tts\tuid\tid.orig_h\tid.orig_p\tid.resp_h\tid.resp_p\tproto\tduration\t"       \
    "orig_bytes\tresp_bytes\tconn_state\n"
#define ZEEK_ROW(start, port, proto, rest) \
    start "\tC1\t10.0.0.9\t" port "\t10.0.0.1\t80\t" proto "\t" rest "\n"

/* Rows in order of their end, of every state: the established TCP ones are kept, S1 and
 * S3 as lower bounds, the others counted by reason. */
START_TEST(zeek)
{
    ck_assert_msg(
        read_as(ZEEK_HEADER
                ZEEK_ROW("1000.000002", "5001", "tcp", "3.000001\t430\t1531\tSF")
                ZEEK_ROW("999.5", "53", "udp", "0.1\t39\t55\tSF")
                ZEEK_ROW("1000.000001", "5002", "tcp", "1\t-\t7\tS1")
                ZEEK_ROW("1001", "5003", "tcp", "-\t-\t-\tS0")
                ZEEK_ROW("1001", "5004", "tcp", "1\t1\t1\tS2")
                ZEEK_ROW("1001", "5005", "tcp", "1\t1\t1\tS3")
                ZEEK_ROW("1001", "5006", "tcp", "1\t1\t1\tRSTO")
                ZEEK_ROW("1001", "5007", "tcp", "1\t1\t1\tRSTR")
                ZEEK_ROW("1001", "5008", "tcp", "1\t1\t1\tRSTOS0")
                ZEEK_ROW("1001", "5009", "tcp", "-\t1\t1\tSF")
                "#close\t2017-01-05-20-11-22\n"),
        "%s", error ? error->message : "");
    ck_assert_uint_eq(spec.trace_count, 6);
    ck_assert_uint_eq(spec.clients, 1);
    ck_assert_uint_eq(spec.trace[0].client_port, 5002);
    ck_assert_int_eq(spec.trace[0].start, 0);
    ck_assert(spec.trace[0].lower_bound);
    ck_assert_uint_eq(spec.trace[0].request_bytes, 0);
    ck_assert_int_eq(spec.trace[1].start, 1000);
    ck_assert_int_eq(spec.trace[1].duration, 3000001000);
    ck_assert(!spec.trace[1].lower_bound);
    unsigned bounds = 0;
    for (size_t i = 0; i < spec.trace_count; i++)
        bounds += spec.trace[i].lower_bound;
    ck_assert_uint_eq(bounds, 2);
    ck_assert_msg(g_str_has_suffix(spec.trace_summary,
                                   "skipped 4: 1 not TCP, 1 in state S0, 1 in state RSTOS0, "
                                   "1 without a duration"),
                  "%s", spec.trace_summary);
}
END_TEST

/* A row with a broken duration, and one with too few fields, are refused by line. */
START_TEST(zeek_broken)
{
    static const char *const rows[] = {
        ZEEK_HEADER ZEEK_ROW("1", "5001", "tcp", "x\t430\t1531\tSF"),
        ZEEK_HEADER ZEEK_ROW("1", "5001", "tcp", "1\t430\tSF"),
    };
    static const char *const says[] = {
        ":7: duration = x: not a number of seconds", ":7: the row has not as many fields",
    };
    ck_assert(!read_as(rows[_i]));
    ck_assert(g_str_has_prefix(error->message + strlen(path), says[_i]));
}
END_TEST

/* A real log, when it is here: 39 of its 43 TCP rows are usable, 22 of them S1, 2 S3. */
START_TEST(zeek_real_log)
{
    static const char log[] = "../shared/data/zeek-conn.log";
    if (!g_file_test(log, G_FILE_TEST_EXISTS))
        return;
    ck_assert_msg(trace_read(log, &spec, &error), "%s", error ? error->message : "");
    ck_assert_uint_eq(spec.trace_count, 39);
    ck_assert_ptr_nonnull(strstr(spec.trace_summary, "24 with a lower bound"));
    ck_assert_ptr_nonnull(strstr(spec.trace_summary, "4 in state S0"));
    ck_assert_int_eq(spec.trace_span, 26438432000);
}
END_TEST

Suite *trace_suite(void)
{
    Suite *suite = suite_create("trace");
    TCase *tcase = tcase_create("trace");
    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_add_loop_test(tcase, seconds, 0, G_N_ELEMENTS(seconds_cases));
    tcase_add_test(tcase, csv);
    tcase_add_test(tcase, csv_columns);
    tcase_add_loop_test(tcase, broken, 0, G_N_ELEMENTS(broken_cases));
    tcase_add_loop_test(tcase, not_a_trace, 0, 4);
    tcase_add_test(tcase, zeek);
    tcase_add_loop_test(tcase, zeek_broken, 0, 2);
    tcase_add_test(tcase, zeek_real_log);
    suite_add_tcase(suite, tcase);
    return suite;
}
