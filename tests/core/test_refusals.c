/* Bad configuration from an operator, at a unit that serves: refused with a sentence, and
 * nothing is other than before. */
#include "tests/core/rig.h"
#include "tests/core/suites.h"

#include "core/packet.h"

static struct rig rig;
static struct rig_unit *const active = &rig.units[0];
static struct rig_unit *const standby = &rig.units[1];

/* Ten connections, five on each machine; a machine and a virtual machine beside those. */
static void set_up(void)
{
    rig_set_up(&rig);
    rig_command(active, "real 10.0.1.9:80");
    rig_command(active, "virtual 192.0.2.81:80");
    rig_command(active, "virtual 192.0.2.80:80:7");
    for (uint16_t port = 1; port <= 10; port++) {
        rig_open(active, RIG_CLIENT, port);
        rig_deliver(active);
    }
}

static void tear_down(void)
{
    rig_tear_down(&rig);
}

/* Give a line that must be refused; the reply. */
static const char *refuse(struct rig_unit *unit, const char *line)
{
    struct event event = {.kind = EVENT_COMMAND, .command = line};
    effects_reset(&unit->effects);
    director_step(unit->director, rig.now, &event, &unit->effects);
    const struct effect *reply = rig_effect(unit, EFFECT_REPLY, 0);
    ck_assert_ptr_nonnull(reply);
    ck_assert_msg(!reply->reply.ok, "taken: %s", line);
    ck_assert_uint_eq(unit->effects.count, 1); /* and no effect but the sentence */
    return effect_text(&unit->effects, reply);
}

