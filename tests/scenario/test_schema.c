/* The schema: every key of it is read, and rubbish is refused by each. */
#include "sim/scenario/value.h"
#include "tests/scenario/suites.h"
#include "tests/scenario/support.h"

#include <string.h>

/* One value of each key that is not its default, with what the rest of the file
 * then needs. NULL: the key has only one value, or is a wildcard of others' tests. */
static const struct {
    const char *place, *value;
} others[] = {
    {"scenario.format", NULL},
    {"scenario.title", "Another"},
    {"scenario.duration", "30s"},
    {"scenario.drain", "30min"},
    {"scenario.roll-call", "no"},
    {"scenario.seed", "1"},
    {"scenario.repetitions", "7"},
    {"scenario.measure", "crash"},
    {"scenario.twin", "no"},
    {"scenario.form", "ghost-rate"},
    {"scenario.virtual-crashes", "100 from 2s to 9s"},
    {"unit.A.rank", "secondary"},
    {"unit.A.priority", "128"},
    {"unit.A.capacity", "9000/s"},
    {"unit.A.backlog", "300"},
    {"failover.detector", "vrrp"},
    {"failover.hello-time", "3s"},
    {"failover.hello-misses", "4"},
    {"failover.advert-int", "2s"},
    {"failover.down-timer-adverts", "5"},
    {"failover.vrrp-version", "3"},
    {"failover.preempt", "no"},
    {"failover.preempt-delay", "10s"},
    {"failover.advbase", "2s"},
    {"failover.advskew", "100"},
    {"failover.min-tx", "300ms"},
    {"failover.multiplier", "3"},
    {"failover.detection-time", "2s"},
    {"failover.switchover-wait", "100ms"},
    {"failover.hello-link", "replication"},
    {"failover.hello-paths", "cable outside"},
    {"failover.interface-test-time", "2s"},
    {"failover.health-switch", "on"},
    {"failover.hello-phase", "100ms"},
    {"failover.mirror", "network"},
    {"failover.address", "10.0.9.7"},
    {"failover.failover-address", "10.0.9.8"},
    {"failover.unknown-connection", "reset"},
    {"failover.probe-limit", "500"},
    {"failover.probe-source-limit", "50"},
    {"failover.window-check", "strict"},
    {"failover.mac", "own"},
    {"failover.garp-loss", "20%"},
    {"failover.garp-loss-inside", "5%"},
    {"failover.garp-repeat", "5"},
    {"failover.garp-delay", "5s"},
    {"failover.neighbour-timeout", "20min"},
    {"failover.neighbour-timeout-inside", "60s"},
    {"failover.unknown-outbound", "pass"},
    {"options.conn-real", "pointer"},
    {"options.bind0", "none"},
    {"options.active-on", "syn"},
    {"options.standby-timeout", "90s"},
    {"options.half-open-time", "30s"},
    {"options.rst-ditch", "off"},
    {"options.fail-distinct-clients", "on"},
    {"virtual.web.address", "192.0.2.81:80:0:tcp"},
    {"virtual.web.predictor", "roundrobin"},
    {"virtual.web.bind", "r2 r1"},
    {"virtual.web.overflow", "one-failed"},
    {"virtual.web.overflow-bind", "none"},
    {"virtual.web.replicate", "no"},
    {"virtual.web.forwarding", "direct"},
    {"virtual.web.timeout", "15min"},
    {"virtual.web.delay", "1s"},
    {"virtual.web.slowstart", "10s"},
    {"virtual.web.sticky", "2min"},
    {"virtual.web.assign", "198.18.0.0/24"},
    {"virtual.web.backup", "r1"},
    {"virtual.web.in-service", "no"},
    {"real.r1.address", "10.0.1.9:80:0:tcp"},
    {"real.r1.weight", "3"},
    {"real.r1.maxconns", "500"},
    {"real.r1.static", "web"},
    {"real.r1.service-time", "1ms"},
    {"real.r1.time-wait", "0s"},
    {"real.r1.keepalive", "60s 10s 3"},
    {"real.r1.idle-close", "5s"},
    {"real.r1.sockets", "100"},
    {"real.r1.threshold", "3"},
    {"real.r1.reassign", "5"},
    {"real.r1.retry", "10s"},
    {"real.r1.autounfail", "no"},
    {"real.r1.backup", "r2"},
    {"real.r1.in-service", "no"},
    {"real.r1.configured", NULL}, /* it is bound */
    {"replication.protocol", "none"},
    {"replication.port", "9000"},
    {"replication.udp-checksum", "no"},
    {"replication.interface", "1"},
    {"replication.delete-send", "always"},
    {"replication.bad-flags", "lenient"},
    {"replication.buddy-packet", "separate"},
    {"replication.repeats", "3"},
    {"replication.repeat-spacing", "20ms"},
    {"replication.sync-threshold", "4"},
    {"replication.sync-period", "60"},
    {"replication.sync-refresh-period", "10s"},
    {"replication.sync-retries", "2"},
    {"replication.sync-maxlen", "728"},
    {"replication.sync-ports", "4"},
    {"replication.sync-qlen-max", "2"},
    {"replication.sync-timeout-established", "10min"},
    {"replication.sync-timeout-syn-recv", "61s"},
    {"replication.sync-timeout-fin-wait", "62s"},
    {"replication.sync-timeout-time-wait", "63s"},
    {"replication.sync-timeout-close", "64s"},
    {"replication.sync-timeout-close-wait", "65s"},
    {"replication.sync-timeout-last-ack", "66s"},
    {"replication.sync-timeout-udp", "67s"},
    {"replication.exceptions", "yes"},
    {"replication.second-chance", "yes"},
    {"replication.replicate-after", "30s"},
    {"replication.replicate-jitter", "1s"},
    {"replication.defer", "yes"},
    {"replication.pfsync-buckets", "2"},
    {"replication.pfsync-stale", "overwrite"},
    {"replication.round-trip", "500us"},
    {"replication.blackout", "3"},
    {"replication.delete-delay", "20ms"},
    {"replication.digest-interval", "10s"},
    {"replication.join-rate", "1000"},
    {"replication.refresh-time", "60s"},
    {"replication.cache-timeout", "90s"},
    {"replication.ack-window", "20"},
    {"replication.resend-queue", "1000"},
    {"replication.fates", "lose create 3, delay datagram 7..9 20ms"},
    {"replication.bulk-sync", "500/s"},
    {"replication.send-budget", "2000/s"},
    {"replication.send-queue", "0"},
    {"replication.receive-budget", "3000/s"},
    {"replication.receive-buffer", "64kb"},
    {"link.replication.between", "A B"},
    {"link.replication.delay", "1ms"},
    {"link.replication.loss", "5%"},
    {"link.replication.duplicate", "1%"},
    {"link.replication.reorder", "1%"},
    {"link.replication.corrupt", "0.1%"},
    {"link.replication.rate", "1mbit"},
    {"link.replication.limit", "10"},
    {"link.replication.keep-order", "yes"},
    {"workload.browsers.virtual", "web"},
    {"workload.browsers.clients", "50"},
    {"workload.browsers.client-ports", "9000"},
    {"workload.browsers.time-wait", "0s"},
    {"workload.browsers.client-network", "203.0.113.0/24"},
    {"workload.browsers.beside", NULL}, /* has tests of its own: test_scenario.c */
    {"workload.browsers.opened-by", NULL}, /* and this: test_services.c */
    {"workload.browsers.arrivals", "constant 5/s"},
    {"workload.browsers.requests-per-connection", "3"},
    {"workload.browsers.think-time", "2s"},
    {"workload.browsers.request-size", "1kb"},
    {"workload.browsers.response-size", "1kb"},
    {"workload.browsers.application-timeout", "150s"},
    {"workload.browsers.patience", "10s"},
    {"workload.browsers.reconnect", "100ms"},
    {"workload.browsers.push-time", "5s"},
    {"workload.browsers.push-size", "1kb"},
    {"workload.browsers.keepalive", "on"},
    {"workload.asking.retry-time", "2s"},
    {"workload.asking.retries", "3"},
    {"workload.browsers.half-close", "yes"},
    {"workload.browsers.trace", NULL},
    {"workload.browsers.trace-copies", NULL},
    {"faults.crash", "at 11s crash active"},
    {"expect.who.casualties", "3 7..9"},
    {"expect.who.causes", "create_lost aged_out create_lost"},
    {"expect.who.unknown", "none"},
    {"expect.who.ghosts", "4"},
    {"variant.GROUP.KEY", NULL}, /* has tests of its own: test_variant.c */
    {"sweep.GROUP.KEY", NULL},
    {"output.directory", "elsewhere"},
    {"output.tables", "runs events"},
    {"output.confidence", "runs 99%"},
};

