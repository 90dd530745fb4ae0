#include "core/command.h"
#include "core/machine_status.h"
#include "core/packet.h"
#include "tests/core/suites.h"

/* ---- fixture: a unit with the machines of figure 1 */

static struct machines *machines;
static struct settings settings;
static struct command_result result;

static void run(const char *line)
{
    command_result_clear(&result);
    command_run(line, machines, &settings, &result);
}

static void run_ok(const char *line)
{
    run(line);
    ck_assert_msg(result.action != COMMAND_FAILED, "%s: %s", line, result.reply);
}

static const char *const figure_1[] = {
    "ip address 192.0.2.1",
    "failover ip address 192.0.2.2",
    "real 10.0.1.1:80",
    "real 10.0.1.2:80",
    "real 10.0.1.3:80",
    "real 10.0.1.3:8001",
    "real 10.0.1.9:0:0:udp",
    "virtual 192.0.2.80:80",
    "virtual 192.0.2.80:80:1",
    "virtual 192.0.2.90:53:0:udp oos",
    "bind 192.0.2.80:80:0 10.0.1.1 10.0.1.2",
    "bind 192.0.2.80:80:1 10.0.1.3:8001",
    "assign 192.0.2.80:80:1 198.51.100.0 255.255.255.0",
};

static void set_up(void)
{
    machines = machines_new();
    settings_init(&settings);
    result = (struct command_result){0};
    for (unsigned i = 0; i < G_N_ELEMENTS(figure_1); i++)
        run_ok(figure_1[i]);
}

static void tear_down(void)
{
    command_result_clear(&result);
    machines_free(machines);
}

/* ---- helpers */

static struct virtual *virtual_of(uint32_t ip, uint16_t port, uint16_t bind_id)
{
    return machines_find_virtual(machines, (struct machine_id){ip, port, bind_id, PROTOCOL_TCP});
}

static struct physical *real_of(unsigned host, uint16_t port)
{
    struct machine_id id = {0x0A000100 + host, port, 0, PROTOCOL_TCP};
    return machines_find_physical(machines, id);
}

enum { WEB = 0xC0000250 };

/* ---- tests: refusals */

/* Each refused command changes nothing at all, not even half of a long line, and
 * its reply names the word at fault and the remedy. */