static const struct {
    const char *before; /* a command that makes it wrong, or NULL */
    const char *line;
    const char *sentence;
} rows[] = {
    /* cycles of standbys */
    {NULL, "backup 10.0.1.1:80 10.0.1.1:80",
     "backup: 10.0.1.1:80 cannot be its own backup; name another machine"},
    {NULL, "backup 192.0.2.81:80 192.0.2.81:80",
     "backup: 192.0.2.81:80 cannot be its own backup; name another machine"},
    {"backup 10.0.1.1:80 10.0.1.9:80", "backup 10.0.1.9:80 10.0.1.1:80",
     "backup: 10.0.1.1:80 already falls back on 10.0.1.9:80, so a request could go round in a"
     " cycle; name another backup"},
    {NULL, "backup 10.0.1.1:80 192.0.2.80:80:0",
     "backup: 192.0.2.80:80:0 already falls back on 10.0.1.1:80, so a request could go round in a"
     " cycle; name another backup"},
    {"backup 192.0.2.80:80:0 192.0.2.81:80", "backup 192.0.2.81:80 192.0.2.80:80:0",
     "backup: 192.0.2.80:80:0 already falls back on 192.0.2.81:80, so a request could go round in"
     " a cycle; name another backup"},
    {"backup 10.0.1.9:80 192.0.2.81:80", "bind 192.0.2.81:80 10.0.1.9:80",
     "bind: 10.0.1.9:80 has 192.0.2.81:80 among its backups, so a request could go round in a"
     " cycle; bind another"},
    /* two identical machines, of either kind */
    {NULL, "real 10.0.1.1:80",
     "real: 10.0.1.1:80:0:tcp exists already; change its state with in-service or"
     " out-of-service"},
    {NULL, "virtual 192.0.2.80:80:7",
     "virtual: 192.0.2.80:80:7:tcp exists already; change its state with in-service or"
     " out-of-service"},
    {NULL, "virtual 10.0.1.1:80",
     "virtual: 10.0.1.1:80:0:tcp exists already; change its state with in-service or"
     " out-of-service"},
    {NULL, "real 192.0.2.80:80",
     "real: 192.0.2.80:80:0:tcp exists already; change its state with in-service or"
     " out-of-service"},
    /* a bind to nothing, twice, or to the wrong thing */
    {NULL, "bind 192.0.2.81:80", "bind: write bind VIRTUAL REAL.. [overflow]"},
    {NULL, "bind 192.0.2.81:80 10.0.1.77:80",
     "bind: no real machine 10.0.1.77:80 (make it first with: real 10.0.1.77:80)"},
    {NULL, "bind 192.0.2.99:80 10.0.1.1:80",
     "bind: no virtual machine 192.0.2.99:80 (make it first with: virtual 192.0.2.99:80)"},
    {NULL, "bind 192.0.2.81:80 192.0.2.80:80",
     "bind: no real machine 192.0.2.80:80 (make it first with: real 192.0.2.80:80)"},
    {NULL, "bind 192.0.2.80:80:0 10.0.1.9:80 10.0.1.1:80",
     "bind: 10.0.1.1:80 is already bound to 192.0.2.80:80:0; leave it out"},
    {NULL, "no bind 192.0.2.80:80:0 10.0.1.9:80",
     "no bind: 10.0.1.9:80 is not bound to 192.0.2.80:80:0; show bind lists what is"},
    /* numbers beyond their bounds */
    {NULL, "virtual 192.0.2.80:80:70000",
     "virtual: in \"192.0.2.80:80:70000\" the bind ID is not a number from 0 to 65535; write"
     " ip[:port[:bindid[:tcp|udp]]]"},
    {NULL, "real 10.0.1.8:70000",
     "real: in \"10.0.1.8:70000\" the port is not a number from 0 to 65535; write"
     " ip[:port[:bindid[:tcp|udp]]]"},
    {NULL, "weight 10.0.1.1:80 -1", "weight: \"-1\" is not a number from 0 to 65535"},
    {NULL, "weight all 65536", "weight: \"65536\" is not a number from 0 to 65535"},
    {NULL, "maxconns 10.0.1.1:80 -5", "maxconns: \"-5\" is not a number from 0 to 4294967295"},
    {NULL, "threshold 10.0.1.1:80 0", "threshold: \"0\" is not a number from 1 to 4294967295"},
    {NULL, "reassign all 256", "reassign: \"256\" is not a number from 1 to 255"},
    {NULL, "failover hellomisses 0", "failover hellomisses: \"0\" is not a number from 1 to 100"},
    {NULL, "timeout 192.0.2.80:80 -1s",
     "timeout: \"-1s\" is not a time from 1ms to 5256000min; write seconds, or a number with us,"
     " ms, s or min"},
    /* words */
    {NULL, "predictor 192.0.2.80:80 best",
     "predictor: unknown predictor \"best\"; write leastconns, weighted, roundrobin, fastest,"
     " loaded, maglev or wlc"},
    {NULL, "overflow 192.0.2.80:80 sometimes",
     "overflow: \"sometimes\" says not when; write none, busy, one-failed or all-failed"},
    {NULL, "option conn-real both",
     "option: \"both\" is no value of conn-real; write direct|pointer"},
    {NULL, "assign 192.0.2.80:80:7 198.51.100.7 255.255.255.0",
     "assign: 198.51.100.7 has bits beyond the mask 255.255.255.0; write the network's own"
     " address"},
    {NULL, "no connection 198.51.100.7:99 192.0.2.80:80",
     "no connection: there is none 198.51.100.7:99 > 192.0.2.80:80 tcp; show connections lists"
     " all"},
    /* a machine in use */
    {NULL, "no real 10.0.1.1:80",
     "no real: 10.0.1.1:80:0:tcp is bound to 1 virtual machine and has 5 connections; put it"
     " out-of-service until they have ended and write no bind, or add force"},
    {"bind 192.0.2.81:80 10.0.1.9:80", "no real 10.0.1.9:80",
     "no real: 10.0.1.9:80:0:tcp is bound to 1 virtual machine; write no bind first, or add"
     " force"},
    {NULL, "no real all",
     "no real: 10.0.1.1:80:0:tcp is bound to 1 virtual machine and has 5 connections; put it"
     " out-of-service until they have ended and write no bind, or add force"},
    {"backup 10.0.1.2:80 10.0.1.9:80", "no real 10.0.1.9:80",
     "no real: 10.0.1.9:80:0:tcp is the backup of 1 machine; give another backup first, or add"
     " force"},
    {"backup 192.0.2.80:80:0 192.0.2.81:80", "no virtual 192.0.2.81:80",
     "no virtual: 192.0.2.81:80:0:tcp is the backup of 1 machine; give another backup first, or"
     " add force"},
    {"static 192.0.2.81:80 10.0.1.9:80", "no virtual 192.0.2.81:80",
     "no virtual: 1 real machine is tied to 192.0.2.81:80:0:tcp; write no static first, or add"
     " force"},
    {NULL, "no virtual 192.0.2.80:80:0",
     "no virtual: 192.0.2.80:80:0:tcp has 10 connections; put it out-of-service until they have"
     " ended, or add force to end them now"},
    {NULL, "no real 10.0.1.9:80 please",
     "no real: unknown word \"please\"; write force, or leave it out"},
};

