#include "sim/scenario/schema.h"

#include <string.h>

static const struct schema_group groups[GROUP_KINDS] = {
    [GROUP_SCENARIO] = {"scenario", NULL, false, NULL, "the run as a whole"},
    [GROUP_UNIT] = {"unit", "director", true, NULL,
                    "a director; A and B are there without being named, a third may be a spare"},
    [GROUP_FAILOVER] = {"failover", NULL, false, NULL, "how a failure is noticed, and then"},
    [GROUP_OPTIONS] = {"options", NULL, false, NULL, "choices of the director"},
    [GROUP_VIRTUAL] = {"virtual", NULL, true, NULL, "a virtual machine: what clients see"},
    [GROUP_REAL_DEFAULTS] = {"real-defaults", NULL, false, NULL, "for every [real NAME]"},
    [GROUP_REAL] = {"real", NULL, true, NULL, "a real (physical) machine: a server"},
    [GROUP_REPLICATION] = {"replication", NULL, false, NULL, "how the standby learns connections"},
    [GROUP_LINK_DEFAULTS] = {"link-defaults", NULL, false, NULL, "for every [link NAME]"},
    [GROUP_LINK] = {"link", NULL, true, "clients servers replication hello serial",
                    "values of tc-netem; rev.KEY is for the reverse direction only"},
    [GROUP_WORKLOAD] = {"workload", NULL, true, NULL, "clients and what they ask for"},
    [GROUP_FAULTS] = {"faults", NULL, false, NULL, "what breaks, and when"},
    [GROUP_EXPECT] = {"expect", NULL, true, NULL, "what a run must come to, exactly"},
    [GROUP_VARIANT] = {"variant", NULL, true, NULL, "settings that go together in the sweep"},
    [GROUP_SWEEP] = {"sweep", NULL, false, NULL, "which values \"sweep\" tries"},
    [GROUP_OUTPUT] = {"output", NULL, false, NULL, "what is written"},
};

#define ANY_TIME "0s..100000min"
#define SOME_TIME "1ms..100000min"

