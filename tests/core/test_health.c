#include "core/machine.h"
#include "tests/core/dice.h"
#include "tests/core/rig.h"
#include "tests/core/suites.h"

/* ---- fixture: the active unit of a pair, two machines in turn, hellos out of the way */

static struct rig rig;
static struct rig_unit *unit;
static uint64_t changes_before;

static void set_up(void)
{
    rig_set_up(&rig);
    unit = &rig.units[0];
    rig_command(unit, "failover hellotime 60min");
    rig_command(unit, "no failover");
    changes_before = director_count(unit->director, NOTE_MACHINE_STATE);
}

static void tear_down(void)
{
    rig_check(unit);
    rig_tear_down(&rig);
}

/* ---- helpers */

static uint64_t state_changes(void)
{
    return director_count(unit->director, NOTE_MACHINE_STATE) - changes_before;
}

/* A client's SYN; the machine it is forwarded to. */
static unsigned ask(unsigned client)
{
    struct packet syn = rig_from_client(client, RIG_PORT, TCP_SYN, 1000, 0);
    rig_packet(unit, SIDE_OUTSIDE, &syn);
    return rig_forwarded(unit, SIDE_INSIDE)->destination_ip - RIG_REAL_IP;
}

static void reply(unsigned server, unsigned client, uint8_t flags)
{
    struct packet packet = rig_from_server(server, client, RIG_PORT, flags,
                                           (flags & TCP_RST) != 0 ? 0 : 5000, 1001);
    rig_packet(unit, SIDE_INSIDE, &packet);
}

static void refuse(unsigned server, unsigned client)
{
    reply(server, client, TCP_RST | TCP_ACK);
}

/* The rest of a handshake; the effects are those of the last ACK. */
static void establish(unsigned server, unsigned client)
{
    struct packet ack = rig_from_client(client, RIG_PORT, TCP_ACK, 1001, 5001);
    reply(server, client, TCP_SYN | TCP_ACK);
    rig_packet(unit, SIDE_OUTSIDE, &ack);
    rig_note(unit, NOTE_ESTABLISHED);
}

/* From now on 10.0.1.1 is the only machine. */
static void leave_one(void)
{
    rig_command(unit, "no bind 192.0.2.80:80 10.0.1.2:80");
}

/* It refuses this many requests, each of another client, from this one on. */
static void refuse_requests(unsigned count, unsigned first_client)
{
    for (unsigned i = 0; i < count; i++)
        refuse(ask(first_client + i), first_client + i);
}

/* In the latest step this machine, and only it of those with that last number, changed
 * so. */
static void assert_change(uint32_t ip, enum machine_state before, enum machine_state after)
{
    unsigned found = 0;
    const struct effect *effect;
    for (unsigned i = 0; (effect = rig_effect(unit, EFFECT_NOTE, i)) != NULL; i++)
        if (effect->note.code == NOTE_MACHINE_STATE && effect->note.real.ip == ip) {
            ck_assert_uint_eq(effect->note.detail, (uint32_t)before << 8 | (uint32_t)after);
            found++;
        }
    ck_assert_uint_eq(found, 1);
}

static void assert_refused(unsigned client)
{
    struct packet syn = rig_from_client(client, RIG_PORT, TCP_SYN, 1000, 0);
    rig_packet(unit, SIDE_OUTSIDE, &syn);
    rig_assert_dropped(unit, NOTE_REFUSED, DROP_NO_MACHINE);
}

/* ---- tests: ditching */

/* "reassign N": N SYNs go to one machine, the next to the other, where the count begins
 * anew; and back. The virtual machine's counter stays at one throughout, the physical
 * machines' follow. */
START_TEST(reassigns_after_n_requests)
{
    char *line = g_strdup_printf("reassign 10.0.1.1:80 %d", _i);
    rig_command(unit, line);
    rig_command(unit, "reassign 10.0.1.2:80 2");
    for (int i = 0; i < _i; i++)
        ck_assert_uint_eq(ask(7), 1);
    ck_assert_uint_eq(rig_notes(unit, NOTE_DITCHED), 0);
    ck_assert_uint_eq(ask(7), 2);
    ck_assert_uint_eq(rig_note(unit, NOTE_DITCHED)->detail, DITCH_NO_ANSWER);
    ck_assert_uint_eq(rig_note(unit, NOTE_DITCHED)->real.ip, RIG_REAL_IP + 1);
    ck_assert_uint_eq(rig_note(unit, NOTE_REASSIGNED)->real.ip, RIG_REAL_IP + 2);
    rig_check(unit);
    ck_assert_uint_eq(ask(7), 2);
    ck_assert_uint_eq(ask(7), 1);
    rig_check(unit);
    ck_assert_uint_eq(director_connections(unit->director), 1);
    g_free(line);
}
END_TEST