/* The row that a place in the table above is about. */
static const struct schema_key *row(unsigned i)
{
    return &schema_keys()[i];
}

static const char *last_part(const char *place)
{
    return strrchr(place, '.') + 1;
}

/* Walking the schema, the table of this test names every key of it, in its order: a
 * key cannot be added without being tested. */
START_TEST(every_key_is_in_the_table)
{
    unsigned count = 0;
    while (row(count)->name != NULL)
        count++;
    ck_assert_uint_eq(count, G_N_ELEMENTS(others));
    for (unsigned i = 0; i < count; i++)
        if (row(i)->group != GROUP_FAULTS && row(i)->group != GROUP_SWEEP
            && row(i)->group != GROUP_VARIANT)
            ck_assert_str_eq(last_part(others[i].place), row(i)->name);
}
END_TEST

/* With a workload of udp, for the keys that are for it alone. */
static char *make_text(void)
{
    return g_strconcat(sound_text, "[expect who]\ncauses = any\n"
                                   "[workload other]\narrivals = constant 1/s\n"
                                   "[virtual dns]\naddress = 192.0.2.53:53:0:udp\nbind = r3\n"
                                   "[real r3]\naddress = 10.0.1.3:53:0:udp\n"
                                   "[workload asking]\nvirtual = dns\n", NULL);
}

