/* Values of several words: links, random quantities, addresses; and fault lines. */
#include "sim/scenario/fault_line.h"
#include "sim/scenario/link_value.h"
#include "sim/scenario/random_value.h"
#include "sim/scenario/value.h"
#include "tests/scenario/suites.h"

#include <math.h>
#include <string.h>

/* The canonical spelling of a key's value, or the problem. */
static char *spell(enum group_kind kind, const char *name, const char *text)
{
    char *problem = NULL;
    char *canonical = value_canonical(schema_key(kind, name), text, &problem);
    return canonical != NULL ? canonical : problem;
}

static const struct {
    enum group_kind kind;
    const char *key, *text, *spelled;
} spellings[] = {
    {GROUP_LINK, "loss", "random 5.0%", "5%"},
    {GROUP_LINK, "loss", "gemodel 1%", "gemodel 1%"},
    {GROUP_LINK, "loss", "gemodel 1.0% 20%  80% 0.1%", "gemodel 1% 20% 80% 0.1%"},
    {GROUP_LINK, "loss", "burst 5% 4.0", "burst 5% 4"},
    {GROUP_LINK, "loss", "outage 5% 8000us", "outage 5% 8ms"},
    {GROUP_LINK, "delay", "20ms", "20ms"},
    {GROUP_LINK, "delay", "20ms 4ms 25% distribution pareto", "20ms 4ms 25% distribution pareto"},
    {GROUP_LINK, "reorder", "2% gap 5", "2% gap 5"},
    {GROUP_LINK, "rate", "none", "none"},
    {GROUP_LINK, "rate", "1000kbit 24b", "1mbit 24b"},
    {GROUP_LINK, "keep_order", "on", "yes"},
    {GROUP_REAL, "service-time", "20ms constant", "20ms"},
    {GROUP_REAL, "service-time", "empirical times.csv", "empirical times.csv"},
    {GROUP_WORKLOAD, "requests-per-connection", "8 geometric", "8 geometric"},
    {GROUP_WORKLOAD, "response-size", "12000b lognormal 1.20", "12kb lognormal 1.2"},
    {GROUP_WORKLOAD, "arrivals", "poisson 350.0/s", "poisson 350/s"},
    {GROUP_WORKLOAD, "application-timeout", "none", "none"},
    {GROUP_WORKLOAD, "keepalive", "on", "on"},
    {GROUP_WORKLOAD, "keepalive", "7200s 75s 9", "120min 75s 9"},
    {GROUP_REAL, "keepalive", "60s 1000ms", "60s 1s"},
    {GROUP_VIRTUAL, "address", "192.0.2.80", "192.0.2.80:0:0:tcp"},
    {GROUP_VIRTUAL, "address", "192.0.2.80:80:1:udp", "192.0.2.80:80:1:udp"},
    {GROUP_VIRTUAL, "predictor", "wlc", "wlc"},
    {GROUP_VIRTUAL, "predictor", "lc", "leastconns"},
    {GROUP_VIRTUAL, "assign", "198.51.100.7", "198.51.100.7/32"},
    {GROUP_UNIT, "state", "BACKUP", "secondary"},
    {GROUP_REPLICATION, "delete-send", "if_created", "if-created"},
    {GROUP_OUTPUT, "tables", "events", "runs events"},
    {GROUP_FAULTS, "x", "at 20000ms  +-0.5s crash active", "at 20s +-500ms crash active"},
    {GROUP_FAULTS, "x", "at 20s +- 1s crash A", "at 20s +-1s crash A"},
    {GROUP_FAULTS, "x", "from 12s to 13000ms freeze B", "from 12s to 13s freeze B"},
    {GROUP_FAULTS, "x", "at 12s freeze standby for 1s", "at 12s freeze standby for 1s"},
    {GROUP_FAULTS, "x", "after y 4s link replication down", "after y 4s link replication down"},
    {GROUP_FAULTS, "x", "from 1s to 2s link hello rev.loss random 5%",
     "from 1s to 2s link hello rev.loss 5%"},
    {GROUP_FAULTS, "x", "at 1s link clients keep_order on for 2s",
     "at 1s link clients keep-order yes for 2s"},
};