/* Not told, it is the product's three (R-503, fact F-502); answered requests that are
 * repeated, because the answer was lost, are not the machine's fault. */
START_TEST(reassigns_only_the_unanswered)
{
    unsigned first = ask(7);
    if (_i == 1)
        reply(first, 7, TCP_SYN | TCP_ACK);
    ck_assert_uint_eq(ask(7), first);
    ck_assert_uint_eq(ask(7), first);
    for (unsigned i = 0; i < 10 && _i == 1; i++)
        ck_assert_uint_eq(ask(7), first);
    if (_i == 0)
        ck_assert_uint_ne(ask(7), first);
}
END_TEST

/* The answer of the machine that came too late meets nothing; the other's establishes
 * the connection, which is its from then on, in both storage forms (R-117, R-409,
 * */
START_TEST(belongs_to_the_new_machine)
{
    rig_command(unit, _i == 0 ? "option conn-real direct" : "option conn-real pointer");
    rig_command(unit, "reassign 10.0.1.1:80 1");
    ck_assert_uint_eq(ask(7), 1);
    ck_assert_uint_eq(ask(7), 2);
    reply(1, 7, TCP_SYN | TCP_ACK);
    rig_assert_dropped(unit, NOTE_DROPPED, DROP_UNKNOWN_OUTBOUND);
    establish(2, 7);
    ck_assert_uint_eq(rig_forwarded(unit, SIDE_INSIDE)->destination_ip, RIG_REAL_IP + 2);
    ck_assert_uint_eq(rig_view(unit).real.ip, RIG_REAL_IP + 2);
    rig_deliver(unit); /* what the standby is told */
    ck_assert_uint_eq(rig_view(&rig.units[1]).real.ip, RIG_REAL_IP + 2);
}
END_TEST

/* A RST in answer to a SYN: the client hears nothing, and its next SYN goes to the other
 * machine. Where there is no other, or with "rst-ditch off", the client gets the RST
 * (R-504). */
START_TEST(reset_ditches_at_once)
{
    if (_i == 1)
        leave_one();
    if (_i == 2)
        rig_command(unit, "option rst-ditch off");
    unsigned first = ask(7);
    refuse(first, 7);
    ck_assert_uint_eq(rig_notes(unit, NOTE_DITCHED), _i == 2 ? 0 : 1);
    ck_assert_uint_eq(rig_count(unit, EFFECT_FORWARD), _i == 0 ? 0 : 1);
    ck_assert(rig_gone(unit) == (_i != 0));
    if (_i == 0)
        ck_assert_uint_ne(ask(7), first);
}
END_TEST

/* With nobody else to take it the request stays where it is, is forwarded, and counts
 * again after as many SYNs. */
START_TEST(stays_where_no_other_is)
{
    leave_one();
    for (unsigned i = 1; i <= 9; i++) {
        ck_assert_uint_eq(ask(7), 1);
        ck_assert_uint_eq(rig_notes(unit, NOTE_DITCHED), i == 4 || i == 7);
    }
}
END_TEST

/* ---- tests: failing */

/* At the threshold, not one before and not one after, the machine fails and with it the
 * virtual machine that has no other; both are noted, and requests are refused (R-105,
 * */
START_TEST(fails_at_the_threshold)
{
    char *line = g_strdup_printf("threshold 10.0.1.1:80 %d", _i);
    leave_one();
    rig_command(unit, line);
    refuse_requests((unsigned)_i - 1, 1);
    ck_assert_uint_eq(state_changes(), 0);
    refuse_requests(1, 100);
    assert_change(RIG_REAL_IP + 1, MACHINE_IN_SERVICE, MACHINE_FAILED);
    assert_change(RIG_VIRTUAL_IP, MACHINE_IN_SERVICE, MACHINE_FAILED);
    assert_refused(101);
    g_free(line);
}
END_TEST

/* Only failures in a row count: one connection established, and it begins anew. The
 * default is eight (R-505, R-506, fact F-501). */
START_TEST(success_ends_the_row)
{
    leave_one();
    refuse_requests(7, 1);
    establish(ask(20), 20);
    refuse_requests(7, 30);
    ck_assert_uint_eq(state_changes(), 0);
    refuse_requests(1, 40);
    ck_assert_uint_eq(state_changes(), 2);
}
END_TEST

/* The failures of one client count as often as they come, or with the option once
 * (R-511, fact F-507); success forgets whose they were. */