static const struct schema_key keys[] = {
    {GROUP_SCENARIO, "format", NULL, VALUE_WORD, "1", NULL, "1", false, "version of this format"},
    {GROUP_SCENARIO, "title", NULL, VALUE_TEXT, NULL, NULL, "", false,
     "shown above tables and plots (empty: the file's name)"},
    {GROUP_SCENARIO, "duration", NULL, VALUE_TIME, "1ms..10000min", NULL, "20s", false,
     "connections are opened until here; then the roll call"},
    {GROUP_SCENARIO, "drain", NULL, VALUE_TIME, ANY_TIME, "auto", "auto", false,
     "at most so long until all are decided (auto: 120min, TCP's 15 retries several times, and "
     "twice the longest application-timeout)"},
    {GROUP_SCENARIO, "roll-call", NULL, VALUE_WORD, "client/yes server no", NULL, "client", false,
     "at duration every undecided connection sends one request, or its server one message"},
    {GROUP_SCENARIO, "seed", NULL, VALUE_COUNT, "0..18446744073709551615", NULL, "20260101", false,
     "all chance grows from it"},
    {GROUP_SCENARIO, "repetitions", NULL, VALUE_COUNT, "1..1000000", NULL, "20", false,
     "runs of each point of a sweep"},
    {GROUP_SCENARIO, "measure", NULL, VALUE_NAME, NULL, "auto none preempt", "auto", false,
     "the fault whose instant decides which connections count (auto: the first crash, freeze, "
     "power off or switchover; preempt: the first preemption, detector vrrp)"},
    {GROUP_SCENARIO, "twin", NULL, VALUE_YESNO, NULL, "auto", "auto", false,
     "each run is run again without the measured fault, to tell whom it harmed (auto: by \"run\", "
     "not by \"sweep\", which then takes twice as long)"},
    {GROUP_SCENARIO, "form", NULL, VALUE_WORD,
     "none known ghost-rate ghost-known bytes balanced-anew stall delayed roof buffered unexpired "
     "refreshed asked-for", NULL, "none", false,
     "the closed form that the runs are to meet: adds its columns and its metrics"},
    {GROUP_SCENARIO, "virtual-crashes", NULL, VALUE_INSTANTS, "60..10000000", "off", "off", false,
     "at so many instants \"known\" is asked as if the active unit crashed then (from: half of "
     "to; to: the measured fault, or duration)"},

    {GROUP_UNIT, "rank", "state", VALUE_WORD, "primary/MASTER secondary/BACKUP spare", "auto",
     "auto", false,
     "the primary is active at the start (auto: the first unit named); a spare is a third unit"},
    {GROUP_UNIT, "priority", NULL, VALUE_COUNT, "1..255", NULL, "100", false,
     "vrrp: who goes first, and how short the skew is"},
    {GROUP_UNIT, "capacity", NULL, VALUE_FREQUENCY, "1/s..1000000000/s", "none", "none", false,
     "packets a second that it can take in: both sides, hellos and records together"},
    {GROUP_UNIT, "backlog", NULL, VALUE_COUNT, "0..1000000", NULL, "1000", false,
     "packets that may wait for that (Linux's netdev_max_backlog)"},

    {GROUP_FAILOVER, "detector", NULL, VALUE_WORD, "localdirector vrrp carp bfd oracle", NULL,
     "localdirector", false, "how the standby notices a failure"},
    {GROUP_FAILOVER, "hello-time", NULL, VALUE_TIME, "10ms..60min", NULL, "15s", false,
     "from hello to hello"},
    {GROUP_FAILOVER, "hello-misses", NULL, VALUE_COUNT, "1..100", NULL, "2", false,
     "hellos missed in a row until the peer is taken for failed"},
    {GROUP_FAILOVER, "advert-int", NULL, VALUE_TIME, "1ms..60min", NULL, "1s", false,
     "vrrp: from advertisement to advertisement"},
    {GROUP_FAILOVER, "down-timer-adverts", NULL, VALUE_COUNT, "1..100", NULL, "3", false,
     "vrrp: the timer is so many times advert-int and the skew, (256 - priority)/256"},
    {GROUP_FAILOVER, "vrrp-version", NULL, VALUE_WORD, "2 3", NULL, "2", false,
     "vrrp: the skew is parts of a second (2) or of advert-int (3)"},
    {GROUP_FAILOVER, "preempt", NULL, VALUE_YESNO, NULL, NULL, "yes", false,
     "vrrp: the unit of higher priority takes the active role from the other"},
    {GROUP_FAILOVER, "preempt-delay", NULL, VALUE_TIME, "0s..60min", NULL, "0s", false,
     "vrrp: how long after its start it waits with that"},
    {GROUP_FAILOVER, "advbase", NULL, VALUE_TIME, "1ms..60min", NULL, "1s", false,
     "carp: from advertisement to advertisement; the timer is 3 times it and the skew"},
    {GROUP_FAILOVER, "advskew", NULL, VALUE_COUNT, "0..254", NULL, "0", false,
     "carp: the skew, in 256ths of a second"},
    {GROUP_FAILOVER, "min-tx", NULL, VALUE_TIME, "1ms..60min", NULL, "10ms", false,
     "bfd: from packet to packet"},
    {GROUP_FAILOVER, "multiplier", NULL, VALUE_COUNT, "1..255", NULL, "5", false,
     "bfd: the timer is so many times min-tx"},
    {GROUP_FAILOVER, "detection-time", NULL, VALUE_TIME, "0s..60min", NULL, "0s", false,
     "oracle: from the failure to the takeover"},
    {GROUP_FAILOVER, "switchover-wait", NULL, VALUE_TIME, "0s..60min", NULL, "0s", false,
     "from a resignation to the takeover, for records under way (vrrp waits its skew)"},
    {GROUP_FAILOVER, "hello-link", NULL, VALUE_WORD, "hello replication", NULL, "hello", false,
     "the link hellos travel; replication puts them under its loss"},
    {GROUP_FAILOVER, "hello-paths", NULL, VALUE_SET, "link cable outside inside", NULL, "link",
     false, "the ways of hellos; a unit is missed when it is silent on all of them"},
    {GROUP_FAILOVER, "interface-test-time", NULL, VALUE_TIME, "10ms..60min", NULL, "5s", false,
     "each step of the test of a silent outside or inside: traffic, ARP, ping"},
    {GROUP_FAILOVER, "health-switch", NULL, VALUE_WORD, "off on", NULL, "off", false,
     "a standby with all its interfaces takes over from an active unit that lacks one"},
    {GROUP_FAILOVER, "hello-phase", NULL, VALUE_TIME, "0s..60min", "drawn", "drawn", false,
     "when each unit's first hello leaves (drawn: anew in each repetition)"},
    {GROUP_FAILOVER, "mirror", NULL, VALUE_WORD, "serial network none", NULL, "serial", false,
     "how the active's configuration comes to the standby (network: over the hello link)"},
    {GROUP_FAILOVER, "address", NULL, VALUE_IP, NULL, NULL, "10.0.9.1", false,
     "the active unit's address"},
    {GROUP_FAILOVER, "failover-address", NULL, VALUE_IP, NULL, NULL, "10.0.9.2", false,
     "the standby's address"},
    {GROUP_FAILOVER, "unknown-connection", NULL, VALUE_SET,
     "drop reset schedule hash learn probe", NULL, "drop", false,
     "what a client's packet of no known connection meets; learn: a server's own rebuilds it, "
     "alone or beside another"},
    {GROUP_FAILOVER, "probe-limit", NULL, VALUE_COUNT, "8..1000000", NULL, "10000", false,
     "probes a second to the servers of one virtual machine"},
    {GROUP_FAILOVER, "probe-source-limit", NULL, VALUE_COUNT, "8..1000000", NULL, "2000", false,
     "and for the packets of one /24 of clients"},
    {GROUP_FAILOVER, "window-check", NULL, VALUE_WORD, "liberal strict", NULL, "liberal", false,
     "strict: a TCP packet out of the window, or of a connection of unknown window, is refused"},
    {GROUP_FAILOVER, "mac", NULL, VALUE_WORD, "swapped own", NULL, "swapped", false,
     "the active address keeps its MAC, and only switches must learn; or has its unit's own"},
    {GROUP_FAILOVER, "garp-loss", NULL, VALUE_SHARE, NULL, NULL, "0%", false,
     "outside: a frame that says who has the address now is not heard"},
    {GROUP_FAILOVER, "garp-loss-inside", NULL, VALUE_SHARE, NULL, "auto", "auto", false,
     "the same inside, by each server for itself (auto: as garp-loss)"},
    {GROUP_FAILOVER, "garp-repeat", NULL, VALUE_COUNT, "1..100", NULL, "1", false,
     "such frames at once (keepalived: 5)"},
    {GROUP_FAILOVER, "garp-delay", NULL, VALUE_TIME, SOME_TIME, "off", "off", false,
     "as many again so long after (keepalived: 5s)"},
    {GROUP_FAILOVER, "neighbour-timeout", NULL, VALUE_TIME, SOME_TIME, NULL, "240min", false,
     "the clients' router asks for the address when its ARP entry is so old"},
    {GROUP_FAILOVER, "neighbour-timeout-inside", NULL, VALUE_TIME, SOME_TIME, NULL, "38s", false,
     "and a server (Linux: reachable for 30s, then 5s and 3 probes of 1s)"},
    {GROUP_FAILOVER, "unknown-outbound", NULL, VALUE_WORD, "drop pass", NULL, "drop", false,
     "what a server's meets (pass: as it is, as a router does; and so for a server's own address)"},

    {GROUP_OPTIONS, "conn-real", NULL, VALUE_WORD, "direct pointer", NULL, "direct", false,
     "how a connection keeps its server's address"},
    {GROUP_OPTIONS, "bind0", NULL, VALUE_WORD, "default none", NULL, "default", false,
     "bind ID 0 serves whoever has no assignment, or nobody"},
    {GROUP_OPTIONS, "active-on", NULL, VALUE_WORD, "ack synack syn", NULL, "ack", false,
     "the packet that makes a connection active, and its create leave"},
    {GROUP_OPTIONS, "standby-timeout", NULL, VALUE_TIME, SOME_TIME, "off", "off", false,
     "how long a standby keeps a record without news"},
    {GROUP_OPTIONS, "half-open-time", NULL, VALUE_TIME, SOME_TIME, NULL, "60s", false,
     "how long a connection may stay half open"},
    {GROUP_OPTIONS, "rst-ditch", NULL, VALUE_WORD, "on off", NULL, "on", false,
     "a server's RST in answer to a SYN sends the client's next SYN to another"},
    {GROUP_OPTIONS, "fail-distinct-clients", NULL, VALUE_WORD, "off on", NULL, "off", false,
     "failures of one client count once toward a threshold"},

    {GROUP_VIRTUAL, "address", NULL, VALUE_MACHINE, NULL, NULL, NULL, false,
     "IP:port:bind-id:protocol"},
    {GROUP_VIRTUAL, "predictor", NULL, VALUE_WORD, "leastconns/lc weighted roundrobin/rr "
     "fastest loaded maglev/mh wlc", NULL, "leastconns", false, "how a server is chosen"},
    {GROUP_VIRTUAL, "bind", NULL, VALUE_NAMES, NULL, NULL, NULL, false,
     "the [real NAME]s that serve it"},
    {GROUP_VIRTUAL, "overflow", NULL, VALUE_WORD, "none busy one-failed all-failed", NULL, "none",
     false, "when those of overflow-bind serve as well: by the state of those of bind"},
    {GROUP_VIRTUAL, "overflow-bind", NULL, VALUE_NAMES, NULL, "none", "none", false,
     "more [real NAME]s, which serve when it overflows"},
    {GROUP_VIRTUAL, "replicate", NULL, VALUE_YESNO, NULL, NULL, "no", false,
     "its connections are told to the standby"},
    {GROUP_VIRTUAL, "forwarding", "lb-kind", VALUE_WORD, "nat/NAT direct/DR", NULL, "nat", false,
     "direct: its servers answer clients themselves, past the director (IPVS's -g)"},
    {GROUP_VIRTUAL, "timeout", NULL, VALUE_TIME, SOME_TIME, NULL, "120min", false,
     "an idle connection is forgotten after it"},
    {GROUP_VIRTUAL, "delay", NULL, VALUE_TIME, ANY_TIME, NULL, "0s", false,
     "how long a closed connection is kept"},
    {GROUP_VIRTUAL, "slowstart", NULL, VALUE_TIME, ANY_TIME, NULL, "0s", false,
     "leastconns: how long a server that enters service is filled up (0s: at once)"},
    {GROUP_VIRTUAL, "sticky", "persistence-timeout", VALUE_TIME, ANY_TIME, NULL, "0s", false,
     "a client goes to its former server, if it was active within this time (0s: off)"},
    {GROUP_VIRTUAL, "assign", NULL, VALUE_NETWORKS, NULL, "none", "none", false,
     "client networks that get this bind ID"},
    {GROUP_VIRTUAL, "backup", NULL, VALUE_NAME, NULL, "none", "none", false,
     "the [real NAME] or [virtual NAME] that serves when all its servers have failed"},
    {GROUP_VIRTUAL, "in-service", NULL, VALUE_YESNO, NULL, NULL, "yes", false,
     "takes new connections"},

    {GROUP_REAL, "address", NULL, VALUE_MACHINE, NULL, NULL, NULL, false,
     "IP:port:bind-id:protocol"},
    {GROUP_REAL, "weight", NULL, VALUE_COUNT, "0..65535", NULL, "1", true,
     "its share under predictor weighted or wlc; 0 takes nothing new"},
    {GROUP_REAL, "maxconns", NULL, VALUE_COUNT, "1..1000000", "none", "none", true,
     "connections at a time"},
    {GROUP_REAL, "static", NULL, VALUE_NAME, NULL, "none", "none", false,
     "the [virtual NAME] that its own outbound connections seem to come from"},
    {GROUP_REAL, "service-time", NULL, VALUE_RANDOM_TIME, NULL, NULL, "20ms exponential", true,
     "from a whole request to its answer"},
    {GROUP_REAL, "time-wait", NULL, VALUE_TIME, ANY_TIME, NULL, "60s", true,
     "how long it remembers a connection that it closed first (0s: not at all)"},
    {GROUP_REAL, "keepalive", NULL, VALUE_KEEPALIVE, SOME_TIME, "off on", "off", true,
     "its sockets probe a silent client after TIME, then each 75s, 9 times (on: after 120min)"},
    {GROUP_REAL, "idle-close", NULL, VALUE_TIME, SOME_TIME, "off", "off", true,
     "it closes what asks for nothing so long after its last word (Apache: 5s, nginx: 75s)"},
    {GROUP_REAL, "sockets", NULL, VALUE_COUNT, "1..1000000", "none", "none", true,
     "its process has so many sockets, and drops SYNs above: orphans hold places"},
    {GROUP_REAL, "threshold", NULL, VALUE_COUNT, "1..1000000", NULL, "8", true,
     "connections in a row left unanswered until it has failed"},
    {GROUP_REAL, "reassign", NULL, VALUE_COUNT, "1..255", NULL, "3", true,
     "SYNs of one connection left unanswered until the next goes to another server"},
    {GROUP_REAL, "retry", NULL, VALUE_TIME, SOME_TIME, NULL, "60s", true,
     "from failed until one connection tries it"},
    {GROUP_REAL, "autounfail", NULL, VALUE_YESNO, NULL, NULL, "yes", true,
     "a connection established on it while it is failed brings it back"},
    {GROUP_REAL, "backup", NULL, VALUE_NAME, NULL, "none", "none", false,
     "the [real NAME] or [virtual NAME] in its place when it has failed"},
    {GROUP_REAL, "in-service", NULL, VALUE_YESNO, NULL, NULL, "yes", true,
     "takes new connections"},
    {GROUP_REAL, "configured", NULL, VALUE_YESNO, NULL, NULL, "yes", false,
     "no: the server is there, but the directors learn of it by a command of [faults]"},

    {GROUP_REPLICATION, "protocol", NULL, VALUE_WORD,
     "none patent repeat ipvs hash peers delayed pfsync inline understudy alarm ftfw", NULL,
     "patent", false,
     "how connections are told to the standby"},
    {GROUP_REPLICATION, "port", NULL, VALUE_COUNT, "1..65535", NULL, "8849", false,
     "UDP port of the datagrams"},
    {GROUP_REPLICATION, "udp-checksum", NULL, VALUE_YESNO, NULL, NULL, "yes", false,
     "datagrams have one, so that damaged ones are lost; else the director sees them"},
    {GROUP_REPLICATION, "interface", NULL, VALUE_COUNT, "0..255", NULL, "0", false,
     "the director's interface they leave by"},
    {GROUP_REPLICATION, "delete-send", NULL, VALUE_WORD, "if-created always", NULL, "if-created",
     false, "when the end of a connection is told"},
    {GROUP_REPLICATION, "bad-flags", NULL, VALUE_WORD, "reject lenient", NULL, "reject", false,
     "what a record with impossible flags meets"},
    {GROUP_REPLICATION, "buddy-packet", NULL, VALUE_WORD, "same separate", NULL, "same", false,
     "a buddy's record goes in the datagram of the connection's own, or in another"},
    {GROUP_REPLICATION, "repeats", NULL, VALUE_COUNT, "1..16", NULL, "2", false,
     "protocol repeat: how often each create and each delete is sent, the first time included"},
    {GROUP_REPLICATION, "repeat-spacing", NULL, VALUE_TIME, "1ms..60min", NULL, "100ms", false,
     "protocol repeat: the time from one to the next"},
    {GROUP_REPLICATION, "sync-threshold", NULL, VALUE_COUNT, "0..1000000", NULL, "3", false,
     "protocol ipvs: the client's packet that is told, and again after each sync-period"},
    {GROUP_REPLICATION, "sync-period", NULL, VALUE_COUNT, "0..1000000", NULL, "50", false,
     "protocol ipvs: packets from one record to the next (0: none but the first)"},
    {GROUP_REPLICATION, "sync-refresh-period", NULL, VALUE_TIME, ANY_TIME, NULL, "0s", false,
     "protocol ipvs: the least time from one record to the next (0s: packets alone count)"},
    {GROUP_REPLICATION, "sync-retries", NULL, VALUE_COUNT, "0..3", NULL, "0", false,
     "protocol ipvs: records more within the refresh period, an eighth of it apart"},
    {GROUP_REPLICATION, "sync-maxlen", NULL, VALUE_COUNT, "44..1472", NULL, "1472", false,
     "protocol ipvs: bytes of a datagram; 36 for a record, 8 before them"},
    {GROUP_REPLICATION, "sync-ports", NULL, VALUE_WORD, "1 2 4 8 16 32 64", NULL, "1", false,
     "protocol ipvs: sending threads, each with a buffer of its own"},
    {GROUP_REPLICATION, "sync-qlen-max", NULL, VALUE_COUNT, "1..1000000", NULL, "65536", false,
     "protocol ipvs: full buffers that may wait; others are dropped (Linux: memory pages / 32, "
     "here of 8 GiB)"},
    {GROUP_REPLICATION, "sync-timeout-established", NULL, VALUE_TIME, SOME_TIME, NULL, "15min",
     false, "protocol ipvs: how long an entry stands without a packet or a record (ipvsadm --set)"},
    {GROUP_REPLICATION, "sync-timeout-syn-recv", NULL, VALUE_TIME, SOME_TIME, NULL, "60s", false,
     "protocol ipvs: the same while its handshake is under way"},
    {GROUP_REPLICATION, "sync-timeout-fin-wait", NULL, VALUE_TIME, SOME_TIME, NULL, "2min", false,
     "protocol ipvs: the same when its server has sent a FIN"},
    {GROUP_REPLICATION, "sync-timeout-time-wait", NULL, VALUE_TIME, SOME_TIME, NULL, "2min",
     false, "protocol ipvs: the same when both have"},
    {GROUP_REPLICATION, "sync-timeout-close", NULL, VALUE_TIME, SOME_TIME, NULL, "10s", false,
     "protocol ipvs: the same after a reset"},
    {GROUP_REPLICATION, "sync-timeout-close-wait", NULL, VALUE_TIME, SOME_TIME, NULL, "60s",
     false, "protocol ipvs: the same when its client has sent a FIN"},
    {GROUP_REPLICATION, "sync-timeout-last-ack", NULL, VALUE_TIME, SOME_TIME, NULL, "30s", false,
     "protocol ipvs: the same in LAST_ACK, which its TCP table never enters"},
    {GROUP_REPLICATION, "sync-timeout-udp", NULL, VALUE_TIME, SOME_TIME, NULL, "5min", false,
     "protocol ipvs: the same of UDP"},
    {GROUP_REPLICATION, "exceptions", NULL, VALUE_WORD, "no yes", NULL, "no", false,
     "protocol hash: connections that are not where the table says are told (no: nothing is)"},
    {GROUP_REPLICATION, "second-chance", NULL, VALUE_WORD, "no yes", NULL, "no", false,
     "unknown-connection hash: a server hands what it has no socket for to its row's former one"},
    {GROUP_REPLICATION, "replicate-after", NULL, VALUE_TIME, "0s..60min", NULL, "2s", false,
     "protocol delayed: how old a connection is when it is told (FortiOS: 30s)"},
    {GROUP_REPLICATION, "replicate-jitter", NULL, VALUE_TIME, "0s..60min", NULL, "0s", false,
     "protocol delayed: and up to so much older, by a hash (DPVS: 1s)"},
    {GROUP_REPLICATION, "defer", NULL, VALUE_YESNO, NULL, NULL, "no", false,
     "protocol pfsync: the packet that makes a state is held until the standby has it, or 20 ms"},
    {GROUP_REPLICATION, "pfsync-buckets", NULL, VALUE_COUNT, "1..64", NULL, "8", false,
     "protocol pfsync: packets under construction (FreeBSD: twice the number of processors)"},
    {GROUP_REPLICATION, "pfsync-stale", NULL, VALUE_WORD, "keep overwrite", NULL, "keep", false,
     "protocol pfsync: the destination's side of a late update is kept, or overwritten as by a bug "
     "of FreeBSD's"},
    {GROUP_REPLICATION, "round-trip", NULL, VALUE_TIME, "10us..1min", NULL, "1ms", false,
     "protocol understudy: of replication, before it is measured; an ack waits half of it"},
    {GROUP_REPLICATION, "blackout", NULL, VALUE_COUNT, "1..1000000", NULL, "12", false,
     "protocol understudy: datagrams without an answer, behind which only probes go"},
    {GROUP_REPLICATION, "delete-delay", NULL, VALUE_TIME, "0s..60min", NULL, "100ms", false,
     "protocol understudy: a delete waits so long for a create to go with"},
    {GROUP_REPLICATION, "digest-interval", NULL, VALUE_TIME, "1ms..60min", NULL, "1s", false,
     "protocol understudy: from one digest of the table to the next"},
    {GROUP_REPLICATION, "join-rate", NULL, VALUE_COUNT, "1..100000", NULL, "100", false,
     "protocol understudy: Mbit/s for a standby that joins"},
    {GROUP_REPLICATION, "refresh-time", NULL, VALUE_TIME, "1s..60min", NULL, "15s", false,
     "protocol alarm: what is open is told of again after 1 s to this, in whole seconds, and 0.2 "
     "to 1 s more"},
    {GROUP_REPLICATION, "cache-timeout", NULL, VALUE_TIME, SOME_TIME, NULL, "3min", false,
     "protocol alarm: the standby forgets what it has not heard of again"},
    {GROUP_REPLICATION, "ack-window", NULL, VALUE_COUNT, "1..1000000", NULL, "300", false,
     "protocol ftfw: messages that one ack is for"},
    {GROUP_REPLICATION, "resend-queue", NULL, VALUE_COUNT, "1..1000000", NULL, "131072", false,
     "protocol ftfw: connections and acks that may wait to be acknowledged"},
    {GROUP_REPLICATION, "fates", NULL, VALUE_FATES, NULL, "none", "none", false,
     "what befalls chosen datagrams: lose|delay|double create|delete N (of that connection) or "
     "datagram N (from 1, both ways together); N or N..N, with delay also TIME"},
    {GROUP_REPLICATION, "bulk-sync", NULL, VALUE_FREQUENCY, "1/s..1000000/s", "off", "off", false,
     "records a second for what a new standby has missed (off: it learns of later events only)"},
    {GROUP_REPLICATION, "send-budget", NULL, VALUE_FREQUENCY, "1/s..1000000000/s", "none", "none",
     false, "records a second that a unit can hand to the link"},
    {GROUP_REPLICATION, "send-queue", NULL, VALUE_COUNT, "0..1000000", NULL, "1000", false,
     "datagrams that may wait for that; further ones are dropped (Linux's txqueuelen)"},
    {GROUP_REPLICATION, "receive-budget", NULL, VALUE_FREQUENCY, "1/s..1000000000/s", "none",
     "none", false, "records a second that a unit can apply"},
    {GROUP_REPLICATION, "receive-buffer", NULL, VALUE_SIZE, "0b..1000mb", NULL, "212.992kb", false,
     "room for datagrams that wait for that, as Linux counts it: at least 768 b each (its "
     "rmem_default)"},

    {GROUP_LINK, "between", NULL, VALUE_NAMES, NULL, "auto", "auto", false,
     "its two ends, for the reader: they are known"},
    {GROUP_LINK, "delay", NULL, VALUE_DELAY, NULL, NULL, "200us", true,
     "one way: TIME [JITTER [CORRELATION]] [distribution uniform|normal|pareto|paretonormal]"},
    {GROUP_LINK, "loss", NULL, VALUE_LOSS, NULL, NULL, "0%", true,
     "P | gemodel P [R [1-H [1-K]]] | burst P LENGTH | outage SHARE MEAN"},
    {GROUP_LINK, "duplicate", NULL, VALUE_DUPLICATE, NULL, NULL, "0%", true, "P [CORRELATION]"},
    {GROUP_LINK, "reorder", NULL, VALUE_REORDER, NULL, NULL, "0%", true,
     "P [CORRELATION] [gap N]: these go at once, the others wait their delay"},
    {GROUP_LINK, "corrupt", NULL, VALUE_CORRUPT, NULL, NULL, "0%", true,
     "P [CORRELATION]: a bit is flipped; TCP's and UDP's checksums then drop the packet"},
    {GROUP_LINK, "rate", NULL, VALUE_RATE, NULL, "none", "none", true,
     "bits a second, and bytes added to each packet: RATE [OVERHEAD]"},
    {GROUP_LINK, "limit", NULL, VALUE_COUNT, "1..1000000", NULL, "1000", true,
     "packets that may wait at a time"},
    {GROUP_LINK, "keep-order", NULL, VALUE_YESNO, NULL, NULL, "no", true, "nothing overtakes"},

    {GROUP_WORKLOAD, "virtual", NULL, VALUE_NAME, NULL, "auto", "auto", false,
     "the [virtual NAME] asked (auto: the first)"},
    {GROUP_WORKLOAD, "clients", NULL, VALUE_COUNT, "1..10000000", NULL, "100", false,
     "client addresses; each has client-ports of them for one virtual address"},
    {GROUP_WORKLOAD, "client-ports", NULL, VALUE_COUNT, "1..28232", NULL, "28232", false,
     "source ports of each client address, from 32768 up, used in turn"},
    {GROUP_WORKLOAD, "time-wait", NULL, VALUE_TIME, ANY_TIME, NULL, "60s", false,
     "how long a client that closed first keeps its port (0s: it may be used again at once)"},
    {GROUP_WORKLOAD, "client-network", NULL, VALUE_NETWORK, NULL, "auto", "auto", false,
     "their network (auto: a block of 198.18.0.0/15 for each workload)"},
    {GROUP_WORKLOAD, "beside", NULL, VALUE_NAME, NULL, "none", "none", false,
     "one opens with each connection of that [workload NAME], by the same client: FTP's data"},
    {GROUP_WORKLOAD, "opened-by", NULL, VALUE_WORD, "client server", NULL, "client", false,
     "who opens what is beside another; server: at the client's port, as its real's static "
     "(active FTP)"},
    {GROUP_WORKLOAD, "arrivals", NULL, VALUE_ARRIVALS, NULL, NULL, "poisson 100/s", false,
     "new connections: poisson N/s | constant N/s"},
    {GROUP_WORKLOAD, "requests-per-connection", NULL, VALUE_RANDOM_COUNT, NULL, NULL,
     "8 geometric", false, "at least 1"},
    {GROUP_WORKLOAD, "think-time", NULL, VALUE_RANDOM_TIME, NULL, NULL, "1s exponential", false,
     "from an answer to the next request"},
    {GROUP_WORKLOAD, "request-size", NULL, VALUE_RANDOM_SIZE, NULL, NULL, "400b", false, "bytes"},
    {GROUP_WORKLOAD, "response-size", NULL, VALUE_RANDOM_SIZE, NULL, NULL, "12kb", false, "bytes"},
    {GROUP_WORKLOAD, "application-timeout", NULL, VALUE_TIME, SOME_TIME, "none", "none", false,
     "a client gives up a request after it"},
    {GROUP_WORKLOAD, "patience", NULL, VALUE_TIME, SOME_TIME, "none", "4s", false,
     "a client is harmed by a longer wait for an answer, or for a connection"},
    {GROUP_WORKLOAD, "reconnect", NULL, VALUE_TIME, ANY_TIME, "no", "no", false,
     "so long after its connection died a client opens another, for the requests left"},
    {GROUP_WORKLOAD, "push-time", NULL, VALUE_RANDOM_TIME, NULL, "none", "none", false,
     "from a server's last word to one that nobody asked for, while no answer is due"},
    {GROUP_WORKLOAD, "push-size", NULL, VALUE_RANDOM_SIZE, NULL, NULL, "400b", false,
     "bytes of such a message, and of the roll call's where the server speaks"},
    {GROUP_WORKLOAD, "keepalive", NULL, VALUE_KEEPALIVE, SOME_TIME, "off on", "off", false,
     "clients probe a silent server after TIME, then each 75s, 9 times (on: after 120min)"},
    {GROUP_WORKLOAD, "retry-time", NULL, VALUE_TIME, "1ms..60s", NULL, "1s", false,
     "udp: an unanswered request goes again after it, then after twice as long, and so on"},
    {GROUP_WORKLOAD, "retries", NULL, VALUE_COUNT, "0..10", NULL, "6", false,
     "udp: so often, then a last wait (1s and 6: given up after 127s, as TCP's SYN is)"},
    {GROUP_WORKLOAD, "half-close", NULL, VALUE_YESNO, NULL, NULL, "no", false,
     "the client shuts its side with its last request"},
    {GROUP_WORKLOAD, "trace", NULL, VALUE_TEXT, NULL, "none", "none", false,
     "a log of real connections instead of clients and arrivals: our CSV, or Zeek's conn.log"},
    {GROUP_WORKLOAD, "trace-copies", NULL, VALUE_COUNT, "1..1000", NULL, "1", false,
     "copies of the log, each from other addresses and shifted in time"},

    {GROUP_FAULTS, "LABEL", NULL, VALUE_FAULT, NULL, NULL, NULL, false,
     "at TIME [+-SPREAD] ACTION | after LABEL TIME [+-SPREAD] ACTION | from TIME to TIME ACTION; "
     "after takeover: after the first takeover from the measured fault; "
     "actions: crash X, freeze X for TIME, restart X, power X off, "
     "interface X outside|inside|peer down|cut, cable pulled, switchover, command X \"TEXT\", "
     "link NAME [forward|reverse] down, link NAME [forward|reverse] KEY VALUE, fail REAL, "
     "recover REAL, drain REAL, undrain REAL, slow X N/s, lossy X P, flood VIRTUAL N/s [acks]; "
     "what lasts, with \"for TIME\" or from .. to; "
     "X: a unit, active, standby, primary, secondary, spare"},
    {GROUP_EXPECT, "casualties", NULL, VALUE_NUMBERS, NULL, "none any", "any", false,
     "the connections that do not survive, by number"},
    {GROUP_EXPECT, "causes", NULL, VALUE_CAUSES, NULL, "any", "any", false,
     "their causes, in the order of their numbers, or one for all"},
    {GROUP_EXPECT, "unknown", NULL, VALUE_NUMBERS, NULL, "none any", "any", false,
     "the open connections that the standby does not know when it takes over"},
    {GROUP_EXPECT, "ghosts", NULL, VALUE_COUNT, "0..4000000000", "any", "any", false,
     "records on the standby then of connections that have ended"},
    {GROUP_VARIANT, "GROUP.KEY", NULL, VALUE_TEXT, NULL, NULL, NULL, false,
     "its value where the sweep takes this variant"},
    {GROUP_SWEEP, "GROUP.KEY", NULL, VALUE_TEXT, NULL, NULL, NULL, false,
     "an axis: VALUE; VALUE; .. or LOW..HIGH step STEP; the last axis varies fastest; "
     "zip = yes takes the axes side by side; variant = NAME; NAME; .. takes [variant NAME] each, "
     "and variant.LABEL is one more axis of variants"},

    {GROUP_OUTPUT, "directory", NULL, VALUE_TEXT, NULL, "auto", "auto", false,
     "where sweep writes (auto: results/NAME)"},
    {GROUP_OUTPUT, "tables", NULL, VALUE_WORDS, "runs connections events protection samples", NULL,
     "runs connections", false, "tables a sweep writes besides the summary"},
    {GROUP_OUTPUT, "confidence", NULL, VALUE_CONFIDENCE, NULL, NULL, "runs 95%", false,
     "of the intervals, taken over runs"},
    {.name = NULL},
};

