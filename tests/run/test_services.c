/* Services that are not a client's TCP connection: requests over UDP, and connections that
 * a server opens, across a takeover. */
#include "tests/run/suites.h"
#include "tests/run/support.h"

#include "core/packet.h"

static double survival(const struct run_result *result)
{
    return (double)result->outcomes[OUTCOME_SURVIVED] / result->counted;
}

static const struct real_spec *server_of(const struct scenario *scenario,
                                         const struct connection_row *row)
{
    ck_assert_int_ge(row->server, 0);
    return g_ptr_array_index(scenario->reals, (guint)row->server);
}

/* ---- UDP */

/* dns.scn: replicated at the first packet, nine of ten are known, and a
 * quarter of the others meets its own server again; without replication only that quarter
 * survives. Whoever does not survive was answered by another server: nothing resets and
 * nothing waits in vain. */
START_TEST(dns)
{
    static const struct {
        const char *protocol;
        double known, survival;
        enum cause cause;
    } rows[] = { { "replication.protocol=none", 0, 0.25, CAUSE_NOT_REPLICATED },
                 { "replication.protocol=patent", 0.9, 0.925, CAUSE_CREATE_LOST } };
    struct scenario *scenario = scenario_shipped("dns", rows[_i].protocol, NULL);
    struct run_result *result = run_once(scenario);
    ck_assert_uint_gt(result->counted, 700);
    ck_assert_double_eq_tol((double)result->known / result->counted, rows[_i].known, 0.03);
    ck_assert_double_eq_tol(survival(result), rows[_i].survival, 0.04);
    ck_assert_double_eq_tol(result->known_theory, rows[_i].known, 1e-9);
    ck_assert_uint_eq(result->outcomes[OUTCOME_MISROUTED], casualties(result));
    ck_assert_uint_eq(result->causes[rows[_i].cause], casualties(result));
    run_result_free(result);
    scenario_free(scenario);
}
END_TEST

/* dns.scn without loss: all are known and all survive. With a single server
 * all survive without any replication: each meets its own server again. */
START_TEST(dns_that_loses_nothing)
{
    struct scenario *scenario =
        _i == 0 ? scenario_shipped("dns", "link.replication.loss=0%", NULL)
                : scenario_shipped("dns", "replication.protocol=none", "real.r2.weight=0",
                                   "real.r3.weight=0", "real.r4.weight=0",
                                   "real-defaults.maxconns=100000", NULL);
    struct run_result *result = run_once(scenario);
    ck_assert_uint_eq(casualties(result) + result->outcomes[OUTCOME_CENSORED], 0);
    ck_assert_uint_eq(result->known, _i == 0 ? result->counted : 0);
    run_result_free(result);
    scenario_free(scenario);
}
END_TEST

/* What was known at the takeover is served by its own server, and what was not by one that
 * the new active chose: known ones are never misrouted. */
START_TEST(known_over_udp_is_served_by_its_own)
{
    struct scenario *scenario = scenario_shipped("dns", "link.replication.loss=30%", NULL);
    struct run_result *result = run_once(scenario);
    for (uint32_t i = 0; i < result->row_count; i++) {
        const struct connection_row *row = &result->rows[i];
        if (row->known && state_counts(row->state))
            ck_assert_uint_eq(row->outcome, OUTCOME_SURVIVED);
    }
    ck_assert_uint_gt(casualties(result), 100);
    run_result_free(result);
    scenario_free(scenario);
}
END_TEST

/* Retries that end before the takeover: who asked in the outage has timed out, most of
 * them while nobody served, though their records were there. */
