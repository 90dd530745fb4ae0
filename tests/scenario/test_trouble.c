/* Bad input: each mistake gives one line that names file, line, key and remedy. */
#include "tests/scenario/suites.h"
#include "tests/scenario/support.h"

#include <glib/gstdio.h>
#include <string.h>

/* Added to the sound scenario, whose first free line is 16 (and the list
 * "Bad input and trouble"). */
static const struct {
    const char *more, *line;
} rows[] = {
    /* the raw file */
    {"[real r1]\n", "t.scn:16: [real r1] given twice (first at line 7)"},
    {"[options]\nbind0 = none\nbind0 = default\n",
     "t.scn:18: [options] bind0 given twice (first at line 17)"},
    {"[options]\nactive-on = syn\nactive_on = ack\n",
     "t.scn:18: [options] active_on = ack: given twice (first at line 17)"},
    {"[unit A]\nrank = primary\nstate = MASTER\n",
     "t.scn:18: [unit A] state = MASTER: given twice (first at line 17)"},
    {"[unit A]\n[director A]\n", "t.scn:17: [unit A] given twice (first at line 16)"},
    {"[real-defaults]\n[real_defaults]\n",
     "t.scn:17: [real-defaults] given twice (first at line 16)"},
    {"[options]\nbind0[de] = none\n",
     "t.scn:17: [options] bind0[de] = none: key[x] is not known here (leave the brackets out)"},
    {"[options]\nbind0 = none # really\n",
     "t.scn:17: [options] bind0 = none # really: a comment after a value would become part of it "
     "(move it to a line of its own)"},
    {"[options] # choices\n",
     "t.scn:16: [options] # choices: something stands after the group's name (a comment needs a "
     "line of its own)"},
    {"[options]\nbind0\n",
     "t.scn:17: bind0: neither a [group], a key = value, nor a # comment"},
    {"[options]\n= none\n", "t.scn:17: [options]  = none: no key before the = (write KEY = VALUE)"},
    {"[]\n", "t.scn:16: []: not a group (write [KIND] or [KIND NAME])"},
    {"[\n", "t.scn:16: [: not a group (write [KIND] or [KIND NAME])"},
    {"[options\n", "t.scn:16: [options: not a group (write [KIND] or [KIND NAME])"},
    /* groups and keys */
    {"[vitrual x]\n", "t.scn:16: [vitrual x]: unknown group (did you mean virtual?)"},
    {"[expect x]\ncauses = create_lots\n", "t.scn:17: [expect x] causes = create_lots: "
     "\"create_lots\" is not a cause (did you mean create_lost?)"},
    {"[expect x]\ncasualties = 3 3\n", "t.scn:17: [expect x] casualties = 3 3: numbers ascend, and "
     "stay below 100000000"},
    {"[replication]\nfates = lose craete 3\n", "t.scn:17: [replication] fates = lose craete 3: "
     "\"craete\" is not what it befalls (write lose create 3, delay delete 4 20ms or double "
     "datagram 7..9)"},
    {"[replication]\nfates = lose datagram 0\n", "t.scn:17: [replication] fates = lose datagram 0: "
     "datagrams are numbered from 1"},
    {"[replication]\nfates = delay create 3\n", "t.scn:17: [replication] fates = delay create 3: "
     "how much later is missing"},
    {"[include x]\n", "t.scn:16: [include x]: not in this version (remove it)"},
    {"[virtual]\n", "t.scn:16: [virtual]: a name is missing (write [virtual NAME])"},
    {"[options x]\n", "t.scn:16: [options x]: has no name (write [options])"},
    {"[link backbone]\n", "t.scn:16: [link backbone]: no such link (known: clients servers "
                          "replication hello serial)"},
    {"[real a,b]\n", "t.scn:16: [real a,b]: not a name (letters, digits, - _ and . only; not a "
                     "word like active)"},
    {"[unit active]\n", "t.scn:16: [unit active]: not a name (letters, digits, - _ and . only; "
                        "not a word like active)"},
    {"[real r3]\nwieght = 3\n", "t.scn:17: [real r3] wieght: unknown key (did you mean weight?)"},
    {"[options]\nzebra = 1\n",
     "t.scn:17: [options] zebra: unknown key (understudy list keys prints all)"},
    {"[virtual v]\nminconns = 5\n",
     "t.scn:17: [virtual v] minconns: not in this version (remove it)"},
    {"[real r3]\nbackup = r7\n",
     "t.scn:17: [real r3] backup = r7: no [real r7] and no [virtual r7] in this file (name one "
     "that is)"},
    {"[real r3]\nbackup = v\n[virtual v]\naddress = 192.0.2.81:80\nbind = r3\n",
     "t.scn:17: [real r3] backup = v: [virtual v] falls back on [real r3] itself: requests "
     "would go in a circle (name another)"},
    {"[real r3]\nbackup = r4\n[real r4]\nbackup = r3\n",
     "t.scn:19: [real r4] backup = r3: [real r3] falls back on [real r4] itself: requests would "
     "go in a circle (name another)"},
    {"[sweep]\nfaults.crash = at 5s fail r7\n",
     "t.scn:17: [sweep] faults.crash = at 5s fail r7: no [real r7] in this file (did you mean "
     "r1?)"},
    {"[sweep]\nfaults.crash = at 5s recover r1 for 2s\n",
     "t.scn:17: [sweep] faults.crash = at 5s recover r1 for 2s: a crash, restart or recovery "
     "has no end (write at TIME, and a restart of its own)"},
    {"[link-defaults]\nrev.loss = 5%\n",
     "t.scn:17: [link-defaults] rev.loss: unknown key (understudy list keys prints all)"},
    /* values */
    {"[link replication]\nloss = 0.05\n",
     "t.scn:17: [link replication] loss = 0.05: percent sign missing (did you mean 5% or 0.05%?)"},
    {"[link replication]\nloss = 120%\n",
     "t.scn:17: [link replication] loss = 120%: more than 100 % (write 5%, for example)"},
    {"[link replication]\ndelay = -5ms\n",
     "t.scn:17: [link replication] delay = -5ms: a time is never negative (write 20ms, for "
     "example)"},
    {"[failover]\ndetector = heartbeat\n",
     "t.scn:17: [failover] detector = heartbeat: unknown word heartbeat (known: localdirector, "
     "vrrp, carp, bfd, oracle)"},
    {"[unit A]\npriority = 256\n",
     "t.scn:17: [unit A] priority = 256: outside 1..255"},
    /* commands at a time: refused as the director would refuse them */
    {"x = at 5s command A \"weight 10.0.1.9 0\"\n",
     "t.scn:16: [faults] x = at 5s command A \"weight 10.0.1.9 0\": weight: no real machine "
     "10.0.1.9 (make it first with: real 10.0.1.9)"},
    {"[replication]\nprotocol = carbon\n",
     "t.scn:17: [replication] protocol = carbon: unknown word carbon "
     "(known: none, patent, repeat, ipvs, hash, peers, delayed, pfsync, inline, "
     "understudy, alarm, ftfw)"},
    {"[virtual v]\naddress = web.example:80\nbind = r1\n",
     "t.scn:17: [virtual v] address = web.example:80: \"web.example\" is not an IPv4 address "
     "(write four numbers from 0 to 255: 192.0.2.80)"},
    /* machines */
    {"[virtual v]\naddress = 192.0.2.81:80\n",
     "t.scn:16: [virtual v] bind: bound to nothing (write bind = and the names of its [real "
     "NAME]s)"},
    {"[virtual v]\nbind = r1\n",
     "t.scn:16: [virtual v] address: missing (write address = IP:port:bind-id:protocol)"},
    {"[virtual v]\naddress = 192.0.2.81:80\nbind = r1 r9\n",
     "t.scn:18: [virtual v] bind = r1 r9: no [real r9] in this file (did you mean r1?)"},
    {"[real r3]\naddress = 10.0.1.3:80\n",
     "t.scn:16: [real r3]: bound to nothing (name it in bind = of a [virtual NAME], or remove "
     "it)"},
    {"[real r3]\naddress = 10.0.1.3:80\nconfigured = no\n"
     "[virtual v]\naddress = 192.0.2.81:80\nbind = r3\n",
     "t.scn:18: [real r3] configured = no: a virtual or real machine needs it from the start "
     "(leave it out of bind = and backup =, and bind it by a command of [faults])"},
    {"[virtual v]\naddress = 192.0.2.80:80:0:tcp\nbind = r1\n",
     "t.scn:17: [virtual v] address = 192.0.2.80:80:0:tcp: [virtual web] has this address already "
     "(give another address, port or bind ID)"},
    {"[virtual v]\naddress = 192.0.2.81:80:0:udp\nbind = r1\n",
     "t.scn:18: [virtual v] bind = r1: [real r1] speaks another protocol (bind tcp to tcp, udp to "
     "udp)"},
    {"[workload w]\nbeside = w\n",
     "t.scn:17: [workload w] beside = w: neither may be beside another or follow a trace (name a "
     "workload with arrivals of its own)"},
    {"[workload w]\nbeside = browsers\nclients = 5\n",
     "t.scn:18: [workload w] clients = 5: the workload that this one is beside says it (remove "
     "one of the two)"},
    {"[real r3]\naddress = 10.0.1.3:80\nstatic = wab\n[virtual v]\naddress = 192.0.2.81:80\n"
     "bind = r3\n",
     "t.scn:18: [real r3] static = wab: no [virtual wab] in this file (did you mean web?)"},
    {"[failover]\naddress = 10.0.1.1\n",
     "t.scn:8: [real r1] address = 10.0.1.1:80:0:tcp: the pair has this address itself (see "
     "address and failover-address in [failover])"},
    {"[failover]\naddress = 10.0.9.2\n",
     "t.scn:16: [failover] failover-address: the active unit has this address (a pair has two, "
     "R-1001)"},
    {"[unit A]\n[unit B]\n[unit C]\n",
     "t.scn:18: [unit C]: a pair has two units, and this makes 3 (name both, or none: they are A "
     "and B then; a third one has rank = spare)"},
    {"[unit A]\nrank = secondary\n[unit B]\nrank = secondary\n",
     "t.scn:19: [unit B] rank = secondary: both units are secondary (a pair has a primary and a "
     "secondary)"},
    {"[failover]\nhello-time = 1s\nhello-phase = 1s\n",
     "t.scn:18: [failover] hello-phase = 1s: lies outside the period (give less than hello-time)"},
    /* links */
    {"[link replication]\ndelay = 0us\nreorder = 2%\n",
     "t.scn:18: [link replication] reorder = 2%: reorder needs a delay: chosen packets go at once, "
     "the others wait (write delay = 20ms, for example)"},
    {"[link replication]\nrev.delay = 0us\nrev.reorder = 2%\n",
     "t.scn:18: [link replication] rev.reorder = 2%: reorder needs a delay: chosen packets go at "
     "once, the others wait (write delay = 20ms, for example)"},
    {"[link clients]\nbetween = A B\n",
     "t.scn:17: [link clients] between = A B: this link joins clients units (write clients "
     "units)"},
    /* workloads */
    {"[workload w]\nvirtual = wbe\n",
     "t.scn:17: [workload w] virtual = wbe: no [virtual wbe] in this file (did you mean web?)"},
    {"[workload w]\nclients = 1\narrivals = poisson 5000/s\n",
     "t.scn:17: [workload w] clients = 1: 1 client has 28232 ports for one virtual address, "
     "100000 are needed with 60s of TIME_WAIT (write clients = 4 or more, or fewer arrivals)"},
    {"[workload w]\nclients = 10\nclient-ports = 20\ntime-wait = 1s\n",
     "t.scn:17: [workload w] clients = 10: 10 clients have 200 ports for one virtual address, "
     "817 are needed with 1s of TIME_WAIT (write clients = 41 or more, or fewer arrivals)"},
    {"[real-defaults]\nidle-close = 200ms\n[workload w]\nclients = 10\nclient-ports = 20\n"
     "time-wait = 1s\n",
     "t.scn:19: [workload w] clients = 10: 10 clients have 200 ports for one virtual address, "
     "257 are needed with 1s of TIME_WAIT (write clients = 13 or more, or fewer arrivals)"},
    {"[workload w]\nclients = 300\nclient-network = 203.0.113.0/24\n",
     "t.scn:18: [workload w] client-network = 203.0.113.0/24: holds 254 clients, 300 are wanted "
     "(give a larger network, or fewer clients)"},
    {"[workload w]\nclient-network = 192.0.2.0/24\n",
     "t.scn:17: [workload w] client-network = 192.0.2.0/24: the address of web lies in it (give "
     "another network)"},
    {"[workload w]\nclient-network = 203.0.113.0/24\n[workload v]\n"
     "client-network = 203.0.113.0/25\n",
     "t.scn:19: [workload v] client-network = 203.0.113.0/25: shares addresses with [workload w], "
     "and both ask the same virtual address (give each its own network)"},
    {"[workload w]\nclients = 200000\n",
     "t.scn:16: [workload w] client-network: 200000 clients find no room in 198.18.0.0/15 (give "
     "client-network)"},
    {"[workload w]\ntrace = absent.csv\nclients = 5\n",
     "t.scn:18: [workload w] clients = 5: a trace says this itself (remove one of the two)"},
    {"[workload w]\ntrace-copies = 3\n",
     "t.scn:17: [workload w] trace-copies = 3: there is no trace to copy (write trace = FILE)"},
    {"[virtual v]\naddress = 192.0.2.81\nbind = r1\n[workload w]\nvirtual = v\n",
     "t.scn:20: [workload w] virtual = v: [virtual v] stands for all ports: clients need one (give "
     "its address a port)"},
    /* the sweep */
    {"[sweep]\nlink.replication.los = 1%; 2%\n",
     "t.scn:17: [sweep] link.replication.los = 1%; 2%: unknown key los (did you mean loss?)"},
    {"[sweep]\nlink.replicaton.loss = 1%\n",
     "t.scn:17: [sweep] link.replicaton.loss = 1%: no such group (did you mean "
     "link.replication?)"},
    {"[sweep]\nloss = 1%\n",
     "t.scn:17: [sweep] loss = 1%: no such group (write GROUP.KEY, as in link.replication.loss)"},
    {"[sweep]\nlink.replication.loss = 1%; 2\n",
     "t.scn:17: [sweep] link.replication.loss = 2: percent sign missing (did you mean 2%?)"},
    {"[sweep]\nlink.replication.loss = 1%; 1.0%\n",
     "t.scn:17: [sweep] link.replication.loss = 1.0%: stands twice on this axis (remove one)"},
    {"[sweep]\nlink.replication.loss = 1%;\n",
     "t.scn:17: [sweep] link.replication.loss = 1%;: an empty value (write VALUE; VALUE)"},
    {"[sweep]\nlink.replication.loss = 5%..1% step 1%\n",
     "t.scn:17: [sweep] link.replication.loss = 5%..1% step 1%: a range goes up in steps, 100000 "
     "at most (write 0%..50% step 5%, for example)"},
    {"[sweep]\nlink.replication.loss =\n",
     "t.scn:17: [sweep] link.replication.loss = : no value (write VALUE; VALUE)"},
    {"[sweep]\nscenario.seed = 1; 2\n",
     "t.scn:17: [sweep] scenario.seed = 1; 2: cannot be swept: it belongs to the whole of a "
     "sweep"},
    {"[sweep]\nfaults.bang = at 5s crash A\n",
     "t.scn:17: [sweep] faults.bang = at 5s crash A: no fault has this label (write it in [faults] "
     "first)"},
    {"[sweep]\nzip = yes\nlink.replication.loss = 1%; 2%\nlink.replication.limit = 5\n",
     "t.scn:16: [sweep] zip = yes: the axes differ in length (give each as many values)"},
    {"[sweep]\nfailover.hello-time = 1s; 2s\nfailover.hello_time = 3s\n",
     "t.scn:18: [sweep] failover.hello_time = 3s: this key has an axis already (remove one)"},
    {"[sweep]\nstop = survival within 1%\n",
     "t.scn:17: [sweep] stop = survival within 1%: not in this version (remove it)"},
    /* wrong only at one point of the sweep */
    {"[sweep]\nscenario.duration = 5s; 20s\n",
     "t.scn:14: [faults] crash = at 10s crash active: comes after the end: every fault begins "
     "before duration = 5s (make duration longer, or the fault earlier)"},
    {"[sweep]\nfaults.crash = at 5s crash active; at 25s crash active\n",
     "t.scn:17: [sweep] faults.crash = at 25s crash active: comes after the end: every fault "
     "begins before duration = 20s (make duration longer, or the fault earlier)"},
    {"[sweep]\nvirtual.web.bind = r1; r1 r2\n",
     "t.scn:9: [real r2]: bound to nothing (name it in bind = of a [virtual NAME], or remove it)"},
};

