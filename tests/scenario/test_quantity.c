/* Numbers with units: exact, canonical, and refused with a remedy. */
#include "sim/scenario/nearest.h"
#include "sim/scenario/quantity.h"
#include "tests/scenario/suites.h"

#include <string.h>

static const struct {
    enum quantity quantity;
    const char *text;
    uint64_t value;
    const char *canonical;
} sound[] = {
    {QUANTITY_TIME, "200us", 200000, "200us"},
    {QUANTITY_TIME, "1.5ms", 1500000, "1.5ms"},
    {QUANTITY_TIME, "0.001us", 1, "0.001us"},
    {QUANTITY_TIME, "1000us", 1000000, "1ms"},
    {QUANTITY_TIME, "20100ms", 20100000000, "20.1s"},
    {QUANTITY_TIME, "60s", 60000000000, "60s"},
    {QUANTITY_TIME, "1.5min", 90000000000, "90s"},
    {QUANTITY_TIME, "900s", 900000000000, "15min"},
    {QUANTITY_TIME, "120min", 7200000000000, "120min"},
    {QUANTITY_TIME, "0ms", 0, "0s"},
    {QUANTITY_TIME, "0.123456789s", 123456789, "123.456789ms"},
    {QUANTITY_TIME, ".5s", 500000000, "500ms"},
    {QUANTITY_TIME, "100000min", 6000000000000000, "100000min"},
    {QUANTITY_SHARE, "5%", 50000000, "5%"},
    {QUANTITY_SHARE, "0.10%", 1000000, "0.1%"},
    {QUANTITY_SHARE, "100%", 1000000000, "100%"},
    {QUANTITY_SHARE, "0.0000001%", 1, "0.0000001%"},
    {QUANTITY_SHARE, "0%", 0, "0%"},
    {QUANTITY_SIZE, "400b", 400, "400b"},
    {QUANTITY_SIZE, "1kb", 1000, "1kb"},
    {QUANTITY_SIZE, "1460b", 1460, "1.46kb"},
    {QUANTITY_SIZE, "2.5mb", 2500000, "2.5mb"},
    {QUANTITY_RATE, "100mbit", 100000000, "100mbit"},
    {QUANTITY_RATE, "0.5kbit", 500, "0.5kbit"},
    {QUANTITY_RATE, "9600bit", 9600, "9.6kbit"},
    {QUANTITY_RATE, "0bit", 0, "0kbit"},
    {QUANTITY_RATE, "1500kbit", 1500000, "1.5mbit"},
    {QUANTITY_FREQUENCY, "350/s", 350000000, "350/s"},
    {QUANTITY_FREQUENCY, "0.25/s", 250000, "0.25/s"},
    {QUANTITY_COUNT, "18446744073709551615", UINT64_MAX, "18446744073709551615"},
    {QUANTITY_COUNT, "007", 7, "7"},
    {QUANTITY_DECIMAL, "1.2", 1200000, "1.2"},
};

/* A number with its unit is read without rounding and printed in one canonical
 * spelling, which reads as the same number again (interface, section 7). */
START_TEST(quantities_are_exact)
{
    uint64_t value, again;
    char *problem = NULL;
    ck_assert(quantity_read(sound[_i].quantity, sound[_i].text, &value, &problem));
    ck_assert_uint_eq(value, sound[_i].value);
    GString *text = g_string_new(NULL);
    quantity_print(sound[_i].quantity, value, text);
    ck_assert_str_eq(text->str, sound[_i].canonical);
    ck_assert(quantity_read(sound[_i].quantity, text->str, &again, &problem));
    ck_assert_uint_eq(again, value);
    g_string_free(text, TRUE);
}
END_TEST

static const struct {
    enum quantity quantity;
    const char *text, *problem;
} wrong[] = {
    {QUANTITY_TIME, "5", "unit missing (use us, ms, s or min: 20ms, for example)"},
    {QUANTITY_TIME, "-5s", "a time is never negative (write 20ms, for example)"},
    {QUANTITY_TIME, "5h", "unknown unit h (use us, ms, s or min)"},
    {QUANTITY_TIME, "5 s", "unknown unit  s (use us, ms, s or min)"},
    {QUANTITY_TIME, "soon", "\"soon\" is not a time (write 20ms, for example)"},
    {QUANTITY_TIME, "", "\"\" is not a time (write 20ms, for example)"},
    {QUANTITY_TIME, "0.0001us", "finer than a nanosecond"},
    {QUANTITY_TIME, "100001min", "more than 100000min (write 20ms, for example)"},
    {QUANTITY_TIME, "99999999999999999999s", "more than 100000min (write 20ms, for example)"},
    {QUANTITY_TIME, "1.2.3s", "unknown unit .3s (use us, ms, s or min)"},
    {QUANTITY_SHARE, "0.05", "percent sign missing (did you mean 5% or 0.05%?)"},
    {QUANTITY_SHARE, "5", "percent sign missing (did you mean 5%?)"},
    {QUANTITY_SHARE, "120%", "more than 100 % (write 5%, for example)"},
    {QUANTITY_SHARE, "-1%", "a share is never negative (write 5%, for example)"},
    {QUANTITY_SIZE, "400", "unit missing (use b, kb or mb: 12kb, for example)"},
    {QUANTITY_SIZE, "1.5b", "finer than a byte"},
    {QUANTITY_RATE, "100", "unit missing (use bit, kbit, mbit or gbit: 100mbit, for example)"},
    {QUANTITY_RATE, "100kbps", "kbps is bytes a second to some and bits to others (write kbit, "
                               "mbit or gbit: bits)"},
    {QUANTITY_COUNT, "5s", "not a whole number (write 3, without a unit)"},
    {QUANTITY_COUNT, "1.5", "finer than one"},
    {QUANTITY_COUNT, "18446744073709551616",
     "more than 18446744073709551615 (write 3, for example)"},
    {QUANTITY_COUNT, "111111111111111111111111111", "more than 23 digits"},
    {QUANTITY_COUNT, "0x10", "not a whole number (write 3, without a unit)"},
};

