#include "core/command.h"
#include "core/command_parse.h"
#include "tests/core/dice.h"
#include "tests/core/suites.h"

#include <string.h>

/* ---- fixture: a unit without configuration */

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

static void set_up(void)
{
    machines = machines_new();
    settings_init(&settings);
    result = (struct command_result){0};
}

static void tear_down(void)
{
    command_result_clear(&result);
    machines_free(machines);
}

/* ---- tests: printing */

/* The whole of a small configuration, as it is printed. */
START_TEST(prints_canonically)
{
    static const char *const lines[] = {
        "ip address 192.0.2.1", "failover ip address 192.0.2.2", "real 10.0.1.1:80",
        "real 10.0.1.2:80", "real 10.0.1.3:80", "real 10.0.1.3:8001", "real 10.0.1.9:0:0:udp",
        "virtual 192.0.2.80:80", "virtual 192.0.2.80:80:1", "virtual 192.0.2.90:53:0:udp oos",
        "bind 192.0.2.80:80:0 10.0.1.1 10.0.1.2", "bind 192.0.2.80:80:1 10.0.1.3:8001",
        "assign 192.0.2.80:80:1 198.51.100.0 255.255.255.0",
    };
    for (unsigned i = 0; i < G_N_ELEMENTS(lines); i++)
        run_ok(lines[i]);
    run_ok("weight 10.0.1.1 4");
    run_ok("maxconns 10.0.1.2 100");
    run_ok("threshold 10.0.1.2 3");
    run_ok("reassign 10.0.1.2 5");
    run_ok("retry 10.0.1.2 90");
    run_ok("no autounfail 10.0.1.2");
    run_ok("predictor 192.0.2.80:80:0 rr");
    run_ok("delay 192.0.2.80:80:0 10.5ms");
    run_ok("timeout 192.0.2.80:80:1 90s");
    run_ok("replicate 192.0.2.80:80:1");
    run_ok("backup 10.0.1.3:8001 10.0.1.3:80");
    run_ok("backup 192.0.2.80:80:1 192.0.2.80:80:0");
    machines_first_physical(machines)->state = MACHINE_FAILED; /* no configuration (A-19) */
    char *text = command_print(machines, &settings);
    ck_assert_str_eq(text, "ip address 192.0.2.1\n"
                           "failover ip address 192.0.2.2\n"
                           "failover\n"
                           "failover hellotime 15s\n"
                           "failover hellomisses 2\n"
                           "replicate interface 0\n"
                           "option conn-real direct\n"
                           "option bind0 default\n"
                           "option unknown-connection drop\n"
                           "option active-on ack\n"
                           "option delete-send if-created\n"
                           "option bad-flags reject\n"
                           "option rst-ditch on\n"
                           "option fail-distinct-clients off\n"
                           "option buddy-packet same\n"
                           "option bulk-sync off\n"
                           "option standby-timeout off\n"
                           "option half-open-time 1min\n"
                           "option replication patent\n"
                           "real 10.0.1.1:80:0:tcp is\n"
                           "weight 10.0.1.1:80:0:tcp 4\n"
                           "real 10.0.1.2:80:0:tcp is\n"
                           "maxconns 10.0.1.2:80:0:tcp 100\n"
                           "threshold 10.0.1.2:80:0:tcp 3\n"
                           "reassign 10.0.1.2:80:0:tcp 5\n"
                           "retry 10.0.1.2:80:0:tcp 90s\n"
                           "no autounfail 10.0.1.2:80:0:tcp\n"
                           "real 10.0.1.3:80:0:tcp is\n"
                           "real 10.0.1.3:8001:0:tcp is\n"
                           "real 10.0.1.9:0:0:udp is\n"
                           "virtual 192.0.2.80:80:0:tcp is\n"
                           "predictor 192.0.2.80:80:0:tcp roundrobin\n"
                           "delay 192.0.2.80:80:0:tcp 10500us\n"
                           "virtual 192.0.2.80:80:1:tcp is\n"
                           "timeout 192.0.2.80:80:1:tcp 90s\n"
                           "replicate 192.0.2.80:80:1:tcp\n"
                           "virtual 192.0.2.90:53:0:udp oos\n"
                           "bind 192.0.2.80:80:0:tcp 10.0.1.1:80:0:tcp 10.0.1.2:80:0:tcp\n"
                           "bind 192.0.2.80:80:1:tcp 10.0.1.3:8001:0:tcp\n"
                           "backup 10.0.1.3:8001:0:tcp 10.0.1.3:80:0:tcp\n"
                           "backup 192.0.2.80:80:1:tcp 192.0.2.80:80:0:tcp\n"
                           "assign 192.0.2.80:80:1:tcp 198.51.100.0 255.255.255.0\n");
    g_free(text);
}
END_TEST