/* One mistake in a sound file gives this line of the message. */
START_TEST(one_mistake_is_one_line)
{
    char *text = g_strconcat(sound_text, rows[_i].more, NULL);
    char *message = support_refusal(text, NULL);
    support_expect_line(message, rows[_i].line);
    g_free(message);
    g_free(text);
}
END_TEST

static const struct {
    const char *fault, *what;
} faults[] = {
    {"at 5s crash C", "nobody is called C (did you mean A?)"},
    {"at 5s crash nobody",
     "nobody is called nobody (known: active, standby, primary, secondary, A, B)"},
    {"at 5s link backbone down",
     "no [link backbone] in this file (known: clients, servers, replication, hello, serial)"},
    {"at 20s crash active", "comes after the end: every fault begins before duration = 20s (make "
                            "duration longer, or the fault earlier)"},
    {"at 19s +-1s crash active", "comes after the end: every fault begins before duration = 20s "
                                 "(make duration longer, or the fault earlier)"},
    {"at 1s +-2s crash active", "the spread is larger than the time before it"},
    {"after crash 11s restart A", "comes after the end: every fault begins before duration = 20s "
                                  "(make duration longer, or the fault earlier)"},
    {"from 19s to 21s freeze A", "ends after the end: every fault is over at duration = 20s (make "
                                 "duration longer, or the fault shorter)"},
    {"after crush 1s restart A", "no fault has the label crush (did you mean crash?)"},
    {"after bad 1s restart A", "waits for itself in a circle (let one of them be at TIME)"},
};