START_TEST(counts_clients_once_if_told)
{
    leave_one();
    rig_command(unit, "threshold 10.0.1.1:80 3");
    rig_command(unit, _i == 0 ? "option fail-distinct-clients off"
                              : "option fail-distinct-clients on");
    for (unsigned i = 0; i < 3; i++)
        refuse(ask(7), 7);
    ck_assert_uint_eq(state_changes(), _i == 0 ? 2 : 0);
    if (_i == 0)
        return;
    establish(ask(20), 20);
    refuse(ask(7), 7);
    refuse_requests(1, 8);
    ck_assert_uint_eq(state_changes(), 0);
    refuse_requests(1, 9);
    ck_assert_uint_eq(state_changes(), 2);
}
END_TEST

/* A failed machine gets nothing new; what is established on it goes on. */
START_TEST(established_stay_on_a_failed_machine)
{
    rig_command(unit, "threshold 10.0.1.1:80 1");
    ck_assert_uint_eq(ask(1), 1);
    establish(1, 1);
    ck_assert_uint_eq(ask(2), 2);
    ck_assert_uint_eq(ask(3), 1);
    refuse(1, 3);
    assert_change(RIG_REAL_IP + 1, MACHINE_IN_SERVICE, MACHINE_FAILED);
    for (unsigned client = 10; client < 20; client++)
        ck_assert_uint_eq(ask(client), 2);
    struct packet data = rig_from_client(1, RIG_PORT, TCP_ACK, 1001, 5001);
    rig_packet(unit, SIDE_OUTSIDE, &data);
    ck_assert_uint_eq(rig_forwarded(unit, SIDE_INSIDE)->destination_ip, RIG_REAL_IP + 1);
}
END_TEST

/* ---- tests: standby machines */

/* In the place of a failed machine stands its standby, beside the machines that work;
 * when that fails, the standby's standby; then the virtual machine's (R-106, R-113,
 * */
START_TEST(standbys_take_the_place)
{
    static const char *const lines[] = {
        "real 10.0.1.3:80", "real 10.0.1.4:80", "real 10.0.1.5:80",
        "virtual 192.0.2.81:80", "bind 192.0.2.81:80 10.0.1.5:80",
        "backup 10.0.1.1:80 10.0.1.3:80", "backup 10.0.1.3:80 10.0.1.4:80",
        "backup 192.0.2.80:80 192.0.2.81:80", "no autounfail 10.0.1.1:80",
        "threshold 10.0.1.1:80 1", "threshold 10.0.1.2:80 1", "threshold 10.0.1.3:80 1",
        "threshold 10.0.1.4:80 1",
    };
    static const unsigned dies[] = {1, 3, 4, 2}, heir[] = {3, 4, 2, 5};
    for (unsigned i = 0; i < G_N_ELEMENTS(lines); i++)
        rig_command(unit, lines[i]);
    unsigned client = 1;
    for (unsigned i = 0; i < G_N_ELEMENTS(dies); i++) {
        while (ask(client) != dies[i])
            client++;
        refuse(dies[i], client);
        assert_change(RIG_REAL_IP + dies[i], MACHINE_IN_SERVICE, MACHINE_FAILED);
        client++;
        bool served = false;
        for (unsigned n = 0; n < 10; n++)
            served = ask(client++) == heir[i] || served;
        ck_assert(served);
    }
}
END_TEST

/* ---- tests: return */

/* Failed for its retry time, it is tried with one connection, and no second; when that
 * is established it serves, its count at zero; when not, it is failed for as long again
 * (R-510, facts F-504, F-505). */
START_TEST(is_tried_with_one_connection)
{
    leave_one();
    rig_command(unit, "threshold 10.0.1.1:80 2");
    refuse_requests(2, 1);
    rig_run(unit, 60 * NSTIME_S - 1);
    assert_refused(10);
    ck_assert_int_eq(director_deadline(unit->director), 60 * NSTIME_S);
    rig_run(unit, 60 * NSTIME_S);
    assert_change(RIG_REAL_IP + 1, MACHINE_FAILED, MACHINE_TESTING);
    ck_assert_uint_eq(ask(11), 1);
    assert_refused(12);
    if (_i == 0) {
        establish(1, 11);
        assert_change(RIG_REAL_IP + 1, MACHINE_TESTING, MACHINE_IN_SERVICE);
        refuse_requests(1, 20);
        ck_assert_uint_eq(ask(21), 1);
        return;
    }
    refuse(1, 11);
    assert_change(RIG_REAL_IP + 1, MACHINE_TESTING, MACHINE_FAILED);
    assert_refused(13);
    rig_run(unit, 120 * NSTIME_S);
    assert_change(RIG_REAL_IP + 1, MACHINE_FAILED, MACHINE_TESTING);
}
END_TEST

