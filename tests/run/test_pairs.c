/* Pairs of options (requirements, sections 14 and 15, no. 13): each pair of values of two
 * options runs a steady load and FTP into a crash. */
#include "tests/run/covering.h"
#include "tests/run/suites.h"
#include "tests/run/support.h"

#include "sim/run/rows.h"

#include <string.h>

/* A table of options: a row more is a test more. The group "virtual" is each of them. */
static const struct option {
    const char *group;
    const char *key;
    const char *values[COVERING_VALUES + 1]; /* the default first, NULL at the end */
    bool unseen; /* the patent says: not seen from outside */
} options[] = {
    {"options", "conn-real", {"direct", "pointer"}, true},             /* */
    {"options", "bind0", {"default", "none"}, false},                  /* */
    {"options", "active-on", {"ack", "synack", "syn"}, false},         /* */
    {"options", "rst-ditch", {"on", "off"}, false},                    /* */
    {"options", "fail-distinct-clients", {"off", "on"}, false},        /* */
    {"options", "standby-timeout", {"off", "2s"}, false},              /* */
    {"failover", "unknown-connection", {"drop", "reset"}, false},      /* */
    {"replication", "buddy-packet", {"same", "separate"}, true},       /* */
    {"replication", "delete-send", {"if-created", "always"}, false},   /* */
    {"replication", "bad-flags", {"reject", "lenient"}, false},        /* */
    {"replication", "bulk-sync", {"off", "100/s"}, false},             /* R-1106 */
    {"failover", "mirror", {"serial", "network", "none"}, false},      /* R-1201 */
    {"failover", "health-switch", {"off", "on"}, false},               /* R-1104 */
    {"failover", "mac", {"swapped", "own"}, false},                    /* R-1003 */
    {"virtual", "overflow", {"none", "busy", "one-failed", "all-failed"}, false}, /* */
    {"virtual", "replicate", {"no", "yes"}, false},                    /* */
};

enum { OPTIONS = G_N_ELEMENTS(options) };

/* A tenth of the creates is lost, a server fails and comes back, the machines get busy. */
static const char steady[] =
    "[scenario]\nduration = 4s\n[failover]\nhello-time = 100ms\n"
    "[virtual web]\naddress = 192.0.2.80:80\nassign = 198.18.0.0/15\nbind = r1 r2\n"
    "overflow-bind = r3\n"
    "[real-defaults]\nthreshold = 2\nreassign = 1\nretry = 1s\nmaxconns = 30\n"
    "[real r1]\naddress = 10.0.1.1:80\n[real r2]\naddress = 10.0.1.2:80\n"
    "[real r3]\naddress = 10.0.1.3:80\n[link replication]\nloss = 10%\n"
    "[workload browsers]\narrivals = poisson 40/s\nthink-time = 500ms exponential\n"
    "response-size = 1kb\n"
    "[faults]\ndead = from 1s to 2500ms fail r1\ncrash = at 3s crash active\n";

/* Control connections that would be forgotten without their data connections. */
static const char ftp[] =
    "[scenario]\nduration = 6s\n[failover]\nhello-time = 100ms\n"
    "[virtual control]\naddress = 192.0.2.80:21\nassign = 198.18.0.0/15\nbind = c1\n"
    "overflow-bind = c2\ntimeout = 1500ms\n"
    "[virtual data]\naddress = 192.0.2.80:20\nassign = 198.18.0.0/15\nbind = d1\n"
    "overflow-bind = d2\ntimeout = 1500ms\n"
    "[real c1]\naddress = 10.0.1.1:21\n[real d1]\naddress = 10.0.1.1:20\n"
    "[real c2]\naddress = 10.0.1.2:21\n[real d2]\naddress = 10.0.1.2:20\n"
    "[workload control]\nvirtual = control\narrivals = constant 10/s\n"
    "requests-per-connection = 2\nthink-time = 5s\nresponse-size = 200b\n"
    "[workload data]\nvirtual = data\nbeside = control\nrequests-per-connection = 24\n"
    "think-time = 200ms\nresponse-size = 1kb\n"
    "[faults]\ncrash = at 5s crash active\n";