static const char *const type_words[VALUE_TYPES] = {
    [VALUE_TEXT] = "TEXT",
    [VALUE_YESNO] = "yes|no",
    [VALUE_WORD] = "WORD",
    [VALUE_WORDS] = "WORD..",
    [VALUE_SET] = "WORD..",
    [VALUE_NAME] = "NAME",
    [VALUE_NAMES] = "NAME..",
    [VALUE_COUNT] = "COUNT",
    [VALUE_TIME] = "TIME",
    [VALUE_IP] = "IP",
    [VALUE_MACHINE] = "IP:PORT:BIND-ID:PROTOCOL",
    [VALUE_NETWORK] = "IP/PREFIX",
    [VALUE_NETWORKS] = "IP/PREFIX..",
    [VALUE_RANDOM_TIME] = "RANDOM TIME",
    [VALUE_RANDOM_SIZE] = "RANDOM SIZE",
    [VALUE_RANDOM_COUNT] = "RANDOM COUNT",
    [VALUE_ARRIVALS] = "ARRIVALS",
    [VALUE_FREQUENCY] = "N/s",
    [VALUE_SIZE] = "SIZE",
    [VALUE_LOSS] = "LOSS",
    [VALUE_DELAY] = "DELAY",
    [VALUE_SHARE] = "P",
    [VALUE_DUPLICATE] = "P [CORRELATION]",
    [VALUE_CORRUPT] = "P [CORRELATION]",
    [VALUE_REORDER] = "P [CORRELATION] [gap N]",
    [VALUE_RATE] = "RATE [OVERHEAD]",
    [VALUE_CONFIDENCE] = "runs P",
    [VALUE_FAULT] = "FAULT",
    [VALUE_NUMBERS] = "N|N..N ..",
    [VALUE_CAUSES] = "CAUSE..",
    [VALUE_FATES] = "FATE, FATE..",
    [VALUE_INSTANTS] = "N [from TIME] [to TIME]",
    [VALUE_KEEPALIVE] = "TIME [INTERVAL [PROBES]]",
};