/* Faults that name nobody, come too late or go in a circle. */
START_TEST(impossible_faults_are_refused)
{
    char *text = g_strdup_printf("%sbad = %s\n", sound_text, faults[_i].fault);
    char *message = support_refusal(text, NULL);
    char *line = g_strdup_printf("t.scn:16: [faults] bad = %s: %s", faults[_i].fault,
                                 faults[_i].what);
    ck_assert_str_eq(message, line);
    g_free(line);
    g_free(message);
    g_free(text);
}
END_TEST

static const struct {
    const char *set, *line;
} sets[] = {
    {"link.replication.loss=0.05",
     "--set link.replication.loss=0.05: percent sign missing (did you mean 5% or 0.05%?)"},
    {"real.r9.weight=3", "--set real.r9.weight=3: no such group (did you mean real.r1?)"},
    {"real.r1.wieght=3", "--set real.r1.wieght=3: unknown key wieght (did you mean weight?)"},
    {"seed=3", "--set seed=3: no such group (write GROUP.KEY, as in link.replication.loss)"},
    {"virtual.web.bind=r9", "--set virtual.web.bind=r9: no [real r9] in this file (did you mean "
                            "r1?)"},
    {"scenario.measure=bang", "--set scenario.measure=bang: no fault has the label bang (known: "
                              "crash)"},
};