/* Each value has one canonical spelling, and that spelling is its own. */
START_TEST(values_have_one_spelling)
{
    char *once = spell(spellings[_i].kind, spellings[_i].key, spellings[_i].text);
    ck_assert_str_eq(once, spellings[_i].spelled);
    char *twice = spell(spellings[_i].kind, spellings[_i].key, once);
    ck_assert_str_eq(twice, once);
    g_free(twice);
    g_free(once);
}
END_TEST

static const struct {
    enum group_kind kind;
    const char *key, *text, *part;
} refusals[] = {
    {GROUP_REAL, "keepalive", "9", "unit missing"},
    {GROUP_REAL, "keepalive", "1min 0s", "outside 1ms"},
    {GROUP_REAL, "keepalive", "1min 1s 0", "1 to 127 probes can be sent (write 9)"},
    {GROUP_REAL, "keepalive", "1min 1s 9 9", "one word too many"},
    {GROUP_LINK, "loss", "120%", "more than 100 % (write 5%, for example)"},
    {GROUP_LINK, "loss", "5% 25%", "gemodel"},
    {GROUP_LINK, "loss", "state 1% 30%", "not a loss model of this version"},
    {GROUP_LINK, "loss", "gemodel", "is missing"},
    {GROUP_LINK, "loss", "gemodel 1% 2% 3% 4% 5%", "one word too many"},
    {GROUP_LINK, "loss", "burst 5%", "the mean length of a burst"},
    {GROUP_LINK, "loss", "burst 5% 0.5", "1 packet or longer"},
    {GROUP_LINK, "loss", "burst 90% 1", "make them longer"},
    {GROUP_LINK, "loss", "outage 5%", "the mean length of an outage is missing"},
    {GROUP_LINK, "loss", "outage 5% 8", "unit missing"},
    {GROUP_LINK, "delay", "-5ms", "never negative"},
    {GROUP_LINK, "delay", "20ms distribution normal", "needs a jitter"},
    {GROUP_LINK, "delay", "20ms 4ms distribution cauchy", "uniform, normal, pareto"},
    {GROUP_LINK, "rate", "100mbps", "bytes a second to some"},
    {GROUP_LINK, "rate", "0kbit", "nothing passes"},
    {GROUP_LINK, "reorder", "2% gap", "the gap is missing"},
    {GROUP_LINK, "limit", "0", "outside 1..1000000"},
    {GROUP_FAILOVER, "detector", "heartbeat", "known: localdirector, vrrp, carp, bfd, oracle"},
    {GROUP_FAILOVER, "hello-time", "1ms", "outside 10ms..60min"},
    {GROUP_REPLICATION, "protocol", "patient", "did you mean patent?"},
    {GROUP_VIRTUAL, "predictor", "source", "known: leastconns, weighted, roundrobin, fastest, "
                                           "loaded, maglev, wlc"},
    {GROUP_VIRTUAL, "address", "192.0.2.80:99999", "port 99999 is not a number from 0 to 65535"},
    {GROUP_VIRTUAL, "address", "192.0.2.80:80:70000", "bind ID 70000"},
    {GROUP_VIRTUAL, "address", "192.0.2.80:80:0:sctp", "known: tcp, udp"},
    {GROUP_VIRTUAL, "address", "192.0.2.80:80:0:tcp:x", "not IP:port:bind-id:protocol"},
    {GROUP_VIRTUAL, "address", "web.example", "not an IPv4 address"},
    {GROUP_VIRTUAL, "bind", "r1 r1", "r1 is named twice"},
    {GROUP_VIRTUAL, "replicate", "maybe", "not yes or no"},
    {GROUP_WORKLOAD, "think-time", "1s geometric", "not known here"},
    {GROUP_WORKLOAD, "think-time", "1s uniform 2s", "below 0s"},
    {GROUP_WORKLOAD, "request-size", "0b", "less than 1b"},
    {GROUP_WORKLOAD, "requests-per-connection", "2.5", "a constant count is whole"},
    {GROUP_WORKLOAD, "requests-per-connection", "0.5 geometric", "less than 1"},
    {GROUP_WORKLOAD, "arrivals", "350/s", "write poisson 350/s"},
    {GROUP_WORKLOAD, "arrivals", "poisson 350", "unit missing"},
    {GROUP_WORKLOAD, "arrivals", "poisson 0/s", "nobody ever comes"},
    {GROUP_OUTPUT, "confidence", "95%", "write runs 95%"},
    {GROUP_OUTPUT, "confidence", "runs 100%", "50% to 99.99%"},
    {GROUP_FAULTS, "x", "crash active", "does not say when"},
    {GROUP_FAULTS, "x", "at 5 crash active", "unit missing"},
    {GROUP_FAULTS, "x", "at 5s explode A", "unknown action explode"},
    {GROUP_FAULTS, "x", "at 5s switchover A", "\"A\" is one word too many"},
    {GROUP_FAULTS, "x", "at 5s switchover for 1s", "has no end"},
    {GROUP_FAULTS, "x", "at 5s command", "who gets the command is missing"},
    {GROUP_FAULTS, "x", "at 5s command A", "the command is missing"},
    {GROUP_FAULTS, "x", "at 5s command A weight r1 0", "in quotes"},
    {GROUP_FAULTS, "x", "at 5s command A \"weight 10.0.1.1 0", "does not end"},
    {GROUP_FAULTS, "x", "at 5s command A \"failover\" now", "one word too many"},
    {GROUP_FAULTS, "x", "from 5s to 6s command A \"failover\"", "has no end"},
    {GROUP_FAULTS, "x", "at 5s crash", "whom it hits is missing"},
    {GROUP_FAULTS, "x", "at 5s freeze A", "a freeze needs an end"},
    {GROUP_FAULTS, "x", "from 5s to 6s crash A", "has no end"},
    {GROUP_FAULTS, "x", "from 6s to 5s freeze A", "it ends before it begins"},
    {GROUP_FAULTS, "x", "from 5s freeze A", "\"to\" is missing"},
    {GROUP_FAULTS, "x", "from 5s to 6s freeze A for 1s", "says already"},
    {GROUP_FAULTS, "x", "at 5s link clients", "what happens to the link is missing"},
    {GROUP_FAULTS, "x", "at 5s link clients lag 5ms", "not a key of a link"},
    {GROUP_FAULTS, "x", "at 5s link clients delay", "a time is missing"},
    {GROUP_FAULTS, "x", "at 5s link clients loss 120%", "more than 100 % (write 5%, for example)"},
    {GROUP_FAULTS, "x", "at 5s crash A B", "one word too many"},
    {GROUP_FAULTS, "x", "after y", "a time is missing"},
    {GROUP_FAULTS, "x", "at 5s +- crash A", "is not a time"},
};