/* Times are read exactly, or not at all. */
START_TEST(times_are_exact)
{
    static const struct {
        const char *word;
        nstime time; /* -1: refused */
        const char *printed;
    } cases[] = {
        {"0", 0, "0s"},
        {"15", 15 * NSTIME_S, "15s"},
        {"1.5", 1500 * NSTIME_MS, "1500ms"},
        {"120s", 2 * NSTIME_MIN, "2min"},
        {"0.5min", 30 * NSTIME_S, "30s"},
        {"1.50000us", 1500, "1.5us"},
        {"0.001us", 1, "0.001us"},
        {"1.010us", 1010, "1.01us"},
        {"0.000000001", 1, "0.001us"},
        {"153722866min", 153722866 * NSTIME_MIN, "153722866min"},
        {"0.0001us", -1, NULL},
        {"0.0000000001", -1, NULL},
        {"153722867min", -1, NULL},
        {"9223372037", -1, NULL},
        {"9223372036854775808us", -1, NULL},
        {"18446744073709551617us", -1, NULL},
        {"5.", -1, NULL},
        {"5.s", -1, NULL},
        {".5", -1, NULL},
        {"1e3", -1, NULL},
        {"1.5.5", -1, NULL},
        {"-1", -1, NULL},
        {"+1", -1, NULL},
        {" 1", -1, NULL},
        {"1h", -1, NULL},
        {"1ns", -1, NULL},
        {"s", -1, NULL},
        {"", -1, NULL},
    };
    for (unsigned i = 0; i < G_N_ELEMENTS(cases); i++) {
        nstime time = -1, again;
        bool read = parse_time(cases[i].word, &time);
        ck_assert_msg(read == (cases[i].time >= 0), "%s", cases[i].word);
        ck_assert_int_eq(time, cases[i].time);
        if (!read)
            continue;
        char *printed = print_time(time);
        ck_assert_str_eq(printed, cases[i].printed);
        ck_assert(parse_time(printed, &again) && again == time);
        g_free(printed);
    }
}
END_TEST

/* Masks without holes are their lengths, all 33 of them; others are refused. */
START_TEST(masks_are_prefixes)
{
    for (unsigned length = 0; length <= 32; length++) {
        uint32_t mask = length == 0 ? 0 : UINT32_MAX << (32 - length);
        unsigned prefix = 99;
        char *word = g_strdup_printf("%u.%u.%u.%u", mask >> 24, mask >> 16 & 255,
                                     mask >> 8 & 255, mask & 255);
        ck_assert(parse_mask(word, &prefix));
        ck_assert_uint_eq(prefix, length);
        g_free(word);
    }
    unsigned prefix = 99;
    ck_assert(!parse_mask("255.0.255.0", &prefix));
    ck_assert(!parse_mask("0.0.0.1", &prefix));
    ck_assert(!parse_mask("127.255.255.255", &prefix));
    ck_assert(!parse_mask("255.255.255", &prefix));
    ck_assert_uint_eq(prefix, 99);
}
END_TEST

