/* Bad configuration in a scenario file, as a group and as an operator's command at a time:
 * a sentence that names the line, and no scenario. */
#include "tests/scenario/suites.h"
#include "tests/scenario/support.h"

/* Added to the sound scenario, whose first free line is 16. Of each mistake first the
 * file's form, then the operator's. */
static const struct {
    const char *more, *line;
} rows[] = {
    {"[real r3]\naddress = 10.0.1.3:80\nbackup = r4\n[real r4]\naddress = 10.0.1.4:80\nbackup ="
     " r3\n",
     "t.scn:21: [real r4] backup = r3: [real r3] falls back on [real r4] itself: requests would"
     " go in a circle (name another)"},
    {"x = at 5s command A \"backup 10.0.1.1:80 10.0.1.2:80\"\ny = at 6s command A \"backup"
     " 10.0.1.2:80 10.0.1.1:80\"\n",
     "t.scn:17: [faults] y = at 6s command A \"backup 10.0.1.2:80 10.0.1.1:80\": backup:"
     " 10.0.1.1:80 already falls back on 10.0.1.2:80, so a request could go round in a cycle;"
     " name another backup"},
    {"[real r3]\naddress = 10.0.1.3:80\nbackup = r3\n",
     "t.scn:18: [real r3] backup = r3: [real r3] falls back on [real r3] itself: requests would"
     " go in a circle (name another)"},
    {"x = at 5s command A \"backup 10.0.1.1:80 10.0.1.1:80\"\n",
     "t.scn:16: [faults] x = at 5s command A \"backup 10.0.1.1:80 10.0.1.1:80\": backup:"
     " 10.0.1.1:80 cannot be its own backup; name another machine"},
    {"[virtual v]\naddress = 192.0.2.81:80\nbind = r1\nbackup = web\n[virtual w]\naddress ="
     " 192.0.2.82:80\nbind = r1\nbackup = w\n",
     "t.scn:23: [virtual w] backup = w: [virtual w] falls back on [virtual w] itself: requests"
     " would go in a circle (name another)"},
    {"x = at 5s command A \"backup 10.0.1.1:80 192.0.2.80:80\"\n",
     "t.scn:16: [faults] x = at 5s command A \"backup 10.0.1.1:80 192.0.2.80:80\": backup:"
     " 192.0.2.80:80 already falls back on 10.0.1.1:80, so a request could go round in a cycle;"
     " name another backup"},
    {"[real r3]\naddress = 10.0.1.1:80\n[virtual v]\naddress = 192.0.2.81:80\nbind = r3\n",
     "t.scn:17: [real r3] address = 10.0.1.1:80:0:tcp: [real r1] has this address already (give"
     " another address, port or bind ID)"},
    {"x = at 5s command A \"real 10.0.1.1:80\"\n",
     "t.scn:16: [faults] x = at 5s command A \"real 10.0.1.1:80\": real: 10.0.1.1:80:0:tcp"
     " exists already; change its state with in-service or out-of-service"},
    {"[virtual v]\naddress = 192.0.2.80:80\nbind = r1\n",
     "t.scn:17: [virtual v] address = 192.0.2.80:80:0:tcp: [virtual web] has this address"
     " already (give another address, port or bind ID)"},
    {"x = at 5s command A \"virtual 192.0.2.80:80\"\n",
     "t.scn:16: [faults] x = at 5s command A \"virtual 192.0.2.80:80\": virtual:"
     " 192.0.2.80:80:0:tcp exists already; change its state with in-service or out-of-service"},
    {"[virtual v]\naddress = 10.0.1.1:80\nbind = r1\n",
     "t.scn:17: [virtual v] address = 10.0.1.1:80:0:tcp: [real r1] has this address already"
     " (give another address, port or bind ID)"},
    {"x = at 5s command A \"virtual 10.0.1.1:80\"\n",
     "t.scn:16: [faults] x = at 5s command A \"virtual 10.0.1.1:80\": virtual:"
     " 10.0.1.1:80:0:tcp exists already; change its state with in-service or out-of-service"},
    {"[virtual v]\naddress = 192.0.2.81:80\nbind =\n",
     "t.scn:18: [virtual v] bind = : a name is missing"},
    {"x = at 5s command A \"bind 192.0.2.80:80\"\n",
     "t.scn:16: [faults] x = at 5s command A \"bind 192.0.2.80:80\": bind: write bind VIRTUAL"
     " REAL.. [overflow]"},
    {"[virtual v]\naddress = 192.0.2.81:80\nbind = r9\n",
     "t.scn:18: [virtual v] bind = r9: no [real r9] in this file (did you mean r1?)"},
    {"x = at 5s command A \"bind 192.0.2.80:80 10.0.1.9:80\"\n",
     "t.scn:16: [faults] x = at 5s command A \"bind 192.0.2.80:80 10.0.1.9:80\": bind: no real"
     " machine 10.0.1.9:80 (make it first with: real 10.0.1.9:80)"},
    {"[virtual v]\naddress = 192.0.2.81:80\nbind = r1 r1\n",
     "t.scn:18: [virtual v] bind = r1 r1: r1 is named twice"},
    {"x = at 5s command A \"bind 192.0.2.80:80 10.0.1.1:80\"\n",
     "t.scn:16: [faults] x = at 5s command A \"bind 192.0.2.80:80 10.0.1.1:80\": bind:"
     " 10.0.1.1:80 is already bound to 192.0.2.80:80; leave it out"},
    {"[virtual v]\naddress = 192.0.2.81:80\nbind = r1\noverflow-bind = r1\n",
     "t.scn:19: [virtual v] overflow-bind = r1: [real r1] stands in bind as well (leave it out"
     " of one of the two)"},
    {"x = at 5s command A \"bind 192.0.2.80:80 10.0.1.1:80 overflow\"\n",
     "t.scn:16: [faults] x = at 5s command A \"bind 192.0.2.80:80 10.0.1.1:80 overflow\": bind:"
     " 10.0.1.1:80 is already bound to 192.0.2.80:80; leave it out"},
    {"[virtual v]\naddress = 192.0.2.81:80:70000\nbind = r1\n",
     "t.scn:17: [virtual v] address = 192.0.2.81:80:70000: bind ID 70000 is not a number from 0"
     " to 65535"},
    {"x = at 5s command A \"virtual 192.0.2.81:80:70000\"\n",
     "t.scn:16: [faults] x = at 5s command A \"virtual 192.0.2.81:80:70000\": virtual: in"
     " \"192.0.2.81:80:70000\" the bind ID is not a number from 0 to 65535; write"
     " ip[:port[:bindid[:tcp|udp]]]"},
    {"[virtual v]\naddress = 192.0.2.81:65536\nbind = r1\n",
     "t.scn:17: [virtual v] address = 192.0.2.81:65536: port 65536 is not a number from 0 to"
     " 65535"},
    {"x = at 5s command A \"virtual 192.0.2.81:65536\"\n",
     "t.scn:16: [faults] x = at 5s command A \"virtual 192.0.2.81:65536\": virtual: in"
     " \"192.0.2.81:65536\" the port is not a number from 0 to 65535; write"
     " ip[:port[:bindid[:tcp|udp]]]"},
    {"[real-defaults]\nweight = -1\n",
     "t.scn:17: [real-defaults] weight = -1: a whole number is never negative (write 3, for"
     " example)"},
    {"x = at 5s command A \"weight 10.0.1.1:80 -1\"\n",
     "t.scn:16: [faults] x = at 5s command A \"weight 10.0.1.1:80 -1\": weight: \"-1\" is not a"
     " number from 0 to 65535"},
    {"[real-defaults]\nweight = 65536\n",
     "t.scn:17: [real-defaults] weight = 65536: outside 0..65535"},
    {"x = at 5s command A \"weight 10.0.1.1:80 65536\"\n",
     "t.scn:16: [faults] x = at 5s command A \"weight 10.0.1.1:80 65536\": weight: \"65536\" is"
     " not a number from 0 to 65535"},
    {"[real-defaults]\nthreshold = 0\n",
     "t.scn:17: [real-defaults] threshold = 0: outside 1..1000000"},
    {"x = at 5s command A \"threshold 10.0.1.1:80 0\"\n",
     "t.scn:16: [faults] x = at 5s command A \"threshold 10.0.1.1:80 0\": threshold: \"0\" is"
     " not a number from 1 to 4294967295"},
    {"[real-defaults]\nreassign = 256\n",
     "t.scn:17: [real-defaults] reassign = 256: outside 1..255"},
    {"x = at 5s command A \"reassign 10.0.1.1:80 256\"\n",
     "t.scn:16: [faults] x = at 5s command A \"reassign 10.0.1.1:80 256\": reassign: \"256\" is"
     " not a number from 1 to 255"},
    {"[virtual v]\naddress = 192.0.2.81:80\nbind = r1\ntimeout = 0s\n",
     "t.scn:19: [virtual v] timeout = 0s: outside 1ms..100000min"},
    {"x = at 5s command A \"timeout 192.0.2.80:80 0\"\n",
     "t.scn:16: [faults] x = at 5s command A \"timeout 192.0.2.80:80 0\": timeout: \"0\" is not"
     " a time from 1ms to 5256000min; write seconds, or a number with us, ms, s or min"},
    {"[virtual v]\naddress = 192.0.2.81:80\nbind = r1\npredictor = best\n",
     "t.scn:19: [virtual v] predictor = best: unknown word best (known: leastconns, weighted,"
     " roundrobin, fastest, loaded, maglev, wlc)"},
    {"x = at 5s command A \"predictor 192.0.2.80:80 best\"\n",
     "t.scn:16: [faults] x = at 5s command A \"predictor 192.0.2.80:80 best\": predictor:"
     " unknown predictor \"best\"; write leastconns, weighted, roundrobin, fastest, loaded,"
     " maglev or wlc"},
    {"[virtual v]\naddress = 192.0.2.81:80\nbind = r1\nassign = 198.51.100.7/24\n",
     "t.scn:19: [virtual v] assign = 198.51.100.7/24: bits are set beyond the prefix (did you"
     " mean 198.51.100.0/24?)"},
    {"x = at 5s command A \"assign 192.0.2.80:80 198.51.100.7 255.255.255.0\"\n",
     "t.scn:16: [faults] x = at 5s command A \"assign 192.0.2.80:80 198.51.100.7"
     " 255.255.255.0\": assign: 198.51.100.7 has bits beyond the mask 255.255.255.0; write the"
     " network's own address"},
    {"[options]\nconn-real = both\n",
     "t.scn:17: [options] conn-real = both: unknown word both (known: direct, pointer)"},
    {"x = at 5s command A \"option conn-real both\"\n",
     "t.scn:16: [faults] x = at 5s command A \"option conn-real both\": option: \"both\" is no"
     " value of conn-real; write direct|pointer"},
    {"[failover]\nhello-misses = 0\n",
     "t.scn:17: [failover] hello-misses = 0: outside 1..100"},
    {"x = at 5s command A \"failover hellomisses 0\"\n",
     "t.scn:16: [faults] x = at 5s command A \"failover hellomisses 0\": failover hellomisses:"
     " \"0\" is not a number from 1 to 100"},
    {"[failover]\nfailover-address = 10.0.9.1\n",
     "t.scn:17: [failover] failover-address = 10.0.9.1: the active unit has this address (a"
     " pair has two, R-1001)"},
    {"x = at 5s command A \"failover ip address 10.0.9.1\"\n",
     "t.scn:16: [faults] x = at 5s command A \"failover ip address 10.0.9.1\": failover ip"
     " address: 10.0.9.1 is the other role's address already; write another"},
    {"x = at 5s command A \"no real 10.0.1.1:80\"\n",
     "t.scn:16: [faults] x = at 5s command A \"no real 10.0.1.1:80\": no real:"
     " 10.0.1.1:80:0:tcp is bound to 1 virtual machine; write no bind first, or add force"},
    {"[virtual v]\naddress = 192.0.2.81:80\nbind = r1\nassign = 198.51.100.0/24\n[virtual"
     " w]\naddress = 192.0.2.81:80:1\nbind = r1\nassign = 203.0.113.0/24 198.51.100.0/24\n",
     "t.scn:23: [virtual w] assign = 203.0.113.0/24 198.51.100.0/24: 198.51.100.0/24 is"
     " assigned to [virtual v] already (a client has one bind ID)"},
    {"x = at 5s command A \"no assign 192.0.2.80:80 198.51.100.0 255.255.255.0\"\n",
     "t.scn:16: [faults] x = at 5s command A \"no assign 192.0.2.80:80 198.51.100.0"
     " 255.255.255.0\": no assign: 198.51.100.0 is not assigned to 192.0.2.80:80; show"
     " configuration lists what is"},
};