/* Wrong values are refused for the right reason. */
START_TEST(wrong_values_are_refused)
{
    char *problem = NULL;
    char *canonical = value_canonical(schema_key(refusals[_i].kind, refusals[_i].key),
                                      refusals[_i].text, &problem);
    ck_assert_msg(canonical == NULL, "accepted: %s", canonical);
    ck_assert_msg(strstr(problem, refusals[_i].part) != NULL, "%s: %s", refusals[_i].text,
                  problem);
    g_free(problem);
}
END_TEST

static const struct {
    const char *text;
    enum loss_model model;
    double mean; /* stationary loss, by hand */
} losses[] = {
    {"0%", LOSS_NONE, 0},
    {"5%", LOSS_RANDOM, 0.05},
    {"gemodel 1% 20% 80% 0.1%", LOSS_GEMODEL, 0.8 / 21 + 0.001 * 20 / 21},
    {"gemodel 10%", LOSS_GEMODEL, 0.1},
    {"gemodel 1% 3%", LOSS_GEMODEL, 0.25},
    {"burst 5% 4", LOSS_GEMODEL, 0.05},
    {"burst 20% 10", LOSS_GEMODEL, 0.2},
    {"outage 5% 8ms", LOSS_OUTAGE, 0.05},
};

/* Every form of loss amounts to what its words say: the mean loss computed from the
 * model that was read is the one worked out by hand (interface 1.1). */
