/* Budgets, capacities, and the faults that make units slow, lossy or flooded: read and refused. */
#include "tests/scenario/suites.h"
#include "tests/scenario/support.h"

#include <string.h>

#define WORLD                                                                             \
    "[virtual web]\naddress = 192.0.2.80:80\nbind = r1\nreplicate = yes\n"                \
    "[virtual dns]\naddress = 192.0.2.53:53:0:udp\nbind = d1\n"                          \
    "[real r1]\naddress = 10.0.1.1:80\n[real d1]\naddress = 10.0.1.3:53:0:udp\n"
#define CLIENTS "[workload w]\nvirtual = web\n"

static struct scenario *scenario_of(const char *text)
{
    struct scenario_file *file = support_read(text, NULL);
    struct scenario *scenario = scenario_file_point(file, 0, false);
    scenario_file_free(file);
    return scenario;
}

static const struct fault_spec *fault_at(const struct scenario *scenario, unsigned index)
{
    return g_ptr_array_index(scenario->faults, index);
}

/* Without a word there are no budgets, and Linux's rooms: txqueuelen 1000, rmem_default
 * 212,992 b, netdev_max_backlog 1000. */
START_TEST(defaults_are_linux_s)
{
    struct scenario *scenario = scenario_of(WORLD CLIENTS);
    const struct unit_spec *unit = g_ptr_array_index(scenario->units, 1);
    ck_assert(!scenario_throttled(scenario));
    ck_assert_uint_eq(scenario->budgets.send, 0);
    ck_assert_uint_eq(scenario->budgets.send_queue, 1000);
    ck_assert_uint_eq(scenario->budgets.receive, 0);
    ck_assert_uint_eq(scenario->budgets.receive_buffer, 212992);
    ck_assert_uint_eq(unit->capacity, 0);
    ck_assert_uint_eq(unit->backlog, 1000);
    scenario_free(scenario);
}
END_TEST

/* Each key, and each fault with its number, arrives where it belongs; one budget is enough to
 * make a unit take its time. */
START_TEST(keys_and_faults_are_read)
{
    struct scenario *scenario = scenario_of(
        WORLD CLIENTS "[replication]\nsend-budget = 400/s\nsend-queue = 0\n"
        "receive-budget = 5000/s\nreceive-buffer = 20kb\n"
        "[unit A]\ncapacity = 9000/s\n[unit B]\nbacklog = 7\n"
        "[faults]\na = at 1s slow active 250/s\nb = at 2s lossy standby 2.5% for 3s\n"
        "c = from 3s to 4s flood web 1000/s\nd = at 3s flood web 9/s acks for 1s\n");
    const struct unit_spec *first = g_ptr_array_index(scenario->units, 0);
    const struct unit_spec *second = g_ptr_array_index(scenario->units, 1);
    ck_assert(scenario_throttled(scenario));
    ck_assert_uint_eq(scenario->budgets.send, 400);
    ck_assert_uint_eq(scenario->budgets.send_queue, 0);
    ck_assert_uint_eq(scenario->budgets.receive, 5000);
    ck_assert_uint_eq(scenario->budgets.receive_buffer, 20000);
    ck_assert_uint_eq(first->capacity, 9000);
    ck_assert_uint_eq(second->capacity, 0);
    ck_assert_uint_eq(second->backlog, 7);
    ck_assert_int_eq(fault_at(scenario, 0)->action, FAULT_SLOW);
    ck_assert_uint_eq(fault_at(scenario, 0)->rate, 250);
    ck_assert_int_eq(fault_at(scenario, 0)->lasts, NSTIME_NEVER);
    ck_assert_int_eq(fault_at(scenario, 1)->action, FAULT_LOSSY);
    ck_assert_double_eq_tol(probability_share(fault_at(scenario, 1)->share), 0.025, 1e-9);
    ck_assert_int_eq(fault_at(scenario, 1)->lasts, 3 * NSTIME_S);
    ck_assert_int_eq(fault_at(scenario, 2)->action, FAULT_FLOOD);
    ck_assert_uint_eq(fault_at(scenario, 2)->rate, 1000);
    ck_assert_uint_eq(fault_at(scenario, 2)->virtual, 0);
    ck_assert(!fault_at(scenario, 2)->acks && fault_at(scenario, 3)->acks);
    ck_assert_int_eq(scenario->measure, -1); /* none of these is the failure by itself */
    scenario_free(scenario);
}
END_TEST

/* What cannot be, each with what to write instead. */
static const struct {
    const char *more, *sentence;
} refused[] = {
    { CLIENTS "[replication]\nsend-budget = 0/s\n", "outside 1/s..1000000000/s" },
    { CLIENTS "[replication]\nsend-budget = 2.5/s\n", "not whole (write 1000/s)" },
    { CLIENTS "[replication]\nreceive-buffer = 5\n", "b, kb or mb" },
    { CLIENTS "[unit A]\nbacklog = -1\n", "backlog" },
    { CLIENTS "[faults]\na = at 1s slow active\n", "a number a second is missing" },
    { CLIENTS "[faults]\na = at 1s slow active 0/s\n", "from 1 to 10000000" },
    { CLIENTS "[faults]\na = at 1s lossy active\n", "the share that it drops is missing" },
    { CLIENTS "[faults]\na = at 1s lossy active 130%\n", "130%" },
    { CLIENTS "[faults]\na = at 1s flood web 100/s\n", "needs an end" },
    { CLIENTS "[faults]\na = from 1s to 2s flood wbe 100/s\n", "web" },
    { CLIENTS "[faults]\na = from 1s to 2s flood dns 100/s\n", "speaks udp, which has no SYN" },
    { CLIENTS "client-network = 100.64.8.0/24\n[faults]\na = from 1s to 2s flood web 9/s\n",
      "give these another client-network" },
    { CLIENTS "[scenario]\nmeasure = a\n[faults]\na = from 1s to 2s flood web 9/s\n",
      "takes nothing away" },
    { CLIENTS "[scenario]\nvirtual-crashes = 100\n[unit B]\ncapacity = 900/s\n",
      "receive-budget = none in [replication] and capacity = none" },
    { CLIENTS "[scenario]\nvirtual-crashes = 100\n[faults]\na = at 1s lossy B 5%\n",
      "made slow or lossy" },
};

START_TEST(what_cannot_be_is_refused)
{
    char *text = g_strconcat(WORLD, refused[_i].more, NULL);
    char *message = support_refusal(text, NULL);
    ck_assert_msg(strstr(message, refused[_i].sentence) != NULL, "%s", message);
    ck_assert_msg(g_str_has_prefix(message, "t.scn:"), "%s", message);
    g_free(message);
    g_free(text);
}
END_TEST

Suite *budgets_suite(void)
{
    Suite *suite = suite_create("scenario/budgets");
    TCase *tcase = tcase_create("budgets");
    tcase_add_checked_fixture(tcase, support_enter, support_leave);
    tcase_add_test(tcase, defaults_are_linux_s);
    tcase_add_test(tcase, keys_and_faults_are_read);
    tcase_add_loop_test(tcase, what_cannot_be_is_refused, 0, G_N_ELEMENTS(refused));
    suite_add_tcase(suite, tcase);
    return suite;
}