/* A wrong --set is reported as it was typed. */
START_TEST(wrong_overrides_are_named)
{
    char *message = support_refusal(sound_text, sets[_i].set, NULL);
    support_expect_line(message, sets[_i].line);
    g_free(message);
}
END_TEST

/* measure must name a fault that can end connections. */
START_TEST(measure_names_a_failure)
{
    char *text = g_strconcat(sound_text, "slow = at 5s link clients delay 1ms\n", NULL);
    char *message = support_refusal(text, "scenario.measure=slow", NULL);
    ck_assert_str_eq(message, "--set scenario.measure=slow: takes nothing away (name a crash, "
                              "freeze, loss of power, interface or link down, cable pulled, "
                              "fail, drain, switchover or command)");
    g_free(message);
    g_free(text);
}
END_TEST

/* All mistakes of a file are reported at once, in the order of its lines, those of
 * --set last (interface, section 6). */
START_TEST(all_mistakes_at_once)
{
    const char *text = "[scenario]\ndurration = 5s\nseed = -1\n[virtual web]\nadress = x\n"
                       "bind = r1\n[link clients]\nloss = 5\n";
    char *message = support_refusal(text, "output.confidence=95%", NULL);
    ck_assert_str_eq(message,
        "t.scn: no [workload NAME]: nobody asks for anything (add one)\n"
        "t.scn:2: [scenario] durration: unknown key (did you mean duration?)\n"
        "t.scn:3: [scenario] seed = -1: a whole number is never negative (write 3, for example)\n"
        "t.scn:4: [virtual web] address: missing (write address = IP:port:bind-id:protocol)\n"
        "t.scn:5: [virtual web] adress: unknown key (did you mean address?)\n"
        "t.scn:6: [virtual web] bind = r1: no [real r1] in this file\n"
        "t.scn:8: [link clients] loss = 5: percent sign missing (did you mean 5%?)\n"
        "--set output.confidence=95%: intervals are taken over runs (write runs 95%)");
    g_free(message);
}
END_TEST

