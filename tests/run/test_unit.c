/* The host of a director: health, timers, effects. */
#include "sim/node/unit.h"
#include "tests/run/suites.h"

#include <string.h>

struct ledger {
    unsigned hellos, claims, releases;
    uint32_t claimed;
};

static void forward(void *context, struct unit *unit, enum side side, const struct packet *packet)
{
    (void)context, (void)unit, (void)side, (void)packet;
}

static void datagram(void *context, struct unit *unit, const struct unit_datagram *datagram)
{
    struct ledger *ledger = context;
    (void)unit;
    ledger->hellos += datagram->channel == CHANNEL_HELLO;
}

static void claim(void *context, struct unit *unit, uint32_t ip, uint64_t mac)
{
    struct ledger *ledger = context;
    (void)unit, (void)mac;
    ledger->claims++;
    ledger->claimed = ip;
}

static void release(void *context, struct unit *unit, uint32_t ip)
{
    struct ledger *ledger = context;
    (void)unit, (void)ip;
    ledger->releases++;
}

static void note(void *context, struct unit *unit, const struct note *note)
{
    (void)context, (void)unit, (void)note;
}

/* A unit alone in the world, with hellos each second from 0.25 s on. */
struct fixture {
    struct engine *engine;
    struct ledger ledger;
    struct unit_network network;
    GPtrArray *commands;
    struct unit *unit;
};

static struct fixture *fixture_new(bool primary)
{
    static char address[] = "ip address 10.0.9.1", failover[] = "failover ip address 10.0.9.2",
                hello[] = "failover hellotime 1s", on[] = "failover";
    struct fixture *fixture = g_new0(struct fixture, 1);
    fixture->engine = engine_new();
    fixture->network = (struct unit_network){ .context = &fixture->ledger, .forward = forward,
                                              .datagram = datagram, .claim = claim,
                                              .release = release, .note = note };
    fixture->commands = g_ptr_array_new();
    g_ptr_array_add(fixture->commands, hello);
    g_ptr_array_add(fixture->commands, on);
    g_ptr_array_add(fixture->commands, address);
    g_ptr_array_add(fixture->commands, failover);
    struct unit_config config = { .engine = fixture->engine, .name = "A",
                                  .rank = primary ? RANK_PRIMARY : RANK_SECONDARY,
                                  .own_ip = 1, .peers = {{2, RANK_SECONDARY}},
                                  .hello_phase = 250 * NSTIME_MS,
                                  .commands = fixture->commands, .network = &fixture->network };
    fixture->unit = unit_new(&config);
    return fixture;
}

static void fixture_free(struct fixture *fixture)
{
    unit_free(fixture->unit);
    g_ptr_array_free(fixture->commands, TRUE);
    engine_free(fixture->engine);
    g_free(fixture);
}

/* The primary claims the active address at its start (R-1001, R-1009) and says hello at
 * its phase and each hello time after (R-1005). */
START_TEST(a_unit_claims_and_says_hello_on_time)
{
    struct fixture *fixture = fixture_new(true);
    ck_assert_uint_eq(fixture->ledger.claims, 1);
    ck_assert_uint_eq(fixture->ledger.claimed, 0x0A000901);
    engine_run(fixture->engine, 249 * NSTIME_MS);
    ck_assert_uint_eq(fixture->ledger.hellos, 0);
    engine_run(fixture->engine, 250 * NSTIME_MS);
    ck_assert_uint_eq(fixture->ledger.hellos, 1);
    engine_run(fixture->engine, 10 * NSTIME_S);
    ck_assert_uint_eq(fixture->ledger.hellos, 10);
    fixture_free(fixture);
}
END_TEST

/* A crashed unit takes nothing in, says nothing and has no director. */
START_TEST(a_crash_is_silence)
{
    struct fixture *fixture = fixture_new(true);
    struct packet packet = { .protocol = PROTOCOL_TCP, .flags = TCP_SYN };
    unit_crash(fixture->unit);
    ck_assert(!unit_packet(fixture->unit, SIDE_OUTSIDE, &packet));
    ck_assert_ptr_null(unit_director(fixture->unit));
    engine_run(fixture->engine, 10 * NSTIME_S);
    ck_assert_uint_eq(fixture->ledger.hellos, 0);
    unit_crash(fixture->unit); /* harmless */
    fixture_free(fixture);
}
END_TEST

/* A frozen unit goes on as if nothing had been: what fell due meanwhile happens at the
 * thaw, once, and the role is what it was. */
START_TEST(a_thaw_goes_on_where_the_freeze_began)
{
    struct fixture *fixture = fixture_new(true);
    engine_run(fixture->engine, NSTIME_S);
    unit_freeze(fixture->unit);
    engine_run(fixture->engine, 5 * NSTIME_S);
    ck_assert_uint_eq(fixture->ledger.hellos, 1);
    unit_thaw(fixture->unit);
    ck_assert_uint_eq(fixture->ledger.hellos, 2);
    ck_assert_int_eq(director_role(unit_director(fixture->unit)), ROLE_ACTIVE);
    engine_run(fixture->engine, 10 * NSTIME_S);
    ck_assert_uint_ge(fixture->ledger.hellos, 6);
    fixture_free(fixture);
}
END_TEST

/* A restarted unit is a standby, whatever it was (R-1102), and takes over when nobody
 * answers. */
START_TEST(a_restart_is_a_standby)
{
    struct fixture *fixture = fixture_new(true);
    engine_run(fixture->engine, NSTIME_S);
    unit_crash(fixture->unit);
    unit_restart(fixture->unit);
    ck_assert_int_eq(director_role(unit_director(fixture->unit)), ROLE_STANDBY);
    engine_run(fixture->engine, NSTIME_S + 2101 * NSTIME_MS);
    ck_assert_int_eq(director_role(unit_director(fixture->unit)), ROLE_ACTIVE);
    fixture_free(fixture);
}
END_TEST

/* A configuration is tried on a director of its own, and the first refusal is told. */
START_TEST(a_bad_configuration_is_refused_in_words)
{
    GPtrArray *commands = g_ptr_array_new();
    char good[] = "virtual 192.0.2.80:80", bad[] = "bind 192.0.2.80:80 10.9.9.9:80";
    g_ptr_array_add(commands, good);
    ck_assert_ptr_null(unit_check_commands(commands));
    g_ptr_array_add(commands, bad);
    char *refusal = unit_check_commands(commands);
    ck_assert_ptr_nonnull(refusal);
    ck_assert_ptr_nonnull(strstr(refusal, "10.9.9.9"));
    g_free(refusal);
    g_ptr_array_free(commands, TRUE);
}
END_TEST

Suite *unit_suite(void)
{
    Suite *suite = suite_create("node/unit");
    TCase *tcase = tcase_create("host");
    tcase_add_test(tcase, a_unit_claims_and_says_hello_on_time);
    tcase_add_test(tcase, a_crash_is_silence);
    tcase_add_test(tcase, a_thaw_goes_on_where_the_freeze_began);
    tcase_add_test(tcase, a_restart_is_a_standby);
    tcase_add_test(tcase, a_bad_configuration_is_refused_in_words);
    suite_add_tcase(suite, tcase);
    return suite;
}