static const struct world {
    const char *text;
    const char *virtuals[3];
} worlds[] = {
    {steady, {"web"}},
    {ftp, {"control", "data"}},
};

enum { WORLDS = G_N_ELEMENTS(worlds) };

static struct covering make_array(void)
{
    struct covering covering = {.columns = OPTIONS};
    for (unsigned i = 0; i < OPTIONS; i++)
        while (options[i].values[covering.values[i]] != NULL)
            covering.values[i]++;
    covering_make(&covering);
    return covering;
}

/* ---- running a row */

static void add_override(GArray *overrides, const char *group, const char *name,
                         const struct option *option, unsigned value)
{
    struct override override = {
        .key = name != NULL ? g_strdup_printf("%s.%s.%s", group, name, option->key)
                            : g_strdup_printf("%s.%s", group, option->key),
        .value = g_strdup(option->values[value]),
    };
    g_array_append_val(overrides, override);
}

static void clear_override(gpointer item)
{
    struct override *override = item;
    g_free(override->key);
    g_free(override->value);
}

static struct scenario *scenario_of(const struct world *world, const unsigned char *row)
{
    GArray *overrides = g_array_new(FALSE, FALSE, sizeof(struct override));
    g_array_set_clear_func(overrides, clear_override);
    for (unsigned i = 0; i < OPTIONS; i++) {
        const struct option *option = &options[i];
        if (strcmp(option->group, "virtual") != 0)
            add_override(overrides, option->group, NULL, option, row[i]);
        else
            for (unsigned v = 0; world->virtuals[v] != NULL; v++)
                add_override(overrides, option->group, world->virtuals[v], option, row[i]);
    }
    struct scenario *scenario = scenario_from_text_with(
        world->text, (const struct override *)(void *)overrides->data, overrides->len);
    g_array_free(overrides, TRUE);
    return scenario;
}

/* How many datagrams there were, and which number each had, is left out: of that the two
 * packet forms differ. */
static void forget_datagrams(struct run_result *result)
{
    result->replication_datagrams = result->replication_bytes = 0;
    result->work = (struct replication_work){0};
    result->worst_datagram = 0;
    for (uint32_t i = 0; i < result->row_count; i++)
        result->rows[i].datagram = (struct datagram_name){0};
}

/* The tables of a run, as they would stand in the files. */
static char *tables_of(const struct scenario *scenario, struct run_result *result)
{
    const struct rows_frame frame = {.scenario = scenario};
    GString *text = g_string_new(NULL);
    forget_datagrams(result);
    rows_run(text, &frame, 0, result);
    rows_connections(text, &frame, 0, result);
    return g_string_free(text, FALSE);
}

/* ---- what holds in each */

static const char *value_of(const unsigned char *row, const char *key)
{
    for (unsigned i = 0; i < OPTIONS; i++)
        if (strcmp(options[i].key, key) == 0)
            return options[i].values[row[i]];
    ck_abort_msg("no option %s", key);
}

/* The connections of whom a create reached the standby, by the journal. */
static GHashTable *told(const struct run_result *result)
{
    static const char begin[] = "\"event\":\"record-arrived\",\"connection\":";
    GHashTable *set = g_hash_table_new(NULL, NULL);
    for (const char *at = result->events; (at = strstr(at, begin)) != NULL;) {
        char *rest;
        unsigned long connection = strtoul(at + strlen(begin), &rest, 10);
        if (g_str_has_prefix(rest, ",\"record\":\"create\""))
            g_hash_table_add(set, GUINT_TO_POINTER(connection));
        at = rest;
    }
    return set;
}

/* Known is who was told and, with a standby-timeout, has not aged out: of those that count.
 * Who was still in the handshake may have been told of with another server (active-on). */