/* A file without anything to balance says so. */
START_TEST(no_virtual_is_said)
{
    char *message = support_refusal("[workload w]\n", NULL);
    ck_assert_str_eq(message, "t.scn: no [virtual NAME]: there is nothing to balance (add one, "
                              "with an address and bind)");
    g_free(message);
}
END_TEST

static void expect_load_error(const char *path, const char *wanted)
{
    GError *error = NULL;
    ck_assert_ptr_null(scenario_file_read(path, NULL, 0, NULL, &error));
    ck_assert_str_eq(error->message, wanted);
    g_error_free(error);
}

/* Missing, empty, a directory, or not text at all. */
START_TEST(files_that_are_no_scenarios)
{
    expect_load_error("absent.scn", "absent.scn: no such file");
    support_write("empty.scn", "");
    expect_load_error("empty.scn", "empty.scn: is empty (a scenario needs a [virtual], a [real] "
                                   "and a [workload])");
    expect_load_error(".", ".: is a directory (give a scenario file)");
    ck_assert(g_file_set_contents("nul.scn", "[scenario]\0[x]\n", 15, NULL));
    expect_load_error("nul.scn", "nul.scn: is not a text file (bytes that are not UTF-8 text)");
    support_write("latin.scn", "[scenario]\ntitle = caf\xe9\n");
    expect_load_error("latin.scn", "latin.scn: is not a text file (bytes that are not UTF-8 "
                                   "text)");
}
END_TEST