static const struct {
    const char *line;
    const char *reply;
} refusals[] = {
    /* unknown words */
    {"vitrual 10.0.0.1", "command: unknown word \"vitrual\"; did you mean \"virtual\"?"},
    {"frobnicate", "command: unknown word \"frobnicate\"; write one of: virtual, no, real, bind,"
                   " in-service, out-of-service, backup, static, assign, predictor, overflow,"
                   " forwarding, weight, maxconns, threshold, reassign, retry, autounfail, timeout,"
                    " delay, slowstart, sticky,"
                    " replicate, ip, failover, write, option, buddy, show"},
    {"no", "no: the command is not complete; go on with one of: virtual, real, bind, static,"
           " assign, autounfail, replicate, failover, connection"},
    {"no bnid 192.0.2.80 10.0.1.1", "no: unknown word \"bnid\"; did you mean \"bind\"?"},
    {"ip 192.0.2.1", "ip: unknown word \"192.0.2.1\"; write one of: address"},
    {"failover ip addres 192.0.2.2",
     "failover ip: unknown word \"addres\"; did you mean \"address\"?"},
    {"failover hellotimes 3s",
     "failover: unknown word \"hellotimes\"; did you mean \"hellotime\"?"},
    {"Virtual 10.0.0.1", "command: unknown word \"Virtual\"; did you mean \"virtual\"?"},
    {"virtual 10.0.0.1 up",
     "virtual: unknown word \"up\"; write is (in service) or oos (out of service)"},
    {"show real\x01", "command: there are letters beyond printable ASCII in it; write it without"},
    {"show everything", "show: nothing to show by the name \"everything\"; write virtual, real,"
                        " bind, connections, failover, statistics or configuration"},
    {"no connection 198.51.100.7 192.0.2.80:80",
     "no connection: \"198.51.100.7\" is not an address with a port; write one such as"
     " 198.51.100.7:40000"},
    {"no connection 198.51.100.7:1 192.0.2.80:80:0",
     "no connection: \"192.0.2.80:80:0\" is not an address with a port; write one such as"
     " 198.51.100.7:40000"},
    /* number of words */
    {"weight 10.0.1.1", "weight: write weight REAL N"},
    {"weight 10.0.1.1 1 2", "weight: write weight REAL N"},
    {"virtual", "virtual: write virtual ID [is|oos]"},
    {"failover now", "failover: write failover"},
    {"failover hellotime", "failover hellotime: write failover hellotime TIME"},
    {"replicate interface", "replicate interface: write replicate interface N"},
    /* IDs */
    {"virtual 192.0.2.256", "virtual: in \"192.0.2.256\" the address is not an IPv4 address;"
                            " write ip[:port[:bindid[:tcp|udp]]]"},
    {"virtual 192.0.2.080", "virtual: in \"192.0.2.080\" the address is not an IPv4 address;"
                            " write ip[:port[:bindid[:tcp|udp]]]"},
    {"virtual 192.0.2.81:65536", "virtual: in \"192.0.2.81:65536\" the port is not a number from"
                                 " 0 to 65535; write ip[:port[:bindid[:tcp|udp]]]"},
    {"virtual 192.0.2.81:80:65536", "virtual: in \"192.0.2.81:80:65536\" the bind ID is not a"
                                    " number from 0 to 65535; write"
                                    " ip[:port[:bindid[:tcp|udp]]]"},
    {"virtual 192.0.2.81:80:-1", "virtual: in \"192.0.2.81:80:-1\" the bind ID is not a"
                                 " number from 0 to 65535; write ip[:port[:bindid[:tcp|udp]]]"},
    {"virtual 192.0.2.81:80:0:gre", "virtual: in \"192.0.2.81:80:0:gre\" the protocol is neither"
                                    " tcp nor udp; write ip[:port[:bindid[:tcp|udp]]]"},
    {"virtual 192.0.2.81:80:0:tcp:1", "virtual: in \"192.0.2.81:80:0:tcp:1\" there are more than"
                                      " four fields; write ip[:port[:bindid[:tcp|udp]]]"},
    {"virtual 0.0.0.0", "virtual: in \"0.0.0.0\" the address is not an IPv4 address; write"
                        " ip[:port[:bindid[:tcp|udp]]]"},
    {"virtual all:80", "virtual: \"all:80\" makes no single machine; write"
                       " ip[:port[:bindid[:tcp|udp]]]"},
    /* duplicates */
    {"virtual 192.0.2.80:80", "virtual: 192.0.2.80:80:0:tcp exists already; change its state"
                              " with in-service or out-of-service"},
    {"real 10.0.1.1:80 oos", "real: 10.0.1.1:80:0:tcp exists already; change its state with"
                             " in-service or out-of-service"},
    {"real 192.0.2.80:80", "real: 192.0.2.80:80:0:tcp exists already; change its state with"
                           " in-service or out-of-service"},
    /* machines that are not there, or too many */
    {"bind 192.0.2.80:80:0 10.0.1.9:80",
     "bind: no real machine 10.0.1.9:80 (make it first with: real 10.0.1.9:80)"},
    {"bind 192.0.2.81:80 10.0.1.1",
     "bind: no virtual machine 192.0.2.81:80 (make it first with: virtual 192.0.2.81:80)"},
    {"bind 192.0.2.80:80 10.0.1.3:80", "bind: 192.0.2.80:80 names 2 machines; name one, such as"
                                       " 192.0.2.80:80:0:tcp"},
    {"bind 192.0.2.80:80:0 10.0.1.3", "bind: 10.0.1.3 names 2 machines; name one, such as"
                                      " 10.0.1.3:80:0:tcp"},
    {"no virtual 192.0.2.80", "no virtual: 192.0.2.80 names 2 machines; name one, such as"
                              " 192.0.2.80:80:0:tcp"},
    {"no real 10.0.1.7", "no real: no real machine 10.0.1.7 (make it first with: real 10.0.1.7)"},
    {"in-service 10.0.1.7", "in-service: no machine 10.0.1.7 (make it first with: virtual"
                            " 10.0.1.7, or: real 10.0.1.7)"},
    {"weight 192.0.2.80 2", "weight: no real machine 192.0.2.80 (make it first with: real"
                            " 192.0.2.80)"},
    /* binding */
    {"bind 192.0.2.80:80:0 10.0.1.3:80 10.0.1.1",
     "bind: 10.0.1.1 is already bound to 192.0.2.80:80:0; leave it out"},
    {"bind 192.0.2.80:80:0 10.0.1.3:80 10.0.1.3:80",
     "bind: 10.0.1.3:80 is already bound to 192.0.2.80:80:0; leave it out"},
    {"bind 192.0.2.80:80:0 10.0.1.3:80 10.0.1.9",
     "bind: 192.0.2.80:80:0 and 10.0.1.9 are of different protocols; bind tcp to tcp and udp to"
     " udp"},
    {"no bind 192.0.2.80:80:0 10.0.1.1 10.0.1.3",
     "no bind: 10.0.1.3 is not bound to 192.0.2.80:80:0; show bind lists what is"},
    /* numbers */
    {"weight 10.0.1.1 -1", "weight: \"-1\" is not a number from 0 to 65535"},
    {"weight 10.0.1.1 heavy", "weight: \"heavy\" is not a number from 0 to 65535"},
    {"weight 10.0.1.1 65536", "weight: \"65536\" is not a number from 0 to 65535"},
    {"weight 10.0.1.1 0x10", "weight: \"0x10\" is not a number from 0 to 65535"},
    {"maxconns 10.0.1.1 4294967296",
     "maxconns: \"4294967296\" is not a number from 0 to 4294967295"},
    {"threshold 10.0.1.1 0", "threshold: \"0\" is not a number from 1 to 4294967295"},
    {"reassign 10.0.1.1 0", "reassign: \"0\" is not a number from 1 to 255"},
    {"retry 10.0.1.1 0",
     "retry: \"0\" is not a time from 1ms to 5256000min; write seconds, or a number with us, ms,"
     " s or min"},
    {"failover hellomisses 0", "failover hellomisses: \"0\" is not a number from 1 to 100"},
    {"failover hellomisses 101", "failover hellomisses: \"101\" is not a number from 1 to 100"},
    {"failover hellomisses 18446744073709551618",
     "failover hellomisses: \"18446744073709551618\" is not a number from 1 to 100"},
    {"replicate interface 256",
     "replicate interface: \"256\" is not a number from 0 to 255"},
    /* times */
    {"failover hellotime 9ms", "failover hellotime: \"9ms\" is not a time from 10ms to 60min;"
                               " write seconds, or a number with us, ms, s or min"},
    {"failover hellotime 3601", "failover hellotime: \"3601\" is not a time from 10ms to 60min;"
                                " write seconds, or a number with us, ms, s or min"},
    {"failover hellotime 3 s", "failover hellotime: write failover hellotime TIME"},
    {"timeout 192.0.2.80 0", "timeout: \"0\" is not a time from 1ms to 5256000min; write"
                             " seconds, or a number with us, ms, s or min"},
    {"delay 192.0.2.80 -1s", "delay: \"-1s\" is not a time from 0s to 5256000min; write seconds,"
                             " or a number with us, ms, s or min"},
    /* addresses */
    {"ip address 192.0.2", "ip address: \"192.0.2\" is not an IPv4 address; write four numbers"
                           " such as 192.0.2.80"},
    {"ip address 192.0.2.2", "ip address: 192.0.2.2 is the other role's address already; write"
                             " another"},
    {"failover ip address 192.0.2.1", "failover ip address: 192.0.2.1 is the other role's address"
                                      " already; write another"},
    {"assign 192.0.2.80:80:1 198.51.100", "assign: \"198.51.100\" is not an IPv4 address; write"
                                          " four numbers such as 198.51.100.7"},
    {"assign 192.0.2.80:80:1 198.51.100.0 255.0.255.0",
     "assign: \"255.0.255.0\" is not a netmask; write one such as 255.255.255.0"},
    {"assign 192.0.2.80:80:1 198.51.100.7 255.255.255.0",
     "assign: 198.51.100.7 has bits beyond the mask 255.255.255.0; write the network's own"
     " address"},
    {"no assign 192.0.2.80:80:1 203.0.113.0 255.255.255.0",
     "no assign: 203.0.113.0 is not assigned to 192.0.2.80:80:1; show configuration lists what"
     " is"},
    /* backups */
    {"backup 10.0.1.1 10.0.1.1", "backup: 10.0.1.1 cannot be its own backup; name another"
                                 " machine"},
    {"backup 10.0.1.1 192.0.2.80:80:0", "backup: 192.0.2.80:80:0 already falls back on 10.0.1.1,"
                                        " so a request could go round in a cycle; name another"
                                        " backup"},
    /* predictors and options */
    {"forwarding 192.0.2.80 tunnel",
     "forwarding: \"tunnel\" is no way to forward; write nat or direct"},
    {"predictor 192.0.2.80 quickest",
     "predictor: unknown predictor \"quickest\"; write leastconns, weighted, roundrobin, fastest,"
     " loaded, maglev or wlc"},
    {"option conn-rael pointer",
     "option: there is no option \"conn-rael\"; did you mean \"conn-real\"?"},
    {"option colour blue",
     "option: there is no option \"colour\"; show configuration lists all"},
    {"option bind0 1", "option: \"1\" is no value of bind0; write default|none"},
    {"option replication telepathy", "option: \"telepathy\" is no value of replication; write the"
                                     " name of a protocol, such as patent"},
    {"option half-open-time off",
     "option: \"off\" is no value of half-open-time; write a time up to 10 years, such as 60s"},
    {"option standby-timeout 0",
     "option: \"0\" is no value of standby-timeout; write off or a time up to 10 years, such as"
     " 60s"},
};