START_TEST(losses_mean_what_they_say)
{
    struct impairment impairment = impairment_default();
    GString *canonical = g_string_new(NULL);
    char *problem = NULL;
    ck_assert(link_value_read(VALUE_LOSS, losses[_i].text, &impairment, canonical, &problem));
    ck_assert_int_eq(impairment.loss.model, losses[_i].model);
    ck_assert_double_eq_tol(impairment_mean_loss(&impairment), losses[_i].mean, 1e-8);
    g_string_free(canonical, TRUE);
}
END_TEST

static const struct {
    enum value_type type;
    const char *text;
    enum distribution_kind kind;
    double mean, spread, sigma;
} randoms[] = {
    {VALUE_RANDOM_TIME, "20ms", DISTRIBUTION_CONSTANT, 2e7, 0, 0},
    {VALUE_RANDOM_TIME, "20ms exponential", DISTRIBUTION_EXPONENTIAL, 2e7, 0, 0},
    {VALUE_RANDOM_TIME, "20ms uniform 5ms", DISTRIBUTION_UNIFORM, 2e7, 5e6, 0},
    {VALUE_RANDOM_SIZE, "12kb lognormal 1.2", DISTRIBUTION_LOGNORMAL, 12000, 0, 1.2},
    {VALUE_RANDOM_COUNT, "2.5 geometric", DISTRIBUTION_GEOMETRIC, 2.5, 0, 0},
    {VALUE_RANDOM_COUNT, "8", DISTRIBUTION_CONSTANT, 8, 0, 0},
};

/* Random quantities arrive in nanoseconds, bytes and counts. */
START_TEST(randoms_are_in_their_units)
{
    struct distribution distribution;
    char *file, *problem = NULL;
    GString *canonical = g_string_new(NULL);
    ck_assert(random_value_read(randoms[_i].type, randoms[_i].text, &distribution, &file,
                                canonical, &problem));
    ck_assert_ptr_null(file);
    ck_assert_int_eq(distribution.kind, randoms[_i].kind);
    ck_assert_double_eq(distribution.mean, randoms[_i].mean);
    ck_assert_double_eq(distribution.spread, randoms[_i].spread);
    ck_assert_double_eq(distribution.sigma, randoms[_i].sigma);
    g_string_free(canonical, TRUE);
}
END_TEST

Suite *value_suite(void)
{
    Suite *suite = suite_create("value");
    TCase *tests = tcase_create("value");
    tcase_add_loop_test(tests, values_have_one_spelling, 0, G_N_ELEMENTS(spellings));
    tcase_add_loop_test(tests, wrong_values_are_refused, 0, G_N_ELEMENTS(refusals));
    tcase_add_loop_test(tests, losses_mean_what_they_say, 0, G_N_ELEMENTS(losses));
    tcase_add_loop_test(tests, randoms_are_in_their_units, 0, G_N_ELEMENTS(randoms));
    suite_add_tcase(suite, tests);
    return suite;
}