/* Words of the format that this version does not read (interface, section 7). */
static const char *const later[] = {
    "include", "stop", "minconns",
    "slot", "state", "profile", "pcap", "chart", NULL,
};

/* Hyphen and underscore are the same. */
static bool same(const char *given, const char *word)
{
    if (word == NULL)
        return false;
    for (; *given != '\0' && (*given == '_' ? '-' : *given) == *word; given++)
        word++;
    return *given == '\0' && *word == '\0';
}

/* A line of copper, and ten bits a byte (R-1203). */
const char *schema_default(const struct schema_key *key, const char *group)
{
    if (key->group == GROUP_LINK && g_strcmp0(group, "serial") == 0
        && strcmp(key->name, "rate") == 0)
        return "9.6kbit";
    return key->value;
}

const struct schema_group *schema_group(enum group_kind kind)
{
    g_assert(kind < GROUP_KINDS);
    return &groups[kind];
}

enum group_kind schema_kind(const char *word)
{
    for (unsigned kind = 0; kind < GROUP_KINDS; kind++)
        if (same(word, groups[kind].word) || same(word, groups[kind].alias))
            return (enum group_kind)kind;
    return GROUP_KINDS;
}

/* Does this row stand in groups of this kind? */
static bool belongs(const struct schema_key *key, enum group_kind kind)
{
    if (key->group == kind)
        return true;
    return key->defaults && ((kind == GROUP_REAL_DEFAULTS && key->group == GROUP_REAL)
                             || (kind == GROUP_LINK_DEFAULTS && key->group == GROUP_LINK));
}