START_TEST(refused_command_changes_nothing)
{
    char *before = command_print(machines, &settings);
    run(refusals[_i].line);
    char *after = command_print(machines, &settings);
    ck_assert_int_eq(result.action, COMMAND_FAILED);
    ck_assert_str_eq(result.reply, refusals[_i].reply);
    ck_assert_ptr_null(result.status_before);
    ck_assert(!result.timers_changed);
    ck_assert_str_eq(after, before);
    g_free(before);
    g_free(after);
}
END_TEST

/* A backup that leads back over other backups and bindings is refused, in
 * whichever order the cycle is closed. */
START_TEST(cycles_are_refused)
{
    run_ok("virtual 192.0.2.85:80");
    run_ok("bind 192.0.2.85:80 10.0.1.3:80");
    run_ok("backup 10.0.1.1 192.0.2.85:80");
    run("bind 192.0.2.85:80 10.0.1.1");
    ck_assert_int_eq(result.action, COMMAND_FAILED);
    run("backup 10.0.1.3:80 10.0.1.1");
    ck_assert_int_eq(result.action, COMMAND_FAILED);
    run_ok("backup 10.0.1.3:80 10.0.1.2");
    run_ok("backup 192.0.2.85:80 10.0.1.3:8001");
    run("backup 10.0.1.3:8001 10.0.1.1");
    ck_assert_int_eq(result.action, COMMAND_FAILED);
}
END_TEST