/* The sentence names the command, the word at fault and the remedy; the configuration
 * prints as before, the connections stand, the counters agree (R-104, R-121, R-201,
 * */
START_TEST(a_refusal_changes_nothing)
{
    if (rows[_i].before != NULL)
        rig_command(active, rows[_i].before);
    char *before = director_print_configuration(active->director);
    ck_assert_str_eq(refuse(active, rows[_i].line), rows[_i].sentence);
    char *after = director_print_configuration(active->director);
    ck_assert_str_eq(after, before);
    ck_assert_uint_eq(director_connections(active->director), 10);
    rig_check(active);
    g_free(before);
    g_free(after);
}
END_TEST

/* A machine that no virtual machine is bound to any more may still serve as a backup's
 * backup does: what it has keeps it, until that has ended or force is added. */
START_TEST(connections_alone_keep_a_machine)
{
    rig_command(active, "bind 192.0.2.81:80 10.0.1.9:80");
    rig_command(active, "backup 192.0.2.81:80 10.0.1.1:80");
    rig_command(active, "out-of-service 10.0.1.9:80");
    struct packet syn = rig_from_client(RIG_CLIENT, 99, TCP_SYN, 1000, 0);
    syn.destination_ip = 0xC0000251; /* 192.0.2.81 */
    rig_packet(active, SIDE_OUTSIDE, &syn);
    ck_assert_uint_eq(rig_forwarded(active, SIDE_INSIDE)->destination_ip, 0x0A000101);
    rig_command(active, "no bind 192.0.2.80:80:0 10.0.1.1:80"); /* its five end */
    rig_command(active, "backup 192.0.2.81:80 10.0.1.2:80");
    ck_assert_str_eq(refuse(active, "no real 10.0.1.1:80"),
                     "no real: 10.0.1.1:80:0:tcp has 1 connection; put it out-of-service until"
                     " they have ended, or add force to end them now");
    rig_command(active, "no connection 198.51.100.7:99 192.0.2.81:80");
    rig_command(active, "no real 10.0.1.1:80");
    ck_assert_uint_eq(director_connections(active->director), 5);
    rig_check(active);
}
END_TEST

/* With force it goes, its connections end first, with their deletes. */
START_TEST(force_removes_what_is_in_use)
{
    static const char *const lines[] = {"no real 10.0.1.1:80 force",
                                        "no virtual 192.0.2.80:80:0 force"};
    unsigned gone = _i == 0 ? 5 : 10;
    rig_command(active, lines[_i]);
    ck_assert_uint_eq(rig_notes(active, NOTE_DELETE_SENT), gone);
    ck_assert_uint_eq(director_connections(active->director), 10 - gone);
    rig_check(active);
}
END_TEST

/* What a standby holds are copies: it removes a machine as its active has, whatever it
 * has not heard the end of (R-215, R-1202). */
START_TEST(a_standby_does_not_judge_use)
{
    ck_assert_uint_eq(director_connections(standby->director), 10);
    rig_command(standby, "no virtual 192.0.2.80:80");
    ck_assert_uint_eq(director_connections(standby->director), 0);
    rig_check(standby);
}
END_TEST

Suite *refusals_suite(void)
{
    Suite *suite = suite_create("refusals");
    TCase *tcase = tcase_create("refusals");
    tcase_add_checked_fixture(tcase, set_up, tear_down);
    tcase_add_loop_test(tcase, a_refusal_changes_nothing, 0, G_N_ELEMENTS(rows));
    tcase_add_test(tcase, connections_alone_keep_a_machine);
    tcase_add_loop_test(tcase, force_removes_what_is_in_use, 0, 2);
    tcase_add_test(tcase, a_standby_does_not_judge_use);
    suite_add_tcase(suite, tcase);
    return suite;
}