/* The one client goes away before it is answered: the next one tries. One that is never
 * answered to the end of its half-open time is a failure. */
START_TEST(trial_may_end_without_a_verdict)
{
    leave_one();
    rig_command(unit, "threshold 10.0.1.1:80 1");
    rig_command(unit, "retry 10.0.1.1:80 5s");
    refuse_requests(1, 1);
    rig_run(unit, 5 * NSTIME_S);
    ck_assert_uint_eq(ask(7), 1);
    rig_client(unit, TCP_RST, 1001, 0);
    ck_assert(rig_gone(unit));
    ck_assert_uint_eq(ask(8), 1);
    assert_refused(9);
    rig_run(unit, 65 * NSTIME_S);
    assert_change(RIG_REAL_IP + 1, MACHINE_TESTING, MACHINE_FAILED);
}
END_TEST

/* A request that has waited on a failed machine is established there: that brings it
 * back at once, unless told "no autounfail". */
START_TEST(comes_back_when_it_answers)
{
    rig_command(unit, "threshold 10.0.1.1:80 1");
    if (_i == 1)
        rig_command(unit, "no autounfail 10.0.1.1:80");
    ck_assert_uint_eq(ask(1), 1);
    ck_assert_uint_eq(ask(2), 2);
    ck_assert_uint_eq(ask(3), 1);
    refuse(1, 3);
    assert_change(RIG_REAL_IP + 1, MACHINE_IN_SERVICE, MACHINE_FAILED);
    establish(1, 1);
    if (_i == 0)
        assert_change(RIG_REAL_IP + 1, MACHINE_FAILED, MACHINE_IN_SERVICE);
    else
        ck_assert_uint_eq(rig_notes(unit, NOTE_MACHINE_STATE), 0);
}
END_TEST

/* An operator's word counts at any time: in service, the count at zero; and a machine
 * out of service is neither failed nor tried by what happens on it. */
START_TEST(operator_decides)
{
    leave_one();
    rig_command(unit, "threshold 10.0.1.1:80 2");
    refuse_requests(2, 1);
    rig_command(unit, "in-service 10.0.1.1:80");
    assert_change(RIG_REAL_IP + 1, MACHINE_FAILED, MACHINE_IN_SERVICE);
    refuse_requests(1, 10);
    for (unsigned client = 20; client < 24; client++)
        ck_assert_uint_eq(ask(client), 1);
    rig_command(unit, "out-of-service 10.0.1.1:80");
    for (unsigned client = 20; client < 24; client++)
        refuse(1, client);
    ck_assert_uint_eq(rig_notes(unit, NOTE_MACHINE_STATE), 0);
    rig_run(unit, 1000 * NSTIME_S);
    ck_assert_uint_eq(state_changes(), 5);
}
END_TEST

/* ---- tests: speed and many machines */

/* "fastest": one machine answers ten times as soon as the other, and gets ten times as
 * many; an answer to a repeated SYN is no sample, since nobody knows which of them it
 * answers. */
START_TEST(fastest_gets_its_share)
{
    unsigned got[3] = {0};
    rig_command(unit, "predictor 192.0.2.80:80 fastest");
    for (unsigned client = 1; client <= 110; client++) {
        unsigned server = ask(client);
        got[server]++;
        rig.now += server == 1 ? 5 * NSTIME_MS : 50 * NSTIME_MS;
        establish(server, client);
    }
    ck_assert_uint_ge(got[1], 95);
    ck_assert_uint_ge(got[2], 9);
    unsigned server = ask(120);
    rig.now += NSTIME_S;
    ck_assert_uint_eq(ask(120), server);
    rig.now += NSTIME_S;
    establish(server, 120);
    for (unsigned client = 130; client < 150; client++)
        got[0] += ask(client) == 1;
    ck_assert_uint_ge(got[0], 17);
}
END_TEST

/* A hundred machines under requests, ends, refusals, failures and commands: after each
 * step the ranking is what its machines are (director_check()), and what a virtual
 * machine counts is spread evenly. */