START_TEST(retries_that_end_too_soon)
{
    struct scenario *scenario = scenario_shipped("dns", "link.replication.loss=0%",
                                                 "workload.resolvers.retry-time=100ms",
                                                 "workload.resolvers.retries=1", NULL);
    struct run_result *result = run_once(scenario);
    ck_assert_uint_eq(result->known, result->counted);
    ck_assert_uint_gt(result->outcomes[OUTCOME_TIMED_OUT], 100);
    ck_assert_uint_gt(result->causes[CAUSE_ADDRESS_NOT_MOVED], 100);
    ck_assert_uint_eq(result->causes[CAUSE_ADDRESS_NOT_MOVED]
                          + result->causes[CAUSE_GAVE_UP_WAITING], casualties(result));
    run_result_free(result);
    scenario_free(scenario);
}
END_TEST

/* Requests over UDP share clients' networks, virtual IP and port with connections of TCP:
 * each kind keeps to itself and survives. */
START_TEST(both_protocols_at_one_address)
{
    struct scenario *scenario = scenario_pair(
        "[virtual udp]\naddress = 192.0.2.80:80:0:udp\nbind = u1 u2\nreplicate = yes\n"
        "[real u1]\naddress = 10.0.1.1:80:0:udp\n[real u2]\naddress = 10.0.1.2:80:0:udp\n"
        "[workload asking]\nvirtual = udp\narrivals = poisson 50/s\nresponse-size = 2kb\n"
        "[failover]\nhello-time = 1s\n[faults]\ncrash = at 10s crash active\n");
    struct run_result *result = run_once(scenario);
    for (unsigned v = 0; v < 2; v++) {
        ck_assert_uint_gt(result->virtuals[v].counted, 50);
        ck_assert_uint_ge(result->virtuals[v].survived + 2, result->virtuals[v].counted);
    }
    for (uint32_t i = 0; i < result->row_count; i++)
        if (result->rows[i].server >= 0)
            ck_assert_uint_eq(server_of(scenario, &result->rows[i])->protocol,
                              result->rows[i].virtual == 0 ? PROTOCOL_TCP : PROTOCOL_UDP);
    run_result_free(result);
    scenario_free(scenario);
}
END_TEST

/* ---- active FTP */

/* ftp-active.scn: two data connections that the server opened
 * beside each idle control connection, all of them known and alive after the takeover. */
START_TEST(ftp_active)
{
    struct scenario *scenario = scenario_shipped("ftp-active", NULL);
    struct run_result *result = run_once(scenario);
    for (unsigned v = 0; v < 2; v++) {
        ck_assert_uint_gt(result->virtuals[v].counted, 200);
        ck_assert_uint_eq(result->virtuals[v].survived, result->virtuals[v].counted);
        ck_assert_uint_eq(result->virtuals[v].known, result->virtuals[v].counted);
    }
    run_result_free(result);
    scenario_free(scenario);
}
END_TEST

/* Each data connection is served by the machine of its control connection: the same IP, and
 * port 20. */
START_TEST(data_comes_from_the_server_of_its_control)
{
    struct scenario *scenario = scenario_shipped("ftp-active", NULL);
    struct run_result *result = run_once(scenario);
    unsigned compared = 0;
    for (uint32_t i = 0; i + 1 < result->row_count; i++) {
        const struct connection_row *control = &result->rows[i], *data = &result->rows[i + 1];
        if (control->virtual != 0 || data->connection != control->connection + 1)
            continue;
        ck_assert_uint_eq(data->client_ip, control->client_ip);
        ck_assert_uint_eq(data->virtual, 1);
        ck_assert_uint_eq(server_of(scenario, data)->ip, server_of(scenario, control)->ip);
        ck_assert_uint_eq(server_of(scenario, data)->port, 20);
        compared++;
    }
    ck_assert_uint_gt(compared, 100);
    run_result_free(result);
    scenario_free(scenario);
}
END_TEST

/* Where the data connections are over at once, nobody speaks for the idle control
 * connections: the directors forget them after 15 s. */
