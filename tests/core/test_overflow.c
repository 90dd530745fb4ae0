#include "core/balance.h"
#include "core/command.h"
#include "core/packet.h"
#include "tests/core/suites.h"

#include <string.h>

/* ---- fixture: two preferred machines and two for overflow, in turn */

static struct machines *machines;
static struct settings settings;
static struct virtual *web;
static struct physical *real[4];

static void run(const char *line)
{
    struct command_result result;
    command_run(line, machines, &settings, &result);
    ck_assert_msg(result.action != COMMAND_FAILED, "%s: %s", line, result.reply);
    command_result_clear(&result);
}

static void set_up(void)
{
    machines = machines_new();
    settings_init(&settings);
    run("virtual 192.0.2.80:80:1");
    run("predictor 192.0.2.80:80 roundrobin");
    web = machines_first_virtual(machines);
    for (unsigned i = 0; i < 4; i++) {
        char *line = g_strdup_printf("real 10.0.1.%u:80", i + 1);
        run(line);
        g_free(line);
    }
    real[0] = machines_first_physical(machines);
    for (unsigned i = 1; i < 4; i++)
        real[i] = real[i - 1]->next;
    run("bind 192.0.2.80:80 10.0.1.1 10.0.1.2");
    run("bind 192.0.2.80:80 10.0.1.3 10.0.1.4 overflow");
}

static void tear_down(void)
{
    machines_free(machines);
}

/* ---- what each condition makes of the preferred machines' states */

enum plight { WORKS, BUSY, FAILED, OUT };

static const struct {
    enum plight plight[2];
    bool overflows[4]; /* by enum overflow */
} rows[] = {
    {{WORKS, WORKS}, {false, false, false, false}},
    {{BUSY, WORKS}, {false, false, false, false}},
    {{BUSY, BUSY}, {false, true, false, false}},
    {{BUSY, FAILED}, {false, true, true, false}},
    {{FAILED, WORKS}, {false, false, true, false}},
    {{FAILED, FAILED}, {false, false, true, true}},
    {{OUT, WORKS}, {false, false, false, false}},
    {{OUT, BUSY}, {false, true, false, false}},
    {{OUT, FAILED}, {false, false, true, false}},
};

static void put(struct physical *physical, enum plight plight)
{
    physical->state = plight == FAILED ? MACHINE_FAILED
                      : plight == OUT  ? MACHINE_OUT_OF_SERVICE
                                       : MACHINE_IN_SERVICE;
    physical->maxconns = 5;
    physical->connections = plight == BUSY ? 5 : 4;
}

/* ---- tests */

/* Machines bound as overflow serve when, and only when, the chosen condition holds of the
 * preferred ones, whose own working ones go on to serve beside them (R-211, R-212, A-15,
 * */
START_TEST(overflows_as_told)
{
    static const char *const lines[] = {
        "overflow 192.0.2.80:80 none", "overflow 192.0.2.80:80 busy",
        "overflow 192.0.2.80:80 one_failed", "overflow 192.0.2.80:80 all-failed"};
    for (unsigned overflow = 0; overflow < 4; overflow++) {
        bool got[4] = {false};
        run(lines[overflow]);
        put(real[0], rows[_i].plight[0]);
        put(real[1], rows[_i].plight[1]);
        for (unsigned i = 0; i < 8; i++) {
            const struct physical *chosen = balance_choose(web, NULL, NULL);
            if (chosen != NULL)
                got[chosen->id.ip - 0x0A000101] = true;
        }
        for (unsigned i = 0; i < 4; i++)
            ck_assert(got[i] == (i < 2 ? rows[_i].plight[i] == WORKS
                                       : rows[_i].overflows[overflow]));
    }
}
END_TEST

/* Whether it has failed as a whole depends on who would serve then. */
START_TEST(fails_unless_it_overflows)
{
    put(real[0], FAILED);
    put(real[1], FAILED);
    for (unsigned overflow = 0; overflow < 4; overflow++) {
        web->overflow = overflow;
        ck_assert(virtual_failed(web) == (overflow < OVERFLOW_ONE_FAILED));
    }
    put(real[2], FAILED);
    put(real[3], FAILED);
    ck_assert(virtual_failed(web));
}
END_TEST

/* Printed as it is read, in the order of binding. */
START_TEST(prints_what_it_reads)
{
    run("real 10.0.1.5:80");
    run("bind 192.0.2.80:80 10.0.1.5:80");
    run("overflow 192.0.2.80:80 busy");
    char *text = command_print(machines, &settings);
    ck_assert_ptr_nonnull(
        strstr(text, "\nbind 192.0.2.80:80:1:tcp 10.0.1.1:80:0:tcp 10.0.1.2:80:0:tcp\n"
                     "bind 192.0.2.80:80:1:tcp 10.0.1.3:80:0:tcp 10.0.1.4:80:0:tcp overflow\n"
                     "bind 192.0.2.80:80:1:tcp 10.0.1.5:80:0:tcp\n"));
    ck_assert_ptr_nonnull(strstr(text, "\noverflow 192.0.2.80:80:1:tcp busy\n"));
    g_free(text);
}
END_TEST

Suite *overflow_suite(void)
{
    Suite *suite = suite_create("overflow");
    TCase *tcase = tcase_create("overflow");
    tcase_add_checked_fixture(tcase, set_up, tear_down);
    tcase_add_loop_test(tcase, overflows_as_told, 0, G_N_ELEMENTS(rows));
    tcase_add_test(tcase, fails_unless_it_overflows);
    tcase_add_test(tcase, prints_what_it_reads);
    suite_add_tcase(suite, tcase);
    return suite;
}
