#include "tests/node/suites.h"
#include "tests/node/town.h"

static struct town town;

static void setup(void)
{
    town_init(&town);
}

static void teardown(void)
{
    town_clear(&town);
}

/* A connection opens, asks once, is answered and closes: eleven packets in the
 * order of the textbook, all bytes checked, one end in TIME_WAIT and none left over. */
START_TEST(one_exchange)
{
    town.scenario.duration = NSTIME_S;
    town_start(&town);
    town_run(&town, 10 * NSTIME_S);
    struct traffic_count count = traffic_count(town.traffic);
    ck_assert_uint_eq(count.opened, 1);
    ck_assert_uint_eq(count.closed, 1);
    ck_assert_uint_eq(count.corrupt, 0);
    ck_assert_uint_eq(count.open, 0);
    ck_assert_uint_eq(count.server_sockets, 0);
    ck_assert_uint_eq(count.retransmissions, 0);
    ck_assert_uint_eq(town.answered, 1);
    ck_assert_uint_eq(town.log->len, 11);
}
END_TEST

Suite *traffic_suite(void)
{
    Suite *suite = suite_create("traffic");
    TCase *tcase = tcase_create("traffic");
    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_add_test(tcase, one_exchange);
    suite_add_tcase(suite, tcase);
    return suite;
}