/* The 8,001st machine is refused with the limit in the reply. */
START_TEST(limit_is_told)
{
    for (uint32_t i = 0; machines_add_physical(machines, (struct machine_id){.ip = 9 + i}); i++)
        ;
    run("real 10.9.9.9");
    ck_assert_str_eq(result.reply,
                     "real: there are 8000 machines, the most there may be; remove one first");
    run("virtual 10.9.9.9");
    ck_assert_int_eq(result.action, COMMAND_FAILED);
}
END_TEST

/* ---- tests: what commands do */

/* Left-out fields make port 0, bind ID 0 and tcp (facts F-203, F-204). */
START_TEST(makes_with_defaults)
{
    run_ok("virtual 192.0.2.99");
    run_ok("  real\t10.0.1.99   oos ");
    ck_assert_ptr_nonnull(virtual_of(0xC0000263, 0, 0));
    ck_assert_int_eq(real_of(99, 0)->state, MACHINE_OUT_OF_SERVICE);
    run_ok("");
    ck_assert_int_eq(result.action, COMMAND_DONE);
    ck_assert_str_eq(result.reply, "");
}
END_TEST

/* On existing machines left-out fields match any: one command reaches both ports
 * of a machine and leaves the others (fact F-202). */
START_TEST(wildcards_reach_all)
{
    static const char *const ids[] = {"10.0.1.3", "10.0.1.3:all", "10.0.1.3::0",
                                      "10.0.1.3:all:0:tcp"};
    char *line = g_strdup_printf("weight %s 0", ids[_i]);
    run_ok(line);
    ck_assert_uint_eq(real_of(3, 80)->weight, 0);
    ck_assert_uint_eq(real_of(3, 8001)->weight, 0);
    ck_assert_uint_eq(real_of(1, 80)->weight, 1);
    run_ok("weight 10.0.1.3:80 5");
    ck_assert_uint_eq(real_of(3, 8001)->weight, 0);
    run_ok("maxconns all 7");
    ck_assert_uint_eq(real_of(1, 80)->maxconns, 7);
    ck_assert_uint_eq(real_of(2, 80)->maxconns, 7);
    g_free(line);
}
END_TEST