START_TEST(many_machines_stay_ranked)
{
    static const char *const predictors[] = {"leastconns", "weighted", "fastest", "loaded"};
    struct dice dice = {(uint64_t)_i};
    char line[64];
    for (unsigned i = 3; i <= 100; i++) {
        g_snprintf(line, sizeof line, "real 10.0.1.%u:80", i);
        rig_command(unit, line);
        g_snprintf(line, sizeof line, "bind 192.0.2.80:80 10.0.1.%u:80", i);
        rig_command(unit, line);
    }
    g_snprintf(line, sizeof line, "predictor 192.0.2.80:80 %s", predictors[_i]);
    rig_command(unit, line);
    rig_command(unit, "threshold 10.0.1.3:80 1");
    rig_command(unit, "backup 10.0.1.3:80 10.0.1.4:80");
    for (unsigned i = 0; i < 400; i++) {
        unsigned client = 1 + i % 200;
        struct connection_view view;
        if (rig_knows(unit, client, RIG_PORT, &view))
            rig_close(unit, view.real.ip - RIG_REAL_IP, client, RIG_PORT);
        unsigned server = ask(client);
        rig.now += NSTIME_MS;
        if (dice_below(&dice, 10) == 0)
            refuse(server, client);
        else
            establish(server, client);
        if (dice_below(&dice, 20) == 0)
            rig_command(unit, dice_below(&dice, 2) == 0 ? "weight 10.0.1.9:80 0"
                                                        : "weight 10.0.1.9:80 5");
        rig_check(unit);
    }
}
END_TEST

/* A client's packet to a port of FTP's; the machine it is forwarded to. */
static uint32_t ftp(uint16_t port, uint8_t flags, uint32_t sequence)
{
    struct packet packet = rig_from_client(1, RIG_PORT, flags, sequence, 0);
    packet.destination_port = port;
    rig_packet(unit, SIDE_OUTSIDE, &packet);
    return rig_forwarded(unit, SIDE_INSIDE)->destination_ip;
}

/* A control connection of FTP that its machine ditches is known under the pair it has
 * then, and under no other: when it and its successors have gone, a data connection finds
 * nobody to join, on either machine. */
START_TEST(a_ditched_control_connection_is_known_by_its_new_machine)
{
    static const char *const lines[] = {
        "virtual 192.0.2.80:21", "real 10.0.1.1:21", "real 10.0.1.2:21",
        "bind 192.0.2.80:21 10.0.1.1:21 10.0.1.2:21",
        "virtual 192.0.2.80:20", "real 10.0.1.1:20", "real 10.0.1.2:20",
        "bind 192.0.2.80:20 10.0.1.1:20 10.0.1.2:20",
    };
    for (unsigned i = 0; i < G_N_ELEMENTS(lines); i++)
        rig_command(unit, lines[i]);
    uint32_t first = ftp(21, TCP_SYN, 1000);
    ck_assert_uint_eq(ftp(21, TCP_SYN, 1000), first);
    ck_assert_uint_eq(ftp(21, TCP_SYN, 1000), first);
    ck_assert_uint_ne(ftp(21, TCP_SYN, 1000), first);
    ftp(21, TCP_RST, 1001);
    for (unsigned i = 0; i < 2; i++) {
        ftp(21, TCP_SYN, 1000);
        ftp(21, TCP_RST, 1001);
    }
    for (unsigned i = 0; i < 2; i++) {
        ftp(20, TCP_SYN, 1000);
        ftp(20, TCP_RST, 1001);
    }
    ck_assert_uint_eq(director_connections(unit->director), 0);
}
END_TEST

Suite *health_suite(void)
{
    Suite *suite = suite_create("health");
    TCase *tcase = tcase_create("servers that fail");
    tcase_add_checked_fixture(tcase, set_up, tear_down);
    tcase_add_loop_test(tcase, reassigns_after_n_requests, 1, 6);
    tcase_add_loop_test(tcase, reassigns_only_the_unanswered, 0, 2);
    tcase_add_loop_test(tcase, belongs_to_the_new_machine, 0, 2);
    tcase_add_loop_test(tcase, reset_ditches_at_once, 0, 3);
    tcase_add_test(tcase, a_ditched_control_connection_is_known_by_its_new_machine);
    tcase_add_test(tcase, stays_where_no_other_is);
    tcase_add_loop_test(tcase, fails_at_the_threshold, 1, 5);
    tcase_add_test(tcase, success_ends_the_row);
    tcase_add_loop_test(tcase, counts_clients_once_if_told, 0, 2);
    tcase_add_test(tcase, established_stay_on_a_failed_machine);
    tcase_add_test(tcase, standbys_take_the_place);
    tcase_add_loop_test(tcase, is_tried_with_one_connection, 0, 2);
    tcase_add_test(tcase, trial_may_end_without_a_verdict);
    tcase_add_loop_test(tcase, comes_back_when_it_answers, 0, 2);
    tcase_add_test(tcase, operator_decides);
    tcase_add_test(tcase, fastest_gets_its_share);
    tcase_add_loop_test(tcase, many_machines_stay_ranked, 0, 4);
    suite_add_tcase(suite, tcase);
    return suite;
}