static const struct {
    const char *text;
    struct fault_line line;
} lines[] = {
    {"at 20s +-500ms crash active",
     {.when = FAULT_AT, .at = 20 * NSTIME_S, .spread = 500 * NSTIME_MS, .lasts = NSTIME_NEVER,
      .action = FAULT_CRASH, .subject = (char *)"active", .text = (char *)"crash active"}},
    {"after crash-a 15s restart A",
     {.when = FAULT_AFTER, .after = (char *)"crash-a", .at = 15 * NSTIME_S, .lasts = NSTIME_NEVER,
      .action = FAULT_RESTART, .subject = (char *)"A", .text = (char *)"restart A"}},
    {"from 12s to 13s link clients delay 40ms 1ms",
     {.when = FAULT_AT, .at = 12 * NSTIME_S, .lasts = NSTIME_S, .action = FAULT_LINK,
      .subject = (char *)"clients", .key = (char *)"delay", .value = (char *)"40ms 1ms",
      .text = (char *)"link clients delay 40ms 1ms"}},
    {"at 12s freeze B for 250ms",
     {.when = FAULT_AT, .at = 12 * NSTIME_S, .lasts = 250 * NSTIME_MS, .action = FAULT_FREEZE,
      .subject = (char *)"B", .text = (char *)"freeze B for 250ms"}},
    {"from 5s to 45s fail r1",
     {.when = FAULT_AT, .at = 5 * NSTIME_S, .lasts = 40 * NSTIME_S, .action = FAULT_FAIL,
      .subject = (char *)"r1", .text = (char *)"fail r1"}},
    {"at 9s recover r1",
     {.when = FAULT_AT, .at = 9 * NSTIME_S, .lasts = NSTIME_NEVER, .action = FAULT_RECOVER,
      .subject = (char *)"r1", .text = (char *)"recover r1"}},
    {"at 5s command A \"weight 10.0.1.3 0\"",
     {.when = FAULT_AT, .at = 5 * NSTIME_S, .lasts = NSTIME_NEVER, .action = FAULT_COMMAND,
      .subject = (char *)"A", .value = (char *)"weight 10.0.1.3 0",
      .text = (char *)"command A \"weight 10.0.1.3 0\""}},
    {"at 5s +-1s switchover",
     {.when = FAULT_AT, .at = 5 * NSTIME_S, .spread = NSTIME_S, .lasts = NSTIME_NEVER,
      .action = FAULT_SWITCHOVER, .subject = (char *)"active", .text = (char *)"switchover"}},
    {"at 3s link replication down",
     {.when = FAULT_AT, .at = 3 * NSTIME_S, .lasts = NSTIME_NEVER, .action = FAULT_LINK,
      .subject = (char *)"replication", .text = (char *)"link replication down"}},
};

/* A line of [faults] says when, for how long, what and whom. */
START_TEST(fault_lines_are_understood)
{
    const struct fault_line *wanted = &lines[_i].line;
    struct fault_line line;
    GString *canonical = g_string_new(NULL);
    char *problem = NULL;
    ck_assert(fault_line_read(lines[_i].text, &line, canonical, &problem));
    ck_assert_int_eq(line.when, wanted->when);
    ck_assert_pstr_eq(line.after, wanted->after);
    ck_assert_int_eq(line.at, wanted->at);
    ck_assert_int_eq(line.lasts, wanted->lasts);
    ck_assert_int_eq(line.spread, wanted->spread);
    ck_assert_int_eq(line.action, wanted->action);
    ck_assert_pstr_eq(line.subject, wanted->subject);
    ck_assert_pstr_eq(line.key, wanted->key);
    ck_assert_pstr_eq(line.value, wanted->value);
    ck_assert_pstr_eq(line.text, wanted->text);
    ck_assert_str_eq(canonical->str, lines[_i].text);
    fault_line_clear(&line);
    g_string_free(canonical, TRUE);
}
END_TEST

Suite *fault_line_suite(void)
{
    Suite *suite = suite_create("fault line");
    TCase *tests = tcase_create("fault line");
    tcase_add_loop_test(tests, fault_lines_are_understood, 0, G_N_ELEMENTS(lines));
    suite_add_tcase(suite, tests);
    return suite;
}
