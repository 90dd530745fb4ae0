/* What "check" says of the serial line. */
#include "tests/program/suites.h"
#include "tests/program/support.h"

#include <string.h>

static void says(const char *arguments, const char *line)
{
    struct answer answer = ask(arguments);

    assert_status(answer, 0);
    assert_contains(answer.out, line);
    assert_fits(answer.out);
    answer_clear(&answer);
}

/* check prints how many connections a second the serial line and the replication link could
 * tell the standby of, for each rate that is tried, on 80 columns (R-1204). */
START_TEST(check_prints_capacity)
{
    scratch_write("small.scn", SMALL);
    says("check small.scn",
         "  could tell of         serial line at 9.6kbit: 11 connections/s; replication at\n"
         "                        100mbit: 104,000 connections/s\n");
    says("check small.scn --set link.serial.rate=115.2kbit --set link.replication.rate=10mbit",
         "  could tell of         serial line at 115.2kbit: 137 connections/s; replication\n"
         "                        at 10mbit: 10,400 connections/s\n");
}
END_TEST

Suite *capacity_suite(void)
{
    Suite *suite = suite_create("capacity");
    TCase *tests = tcase_create("capacity");
    tcase_add_checked_fixture(tests, scratch_enter, scratch_leave);
    tcase_add_test(tests, check_prints_capacity);
    suite_add_tcase(suite, tests);
    return suite;
}