/* What a user may write wrong is refused in words that say how to mend it; a bare
 * number is never guessed at (interface, decision 1). */
START_TEST(wrong_quantities_are_refused)
{
    uint64_t value;
    char *problem = NULL;
    ck_assert(!quantity_read(wrong[_i].quantity, wrong[_i].text, &value, &problem));
    ck_assert_str_eq(problem, wrong[_i].problem);
    g_free(problem);
}
END_TEST

static const struct {
    const char *text;
    bool sound;
} addresses[] = {
    {"192.0.2.80", true},  {"0.0.0.0", true},      {"255.255.255.255", true},
    {"192.0.2", false},    {"192.0.2.256", false}, {"192.0.2.80.1", false},
    {"192.0.2.080", false}, {"192.0..80", false},  {"::1", false},
    {"example.org", false}, {"", false},           {"192.0.2.80 ", false},
    {"1921.0.2.80", false},
};

/* An address has four decimal fields of 0 to 255 and nothing else. */
START_TEST(addresses_are_ipv4)
{
    uint32_t ip;
    char *problem = NULL;
    ck_assert_int_eq(quantity_read_ip(addresses[_i].text, &ip, &problem), addresses[_i].sound);
    ck_assert_int_eq(problem == NULL, addresses[_i].sound);
    g_free(problem);
}
END_TEST

/* A network's bits beyond its prefix are a slip of the pen, and the hint is right. */
START_TEST(networks_have_no_host_bits)
{
    uint32_t ip;
    unsigned prefix;
    char *problem = NULL;
    ck_assert(quantity_read_network("198.51.100.0/25", &ip, &prefix, &problem));
    ck_assert_uint_eq(ip, 0xC6336400);
    ck_assert_uint_eq(prefix, 25);
    ck_assert(!quantity_read_network("198.51.100.7/25", &ip, &prefix, &problem));
    ck_assert_str_eq(problem,
                     "bits are set beyond the prefix (did you mean 198.51.100.0/25?)");
    g_clear_pointer(&problem, g_free);
    ck_assert(!quantity_read_network("198.51.100.0/33", &ip, &prefix, &problem));
    g_free(problem);
}
END_TEST

Suite *quantity_suite(void)
{
    Suite *suite = suite_create("quantity");
    TCase *tests = tcase_create("quantity");
    tcase_add_loop_test(tests, quantities_are_exact, 0, G_N_ELEMENTS(sound));
    tcase_add_loop_test(tests, wrong_quantities_are_refused, 0, G_N_ELEMENTS(wrong));
    tcase_add_loop_test(tests, addresses_are_ipv4, 0, G_N_ELEMENTS(addresses));
    tcase_add_test(tests, networks_have_no_host_bits);
    suite_add_tcase(suite, tests);
    return suite;
}

static const struct {
    const char *word, *nearest;
} slips[] = {
    {"wieght", "weight"}, {"maxcons", "maxconns"}, {"adress", "address"},
    {"weights", "weight"}, {"zebra", NULL}, {"x", NULL},
};

/* A swap, a missing and a doubled letter find their word; another word does not. */
START_TEST(slips_find_their_word)
{
    GPtrArray *known = g_ptr_array_new();
    g_ptr_array_add(known, (char *)"address");
    g_ptr_array_add(known, (char *)"weight");
    g_ptr_array_add(known, (char *)"maxconns");
    const char *nearest = nearest_word(slips[_i].word, known);
    ck_assert_pstr_eq(nearest, slips[_i].nearest);
    g_ptr_array_free(known, TRUE);
}
END_TEST

Suite *nearest_suite(void)
{
    Suite *suite = suite_create("nearest");
    TCase *tests = tcase_create("nearest");
    tcase_add_loop_test(tests, slips_find_their_word, 0, G_N_ELEMENTS(slips));
    suite_add_tcase(suite, tests);
    return suite;
}