static void assert_known_as_told(const struct run_result *result, const unsigned char *row)
{
    bool ages = strcmp(value_of(row, "standby-timeout"), "off") != 0;
    GHashTable *arrived = told(result);
    ck_assert(strcmp(value_of(row, "replicate"), "yes") == 0
              || g_hash_table_size(arrived) == 0);
    for (uint32_t i = 0; i < result->row_count; i++) {
        const struct connection_row *connection = &result->rows[i];
        if (!state_counts(connection->state))
            continue;
        bool was_told = g_hash_table_contains(arrived, GUINT_TO_POINTER(connection->connection));
        bool aged = ages && was_told && !connection->known;
        ck_assert_msg(connection->known == was_told || aged, "connection %u",
                      connection->connection);
        ck_assert(!aged || connection->outcome == OUTCOME_SURVIVED
                  || connection->cause == CAUSE_AGED_OUT);
    }
    g_hash_table_destroy(arrived);
}

static void assert_sound(const struct run_result *result, const unsigned char *row)
{
    uint32_t causes = 0;
    ck_assert_uint_gt(result->counted, 40);
    ck_assert_uint_eq(result->outcomes[OUTCOME_CENSORED], 0);
    ck_assert_uint_eq(result->outcomes[OUTCOME_MISROUTED], 0);
    for (unsigned cause = 0; cause < CAUSE_COUNT; cause++)
        causes += cause != CAUSE_NONE ? result->causes[cause] : 0;
    ck_assert_uint_eq(causes, casualties(result));
    ck_assert_uint_eq(result->outcomes[OUTCOME_SURVIVED], result->known);
    assert_known_as_told(result, row);
}

static char *run_row(const struct world *world, const unsigned char *row)
{
    struct scenario *scenario = scenario_of(world, row);
    struct run_result *result = run_once(scenario);
    assert_sound(result, row);
    char *tables = tables_of(scenario, result);
    run_result_free(result);
    scenario_free(scenario);
    return tables;
}

/* ---- tests */

/* Every pair of values of two options stands in some row: what is run is what section 14
 * asks for. */
START_TEST(every_pair_is_run)
{
    struct covering array = make_array();
    ck_assert_uint_ge(array.rows, 12); /* the two with most values: 4 x 3 */
    for (unsigned i = 0; i < OPTIONS; i++)
        for (unsigned j = i + 1; j < OPTIONS; j++)
            for (unsigned a = 0; a < array.values[i]; a++)
                for (unsigned b = 0; b < array.values[j]; b++)
                    ck_assert_msg(covering_count(&array, i, a, j, b) > 0, "%s %s with %s %s",
                                  options[i].key, options[i].values[a], options[j].key,
                                  options[j].values[b]);
}
END_TEST

/* A row of options in both worlds: nothing breaks, every casualty has its cause, and known
 * is who was told. Another form of storage and of packet gives the same tables, byte by
 * byte (R-107, R-117, R-206, R-211, R-405, R-407, R-504, R-511, R-610, R-706, R-806, R-904,
 * R-1106, R-1201). */
START_TEST(pairs)
{
    struct covering array = make_array();
    const struct world *world = &worlds[_i % WORLDS];
    unsigned char *row = array.cell[_i / WORLDS];
    char *tables = run_row(world, row);
    for (unsigned i = 0; i < OPTIONS; i++) {
        if (!options[i].unseen)
            continue;
        row[i] = (unsigned char)!row[i];
        char *twin = run_row(world, row);
        ck_assert_msg(strcmp(tables, twin) == 0, "%s is seen from outside", options[i].key);
        row[i] = (unsigned char)!row[i];
        g_free(twin);
    }
    g_free(tables);
}
END_TEST

Suite *pairs_suite(void)
{
    Suite *suite = suite_create("run/pairs");
    TCase *tcase = tcase_create("options");
    tcase_set_timeout(tcase, 30);
    tcase_add_test(tcase, every_pair_is_run);
    tcase_add_loop_test(tcase, pairs, 0, (int)(make_array().rows * WORLDS));
    suite_add_tcase(suite, tcase);
    return suite;
}