/* Labels, and keys of other groups: one row stands for all. */
static bool free_names(enum group_kind kind)
{
    return kind == GROUP_FAULTS || kind == GROUP_SWEEP || kind == GROUP_VARIANT;
}

const struct schema_key *schema_key(enum group_kind kind, const char *name)
{
    bool any = free_names(kind);
    bool reverse = kind == GROUP_LINK && g_str_has_prefix(name, "rev.");
    name += reverse ? strlen("rev.") : 0;
    for (const struct schema_key *key = keys; key->name != NULL; key++)
        if (belongs(key, kind) && (any || same(name, key->name) || same(name, key->alias)))
            return reverse && !key->defaults ? NULL : key;
    return NULL;
}

char *schema_canonical(const struct schema_key *key, const char *name)
{
    if (free_names(key->group))
        return g_strdup(name);
    return g_strconcat(g_str_has_prefix(name, "rev.") ? "rev." : "", key->name, NULL);
}

GPtrArray *schema_key_names(enum group_kind kind)
{
    GPtrArray *names = g_ptr_array_new();
    for (const struct schema_key *key = keys; key->name != NULL; key++)
        if (belongs(key, kind))
            g_ptr_array_add(names, (char *)key->name);
    return names;
}

GPtrArray *schema_kind_names(void)
{
    GPtrArray *names = g_ptr_array_new();
    for (unsigned kind = 0; kind < GROUP_KINDS; kind++)
        g_ptr_array_add(names, (char *)groups[kind].word);
    return names;
}

const struct schema_key *schema_keys(void)
{
    return keys;
}

const char *schema_type_word(enum value_type type)
{
    g_assert(type < VALUE_TYPES && type_words[type] != NULL);
    return type_words[type];
}

bool schema_is_later(const char *word)
{
    for (unsigned i = 0; later[i] != NULL; i++)
        if (same(word, later[i]))
            return true;
    return false;
}