/* A random line that may or may not fit what is there. */
static char *random_line(struct dice *dice)
{
    static const char *const shapes[] = {
        "virtual %V is", "virtual %V oos", "real %R is", "real %R oos", "bind %V %R %R",
        "in-service %V", "out-of-service %R", "backup %V %V", "backup %R %V", "backup %R %R",
        "backup %V %R", "assign %V 198.51.100.%N", "assign %V 198.51.%N.0 255.255.255.0",
        "assign %V 0.0.0.0 0.0.0.0", "no assign %V 198.51.100.%N", "predictor %V roundrobin",
        "predictor %V weighted", "weight %R %N", "maxconns %R %N", "threshold %R %N",
        "reassign %R %N", "retry %R %N", "autounfail %R",
        "no autounfail %R",
        "timeout %V %T", "delay %V %T", "replicate %V", "no replicate %V",
        "replicate interface %N", "ip address 192.0.2.%N", "failover ip address 192.0.2.%N",
        "no failover", "failover hellotime %T", "failover hellomisses %N",
        "option half-open-time %T", "option standby-timeout %T", "option active-on synack",
        "option replication none", "option bind0 none",
    };
    static const char *const units[] = {"", "us", "ms", "s", "min", ".125s", ".001us"};
    const char *shape = shapes[dice_below(dice, G_N_ELEMENTS(shapes))];
    GString *line = g_string_new(NULL);
    for (; *shape != '\0'; shape++) {
        unsigned number = dice_below(dice, 6);
        if (*shape != '%')
            g_string_append_c(line, *shape);
        else if (*++shape == 'N')
            g_string_append_printf(line, "%u", number);
        else if (*shape == 'T')
            g_string_append_printf(line, "%u%s", 7 * number + 1, units[dice_below(dice, 7)]);
        else
            g_string_append_printf(line, "%s.%u:80:%u:%s", *shape == 'V' ? "192.0.2" : "10.0.1",
                                   80 + number, dice_below(dice, 2),
                                   dice_below(dice, 8) != 0 ? "tcp" : "udp");
    }
    return g_string_free(line, FALSE);
}

/* Run every line of a text on a fresh unit and print that. */
static char *reprint(const char *text)
{
    struct machines *fresh = machines_new();
    struct settings fresh_settings;
    settings_init(&fresh_settings);
    char **lines = g_strsplit(text, "\n", -1);
    for (char **line = lines; *line != NULL; line++) {
        struct command_result one;
        command_run(*line, fresh, &fresh_settings, &one);
        ck_assert_msg(one.action == COMMAND_DONE, "%s: %s", *line, one.reply);
        command_result_clear(&one);
    }
    char *again = command_print(fresh, &fresh_settings);
    g_strfreev(lines);
    machines_free(fresh);
    return again;
}

/* Whatever random commands have made of a unit, its printed configuration makes
 * the same unit again; and a refused line among them left no trace. */
START_TEST(prints_what_reads_back)
{
    struct dice dice = {(uint64_t)_i};
    unsigned done = 0;
    for (int i = 0; i < 300; i++) {
        char *line = random_line(&dice);
        char *before = command_print(machines, &settings);
        run(line);
        char *after = command_print(machines, &settings);
        if (result.action == COMMAND_FAILED)
            ck_assert_str_eq(before, after);
        else
            done++;
        g_free(line);
        g_free(before);
        g_free(after);
    }
    ck_assert_uint_ge(done, 60);
    char *text = command_print(machines, &settings);
    char *again = reprint(text);
    ck_assert_str_eq(again, text);
    g_free(text);
    g_free(again);
}
END_TEST

/* Any bytes at all as a command get an answer of one line and do not stop the
 * unit. */
START_TEST(rubbish_is_answered)
{
    struct dice dice = {(uint64_t)_i};
    static const char *const pieces[] = {"virtual", "no", "bind", "real", "192.0.2.80", ":80",
                                         ":::", "all", "%s%n", "option", "1e9", "failover",
                                         "ip", "\t", "\xff", "weight", "99999999999999999999"};
    for (int i = 0; i < 500; i++) {
        GString *line = g_string_new(NULL);
        for (unsigned count = dice_below(&dice, 8); count > 0; count--) {
            g_string_append(line, pieces[dice_below(&dice, G_N_ELEMENTS(pieces))]);
            if (dice_below(&dice, 3) != 0)
                g_string_append_c(line, ' ');
        }
        run(line->str);
        ck_assert_ptr_null(strpbrk(result.reply, "\r\n"));
        g_string_free(line, TRUE);
    }
}
END_TEST

Suite *configuration_suite(void)
{
    Suite *suite = suite_create("configuration");
    TCase *printing = tcase_create("printing");
    tcase_add_checked_fixture(printing, set_up, tear_down);
    tcase_add_test(printing, prints_canonically);
    tcase_add_loop_test(printing, prints_what_reads_back, 0, 20);
    suite_add_tcase(suite, printing);
    TCase *words = tcase_create("words");
    tcase_add_test(words, times_are_exact);
    tcase_add_test(words, masks_are_prefixes);
    suite_add_tcase(suite, words);
    TCase *rubbish = tcase_create("rubbish");
    tcase_add_checked_fixture(rubbish, set_up, tear_down);
    tcase_add_loop_test(rubbish, rubbish_is_answered, 0, 5);
    suite_add_tcase(suite, rubbish);
    return suite;
}