/* Every value has its place. */
START_TEST(values_arrive)
{
    struct virtual *web = virtual_of(WEB, 80, 1);
    run_ok("predictor 192.0.2.80:80:1 wlc");
    run_ok("timeout 192.0.2.80:80:1 90");
    run_ok("delay 192.0.2.80:80:1 1.5ms");
    run_ok("replicate 192.0.2.80:80:1");
    run_ok("threshold 10.0.1.1 3");
    ck_assert_int_eq(web->predictor, PREDICTOR_WLC);
    ck_assert_int_eq(web->idle_time, 90 * NSTIME_S);
    ck_assert_int_eq(web->delay, 1500 * NSTIME_US);
    ck_assert(web->replicate && !virtual_of(WEB, 80, 0)->replicate);
    ck_assert_uint_eq(real_of(1, 80)->threshold, 3);
    run_ok("no replicate 192.0.2.80:80:1");
    ck_assert(!web->replicate);
    run_ok("no failover");
    ck_assert(!settings.failover);
    run_ok("failover");
    ck_assert(settings.failover);
    run_ok("failover hellotime 250ms");
    run_ok("failover hellomisses 5");
    run_ok("replicate interface 3");
    ck_assert_int_eq(settings.hello_time, 250 * NSTIME_MS);
    ck_assert_uint_eq(settings.hello_misses, 5);
    ck_assert_uint_eq(settings.replication_interface, 3);
    ck_assert_uint_eq(settings.active_ip, 0xC0000201);
    ck_assert_uint_eq(settings.failover_ip, 0xC0000202);
}
END_TEST

/* Every option of the table, with hyphens and with underscores (section 14 of the
 * requirements). */
START_TEST(options_arrive)
{
    run_ok("option conn_real pointer");
    ck_assert_int_eq(settings.conn_real, CONN_REAL_POINTER);
    run_ok("option bind0 none");
    ck_assert_int_eq(settings.bind0, BIND0_NONE);
    run_ok("option unknown-connection reset");
    ck_assert_int_eq(settings.unknown_connection, UNKNOWN_RESET);
    run_ok("option active_on syn");
    ck_assert_int_eq(settings.active_on, ACTIVE_ON_SYN);
    run_ok("option active-on synack");
    ck_assert_int_eq(settings.active_on, ACTIVE_ON_SYNACK);
    run_ok("option delete-send always");
    ck_assert_int_eq(settings.delete_send, DELETE_ALWAYS);
    run_ok("option delete_send if_created");
    ck_assert_int_eq(settings.delete_send, DELETE_IF_CREATED);
    run_ok("option bad-flags lenient");
    ck_assert_int_eq(settings.bad_flags, BAD_FLAGS_LENIENT);
    run_ok("option rst_ditch off");
    ck_assert_int_eq(settings.rst_ditch, RST_DITCH_OFF);
    run_ok("option fail-distinct-clients on");
    ck_assert_int_eq(settings.fail_distinct_clients, FAIL_DISTINCT_CLIENTS);
    run_ok("option replication none");
    ck_assert_int_eq(settings.replication, REPLICATION_NONE);
    run_ok("option half-open-time 5");
    ck_assert_int_eq(settings.half_open_time, 5 * NSTIME_S);
    run_ok("option standby-timeout 24min");
    ck_assert_int_eq(settings.standby_timeout, 24 * NSTIME_MIN);
    run_ok("option standby-timeout off");
    ck_assert_int_eq(settings.standby_timeout, NSTIME_NEVER);
}
END_TEST