static char *set(const char *place, const char *value)
{
    return g_strdup_printf("%s=%s", place, value);
}

/* Each key takes its default and another value, and the other is what show prints:
 * nothing is accepted and then forgotten. */
START_TEST(keys_take_their_values)
{
    const struct schema_key *key = row((unsigned)_i);
    char *text = make_text();
    if (key->value != NULL && *key->value != '\0') {
        char *argument = set(others[_i].place, key->value);
        scenario_file_free(support_read(text, argument, NULL));
        g_free(argument);
    }
    if (others[_i].value != NULL) {
        char *argument = set(others[_i].place, others[_i].value);
        struct scenario_file *file = support_read(text, argument, NULL);
        char *shown = scenario_file_show(file);
        char *line = g_strdup_printf("\n%s = %s\n", last_part(others[_i].place), others[_i].value);
        ck_assert_msg(strstr(shown, line) != NULL, "%s is not in\n%s", line, shown);
        g_free(line);
        g_free(shown);
        scenario_file_free(file);
        g_free(argument);
    }
    g_free(text);
}
END_TEST

/* Rubbish is refused by every key but free text, with the place it was given. */
START_TEST(keys_refuse_rubbish)
{
    const struct schema_key *key = row((unsigned)_i);
    if (key->type == VALUE_TEXT && strcmp(key->name, "trace") != 0)
        return;
    char *text = make_text();
    char *argument = set(others[_i].place, "$rubbish!");
    char *message = support_refusal(text, argument, NULL);
    char *prefix = g_strdup_printf("--set %s: ", argument);
    ck_assert_msg(strstr(message, prefix) != NULL, "%s", message);
    g_free(prefix);
    g_free(message);
    g_free(argument);
    g_free(text);
}
END_TEST

/* "list keys" names every key with its default, and fits 80 columns. */
START_TEST(list_names_every_key)
{
    char *list = scenario_list_keys();
    char **lines = g_strsplit(list, "\n", -1);
    for (unsigned i = 0; lines[i] != NULL; i++)
        ck_assert_msg(strlen(lines[i]) <= 80, "%s", lines[i]);
    for (const struct schema_key *key = schema_keys(); key->name != NULL; key++) {
        char *start = g_strdup_printf("\n  %s =", key->name);
        ck_assert_msg(strstr(list, start) != NULL, "%s", key->name);
        g_free(start);
    }
    g_strfreev(lines);
    g_free(list);
}
END_TEST

Suite *schema_suite(void)
{
    Suite *suite = suite_create("schema");
    TCase *tests = tcase_create("schema");
    tcase_add_checked_fixture(tests, support_enter, support_leave);
    tcase_add_test(tests, every_key_is_in_the_table);
    tcase_add_loop_test(tests, keys_take_their_values, 0, G_N_ELEMENTS(others));
    tcase_add_loop_test(tests, keys_refuse_rubbish, 0, G_N_ELEMENTS(others));
    tcase_add_test(tests, list_names_every_key);
    suite_add_tcase(suite, tests);
    return suite;
}