/* A trace with a broken row, and an empirical table with one, are named by file and
 * row in the message. */
START_TEST(broken_tables_are_named_by_row)
{
    support_write("log.csv", "start_s,duration_s,client,client_port,request_bytes,response_bytes\n"
                             "0,1,10.1.1.2,0,100,200\n1,x,10.1.1.1,0,100,200\n");
    support_write("sizes.csv", "bytes,percentile\n0,0\n500,60\n100,100\n");
    char *text = g_strconcat(sound_text, "[workload w]\ntrace = log.csv\n"
                             "response-size = empirical sizes.csv\n", NULL);
    char *message = support_refusal(text, NULL);
    ck_assert_msg(strstr(message, "t.scn:17: [workload w] trace = log.csv: log.csv:3: ") != NULL,
                  "%s", message);
    support_expect_line(message, "t.scn:18: [workload w] response-size = empirical sizes.csv: "
                                 "sizes.csv:4: a value must be a number, 0 or more, and not below "
                                 "the row before");
    g_free(message);
    g_free(text);
}
END_TEST

/* One client of a trace that opens more connections within 60 s than it has ports is
 * refused; the same number of them spread over two clients is not. */
START_TEST(traces_need_ports_too)
{
    char *text = g_strconcat(sound_text, "[workload w]\ntrace = log.csv\n", NULL);
    for (unsigned clients = 1; clients <= 2; clients++) {
        GString *log = g_string_new("start_s,duration_s,client,client_port,request_bytes,"
                                    "response_bytes\n");
        for (unsigned i = 0; i < 28233; i++)
            g_string_append_printf(log, "%u.%03u,1,c%u,0,1,1\n", i / 1000, i % 1000, i % clients);
        support_write("log.csv", log->str);
        g_string_free(log, TRUE);
        if (clients == 2) {
            scenario_file_free(support_read(text, NULL));
            continue;
        }
        char *message = support_refusal(text, NULL);
        support_expect_line(message, "t.scn:17: [workload w] trace = log.csv: one of its clients "
                                     "needs 28233 ports at a time with 60s of TIME_WAIT, and has "
                                     "28232 for one virtual address (split it up among several)");
        g_free(message);
    }
    g_free(text);
}
END_TEST

Suite *trouble_suite(void)
{
    Suite *suite = suite_create("trouble");
    TCase *tests = tcase_create("trouble");
    tcase_add_checked_fixture(tests, support_enter, support_leave);
    tcase_add_loop_test(tests, one_mistake_is_one_line, 0, G_N_ELEMENTS(rows));
    tcase_add_loop_test(tests, impossible_faults_are_refused, 0, G_N_ELEMENTS(faults));
    tcase_add_loop_test(tests, wrong_overrides_are_named, 0, G_N_ELEMENTS(sets));
    tcase_add_test(tests, measure_names_a_failure);
    tcase_add_test(tests, all_mistakes_at_once);
    tcase_add_test(tests, no_virtual_is_said);
    tcase_add_test(tests, files_that_are_no_scenarios);
    tcase_add_test(tests, broken_tables_are_named_by_row);
    tcase_add_test(tests, traces_need_ports_too);
    suite_add_tcase(suite, tests);
    return suite;
}