/* A cycle of standbys, two identical machines, a bind to nothing, a bind ID of 70000, a
 * weight of -1, a machine in use removed, and what is like these (R-104, R-121, R-201, R-208,
 * */
START_TEST(a_mistake_is_a_sentence)
{
    char *text = g_strconcat(sound_text, rows[_i].more, NULL);
    char *message = support_refusal(text, NULL);
    support_expect_line(message, rows[_i].line);
    g_free(message);
    g_free(text);
}
END_TEST

/* What has nothing to overflow into is doubtful, but may be meant. */
START_TEST(an_idle_overflow_is_remarked)
{
    char *text = g_strconcat(sound_text, "[virtual v]\naddress = 192.0.2.81:80\nbind = r1\n"
                                         "overflow = busy\n", NULL);
    char *warnings = support_warnings(text);
    support_expect_line(warnings, "t.scn:19: [virtual v] overflow = busy: there is nothing to"
                                  " overflow into (name machines in overflow-bind)");
    g_free(warnings);
    g_free(text);
}
END_TEST

Suite *refusals_suite(void)
{
    Suite *suite = suite_create("refusals");
    TCase *tests = tcase_create("refusals");
    tcase_add_checked_fixture(tests, support_enter, support_leave);
    tcase_add_loop_test(tests, a_mistake_is_a_sentence, 0, G_N_ELEMENTS(rows));
    tcase_add_test(tests, an_idle_overflow_is_remarked);
    suite_add_tcase(suite, tests);
    return suite;
}