START_TEST(control_alone_is_forgotten)
{
    struct scenario *scenario =
        scenario_shipped("ftp-active", "workload.first-file.requests-per-connection=1",
                         "workload.second-file.requests-per-connection=1", NULL);
    struct run_result *result = run_once(scenario);
    ck_assert_uint_gt(result->virtuals[0].counted, 200);
    ck_assert_uint_lt(result->virtuals[0].survived, result->virtuals[0].counted / 10);
    run_result_free(result);
    scenario_free(scenario);
}
END_TEST

/* A fifth of the records is lost: exactly those data connections live whose record stands
 * at the takeover; the others die, for a create that was lost. */
START_TEST(data_survives_with_its_record)
{
    struct scenario *scenario =
        scenario_shipped("ftp-active", "link.replication.loss=20%",
                         "workload.control.arrivals=constant 2/s", NULL);
    struct run_result *result = run_once(scenario);
    unsigned lost = 0;
    for (uint32_t i = 0; i < result->row_count; i++) {
        const struct connection_row *row = &result->rows[i];
        if (row->virtual != 1 || !state_counts(row->state))
            continue;
        ck_assert_uint_eq(row->outcome == OUTCOME_SURVIVED, row->known);
        ck_assert(row->known || row->cause == CAUSE_CREATE_LOST);
        lost += !row->known;
    }
    ck_assert_uint_gt(lost, 5);
    ck_assert_uint_gt(result->virtuals[1].survived, 4 * lost);
    run_result_free(result);
    scenario_free(scenario);
}
END_TEST

/* ---- both forms of the packet */

static bool same_fate(const struct connection_row *a, const struct connection_row *b)
{
    return a->connection == b->connection && a->client_ip == b->client_ip
           && a->client_port == b->client_port && a->virtual == b->virtual
           && a->server == b->server && a->state == b->state && a->outcome == b->outcome
           && a->cause == b->cause && a->known == b->known && a->opened == b->opened
           && a->stall == b->stall;
}

/* A buddy's record in the datagram of the connection's own or in one of its own: each row
 * of the table of connections is the same (R-706, section 15 no. 5 and 13). */
START_TEST(both_packet_forms)
{
    static const char *const names[] = { "ftp-active", "dns" };
    struct scenario *same = scenario_shipped(names[_i], "link.replication.loss=0%", NULL);
    struct scenario *separate = scenario_shipped(names[_i], "link.replication.loss=0%",
                                                 "replication.buddy-packet=separate", NULL);
    struct run_result *a = run_once(same), *b = run_once(separate);
    ck_assert_uint_gt(a->row_count, 500);
    ck_assert_uint_eq(a->row_count, b->row_count);
    for (uint32_t i = 0; i < a->row_count; i++)
        ck_assert_msg(same_fate(&a->rows[i], &b->rows[i]), "row %u", i);
    run_result_free(a);
    run_result_free(b);
    scenario_free(same);
    scenario_free(separate);
}
END_TEST

Suite *services_suite(void)
{
    Suite *suite = suite_create("services");
    TCase *udp = tcase_create("udp");
    tcase_set_timeout(udp, 60);
    tcase_add_loop_test(udp, dns, 0, 2);
    tcase_add_loop_test(udp, dns_that_loses_nothing, 0, 2);
    tcase_add_test(udp, known_over_udp_is_served_by_its_own);
    tcase_add_test(udp, retries_that_end_too_soon);
    tcase_add_test(udp, both_protocols_at_one_address);
    suite_add_tcase(suite, udp);
    TCase *ftp = tcase_create("active FTP");
    tcase_set_timeout(ftp, 60);
    tcase_add_test(ftp, ftp_active);
    tcase_add_test(ftp, data_comes_from_the_server_of_its_control);
    tcase_add_test(ftp, control_alone_is_forgotten);
    tcase_add_test(ftp, data_survives_with_its_record);
    tcase_add_loop_test(ftp, both_packet_forms, 0, 2);
    suite_add_tcase(suite, ftp);
    return suite;
}