/* A unit without commands has the product's values (facts, section 9). */
START_TEST(settings_start_as_the_product)
{
    struct settings fresh;
    settings_init(&fresh);
    ck_assert_int_eq(fresh.hello_time, 15 * NSTIME_S);
    ck_assert_uint_eq(fresh.hello_misses, 2);
    ck_assert_int_eq(fresh.half_open_time, 60 * NSTIME_S);
    ck_assert_int_eq(fresh.standby_timeout, NSTIME_NEVER);
    ck_assert(fresh.failover && fresh.replication_interface == 0 && fresh.active_ip == 0);
    ck_assert(fresh.active_on == ACTIVE_ON_ACK && fresh.conn_real == CONN_REAL_DIRECT
              && fresh.unknown_connection == UNKNOWN_DROP && fresh.bind0 == BIND0_DEFAULT
              && fresh.delete_send == DELETE_IF_CREATED && fresh.bad_flags == BAD_FLAGS_REJECT
              && fresh.rst_ditch == RST_DITCH_ON
              && fresh.fail_distinct_clients == FAIL_EVERY_CLIENT);
}
END_TEST

/* Removing and unbinding is checked here and done by the director, which has to
 * end connections first: nothing is gone yet. */
START_TEST(removal_is_left_to_the_director)
{
    char *before = command_print(machines, &settings);
    run_ok("no virtual 192.0.2.80:80:1");
    ck_assert_int_eq(result.action, COMMAND_REMOVE_VIRTUAL);
    ck_assert_ptr_eq(result.virtual, virtual_of(WEB, 80, 1));
    run_ok("no real 10.0.1.3 force");
    ck_assert_int_eq(result.action, COMMAND_REMOVE_PHYSICAL);
    ck_assert_uint_eq(result.physicals->len, 2);
    ck_assert_ptr_eq(g_ptr_array_index(result.physicals, 0), real_of(3, 80));
    run_ok("no bind 192.0.2.80:80:0 10.0.1.2 10.0.1.1 10.0.1.2");
    ck_assert_int_eq(result.action, COMMAND_UNBIND);
    ck_assert_ptr_eq(result.virtual, virtual_of(WEB, 80, 0));
    ck_assert_uint_eq(result.physicals->len, 2);
    char *after = command_print(machines, &settings);
    ck_assert_str_eq(before, after);
    g_free(before);
    g_free(after);
}
END_TEST

/* What the latest command changed in states. */
static GArray *changes(void)
{
    GArray *after = machine_status_take(machines);
    GArray *found = machine_status_compare(result.status_before, after);
    g_array_free(after, TRUE);
    return found;
}

static void assert_change(const GArray *found, guint i, struct machine_id id,
                          enum machine_state before, enum machine_state after)
{
    const struct machine_change *change = &g_array_index(found, struct machine_change, i);
    ck_assert(machine_id_equal(change->id, id));
    ck_assert(change->before == before && change->after == after);
}

/* An operator's word changes the state of a machine, and with it the derived one
 * of the virtual machines it serves; both are reported, old and new. */
START_TEST(state_changes_are_reported)
{
    struct physical *preferred = real_of(3, 8001);
    preferred->state = MACHINE_FAILED;
    preferred->ditched = 7;
    run_ok("in-service 10.0.1.3");
    GArray *found = changes();
    ck_assert_uint_eq(found->len, 2);
    assert_change(found, 0, preferred->id, MACHINE_FAILED, MACHINE_IN_SERVICE);
    assert_change(found, 1, virtual_of(WEB, 80, 1)->id, MACHINE_FAILED, MACHINE_IN_SERVICE);
    g_array_free(found, TRUE);
    ck_assert_uint_eq(preferred->ditched, 0);
    run_ok("in-service 10.0.1.3");
    found = changes();
    ck_assert_uint_eq(found->len, 0);
    g_array_free(found, TRUE);
    run_ok("out-of-service 192.0.2.80");
    found = changes();
    ck_assert_uint_eq(found->len, 2);
    g_array_free(found, TRUE);
    ck_assert(virtual_of(WEB, 80, 0)->out_of_service && virtual_of(WEB, 80, 1)->out_of_service);
    ck_assert_int_eq(preferred->state, MACHINE_IN_SERVICE);
}
END_TEST

/* The first machine bound brings a virtual machine from failed into service; so
 * does a backup. */
START_TEST(binding_changes_the_derived_state)
{
    run_ok("virtual 192.0.2.85:80");
    run_ok("backup 192.0.2.85 10.0.1.1");
    GArray *found = changes();
    ck_assert_uint_eq(found->len, 1);
    g_array_free(found, TRUE);
    run_ok("bind 192.0.2.85:80 10.0.1.2");
    found = changes();
    ck_assert_uint_eq(found->len, 0);
    g_array_free(found, TRUE);
    ck_assert_ptr_eq(virtual_of(0xC0000255, 80, 0)->standby.physical, real_of(1, 80));
}
END_TEST

/* Machines made or removed between two looks are no change; those around them are
 * still found. */
START_TEST(comparison_skips_what_came_or_went)
{
    GArray *before = machine_status_take(machines);
    machines_add_physical(machines, (struct machine_id){.ip = 1, .protocol = PROTOCOL_TCP});
    machines_remove_physical(machines, real_of(1, 80));
    real_of(2, 80)->state = MACHINE_OUT_OF_SERVICE;
    virtual_of(WEB, 80, 0)->out_of_service = true;
    GArray *after = machine_status_take(machines);
    GArray *found = machine_status_compare(before, after);
    ck_assert_uint_eq(found->len, 2);
    assert_change(found, 0, real_of(2, 80)->id, MACHINE_IN_SERVICE, MACHINE_OUT_OF_SERVICE);
    assert_change(found, 1, virtual_of(WEB, 80, 0)->id, MACHINE_IN_SERVICE,
                  MACHINE_OUT_OF_SERVICE);
    g_array_free(found, TRUE);
    g_array_free(after, TRUE);
    g_array_free(before, TRUE);
}
END_TEST

/* Show names what is to be shown. */
START_TEST(show_names_its_subject)
{
    static const char *const lines[] = {"show virtual", "show real", "show bind",
                                        "show connections", "show failover",
                                        "show statistics", "show configuration"};
    run_ok(lines[_i]);
    ck_assert_int_eq(result.action, COMMAND_SHOW);
    ck_assert_int_eq(result.show, _i);
}
END_TEST

Suite *command_suite(void)
{
    Suite *suite = suite_create("command");
    TCase *refusing = tcase_create("refusals");
    tcase_add_checked_fixture(refusing, set_up, tear_down);
    tcase_add_loop_test(refusing, refused_command_changes_nothing, 0, G_N_ELEMENTS(refusals));
    tcase_add_test(refusing, cycles_are_refused);
    tcase_add_test(refusing, limit_is_told);
    suite_add_tcase(suite, refusing);
    TCase *doing = tcase_create("doing");
    tcase_add_checked_fixture(doing, set_up, tear_down);
    tcase_add_test(doing, makes_with_defaults);
    tcase_add_loop_test(doing, wildcards_reach_all, 0, 4);
    tcase_add_test(doing, values_arrive);
    tcase_add_test(doing, options_arrive);
    tcase_add_test(doing, settings_start_as_the_product);
    tcase_add_test(doing, removal_is_left_to_the_director);
    tcase_add_test(doing, state_changes_are_reported);
    tcase_add_test(doing, binding_changes_the_derived_state);
    tcase_add_test(doing, comparison_skips_what_came_or_went);
    tcase_add_loop_test(doing, show_names_its_subject, 0, 7);
    suite_add_tcase(suite, doing);
    return suite;
}
